"""HTTP API: offers, as the desk leads them and as an expert answers her own."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from app.access.viewer import MayAnswerOwnOffers, MayErase, MayReadDeployments, MayReadOwnOffers, MayWorkOffers
from app.core.database import locked
from app.core.events import Actor
from app.core.problems import Forbidden
from app.deployments import queries as deployments
from app.dispatch import adding, answers, backfill, consent, erasing, offers, queries, waves
from app.dispatch.answers import Answer
from app.dispatch.states import Consent, OfferState
from app.dispatch.words import words_of
from app.experts.models import Expert
from app.messaging import texts
from app.web.given import Body
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


class AnswerIn(Body):
    """An answer to an offer."""

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


class NextOut(BaseModel):
    """Who is asked next if nobody answers."""

    expert_id: int
    name: str
    seat: int
    title: str
    at: datetime


class ChangeOut(BaseModel):
    """One seat, and who is asked for it; null: nobody fits."""

    model_config = ConfigDict(from_attributes=True)

    seat: int
    title: str
    expert_id: int | None
    text: str


class WaitingOut(BaseModel):
    """A version of the roster that asks nobody before the desk accepts it (`POST .../rosters/{version}/accept`)."""

    model_config = ConfigDict(from_attributes=True)

    version: int
    headline: str
    changes: list[ChangeOut]


class ConsentIn(Body):
    """How far the call-out goes on by itself after a no or silence."""

    level: Consent


class CallOutOut(BaseModel):
    """What will happen next in a call-out."""

    is_paused: bool
    chance: float = Field(description="That every open seat is filled in time by those asked and planned")
    is_exact: bool = Field(description="Otherwise the chance is at least this")
    next: list[NextOut]
    consent: Consent = Field(description="How far it goes on by itself")
    waiting: WaitingOut | None = Field(
        description="Who is asked as soon as the desk accepts this version of the roster"
    )


class PushIn(Body):
    """Whose turn is now."""

    seat: int = Field(ge=1, le=100, description="Number of the seat")


class SkipIn(Body):
    """Whom not to ask."""

    expert_id: int = Field(ge=1, le=2**53)


@router.get("/deployments/{reference}/call-out")
async def call_out(reference: str, session: Session, viewer: MayReadDeployments) -> CallOutOut | None:
    """Who is asked next, and when, if nobody answers; null when this deployment asks nobody now."""
    deployment = await deployments.find(session, viewer, reference)
    found = await waves.outlook(session, deployment)
    if found is None:
        return None
    waiting = await backfill.waiting(session, deployment)
    following = [
        NextOut(expert_id=one.expert_id, name=one.name, seat=one.seat, title=one.title, at=one.at) for one in found.next
    ]
    return CallOutOut(
        is_paused=found.is_paused, chance=found.chance, is_exact=found.is_exact, next=following,
        consent=await consent.level_of(session, deployment.id),
        waiting=WaitingOut.model_validate(waiting) if waiting else None,
    )  # fmt: skip


@router.post("/deployments/{reference}/call-out/consent", status_code=204)
async def choose_consent(reference: str, form: ConsentIn, session: Session, viewer: MayWorkOffers) -> None:
    """Choose how far the call-out goes on by itself; what waits for the desk may then be asked at once."""
    deployment = await deployments.find(session, viewer, reference, lock=True)
    await consent.choose(session, deployment, form.level, by=viewer.actor)


@router.post("/deployments/{reference}/call-out/pause", status_code=204)
async def pause(reference: str, session: Session, viewer: MayWorkOffers) -> None:
    """Ask nobody more until the desk goes on; those who are out may still answer."""
    await waves.pause(session, await deployments.find(session, viewer, reference, lock=True), by=viewer.actor)


@router.post("/deployments/{reference}/call-out/resume", status_code=204)
async def resume(reference: str, session: Session, viewer: MayWorkOffers) -> None:
    """Go on asking."""
    await waves.go_on(session, await deployments.find(session, viewer, reference, lock=True), by=viewer.actor)


@router.post("/deployments/{reference}/call-out/push", status_code=204)
async def push(reference: str, form: PushIn, session: Session, viewer: MayWorkOffers) -> None:
    """Ask the next person of a seat's list now."""
    deployment = await deployments.find(session, viewer, reference, lock=True)
    await waves.push(session, deployment, await waves.seat(session, deployment, form.seat), by=viewer.actor)


@router.post("/deployments/{reference}/call-out/skip", status_code=204)
async def skip(reference: str, form: SkipIn, session: Session, viewer: MayWorkOffers) -> None:
    """Do not ask this person in this call-out."""
    deployment = await deployments.find(session, viewer, reference, lock=True)
    await waves.skip(session, deployment, form.expert_id, by=viewer.actor)


class WishIn(Body):
    """Somebody of the desk's own choice, for a seat."""

    seat: int = Field(ge=1, le=100, description="Number of the seat")
    expert_id: int = Field(ge=1, le=2**53)
    reason: str = Field("", max_length=1000, description="Why rules are set aside, where any is")


class RuleOut(BaseModel):
    """One rule that speaks against it."""

    model_config = ConfigDict(from_attributes=True)

    code: str
    text: str


class VerdictOut(BaseModel):
    """What speaks against asking somebody: nobody sets aside what is refused; the rest wants a written reason."""

    model_config = ConfigDict(from_attributes=True)

    refused: list[RuleOut]
    needs_reason: list[RuleOut]


@router.get("/deployments/{reference}/call-out/check")
async def check_wish(
    reference: str,
    session: Session,
    viewer: MayWorkOffers,
    seat: Annotated[int, Query(ge=1, le=100)],
    expert_id: Annotated[int, Query(ge=1, le=2**53)],
) -> VerdictOut:
    """What speaks against asking this expert for this seat. Changes nothing."""
    deployment = await deployments.find(session, viewer, reference)
    position = await waves.seat(session, deployment, seat, lock=False)
    return VerdictOut.model_validate(await adding.check(session, deployment, position, expert_id))


@router.post("/deployments/{reference}/call-out/ask", status_code=201)
async def ask_somebody(reference: str, form: WishIn, session: Session, viewer: MayWorkOffers) -> OfferOut:
    """Ask any expert for a seat. Rules of safety refuse (409); others want a written reason (422), which is kept."""
    deployment = await deployments.find(session, viewer, reference, lock=True)
    position = await waves.seat(session, deployment, form.seat)
    offer = await adding.ask(session, deployment, position, form.expert_id, form.reason, by=viewer.actor)
    expert = await session.get_one(Expert, offer.expert_id)
    return _out(queries.OfferView(offer, position, expert))


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
    offer, words = await answers.enter(session, offer_id, answer, said, by=by)
    return ToldOut(state=offer.state, text=words.body)


class ErasureIn(Body):
    """Whose wish it is."""

    why: Annotated[str, Field(max_length=2000, description="Whose wish, and when; no names")]


@router.post("/experts/{expert_id}/erase", status_code=204, tags=["experts"])
async def erase_expert(expert_id: int, form: ErasureIn, session: Session, viewer: MayErase) -> None:
    """Erase all that is personal of an expert, for good; journeys and the log stay, without the person."""
    await erasing.erase(session, await locked(session, Expert, expert_id), form.why, by=viewer.actor)
