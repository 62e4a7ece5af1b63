"""Figures are counted from what happened, go down to their cases, and small ones are not published."""

import csv
import io
import re
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.access import sessions, users
from app.core.database import begin
from app.reports import excel
from app.reports.charts import span_bars
from app.reports.figures import SMALLEST, Case, Figure, count, left_out, percentile, said, spans
from app.reports.pages import Period
from tests.field.conftest import on_site
from tests.journeys.conftest import story
from tests.story import Story
from tests.web.browser import INTAKE, browser, headline

__all__ = ["story"]


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=50), st.sampled_from([0.5, 0.9, 1.0]))
def test_a_percentile_is_the_least_value_that_so_many_do_not_pass(values: list[float], share: float) -> None:
    found = percentile(values, share)
    assert sum(value <= found for value in values) >= share * len(values) - 1e-9
    assert all(sum(other <= value for other in values) < share * len(values) for value in values if value < found)


def test_a_percentile_of_nothing_is_refused_and_a_figure_of_nothing_says_so() -> None:
    with pytest.raises(ValueError, match="nothing"):
        percentile([], 0.5)
    nothing = spans("x", "X", [])
    assert said(nothing, nothing.value) == "none yet"


@pytest.mark.parametrize(
    ("minutes", "words"), [(0, "0 min"), (0.2, "under 1 min"), (4.4, "4 min"), (160, "2 h 40 min"), (4320, "3.0 days")]
)
def test_spans_are_said_in_words(minutes: float, words: str) -> None:
    figure = spans("x", "X", [Case("26-0001", minutes)], target=60)
    assert said(figure, figure.value) == words
    assert figure.missed == (minutes > 60)


@pytest.mark.parametrize(("missed", "told"), [(0, 0), (1, None), (4, None), (5, 5), (26, None), (30, 30)])
def test_how_many_missed_a_target_is_published_only_where_neither_they_nor_the_others_are_few(
    missed: int, told: int | None
) -> None:
    cases = [Case(f"26-{n:04d}", 90 if n < missed else 30) for n in range(30)]
    assert spans("x", "X", cases, target=60).missed_told == told
    assert spans("x", "X", cases).missed_told is None


def test_a_span_of_seconds_without_a_target_draws_no_bar_to_speak_of() -> None:
    (bar,) = span_bars([spans("to-half", "Half", [Case("26-0001", 0.2)])])
    assert bar.middle == bar.high == 0.3
    (bar,) = span_bars([spans("to-half", "Half", [Case("26-0001", 90.0)])])
    assert bar.middle > 90


def test_quarters_meet_without_a_gap_over_the_new_year() -> None:
    period = Period(2027, 1)
    assert period.before() == Period(2026, 4)
    assert period.before(5) == Period(2025, 4)
    assert period.before().span[1] == period.span[0]


def test_five_cases_of_one_request_are_small() -> None:
    assert Figure("x", "G", "X", "count", 5, None, (Case("26-0001", 1),) * 5).is_small


def _count(slug: str, number: int, of: int) -> Figure:
    """A count of so many, out of so many requests."""
    return count(slug, "G", slug, [Case(f"26-{n:04d}", n < number) for n in range(of)])


def test_a_count_of_one_out_of_many_requests_is_small_and_none_at_all_is_not() -> None:
    assert _count("no-shows", 1, of=30).is_small
    assert not _count("no-shows", 0, of=30).is_small
    assert not _count("no-shows", 5, of=30).is_small


def _demand(**counts: int) -> list[Figure]:
    return [_count(slug, number, of=number) for slug, number in counts.items()]


