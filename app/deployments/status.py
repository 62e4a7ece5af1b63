"""Where a request stands, as its agency reads it: one sentence, five stages, what comes next. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.deployments.models import Deployment
from app.deployments.queries import SeatView
from app.deployments.states import DeploymentState
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


@dataclass(frozen=True, slots=True)
class Stage:
    """One of five stages: done, now or to come, with a line of its own."""

    title: str
    line: str
    state: str


@dataclass(frozen=True, slots=True)
class Status:
    """The page's first sentences and its stages."""

    headline: str
    next: str
    stages: tuple[Stage, ...]
    team: tuple[SeatView, ...]
    """Who is coming; only once confirmed."""


def status_of(request: Request, deployment: Deployment | None, seats: Sequence[SeatView]) -> Status:
    """What the agency sees.

    Args:
        request: the request.
        deployment: its deployment, if approved.
        seats: the deployment's seats.
    """
    reached = _reached(request, deployment)
    filled = [seat for seat in seats if seat.is_filled]
    lines = ("", "", f"{len(filled)} of {len(seats)} people have said yes" if seats else "", "", "")
    titles = ("We have your request", "We decide", "We ask experts", "Team confirmed", "First expert arrives")
    stages = tuple(
        Stage(title, line, "done" if n < reached else "now" if n == reached else "")
        for n, (title, line) in enumerate(zip(titles, lines, strict=True))
    )
    headline, after = _sentences(request, deployment, len(seats))
    is_known = deployment is not None and deployment.staffed_at is not None
    return Status(headline, after, stages, tuple(filled) if is_known else ())


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
        return f"Your team of {size} is confirmed", "The team leader will call you."
    return "We are asking experts now", "We will call you with names. You do not need to do anything."
