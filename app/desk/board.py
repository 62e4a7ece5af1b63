"""The desk's board: what needs whom until when, sorted by what is due. Pure but for the reads at the end."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.policy import Permission
from app.access.viewer import Viewer
from app.agencies.models import Agency
from app.core.clock import clock
from app.deployments.models import Deployment
from app.deployments.queries import SeatCount, seat_counts
from app.deployments.states import DeploymentState
from app.desk import usmap
from app.requests.models import Request
from app.requests.queries import visible_to
from app.requests.states import Priority, RequestState
from app.rosters.models import Proposal, ProposalState

STAGES = ("New", "Decision", "Team", "Asking", "Confirmed")
R, D, P = RequestState, DeploymentState, Permission
DECIDE_WITHIN = {
    Priority.IMMEDIATE: timedelta(hours=6),
    Priority.URGENT: timedelta(hours=24),
    Priority.PLANNED: timedelta(days=14),
}
"""From filing to the decision (domain.md 1.2)."""
ACKNOWLEDGE_WITHIN, CALL_WITHIN, ACCEPT_WITHIN = timedelta(minutes=30), timedelta(hours=2), timedelta(hours=1)
READ_WITHIN = timedelta(minutes=15)
"""From a text nobody could read to a person reading it."""
SOON = timedelta(hours=2)
"""Red is kept for what is yours and due within this time."""
CARDS = 4
"""More cards than these hide the table; the rest is in it."""
NUMBERS = ("Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine")


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
class Row:
    """One request on the board, as one viewer sees it.

    Args:
        is_yours: the viewer can and may take the next step.
        is_soon: it is yours, and due soon or late.
        point: where it is on the map; None for a territory.
    """

    request: Request
    agency_name: str
    seats: SeatCount | None
    step: Step
    is_yours: bool
    is_soon: bool
    point: tuple[float, float] | None

    @property
    def waits_for(self) -> str:
        """Who must act: "You", or others in words."""
        return "You" if self.is_yours else self.step.waits_for


@dataclass(frozen=True, slots=True)
class Texts:
    """Texts that wait for a person, the oldest of them since `since`; `is_late` after `READ_WITHIN`."""

    count: int
    since: datetime
    is_late: bool


@dataclass(frozen=True, slots=True)
class Board:
    """The whole board as one viewer sees it.

    Args:
        headline: the first sentence.
        count: how many things need the viewer; the page's title says it too.
        texts: the texts that wait for a person, if there are any and the viewer works on offers.
        cards: what is the viewer's to do, the first due first, and not more than fit.
        next_due: when the next thing after these is due; None when nothing is, or something of others is late.
        rows: every open request.
    """

    headline: str
    count: int
    texts: Texts | None
    cards: tuple[Row, ...]
    next_due: datetime | None
    rows: tuple[Row, ...]


def board_of(rows: Sequence[Row], texts: Texts | None) -> Board:
    """The board of these rows, in their order."""
    yours = [row for row in rows if row.is_yours]
    cards = yours[: CARDS - (texts is not None)]
    uncarded = [row for row in rows if not row.is_yours] + yours[len(cards) :]
    others = [row.step.due for row in uncarded if row.step.due is not None]
    count = len(yours) + (texts is not None)
    next_due = min(others, default=None)
    is_quiet = next_due is not None and next_due > clock.now()
    return Board(headline(count), count, texts, tuple(cards), next_due if is_quiet else None, tuple(rows))


def texts_of(received: Sequence[datetime]) -> Texts | None:
    """The texts that wait, from when each came."""
    if not received:
        return None
    since = min(received)
    return Texts(len(received), since, is_late=clock.now() - since > READ_WITHIN)


def headline(count: int) -> str:
    """The board's first sentence."""
    if count < 2:
        return "One thing needs you now" if count else "Nothing needs you now"
    return f"{NUMBERS[count - 2] if count - 2 < len(NUMBERS) else count} things need you now"


