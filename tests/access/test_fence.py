"""The second fence: what a query forgets, the database does not show. All as the role the service works as."""

import psycopg
import pytest
from psycopg import errors
from sqlalchemy import func, select, text, true, update
from sqlalchemy.exc import DBAPIError

from app.core.database import begin
from app.deployments import queries as deployments
from app.deployments.models import Deployment
from app.requests import queries as requests
from app.requests.models import Decision, Request
from tests.journeys.conftest import story as story  # noqa: PLC0414 - the fixture is used by its name
from tests.postgres import libpq
from tests.story import Story

FENCED = (
    "requests", "request_drafts", "decisions", "questions", "signatures", "letters", "call_notes", "deployments",
    "positions", "assignments", "ratings", "mission_orders", "daily_reports", "sign_offs",
    "after_actions", "tasks", "extensions", "partners", "surveys", "exchange_messages",
)  # fmt: skip


async def _two(story: Story) -> tuple[str, str, int]:
    """A request of the chief's agency with its team, one of the stranger's; the id of the chief's agency."""
    mine = await story.files()
    await story.approves(mine)
    form = {"contact_name": "Neil Aubrey", "contact_email": "chief@portamity.example"}
    theirs = (await story.post("stranger", "/requests", await _form(story) | form))["reference"]
    async with begin() as session:
        agency = await session.scalar(select(Request.agency_id).where(Request.reference == mine))
    assert agency is not None
    return mine, theirs, agency


async def _form(story: Story) -> dict[str, object]:
    return {
        "incident_type": "mass_shooting", "city": "Port Amity", "state": "OR", "priority": "urgent", "days": 3,
        "contact_name": "N", "contact_phone": "541-555-0142",
    }  # fmt: skip


async def test_without_the_scope_of_a_query_another_agency_still_sees_nothing(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, theirs, _ = await _two(story)
    for room in (requests, deployments):
        monkeypatch.setattr(room, "visible_to", lambda _viewer: true())
    assert [row["reference"] for row in (await story.get("/requests", "stranger"))["items"]] == [theirs]
    assert (await story.api("stranger", "GET", f"/requests/{mine}")).status_code == 404
    assert (await story.api("stranger", "GET", f"/requests/{theirs}")).status_code == 200
    assert (await story.api("stranger", "POST", f"/requests/{mine}/withdraw", {"note": "x"})).status_code in (404, 422)
    assert (await story.api("chief", "GET", f"/requests/{mine}")).status_code == 200
    assert len((await story.get("/requests"))["items"]) == 2


async def test_in_an_agencys_transaction_there_are_only_its_rows_in_every_table(story: Story) -> None:
    _, _, agency = await _two(story)
    for whose, count in ((agency, 1), (agency + 1, 1), (0, 0)):
        async with begin(fence=lambda whose=whose: whose) as session:  # type: ignore[misc]
            assert await session.scalar(select(func.count()).select_from(Request)) == count
            children = (await session.scalars(select(Deployment.request_id))).all()
            assert len(children) == (1 if whose == agency else 0)
            seen = await session.scalar(text("select count(*) from positions"))
            assert bool(seen) is (whose == agency)
            decided = await session.scalar(select(func.count()).select_from(Decision))
            assert bool(decided) is (whose == agency)


async def test_an_agency_cannot_write_where_it_cannot_read(story: Story) -> None:
    mine, theirs, agency = await _two(story)
    async with begin(fence=lambda: agency) as session:
        changed = await session.execute(
            update(Request).where(Request.reference == theirs).values(city="Elsewhere").returning(Request.id)
        )
        assert changed.all() == []
    with pytest.raises(DBAPIError, match="row-level security"):
        async with begin(fence=lambda: agency) as session:
            await session.execute(update(Request).where(Request.reference == mine).values(agency_id=agency + 1))
    async with begin() as session:
        other = await session.scalar(select(Request.id).where(Request.reference == theirs))
    with pytest.raises(DBAPIError, match="row-level security"):
        async with begin(fence=lambda: agency) as session:
            query = "insert into questions (request_id, asked_by_id, asked_at, question) values (:id, 1, now(), 'x')"
            await session.execute(text(query), {"id": other})


async def test_a_connection_that_says_nothing_sees_nothing(story: Story, app_url: str) -> None:
    await _two(story)
    with psycopg.connect(libpq(app_url)) as connection:
        for table in FENCED:
            assert connection.execute(f"select count(*) from {table}").fetchone() == (0,)  # noqa: S608
        with pytest.raises(errors.InsufficientPrivilege):
            connection.execute("alter table requests disable row level security")


async def test_every_table_that_hangs_on_a_request_is_fenced(story: Story, database_url: str) -> None:
    """A table with an agency, a request or a deployment in it that is not fenced is named here with its reason."""
    unfenced = {
        "users": "who may sign in, read before anybody is known",
        "offers": "of the desk and the experts; no door of an agency reads any, and every answer would pay for it",
        "proposals": "of the desk alone", "relief_holds": "of the desk alone", "overrides": "of the desk alone",
        "call_drafts": "of the desk alone",
        "request_links": "of the desk alone",
        "call_outs": "of the desk alone", "roster_wishes": "of the desk alone", "rule_sets": "of the desk alone",
    }  # fmt: skip
    with psycopg.connect(libpq(database_url)) as connection:
        hangs = connection.execute(
            "select distinct c.table_name from information_schema.columns c join pg_class k on k.relname = c.table_name"
            " where c.table_schema = 'public' and c.column_name in ('agency_id', 'request_id', 'deployment_id')"
            " and not k.relrowsecurity and k.relkind = 'r'"
        ).fetchall()
        policies = connection.execute("select tablename from pg_policies where policyname = 'agency'").fetchall()
    assert {name for (name,) in hangs} <= unfenced.keys()
    assert {name for (name,) in policies} == set(FENCED)
