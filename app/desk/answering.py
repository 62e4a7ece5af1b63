"""How the answers of a call-out came in: who was asked, reached and answered when, against how many are needed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock
from app.deployments.models import Deployment, Position
from app.deployments.states import PositionState
from app.dispatch.models import Offer
from app.dispatch.states import OfferState
from app.experts.models import Expert
from app.messaging.models import Message
from app.messaging.states import MessageState
from app.web.pictures import Axis, Plot, ticks

WIDTH, HEIGHT = 860, 300
SAID_YES = (OfferState.ACCEPTED, OfferState.STANDBY)


@dataclass(frozen=True, slots=True)
class Line:
    """One person who was asked.

    Args:
        delivered_at: when a text of the offer arrived, or a call reached a person.
    """

    offer: Offer
    expert: Expert
    role: str
    delivered_at: datetime | None

    @property
    def said_yes(self) -> bool:
        """Whether the answer was a yes, with a seat or on standby."""
        return self.offer.state in SAID_YES


@dataclass(frozen=True, slots=True)
class Curve:
    """One count over time.

    Args:
        name: "asked", "delivered", "answered", "yes".
        path: of the SVG.
        count: in the end.
    """

    name: str
    path: str
    count: int


@dataclass(frozen=True, slots=True)
class Answers:
    """The picture and the table behind it.

    Args:
        lines: who was asked, the first first.
        curves: the four counts.
        needed: seats to fill.
        deadline: until when the first asked were to answer.
        marks: minutes since the first question with their x, for the lower edge.
    """

    lines: tuple[Line, ...]
    curves: tuple[Curve, ...]
    plot: Plot
    needed: int
    deadline: datetime
    steps: tuple[int, ...]
    marks: tuple[tuple[str, float], ...]

    def count(self, name: str) -> int:
        """How many in the end."""
        return next(curve.count for curve in self.curves if curve.name == name)


async def lines(session: AsyncSession, deployment: Deployment) -> list[Line]:
    """Everybody who was asked so far, the first first; who sleeps and is asked in the morning is left out."""
    reached = or_(Message.state == MessageState.DELIVERED, Message.outcome == "answered_by_person")
    first = (
        select(Message.offer_id, func.min(func.coalesce(Message.delivered_at, Message.sent_at)).label("at"))
        .where(reached, Message.offer_id.is_not(None))
        .group_by(Message.offer_id)
        .subquery()
    )
    rows = await session.execute(
        select(Offer, Expert, Position.title, first.c.at)
        .join(Expert, Expert.id == Offer.expert_id)
        .join(Position, Position.id == Offer.position_id)
        .outerjoin(first, first.c.offer_id == Offer.id)
        .where(Offer.deployment_id == deployment.id, Offer.state != OfferState.PLANNED, Offer.asked_at <= clock.now())
        .order_by(Offer.asked_at, Offer.id)
    )
    return [Line(*row) for row in rows]


async def seats_needed(session: AsyncSession, deployment: Deployment) -> int:
    """How many seats the team has."""
    query = select(func.count()).where(
        Position.deployment_id == deployment.id, Position.state != PositionState.CANCELLED
    )  # fmt: skip
    return await session.scalar(query) or 0


def picture(asked: Sequence[Line], needed: int, now: datetime) -> Answers | None:
    """The curves; None before anybody was asked."""
    if not asked:
        return None
    start = asked[0].offer.asked_at
    deadline = min(line.offer.reply_by for line in asked)
    answers = [line.offer.answered_at for line in asked if line.offer.answered_at is not None]
    last = max([*answers, *(line.offer.asked_at for line in asked), *(line.delivered_at or start for line in asked)])
    axis = Axis(start, max(deadline, last, start + timedelta(minutes=5)))
    steps = ticks(max(len(asked), needed))
    plot = Plot(axis, steps[-1], WIDTH, HEIGHT)
    until = min(now, axis.end)
    counts: dict[str, Iterable[datetime | None]] = {
        "asked": [line.offer.asked_at for line in asked],
        "delivered": [line.delivered_at for line in asked],
        "answered": answers,
        "yes": [line.offer.answered_at for line in asked if line.said_yes],
    }
    curves = tuple(_curve(name, moments, plot, until) for name, moments in counts.items())
    return Answers(tuple(asked), curves, plot, needed, deadline, tuple(steps), _marks(axis, plot))


def _curve(name: str, moments: Iterable[datetime | None], plot: Plot, until: datetime) -> Curve:
    known = [moment for moment in moments if moment is not None]
    return Curve(name, plot.staircase(known, until), len(known))


def _marks(axis: Axis, plot: Plot) -> tuple[tuple[str, float], ...]:
    """Where the lower edge says how long after the first question it is."""
    minutes = (axis.end - axis.start).total_seconds() / 60
    unit, name = (1440, "d") if minutes > 4 * 1440 else (60, "h") if minutes > 4 * 60 else (1, "min")
    found = ticks(minutes / unit, 6)
    ends = [(f"{n} {name}", axis.start + timedelta(minutes=n * unit)) for n in found]
    return tuple((text, plot.x(moment)) for text, moment in ends if moment <= axis.end)
