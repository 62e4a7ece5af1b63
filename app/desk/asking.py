"""The call-out at work: seats, waves and offers, by hand."""

from datetime import time, timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from app.access.viewer import MayWorkOffers, Viewer
from app.core.clock import clock, in_zone
from app.core.places import day_and_time
from app.core.problems import Forbidden, Invalid
from app.deployments import opening
from app.deployments import queries as deployments
from app.deployments import seats as seat_verbs
from app.desk.kept import Kept
from app.desk.reading import Given
from app.desk.request_page import back, show
from app.dispatch import answers, consent, offers, queries, waves
from app.dispatch.answers import Answer
from app.dispatch.states import Consent, OfferState
from app.dispatch.words import words_of
from app.messaging import texts
from app.requests import queries as requests
from app.web.render import DESK_ZONE
from app.web.session import Session

router = APIRouter(include_in_schema=False)


@router.post("/desk/requests/{reference}/seats/{number}/reopen")
async def reopen(reference: str, number: int, session: Session, viewer: MayWorkOffers) -> Response:
    """Look again for a seat that was given up."""
    deployment = await deployments.find(session, viewer, reference, lock=True)
    for position in await opening.positions_of(session, deployment, lock=True):
        if position.number == number:
            await seat_verbs.reopen(session, deployment, position, by=viewer.actor)
    return back(reference)


@router.post("/desk/requests/{reference}/call-out")
async def work_call_out(  # noqa: PLR0917 - the form's fields
    reference: str,
    session: Session,
    viewer: MayWorkOffers,
    verb: Annotated[str, Form()],
    seat: Annotated[int, Form()] = 0,
    expert: Annotated[int, Form()] = 0,
) -> Response:
    """Pause, go on, ask the next person of a seat now, or leave somebody out."""
    deployment = await deployments.find(session, viewer, reference, lock=True)
    if verb == "pause":
        await waves.pause(session, deployment, by=viewer.actor)
    elif verb == "resume":
        await waves.go_on(session, deployment, by=viewer.actor)
    elif verb == "push":
        await waves.push(session, deployment, await waves.seat(session, deployment, seat), by=viewer.actor)
    elif verb == "skip":
        await waves.skip(session, deployment, expert, by=viewer.actor)
    else:
        raise Invalid(errors={"verb": "Pause, go on, ask the next person, or leave somebody out."})
    return back(reference)


@router.post("/desk/requests/{reference}/call-out/consent")
async def choose_consent(
    reference: str, session: Session, viewer: MayWorkOffers, level: Annotated[Consent, Form()]
) -> Response:
    """Choose how far the call-out goes on by itself."""
    deployment = await deployments.find(session, viewer, reference, lock=True)
    await consent.choose(session, deployment, level, by=viewer.actor)
    return back(reference)


@router.post("/desk/requests/{reference}/offers/{offer_id}")
async def work_offer(  # noqa: PLR0917 - each a dependency
    reference: str, offer_id: int, request: Request, session: Session, viewer: MayWorkOffers, given: Given
) -> Response:
    """Enter an answer given by phone, with its words and when it was given; or take the offer back."""
    deployment = await deployments.find(session, viewer, reference)
    await queries.find(session, deployment.id, offer_id)
    verb = given.get("verb", "")
    if verb == "withdraw":
        deployment, _, offer = await answers.locked_offer(session, offer_id)
        if offer.state is OfferState.ACCEPTED:
            raise Forbidden("This person has the seat. Enter a no for them, or stand the deployment down.")
        words = texts.withdrawn(await words_of(session, offer))
        await offers.withdraw(session, deployment, offer, words, by=viewer.actor)
    elif verb in ("yes", "no"):
        try:
            said = _told(viewer, given)
        except ValueError:
            found = await requests.find(session, viewer, reference)
            wrong = {f"at-{offer_id}": "A time of day, like 14:05. Leave it empty for now."}
            return await show(request, session, viewer, found, Kept("phone", given, wrong))
        await answers.enter(session, offer_id, Answer(verb), said, by=viewer.actor)
    else:
        raise Invalid(errors={"verb": "Enter a yes, a no, or take the offer back."})
    return back(reference)


def _told(viewer: Viewer, given: dict[str, str]) -> str:
    """What somebody told the desk by phone, whole: whom, when if that was earlier, and in which words.

    Raises:
        ValueError: not a time of day.
    """
    at = given.get("at", "").strip()
    when = ""
    if at:
        clock_face = time.fromisoformat(at)
        now = in_zone(clock.now(), DESK_ZONE)
        moment = now.replace(hour=clock_face.hour, minute=clock_face.minute, second=0, microsecond=0)
        moment = moment if moment <= now else moment - timedelta(days=1)
        when = f", {day_and_time(moment, DESK_ZONE)}"
    said = given.get("said", "").strip()[:1600]
    return f"told {viewer.name} by phone{when}" + (f": {said}" if said else "")


@router.post("/desk/requests/{reference}/stand-down")
async def stand_down(
    reference: str, request: Request, session: Session, viewer: MayWorkOffers, given: Given
) -> Response:
    """Call the team off, with a reason: everybody asked or seated is told."""
    deployment = await deployments.find(session, viewer, reference, lock=True)
    note = given.get("note", "").strip()
    if not note:
        found = await requests.find(session, viewer, reference)
        why = {"note": "Say why: it stands in the record."}
        return await show(request, session, viewer, found, Kept("call_off", given, why))
    await opening.stand_down(session, deployment, by=viewer.actor, note=note[:4000])
    return back(reference)
