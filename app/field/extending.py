"""An extension: the team is asked whether it can stay longer. Who can stays; the others' seats are filled anew.

Nobody is held: no answer means going home as planned. Nobody passes a cap of theirs (days on site, duty hours,
exposure) unless two people set it aside, and beyond the absolute limit nobody stays at all (domain.md 1.5).
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from psycopg.errors import ExclusionViolation
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock, in_zone
from app.core.events import SYSTEM, Actor, record
from app.core.ids import CODE_DIGITS
from app.core.jobs import defer
from app.core.problems import Conflict, Invalid
from app.core.sealing import found_by
from app.deployments.models import Assignment, Deployment, Position
from app.deployments.states import SEATED, DeploymentState
from app.experts.models import Contact
from app.field import homecoming, orders, outlook, relieving, rest
from app.field.models import Extension, Relief, Stay
from app.field.orders import seated, topic
from app.field.schemas import OrderIn
from app.field.states import StayState, Way
from app.requests.models import Request
from app.rosters import overrides, rules
from app.rosters.models import Cap

MAY_EXTEND = (DeploymentState.MOBILISING, DeploymentState.ACTIVE)
ANSWER_WITHIN = timedelta(hours=6)
LEAST_TIME = timedelta(hours=1)
LONGEST = timedelta(days=30)
"""Beyond the planned start nobody extends (domain.md 1.5: to 30 days, with rest in between)."""
HANDOVER = timedelta(hours=12)
"""So long before somebody leaves, whoever comes instead should be there."""
CODE_REST = timedelta(days=30)
DUE = "field.stay_due"
NO_ANSWER = "did not answer in time"
S = StayState
WAITING = (S.CAPPED, S.ASKED)


class ExtensionOpen(Conflict):
    """The team is being asked already. Wait for its answers, or take that question back."""


async def newest(session: AsyncSession, deployment_id: int, *, lock: bool = False) -> Extension | None:
    """The last extension that was not taken back."""
    query = select(Extension).where(Extension.deployment_id == deployment_id, Extension.withdrawn_at.is_(None))
    query = query.order_by(Extension.id.desc()).limit(1)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return await session.scalar(query)


async def stays_of(session: AsyncSession, extension_id: int) -> Sequence[Stay]:
    """Whom an extension touches, in the order in which they were asked."""
    return (await session.scalars(select(Stay).where(Stay.extension_id == extension_id).order_by(Stay.id))).all()


async def ask(session: AsyncSession, deployment: Deployment, day: date, reason: str, *, by: Actor) -> Extension:
    """Ask everybody on the team whether they can stay until `day` ("extension.asked"). The deployment is locked.

    Args:
        session: the transaction.
        deployment: whose team.
        day: the new last day, of the place; the hour stays as it was.
        reason: why, for the log and the report.
        by: a user of the desk.

    Raises:
        Conflict: the team is not on the road; ExtensionOpen: it is being asked already.
        Invalid: no later day, one beyond thirty days, or no reason.
    """
    if deployment.state not in MAY_EXTEND:
        raise Conflict("Only a team that is on the road or on site can stay longer.")
    before = await newest(session, deployment.id, lock=True)
    if before is not None and before.settled_at is None:
        raise ExtensionOpen
    request = await session.get_one(Request, deployment.request_id)
    until = _moment(deployment.ends_at, day, request.time_zone)
    _check(deployment, until, reason)
    extension = Extension(
        deployment_id=deployment.id, was=deployment.ends_at, until=until, reason=reason.strip(), asked_at=clock.now(),
        by_id=by.id, by_name=by.name,
    )  # fmt: skip
    session.add(extension)
    await session.flush()
    team = await seated(session, deployment.id)
    await record(
        session, "extension.asked", extension.id, topic=topic(deployment), by=by, until=f"{day:%b} {day.day}",
        reason=extension.reason, people=len(team),
    )  # fmt: skip
    for assignment in team:
        await cover(session, deployment, extension, assignment)
    await go_on(session, deployment, extension)
    return extension


def _moment(ends_at: datetime, day: date, zone: str) -> datetime:
    """The same hour of the place on another day, whatever the clocks do in between."""
    return datetime.combine(day, in_zone(ends_at, zone).time(), ZoneInfo(zone))


def _check(deployment: Deployment, until: datetime, reason: str) -> None:
    errors = {}
    if until <= deployment.ends_at or until <= clock.now():
        errors["until"] = "Give a day after the present last day."
    elif until > deployment.starts_at + LONGEST:
        errors["until"] = "A team stays thirty days at most. Ask for a new team instead."
    if not reason.strip():
        errors["reason"] = "Say why, in a sentence. It stands in the log and in the report."
    if errors:
        raise Invalid(errors=errors)


async def cover(session: AsyncSession, deployment: Deployment, extension: Extension, assignment: Assignment) -> Stay:
    """Put one member of the team to the question ("stay.asked"), unless a cap or a relief speaks against it."""
    found = await outlook.caps_passed(session, deployment, assignment, extension.until)
    is_final = any(one.is_final for one in found)
    leaves_anyway = await relieving.open_relief(session, assignment.id) is not None
    now = clock.now()
    reply_by = min(now + ANSWER_WITHIN, max(now + LEAST_TIME, extension.was - LEAST_TIME))
    stay = Stay(
        extension_id=extension.id, assignment_id=assignment.id, code=await _free_code(session, assignment.expert_id),
        state=S.GOES if is_final or leaves_anyway else S.CAPPED if found else S.ASKED,
        caps=[{"cap": one.cap.value, "text": one.text} for one in found], span_end=assignment.span.upper or now,
        reply_by=reply_by, asked_at=now, answered_at=now if is_final or leaves_anyway else None,
        note="is to be relieved anyway" if leaves_anyway else found[0].text if is_final else "",
    )  # fmt: skip
    session.add(stay)
    await session.flush()
    if stay.state is S.ASKED:
        await record(session, "stay.asked", stay.id, topic=topic(deployment))
    if stay.state in WAITING:
        await defer(session, DUE, at=reply_by, stay_id=stay.id)
    if stay.state is S.CAPPED:
        await let_go(session, deployment, extension, stay)
    return stay


async def _free_code(session: AsyncSession, expert_id: int) -> str:
    """ "E" and two digits that none of this person's phones has seen for 30 days."""
    numbers = select(found_by(Contact.number)).where(Contact.expert_id == expert_id)
    sharers = select(Contact.expert_id).where(Contact.number.in_(numbers))
    recent = (
        select(Stay.code)
        .join(Assignment, Assignment.id == Stay.assignment_id)
        .where(Assignment.expert_id.in_(sharers), Stay.asked_at > clock.now() - CODE_REST)
    )
    used = set(await session.scalars(recent))
    codes = [f"E{first}{second}" for first in CODE_DIGITS for second in CODE_DIGITS]
    start = (expert_id * 37 + len(used) * 11) % len(codes)
    return next(code for code in codes[start:] + codes[:start] if code not in used)


