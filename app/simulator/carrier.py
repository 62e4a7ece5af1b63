"""The carrier itself: takes texts and calls as Twilio does, delivers in our clock's time, tells the service signed."""

import re
from collections import deque
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]

from app.core.clock import clock
from app.simulator import checks, twiml
from app.simulator.calls import Switchboard
from app.simulator.faults import Dice, Faults
from app.simulator.people import People, Reply
from app.simulator.records import (
    CALL_IS_FINAL,
    ERROR_MESSAGES,
    TEXT_IS_FINAL,
    VERSION,
    Book,
    Record,
    Refusal,
    call_record,
    rfc2822,
    text_record,
)
from app.simulator.schedule import Schedule
from app.simulator.threads import Threads
from app.simulator.webhooks import Deliver, Webhooks

STOP = frozenset({"STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"})
START = frozenset({"START", "YES", "UNSTOP"})
HELP = frozenset({"HELP", "INFO"})
STOPPED = "You have successfully been unsubscribed. You will not receive any more messages. Reply START to resubscribe."
STARTED = "You have successfully been re-subscribed to messages from this number. Reply STOP to unsubscribe."
SENDING, DELIVERY = timedelta(seconds=1), timedelta(seconds=2)
"""From taken to sent, from sent to delivered."""
GEO = {f"{side}{field}": "" for side in ("From", "To") for field in ("City", "State", "Zip")}
"""Present, and as often as not empty (twilio.md 3)."""


