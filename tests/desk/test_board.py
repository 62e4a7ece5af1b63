"""What needs whom now: an owner's things are theirs until they are late, and nothing that waits is left out."""

import re
from datetime import timedelta
from uuid import uuid4

from app.access import users
from app.core.database import begin
from app.seed.filling import DEMO_PASSWORD
from app.watch import alarms
from tests.story import Story
from tests.web.browser import CHIEF, INTAKE, RECOMMENDER, browser, headline

SECOND = "second@desk.example"


async def test_a_request_that_somebody_looks_after_needs_others_only_when_it_is_late(story: Story) -> None:
    async with begin() as session:
        await users.add(
            session, email=SECOND, name="Kim Second", roles=["intake_officer"], password=DEMO_PASSWORD
        )  # fmt: skip
    reference = await story.files()
    async with browser(story, SECOND) as page:
        assert headline(await page.opens("/desk")) == "One thing needs you now"
        await story.post("intake", f"/requests/{reference}/take-in")
        quiet = await page.opens("/desk")
        assert headline(quiet) == "Nothing needs you now"
        assert "Jo Ortega" in quiet.text
        await story.passes(timedelta(hours=2, minutes=5), timedelta(hours=2, minutes=5))
    async with browser(story, SECOND) as page:
        assert headline(await page.opens("/desk")) == "One thing needs you now"
        taken = await page.sends(f"/desk/requests/{reference}/own", next="board")
        assert taken.url.path == "/desk"
    async with browser(story, INTAKE) as page:
        assert "Kim Second" in (await page.opens("/desk")).text


async def test_an_answer_of_the_agency_needs_the_desk_and_then_the_recommendation(story: Story) -> None:
    reference = await story.files()
    await story.post("intake", f"/requests/{reference}/take-in")
    await story.post("intake", f"/requests/{reference}/questions", {"question": "Who leads?"})
    async with browser(story, INTAKE) as page, browser(story, CHIEF) as chief:
        assert headline(await page.opens("/desk")) == "Nothing needs you now"
        await chief.sends(f"/agency/requests/{reference}/answer", answer="The sheriff.")
        assert "Read the answer" in (await page.opens("/desk")).text
        await page.sends(f"/desk/requests/{reference}/notes", version="0", scope="Officers")
        assert headline(await page.opens("/desk")) == "Nothing needs you now"
    async with browser(story, RECOMMENDER) as page:
        assert "Recommend a team" in (await page.opens("/desk")).text


async def test_a_call_that_is_not_finished_and_an_alarm_need_the_desk(story: Story) -> None:
    async with browser(story, INTAKE) as page:
        assert "It is quiet." in (await page.opens("/desk")).text
        token = str(uuid4())
        await page.sends("/desk/new", token=token, contact_name="Ellen")
        shown = await page.opens("/desk")
        assert headline(shown) == "One thing needs you now"
        assert f"/desk/new?draft={token}" in shown.text
        async with begin() as session:
            await alarms.sound(session, "test", key="test", says="Something is wrong.", action="Look.")
        assert headline(await page.opens("/desk")) == "Two things need you now"


async def test_of_many_alarms_the_board_shows_the_oldest_and_the_newest_and_the_api_all(story: Story) -> None:
    async with browser(story, INTAKE) as page:
        for count, (shown, between) in {8: (8, ""), 10: (8, "2 more came between these")}.items():
            async with begin() as session:
                for number in range(1, count + 1):
                    await alarms.sound(session, "test", key=f"{number}", says=f"Wrong {number}.", action="Look.")
            board = (await page.opens("/desk")).text
            said = re.findall(r"<strong>(Wrong \d+)\.", board)
            assert said == [f"Wrong {n}" for n in (1, 2, 3, 4, *range(count - 3, count + 1))]
            assert (len(said), f"{count} alarms" in board, between in board) == (shown, True, True)
            assert ("came between" in board) is bool(between)
        assert "Wrong 6." in (await page.opens("/desk/handover")).text
    first = await story.get("/alarms?limit=6")
    rest = await story.get(f"/alarms?limit=6&after={first[-1]['id']}")
    assert [one["says"] for one in first + rest] == [f"Wrong {number}." for number in range(1, 11)]
    assert (await story.api("intake", "GET", "/alarms?limit=0")).status_code == 422
