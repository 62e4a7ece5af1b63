"""HTTP API: offers, as the desk leads them and as an expert answers her own."""

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from app.access.viewer import MayAnswerOwnOffers, MayReadDeployments, MayReadOwnOffers, MayWorkOffers
from app.core.events import Actor
from app.core.problems import Forbidden
from app.deployments import queries as deployments
from app.dispatch import answers, offers, queries
from app.dispatch.answers import Answer
from app.dispatch.states import OfferState
from app.dispatch.words import words_of
from app.experts.models import Expert
from app.messaging import texts
from app.web.session import Session

router = APIRouter(prefix="/api/v1", tags=["offers"])


class OfferOut(BaseModel):
    """One person asked for one seat."""

    id: int
    seat: int
    title: str
    expert_id: int
    expert_name: str
    code: str
    state: OfferState
    asked_at: datetime
    reply_by: datetime
    answered_at: datetime | None
    answer: str | None


class MyOfferOut(BaseModel):
    """An offer as its expert sees it."""

    id: int
    title: str
    code: str
    state: OfferState
    starts_at: datetime
    ends_at: datetime
    reply_by: datetime


class AnswerIn(BaseModel):
    """An answer to an offer."""

    model_config = ConfigDict(extra="forbid")

    answer: Answer
    note: str = Field("", max_length=1600, description="What was said, word for word")


class ToldOut(BaseModel):
    """What the answer came to."""

    state: OfferState
    text: str


def _out(view: queries.OfferView) -> OfferOut:
    offer = view.offer
    return OfferOut(
        id=offer.id,
        seat=view.position.number,
        title=view.position.title,
        expert_id=view.expert.id,
        expert_name=view.expert.name,
        code=offer.code,
        state=offer.state,
        asked_at=offer.asked_at,
        reply_by=offer.reply_by,
        answered_at=offer.answered_at,
        answer=offer.answer,
    )


@router.get("/deployments/{reference}/offers")
async def list_offers(reference: str, session: Session, viewer: MayReadDeployments) -> list[OfferOut]:
    """Every offer of a deployment, seat by seat."""
    deployment = await deployments.find(session, viewer, reference)
    return [_out(view) for view in await queries.of_deployment(session, deployment.id)]


@router.post("/deployments/{reference}/offers/{offer_id}/answer")
async def answer_by_phone(
    reference: str, offer_id: int, form: AnswerIn, session: Session, viewer: MayWorkOffers
) -> ToldOut:
    """Enter what somebody told the desk by phone. The person gets the same text as for a texted answer."""
    deployment = await deployments.find(session, viewer, reference)
    offer = await queries.find(session, deployment.id, offer_id)
    return await _take(session, offer.id, form.answer, form.note or f"told {viewer.name} by phone", viewer.actor)


@router.post("/deployments/{reference}/offers/{offer_id}/withdraw")
async def withdraw(reference: str, offer_id: int, session: Session, viewer: MayWorkOffers) -> ToldOut:
    """Take an open offer back, with a word to the person."""
    deployment = await deployments.find(session, viewer, reference)
    await queries.find(session, deployment.id, offer_id)
    locked_deployment, _, offer = await answers.locked_offer(session, offer_id)
    if offer.state is OfferState.ACCEPTED:
        raise Forbidden("This person has the seat. Enter a no for them, or stand the deployment down.")
    words = texts.withdrawn(await words_of(session, offer))
    await offers.withdraw(session, locked_deployment, offer, words, by=viewer.actor)
    return ToldOut(state=offer.state, text=words.body)


@router.get("/my/offers")
async def my_offers(session: Session, viewer: MayReadOwnOffers) -> list[MyOfferOut]:
    """My offers, newest first."""
    views = await queries.of_expert(session, viewer.expert_id or 0)
    return [
        MyOfferOut(
            id=view.offer.id, title=view.position.title, code=view.offer.code, state=view.offer.state,
            starts_at=view.deployment.starts_at, ends_at=view.deployment.ends_at, reply_by=view.offer.reply_by,
        )
        for view in views
    ]  # fmt: skip


@router.post("/my/offers/{offer_id}/answer")
async def answer_own(offer_id: int, form: AnswerIn, session: Session, viewer: MayAnswerOwnOffers) -> ToldOut:
    """Answer an offer of mine."""
    offer = await queries.own(session, viewer.expert_id or 0, offer_id)
    expert = await session.get_one(Expert, offer.expert_id)
    by = Actor("expert", expert.id, expert.name)
    return await _take(session, offer.id, form.answer, form.note or form.answer, by)


async def _take(session: Session, offer_id: int, answer: Answer, said: str, by: Actor) -> ToldOut:
    words = await answers.take(session, offer_id, answer, said, by=by)
    deployment, _, offer = await answers.locked_offer(session, offer_id)
    await offers.tell(session, deployment, offer, words)
    return ToldOut(state=offer.state, text=words.body)
