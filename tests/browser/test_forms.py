"""No word is lost, nothing is made twice, and hands that never touch a mouse get everywhere."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, sign_in
from tests.browser.hands import press, tab_to
from tests.browser.house import House, wait_for

Person = Callable[..., Page]
SITUATION = 'Two shifts were on scene; "several" families wait.\nThe mayor speaks at 9.'


def _begin(page: Page) -> None:
    """Ask for a team, up to the look over everything."""
    page.goto("/request")
    page.get_by_role("button", name="Send a request").click()
    page.get_by_text("Protest or unrest").click()
    for _ in range(3):
        page.get_by_role("button", name="Next").click()
    page.get_by_label("A phone we can call now").fill("719-555-0142")
    page.get_by_role("button", name="Next").click()


def _count(house: House) -> int:
    return len(house.parts["chief"].get("/requests?limit=200")["items"])


def test_a_session_that_ended_in_the_middle_of_a_form_loses_no_word(person: Person, house: House) -> None:
    page = person("chief", width=PHONE, script=False)
    _begin(page)
    page.get_by_role("link", name="The incident", exact=True).click()
    page.get_by_label("A few words on the situation").fill(SITUATION)
    page.context.clear_cookies()
    page.get_by_role("button", name="Save and go back").click()
    expect(page.get_by_text("nothing that you wrote is lost")).to_be_visible()
    sign_in(page, "chief")
    page.get_by_role("button", name="Send it now").click()
    page.get_by_role("button", name="Send request").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("We have your request")
    reference = page.url.rsplit("/", 1)[1]
    assert house.parts["chief"].get(f"/requests/{reference}")["summary"].replace("\r\n", "\n") == SITUATION


def test_a_form_sent_twice_makes_one_request(person: Person, house: House) -> None:
    page = person("chief")
    before = _count(house)
    _begin(page)
    page.get_by_role("button", name="Send request").dblclick()
    expect(page.get_by_role("heading", level=1)).to_contain_text("We have your request")
    assert _count(house) == before + 1


def test_a_file_far_too_large_is_refused_in_words_with_the_way_back(
    person: Person, house: House, tmp_path: Path
) -> None:
    reference, huge = house.files(), tmp_path / "letter.pdf"
    huge.write_bytes(b"%PDF-" + b"x" * (42 * 1024 * 1024))
    page = person("chief", width=PHONE)
    page.goto(f"/agency/requests/{reference}/letters")
    page.get_by_label("The letter").set_input_files(huge)
    page.get_by_role("button", name="Send the letter").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("too large to be sent", timeout=30_000)
    expect(page.get_by_text("up to 10 MB")).to_be_visible()
    page.locator(f"a[href='/agency/requests/{reference}']").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("We have your request")


def test_asking_in_spanish_on_a_phone_without_scripts(person: Person, house: House) -> None:
    page = person("chief", width=PHONE, script=False)
    page.goto("/request")
    page.get_by_role("button", name="Español").click()
    page.get_by_role("button", name="Enviar una solicitud").click()
    page.get_by_role("button", name="Siguiente").click()
    expect(page.get_by_role("link", name="Elija la opción que mejor corresponda")).to_be_visible()
    page.get_by_text("Protesta o disturbios").click()
    for _ in range(3):
        page.get_by_role("button", name="Siguiente").click()
    page.get_by_label("Un teléfono al que podamos llamar ahora").fill("719-555-0142")
    page.get_by_role("button", name="Siguiente").click()
    page.get_by_role("button", name="Enviar la solicitud").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Recibimos su solicitud")
    assert page.locator("html").get_attribute("lang") == "es"


def test_the_main_flow_with_the_keyboard_alone(person: Person, house: House) -> None:
    reference = house.files()
    recommender, approver = person("recommender"), person("approver")
    recommender.goto(f"/desk/requests/{reference}")
    recommender.keyboard.press("Tab")
    assert recommender.evaluate("document.activeElement.className") == "usa-skipnav"
    recommender.keyboard.press("Enter")
    press(recommender, "Take it on", "waits for a recommendation")
    tab_to(recommender, "Note for the approver")
    recommender.keyboard.type("By keyboard.")
    press(recommender, "Recommend this team", "waits for a decision")
    approver.goto(f"/desk/requests/{reference}")
    press(approver, "Approve the deployment", "team")
    expect(recommender.locator("#do-accept")).to_be_visible(timeout=30_000)
    press(recommender, "Ask 5 experts", "said yes")
    offers = wait_for(lambda: house.offers(reference))
    assert {offer["seat"] for offer in offers} == {1, 2, 3, 4, 5}
