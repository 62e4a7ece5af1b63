"""What comes in: a row for every text, once; and what the room above made of it."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import BigInteger, DateTime, bindparam, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock
from app.core.events import Actor, record
from app.core.sealing import lookup
from app.messaging.models import InboundMessage
from app.messaging.states import INBOUND, InboundState

FLOOD_TEXTS = 20
FLOOD_WINDOW = timedelta(minutes=10)
"""More texts than that from one number in that time are no conversation: a person looks, no machine answers."""
STOP_WORDS = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"})
"""The carrier's opt-out words (twilio.md 9). These are always read, flood or not."""


_INBOUND = InboundMessage.metadata.tables[InboundMessage.__tablename__]
_BEFORE = select(func.count()).where(
    InboundMessage.number == bindparam("said_by"),
    InboundMessage.received_at > bindparam("since", type_=DateTime(timezone=True)),
)
_KEEPING = (
    insert(_INBOUND)
    .values(
        {name: bindparam(name) for name in ("sid", "number", "body", "attachments", "opt_out_type", "received_at")}
        | {"state": InboundState.RECEIVED, "topic": ""}
    )
    .on_conflict_do_nothing(index_elements=["sid"])
    .returning(_INBOUND.c.id, _BEFORE.scalar_subquery())
)
"""Keeps a text, and counts those that came lately from the same number before it."""


async def receive(session: AsyncSession, form: Mapping[str, str], *, made_at: datetime | None = None) -> int | None:
    """Keep one incoming text, and let the room above read it ("text.received").

    Args:
        session: the webhook's transaction.
        form: the fields of Twilio's webhook, signature checked.
        made_at: of a text whose webhook was lost: when the carrier took it. When a newer text of the same number came
            meanwhile, that one was their last word, so a person looks at this one.

    Returns:
        The row's id; None when this MessageSid is here already, and then nothing else happens.
    """
    number, body, opt_out = form["From"], _storable(form.get("Body", "")), form.get("OptOutType") or None
    received_at = made_at or clock.now()
    since = clock.now() - FLOOD_WINDOW
    given = {
        "sid": form["MessageSid"], "number": number, "body": body, "attachments": _attachments(form),
        "opt_out_type": opt_out, "received_at": received_at, "said_by": number, "since": since,
    }  # fmt: skip
    kept = (await session.execute(_KEEPING, given)).one_or_none()
    if kept is None:
        return None
    inbound_id, before = int(kept[0]), int(kept[1])
    is_stop = opt_out == "STOP" or body.strip().upper() in STOP_WORDS
    if made_at is not None and not is_stop and await _is_overtaken(session, number, made_at):
        await escalate(session, await session.get_one(InboundMessage, inbound_id), "overtaken")
    elif is_stop or before + (received_at > since) <= FLOOD_TEXTS:
        await record(session, "text.received", inbound_id, by=Actor("carrier"))
    else:
        await _flood(session, await session.get_one(InboundMessage, inbound_id))
    return inbound_id


async def _flood(session: AsyncSession, inbound: InboundMessage) -> None:
    if await _is_first_of_flood(session, inbound.number):
        await escalate(session, inbound, "flood")
    else:
        await ignore(session, inbound, "flood")


async def _is_overtaken(session: AsyncSession, number: str, made_at: datetime) -> bool:
    newer = select(InboundMessage.id).where(InboundMessage.number == number, InboundMessage.received_at > made_at)
    return await session.scalar(newer.limit(1)) is not None


_TAKING = (
    select(InboundMessage)
    .where(InboundMessage.id == bindparam("inbound_id", type_=BigInteger))
    .where(InboundMessage.state == InboundState.RECEIVED)
    .with_for_update()
    .execution_options(populate_existing=True)
)


async def take(session: AsyncSession, inbound_id: int) -> InboundMessage | None:
    """Lock a text that has not been read yet, to read it now; None when somebody has."""
    return await session.scalar(_TAKING, {"inbound_id": inbound_id})


