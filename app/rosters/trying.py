"""What other rules would change, told before they hold. Nothing here writes, and nothing asks the solver to choose."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock
from app.deployments.models import Deployment
from app.deployments.opening import positions_of
from app.deployments.states import DeploymentState
from app.requests.models import Request as Ask
from app.rosters import pool, problem
from app.rosters import rules as store
from app.rosters.rules import Rules
from solver.problem import Expert, Place, Policy, Position, Request, Span

UNFINISHED = (DeploymentState.PLANNING, DeploymentState.OFFERING, DeploymentState.STAFFED)
"""Teams whose seats may still change hands."""
MOST_TEAMS = 30
"""Looked at one by one, those that begin first."""
DAY = 1440
ANYWHERE = Place(39.8, -98.6, "KS")
"""Of a seat that is done from home, so the place decides nothing."""
ALL = frozenset({"LE", "VA", "MH", "CL"})


@dataclass(frozen=True, slots=True)
class Count:
    """How many now, and how many with the other rules."""

    now: int
    then: int

    @property
    def more(self) -> int:
        """How many more; below zero: fewer."""
        return self.then - self.now


@dataclass(frozen=True, slots=True)
class Fell:
    """A rule at which people fall, in the order of the funnel: each is counted at the first that stops her."""

    sentence: str
    count: Count


@dataclass(frozen=True, slots=True)
class Team:
    """An unfinished team that other rules would touch.

    Args:
        reference: of its request.
        city: of its request.
        state: of its request.
        seats: title of each seat to be filled whose choice changes, and how many fit it.
        against: names of those in a seat whom the other rules would not send. They keep their seats.
    """

    reference: str
    city: str
    state: str
    seats: tuple[tuple[str, Count], ...]
    against: tuple[str, ...]

    @property
    def is_touched(self) -> bool:
        """Whether anything is different."""
        return bool(self.seats or self.against)


@dataclass(frozen=True, slots=True)
class Trial:
    """What other rules would change.

    Args:
        rules: label of each rule that differs, what holds, what would.
        pool: how many take part.
        can_go: of them, who could be away for the planned days from tomorrow, wherever it is.
        fell: the rules at which a different number falls.
        teams: unfinished teams that are touched.
        looked_at: of so many unfinished teams.
    """

    rules: tuple[tuple[str, object, object], ...]
    pool: int
    can_go: Count
    fell: tuple[Fell, ...]
    teams: tuple[Team, ...]
    looked_at: int

    @property
    def headline(self) -> str:
        """The answer in a sentence."""
        more = self.can_go.more
        if not more:
            return "With these rules as many people could go as now"
        people = "person" if abs(more) == 1 else "people"
        return f"With these rules {abs(more)} {'fewer' if more < 0 else 'more'} {people} could go"


def differing(now: Rules, then: Rules) -> tuple[tuple[str, object, object], ...]:
    """Every rule that differs, by its label; reserves as lines."""
    found = []
    for name, field in Rules.model_fields.items():
        one, other = getattr(now, name), getattr(then, name)
        if one != other and name != "reserves":
            found.append((field.title or name, one, other))
    if now.reserves != then.reserves:
        found.append(("National reserve", _lines(now), _lines(then)))
    return tuple(found)


def _lines(rules: Rules) -> str:
    return ", ".join(f"{one.discipline} {one.region} {one.floor}" for one in rules.reserves) or "none"


async def trial(session: AsyncSession, then: Rules) -> Trial:
    """Hold the pool and every unfinished team against other rules.

    Args:
        session: the transaction; nothing is written.
        then: the rules that are looked at.
    """
    now = await store.current(session)
    experts = await pool.everybody(session)
    rows = await session.execute(
        select(Deployment, Ask.reference, Ask.city, Ask.place_state)
        .join(Ask, Ask.id == Deployment.request_id)
        .where(Deployment.state.in_(UNFINISHED))
        .order_by(Deployment.starts_at, Deployment.id)
        .limit(MOST_TEAMS)
    )
    teams = []
    for deployment, reference, city, state in rows.all():
        seats = await positions_of(session, deployment)
        asked = await problem.request(session, deployment, seats, kept={}, held={}, excluded=())
        teams.append(((reference, city, state), asked))
    return await asyncio.to_thread(_trial, now, then, experts, teams, clock.now())


def _trial(
    now: Rules,
    then: Rules,
    experts: Sequence[Expert],
    teams: Iterable[tuple[tuple[str, str, str], Request]],
    moment: datetime,
) -> Trial:
    policies = store.policy(now), store.policy(then)
    stays = _a_stay(now, moment), _a_stay(then, moment)
    steps = [_funnel(experts, stay, policy) for stay, policy in zip(stays, policies, strict=True)]
    left = [len(experts) - sum(counts.values()) for counts in steps]
    looked_at = [_team(names, asked, experts, policies) for names, asked in teams]
    return Trial(
        rules=differing(now, then),
        pool=len(experts),
        can_go=Count(*left),
        fell=_fell(*steps),
        teams=tuple(team for team in looked_at if team.is_touched),
        looked_at=len(looked_at),
    )


def _a_stay(rules: Rules, moment: datetime) -> Request:
    """The planned days from tomorrow, in a seat that everybody could take wherever they live."""
    start = pool.minute(moment + timedelta(days=1))
    stay = Span(start, start + rules.tour_planned_days * DAY)
    seat = Position(id=1, code="ANY", disciplines=ALL, is_remote=True)
    return Request(0, ANYWHERE, stay, start - DAY, start, (seat,))


def _funnel(experts: Sequence[Expert], asked: Request, policy: Policy) -> dict[str, int]:
    """Name of the rule to how many fall at it first."""
    from solver import candidates, survey  # noqa: PLC0415 - numpy is loaded where it is used
    from solver.pool import Pool  # noqa: PLC0415 - as above

    (seat,) = survey.survey(Pool(experts), [asked], policy)
    return {step.rule: step.fell for step in candidates.funnel(seat.fails)}


def _fell(now: Mapping[str, int], then: Mapping[str, int]) -> tuple[Fell, ...]:
    from solver.rules import PERSON_RULES, SENTENCE  # noqa: PLC0415 - as above

    counts = {rule: Count(now.get(rule, 0), then.get(rule, 0)) for rule in PERSON_RULES}
    return tuple(Fell(SENTENCE[rule], count) for rule, count in counts.items() if count.more)


def _team(names: tuple[str, str, str], asked: Request, experts: Sequence[Expert], policies: Sequence[Policy]) -> Team:
    from solver import survey  # noqa: PLC0415 - as above
    from solver.pool import Pool  # noqa: PLC0415 - as above

    pinned = {one.pinned for one in asked.positions}
    pool = Pool([_besides(one, asked) if one.id in pinned else one for one in experts])
    seats: list[tuple[str, Count]] = []
    against: list[str] = []
    for one, other in zip(*(survey.survey(pool, [asked], policy) for policy in policies), strict=True):
        who = one.position.pinned
        if who is None:
            count = Count(int((one.fails == 0).sum()), int((other.fails == 0).sum()))
            seats += [(one.position.title, count)] if count.more else []
        elif who in pool.row and other.fails_of(pool.row[who]) & ~one.fails_of(pool.row[who]):
            against.append(pool.experts[pool.row[who]].name)
    return Team(*names, tuple(seats), tuple(against))


def _besides(expert: Expert, asked: Request) -> Expert:
    """Somebody of this very team, without what she holds in it: no span of another overlaps that one."""
    busy = tuple(span for span in expert.busy if span.end <= asked.stay.start or span.start >= asked.stay.end)
    served = list(expert.served)
    if asked.stay.start in served:
        served.remove(asked.stay.start)
    return replace(expert, busy=busy, served=tuple(served))
