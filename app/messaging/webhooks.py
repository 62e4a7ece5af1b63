"""What Twilio calls: texts that came in, how ours are getting on, what to say in a call, which key was pressed.

Every request must be signed (`signature.py`); those about a message of ours carry its id and our key as well. The
transaction commits before the answer leaves, so what Twilio hears is true.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from app.access.viewer import Anyone
from app.core.clock import clock
from app.core.text import whole
from app.messaging import inbox, links, queries, receipts, texts, twiml
from app.messaging.carrier import Taken
from app.messaging.models import Message
from app.messaging.signature import Forged, Signed
from app.messaging.states import Channel
from app.watch import epochs
from app.web.session import Session

router = APIRouter(prefix="/twilio", include_in_schema=False, dependencies=[Anyone])
KEYS = frozenset("129")
"""Yes, no, the desk."""
AFTER_KEY = {"2": texts.spoken_no, "9": texts.spoken_desk}
"""What is said after a key, where it is not only thanks."""
NOTICE, NOTICE_KEYS = "spoken_notice", frozenset("19")
"""A call that tells a decision: heard, the desk."""


async def message_named(form: Signed, session: Session, m: int = 0, k: str = "") -> Message | None:
    """The message that a callback is about, locked; None when it is not here any more.

    Raises:
        Forged: not with a key of ours.
    """
    if not form or not links.is_key(m, k):
        raise Forged
    message = await session.get(Message, m, with_for_update=True)
    if message is None and await queries.was_never_made(session, m):
        await epochs.doubt(session, "The carrier tells of a message of ours that this database has never had.")
    return message


Ours = Annotated[Message | None, Depends(message_named)]


def _xml(body: str) -> Response:
    return Response(body, media_type="text/xml")


@router.post("/sms")
async def text_came_in(form: Signed, session: Session) -> Response:
    """Keep it; reading it is a job. The answer is empty because ours go through the outbox."""
    if form.get("MessageSid") and form.get("From"):
        await inbox.receive(session, form)
    return _xml(twiml.NOTHING)


@router.post("/status")
async def status_changed(form: Signed, session: Session, message: Ours) -> Response:
    """How one of our texts or calls is getting on."""
    sid = form.get("MessageSid") or form.get("CallSid")
    status = form.get("MessageStatus") or form.get("CallStatus")
    if message is not None and sid and status:
        code = form.get("ErrorCode", "")
        said = Taken(sid, status, whole(code), form.get("AnsweredBy"))
        await receipts.apply(session, message, said)
    return Response(status_code=204)


@router.post("/voice")
async def call_was_taken(form: Signed, session: Session, message: Ours) -> Response:
    """What to say: to a machine only that there is a message, to anybody else the question, in time."""
    if message is None or message.channel is not Channel.CALL:
        return _xml(twiml.NOTHING)
    await receipts.called(session, message, form.get("CallSid"))
    if form.get("AnsweredBy", "").startswith(("machine", "fax")):
        await receipts.answered_by_machine(session, message)
        return _xml(twiml.say(texts.spoken_voicemail(message.language).body, message.language))
    return _question(message)


def _question(message: Message) -> Response:
    """What a call asks, with room for a key; once that is over, only that it is."""
    if message.valid_until is not None and message.valid_until <= clock.now():
        return _xml(twiml.say(texts.spoken_over(message.language).body, message.language))
    return _xml(twiml.ask_for_key(message.body, links.gather_url(message.id), language=message.language))


@router.post("/voice/gather")
async def key_was_pressed(form: Signed, session: Session, message: Ours) -> Response:
    """Keep the key; what it means for the offer is a job. Any other key hears the question again, while it is open."""
    if message is None or message.channel is not Channel.CALL:
        return _xml(twiml.NOTHING)
    await receipts.called(session, message, form.get("CallSid"))
    key = form.get("Digits", "")
    is_notice = message.kind == NOTICE
    if key not in (NOTICE_KEYS if is_notice else KEYS):
        return _question(message)
    await receipts.keyed(session, message, key)
    heard = AFTER_KEY.get(message.digits or "", texts.spoken_heard if is_notice else texts.spoken_thanks)
    return _xml(twiml.say(heard(message.language).body, message.language))
