"""API keys: shown once, kept as a digest; a key acts as its user."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.models import ApiKey, User
from app.access.policy import Permission
from app.core.clock import clock
from app.core.events import Actor, record
from app.core.ids import digest, token
from app.core.problems import Invalid, NotFound

PREFIX = "rrt_"
"""So that people and scanners recognise a key."""


@dataclass(frozen=True, slots=True)
class Used:
    """A key that is good, and whose it is."""

    key: ApiKey
    user: User


async def make(
    session: AsyncSession, user_id: int, name: str, *, days: int | None, by: Actor, scopes: Sequence[str] = (),
    within: Collection[str] = (), until: datetime | None = None,
) -> tuple[ApiKey, str]:  # fmt: skip
    """A new key for a user, for everything the user may or only for `scopes`.

    Args:
        within: the scopes of the key that asks for this one, if they are narrowed: it gives no more than it has.
        until: when the key that asks ends: a key that somebody stole makes none that outlives it.

    Raises:
        Invalid: a scope that is no permission, or one that the asking key does not have.

    Returns:
        The key's row, and the key itself: it is not kept and cannot be shown again.
    """
    if unknown := sorted(set(scopes) - set(Permission)):
        raise Invalid(errors={"scopes": f"Not a permission: {', '.join(unknown)}."})
    scopes = scopes or sorted(within)
    if beyond := sorted(set(scopes) - set(within) if within else ()):
        raise Invalid(errors={"scopes": f"The key that asks does not have: {', '.join(beyond)}."})
    secret = PREFIX + token()
    now = clock.now()
    ends = filter(None, (now + timedelta(days=days) if days else None, until))
    key = ApiKey(
        user_id=user_id,
        name=name,
        prefix=secret[:12],
        key_digest=digest(secret),
        created_at=now,
        expires_at=min(ends, default=None),
        scopes=sorted(set(scopes)),
    )
    session.add(key)
    await session.flush()
    await record(session, "key.made", key.id, by=by, name=name, scopes=key.scopes)
    return key, secret


_GOOD = (
    select(ApiKey, User)
    .join(User)
    .where(ApiKey.key_digest == bindparam("key_digest"), ApiKey.revoked_at.is_(None), User.is_active)
)


async def find(session: AsyncSession, secret: str) -> Used | None:
    """The key and the user it acts as, if the key is good and the account open."""
    if not secret.startswith(PREFIX):
        return None
    row = (await session.execute(_GOOD, {"key_digest": digest(secret)})).one_or_none()
    now = clock.now()
    if row is None or (row[0].expires_at and row[0].expires_at < now):
        return None
    key, user = row
    if key.last_used_at is None or key.last_used_at < now - timedelta(minutes=5):
        key.last_used_at = now
    return Used(key, user)


async def of_user(session: AsyncSession, user_id: int) -> Sequence[ApiKey]:
    """A user's keys, newest first."""
    return (await session.scalars(select(ApiKey).where(ApiKey.user_id == user_id).order_by(ApiKey.id.desc()))).all()


async def revoke(session: AsyncSession, user_id: int, key_id: int, *, by: Actor) -> None:
    """End a key.

    Raises:
        NotFound: no such key of this user.
    """
    key = await session.scalar(select(ApiKey).where(ApiKey.id == key_id, ApiKey.user_id == user_id).with_for_update())
    if key is None:
        raise NotFound
    key.revoked_at = key.revoked_at or clock.now()
    await record(session, "key.revoked", key.id, by=by)
