"""Sign-in with a password, and the sessions that follow: on the server, 12 h at most, 30 min idle."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access import factors, passwords
from app.access.models import Factor, SignInSession, SignInTry, User
from app.core.clock import clock
from app.core.events import Actor, record
from app.core.ids import digest, token
from app.core.problems import NotFound, TooMany
from app.core.settings import get_settings

LONGEST = timedelta(hours=12)
IDLE = timedelta(minutes=30)
HALF = timedelta(minutes=10)
"""From the right password to the second factor."""
TRIES, TRIES_OF_ADDRESS, TRY_WINDOW = 10, 50, timedelta(minutes=15)
"""Failed tries per account and address, and per address. Per both, so that nobody can lock another person out."""
CODES = 30
"""Wrong second factors of one account from all addresses together. Who is asked for one knows the password already, so
this locks nobody out but them, and whoever shares the password with them."""
ANYWHERE = "*"
"""Stands for all addresses."""
FACTORS = ("code", "passkey")
SOMEBODY = Actor("system", None, "Somebody")
"""Who tried in vain: not the one whose account it is, as far as we know."""
TOO_MANY = "Too many tries. Wait 15 minutes, or ask an administrator for help."


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a browser is and what it calls itself."""

    address: str = ""
    agent: str = ""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A live session with its user."""

    session: SignInSession
    user: User
    has_factor: bool


def cookie_name() -> str:
    """`__Host-` binds the cookie to this host and to https; a demo on http does without."""
    return "__Host-rrt" if get_settings().secure_cookies else "rrt"


def token_of(cookies: Mapping[str, str]) -> str | None:
    """The session token of a request."""
    return cookies.get(cookie_name())


async def refuse_many_tries(session: AsyncSession, email: str, address: str) -> None:
    """Stop guessing.

    Raises:
        TooMany: too many failed tries from here.
    """
    since = clock.now() - TRY_WINDOW
    count = select(func.count()).select_from(SignInTry).where(SignInTry.address == address, SignInTry.at > since)
    of_address = await session.scalar(count) or 0
    of_both = await session.scalar(count.where(SignInTry.email == email)) or 0
    if of_both >= TRIES or of_address >= TRIES_OF_ADDRESS:
        raise TooMany(TOO_MANY)


async def refuse_many_codes(session: AsyncSession, email: str, address: str) -> None:
    """Stop guessing second factors, from one address or from many.

    Raises:
        TooMany: too many failed tries from here, or too many codes that were wrong.
    """
    await refuse_many_tries(session, email, address)
    wrong = select(func.count()).where(
        SignInTry.email == email, SignInTry.address == ANYWHERE, SignInTry.at > clock.now() - TRY_WINDOW
    )
    if (await session.scalar(wrong) or 0) >= CODES:
        raise TooMany(TOO_MANY)


async def note_failed_try(session: AsyncSession, email: str, address: str, user_id: int | None, way: str) -> None:
    """A wrong password, code or passkey ("user.sign_in_refused"; subject 0 where there is no such account)."""
    places = (address, ANYWHERE) if way in FACTORS else (address,)
    session.add_all(SignInTry(email=email, address=place, at=clock.now()) for place in places)
    await record(session, "user.sign_in_refused", user_id or 0, by=SOMEBODY, way=way)


async def forget_tries(session: AsyncSession, email: str, address: str) -> None:
    """It was right: earlier slips do not count any more."""
    await session.execute(delete(SignInTry).where(SignInTry.email == email, SignInTry.address == address))


async def sign_in(session: AsyncSession, email: str, password: str, origin: Origin) -> tuple[str, bool] | None:
    """Check a password and open a session.

    Returns:
        The session's token, and whether it is whole: not, when a second factor is to come. Or None: unknown account,
        wrong password, account closed (one answer for all). The failed try is kept, which is why this is a return
        value and no exception.

    Raises:
        TooMany: too many failed tries from here.
    """
    email = email.strip().lower()
    await refuse_many_tries(session, email, origin.address)
    user = await session.scalar(select(User).where(User.email == email))
    if not await passwords.matches(user.password_hash if user else None, password) or not user or not user.is_active:
        await note_failed_try(session, email, origin.address, user.id if user else None, "password")
        return None
    awaits = await factors.has_any(session, user.id)
    if not awaits:
        await forget_tries(session, email, origin.address)
    return await open_for(session, user, origin, awaits_factor=awaits), not awaits


async def open_for(  # noqa: PLR0917 - what a session is
    session: AsyncSession,
    user: User,
    origin: Origin = Origin(),
    method: str = "password",
    awaits_factor: bool = False,
    shown_factor: bool = False,
) -> str:
    """Open a session for somebody whose word we have taken; its token ("user.signed_in" when it is whole)."""
    secret, now = token(), clock.now()
    session.add(
        SignInSession(
            user_id=user.id, token_digest=digest(secret), created_at=now, seen_at=now, method=method,
            expires_at=now + (HALF if awaits_factor else LONGEST) * _pace(), address=origin.address,
            agent=origin.agent[:200], awaits_factor=awaits_factor, factor_at=now if shown_factor else None,
        )
    )  # fmt: skip
    if not awaits_factor:
        await record(session, "user.signed_in", user.id, by=_self(user), method=method)
    return secret


def _self(user: User) -> Actor:
    return user.actor


def _pace() -> float:
    """Sessions last in the wall's time: under an accelerated clock they are longer by the same factor."""
    return max(clock.rate, 1.0)


