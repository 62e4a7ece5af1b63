"""The desk asks somebody of its own choice for a seat: held against the solver's rules first, and on record."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.events import Actor, record
from app.core.problems import Conflict, Invalid
from app.deployments import seats
from app.deployments.models import Deployment, Position
from app.deployments.states import ASKING, PositionState
from app.dispatch import hand, offers
from app.dispatch.limits import resting
from app.dispatch.models import Offer
from app.dispatch.offers import AskedAlready
from app.dispatch.states import OPEN, OfferState
from app.dispatch.waves import NotAsking, Paused
from app.experts.models import Expert
from app.rosters import fitness, proposals
from app.rosters.models import Pick, Proposal, ProposalState
from solver.roster import Reason

ASKABLE = (PositionState.OPEN, PositionState.HELD, PositionState.UNFILLABLE)


class SeatNotFree(Conflict):
    """Somebody has this seat, or it is cancelled."""


class RuleForbids(Conflict):
    """A rule of safety keeps this expert out of this seat. Nobody sets it aside."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What speaks against asking somebody: never to be set aside, or with a written reason."""

    refused: tuple[Reason, ...]
    needs_reason: tuple[Reason, ...]


async def check(session: AsyncSession, deployment: Deployment, position: Position, expert_id: int) -> Verdict:
    """What speaks against asking this expert for this seat; empty when nothing does. Changes nothing.

    Raises:
        NotFound: nobody of the active pool.
    """
    return (await _checked(session, deployment, position, expert_id))[0]


async def ask(
    session: AsyncSession, deployment: Deployment, position: Position, expert_id: int, reason: str, *, by: Actor
) -> Offer:
    """Ask this expert for this seat now, or when her night is over. Deployment and seat are locked by the caller.

    Args:
        session: the transaction.
        deployment: whose team.
        position: the seat.
        expert_id: whom.
        reason: why rules are set aside, where any is.
        by: who wants it.

    Raises:
        NotFound: nobody of the active pool.
        Paused, NotAsking, SeatNotFree, AskedAlready: not now.
        RuleForbids: a rule of safety; `rules` says which.
        Invalid: a rule is to be set aside and no reason is given; `rules` says which.
    """
    proposal = await _roster(session, deployment)
    if position.state not in ASKABLE:
        raise SeatNotFree
    await offers.lock_people(session, [expert_id])
    verdict, fit = await _checked(session, deployment, position, expert_id)
    if verdict.refused:
        raise RuleForbids(" ".join(one.text for one in verdict.refused), rules=_told(verdict.refused))
    if verdict.needs_reason and not reason.strip():
        why = "Say why this is set aside: " + " ".join(one.text for one in verdict.needs_reason)
        raise Invalid(errors={"reason": why}, rules=_told(verdict.needs_reason))
    await _free_standby(session, deployment, expert_id)
    await seats.reopen(session, deployment, position, by=by)
    pick = await _listed(session, proposal, position, expert_id, fit, verdict)
    offer = await offers.ask(session, deployment, position, pick, by=by)
    await record(
        session, "offer.added", offer.id, topic=offers.topic(deployment), by=by, title=position.title,
        reason=reason.strip(), rules=[one.code for one in verdict.needs_reason],
    )  # fmt: skip
    return offer


async def _roster(session: AsyncSession, deployment: Deployment) -> Proposal:
    """The version that is worked with."""
    if deployment.state not in ASKING:
        raise NotAsking
    if await hand.is_paused(session, deployment.id):
        raise Paused
    proposal = await session.scalar(
        select(Proposal).where(Proposal.deployment_id == deployment.id, Proposal.state == ProposalState.ACCEPTED)
    )
    if proposal is None:
        raise NotAsking
    return proposal


async def _checked(
    session: AsyncSession, deployment: Deployment, position: Position, expert_id: int
) -> tuple[Verdict, fitness.Fitness]:
    rows = await session.scalars(select(Offer).where(Offer.deployment_id == deployment.id).order_by(Offer.id))
    asked = list(rows)
    if any(one.expert_id == expert_id and one.state in (*OPEN, OfferState.ACCEPTED) for one in asked):
        raise AskedAlready
    fit = await fitness.of(session, deployment, position, expert_id, _team(asked))
    flags = await _flags(session, deployment, asked, expert_id, fit)
    return Verdict(fit.refused, (*fit.overridable, *flags)), fit


def _team(asked: Iterable[Offer]) -> dict[int, int]:
    """Position to one person who is asked for it, the first."""
    team: dict[int, int] = {}
    for one in asked:
        if one.state in (*OPEN, OfferState.ACCEPTED):
            team.setdefault(one.position_id, one.expert_id)
    return team


async def _flags(
    session: AsyncSession, deployment: Deployment, asked: Iterable[Offer], expert_id: int, fit: fitness.Fitness
) -> list[Reason]:
    """What is no rule of the solver, and yet wants a second look."""
    found = []
    if any(one.expert_id == expert_id and one.state is OfferState.DECLINED for one in asked):
        found.append(Reason("declined", "Has said no to this team.", is_warning=True))
    if expert_id in await hand.skipped(session, deployment.id):
        found.append(Reason("skipped", "Was left out of this call-out by the desk.", is_warning=True))
    if await _is_asked_elsewhere(session, deployment, expert_id, proposals.travel_facts(fit.travel)):
        found.append(Reason("asked_elsewhere", "Is being asked by another team for these days.", is_warning=True))
    rest = await resting(session, expert_id)
    if rest is not None:
        expert = await session.get_one(Expert, expert_id)
        found.append(Reason("asked_often", rest.said(expert.time_zone), is_warning=True))
    return found


async def _is_asked_elsewhere(
    session: AsyncSession, deployment: Deployment, expert_id: int, travel: dict[str, str]
) -> bool:
    open_there = select(Offer.id).where(
        Offer.expert_id == expert_id, Offer.deployment_id != deployment.id, Offer.state.in_(OPEN),
        Offer.travel["depart"].astext < travel["rested"], Offer.travel["rested"].astext > travel["depart"],
    )  # fmt: skip
    return await session.scalar(open_there.limit(1)) is not None


async def _free_standby(session: AsyncSession, deployment: Deployment, expert_id: int) -> None:
    """Who is on standby is asked anew: the old offer ends without a word."""
    waiting = select(Offer).where(
        Offer.deployment_id == deployment.id, Offer.expert_id == expert_id, Offer.state == OfferState.STANDBY
    )
    for offer in await session.scalars(waiting.with_for_update()):
        await offers.withdraw(session, deployment, offer, None)


async def _listed(  # noqa: PLR0917 - all that a pick is made of
    session: AsyncSession,
    proposal: Proposal,
    position: Position,
    expert_id: int,
    fit: fitness.Fitness,
    verdict: Verdict,
) -> Pick:
    """The expert's place on the seat's list; who stands on it already keeps theirs."""
    there = await session.scalar(
        select(Pick).where(
            Pick.proposal_id == proposal.id, Pick.position_id == position.id, Pick.expert_id == expert_id
        )
    )
    if there is not None:
        return there
    return await proposals.list_also(
        session, proposal, position.id, expert_id, fit.travel,
        [Reason("desk", "Asked on the wish of the desk.", is_warning=False), *verdict.needs_reason],
    )  # fmt: skip


def _told(reasons: Iterable[Reason]) -> list[dict[str, str]]:
    return [{"code": one.code, "text": one.text} for one in reasons]
