"""What looks like a victim's name, a birth date or a case number is asked once to be left out in notes and reports."""

import re

from tests.afterwards.test_after import WORDS, _released, _version
from tests.field.conftest import at_page, on_site
from tests.journeys.conftest import story
from tests.story import Story
from tests.web.browser import INTAKE, Browser, browser

__all__ = ["story"]
NAMED = "The victim Jane Canary, born 3/4/1990, case no. 24-00123"
LEAVE_OUT = "leave it out"


async def _once(page: Browser, path: str, field: str, **form: str) -> None:
    """With a name in it, it comes back with all that was typed; other words are asked again, the same are taken."""
    told = await page.sends(path, **form | {field: NAMED})
    assert "name of a victim" in told.text
    assert "case number" in told.text
    assert NAMED in told.text
    seen = re.findall(r'name="left_in" value="([^"]+)"', told.text)[0]
    assert LEAVE_OUT in (await page.sends(path, **form | {field: f"{NAMED} too", "left_in": seen})).text
    taken = await page.sends(path, **form | {field: NAMED, "left_in": seen})
    assert taken.status_code == 200
    assert LEAVE_OUT not in taken.text


async def test_notes_of_the_intake_call(story: Story) -> None:
    reference = await story.files()
    await story.post("intake", f"/requests/{reference}/take-in")
    async with browser(story, INTAKE) as page:
        await _once(page, f"/desk/requests/{reference}/notes", "scope", version="0")


async def test_the_days_report_of_the_leader(story: Story) -> None:
    reference, people = await on_site(story)
    async with at_page(story, people[0]) as leader:
        await _once(leader, f"/my/teams/{reference}/report", "done", planned="", needs="", people_reached="3")


async def test_the_after_action_report(story: Story) -> None:
    reference, people = await _released(story)
    mine = f"/my/teams/{reference}/after"
    async with at_page(story, people[0]) as leader:
        version = _version((await leader.opens(mine)).text)
        await _once(leader, mine, "summary", **WORDS | {"version": version, "verb": "save"})
