"""Tables of people who sign in, their sessions and their keys."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import Table


class User(Table):
    """Somebody who signs in: desk staff, an agency's requester, or an expert."""

    __tablename__ = "users"
    __table_args__ = (
        CheckConstraint("email = lower(email)", name="email_lower"),
        CheckConstraint("not ('requester' = any(roles)) or agency_id is not null", name="requester_has_agency"),
        CheckConstraint("not ('expert' = any(roles)) or expert_id is not null", name="expert_is_in_pool"),
        CheckConstraint("not ('admin' = any(roles) and 'approver' = any(roles))", name="admin_does_not_approve"),
    )

    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    roles: Mapped[list[str]]
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agencies.id"))
    expert_id: Mapped[int | None] = mapped_column(ForeignKey("experts.id"))
    password_hash: Mapped[str | None]
    """argon2id; none: signs in another way."""
    is_active: Mapped[bool] = mapped_column(default=True)


class SignInSession(Table):
    """A browser that is signed in. Only the token's digest is kept."""

    __tablename__ = "sign_in_sessions"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    token_digest: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class ApiKey(Table):
    """A machine's key. It acts as its user, never beyond the user's roles."""

    __tablename__ = "api_keys"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    name: Mapped[str]
    prefix: Mapped[str]
    """First characters, to recognise it by."""
    key_digest: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class SignInTry(Table):
    """A failed try to sign in, for the limit per account and address."""

    __tablename__ = "sign_in_tries"

    email: Mapped[str] = mapped_column(index=True)
    address: Mapped[str] = mapped_column(index=True)
    at: Mapped[datetime]
