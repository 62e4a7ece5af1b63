"""Whether somebody whom the desk names fits a seat of a team that is being asked: the solver's rules, one person."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.problems import NotFound
from app.deployments.models import Deployment, Position
from app.deployments.opening import positions_of
from app.rosters import pool, problem
from app.rosters import rules as policies
from solver.problem import Expert, Policy, Request
from solver.roster import Reason, Travel
from solver.rules import Rule

REFUSED = frozenset(
    {
        Rule.PAPERS, Rule.LICENCE, Rule.LEADER, Rule.TRAINEE_LEADS, Rule.ELIGIBLE, Rule.FREE, Rule.EXPOSURE,
        Rule.ONE_SEAT, Rule.ONE_PLACE, Rule.CONFLICT, Rule.PINNED,
    }
)  # fmt: skip
"""Rules of safety: rest, exposure, one place at a time, papers, licences, ties to the agency. Nobody sets them aside.

What is left is the desk's judgement, with a written reason (domain.md 1.4, 1.5): expertise, discipline, arrival,
caps, one employer, trainees, and living in the county of the incident.
"""


@dataclass(frozen=True, slots=True)
class Fitness:
    """What speaks against one expert in one seat.

    Args:
        refused: rules that nobody sets aside, each in a sentence.
        overridable: rules that the desk sets aside with a written reason.
        travel: her journey.
    """

    refused: tuple[Reason, ...]
    overridable: tuple[Reason, ...]
    travel: Travel


async def of(
    session: AsyncSession, deployment: Deployment, position: Position, expert_id: int, team: Mapping[int, int]
) -> Fitness:
    """Hold one expert against the rules for one seat.

    Args:
        session: the transaction.
        deployment: whose team it is.
        position: the seat.
        expert_id: who might sit there.
        team: position to expert of who else is seated or asked; another one asked for the same seat does not count.

    Raises:
        NotFound: nobody of the active pool.
    """
    others = {seat: who for seat, who in team.items() if seat != position.id}
    seats = await positions_of(session, deployment)
    asked = await problem.request(session, deployment, seats, kept=others, held={}, excluded=())
    people = {one.pinned for one in asked.positions if one.pinned is not None} | {expert_id}
    experts = [one for one in await pool.for_deployment(session, deployment, {}) if one.id in people]
    known = {one.id: one for one in experts}
    if expert_id not in known:
        raise NotFound
    asked = replace(asked, excluded=frozenset())
    holding = policies.policy(await policies.current(session))
    rules, travel = await asyncio.to_thread(_held_against, experts, asked, position.id, expert_id, holding)
    by_county = _is_only_county(known[expert_id], asked)
    refused = tuple(one for one in rules if one.code in REFUSED and not (one.code == Rule.CONFLICT and by_county))
    return Fitness(refused, tuple(one for one in rules if one not in refused), travel)


def _held_against(
    experts: Sequence[Expert], asked: Request, position_id: int, expert_id: int, policy: Policy
) -> tuple[tuple[Reason, ...], Travel]:
    from solver.check import expected_travel  # noqa: PLC0415 - numpy is loaded where it is used
    from solver.search import why_not  # noqa: PLC0415 - as above

    who = next(one for one in experts if one.id == expert_id)
    seat = next(one for one in asked.positions if one.id == position_id)
    return why_not(experts, asked, position_id, expert_id, policy), expected_travel(who, asked, seat, policy)


def _is_only_county(who: Expert, asked: Request) -> bool:
    """Whether living in the county is all that ties her: a second look, no bar (domain.md 1.4)."""
    works_there = (who.employer or "").strip().casefold() == asked.agency_name.strip().casefold() != ""
    return asked.agency_id not in who.conflicts and not works_there
