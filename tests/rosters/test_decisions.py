"""Every roster keeps what it was made of, and says why somebody is not in it."""

import json
from collections import Counter
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from sqlalchemy import update
from typer.testing import CliRunner

from app.cli import cli
from app.core.clock import clock
from app.core.database import begin
from app.experts import taxonomy
from app.experts.models import Expert
from solver import words
from tests.story import Story
from tests.web.browser import RECOMMENDER, browser


async def proposed(story: Story) -> str:
    """A request whose first roster is there; its reference."""
    reference = await story.files()
    await story.approves(reference, "T2")
    return reference


async def test_a_kept_decision_makes_the_same_roster_again(story: Story, tmp_path: Path) -> None:
    reference = await proposed(story)
    answer = await story.api("recommender", "GET", f"/deployments/{reference}/rosters/1/record")
    assert answer.status_code == 200
    assert answer.headers["content-disposition"] == f'attachment; filename="{reference}-roster-1.json"'
    file = tmp_path / "kept.json"
    file.write_bytes(answer.content)
    again = CliRunner().invoke(cli, ["solve", str(file)])
    assert again.exit_code == 0, again.output
    assert "The same as the kept roster" in again.output

    kept = json.loads(answer.content)
    kept["result"]["seats"][0]["expert_id"] += 1
    file.write_text(json.dumps(kept), encoding="utf-8")
    other = CliRunner().invoke(cli, ["solve", str(file)])
    assert other.exit_code == 1
    assert "seats[0].expert_id" in other.output

    kept["problem"]["experts"][0]["chance"] = 0.99
    file.write_text(json.dumps(kept), encoding="utf-8")
    forged = CliRunner().invoke(cli, ["solve", str(file)])
    assert forged.exit_code == 2
    assert "sha256" in forged.output


@pytest.mark.parametrize("who", ["chief", "expert", "stranger"])
async def test_only_the_desk_reads_a_decision(story: Story, who: str) -> None:
    reference = await proposed(story)
    for path in ("record", "why-not?seat=1&expert_id=1"):
        answer = await story.api(who, "GET", f"/deployments/{reference}/rosters/1/{path}")
        assert answer.status_code in (403, 404)


async def test_a_swap_by_hand_is_part_of_the_decision(story: Story) -> None:
    reference = await proposed(story)
    seats = (await story.get(f"/deployments/{reference}/rosters/1"))["seats"]
    seat = next(one for one in seats if one["alternates"])
    assert seat["instead"]["changes"]
    assert any(one["differences"] for one in seat["alternates"])
    other = seat["alternates"][0]["expert_id"]
    change = {"seat": seat["number"], "expert_id": other}
    await story.post("recommender", f"/deployments/{reference}/rosters/1/swap", change)
    answer = await story.api("recommender", "GET", f"/deployments/{reference}/rosters/1/record")
    now = next(
        one
        for one in (await story.get(f"/deployments/{reference}/rosters/1"))["seats"]
        if one["number"] == seat["number"]
    )
    assert (now["choice"]["expert_id"], now["instead"]) == (other, None)
    assert [(edit["left"], edit["came"]) for edit in answer.json()["edits"]] == [(seat["choice"]["expert_id"], other)]


async def test_why_not_her_tells_the_rule_or_the_price(story: Story) -> None:
    reference = await proposed(story)
    seats = (await story.get(f"/deployments/{reference}/rosters/1"))["seats"]
    seat = next(one for one in seats if one["alternates"])
    path = f"/deployments/{reference}/rosters/1/why-not?seat={seat['number']}&expert_id="
    prices = [await story.get(f"{path}{one['expert_id']}", "recommender") for one in seat["alternates"]]
    assert all(price["rules"] == [] for price in prices)
    assert any(price["costs"] for price in prices)
    assert all([one["text"] for one in price["differences"]] == price["costs"] for price in prices)
    assert all(price["is_proven"] for price in prices)
    assert all(price["changes"] for price in prices)

    lowest = min(one["choice"]["expert_id"] for one in seats)
    told = [await story.get(f"{path}{expert}", "recommender") for expert in range(lowest, lowest + 30)]
    kept_out = [one for one in told if one["rules"]]
    assert kept_out
    assert all(not one["costs"] for one in kept_out)
    assert all([rule["text"] for rule in one["broken"]] == one["rules"] for one in kept_out)
    assert {"leader"} <= {rule["code"] for one in kept_out for rule in one["broken"]}
    nowhere = f"/deployments/{reference}/rosters/1/why-not?seat=99&expert_id={lowest}"
    for unknown in (f"{path}999999", nowhere):
        assert (await story.api("recommender", "GET", unknown)).status_code == 404


