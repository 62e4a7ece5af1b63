"""An expert is erased on their wish: the person is gone from every table, the figures and the log are not."""

import json
from datetime import timedelta

import psycopg
from sqlalchemy import text, update

from app.access.models import User
from app.core import chain
from app.core.database import begin
from app.experts.models import Expert
from tests.postgres import libpq
from tests.story import Person, Story
from tests.web.browser import ADMIN, EXPERT, RECOMMENDER, browser

WHY = "Their own wish, by phone on 3 March"


async def _asked(story: Story) -> tuple[str, list[Person]]:
    reference = await story.files()
    await story.approves(reference)
    return reference, await story.asks(reference)


async def _said_no(story: Story) -> tuple[str, Person]:
    """Somebody who was asked, and who said no in words of their own; the account of the tests is theirs."""
    reference, people = await _asked(story)
    ben = people[-1]
    await ben.texts("NO, my canary is ill")
    await story.settle()
    async with begin() as session:
        await session.execute(update(User).where(User.email == EXPERT).values(expert_id=ben.id, name=ben.name))
    return reference, ben


def _everything(database_url: str) -> str:
    """Every row of every table, but the log and the jobs, in one text."""
    with psycopg.connect(libpq(database_url)) as connection:
        names = connection.execute(
            "select tablename from pg_tables where schemaname = 'public' and tablename not like 'procrastinate%'"
            " and tablename not in ('events', 'decision_records')"
        ).fetchall()
        rows = [connection.execute(f"select t::text from {name} t").fetchall() for (name,) in names]  # noqa: S608
    return "\n".join(str(row[0]) for each in rows for row in each)


async def test_nothing_of_the_person_is_left_and_the_log_and_the_figures_are_whole(
    story: Story, database_url: str
) -> None:
    reference, ben = await _said_no(story)
    offers = [(one["id"], one["state"]) for one in await story.offers(reference)]
    async with begin() as session:
        mail = (await session.get_one(Expert, ben.id)).email
    assert ben.name in _everything(database_url)
    await story.post("admin", f"/experts/{ben.id}/erase", {"why": WHY})
    await story.settle()
    left = _everything(database_url)
    assert ben.name not in left
    assert EXPERT not in left
    async with begin() as session:
        gone = await session.get_one(Expert, ben.id)
        assert (gone.name, gone.email, gone.is_active) == (f"Former expert {ben.id}", None, False)
        for rows in (
            "contacts where true", "credentials where true", "phone_codes where true", "follow_ups where true",
            "messages where body <> ''", "offers where answer is not null",
        ):  # fmt: skip
            query = text(f"select count(*) from {rows} and expert_id = :id")  # noqa: S608 - of this test
            assert await session.scalar(query, {"id": ben.id}) == 0, rows
        assert not (await chain.verify(session, [])).findings
        why = await session.scalar(text("select data->>'why' from events where kind = 'expert.erased'"))
        assert why == WHY
    assert mail is not None
    assert [(one["id"], one["state"]) for one in await story.offers(reference)] == offers
    await story.post("admin", f"/experts/{ben.id}/erase", {"why": WHY})  # again: nothing more to do


async def test_nobody_is_erased_while_asked_or_seated_or_under_a_hold(story: Story) -> None:
    reference, people = await _asked(story)
    amy, ben = people[0], people[-1]
    assert (await story.api("admin", "POST", f"/experts/{amy.id}/erase", {"why": WHY})).status_code == 409
    await amy.texts("YES")
    await story.settle()
    refused = await story.api("admin", "POST", f"/experts/{amy.id}/erase", {"why": WHY})
    assert "has a seat that is not over" in refused.text
    await ben.texts("NO")
    await story.settle()
    hold = await story.post("admin", "/legal-holds", {"kind": "request", "about": reference, "why": "Doe matter"})
    refused = await story.api("admin", "POST", f"/experts/{ben.id}/erase", {"why": WHY})
    assert "legal hold" in refused.json()["detail"]
    await story.post("admin", f"/legal-holds/{hold['id']}/lift", {"why": "Settled"})
    assert (await story.api("admin", "POST", f"/experts/{ben.id}/erase", {"why": " "})).status_code == 422
    assert (await story.api("recommender", "POST", f"/experts/{ben.id}/erase", {"why": WHY})).status_code == 403
    await story.post("admin", f"/experts/{ben.id}/erase", {"why": WHY})


