"""References for people, codes for texts, tokens for links."""

import hashlib
import secrets
from datetime import datetime

CODE_DIGITS = "23456789"
"""Digits of offer codes: 0 and 1 are left out, they look and sound like letters or answers."""


def reference(moment: datetime, number: int) -> str:
    """The reference people say on the phone: two digits of the year and a running number, "26-0412"."""
    return f"{moment:%y}-{number:04d}"


def offer_code() -> str:
    """Three digits, 512 of them: unique per phone for 30 days, which the caller makes sure of."""
    return "".join(secrets.choice(CODE_DIGITS) for _ in range(3))


def token() -> str:
    """An unguessable token of 256 bits, safe in URLs and headers."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """What is kept of a token: its SHA-256 in hex. Tokens are random, so no salt is needed."""
    return hashlib.sha256(secret.encode()).hexdigest()