@pytest.mark.parametrize(
    ("counts", "withheld"),
    [
        # 30 less 24 and 5 is the one that was declined: another has to be left out with it.
        ({"received": 30, "approved": 24, "declined": 1, "referred": 5, "withdrawn": 0}, {"declined", "referred"}),
        # Two that are still open are as easily worked out.
        ({"received": 26, "approved": 24, "declined": 0, "referred": 0, "withdrawn": 0}, {"approved"}),
        ({"received": 40, "approved": 24, "declined": 4, "referred": 0, "withdrawn": 3}, {"declined", "withdrawn"}),
        ({"received": 24, "approved": 24, "declined": 0, "referred": 0, "withdrawn": 0}, set()),
    ],
)
def test_what_a_total_would_give_away_is_left_out_too(counts: dict[str, int], withheld: set[str]) -> None:
    figures = _demand(**counts)
    assert withheld <= left_out(figures)
    hidden = sum(counts[one] for one in left_out(figures) if one != "received")
    rest = counts["received"] - sum(number for slug, number in counts.items() if slug != "received")
    assert hidden + rest == 0 or hidden + rest >= SMALLEST
    assert "received" not in left_out(figures)


async def test_the_page_counts_what_happened_and_leads_to_the_cases(story: Story) -> None:
    reference, people = await on_site(story)
    await story.files()
    async with browser(story, INTAKE) as desk:
        page = await desk.opens("/desk/figures")
        assert headline(page) == "2 requests from October to December 2026"
        yes = await desk.opens("/desk/figures/offers-per-yes")
        assert headline(yes) == "People asked for each yes: 1"
        assert reference in yes.text
        site = await desk.opens("/desk/figures/to-site")
        assert "29 h" in headline(site)
        assert (await desk.opens("/desk/figures/no-such")).status_code == 404
        assert (await desk.opens("/desk/figures?quarter=2026-q9")).status_code == 422
        earlier = await desk.opens("/desk/figures?quarter=2025-q1")
        assert headline(earlier) == "No requests from January to March 2025"
        table = list(csv.reader(io.StringIO((await desk.opens("/desk/figures.csv")).text)))
        file = await desk.opens("/desk/figures.xlsx")
        assert "spreadsheetml" in file.headers["content-type"]
        assert _cells(file.content).count("fewer than 5") >= 4
    assert len(people) == 3
    assert {row[3] for row in table[1:]} == {"fewer than 5"}


def _cells(body: bytes) -> list[str]:
    """Words of an Excel file."""
    with zipfile.ZipFile(io.BytesIO(body)) as file:
        assert not any("formula" in name.lower() for name in file.namelist())
        assert b"<f>" not in file.read("xl/worksheets/sheet1.xml")
        words = re.findall(r"<t[^>]*>(.*?)</t>", file.read("xl/sharedStrings.xml").decode())
        marks = re.findall(r'<c r="D\d+" t="s"[^>]*><v>(\d+)</v>', file.read("xl/worksheets/sheet1.xml").decode())
    return [words[int(mark)] for mark in marks]


def test_no_cell_of_an_excel_file_is_ever_a_formula() -> None:
    rows = [("=1+1", "@SUM(A1)", "+2", 3.5, "", "http://example.org", "-x")]
    body = excel.workbook("T", ("a",) * 7, rows, ["=HYPERLINK(1)"])
    with zipfile.ZipFile(io.BytesIO(body)) as file:
        sheets = [file.read(name) for name in file.namelist() if "worksheets/sheet" in name]
    assert all(b"<f>" not in sheet and b"<hyperlink" not in sheet for sheet in sheets)


async def test_the_api_tells_what_is_published_and_no_more(story: Story) -> None:
    await story.files()
    found = {one["slug"]: one for one in await story.get("/figures")}
    assert found["received"]["is_suppressed"]
    assert found["received"]["value"] is None
    assert {"rated-good", "overrides", "hours-travel", "said-expert-hours-72-ready"} <= found.keys()
    assert (await story.api("chief", "GET", "/figures")).status_code == 403


async def test_an_evaluator_sees_figures_and_no_cases(story: Story) -> None:
    async with begin() as session:
        user = await users.add(session, email="eval@desk.example", name="Eva Lund", roles=["evaluator"], password=None)
        secret = await sessions.open_for(session, user)
    reference = await story.files()
    async with browser(story) as evaluator:
        evaluator.http.cookies.set(sessions.cookie_name(), secret)
        page = await evaluator.opens("/desk/figures")
        assert page.status_code == 200
        assert reference not in page.text
        assert "too few to tell" in page.text
        assert not re.search(r"Requests received</th>\s*<td[^>]*><strong>1<", page.text)
        assert (await evaluator.opens("/desk/figures/received")).status_code == 404
