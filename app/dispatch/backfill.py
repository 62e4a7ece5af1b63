"""Whom to ask next: a new solve with everybody who said yes, or is still being asked, in their place."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, BigInteger, DateTime, any_, bindparam, select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import load_only

from app.core.clock import clock
from app.core.database import begin, locked
from app.core.events import record
from app.core.jobs import defer
from app.deployments import seats
from app.deployments.models import Assignment, Deployment, Position
from app.deployments.states import ASKING, DEPLOYMENT, LIVE, DeploymentState, PositionState
from app.dispatch import consent, hand, offers, waves
from app.dispatch.ladder import Step, index_of
from app.dispatch.limits import asked_enough
from app.dispatch.models import Offer
from app.dispatch.states import OPEN, OfferState
from app.rosters import proposals, queries
from app.rosters.composing import Standing, compose, solve
from app.rosters.models import Pick, Proposal, ProposalState
from app.rosters.pool import minute
from solver.problem import Span

SEEK = "dispatch.seek"
WANTS_PEOPLE = (DeploymentState.PLANNING, *ASKING)


def is_overdue(offer: Offer, deployment: Deployment) -> bool:
    """Whether the ladder has said to ask the next person beside this one."""
    return offer.rung > index_of(deployment.priority, Step.ASK_NEXT)


def needy(deployment: Deployment, positions: Iterable[Position], out: Iterable[Offer]) -> list[Position]:
    """Seats for which somebody must be asked: not filled, and no open offer that still has its time."""
    hopeful = {offer.position_id for offer in out if offer.state in OPEN and not is_overdue(offer, deployment)}
    idle = (PositionState.OPEN, PositionState.HELD)
    return [position for position in positions if position.state in idle and position.id not in hopeful]


_ASKED_ELSEWHERE = select(Offer.expert_id, Offer.travel).where(
    Offer.deployment_id != bindparam("besides", type_=BigInteger),
    Offer.state.in_(OPEN),
    Offer.reply_by > bindparam("now", type_=DateTime(timezone=True)),
)


async def asked_elsewhere(session: AsyncSession, deployment: Deployment | None) -> dict[int, list[Span]]:
    """Spans of offers open in other deployments: who is being asked there is not asked here for the same days.

    Without a deployment: of all offers that are open.
    """
    besides = deployment.id if deployment is not None else 0
    rows = await session.execute(_ASKED_ELSEWHERE, {"besides": besides, "now": clock.now()})
    spans: dict[int, list[Span]] = defaultdict(list)
    for expert_id, travel in rows:
        if travel:
            spans[expert_id].append(span_of(travel))
    return spans


def span_of(travel: Mapping[str, Any]) -> Span:
    """From leaving home to the end of the rest, of a journey as offers keep it."""
    leaves, rested = (datetime.fromisoformat(travel[name]) for name in ("depart", "rested"))
    return Span(minute(leaves), minute(rested))


def standing_of(
    deployment: Deployment, out: Iterable[Offer], elsewhere: dict[int, list[Span]], skipped: Iterable[int] = ()
) -> Standing:
    """Who stays in the next roster, and who is not proposed: skipped, said no, asked beside another."""
    kept: dict[int, int] = {}
    excluded: set[int] = set(skipped)
    for offer in out:
        if offer.state in OPEN and not is_overdue(offer, deployment):
            first = kept.setdefault(offer.position_id, offer.expert_id)
            excluded |= {offer.expert_id} - {first}
        elif offer.state not in (OfferState.ACCEPTED, OfferState.STANDBY):
            excluded.add(offer.expert_id)
    return Standing(kept=kept, excluded=frozenset(excluded - set(kept.values())), asked_elsewhere=elsewhere)


async def propose(deployment_id: int) -> None:
    """Compose the first roster, without whom another team asks for the same days. Run twice, the second finds it."""
    async with begin() as session:
        if await session.scalar(select(Proposal.id).where(Proposal.deployment_id == deployment_id).limit(1)):
            return
    await _compose_new(deployment_id, cause="approved")


async def propose_again(deployment_id: int) -> bool:
    """The desk wants somebody in, or out: a new version. Run twice, the second is the same; once accepted, none.

    Returns:
        Whether the roster is still being made: once it is accepted, only a search brings in somebody else.
    """
    async with begin() as session:
        newest = await queries.current(session, deployment_id)
        deployment = await session.get_one(Deployment, deployment_id)
        is_open = deployment.state is DeploymentState.PLANNING
        if newest is None or newest.state is not ProposalState.PROPOSED or not is_open:
            return False
    await _compose_new(deployment_id, cause="desk")
    return True


async def _compose_new(deployment_id: int, *, cause: str) -> None:
    async with begin() as session:
        elsewhere = await asked_elsewhere(session, await session.get_one(Deployment, deployment_id))
        tired = frozenset(await asked_enough(session))
    await compose(deployment_id, Standing(kept={}, excluded=tired, asked_elsewhere=elsewhere), cause=cause)


async def seek(deployment_id: int, *, cause: str = "backfill") -> Proposal | None:
    """Compose again for the seats that need somebody, and ask, unless the desk wants to look first.

    Returns:
        The new proposal, or None when no seat needs anybody.
    """
    async with begin() as session:
        deployment = await locked(session, Deployment, deployment_id)
        standing = await _standing(session, deployment)
    return None if standing is None else await _compose_and_ask(deployment, standing, cause)


_LOCKING_OF_OFFER = (
    select(Deployment)
    .join(Offer, Offer.deployment_id == Deployment.id)
    .where(Offer.id == bindparam("offer_id", type_=BigInteger))
    .with_for_update(of=Deployment)
)


async def seek_after(offer_id: int) -> Proposal | None:
    """As `seek`, after an offer has ended or is overdue."""
    async with begin() as session:
        deployment = (await session.scalars(_LOCKING_OF_OFFER, {"offer_id": offer_id})).one()
        standing = await _standing(session, deployment)
    return None if standing is None else await _compose_and_ask(deployment, standing, "backfill")


async def _standing(session: AsyncSession, deployment: Deployment) -> Standing | None:
    """What stands when the team is composed again; None when nobody is sought. The deployment is locked."""
    if deployment.state not in WANTS_PEOPLE:
        return None
    state = await hand.state_of(session, deployment.id)
    if state is not None and state.paused_at is not None:
        return None
    team = await waves.team_of(session, deployment, lock=True)
    if not needy(deployment, team.positions, team.out):
        await waves.widen(session, deployment, team)
        return None
    skipped = {*(state.skipped if state else ()), *await asked_enough(session)}
    # A wish of the desk's must not bring back whom another team has seated since.
    skipped |= await _seated_elsewhere(session, deployment, await _accepted(session, deployment))
    return standing_of(deployment, team.out, await asked_elsewhere(session, deployment), skipped)


async def _compose_and_ask(known: Deployment, standing: Standing, cause: str) -> Proposal:
    solved = await solve(known.id, standing)
    async with begin() as session:
        deployment = await locked(session, Deployment, known.id)
        proposal = await proposals.keep(session, deployment, solved, cause=cause)
        await _go_on(session, deployment, proposal)
    return proposal


async def _go_on(session: AsyncSession, deployment: Deployment, proposal: Proposal) -> None:
    """Work with a new version at once, or have the desk asked first, as it consented. The deployment is locked."""
    if deployment.state not in ASKING:
        return
    team = await waves.team_of(session, deployment, lock=True)
    wanted = [position.id for position in needy(deployment, team.positions, team.out)]
    chosen = await _chosen(session, proposal.id)
    after = {position_id: pick.expert_id for position_id, pick in chosen.items()}
    state = await hand.state_of(session, deployment.id)
    level = consent.level_in(state)
    if consent.goes_on(level, after, wanted, await waves.fine(session, deployment, level) or ()):
        await proposals.accept(session, deployment, proposal)
        if state is None or state.paused_at is None:
            await _ask_all(session, deployment, team, chosen)
    else:
        await record(
            session, "callout.asks_desk", deployment.id, topic=offers.topic(deployment), version=proposal.version
        )


async def wanting(session: AsyncSession, deployment: Deployment) -> list[Position]:
    """Seats for which somebody must be asked."""
    team = await waves.team_of(session, deployment, lock=False)
    return needy(deployment, team.positions, team.out)


async def waiting(session: AsyncSession, deployment: Deployment) -> consent.Waiting | None:
    """What waits for the desk's consent, in words; None when nothing does."""
    if deployment.state not in ASKING:
        return None
    return await consent.waiting(session, deployment, await wanting(session, deployment))


