"""Recommend and decide: two different people, neither of whom asked (AC-5). The database refuses it too."""

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


def _note(request: Request, kind: DecisionKind, by: Actor, reason_code: str, note: str) -> Decision:
    return Decision(
        request_id=request.id, kind=kind, by_id=by.id, at=clock.now(),
        reason_code=reason_code, note=note, team_type=request.team_type,
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


async def hand_back(session: AsyncSession, request: Request, note: str, *, by: Actor) -> Request:
    """Give a recommendation back to the desk: something is missing."""
    request.state = REQUEST.after(request.state, "return")
    session.add(_note(request, DecisionKind.RETURNED, by, "needs_more", note))
    await record(session, "request.returned", request.id, topic=topic(request), by=by)
    return request


async def _decide(  # noqa: PLR0917 - one line of the decision record
    session: AsyncSession, request: Request, verb: str, kind: DecisionKind, reason_code: str, note: str, by: Actor
) -> Request:
    if by.id in (request.recommended_by_id, request.filed_by_id):
        raise SamePerson
    request.state = REQUEST.after(request.state, verb)
    request.decided_by_id, request.decided_at = by.id, clock.now()
    session.add(_note(request, kind, by, reason_code, note))
    await record(session, f"request.{kind}", request.id, topic=topic(request), by=by, reason_code=reason_code)
    return request


async def approve(session: AsyncSession, request: Request, reason_code: str, note: str = "", *, by: Actor) -> Request:
    """Decide to deploy. The team is composed as soon as this is committed.

    Raises:
        SamePerson: the decider recommended or filed it.
        WrongState: nobody has recommended it yet.
    """
    return await _decide(session, request, "approve", DecisionKind.APPROVED, reason_code, note, by)


async def decline(session: AsyncSession, request: Request, reason_code: str, note: str = "", *, by: Actor) -> Request:
    """Decide not to deploy; raises as `approve` does."""
    return await _decide(session, request, "decline", DecisionKind.DECLINED, reason_code, note, by)


async def refer(session: AsyncSession, request: Request, to: str, reason_code: str, note: str, *, by: Actor) -> Request:
    """Send it to a better placed body; raises as `approve` does."""
    words = f"Referred to {to}. {note}".strip()
    return await _decide(session, request, "refer", DecisionKind.REFERRED, reason_code, words, by)
