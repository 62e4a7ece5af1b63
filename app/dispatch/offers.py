"""Offers: ask a person for a seat, climb the ladder, withdraw, let run out."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import BigInteger, any_, bindparam, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock
from app.core.database import locked
from app.core.events import SYSTEM, Actor, record
from app.core.jobs import cancel, defer
from app.core.problems import Problem
from app.deployments import seats
from app.deployments.models import Deployment, Position
from app.dispatch import codes, hand, ladder, links, nights
from app.dispatch.ladder import Step
from app.dispatch.models import Offer
from app.dispatch.states import OFFER, OPEN, OfferState
from app.dispatch.words import words_of
from app.experts.models import Contact, ContactKind, Expert
from app.messaging import outbox, texts
from app.rosters import rules
from app.rosters.models import Pick
from app.watch import alarms


class AskedAlready(Problem):
    """This person has an offer of this deployment already."""

    status = 409


REFUSALS: dict[str, type[Problem]] = {"uq_offers_standing": AskedAlready}
"""What the database says, in words."""
DIAL = "offer.dial"
"""Kind of alarm: a question nobody could bring, so the desk dials."""
READY = "asked next"
"""Where a session keeps people whom it is about to ask: what nobody keeps it reads again."""
PAUSED = timedelta(minutes=5)
"""How often it is looked whether a paused call-out goes on."""
EARLY = timedelta(seconds=5)
"""A timer may be that much early: the queue's clock is the database's, ours may be a moment behind."""


def topic(deployment: Deployment) -> str:
    """The story an offer of this deployment belongs to."""
    return f"request:{deployment.request_id}"


_CONTACTS = select(Contact).where(Contact.expert_id == bindparam("expert_id", type_=BigInteger))


async def contacts_of(session: AsyncSession, expert_id: int) -> Sequence[Contact]:
    """An expert's numbers, the mobile first."""
    rows = await session.scalars(_CONTACTS, {"expert_id": expert_id})
    return sorted(rows, key=lambda contact: (contact.kind != ContactKind.MOBILE, contact.id))


_PEOPLE = bindparam("people", type_=ARRAY(BigInteger))
_LOCKING_PEOPLE = (
    select(Expert.id)
    .where((Expert.id == any_(codes.sharing(_PEOPLE))) | (Expert.id == any_(_PEOPLE)))
    .order_by(Expert.id)
    .with_for_update(key_share=True)
)


async def lock_people(session: AsyncSession, expert_ids: Iterable[int]) -> None:
    """Lock these people and whoever shares a phone with them, in the order of their ids.

    Two deployments that ask one person at the same moment would otherwise choose the same code.
    """
    if people := list(expert_ids):
        await session.execute(_LOCKING_PEOPLE, {"people": people})


_EXPERTS = select(Expert).where(Expert.id == any_(_PEOPLE))


async def get_ready(session: AsyncSession, deployment: Deployment, expert_ids: Collection[int]) -> None:
    """Lock whom `ask` is going to ask, and read what it wants to know of each, once for all of them."""
    await lock_people(session, expert_ids)
    if len(expert_ids) > 1:
        experts = (await session.scalars(_EXPERTS, {"people": list(expert_ids)})).all()
        session.info.setdefault(READY, []).extend(experts)
        await nights.of(session, deployment, experts)


async def ask(
    session: AsyncSession, deployment: Deployment, position: Position, pick: Pick, *, by: Actor = SYSTEM
) -> Offer:
    """Offer a seat to the person of `pick`: the text goes out with this commit, or when the night is over there.

    Deployment and position are locked by the caller, and the person by `get_ready`.
    """
    expert = await session.get_one(Expert, pick.expert_id)
    held = await rules.current(session)
    start = (await nights.of(session, deployment, [expert]))[expert.id].since(clock.now())
    offer = Offer(
        deployment_id=deployment.id,
        position_id=position.id,
        expert_id=expert.id,
        pick_id=pick.id,
        code=await codes.free_code(session, expert.id),
        state=OfferState.PLANNED,
        rung=0,
        asked_at=start,
        reply_by=start + rules.time_to_answer(held, deployment.priority),
        travel=pick.travel or {},
    )
    session.add(offer)
    seats.hold(position)
    await session.flush()
    await record(
        session, "offer.made", offer.id, topic=topic(deployment), by=by, title=position.title, expert_id=expert.id
    )
    if start <= clock.now():
        await climb(session, deployment, offer)
    else:
        offer.timer_job_id = await set_timer(session, offer, start)
    return offer


async def set_timer(session: AsyncSession, offer: Offer, at: datetime) -> int:
    """Have the offer's next rung climbed at a moment; the job's id.

    Answers that wait to be read go first (`replies`). Nothing else does: behind everything, deadlines would not be met
    as long as there is more to do than workers can.
    """
    return await defer(session, "dispatch.climb", at=at, offer_id=offer.id)


