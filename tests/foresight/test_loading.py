"""Files of past incidents: loaded whole or not at all; advice rests on them."""

from typing import Any

import httpx
import pytest
from sqlalchemy import select, update
from typer.testing import CliRunner

from app.cli import cli
from app.core.database import begin
from app.experts.models import Expert
from app.foresight import demand
from tests.foresight.test_demand import a_year
from tests.story import Story
from tests.web.browser import ADMIN, browser, headline

GOOD = demand.as_csv(a_year(count=80))
BAD = GOOD + "2025-13-01,mass_violence,Police,Town,TX,30,-97,1,0\n2025-05-01,mass_violence,Police,Town,ZZ,30,-97,1,0\n"


async def loads(story: Story, content: str, name: str = "past.csv", query: str = "") -> httpx.Response:
    return await story.http.post(
        f"/api/v1/foresight/incidents{query}", files={"file": (name, content.encode())},
        headers={"Authorization": f"Bearer {story.keys['admin']}"},
    )  # fmt: skip


async def told(story: Story) -> dict[str, Any] | None:
    answer = await story.api("intake", "GET", "/foresight/demand")
    found: dict[str, Any] = answer.json()
    return found if answer.status_code == 200 else None


async def test_a_file_with_a_bad_line_loads_nothing_and_names_every_such_line(story: Story) -> None:
    refused = await loads(story, BAD)
    assert refused.status_code == 422
    assert "line 82" in refused.text
    assert "line 83" in refused.text
    assert "&#39;ZZ&#39;" in refused.text or "'ZZ'" in refused.text
    assert await told(story) is None
    still = await loads(story, BAD, query="?skip_unknown=true")
    assert still.status_code == 422  # a bad date is no unknown place
    unknown = GOOD + BAD.splitlines()[-1] + "\n"
    assert (await loads(story, unknown)).status_code == 422
    assert (await loads(story, unknown, query="?skip_unknown=true")).status_code == 201
    known = await told(story)
    assert known is not None
    assert known["incidents"] == 80


async def test_a_file_counts_once_and_can_be_taken_out_again(story: Story) -> None:
    made = await loads(story, GOOD)
    assert made.status_code == 201, made.text
    assert (await loads(story, GOOD, "again.csv")).status_code == 422
    known = await told(story)
    assert known is not None
    assert known["a_year"]["value"] == pytest.approx(80, rel=0.02)
    assert known["a_year"]["low"] < 70
    assert known["a_year"]["high"] > 90
    assert known["states"]["CA"]["a_year"]["low"] < known["states"]["CA"]["a_year"]["value"]
    answer = await story.api("admin", "DELETE", f"/foresight/incidents/{made.json()['id']}")
    assert answer.status_code == 204
    assert await told(story) is None


async def test_years_of_which_no_file_says_anything_do_not_count_as_quiet_ones(story: Story) -> None:
    assert (await loads(story, GOOD)).status_code == 201
    one = await told(story)
    assert (await loads(story, GOOD.replace("2025-", "2016-"), "older.csv")).status_code == 201
    two = await told(story)
    assert one is not None and two is not None
    assert two["a_year"]["value"] == pytest.approx(one["a_year"]["value"], rel=0.01)
    assert two["a_year"]["high"] - two["a_year"]["low"] < one["a_year"]["high"] - one["a_year"]["low"]


async def test_an_invented_file_is_called_synthetic_on_the_page(story: Story) -> None:
    invented = demand.as_csv(demand.a_year(demand.estimate(a_year(count=80)), 1))
    assert (await loads(story, invented, "invented.csv")).json()["is_synthetic"] is True
    async with browser(story, ADMIN) as page:
        shown = await page.opens("/desk/foresight/demand")
        assert headline(shown).endswith("incidents a year are to be expected")
        assert "Some of them are synthetic" in shown.text


async def test_advice_waits_for_incidents_then_names_whom_and_compares(story: Story) -> None:
    asked = await story.api("admin", "POST", "/foresight/recruiting", {"count": 2})
    assert asked.status_code == 202
    await story.settle()
    async with browser(story, ADMIN) as page:
        before = await page.opens("/desk/foresight/recruiting")
        assert "No past incidents are loaded" in before.text
        assert (await story.api("intake", "GET", "/foresight/recruiting")).status_code == 404
        await loads(story, GOOD)
        async with begin() as session:  # so few that seats stay empty
            few = select(Expert.id).where(Expert.is_active).order_by(Expert.id).limit(40)
            await session.execute(update(Expert).where(Expert.id.not_in(few)).values(is_active=False))
        wrong = await page.sends("/desk/foresight/recruiting", count="many", may_lead="true")
        assert wrong.status_code == 422
        assert 'value="many"' in wrong.text
        await page.sends("/desk/foresight/recruiting", count="2", may_lead="true")
        await story.settle()
        after = await page.opens("/desk/foresight/recruiting")
        assert headline(after).startswith("2 recruits would fill ")
        assert "synthetic" in after.text
    found = (await story.api("intake", "GET", "/foresight/recruiting")).json()
    assert len(found["recruits"]) == 2
    assert {gain["way"] for gain in found["gains"]} == {"ours", "population", "random"}


