"""Where a request stands, as its agency reads it: one sentence, five stages, what comes next. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.deployments.models import Deployment
from app.deployments.queries import SeatView
from app.deployments.states import DeploymentState, PositionState
from app.requests.models import Request
from app.requests.states import RequestState

R = RequestState
ENDED = {
    R.DECLINED: ("We cannot send a team", "The desk will call you to say why, and who else may help."),
    R.REFERRED: ("Another body is better placed to help", "The desk will call you and put you in touch."),
    R.WITHDRAWN: ("You have withdrawn this request", "You can ask again at any time."),
    R.MERGED: ("This belongs to another request of yours", "We go on with that one."),
}
OPEN = {
    R.DRAFT: ("Your request is not sent yet", "Send it when you are ready."),
    R.SUBMITTED: ("We have your request", "We will call you. You do not need to do anything."),
    R.IN_INTAKE: ("We are looking at your request", "We will call you. You do not need to do anything."),
    R.INFO_NEEDED: ("We need an answer from you", "Please answer below, or call the desk."),
    R.RECOMMENDED: ("Your request is being decided", "You do not need to do anything."),
}
DECIDING = {
    R.IN_INTAKE: "We call you first",
    R.INFO_NEEDED: "We wait for your answer",
    R.RECOMMENDED: "This happens now",
}
"""What is said beside the second stage while it lasts."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One of five stages.

    Args:
        title: what it is.
        line: a few words of its own, if there are any.
        at: when it was reached, or is expected.
        state: "done", "now" or "" for one to come.
    """

    title: str
    line: str
    at: datetime | None
    state: str


@dataclass(frozen=True, slots=True)
class Status:
    """The page's first sentences and its stages.

    Args:
        headline: where the request stands.
        next: what comes next, and whether the agency has to do something.
        stages: the five stages; none once the request has ended without a team.
        team: who is coming; only once confirmed.
    """

    headline: str
    next: str
    stages: tuple[Stage, ...]
    team: tuple[SeatView, ...]


def status_of(
    request: Request, deployment: Deployment | None, seats: Sequence[SeatView], arrival: datetime | None
) -> Status:
    """What the agency sees.

    Args:
        request: the request.
        deployment: its deployment, if approved.
        seats: the deployment's seats.
        arrival: when the first confirmed person is expected.
    """
    wanted = [seat for seat in seats if seat.position.state is not PositionState.CANCELLED]
    filled = [seat for seat in wanted if seat.is_filled]
    headline, after = _sentences(request, deployment, len(wanted))
    is_known = deployment is not None and deployment.staffed_at is not None
    has_ended = request.state in ENDED or (deployment is not None and deployment.state is DeploymentState.STOOD_DOWN)
    stages = () if has_ended else _stages(request, deployment, (len(filled), len(wanted)), arrival)
    return Status(headline, after, stages, tuple(filled) if is_known and not has_ended else ())


def _stages(
    request: Request, deployment: Deployment | None, seats: tuple[int, int], arrival: datetime | None
) -> tuple[Stage, ...]:
    reached = _reached(request, deployment)
    staffed_at = deployment.staffed_at if deployment else None
    said_yes = f"{seats[0]} of {seats[1]} have said yes" if seats[1] else ""
    lines = (
        ("We have your request", "", request.filed_at),
        ("We decide", DECIDING.get(request.state, ""), request.decided_at),
        ("We ask experts", said_yes, None),
        ("Team confirmed", "", staffed_at),
        ("First expert arrives", "Expected" if staffed_at else "", arrival if staffed_at else None),
    )
    return tuple(
        Stage(title, line, at, "done" if n < reached else "now" if n == reached else "")
        for n, (title, line, at) in enumerate(lines)
    )


def _reached(request: Request, deployment: Deployment | None) -> int:
    if deployment is not None:
        return 4 if deployment.staffed_at else 2
    return 0 if request.state in (R.DRAFT, R.SUBMITTED) else 1


def _sentences(request: Request, deployment: Deployment | None, size: int) -> tuple[str, str]:
    if request.state in ENDED:
        return ENDED[request.state]
    if deployment is None:
        return OPEN.get(request.state, ("Your team is being put together", "You do not need to do anything."))
    if deployment.state is DeploymentState.STOOD_DOWN:
        return "The deployment is called off", "The desk will call you."
    if deployment.staffed_at is not None:
        return f"Your team of {size} is confirmed", "The team leader will call you before they travel."
    return "We are asking experts now", "We will call you with names. You do not need to do anything."
