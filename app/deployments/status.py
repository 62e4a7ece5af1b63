"""Where a request stands, for its agency: one sentence, five stages, what comes next. Pure, but for the language."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.core.clock import clock
from app.deployments.models import Deployment
from app.deployments.queries import SeatCount, SeatView
from app.deployments.states import AssignmentState, DeploymentState, PositionState
from app.requests import targets
from app.requests.models import Request
from app.requests.states import RequestState
from app.web.languages import N_, _, translated
from app.web.times import day_and_time

R, D = RequestState, DeploymentState
ENDED = {
    R.DECLINED: (N_("We cannot send a team"), N_("The desk will call you to say why, and who else may help.")),
    R.REFERRED: (N_("Another body is better placed to help"), N_("The desk will call you and put you in touch.")),
    R.WITHDRAWN: (N_("You have withdrawn this request"), N_("You can ask again at any time.")),
    R.MERGED: (N_("This belongs to another request of yours"), N_("We go on with that one.")),
}
OPEN = {
    R.DRAFT: (N_("Your request is not sent yet"), N_("Send it when you are ready.")),
    R.SUBMITTED: (N_("We have your request"), N_("We will call you by %(by)s. You do not need to do anything.")),
    R.IN_INTAKE: (N_("We are looking at your request"), N_("We decide by %(by)s. You do not need to do anything.")),
    R.INFO_NEEDED: (N_("We need an answer from you"), N_("Please answer below, or call the desk.")),
    R.RECOMMENDED: (N_("Your request is being decided"), N_("We decide by %(by)s. You do not need to do anything.")),
}
COMPOSING = (
    N_("Your team is being put together"),
    N_("We will call you with names by %(by)s. You do not need to do anything."),
)
ASKING = (
    N_("We are asking experts now"),
    N_("We will call you with names by %(by)s. You do not need to do anything."),
)
LATE = N_("This takes longer than we said. Please call the desk: we tell you where it stands.")
DECIDING = {
    R.IN_INTAKE: N_("We call you first"),
    R.INFO_NEEDED: N_("We wait for your answer"),
    R.RECOMMENDED: N_("This happens now"),
}
"""What is said beside the second stage while it lasts."""
ON_SITE = {
    D.ACTIVE: (N_("Your team is with you"), N_("It stays until %(by)s. Call the team leader or the desk at any time.")),
    D.DEMOBILISING: (N_("Your team is getting ready to leave"), N_("It hands over to the people who stay with you.")),
    D.AFTER_ACTION: (N_("Your team has gone home"), N_("Thank you. If you like, tell us how it was.")),
    D.CLOSED: (N_("Your team has gone home"), N_("Thank you. If you like, tell us how it was.")),
}
"""From the first arrival on."""
GOING = (D.STAFFED, D.MOBILISING, D.ACTIVE, D.DEMOBILISING)
"""States in which names are told: whoever has a seat then has confirmed it, and is on the way or there."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One of five stages.

    Args:
        title: what it is.
        line: a few words of its own, if there are any.
        at: when it was reached, or is expected.
        state: "done", "now" or "" for one to come.
        is_promised: `at` is not when it happened but by when it will.
    """

    title: str
    line: str
    at: datetime | None
    state: str
    is_promised: bool = False


@dataclass(frozen=True, slots=True)
class Status:
    """The page's first sentences and its stages.

    Args:
        headline: where the request stands.
        next: what comes next, and whether the agency has to do something.
        stages: the five stages; none once the request has ended without a team.
        team: who is coming; only once confirmed.
        is_there: whether somebody of them is with the agency.
    """

    headline: str
    next: str
    stages: tuple[Stage, ...]
    team: tuple[SeatView, ...]
    is_there: bool

    @property
    def has_been_there(self) -> bool:
        """Whether the last stage is reached."""
        return bool(self.stages) and self.stages[-1].state == "done"


def status_of(
    request: Request,
    deployment: Deployment | None,
    seats: Sequence[SeatView],
    arrival: datetime | None,
    arrived: datetime | None = None,
) -> Status:
    """What the agency sees.

    Args:
        request: the request.
        deployment: its deployment, if approved.
        seats: the deployment's seats.
        arrival: when the first confirmed person is expected.
        arrived: when the first came, if that was told.
    """
    wanted = [seat for seat in seats if seat.position.state is not PositionState.CANCELLED]
    filled = [seat for seat in wanted if seat.is_filled]
    headline, after = _sentences(request, deployment, (len(filled), len(wanted)))
    is_known = deployment is not None and (deployment.staffed_at is not None or deployment.state in GOING)
    has_ended = request.state in ENDED or (deployment is not None and deployment.state is D.STOOD_DOWN)
    stages = () if has_ended else _stages(request, deployment, (len(filled), len(wanted)), arrival, arrived)
    team = tuple(filled) if is_known and not has_ended else ()
    is_there = any(seat.assignment is not None and seat.assignment.state is AssignmentState.ON_SITE for seat in team)
    return Status(headline, after, stages, team, is_there)


def headline_of(request: Request, deployment: Deployment | None, seats: SeatCount | None) -> str:
    """Where the request stands, in the sentence that its own page begins with."""
    return _sentences(request, deployment, (seats.filled, seats.total) if seats else (0, 0))[0]


def _stages(
    request: Request,
    deployment: Deployment | None,
    seats: tuple[int, int],
    arrival: datetime | None,
    arrived: datetime | None,
) -> tuple[Stage, ...]:
    reached = _reached(request, deployment)
    staffed_at = deployment.staffed_at if deployment else None
    said_yes = _("%(yes)s of %(all)s have said yes", yes=seats[0], all=seats[1]) if seats[1] else ""
    expected = _("Expected") if staffed_at and reached < 5 else ""
    lines = (
        (_("We have your request"), "", request.filed_at),
        (_("We decide"), translated(DECIDING.get(request.state, "")), request.decided_at or _by(request, None)),
        (_("We ask experts"), said_yes if reached < 4 else "", None),
        (_("Team confirmed"), "", staffed_at or (_by(request, deployment) if deployment and reached < 4 else None)),
        # Once somebody is there, only what was told: the plan is no arrival.
        (_("First expert arrives"), expected, arrived if reached == 5 else arrival if staffed_at else None),
    )
    return tuple(_stage(n, reached, *line) for n, line in enumerate(lines))


def _stage(n: int, reached: int, title: str, line: str, at: datetime | None) -> Stage:
    state = "done" if n < reached else "now" if n == reached else ""
    is_promised = at is not None and state != "done" and n in (1, 3)
    return Stage(title, line, at, state, is_promised)


def _reached(request: Request, deployment: Deployment | None) -> int:
    if deployment is not None:
        return 5 if deployment.state in ON_SITE else 4 if deployment.staffed_at else 2
    return 0 if request.state in (R.DRAFT, R.SUBMITTED) else 1


def _by(request: Request, deployment: Deployment | None) -> datetime:
    """By when the present step is promised."""
    if deployment is not None:
        return deployment.opened_at + targets.STAFF_WITHIN[request.priority]
    return targets.call_by(request) if request.state is R.SUBMITTED else targets.decide_by(request)


def _sentences(request: Request, deployment: Deployment | None, seats: tuple[int, int]) -> tuple[str, str]:
    if request.state in ENDED:
        return _both(ENDED[request.state])
    if deployment is None:
        return _promised(OPEN.get(request.state, COMPOSING), request, deployment)
    if deployment.state is D.STOOD_DOWN:
        return _("The deployment is called off"), _("The desk will call you.")
    if deployment.state in ON_SITE:
        headline, after = _both(ON_SITE[deployment.state])
        return headline, after % {"by": day_and_time(deployment.ends_at, request.time_zone)}
    if deployment.staffed_at is not None or deployment.state in GOING:
        after = _("The team leader will call you before they travel.")
        if seats[0] < seats[1]:
            return _("%(yes)s of your team of %(size)s are confirmed", yes=seats[0], size=seats[1]), after
        return _("Your team of %(size)s is confirmed", size=seats[1]), after
    return _promised(COMPOSING if deployment.state is D.PLANNING else ASKING, request, deployment)


def _promised(words: tuple[str, str], request: Request, deployment: Deployment | None) -> tuple[str, str]:
    """The words with the time that was promised; once that has passed, what to do."""
    headline, after = _both(words)
    if "%(by)s" not in after:
        return headline, after
    by = _by(request, deployment)
    return headline, after % {"by": day_and_time(by, request.time_zone)} if by > clock.now() else translated(LATE)


def _both(words: tuple[str, str]) -> tuple[str, str]:
    return translated(words[0]), translated(words[1])
