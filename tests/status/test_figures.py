"""Figures mean something to the desk: made by what happens, told to Prometheus and on a page (reliability.md A11)."""

import math
import re
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from app.core.clock import clock
from app.core.database import begin
from app.core.settings import get_settings
from app.status import figures, metrics
from app.watch import alarms, heartbeats
from tests.story import Story
from tests.web.browser import CHIEF, INTAKE, browser, headline

TOKEN = "m" * 40


@pytest.fixture
def token(story: Story, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Metrics are on: what Prometheus shows."""
    monkeypatch.setenv("RRT_METRICS_TOKEN", TOKEN)
    get_settings.cache_clear()
    metrics._LAST.clear()
    return {"Authorization": f"Bearer {TOKEN}"}


async def told(story: Story, shown: dict[str, str]) -> dict[str, float]:
    """Every number that Prometheus would read now."""
    metrics._LAST.clear()
    answer = await story.http.get("/metrics", headers=shown)
    assert answer.status_code == 200
    lines = [line.rpartition(" ") for line in answer.text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in lines}


async def test_every_figure_is_told_on_an_empty_service_and_none_of_them_is_bad(
    story: Story, token: dict[str, str]
) -> None:
    found = await told(story, token)
    assert found["rrt_offers_without_contact"] == 0
    assert found["rrt_oldest_unread_answer_seconds"] == 0
    assert found['rrt_sending_held{reason="gap"}'] == 0
    assert found["rrt_database_not_reconciled"] == 0
    assert found['rrt_heartbeat_age_seconds{name="worker"}'] == math.inf, "an alert wakes somebody: nobody ever worked"
    async with begin(only_reads=True) as session:
        assert (await figures.read(session)).keys() == set(figures.FIGURES)


async def test_a_team_is_seen_from_its_first_question_to_its_last_yes(story: Story, token: dict[str, str]) -> None:
    reference = await story.files()
    assert (await told(story, token))['rrt_requests{state="submitted"}'] == 1
    await story.approves(reference)
    people = await story.asks(reference)
    await story.passes(timedelta(minutes=3))
    found = await told(story, token)
    assert found['rrt_deployments{state="offering"}'] == 1
    assert found["rrt_offers_without_contact"] == 0
    assert found['rrt_oldest_incomplete_team_seconds{priority="immediate"}'] >= 180
    for person in people:
        await person.texts("YES")
    found = await told(story, token)
    assert found['rrt_deployments{state="staffed"}'] == 1
    assert found['rrt_full_teams{priority="immediate"}'] == 1
    assert 180 <= found['rrt_time_to_full_team_seconds{priority="immediate",quantile="0.5"}'] < 600
    assert found['rrt_oldest_incomplete_team_seconds{priority="immediate"}'] == 0


async def test_an_offer_of_which_nobody_heard_is_counted(story: Story, token: dict[str, str]) -> None:
    reference = await story.files()
    await story.approves(reference)
    await story.post("recommender", f"/deployments/{reference}/rosters/1/accept")
    async with begin() as session:  # nothing leaves the house
        await session.execute(
            text("insert into sending_holds (sender, reason, says, since) values (:sender, 'gap', 'a test', now())"),
            {"sender": get_settings().twilio_from},
        )
    await story.settle()
    clock.advance(timedelta(minutes=3))
    found = await told(story, token)
    assert found["rrt_offers_without_contact"] >= 3
    assert found['rrt_messages{state="queued"}'] >= 3
    assert found['rrt_sending_held{reason="gap"}'] == 1


async def test_answers_that_wait_are_told_with_their_age(story: Story, token: dict[str, str]) -> None:
    reference = await story.files()
    await story.approves(reference)
    first, *_ = await story.asks(reference)
    await first.texts("maybe, it depends on my sister")
    story.carrier.phone_texts(first.number, "are you there?")
    await story.carrier.run_due()  # kept, and nobody reads it
    clock.advance(timedelta(minutes=20))
    found = await told(story, token)
    assert found["rrt_answers_for_desk"] == 1
    assert found["rrt_oldest_answer_for_desk_seconds"] >= 1200
    assert found["rrt_oldest_unread_answer_seconds"] >= 1200


async def test_without_its_token_nobody_reads_metrics(story: Story, token: dict[str, str]) -> None:
    for shown in ({}, {"Authorization": "Bearer " + "x" * 40}, {"Authorization": TOKEN}):
        assert (await story.http.get("/metrics", headers=shown)).status_code == 404


async def test_metrics_are_read_once_in_a_moment_however_many_ask(story: Story, token: dict[str, str]) -> None:
    before = (await story.http.get("/metrics", headers=token)).content
    await story.files()
    assert (await story.http.get("/metrics", headers=token)).content == before
    assert (await told(story, token))['rrt_requests{state="submitted"}'] == 1


async def test_the_status_says_what_is_wrong_and_what_to_do(story: Story) -> None:
    async with begin() as session:
        for name in (heartbeats.WORKER, heartbeats.AUDITOR):
            await heartbeats.beat(session, name)
    assert (await story.get("/status"))["is_fine"]
    async with begin() as session:
        await alarms.sound(session, "a.kind", "a key", says="Something is wrong.", action="Mend it.")
        await heartbeats.beat(session, heartbeats.WORKER, clock.now() - timedelta(minutes=9))
    found = await story.get("/status")
    wrong = {line["what"]: line["action"] for line in found["lines"] if not line["is_fine"]}
    assert wrong == {
        "Alarms that wait for a person": "Settle them on the board.",
        "A worker was seen": "Start rrt worker.",
    }
    assert (await story.api("chief", "GET", "/status")).status_code == 403


def test_the_newest_backup_counts_and_an_unfinished_one_does_not(tmp_path: Path) -> None:
    assert figures.backup_age(None) is None
    assert figures.backup_age(tmp_path / "not mounted") == math.inf
    assert figures.backup_age(tmp_path) == math.inf
    (tmp_path / "20261126T000000Z.part").mkdir()
    assert figures.backup_age(tmp_path) == math.inf
    (tmp_path / "20261125T000000Z").mkdir()
    assert figures.backup_age(tmp_path) == pytest.approx(0, abs=60)


async def test_the_desks_page_says_the_same_in_a_sentence(story: Story) -> None:
    async with browser(story, INTAKE) as page:
        assert "A worker was seen: never" in re.sub(r"\s+", " ", (await page.opens("/desk/status")).text)
    async with begin() as session:
        for name in (heartbeats.WORKER, heartbeats.AUDITOR):
            await heartbeats.beat(session, name)
    async with browser(story, INTAKE) as page:
        assert headline(await page.opens("/desk/status")) == "The service works as it should"
        async with begin() as session:
            await alarms.sound(session, "a.kind", "a key", says="Something is wrong.", action="Mend it.")
        shown = await page.opens("/desk/status")
        assert headline(shown) == "One thing is not as it should be"
        assert "Settle them on the board." in shown.text
    async with browser(story, CHIEF) as page:
        assert (await page.opens("/desk/status")).status_code == 403
