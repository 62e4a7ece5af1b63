"""Keys of the desk and how to turn them off, the tone, the countdown; and every main flow without a mouse."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from app.seed.filling import DEMO_PASSWORD
from tests.browser.conftest import EMAILS, PHONE
from tests.browser.hands import act, press, tab_to
from tests.browser.house import House, wait_for
from tests.browser.states import link_of

Person = Callable[..., Page]


def _has_focus(page: Page, text: str) -> bool:
    return text in page.evaluate("document.activeElement.innerText || ''")


def test_single_keys_go_through_the_board_and_can_be_turned_off(person: Person, house: House) -> None:
    house.files()
    page = person("recommender")
    page.goto("/desk")
    page.keyboard.press("n")
    assert page.evaluate("document.activeElement.closest('.rrt-nowcard') !== null")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys and sound")).to_be_visible()
    page.get_by_text("Single keys work").click()
    page.keyboard.press("Escape")
    page.keyboard.press("e")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.reload()
    page.keyboard.press("e")
    expect(page).to_have_url(f"{house.base}/desk")
    page.get_by_text("Robin Simms", exact=True).click()
    page.get_by_role("button", name="Keys and sound").click()
    page.get_by_text("Single keys work").click()
    page.get_by_role("button", name="Close").click()
    page.keyboard.press("/")
    page.wait_for_url("**/desk/experts#search")
    assert page.evaluate("document.activeElement.type") == "search"
    page.keyboard.type("jn?")
    expect(page.get_by_label("Name or town")).to_have_value("jn?")


def test_j_and_k_walk_the_rows_and_enter_opens_one(person: Person, house: House) -> None:
    page = person("recommender")
    page.goto("/desk/experts")
    names = page.locator("main tbody tr th a, main tbody tr td a").all_inner_texts()
    for key in "jjk":
        page.keyboard.press(key)
    assert _has_focus(page, names[0])
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text(names[0].split()[0])


def test_a_tone_and_the_title_tell_of_something_new(person: Person, house: House) -> None:
    page = person("intake")
    page.goto("/desk")
    expect(page.locator("#live")).to_have_text("Live")
    page.keyboard.press("?")
    page.get_by_text("A short tone").click()
    expect(page.locator("html")).to_have_attribute("data-tones", "1")
    page.get_by_text("How many things need you").click()
    page.get_by_role("button", name="Close").click()
    expect(page).to_have_title("Board | RRT Desk")
    house.files()
    expect(page.locator("html")).to_have_attribute("data-tones", "2")
    expect(page).to_have_title("Board | RRT Desk")


def test_what_is_due_counts_down_without_a_reload(person: Person, house: House) -> None:
    house.files(city="Leadville")
    page = person("intake")
    page.clock.install()
    page.goto("/desk/handover")
    due = page.get_by_role("listitem").filter(has_text="Leadville").locator("[data-left]")
    expect(due).to_have_text("30 min left")
    page.clock.fast_forward(10 * 60 * 1000)
    expect(due).to_have_text("20 min left")
    page.clock.fast_forward(40 * 60 * 1000)
    expect(due).to_have_text("20 min late")


def test_signing_in_and_taking_a_call_without_a_mouse(person: Person, house: House) -> None:
    page = person()
    page.goto("/sign-in")
    tab_to(page, "E-mail")
    page.keyboard.type(EMAILS["intake"])
    page.keyboard.press("Tab")
    page.keyboard.type(DEMO_PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk")
    page.keyboard.press("c")
    expect(page.get_by_label("Name, city or ORI")).to_be_focused()
    page.keyboard.type("harl")
    expect(page.get_by_text("Harlan Ridge Police Department, CO")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    tab_to(page, "What happened")
    page.keyboard.type("Officer su")
    for label, said in (("Name", "Ellen Marsh"), ("Phone", "719-555-0142")):
        page.get_by_role("textbox", name=label, exact=True).focus()
        page.keyboard.type(said)
    press(page, "File the request", "waits for a recommendation")


def test_asking_for_a_team_without_a_mouse(person: Person, house: House) -> None:
    page = person("chief", width=PHONE)
    page.goto("/request")
    tab_to(page, "Send a request")
    page.keyboard.press("Enter")
    page.wait_for_url("**/what")
    tab_to(page, "An officer was killed")
    page.keyboard.press("ArrowDown")
    for _ in range(3):
        act(page, "Next")
    tab_to(page, "A phone we can call now")
    page.keyboard.type("719-555-0142")
    tab_to(page, "Next")
    page.keyboard.press("Enter")
    page.wait_for_url("**/check")
    press(page, "Send request", "We have your request")


def test_an_expert_says_no_by_the_link_without_a_mouse(person: Person, house: House) -> None:
    reference = house.files()
    offer = house.asks(reference)[-1]
    page = person(width=PHONE)
    page.goto(wait_for(lambda: link_of(house, offer)))
    tab_to(page, "No, not this time")
    page.keyboard.press("Enter")
    wait_for(lambda: [one for one in house.offers(reference) if one["id"] == offer["id"] and one["answered_at"]])
