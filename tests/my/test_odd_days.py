"""Days at the ends of the calendar, and leap days of other years, are answered and break nothing."""

from datetime import UTC, datetime

import pytest

from app.core.clock import clock
from tests.story import Story
from tests.web.browser import ADMIN, EXPERT, browser


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/my/days/tap", {"day": "9999-12-31"}),
        ("/my/days/range", {"first": "9999-12-31", "last": "", "kind": "away"}),
        ("/my/days/range", {"first": "12/31/9999", "last": "12/31/9999", "kind": "free"}),
        ("/my/care/pause", {"until": "0001-01-01"}),
    ],
)
async def test_a_day_at_the_end_of_time_is_refused_beside_its_field(
    story: Story, path: str, fields: dict[str, str]
) -> None:
    async with browser(story, EXPERT) as page:
        assert (await page.sends(path, **fields)).status_code == 422


async def test_a_search_for_the_last_of_all_days_is_refused(story: Story) -> None:
    async with browser(story, ADMIN) as admin:
        assert (await admin.opens("/desk/audit?until=9999-12-31")).status_code == 422
        assert (await admin.opens("/desk/experts?free_on=9999-12-31")).status_code == 422


async def test_the_leap_day_without_its_year_is_no_day_of_the_next_year(story: Story) -> None:
    clock.advance(datetime(2028, 3, 1, 18, tzinfo=UTC) - clock.now())
    async with browser(story, EXPERT) as page:
        wrong = await page.sends("/my/days/range", first="2/29", last="", kind="away")
        assert wrong.status_code == 422
        assert 'value="2/29"' in wrong.text
