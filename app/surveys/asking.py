"""Surveys are planned when a team is released, sent by link when their day has come, and reminded of once."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock
from app.core.events import Actor, record
from app.core.ids import digest
from app.core.problems import Conflict, Invalid, NotFound
from app.core.settings import get_settings
from app.core.text import phone_number
from app.deployments.models import Assignment, Deployment
from app.deployments.states import AssignmentState, DeploymentState
from app.dispatch.offers import contacts_of, reachable
from app.experts.models import Expert
from app.experts.quiet import may_be_asked_from
from app.messaging import outbox, sealed, texts
from app.requests.models import Request
from app.rosters import rules
from app.surveys.models import Audience, Partner, Survey, Touch
from app.surveys.questions import AFTER, QUESTIONS, WORDS

SERVED = (AssignmentState.RELEASED, AssignmentState.RELIEVED, AssignmentState.HOME)
REMIND_AFTER = timedelta(days=3)
OPEN_FOR = timedelta(days=30)
"""So long a link takes answers."""
RELEASED = (DeploymentState.AFTER_ACTION, DeploymentState.CLOSED)


def topic(deployment: Deployment) -> str:
    """The story it belongs to."""
    return f"request:{deployment.request_id}"


async def plan(session: AsyncSession, deployment: Deployment, released_at: datetime) -> None:
    """Plan every survey of a released team. Twice is once."""
    served = select(Assignment.expert_id).where(Assignment.deployment_id == deployment.id, Assignment.state.in_(SERVED))
    for expert_id in set(await session.scalars(served)):
        await _plan(session, deployment, Audience.EXPERT, released_at, expert_id=expert_id)
    await _plan(session, deployment, Audience.AGENCY, released_at)
    for partner in await partners_of(session, deployment.id):
        await _plan(session, deployment, Audience.PARTNER, released_at, partner_id=partner.id)


async def _plan(
    session: AsyncSession, deployment: Deployment, audience: Audience, released_at: datetime, *,
    expert_id: int | None = None, partner_id: int | None = None,
) -> None:  # fmt: skip
    for asked, touch in QUESTIONS:
        if asked is not audience:
            continue
        put = insert(Survey).values(
            deployment_id=deployment.id, key=f"{audience}:{touch}:{expert_id or partner_id or 0}", audience=audience,
            touch=touch, expert_id=expert_id, partner_id=partner_id, due_at=released_at + AFTER[touch],
        )  # fmt: skip
        made = await session.scalar(put.on_conflict_do_nothing().returning(Survey.id))
        if made is not None:
            survey = await session.get_one(Survey, made)
            survey.token_digest = digest(sealed.survey_token(survey.id))
    await session.flush()


async def partners_of(session: AsyncSession, deployment_id: int) -> Sequence[Partner]:
    """The partners of a deployment, in the order of their names."""
    query = select(Partner).where(Partner.deployment_id == deployment_id).order_by(Partner.organisation, Partner.id)
    return (await session.scalars(query)).all()


async def add_partner(
    session: AsyncSession, deployment: Deployment, given: dict[str, str], *, has_agreed: bool, by: Actor
) -> Partner:
    """Keep a partner of a deployment ("partner.added"); after the release their surveys are planned at once.

    Raises:
        Invalid: without names, or a number that is none or whose owner has not agreed to a text.
        Conflict: they are kept already.
    """
    organisation, name = given.get("organisation", "").strip(), given.get("name", "").strip()
    errors = {field: "Fill this in." for field, said in (("organisation", organisation), ("name", name)) if not said}
    number = None
    if given.get("number", "").strip():
        try:
            number = phone_number(given["number"])
        except Invalid:
            errors["number"] = "This is not a phone number of the United States."
        if not has_agreed:
            errors["agreed"] = "A text goes only to somebody who agreed to it. Without it, pass the link on yourself."
    if errors:
        raise Invalid(errors=errors)
    put = insert(Partner).values(
        deployment_id=deployment.id, organisation=organisation, name=name, number=number, added_at=clock.now(),
        added_by=by.name,
    )  # fmt: skip
    made = await session.scalar(put.on_conflict_do_nothing().returning(Partner.id))
    if made is None:
        raise Conflict("This partner is on the list already.")
    await record(session, "partner.added", made, topic=topic(deployment), by=by, organisation=organisation)
    partner = await session.get_one(Partner, made)
    if deployment.state in RELEASED:
        await _plan(session, deployment, Audience.PARTNER, clock.now(), partner_id=partner.id)
    return partner


def address(survey: Survey) -> str:
    """The whole address of a survey's page, for the desk to pass on."""
    return f"{get_settings().public_url.rstrip('/')}/s/{sealed.survey_token(survey.id)}"


