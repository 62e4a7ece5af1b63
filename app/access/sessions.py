"""Sign-in with a password, and the sessions that follow: on the server, 12 h at most, 30 min idle."""

from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import delete, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access import passwords
from app.access.models import SignInSession, SignInTry, User
from app.core.clock import clock
from app.core.events import Actor, record
from app.core.ids import digest, token
from app.core.problems import TooMany
from app.core.settings import get_settings

LONGEST = timedelta(hours=12)
IDLE = timedelta(minutes=30)
TRIES, TRIES_OF_ADDRESS, TRY_WINDOW = 10, 50, timedelta(minutes=15)
"""Failed tries per account and address, and per address. Per both, so that nobody can lock another person out."""


def cookie_name() -> str:
    """`__Host-` binds the cookie to this host and to https; a demo on http does without."""
    return "__Host-rrt" if get_settings().secure_cookies else "rrt"


def token_of(cookies: Mapping[str, str]) -> str | None:
    """The session token of a request."""
    return cookies.get(cookie_name())


async def _too_many(session: AsyncSession, email: str, address: str) -> bool:
    since = clock.now() - TRY_WINDOW
    count = select(func.count()).select_from(SignInTry).where(SignInTry.address == address, SignInTry.at > since)
    of_address = await session.scalar(count) or 0
    of_both = await session.scalar(count.where(SignInTry.email == email)) or 0
    return of_both >= TRIES or of_address >= TRIES_OF_ADDRESS


async def sign_in(session: AsyncSession, email: str, password: str, address: str) -> str | None:
    """Check a password and open a session.

    Returns:
        The session's token, or None: unknown account, wrong password, account closed (one answer for all). The failed
        try is kept, which is why this is a return value and no exception.

    Raises:
        TooMany: too many failed tries from here.
    """
    email = email.strip().lower()
    if await _too_many(session, email, address):
        raise TooMany("Too many tries. Wait 15 minutes, or ask an administrator for help.")
    user = await session.scalar(select(User).where(User.email == email))
    if not await passwords.matches(user.password_hash if user else None, password) or not user or not user.is_active:
        session.add(SignInTry(email=email, address=address, at=clock.now()))
        return None
    await session.execute(delete(SignInTry).where(SignInTry.email == email, SignInTry.address == address))
    return await open_for(session, user)


async def open_for(session: AsyncSession, user: User) -> str:
    """Open a session for somebody whose word we have taken; its token ("user.signed_in")."""
    secret, now = token(), clock.now()
    session.add(
        SignInSession(
            user_id=user.id, token_digest=digest(secret), created_at=now, seen_at=now, expires_at=now + _longest()
        )
    )
    await record(session, "user.signed_in", user.id, by=Actor("user", user.id, user.name))
    return secret


def _pace() -> float:
    """Sessions last in the wall's time: under an accelerated clock they are longer by the same factor."""
    return max(clock.rate, 1.0)


def _longest() -> timedelta:
    return LONGEST * _pace()


async def user_of(session: AsyncSession, secret: str | None) -> User | None:
    """The user of a session token, if the session is alive and the account open."""
    if not secret:
        return None
    row = (
        await session.execute(
            select(SignInSession, User).join(User).where(SignInSession.token_digest == digest(secret), User.is_active)
        )
    ).one_or_none()
    now = clock.now()
    if row is None:
        return None
    signed_in, user = row
    idle = IDLE * _pace()
    if now > signed_in.expires_at or now > signed_in.seen_at + idle:
        return None
    if now > signed_in.seen_at + idle / 30:
        signed_in.seen_at = now
    return user


async def sign_out(session: AsyncSession, secret: str | None) -> None:
    """End a session; its cookie is worth nothing from now on."""
    if secret:
        await session.execute(delete(SignInSession).where(SignInSession.token_digest == digest(secret)))


async def sign_out_everywhere(session: AsyncSession, user_id: int) -> None:
    """End every session of a user (password or role changed, account closed)."""
    await session.execute(
        delete(SignInSession).where(
            or_(SignInSession.user_id == user_id, SignInSession.expires_at < clock.now() - timedelta(days=30))
        )
    )
