"""The after-action report as a printed sheet."""

from collections.abc import Mapping
from datetime import datetime

from app.afterwards.known import ANSWERS, OVERRIDES, Known
from app.afterwards.models import AfterAction
from app.core.settings import get_settings
from app.deployments.models import Deployment
from app.requests.models import Request
from app.web import times
from app.web.render import words
from app.web.sheets import Part, Sheet, facts


def after_action(  # noqa: PLR0917 - all that stands on it
    deployment: Deployment, asked: Request, report: AfterAction | None, known: Known, labels: Mapping[str, str],
    accepted_by: Mapping[str, str],
) -> Sheet:  # fmt: skip
    """The report's words, its figures, the team, the days, and who accepted it."""
    zone = asked.time_zone
    written = [
        Part("words", label, words=getattr(report, name))
        for name, label in labels.items()
        if report is not None and getattr(report, name)
    ]
    place = f"{words(asked.incident_type)}, {asked.city}, {asked.place_state}."
    on_site = f" On site {times.days(deployment.starts_at, deployment.ends_at, zone)}."
    parts = [*written, _figures(known, zone), _team(known, zone), _days(known), _overrides(known, zone),
             _surveys(known), _accepted(report, zone, accepted_by)]  # fmt: skip
    title = f"After-action report {deployment.reference}"
    return Sheet(get_settings().programme, title, place + on_site, [one for one in parts if one is not None])


def _figures(known: Known, zone: str) -> Part:
    answers = ", ".join(f"{number} {ANSWERS[state]}" for state, number in known.answers)
    return facts(
        "In figures", *((words, times.day_and_time(at, zone)) for words, at in known.dates),
        ("Asked", f"{known.asked} people: {answers}" if answers else f"{known.asked} people"),
        ("Texts and calls", f"{known.texts_out} out, {known.texts_in} in"),
        ("Hours of work", f"{known.hours:.1f}"), ("People reached", str(known.people_reached)),
    )  # fmt: skip


def _team(known: Known, zone: str) -> Part:
    rows = [
        (
            one.position.title, one.expert.name,
            times.day_and_time(one.arrived_at, zone) if one.arrived_at else "not told", f"{one.hours:.1f}",
        )
        for one in known.members
    ]  # fmt: skip
    return Part("table", "The team", rows, ("Role", "Name", "On site", "Hours"))


def _days(known: Known) -> Part | None:
    rows = [
        (
            f"{one.day:%a %b} {one.day.day}: {one.done or 'Nothing written.'}"
            + (f"\nNeeds: {one.needs}" if one.needs else ""),
        )
        for one in known.reports
    ]
    return Part("list", "Day by day", rows) if rows else None


def _overrides(known: Known, zone: str) -> Part | None:
    rows = []
    for one in known.overrides:
        reason = f": {one.data['reason']}" if one.data.get("reason") else ""
        said = f"{times.day_and_time(one.at, zone)}: {one.actor_name}, {OVERRIDES[one.kind]}{reason}"
        rows.append((said,))
    return Part("list", "Decided otherwise than proposed", rows) if rows else None


def _surveys(known: Known) -> Part | None:
    rows = []
    for one in known.surveys:
        shares = [f"{share.title}: {share.value:.0%}" for share in one.shares if share.value is not None]
        said = f"{one.title}: {one.answered} of {one.asked} answered"
        told = "too few answers to tell shares" if one.is_small else ", ".join(shares)
        rows.append(("\n".join((f"{said}{': ' if told else ''}{told}", *one.words)),))
    return Part("list", "How it was found", rows) if rows else None


def _accepted(report: AfterAction | None, zone: str, accepted_by: Mapping[str, str]) -> Part | None:
    if report is None or report.completed_at is None:
        return None

    def signed(side: str, at: datetime | None) -> str:
        return f"{accepted_by[side]}, {times.day_and_time(at, zone)}" if at else "Not yet"

    return facts(
        "Accepted", ("Completed", f"{report.completed_by}, {times.day_and_time(report.completed_at, zone)}"),
        ("IACP", signed("iacp", report.iacp_accepted_at)), ("DOJ", signed("doj", report.doj_accepted_at)),
    )  # fmt: skip
