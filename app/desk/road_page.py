"""The desk's page of a team on the road: its order, who is where, its days, relief and release."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import ValidationError

from app.access.policy import Permission
from app.access.viewer import MayReadDeployments, MayWorkField
from app.core.clock import clock
from app.core.problems import Invalid, NotFound
from app.core.text import shown_phone
from app.deployments import queries as deployments
from app.deployments.models import Deployment
from app.deployments.states import ON_THE_ROAD, SEATED, AssignmentState, DeploymentState
from app.field import daily, demobilising, extending, journeys, orders, planning, queries, relieving
from app.field.api import on_the_road
from app.field.models import MissionOrder
from app.field.schemas import OrderIn
from app.field.sheets import mission_order
from app.field.states import ITEMS, Item, Step, Way
from app.requests.models import Request as RequestRow
from app.web import sheets
from app.web.render import render
from app.web.session import Session

router = APIRouter(prefix="/desk/requests/{reference}/road", include_in_schema=False)
D, A = DeploymentState, AssignmentState
STEPS = {
    A.CONFIRMED: (Step.LEFT, Step.ARRIVED, Step.NO_SHOW),
    A.ORDERED: (Step.LEFT, Step.ARRIVED, Step.NO_SHOW),
    A.EN_ROUTE: (Step.ARRIVED, Step.NO_SHOW),
    A.ON_SITE: (Step.RELEASED,),
    A.RELEASED: (Step.HOME,),
    A.RELIEVED: (Step.HOME,),
}
"""What the desk may enter for somebody, by where they are."""
BUTTONS = {
    Step.LEFT: "Has left home", Step.ARRIVED: "Is on site", Step.NO_SHOW: "Did not come", Step.RELEASED: "Release",
    Step.HOME: "Is home",
}  # fmt: skip
WHERE = {
    A.CONFIRMED: "at home", A.ORDERED: "at home, has read the order", A.EN_ROUTE: "on the way",
    A.ON_SITE: "on site", A.RELEASED: "on the way home", A.RELIEVED: "relieved, on the way home", A.HOME: "home",
    A.NO_SHOW: "did not come", A.CANCELLED: "does not go",
}  # fmt: skip


def headline(deployment: Deployment, order: MissionOrder | None, members: list[queries.Member]) -> str:
    """The page's first sentence."""
    on_site = sum(member.assignment.state is A.ON_SITE for member in members)
    away = sum(member.assignment.state in (A.RELEASED, A.RELIEVED) for member in members)
    there_to_be = sum(member.assignment.state in SEATED for member in members)
    told = {
        D.ACTIVE: f"{on_site} of {there_to_be} {'is' if there_to_be == 1 else 'are'} on site",
        D.DEMOBILISING: "The team prepares to leave",
        D.AFTER_ACTION: f"{away} on the way home" if away else "Everybody is home",
        D.STOOD_DOWN: "The deployment is called off",
        D.CLOSED: "The deployment is closed",
    }
    if deployment.state in told:
        return told[deployment.state]
    if order is None:
        return "The team waits for its mission order" if members else "Nobody has a seat yet"
    seated = [member for member in members if member.assignment.state in SEATED]
    unread = sum(not (member.copy and member.copy.acknowledged_at) for member in seated)
    return f"{unread} of {there_to_be} have not read the order" if unread else "Everybody has read the order"


def start_of(request: RequestRow, order: MissionOrder | None) -> dict[str, str]:
    """What the order's form begins with: the order in force, else what the agency said."""
    if order is not None:
        names = ("report_to", "report_phone", "report_place", "mission", "conditions", "travel", "contacts")
        return {name: str(getattr(order, name)) for name in names} | {"changed": ""}
    phone = shown_phone(request.contact_phone) if request.contact_phone else ""
    services = ", ".join(one.replace("_", " ") for one in request.service_types)
    return {
        "report_to": request.report_to, "report_phone": phone,
        "report_place": request.city,
        "mission": services[:1].upper() + services[1:], "conditions": "", "travel": "",
        "contacts": f"{request.contact_title} {request.contact_name}: {phone}", "changed": "",
    }  # fmt: skip


async def _page(
    request: Request, session: Session, viewer: MayReadDeployments, deployment: Deployment, **more: Any
) -> Response:
    asked = await session.get_one(RequestRow, deployment.request_id)
    members, issued = await queries.members(session, deployment), await queries.orders_of(session, deployment.id)
    order = issued[0] if issued else None
    signed = {row.item: row for row in await demobilising.signed(session, deployment.id)}
    shown = {"given": start_of(asked, order), "errors": {}, "theirs": None} | more
    return render(
        request, "desk/road.html", 412 if shown["theirs"] else 422 if shown["errors"] else 200,
        deployment=deployment, asked=asked, members=members, orders=issued,
        headline=headline(deployment, order, members), where=WHERE, steps=STEPS, buttons=BUTTONS,
        reports=await daily.reports(session, deployment.id), signed=signed, items=ITEMS,
        may_work=viewer.may(Permission.WORK_FIELD), may_order=deployment.state in orders.MAY_BE_ORDERED,
        extension=await extending.newest(session, deployment.id), plan=await planning.of(session, deployment, members),
        present=clock.now(), seated=sum(one.assignment.state in SEATED for one in members),
        is_on_the_road=deployment.state in ON_THE_ROAD, all_signed=set(signed) == set(Item), **shown,
    )  # fmt: skip


