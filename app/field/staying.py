"""What follows from an extension: its questions go out, run out, and the seats of who goes are filled in time."""

from dataclasses import replace

from sqlalchemy import ARRAY, BigInteger, ColumnElement, DateTime, any_, bindparam, exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock, in_zone
from app.core.database import begin, locked
from app.core.events import on
from app.core.jobs import defer, job
from app.core.places import clock_time, days
from app.core.settings import get_settings
from app.deployments.models import Assignment, Deployment, Position
from app.deployments.states import ON_THE_ROAD, SEATED
from app.dispatch.models import Offer
from app.dispatch.words import words_of
from app.experts.models import Expert
from app.field import extending, orders, telling
from app.field.models import Extension, Relief, Stay
from app.field.orders import topic
from app.field.states import StayState
from app.messaging import texts
from app.messaging.texts import OfferWords, Text
from app.requests.models import Request
from app.rosters.models import Override
from app.watch import alarms

TOUR_OVER = "field.tour_over"


async def words_for(session: AsyncSession, stay: Stay, offer: Offer) -> tuple[OfferWords, str]:
    """What texts say of the question: the answer's own word, the stay as planned, and until when it would be."""
    extension = await session.get_one(Extension, stay.extension_id)
    deployment = await session.get_one(Deployment, extension.deployment_id)
    request = await session.get_one(Request, deployment.request_id)
    expert = await session.get_one(Expert, offer.expert_id)
    planned = days(deployment.starts_at, extension.was, request.time_zone)
    until = in_zone(extension.until, request.time_zone)
    words = replace(
        await words_of(session, offer), code=stay.code, dates=planned,
        reply_by=clock_time(stay.reply_by, expert.time_zone),
    )  # fmt: skip
    return words, f"{until:%b} {until.day}"


def said_of(state: StayState | None, note: str, words: OfferWords, until: str) -> Text:
    """The truthful answer to somebody's yes or no."""
    desk_phone = get_settings().desk_phone
    if state is StayState.STAYS:
        return texts.stay_yes(words, until, desk_phone)
    if state is None:
        return texts.stay_over(words, desk_phone)
    return texts.stay_booked(words, desk_phone) if note else texts.stay_no(words)


async def _tell(session: AsyncSession, stay: Stay, key: str, kind: str) -> None:
    assignment = await session.get_one(Assignment, stay.assignment_id)
    offer = await telling.offer_of(session, assignment)
    if offer is None or assignment.state not in SEATED:
        return
    words, until = await words_for(session, stay, offer)
    say = {
        "ask": texts.stay_question(words, until), "over": texts.stay_over(words, get_settings().desk_phone),
        "back": texts.stay_not_needed(words),
    }[kind]  # fmt: skip
    await telling.tell_once(session, assignment, lambda _words, _phone: say, key)


@on("stay.asked", name="field.text_stay")
async def text_stay(subject_id: int) -> None:
    """Ask somebody whether they can stay; once, whatever runs twice."""
    async with begin() as session:
        stay = await session.get_one(Stay, subject_id)
        if stay.state is StayState.ASKED:
            await _tell(session, stay, f"stay:{stay.id}", "ask")


@job(extending.DUE)
async def stay_due(stay_id: int) -> None:
    """The time to answer is over: they go home as planned, and are told so."""
    async with begin() as session:
        stay = await session.get_one(Stay, stay_id)
        extension = await session.get_one(Extension, stay.extension_id)
        deployment = await locked(session, Deployment, extension.deployment_id)
        stay = await locked(session, Stay, stay_id)
        if extension.withdrawn_at is None:
            await extending.run_out(session, deployment, stay)


@on("stay.run_out", name="field.text_stay_over")
async def text_stay_over(subject_id: int) -> None:
    """Tell somebody that they go home as planned. Who was never asked is not told of a question."""
    async with begin() as session:
        stay = await session.get_one(Stay, subject_id)
        if stay.note == extending.NO_ANSWER:
            await _tell(session, stay, f"stay_over:{stay.id}", "over")


