"""Readiness through the desk's doors: asked for, worked out, shown, and the alarm when it falls under the floor."""

from typing import Any

from tests.story import Story
from tests.web.browser import ADMIN, browser, headline


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
