"""The present pool as members, read from the database: without names and numbers, which no trial needs."""

from collections import defaultdict

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock
from app.deployments.models import Assignment
from app.deployments.states import LIVE
from app.experts.models import Absence, Contact, Credential, Expert
from app.trials.members import COPIED, Member

FICTION = "+1{area}55501{number:02d}"
"""555-01xx is reserved for fiction; the area code makes it unique."""


def phone(number: int) -> str:
    """An invented number for the so-manyth phone."""
    return FICTION.format(area=201 + number // 100, number=number % 100)


async def pool(session: AsyncSession) -> list[Member]:
    """Everybody active, with papers, what they are away or promised for, and as many phones as they have.

    Names and numbers are invented. What they did and carried before now does not count in a trial.
    """
    phones: dict[int, int] = defaultdict(int)
    for who in await session.scalars(select(Contact.expert_id)):
        phones[who] += 1
    papers: dict[int, list[tuple[str, str | None, object]]] = defaultdict(list)
    rows = await session.execute(select(Credential.expert_id, Credential.kind, Credential.state, Credential.expires_on))
    for row in rows:
        papers[row.expert_id].append((row.kind, row.state, row.expires_on))
    away: dict[int, list[tuple[object, object]]] = defaultdict(list)
    absences = await session.execute(
        select(Absence.expert_id, Absence.starts_at, Absence.ends_at).where(Absence.ends_at > clock.now())
    )
    for who, starts_at, ends_at in absences:
        away[who].append((starts_at, ends_at))
    taken = select(Assignment.expert_id, Assignment.span).where(
        Assignment.state.in_(LIVE), func.upper(Assignment.span) > clock.now()
    )
    for who, span in await session.execute(taken):
        away[who].append((span.lower, span.upper))
    experts = await session.scalars(select(Expert).where(Expert.is_active).order_by(Expert.id))
    return [
        _member(one, number, phones[one.id], tuple(papers[one.id]), tuple(away[one.id]))
        for number, one in enumerate(experts)
    ]


def _member(expert: Expert, number: int, phones: int, papers: tuple, away: tuple) -> Member:  # type: ignore[type-arg]
    known = {name: getattr(expert, name) for name in COPIED if name != "name"}
    return Member(
        id=expert.id, name=f"Expert {expert.id}", disciplines=tuple(expert.disciplines),
        conflict_agencies=tuple(expert.conflict_agencies), credentials=papers, absences=away,
        phones=tuple(phone(2 * number + place) for place in range(min(phones, 2))), **known,
    )  # fmt: skip
