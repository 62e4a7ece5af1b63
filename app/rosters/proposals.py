"""Proposals: keep what the solver answered, with its reasons; one of them is accepted at a time."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from sqlalchemy import BigInteger, ScalarSelect, Select, bindparam, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock
from app.core.events import SYSTEM, Actor, record
from app.core.problems import Conflict
from app.deployments.models import Deployment
from app.deployments.states import DEPLOYMENT, DeploymentState
from app.rosters.models import DecisionRecord, Pick, Proposal, ProposalState
from app.rosters.pool import moment
from app.rosters.solving import Solved
from solver.changes import aloud
from solver.roster import Alternate, Change, OtherRoster, Reason, Seat, Travel


class RosterChanged(Conflict):
    """There is a newer proposal. Look at it and decide again."""


class NobodyWanted(Conflict):
    """The deployment is called off or over: nobody is asked for it any more."""


def travel_facts(travel: Travel) -> dict[str, Any]:
    """A journey as it is kept: mode, minutes one way, and its moments in ISO."""
    moments = {name: moment(getattr(travel, name)).isoformat() for name in ("depart", "arrive", "home", "rested")}
    return {"mode": travel.mode, "minutes": travel.minutes, **moments}


def _told(reasons: Iterable[Reason]) -> list[dict[str, Any]]:
    """Reasons as they are kept."""
    return [asdict(reason) for reason in reasons]


def _empty_seat(seat: Seat) -> list[dict[str, Any]]:
    funnel = [{"code": "funnel", "text": step.text, "is_warning": False} for step in seat.funnel]
    helps = [{"code": "would_help", "text": one.text, "is_warning": False} for one in seat.helps]
    return _told(seat.reasons) + funnel + helps


def _facts_of_empty(seat: Seat) -> dict[str, Any]:
    helps = [
        {"text": one.text, "cost": one.cost, "waivers": [asdict(w) for w in one.waivers], **other_facts(one.roster)}
        for one in seat.helps
    ]
    return {"funnel": [asdict(step) for step in seat.funnel], "helps": helps}


def _picks(proposal_id: int, seat: Seat) -> Iterable[Pick]:
    if seat.expert_id is None or seat.travel is None:
        yield Pick(
            proposal_id=proposal_id, position_id=seat.position_id, rank=0, expert_id=None,
            reasons=_empty_seat(seat), travel=None, costs="", facts=_facts_of_empty(seat),
        )  # fmt: skip
        return
    yield _pick(proposal_id, seat, 0, Alternate(seat.expert_id, seat.travel, seat.reasons, ""),
                {"instead": other_facts(seat.instead)} if seat.instead else {})  # fmt: skip
    for rank, other in enumerate(seat.alternates, 1):
        yield _pick(proposal_id, seat, rank, other, {"differences": [asdict(one) for one in other.differences]})


def _pick(proposal_id: int, seat: Seat, rank: int, choice: Alternate, facts: dict[str, Any]) -> Pick:
    return Pick(
        proposal_id=proposal_id, position_id=seat.position_id, rank=rank, expert_id=choice.expert_id,
        reasons=_told(choice.reasons), travel=travel_facts(choice.travel), costs=choice.costs, facts=facts,
    )  # fmt: skip


def other_facts(other: OtherRoster) -> dict[str, Any]:
    """Another roster as it is kept and told: what would change and what that costs, in sentences and as data."""
    return {
        "changes": list(aloud(other.changes)),
        "costs": [cost.text for cost in other.costs],
        "moves": [change_facts(change) for change in other.changes],
        "differences": [asdict(cost) for cost in other.costs],
        "is_proven": other.is_proven,
    }


def change_facts(change: Change) -> dict[str, Any]:
    """What became of one person, as it is kept."""
    return {"kind": change.kind, "expert_id": change.expert_id, "text": change.text}


_OF = bindparam("of", type_=BigInteger)
_LAST = select(func.max(Proposal.version)).where(Proposal.deployment_id == _OF)
_SUPERSEDE = (
    update(Proposal)
    .where(Proposal.deployment_id == _OF, Proposal.state == bindparam("was", type_=Proposal.state.type))
    .values(state=ProposalState.SUPERSEDED)
)


async def _supersede(session: AsyncSession, deployment: Deployment, was: ProposalState) -> None:
    await session.execute(_SUPERSEDE, {"of": deployment.id, "was": was})


async def keep(session: AsyncSession, deployment: Deployment, solved: Solved, *, cause: str) -> Proposal:
    """Keep the solver's answer as the next version, with its record; older open proposals are superseded."""
    roster = solved.roster
    last = await session.scalar(_LAST, {"of": deployment.id})
    await _supersede(session, deployment, ProposalState.PROPOSED)
    proposal = Proposal(
        deployment_id=deployment.id,
        version=(last or 0) + 1,
        state=ProposalState.PROPOSED,
        cause=cause,
        status=roster.status,
        pool_size=roster.pool_size,
        considered=roster.considered,
        solve_ms=roster.solve_ms,
        solver_version=roster.version,
        gap=roster.gap,
        changes=[change_facts(one) for one in roster.changes],
        runner_up=other_facts(roster.runner_up) if roster.runner_up else None,
        edits=[],
        goals={goal.name: goal.value for goal in roster.goals},
        shortages=[{"need": shortage.need, "text": shortage.text} for shortage in roster.shortages],
        made_at=clock.now(),
        decided_by_id=None,
    )
    session.add(proposal)
    await session.flush()
    if solved.record:
        session.add(DecisionRecord(proposal_id=proposal.id, sha256=solved.sha256, body=solved.record))
    session.add_all(pick for seat in roster.seats for pick in _picks(proposal.id, seat))
    await record(
        session, "roster.proposed", proposal.id, topic=f"request:{deployment.request_id}",
        version=proposal.version, cause=cause, solve_ms=roster.solve_ms,
    )  # fmt: skip
    return proposal


