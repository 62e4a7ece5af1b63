"""The list of rooms: loading it makes every table, job and reaction known to this process."""

from importlib import import_module

MODELS = (
    "app.core.events",
    "app.core.chain",
    "app.web.models",
    "app.access.models",
    "app.watch.models",
    "app.messaging.models",
    "app.agencies.models",
    "app.experts.models",
    "app.requests.models",
    "app.requests.sent_models",
    "app.deployments.models",
    "app.rosters.models",
    "app.dispatch.models",
    "app.my.models",
    "app.field.models",
    "app.surveys.models",
    "app.exchange.models",
    "app.drills.models",
    "app.wellness.models",
    "app.afterwards.models",
)
JOBS = (
    "app.access.anchors",
    "app.messaging.jobs",
    "app.requests.jobs",
    "app.deployments.jobs",
    "app.dispatch.jobs",
    "app.dispatch.watching",
    "app.field.jobs",
    "app.field.staying",
    "app.field.ahead",
    "app.surveys.jobs",
    "app.drills.jobs",
    "app.replies.jobs",
    "app.wellness.jobs",
    "app.afterwards.tasks",
)
ROUTERS = (
    "app.access.pages",
    "app.access.language",
    "app.access.second",
    "app.access.account",
    "app.access.oidc_doors",
    "app.access.api",
    "app.access.audit_doors",
    "app.watch.api",
    "app.watch.pages",
    "app.messaging.webhooks",
    "app.messaging.api",
    "app.messaging.pages",
    "app.agencies.api",
    "app.experts.api",
    "app.requests.api",
    "app.requests.intake_api",
    "app.requests.form_pages",
    "app.requests.sent_pages",
    "app.requests.sent_api",
    "app.requests.pages",
    "app.deployments.api",
    "app.deployments.pages",
    "app.rosters.api",
    "app.rosters.wishes_api",
    "app.rosters.overrides_api",
    "app.dispatch.api",
    "app.field.api",
    "app.field.extending_api",
    "app.field.feed_pages",
    "app.surveys.pages",
    "app.exchange.api",
    "app.drills.api",
    "app.drills.pages",
    "app.replies.api",
    "app.replies.pages",
    "app.wellness.pages",
    "app.reports.pages",
    "app.afterwards.pages",
    "app.my.pages",
    "app.my.team_page",
    "app.my.link_page",
    "app.my.days_page",
    "app.my.trips_page",
    "app.my.care_page",
    "app.my.record_page",
    "app.desk.papers_page",
    "app.desk.api",
    "app.desk.board_page",
    "app.desk.new_call",
    "app.desk.request_page",
    "app.desk.road_page",
    "app.desk.stay_page",
    "app.desk.overrides_page",
    "app.desk.intaking",
    "app.desk.deciding",
    "app.desk.choosing",
    "app.desk.seat_page",
    "app.desk.versions_page",
    "app.desk.asking",
    "app.desk.ask_page",
    "app.desk.timeline_page",
    "app.desk.pool_page",
    "app.desk.map_page",
    "app.desk.expert_edit",
    "app.desk.expert_page",
    "app.desk.answers_page",
    "app.desk.handover",
    "app.desk.people_page",
    "app.desk.settings_page",
)
"""Modules with a `router`: the doors."""
REFUSALS = (
    "app.requests.decisions",
    "app.deployments.opening",
    "app.rosters.overrides",
    "app.dispatch.offers",
    "app.afterwards.reporting",
)
"""Modules that say what their room's constraints mean."""


def load() -> None:
    """Load every room's tables."""
    for name in MODELS:
        import_module(name)


def load_jobs() -> None:
    """Load every room's tables, jobs and reactions. A process that records events must have called this."""
    load()
    for name in JOBS:
        import_module(name)