async def test_the_wish_goes_from_the_experts_page_to_the_desk_and_is_done_on_the_experts_file(story: Story) -> None:
    _, ben = await _said_no(story)
    await story.passes(timedelta(minutes=1))
    async with browser(story, EXPERT) as mine:
        assert "Ask to be erased" in (await mine.opens("/my/record")).text
        told = (await mine.sends("/my/record/erasure")).text
        assert "The desk has your wish" in told or "tiene su petición" in told
    async with browser(story, RECOMMENDER) as page:
        assert "Wants their data erased" in (await page.opens("/desk/replies")).text
        assert "Erase this person" not in (await page.opens(f"/desk/experts/{ben.id}")).text
    async with browser(story, ADMIN) as page:
        assert "Erase this person" in (await page.opens(f"/desk/experts/{ben.id}")).text
        here = f"/desk/experts/{ben.id}/erase"
        wrong = await page.sends(here, why=WHY, name="Somebody Else")
        assert wrong.status_code == 422
        assert "Type the name as it stands above." in wrong.text
        assert WHY in wrong.text
        done = await page.sends(here, why=WHY, name=ben.name)
        assert f"Former expert {ben.id}" in done.text
        assert ben.name not in done.text


async def test_the_desk_takes_out_an_experts_data_on_their_wish_and_the_log_knows(story: Story) -> None:
    _, ben = await _said_no(story)
    here = f"/desk/experts/{ben.id}/data"
    async with browser(story, RECOMMENDER) as page:
        assert (await page.opens(here)).status_code == 403
        assert (await page.sends(here, why=WHY)).status_code == 403
    async with browser(story, ADMIN) as page:
        assert here in (await page.opens(f"/desk/experts/{ben.id}")).text
        silent = await page.sends(here, why=" ")
        assert silent.status_code == 422
        assert "Say whose wish it is" in silent.text
        taken = await page.sends(here, why=WHY)
    assert "attachment" in taken.headers["content-disposition"]
    data = json.loads(taken.text)
    assert data["record"]["name"] == ben.name
    assert "NO, my canary is ill" in [row["text"] for row in data["sent_by_me"]]
    assert {"surveys", "stays", "orders"} <= data.keys()
    assert "follow_ups" not in taken.text
    (kept,) = (await story.get("/audit?kind=expert.data_exported", who="admin"))["items"]
    assert (kept["subject_id"], kept["data"]) == (ben.id, {"why": WHY})
    path = f"/experts/{ben.id}/export"
    assert (await story.post("admin", path, {"why": WHY}))["record"]["name"] == ben.name
    assert (await story.api("recommender", "POST", path, {"why": WHY})).status_code == 403
    await story.post("admin", f"/experts/{ben.id}/erase", {"why": WHY})
    assert (await story.api("admin", "POST", path, {"why": WHY})).status_code == 409


async def test_the_export_holds_everything_there_is_and_is_json(story: Story) -> None:
    _, ben = await _said_no(story)
    async with browser(story, EXPERT) as page:
        data = json.loads((await page.opens("/my/record.json")).text)
    assert data["record"]["name"] == ben.name
    assert any(row["number"] == ben.number for row in data["numbers"])
    assert "NO, my canary is ill" in [row["text"] for row in data["sent_by_me"]]
    assert data["offers"][0]["answer"]
    assert data["account"][0]["email"] == EXPERT
    assert data["signed_in"]
    assert {
        "credentials", "absences", "standby_weeks", "consents", "sent_papers", "exposure", "drills", "codes",
        "journeys", "check_ins", "duty_hours", "daily_lights", "sent_to_me", "log",
    } <= data.keys()  # fmt: skip
