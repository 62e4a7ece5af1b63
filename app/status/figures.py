"""The figures, asked of the database when somebody wants them. Read only; together a few milliseconds.

Each is one query whose last column is the number and whose other columns are its labels. What a figure may be before
somebody must act stands beside the rule that says so (`deploy/prometheus/rrt.rules.yml`), and on the page (`page.py`).
"""

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock
from app.core.settings import get_settings
from app.watch.epochs import IS_RESTORED

ASKED_IN_VAIN = timedelta(minutes=2)
"""An open offer for so long without a text or call at the carrier: nobody knows that they are asked."""
LOOKS_BACK = timedelta(days=30)
"""Of teams that were completed since then the times are told."""
OPEN_OFFERS = "('contacting', 'deferred')"
TEAM_WANTED = "('planning', 'offering')"


@dataclass(frozen=True, slots=True)
class Figure:
    """One kind of number.

    Args:
        name: as Prometheus calls it.
        says: what it is, in a sentence.
        query: one row for each set of labels, the number last.
        labels: names of the other columns.
    """

    name: str
    says: str
    query: str
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sample:
    """One number, and what it is of."""

    labels: tuple[str, ...]
    value: float


Samples = Mapping[Figure, list[Sample]]


def _age(column: str, of: str) -> str:
    return f"select coalesce(extract(epoch from :now - min({column})), 0) from {of}"


