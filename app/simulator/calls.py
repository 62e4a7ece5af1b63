"""Calls: they ring, somebody or something picks up, TwiML is heard, keys are pressed, and it is told how it went."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from app.core.clock import clock
from app.simulator import twiml
from app.simulator.faults import Dice
from app.simulator.people import People, Pickup
from app.simulator.records import CALL_IS_FINAL, Record, rfc2822
from app.simulator.schedule import Schedule
from app.simulator.webhooks import Webhooks

DIALLING = timedelta(seconds=1)
PERSON_S = (4, 14)
"""A person picks up after so many seconds."""
VOICEMAIL_AFTER = timedelta(seconds=20)
BUSY_AFTER = timedelta(seconds=2)
KEY_AFTER = timedelta(seconds=2)
TIMEOUT_S, LONGEST_TIMEOUT_S, EXTRA_S = 60, 600, 5
"""How long it rings: asked for, at most, and what Twilio adds."""
BY_HAND_S = 25
"""So long a person at the page has to answer, and to press a key: on the wall's clock, however fast ours is."""
MOST_DOCUMENTS = 12
"""A Gather without an action asks the same page for ever; people hang up."""
ENDS = {Pickup.BUSY: "busy", Pickup.NOBODY: "no-answer"}
SIP_CODES = {"busy": "486", "no-answer": "487"}


@dataclass(slots=True)
class Call:
    """One call under way.

    Args:
        record: what the API shows.
        form: what it was created with.
        keys: what the person will press.
        answered_by: as machine detection says; None: it was not asked for.
        is_by_hand: a person at the page of phones took it.
        asks: the document that waits for a key of theirs.
    """

    record: Record
    form: Mapping[str, str]
    keys: list[str] = field(default_factory=list)
    answered_by: str | None = None
    is_by_hand: bool = False
    asks: str | None = None
    answered_at: datetime | None = None
    sequence: int = 0
    documents: int = 0

    @property
    def number(self) -> str:
        """Whose phone rings."""
        return str(self.record["to"])

    @property
    def rings_for(self) -> timedelta:
        """How long the caller waits."""
        asked = self.form.get("Timeout", "")
        seconds = int(asked) if asked.isdecimal() else TIMEOUT_S
        return timedelta(seconds=min(seconds, LONGEST_TIMEOUT_S) + EXTRA_S)

    def about(self, status: str) -> dict[str, str]:
        """The fields that come with every webhook of a call."""
        known = {
            "CallSid": self.record["sid"], "AccountSid": self.record["account_sid"], "ApiVersion": "2010-04-01",
            "From": self.record["from"], "Caller": self.record["from"], "To": self.number, "Called": self.number,
            "Direction": "outbound-api", "CallStatus": status, "CalledCity": "", "CalledState": "", "CalledZip": "",
            "CalledCountry": "US",
        }  # fmt: skip
        return known | ({"AnsweredBy": self.answered_by} if self.answered_by else {})


