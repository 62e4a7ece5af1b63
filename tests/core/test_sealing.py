"""Personal data at rest: what the database holds says nothing, is found again, and its keys can be changed."""

import asyncio
import base64
import json
import os
from collections.abc import AsyncIterator
from pathlib import Path

import psycopg
import pytest
from psycopg import errors
from sqlalchemy import insert, make_url, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app import rooms
from app.core import rekeying, sealing
from app.core.database import begin, close_engine
from app.core.problems import SettingsMissing
from app.core.settings import get_settings
from app.experts.models import Contact, ContactKind, Expert
from app.messaging.models import InboundMessage
from tests.core.test_chain import SETTINGS
from tests.postgres import blocked, libpq, migrate
from tests.test_cli import rrt

NUMBER, OTHER, MAIL = "+12025550143", "+12025550144", "amy.canary@experts.example"
OLD, NEW, FOUND_BY, FOUND_ANEW = (base64.b64encode(os.urandom(32)).decode() for _ in range(4))
NUMBERS = rekeying.Column("contacts", "number", found=True)


def _use(monkeypatch: pytest.MonkeyPatch, data_keys: str, lookup_key: str = FOUND_BY) -> None:
    monkeypatch.setenv("RRT_DATA_KEYS", data_keys)
    monkeypatch.setenv("RRT_LOOKUP_KEY", lookup_key)
    get_settings.cache_clear()


