"""Sign-in at another issuer, a process of its own that does everything right, or one thing wrong."""

import asyncio
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import httpx
import pytest
from joserfc.jwk import RSAKey

from app.access import oidc
from app.access.sessions import cookie_name
from app.core.settings import get_settings
from app.demo.machine import free_port
from app.main import create_app
from tests.access.issuer import AAL2
from tests.serving import served
from tests.story import Story
from tests.web.browser import headline

WRONG = (
    "none", "hmac", "other_key", "changed", "nonce", "no_nonce", "audience", "two_audiences", "azp", "issuer",
    "expired",    "no_expiry", "future", "no_subject", "mix_up", "metadata", "denied", "unverified", "stranger",
    "assurance", "no_assurance",
)  # fmt: skip
"""What an issuer, or somebody between, may do wrong."""


@dataclass(frozen=True, slots=True)
class There:
    """The issuer's process, and our key there."""

    base: str
    key: RSAKey

    def is_to(self, **how: object) -> None:
        """Tell it what to do wrong."""
        httpx.post(f"{self.base}/be", json=how).raise_for_status()

    def asked(self) -> dict[str, str]:
        """What the last sign-in asked it for."""
        given: dict[str, str] = httpx.get(f"{self.base}/asked").json()
        return given


@pytest.fixture(scope="module")
def issuer() -> Iterator[There]:
    port, key = free_port(0), RSAKey.generate_key(2048)
    command = [sys.executable, "-m", "tests.access.issuer", str(port)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE)
    assert process.stdin is not None
    process.stdin.write(key.as_pem(private=False))
    process.stdin.close()
    there = There(f"http://127.0.0.1:{port}", key)
    try:
        for _ in range(600):
            try:
                there.is_to(wrong="")
                break
            except httpx.HTTPError:
                time.sleep(0.1)
        yield there
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture
async def page(story: Story, issuer: There, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[httpx.AsyncClient]:
    """A browser at a service that knows the issuer."""
    base = f"http://127.0.0.1:{free_port(0)}"
    for name, value in {
        "PUBLIC_URL": base, "OIDC_ISSUER": issuer.base, "OIDC_CLIENT_ID": "rrt", "OIDC_NAME": "Login.example",
        "OIDC_PRIVATE_KEY": issuer.key.as_pem(private=True).decode(),
        "OIDC_ACR_VALUES": AAL2, "OIDC_ACR_EXPECTED": f"{AAL2} urn:another",
    }.items():  # fmt: skip
        monkeypatch.setenv(f"RRT_{name}", value)
    get_settings.cache_clear()
    oidc.forget()
    issuer.is_to(wrong="")
    async with (
        served(create_app(), base),
        httpx.AsyncClient(base_url=base, follow_redirects=True, timeout=30) as browser,
    ):
        yield browser


async def _sign_in(page: httpx.AsyncClient) -> httpx.Response:
    return await page.post("/sign-in/oidc", data={"next": "/desk"})


async def test_the_issuer_signs_in_and_the_session_is_a_second_factor(page: httpx.AsyncClient, issuer: There) -> None:
    shown = await page.get("/sign-in")
    assert "Sign in with Login.example" in shown.text
    assert f"form-action 'self' {issuer.base};" in shown.headers["content-security-policy"]
    assert (await _sign_in(page)).url.path == "/desk"
    asked = issuer.asked()
    assert asked["acr_values"] == "http://idmanagement.gov/ns/assurance/aal/2"
    assert asked["code_challenge_method"] == "S256"
    assert min(len(asked["nonce"]), len(asked["state"])) >= 22
    assert "rrt-oidc" not in page.cookies


async def test_the_subject_stays_the_account_and_an_email_links_once(page: httpx.AsyncClient, issuer: There) -> None:
    assert (await _sign_in(page)).url.path == "/desk"
    page.cookies.clear()
    issuer.is_to(wrong="unverified")
    assert (await _sign_in(page)).url.path == "/desk", "known by its subject, the e-mail does not matter"


async def test_what_an_issuer_does_wrong_opens_nothing(story: Story, page: httpx.AsyncClient, issuer: There) -> None:
    accepted = []
    for wrong in WRONG:
        issuer.is_to(wrong=wrong)
        oidc.forget()
        answer = await _sign_in(page)
        said = headline(answer).startswith("The sign-in at the other site did not work")
        if answer.status_code != 403 or not said or cookie_name() in page.cookies:
            accepted.append(wrong)
        page.cookies.clear()
    assert accepted == []
    refused = (await story.get("/audit?kind=user.sign_in_refused&limit=200", who="admin"))["items"]
    assert [row["data"] for row in refused] == [{"way": "oidc"}] * (len(WRONG) - 1), "all but who never got there"


async def test_a_token_of_an_earlier_sign_in_opens_nothing(page: httpx.AsyncClient, issuer: There) -> None:
    assert (await _sign_in(page)).url.path == "/desk"
    page.cookies.clear()
    issuer.is_to(wrong="old_token")
    assert (await _sign_in(page)).status_code == 403


async def test_new_keys_of_the_issuer_are_learnt(page: httpx.AsyncClient, issuer: There) -> None:
    assert (await _sign_in(page)).url.path == "/desk"
    page.cookies.clear()
    issuer.is_to(rotate=True)
    await asyncio.sleep(1.1)  # keys are asked for anew once a second at most
    assert (await _sign_in(page)).url.path == "/desk"


async def test_a_way_back_counts_once_and_in_its_own_browser_only(page: httpx.AsyncClient) -> None:
    async with httpx.AsyncClient(base_url=page.base_url, timeout=30) as slow:
        there = await slow.post("/sign-in/oidc", data={"next": "/desk"})
        back = (await httpx.AsyncClient().get(there.headers["location"])).headers["location"]
        async with httpx.AsyncClient(timeout=30) as thief:
            assert (await thief.get(back)).status_code == 403
        assert (await slow.get(back)).status_code == 403, "used up by the thief's try, and opens nothing for anybody"
        there = await slow.post("/sign-in/oidc", data={"next": "https://evil.example"})
        back = (await httpx.AsyncClient().get(there.headers["location"])).headers["location"]
        opened = await slow.get(back)
        assert (opened.status_code, opened.headers["location"]) == (303, "/")
        assert (await slow.get(back)).status_code == 403
        assert (await slow.get("/sign-in/oidc/back?state=x&code=y")).status_code == 403
