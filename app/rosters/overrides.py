"""Two people set a cap of somebody aside for one deployment: one asks with a reason, another decides (domain.md 1.5).

A tour limit, duty hours, the exposure cap: the same two steps. The database refuses one person for both.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock
from app.core.events import Actor, record
from app.core.problems import Conflict, Invalid, NotFound
from app.deployments.models import Deployment
from app.experts.models import Expert
from app.rosters.models import Cap, Override
from app.watch import alarms


class SamePerson(Conflict):
    """A cap is set aside by two different people: somebody else decides on what you asked for."""


REFUSALS = {"ck_overrides_two_people": SamePerson}
"""What the database says, in words."""
IN_WORDS = {
    Cap.TOUR: "the longest stay", Cap.DUTY: "the duty hours", Cap.EXPOSURE: "the exposure cap",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """An override and whose cap it is."""

    override: Override
    expert: Expert

    @property
    def is_open(self) -> bool:
        """Whether it waits for a second person."""
        return self.override.granted_at is None and self.override.refused_at is None


def _topic(deployment: Deployment) -> str:
    return f"request:{deployment.request_id}"


def _key(override: Override) -> str:
    return f"override:{override.id}"


async def ask(  # noqa: PLR0917 - whose cap, for which stay, and why
    session: AsyncSession, deployment: Deployment, expert_id: int, cap: Cap, until: datetime, reason: str, *, by: Actor
) -> Override:
    """Ask for a cap to be set aside ("override.asked"); a second person decides. Asked twice, the first stands.

    Args:
        session: the transaction; the deployment is locked by the caller.
        deployment: for which it would hold, and no other.
        expert_id: whose cap.
        cap: which.
        until: the last moment on site for which it would hold.
        reason: why, for the log and for whoever decides.
        by: a user.

    Raises:
        Invalid: without a reason.
        NotFound: no such expert.
    """
    if not reason.strip():
        raise Invalid(errors={"reason": "Say why, in a sentence. It stands in the log and in the report."})
    expert = await session.get(Expert, expert_id)
    if expert is None:
        raise NotFound
    there = next((one for one in await _of(session, deployment.id, expert_id, cap) if one.granted_at is None), None)
    if there is not None:
        return there
    override = Override(
        deployment_id=deployment.id, expert_id=expert_id, cap=cap, until=until, reason=reason.strip(),
        asked_at=clock.now(), asked_by_id=by.id, asked_by_name=by.name, second_reason="",
    )  # fmt: skip
    session.add(override)
    await session.flush()
    await record(
        session, "override.asked", override.id, topic=_topic(deployment), by=by, cap=cap, reason=override.reason,
        expert_id=expert_id,
    )  # fmt: skip
    await alarms.sound(
        session, "override.asked", _key(override), topic=_topic(deployment), subject_id=override.id,
        says=f"{by.name} asks to set {IN_WORDS[cap]} of {expert.name} aside: {override.reason}",
        action="A second person decides.",
    )  # fmt: skip
    return override


async def _of(session: AsyncSession, deployment_id: int, expert_id: int, cap: Cap) -> Sequence[Override]:
    """What was asked for somebody and not refused, the latest last."""
    query = select(Override).where(
        Override.deployment_id == deployment_id, Override.expert_id == expert_id, Override.cap == cap,
        Override.refused_at.is_(None),
    )  # fmt: skip
    return (await session.scalars(query.order_by(Override.id))).all()


async def find(session: AsyncSession, deployment: Deployment, override_id: int) -> Override:
    """An override of a deployment that waits for its second person, locked.

    Raises:
        NotFound: no such override in this deployment.
        Conflict: it is decided.
    """
    query = select(Override).where(Override.id == override_id, Override.deployment_id == deployment.id)
    found = await session.scalar(query.with_for_update().execution_options(populate_existing=True))
    if found is None:
        raise NotFound
    if found.granted_at is not None or found.refused_at is not None:
        raise Conflict("This is decided already.")
    return found


async def grant(session: AsyncSession, deployment: Deployment, override: Override, reason: str, *, by: Actor) -> None:
    """The second person sets the cap aside ("override.granted").

    Raises:
        SamePerson: who asked for it.
        Invalid: without a reason.
    """
    if by.id == override.asked_by_id:
        raise SamePerson
    override.granted_at, override.granted_by_id, override.granted_by_name = clock.now(), by.id, by.name
    await _decided(session, deployment, override, "override.granted", reason, by)


async def refuse(session: AsyncSession, deployment: Deployment, override: Override, reason: str, *, by: Actor) -> None:
    """The cap stands ("override.refused"); also for whoever asked and thinks better of it. Raises as `grant`."""
    override.refused_at, override.refused_by_name = clock.now(), by.name
    await _decided(session, deployment, override, "override.refused", reason, by)


async def _decided(  # noqa: PLR0917 - one decision
    session: AsyncSession, deployment: Deployment, override: Override, kind: str, reason: str, by: Actor
) -> None:
    if not reason.strip():
        raise Invalid(errors={"reason": "Say why, in a sentence. It stands in the log and in the report."})
    override.second_reason = reason.strip()
    await session.flush()
    await alarms.settle_key(session, _key(override), by=by)
    await record(
        session, kind, override.id, topic=_topic(deployment), by=by, cap=override.cap, expert_id=override.expert_id,
        reason=f"{override.reason} / {override.second_reason}",
    )  # fmt: skip


_SET_ASIDE = select(Override.expert_id).where(
    Override.deployment_id == bindparam("deployment_id", type_=BigInteger),
    Override.cap == bindparam("cap", type_=Override.cap.type),
    Override.granted_at.is_not(None),
)


async def set_aside(session: AsyncSession, deployment_id: int, cap: Cap, until: datetime | None = None) -> set[int]:
    """Whose cap two people have set aside in a deployment, for a stay until `until` if that is given."""
    query = _SET_ASIDE if until is None else _SET_ASIDE.where(Override.until >= until)
    return set(await session.scalars(query, {"deployment_id": deployment_id, "cap": cap}))


async def of_deployment(session: AsyncSession, deployment_id: int) -> list[Asked]:
    """Every override of a deployment, the latest first."""
    rows = await session.execute(
        select(Override, Expert)
        .join(Expert, Expert.id == Override.expert_id)
        .where(Override.deployment_id == deployment_id)
        .order_by(Override.id.desc())
    )
    return [Asked(row[0], row[1]) for row in rows]


async def names_at_cap(session: AsyncSession, loads: dict[int, float], cap: float) -> list[tuple[Expert, float]]:
    """Whoever the exposure cap keeps from every team now, with what they carry, the least first."""
    over: Collection[int] = [who for who, load in loads.items() if load >= cap]
    people = await session.scalars(select(Expert).where(Expert.id.in_(over), Expert.is_active))
    return sorted(((one, loads[one.id]) for one in people), key=lambda pair: (pair[1], pair[0].name))
