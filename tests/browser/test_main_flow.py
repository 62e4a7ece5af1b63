"""From the chief's form to the confirmed team: three people at three browsers, experts at their phones."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.house import House, wait_for

Person = Callable[..., Page]


def _asks_for_a_team(page: Page) -> str:
    page.goto("/agency")
    page.get_by_role("link", name="Ask for a team").click()
    page.get_by_role("button", name="Send a request").click()
    page.get_by_text("A shooting or attack with many victims").click()
    page.get_by_role("button", name="Next").click()
    page.get_by_text("Within 24 hours").click()
    page.get_by_role("button", name="Next").click()
    page.get_by_role("button", name="Next").click()
    page.get_by_label("A phone we can call now").fill("719-555-0142")
    page.get_by_role("button", name="Next").click()
    page.get_by_role("button", name="Send request").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("We have your request")
    return page.url.rsplit("/", 1)[1]


def _says_yes(page: Page, name: str) -> None:
    """Somebody whose phone shows an offer says yes on it."""
    phone = page.locator("section.phone").filter(has=page.get_by_role("heading", name=name, exact=True))
    phone.get_by_role("button", name="YES").first.click()
    page.wait_for_load_state()


def test_from_the_request_to_the_confirmed_team(person: Person, house: House) -> None:
    chief, recommender, approver = person("chief"), person("recommender"), person("approver")
    recommender.goto("/desk")
    approver.goto("/desk")
    reference = _asks_for_a_team(chief)

    row = f"#r-{reference}"
    expect(recommender.locator(row)).to_contain_text("Nobody has taken it on yet")
    recommender.locator(row).get_by_role("link").click()
    recommender.get_by_role("button", name="Take it on").click()
    recommender.get_by_text("Advance").first.click()
    recommender.get_by_label("Note for the approver").fill("Called the chief.")
    recommender.get_by_role("button", name="Recommend this team").click()

    approver.locator(row).get_by_role("link").click()
    expect(approver.locator("#do-decide")).to_contain_text("Called the chief.")
    approver.get_by_role("button", name="Approve the deployment").click()

    recommender.get_by_role("button", name="Ask 3 experts").click(timeout=30_000)
    phones = person()
    phones.goto(f"{house.carrier}/phones")
    for name in [offer["expert_name"] for offer in wait_for(lambda: house.offers(reference))]:
        _says_yes(phones, name)

    confirmed = "The team of 3 for Harlan Ridge, CO is confirmed"
    expect(recommender.get_by_role("heading", level=1)).to_have_text(confirmed, timeout=15_000)
    expect(chief.get_by_role("heading", level=1)).to_have_text("Your team of 3 is confirmed", timeout=15_000)
    expect(chief.get_by_role("heading", name="Who is coming")).to_be_visible()
