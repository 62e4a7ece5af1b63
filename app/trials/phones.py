"""People and their phones in a trial: the simulated people answer in words, and the service's own reader reads them.

No text is composed or sent; what a phone shows is only the part that people act on, the codes and the time.
"""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from app.core.places import deadline
from app.dispatch.answers import Answer
from app.dispatch.states import OPEN, OfferState
from app.replies.meaning import Kind, Meaning, read
from app.replies.optouts import RESUMING
from app.replies.plain import bare
from app.replies.routing import Phone
from app.replies.saying import MOST_A_DAY, QUIET
from app.simulator.people import Pickup, Reply
from app.trials.members import Member
from app.trials.rows import Contact, Expert, Offer
from app.trials.world import Call

if TYPE_CHECKING:
    from app.trials.offering import Offering
    from app.trials.world import World

ANSWERS = {Kind.YES: Answer.YES, Kind.NO: Answer.NO, Kind.CONDITIONAL: Answer.CONDITIONAL}
KEYS = {"1": Answer.YES, "2": Answer.NO}


def question(offer: Offer, zone: str) -> str:
    """What people act on of an offer's text."""
    return f"Reply YES {offer.code} or NO {offer.code} by {deadline(offer.reply_by, zone, asked_at=offer.asked_at)}."


def hear(desk: "Offering", number: str, body: str) -> None:
    """A text arrives: what will be answered is put on the agenda."""
    agenda = desk.world.agenda
    for reply in desk.world.people.hears(number, body, agenda.now):
        agenda.put(partial(_say_it, desk, reply), reply.at, priority=2)


def _say_it(desk: "Offering", reply: Reply) -> None:
    if desk.world.people.says(reply):
        desk.world.agenda.put(partial(_read, desk, reply.ask.number, reply.body), priority=1)


def _read(desk: "Offering", number: str, body: str) -> None:
    """Read one text to its end (`replies/reading.py`)."""
    world = desk.world
    phone = _phone(world, number)
    meaning = read(body, phone.codes, phone.names)
    if bare(body) in RESUMING:
        world.stopped.discard(number)
    if meaning.kind is Kind.STOP:
        world.stopped.add(number)
        return
    asked = phone.asked_about(meaning.code, world.now)
    if phone.is_shared and meaning.code is None and meaning.kind in ANSWERS and phone.awaiting:
        return
    if len(asked) != 1:
        _which_one(desk, number, asked, meaning)
    elif meaning.kind in ANSWERS:
        desk.take(asked[0], ANSWERS[meaning.kind])
        for other in meaning.also:
            for offer in phone.asked_about(other.code, world.now):
                desk.take(offer, ANSWERS[other.kind])
    else:
        _for_a_person(desk, number, asked[0], meaning)


def _phone(world: "World", number: str) -> Phone:
    owners = [world.members[who] for who in world.owners[number]]
    known = [offer for one in owners for offer in world.coded(one.id)]
    offers = [offer for offer in known if offer.state is not OfferState.PLANNED]
    offers.sort(key=lambda offer: (offer.asked_at, offer.id), reverse=True)
    return Phone(number, [Contact(expert_id=one.id) for one in owners], [_expert(one) for one in owners], offers)


def _expert(member: Member) -> Expert:
    return Expert(id=member.id, name=member.name)


def _which_one(desk: "Offering", number: str, asked: Sequence[Offer], meaning: Meaning) -> None:
    if asked and meaning.kind in ANSWERS:
        _say(desk, number, "which_one", f"open requests: {'; '.join(offer.code for offer in asked)}. Reply")
    else:
        _say(desk, number, "other", "")


def _for_a_person(desk: "Offering", number: str, offer: Offer, meaning: Meaning) -> None:
    """What is unclear is asked once more; the rest waits for a person, who is not played."""
    told = desk.world.told[number]
    asked_again = any(kind == "not_clear" and at >= offer.asked_at for at, kind in told)
    awaiting = offer.state in (OfferState.CONTACTING, OfferState.DEFERRED)
    if meaning.kind is Kind.UNCLEAR and awaiting and not asked_again:
        zone = desk.world.members[offer.expert_id].time_zone
        _say(desk, number, "not_clear", question(offer, zone))
    else:
        _say(desk, number, "passed_to_desk", "")


def _say(desk: "Offering", number: str, kind: str, body: str) -> None:
    """Answer what was not understood, unless that was done a moment ago or too often today (`replies/saying.py`)."""
    world = desk.world
    told = [one for one in world.told[number] if one[0] >= world.now - timedelta(days=1)]
    if number in world.stopped or len(told) >= MOST_A_DAY or any(at >= world.now - QUIET for at, _ in told):
        return
    world.told[number].append((world.now, kind))
    if body:
        hear(desk, number, body)


def ring(desk: "Offering", call: Call) -> None:
    """A phone rings: a person picks up and presses a key, or nobody does, or the line is busy."""
    world, offer = desk.world, call.offer
    if not call.is_notice and (offer.reply_by <= world.now or offer.state not in OPEN):
        return  # answered in the meantime: what waits is taken back
    pickup, keys = world.people.picks_up(call.number, world.now)
    if pickup is Pickup.BUSY:
        desk.was_busy(call)
    if pickup is not Pickup.PERSON or call.is_notice:
        return
    answer = next((KEYS.get(key) for key in keys if key in ("1", "2", "9")), None)
    if answer is not None:
        world.agenda.put(partial(_press, desk, offer, answer, call.number), priority=1)


def _press(desk: "Offering", offer: Offer, answer: Answer, number: str) -> None:
    """A key is read; who wants no texts is told by another call what their yes came to (`replies/reading.read_key`)."""
    is_plain_no = answer is Answer.NO and offer.state not in (OfferState.ACCEPTED, OfferState.WITHDRAWN)
    desk.take(offer, answer)
    if number in desk.world.stopped and not is_plain_no:
        desk.call(Call(offer, number, is_notice=True), priority=2)
