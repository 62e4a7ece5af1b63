"""Second factors: authenticator apps (TOTP, RFC 6238) and recovery codes. Passkeys are in `passkeys.py`."""

import secrets
import time
from collections.abc import Sequence

import pyotp
from sqlalchemy import delete, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access import passwords, vault
from app.access.models import Factor, FactorKind, RecoveryCode, User
from app.core.clock import clock
from app.core.events import Actor, record
from app.core.ids import digest
from app.core.problems import Invalid, NotFound
from app.core.settings import get_settings
from app.web.languages import N_

STEP_S = 30
LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
"""Of recovery codes: none that looks like another."""
RECOVERY_CODES, RECOVERY_LENGTH = 10, 10
"""So few bits are kept as passwords are, with a salt (ASVS 5.0, 6.5.2)."""
WRONG_CODE = N_("This code is not right. Enter the one your app shows now.")


async def of_user(session: AsyncSession, user_id: int) -> Sequence[Factor]:
    """Confirmed factors, oldest first."""
    query = select(Factor).where(Factor.user_id == user_id, Factor.confirmed_at.is_not(None))
    return (await session.scalars(query.order_by(Factor.id))).all()


async def has_any(session: AsyncSession, user_id: int) -> bool:
    """Whether the account has a second factor."""
    query = select(exists().where(Factor.user_id == user_id, Factor.confirmed_at.is_not(None)))
    return bool(await session.scalar(query))


async def begin_totp(session: AsyncSession, user: User) -> tuple[Factor, str, str]:
    """A new secret for an authenticator app; counts once a code of it was entered.

    Returns:
        The factor, its secret for typing, and its address for a QR code.
    """
    await session.execute(delete(Factor).where(Factor.user_id == user.id, Factor.confirmed_at.is_(None)))
    secret = pyotp.random_base32()
    factor = Factor(
        user_id=user.id, kind=FactorKind.TOTP, name=N_("Authenticator app"), secret=vault.seal(secret),
        created_at=clock.now(),
    )  # fmt: skip
    session.add(factor)
    await session.flush()
    return factor, secret, address_of(secret, user.email)


def address_of(secret: str, email: str) -> str:
    """What a QR code says to an authenticator app."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=get_settings().programme)


def secret_of(factor: Factor) -> str:
    """The secret of an app that is being set up, to be shown again."""
    return vault.unseal(factor.secret or "")


async def waiting_totp(session: AsyncSession, user_id: int) -> Factor | None:
    """The authenticator app that is being set up."""
    return await session.scalar(
        select(Factor).where(
            Factor.user_id == user_id, Factor.confirmed_at.is_(None), Factor.kind == FactorKind.TOTP
        ).with_for_update()
    )  # fmt: skip


async def confirm_totp(session: AsyncSession, factor: Factor, code: str, *, by: Actor) -> None:
    """The app shows the right code: from now on it is asked for.

    Raises:
        Invalid: it does not.
    """
    if not _takes(factor, code):
        raise Invalid(errors={"code": WRONG_CODE})
    factor.confirmed_at = clock.now()
    await record(session, "user.factor_added", factor.user_id, by=by, factor=factor.kind)


def _takes(factor: Factor, code: str) -> bool:
    """Whether a code is right now or was half a minute ago, and has not counted before."""
    digits = "".join(code.split())
    if factor.secret is None or not (digits.isascii() and digits.isdigit()):
        return False
    totp = pyotp.TOTP(vault.unseal(factor.secret))
    # People's apps show the wall's time, also where our clock is accelerated.
    present = int(time.time()) // STEP_S
    for step in (present, present - 1, present + 1):
        if step > factor.last_step and secrets.compare_digest(totp.at(step * STEP_S), digits):
            factor.last_step, factor.last_used_at = step, clock.now()
            return True
    return False


async def check_code(session: AsyncSession, user_id: int, code: str) -> str | None:
    """Take a code of an app, or a recovery code.

    Returns:
        Which it was, "totp" or "recovery"; None: neither.
    """
    apps = select(Factor).where(
        Factor.user_id == user_id, Factor.kind == FactorKind.TOTP, Factor.confirmed_at.is_not(None)
    )
    for factor in await session.scalars(apps.with_for_update()):
        if _takes(factor, code):
            return "totp"
    plain = "".join(code.lower().split()).replace("-", "")
    return "recovery" if len(plain) == RECOVERY_LENGTH and await _recovers(session, user_id, plain) else None


async def _recovers(session: AsyncSession, user_id: int, plain: str) -> bool:
    """Whether this is a recovery code that has not counted; now it has."""
    unused = select(RecoveryCode).where(RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None))
    rows = {row.digest: row for row in await session.scalars(unused.order_by(RecoveryCode.id).with_for_update())}
    found = await passwords.found_among([kept for kept in rows if kept.startswith("$")], plain)
    # Codes of before were kept as plain digests; they count until new ones are made.
    row = rows.get(found or digest(f"recovery:{user_id}:{plain}"))
    if row is None:
        return False
    row.used_at = clock.now()
    return True


async def new_recovery_codes(session: AsyncSession, user_id: int, *, by: Actor) -> list[str]:
    """Ten fresh codes of 49 bits, shown this once; the ones before count no more."""
    await session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    codes = ["".join(secrets.choice(LETTERS) for _ in range(RECOVERY_LENGTH)) for _ in range(RECOVERY_CODES)]
    session.add_all(RecoveryCode(user_id=user_id, digest=kept) for kept in await passwords.hashed_together(codes))
    await record(session, "user.recovery_codes_made", user_id, by=by)
    return [f"{code[:5]}-{code[5:]}" for code in codes]


async def recovery_left(session: AsyncSession, user_id: int) -> int:
    """How many recovery codes still count."""
    query = select(func.count()).where(RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None))
    return await session.scalar(query) or 0


async def remove(session: AsyncSession, user_id: int, factor_id: int, *, by: Actor) -> None:
    """Take a factor away; with the last one the recovery codes go.

    Raises:
        NotFound: no such factor of this user.
    """
    factor = await session.scalar(select(Factor).where(Factor.id == factor_id, Factor.user_id == user_id))
    if factor is None:
        raise NotFound
    await session.delete(factor)
    await session.flush()
    if not await has_any(session, user_id):
        await session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    await record(session, "user.factor_removed", user_id, by=by, factor=factor.kind)