def _sealed_address(survey: Survey) -> str:
    return f"{get_settings().public_url.rstrip('/').removeprefix('https://')}/s/{sealed.survey_mark(survey.id)}"


async def send(session: AsyncSession, survey: Survey) -> bool:
    """Send a survey that is due, or remind of it once; the row is locked. False when there is nothing to send.

    Nobody is woken by one: where it is night, the next hour looks again.
    """
    now = clock.now()
    if survey.answered_at is not None or now < survey.due_at or now > survey.due_at + OPEN_FOR:
        return False
    is_reminder = survey.sent_at is not None
    if is_reminder and (survey.reminded_at is not None or now < (survey.sent_at or now) + REMIND_AFTER):
        return False
    deployment = await session.get_one(Deployment, survey.deployment_id)
    number, language, zone = await _to(session, survey, deployment)
    if number is not None:
        night = rules.night(await rules.current(session))
        if may_be_asked_from(now, zone=zone, is_immediate=False, wakes=False, night=night) > now:
            return False
        say = texts.survey_reminder if is_reminder else texts.survey
        words = say(_sealed_address(survey), language)
        about = {"topic": topic(deployment), "expert_id": survey.expert_id}
        await outbox.post(session, words, to=number, **about)  # type: ignore[arg-type]
    if is_reminder:
        survey.reminded_at = now
    else:
        survey.sent_at = now
    await session.flush()
    return number is not None


async def _to(session: AsyncSession, survey: Survey, deployment: Deployment) -> tuple[str | None, str, str]:
    """The number a survey goes to, if it may be texted, the language to write in, and the zone to look at the clock."""
    request = await session.get_one(Request, deployment.request_id)
    if survey.expert_id is not None:
        phone = reachable(await contacts_of(session, survey.expert_id))
        expert = await session.get_one(Expert, survey.expert_id)
        return (phone.number if phone else None), expert.preferred_language, expert.time_zone
    if survey.partner_id is not None:
        return (await session.get_one(Partner, survey.partner_id)).number, "en", request.time_zone
    return request.contact_phone or None, "en", request.time_zone


async def due(session: AsyncSession, limit: int = 200) -> Sequence[int]:
    """Surveys to send or remind of now, the first due first."""
    now = clock.now()
    is_new = Survey.sent_at.is_(None)
    is_silent = Survey.reminded_at.is_(None) & (Survey.sent_at < now - REMIND_AFTER)
    query = select(Survey.id).where(
        Survey.answered_at.is_(None), Survey.due_at <= now, Survey.due_at > now - OPEN_FOR, is_new | is_silent
    )
    return (await session.scalars(query.order_by(Survey.due_at, Survey.id).limit(limit))).all()


async def find(session: AsyncSession, token: str, *, lock: bool = False) -> Survey:
    """The survey of a link.

    Raises:
        NotFound: there never was one.
    """
    query = select(Survey).where(Survey.token_digest == digest(token))
    found = await session.scalar(query.with_for_update() if lock else query)
    if found is None:
        raise NotFound
    return found


def is_open(survey: Survey) -> bool:
    """Whether it takes answers now."""
    return survey.due_at <= clock.now() <= survey.due_at + OPEN_FOR


async def answer(session: AsyncSession, survey: Survey, answers: dict[str, str]) -> None:
    """Keep answers ("survey.answered"); said again while it is open, they replace what was said. Nobody is named.

    Raises:
        Conflict: the link is over, or its day has not come.
    """
    if not is_open(survey):
        raise Conflict("This survey is over.")
    survey.answers, survey.answered_at = answers, clock.now()
    deployment = await session.get_one(Deployment, survey.deployment_id)
    await session.flush()
    await record(session, "survey.answered", survey.id, topic=topic(deployment), audience=survey.audience)


async def forget(session: AsyncSession, expert_id: int) -> None:
    """An expert is erased: their links open nothing more, their words go. What they chose still counts for the team."""
    await session.execute(delete(Survey).where(Survey.expert_id == expert_id, Survey.answered_at.is_(None)))
    for survey in await session.scalars(select(Survey).where(Survey.expert_id == expert_id).with_for_update()):
        survey.token_digest = None
        survey.answers = {name: choice for name, choice in (survey.answers or {}).items() if name != WORDS}


def touches(audience: Audience) -> list[Touch]:
    """When an audience is asked."""
    return [touch for asked, touch in QUESTIONS if asked is audience]
