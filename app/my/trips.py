"""An expert's journeys: those to come and under way first, what may be told about them now, and their calendar."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock
from app.core.problems import NotFound
from app.deployments import road
from app.deployments.models import Assignment
from app.deployments.states import AWAY, LIVE, AssignmentState
from app.dispatch.models import Offer
from app.dispatch.states import OfferState
from app.my.facts import Facts, Sheet, facts_of, sheet_of
from app.web.languages import N_

OVER = (AssignmentState.CANCELLED, AssignmentState.NO_SHOW)
STATES_SAID = {
    AssignmentState.CONFIRMED: N_("Confirmed"),
    AssignmentState.ORDERED: N_("Mission order accepted"),
    AssignmentState.EN_ROUTE: N_("Under way"),
    AssignmentState.ON_SITE: N_("On site"),
    AssignmentState.RELEASED: N_("Released"),
    AssignmentState.HOME: N_("Home"),
    AssignmentState.RELIEVED: N_("Relieved"),
    AssignmentState.NO_SHOW: N_("Did not come about"),
    AssignmentState.CANCELLED: N_("Called off"),
}


@dataclass(frozen=True, slots=True)
class Trip:
    """One journey.

    Args:
        said: where it stands, in words.
        is_over: home and rested, or called off.
        is_under_way: whether arrivals may be told.
        sheet: who and where, while it lasts.
    """

    assignment: Assignment
    offer: Offer
    facts: Facts
    said: str
    is_over: bool
    is_under_way: bool
    sheet: Sheet | None


def _said(assignment: Assignment) -> str:
    if assignment.state in OVER:
        return STATES_SAID[assignment.state]
    if assignment.told_home_at is not None:
        return N_("You told us that you are home")
    if assignment.told_arrived_at is not None:
        return N_("You told us that you arrived")
    return STATES_SAID[assignment.state]


async def trips_of(session: AsyncSession, expert_id: int, limit: int = 40) -> list[Trip]:
    """An expert's journeys: those not over by their days, then the others, the newest first."""
    rows = await session.execute(
        select(Assignment, Offer)
        .join(Offer, (Offer.position_id == Assignment.position_id) & (Offer.expert_id == Assignment.expert_id))
        .where(Assignment.expert_id == expert_id)
        .order_by(Assignment.id.desc(), Offer.id.desc())
        .limit(limit)
    )
    found: dict[int, Trip] = {}
    for assignment, offer in rows:
        if assignment.id not in found:
            found[assignment.id] = await _trip(session, assignment, offer)
    trips = list(found.values())
    coming = sorted((trip for trip in trips if not trip.is_over), key=lambda trip: trip.assignment.arrives_at)
    return coming + [trip for trip in trips if trip.is_over]


async def _trip(session: AsyncSession, assignment: Assignment, offer: Offer) -> Trip:
    rests_until = assignment.span.upper
    is_live = assignment.state in LIVE and offer.state is OfferState.ACCEPTED
    is_rested = assignment.state not in AWAY and rests_until is not None and rests_until <= clock.now()
    is_over = not is_live or is_rested
    return Trip(
        assignment,
        offer,
        await facts_of(session, offer, with_town=is_live),
        _said(assignment),
        is_over=is_over,
        is_under_way=is_live and not is_over and road.is_under_way(assignment),
        sheet=await sheet_of(session, offer) if is_live and not is_over else None,
    )


async def own(session: AsyncSession, expert_id: int, assignment_id: int) -> Assignment:
    """One of an expert's own assignments.

    Raises:
        NotFound: none of theirs.
    """
    found = await session.scalar(
        select(Assignment).where(Assignment.id == assignment_id, Assignment.expert_id == expert_id)
    )
    if found is None:
        raise NotFound
    return found