async def tidy(session: AsyncSession, deployment: Deployment) -> None:
    """What waits for the desk is put away when no seat needs anybody any more."""
    if deployment.state is not DeploymentState.PLANNING and not await wanting(session, deployment):
        await proposals.shelve(session, deployment)


async def ask_roster(session: AsyncSession, proposal_id: int) -> None:
    """Ask the people of an accepted roster for the seats that need somebody. Run twice, the second asks nobody."""
    proposal = await session.get_one(Proposal, proposal_id)
    deployment = await locked(session, Deployment, proposal.deployment_id)
    if proposal.state is not ProposalState.ACCEPTED or deployment.state not in WANTS_PEOPLE:
        return
    if await hand.is_paused(session, deployment.id):
        return
    team = await waves.team_of(session, deployment, lock=True)
    await _ask_all(session, deployment, team, await _chosen(session, proposal.id))


async def _ask_all(session: AsyncSession, deployment: Deployment, team: waves.Team, chosen: Mapping[int, Pick]) -> None:
    """Ask whom an accepted version chose, and what follows: seats that nobody fits, and who is asked beside.

    Args:
        session: the transaction.
        deployment: locked, and not paused.
        team: its seats, locked too, and its offers.
        chosen: position to whom the version chose.
    """
    left, asked = await _ask_chosen(session, deployment, team, chosen)
    team = waves.Team(team.positions, [*team.out, *asked])
    for position, pick in left:
        if pick is None or pick.expert_id is None:
            await _nobody(session, deployment, position, pick, team.out)
    if any(pick is not None and pick.expert_id is not None for _, pick in left):
        await defer(session, SEEK, deployment_id=deployment.id)
    await waves.widen(session, deployment, team)


