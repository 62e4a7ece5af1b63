"""The desk's pages over the API: the same numbers, for programs."""

import pytest

from app.desk import board
from tests.story import Story
from tests.web.browser import INTAKE, browser


async def test_the_board_says_over_the_api_what_is_due_and_whose_it_is(story: Story) -> None:
    reference = await story.files()
    seen = await story.get("/board", who="intake")
    assert (seen["headline"], seen["yours"]) == ("One thing needs you now", 1)
    (row,) = seen["requests"]
    assert (row["reference"], row["stage"], row["is_yours"], row["owner"]) == (reference, "New", True, None)
    assert row["seats"] is None
    assert row["due"]
    (theirs,) = (await story.get("/board", who="approver"))["requests"]
    assert (theirs["is_yours"], theirs["waits_for"]) == (False, "Intake")


async def test_the_map_and_readiness_count_the_pool_over_the_api(story: Story) -> None:
    reference = await story.files()
    seen = await story.get("/map", who="intake")
    assert [row["reference"] for row in seen["requests"]] == [reference]
    assert seen["free_total"] == sum(state["people"] for state in seen["free"]) > 0
    only = await story.get("/map?discipline=MH", who="intake")
    assert 0 < only["free_total"] < seen["free_total"]
    assert all(state["by_discipline"]["MH"] == state["people"] for state in only["free"])
    cells = await story.get("/readiness", who="intake")
    assert len(cells) == 40
    assert all(cell["total"] >= cell["may_be_asked"] >= cell["expiring"] >= 0 for cell in cells)
    assert (await story.api("intake", "GET", "/map?discipline=XX")).status_code == 422


async def test_answers_and_the_handover_are_told_over_the_api(story: Story) -> None:
    reference = await story.files()
    await story.approves(reference)
    people = await story.asks(reference)
    await people[0].texts("YES")
    await people[1].texts("NO")
    told = await story.get(f"/deployments/{reference}/answers", who="intake")
    assert (told["answered"], told["yes"]) == (2, 1)
    assert told["asked"] == len(told["people"]) >= told["delivered"] >= 2
    mine = next(one for one in told["people"] if one["expert_id"] == people[0].id)
    assert mine["state"] == "accepted"
    assert mine["asked_at"] <= mine["delivered_at"] <= mine["answered_at"]
    assert (await story.get("/handover", who="intake"))["holder"] is None
    await story.post("intake", "/handover")
    await story.post("intake", "/handover")
    seen = await story.get("/handover", who="recommender")
    assert seen["holder"] == "Jo Ortega"
    assert {change["reference"] for change in seen["changes"]} == {reference}
    assert all(promise["due"] for promise in seen["promises"])


async def test_a_long_board_shows_what_is_due_first_and_leads_to_the_rest(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    later, sooner = await story.files(), await story.files()
    await story.post("intake", f"/requests/{later}/take-in")
    monkeypatch.setattr(board, "SHOWN", 1)
    async with browser(story, INTAKE) as page:
        short = await page.opens("/desk")
        assert "2 open requests." in short.text
        assert f'id="r-{sooner}"' in short.text
        assert f'id="r-{later}"' not in short.text
        assert "Show all 2" in short.text
        whole = await page.opens("/desk?show=all")
        assert f'id="r-{later}"' in whole.text
        assert "All 2 are shown" in whole.text
