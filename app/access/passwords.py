"""Passwords: argon2id, checked beside the event loop, with the same work for accounts that do not exist."""

import asyncio
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from app.core.problems import Invalid
from app.core.settings import get_settings
from app.web.languages import N_

LEAST = 12
"""Characters (NIST 800-63B asks for 8; nobody types these often)."""
TOO_SHORT = N_("Use at least 12 characters.")


@cache
def _hasher(environment: str) -> PasswordHasher:
    """What RFC 9106 asks for; our own tests, which sign in a thousand times, ask for the least."""
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1) if environment == "test" else PasswordHasher()


def _own() -> PasswordHasher:
    return _hasher(get_settings().environment)


@cache
def _nobody(hasher: PasswordHasher) -> str:
    return hasher.hash("nobody has this password")


def hashed(password: str) -> str:
    """What is kept of a password.

    Raises:
        Invalid: shorter than `LEAST`.
    """
    if len(password) < LEAST:
        raise Invalid(errors={"password": TOO_SHORT})
    return _own().hash(password)


def _matches(kept: str | None, password: str) -> bool:
    hasher = _own()
    try:
        return hasher.verify(kept or _nobody(hasher), password) and kept is not None
    except (VerifyMismatchError, InvalidHashError):
        return False


async def matches(kept: str | None, password: str) -> bool:
    """Whether `password` is the one kept. Takes as long when nothing is kept."""
    return await asyncio.to_thread(_matches, kept, password)
