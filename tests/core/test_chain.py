"""The log is a chain: whatever is done to it behind the service's back has a name."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import psycopg
import pytest
from psycopg import errors

from app import rooms
from app.core import chain, roles
from app.core.database import begin, close_engine
from app.core.events import Actor, record
from app.core.settings import get_settings
from tests.postgres import as_role, libpq

AMY = Actor("user", 1, "Amy \u00c5ngstr\u00f6m")
SETTINGS = {
    "SECRET_KEY": "k" * 40, "ENVIRONMENT": "test", "TWILIO_ACCOUNT_SID": "AC" + "1" * 32, "TWILIO_AUTH_TOKEN": "t",
    "TWILIO_FROM": "+12025550100", "CLOCK": "",
}  # fmt: skip
Owner = Callable[[str], None]


@pytest.fixture
async def log(app_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """Thirty events of two requests and of accounts, recorded by several at once."""
    for name, value in SETTINGS.items():
        monkeypatch.setenv(f"RRT_{name}", value)
    monkeypatch.setenv("RRT_DATABASE_URL", app_url)
    get_settings.cache_clear()
    await close_engine()
    rooms.load()
    await asyncio.gather(*(_happens(number) for number in range(10)))
    yield
    await close_engine()
    get_settings.cache_clear()


async def _happens(number: int) -> None:
    async with begin() as session:
        await record(session, "chain.two", number, topic="request:2", by=AMY, note="caf\u00e9", at=number)
        await record(session, "chain.one", number, topic="request:1", by=AMY, nested={"b": [1, None], "a": 2.5})
        await record(session, "user.did", number)


@pytest.fixture
def owner(database_url: str) -> Owner:
    """Somebody who may do everything, triggers and foreign keys off."""

    def run(statement: str) -> None:
        with psycopg.connect(libpq(database_url), autocommit=True) as connection:
            connection.execute("set session_replication_role = replica")
            connection.execute(statement)

    return run


async def _findings(anchors: list[chain.Anchor] | None = None) -> list[str]:
    async with begin() as session:
        return (await chain.verify(session, anchors or [])).findings


async def test_what_several_record_at_once_is_one_chain_a_topic(log: None) -> None:
    async with begin() as session:
        verdict = await chain.verify(session)
    assert (verdict.events, verdict.chains, verdict.findings) == (30, 3, [])


async def test_many_events_of_some_topics_in_one_transaction_are_as_many_links(log: None) -> None:
    async with begin() as session:
        for number in range(20):
            await record(session, "chain.many", number, topic=f"request:{number * 7 % 5}", by=AMY, at=number)
            await record(session, "user.did" if number % 3 else "chain.other", number)
    async with begin() as session:
        verdict = await chain.verify(session)
    assert (verdict.events, verdict.chains, verdict.findings) == (70, 7, [])


TAMPERED = {
    "update events set data = '{}' where topic = 'request:1' and subject_id = 3": "was changed",
    "update events set at = at + interval '1 microsecond' where topic = 'request:1' and subject_id = 3": "was changed",
    "update events set actor_id = null where topic = 'request:1' and subject_id = 3": "was changed",
    "update events set topic = 'request:2' where topic = 'request:1' and subject_id = 3": "was changed",
    "delete from events where topic = 'request:1' and subject_id = 3": "was removed",
    "delete from audit_links where chain = 'request:1' and number = 5": "numbers 5 to 5 are missing",
    "delete from audit_links where chain = 'request:1' and number > 7": "numbers 8 to 10 are missing",
    "update audit_heads set number = 4 where chain = 'request:1'": "its head is not its last link",
    "delete from audit_heads where chain = 'user'": "user: its head is gone",
    "insert into events (at, kind, subject_id, topic, actor_kind, actor_name, data)"
    " values (now(), 'offer.accepted', 1, 'request:1', 'user', 'Eve', '{}')": "is in no chain",
}


@pytest.mark.parametrize("statement", TAMPERED)
async def test_tampering_is_named(log: None, owner: Owner, statement: str) -> None:
    owner(statement)
    found = await _findings()
    assert found
    assert all(TAMPERED[statement] in finding or "is in no chain" in finding for finding in found), found


async def test_two_links_that_changed_places_are_named(log: None, owner: Owner) -> None:
    owner("update audit_links set number = number + 100 where chain = 'request:1' and number in (4, 5)")
    owner("update audit_links set number = 109 - number where chain = 'request:1' and number > 100")
    assert "was changed" in " ".join(await _findings())


async def test_a_tail_cut_off_with_its_head_is_found_by_what_was_written_down(
    log: None, owner: Owner, tmp_path: Path
) -> None:
    from app.access import anchors

    file = tmp_path / "anchors"
    said = await anchors.write(file)
    assert "3 chains" in said
    assert "0 chains" in await anchors.write(file)
    assert len(file.read_text().splitlines()) == 1
    kept = chain.read_anchors(file)
    assert await _findings(kept) == []
    owner("delete from audit_links where chain = 'user' and number = 10")
    owner("delete from events where topic = '' and id not in (select event_id from audit_links)")
    owner("update audit_heads h set number = 9, hash = l.hash from audit_links l"
          " where h.chain = 'user' and l.chain = 'user' and l.number = 9")  # fmt: skip
    assert await _findings() == []
    assert await _findings(kept) == ["user: number 10, written down outside, is gone"]


async def test_a_chain_written_anew_is_found_by_what_was_written_down(log: None, owner: Owner) -> None:
    async with begin() as session:
        kept = await chain.anchor(session)
    owner("update events set actor_name = 'Eve' where topic = '' and subject_id = 2")
    owner("delete from audit_links where chain = 'user'")
    owner("delete from audit_heads where chain = 'user'")
    owner("select audit_seal(array_agg(id order by id)) from events where topic = ''")
    assert await _findings() == []
    assert "is not what was written down outside" in (await _findings([kept]))[0]
    assert json.loads(kept.line())["heads"].keys() == {"request:1", "request:2", "user"}


async def test_what_a_savepoint_undid_is_in_no_chain(log: None) -> None:
    async with begin() as session:
        await record(session, "chain.three", 1, topic="request:3")
        undone = await session.begin_nested()
        await record(session, "chain.three", 2, topic="request:3")
        await undone.rollback()
        async with session.begin_nested():
            await record(session, "chain.three", 3, topic="request:3")
    async with begin() as session:
        verdict = await chain.verify(session)
    assert (verdict.events, verdict.findings) == (32, [])


@pytest.mark.parametrize(
    "statement",
    [
        "update events set kind = 'x'", "delete from events", "truncate events cascade", "delete from decisions",
        "update audit_links set hash = ''", "delete from audit_links", "truncate audit_links", "truncate audit_heads",
        "insert into audit_links (event_id, chain, number, hash) values (1, 'x', 1, '')",
        "update audit_heads set number = 0", "delete from inbound_messages", "delete from users",
        "alter table events disable trigger all", "drop table events", "create table mine (id int)",
        "set session_replication_role = replica", "update alembic_version set version_num = ''",
    ],
)  # fmt: skip
def test_the_role_of_the_service_cannot(app_url: str, statement: str) -> None:
    with (
        psycopg.connect(libpq(app_url), autocommit=True) as connection,
        pytest.raises(errors.InsufficientPrivilege),
    ):
        connection.execute(statement)


def test_the_role_of_reports_reads_its_views_and_no_table(app_url: str, database_url: str) -> None:
    address = libpq(as_role(database_url, roles.REPORT))
    with psycopg.connect(address, autocommit=True) as connection:
        for view in roles.VIEWS:
            connection.execute(f"select * from report.{view}")  # noqa: S608 - names of ours
        for table in ("users", "experts", "contacts", "events", "requests"):
            with pytest.raises(errors.InsufficientPrivilege):
                connection.execute(f"select * from {table}")  # noqa: S608 - names of ours
