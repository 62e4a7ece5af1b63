"""The carrier itself: takes texts and calls as Twilio does, delivers in our clock's time, sends signed webhooks."""

import asyncio
import heapq
import logging
import secrets
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from itertools import count
from random import Random
from typing import Any
from urllib.parse import urljoin
from xml.etree import ElementTree as ET

import httpx
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]

from app.core.clock import clock
from app.simulator.people import People

logger = logging.getLogger(__name__)
Deliver = Callable[[str, Mapping[str, str], Mapping[str, str]], Awaitable[str]]
"""POSTs a form to an address with headers; returns the body of the answer. Raises httpx.HTTPError."""
Record = dict[str, Any]
STOP = {"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"}
START = {"START", "YES", "UNSTOP"}
LONGEST = 1600
DELIVERY = timedelta(seconds=3)
RING = timedelta(seconds=20)
AT_ONCE = 16
"""Numbers served at the same time."""


class Refusal(Exception):  # noqa: N818 - what the API says
    """The API refuses a request, as Twilio words it."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


@dataclass(frozen=True, slots=True)
class Faults:
    """What goes wrong, as shares of 1."""

    undelivered: float = 0.0
    dropped_callbacks: float = 0.0
    doubled_callbacks: float = 0.0


@dataclass(order=True, slots=True)
class _Due:
    at: datetime
    order: int
    number: str = field(compare=False)
    act: Callable[[], Awaitable[None]] = field(compare=False)


class Carrier:
    """Messages, calls, opt-outs, and what is due when. It never sleeps by itself."""

    def __init__(self, account_sid: str, auth_token: str, public_url: str, deliver: Deliver, people: People) -> None:
        self.account_sid, self.auth_token = account_sid, auth_token
        self.public_url = public_url.rstrip("/")
        self.people = people
        self.faults = Faults()
        self.messages: list[Record] = []
        self.calls: list[Record] = []
        self.opted_out: set[str] = set()
        self.revision = 0
        self._deliver = deliver
        self._validator = RequestValidator(auth_token)
        self._due: list[_Due] = []
        self._order = count()
        self._random = Random(people.seed)  # noqa: S311 - faults, not secrets
        self._woken = asyncio.Event()

    # What the REST API calls

    def create_message(self, form: Mapping[str, str]) -> Record:
        """Take a text.

        Raises:
            Refusal: as Twilio would.
        """
        to, sender, body = form.get("To", ""), form.get("From", ""), form.get("Body", "")
        self._check(to, sender)
        if not body:
            raise Refusal(400, 21602, "Message body is required.")
        if len(body) > LONGEST:
            raise Refusal(400, 21617, "The concatenated message body exceeds the 1600 character limit.")
        if to in self.opted_out:
            raise Refusal(400, 21610, "Attempt to send to unsubscribed recipient")
        record = self._record("SM", to, sender, "outbound-api") | {"body": body, "num_segments": "1"}
        self.messages.append(record)
        self._after(DELIVERY, to, lambda: self._arrive(record, form.get("StatusCallback", "")))
        return record

    def create_call(self, form: Mapping[str, str]) -> Record:
        """Take a call; raises as `create_message` does."""
        to, sender = form.get("To", ""), form.get("From", "")
        self._check(to, sender)
        record = self._record("CA", to, sender, "outbound-api") | {"answered_by": None, "duration": None}
        self.calls.append(record)
        self._after(RING, to, lambda: self._ring(record, form.get("Url", ""), form.get("StatusCallback", "")))
        return record

    def _check(self, to: str, sender: str) -> None:
        if not to:
            raise Refusal(400, 21604, "A 'To' phone number is required.")
        if not sender:
            raise Refusal(400, 21603, "A 'From' phone number is required.")
        if not to.startswith("+") or not to[1:].isdigit():
            raise Refusal(400, 21211, f"Invalid 'To' Phone Number: {to}")

    def _record(self, prefix: str, to: str, sender: str, direction: str) -> Record:
        now = format_datetime(clock.now().replace(microsecond=0))
        self.revision += 1
        return {
            "sid": prefix + secrets.token_hex(16), "account_sid": self.account_sid, "api_version": "2010-04-01",
            "to": to, "from": sender, "direction": direction, "status": "queued",
            "date_created": now, "date_updated": now, "date_sent": None,
            "error_code": None, "error_message": None, "at": clock.now(),
        }  # fmt: skip

    # What people do

    def phone_texts(self, number: str, body: str) -> Record:
        """Somebody sends us a text."""
        word = body.strip().upper()
        if word in STOP:
            self.opted_out.add(number)
        elif word in START:
            self.opted_out.discard(number)
        record = self._record("SM", self._our_number(number), number, "inbound") | {"body": body, "status": "received"}
        self.messages.append(record)
        self._after(timedelta(), number, lambda: self.hand_in(record))
        return record

    def _our_number(self, number: str) -> str:
        return next((m["from"] for m in reversed(self.messages) if m["to"] == number), "+12025550100")

    async def hand_in(self, record: Record) -> None:
        """Send the webhook of an incoming text; the same one may come twice."""
        form = {
            "MessageSid": record["sid"], "SmsSid": record["sid"], "SmsMessageSid": record["sid"],
            "AccountSid": self.account_sid, "ApiVersion": "2010-04-01", "From": record["from"], "To": record["to"],
            "Body": record["body"], "NumMedia": "0", "NumSegments": "1", "SmsStatus": "received",
            "FromCity": "", "FromState": "", "FromZip": "", "FromCountry": "US",
        }  # fmt: skip
        await self._post(f"{self.public_url}/twilio/sms", form)

    async def _arrive(self, record: Record, callback: str) -> None:
        number, is_lost = record["to"], self._random.random() < self.faults.undelivered
        record["status"] = "undelivered" if is_lost else "delivered"
        record["error_code"] = 30003 if is_lost else None
        self.revision += 1
        if not is_lost and (reply := self.people.reply(number, record["body"])):
            self._after(reply.after, number, lambda: self._answer(number, reply.body))
        if callback:
            await self._call_back(callback, {
                "MessageSid": record["sid"], "SmsSid": record["sid"], "AccountSid": self.account_sid,
                "MessageStatus": record["status"], "SmsStatus": record["status"], "From": record["from"], "To": number,
                "ApiVersion": "2010-04-01", **({"ErrorCode": "30003"} if is_lost else {}),
            })  # fmt: skip

    async def _answer(self, number: str, body: str) -> None:
        self.phone_texts(number, body)

    async def _ring(self, record: Record, url: str, callback: str) -> None:
        """Ring, and if somebody picks up, listen and press a key."""
        about = {"CallSid": record["sid"], "AccountSid": self.account_sid, "From": record["from"], "To": record["to"]}
        key = self.people.key(record["to"])
        if key:
            twiml = await self._post(url, about | {"CallStatus": "in-progress", "AnsweredBy": "human"})
            record["body"] = _spoken(twiml)
            if action := _action(twiml):
                await self._post(urljoin(url, action), about | {"Digits": key, "CallStatus": "in-progress"})
        record["status"] = "completed" if key else "no-answer"
        record["answered_by"] = "human" if key else None
        self.revision += 1
        if callback:
            said = {"CallStatus": record["status"], "CallDuration": "25" if key else "0", "SequenceNumber": "3"}
            await self._call_back(callback, about | said)

    async def _call_back(self, url: str, form: Mapping[str, str]) -> None:
        if self._random.random() < self.faults.dropped_callbacks:
            return
        await self._post(url, form)
        if self._random.random() < self.faults.doubled_callbacks:
            await self._post(url, form)

    async def _post(self, url: str, form: Mapping[str, str]) -> str:
        """One signed webhook; a lost connection is tried once more, then it is dropped, as Twilio does."""
        headers = {"X-Twilio-Signature": self._validator.compute_signature(url, dict(form))}
        for last in (False, True):
            try:
                return await self._deliver(url, form, headers)
            except httpx.HTTPError as error:
                if last:
                    logger.warning("webhook dropped: %s", type(error).__name__)
        return ""

    # Time

    def _after(self, span: timedelta, number: str, act: Callable[[], Awaitable[None]]) -> None:
        heapq.heappush(self._due, _Due(clock.now() + span, next(self._order), number, act))
        self._woken.set()

    def next_due(self) -> datetime | None:
        """When something happens next."""
        return self._due[0].at if self._due else None

    async def run_due(self) -> int:
        """Do everything that is due, several numbers at a time, each number in its order.

        Returns:
            How much was done.
        """
        due: defaultdict[str, list[_Due]] = defaultdict(list)
        done = 0
        while self._due and self._due[0].at <= clock.now():
            one = heapq.heappop(self._due)
            due[one.number].append(one)
            done += 1
        gate = asyncio.Semaphore(AT_ONCE)

        async def serve(acts: list[_Due]) -> None:
            async with gate:
                for one in acts:
                    await one.act()

        await asyncio.gather(*(serve(acts) for acts in due.values()))
        return done

    async def run_for_ever(self) -> None:
        """Do what is due when it is due."""
        while True:
            self._woken.clear()
            await self.run_due()
            due = self.next_due()
            wait = None if due is None else max(clock.real_seconds(due - clock.now()), 0.005)
            try:
                await asyncio.wait_for(self._woken.wait(), wait)
            except TimeoutError:
                continue


def _spoken(twiml: str) -> str:
    """Everything a TwiML document says."""
    return " ".join(node.text or "" for node in _nodes(twiml, "Say"))


def _action(twiml: str) -> str | None:
    """Where the first key goes."""
    return next((node.get("action") for node in _nodes(twiml, "Gather")), None)


def _nodes(twiml: str, name: str) -> list[ET.Element]:
    try:
        return list(ET.fromstring(twiml).iter(name)) if twiml.strip() else []  # noqa: S314 - our own service's words
    except ET.ParseError:
        return []
