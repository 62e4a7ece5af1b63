"""Texts and calls as Twilio's API shows them, and the books in which they are kept."""

import secrets
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime
from email.utils import format_datetime
from typing import Any

from app.core.clock import clock
from app.core.text import segments

Record = dict[str, Any]
"""Twilio's JSON of a text or call, and what only the simulator knows of it."""
OURS = frozenset({"at", "heard", "heard_at", "keys", "taken_by"})
"""When it was made; what was said in a call, sentence by sentence; which keys were pressed; who or what picked up."""
VERSION = "2010-04-01"
TEXT_IS_FINAL = frozenset({"delivered", "undelivered", "failed", "canceled", "received", "read"})
CALL_IS_FINAL = frozenset({"completed", "busy", "no-answer", "failed", "canceled"})
ERROR_MESSAGES = {30003: "Unreachable destination handset", 30005: "Unknown destination handset"}


class Refusal(Exception):  # noqa: N818 - what the API says
    """The API refuses a request, as Twilio words it."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message

    def shown(self) -> dict[str, Any]:
        """The body of the answer."""
        return {
            "code": self.code, "message": self.message, "status": self.status,
            "more_info": f"https://www.twilio.com/docs/errors/{self.code}",
        }  # fmt: skip


def rfc2822(moment: datetime) -> str:
    """A moment as the API writes it: "Mon, 23 Nov 2026 09:00:00 +0000"."""
    return format_datetime(moment.replace(microsecond=0))


def shown(record: Record) -> Record:
    """What the API shows of a record."""
    return {name: value for name, value in record.items() if name not in OURS}


def text_record(account: str, *, to: str, sender: str | None, body: str, direction: str, status: str) -> Record:
    """A new text. One of a Messaging Service has no sender and no segments yet (twilio.md 1)."""
    record = _base("SM", account, "Messages", to=to, sender=sender, direction=direction, status=status)
    return record | {
        "body": body, "num_segments": str(segments(body)) if sender else "0", "num_media": "0", "date_sent": None,
        "error_code": None, "error_message": None, "messaging_service_sid": None,
        "subresource_uris": {"media": record["uri"].replace(".json", "/Media.json")},
    }  # fmt: skip


def call_record(account: str, *, to: str, sender: str) -> Record:
    """A new call."""
    record = _base("CA", account, "Calls", to=to, sender=sender, direction="outbound-api", status="queued")
    return record | {
        "to_formatted": to, "from_formatted": sender, "phone_number_sid": "PN" + "0" * 32, "parent_call_sid": None,
        "start_time": None, "end_time": None, "duration": None, "answered_by": None, "forwarded_from": None,
        "group_sid": None, "caller_name": None, "queue_time": "0", "trunk_sid": None, "annotation": None,
        "subresource_uris": {}, "heard": [], "heard_at": "", "keys": "", "taken_by": "",
    }  # fmt: skip


def _base(kind: str, account: str, folder: str, *, to: str, sender: str | None, direction: str, status: str) -> Record:
    # Not from the seed: a service that keeps its database would take the sids of a second run for repeated webhooks.
    sid, now = kind + secrets.token_hex(16), clock.now()
    return {
        "sid": sid, "account_sid": account, "api_version": VERSION, "to": to, "from": sender, "direction": direction,
        "status": status, "price": None, "price_unit": "USD", "date_created": rfc2822(now),
        "date_updated": rfc2822(now), "uri": f"/{VERSION}/Accounts/{account}/{folder}/{sid}.json", "at": now,
    }  # fmt: skip


class Book:
    """All texts, or all calls, found by sid and by the number they go to without looking at the others."""

    def __init__(self) -> None:
        self.records: list[Record] = []
        self._by_sid: dict[str, Record] = {}
        self._by_to: defaultdict[str, list[Record]] = defaultdict(list)

    def add(self, record: Record) -> None:
        """Keep a record."""
        self.records.append(record)
        self._by_sid[record["sid"]] = record
        self._by_to[record["to"]].append(record)

    def fetch(self, sid: str) -> Record:
        """One record.

        Raises:
            Refusal: 404, there is none.
        """
        if sid not in self._by_sid:
            raise Refusal(404, 20404, f"The requested resource {sid} was not found")
        return self._by_sid[sid]

    def remove(self, sid: str) -> None:
        """Forget a record."""
        record = self._by_sid.pop(sid)
        self.records.remove(record)
        self._by_to[record["to"]].remove(record)

    def newest(self, to: str | None, *conditions: Callable[[Record], bool]) -> Iterator[Record]:
        """Records to a number, or all, newest first, that meet every condition."""
        records = self.records if to is None else self._by_to.get(to, [])
        return (one for one in reversed(records) if all(holds(one) for holds in conditions))
