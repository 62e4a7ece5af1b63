"""AWAY and BACK: days on which somebody cannot go, by text. The solver sees them as it sees the desk's own."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock, in_zone
from app.core.database import locked
from app.core.events import Actor
from app.core.places import days as shown_days
from app.core.settings import get_settings
from app.deployments.models import Deployment
from app.dispatch.models import Offer
from app.dispatch.words import words_of
from app.experts import pool
from app.experts.models import Expert
from app.experts.schemas import AbsenceIn
from app.messaging import inbox, texts
from app.messaging.models import InboundMessage
from app.replies import days, road, saying
from app.replies.meaning import Kind
from app.replies.routing import Phone


async def leave(session: AsyncSession, inbound: InboundMessage, phone: Phone, writer: Expert) -> None:
    """Note an absence. A question or a seat on these days stays, and is named: AWAY is no answer to it."""
    named = days.read(inbound.body, in_zone(clock.now(), writer.time_zone).date())
    if named is None:
        await inbox.mark_read(session, inbound, Kind.AWAY, expert_id=writer.id)
        words = texts.away_when(writer.preferred_language)
        await saying.reply(session, inbound, words, stopped=phone.is_stopped)
        return
    starts_at, ends_at = _span(*named, writer.time_zone)
    absence = AbsenceIn(starts_at=starts_at, ends_at=ends_at)
    by = Actor("expert", writer.id, writer.name)
    await pool.note_absence(session, await locked(session, Expert, writer.id), absence, by=by)
    shown = shown_days(starts_at, ends_at - timedelta(minutes=1), writer.time_zone)
    words, offer = await _told(session, phone, writer, shown, absence)
    await _keep(session, inbound, writer, words, offer)
    await saying.reply(session, inbound, words, offer, stopped=phone.is_stopped)


def _span(first: date, last: date, zone: str) -> tuple[datetime, datetime]:
    """From the first midnight to the one after the last day, there."""
    there = ZoneInfo(zone)
    return datetime.combine(first, time(), there), datetime.combine(last + timedelta(days=1), time(), there)


async def _told(
    session: AsyncSession, phone: Phone, writer: Expert, shown: str, absence: AbsenceIn
) -> tuple[texts.Text, Offer | None]:
    for seat in await road.seats_of(session, writer.id):
        span = seat.assignment.span
        if span.lower and span.upper and span.lower < absence.ends_at and span.upper > absence.starts_at:
            words = await words_of(session, seat.offer)
            return texts.away_but_seated(words, get_settings().desk_phone), seat.offer
    for offer in phone.awaiting:
        deployment = await session.get_one(Deployment, offer.deployment_id)
        is_overlapping = deployment.starts_at < absence.ends_at and deployment.ends_at > absence.starts_at
        if offer.expert_id == writer.id and is_overlapping:
            return texts.away_but_asked(await words_of(session, offer), shown), offer
    return texts.away_noted(shown, writer.preferred_language), None


async def _keep(
    session: AsyncSession, inbound: InboundMessage, writer: Expert, words: texts.Text, offer: Offer | None
) -> None:
    if words.kind != "away_but_seated" or offer is None:
        await inbox.mark_read(session, inbound, words.kind, expert_id=writer.id)
        return
    deployment = await session.get_one(Deployment, offer.deployment_id)
    topic = f"request:{deployment.request_id}"
    await inbox.escalate(session, inbound, words.kind, offer_id=offer.id, expert_id=writer.id, topic=topic)


async def come_back(session: AsyncSession, inbound: InboundMessage, phone: Phone, writer: Expert) -> None:
    """End the absence of now."""
    by = Actor("expert", writer.id, writer.name)
    ended = await pool.end_absences(session, await locked(session, Expert, writer.id), by=by)
    await inbox.mark_read(session, inbound, Kind.BACK, expert_id=writer.id)
    language = writer.preferred_language
    words = texts.back_noted(language) if ended else texts.not_away(language)
    await saying.reply(session, inbound, words, stopped=phone.is_stopped)