# ruff: noqa: S608 - every word of these queries stands in this file
OFFERS_WITHOUT_CONTACT = Figure(
    "rrt_offers_without_contact", "Open offers of which no text and no call has reached the carrier for two minutes.",
    f"""select count(*) from offers o where o.state in {OPEN_OFFERS} and o.asked_at < :since_contact
    and not exists (select from messages m where m.offer_id = o.id and
      (m.state in ('sent', 'delivered') or (m.channel = 'call' and m.sid is not null)))""",
)  # fmt: skip
OLDEST_UNREAD = Figure(
    "rrt_oldest_unread_answer_seconds", "Age of the oldest text from a person that the service has not read.",
    _age("received_at", "inbound_messages where state = 'received'"),
)  # fmt: skip
OLDEST_FOR_DESK = Figure(
    "rrt_oldest_answer_for_desk_seconds", "Age of the oldest answer that waits for a person at the desk.",
    _age("received_at", "inbound_messages where state = 'needs_person'"),
)  # fmt: skip
FOR_DESK = Figure(
    "rrt_answers_for_desk", "Answers that wait for a person at the desk.",
    "select count(*) from inbound_messages where state = 'needs_person'",
)  # fmt: skip
TEAM_TIME = Figure(
    "rrt_time_to_full_team_seconds", "From approval to a complete team, of teams of the last 30 days, by quantile.",
    """select d.priority, q::text,
      percentile_cont(q) within group (order by extract(epoch from d.staffed_at - d.opened_at))
    from deployments d cross join unnest(array[0.5, 0.9]) q
    where d.staffed_at > :since_teams group by d.priority, q order by 1, 2""",
    ("priority", "quantile"),
)  # fmt: skip
TEAMS = Figure(
    "rrt_full_teams", "Teams completed within the last 30 days.",
    "select priority, count(*) from deployments where staffed_at > :since_teams group by 1 order by 1", ("priority",),
)  # fmt: skip
OLDEST_TEAM = Figure(
    "rrt_oldest_incomplete_team_seconds", "Since the approval of the oldest team that is still being asked.",
    f"""select p.priority, coalesce(extract(epoch from :now - min(d.opened_at)), 0)
    from (values ('immediate'), ('urgent'), ('planned')) p(priority)
    left join deployments d on d.priority = p.priority and d.state in {TEAM_WANTED} group by 1 order by 1""",
    ("priority",),
)  # fmt: skip
SEATS_UNFILLABLE = Figure(
    "rrt_seats_unfillable", "Seats for which nobody fits, of teams that are being asked.",
    f"""select count(*) from positions p join deployments d on d.id = p.deployment_id
    where p.state = 'unfillable' and d.state in {TEAM_WANTED}""",
)  # fmt: skip
REQUESTS_WAITING = Figure(
    "rrt_requests", "Open requests by state.",
    """select state, count(*) from requests where state in ('submitted', 'in_intake', 'info_needed', 'recommended')
    group by 1 order by 1""", ("state",),
)  # fmt: skip
DEPLOYMENTS = Figure(
    "rrt_deployments", "Deployments that are not over, by state.",
    "select state, count(*) from deployments where state not in ('closed', 'stood_down') group by 1 order by 1",
    ("state",),
)  # fmt: skip
TEXTS = Figure(
    "rrt_messages", "Texts and calls that are on their way, by state.",
    """select s.state, count(m.id) from (values ('queued'), ('sending'), ('unknown')) s(state)
    left join messages m on m.state = s.state group by 1 order by 1""", ("state",),
)  # fmt: skip
IN_DOUBT = Figure(
    "rrt_messages_in_doubt", "Texts and calls of which nobody knows yet whether the carrier has them.",
    "select count(*) from messages where state = 'unknown' or (state = 'sending' and claimed_at < :since_contact)",
)  # fmt: skip
LOST = Figure(
    "rrt_messages_lost", "Texts and calls of the last hour that did not arrive.",
    "select count(*) from messages where state in ('undelivered', 'failed') and queued_at > :hour_ago",
)  # fmt: skip
HELD = Figure(
    "rrt_sending_held", "Whether texts wait: because the carrier refuses our number, or for the desk after a gap.",
    """select r.reason, count(h.id) from (values ('carrier'), ('gap')) r(reason) left join sending_holds h
    on h.reason = r.reason and h.released_at is null and (h.until is null or h.until > :now) group by 1 order by 1""",
    ("reason",),
)  # fmt: skip
JOBS_DUE = Figure(
    "rrt_jobs_due", "Jobs that could run now, and have not.",
    "select count(*) from procrastinate_jobs where status = 'todo' and (scheduled_at is null or scheduled_at <= now())",
)  # fmt: skip
QUEUE_AGE = Figure(
    "rrt_oldest_due_job_seconds", "How long the oldest of them waits.",
    """select coalesce(extract(epoch from now() - min(coalesce(j.scheduled_at, e.at))), 0) from procrastinate_jobs j
    left join lateral (select min(at) as at from procrastinate_events e where e.job_id = j.id) e on true
    where j.status = 'todo' and (j.scheduled_at is null or j.scheduled_at <= now())""",
)  # fmt: skip
JOBS_FAILED = Figure(
    "rrt_jobs_failed", "Jobs that gave up and wait for somebody to have them run again.",
    "select count(*) from procrastinate_jobs where status = 'failed'",
)  # fmt: skip
ALARMS = Figure(
    "rrt_alarms_open", "Alarms that wait for a person.", "select count(*) from alarms where settled_at is null",
)  # fmt: skip
OLDEST_ALARM = Figure(
    "rrt_oldest_alarm_seconds", "Age of the oldest of them.", _age("raised_at", "alarms where settled_at is null"),
)  # fmt: skip
HEARTBEATS = Figure(
    "rrt_heartbeat_age_seconds", "How long ago a worker, the auditor, and the reading of the carrier's lists were.",
    """select coalesce(h.name, w.name), coalesce(extract(epoch from :now - h.beat_at), 'infinity')
    from (values ('worker'), ('auditor')) w(name) full join heartbeats h on h.name = w.name order by 1""", ("name",),
)  # fmt: skip
RESTORED = Figure(
    "rrt_database_not_reconciled", "Whether this database was restored, and is not reconciled with the carrier yet.",
    f"select ({IS_RESTORED})::int",
)  # fmt: skip
ARCHIVE_FAILING = Figure(
    "rrt_database_archive_failing", "Whether the last piece of the database's log could not be archived.",
    "select (coalesce(last_failed_time > last_archived_time, last_failed_time is not null))::int from pg_stat_archiver",
)  # fmt: skip
CONNECTIONS = Figure(
    "rrt_database_connections_share", "Share of the database's connections that are taken.",
    """select count(*)::float / current_setting('max_connections')::int from pg_stat_activity
    where backend_type = 'client backend'""",
)  # fmt: skip
BACKUP_AGE = Figure("rrt_backup_age_seconds", "Age of the newest backup in RRT_BACKUPS.", "")
"""Not the database's to tell."""
FIGURES = (
    OFFERS_WITHOUT_CONTACT, OLDEST_UNREAD, OLDEST_FOR_DESK, FOR_DESK, TEAM_TIME, TEAMS, OLDEST_TEAM, SEATS_UNFILLABLE,
    REQUESTS_WAITING, DEPLOYMENTS, TEXTS, IN_DOUBT, LOST, HELD, JOBS_DUE, QUEUE_AGE, JOBS_FAILED, ALARMS, OLDEST_ALARM,
    HEARTBEATS, RESTORED, ARCHIVE_FAILING, CONNECTIONS, BACKUP_AGE,
)  # fmt: skip


async def read(session: AsyncSession) -> dict[Figure, list[Sample]]:
    """All figures as they are now."""
    now = clock.now()
    values = {
        "now": now, "since_contact": now - ASKED_IN_VAIN, "since_teams": now - LOOKS_BACK,
        "hour_ago": now - timedelta(hours=1),
    }  # fmt: skip
    found: dict[Figure, list[Sample]] = {}
    for figure in FIGURES:
        if figure.query:
            asked = {name: value for name, value in values.items() if f":{name}" in figure.query}
            rows = await session.execute(text(figure.query), asked)
            found[figure] = [Sample(tuple(map(str, row[:-1])), float(row[-1])) for row in rows]
    age = backup_age(get_settings().backups)
    found[BACKUP_AGE] = [] if age is None else [Sample((), age)]
    return found


def backup_age(folder: Path | None) -> float | None:
    """Seconds since the newest backup in a folder was begun, endless when there is none; None when no folder is set."""
    if folder is None:
        return None
    made = [one.stat().st_mtime for one in folder.glob("*") if not one.name.endswith(".part")]
    return time.time() - max(made) if made else math.inf
