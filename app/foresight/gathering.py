"""From the database to what forecasts are worked out from. Read only."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock
from app.core.problems import Conflict
from app.deployments.models import Position
from app.dispatch.backfill import asked_elsewhere
from app.dispatch.callout import HABITS, LOOKS_BACK, SAID
from app.dispatch.limits import A_DAY, asked_enough
from app.dispatch.models import Offer
from app.experts.models import Contact, Expert
from app.foresight import past, reach
from app.foresight.advice import Wish
from app.foresight.country import PEOPLE
from app.foresight.outlook import Question
from app.foresight.reach import Person, Ways
from app.requests.states import Priority
from app.rosters import pool, problem, rules
from solver import chances
from solver.problem import Place


@dataclass(frozen=True, slots=True)
class Answers:
    """What people answered before: person by person, and all of them."""

    history: Mapping[int, tuple[chances.Asked, ...]]
    everybody: tuple[chances.Asked, ...]

    @property
    def habits(self) -> chances.Habits:
        """The habits of everybody, learned from these."""
        return chances.learned(self.everybody, HABITS)


async def answers(session: AsyncSession) -> Answers:
    """Offers that have ended."""
    now = clock.now()
    rows = await session.execute(
        select(Offer.expert_id, Offer.state, Offer.asked_at, Position.disciplines)
        .join(Position, Position.id == Offer.position_id)
        .where(Offer.state.in_(SAID), Offer.asked_at > now - LOOKS_BACK)
        .order_by(Offer.id)
    )
    found: dict[int, list[chances.Asked]] = defaultdict(list)
    for expert_id, state, asked_at, disciplines in rows:
        discipline = disciplines[0] if len(disciplines) == 1 else ""
        found[expert_id].append(chances.Asked(max(0.0, (now - asked_at) / A_DAY), SAID[state], discipline))
    return Answers({who: tuple(theirs) for who, theirs in found.items()}, tuple(a for t in found.values() for a in t))


async def people(session: AsyncSession, said: Answers) -> list[Person]:
    """Everybody who takes part and can be reached, with what binds them."""
    experts = await pool.everybody(session, await asked_elsewhere(session, None))
    can_be_reached = exists().where(Contact.expert_id == Expert.id)
    rows = await session.execute(select(Expert.id, Expert.time_zone, Expert.wakes_for_immediate).where(can_be_reached))
    reached = {row.id: (row.time_zone, row.wakes_for_immediate) for row in rows}
    rests = await asked_enough(session)
    return [Person(e, *reached[e.id], said.history.get(e.id, ()), rests.get(e.id)) for e in experts if e.id in reached]


async def ways(session: AsyncSession) -> Ways:
    """How people are asked, by the rules that hold."""
    held = await rules.current(session)
    asking = rules.wave_policy(held, Priority.IMMEDIATE)
    packing = problem.PACKING[Priority.IMMEDIATE] / timedelta(minutes=1)
    return Ways(rules.policy(held), packing, asking.at_once, asking.look_minutes, rules.night(held))


async def question(session: AsyncSession, seed: int) -> tuple[Question, dict[str, Any]]:
    """Readiness, as a question; and from what its weights come, for people."""
    said = await answers(session)
    known = await past.expected(session)
    places: dict[str, list[Place]] = defaultdict(list)
    for one in known.incidents if known else ():
        places[one.state].append(Place(one.latitude, one.longitude, one.state))
    basis: dict[str, Any] = {"weights": "people", "incidents": 0, "from_synthetic": False}
    weights: Mapping[str, float] = PEOPLE
    if known is not None:
        weights = {state: rate.a_year.estimate.value for state, rate in known.states.items()}
        synthetic = any(file.is_synthetic for file in await past.files(session))
        basis = {"weights": "incidents", "incidents": len(known.incidents), "from_synthetic": synthetic}
    asked = Question(
        people=await people(session, said), ways=await ways(session), now=clock.now(), seed=seed, places=dict(places),
        weights=weights, habits=said.habits, answered=len(said.everybody),
    )  # fmt: skip
    return asked, basis


class NoIncidents(Conflict):
    """No past incidents are loaded, so it is not known where people are needed. Load a file under Demand first."""


async def wish(session: AsyncSession, seed: int, asks: Mapping[str, Any]) -> Wish:
    """Whom to recruit, as a question.

    Raises:
        NoIncidents: none were loaded.
    """
    known = await past.expected(session)
    if known is None:
        raise NoIncidents
    said = await answers(session)
    found = await people(session, said)
    asking = await ways(session)
    yes, replies = reach.People(found, asking, clock.now()).says_yes(said.habits, 0)
    comes = {one.expert.id: float(p) for one, p in zip(found, yes * replies, strict=True)}
    return Wish(
        [one.expert for one in found], known, asking.policy, count=asks["count"], seed=seed, may_lead=asks["may_lead"],
        within_hours=asks.get("within_hours"), says_yes=comes,
    )  # fmt: skip
