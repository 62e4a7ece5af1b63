"""The row of the desk's hand on a call-out: paused, whom to skip, how far it goes on by itself."""

from sqlalchemy import BigInteger, bindparam, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.deployments.models import Deployment
from app.dispatch.models import CallOut

_STATE = select(CallOut).where(CallOut.deployment_id == bindparam("deployment_id", type_=BigInteger))
_LOCKING = _STATE.with_for_update().execution_options(populate_existing=True)


async def state_of(session: AsyncSession, deployment_id: int) -> CallOut | None:
    """The desk's hand on a call-out; None: never touched."""
    return await session.scalar(_STATE, {"deployment_id": deployment_id})


async def is_paused(session: AsyncSession, deployment_id: int) -> bool:
    """Whether nobody is asked until the desk goes on."""
    state = await state_of(session, deployment_id)
    return state is not None and state.paused_at is not None


async def skipped(session: AsyncSession, deployment_id: int) -> frozenset[int]:
    """Whom the desk does not want asked in this call-out."""
    state = await state_of(session, deployment_id)
    return frozenset(state.skipped) if state else frozenset()


async def opened(session: AsyncSession, deployment: Deployment) -> CallOut:
    """The row of a call-out, made when there is none, locked. The deployment is locked before."""
    state = await _locked(session, deployment.id)
    if state is None:
        await session.execute(
            insert(CallOut).values(deployment_id=deployment.id, skipped=[]).on_conflict_do_nothing()
        )  # fmt: skip
        state = await _locked(session, deployment.id)
    if state is None:
        raise LookupError("the call-out vanished")
    return state


async def _locked(session: AsyncSession, deployment_id: int) -> CallOut | None:
    return await session.scalar(_LOCKING, {"deployment_id": deployment_id})