async def test_the_runner_up_is_named_with_its_price(story: Story) -> None:
    reference = await proposed(story)
    roster = await story.get(f"/deployments/{reference}/rosters/1")
    assert roster["gap"] == 0
    second = roster["runner_up"]
    assert set(second["changes"]) <= {move["text"] for move in second["moves"]}
    assert len(second["changes"]) > 0
    assert second["costs"] == [difference["text"] for difference in second["differences"]]


async def test_the_next_version_says_who_left_who_came_and_who_stays(story: Story) -> None:
    reference = await proposed(story)
    first, *_ = await story.asks(reference)
    before = (await story.get(f"/deployments/{reference}/rosters/1"))["seats"]
    title = next(one["title"] for one in before if one["choice"]["name"] == first.name)
    await first.texts(f"NO {(await story.offer_to(reference, first))['code']}")
    await story.settle()
    changes = (await story.get(f"/deployments/{reference}/rosters/2"))["changes"]
    by_kind = Counter(change["kind"] for change in changes)
    assert by_kind == {"left": 1, "came": 1, "stays": len(before) - 1}
    texts = [change["text"] for change in changes]
    assert texts[0] == f"{first.name} leaves the seat of {title.lower()} and is not asked again."
    assert texts[1].endswith(f" comes in as {title.lower()} in place of {first.name}.")


async def test_the_desks_page_says_what_changed_and_the_best_team_without_each(story: Story) -> None:
    reference = await proposed(story)
    async with browser(story, RECOMMENDER) as page:
        first_version = (await page.opens(f"/desk/requests/{reference}")).text
    assert "It costs:" in first_version
    assert "Compose without" in first_version
    assert "What changed" not in first_version
    first, *others = await story.asks(reference)
    await first.texts(f"NO {(await story.offer_to(reference, first))['code']}")
    await story.settle()
    async with browser(story, RECOMMENDER) as page:
        shown = (await page.opens(f"/desk/requests/{reference}")).text
    assert "What changed with version 2" in shown
    assert f"{first.name} leaves the seat of" in shown
    assert f"The other {len(others)} stay in their seats" in shown


async def test_a_seat_that_nobody_fits_tells_its_funnel_and_what_would_fill_it(story: Story) -> None:
    async with begin() as session:
        held = clock.now() + timedelta(days=2)
        await session.execute(update(Expert).where(Expert.disciplines.contains(["CL"])).values(eligible_from=held))
    reference = await proposed(story)
    seats = (await story.get(f"/deployments/{reference}/rosters/1"))["seats"]
    (empty,) = (seat for seat in seats if seat["choice"] is None)
    assert "eligible" in {step["rule"] for step in empty["funnel"]}
    assert empty["funnel"][-1]["left"] == 0
    assert "eligible" in {waiver["rule"] for help_ in empty["helps"] for waiver in help_["waivers"]}
    texts = [reason["text"] for reason in empty["empty_because"] if reason["code"] == "would_help"]
    assert texts == [help_["text"] for help_ in empty["helps"]]
    assert any(f"could come as {empty['title'].lower()} if a rest or hold ended" in text for text in texts)
    async with browser(story, RECOMMENDER) as page:
        shown = unescape((await page.opens(f"/desk/requests/{reference}")).text)
    assert all(text in shown for text in texts)
    assert "are resting or on hold" in shown


def test_the_solver_calls_languages_what_everybody_calls_them() -> None:
    assert words.LANGUAGES == taxonomy.LANGUAGES
    assert {slug: name.lower() for slug, name in taxonomy.DISCIPLINES.items()} == words.DISCIPLINE_NAMES
