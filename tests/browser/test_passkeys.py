"""A passkey in a real browser, whose authenticator is the browser's own virtual one: made, used, refused."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from app.demo.machine import free_port
from tests.browser.axe import MODES, PICTURED, findings
from tests.browser.conftest import ARTEFACTS, Watched, sign_in
from tests.browser.house import House, wait_for

pytestmark = pytest.mark.timeout(300)  # two pages are looked at in every way of showing them


@pytest.fixture(scope="module")
def named(house: House) -> Iterator[House]:
    """The same service under a name: a passkey is for a name, and 127.0.0.1 is none."""
    house.employs("keyholder", "scheduler")
    base = f"http://localhost:{(port := free_port(0))}"
    command = [sys.executable, "-m", "app.cli", "serve", "--port", str(port)]
    with subprocess.Popen(command, env=os.environ | {"RRT_PUBLIC_URL": base}) as process:
        try:
            wait_for(lambda: _is_ready(base))
            yield replace(house, base=base)
        finally:
            process.terminate()


def _is_ready(base: str) -> bool:
    try:
        return httpx.get(f"{base}/healthz").is_success
    except httpx.HTTPError:
        return False


@pytest.fixture
def person(chromium: Browser, named: House) -> Iterator[Callable[..., Page]]:
    watched = Watched(chromium, named)
    yield watched
    for context in watched.contexts:
        context.close()
    assert watched.wrong == []


def _authenticator(page: Page) -> Callable[[str, dict[str, Any]], Any]:
    """Give the page an authenticator that knows its owner; what it can be told afterwards."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    kind = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    made = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": kind})
    return lambda word, more: devtools.send(f"WebAuthn.{word}", {"authenticatorId": made["authenticatorId"]} | more)


def _look(page: Page, name: str) -> list[str]:
    """What is wrong with a page that only somebody with a factor sees, in every way of showing it; its pictures."""
    ARTEFACTS.mkdir(parents=True, exist_ok=True)
    wrong = []
    for mode in MODES:
        wrong += findings(page, mode)
        if mode in PICTURED:
            page.screenshot(path=ARTEFACTS / f"{name}-{mode}.png", full_page=True)
    return wrong


def test_a_passkey_is_made_asked_for_and_opens_the_desk(person: Callable[..., Page]) -> None:
    page = person("keyholder")
    tell = _authenticator(page)
    page.goto("/account")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your account asks for a second factor")
    assert len(tell("getCredentials", {})["credentials"]) == 1
    assert _look(page, "account-with-passkey") == []
    page.get_by_role("button", name="Sign out").first.click()
    sign_in(page, "keyholder")
    expect(page.get_by_role("heading", level=1)).to_have_text("Show that it is you")
    assert _look(page, "factor") == []

    tell("setUserVerified", {"isUserVerified": False})
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.locator(".rrt-passkey .usa-error-message")).not_to_be_empty()
    page.goto("/desk")
    expect(page.get_by_label("Password")).to_be_visible()

    sign_in(page, "keyholder")
    tell("setUserVerified", {"isUserVerified": True})
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("button", name="Use a passkey")).to_have_count(0)
    answer = page.goto("/desk")
    assert answer is not None
    assert (answer.status, page.url.rsplit("/", 1)[1]) == (200, "desk")


def test_another_authenticator_is_not_taken_and_says_so(person: Callable[..., Page]) -> None:
    page = person()
    page.goto("/sign-in")
    _authenticator(page)
    sign_in(page, "keyholder")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.locator(".rrt-passkey .usa-error-message")).not_to_be_empty()
    page.goto("/desk")
    expect(page.get_by_label("Password")).to_be_visible()