@router.get("")
async def road(reference: str, request: Request, session: Session, viewer: MayReadDeployments) -> Response:
    """The team on the road."""
    return await _page(request, session, viewer, await deployments.find(session, viewer, reference))


@router.get("/order")
async def read_order(
    reference: str, request: Request, session: Session, viewer: MayReadDeployments, number: int | None = None
) -> Response:
    """One order, the one in force or an earlier one, to read and to print."""
    deployment = await deployments.find(session, viewer, reference)
    issued = await queries.orders_of(session, deployment.id)
    found = next((one for one in issued if number in (None, one.number)), None)
    if found is None:
        raise NotFound
    asked = await session.get_one(RequestRow, deployment.request_id)
    return render(
        request, "desk/order.html", deployment=deployment, asked=asked, order=found, orders=issued,
        members=await queries.members(session, deployment), where=WHERE,
    )  # fmt: skip


@router.get("/order.pdf", response_class=Response)
async def print_order(
    reference: str, session: Session, viewer: MayReadDeployments, number: int | None = None
) -> Response:
    """One order as a sheet."""
    deployment = await deployments.find(session, viewer, reference)
    issued = await queries.orders_of(session, deployment.id)
    found = next((one for one in issued if number in (None, one.number)), None)
    if found is None:
        raise NotFound
    asked = await session.get_one(RequestRow, deployment.request_id)
    sheet = mission_order(deployment, asked, found, await queries.members(session, deployment))
    return await sheets.answer(f"mission-order-{reference}-{found.number}.pdf", sheet)


def _back(reference: str, place: str = "") -> Response:
    return RedirectResponse(f"/desk/requests/{reference}/road{place}", 303)


def _is_same(order: MissionOrder, given: dict[str, str]) -> bool:
    """Whether this order says what was typed."""
    try:
        typed = OrderIn.model_validate(given).model_dump()
    except ValidationError:
        return False
    return all(getattr(order, name) == value for name, value in typed.items())


@router.post("/order")
async def order(reference: str, request: Request, session: Session, viewer: MayWorkField) -> Response:
    """Issue or amend the mission order; with errors, the form again with all that was typed."""
    deployment = await deployments.find(session, viewer, reference, lock=True)
    given = {name: str(value) for name, value in (await request.form()).items()}
    seen, newest = given.pop("seen", ""), await orders.latest(session, deployment.id)
    if newest is not None and seen != str(newest.number):
        if _is_same(newest, given):  # the form was sent twice
            return _back(reference)
        return await _page(request, session, viewer, deployment, given=given, theirs=newest)
    try:
        form = OrderIn.model_validate(given)
        async with session.begin_nested():
            await orders.issue(session, deployment, form, by=viewer.actor)
    except ValidationError as error:
        errors = {str(one["loc"][0]): "Fill this in." for one in error.errors()}
        return await _page(request, session, viewer, deployment, given=given, errors=errors)
    except Invalid as problem:
        return await _page(request, session, viewer, deployment, given=given, errors=problem.fields["errors"])
    return _back(reference)


@router.post("/members/{expert_id}")
async def member(
    reference: str, expert_id: int, session: Session, viewer: MayWorkField, verb: Annotated[str, Form()]
) -> Response:
    """Enter where somebody is, that they have read the order, that they are to be relieved, or go on after all."""
    deployment = await deployments.find(session, viewer, reference, lock=True)
    assignment = await on_the_road(session, deployment, expert_id)
    if verb == "read":
        await orders.acknowledge(session, deployment, assignment, Way.DESK, by=viewer.actor)
    elif verb == "relieve":
        await relieving.ask(session, deployment, assignment, Way.DESK, by=viewer.actor)
    elif verb == "goes_on":
        await relieving.withdraw(session, deployment, assignment, by=viewer.actor)
    elif verb in BUTTONS:
        await journeys.report(session, deployment, assignment, Step(verb), Way.DESK, by=viewer.actor)
    else:
        raise Invalid(errors={"verb": "Choose one of the buttons."})
    return _back(reference, f"#member-{expert_id}")


@router.post("/leaving")
async def leaving(
    reference: str, session: Session, viewer: MayWorkField, verb: Annotated[str, Form()],
    note: Annotated[str, Form(max_length=300)] = "",
) -> Response:  # fmt: skip
    """Begin the demobilisation, sign one of its boxes, or release everybody."""
    deployment = await deployments.find(session, viewer, reference, lock=True)
    if verb == "begin":
        await demobilising.begin(session, deployment, by=viewer.actor)
    elif verb == "release":
        await demobilising.release(session, deployment, Way.DESK, by=viewer.actor)
    elif verb in set(Item):
        await demobilising.sign(session, deployment, Item(verb), note, by=viewer.actor)
    else:
        raise Invalid(errors={"verb": "Choose one of the boxes."})
    return _back(reference, "#leaving")
