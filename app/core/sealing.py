"""Personal data at rest: sealed by the application, found again by a keyed digest (reliability.md R21).

A column of type `Sealed` holds `lookup.generation.secret`. `secret` is AES-256-GCM with a nonce of its own;
`lookup`, of columns that are searched, is the start of an HMAC-SHA256 under a key that encrypts nothing; `generation`
says which keys made both, so that they can be changed while the service runs (`rekeying.py`). What stands before the
secret is authenticated with it. Callers see plain values: `Contact.number == "+12025550142"` compares digests;
anything but equality raises, because it would compare noise.
"""

import base64
import hashlib
import hmac
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import ColumnElement, Dialect, Select, String, func, literal_column, type_coerce
from sqlalchemy.sql import operators
from sqlalchemy.types import TypeDecorator

from app.core.settings import get_settings

LOOKUP_LENGTH = 22
"""Characters of a digest: 128 bits in base64."""
NONCE_BYTES = 12
WHO_LENGTH, KEY_LENGTH = 4, 8
"""Hexadecimal digits that name a lookup key and an encryption key: a generation is both."""
FOUND = rf"^[A-Za-z0-9_-]{{{LOOKUP_LENGTH}}}[.][0-9a-f]{{12}}[.]"
UNFOUND = r"^[.][0-9a-f]{12}[.]"
"""How a sealed value begins, for the CHECKs: with its digest, or without one."""


class Unsealable(Exception):  # noqa: N818 - a sentence
    """A value was sealed with a key that is not known any more, or was changed since."""


@dataclass(frozen=True)
class Keyring:
    """The keys of this process; the newest seals, all open."""

    ciphers: dict[str, AESGCM]
    lookup_key: bytes
    generation: str
    """Of what is sealed now."""

    @property
    def newest(self) -> AESGCM:
        """The cipher that seals."""
        return self.ciphers[self.generation[WHO_LENGTH:]]


def _name(key: bytes, length: int) -> str:
    return hashlib.sha256(b"rrt name of a key " + key).hexdigest()[:length]


@cache
def _keyring(data_keys: tuple[bytes, ...], lookup_key: bytes) -> Keyring:
    ciphers = {_name(key, KEY_LENGTH): AESGCM(key) for key in data_keys}
    return Keyring(ciphers, lookup_key, _name(lookup_key, WHO_LENGTH) + _name(data_keys[0], KEY_LENGTH))


def keyring() -> Keyring:
    """The keys that the settings name."""
    settings = get_settings()
    return _keyring(settings.sealing_keys, settings.sealing_lookup_key)


def lookup(value: str) -> str:
    """The digest by which a value is found: equal values, equal digests, and nothing else can be read from it."""
    made = hmac.digest(keyring().lookup_key, value.strip().casefold().encode(), "sha256")
    return base64.urlsafe_b64encode(made[:16]).rstrip(b"=").decode()


def seal(value: str, *, found: bool = False) -> str:
    """What is kept of a value.

    Args:
        value: the plain one.
        found: whether it can be looked up afterwards.
    """
    keys = keyring()
    head = f"{lookup(value) if found else ''}.{keys.generation}."
    nonce = os.urandom(NONCE_BYTES)
    secret = nonce + keys.newest.encrypt(nonce, value.encode(), head.encode())
    return head + base64.urlsafe_b64encode(secret).decode()


def unseal(kept: str) -> str:
    """The plain value again.

    Raises:
        Unsealable: its key is gone, or somebody has changed it.
    """
    digest, generation, secret = kept.split(".", 2)
    cipher = keyring().ciphers.get(generation[WHO_LENGTH:])
    if cipher is None:
        raise Unsealable(f"No key {generation[WHO_LENGTH:]} among RRT_DATA_KEYS.")
    raw = base64.urlsafe_b64decode(secret)
    try:
        return cipher.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], f"{digest}.{generation}.".encode()).decode()
    except InvalidTag:
        raise Unsealable("A sealed value was changed.") from None


class Lookup(TypeDecorator[str]):
    """The digest in a sealed column. What is compared with it is given plain."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """A plain value's digest."""
        return None if value is None else lookup(value)


def found_by(column: Any) -> ColumnElement[str]:
    """The digest of a sealed column, for joins, `in (select ...)` and grouping: each has an index on exactly this."""
    return func.left(type_coerce(column, String), literal_column(str(LOOKUP_LENGTH)), type_=Lookup())


class _Compared(String.Comparator[str]):
    """Equality goes by the digest; whether there is a value at all, by the column."""

    def operate(self, op: Callable[..., Any], *other: Any, **kwargs: Any) -> Any:
        against = other[0] if other else None
        if op in (operators.is_, operators.is_not) or (op in (operators.eq, operators.ne) and against is None):
            return super().operate(op, *other, **kwargs)
        if self._is_key(against):
            return super().operate(op, *other, **kwargs)
        if op not in (operators.eq, operators.ne, operators.in_op, operators.not_in_op):
            raise TypeError(f"{self.expr} is sealed: it can be compared for equality, and no more")
        if not getattr(self.type, "found", False):
            raise TypeError(f"{self.expr} is sealed without a digest: it cannot be looked up")
        return op(found_by(self.expr), _digest_of(against), **kwargs)

    def _is_key(self, against: Any) -> bool:
        """Whether SQLAlchemy only looks a column up in a dictionary or list of its own, by `==`."""
        is_same = isinstance(against, ColumnElement) and hash(against) == hash(self.expr)
        return is_same or (isinstance(against, ColumnElement) and not getattr(self.type, "found", False))


def _digest_of(against: Any) -> Any:
    """The other side of a comparison: a plain value as it is, a sealed column by its digest."""
    element = against.__clause_element__() if hasattr(against, "__clause_element__") else against
    if isinstance(element, Select):
        (column,) = element.selected_columns
        if not isinstance(column.type, Lookup):
            raise TypeError("a sealed column is compared with found_by(...) of another")
        return element
    return found_by(element) if isinstance(getattr(element, "type", None), Sealed) else element


class Sealed(TypeDecorator[str]):
    """A text column that is sealed at rest."""

    impl = String
    cache_ok = True
    comparator_factory = _Compared

    def __init__(self, *, found: bool = False) -> None:
        super().__init__()
        self.found = found

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Seal on the way in."""
        return None if value is None else seal(value, found=self.found)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        """Open on the way out."""
        return None if value is None else unseal(value)


class SealedJson(TypeDecorator[Any]):
    """A JSON document that is sealed at rest, whole."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """Seal on the way in."""
        return None if value is None else seal(json.dumps(value, separators=(",", ":")))

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """Open on the way out."""
        return None if value is None else json.loads(unseal(value))
