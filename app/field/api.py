"""HTTP API: mission orders, check-ins, daily reports, hours, relief and release; for the desk and for team leaders."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict

from app.access.viewer import MayLeadTeam, MayReadDeployments, MayWorkField, Viewer
from app.core.events import Actor
from app.core.problems import Conflict
from app.deployments import queries as deployments
from app.deployments.models import Assignment, Deployment
from app.deployments.states import AssignmentState, DeploymentState
from app.field import daily, demobilising, journeys, orders, planning, queries, relieving, spending
from app.field.models import DailyReport, MissionOrder
from app.field.schemas import (
    CheckInIn,
    CheckInOut,
    ExpenseOut,
    ExpensesIn,
    ExpensesOut,
    HoursIn,
    OrderIn,
    OrderOut,
    ReliefIn,
    ReportIn,
    ReportOut,
    SignOffIn,
)
from app.field.states import Item, Light, Way
from app.web.session import Session

router = APIRouter(prefix="/api/v1/deployments/{reference}", tags=["field"])


class MemberOut(BaseModel):
    """One person of the team on the road."""

    seat: int
    title: str
    expert_id: int
    expert_name: str
    state: AssignmentState
    arrives_at: datetime
    arrived_at: datetime | None
    order_number_read: bool | None
    hours: float
    limits: list[str]
    lights: dict[date, Light]
    is_to_be_relieved: bool
    relieves: str | None
    leaves_at: datetime | None
    limit_at: datetime
    held_as_relief: str | None
    held_because: str | None
    check_ins: list[CheckInOut]


class FieldOut(BaseModel):
    """A team on the road."""

    model_config = ConfigDict(from_attributes=True)

    reference: str
    state: DeploymentState
    orders: list[OrderOut]
    members: list[MemberOut]
    reports: list[ReportOut]
    signed: list[Item]


class HoursOut(BaseModel):
    """What hours that were kept come near to, or break."""

    limits: list[str]


def _member(member: queries.Member) -> MemberOut:
    copy = member.copy
    return MemberOut(
        seat=member.position.number,
        title=member.position.title,
        expert_id=member.expert.id,
        expert_name=member.expert.name,
        state=member.assignment.state,
        arrives_at=member.assignment.arrives_at,
        arrived_at=member.arrived_at,
        order_number_read=None if copy is None else copy.acknowledged_at is not None,
        hours=member.hours,
        limits=[limit.text for limit in member.limits],
        lights=member.lights,
        is_to_be_relieved=member.relief is not None,
        relieves=member.relieves,
        leaves_at=member.assignment.leaves_at,
        limit_at=member.limit_at,
        held_as_relief=member.held.expert.name if member.held else None,
        held_because=member.held.hold.because if member.held else None,
        check_ins=[CheckInOut.model_validate(one) for one in member.check_ins],
    )


async def _whole(session: Session, deployment: Deployment) -> FieldOut:
    await session.flush()
    signed: Sequence[Item] = [row.item for row in await demobilising.signed(session, deployment.id)]
    return FieldOut(
        reference=deployment.reference,
        state=deployment.state,
        orders=[OrderOut.model_validate(row) for row in await queries.orders_of(session, deployment.id)],
        members=[_member(member) for member in await queries.members(session, deployment)],
        reports=[ReportOut.model_validate(row) for row in await daily.reports(session, deployment.id)],
        signed=list(signed),
    )


async def on_the_road(session: Session, deployment: Deployment, expert_id: int) -> Assignment:
    """The seat of a member of the team, locked.

    Raises:
        Conflict: they have no seat in this team.
    """
    found = await journeys.of_expert(session, deployment.id, expert_id)
    if found is None:
        raise Conflict("This person has no seat in this team.")
    return found


async def as_leader(reference: str, session: Session, viewer: MayLeadTeam) -> Deployment:
    """The deployment that the expert leads, locked."""
    return await queries.led_by(session, viewer, reference, lock=True)


LedTeam = Annotated[Deployment, Depends(as_leader)]


@router.get("/field")
async def read(reference: str, session: Session, viewer: MayReadDeployments) -> FieldOut:
    """The team on the road: orders, people, reports."""
    return await _whole(session, await deployments.find(session, viewer, reference))


@router.post("/order", status_code=201)
async def issue_order(reference: str, form: OrderIn, session: Session, viewer: MayWorkField) -> OrderOut:
    """Issue the mission order, or amend it; everybody with a seat is told."""
    deployment = await deployments.find(session, viewer, reference, lock=True)
    order: MissionOrder = await orders.issue(session, deployment, form, by=viewer.actor)
    return OrderOut.model_validate(order)


@router.post("/members/{expert_id}/acknowledge")
async def acknowledge(reference: str, expert_id: int, session: Session, viewer: MayWorkField) -> FieldOut:
    """Somebody said on the phone that they have read the order."""
    deployment = await deployments.find(session, viewer, reference, lock=True)
    await orders.acknowledge(
        session, deployment, await on_the_road(session, deployment, expert_id), Way.DESK, by=viewer.actor
    )
    return await _whole(session, deployment)


@router.post("/members/{expert_id}/check-ins", status_code=201)
async def check_in(
    reference: str, expert_id: int, form: CheckInIn, session: Session, viewer: MayWorkField
) -> CheckInOut:
    """Report about somebody's journey; a no-show opens the seat at once."""
    deployment = await deployments.find(session, viewer, reference, lock=True)
    assignment = await on_the_road(session, deployment, expert_id)
    told = await journeys.report(session, deployment, assignment, form.step, Way.DESK, by=viewer.actor, note=form.note)
    return CheckInOut.model_validate(told)