class Carrier:
    """Messages, calls, opt-outs, and what is due when. It sleeps only in `run_forever`.

    Args:
        account_sid: the account it serves.
        auth_token: signs the webhooks.
        public_url: base address of the service.
        deliver: POSTs a webhook.
        people: who has a phone; nobody by default, and then every phone is played by hand.
        our_number: what a text is sent to by somebody who never got one.
        pace: how long texts are under way and calls take, as a share of the usual; 0: nothing takes time, the
            answer to a text is that it was delivered, and one thing happens after the other.
    """

    def __init__(
        self,
        account_sid: str,
        auth_token: str,
        public_url: str,
        deliver: Deliver,
        people: People | None = None,
        *,
        our_number: str = "+12025550100",
        pace: float = 1.0,
    ) -> None:
        self.account_sid, self.auth_token, self.public_url = account_sid, auth_token, public_url.rstrip("/")
        self.people = people or People()
        self.advanced_opt_out = False
        self.opted_out: set[str] = set()
        self.threads = Threads(our_number)
        self.dice = Dice(self.people.seed)
        self._texts, self._calls = Book(), Book()
        self._creates: deque[datetime] = deque()
        self._schedule = Schedule(at_once=1) if pace == 0 else Schedule()
        sign = RequestValidator(auth_token).compute_signature
        self._webhooks = Webhooks(deliver, sign, self._schedule, self.dice)
        self._sending, self._delivery, self._is_instant = SENDING * pace, DELIVERY * pace, pace == 0
        self._switchboard = Switchboard(
            self._schedule, self._webhooks, self.people, self.dice, self.threads.touch, pace=pace
        )

    @property
    def faults(self) -> Faults:
        """What goes wrong."""
        return self._webhooks.faults

    @faults.setter
    def faults(self, faults: Faults) -> None:
        self._webhooks.faults = faults

    def reseed(self, seed: int) -> None:
        """Draw people and faults anew from here on."""
        self.people.seed = self.dice.seed = seed

    @property
    def messages(self) -> list[Record]:
        """Every text, oldest first."""
        return self._texts.records

    @property
    def calls(self) -> list[Record]:
        """Every call, oldest first."""
        return self._calls.records

    # What the REST API calls

    def is_too_fast(self) -> bool:
        """Whether one more create is more than the account may have in a second; if not, it is counted."""
        most, now = self.faults.most_a_second, clock.now()
        while self._creates and self._creates[0] <= now - timedelta(seconds=1):
            self._creates.popleft()
        if most and len(self._creates) >= most:
            return True
        self._creates.append(now)
        return False

    def create_message(self, form: Mapping[str, str]) -> Record:
        """Take a text.

        Raises:
            Refusal: as Twilio would.
        """
        checks.check_text(form)
        to, service = form["To"], form.get("MessagingServiceSid")
        if to in self.opted_out:
            raise Refusal(400, 21610, "Attempt to send to unsubscribed recipient")
        at = checks.scheduled_for(form)
        if self._is_instant and at is None:
            return self._at_once(to, form)
        status = "scheduled" if at else "accepted" if service else "queued"
        record = self._text(to, None if service else form["From"], form.get("Body", ""), "outbound-api", status)
        record["messaging_service_sid"] = service
        callback = form.get("StatusCallback", "")
        self._schedule.add((at or clock.now()) + self._sending, to, lambda due: self._send(record, callback, due))
        return record

    def _at_once(self, to: str, form: Mapping[str, str]) -> Record:
        """Where texts take no time, the answer to the create has the end already, and no callback follows."""
        record = self._text(to, form.get("From"), form.get("Body", ""), "outbound-api", "delivered")
        self._schedule.add(clock.now(), to, lambda due: self._is_heard(record, due))
        return record

    async def _is_heard(self, record: Record, at: datetime) -> None:
        for reply in self.people.hears(record["to"], record["body"], at):
            self._expect(reply)

    def fetch_message(self, sid: str) -> Record:
        """One text; Refusal 404 when there is none."""
        return self._texts.fetch(sid)

    def list_messages(self, to: str | None = None, sender: str | None = None) -> Iterator[Record]:
        """Texts to a number, from a number, or all, newest first."""
        return self._texts.newest(to, lambda text: sender in (None, text["from"]))

    def update_message(self, sid: str, form: Mapping[str, str]) -> Record:
        """Cancel a text that is not on its way (Status=canceled), or forget its words (Body="").

        Raises:
            Refusal: none such, or too late.
        """
        record = self.fetch_message(sid)
        if form.get("Status") == "canceled":
            if record["status"] not in ("scheduled", "accepted", "queued"):
                raise Refusal(400, 30409, "Message cannot be canceled: it is not scheduled")
            self._become(record, "canceled")
        elif form.get("Body") == "":
            record["body"] = ""
        return record

    def delete_message(self, sid: str) -> None:
        """Forget a text; Refusal 409 while it is under way."""
        if self.fetch_message(sid)["status"] not in TEXT_IS_FINAL:
            raise Refusal(409, 20009, "Cannot delete this resource before it is complete")
        self._texts.remove(sid)

    def create_call(self, form: Mapping[str, str]) -> Record:
        """Take a call.

        Raises:
            Refusal: as Twilio would.
        """
        checks.check_call(form)
        record = call_record(self.account_sid, to=form["To"], sender=form["From"])
        self._calls.add(record)
        self.threads.add(record["to"], record)
        self._switchboard.place(record, form)
        return record

    def fetch_call(self, sid: str) -> Record:
        """One call; Refusal 404 when there is none."""
        return self._calls.fetch(sid)

    def list_calls(self, to: str | None = None, sender: str | None = None) -> Iterator[Record]:
        """Calls to a number, from a number, or all, newest first."""
        return self._calls.newest(to, lambda call: sender in (None, call["from"]))

    def update_call(self, sid: str, form: Mapping[str, str]) -> Record:
        """Hang up (Status=completed or canceled)."""
        record = self.fetch_call(sid)
        if form.get("Status") in ("completed", "canceled") and record["status"] not in CALL_IS_FINAL:
            self._switchboard.hang_up(record)
        return record

    def call_by_hand(self, sid: str, verb: str) -> None:
        """A person at the page of phones does something with a call."""
        self._switchboard.by_hand(sid, verb)

    # What people do

    def phone_texts(self, number: str, body: str) -> Record:
        """Somebody sends us a text."""
        record = self._text(self.threads.partner(number), number, body, "inbound", "received")
        notice = self._opt(number, body)
        if notice:
            self.threads.note(number, notice)
        if not self.dice.falls(self.faults.lost_webhooks, "lost", number):
            self._schedule.add(clock.now(), number, lambda _due: self.hand_in(record))
        if self.dice.falls(self.faults.doubled_webhooks, "twice", number):
            self._schedule.add(clock.now(), number, lambda _due: self.hand_in(record))
        return record

    def _opt(self, number: str, body: str) -> str | None:
        """Opt a number out or in; what the carrier says about it by itself, which no list shows."""
        kind = _opt_out_type(body)
        if kind == "STOP" and number not in self.opted_out:
            self.opted_out.add(number)
            return STOPPED
        if kind == "START" and number in self.opted_out:
            self.opted_out.discard(number)
            return STARTED
        return None

    async def hand_in(self, record: Record) -> None:
        """Send the webhook of an incoming text; the same one may come twice. Its answer may be a text."""
        form = {
            "MessageSid": record["sid"], "SmsSid": record["sid"], "SmsMessageSid": record["sid"],
            "AccountSid": self.account_sid, "ApiVersion": VERSION, "From": record["from"], "To": record["to"],
            "Body": record["body"], "NumMedia": "0", "NumSegments": record["num_segments"], "SmsStatus": "received",
            "FromCountry": "US", "ToCountry": "US",
        } | GEO  # fmt: skip
        kind = _opt_out_type(record["body"])
        if self.advanced_opt_out and kind:
            form["OptOutType"] = kind
        answer = await self._webhooks.post(f"{self.public_url}/twilio/sms", form)
        for body in twiml.replies(answer.text, answer.content_type) if answer else ():
            self._reply(record, body)

    def _reply(self, record: Record, body: str) -> None:
        number = record["from"]
        if number in self.opted_out:
            return  # dropped without a word to anybody (21610)
        answer = self._text(number, record["to"], body, "outbound-reply", "queued")
        self._schedule.add(clock.now() + self._sending, number, lambda due: self._send(answer, "", due))

    # How a text gets on

    def _text(self, to: str, sender: str | None, body: str, direction: str, status: str) -> Record:
        record = text_record(self.account_sid, to=to, sender=sender, body=body, direction=direction, status=status)
        self._texts.add(record)
        self.threads.add(str(sender) if direction == "inbound" else to, record)
        return record

    def _become(self, record: Record, status: str) -> None:
        record |= {"status": status, "date_updated": rfc2822(clock.now())}
        self.threads.touch()

    async def _send(self, record: Record, callback: str, at: datetime) -> None:
        if record["status"] == "canceled":
            return
        if record["from"] is None:  # a service picks its number only now
            record |= {"from": self.threads.partner(record["to"]), "num_segments": "1"}
        self._become(record, "sent")
        record["date_sent"] = rfc2822(at)
        self._schedule.add(at + self._delivery, record["to"], lambda due: self._arrive(record, callback, due))
        await self._report(record, callback, at)

    async def _arrive(self, record: Record, callback: str, at: datetime) -> None:
        number, faults = record["to"], self.faults
        if self.dice.falls(faults.undelivered, "undelivered", number):
            code = faults.undelivered_code
            record |= {"error_code": code, "error_message": ERROR_MESSAGES.get(code, "Unknown error")}
            self._become(record, "undelivered")
        else:
            self._become(record, "delivered")
            await self._is_heard(record, at)
        await self._report(record, callback, at)

    def _expect(self, reply: Reply) -> None:
        async def say(_due: datetime) -> None:
            if self.people.says(reply):
                self.phone_texts(reply.ask.number, reply.body)

        self._schedule.add(reply.at, reply.ask.number, say)

    async def _report(self, record: Record, callback: str, at: datetime) -> None:
        if not callback:
            return
        sid, status = record["sid"], record["status"]
        form = {
            "MessageSid": sid, "SmsSid": sid, "AccountSid": self.account_sid, "ApiVersion": VERSION,
            "MessageStatus": status, "SmsStatus": status, "From": record["from"], "To": record["to"],
        }  # fmt: skip
        if record["messaging_service_sid"]:
            form["MessagingServiceSid"] = record["messaging_service_sid"]
        if record["error_code"]:
            form["ErrorCode"] = str(record["error_code"])
        if status in ("delivered", "undelivered"):
            form["RawDlrDoneDate"] = f"{at:%y%m%d%H%M}"
        await self._webhooks.report(callback, record["to"], form, at)

    # What a replay keeps, while nothing is due

    def memory(self) -> tuple[object, ...]:
        """What people and carrier remember, but for texts and calls that are over."""
        return self.people.memory(), self.opted_out, self.dice.memory()

    def remember(self, memory: tuple[Any, ...]) -> None:
        """Take up what was kept."""
        asks, self.opted_out, rolled = memory
        self.people.remember(asks)
        self.dice.remember(rolled)

    # Time

    def next_due(self) -> datetime | None:
        """When something happens next."""
        return self._schedule.next_due()

    async def run_due(self, now: datetime | None = None) -> int:
        """Do everything that is due, by default by now: several numbers at a time, each number in its order.

        Returns:
            How much was done.
        """
        return await self._schedule.run(now or clock.now())

    async def run_forever(self) -> None:
        """Do what is due when it is due."""
        await self._schedule.run_forever()


def _opt_out_type(body: str) -> str | None:
    """STOP, START or HELP, when that is the whole text."""
    word = re.sub(r"\s+", " ", body).strip().upper()
    kinds = (("STOP", STOP), ("START", START), ("HELP", HELP))
    return next((kind for kind, wanted in kinds if word in wanted), None)
