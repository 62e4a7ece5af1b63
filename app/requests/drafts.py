"""Calls being taken: kept as they are typed, filed once however often the button is pressed."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.agencies.models import Agency
from app.core.clock import clock
from app.core.events import Actor
from app.core.problems import NotFound
from app.requests import intake
from app.requests.models import CallDraft, Request
from app.requests.schemas import CallIn


async def save(session: AsyncSession, token: str, given: Mapping[str, str], *, by: Actor) -> CallDraft:
    """Keep what was typed so far; the draft, locked. One that is filed stays as it was filed.

    Raises:
        NotFound: the token is somebody else's.
    """
    now = clock.now()
    await session.execute(
        insert(CallDraft)
        .values(token=token, by_id=by.id, given=dict(given), changed_at=now)
        .on_conflict_do_nothing(index_elements=["token"])
    )
    draft = (await session.scalars(select(CallDraft).where(CallDraft.token == token).with_for_update())).one()
    if draft.by_id != by.id:
        raise NotFound
    if draft.request_id is None:
        draft.given, draft.changed_at = dict(given), now
    return draft


async def find(session: AsyncSession, token: str, user_id: int) -> CallDraft:
    """Somebody's own draft.

    Raises:
        NotFound: none of theirs.
    """
    draft = await session.scalar(select(CallDraft).where(CallDraft.token == token, CallDraft.by_id == user_id))
    if draft is None:
        raise NotFound
    return draft


async def unfinished(session: AsyncSession, user_id: int, limit: int = 5) -> Sequence[CallDraft]:
    """Calls that somebody has not finished, the latest first."""
    mine = (CallDraft.by_id == user_id) & CallDraft.request_id.is_(None)
    return (await session.scalars(select(CallDraft).where(mine).order_by(CallDraft.id.desc()).limit(limit))).all()


async def unfinished_by_taker(session: AsyncSession, limit: int = 5) -> dict[int, tuple[CallDraft, ...]]:
    """The same of everybody, by who takes them. Nobody is shown another's."""
    latest = func.row_number().over(partition_by=CallDraft.by_id, order_by=CallDraft.id.desc())
    counted = select(CallDraft.id, latest.label("number")).where(CallDraft.request_id.is_(None)).subquery()
    query = select(CallDraft).join(counted, CallDraft.id == counted.c.id).where(counted.c.number <= limit)
    found: dict[int, list[CallDraft]] = defaultdict(list)
    for draft in await session.scalars(query.order_by(CallDraft.id.desc())):
        found[draft.by_id].append(draft)
    return {by_id: tuple(calls) for by_id, calls in found.items()}


async def drop(session: AsyncSession, draft: CallDraft) -> None:
    """Throw an unfinished call away."""
    if draft.request_id is None:
        await session.delete(draft)


async def file(session: AsyncSession, draft: CallDraft, agency: Agency, form: CallIn, *, by: Actor) -> Request:
    """Make the call a request that its taker looks after; a second time, the same request. The draft is locked.

    Raises:
        Invalid: a phone number nobody can be reached on, or a time that has passed.
    """
    if draft.request_id is not None:
        return await session.get_one(Request, draft.request_id)
    request = await intake.file(session, agency, form, by=by, keyed_in=True)
    await intake.take_in(session, request, by=by)
    draft.request_id = request.id
    return request