async def let_go(session: AsyncSession, deployment: Deployment, extension: Extension, stay: Stay) -> bool:
    """Whether two people have set aside every cap in somebody's way: then they are asked ("stay.asked")."""
    assignment = await session.get_one(Assignment, stay.assignment_id)
    for one in stay.caps:
        free = await overrides.set_aside(session, deployment.id, Cap(one["cap"]), extension.until)
        if assignment.expert_id not in free:
            return False
    stay.state = S.ASKED
    stay.reply_by = max(stay.reply_by, clock.now() + LEAST_TIME)
    await session.flush()
    await record(session, "stay.asked", stay.id, topic=topic(deployment))
    await defer(session, DUE, at=stay.reply_by, stay_id=stay.id)
    return True


async def answer(
    session: AsyncSession, deployment: Deployment, stay: Stay, way: Way, *, stays: bool, by: Actor
) -> StayState | None:
    """Keep somebody's answer ("stay.answered"), and do what follows. Deployment and stay are locked by the caller.

    A yes moves the end of their span, so that the database promises them to nobody else; a no is taken at any time.

    Returns:
        STAYS or GOES as it stands now; GOES after a yes means that they are promised elsewhere (`note` says so). None:
        a yes that comes too late, or that a cap forbids: a person at the desk looks.
    """
    assignment = await session.get_one(Assignment, stay.assignment_id, with_for_update=True)
    extension = await session.get_one(Extension, stay.extension_id, with_for_update=True)
    if assignment.state not in SEATED or extension.withdrawn_at is not None:
        return None
    wanted = S.STAYS if stays else S.GOES
    if stay.state is wanted and stay.answered_by is not None:
        return wanted
    if stays and stay.state is not S.ASKED:
        return None
    if stays and not await _reaches(session, deployment, assignment, extension.until):
        wanted, stay.note = S.GOES, "is promised elsewhere before the new end"
    elif not stays and stay.state is S.STAYS:
        assignment.span = Range(assignment.span.lower, stay.span_end)
    stay.state, stay.answered_at, stay.answered_by = wanted, clock.now(), way
    await session.flush()
    await record(session, "stay.answered", stay.id, topic=topic(deployment), by=by, stays=wanted is S.STAYS)
    await go_on(session, deployment, extension)
    return wanted


