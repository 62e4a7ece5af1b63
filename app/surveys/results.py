"""What surveys came to: shares of good answers, suppressed where so few answered that a person could be guessed."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.surveys.models import Audience, Survey, Touch
from app.surveys.questions import GOOD, QUESTIONS, WHEN
from app.web.languages import N_, translated

SMALLEST = 5
"""Shares of fewer answers are not told of experts and partners (domain.md 7). An agency answers in its own name."""
TITLES = {
    Audience.AGENCY: N_("The agency"), Audience.EXPERT: N_("The experts"), Audience.PARTNER: N_("Partners on site"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Share:
    """One question: the share of good answers, or None where too few answered it to be told."""

    title: str
    value: float | None


@dataclass(frozen=True, slots=True)
class Result:
    """One survey of one deployment.

    Args:
        title: whom, and when.
        asked: how many were sent.
        answered: how many answered.
        shares: question by question.
        words: what people wrote, in no order that names them.
        is_small: so few answered that shares are not told.
    """

    title: str
    asked: int
    answered: int
    shares: tuple[Share, ...]
    words: tuple[str, ...]
    is_small: bool


async def of(session: AsyncSession, deployment_id: int) -> list[Result]:
    """Every survey of a deployment that was sent, agency first."""
    query = select(Survey).where(Survey.deployment_id == deployment_id, Survey.sent_at.is_not(None))
    groups: dict[tuple[Audience, Touch], list[Survey]] = defaultdict(list)
    for row in await session.scalars(query):
        groups[row.audience, row.touch].append(row)
    return [result(*key, groups[key]) for key in sorted(QUESTIONS, key=_rank) if key in groups]


def _rank(key: tuple[Audience, Touch]) -> tuple[int, int]:
    return list(Audience).index(key[0]), list(Touch).index(key[1])


def result(audience: Audience, touch: Touch, rows: Sequence[Survey]) -> Result:
    """One survey's answers together."""
    said = [row.answers for row in rows if row.answers is not None]
    is_small = audience is not Audience.AGENCY and len(said) < SMALLEST
    shares = []
    for one in QUESTIONS[audience, touch]:
        values = [GOOD.get(answers[one.name], 0.0) for answers in said if one.name in answers]
        told = len(values) >= (1 if audience is Audience.AGENCY else SMALLEST)
        shares.append(Share(translated(one.title), sum(values) / len(values) if told else None))
    words = sorted(answers["words"] for answers in said if answers.get("words"))
    title = f"{translated(TITLES[audience])}, {translated(WHEN[touch])}"
    return Result(title, len(rows), len(said), tuple(shares), tuple(words), is_small and bool(said))
