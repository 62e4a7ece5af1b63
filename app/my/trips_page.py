"""My trips: the sheet of the present one, what to tell from the road, and a calendar file."""

from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import select

from app.core.database import locked
from app.core.problems import Conflict
from app.core.settings import get_settings
from app.deployments import road
from app.deployments.models import Assignment, Deployment
from app.dispatch import offers
from app.dispatch.words import words_of
from app.messaging import texts
from app.my import desk, trips
from app.my.mine import Me, MeActing, by_me
from app.web.languages import N_, translated
from app.web.render import render
from app.web.session import Session

router = APIRouter(include_in_schema=False)
TOLD = {
    "arrived": N_("Noted: you are there. The desk sees it."),
    "home": N_("Noted: you are home. Rest well."),
    "delayed": N_("Noted: you are late. The desk sees it now."),
    "early": N_("Your journey has not begun by our plan. The desk looks at it, or call."),
}


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
    mine = select(Assignment).where(Assignment.expert_id == expert.id).order_by(Assignment.id)
    return _file(await trips.calendar_of(session, expert, (await session.scalars(mine)).all()), "rrt-journeys.ics")


@router.get("/my/trips/{assignment_id}.ics")
async def one_calendar(assignment_id: int, session: Session, expert: Me) -> Response:
    """One journey as a calendar file; the same entry again when it changes."""
    one = await trips.own(session, expert.id, assignment_id)
    return _file(await trips.calendar_of(session, expert, [one]), f"rrt-journey-{assignment_id}.ics")


def _file(content: bytes, name: str) -> Response:
    disposition = f'attachment; filename="{name}"'
    return Response(content, media_type="text/calendar; charset=utf-8", headers={"Content-Disposition": disposition})


@router.post("/my/trips/{assignment_id}")
async def check_in(
    assignment_id: int,
    session: Session,
    expert: MeActing,
    verb: Annotated[Literal["arrived", "delayed", "home"], Form()],
    note: Annotated[str, Form(max_length=300)] = "",
) -> Response:
    """What the texts ARRIVED, DELAYED and HOME do, and the same text back.

    Raises:
        Conflict: the journey is over or was called off.
    """
    mine = await trips.own(session, expert.id, assignment_id)
    deployment = await locked(session, Deployment, mine.deployment_id)
    assignment = await locked(session, Assignment, mine.id)
    trip = next((one for one in await trips.trips_of(session, expert.id) if one.assignment.id == assignment.id), None)
    if trip is None or trip.is_over:
        raise Conflict
    said = f"{verb.upper()} {' '.join(note.split())}".strip()
    words = await words_of(session, trip.offer)
    phone, topic = get_settings().desk_phone, offers.topic(deployment)
    if verb == "delayed":
        await road.note_delay(session, deployment, assignment, said, by=by_me(expert))
        await desk.tell(session, expert, "delay_noted", said, offer_id=trip.offer.id, topic=topic)
        told = texts.delay_noted(words, phone)
    elif not road.is_under_way(assignment):
        await desk.tell(session, expert, "not_under_way", said, offer_id=trip.offer.id, topic=topic)
        return RedirectResponse("/my/trips?told=early", 303)
    elif verb == "arrived":
        await road.note_arrival(session, deployment, assignment, by=by_me(expert))
        told = texts.arrived_noted(words, phone)
    else:
        await road.note_home(session, deployment, assignment, by=by_me(expert))
        told = texts.home_noted(words, phone)
    await offers.tell(session, deployment, trip.offer, told)
    return RedirectResponse(f"/my/trips?told={verb}", 303)
