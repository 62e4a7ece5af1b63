"""Doors of what watches: lost texts and calls, released texts, the auditor."""

from datetime import timedelta

from app.core.database import begin
from app.core.events import on
from app.core.jobs import defer, every, job
from app.dispatch import auditing, backfill, recovery
from app.dispatch.models import Offer
from app.experts.models import Contact
from app.messaging import holds, outbox
from app.messaging.models import Message


@on("message.undelivered", name="dispatch.hurry_undelivered")
async def undelivered(subject_id: int) -> None:
    """A text did not arrive: another way."""
    await _lost(subject_id)


@on("message.failed", name="dispatch.hurry_failed")
async def failed(subject_id: int) -> None:
    """A text or call was refused or lost: another way."""
    await _lost(subject_id)


async def _lost(message_id: int) -> None:
    async with begin() as session:
        await recovery.lost(session, await session.get_one(Message, message_id))


@on("offer.expired", name="dispatch.never_asked")
async def never_asked(subject_id: int) -> None:
    """An offer ran out: was anybody asked at all?"""
    async with begin() as session:
        await recovery.never_asked(session, await session.get_one(Offer, subject_id))


@on("contact.texts_stopped", name="dispatch.stop_texts", priority=2)
async def stop_texts(subject_id: int) -> None:
    """A number texted STOP: what waits for it is not sent. First of all jobs: some of it may be due now."""
    async with begin() as session:
        contact = await session.get_one(Contact, subject_id)
        waiting = await outbox.waiting_to(session, contact.number)
    for message in waiting:
        async with begin() as session:
            await recovery.stopped(session, message)


@on("call.ended", name="dispatch.call_ended")
async def call_ended(subject_id: int) -> None:
    """A call ended; perhaps nobody heard it."""
    async with begin() as session:
        await recovery.call_ended(session, await session.get_one(Message, subject_id))


@job(recovery.CALL_AGAIN)
async def call_again(message_id: int) -> None:
    """The line was busy: once more."""
    async with begin() as session:
        await recovery.call_again(session, message_id)


@job(recovery.ASK_ELSEWHERE)
async def ask_elsewhere(message_id: int) -> None:
    """The night of somebody whose number does not work is over."""
    async with begin() as session:
        await recovery.ask_elsewhere(session, message_id)


@on("sending.released", name="dispatch.resume_sending")
async def resume_sending(subject_id: int) -> None:
    """Texts are released: what is still true goes out."""
    async with begin() as session:
        waiting = await holds.waiting_ids(session)
    for message_id in waiting:
        async with begin() as session:
            if await recovery.recheck(session, await session.get_one(Message, message_id)):
                await defer(session, outbox.SEND, message_id=message_id)


@job(backfill.SEEK)
async def seek(deployment_id: int) -> None:
    """An open seat that nobody was looked for, or a roster older than the answers that came meanwhile."""
    await backfill.seek(deployment_id)


@every(timedelta(minutes=1), "dispatch.audit")
async def audit() -> None:
    """Find what is stuck, and repair it or tell the desk."""
    await auditing.audit()