def step_of(
    request: Request, deployment: Deployment | None, seats: SeatCount | None, roster: ProposalState | None
) -> Step:
    """What a request needs next, of whom, until when.

    Args:
        request: the request.
        deployment: its deployment, if it was approved.
        seats: how many seats that has, and in which state.
        roster: the state of the newest proposed team, if there is one.
    """
    filed = request.filed_at or clock.now()
    intake, approver, scheduler = "Intake", "The approver", "The scheduler"
    early = {
        R.SUBMITTED: Step(0, "Acknowledge it", filed + ACKNOWLEDGE_WITHIN, "Take it on", P.WORK_INTAKE, intake),
        R.IN_INTAKE: Step(0, "Intake call", filed + CALL_WITHIN, "Recommend a team", P.RECOMMEND, "The recommender"),
        R.INFO_NEEDED: Step(0, "The agency answers a question", filed + CALL_WITHIN, None, None, "The agency"),
        R.RECOMMENDED: Step(1, "Decision", filed + DECIDE_WITHIN[request.priority], "Decide", P.DECIDE, approver),
    }
    if request.state in early:
        return early[request.state]
    if request.state is not R.APPROVED or (deployment is not None and deployment.state is D.STOOD_DOWN):
        return Step(0 if request.decided_at is None else 1, "Nothing more", None, None, None, "")
    if deployment is None or deployment.state is D.PLANNING:
        due = (deployment.opened_at if deployment else clock.now()) + ACCEPT_WITHIN
        if roster is ProposalState.ACCEPTED:
            return Step(3, "The people are being asked", due, None, None, "The system")
        if roster is ProposalState.PROPOSED:
            return Step(2, "A team is proposed", due, "Review the team", P.WORK_ROSTER, scheduler)
        return Step(2, "The team is being composed", due, None, None, "The system")
    if deployment.state is D.OFFERING:
        if seats and seats.unfillable:
            text = (
                "One seat cannot be filled" if seats.unfillable == 1 else f"{seats.unfillable} seats cannot be filled"
            )
            return Step(3, text, deployment.starts_at, "Help fill a seat", P.WORK_OFFERS, scheduler)
        if roster is ProposalState.PROPOSED:
            text = "May the next person be asked?"
            return Step(3, text, deployment.starts_at, "Say who is asked", P.WORK_ROSTER, scheduler)
        return Step(3, "Answers are coming in", deployment.starts_at, None, None, "The experts")
    return Step(4, "First people on site", deployment.starts_at, None, None, "")


def row_of(  # noqa: PLR0917 - what one row of the board is made of
    viewer: Viewer,
    request: Request,
    agency_name: str,
    deployment: Deployment | None,
    seats: SeatCount | None,
    roster: ProposalState | None,
) -> Row:
    """One request as `viewer` sees it. Who asked or recommended does not decide, so a decision is not theirs."""
    step = step_of(request, deployment, seats, roster)
    is_yours = step.needs is not None and viewer.may(step.needs)
    if step.needs is P.DECIDE and viewer.id in (request.recommended_by_id, request.filed_by_id):
        is_yours = False
    return Row(
        request, agency_name, seats, step, is_yours,
        is_soon=is_yours and step.due is not None and step.due < clock.now() + SOON,
        point=usmap.point(request.latitude, request.longitude, request.place_state),
    )  # fmt: skip


def _order(row: Row) -> tuple[bool, bool, datetime]:
    return row.step.stage == 4, row.step.due is None, row.step.due or clock.now()


async def rows(session: AsyncSession, viewer: Viewer, limit: int = 200) -> list[Row]:
    """Every open request, the first due first, confirmed teams last."""
    open_states = (R.SUBMITTED, R.IN_INTAKE, R.INFO_NEEDED, R.RECOMMENDED, R.APPROVED)
    found = (
        await session.execute(
            select(Request, Agency.name, Deployment)
            .join(Agency, Agency.id == Request.agency_id)
            .outerjoin(Deployment, Deployment.request_id == Request.id)
            .where(visible_to(viewer), Request.state.in_(open_states))
            .where((Deployment.id.is_(None)) | (Deployment.state.not_in((D.STOOD_DOWN, D.CLOSED))))
            .order_by(Request.id.desc())
            .limit(limit)
        )
    ).all()
    ids = [deployment.id for _, _, deployment in found if deployment is not None]
    counts, teams = await seat_counts(session, ids), await _rosters(session, ids)
    made = [
        row_of(viewer, request, name, d, counts.get(d.id) if d else None, teams.get(d.id) if d else None)
        for request, name, d in found
    ]
    return sorted(made, key=_order)


async def _rosters(session: AsyncSession, deployment_ids: Sequence[int]) -> dict[int, ProposalState]:
    """Deployment to the state of its newest proposed team."""
    rows = await session.execute(
        select(Proposal.deployment_id, Proposal.state)
        .where(Proposal.deployment_id.in_(deployment_ids), Proposal.state != ProposalState.SUPERSEDED)
        .order_by(Proposal.version)
    )
    return {row.deployment_id: row.state for row in rows}
