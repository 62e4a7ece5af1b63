"""Events name experts by number; whoever shows them asks here who that is today: after an erasure, nobody."""

from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.events import Event
from app.experts.models import Expert


def experts_in(event: Event) -> set[int]:
    """Experts whom an event names: who did it, and whom it is about."""
    named = {event.actor_id if event.actor_kind == "expert" else None, event.data.get("expert_id")}
    return {number for number in named if isinstance(number, int)}


async def names(session: AsyncSession, ids: Collection[int]) -> Mapping[int, str]:
    """Expert to name."""
    if not ids:
        return {}
    rows = await session.execute(select(Expert.id, Expert.name).where(Expert.id.in_(ids)))
    return {row.id: row.name for row in rows}


async def names_in(session: AsyncSession, events: Iterable[Event]) -> Mapping[int, str]:
    """Names of everybody whom events name."""
    return await names(session, set().union(*map(experts_in, events)))


def who_did(event: Event, known: Mapping[int, str]) -> str:
    """Who did it, for people; "" for the service itself, whose events before a name was kept included."""
    is_experts = event.actor_kind == "expert" and event.actor_id is not None
    return known.get(event.actor_id or 0, event.actor_name) if is_experts else event.actor_name


def facts(event: Event, known: Mapping[int, str]) -> dict[str, object]:
    """An event's data with "name" for the expert that it is about; older events bring it themselves."""
    about = event.data.get("expert_id")
    name = known.get(about) if isinstance(about, int) else None
    return event.data | ({"name": name} if name else {})
