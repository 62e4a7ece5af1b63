"""Timers, and what follows from what happened: rosters accepted, offers ended, texts lost, teams complete."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, Select, exists, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.core.database import begin, locked
from app.core.events import on
from app.core.jobs import defer, job
from app.core.settings import get_settings
from app.deployments.models import Deployment, Position
from app.deployments.queries import seats as seats_of
from app.deployments.states import DeploymentState
from app.dispatch import answers, backfill, offers, waves
from app.dispatch.models import Offer
from app.dispatch.states import OPEN, STANDING, OfferState
from app.dispatch.words import words_of
from app.messaging import outbox, texts
from app.requests.models import Request
from app.rosters import proposals
from app.rosters.models import Cap, Override, Proposal


@job("dispatch.climb")
async def climb(offer_id: int) -> None:
    """The next rung of an offer is due. Answered in the meantime, or run a second time: nothing to do."""
    async with begin() as session:
        deployment, _, offer = await answers.locked_offer(session, offer_id)
        if offer.state in OPEN:
            await offers.climb_due(session, deployment, offer)


@job(waves.LOOK)
async def look(deployment_id: int) -> None:
    """Nobody has answered for a while: ask whom the plan names now. Run twice, the second asks nobody."""
    await backfill.seek(deployment_id)


@on("deployment.opened", name="rosters.propose")
async def propose(subject_id: int) -> None:
    """Propose the first roster. Here, and not in the room of rosters: it depends on who is being asked elsewhere."""
    await backfill.propose(subject_id)


@on("roster.wished", name="rosters.compose_again")
async def compose_again(subject_id: int) -> None:
    """The desk wants somebody in, or out."""
    await backfill.propose_again(subject_id)


@on("override.granted", name="dispatch.after_override")
async def after_override(subject_id: int) -> None:
    """Two people let somebody go in spite of the exposure cap: the team is composed again, or looks again."""
    async with begin() as session:
        override = await session.get_one(Override, subject_id)
    if override.cap is Cap.EXPOSURE and not await backfill.propose_again(override.deployment_id):
        await backfill.seek(override.deployment_id)


@on("callout.resumed", name="dispatch.after_pause")
async def after_pause(subject_id: int) -> None:
    """The desk goes on: what has happened meanwhile is made up for."""
    await backfill.seek(subject_id)


@on("callout.consent_chosen", name="dispatch.after_consent")
async def after_consent(subject_id: int) -> None:
    """The desk chose how far it goes on by itself: perhaps somebody may be asked now."""
    await backfill.seek(subject_id)


def _by_somebody(proposal_id: ColumnElement[int]) -> ColumnElement[bool]:
    return exists(select(Proposal.id).where(Proposal.id == proposal_id, Proposal.decided_by_id.is_not(None)))


@on("roster.accepted", name="dispatch.ask", when=_by_somebody)
async def ask(subject_id: int) -> None:
    """Ask the people of an accepted roster; while it can still be taken back, come again when that time is over.

    A version that a call-out goes on with by itself is asked with its acceptance (`backfill.seek`).
    """
    async with begin() as session:
        proposal = await session.get_one(Proposal, subject_id)
        if proposals.is_held(proposal):
            await defer(session, "dispatch.ask", at=proposal.asks_from, subject_id=subject_id)
        else:
            await backfill.ask_roster(session, subject_id)


@on("roster.hastened", name="dispatch.ask_now")
async def ask_now(subject_id: int) -> None:
    """The desk does not wait for the end of that time."""
    async with begin() as session:
        await backfill.ask_roster(session, subject_id)


@on("offer.declined", name="dispatch.after_no")
async def after_no(subject_id: int) -> None:
    """Somebody said no: find the next person."""
    await backfill.seek_after(subject_id)


@on("offer.expired", name="dispatch.after_silence")
async def after_silence(subject_id: int) -> None:
    """Nobody answered in time: find the next person."""
    await backfill.seek_after(subject_id)


@on("offer.overdue", name="dispatch.beside")
async def beside(subject_id: int) -> None:
    """Nobody has answered yet: ask the next person beside this one."""
    await backfill.seek_after(subject_id)


@on("offer.unreachable", name="dispatch.after_unreachable")
async def after_unreachable(subject_id: int) -> None:
    """Nobody can be reached: find the next person."""
    await backfill.seek_after(subject_id)


@on("offer.withdrawn", name="dispatch.after_withdrawal")
async def after_withdrawal(subject_id: int) -> None:
    """An offer was taken back: if its seat is still open, find the next person."""
    await backfill.seek_after(subject_id)


@on("offer.standby", name="dispatch.after_standby")
async def after_standby(subject_id: int) -> None:
    """Somebody said yes but could not be seated: if the seat is open, find the next person."""
    await backfill.seek_after(subject_id)


@on("position.reopened", name="dispatch.after_reopening")
async def after_reopening(subject_id: int) -> None:
    """The desk wants a given-up seat looked for again."""
    async with begin() as session:
        deployment_id = (await session.get_one(Position, subject_id)).deployment_id
    await backfill.seek(deployment_id)


def _waits_for_the_desk(position_id: ColumnElement[int]) -> ColumnElement[bool]:
    its_deployment = select(Position.deployment_id).where(Position.id == position_id).scalar_subquery()
    return exists(proposals.waiting(its_deployment))


@on("position.filled", name="dispatch.tidy", when=_waits_for_the_desk)
async def tidy(subject_id: int) -> None:
    """A seat was filled: perhaps nothing waits for the desk any more."""
    async with begin() as session:
        known = await session.get_one(Position, subject_id)
        await backfill.tidy(session, await locked(session, Deployment, known.deployment_id))


def _overlapping(offer_id: ColumnElement[int] | int) -> Select[int]:
    """Open offers of the same person elsewhere for the same days. Who asks her locks her row, as who seats her does."""
    accepted = aliased(Offer)
    return (
        select(Offer.id)
        .join(accepted, accepted.expert_id == Offer.expert_id)
        .where(
            accepted.id == offer_id,
            accepted.state == OfferState.ACCEPTED,  # taken back at once, it takes no other question with it
            Offer.deployment_id != accepted.deployment_id,
            Offer.state.in_(OPEN),
            Offer.travel["depart"].astext < accepted.travel["rested"].astext,
            Offer.travel["rested"].astext > accepted.travel["depart"].astext,
        )
    )


def _has_overlaps(offer_id: ColumnElement[int]) -> ColumnElement[bool]:
    return exists(_overlapping(offer_id))


@on("offer.accepted", name="dispatch.clear_overlaps", when=_has_overlaps)
async def clear_overlaps(subject_id: int) -> None:
    """Somebody said yes here: their offers elsewhere for the same days are withdrawn with a word."""
    async with begin() as session:
        overlapping = list(await session.scalars(_overlapping(subject_id)))
    for offer_id in overlapping:
        async with begin() as session:
            deployment, _, offer = await answers.locked_offer(session, offer_id)
            if offer.state in OPEN:
                words = texts.other_offer_taken(await words_of(session, offer))
                await offers.withdraw(session, deployment, offer, words)


@on("deployment.staffed", name="dispatch.tell_agency")
async def tell_agency(subject_id: int) -> None:
    """The team is complete: tell the agency's contact."""
    async with begin() as session:
        deployment = await locked(session, Deployment, subject_id)
        if deployment.state is not DeploymentState.STAFFED:
            return
        request = await session.get_one(Request, deployment.request_id)
        size = sum(seat.is_filled for seat in await seats_of(session, deployment.id))
        words = texts.team_confirmed(request.reference, size, get_settings().desk_phone)
        await outbox.post_once(session, words, to=request.contact_phone, topic=offers.topic(deployment))


async def _locked_offers(session: AsyncSession, deployment: Deployment, states: Collection[OfferState]) -> list[Offer]:
    query = select(Offer).where(Offer.deployment_id == deployment.id, Offer.state.in_(states)).order_by(Offer.id)
    return list(await session.scalars(query.with_for_update()))


@on("deployment.demobilising", name="dispatch.ask_no_more")
async def ask_no_more(subject_id: int) -> None:
    """The team goes home: whoever is still asked to join it hears that nobody is needed."""
    async with begin() as session:
        deployment = await locked(session, Deployment, subject_id)
        for offer in await _locked_offers(session, deployment, OPEN):
            await offers.withdraw(session, deployment, offer, texts.withdrawn(await words_of(session, offer)))


@on("deployment.stood_down", name="dispatch.tell_stood_down")
async def tell_stood_down(subject_id: int) -> None:
    """The deployment is called off: everybody asked or seated is told, in words that fit."""
    async with begin() as session:
        deployment = await locked(session, Deployment, subject_id)
        for offer in await _locked_offers(session, deployment, STANDING):
            words = texts.stood_down(await words_of(session, offer), get_settings().desk_phone)
            await offers.withdraw(session, deployment, offer, words)
