"""All that we hold of an expert, as plain data for themselves."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.deployments.models import Assignment, Deployment
from app.dispatch.models import Offer
from app.dispatch.offers import contacts_of
from app.experts.models import Absence, Consent, Credential, Expert, StandbyWeek
from app.messaging.models import InboundMessage, Message

OURS = {"id", "version", "expert_id"}
"""Our own bookkeeping."""


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def _row(row: Any) -> dict[str, Any]:
    names = (column.key for column in row.__table__.columns)
    return {name: _plain(getattr(row, name)) for name in names if name not in OURS}


async def everything(session: AsyncSession, expert: Expert) -> dict[str, Any]:
    """The expert's record, days, papers, offers, journeys, and the texts that went to and fro."""
    numbers = [contact.number for contact in await contacts_of(session, expert.id)]
    found: dict[str, Any] = {"record": _row(expert)}
    found["numbers"] = [_row(contact) for contact in await contacts_of(session, expert.id)]
    for name, table in (
        ("credentials", Credential), ("absences", Absence), ("standby_weeks", StandbyWeek), ("consents", Consent),
    ):  # fmt: skip
        query = select(table).where(table.expert_id == expert.id).order_by(table.id)
        found[name] = [_row(row) for row in await session.scalars(query)]
    offers = select(Offer, Deployment.reference).join(Deployment, Deployment.id == Offer.deployment_id)
    rows = await session.execute(offers.where(Offer.expert_id == expert.id).order_by(Offer.id))
    found["offers"] = [
        {"code": offer.code, "state": offer.state, "asked_at": _plain(offer.asked_at), "answer": offer.answer}
        for offer, _reference in rows
    ]
    journeys = select(Assignment, Deployment.reference).join(Deployment, Deployment.id == Assignment.deployment_id)
    rows_of = await session.execute(journeys.where(Assignment.expert_id == expert.id).order_by(Assignment.id))
    found["journeys"] = [
        {"request": reference, "state": one.state, "leaves": _plain(one.span.lower), "arrives": _plain(one.arrives_at)}
        for one, reference in rows_of
    ]
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