async def next_rung(session: AsyncSession, deployment: Deployment, offer: Offer) -> tuple[int, datetime]:
    """The rung that an open offer climbs next if nobody answers, and when: not in the person's night."""
    expert = await session.get_one(Expert, offer.expert_id)
    awake = (await nights.of(session, deployment, [expert]))[expert.id]
    return ladder.following(offer.asked_at, offer.reply_by, deployment.priority, offer.rung, awake.since)


async def climb_due(session: AsyncSession, deployment: Deployment, offer: Offer) -> None:
    """Climb the offer's next rung if it is due; a job that runs a second time finds that it is not."""
    rung, at = await next_rung(session, deployment, offer)
    if at > clock.now() + EARLY:
        return
    if offer.state is OfferState.PLANNED and await hand.is_paused(session, deployment.id):
        await _put_off(session, deployment, offer)
        return
    offer.rung = rung
    await climb(session, deployment, offer)


async def _put_off(session: AsyncSession, deployment: Deployment, offer: Offer) -> None:
    """The desk has paused: who has not heard yet is asked soon after it goes on, with all of the time to answer."""
    expert, span = await session.get_one(Expert, offer.expert_id), offer.reply_by - offer.asked_at
    offer.asked_at = (await nights.of(session, deployment, [expert]))[expert.id].since(clock.now() + PAUSED)
    offer.reply_by = offer.asked_at + span
    offer.timer_job_id = await set_timer(session, offer, offer.asked_at)


async def climb(session: AsyncSession, deployment: Deployment, offer: Offer) -> None:
    """Do what the offer's next rung says, and set the timer of the one after it."""
    step = ladder.USUAL[deployment.priority][offer.rung].step
    offer.rung += 1
    if step is Step.EXPIRE:
        await expire(session, deployment, offer)
        return
    with session.no_autoflush:  # the offer is written once, with what goes out to its person
        await _wait_for_next(session, deployment, offer)
        await _take(session, deployment, offer, step)


async def _wait_for_next(session: AsyncSession, deployment: Deployment, offer: Offer) -> None:
    rung, at = await next_rung(session, deployment, offer)
    timer_job_id = await set_timer(session, offer, at)
    offer.rung, offer.timer_job_id = rung, timer_job_id


async def _take(session: AsyncSession, deployment: Deployment, offer: Offer, step: Step) -> None:
    if offer.state is OfferState.DEFERRED and step in ladder.DISTURBS:
        return  # they have answered, with a condition: a person at the desk gets back to them
    contacts = await contacts_of(session, offer.expert_id)
    if step is Step.TEXT:
        offer.state = OFFER.after(offer.state, "contact")
        await _contact_first(session, deployment, offer, contacts)
    elif step is Step.REMIND:
        await _text(session, deployment, offer, contacts, texts.reminder(await _linked(session, offer, contacts)))
    elif step is Step.CALL:
        await _call(session, deployment, offer, contacts[:1])
    elif step is Step.CALL_ALTERNATE:
        await _call(session, deployment, offer, contacts[1:2])
    elif step is Step.ASK_NEXT:
        await record(session, "offer.overdue", offer.id, topic=topic(deployment))


async def _contact_first(
    session: AsyncSession, deployment: Deployment, offer: Offer, contacts: Sequence[Contact]
) -> None:
    if not contacts:
        await lose_contact(session, deployment, offer)
    elif not await _text(session, deployment, offer, contacts, texts.offer(await _linked(session, offer, contacts))):
        await _call(session, deployment, offer, contacts[:1])


async def _linked(session: AsyncSession, offer: Offer, contacts: Sequence[Contact]) -> texts.OfferWords:
    """The words of an offer, with the link for the phone that its text goes to."""
    words, phone = await words_of(session, offer), reachable(contacts)
    return replace(words, link=await links.for_phone(session, offer, phone)) if phone else words


def reachable(contacts: Sequence[Contact]) -> Contact | None:
    """The first number that still takes texts."""
    return next((contact for contact in contacts if contact.texts_stopped_at is None), None)


async def _text(
    session: AsyncSession, deployment: Deployment, offer: Offer, contacts: Sequence[Contact], words: texts.Text
) -> bool:
    """Text the first number that still takes texts; False when none does."""
    phone = reachable(contacts)
    if phone is None:
        return False
    await outbox.post(
        session,
        words,
        to=phone.number,
        topic=topic(deployment),
        expert_id=offer.expert_id,
        offer_id=offer.id,
        valid_until=offer.reply_by,
    )
    return True


