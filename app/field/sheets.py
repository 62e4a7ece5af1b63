"""The mission order as a printed sheet, in the reader's language."""

from collections.abc import Sequence

from app.core.settings import get_settings
from app.deployments.models import Assignment, Deployment
from app.field.models import MissionOrder
from app.field.queries import Member
from app.requests.models import Request
from app.web import times
from app.web.languages import N_, _, translated
from app.web.sheets import Part, Sheet, facts

WAYS = {"drive": N_("by car"), "fly": N_("by plane"), "none": N_("from home")}
FOOT = N_(
    "At most 12 hours of duty a day and 60 in seven days, travel included. Anybody may ask to be relieved at any time"
    " by texting RELIEF. Keep no names of victims or suspects. Desk, day and night: %(phone)s."
)


def mission_order(
    deployment: Deployment,
    asked: Request,
    order: MissionOrder,
    members: Sequence[Member],
    seat: Assignment | None = None,
) -> Sheet:
    """An order with its team; `seat`: of one member, with when they are expected."""
    zone = asked.time_zone
    issued = _("Issued %(at)s.", at=times.day_and_time(order.issued_at, zone))
    changed = " " + _("What changed: %(words)s", words=order.changed) if order.changed else ""
    mine = times.day_and_time(seat.arrives_at, zone) if seat else ""
    where = ", ".join((order.report_place, asked.city, asked.place_state))
    on_site = f"{times.day_and_time(order.starts_at, zone)} - {times.day_and_time(order.ends_at, zone)}"
    return Sheet(
        get_settings().programme,
        _("Mission order %(number)s", number=f"{deployment.reference}-{order.number}"),
        issued + changed,
        [
            facts(
                "", (_("Where"), where), (_("On site"), on_site), (_("Be there"), mine),
                (_("Report to"), f"{order.report_to}, {order.report_phone}"), (_("What to do"), order.mission),
                (_("Conditions"), order.conditions), (_("Travel"), order.travel),
                (_("Other numbers"), order.contacts),
            ),
            Part("table", _("Team"), [_row(one, zone) for one in members],
                 (_("Role"), _("Name"), _("On site"), _("Travel"))),
        ],
        _(FOOT, phone=get_settings().desk_phone),
    )  # fmt: skip


def _row(one: Member, zone: str) -> tuple[str, ...]:
    arrives = times.day_and_time(one.assignment.arrives_at, zone)
    way = WAYS.get(one.assignment.travel_mode, one.assignment.travel_mode)
    return translated(one.position.title), one.expert.name, arrives, translated(way)
