"""Recommend and decide: two different people, neither of whom asked (AC-5). The database refuses it too."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock
from app.core.events import Actor, record
from app.core.problems import Problem
from app.requests.intake import topic
from app.requests.models import Decision, DecisionKind, Request
from app.requests.states import REQUEST


class SamePerson(Problem):
    """Asking, recommending and deciding take three different people."""

    status = 403


REFUSALS: dict[str, type[Problem]] = {
    "ck_requests_two_people": SamePerson,
    "ck_requests_not_the_asker": SamePerson,
    "ck_requests_asker_does_not_recommend": SamePerson,
}
"""What the database says, in words."""


@dataclass(frozen=True, slots=True)
class Terms:
    """On what terms a team is approved (domain.md 1.3, decision record).

    Args:
        team_type: another team than was recommended; none: that one.
        days: on site, if not as asked.
        funding_ceiling: whole dollars.
        conditions: what must hold, in words.
        review_on: when the decision is looked at again.
    """

    team_type: str | None = None
    days: int | None = None
    funding_ceiling: int | None = None
    conditions: str = ""
    review_on: date | None = None


AS_RECOMMENDED = Terms()


def _note(  # noqa: PLR0917 - one line of the decision record
    request: Request, kind: DecisionKind, by: Actor, reason_code: str, note: str, terms: Terms = AS_RECOMMENDED
) -> Decision:
    return Decision(
        request_id=request.id, kind=kind, by_id=by.id, at=clock.now(),
        reason_code=reason_code, note=note, team_type=request.team_type,
        funding_ceiling=terms.funding_ceiling, conditions=terms.conditions, review_on=terms.review_on,
    )  # fmt: skip


async def recommend(session: AsyncSession, request: Request, team_type: str, note: str = "", *, by: Actor) -> Request:
    """Recommend a team type to the approver.

    Raises:
        SamePerson: the one who filed it for the agency recommends it.
        WrongState: it is not in intake.
    """
    if by.id == request.filed_by_id and not request.keyed_in_by_desk:
        raise SamePerson
    request.state = REQUEST.after(request.state, "recommend")
    request.team_type = team_type
    request.recommended_by_id = by.id
    session.add(_note(request, DecisionKind.RECOMMENDED, by, "need_confirmed", note))
    await record(session, "request.recommended", request.id, topic=topic(request), by=by, team_type=team_type)
    return request


async def hand_back(
    session: AsyncSession, request: Request, note: str, reason_code: str = "needs_more", *, by: Actor
) -> Request:
    """Give a recommendation back to the desk: something is missing."""
    request.state = REQUEST.after(request.state, "return")
    session.add(_note(request, DecisionKind.RETURNED, by, reason_code, note))
    await record(session, "request.returned", request.id, topic=topic(request), by=by)
    return request


async def _decide(  # noqa: PLR0917 - one line of the decision record
    session: AsyncSession,
    request: Request,
    verb: str,
    kind: DecisionKind,
    reason_code: str,
    note: str,
    by: Actor,
    terms: Terms = AS_RECOMMENDED,
) -> Request:
    if by.id in (request.recommended_by_id, request.filed_by_id):
        raise SamePerson
    request.state = REQUEST.after(request.state, verb)
    request.decided_by_id, request.decided_at = by.id, clock.now()
    session.add(_note(request, kind, by, reason_code, note, terms))
    await record(session, f"request.{kind}", request.id, topic=topic(request), by=by, reason_code=reason_code)
    return request


async def approve(
    session: AsyncSession,
    request: Request,
    reason_code: str,
    note: str = "",
    terms: Terms = AS_RECOMMENDED,
    *,
    by: Actor,
) -> Request:
    """Decide to deploy, as recommended or with changes. The team is composed as soon as this is committed.

    Raises:
        SamePerson: the decider recommended or filed it.
        WrongState: nobody has recommended it yet.
    """
    is_changed = terms.team_type not in (None, request.team_type) or terms.days not in (None, request.days)
    request.team_type = terms.team_type or request.team_type
    request.days = terms.days or request.days
    if is_changed and reason_code == "need_confirmed":
        reason_code = "with_changes"
    return await _decide(session, request, "approve", DecisionKind.APPROVED, reason_code, note, by, terms)


async def decline(session: AsyncSession, request: Request, reason_code: str, note: str = "", *, by: Actor) -> Request:
    """Decide not to deploy; raises as `approve` does."""
    return await _decide(session, request, "decline", DecisionKind.DECLINED, reason_code, note, by)


async def refer(session: AsyncSession, request: Request, to: str, reason_code: str, note: str, *, by: Actor) -> Request:
    """Send it to a better placed body; raises as `approve` does."""
    words = f"Referred to {to}. {note}".strip()
    return await _decide(session, request, "refer", DecisionKind.REFERRED, reason_code, words, by)
