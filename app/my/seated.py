"""What comes next for somebody who said yes and has the seat: from waiting for the order to being home again."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.deployments.models import Assignment
from app.deployments.states import AssignmentState
from app.dispatch.models import Offer
from app.field import orders
from app.web.languages import N_

A = AssignmentState
NEXT = {
    A.ORDERED: N_("You have read your mission order. Travel as it says, and tell us when you leave."),
    A.EN_ROUTE: N_("You are on the way. Tell us when you arrive."),
    A.ON_SITE: N_("You are on site. If it is enough, ask for relief: it never counts against you."),
    A.RELEASED: N_("Your work there is done. Tell us when you are home."),
    A.RELIEVED: N_("You are relieved. Tell us when you are home."),
    A.HOME: N_("You are home. Thank you. Rest comes first now."),
}
NO_ORDER = N_("Do not book travel yet. The desk texts you your mission order.")
ORDER = N_("Your mission order is here. Read it and say so, then book your travel as it says.")
CHANGED = N_("Your mission order has changed. Read it again, and say so.")
OVER = (A.HOME, A.CANCELLED, A.NO_SHOW)


@dataclass(frozen=True, slots=True)
class Seat:
    """A seat that was won: what comes next in words, whether an order waits to be read, whether it is all over, and
    whether they may still say that they do not go: who travels asks for relief instead."""

    next_words: str
    has_unread: bool
    is_over: bool
    may_give_up: bool = True


async def seat_of(session: AsyncSession, offer: Offer) -> Seat:
    """Where somebody who accepted `offer` stands now."""
    assignment = await session.scalar(
        select(Assignment)
        .where(Assignment.position_id == offer.position_id, Assignment.expert_id == offer.expert_id)
        .order_by(Assignment.id.desc())
        .limit(1)
    )
    if assignment is None:
        return Seat(NO_ORDER, has_unread=False, is_over=False)
    is_over = assignment.state in OVER
    has_unread = not is_over and await orders.unread_copy(session, assignment.id) is not None
    may_give_up = assignment.state in (A.CONFIRMED, A.ORDERED)
    return Seat(_words(assignment.state, has_unread=has_unread), has_unread, is_over, may_give_up)


def _words(state: AssignmentState, *, has_unread: bool) -> str:
    if state is A.CONFIRMED:
        return ORDER if has_unread else NO_ORDER
    return CHANGED if has_unread else NEXT.get(state, "")
