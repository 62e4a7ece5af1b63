"""The log on a page, as a file, and what it holds."""

import csv
import io
import re

import pytest
from psycopg import AsyncConnection

from app.access import viewed
from app.access.audit_doors import COLUMNS
from app.core.clock import clock
from app.core.database import begin
from app.core.events import CHANNEL, Actor, record
from app.core.settings import get_settings
from app.web.csv_out import FORMULA, cell
from tests.access.table import AT_WORK, SHOWS_NOBODY, SHOWS_ONESELF, doors
from tests.story import Story
from tests.web.browser import ADMIN, INTAKE, browser, headline


async def test_the_log_is_searched_by_what_who_about_and_day(story: Story) -> None:
    reference = await story.files()
    await story.post("intake", f"/requests/{reference}/take-in")

    async def kinds(query: str) -> list[str]:
        return [row["kind"] for row in (await story.get(f"/audit?{query}", who="admin"))["items"]]

    assert await kinds("kind=request.taken") == ["request.taken_in"]
    assert await kinds(f"about={reference}&who=ellen") == ["request.filed"]
    assert await kinds("about=26-9999") == []
    assert "request.taken_in" in await kinds(f"since={clock.now():%Y-%m-%d}&until={clock.now():%Y-%m-%d}")
    assert await kinds("since=2031-01-01") == []
    assert await kinds("who=100%25") == []


async def test_the_page_searches_and_the_file_cannot_run_and_is_itself_noted(story: Story) -> None:
    async with begin() as session:
        for first in FORMULA:
            await record(session, "test.said", 1, by=Actor("user", 1, f"{first}HYPERLINK(evil)"))
    async with browser(story, ADMIN) as page:
        answer = await page.opens("/desk/audit?kind=test.said")
        assert headline(answer) == f"{len(FORMULA)} lines of the log fit"
        assert "&#34;" not in answer.text
        file = await page.opens("/desk/audit.csv?kind=test.said")
        assert file.headers["content-disposition"] == 'attachment; filename="audit.csv"'
        rows = list(csv.DictReader(io.StringIO(file.text)))
        assert list(rows[0]) == list(COLUMNS)
        assert len(rows) == len(FORMULA)
        assert all(row["actor_name"].startswith("'") for row in rows)
        again = await page.opens("/desk/audit?kind=audit.exported")
        assert "Sam Ito" in again.text


async def test_a_page_of_lines_leads_to_older_ones_and_keeps_the_search(story: Story) -> None:
    async with begin() as session:
        for number in range(60):
            await record(session, "test.many", number)
    async with browser(story, ADMIN) as page:
        first = await page.opens("/desk/audit?kind=test.many")
        assert headline(first) == "The 50 newest lines that fit"
        link = first.text.split('href="/desk/audit?')[-1].split('"')[0].replace("&amp;", "&")
        assert headline(await page.opens(f"/desk/audit?{link}")) == "10 lines of the log fit"