async def ask_again(session: AsyncSession, deployment: Deployment, offer: Offer, words: texts.Text) -> None:
    """What was asked has changed: the words that wait are taken back, and the new ones go out; else the phone rings."""
    await outbox.cancel_waiting(session, offer.id)
    contacts = await contacts_of(session, offer.expert_id)
    if not await _text(session, deployment, offer, contacts, words):
        await _call(session, deployment, offer, contacts[:1])


async def _call(session: AsyncSession, deployment: Deployment, offer: Offer, contacts: Sequence[Contact]) -> None:
    words = texts.spoken_offer(await words_of(session, offer))
    for contact in contacts:
        await outbox.call(
            session,
            words,
            to=contact.number,
            topic=topic(deployment),
            expert_id=offer.expert_id,
            offer_id=offer.id,
            valid_until=offer.reply_by,
            priority=1,
        )


async def hurry(session: AsyncSession, deployment: Deployment, offer: Offer) -> None:
    """A text did not arrive: do not wait for the reminder, call now, or when the night is over there."""
    call = ladder.index_of(deployment.priority, Step.CALL)
    if offer.state is not OfferState.CONTACTING or offer.rung > call:
        return
    await cancel(session, offer.timer_job_id)
    offer.rung = call
    if await awake_from(session, deployment, offer) is None:
        await climb(session, deployment, offer)
    else:
        await _wait_for_next(session, deployment, offer)


async def awake_from(session: AsyncSession, deployment: Deployment, offer: Offer) -> datetime | None:
    """When the night of an offer's person is over; None when they may be disturbed now."""
    expert, now = await session.get_one(Expert, offer.expert_id), clock.now()
    morning = (await nights.of(session, deployment, [expert]))[expert.id].since(now)
    return morning if morning > now else None


async def lose_contact(session: AsyncSession, deployment: Deployment, offer: Offer) -> None:
    """No number of theirs works."""
    offer.state = OFFER.after(offer.state, "lose_contact")
    await _released(session, deployment, offer, "offer.unreachable", SYSTEM)


async def expire(session: AsyncSession, deployment: Deployment, offer: Offer) -> None:
    """The time to answer is over."""
    offer.state = OFFER.after(offer.state, "expire")
    await _released(session, deployment, offer, "offer.expired", SYSTEM)


async def withdraw(
    session: AsyncSession, deployment: Deployment, offer: Offer, words: texts.Text | None, *, by: Actor = SYSTEM
) -> None:
    """Take an offer back, with a word to the person if they have heard of it."""
    was_known = offer.state is not OfferState.PLANNED
    offer.state = OFFER.after(offer.state, "withdraw")
    await outbox.cancel_waiting(session, offer.id)
    await nobody_dials(session, offer)
    if words is not None and was_known:
        await tell(session, deployment, offer, words)
    await _released(session, deployment, offer, "offer.withdrawn", by)


async def nobody_dials(session: AsyncSession, offer: Offer) -> None:
    """It is answered or taken back: the desk need not bring the question any more."""
    await alarms.settle_key(session, f"{DIAL}:{offer.id}")


async def tell(session: AsyncSession, deployment: Deployment, offer: Offer, words: texts.Text) -> None:
    """Text the person of an offer something about it; who wants no texts is told by phone."""
    contacts = await contacts_of(session, offer.expert_id)
    reachable = next((contact for contact in contacts if contact.texts_stopped_at is None), None)
    about = {"topic": topic(deployment), "expert_id": offer.expert_id, "offer_id": offer.id, "priority": 1}
    if reachable is not None:
        await outbox.post(session, words, to=reachable.number, **about)  # type: ignore[arg-type]
    elif contacts:
        said = texts.spoken_notice(words.body, words.language)
        await outbox.call(session, said, to=contacts[0].number, **about)  # type: ignore[arg-type]


async def _released(session: AsyncSession, deployment: Deployment, offer: Offer, kind: str, by: Actor) -> None:
    """An offer has ended without a yes: stop its timer, open its seat when it was the last one out."""
    timer_job_id, offer.timer_job_id = offer.timer_job_id, None
    await cancel(session, timer_job_id)
    await links.revoke(session, offer.id)
    await session.flush()
    await release_seat(session, offer.position_id)
    await record(session, kind, offer.id, topic=topic(deployment), by=by)


_OUT = (
    select(Offer.id)
    .where(Offer.position_id == bindparam("position_id", type_=BigInteger), Offer.state.in_(OPEN))
    .limit(1)
)


async def release_seat(session: AsyncSession, position_id: int) -> None:
    """Open a held seat when no offer of it is out any more."""
    position = await locked(session, Position, position_id)
    if await session.scalar(_OUT, {"position_id": position.id}) is None:
        seats.let_go(position)
        await session.flush()
