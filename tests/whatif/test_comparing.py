"""What if, through the desk's doors: asked for, played draw by draw beside the loop, shown side by side."""

from typing import Any

import pytest

from tests.story import Story
from tests.web.browser import ADMIN, browser, headline

HEAD = "date,kind,agency,city,state,latitude,longitude,killed,injured\n"
FIELDS = {"draws": "2", "days": "14", "floor_percent": "40", "seed": "5"}
ROW = "2015-{month:02d}-{day:02d},officer_involved_shooting,Denver Police,Denver,CO,39.74,-104.99,{killed},0\n"


async def _with_incidents(story: Story) -> None:
    rows = [ROW.format(month=month, day=day, killed=day % 2) for month in range(1, 13) for day in (3, 14, 25)]
    form = {"file": ("past.csv", (HEAD + "".join(rows)).encode(), "text/csv")}
    headers = {"Authorization": f"Bearer {story.keys['admin']}"}
    loaded = await story.http.post("/api/v1/foresight/incidents", files=form, headers=headers)
    assert loaded.status_code == 201, loaded.text


async def _asked(story: Story, **more: Any) -> Any:
    form = {"scenarios": ["clinicians_decline", "longer_rest"], "draws": 2, "days": 14, "seed": 5} | more
    return await story.api("admin", "POST", "/what-if", form)


async def test_without_past_incidents_nothing_is_played_and_the_page_says_what_to_do(story: Story) -> None:
    async with browser(story, ADMIN) as page:
        refused = await page.sends("/desk/foresight/what-if", **FIELDS, scenarios="reserves")
    assert refused.status_code == 422
    assert "Load past incidents under Demand first" in refused.text
    assert 'value="40"' in refused.text


async def test_what_is_wrong_is_said_beside_its_field_and_nothing_typed_is_lost(story: Story) -> None:
    async with browser(story, ADMIN) as page:
        refused = await page.sends("/desk/foresight/what-if", **FIELDS | {"draws": "1", "days": "soon"})
    for said in ("From 2 to 60", "From 7 to 365", "Choose at least one", 'value="soon"'):
        assert said in refused.text
    assert (await _asked(story, scenarios=["aliens"])).status_code == 422


async def test_draws_in_which_nothing_happens_do_not_end_a_comparison(story: Story) -> None:
    form = {"file": ("past.csv", (HEAD + ROW.format(month=1, day=3, killed=1)).encode(), "text/csv")}
    headers = {"Authorization": f"Bearer {story.keys['admin']}"}
    assert (await story.http.post("/api/v1/foresight/incidents", files=form, headers=headers)).status_code == 201
    made = await _asked(story, scenarios=["longer_rest"], days=7, draws=3)
    await story.settle()
    found = await story.get(f"/what-if/{made.json()['id']}")
    assert (found["done"], found["failed_because"]) == (3, None)
    async with browser(story, ADMIN) as page:
        shown = await page.opens(f"/desk/foresight/what-if/{made.json()['id']}")
    assert headline(shown) == "None of these fills clearly fewer seats than today"


@pytest.mark.timeout(300)
async def test_a_comparison_is_played_and_shown_side_by_side_with_intervals(story: Story) -> None:
    await _with_incidents(story)
    made = await _asked(story)
    assert made.status_code == 201, made.text
    await story.settle()
    found = await story.get(f"/what-if/{made.json()['id']}")
    assert (found["done"], found["failed_because"], found["is_synthetic"]) == (2, None, True)
    assert found["ended_at"] is not None
    today, declined, rested = found["results"]
    assert [one["scenario"] for one in found["results"]] == ["today", "clinicians_decline", "longer_rest"]
    assert today["figures"]["fill_rate"]["runs"] == 2
    assert declined["differs"]["offers_per_seat"]["mean"] > 0
    assert rested["differs"]["fill_rate"]["mean"] <= 0
    async with browser(story, ADMIN) as page:
        shown = await page.opens(f"/desk/foresight/what-if/{made.json()['id']}")
    assert "than today" in headline(shown)
    assert "Synthetic" in shown.text
    assert "<svg" in shown.text
    again = await _asked(story)
    await story.settle()
    assert (await story.get(f"/what-if/{again.json()['id']}"))["results"] == found["results"]
