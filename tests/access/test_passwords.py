"""Passwords: as much work in production as RFC 9106 asks for, and as much for an account that is not there."""

import base64
import secrets

import pytest

from app.access import passwords
from app.core.settings import get_settings

PASSWORD = "four words are a password"


def token_b64() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


@pytest.mark.parametrize(
    ("environment", "work"), [("production", "m=65536,t=3,p=4"), ("demo", "m=65536,t=3,p=4"), ("test", "m=8,t=1,p=1")]
)
async def test_only_our_own_tests_spare_the_work(environment: str, work: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "DATABASE_URL": "postgresql://nobody@localhost/none", "SECRET_KEY": "k" * 40, "ENVIRONMENT": environment,
        "DATA_KEYS": token_b64(), "LOOKUP_KEY": token_b64(),
        "TWILIO_ACCOUNT_SID": "AC" + "1" * 32, "TWILIO_AUTH_TOKEN": "token", "TWILIO_FROM": "+12025550100",
    }.items():  # fmt: skip
        monkeypatch.setenv(f"RRT_{name}", value)
    get_settings.cache_clear()
    try:
        kept = passwords.hashed(PASSWORD)
        assert kept.startswith(f"$argon2id$v=19${work}$")
        assert passwords._nobody(passwords._own()).startswith(f"$argon2id$v=19${work}$")
        assert await passwords.matches(kept, PASSWORD)
        assert not await passwords.matches(kept, PASSWORD + "!")
        assert not await passwords.matches(None, "nobody has this password")
    finally:
        get_settings.cache_clear()
