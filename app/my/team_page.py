"""The team on a phone: the mission order of whoever goes; for the leader, who is where and the report of the day."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import ValidationError

from app.access.viewer import MayAnswerOwnOffers, MayLeadTeam, MayReadOwnOffers, Viewer
from app.core.database import locked
from app.core.events import Actor
from app.core.problems import Changed, Invalid, NotFound
from app.core.text import whole
from app.deployments.models import Assignment, Deployment
from app.deployments.states import SEATED, AssignmentState
from app.field import daily, extending, journeys, orders, queries, relieving
from app.field.api import on_the_road
from app.field.models import DailyReport, Stay
from app.field.schemas import HoursIn, ReportIn
from app.field.sheets import mission_order
from app.field.states import Activity, Light, Step, Way
from app.my.mine import in_my_language
from app.requests import privacy
from app.requests.models import Request as RequestRow
from app.web import sheets
from app.web.languages import N_, gettext
from app.web.render import render
from app.web.session import Session

router = APIRouter(prefix="/my/teams/{reference}", include_in_schema=False, dependencies=[Depends(in_my_language)])
A = AssignmentState
WHERE = {
    A.CONFIRMED: N_("at home"), A.ORDERED: N_("at home, has read the order"), A.EN_ROUTE: N_("on the way"),
    A.ON_SITE: N_("on site"), A.RELEASED: N_("on the way home"), A.RELIEVED: N_("relieved, on the way home"),
    A.HOME: N_("home"), A.NO_SHOW: N_("did not come"), A.CANCELLED: N_("does not go"),
}  # fmt: skip
LIGHTS = {Light.GREEN: N_("Well"), Light.YELLOW: N_("Tired or strained"), Light.RED: N_("Should stop")}
ACTIVITIES = {
    Activity.ON_SITE: N_("On site"), Activity.TRAVEL: N_("Travel"), Activity.REMOTE: N_("By phone or video"),
    Activity.PREPARATION: N_("Preparation"),
}  # fmt: skip


def _by(viewer: Viewer) -> Actor:
    return Actor("expert", viewer.expert_id, viewer.name)


async def _my_seat(session: Session, viewer: Viewer, reference: str) -> tuple[Deployment, Assignment]:
    """The deployment and the viewer's seat in it, locked.

    Raises:
        NotFound: they have no seat in it.
    """
    row = await queries.seat_in(session, viewer.expert_id or 0, reference)
    if row is None:
        raise NotFound
    deployment = await locked(session, Deployment, row.deployment_id)
    return deployment, await locked(session, Assignment, row.id)


@router.get("/order")
async def my_order(reference: str, request: Request, session: Session, viewer: MayReadOwnOffers) -> Response:
    """The mission order of somebody who goes."""
    seat = await queries.seat_in(session, viewer.expert_id or 0, reference)
    if seat is None:
        raise NotFound
    deployment = await session.get_one(Deployment, seat.deployment_id)
    asked = await session.get_one(RequestRow, deployment.request_id)
    return render(
        request, "my/order.html", deployment=deployment, asked=asked, seat=seat,
        order=await orders.latest(session, deployment.id), unread=await orders.unread_copy(session, seat.id),
        members=await queries.members(session, deployment), leads=await queries.leads(session, seat),
        stay=await queries.stay_of(session, seat.id), extension=await extending.newest(session, deployment.id),
    )  # fmt: skip


@router.get("/order.pdf", response_class=Response)
async def print_order(reference: str, session: Session, viewer: MayReadOwnOffers) -> Response:
    """The same as a sheet, in the reader's language."""
    seat = await queries.seat_in(session, viewer.expert_id or 0, reference)
    order = await orders.latest(session, seat.deployment_id) if seat else None
    if seat is None or order is None:
        raise NotFound
    deployment = await session.get_one(Deployment, seat.deployment_id)
    asked = await session.get_one(RequestRow, deployment.request_id)
    sheet = mission_order(deployment, asked, order, await queries.members(session, deployment), seat)
    return await sheets.answer(f"mission-order-{reference}-{order.number}.pdf", sheet)


@router.post("/order")
async def read_order(reference: str, session: Session, viewer: MayAnswerOwnOffers) -> Response:
    """I have read it."""
    deployment, seat = await _my_seat(session, viewer, reference)
    await orders.acknowledge(session, deployment, seat, Way.PAGE, by=_by(viewer))
    return RedirectResponse(f"/my/teams/{reference}/order", 303)


@router.post("/stay")
async def my_stay(
    reference: str, session: Session, viewer: MayAnswerOwnOffers, verb: Annotated[str, Form()] = "goes"
) -> Response:
    """I stay, or I go home as planned; nobody asks why."""
    deployment, seat = await _my_seat(session, viewer, reference)
    asked = await queries.stay_of(session, seat.id)
    if asked is not None:
        stay = await locked(session, Stay, asked.id)
        await extending.answer(session, deployment, stay, Way.PAGE, stays=verb == "stays", by=_by(viewer))
    return RedirectResponse(f"/my/teams/{reference}/order#stay", 303)


@router.post("/relief")
async def my_relief(reference: str, session: Session, viewer: MayAnswerOwnOffers) -> Response:
    """I ask to be relieved; nobody asks why."""
    deployment, seat = await _my_seat(session, viewer, reference)
    await relieving.ask(session, deployment, seat, Way.PAGE, by=_by(viewer))
    return RedirectResponse(f"/my/teams/{reference}/order", 303)


