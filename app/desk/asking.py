"""The call-out at work: seats, waves and offers, by hand."""

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import Response

from app.access.viewer import MayWorkOffers
from app.core.problems import Forbidden, Invalid
from app.deployments import opening
from app.deployments import queries as deployments
from app.deployments import seats as seat_verbs
from app.desk.request_page import back
from app.dispatch import answers, consent, offers, queries, waves
from app.dispatch.answers import Answer
from app.dispatch.states import Consent, OfferState
from app.dispatch.words import words_of
from app.messaging import texts
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
async def work_offer(
    reference: str, offer_id: int, session: Session, viewer: MayWorkOffers, verb: Annotated[str, Form()]
) -> Response:
    """Enter an answer given by phone, or take the offer back."""
    deployment = await deployments.find(session, viewer, reference)
    await queries.find(session, deployment.id, offer_id)
    if verb == "withdraw":
        deployment, _, offer = await answers.locked_offer(session, offer_id)
        if offer.state is OfferState.ACCEPTED:
            raise Forbidden("This person has the seat. Enter a no for them, or stand the deployment down.")
        words = texts.withdrawn(await words_of(session, offer))
        await offers.withdraw(session, deployment, offer, words, by=viewer.actor)
    elif verb in ("yes", "no"):
        await answers.enter(session, offer_id, Answer(verb), f"told {viewer.name} by phone", by=viewer.actor)
    else:
        raise Invalid(errors={"verb": "Enter a yes, a no, or take the offer back."})
    return back(reference)
