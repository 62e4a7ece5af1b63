"""The flows of a whole deployment with the keyboard alone: who goes, the road, the way home, and what is said of it."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import FIRST, findings
from tests.browser.conftest import PHONE
from tests.browser.hands import act, enter, press, tab_to, write
from tests.browser.house import ORDER, House

Person = Callable[..., Page]


@pytest.fixture(scope="module")
def on_the_road(house: House) -> str:
    """A team that said yes; its leader has an account."""
    reference = house.files()
    house.employs("captain", "expert", expert_id=house.confirms(reference)[0]["expert_id"])
    return reference


def test_swapping_a_person_in_a_proposed_team(person: Person, house: House) -> None:
    reference = house.files()
    house.proposes(reference)
    page = person("recommender")
    page.goto(f"/desk/requests/{reference}")
    before = house.parts["recommender"].get(f"/deployments/{reference}/rosters/1")["seats"][0]["choice"]["name"]
    act(page, "Swap")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Who instead of")
    tab_to(page, "Swap in")
    name = page.evaluate("document.activeElement.textContent").removeprefix("Swap in").strip()
    enter(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("A team of 3 is proposed")
    after = house.parts["recommender"].get(f"/deployments/{reference}/rosters/1")["seats"][0]["choice"]["name"]
    assert before != name == after


def test_a_question_to_the_agency_and_its_answer(person: Person, house: House) -> None:
    reference = house.files()
    house.parts["intake"].post(f"/requests/{reference}/take-in")
    desk, chief = person("intake"), person("chief", width=PHONE)
    desk.goto(f"/desk/requests/{reference}")
    write(desk, "Ask the agency something", "Which door shall the team come to?")
    act(desk, "Send the question")
    chief.goto(f"/agency/requests/{reference}")
    write(chief, "Your answer", "The north one.")
    act(chief, "Send the answer")
    expect(chief.get_by_text("The north one.")).to_be_visible()
    expect(desk.get_by_text("The north one.")).to_be_visible()


def test_a_text_that_nobody_could_read(person: Person, house: House) -> None:
    offer = house.asks(house.files())[0]
    house.texts(offer["expert_name"], "who feeds my horses?")
    page = person("recommender")
    page.goto("/desk/replies")
    expect(page.get_by_text("who feeds my horses?")).to_be_visible(timeout=30_000)
    tab_to(page, f"Count as no: {offer['expert_name']}")
    page.keyboard.press("Enter")
    expect(page.get_by_text("who feeds my horses?")).to_have_count(0)


def test_the_order_is_sent_and_read_and_the_day_is_reported(person: Person, house: House, on_the_road: str) -> None:
    desk, leader = person("recommender"), person("captain", width=PHONE)
    desk.goto(f"/desk/requests/{on_the_road}/road")
    write(desk, "Report to: name and title", ORDER["report_to"])
    write(desk, "Their phone, day and night", ORDER["report_phone"])
    write(desk, "Where the team reports", ORDER["report_place"])
    act(desk, "Send the order")
    expect(desk.get_by_role("heading", name=f"Mission order {on_the_road}-1")).to_be_visible()

    leader.goto("/my/trips")
    act(leader, "Read my mission order")
    act(leader, "I have read it")
    expect(leader.get_by_role("heading", level=1)).to_have_text("You have read your mission order")
    leader.goto(f"/my/teams/{on_the_road}")
    act(leader, "Is here")
    write(leader, "What was done", "Met both shifts.")
    write(leader, "People reached today", "40")
    act(leader, "Send the report")
    expect(leader.get_by_role("heading", name="Today is reported")).to_be_visible()
    desk.reload()
    expect(desk.get_by_text("Met both shifts.")).to_be_visible()


def test_a_longer_stay_is_asked_for_and_answered(person: Person, house: House) -> None:
    reference = house.files()
    house.orders(reference)
    desk = person("recommender")
    desk.goto(f"/desk/requests/{reference}/stay")
    ends = datetime.fromisoformat(house.parts["intake"].get(f"/deployments/{reference}")["ends_at"])
    tab_to(desk, "New last day on site")
    desk.keyboard.type((ends + timedelta(days=1)).strftime("%m%d%Y"))
    write(desk, "Why", "Two more funerals.")
    act(desk, "Ask the team to stay")
    act(desk, "Says yes")
    expect(desk.get_by_role("heading", name=re.compile("stays|can stay", re.I)).first).to_be_visible()


def test_the_help_is_rated_and_the_lesson_written(person: Person, house: House) -> None:
    reference = house.files()
    house.releases(reference)
    chief, desk = person("chief", width=PHONE), person("recommender")
    chief.goto(f"/agency/requests/{reference}")
    act(chief, "Three questions, a minute")
    tab_to(chief, "Very good")
    chief.keyboard.press("ArrowDown")  # in a group of choices the arrows choose
    write(chief, "What should we do better?", "Come a day sooner.")
    act(chief, "Send your rating")
    expect(chief.get_by_text("Thank you for telling us how it was")).to_be_visible()
    assert house.parts["chief"].get(f"/deployments/{reference}/rating")["help"] == 4
    desk.goto(f"/desk/requests/{reference}/after")
    write(desk, "Lessons for the next team", "Ask for badges before travel.")
    act(desk, "Save the words")
    desk.goto("/desk/lessons?q=badges")
    expect(desk.get_by_text("Ask for badges before travel.").first).to_be_visible()


def test_a_day_away_and_a_week_on_standby(person: Person) -> None:
    page = person("expert", width=PHONE)
    page.goto("/my/days?month=2027-04")
    page.get_by_role("button", name="Wednesday, April 14, free").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Wednesday, April 14, away")).to_be_visible()


def test_a_rule_is_looked_at_before_it_is_saved(person: Person) -> None:
    page = person("admin")
    page.goto("/desk/settings")
    tab_to(page, "Papers are valid after the last day")
    page.keyboard.press("Control+A")
    page.keyboard.type("60")
    press(page, "See what would change", "With these rules")
    expect(page.get_by_role("heading", name="What would change")).to_be_visible()
    expect(page.get_by_label("Papers are valid after the last day")).to_have_value("60")
    assert [wrong for mode in (*FIRST, "dark", "forced-colours") for wrong in findings(page, mode)] == []
    page.goto("/desk/settings")
    expect(page.get_by_label("Papers are valid after the last day")).to_have_value("7")