@router.post("/relief", status_code=201)
async def ask_relief(reference: str, form: ReliefIn, session: Session, viewer: MayWorkField) -> FieldOut:
    """Look for somebody to relieve a member of the team."""
    deployment = await deployments.find(session, viewer, reference, lock=True)
    assignment = await on_the_road(session, deployment, form.expert_id)
    await relieving.ask(session, deployment, assignment, Way.DESK, by=viewer.actor)
    return await _whole(session, deployment)


@router.post("/demobilise")
async def demobilise(reference: str, session: Session, viewer: MayWorkField) -> FieldOut:
    """The team prepares to leave."""
    deployment = await deployments.find(session, viewer, reference, lock=True)
    await demobilising.begin(session, deployment, by=viewer.actor)
    return await _whole(session, deployment)


@router.post("/sign-offs", status_code=201)
async def sign(reference: str, form: SignOffIn, session: Session, viewer: MayWorkField) -> FieldOut:
    """Sign a box of the demobilisation."""
    deployment = await deployments.find(session, viewer, reference, lock=True)
    await demobilising.sign(session, deployment, form.item, form.note, by=viewer.actor)
    return await _whole(session, deployment)


@router.post("/release")
async def release(reference: str, session: Session, viewer: MayWorkField) -> FieldOut:
    """Release everybody on site."""
    deployment = await deployments.find(session, viewer, reference, lock=True)
    await demobilising.release(session, deployment, Way.DESK, by=viewer.actor)
    return await _whole(session, deployment)


@router.put("/reports")
async def report(form: ReportIn, session: Session, viewer: MayLeadTeam, deployment: LedTeam) -> ReportOut:
    """The leader's report of a day."""
    kept: DailyReport = await daily.report(session, deployment, form, by=_leader(viewer))
    return ReportOut.model_validate(kept)


@router.put("/members/{expert_id}/hours")
async def keep_hours(
    expert_id: int, form: HoursIn, session: Session, viewer: MayLeadTeam, deployment: LedTeam
) -> HoursOut:
    """Somebody's hours of a day, in place of what was kept before."""
    assignment = await on_the_road(session, deployment, expert_id)
    limits = await daily.keep_hours(session, deployment, assignment, form, by=_leader(viewer))
    return HoursOut(limits=[limit.text for limit in limits])


@router.get("/expenses")
async def read_expenses(reference: str, session: Session, viewer: MayReadDeployments) -> ExpensesOut:
    """What the team spent, by person, day and kind, and what passes a limit."""
    deployment = await deployments.find(session, viewer, reference)
    bill = (await planning.of(session, deployment, await queries.members(session, deployment))).bill
    items = [ExpenseOut.model_validate(one) for one in bill.lines]
    return ExpensesOut(total=float(bill.total), over=list(bill.over), items=items)


@router.put("/members/{expert_id}/expenses", status_code=204)
async def keep_expenses(
    reference: str, expert_id: int, form: ExpensesIn, session: Session, viewer: MayWorkField
) -> None:
    """What somebody spent on a day, in place of what was kept before."""
    deployment = await deployments.find(session, viewer, reference, lock=True)
    await spending.keep(session, deployment, await on_the_road(session, deployment, expert_id), form, by=viewer.actor)


@router.post("/relief/withdraw")
async def withdraw_relief(reference: str, form: ReliefIn, session: Session, viewer: MayWorkField) -> FieldOut:
    """A member of the team goes on after all: nobody is looked for any more. 409 once somebody has said yes to it."""
    deployment = await deployments.find(session, viewer, reference, lock=True)
    assignment = await on_the_road(session, deployment, form.expert_id)
    await relieving.withdraw(session, deployment, assignment, by=viewer.actor)
    return await _whole(session, deployment)


@router.post("/led/{expert_id}/check-ins", status_code=201)
async def check_in_on_behalf(
    expert_id: int, form: CheckInIn, session: Session, viewer: MayLeadTeam, deployment: LedTeam
) -> CheckInOut:
    """The leader reports about a member of the team."""
    assignment = await on_the_road(session, deployment, expert_id)
    told = await journeys.report(
        session, deployment, assignment, form.step, Way.LEADER, by=_leader(viewer), note=form.note
    )
    return CheckInOut.model_validate(told)


@router.post("/led/relief", status_code=204)
async def ask_relief_as_leader(form: ReliefIn, session: Session, viewer: MayLeadTeam, deployment: LedTeam) -> None:
    """The leader asks for relief of a member of the team, or of themselves."""
    assignment = await on_the_road(session, deployment, form.expert_id)
    await relieving.ask(session, deployment, assignment, Way.LEADER, by=_leader(viewer))


def _leader(viewer: Viewer) -> Actor:
    return Actor("expert", viewer.expert_id, viewer.name)
