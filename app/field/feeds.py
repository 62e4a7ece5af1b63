"""Links to subscribe to a calendar: one for each person, unguessable, ended at will; only a digest is kept."""

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.models import User
from app.access.policy import Permission, allowed
from app.core import ids
from app.core.clock import clock
from app.core.events import Actor, record
from app.core.problems import NotFound
from app.core.settings import get_settings
from app.field import calendars
from app.field.models import CalendarFeed


async def make(session: AsyncSession, user_id: int, *, by: Actor) -> str:
    """A new link of somebody ("feed.made"); the one before ends. Its address is shown this once."""
    await end(session, user_id, by=by)
    token = ids.token()
    feed = CalendarFeed(user_id=user_id, token_digest=ids.digest(token), made_at=clock.now())
    session.add(feed)
    await session.flush()
    await record(session, "feed.made", feed.id, by=by)
    return f"{get_settings().public_url.rstrip('/')}/cal/{token}.ics"


async def end(session: AsyncSession, user_id: int, *, by: Actor) -> None:
    """The link of somebody ends, if there is one ("feed.ended")."""
    mine = (CalendarFeed.user_id == user_id) & CalendarFeed.ended_at.is_(None)
    ending = update(CalendarFeed).where(mine).values(ended_at=clock.now()).returning(CalendarFeed.id)
    ended = await session.scalar(ending)
    if ended is not None:
        await record(session, "feed.ended", ended, by=by)


async def standing(session: AsyncSession, user_id: int) -> CalendarFeed | None:
    """The link that somebody has, if it has not ended."""
    query = select(CalendarFeed).where(CalendarFeed.user_id == user_id, CalendarFeed.ended_at.is_(None))
    return await session.scalar(query)


async def opened(session: AsyncSession, token: str) -> tuple[CalendarFeed, User]:
    """The link of a token, and whose it is.

    Raises:
        NotFound: no such link, it has ended, or its owner's account is closed.
    """
    query = select(CalendarFeed).where(CalendarFeed.token_digest == ids.digest(token))
    feed = await session.scalar(query.where(CalendarFeed.ended_at.is_(None)))
    user = await session.get(User, feed.user_id) if feed else None
    if feed is None or user is None or not user.is_active:
        raise NotFound
    return feed, user


async def read(session: AsyncSession, user: User) -> bytes:
    """The calendar of a link's owner: an expert's journeys, or the desk's deployments, by what they may see today.

    Raises:
        NotFound: neither, any more.
    """
    may = allowed(user.roles)
    if Permission.READ_DEPLOYMENTS in may:
        return await calendars.of_desk(session)
    if user.expert_id is not None and Permission.READ_OWN_OFFERS in may:
        return await calendars.of_expert(session, user.expert_id)
    raise NotFound