def test_the_command_line_names_bad_lines_of_incidents_and_of_a_pool_and_does_nothing(tmp_path: Any) -> None:
    past, pool = tmp_path / "past.csv", tmp_path / "pool.csv"
    past.write_text(BAD)
    refused = CliRunner().invoke(cli, ["recruit", str(past)])
    assert refused.exit_code == 2
    assert "line 82" in refused.output
    assert "line 83" in refused.output
    past.write_text(GOOD)
    pool.write_text("name,disciplines,city,state,latitude,longitude,mobile\nAda,LE,Town,ZZ,30,-97,512-555-0142\n")
    refused = CliRunner().invoke(cli, ["recruit", str(past), "--pool", str(pool)])
    assert refused.exit_code == 2
    assert "line 2" in refused.output


def test_an_invented_year_from_the_command_line_is_marked_and_can_be_read_again(tmp_path: Any) -> None:
    past, out = tmp_path / "past.csv", tmp_path / "year.csv"
    past.write_text(GOOD)
    made = CliRunner().invoke(cli, ["demand", str(past), "--out", str(out), "--year", "2030", "--seed", "4"])
    assert made.exit_code == 0, made.output
    assert "synthetic" in made.output
    assert all("Synthetic: " in line for line in out.read_text().splitlines()[1:])
    read = CliRunner().invoke(cli, ["demand", str(out)])
    assert read.exit_code == 0
    assert "Synthetic: some of the past incidents were invented" in read.output
    recorded = CliRunner().invoke(cli, ["demand", str(past)]).output
    assert "Synthetic" not in recorded
    assert "incidents a year (95 %: " in recorded


def test_an_invented_year_that_goes_nowhere_is_refused_in_a_sentence(tmp_path: Any) -> None:
    past = tmp_path / "past.csv"
    past.write_text(GOOD)
    for options, why in (
        (["--year", "2030"], "--out"),
        (["--year", "99999", "--out", str(tmp_path / "year.csv")], "2100"),
        (["--out", str(tmp_path / "nowhere" / "year.csv")], "cannot be written"),
    ):
        refused = CliRunner().invoke(cli, ["demand", str(past), *options])
        assert refused.exit_code == 2, refused.output
        assert why in refused.output
    assert [one.name for one in tmp_path.iterdir()] == ["past.csv"]


def test_the_command_line_says_how_to_leave_out_unknown_places_and_only_then(tmp_path: Any) -> None:
    past = tmp_path / "past.csv"
    past.write_text(GOOD + BAD.splitlines()[-1] + "\n")
    for command in (["demand"], ["years", "--years", "1"]):
        assert "--skip-unknown-places" in CliRunner().invoke(cli, [command[0], str(past), *command[1:]]).output
    assert CliRunner().invoke(cli, ["demand", str(past), "--skip-unknown-places"]).exit_code == 0
    past.write_text(BAD)
    assert "--skip-unknown-places" not in CliRunner().invoke(cli, ["demand", str(past)]).output


def test_a_pool_that_is_no_text_is_said_so_in_words_for_whoever_chose_the_file(tmp_path: Any) -> None:
    past, pool = tmp_path / "past.csv", tmp_path / "pool.xlsx"
    past.write_text(GOOD)
    pool.write_bytes(b"PK\x03\x04\xff\xfe\x00")
    refused = CliRunner().invoke(cli, ["recruit", str(past), "--pool", str(pool)])
    assert refused.exit_code == 2
    assert "line 1: this is not a text file in UTF-8; save the table as CSV" in refused.output
    pool.write_text("name,email,languages\nAda,b,es\n")
    refused = CliRunner().invoke(cli, ["recruit", str(past), "--pool", str(pool)])
    assert "'es' is not a list of names and levels like es=4; fr=3" in refused.output
    pool.write_text("name,email\nAda,ada@agency.example\n")
    refused = CliRunner().invoke(cli, ["recruit", str(past), "--pool", str(pool)])
    assert "disciplines: Choose at least one. city: Fill this in." in refused.output
