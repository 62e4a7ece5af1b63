"""Nobody is disturbed more often in a day, or in 30, than the house allows, whichever teams want them."""

from datetime import datetime, timedelta
from html import unescape

import pytest
from sqlalchemy import text, update

from app.core.clock import clock
from app.core.database import begin
from app.core.settings import get_settings
from app.dispatch.models import Offer
from app.experts.models import Expert
from tests.my.test_pages import plays_expert
from tests.story import Person, Story
from tests.web.browser import EXPERT, INTAKE, RECOMMENDER, browser

A_MONTH = timedelta(days=30)


def _allows(monkeypatch: pytest.MonkeyPatch, *, day: int, month: int) -> None:
    monkeypatch.setenv("RRT_QUESTIONS_PER_DAY", str(day))
    monkeypatch.setenv("RRT_QUESTIONS_PER_MONTH", str(month))
    get_settings.cache_clear()


@pytest.fixture
def one_a_day(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever was asked once is left in peace for a day."""
    _allows(monkeypatch, day=1, month=10)


@pytest.fixture
def one_a_month(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever was asked once is left in peace for 30 days."""
    _allows(monkeypatch, day=1, month=1)


async def _asked_and_all_say_no(story: Story) -> dict[int, Person]:
    """Everybody whom a team asks until nobody is asked any more; the alternates of the first too."""
    reference = await story.files()
    await story.approves(reference)
    people = {person.id: person for person in await story.asks(reference)}
    for person in people.values():
        await person.texts("NO")
    asked = [offer["expert_id"] for offer in await story.offers(reference)]
    return people | {who: await story.person(who) for who in asked}


async def _first_asked(story: Story) -> set[int]:
    reference = await story.files()
    await story.approves(reference)
    return {person.id for person in await story.asks(reference)}


async def _ages(span: timedelta) -> None:
    """All questions become older by so much."""
    async with begin() as session:
        older = {"asked_at": Offer.asked_at - span, "reply_by": Offer.reply_by - span}
        await session.execute(update(Offer).values(older))


@pytest.mark.usefixtures("one_a_day")
async def test_who_was_asked_often_enough_today_is_asked_by_no_other_team_not_even_as_the_next(story: Story) -> None:
    tired = await _asked_and_all_say_no(story)
    second = await _asked_and_all_say_no(story)
    assert len(second) > 3
    assert not second.keys() & tired.keys()


async def _proposed(story: Story, reference: str) -> set[int]:
    seats = (await story.get(f"/deployments/{reference}/rosters/1"))["seats"]
    return {seat["choice"]["expert_id"] for seat in seats if seat["choice"]}


@pytest.mark.usefixtures("one_a_month")
async def test_who_stands_in_a_roster_since_before_they_were_asked_elsewhere_is_not_asked_by_it(story: Story) -> None:
    first, second = await story.files(), await story.files()
    for reference in (first, second):
        await story.approves(reference)
    both = await _proposed(story, first) & await _proposed(story, second)
    for person in await story.asks(first):
        await person.texts("NO")
    asked = {person.id for person in await story.asks(second)}
    assert both
    assert len(asked) >= 3
    assert not both & asked


@pytest.mark.usefixtures("one_a_month")
async def test_who_was_asked_often_enough_in_30_days_rests_until_the_first_question_is_so_old(story: Story) -> None:
    tired = await _asked_and_all_say_no(story)
    await _ages(A_MONTH - timedelta(hours=1))
    assert not await _first_asked(story) & tired.keys()


@pytest.mark.usefixtures("one_a_month")
async def test_after_30_days_they_are_asked_again(story: Story) -> None:
    first = await _first_asked(story)
    for offer in first:
        await (await story.person(offer)).texts("NO")
    await _ages(A_MONTH)
    assert await _first_asked(story) & first


async def _asked_before(person: Person, times: int, ago: timedelta, *, state: str = "declined") -> None:
    """Somebody was asked so often before their last question, the first of these so long ago."""
    async with begin() as session:
        await session.execute(
            text(
                "insert into offers"
                " (deployment_id, position_id, expert_id, code, state, rung, asked_at, reply_by, travel)"
                " select deployment_id, position_id, expert_id, 900 + n, :state, 3, :first + n * interval '1 hour',"
                " :first + n * interval '1 hour' + interval '50 minutes', travel from (select * from offers"
                " where expert_id = :who order by id desc limit 1) o, generate_series(0, :times - 1) n"
            ),
            {"who": person.id, "times": times, "first": clock.now() - ago, "state": state},
        )


async def _answered_no(story: Story) -> Person:
    """Who a first team asks for its first seat, after their no."""
    reference = await story.files()
    await story.approves(reference)
    person = (await story.asks(reference))[0]
    await person.texts("NO")
    return person


async def test_the_tenth_question_of_30_days_is_asked(story: Story) -> None:
    person = await _answered_no(story)
    await _asked_before(person, 8, A_MONTH - timedelta(hours=2))
    assert person.id in await _first_asked(story)


async def test_the_eleventh_is_not_and_the_desk_reads_why_and_until_when(story: Story) -> None:
    person = await _answered_no(story)
    await _asked_before(person, 9, A_MONTH - timedelta(days=5))
    reference = await story.files()
    await story.approves(reference)
    async with browser(story, RECOMMENDER) as page:
        seat = unescape((await page.opens(f"/desk/requests/{reference}/seats/1?expert={person.id}")).text)
    assert f"{person.name} cannot take this seat" in seat
    assert "was asked often enough lately" in seat
    assert "Was asked 10 times in 30 days, and is not asked again before Sat Nov 28, " in seat
    assert person.id not in {asked.id for asked in await story.asks(reference)}


async def test_the_page_of_an_expert_counts_what_they_said_and_says_that_they_rest(story: Story) -> None:
    person = await _answered_no(story)
    await _asked_before(person, 6, timedelta(days=20))
    await _asked_before(person, 2, timedelta(days=15), state="expired")
    async with browser(story, INTAKE) as page:
        shown = unescape((await page.opens(f"/desk/experts/{person.id}")).text)
        assert "Asked 9 times in the last 30 days: 7 no, 2 without an answer." in shown
        assert f"{person.name} is ready to be asked" in shown
        assert "Rests from questions" not in shown
        await _asked_before(person, 1, timedelta(days=10), state="standby")
        shown = unescape((await page.opens(f"/desk/experts/{person.id}")).text)
        found = unescape((await page.opens(f"/desk/experts?q={person.name}")).text)
    assert found.count("Rests from questions until Thu Dec 3, ") == 1
    assert "Asked 10 times in the last 30 days: 1 yes, 7 no, 2 without an answer." in shown
    assert f"{person.name} rests from questions until Thu Dec 3, " in shown
    assert "Rests from questions. Was asked 10 times in 30 days, and is not asked again before Thu Dec 3, " in shown


async def test_programs_read_the_same(story: Story) -> None:
    person = await _answered_no(story)
    path = f"/experts/{person.id}/questions"
    told = await story.get(path)
    assert (told["asked"], told["no"], told["rests_until"], told["rests_because"]) == (1, 1, None, "")
    await _asked_before(person, 9, timedelta(days=20))
    told = await story.get(path)
    assert (told["asked"], told["no"], told["yes"]) == (10, 10, 0)
    assert datetime.fromisoformat(told["rests_until"]) > clock.now() + timedelta(days=9)
    assert told["rests_because"].startswith("Was asked 10 times in 30 days")
    assert (await story.api("intake", "GET", "/experts/999999/questions")).status_code == 404
    assert (await story.api("chief", "GET", path)).status_code == 403


@pytest.mark.parametrize("language", ["en", "es"])
async def test_their_own_page_says_that_they_are_left_in_peace_and_until_when(story: Story, language: str) -> None:
    person = await _answered_no(story)
    await plays_expert(person)
    async with begin() as session:
        await session.execute(update(Expert).where(Expert.id == person.id).values(preferred_language=language))
    says = {
        "en": "We asked you 10 times within 30 days, so we do not ask you again before Thu Dec 3, ",
        "es": "Le preguntamos 10 veces en 30 días, así que no volvemos a preguntarle antes del jue 3 dic, ",
    }[language]
    async with browser(story, EXPERT) as page:
        assert says[:20] not in unescape((await page.opens("/my")).text)
        await _asked_before(person, 9, timedelta(days=20))
        assert says in unescape((await page.opens("/my")).text)


@pytest.mark.usefixtures("one_a_day")
async def test_their_own_page_says_it_of_a_day_too(story: Story) -> None:
    await plays_expert(await _answered_no(story))
    async with browser(story, EXPERT) as page:
        shown = unescape((await page.opens("/my")).text)
    assert "We asked you once within 24 hours, so we do not ask you again before Tue Nov 24, " in shown


async def _refused_then_asked(story: Story, person: Person) -> str:
    """The desk wants somebody by name who rests: what it is told first; with a reason they are asked."""
    reference = await story.files()
    await story.approves(reference)
    await story.asks(reference)
    wish = {"seat": 1, "expert_id": person.id, "reason": ""}
    path = f"/deployments/{reference}/call-out/ask"
    refused = await story.api("recommender", "POST", path, wish)
    (rule,) = (rule for rule in refused.json()["rules"] if rule["code"] == "asked_often")
    made = await story.api("recommender", "POST", path, wish | {"reason": "She offered to come"})
    assert made.status_code == 201
    return str(rule["text"])


@pytest.mark.usefixtures("one_a_day")
async def test_the_desk_asks_them_all_the_same_with_a_written_reason(story: Story) -> None:
    said = await _refused_then_asked(story, await _answered_no(story))
    assert said.startswith("Was asked once in 24 hours, and is not asked again before Tue Nov 24, ")


async def test_whoever_rests_for_days_too(story: Story) -> None:
    person = await _answered_no(story)
    await _asked_before(person, 9, timedelta(days=20))
    said = await _refused_then_asked(story, person)
    assert said.startswith("Was asked 10 times in 30 days, and is not asked again before Thu Dec 3, ")
