"""Reading proposals."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.problems import NotFound
from app.deployments.models import Position
from app.experts.models import Expert
from app.rosters.models import DecisionRecord, Pick, Proposal, ProposalState


@dataclass(frozen=True, slots=True)
class Choice:
    """One person proposed for one seat."""

    pick: Pick
    expert: Expert


@dataclass(frozen=True, slots=True)
class ProposedSeat:
    """One seat of a proposal: the choice and its alternates, or why nobody fits."""

    position: Position
    choice: Choice | None
    alternates: tuple[Choice, ...]
    empty: Pick | None

    @property
    def instead(self) -> Mapping[str, Any] | None:
        """The best team with somebody else in the seat, as `Pick.facts` has it."""
        return (self.choice.pick.facts or {}).get("instead") if self.choice else None


async def current(session: AsyncSession, deployment_id: int) -> Proposal | None:
    """The proposal the desk looks at: the newest that is not superseded."""
    return await session.scalar(
        select(Proposal)
        .where(Proposal.deployment_id == deployment_id, Proposal.state != ProposalState.SUPERSEDED)
        .order_by(Proposal.version.desc())
        .limit(1)
    )


async def version(session: AsyncSession, deployment_id: int, number: int, *, lock: bool = False) -> Proposal:
    """One version of a deployment's roster.

    Raises:
        NotFound: no such version.
    """
    query = select(Proposal).where(Proposal.deployment_id == deployment_id, Proposal.version == number)
    found = await session.scalar(query.with_for_update() if lock else query)
    if found is None:
        raise NotFound
    return found


async def versions(session: AsyncSession, deployment_id: int) -> Sequence[Proposal]:
    """Every version, newest first."""
    query = select(Proposal).where(Proposal.deployment_id == deployment_id).order_by(Proposal.version.desc())
    return (await session.scalars(query)).all()


async def accepted_picks(session: AsyncSession, deployment_id: int) -> dict[int, int]:
    """Position to expert of the roster the desk works with; empty before there is one."""
    return await _picks(session, deployment_id, ProposalState.ACCEPTED)


async def proposed_picks(session: AsyncSession, deployment_id: int) -> dict[int, int]:
    """Position to expert of the version that the desk looks at; empty before there is one."""
    return await _picks(session, deployment_id, ProposalState.PROPOSED)


_PICKS = (
    select(Pick.position_id, Pick.expert_id)
    .join(Proposal, Proposal.id == Pick.proposal_id)
    .where(Proposal.deployment_id == bindparam("deployment_id", type_=BigInteger))
    .where(Proposal.state == bindparam("state", type_=Proposal.state.type), Pick.rank == 0)
)


async def _picks(session: AsyncSession, deployment_id: int, state: ProposalState) -> dict[int, int]:
    rows = await session.execute(_PICKS, {"deployment_id": deployment_id, "state": state})
    return {position: expert for position, expert in rows if expert is not None}


async def record_of(session: AsyncSession, proposal: Proposal) -> DecisionRecord:
    """What a version was made of.

    Raises:
        NotFound: it was made before records were kept.
    """
    found = await session.scalar(select(DecisionRecord).where(DecisionRecord.proposal_id == proposal.id))
    if found is None:
        raise NotFound
    return found


async def seats(session: AsyncSession, proposal: Proposal) -> list[ProposedSeat]:
    """The proposal seat by seat, in the order of the team."""
    rows = await session.execute(
        select(Position, Pick, Expert)
        .join(Pick, Pick.position_id == Position.id)
        .outerjoin(Expert, Expert.id == Pick.expert_id)
        .where(Pick.proposal_id == proposal.id)
        .order_by(Position.number, Pick.rank)
    )
    by_seat: dict[int, list[tuple[Position, Pick, Expert | None]]] = defaultdict(list)
    for position, pick, expert in rows:
        by_seat[position.id].append((position, pick, expert))
    return [_seat(choices) for choices in by_seat.values()]


def _seat(choices: list[tuple[Position, Pick, Expert | None]]) -> ProposedSeat:
    position, first, _ = choices[0]
    people = [Choice(pick, expert) for _, pick, expert in choices if expert is not None]
    if first.expert_id is None:
        return ProposedSeat(position, None, (), first)
    return ProposedSeat(position, people[0], tuple(people[1:]), None)
