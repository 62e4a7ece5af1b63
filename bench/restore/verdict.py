"""What became of everybody, by the carrier's own record and by the restored database's word."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import psycopg

from app.core.settings import get_settings
from app.messaging import sealed
from bench.chaos import verdict as storms

ONCE = ("Can you go to", "We still need your answer", "That seat is taken now", "You have the seat", "is confirmed:",
        "called off")  # fmt: skip
"""Texts that nobody may get twice in the same words: questions, reminders, decisions."""


@dataclass(slots=True)
class Verdict:
    """What was found wrong, as sentences; empty lists are what we want."""

    doubled: list[str] = field(default_factory=list)
    unknown_here: list[str] = field(default_factory=list)
    told_to_desk: list[str] = field(default_factory=list)
    """Texts that nobody could explain, each an alarm: not a fault, a person looks."""
    missing: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    unanswered: list[str] = field(default_factory=list)
    not_ended: list[str] = field(default_factory=list)
    promises_broken: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    def faults(self) -> dict[str, list[str]]:
        """What must be empty, in words."""
        return {
            "texts that somebody got twice": self.doubled,
            "texts at the carrier that neither the database knows nor the desk was told of": self.unknown_here,
            "texts that the database takes for sent, and the carrier has not": self.missing,
            "texts of people that nobody read": self.unread,
            "yeses with a seat that nobody confirmed": self.unanswered,
            "deployments that did not end": self.not_ended,
            "promises broken (rrt check)": self.promises_broken,
        }


def ours(texts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Of the carrier's texts those that we sent."""
    return [each for each in texts if each["direction"] != "inbound"]


def reach(carrier: str, not_ended: list[str]) -> Verdict:
    """Compare the carrier's record with the database's."""
    texts = storms.carrier_records(carrier, "Messages")
    sent = {each["sid"]: each for each in ours(texts)}
    told = Counter((each["to"], sealed.closed(each["body"])) for each in sent.values())
    found = Verdict(not_ended=not_ended)
    found.doubled = [f"{times} times to ...{to[-2:]}: {body}" for (to, body), times in told.items()
                     if times > 1 and any(words in body for words in ONCE)]  # fmt: skip
    with psycopg.connect(get_settings().libpq_url) as connection:
        known = dict(
            connection.execute("select sid, kind from messages where sid is not null and channel = 'text'").fetchall()
        )
        read = {sid for (sid,) in connection.execute("select sid from inbound_messages where state <> 'received'")}
        alarmed = {
            key.partition(":")[2]
            for (key,) in connection.execute("select key from alarms where kind = 'text.unexplained'")
        }
        strangers = {sid: each["body"] for sid, each in sent.items() if sid not in known}
        found.told_to_desk = [body for sid, body in strangers.items() if sid in alarmed]
        found.unknown_here = [body for sid, body in strangers.items() if sid not in alarmed]
        found.missing = [f"{kind} {sid}" for sid, kind in known.items() if sid not in sent]
        found.missing += [
            f"{kind} of offer {offer_id}, {state}" for kind, offer_id, state in connection.execute(
                "select kind, offer_id, state from messages where channel = 'text' and state in"
                " ('queued', 'sending', 'unknown')")
        ]  # fmt: skip
        found.unread = [each["body"] for each in texts if each["direction"] == "inbound" and each["sid"] not in read]
        found.unanswered = [
            f"offer {offer_id}" for (offer_id,) in connection.execute(
                "select o.id from offers o where o.state = 'accepted' and not exists (select from messages m"
                " where m.offer_id = o.id and m.kind = 'confirmed' and m.sid is not null)")
        ]  # fmt: skip
        found.counts = {
            name: connection.execute(f"select count(*) from {what}").fetchone()[0]  # type: ignore[index]  # noqa: S608
            for name, what in {
                "offers": "offers", "... of them taken up again from the carrier's record":
                "events where kind = 'offer.taken_back_up'", "seats filled": "positions where state = 'filled'",
                "teams confirmed": "deployments where state = 'staffed'", "alarms": "alarms",
            }.items()
        }  # fmt: skip
    found.promises_broken = asyncio.run(storms.promises())
    return found
