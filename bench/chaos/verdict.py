"""What became of everybody, by the database's word, by the carrier's own record, and by the carrier's proof."""

# ruff: noqa: S608 - every word of these queries is written in this file

import os
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
import psycopg

from app.core import sealing
from app.core.database import begin, close_engine
from app.core.settings import get_settings
from app.dispatch.promises import broken
from bench.chaos import telling
from bench.chaos.carrier import NEVER_TAKEN

ASKING = "('offer', 'reminder', 'other_seat', 'spoken_offer')"
OPEN = "('planned', 'contacting', 'deferred')"
BUSY_JOBS = "('dispatch.climb', 'messaging.ask_status')"
"""Jobs that may wait in a settled town: timers of the future."""
Proof = Mapping[str, Mapping[str, list[str]]]


@dataclass(slots=True)
class Verdict:
    """What was found wrong, as sentences; empty lists are what we want."""

    not_ended: list[str] = field(default_factory=list)
    filed_twice: list[str] = field(default_factory=list)
    double_bookings: list[str] = field(default_factory=list)
    offers_lost: list[str] = field(default_factory=list)
    sent_twice: list[str] = field(default_factory=list)
    answers_lost: list[str] = field(default_factory=list)
    lost_and_nobody_heard: list[str] = field(default_factory=list)
    decided_and_not_told: list[str] = field(default_factory=list)
    jobs_failed: list[str] = field(default_factory=list)
    promises_broken: list[str] = field(default_factory=list)
    requests_refused: list[str] = field(default_factory=list)
    undecidable: dict[str, list[str]] = field(default_factory=dict)
    """By reason, messages of which we cannot know whether they were sent. Not a fault: none is sent again, each goes on
    by another way, and if one does not, that is a fault."""
    counts: dict[str, int] = field(default_factory=dict)

    def faults(self) -> dict[str, list[str]]:
        """What must be empty."""
        names = (
            "not_ended", "filed_twice", "double_bookings", "offers_lost", "sent_twice", "answers_lost",
            "lost_and_nobody_heard", "decided_and_not_told", "jobs_failed", "promises_broken", "requests_refused",
        )  # fmt: skip
        return {name: getattr(self, name) for name in names}


def carrier_records(carrier: str, what: str) -> list[dict[str, Any]]:
    """Everything the carrier ever had ("Messages" or "Calls"), by Twilio's own list."""
    settings = get_settings()
    auth = (settings.twilio_account_sid, settings.twilio_auth_token.get_secret_value())
    path: str | None = f"/2010-04-01/Accounts/{auth[0]}/{what}.json?PageSize=1000"
    found: list[dict[str, Any]] = []
    while path:
        page = httpx.get(carrier + path, auth=auth, timeout=60, trust_env=False).json()
        found += page[what.lower()]
        path = page["next_page_uri"]
    return found


def is_quiet() -> bool:
    """Whether nothing is on its way any more."""
    query = f"""select (select count(*) from messages where state in ('queued', 'sending', 'unknown'))
      + (select count(*) from messages where state = 'sent' and channel = 'call')
      + (select count(*) from inbound_messages where state = 'received')
      + (select count(*) from offers where state in {OPEN})
      + (select count(*) from procrastinate_jobs where status = 'doing'
         or (status = 'todo' and task_name not in {BUSY_JOBS} and coalesce(scheduled_at, now()) <= now()
             and queueing_lock is null and task_name <> 'core.rescue'))"""
    with psycopg.connect(get_settings().libpq_url) as connection:
        return connection.execute(query).fetchone() == (0,)


def reach(carrier: str, not_ended: list[str], refused: list[str], proof: Proof) -> Verdict:
    """Count everything."""
    texts, calls = carrier_records(carrier, "Messages"), carrier_records(carrier, "Calls")
    verdict = Verdict(not_ended=not_ended, requests_refused=refused)
    with psycopg.connect(get_settings().libpq_url) as connection:
        verdict.filed_twice = _lines(
            connection, "select summary from requests where summary like 'Storm %' group by 1 having count(*) > 1"
        )
        verdict.double_bookings = _double_bookings(connection)
        verdict.offers_lost = _offers_lost(connection, texts, calls)
        verdict.sent_twice = _sent_twice(connection, proof)
        verdict.answers_lost = _answers_lost(connection, texts)
        verdict.lost_and_nobody_heard = telling.lost_and_nobody_heard(connection)
        verdict.decided_and_not_told = telling.decided_and_not_told(connection, texts)
        verdict.jobs_failed = _lines(
            connection,
            "select task_name || ' ' || args::text || ' after ' || attempts || ' attempts' from procrastinate_jobs"
            " where status in ('failed', 'aborted') and queueing_lock is null",
        )
        verdict.undecidable = _undecidable(connection, proof)
        verdict.counts = _counts(connection, texts, calls)
    return verdict


async def promises() -> list[str]:
    """What `rrt check` says."""
    try:
        async with begin() as session:
            return [str(each) for each in await broken(session)]
    finally:
        await close_engine()


def _lines(connection: psycopg.Connection[Any], query: str) -> list[str]:
    return [str(row[0]) for row in connection.execute(query)]