@pytest.fixture
async def amy(database_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[int]:
    """An expert with a number and an address, under the old key; her id."""
    for name, value in (SETTINGS | {"DATABASE_URL": database_url}).items():
        monkeypatch.setenv(f"RRT_{name}", value)
    _use(monkeypatch, OLD)
    await close_engine()
    rooms.load()
    async with begin() as session:
        amy = Expert(
            name="Amy", email=MAIL, disciplines=["VA"], expertise={}, languages={}, city="C", state="CO", latitude=1,
            longitude=1, time_zone="UTC", conflict_agencies=[],
        )  # fmt: skip
        session.add(amy)
        await session.flush()
        session.add(Contact(expert_id=amy.id, kind=ContactKind.MOBILE, number=NUMBER))
    yield amy.id
    await close_engine()
    get_settings.cache_clear()


async def _found(session: AsyncSession, number: str) -> list[str]:
    return list(await session.scalars(select(Contact.number).where(Contact.number == number)))


def _raw(database_url: str, query: str = "select number from contacts") -> list[str]:
    with psycopg.connect(libpq(database_url), autocommit=True) as connection:
        return [str(row[0]) for row in connection.execute(query).fetchall()]


async def test_the_database_holds_neither_number_nor_address_and_still_finds_them(amy: int, database_url: str) -> None:
    everything = _raw(database_url, "select e::text || c::text from experts e join contacts c on c.expert_id = e.id")
    assert not any(plain in line for line in everything for plain in (NUMBER, NUMBER[2:], MAIL, "canary"))
    async with begin() as session:
        assert await _found(session, NUMBER) == [NUMBER]
        assert await _found(session, OTHER) == []
        assert await session.scalar(select(Expert.id).where(Expert.email == MAIL.upper())) == amy
        await session.execute(update(Contact).where(Contact.number == NUMBER).values(number=OTHER))
        assert await _found(session, OTHER) == [OTHER]
        await session.execute(update(Contact).where(Contact.number == OTHER).values(number=NUMBER))
        assert len((await session.scalars(select(Contact).where(Contact.number.in_([NUMBER, OTHER])))).all()) == 1


async def test_a_look_up_by_number_uses_its_index(amy: int, database_url: str) -> None:
    with psycopg.connect(libpq(database_url)) as connection:
        connection.execute("set enable_seqscan = off")
        query = "explain select id from contacts where left(number, 22) = %s"
        lines = connection.execute(query, [sealing.lookup(NUMBER)]).fetchall()
    assert any("ix_contacts_number" in str(line) for line in lines)


async def test_the_database_refuses_a_plain_number(amy: int, database_url: str) -> None:
    with psycopg.connect(libpq(database_url)) as connection, pytest.raises(errors.CheckViolation):
        connection.execute("insert into contacts (expert_id, kind, number) values (%s, 'alternate', %s)", [amy, OTHER])


async def test_one_number_twice_for_one_person_is_refused_though_no_two_sealed_ones_are_equal(amy: int) -> None:
    assert sealing.seal(NUMBER, found=True) != sealing.seal(NUMBER, found=True)
    with pytest.raises(Exception, match="uq_contacts_expert_id_number"):
        async with begin() as session:
            await session.execute(insert(Contact).values(expert_id=amy, kind=ContactKind.ALTERNATE, number=NUMBER))


@pytest.mark.parametrize("place", [0, 25, -5])
async def test_a_sealed_value_that_was_changed_does_not_open(amy: int, place: int) -> None:
    kept = list(sealing.seal(NUMBER, found=True))
    kept[place] = "A" if kept[place] != "A" else "B"
    with pytest.raises(sealing.Unsealable):
        sealing.unseal("".join(kept))


def test_what_would_compare_noise_is_refused_before_it_reaches_the_database() -> None:
    for wrong in (
        lambda: Contact.number.like("+1202%"), lambda: Contact.number > NUMBER, lambda: InboundMessage.body == "YES",
        lambda: Contact.number.in_(select(Contact.number)), Contact.number.desc,
    ):  # fmt: skip
        with pytest.raises(TypeError, match=r"sealed|found_by"):
            wrong()


async def test_keys_change_while_others_write_and_a_run_cut_short_is_taken_up(
    amy: int, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with begin() as session:
        rows = [{"expert_id": amy, "kind": "alternate", "number": f"+1303555{n:04}"} for n in range(40)]
        await session.execute(insert(Contact), rows)
    _use(monkeypatch, f"{NEW},{OLD}")
    monkeypatch.setattr(rekeying, "BATCH", 7)
    async with begin() as session:
        assert (await rekeying._batch(session, NUMBERS, 0))[1] == 7  # cut short
    async with begin() as session:
        await session.execute(update(Contact).where(Contact.number == "+13035550039").values(number=OTHER))
        going = asyncio.create_task(rekeying.rotate(NUMBERS))  # waits for the row, and then leaves it alone
        await blocked(database_url)
    assert await going == 41 - 7 - 1
    found = await rekeying.look(NUMBERS)
    assert dict(found.generations) == {sealing.keyring().generation: 41}
    _use(monkeypatch, NEW)
    async with begin() as session:
        assert await _found(session, NUMBER) == [NUMBER]
        assert await _found(session, OTHER) == [OTHER]


async def test_another_lookup_key_finds_everybody_again_after_the_rotation(
    amy: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    _use(monkeypatch, OLD, FOUND_ANEW)
    async with begin() as session:
        assert await _found(session, NUMBER) == []
    assert await rekeying.rotate(NUMBERS) == 1
    async with begin() as session:
        assert await _found(session, NUMBER) == [NUMBER]


async def test_a_lost_key_is_named_by_check_and_doctor(amy: int, database_url: str) -> None:
    settings = {f"RRT_{name}": value for name, value in SETTINGS.items()} | {"RRT_DATABASE_URL": database_url}
    lost = settings | {"RRT_DATA_KEYS": NEW, "RRT_LOOKUP_KEY": FOUND_BY}
    named = rrt("keys", "check", **lost)
    assert named.returncode == 1
    assert "contacts.number: 0 sealed with the newest keys, 1 with older ones, 1 cannot be opened" in named.stderr
    assert "sealed with keys that are not set" in rrt("doctor", **lost).stderr
    assert rrt("keys", "rotate", **lost | {"RRT_DATA_KEYS": f"{NEW},{OLD}"}).stdout.endswith("The old keys may go.\n")
    whole = rrt("keys", "check", **lost)
    assert whole.returncode == 0, whole.stderr
    assert "contacts.number: 1 sealed with the newest keys\n" in whole.stdout


def test_the_migration_seals_what_is_there_and_finds_it_again(
    amy: int, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, name = libpq(database_url), "rrt_test_before"
    before = make_url(database_url).set(database=name).render_as_string(hide_password=False)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"drop database if exists {name}")
        connection.execute(f"create database {name}")
    migrate(before, "20261125_afterwards")
    with psycopg.connect(libpq(before)) as connection:
        connection.execute(
            "insert into messages (channel, kind, number, body, topic, state, attempts, priority, queued_at)"
            " select 'text', 'x', '+1303555' || lpad(n::text, 4, '0'), '', '', 'queued', 0, 0, now()"
            " from generate_series(1, 1100) n"
        )
        connection.execute(
            "insert into idempotent_answers (actor, key, request_digest, answer, created_at)"
            " values ('a', 'k', 'd', %s, now())", [json.dumps({"phone": NUMBER})],
        )  # fmt: skip
    migrate(before)
    with psycopg.connect(libpq(before)) as connection:
        query = "select number from messages where left(number, 22) = %s"
        (kept,) = connection.execute(query, [sealing.lookup("+13035551100")]).fetchall()
        (answer,) = connection.execute("select answer from idempotent_answers").fetchall()
        assert connection.execute("select 1 from messages where number like '+%%'", []).fetchall() == []
    assert sealing.unseal(kept[0]) == "+13035551100"
    assert json.loads(sealing.unseal(answer[0])) == {"phone": NUMBER}
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"drop database {name} with (force)")


@pytest.mark.parametrize(
    "wrong",
    ["", "short", base64.b64encode(b"k" * 32).decode(), FOUND_BY, "/no/such/file"],
    ids=["nothing", "short", "a sample", "the key of the digests", "no such file"],
)
def test_production_does_not_start_without_keys_of_its_own(wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    more = {
        "DATABASE_URL": "postgresql://x/x", "ENVIRONMENT": "production", "DATA_KEYS": wrong, "LOOKUP_KEY": FOUND_BY,
        "SECRET_KEY": "0Qw9+hGk2LmZ7VbT5yXc8NrJ4sDf6PaE1uIo3AeB",
    }  # fmt: skip
    for name, value in (SETTINGS | more).items():
        monkeypatch.setenv(f"RRT_{name}", value)
    get_settings.cache_clear()
    with pytest.raises(SettingsMissing, match="RRT_DATA_KEYS"):
        get_settings()
    monkeypatch.setenv("RRT_DATA_KEYS", NEW)
    assert get_settings().sealing_keys == (base64.b64decode(NEW),)
    get_settings.cache_clear()


def test_keys_may_stand_in_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "keys").write_text(f"{NEW}\n{OLD}\n")
    for name, value in (SETTINGS | {"DATABASE_URL": "postgresql://x/x"}).items():
        monkeypatch.setenv(f"RRT_{name}", value)
    _use(monkeypatch, str(tmp_path / "keys"))
    assert get_settings().sealing_keys == (base64.b64decode(NEW), base64.b64decode(OLD))
    get_settings.cache_clear()


def test_a_key_that_begins_as_a_path_does_is_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (SETTINGS | {"DATABASE_URL": "postgresql://x/x"}).items():
        monkeypatch.setenv(f"RRT_{name}", value)
    slashed = base64.b64encode(b"\xff" + os.urandom(31)).decode()
    assert slashed.startswith("/")
    _use(monkeypatch, f"{slashed},{OLD}")
    assert get_settings().sealing_keys == (base64.b64decode(slashed), base64.b64decode(OLD))
    get_settings.cache_clear()
