"""Writes `deploy/grafana/rrt.json`, the dashboard: `python -m tools.dashboard`. A test compares both."""

import json
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent.parent / "deploy/grafana/rrt.json"
ROWS: dict[str, list[tuple[str, str, str, str]]] = {
    "People who are asked": [
        ("Offers nobody has heard of", "stat", "max(rrt_offers_without_contact)", "none"),
        ("Oldest text not read", "stat", "max(rrt_oldest_unread_answer_seconds)", "s"),
        ("Oldest answer for the desk", "stat", "max(rrt_oldest_answer_for_desk_seconds)", "s"),
        ("Answers for the desk", "stat", "max(rrt_answers_for_desk)", "none"),
        ("Seats nobody fits", "stat", "max(rrt_seats_unfillable)", "none"),
        ("Alarms open", "stat", "max(rrt_alarms_open)", "none"),
        ("Oldest incomplete team", "timeseries", "max by (priority) (rrt_oldest_incomplete_team_seconds)", "s"),
        ("Time to a full team, last 30 days", "timeseries",
         "max by (priority, quantile) (rrt_time_to_full_team_seconds)", "s"),
        ("Teams completed, last 30 days", "timeseries", "max by (priority) (rrt_full_teams)", "none"),
    ],
    "Requests and deployments": [
        ("Open requests", "timeseries", "max by (state) (rrt_requests)", "none"),
        ("Deployments", "timeseries", "max by (state) (rrt_deployments)", "none"),
        ("Oldest alarm", "timeseries", "max(rrt_oldest_alarm_seconds)", "s"),
    ],
    "Texts and calls": [
        ("On their way", "timeseries", "max by (state) (rrt_messages)", "none"),
        ("In doubt", "timeseries", "max(rrt_messages_in_doubt)", "none"),
        ("Did not arrive, last hour", "timeseries", "max(rrt_messages_lost)", "none"),
        ("Held", "timeseries", "max by (reason) (rrt_sending_held)", "none"),
    ],
    "The service": [
        ("Web processes", "timeseries", 'sum(up{job="rrt"})', "none"),
        ("Last seen", "timeseries", "max by (name) (rrt_heartbeat_age_seconds)", "s"),
        ("Jobs due", "timeseries", "max(rrt_jobs_due)", "none"),
        ("Oldest job that could run", "timeseries", "max(rrt_oldest_due_job_seconds)", "s"),
        ("Jobs given up", "timeseries", "max(rrt_jobs_failed)", "none"),
        ("Connections taken", "timeseries", "max(rrt_database_connections_share)", "percentunit"),
        ("Not reconciled after a restore", "stat", "max(rrt_database_not_reconciled)", "none"),
        ("Log not archived", "stat", "max(rrt_database_archive_failing)", "none"),
        ("Newest backup", "stat", "max(rrt_backup_age_seconds)", "s"),
    ],
}  # fmt: skip
"""Row to its panels: title, kind, query, unit."""
WIDTHS = {"stat": (4, 4), "timeseries": (8, 7)}
COLUMNS = 24


def panel(number: int, shown: tuple[str, str, str, str], at: dict[str, int]) -> dict[str, Any]:
    """One panel, as Grafana takes it."""
    title, kind, query, unit = shown
    options = {"reduceOptions": {"calcs": ["lastNotNull"]}} if kind == "stat" else {"legend": {"showLegend": True}}
    return {
        "id": number, "title": title, "type": kind, "gridPos": at,
        "datasource": {"type": "prometheus", "uid": "${datasource}"},
        "targets": [{"refId": "A", "expr": query, "datasource": {"type": "prometheus", "uid": "${datasource}"}}],
        "fieldConfig": {"defaults": {"unit": unit, "min": 0}, "overrides": []},
        "options": options,
    }  # fmt: skip


def dashboard() -> dict[str, Any]:
    """The whole dashboard."""
    panels: list[dict[str, Any]] = []
    top = 0
    for row, shown in ROWS.items():
        panels.append({"id": len(panels) + 1, "title": row, "type": "row", "collapsed": False, "panels": [],
                       "gridPos": {"x": 0, "y": top, "w": COLUMNS, "h": 1}})  # fmt: skip
        left, top, deepest = 0, top + 1, 0
        for one in shown:
            width, height = WIDTHS[one[1]]
            if left + width > COLUMNS:
                left, top, deepest = 0, top + deepest, 0
            at = {"x": left, "y": top, "w": width, "h": height}
            panels.append(panel(len(panels) + 1, one, at))
            left, deepest = left + width, max(deepest, height)
        top += deepest
    source = {"name": "datasource", "type": "datasource", "query": "prometheus", "label": "Prometheus"}
    return {
        "uid": "rrt", "title": "Rapid Response Team", "schemaVersion": 39, "version": 1, "refresh": "30s",
        "time": {"from": "now-12h", "to": "now"}, "timezone": "browser", "editable": True, "tags": ["rrt"],
        "templating": {"list": [source]}, "panels": panels,
    }  # fmt: skip


def written() -> str:
    """The file's text."""
    return json.dumps(dashboard(), indent=1) + "\n"


if __name__ == "__main__":
    FILE.parent.mkdir(parents=True, exist_ok=True)
    FILE.write_text(written())