async def _reaches(session: AsyncSession, deployment: Deployment, assignment: Assignment, until: datetime) -> bool:
    """Move the end of somebody's span to a longer stay with its rest; False where another promise is in the way."""
    request = await session.get_one(Request, deployment.request_id)
    days = rest.days_on_site(await homecoming.arrived_at(session, assignment), until)
    home = until + homecoming.journey_home(assignment)
    held = rest.rules_of(await rules.current(session))
    ends, _ = rest.rested(home, days, heavy=rest.is_heavy(request.incident_type, request.modifiers), rules=held)
    before = assignment.span
    try:
        async with session.begin_nested():
            assignment.span = Range(before.lower, max(ends, before.upper or ends))
            await session.flush()
    except IntegrityError as error:
        if not isinstance(error.orig, ExclusionViolation):
            raise
        await session.refresh(assignment)
        return False
    return True


async def run_out(session: AsyncSession, deployment: Deployment, stay: Stay) -> bool:
    """No answer in time, or no two people for a cap: they go home as planned ("stay.run_out"). False when answered."""
    if stay.state not in WAITING or clock.now() < stay.reply_by - timedelta(minutes=1):
        return False
    stay.note = NO_ANSWER if stay.state is S.ASKED else "a cap was not set aside in time"
    stay.state, stay.answered_at = S.GOES, clock.now()
    await session.flush()
    await record(session, "stay.run_out", stay.id, topic=topic(deployment))
    await go_on(session, deployment, await session.get_one(Extension, stay.extension_id, with_for_update=True))
    return True


async def go_on(session: AsyncSession, deployment: Deployment, extension: Extension) -> None:
    """Settle the extension once nobody is waited for; afterwards fill the seat of everybody who goes."""
    stays = await stays_of(session, extension.id)
    if extension.withdrawn_at is not None:
        return
    if extension.settled_at is None:
        if any(stay.state in WAITING for stay in stays):
            return
        await _settle(session, deployment, extension)
    for stay in stays:
        if stay.state is S.GOES:
            await _fill_after(session, deployment, extension, stay)


async def _settle(session: AsyncSession, deployment: Deployment, extension: Extension) -> None:
    """The deployment's end is moved, and everybody gets it as an amendment of the order ("extension.settled")."""
    extension.settled_at = clock.now()
    deployment.ends_at = extension.until
    await session.flush()
    by = Actor("user", extension.by_id, extension.by_name)
    await record(session, "extension.settled", extension.id, topic=topic(deployment), by=by)
    order = await orders.latest(session, deployment.id)
    if order is not None and await seated(session, deployment.id):
        request = await session.get_one(Request, deployment.request_id)
        until, was = (in_zone(moment, request.time_zone) for moment in (extension.until, extension.was))
        fields = OrderIn.model_validate(order, from_attributes=True).model_dump()
        fields["changed"] = (
            f"The team stays until {until:%b} {until.day}. Who goes as planned leaves on {was:%b} {was.day}."
        )
        await orders.issue(session, deployment, OrderIn(**fields), by=by)


async def _fill_after(session: AsyncSession, deployment: Deployment, extension: Extension, stay: Stay) -> None:
    """Look for somebody for the rest of the stay, in the seat of somebody who goes ("relief.planned"). Once."""
    assignment = await session.get_one(Assignment, stay.assignment_id)
    if assignment.state not in SEATED or await relieving.open_relief(session, assignment.id) is not None:
        return
    assignment.leaves_at = extension.was
    position = await relieving.seat_like(session, await session.get_one(Position, assignment.position_id))
    position.needed_from = extension.was - HANDOVER
    relief = Relief(
        assignment_id=assignment.id, position_id=position.id, asked_at=clock.now(), way=stay.answered_by or Way.DESK,
        by_kind=SYSTEM.kind, by_id=None, by_name=SYSTEM.name,
    )  # fmt: skip
    session.add(relief)
    await session.flush()
    await record(session, "relief.planned", relief.id, topic=topic(deployment))


async def withdraw(session: AsyncSession, deployment: Deployment, *, by: Actor) -> None:
    """Take the question back before it is settled ("extension.withdrawn"): everybody goes home as planned.

    Raises:
        Conflict: nobody is being asked.
    """
    extension = await newest(session, deployment.id, lock=True)
    if extension is None or extension.settled_at is not None:
        raise Conflict("Nobody is being asked to stay now.")
    extension.withdrawn_at = clock.now()
    for stay in await stays_of(session, extension.id):
        assignment = await session.get_one(Assignment, stay.assignment_id, with_for_update=True)
        if stay.state is S.STAYS and assignment.state in SEATED:
            assignment.span = Range(assignment.span.lower, stay.span_end)
    await session.flush()
    await record(session, "extension.withdrawn", extension.id, topic=topic(deployment), by=by)