class Switchboard:
    """Moves calls along, step by step on the schedule."""

    def __init__(
        self,
        schedule: Schedule,
        webhooks: Webhooks,
        people: People,
        dice: Dice,
        changed: Callable[[], None],
        *,
        pace: float = 1.0,
    ) -> None:
        self._schedule, self._webhooks, self._people, self._dice = schedule, webhooks, people, dice
        self._changed, self._pace = changed, pace
        self._calls: dict[str, Call] = {}

    def place(self, record: Record, form: Mapping[str, str]) -> None:
        """Start a call."""
        call = self._calls[record["sid"]] = Call(record, form)
        self._schedule.add(clock.now() + DIALLING * self._pace, call.number, lambda at: self._ring(call, at))

    async def _ring(self, call: Call, at: datetime) -> None:
        if call.record["status"] in CALL_IS_FINAL:
            return
        call.record["status"] = "ringing"
        self._changed()
        await self._report(call, "initiated", "initiated", at)
        await self._report(call, "ringing", "ringing", at)
        pickup, call.keys = self._people.picks_up(call.number, at)
        waits = self._waits(call, pickup)
        if self._people.is_manual(call.number):
            self._schedule.add(at + max(waits, _by_hand()), call.number, lambda due: self._ring_out(call, due))
        elif pickup in ENDS:
            self._later(call, at + waits * self._pace, ENDS[pickup])
        elif waits > call.rings_for:  # the caller gives up before the machine starts
            self._later(call, at + call.rings_for * self._pace, "no-answer")
        else:
            self._schedule.add(at + waits * self._pace, call.number, lambda due: self._answer(call, pickup, due))

    def _waits(self, call: Call, pickup: Pickup) -> timedelta:
        fixed = {Pickup.BUSY: BUSY_AFTER, Pickup.NOBODY: call.rings_for, Pickup.VOICEMAIL: VOICEMAIL_AFTER}
        random = Random(str(self._dice.roll("pickup", call.number)))  # noqa: S311 - not a secret
        return fixed.get(pickup) or timedelta(seconds=random.uniform(*PERSON_S))

    async def _ring_out(self, call: Call, at: datetime) -> None:
        """Nobody at the page took it."""
        if call.record["status"] == "ringing":
            await self._end(call, "no-answer", at)

    def by_hand(self, sid: str, verb: str) -> None:
        """A person at the page answers, declines, hangs up, or presses a key; too late, nothing happens."""
        call = self._calls.get(sid)
        if call is None:
            return
        status, now = call.record["status"], clock.now()
        if verb == "answer" and status == "ringing" and not call.is_by_hand:
            call.is_by_hand = True
            self._schedule.add(now, call.number, lambda due: self._answer(call, Pickup.PERSON, due))
        elif verb == "decline" and status == "ringing":
            self._later(call, now, "busy")
        elif verb == "hang_up" and status == "in-progress":
            self._later(call, now, "completed")
        elif verb.isdecimal() and status == "in-progress" and call.asks is not None:
            document, call.asks, call.keys = call.asks, None, [verb]
            self._go_on(call, twiml.listen(document, call.record["heard_at"], verb), now)

    async def _silence(self, call: Call, document: str, heard: twiml.Heard, at: datetime) -> None:
        """No key was pressed in time."""
        if call.asks == document:
            call.asks = None
            self._go_on(call, heard, at)

    async def _answer(self, call: Call, pickup: Pickup, at: datetime) -> None:
        if call.record["status"] in CALL_IS_FINAL:
            return
        call.answered_at, call.record["taken_by"] = at, pickup.value
        call.answered_by = _detected(call.form.get("MachineDetection", ""), pickup)
        call.record |= {"status": "in-progress", "start_time": rfc2822(at), "answered_by": call.answered_by}
        self._changed()
        await self._report(call, "answered", "in-progress", at)
        if document := call.form.get("Twiml"):
            self._listen(call, document, call.form.get("Url", ""), at)
        else:
            await self._fetch(call, call.form["Url"], {}, at)

    async def _fetch(self, call: Call, url: str, more: Mapping[str, str], at: datetime) -> None:
        """Ask the service what to say, and listen to it."""
        call.documents += 1
        if call.documents > MOST_DOCUMENTS or call.record["status"] in CALL_IS_FINAL:
            self._later(call, at, "completed")
            return
        answer = await self._webhooks.post(url, {**call.about("in-progress"), **more})
        self._listen(call, answer.text if answer else "", url, at)

    def _listen(self, call: Call, document: str, url: str, at: datetime) -> None:
        heard = twiml.listen(document, url, call.keys[0] if call.keys else "")
        call.record["heard"] += heard.words
        self._changed()
        if call.is_by_hand and "<Gather" in document:
            call.asks, call.record["heard_at"] = document, url
            self._schedule.add(at + _by_hand(), call.number, lambda due: self._silence(call, document, heard, due))
        else:
            self._go_on(call, heard, at)

    def _go_on(self, call: Call, heard: twiml.Heard, at: datetime) -> None:
        """What follows from a document that was listened to."""
        after = at + timedelta(seconds=heard.seconds) * self._pace
        if heard.action is not None:
            call.keys = call.keys[1:]
            pressed = {"Digits": heard.digits, "FinishedOnKey": "", "msg": "Gather End"}
            call.record["keys"] += heard.digits
            action = heard.action
            self._schedule.add(
                after + KEY_AFTER * self._pace, call.number, lambda due: self._fetch(call, action, pressed, due)
            )
        elif heard.redirect is not None:
            redirect = heard.redirect
            self._schedule.add(after, call.number, lambda due: self._fetch(call, redirect, {}, due))
        else:
            self._later(call, after, "completed")

    def hang_up(self, record: Record) -> None:
        """End a call from our side, whatever it is doing."""
        is_talking = record["status"] == "in-progress"
        record["status"] = "completed" if is_talking else "canceled"
        self._later(self._calls[record["sid"]], clock.now(), record["status"])

    def _later(self, call: Call, at: datetime, status: str) -> None:
        self._schedule.add(at, call.number, lambda due: self._end(call, status, due))

    async def _end(self, call: Call, status: str, at: datetime) -> None:
        if self._calls.pop(call.record["sid"], None) is None:
            return
        seconds = max(int((at - call.answered_at).total_seconds()), 1) if call.answered_at else 0
        call.record |= {"status": status, "end_time": rfc2822(at), "duration": str(seconds)}
        self._changed()
        length = {"CallDuration": str(seconds), "Duration": str(-(-seconds // 60))}
        await self._report(call, "completed", status, at, length)

    async def _report(
        self, call: Call, event: str, status: str, at: datetime, more: Mapping[str, str] | None = None
    ) -> None:
        """Tell the service, if it asked for this event; unless it says so, only for the end."""
        sequence, call.sequence = call.sequence, call.sequence + 1
        url = call.form.get("StatusCallback")
        if not url or event not in call.form.get("StatusCallbackEvent", "completed").split():
            return
        said = {
            "Timestamp": rfc2822(at), "CallbackSource": "call-progress-events", "SequenceNumber": str(sequence),
            "SipResponseCode": SIP_CODES.get(status, "200"),
        }  # fmt: skip
        await self._webhooks.report(url, call.number, call.about(status) | said | dict(more or {}), at)


def _detected(wanted: str, pickup: Pickup) -> str | None:
    """What machine detection says. Without it a machine looks like a person (twilio.md 10)."""
    if wanted not in ("Enable", "DetectMessageEnd"):
        return None
    if pickup is Pickup.PERSON:
        return "human"
    return "machine_start" if wanted == "Enable" else "machine_end_beep"


def _by_hand() -> timedelta:
    """How long a person at the page has, on our clock."""
    return timedelta(seconds=BY_HAND_S * max(clock.rate, 1.0))