class TooLate(Conflict):
    """The people have been asked. Take their offers back one by one."""


async def accept(
    session: AsyncSession,
    deployment: Deployment,
    proposal: Proposal,
    *,
    by: Actor = SYSTEM,
    hold: timedelta = timedelta(),
) -> Proposal:
    """Work with this proposal: its people are asked as soon as this is committed, or after `hold`.

    Raises:
        RosterChanged: it is not the newest any more, or was accepted before.
        NobodyWanted: the deployment was called off, or its team goes home.
    """
    if proposal.state != ProposalState.PROPOSED:
        raise RosterChanged
    if not DEPLOYMENT.can(deployment.state, "stand_down"):
        raise NobodyWanted
    await _supersede(session, deployment, ProposalState.ACCEPTED)
    proposal.state = ProposalState.ACCEPTED
    proposal.decided_by_id = by.id if by.kind == "user" else None
    # Later versions replace one that is at work: there is nothing to go back to.
    is_first = deployment.state is DeploymentState.PLANNING
    proposal.asks_from = clock.now() + hold if hold and is_first else None
    await record(
        session,
        "roster.accepted",
        proposal.id,
        topic=f"request:{deployment.request_id}",
        by=by,
        version=proposal.version,
    )
    return proposal


async def shelve(session: AsyncSession, deployment: Deployment) -> None:
    """Put away what is proposed and waits: nobody is wanted any more."""
    waiting = await session.scalars(
        update(Proposal)
        .where(Proposal.deployment_id == deployment.id, Proposal.state == ProposalState.PROPOSED)
        .values(state=ProposalState.SUPERSEDED)
        .returning(Proposal.id)
    )
    for proposal_id in waiting.all():
        await record(session, "roster.shelved", proposal_id, topic=f"request:{deployment.request_id}")