@on("extension.withdrawn", name="field.text_not_needed")
async def text_not_needed(subject_id: int) -> None:
    """Everybody who was asked hears that they go home as planned."""
    async with begin() as session:
        for stay in await extending.stays_of(session, subject_id):
            if stay.state in (StayState.ASKED, StayState.STAYS):
                await _tell(session, stay, f"stay_back:{stay.id}", "back")


@on("override.granted", name="field.ask_after_override")
async def ask_after_override(subject_id: int) -> None:
    """Two people have set a cap aside: whoever it kept from being asked is asked, if the question still stands."""
    async with begin() as session:
        override = await session.get_one(Override, subject_id)
        deployment = await locked(session, Deployment, override.deployment_id)
        extension = await extending.newest(session, deployment.id)
        if extension is None:
            return
        for stay in await extending.stays_of(session, extension.id):
            if stay.state is StayState.CAPPED:
                await extending.let_go(session, deployment, extension, await locked(session, Stay, stay.id))


@on("relief.planned", name="field.seek_for_the_rest")
async def seek_for_the_rest(subject_id: int) -> None:
    """Somebody goes home as planned: who comes for the rest of the stay is looked for at once."""
    async with begin() as session:
        relief = await session.get_one(Relief, subject_id)
        assignment = await session.get_one(Assignment, relief.assignment_id)
        if assignment.leaves_at is not None:
            await defer(session, TOUR_OVER, at=assignment.leaves_at, assignment_id=assignment.id)
        await defer(session, telling.SEEK, deployment_id=assignment.deployment_id)


def _is_extended(position_id: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether the seat's team was, or is being, extended; only one on the road can be."""
    its_team = select(Position.deployment_id).where(Position.id == position_id).scalar_subquery()
    return exists(
        select(Extension.id)
        .join(Deployment, Deployment.id == Extension.deployment_id)
        .where(Deployment.id == its_team, Deployment.state.in_(ON_THE_ROAD), Extension.withdrawn_at.is_(None))
    )


@on("position.filled", name="field.ask_newcomer_to_stay", when=_is_extended)
async def ask_newcomer(subject_id: int) -> None:
    """Somebody said yes to the shorter stay, before it was extended: they are asked as the others were."""
    async with begin() as session:
        position = await session.get_one(Position, subject_id)
        deployment = await locked(session, Deployment, position.deployment_id)
        extension = await extending.newest(session, deployment.id, lock=True)
        if extension is None:
            return
        asked = {stay.assignment_id for stay in await extending.stays_of(session, extension.id)}
        for assignment in await orders.seated(session, deployment.id):
            is_short = assignment.span.upper is not None and assignment.span.upper < extension.until
            if assignment.position_id == position.id and is_short and assignment.id not in asked:
                await extending.cover(session, deployment, extension, assignment)


@job(TOUR_OVER)
async def tour_over(assignment_id: int) -> None:
    """The end of somebody's own stay: when they are still there, the desk sees to it that they can go."""
    async with begin() as session:
        assignment = await session.get_one(Assignment, assignment_id)
        leaves_at = assignment.leaves_at
        if assignment.state not in SEATED or leaves_at is None or clock.now() < leaves_at:
            return
        expert = await session.get_one(Expert, assignment.expert_id)
        deployment = await session.get_one(Deployment, assignment.deployment_id)
        await alarms.sound(
            session, "assignment.tour_over", f"tour:{assignment.id}", topic=topic(deployment),
            subject_id=assignment.id,
            says=f"The stay of {expert.name} is over, and nobody has come in their place.",
            action="Release them on the road page: they go home as planned, whoever comes.",
        )  # fmt: skip


_STAYS = (
    select(Stay)
    .join(Assignment, Assignment.id == Stay.assignment_id)
    .where(Assignment.expert_id == any_(bindparam("people", type_=ARRAY(BigInteger))))
    .where(Stay.asked_at > bindparam("since", type_=DateTime(timezone=True)))
    .order_by((Stay.state == StayState.ASKED).desc(), Stay.id.desc())
)


async def open_stays(session: AsyncSession, expert_ids: list[int]) -> list[Stay]:
    """Questions of the last thirty days to these people, those that wait first, then the newest."""
    asked = {"people": list(expert_ids), "since": clock.now() - extending.CODE_REST}
    return list(await session.scalars(_STAYS, asked))
