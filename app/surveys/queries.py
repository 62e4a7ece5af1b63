"""Reading surveys for the desk: partners with their links, and what is still to go out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.surveys import asking
from app.surveys.models import Audience, Partner, Survey, Touch
from app.surveys.questions import WHEN
from app.surveys.results import TITLES


@dataclass(frozen=True, slots=True)
class Link:
    """One survey of a partner, and the address that the desk may pass on."""

    survey: Survey
    when: str
    address: str


@dataclass(frozen=True, slots=True)
class PartnerView:
    """A partner and their surveys."""

    partner: Partner
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Planned:
    """Surveys of one kind: when they go out, how many, how many are answered."""

    title: str
    due_at: datetime
    count: int
    sent: int
    answered: int


async def partners(session: AsyncSession, deployment_id: int) -> list[PartnerView]:
    """Every partner with the links of their surveys."""
    query = select(Survey).where(Survey.deployment_id == deployment_id, Survey.partner_id.is_not(None))
    surveys = (await session.scalars(query.order_by(Survey.due_at))).all()
    return [
        PartnerView(
            partner,
            tuple(
                Link(one, WHEN[one.touch], asking.address(one)) for one in surveys if one.partner_id == partner.id
            ),
        )
        for partner in await asking.partners_of(session, deployment_id)
    ]  # fmt: skip


async def planned(session: AsyncSession, deployment_id: int) -> Sequence[Planned]:
    """What goes out when, and how many have answered."""
    rows = await session.execute(
        select(
            Survey.audience, Survey.touch, func.min(Survey.due_at), func.count(), func.count(Survey.sent_at),
            func.count(Survey.answered_at),
        )
        .where(Survey.deployment_id == deployment_id)
        .group_by(Survey.audience, Survey.touch)
        .order_by(func.min(Survey.due_at), Survey.audience)
    )  # fmt: skip
    return [Planned(f"{TITLES[Audience(row[0])]}, {WHEN[Touch(row[1])]}", *row[2:]) for row in rows]
