"""Compose a team: read the problem in one transaction, solve outside any, keep the answer in another."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.core.database import begin, locked
from app.deployments.models import Deployment
from app.deployments.opening import positions_of
from app.rosters import pool, problem, proposals, queries, relief_holds, rules, solving, wishes
from solver.problem import Span


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands already when a team is composed: told by the room that asks people."""

    kept: Mapping[int, int]
    """Position to expert: confirmed or being asked."""
    excluded: frozenset[int] = frozenset()
    """Declined, did not answer, or taken out by the desk."""
    asked_elsewhere: Mapping[int, list[Span]] | None = None
    """Spans of offers open in other deployments, by expert."""


def _with_wishes(standing: Standing, wished: wishes.Wishes) -> tuple[dict[int, int], frozenset[int]]:
    """Who stays and who is out, with what the desk wishes where nothing that stands already speaks against it."""
    taken = set(standing.kept.values()) | standing.excluded
    pins = {seat: who for seat, who in wished.pins.items() if seat not in standing.kept and who not in taken}
    kept = {**standing.kept, **pins}
    return kept, standing.excluded | (wished.excluded - set(kept.values()))


async def compose(deployment_id: int, standing: Standing, *, cause: str) -> None:
    """Solve for the deployment's seats and keep the answer as a new version.

    Args:
        deployment_id: whose team.
        standing: who stays, and who is not to be proposed.
        cause: "approved", "backfill" or "desk"; part of the version's story.
    """
    solved = await solve(deployment_id, standing)
    async with begin() as session:
        await proposals.keep(session, await locked(session, Deployment, deployment_id), solved, cause=cause)


async def solve(deployment_id: int, standing: Standing) -> solving.Solved:
    """Solve for the deployment's seats, and keep nothing.

    Args:
        deployment_id: whose team.
        standing: who stays, and who is not to be proposed.
    """
    async with begin() as session:
        deployment = await session.get_one(Deployment, deployment_id)
        seats = await positions_of(session, deployment)
        experts = await pool.for_deployment(session, deployment, standing.asked_elsewhere or {})
        before = await queries.accepted_picks(session, deployment_id)
        kept, excluded = _with_wishes(standing, await wishes.of(session, deployment_id))
        shown = {} if before else await queries.proposed_picks(session, deployment_id)
        asked = await problem.request(
            session, deployment, seats, kept=kept, held=before | await relief_holds.rather(session, deployment_id),
            excluded=excluded, shown=shown,
        )  # fmt: skip
        holding = rules.policy(await rules.current(session))
    return await solving.solve(experts, asked, holding)
