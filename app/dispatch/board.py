"""The desk's board: what needs a person now, and every open request, sorted by what is due. Pure but for one query."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.viewer import Viewer
from app.agencies.models import Agency
from app.core.clock import clock
from app.deployments.models import Deployment
from app.deployments.queries import SeatCount, seat_counts
from app.deployments.states import DeploymentState
from app.requests.models import Request
from app.requests.queries import visible_to
from app.requests.states import Priority, RequestState
from app.rosters.models import Proposal, ProposalState

STAGES = ("New", "Decision", "Team", "Asking", "Confirmed")
R, D = RequestState, DeploymentState
DECIDE_WITHIN = {
    Priority.IMMEDIATE: timedelta(hours=6),
    Priority.URGENT: timedelta(hours=24),
    Priority.PLANNED: timedelta(days=14),
}
"""From filing to the decision (domain.md 1.2)."""
ACKNOWLEDGE_WITHIN, CALL_WITHIN, ACCEPT_WITHIN = timedelta(minutes=30), timedelta(hours=2), timedelta(hours=1)
NUMBERS = (
    "Nothing needs",
    "One thing needs",
    "Two things need",
    "Three things need",
    "Four things need",
    "Five things need",
)


@dataclass(frozen=True, slots=True)
class Row:
    """One request on the board."""

    request: Request
    agency_name: str
    stage: int
    seats: SeatCount | None
    next: str
    due: datetime | None
    action: str | None
    """What a person at the desk must do now, verb and object; none: the system works."""


def headline(count: int) -> str:
    """The board's first sentence."""
    return f"{NUMBERS[count] if count < len(NUMBERS) else f'{count} things need'} you now"


def row_of(
    request: Request, agency_name: str, deployment: Deployment | None, seats: SeatCount | None, *, has_proposal: bool
) -> Row:
    """What a request needs next, by whom, until when."""
    filed = request.filed_at or clock.now()
    early = {
        R.SUBMITTED: (0, "Acknowledge and call", filed + ACKNOWLEDGE_WITHIN, "Take it on"),
        R.IN_INTAKE: (0, "Intake call, then recommend", filed + CALL_WITHIN, "Recommend a team"),
        R.INFO_NEEDED: (0, "The agency answers a question", filed + CALL_WITHIN, None),
        R.RECOMMENDED: (1, "Decide", filed + DECIDE_WITHIN[request.priority], "Decide"),
    }
    if request.state in early:
        stage, text, due, action = early[request.state]
        return Row(request, agency_name, stage, None, text, due, action)
    if deployment is None or deployment.state is D.PLANNING:
        opened = (deployment.opened_at if deployment else clock.now()) + ACCEPT_WITHIN
        action = "Review the team" if has_proposal else None
        return Row(request, agency_name, 2, seats, "Look at the proposed team", opened, action)
    if deployment.state is D.OFFERING:
        action = "Help fill a seat" if seats and seats.unfillable else None
        return Row(request, agency_name, 3, seats, "Answers are coming in", deployment.starts_at, action)
    return Row(request, agency_name, 4, seats, "First people arrive", deployment.starts_at, None)


async def rows(session: AsyncSession, viewer: Viewer, limit: int = 200) -> list[Row]:
    """Every open request, the first due first."""
    open_states = (R.SUBMITTED, R.IN_INTAKE, R.INFO_NEEDED, R.RECOMMENDED, R.APPROVED)
    found = (
        await session.execute(
            select(Request, Agency.name, Deployment)
            .join(Agency, Agency.id == Request.agency_id)
            .outerjoin(Deployment, Deployment.request_id == Request.id)
            .where(visible_to(viewer), Request.state.in_(open_states))
            .where((Deployment.id.is_(None)) | (Deployment.state != D.STOOD_DOWN))
            .order_by(Request.id.desc())
            .limit(limit)
        )
    ).all()
    ids = [deployment.id for _, _, deployment in found if deployment is not None]
    counts, proposed = await seat_counts(session, ids), await _proposed(session, ids)
    made = [
        row_of(request, name, d, counts.get(d.id) if d else None, has_proposal=bool(d and d.id in proposed))
        for request, name, d in found
    ]
    return sorted(made, key=lambda row: (row.stage == 4, row.due is None, row.due or clock.now()))


async def _proposed(session: AsyncSession, deployment_ids: Sequence[int]) -> set[int]:
    query = select(Proposal.deployment_id).where(
        Proposal.deployment_id.in_(deployment_ids), Proposal.state == ProposalState.PROPOSED
    )
    return set(await session.scalars(query))