async def find(session: AsyncSession, secret: str | None, *, half: bool = False) -> SignedIn | None:
    """The live, whole session of a token; with `half` only one whose second factor is still to come."""
    if not secret:
        return None
    has_factor = exists().where(Factor.user_id == User.id, Factor.confirmed_at.is_not(None))
    query = select(SignInSession, User, has_factor).join(User).where(SignInSession.token_digest == digest(secret))
    row = (await session.execute(query.where(User.is_active, SignInSession.awaits_factor.is_(half)))).one_or_none()
    now = clock.now()
    if row is None:
        return None
    signed_in, user, with_factor = row
    idle = IDLE * _pace()
    if now > signed_in.expires_at or now > signed_in.seen_at + idle:
        return None
    if now > signed_in.seen_at + idle / 30:
        signed_in.seen_at = now
    return SignedIn(signed_in, user, with_factor)


async def half_user_id(session: AsyncSession, secret: str) -> int:
    """Whose session it is that waits for its second factor."""
    found = await find(session, secret, half=True)
    return found.user.id if found else 0


async def user_of(session: AsyncSession, secret: str | None) -> User | None:
    """The user of a session token, if the session is alive and whole and the account open."""
    found = await find(session, secret)
    return found.user if found else None


async def show_factor(session: AsyncSession, found: SignedIn, kind: str) -> str:
    """The second factor was right: the session is whole, under a new token, so that an old one is worth nothing."""
    row, secret, now = found.session, token(), clock.now()
    was_half = row.awaits_factor
    row.token_digest, row.factor_at, row.awaits_factor, row.challenge = digest(secret), now, False, None
    if was_half:
        row.method, row.expires_at, row.seen_at = f"{row.method}+{kind}", now + LONGEST * _pace(), now
    kind_of_event = "user.signed_in" if was_half else "user.stepped_up"
    await record(session, kind_of_event, found.user.id, by=_self(found.user), method=row.method, factor=kind)
    return secret


async def sign_out(session: AsyncSession, secret: str | None) -> None:
    """End a session; its cookie is worth nothing from now on."""
    if not secret:
        return
    ended = delete(SignInSession).where(SignInSession.token_digest == digest(secret)).returning(SignInSession.user_id)
    user_id = await session.scalar(ended)
    if user_id is not None:
        await record(session, "user.signed_out", user_id, by=Actor("user", user_id))


async def of_user(session: AsyncSession, user_id: int) -> Sequence[SignInSession]:
    """Live, whole sessions, the latest seen first."""
    now = clock.now()
    query = select(SignInSession).where(
        SignInSession.user_id == user_id, SignInSession.awaits_factor.is_(False), SignInSession.expires_at > now,
        SignInSession.seen_at > now - IDLE * _pace(),
    )  # fmt: skip
    return (await session.scalars(query.order_by(SignInSession.seen_at.desc()))).all()


async def end(session: AsyncSession, user_id: int, session_id: int, *, by: Actor) -> None:
    """End one of a user's sessions.

    Raises:
        NotFound: no such session of this user.
    """
    mine = (SignInSession.id == session_id) & (SignInSession.user_id == user_id)
    if await session.scalar(delete(SignInSession).where(mine).returning(SignInSession.id)) is None:
        raise NotFound
    await record(session, "user.session_ended", user_id, by=by)


async def end_others(session: AsyncSession, user_id: int, *, but: str | None, by: Actor) -> None:
    """End every session of somebody who wants it so, `but` that of this token ("user.other_sessions_ended")."""
    ended = await sign_out_everywhere(session, user_id, but=but)
    await record(session, "user.other_sessions_ended", user_id, by=by, ended=ended)


async def sign_out_everywhere(session: AsyncSession, user_id: int, *, but: str | None = None) -> int:
    """End every session of a user (password, role or factor changed, account closed), `but` that of this token.

    Returns:
        How many.
    """
    kept = SignInSession.token_digest != digest(but) if but else SignInSession.id > 0
    ended = await session.scalars(
        delete(SignInSession)
        .where(
            or_(
                (SignInSession.user_id == user_id) & kept,
                SignInSession.expires_at < clock.now() - timedelta(days=30),
            )
        )
        .returning(SignInSession.user_id)
    )
    return sum(whose == user_id for whose in ended.all())
