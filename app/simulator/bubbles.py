"""A thread as HTML: texts as bubbles on two sides, calls and the carrier's own words between them."""

import re
from collections.abc import Iterable
from datetime import datetime
from html import escape
from zoneinfo import ZoneInfo

from app.core.places import clock_time
from app.simulator.records import Record

CALL_ENDS = {
    "queued": "about to ring", "ringing": "ringing", "in-progress": "talking", "completed": "ended",
    "busy": "busy", "no-answer": "nobody picked up", "canceled": "called off", "failed": "failed",
}  # fmt: skip
LINK = re.compile(r"(https?://[\w.:/-]+[\w/])")
"""An address in a text; only characters that mean nothing in HTML."""
TAKEN_BY = {"person": "answered, no key", "voicemail": "voicemail"}
TEXT_STATUS = {
    "queued": "on its way", "accepted": "on its way", "sent": "on its way", "scheduled": "for later",
    "delivered": "delivered", "undelivered": "not delivered", "failed": "not sent", "canceled": "called off",
}  # fmt: skip


def thread(records: Iterable[Record], zone: str) -> str:
    """A phone's thread, oldest first, with a line wherever a new day begins in its zone."""
    shown, day = [], ""
    for record in records:
        at: datetime = record["at"]
        there = at.astimezone(ZoneInfo(zone))
        today = f"{there:%A, %b} {there.day}"
        if today != day:
            shown.append(f'<li class="day">{today}</li>')
            day = today
        shown.append(_item(record, clock_time(at, zone)))
    return "".join(shown)


def _item(record: Record, time: str) -> str:
    if record["sid"].startswith("CA"):
        return _call(record, time)
    body = f"<p>{_with_links(record['body'])}</p>"
    if record["direction"] == "inbound":
        return f'<li class="out">{body}<span class="meta">{time}</span></li>'
    if record["direction"] == "carrier":
        return f'<li class="in carrier">{body}<span class="meta">The carrier, {time}</span></li>'
    status = TEXT_STATUS.get(record["status"], record["status"])
    lost = " lost" if record["status"] in ("undelivered", "failed") else ""
    code = f" ({record['error_code']})" if record["error_code"] else ""
    return f'<li class="in{lost}">{body}<span class="meta">RRT, {time}, {status}{code}</span></li>'


def _with_links(body: str) -> str:
    """The words, with addresses to tap as on any phone."""
    return LINK.sub(r'<a href="\1" target="_blank" rel="noreferrer">\1</a>', escape(body))


def _call(record: Record, time: str) -> str:
    """One line, and what was said for those who want to read it."""
    end = CALL_ENDS.get(record["status"], record["status"])
    if record["taken_by"]:
        end = TAKEN_BY[record["taken_by"]]
    if record["keys"]:
        end = f"answered, pressed {', '.join(record['keys'])}"
    said = escape(" ".join(record["heard"]))
    heard = f"<details><summary>What was said</summary><p>{said}</p></details>" if said else ""
    return f'<li class="call"><span>Call from RRT, {time}: {end}</span>{heard}</li>'
