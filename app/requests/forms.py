"""The form while it is filled in: start it, keep what was typed, find it again, send it once, throw it away."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.viewer import Viewer
from app.agencies.models import Agency
from app.core.clock import clock
from app.core.events import Actor
from app.core.problems import Conflict, NotFound
from app.core.text import shown_phone
from app.requests import intake, signing, steps
from app.requests.models import Request
from app.requests.sent_models import Draft
from app.web.languages import N_

UNTOUCHED = "answers = '{}'::jsonb and sent_request_id is null"
"""As the index says it."""


async def start(session: AsyncSession, agency: Agency, *, by: Actor) -> Draft:
    """An empty form; the one that is there if this person began one and typed nothing yet."""
    now = clock.now()
    await session.execute(
        insert(Draft)
        .values(agency_id=agency.id, by_id=by.id, answers={}, started_at=now, changed_at=now)
        .on_conflict_do_nothing(index_elements=["by_id"], index_where=text(UNTOUCHED))
    )
    found = await session.scalars(select(Draft).where(Draft.by_id == by.id, text(UNTOUCHED)))
    return found.one()


async def find(session: AsyncSession, viewer: Viewer, draft_id: int, *, lock: bool = False) -> Draft:
    """The writer's own form.

    Raises:
        NotFound: none, or somebody else's; the answer is the same.
    """
    query = select(Draft).where(Draft.id == draft_id, Draft.by_id == viewer.id, Draft.agency_id == viewer.agency_id)
    draft = await session.scalar(query.with_for_update() if lock else query)
    if draft is None:
        raise NotFound
    return draft


async def unsent(session: AsyncSession, viewer: Viewer) -> Sequence[Draft]:
    """Forms that this person began and has not sent, the newest first."""
    mine = (Draft.by_id == viewer.id) & Draft.sent_request_id.is_(None) & (Draft.answers != {})
    return (await session.scalars(select(Draft).where(mine).order_by(Draft.id.desc()))).all()


def keep(draft: Draft, answers: Mapping[str, Any]) -> None:
    """Keep what was typed, as it was typed."""
    if draft.sent_request_id is None and answers != {name: draft.answers.get(name) for name in answers}:
        draft.answers = draft.answers | dict(answers)
        draft.changed_at = clock.now()


def given(draft: Draft, agency: Agency, viewer: Viewer) -> steps.Answers:
    """The form's answers, with what we know already where nothing was typed: nothing is asked twice."""
    known: steps.Answers = {
        "city": agency.city, "state": agency.state, "days": "3", "contact_name": viewer.name,
        "contact_email": viewer.email, "contact_phone": shown_phone(agency.phone) if agency.phone else "",
        "executive_name": agency.executive_name or "", "sworn_count": str(agency.sworn_count or ""),
    }  # fmt: skip
    return steps.NOTHING | known | draft.answers


async def send(
    session: AsyncSession, draft: Draft, agency: Agency, viewer: Viewer, signed: signing.Signed | None
) -> Request:
    """Make a request of the form. A form that was sent already gives the request that it became.

    Args:
        session: the transaction.
        draft: the form, locked.
        agency: whose it is.
        viewer: who sends it.
        signed: the signature, if it was given now; it may follow.

    Raises:
        Invalid: something is missing or wrong; `errors` says what.
    """
    if draft.sent_request_id is not None:
        return await session.get_one(Request, draft.sent_request_id)
    answers = given(draft, agency, viewer)
    form = steps.request_form(answers, steps.zone_of(answers, agency.state, agency.time_zone))
    request = await intake.file(session, agency, form, by=viewer.actor)
    draft.sent_request_id = request.id
    if signed is not None:
        await signing.sign(session, request, signed, by=viewer.actor)
    return request


async def throw_away(session: AsyncSession, draft: Draft) -> None:
    """Forget the form.

    Raises:
        Conflict: it was sent; then the request is withdrawn instead.
    """
    if draft.sent_request_id is not None:
        raise Conflict(N_("This was sent already. You can withdraw the request."))
    await session.delete(draft)
