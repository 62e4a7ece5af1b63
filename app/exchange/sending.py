"""What a request and its deployment are as messages: built from what stands, checked before they leave."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock
from app.core.events import Event
from app.core.problems import Conflict, NotFound
from app.core.settings import get_settings
from app.deployments.models import Assignment, Deployment, Position
from app.deployments.states import LIVE, SEATED, AssignmentState, DeploymentState, PositionState
from app.exchange.models import ExchangeMessage
from app.exchange.structure import Kind
from app.exchange.writing import Contact, Message, Resource, written
from app.field import extending
from app.field.models import Extension
from app.requests.models import Request
from app.requests.states import RequestState

K, D, A, R = Kind, DeploymentState, AssignmentState, RequestState
SENT = (
    K.REQUEST_RESOURCE, K.RESPONSE_TO_REQUEST_RESOURCE, K.REQUISITION_RESOURCE, K.COMMIT_RESOURCE, K.REPORT_STATUS,
    K.REQUEST_EXTENDED, K.RESPONSE_TO_REQUEST_EXTENDED, K.RELEASE_RESOURCE,
)  # fmt: skip
"""Messages that we write."""
DECIDED = {R.APPROVED: "Accept", R.DECLINED: "Decline", R.REFERRED: "Decline"}
AT_HOME = (A.CONFIRMED, A.ORDERED)


class NotYet(Conflict):
    """There is nothing yet that this message could say."""


@dataclass(frozen=True, slots=True)
class Standing:
    """All that messages are written from."""

    request: Request
    deployment: Deployment | None
    positions: Sequence[Position]
    assignments: Sequence[Assignment]
    extension: Extension | None
    originating_id: str
    version: int
    """Id of the last event: another one, another message."""


async def standing(session: AsyncSession, request: Request) -> Standing:
    """Read what stands."""
    deployment = await session.scalar(select(Deployment).where(Deployment.request_id == request.id))
    positions: Sequence[Position] = ()
    assignments: Sequence[Assignment] = ()
    extension = None
    if deployment is not None:
        of_it = Position.deployment_id == deployment.id
        positions = (await session.scalars(select(Position).where(of_it).order_by(Position.number))).all()
        live = select(Assignment).where(Assignment.deployment_id == deployment.id, Assignment.state.in_(LIVE))
        assignments = (await session.scalars(live.order_by(Assignment.id))).all()
        extension = await extending.newest(session, deployment.id)
    began = select(ExchangeMessage.originating_id).where(
        ExchangeMessage.request_id == request.id, ExchangeMessage.kind == K.REQUEST_RESOURCE
    )
    last = select(func.max(Event.id)).where(Event.topic == f"request:{request.id}")
    return Standing(
        request, deployment, positions, assignments, extension,
        await session.scalar(began.limit(1)) or urn(request.reference, K.REQUEST_RESOURCE, 1),
        await session.scalar(last) or 1,
    )  # fmt: skip


def urn(reference: str, kind: Kind, version: int) -> str:
    """The name of one of our messages."""
    return f"urn:rrt:{reference}:{kind}:{version}"


def message(kind: Kind, now: Standing) -> bytes:
    """One message as XML.

    Raises:
        NotYet: what it would say has not happened.
        NotFound: a message that we do not write.
    """
    if kind not in SENT:
        raise NotFound
    resources = _resources(kind, now)
    if not resources:
        raise NotYet
    request, is_first = now.request, kind is K.REQUEST_RESOURCE
    own_id = now.originating_id if is_first else urn(request.reference, kind, now.version)
    return written(
        Message(
            kind, own_id, clock.now(), now.originating_id, "" if is_first else now.originating_id, request.reference,
            request.incident_type, _contacts(request), resources,
        )
    )  # fmt: skip


def _contacts(request: Request) -> tuple[Contact, ...]:
    settings = get_settings()
    return (
        Contact("Sender", settings.programme, "", settings.desk_phone),
        Contact(
            "Requester", request.contact_name, request.contact_title, request.contact_phone, request.contact_email
        ),
    )  # fmt: skip


def _place(request: Request) -> str:
    return f"{request.city}, {request.place_state}"


def _team(now: Standing) -> Resource:
    request, deployment = now.request, now.deployment
    start = deployment.starts_at if deployment else request.needed_by
    end = deployment.ends_at if deployment else request.needed_by + timedelta(days=request.days)
    return Resource(
        "team", kind=request.team_type or "team", quantity=1, keywords=tuple(request.service_types),
        function=", ".join(one.replace("_", " ") for one in request.service_types),
        times={"RequestedArrival": start, "RequestedReturnDeparture": end}, place=_place(request),
    )  # fmt: skip


def _resources(kind: Kind, now: Standing) -> list[Resource]:
    if kind is K.REQUEST_RESOURCE:
        return [_team(now)]
    if kind is K.RESPONSE_TO_REQUEST_RESOURCE:
        answer = DECIDED.get(now.request.state)
        return [replace(_team(now), answer=answer, times=None)] if answer else []
    if now.deployment is None:
        return []
    if kind is K.REQUISITION_RESOURCE:
        return [_seat(now, one) for one in now.positions if one.state is not PositionState.CANCELLED]
    if kind is K.COMMIT_RESOURCE:
        return [replace(_seated(now, one), answer="Accept") for one in now.assignments if one.state in SEATED]
    if kind is K.REPORT_STATUS:
        return [_reported(now, one) for one in now.assignments] or [
            replace(_team(now), times=None, status=now.deployment.state)
        ]
    if kind is K.RELEASE_RESOURCE:
        gone = [one for one in now.assignments if one.state in (A.RELEASED, A.RELIEVED, A.HOME)]
        return [_reported(now, one) for one in gone]
    return _longer(kind, now)


def _seat(now: Standing, position: Position) -> Resource:
    times = {"RequestedArrival": position.needed_from or now.deployment.starts_at} if now.deployment else {}
    return Resource(
        f"seat-{position.number}", kind=position.code, description=position.title, quantity=1, times=times,
        place=_place(now.request),
    )  # fmt: skip


def _seated(now: Standing, assignment: Assignment) -> Resource:
    position = next(one for one in now.positions if one.id == assignment.position_id)
    leaves = assignment.leaves_at or (now.deployment.ends_at if now.deployment else assignment.arrives_at)
    times: dict[str, datetime] = {"EstimatedArrival": assignment.arrives_at, "EstimatedReturnDeparture": leaves}
    return replace(_seat(now, position), times=times)


def _reported(now: Standing, assignment: Assignment) -> Resource:
    one = replace(_seated(now, assignment), status=assignment.state, quantity=0)
    return one if assignment.state in AT_HOME or assignment.state in SEATED else replace(one, times=None)


def _longer(kind: Kind, now: Standing) -> list[Resource]:
    """The team asked to stay, or the answer once everybody has said whether they can."""
    extension = now.extension
    if extension is None:
        return []
    team = replace(_team(now), times={"RequestedReturnDeparture": extension.until})
    if kind is K.REQUEST_EXTENDED:
        return [replace(team, description=extension.reason)]
    if extension.settled_at is None:
        return []
    return [replace(team, answer="Accept", times={"EstimatedReturnDeparture": extension.until})]