async def mark_read(
    session: AsyncSession,
    inbound: InboundMessage,
    meaning: str,
    *,
    offer_id: int | None = None,
    expert_id: int | None = None,
    topic: str = "",
) -> None:
    """It was understood and acted on.

    Raises:
        WrongState: read before.
    """
    inbound.state = INBOUND.after(inbound.state, "read")
    _note(inbound, meaning, offer_id, expert_id, topic)
    await session.flush()


async def escalate(
    session: AsyncSession,
    inbound: InboundMessage,
    meaning: str,
    *,
    offer_id: int | None = None,
    expert_id: int | None = None,
    topic: str = "",
) -> None:
    """A person at the desk has to read it ("text.needs_person").

    Raises:
        WrongState: settled or ignored before.
    """
    inbound.state = INBOUND.after(inbound.state, "escalate")
    _note(inbound, meaning, offer_id, expert_id, topic)
    await record(session, "text.needs_person", inbound.id, topic=inbound.topic, meaning=meaning)


async def ignore(session: AsyncSession, inbound: InboundMessage, meaning: str = "unknown_number") -> None:
    """Kept, not answered: nobody we know, or a flood.

    Raises:
        WrongState: read before.
    """
    inbound.state = INBOUND.after(inbound.state, "ignore")
    inbound.meaning = meaning
    await session.flush()


async def settle(session: AsyncSession, inbound: InboundMessage, by: Actor) -> None:
    """Somebody at the desk dealt with it ("text.settled").

    Raises:
        WrongState: nobody was asked to.
    """
    inbound.state = INBOUND.after(inbound.state, "settle")
    inbound.settled_by = by.name
    await record(session, "text.settled", inbound.id, topic=inbound.topic, by=by)


OVERTAKEN = ("unclear", "deferred", "too_late")
"""What a later clear answer makes of no account: what nobody could read, a condition, a yes that came too late."""


_UNREAD = (
    select(InboundMessage)
    .where(
        InboundMessage.offer_id == bindparam("offer_id", type_=BigInteger),
        InboundMessage.state == InboundState.NEEDS_PERSON,
        InboundMessage.meaning.in_(OVERTAKEN),
        InboundMessage.received_at <= bindparam("said_at", type_=DateTime(timezone=True)),
    )
    .order_by(InboundMessage.id)
    .with_for_update()
)


async def settle_answered(session: AsyncSession, offer_id: int, said_at: datetime) -> None:
    """A clear answer has come: what was said before it needs no person any more, and nobody must count it."""
    for inbound in await session.scalars(_UNREAD, {"offer_id": offer_id, "said_at": said_at}):
        await settle(session, inbound, Actor("system", None, "A clear answer"))


def _storable(body: str) -> str:
    """Without NUL, which PostgreSQL refuses, and half characters, which a text cut in two may end with."""
    return body.replace("\x00", "").encode(errors="replace").decode()


def _attachments(form: Mapping[str, str]) -> int:
    count = form.get("NumMedia", "")
    return int(count) if count.isascii() and count.isdigit() and len(count) < 4 else 0


def _note(inbound: InboundMessage, meaning: str, offer_id: int | None, expert_id: int | None, topic: str) -> None:
    """Keep what is known now; what was known before stays where nothing new is said."""
    inbound.meaning = meaning
    inbound.offer_id = offer_id or inbound.offer_id
    inbound.expert_id = expert_id or inbound.expert_id
    inbound.topic = topic or inbound.topic


async def _is_first_of_flood(session: AsyncSession, number: str) -> bool:
    """Whether the desk has not been told of this flood. Texts at the same moment wait for each other here.

    They may pass the limit together, none of them as the twenty-first: so what was told counts, not which text this is.
    """
    key = func.hashtextextended(f"flood:{lookup(number)}", 0)
    await session.execute(select(func.pg_advisory_xact_lock(key)))
    told = select(InboundMessage.id).where(
        InboundMessage.number == number, InboundMessage.meaning == "flood",
        InboundMessage.state.in_((InboundState.NEEDS_PERSON, InboundState.SETTLED)),
        (InboundMessage.state == InboundState.NEEDS_PERSON) | (InboundMessage.received_at > clock.now() - FLOOD_WINDOW),
    )  # fmt: skip
    return await session.scalar(told.limit(1)) is None
