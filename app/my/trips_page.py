"""My trips: the sheet of the present one, what to tell from the road, and a calendar file."""

from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from app.core.problems import Conflict
from app.deployments.models import Deployment
from app.dispatch import offers
from app.field import calendars
from app.field.states import Way
from app.my import desk, trips
from app.my.mine import Me, MeActing
from app.replies import road
from app.replies.meaning import Kind
from app.web.languages import N_, translated
from app.web.render import render
from app.web.session import Session

router = APIRouter(include_in_schema=False)
TOLD = {
    "left_noted": N_("Noted: you have left. Safe journey."),
    "arrived_noted": N_("Noted: you are there. The desk sees it."),
    "home_noted": N_("Noted: you are home. Rest well."),
    "welcome_home": N_("Noted: you are home. Rest well."),
    "delay_noted": N_("Noted: you are late. The desk sees it now."),
    "not_under_way": N_("Your journey has not begun by our plan. The desk looks at it, or call."),
    "not_released": N_("You are still listed on site. The desk looks at it, or call."),
}
KINDS = {"left": Kind.LEFT, "arrived": Kind.ARRIVED, "delayed": Kind.DELAYED, "home": Kind.HOME}


@router.get("/my/trips")
async def my_trips(request: Request, session: Session, expert: Me, told: str = "") -> Response:
    """Journeys to come, under way and over."""
    found = await trips.trips_of(session, expert.id)
    return render(
        request,
        "my/trips.html",
        expert=expert,
        zone=expert.time_zone,
        coming=[trip for trip in found if not trip.is_over],
        over=[trip for trip in found if trip.is_over],
        told=translated(TOLD.get(told, "")),
    )


@router.get("/my/trips.ics")
async def my_calendar(session: Session, expert: Me) -> Response:
    """All my journeys as a calendar file."""
    return _file(await calendars.of_expert(session, expert.id), "rrt-journeys.ics")


@router.get("/my/trips/{assignment_id}.ics")
async def one_calendar(assignment_id: int, session: Session, expert: Me) -> Response:
    """One journey as an invitation; the same entry again when it changes, its cancellation when it is off."""
    one = await trips.own(session, expert.id, assignment_id)
    return _file(await calendars.invitation(session, one), f"rrt-journey-{assignment_id}.ics")


def _file(content: bytes, name: str) -> Response:
    disposition = f'attachment; filename="{name}"'
    return Response(content, media_type="text/calendar; charset=utf-8", headers={"Content-Disposition": disposition})


@router.post("/my/trips/{assignment_id}")
async def check_in(
    assignment_id: int,
    session: Session,
    expert: MeActing,
    verb: Annotated[Literal["left", "arrived", "delayed", "home"], Form()],
    note: Annotated[str, Form(max_length=300)] = "",
) -> Response:
    """What the texts LEFT, ARRIVED, DELAYED and HOME do, and the same text back.

    Raises:
        Conflict: the journey is over or was called off.
    """
    mine = await trips.own(session, expert.id, assignment_id)
    trip = next((one for one in await trips.trips_of(session, expert.id) if one.assignment.id == mine.id), None)
    if trip is None or trip.is_over:
        raise Conflict
    said = f"{verb.upper()} {' '.join(note.split())}".strip()
    told = await road.noted(session, road.Seat(trip.offer, mine), expert, KINDS[verb], said, way=Way.PAGE)
    deployment = await session.get_one(Deployment, mine.deployment_id)
    if told.kind not in road.NOTED:
        await desk.tell(session, expert, told.kind, said, offer_id=trip.offer.id, topic=offers.topic(deployment))
    await offers.tell(session, deployment, trip.offer, told)
    return RedirectResponse(f"/my/trips?told={told.kind}", 303)
