"""All that we hold of an expert, as plain data: for themselves, or for the desk to hand to them on their wish."""

import base64
import json
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.models import SignInSession, User
from app.core.events import Actor, Event, record
from app.core.problems import Conflict, Invalid
from app.deployments.models import Assignment, Deployment
from app.dispatch.models import Offer
from app.dispatch.offers import contacts_of
from app.drills.models import DrillText
from app.experts.models import Absence, Consent, Credential, Expert, Exposure, SentPaper, StandbyWeek
from app.field.models import CheckIn, DailyLight, DutyHours, Expense, OrderCopy, Stay
from app.messaging.models import InboundMessage, Message
from app.my.models import PhoneCode
from app.surveys.models import Survey

OURS = {"id", "version", "expert_id"}
"""Our own bookkeeping."""


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value.isoformat() if hasattr(value, "isoformat") else value


def _who(event: Event, expert: Expert) -> str:
    return event.actor_name or (expert.name if event.actor_kind == "expert" else "")


def _row(row: Any) -> dict[str, Any]:
    names = (column.key for column in row.__table__.columns)
    return {name: _plain(getattr(row, name)) for name in names if name not in OURS}


LONGEST_REASON = 500


async def on_behalf(session: AsyncSession, expert: Expert, why: str, *, by: Actor) -> str:
    """Everything of an expert as JSON, for an administrator to hand over ("expert.data_exported").

    Raises:
        Invalid: whose wish it is was not said.
        Conflict: the expert was erased.
    """
    why = " ".join(why.replace("\0", "").split())
    if not why or len(why) > LONGEST_REASON:
        raise Invalid(errors={"why": f"Say whose wish it is, in {LONGEST_REASON} characters at most."})
    if expert.erased_at is not None:
        raise Conflict("This expert was erased: nothing is held of them.")
    await record(session, "expert.data_exported", expert.id, by=by, why=why)
    return written(await everything(session, expert))


def written(data: dict[str, Any]) -> str:
    """The export as a file holds it."""
    return json.dumps(data, indent=2, ensure_ascii=False)


async def everything(session: AsyncSession, expert: Expert) -> dict[str, Any]:
    """The expert's record, days, papers, offers, journeys, and the texts that went to and fro."""
    numbers = [contact.number for contact in await contacts_of(session, expert.id)]
    found: dict[str, Any] = {"record": _row(expert)}
    found["numbers"] = [_row(contact) for contact in await contacts_of(session, expert.id)]
    for name, table in (
        ("credentials", Credential), ("absences", Absence), ("standby_weeks", StandbyWeek), ("consents", Consent),
        ("sent_papers", SentPaper), ("exposure", Exposure), ("drills", DrillText), ("codes", PhoneCode),
    ):  # fmt: skip
        query = select(table).where(table.expert_id == expert.id).order_by(table.id)
        found[name] = [_row(row) for row in await session.scalars(query)]
    offers = select(Offer, Deployment.reference).join(Deployment, Deployment.id == Offer.deployment_id)
    rows = await session.execute(offers.where(Offer.expert_id == expert.id).order_by(Offer.id))
    found["offers"] = [
        {
            "code": offer.code,
            "state": offer.state,
            "asked_at": _plain(offer.asked_at),
            "answer": offer.answer,
            "request": reference,
            "answered_at": _plain(offer.answered_at),
        }
        for offer, reference in rows
    ]
    journeys = select(Assignment, Deployment.reference).join(Deployment, Deployment.id == Assignment.deployment_id)
    rows_of = await session.execute(journeys.where(Assignment.expert_id == expert.id).order_by(Assignment.id))
    found["journeys"] = [
        {"request": reference, "state": one.state, "leaves": _plain(one.span.lower), "arrives": _plain(one.arrives_at)}
        for one, reference in rows_of
    ]
    found |= await _of_journeys(session, expert) | await _of_account(session, expert)
    sent = select(Message).where(Message.expert_id == expert.id).order_by(Message.id)
    found["sent_to_me"] = [
        {"at": _plain(row.queued_at), "channel": row.channel, "text": row.body} for row in await session.scalars(sent)
    ]
    received = select(InboundMessage).where(InboundMessage.expert_id == expert.id, InboundMessage.number.in_(numbers))
    found["sent_by_me"] = [
        {"at": _plain(row.received_at), "text": row.body}
        for row in await session.scalars(received.order_by(InboundMessage.id))
    ]
    return found


async def _of_journeys(session: AsyncSession, expert: Expert) -> dict[str, Any]:
    """What was told from the road, and hours on duty."""
    told: dict[str, Any] = {}
    for name, table in (
        ("check_ins", CheckIn), ("duty_hours", DutyHours), ("daily_lights", DailyLight), ("orders", OrderCopy),
        ("stays", Stay), ("expenses", Expense),
    ):  # fmt: skip
        query = select(table).join(Assignment, Assignment.id == table.assignment_id)
        rows = await session.scalars(query.where(Assignment.expert_id == expert.id).order_by(table.id))
        told[name] = [_row(row) for row in rows]
    surveys = select(Survey).where(Survey.expert_id == expert.id, Survey.answered_at.is_not(None)).order_by(Survey.id)
    told["surveys"] = [
        {"survey": one.touch, "answered_at": _plain(one.answered_at), "answers": one.answers}
        for one in await session.scalars(surveys)
    ]
    return told


async def _of_account(session: AsyncSession, expert: Expert) -> dict[str, Any]:
    """The account, where it is signed in, and who looked at this record or changed it."""
    users = (await session.scalars(select(User).where(User.expert_id == expert.id))).all()
    kept = select(SignInSession).where(SignInSession.user_id.in_([user.id for user in users]))
    log = select(Event).where(Event.kind.startswith("expert."), Event.subject_id == expert.id).order_by(Event.id)
    return {
        "account": [{"email": user.email, "name": user.name, "roles": user.roles} for user in users],
        "signed_in": [
            {"since": _plain(one.created_at), "address": one.address, "browser": one.agent}
            for one in await session.scalars(kept.order_by(SignInSession.id))
        ],
        "log": [
            {"at": _plain(one.at), "what": one.kind, "who": _who(one, expert)} for one in await session.scalars(log)
        ],
    }
