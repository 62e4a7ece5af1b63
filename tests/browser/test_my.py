"""An expert on a phone, 390 px wide, with and without JavaScript: the link in the text, the calendar, a call."""

import os
import re
from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.axe import FIRST, findings
from tests.browser.conftest import ARTEFACTS, PHONE
from tests.browser.house import House, wait_for

ACCOUNT = "AC" + "0" * 32
CALL = "<Response><Gather action='/g'><Say>For yes, press 1.</Say></Gather></Response>"
LINK = re.compile(r"(/x/[0-9A-Za-z]{27})\b")


def _texts(house: House, name: str) -> str:
    """Everything on somebody's phones."""
    return httpx.get(f"{house.carrier}/phones", params={"find": name}).text


def _offered(house: House) -> tuple[str, str, str]:
    """Somebody who was texted a link: name, path, code of the offer."""
    reference = house.files()
    asked = house.asks(reference)
    lead = next(offer for offer in asked if offer["title"] == "Team leader")
    asking = f"YES {lead['code']}"

    def linked() -> list[str]:
        shown = _texts(house, lead["expert_name"])
        return LINK.findall(shown.partition(f"Reply {asking}")[2].partition("</p>")[0])

    return lead["expert_name"], wait_for(linked)[0], lead["code"]


@pytest.mark.parametrize("script", [True, False])
def test_a_yes_with_one_thumb_from_the_link_in_the_text(
    person: Callable[..., Page], house: House, script: bool
) -> None:
    name, path, _code = _offered(house)
    page = person(width=PHONE, script=script)
    page.goto(path)
    expect(page.get_by_role("heading", level=1)).to_have_text("Can you go to Colorado?")
    yes = page.get_by_role("button", name="Yes, I can go")
    box = yes.bounding_box()
    assert box is not None
    assert box["height"] >= 44
    yes.click()
    code = wait_for(lambda: re.search(r"code is (\d{8})", _texts(house, name)))[1]
    page.get_by_label("We texted a code").fill(code)
    page.get_by_role("button", name="Send my yes").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You have the seat")
    expect(page.get_by_text("Harlan Ridge Police Department")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE if script else True
    ARTEFACTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=ARTEFACTS / f"link-{'script' if script else 'plain'}.png", full_page=True)


def test_a_tap_marks_a_day_away_without_javascript_too(person: Callable[..., Page]) -> None:
    page = person("expert", width=PHONE, script=False)
    page.goto("/my/days?month=2027-03")
    page.get_by_role("button", name="Wednesday, March 10, free").click()
    expect(page.get_by_role("button", name="Wednesday, March 10, away")).to_be_visible()
    page.screenshot(path=ARTEFACTS / "my-days.png", full_page=True)


def test_a_phone_shows_the_link_and_rings(chromium: Browser, house: House) -> None:
    name, path, _code = _offered(house)
    page = chromium.new_context(viewport={"width": PHONE, "height": 844}).new_page()
    page.goto(f"{house.carrier}/phones?find={name}")
    expect(page.locator(f'.thread a[href$="{path}"]')).to_be_visible()
    number = "+" + str(page.locator("section.phone:has(a)").get_attribute("id")).removeprefix("p")
    httpx.post(
        f"{house.carrier}/2010-04-01/Accounts/{ACCOUNT}/Calls.json",
        auth=(ACCOUNT, os.environ["RRT_TWILIO_AUTH_TOKEN"]),
        data={"To": number, "From": "+12025550100", "Twiml": CALL},
    ).raise_for_status()  # fmt: skip
    page.get_by_role("button", name="Answer").click()
    expect(page.locator(".ring .said")).to_have_text("For yes, press 1.")
    page.get_by_role("button", name="9 Call me").click()
    expect(page.get_by_role("button", name="Hang up")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE
    assert [wrong for mode in (*FIRST, "dark", "forced-colours") for wrong in findings(page, mode)] == []
    page.context.close()
