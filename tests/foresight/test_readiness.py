"""Readiness through the desk's doors: asked for, worked out, shown, and the alarm when it falls under the floor."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from app.core.clock import clock
from app.core.database import begin
from app.core.events import SYSTEM
from app.core.settings import get_settings
from app.foresight import forecasts
from app.foresight.models import Forecast, ForecastKind
from app.rosters import rules
from app.watch import alarms
from tests.story import Story
from tests.web.browser import ADMIN, INTAKE, browser, headline


async def worked_out(story: Story) -> dict[str, Any]:
    """Readiness as the API tells it, after it was asked for."""
    asked = await story.api("admin", "POST", "/foresight/readiness")
    assert asked.status_code == 202, asked.text
    await story.settle()
    answer = await story.api("intake", "GET", "/foresight/readiness")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_readiness_is_asked_for_worked_out_and_shown_with_its_age(story: Story) -> None:
    async with browser(story, ADMIN) as page:
        before = await page.opens("/desk/foresight")
        assert headline(before) == "Readiness has not been worked out yet"
        waiting = await page.sends("/desk/foresight")
        assert headline(waiting) == "Readiness is being worked out"
        await story.settle()
        after = await page.opens("/desk/foresight?view=CL&hours=12")
        assert headline(after).startswith("A clinician is on site within 12 hours ")
        assert "Worked out" in after.text
        assert "No alarm is set." in after.text
        await floor(story, 99)
        assert "Under the floor of 99 in 100 within 24 hours: " in (await page.opens("/desk/foresight")).text


async def test_the_api_tells_every_state_and_what_it_rests_on(story: Story) -> None:
    found = await worked_out(story)
    assert len(found["states"]) == 56
    assert found["weights"] == "people"
    assert [one["hours"] for one in found["nation"]["team"]] == [6, 12, 24, 48]
    assert [day["day"] for day in found["ahead"]] == [0, 15, 30, 45, 60, 75, 90]
    assert found["people"] == 300
    again = await worked_out(story)
    assert {**again, "made_at": "", "took_ms": 0} == {**found, "made_at": "", "took_ms": 0}


async def test_whoever_was_asked_often_enough_lately_does_not_count_until_they_may_be_asked_again(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RRT_QUESTIONS_PER_DAY", "1")
    monkeypatch.setenv("RRT_QUESTIONS_PER_MONTH", "1")
    get_settings.cache_clear()
    before = (await worked_out(story))["ahead"]
    reference = await story.files()
    await story.approves(reference)
    for person in await story.asks(reference):
        await person.texts("NO")
    asked = {offer["expert_id"] for offer in await story.offers(reference)}
    after = (await worked_out(story))["ahead"]
    more = {now["day"]: now["away"] - then["away"] for then, now in zip(before, after, strict=True)}
    assert more[0] == more[15] == len(asked) > 0
    assert more[45] == 0


async def test_under_the_floor_the_desk_is_told_once_and_it_ends_when_readiness_is_better(story: Story) -> None:
    await floor(story, 99)
    await worked_out(story)
    (alarm,) = await open_alarms(story)
    assert "within 24 h with less than 99 in 100" in alarm["says"]
    await made(story, {"AK": 0.5, "TX": 1.0})
    (again,) = await open_alarms(story)
    assert again["id"] == alarm["id"]
    assert again["says"].endswith("in AK.")
    assert (await story.api("recommender", "POST", f"/alarms/{alarm['id']}/settle")).status_code == 204
    await made(story, {"AK": 0.4, "TX": 1.0})
    assert await open_alarms(story) == []  # whoever settled it knows of Alaska
    await made(story, {"AK": 0.4, "TX": 0.9})
    (other,) = await open_alarms(story)
    assert "AK, TX" in other["says"]
    await made(story, {"AK": 1.0, "TX": 1.0})
    assert await open_alarms(story) == []


async def test_many_alarms_that_nobody_settled_do_not_hide_that_it_was_told(story: Story) -> None:
    async with begin() as session:
        for number in range(101):
            await alarms.sound(session, "test", key=f"{number}", says="Wrong.", action="Look.")
    await floor(story, 99)
    await made(story, {"AK": 0.5, "TX": 0.9})
    await made(story, {"AK": 0.5, "TX": 1.0})
    (alarm,) = await open_alarms(story)
    assert (alarm["says"].endswith("in AK."), alarm["times"]) == (True, 2)


async def test_one_at_a_time_is_worked_out_and_what_hangs_is_given_up(story: Story) -> None:
    first = (await story.api("admin", "POST", "/foresight/readiness")).json()["id"]
    assert (await story.api("admin", "POST", "/foresight/readiness")).json()["id"] == first
    clock.advance(timedelta(hours=2))
    second = (await story.api("admin", "POST", "/foresight/readiness")).json()["id"]
    assert second != first
    async with begin() as session:
        assert (await session.get_one(Forecast, first)).failed_because == "It took too long."
        await session.execute(update(Forecast).values(failed_because="A test."))  # nothing is left to work out
    clock.advance(timedelta(minutes=40))
    async with browser(story, ADMIN) as page:
        shown = await page.opens("/desk/foresight")
        assert "The last try, asked for 40 min ago, came to nothing: A test." in shown.text


async def made(story: Story, teams: dict[str, float]) -> None:
    """Readiness is worked out, with these chances of a team in states."""
    views = {state: {"views": {"team": [{"p": p}] * 4}} for state, p in teams.items()}
    async with begin() as session:
        before = await forecasts.newest(session, ForecastKind.READINESS)
        now = Forecast(
            kind=ForecastKind.READINESS, seed=1, asks={}, asked_at=clock.now(), asked_by="A test.", made_at=clock.now(),
            took_ms=1, values={"states": views},
        )  # fmt: skip
        session.add(now)
        await session.flush()
        await forecasts.watch(session, now, before, await rules.current(session))


async def floor(story: Story, in_100: int) -> None:
    async with begin() as session:
        held = await rules.current(session)
        newest = await rules.versions(session, 1)
        changed = held.model_copy(update={"readiness_floor": in_100})
        await rules.change(session, changed, "A test.", seen=newest[0].version if newest else 0, by=SYSTEM)
    await story.settle()


async def open_alarms(story: Story) -> list[dict[str, Any]]:
    answer = await story.api("recommender", "GET", "/alarms?limit=200")
    return [one for one in answer.json() if one["kind"] == "readiness.floor"]


async def test_whoever_may_only_read_experts_is_not_shown_the_button(story: Story) -> None:
    async with browser(story, INTAKE) as page:
        assert "/desk/foresight" in (await page.opens("/desk/foresight")).text
        assert (
            "<button" not in (await page.opens("/desk/foresight/recruiting")).text.split("<main")[1].split("</main>")[0]
        )
