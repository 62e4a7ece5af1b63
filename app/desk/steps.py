"""What a request needs next: of whom, until when. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from app.access.models import User
from app.access.policy import Permission
from app.core.clock import clock
from app.deployments.models import Deployment
from app.deployments.queries import SeatCount
from app.deployments.states import DeploymentState
from app.requests.models import Request
from app.requests.states import RequestState
from app.requests.targets import ACCEPT_WITHIN, ACKNOWLEDGE_WITHIN, CALL_WITHIN, DECIDE_WITHIN
from app.rosters.models import ProposalState

STAGES = ("New", "Decision", "Team", "Asking", "Confirmed")
R, D, P = RequestState, DeploymentState, Permission
READ_WITHIN = timedelta(minutes=15)
"""From a text nobody could read to a person reading it."""


@dataclass(frozen=True, slots=True)
class Step:
    """What happens next with a request.

    Args:
        stage: place in `STAGES`.
        text: the step in words.
        due: until when.
        action: what somebody at the desk must do, verb and object; none: others act, or the system works.
        needs: what one must be allowed to do that action.
        waits_for: who must act, in words.
    """

    stage: int
    text: str
    due: datetime | None
    action: str | None
    needs: Permission | None
    waits_for: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a request beside itself.

    Args:
        deployment: its deployment, if it was approved.
        seats: how many seats that has, and in which state.
        roster: the state of the newest proposed team, if there is one.
        roster_at: when that was made.
        asks_from: until when an accepted team can still be taken back.
        has_notes: whether the intake call is noted.
        is_answered: whether the agency's latest answer is newer than those notes.
        owner: who of the desk looks after it.
    """

    deployment: Deployment | None = None
    seats: SeatCount | None = None
    roster: ProposalState | None = None
    roster_at: datetime | None = None
    asks_from: datetime | None = None
    has_notes: bool = False
    is_answered: bool = False
    owner: User | None = None


NOTHING = Facts()
INTAKE, RECOMMENDER, APPROVER, SCHEDULER = "Intake", "The recommender", "The approver", "The scheduler"
ON_THE_ROAD = {
    D.STAFFED: "First people on site",
    D.MOBILISING: "First people on site",
    D.ACTIVE: "On site until",
    D.DEMOBILISING: "Going home",
    D.AFTER_ACTION: "After-action report",
}
"""What a confirmed team does next."""


def step_of(request: Request, facts: Facts = NOTHING) -> Step:
    """What a request needs next, of whom, until when."""
    filed, deployment = request.filed_at or clock.now(), facts.deployment
    early = {
        R.SUBMITTED: Step(
            0, "Nobody has taken it on yet", filed + ACKNOWLEDGE_WITHIN, "Take it on", P.WORK_INTAKE, INTAKE
        ),
        R.IN_INTAKE: _in_intake(filed, facts),
        R.INFO_NEEDED: Step(0, "The agency answers a question", filed + CALL_WITHIN, None, None, "The agency"),
        R.RECOMMENDED: Step(1, "Decision", filed + DECIDE_WITHIN[request.priority], "Decide", P.DECIDE, APPROVER),
    }
    if request.state in early:
        return early[request.state]
    if request.state is not R.APPROVED or (deployment is not None and deployment.state is D.STOOD_DOWN):
        return Step(0 if request.decided_at is None else 1, "Nothing more", None, None, None, "")
    if deployment is None or deployment.state is D.PLANNING:
        return _planning(deployment, facts)
    if deployment.state is D.OFFERING:
        return _offering(deployment, facts)
    ends = deployment.ends_at if deployment.state in (D.ACTIVE, D.DEMOBILISING) else deployment.starts_at
    return Step(4, ON_THE_ROAD.get(deployment.state, "Nothing more"), ends, None, None, "")


def _in_intake(filed: datetime, facts: Facts) -> Step:
    due = filed + CALL_WITHIN
    if facts.is_answered:
        return Step(0, "The agency has answered", due, "Read the answer", P.WORK_INTAKE, INTAKE)
    if not facts.has_notes:
        return Step(0, "Intake call", due, "Note the call", P.WORK_INTAKE, INTAKE)
    return Step(0, "Recommendation", due, "Recommend a team", P.RECOMMEND, RECOMMENDER)


def _planning(deployment: Deployment | None, facts: Facts) -> Step:
    due = (deployment.opened_at if deployment else clock.now()) + ACCEPT_WITHIN
    if facts.roster is ProposalState.ACCEPTED and facts.asks_from is not None and facts.asks_from > clock.now():
        return Step(3, "The texts can still be stopped", facts.asks_from, None, None, "The system")
    if facts.roster is ProposalState.ACCEPTED:
        return Step(3, "The people are being asked", due, None, None, "The system")
    if facts.roster is ProposalState.PROPOSED:
        return Step(2, "A team is proposed", due, "Review the team", P.WORK_ROSTER, SCHEDULER)
    return Step(2, "The team is being composed", due, None, None, "The system")


def _offering(deployment: Deployment, facts: Facts) -> Step:
    if facts.seats and facts.seats.unfillable:
        count = facts.seats.unfillable
        text = "One seat cannot be filled" if count == 1 else f"{count} seats cannot be filled"
        return Step(3, text, deployment.starts_at, "Help fill a seat", P.WORK_OFFERS, SCHEDULER)
    if facts.roster is ProposalState.PROPOSED:
        due = (facts.roster_at or clock.now()) + READ_WITHIN
        return Step(3, "May the next person be asked?", due, "Say who is asked", P.WORK_ROSTER, SCHEDULER)
    return Step(3, "Answers are coming in", deployment.starts_at, None, None, "The experts")
