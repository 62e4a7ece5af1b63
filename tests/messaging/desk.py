"""A desk that texts, in the words of the tests: it posts, works, waits, and is called by Twilio."""

import base64
import hashlib
import hmac
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import httpx
from sqlalchemy import select

from app.core.clock import clock
from app.core.database import Table, begin
from app.core.events import Event
from app.core.jobs_here import run_due, shift_waiting
from app.messaging import jobs, outbox, texts
from app.messaging.models import InboundMessage, Message
from tests.messaging import carrier as carriers

assert jobs  # loading it makes the jobs known

PUBLIC = "https://rrt.example"
ACCOUNT = "AC" + "1" * 32
TOKEN = "token-of-the-tests"
AMY = "+12025550111"
WORDS = texts.OfferWords("412", "Clinician", "TX", "Nov 23-26", "4:30am CT")


class Desk:
    """What a test can do and see: post, let the jobs run, let time pass, call the webhooks as Twilio does."""

    def __init__(self, carrier: carriers.Carrier, client: httpx.AsyncClient) -> None:
        self.carrier = carrier
        self.client = client

    async def posts(self, words: texts.Text | None = None, *, to: str = AMY, **more: Any) -> int:
        """Queue a text; its id."""
        async with begin() as session:
            message = await outbox.post(session, words or texts.offer(WORDS), to=to, topic="request:1", **more)
            return message.id

    async def calls(self, **more: Any) -> int:
        """Queue a call; its id."""
        async with begin() as session:
            message = await outbox.call(session, texts.spoken_offer(WORDS), to=AMY, topic="request:1", **more)
            return message.id

    async def works(self) -> int:
        """Run the jobs that are due."""
        return await run_due(begin)

    async def waits(self, **span: float) -> None:
        """Let time pass, and run what came due."""
        clock.advance(timedelta(**span))
        async with begin() as session:
            await shift_waiting(session, timedelta(**span))
        await self.works()

    async def message(self, message_id: int) -> Message:
        async with begin() as session:
            return await session.get_one(Message, message_id)

    async def rows(self, table: type[Table]) -> list[Any]:
        async with begin() as session:
            return list(await session.scalars(select(table).order_by(table.id)))

    async def events(self) -> list[str]:
        """What happened, but for alarms: the rooms above, when they are loaded, raise some of their own."""
        return [event.kind for event in await self.rows(Event) if not event.kind.startswith("alarm.")]

    async def inbox(self) -> list[InboundMessage]:
        return await self.rows(InboundMessage)

    async def webhook(
        self, url: str, *, signature: str | None = None, account: str = ACCOUNT, **fields: str
    ) -> httpx.Response:
        """What Twilio sends, signed unless the test says otherwise."""
        path = url.removeprefix(PUBLIC)
        form = {"AccountSid": account, **fields}
        right = sign(PUBLIC + path, form)
        return await self.client.post(
            path,
            content=urlencode(form),
            headers={
                "Content-Type": "application/x-www-form-urlencoded",
                **({} if signature == "" else {"X-Twilio-Signature": signature or right}),
            },
        )

    async def hears(self, body: str, *, sid: str = "SM1", number: str = AMY, **fields: str) -> httpx.Response:
        """Somebody texts us."""
        return await self.webhook("/twilio/sms", MessageSid=sid, From=number, Body=body, **fields)


def sign(url: str, form: dict[str, str]) -> str:
    """Twilio's signature, computed anew rather than by their library (twilio.md 4)."""
    signed = url + "".join(name + form[name] for name in sorted(form))
    return base64.b64encode(hmac.new(TOKEN.encode(), signed.encode(), hashlib.sha1).digest()).decode()
