"""Who takes part in a demonstration: keys that act for the chief and the desk, and phones for everybody in the pool."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import httpx
from sqlalchemy import func, select

from app.access import keys
from app.access.models import User
from app.core.clock import clock
from app.core.database import begin, close_engine
from app.core.events import SYSTEM, Event
from app.core.jobs import job_app
from app.core.problems import Conflict
from app.experts.models import Contact, Expert
from app.rooms import load_jobs
from app.seed import filling


@dataclass(frozen=True, slots=True)
class Cast:
    """API keys by part, and everybody's numbers and names."""

    keys: dict[str, str]
    phones: list[tuple[str, str]]
    pool: int
    is_new: bool


PARTS = {
    "chief": filling.REQUESTER.email,
    "intake": filling.STAFF[0].email,
    "recommender": filling.STAFF[1].email,
    "approver": filling.STAFF[2].email,
    "admin": filling.STAFF[3].email,
}


async def last_moment() -> datetime | None:
    """When something last happened in this database: a second demonstration goes on from there."""
    try:
        async with begin() as session:
            return await session.scalar(select(func.max(Event.at)))
    finally:
        await close_engine()


async def gather(*, experts: int, seed: int) -> Cast:
    """Fill an empty database, and make keys for this run."""
    load_jobs()
    try:
        async with job_app().open_async():
            async with begin() as session:
                is_new = await filling.fill(session, experts=experts, seed=seed)
            return await cast_of(PARTS, is_new=is_new)
    finally:
        await close_engine()


async def cast_of(parts: dict[str, str], *, is_new: bool = True, days: int | None = 30) -> Cast:
    """Keys for everybody who has a part, valid for so many days, and all phones."""
    made: dict[str, str] = {}
    async with begin() as session:
        for part, email in parts.items():
            user = await session.scalar(select(User).where(User.email == email))
            if user is None:
                raise Conflict(f"{email} has no account in this database; a demonstration needs its own.")
            _, made[part] = await keys.make(
                session, user.id, f"demonstration {clock.now():%H:%M}", days=days, by=SYSTEM
            )
        rows = await session.execute(select(Contact.number, Expert.name).join(Expert, Expert.id == Contact.expert_id))
        phones = [(number, name) for number, name in rows]
    return Cast(made, phones, len({name for _, name in phones}), is_new)


def hand_out_phones(simulator: httpx.Client, phones: Iterable[tuple[str, str]]) -> None:
    """Give everybody in the pool a simulated phone."""
    people = [{"number": number, "name": name} for number, name in phones]
    for start in range(0, len(people), 1000):
        simulator.post("/simulator/people", json=people[start : start + 1000]).raise_for_status()