@pytest.mark.parametrize("value", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\uff1d1", "\n=1"])
def test_no_cell_of_a_file_begins_a_formula(value: str) -> None:
    assert cell(value) == f"'{value}"
    assert (cell(-5), cell(None), cell("O'Brien = chief")) == ("-5", "", "O'Brien = chief")


async def test_the_log_keeps_views_of_a_person_and_what_was_before_and_after(story: Story) -> None:
    reference = await story.files()
    read = await story.api("chief", "GET", f"/requests/{reference}")
    change = {"days": 5, "summary": "Kestrel"}
    await story.api("chief", "PATCH", f"/requests/{reference}", change, **{"If-Match": read.headers["etag"]})
    expert_id = (await story.get("/experts?limit=1"))["items"][0]["id"]
    for _ in range(3):
        await story.get(f"/experts/{expert_id}")
    log = (await story.get("/audit?limit=200", who="admin"))["items"]
    changed = next(row for row in log if row["kind"] == "request.changed")
    assert changed["data"]["changes"] == {"days": [3, 5], "summary": "changed"}
    views = [row for row in log if row["kind"] == "expert.viewed"]
    assert [(row["subject_id"], row["actor_name"]) for row in views] == [(expert_id, "Jo Ortega")]


async def test_only_auditors_and_administrators_find_the_log(story: Story) -> None:
    async with browser(story, INTAKE) as page:
        assert "/desk/audit" not in (await page.opens("/desk")).text
        assert (await page.opens("/desk/audit")).status_code == 403


async def test_who_is_refused_and_who_is_not_let_in_are_lines_of_the_log_without_what_was_typed(story: Story) -> None:
    for _ in range(3):
        assert (await story.api("chief", "GET", "/pool?q=Kestrel")).status_code == 403
    reference = await story.files()
    await story.post("intake", f"/requests/{reference}/take-in")
    assert (await story.api("stranger", "GET", f"/requests/{reference}")).status_code == 404
    async with browser(story) as page:
        assert (await page.sends("/sign-in", email=ADMIN, password="Kestrel Kestrel")).status_code == 422
        assert (await page.sends("/sign-in", email="kestrel@x.example", password="Kestrel")).status_code == 422
    log = (await story.get("/audit?limit=200", who="admin"))["items"]
    refused = [row for row in log if row["kind"] == "access.refused"]
    assert [(row["actor_name"], row["data"]) for row in refused] == [
        ("Ellen Marsh", {"method": "GET", "door": "/api/v1/pool", "why": "forbidden", "via": "key"})
    ]
    tries = [row for row in log if row["kind"] == "user.sign_in_refused"]
    assert [row["data"] for row in tries] == [{"way": "password"}] * 2
    assert [row["subject_id"] > 0 for row in tries] == [False, True]
    assert "kestrel" not in str(log).lower()


def _filled(path: str) -> str:
    """An address of a door, with an id where one belongs."""
    return re.sub(r"\{\w+\}", "7", path.replace("{reference}", "26-0412"))


def test_every_door_that_shows_people_notes_who_looked() -> None:
    reads = {door.path for door in doors().values() if door.method == "GET"}
    noted = {path for path in reads if viewed.look_of(_filled(path))}
    exempt = set(f"{SHOWS_NOBODY}{SHOWS_ONESELF}{AT_WORK}".split())
    assert reads - noted - exempt == set(), "say in access/viewed.py what is looked at, or in table.py why not"
    assert (exempt - reads, exempt & noted) == (set(), set())


async def _noted(story: Story, kind: str) -> list[tuple[int, str]]:
    rows = (await story.get(f"/audit?kind={kind}&limit=200", who="admin"))["items"]
    return [(row["subject_id"], row["actor_name"]) for row in rows]


async def test_views_are_noted_once_a_while_exports_each_time_and_a_refusal_is_no_view(story: Story) -> None:
    viewed._seen.clear()
    reference = await story.files()
    number = (await story.get("/audit?kind=request.filed", who="admin"))["items"][0]["subject_id"]
    async with browser(story, INTAKE) as page:
        for path in ("", "/answers", "/print"):
            await page.opens(f"/desk/requests/{reference}{path}")
        for path in (
            "experts",
            "experts?q=Lee",
            "timeline",
            "figures.csv",
            "figures.csv",
            "requests/26-9999",
            "people",
        ):
            await page.opens(f"/desk/{path}")
    await story.get(f"/requests/{reference}", who="chief")
    assert await _noted(story, "request.viewed") == [(number, "Jo Ortega")]
    assert await _noted(story, "experts.listed") == [(0, "Jo Ortega")]
    assert await _noted(story, "figures.exported") == [(0, "Jo Ortega")] * 2
    assert await _noted(story, "users.listed") == []
    assert len(await _noted(story, "audit.viewed")) == 1


async def test_an_id_written_in_another_way_is_a_view_as_well(story: Story) -> None:
    viewed._seen.clear()
    expert_id = (await story.get("/experts?limit=1"))["items"][0]["id"]
    for written in (f"+{expert_id}", f"{expert_id}.0", f"%20{expert_id}", f"%0A{expert_id}", f"0{expert_id}"):
        assert (await story.api("intake", "GET", f"/experts/{written}")).status_code == 200
    assert await _noted(story, "expert.viewed") == [(expert_id, "Jo Ortega")] * 5


async def test_looking_tells_no_open_page_to_look_again(story: Story) -> None:
    viewed._seen.clear()
    reference = await story.files()
    async with await AsyncConnection.connect(get_settings().libpq_url, autocommit=True) as line:
        await line.execute(f"listen {CHANNEL}")
        await story.get(f"/requests/{reference}", who="intake")
        await story.post("intake", f"/requests/{reference}/take-in")
        told = [notice.payload async for notice in line.notifies(timeout=5, stop_after=1)]
    assert told[0].startswith("request:"), told