def waiting(deployment_id: ScalarSelect[int]) -> Select[int]:
    """Versions of a deployment that wait for somebody's decision."""
    return select(Proposal.id).where(Proposal.deployment_id == deployment_id, Proposal.state == ProposalState.PROPOSED)


def is_held(proposal: Proposal) -> bool:
    """Whether it is accepted and nobody is asked yet, so that it can be taken back."""
    return (
        proposal.state is ProposalState.ACCEPTED and proposal.asks_from is not None and proposal.asks_from > clock.now()
    )


async def take_back(session: AsyncSession, deployment: Deployment, proposal: Proposal, *, by: Actor) -> None:
    """Undo an acceptance while nobody was asked. The deployment is locked.

    Raises:
        TooLate: the people have been asked.
    """
    if deployment.state is not DeploymentState.PLANNING or not is_held(proposal):
        raise TooLate
    proposal.state, proposal.decided_by_id, proposal.asks_from = ProposalState.PROPOSED, None, None
    await record(
        session, "roster.taken_back", proposal.id, topic=f"request:{deployment.request_id}", by=by,
        version=proposal.version,
    )  # fmt: skip


async def hasten(session: AsyncSession, deployment: Deployment, proposal: Proposal, *, by: Actor) -> None:
    """Ask the people of an accepted version now. Not held any more: nothing to do."""
    if is_held(proposal):
        proposal.asks_from = None
        await record(
            session, "roster.hastened", proposal.id, topic=f"request:{deployment.request_id}", by=by,
            version=proposal.version,
        )  # fmt: skip


async def list_also(  # noqa: PLR0917 - all that a pick is made of
    session: AsyncSession,
    proposal: Proposal,
    position_id: int,
    expert_id: int,
    travel: Travel,
    reasons: Iterable[Reason],
) -> Pick:
    """Put somebody at the end of a seat's list, whom people chose and not the solver."""
    last = await session.scalar(
        select(func.max(Pick.rank)).where(Pick.proposal_id == proposal.id, Pick.position_id == position_id)
    )
    pick = Pick(
        proposal_id=proposal.id, position_id=position_id, rank=(last or 0) + 1, expert_id=expert_id,
        reasons=_told(reasons), travel=travel_facts(travel), costs="", facts=None,
    )  # fmt: skip
    session.add(pick)
    await session.flush()
    return pick


async def swap(
    session: AsyncSession, deployment: Deployment, proposal: Proposal, position_id: int, expert_id: int, *, by: Actor
) -> Pick:
    """Put a named alternate into a seat of a proposal that nobody has been asked from yet.

    Raises:
        RosterChanged: the proposal is accepted or superseded.
        Conflict: this person is not among the seat's alternates, or sits elsewhere in the team.
    """
    if proposal.state != ProposalState.PROPOSED:
        raise RosterChanged
    rows = await session.scalars(
        select(Pick).where(Pick.proposal_id == proposal.id, Pick.position_id == position_id).order_by(Pick.rank)
    )
    picks: Mapping[int | None, Pick] = {pick.expert_id: pick for pick in rows}
    chosen, other = next((p for p in picks.values() if p.rank == 0), None), picks.get(expert_id)
    if chosen is None or other is None or other is chosen:
        raise Conflict("This person is not an alternate for this seat.")
    rank, other.rank, chosen.rank = other.rank, -1, -2
    await session.flush()
    other.rank, chosen.rank = 0, rank
    # What they would cost was said of another team than the one that it is now.
    other.facts, chosen.facts = None, None
    edit = {"at": clock.now().isoformat(), "by": by.id, "position_id": position_id,
            "left": chosen.expert_id, "came": other.expert_id}  # fmt: skip
    proposal.edits = [*proposal.edits, edit]
    await session.flush()
    await record(
        session, "roster.swapped", proposal.id, topic=f"request:{deployment.request_id}", by=by, position_id=position_id
    )
    return other
