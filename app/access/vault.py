"""Secrets that must be read again (an authenticator app's), sealed with keys made from the secret key.

Two keys at a time, so that the secret key can be changed: what the previous one sealed still opens.
"""

import base64
from functools import cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.core.settings import get_settings


class Unsealable(Exception):  # noqa: N818 - a sentence
    """Sealed with a secret key that is not known any more."""


@cache
def _fernet(secret: str) -> Fernet:
    derived = HKDF(SHA256(), 32, salt=None, info=b"rrt second factors").derive(secret.encode())
    return Fernet(base64.urlsafe_b64encode(derived))


def _keys() -> MultiFernet:
    settings = get_settings()
    secrets = [settings.secret_key, *filter(None, [settings.previous_secret_key])]
    return MultiFernet([_fernet(secret.get_secret_value()) for secret in secrets])


def seal(secret: str) -> str:
    """What is kept of a secret."""
    return _keys().encrypt(secret.encode()).decode()


def unseal(kept: str) -> str:
    """The secret again.

    Raises:
        Unsealable: the key is gone.
    """
    try:
        return _keys().decrypt(kept.encode()).decode()
    except InvalidToken:
        raise Unsealable("The secret of an authenticator app was sealed with a key that is not set.") from None


def is_newest(kept: str) -> bool:
    """Whether the present secret key sealed it."""
    try:
        _fernet(get_settings().secret_key.get_secret_value()).decrypt(kept.encode())
    except InvalidToken:
        return False
    return True
