"""The desk at a real browser: what a live page does to what is being typed, saved or undone."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.house import House, wait_for

Person = Callable[..., Page]


def test_what_could_not_be_saved_stays_though_the_page_is_live(person: Person, house: House) -> None:
    reference = house.files()
    house.parts["intake"].post(f"/requests/{reference}/take-in")
    one, two = person("intake"), person("recommender")
    for page in (one, two):
        page.goto(f"/desk/requests/{reference}")
        expect(page.locator("#live")).to_have_text("Live")
    one.get_by_label("Is it safe for a team?").fill("Quiet")
    one.get_by_role("button", name="Save the notes of the call").click()
    expect(one.locator("#call-notes")).to_contain_text("Quiet")
    two.get_by_label("Is it safe for a team?").fill("A threat by phone")
    two.get_by_role("button", name="Save the notes of the call").click()
    expect(two.get_by_role("alert")).to_contain_text("changed this request while you wrote")
    expect(two.locator("#live")).to_have_text("Live")
    house.parts["intake"].post(f"/requests/{reference}/own")
    expect(two.locator("#owner")).to_contain_text("looks after it")
    expect(two.get_by_role("alert")).to_be_visible()
    expect(two.get_by_label("Is it safe for a team?")).to_have_value("A threat by phone")
    expect(two.locator("#notes-safety-theirs")).to_contain_text("Quiet")


def test_a_call_is_found_saved_and_filed_while_somebody_speaks(person: Person, house: House) -> None:
    page = person("intake")
    page.goto("/desk")
    page.get_by_role("link", name="Take a call").click()
    page.get_by_label("Name, city or ORI").press_sequentially("harl", delay=20)
    page.get_by_text("Harlan Ridge Police Department, CO").click()
    page.get_by_label("Name", exact=True).fill("Ellen Marsh")
    expect(page.locator("#saved")).to_contain_text("Saved")
    page.get_by_label("What happened", exact=True).select_option("officer_suicide")
    page.get_by_role("button", name="File the request").click()
    expect(page.get_by_role("alert")).to_contain_text("Ask for a number")
    expect(page.get_by_label("Name", exact=True)).to_have_value("Ellen Marsh")
    page.get_by_role("textbox", name="Phone").fill("719-555-0142")
    page.get_by_role("button", name="File the request").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("waits for a recommendation")


def test_a_pin_makes_a_version_that_appears_by_itself(person: Person, house: House) -> None:
    reference = house.files(priority="urgent")
    house.proposes(reference)
    page = person("recommender")
    page.goto(f"/desk/requests/{reference}")
    page.get_by_role("button", name="Pin").first.click()
    expect(page.get_by_text("Pinned by the desk")).to_be_visible(timeout=30_000)
    expect(page.locator("#roster + p")).to_contain_text("Version 2")
    page.get_by_role("button", name="Ask 3 experts").click()
    assert len(wait_for(lambda: house.offers(reference))) >= 3
