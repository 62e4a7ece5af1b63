"""Tables of people who sign in, their sessions and their keys."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.database import Table, state_column
from app.core.events import Actor


def acting(user_id: int, name: str, expert_id: int | None, roles: Iterable[str]) -> Actor:
    """A user for the log: staff and agencies by the name they answer with, an expert by number, to be erasable."""
    is_only_expert = expert_id is not None and set(roles) <= {"expert"}
    return Actor("user", user_id, "" if is_only_expert else name)


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

    @property
    def actor(self) -> Actor:
        """For the log."""
        return acting(self.id, self.name, self.expert_id, self.roles)


class SignInSession(Table):
    """A browser that is signed in. Only the token's digest is kept."""

    __tablename__ = "sign_in_sessions"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    token_digest: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    method: Mapped[str] = mapped_column(server_default="password")
    """How it was opened: "password", "passkey", "oidc", with "+totp" or "+recovery" after it."""
    address: Mapped[str] = mapped_column(server_default="")
    agent: Mapped[str] = mapped_column(server_default="")
    """What the browser calls itself, shortened."""
    factor_at: Mapped[datetime | None]
    """When a second factor was shown last."""
    awaits_factor: Mapped[bool] = mapped_column(server_default=false())
    """The password was right, the second factor is to come: worth nothing else until then."""
    challenge: Mapped[str | None]
    """What a passkey is asked to sign, once."""


class FactorKind(StrEnum):
    """What a second factor is."""

    TOTP = "totp"
    PASSKEY = "passkey"


class Factor(Table):
    """A second factor of an account."""

    __tablename__ = "factors"
    __table_args__ = (
        CheckConstraint(
            "(kind = 'totp' and secret is not null) or (kind = 'passkey' and credential_id is not null"
            " and public_key is not null)",
            name="has_what_it_is",
        ),
    )

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    kind: Mapped[FactorKind] = mapped_column(state_column(FactorKind))
    name: Mapped[str]
    secret: Mapped[str | None]
    """Of an authenticator app, sealed (`vault.py`)."""
    credential_id: Mapped[str | None] = mapped_column(unique=True)
    public_key: Mapped[bytes | None]
    sign_count: Mapped[int] = mapped_column(default=0)
    last_step: Mapped[int] = mapped_column(default=0)
    """The last half minute whose code was taken: no code counts twice."""
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]


class RecoveryCode(Table):
    """A code for the day when the second factor is lost; counts once."""

    __tablename__ = "recovery_codes"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    digest: Mapped[str] = mapped_column(unique=True)
    used_at: Mapped[datetime | None]


class AccountReset(Table):
    """A new way to sign in for somebody who lost theirs: one administrator asks, another gives the code, used once.

    Without an administrator's id it was given on the command line.
    """

    __tablename__ = "account_resets"
    __table_args__ = (
        CheckConstraint(
            "asked_by_id <> user_id and given_by_id <> user_id and given_by_id <> asked_by_id"
            " and (given_at is null or (asked_by_id is null) = (given_by_id is null))",
            name="two_people",
        ),
        CheckConstraint("(given_at is null) = (code_digest is null)", name="code_is_given"),
        CheckConstraint("used_at is null or given_at is not null", name="used_after_given"),
        CheckConstraint("used_at is null or stopped_at is null", name="one_end"),
        CheckConstraint("lost_password or lost_factor", name="something_is_lost"),
        Index(
            "uq_account_resets_open", "user_id", unique=True,
            postgresql_where=text("used_at is null and stopped_at is null"),
        ),
    )  # fmt: skip

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    asked_at: Mapped[datetime]
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    reason: Mapped[str]
    """How one knows that it is them."""
    lost_password: Mapped[bool]
    lost_factor: Mapped[bool]
    given_at: Mapped[datetime | None]
    given_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    code_digest: Mapped[str | None] = mapped_column(unique=True)
    used_at: Mapped[datetime | None]
    stopped_at: Mapped[datetime | None]
    stopped_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class Identity(Table):
    """Who somebody is at another issuer: never the e-mail address, which may change hands."""

    __tablename__ = "identities"
    __table_args__ = (UniqueConstraint("issuer", "subject"), UniqueConstraint("user_id", "issuer"))

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    issuer: Mapped[str]
    subject: Mapped[str]
    created_at: Mapped[datetime]


class OidcFlow(Table):
    """A sign-in that is under way at another issuer: bound to one browser, good once."""

    __tablename__ = "oidc_flows"

    state_digest: Mapped[str] = mapped_column(unique=True)
    browser_digest: Mapped[str]
    nonce: Mapped[str]
    verifier: Mapped[str]
    next: Mapped[str]
    created_at: Mapped[datetime]


class RateCount(Table):
    """How often something was asked for in a span of time, over all processes."""

    __tablename__ = "rate_counts"
    __table_args__ = (UniqueConstraint("key", "window_start"),)

    key: Mapped[str]
    window_start: Mapped[datetime]
    count: Mapped[int]


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
    scopes: Mapped[list[str]] = mapped_column(server_default="{}")
    """Permissions the key has of its user's; none named: all of them."""


class SignInTry(Table):
    """A failed try to sign in, for the limit per account and address."""

    __tablename__ = "sign_in_tries"

    email: Mapped[str] = mapped_column(index=True)
    address: Mapped[str] = mapped_column(index=True)
    at: Mapped[datetime]