def _double_bookings(connection: psycopg.Connection[Any]) -> list[str]:
    live = "('confirmed', 'ordered', 'en_route', 'on_site', 'released', 'home', 'relieved')"
    return _lines(
        connection,
        f"""select 'expert ' || a.expert_id || ': assignments ' || a.id || ', ' || b.id from assignments a
        join assignments b on b.id > a.id and b.expert_id = a.expert_id and a.span && b.span
        where a.state in {live} and b.state in {live}
        union all select 'seat ' || position_id from assignments
        where state in ('confirmed', 'ordered', 'en_route', 'on_site') group by position_id having count(*) > 1""",
    )


def _offers_lost(
    connection: psycopg.Connection[Any], texts: list[dict[str, Any]], calls: list[dict[str, Any]]
) -> list[str]:
    """Offers that are still open, and those that ran out without one word at the carrier, or at the desk."""
    at_carrier = {each["sid"] for each in (*texts, *calls)}
    bodies = {(each["to"], each["body"]) for each in texts}
    rows = connection.execute(
        f"""select o.id, o.state, o.code, coalesce(array_agg(m.sid) filter (where m.sid is not null), '{{}}'),
        coalesce(array_agg(array[m.number, m.body]) filter (where m.id is not null), '{{}}')
        from offers o left join messages m on m.offer_id = o.id and m.kind in {ASKING}
        where o.state in {OPEN} or (o.state in ('expired', 'unreachable') and not exists
          (select from alarms a where a.kind = 'offer.dial' and a.subject_id = o.id)) group by o.id"""
    ).fetchall()
    return [
        f"offer {offer_id} ({state}; {telling.story_of(connection, offer_id)})"
        for offer_id, state, _, sids, sent in rows
        if state in ("planned", "contacting", "deferred")
        or not (at_carrier & set(sids) or any((sealing.unseal(number), body) in bodies for number, body in sent))
    ]


def _sent_twice(connection: psycopg.Connection[Any], proof: Proof) -> list[str]:
    """Messages that the carrier took more than once, by its own proof; and two rows for one rung of one offer."""
    taken = [
        f"message {message_id}: taken {len(sids)} times ({', '.join(proof['asked'].get(message_id, ()))})"
        for message_id, sids in proof["taken"].items()
        if len(sids) > 1
    ]
    rungs = _lines(
        connection,
        f"""select 'offer ' || offer_id || ': ' || count(*) || ' of ' || kind || ' to one number' from messages
        where kind in {ASKING} and state in ('sent', 'delivered', 'undelivered')
        group by offer_id, kind, left(number, 22) having count(*) > 1 and kind <> 'spoken_offer'""",
    )
    return taken + rungs


def _answers_lost(connection: psycopg.Connection[Any], texts: list[dict[str, Any]]) -> list[str]:
    """Texts that people sent and nobody here ever saw, or nobody read."""
    kept = dict(connection.execute("select sid, state from inbound_messages").fetchall())
    sent = [each for each in texts if each["direction"] == "inbound"]
    return [
        f"{each['body']!r} ({kept.get(each['sid'], 'never kept')})"
        for each in sent
        if kept.get(each["sid"], "received") == "received"
    ]


def _undecidable(connection: psycopg.Connection[Any], proof: Proof) -> dict[str, list[str]]:
    """Messages that were looked up in vain, by what the carrier can prove of each."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    rows = connection.execute("select id, kind, channel from messages where state = 'failed' and error_code = 0")
    for message_id, kind, channel in rows:
        taken = proof["taken"].get(str(message_id), ())
        asked = proof["asked"].get(str(message_id), ["never asked"])
        found[_reason(asked[-1], is_taken=bool(taken))].append(f"message {message_id} ({kind}, {channel})")
    return dict(found)


def _reason(last: str, *, is_taken: bool) -> str:
    if is_taken:
        return "the carrier had it; the text was taken for a row of ours with the same words"
    return {
        "never asked": "killed before it reached the carrier",
        NEVER_TAKEN: "killed while the carrier had it, which forgot it",
        "500": "the carrier answered 500 and had not taken it",
    }.get(last, f"the carrier answered {last} and has not got it")


def _counts(
    connection: psycopg.Connection[Any], texts: list[dict[str, Any]], calls: list[dict[str, Any]]
) -> dict[str, int]:
    def of(query: str) -> int:
        row = connection.execute(query).fetchone()
        return int(row[0]) if row else 0

    directions = Counter(each["direction"] for each in texts)
    return {
        "offers made": of("select count(*) from offers"),
        "seats filled": of("select count(*) from positions where state = 'filled'"),
        "teams confirmed": of("select count(*) from deployments where state = 'staffed'"),
        "called off": of("select count(*) from deployments where state = 'stood_down'"),
        "short of people, with the reason": of(
            "select count(distinct deployment_id) from positions where state = 'unfillable'"
        ),
        "texts at the carrier": len(texts) - directions["inbound"],
        "calls at the carrier": len(calls),
        "answers by text": directions["inbound"],
        "messages tried again (429, nobody there)": of("select count(*) from messages where attempts > 1"),
        "alarms for the desk": of("select count(*) from alarms"),
        "processors": os.cpu_count() or 0,
    }