async def _team(
    request: Request, session: Session, deployment: Deployment, given: Mapping[str, str], errors: Mapping[str, str]
) -> Response:
    asked = await session.get_one(RequestRow, deployment.request_id)
    today = await daily.today_there(session, deployment)
    reports = await daily.reports(session, deployment.id)
    kept = next((one for one in reports if one.day == today), None)
    members = [one for one in await queries.members(session, deployment) if one.assignment.state is not A.NO_SHOW]
    return render(
        request, "my/team.html", 422 if errors else 200, deployment=deployment, asked=asked, today=today,
        members=members, kept=kept, given=given or _said(kept, members, today), errors=errors, where=WHERE,
        lights=LIGHTS, on_site=sum(one.assignment.state is A.ON_SITE for one in members),
        there_to_be=sum(one.assignment.state in SEATED for one in members),
    )  # fmt: skip


def _said(kept: DailyReport | None, members: list[queries.Member], today: date) -> dict[str, str]:
    """What the report of today says already."""
    said = {f"light-{one.expert.id}": one.lights[today] for one in members if today in one.lights}
    if kept is None:
        return {**said}
    fields = ("done", "planned", "needs", "people_reached", "version")
    return {**said, **{name: str(getattr(kept, name)) for name in fields}}


@router.get("")
async def my_team(reference: str, request: Request, session: Session, viewer: MayLeadTeam) -> Response:
    """The team that I lead: who is where, and today's report."""
    return await _team(request, session, await queries.led_by(session, viewer, reference), {}, {})


@router.post("/report")
async def report(reference: str, request: Request, session: Session, viewer: MayLeadTeam) -> Response:
    """Today's report; with errors, the form again with all that was typed."""
    deployment = await queries.led_by(session, viewer, reference, lock=True)
    given = {name: str(value) for name, value in (await request.form()).items()}
    leave_out, seen = privacy.warned(given, ("done", "planned", "needs"))
    if leave_out:
        return await _team(request, session, deployment, given | {"left_in": seen}, leave_out)
    try:
        form = _report(given, await daily.today_there(session, deployment))
        async with session.begin_nested():
            await daily.report(session, deployment, form, by=_by(viewer))
    except ValidationError:
        errors = {"people_reached": gettext("A whole number, or leave it empty.")}
        return await _team(request, session, deployment, given, errors)
    except Changed as problem:
        if not await daily.says(session, deployment, form, by=_by(viewer)):  # else the form was only sent twice
            return await _team(request, session, deployment, given, {"form": problem.detail})
    except Invalid as problem:
        return await _team(request, session, deployment, given, {"form": problem.detail})
    return RedirectResponse(f"/my/teams/{reference}", 303)


def _report(given: Mapping[str, str], day: date) -> ReportIn:
    fields: dict[str, Any] = {name: given.get(name, "") for name in ("done", "planned", "needs")}
    lights = {
        expert_id: value
        for name, value in given.items()
        if name.startswith("light-") and (expert_id := whole(name[6:])) is not None
    }
    return ReportIn.model_validate(
        fields
        | {"day": day, "people_reached": given.get("people_reached") or 0, "lights": lights}
        | {"version": given.get("version") or None}
    )


@router.post("/members/{expert_id}")
async def member(
    reference: str, expert_id: int, session: Session, viewer: MayLeadTeam, verb: Annotated[str, Form()]
) -> Response:
    """Enter for a member of the team that they are there, or not, or ask for their relief."""
    deployment = await queries.led_by(session, viewer, reference, lock=True)
    assignment = await on_the_road(session, deployment, expert_id)
    if verb == "relieve":
        await relieving.ask(session, deployment, assignment, Way.LEADER, by=_by(viewer))
    elif verb in (Step.ARRIVED, Step.NOT_THERE):
        await journeys.report(session, deployment, assignment, Step(verb), Way.LEADER, by=_by(viewer))
    else:
        raise Invalid(errors={"verb": "Choose one of the buttons."})
    return RedirectResponse(f"/my/teams/{reference}#member-{expert_id}", 303)


@router.get("/hours/{expert_id}")
async def hours(reference: str, expert_id: int, request: Request, session: Session, viewer: MayLeadTeam) -> Response:
    """Today's hours of a member of the team."""
    deployment = await queries.led_by(session, viewer, reference)
    return await _hours(request, session, deployment, expert_id, {}, "")


async def _hours(  # noqa: PLR0917 - the page's parts
    request: Request, session: Session, deployment: Deployment, expert_id: int, given: Mapping[str, str], error: str
) -> Response:
    members = await queries.members(session, deployment)
    found = next((one for one in members if one.expert.id == expert_id), None)
    if found is None:
        raise NotFound
    return render(
        request, "my/hours.html", 422 if error else 200, deployment=deployment, member=found, given=given, error=error,
        today=await daily.today_there(session, deployment), activities=ACTIVITIES,
    )  # fmt: skip


@router.post("/hours/{expert_id}")
async def keep_hours(
    reference: str, expert_id: int, request: Request, session: Session, viewer: MayLeadTeam
) -> Response:
    """Keep them; limits that are near or broken are said on the team's page."""
    deployment = await queries.led_by(session, viewer, reference, lock=True)
    given = {name: str(value) for name, value in (await request.form()).items()}
    assignment = await on_the_road(session, deployment, expert_id)
    try:
        spent = {name: given.get(name) or 0 for name in Activity}
        form = HoursIn.model_validate({"day": given.get("day"), "hours": spent})
        await daily.keep_hours(session, deployment, assignment, form, by=_by(viewer))
    except ValidationError:
        return await _hours(request, session, deployment, expert_id, given, gettext("Hours from 0 to 24, and a day."))
    except Invalid as problem:
        return await _hours(request, session, deployment, expert_id, given, " ".join(problem.fields["errors"].values()))
    return RedirectResponse(f"/my/teams/{reference}#member-{expert_id}", 303)
