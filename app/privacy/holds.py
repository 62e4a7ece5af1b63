"""Legal holds: set and lifted by a person with a reason, both in the log."""

from collections.abc import Sequence

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock
from app.core.database import locked
from app.core.events import Actor, record
from app.core.problems import Conflict, Invalid
from app.privacy.models import HoldKind, LegalHold

LONGEST_REASON = 500


class Held(Conflict):
    """There is a legal hold: nothing of this may be erased until it is lifted."""


async def standing(session: AsyncSession, kind: HoldKind, subject_id: int) -> LegalHold | None:
    """The hold on one expert or request."""
    query = select(LegalHold).where(
        LegalHold.kind == kind, LegalHold.subject_id == subject_id, LegalHold.lifted_at.is_(None)
    )
    return await session.scalar(query)


async def latest(session: AsyncSession, limit: int = 200) -> Sequence[LegalHold]:
    """All holds: those that stand before those that were lifted, the newest first."""
    order = (LegalHold.lifted_at.is_not(None), LegalHold.id.desc())
    return (await session.scalars(select(LegalHold).order_by(*order).limit(limit))).all()


async def find(session: AsyncSession, kind: HoldKind, about: str) -> int:
    """The id of what somebody means: an expert's number, or a request's reference.

    Raises:
        Invalid: there is none.
    """
    if kind is HoldKind.REQUEST:
        query, errors = "select id from requests where reference = :about", {"about": "There is no such request."}
    else:
        query, errors = (
            "select id from experts where id::text = :about",
            {"about": "There is no expert of this number."},
        )
    found = await session.scalar(text(query), {"about": about.strip()})
    if found is None:
        raise Invalid(errors=errors)
    return int(found)


async def put(session: AsyncSession, kind: HoldKind, subject_id: int, why: str, *, by: Actor) -> LegalHold:
    """Set a hold ("hold.set").

    Raises:
        Invalid: no reason.
        Conflict: there is one already.
    """
    why = _reason(why)
    await session.execute(text("select pg_advisory_xact_lock(hashtextextended('legal_holds', 0))"))
    if await standing(session, kind, subject_id) is not None:
        raise Conflict("There is a legal hold on this already.")
    hold = LegalHold(kind=kind, subject_id=subject_id, why=why, set_at=clock.now(), set_by_id=by.id)
    session.add(hold)
    await session.flush()
    await record(session, "hold.set", hold.id, topic=_topic(hold), by=by, on=kind, of=subject_id, why=why)
    return hold


async def lift(session: AsyncSession, hold_id: int, why: str, *, by: Actor) -> LegalHold:
    """Lift a hold ("hold.lifted").

    Raises:
        Invalid: no reason.
        Conflict: it is lifted already.
    """
    hold = await locked(session, LegalHold, hold_id)
    if hold.lifted_at is not None:
        raise Conflict("This legal hold is lifted already.")
    hold.lifted_why = _reason(why)
    hold.lifted_at, hold.lifted_by_id = clock.now(), by.id
    await session.flush()
    await record(session, "hold.lifted", hold.id, topic=_topic(hold), by=by, on=hold.kind, of=hold.subject_id, why=why)
    return hold


def _reason(why: str) -> str:
    why = " ".join(why.replace("\0", "").split())
    if not why or len(why) > LONGEST_REASON:
        raise Invalid(errors={"why": f"Say why, in {LONGEST_REASON} characters at most."})
    return why


def _topic(hold: LegalHold) -> str:
    return f"request:{hold.subject_id}" if hold.kind is HoldKind.REQUEST else ""
