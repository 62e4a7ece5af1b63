"""Every answer in every state: what it does, and the truthful text that goes back."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock
from app.core.events import Actor, Event, record
from app.core.jobs import cancel
from app.core.problems import NotFound, Problem
from app.core.settings import get_settings
from app.deployments import seats
from app.deployments.models import Deployment, Position
from app.deployments.opening import DoubleBooked, SeatTaken
from app.deployments.states import DeploymentState, PositionState
from app.dispatch import moving, offers
from app.dispatch.models import Offer
from app.dispatch.states import OFFER, OPEN, STANDING, OfferState
from app.dispatch.words import words_of
from app.experts.models import Expert
from app.messaging import outbox, texts
from app.rosters.models import Pick

D = DeploymentState
OVER = (D.STOOD_DOWN, D.DEMOBILISING, D.AFTER_ACTION, D.CLOSED)
"""An answer to a deployment that is over changes nothing: whoever gives it hears how it stands."""


WAITING = (OfferState.DEFERRED, OfferState.STANDBY, OfferState.EXPIRED, OfferState.UNREACHABLE)
"""Whoever hears that the desk decides, or that we text them if we need them, as long as the team is needed."""


class AskedAnew(Problem):
    """This person was asked again since: the answer belongs to that question."""

    status = 409


class Answer(StrEnum):
    """What a person said to an offer."""

    YES = "yes"
    NO = "no"
    CONDITIONAL = "conditional"


FOUND = "answered"
"""Where a session keeps what is locked for an answer: what nobody keeps it reads again for whoever asks."""
_LOCKING = (
    select(Deployment, Position, Offer)
    .select_from(Offer)
    .join(Deployment, Deployment.id == Offer.deployment_id)
    .join(Position, Position.id == Offer.position_id)
    .where(Offer.id == bindparam("offer_id", type_=BigInteger))
    .with_for_update(of=(Deployment, Position, Offer))  # PostgreSQL locks a row's tables in the order named here
    .execution_options(populate_existing=True)
)


async def locked_offer(session: AsyncSession, offer_id: int) -> tuple[Deployment, Position, Offer]:
    """Load an offer for change, with its deployment and seat, locked in the house's order.

    Raises:
        NotFound: no such offer.
    """
    for _ in range(2):
        found = (await session.execute(_LOCKING, {"offer_id": offer_id})).one_or_none()
        if found is not None:
            session.info.setdefault(FOUND, []).append(found)
            return found.Deployment, found.Position, found.Offer
        # Moved to another seat while we waited for its deployment, which is ours now: it does not move again.
    raise NotFound


async def take(
    session: AsyncSession,
    offer_id: int,
    answer: Answer,
    said: str,
    *,
    by: Actor,
    message_id: int | None = None,
    said_at: datetime | None = None,
) -> texts.Text:
    """Apply an answer to an offer.

    Args:
        session: the transaction.
        offer_id: the offer.
        answer: what it means.
        said: the whole of what was said.
        by: the expert, or the desk for one who said it by phone.
        message_id: the incoming text, if it was one. The same text twice has no second effect.
        said_at: when it was said, if not now. What was said before the answer that counts changes nothing.

    Returns:
        What to tell the person. Nothing is sent here.

    Raises:
        AskedAnew: the desk enters a yes to a question that has ended, of somebody whom this team has asked again.
    """
    deployment, position, offer = await locked_offer(session, offer_id)
    if message_id is not None and offer.answer_message_id == message_id:
        return await _as_it_stands(session, offer)
    if said_at is not None and offer.answered_at is not None and said_at < offer.answered_at:
        return await _as_it_stands(session, offer)
    offer.answer, offer.answered_at = said, said_at or clock.now()
    if message_id is not None:
        offer.answer_message_id = message_id
    if deployment.state in OVER:
        return await _as_it_stands(session, offer)
    if answer is Answer.YES:
        return await _yes(session, deployment, position, offer, by)
    if answer is Answer.NO:
        return await _no(session, deployment, position, offer, by)
    return await _conditional(session, deployment, offer, by)


async def enter(
    session: AsyncSession, offer_id: int, answer: Answer, said: str, *, by: Actor
) -> tuple[Offer, texts.Text]:
    """Take an answer that came by hand, and text the person what it came to: the offer, and that text."""
    words = await take(session, offer_id, answer, said, by=by)
    deployment, _, offer = await locked_offer(session, offer_id)
    await offers.tell(session, deployment, offer, words)
    return offer, words


async def _as_it_stands(session: AsyncSession, offer: Offer) -> texts.Text:
    """The truth about an offer that the answer does not change."""
    words = await words_of(session, offer)
    desk_phone = get_settings().desk_phone
    deployment = await session.get_one(Deployment, offer.deployment_id)
    if deployment.state is DeploymentState.STOOD_DOWN:
        return texts.stood_down(words, desk_phone)
    ended = texts.seat_taken(words) if offer.seat_lost_at else texts.withdrawn(words)
    if deployment.state in OVER and offer.state in WAITING:
        return ended
    told = {
        OfferState.ACCEPTED: texts.seat_confirmed_again(words, desk_phone),
        OfferState.DECLINED: texts.got_no(words),
        OfferState.STANDBY: texts.standby(words),
        OfferState.DEFERRED: texts.deferred(words, desk_phone),
        OfferState.EXPIRED: texts.too_late(words),
        OfferState.UNREACHABLE: texts.too_late(words),
    }
    return told.get(offer.state, ended)


async def _yes(
    session: AsyncSession, deployment: Deployment, position: Position, offer: Offer, by: Actor
) -> texts.Text:
    if offer.state not in STANDING and await _is_asked_anew(session, offer):
        if by.kind == "user":
            raise AskedAnew
        return texts.deferred(await words_of(session, offer), get_settings().desk_phone)
    if not await _may_come(session, offer):
        return await _as_it_stands(session, offer)
    if by.kind != "user" and await _is_late(session, deployment, offer):  # the desk may always seat somebody
        return await _standby(session, deployment, offer, by, texts.too_late(await words_of(session, offer)))
    if position.state in (PositionState.FILLED, PositionState.CANCELLED):
        other = await moving.seat_for(session, deployment, offer, moving.FREE)
        if other is None:
            return await _standby(session, deployment, offer, by, texts.standby(await words_of(session, offer)))
        return await _seat(session, deployment, other[0], offer, by, other[1])
    return await _seat(session, deployment, position, offer, by)


async def _is_asked_anew(session: AsyncSession, offer: Offer) -> bool:
    """Whether this team has asked them again, and that question stands: nobody stands in a team twice."""
    newer = select(Offer.id).where(
        Offer.deployment_id == offer.deployment_id, Offer.expert_id == offer.expert_id, Offer.state.in_(STANDING)
    )
    return await session.scalar(newer.limit(1)) is not None


async def _is_late(session: AsyncSession, deployment: Deployment, offer: Offer) -> bool:
    """Whether a yes was said after the time to answer. Whoever was on time and waits on standby is not late."""
    said_at = offer.answered_at or clock.now()  # a text whose webhook was lost is read when its time is over
    if offer.state in OPEN or offer.reply_by > said_at:
        return False
    in_time = select(Event.id).where(
        Event.topic == offers.topic(deployment), Event.kind == "offer.standby", Event.subject_id == offer.id,
        Event.at <= offer.reply_by,
    )  # fmt: skip
    return offer.state is not OfferState.STANDBY or await session.scalar(in_time.limit(1)) is None


async def _may_come(session: AsyncSession, offer: Offer) -> bool:
    """Whether a yes counts: of an offer taken back only when a faster yes took the seat and nothing was asked since."""
    if offer.state is not OfferState.WITHDRAWN:
        return OFFER.can(offer.state, "accept")
    newer = select(Offer.id).where(
        Offer.deployment_id == offer.deployment_id, Offer.expert_id == offer.expert_id, Offer.id > offer.id
    )
    return offer.seat_lost_at is not None and await session.scalar(newer.limit(1)) is None


_LOCKING_PERSON = select(Expert.id).where(Expert.id == bindparam("expert_id", type_=BigInteger)).with_for_update()


async def _seat(  # noqa: PLR0917 - who takes which seat
    session: AsyncSession, deployment: Deployment, position: Position, offer: Offer, by: Actor, pick: Pick | None = None
) -> texts.Text:
    """Seat the person of an offer. `pick`: of another seat than the one that they were asked for."""
    with session.no_autoflush:  # the offer is written once, when all that the answer changes is known
        words = await words_of(session, offer)
        # The expert's row is locked first: inserts against an exclusion constraint can deadlock (reliability.md).
        await session.execute(_LOCKING_PERSON, {"expert_id": offer.expert_id})
    try:
        travel = (pick.travel or {}) if pick else offer.travel
        with session.no_autoflush:
            await seats.book(session, deployment, position, offer.expert_id, travel)
    except DoubleBooked:
        return await _standby(session, deployment, offer, by, texts.other_offer_taken(words))
    except SeatTaken:
        return await _standby(session, deployment, offer, by, texts.standby(words))
    if pick is not None:
        words = await _seat_elsewhere(session, deployment, position, offer, by, pick)
    offer.state = OFFER.after(offer.state, "accept")
    await _stop_asking(session, offer)
    # The yes is told before what it brings: the story is read from top to bottom.
    await record(session, "offer.accepted", offer.id, topic=offers.topic(deployment), by=by)
    await seats.fill(session, deployment, position, by=by)
    await moving.tell_the_others(session, deployment, offer)
    return texts.confirmed(words, get_settings().desk_phone)


async def _seat_elsewhere(  # noqa: PLR0917 - who takes which seat
    session: AsyncSession, deployment: Deployment, position: Position, offer: Offer, by: Actor, pick: Pick
) -> texts.OfferWords:
    """Their seat is another one than they were asked for; its words."""
    moving.put(offer, position, pick)
    topic = offers.topic(deployment)
    await record(session, "offer.seated_elsewhere", offer.id, topic=topic, by=by, title=position.title)
    return await words_of(session, offer)


async def _stop_asking(session: AsyncSession, offer: Offer) -> None:
    """It is answered: neither its next rung comes, nor what waits to go out."""
    timer_job_id, offer.timer_job_id = offer.timer_job_id, None
    await outbox.cancel_waiting(session, offer.id)
    await offers.nobody_dials(session, offer)
    await cancel(session, timer_job_id)


async def _standby(
    session: AsyncSession, deployment: Deployment, offer: Offer, by: Actor, told: texts.Text
) -> texts.Text:
    if offer.state is not OfferState.STANDBY:
        offer.state = OFFER.after(offer.state, "miss_seat")
        await _stop_asking(session, offer)
        await offers.release_seat(session, offer.position_id)
        await record(session, "offer.standby", offer.id, topic=offers.topic(deployment), by=by)
    return told


async def _no(session: AsyncSession, deployment: Deployment, position: Position, offer: Offer, by: Actor) -> texts.Text:
    if not OFFER.can(offer.state, "decline"):
        return await _as_it_stands(session, offer)
    with session.no_autoflush:  # written once, as above
        words = await words_of(session, offer)
    had_seat = offer.state is OfferState.ACCEPTED
    if had_seat and not await seats.may_leave(session, position, offer.expert_id, by=by):
        return texts.still_yours(words, get_settings().desk_phone)
    offer.state = OFFER.after(offer.state, "decline")
    await _stop_asking(session, offer)
    if had_seat:
        await seats.vacate(session, deployment, position, offer.expert_id, by=by)
    else:
        await offers.release_seat(session, offer.position_id)
    await record(session, "offer.declined", offer.id, topic=offers.topic(deployment), by=by)
    return texts.now_declined(words) if had_seat else texts.got_no(words)


async def _conditional(session: AsyncSession, deployment: Deployment, offer: Offer, by: Actor) -> texts.Text:
    if OFFER.can(offer.state, "defer"):
        offer.state = OFFER.after(offer.state, "defer")
        await record(session, "offer.deferred", offer.id, topic=offers.topic(deployment), by=by)
        await session.flush()
    return texts.deferred(await words_of(session, offer), get_settings().desk_phone)