async def _ask_chosen(
    session: AsyncSession, deployment: Deployment, team: waves.Team, chosen: Mapping[int, Pick]
) -> tuple[list[tuple[Position, Pick | None]], list[Offer]]:
    """Ask whom a version chose for the seats that need somebody, if they may be asked.

    Returns:
        Seats for which nobody was asked, with whom the version chose: nobody, or somebody who cannot be asked now.
        And the offers that were made.
    """
    if DEPLOYMENT.can(deployment.state, "ask"):
        deployment.state = DEPLOYMENT.after(deployment.state, "ask")
    seats_to_fill = needy(deployment, team.positions, team.out)
    people = _people_for(seats_to_fill, chosen)
    await offers.get_ready(session, deployment, people)
    not_now = not_askable(deployment, team.out) | (await asked_enough(session, people)).keys()
    not_now |= await _seated_elsewhere(session, deployment, chosen.values())
    left, asked = list[tuple[Position, Pick | None]](), list[Offer]()
    for position in seats_to_fill:
        pick = chosen.get(position.id)
        if pick is None or pick.expert_id is None or pick.expert_id in not_now:
            left.append((position, pick))
        else:
            await _free_standby(session, deployment, team.out, pick.expert_id)
            asked.append(await offers.ask(session, deployment, position, pick))
    return left, asked


_CHOSEN = select(Pick).where(Pick.proposal_id == bindparam("proposal_id", type_=BigInteger), Pick.rank == 0)
_ACCEPTED = (
    select(Pick)
    .join(Proposal, Proposal.id == Pick.proposal_id)
    .where(Proposal.deployment_id == bindparam("deployment_id", type_=BigInteger))
    .where(Proposal.state == ProposalState.ACCEPTED, Pick.rank == 0)
    .options(load_only(Pick.expert_id, Pick.travel))  # reasons are long, and for people
)
_SEATED = select(Assignment.expert_id, Assignment.span).where(
    Assignment.expert_id == any_(bindparam("people", type_=ARRAY(BigInteger))),
    Assignment.state.in_(LIVE),
    Assignment.deployment_id != bindparam("besides", type_=BigInteger),
)


async def _chosen(session: AsyncSession, proposal_id: int) -> dict[int, Pick]:
    """Whom a version chose, by position."""
    return {pick.position_id: pick for pick in await session.scalars(_CHOSEN, {"proposal_id": proposal_id})}


async def _accepted(session: AsyncSession, deployment: Deployment) -> Sequence[Pick]:
    """Whom the roster that the desk works with chose."""
    return (await session.scalars(_ACCEPTED, {"deployment_id": deployment.id})).all()


async def _seated_elsewhere(session: AsyncSession, deployment: Deployment, picks: Iterable[Pick]) -> set[int]:
    """Who of these has taken a seat in another team since, at a time of their journey or rest."""
    journeys = {pick.expert_id: pick.travel for pick in picks if pick.expert_id is not None and pick.travel}
    if not journeys:
        return set()
    rows = await session.execute(_SEATED, {"people": list(journeys), "besides": deployment.id})
    return {who for who, span in rows if span.overlaps(_range(journeys[who]))}


def _range(travel: Mapping[str, Any]) -> Range[datetime]:
    return Range(datetime.fromisoformat(travel["depart"]), datetime.fromisoformat(travel["rested"]))


def _people_for(positions: Iterable[Position], chosen: Mapping[int, Pick]) -> list[int]:
    """Whom the roster proposes for these seats."""
    picks = (chosen.get(position.id) for position in positions)
    return [pick.expert_id for pick in picks if pick is not None and pick.expert_id is not None]


def not_askable(deployment: Deployment, out: Sequence[Offer]) -> set[int]:
    """Who sits, is being asked, or has said no since the roster was composed: it may be older than their answer."""
    standing = {offer.expert_id for offer in out if offer.state in (*OPEN, OfferState.ACCEPTED)}
    return standing | standing_of(deployment, out, {}).excluded


async def _nobody(
    session: AsyncSession, deployment: Deployment, position: Position, pick: Pick | None, out: Iterable[Offer]
) -> None:
    """Nobody fits. While somebody is still being asked for the seat, it is too early to give up."""
    if not any(offer.position_id == position.id and offer.state in OPEN for offer in out):
        told = [reason["text"] for reason in (pick.reasons if pick else [])]
        await seats.give_up(session, deployment, position, seats.why_empty(told[:6]))


async def _free_standby(session: AsyncSession, deployment: Deployment, out: Iterable[Offer], expert_id: int) -> None:
    """Somebody on standby is asked anew: the old offer ends, the new one has its own code and deadline."""
    for offer in out:
        if offer.expert_id == expert_id and offer.state is OfferState.STANDBY:
            await offers.withdraw(session, deployment, await locked(session, Offer, offer.id), None)
