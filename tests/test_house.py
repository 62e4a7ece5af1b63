"""The house itself: the database guards what the machines say, and refuses what must never happen."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from psycopg import errors
from sqlalchemy import Enum

from app import rooms
from app.core.database import Table
from app.core.machine import Machine
from app.deployments.states import ASSIGNMENT, DEPLOYMENT, POSITION
from app.dispatch.states import OFFER
from app.drills.states import DRILL
from app.messaging.states import INBOUND, MESSAGE
from app.requests.states import REQUEST
from tests.postgres import libpq

MACHINES: dict[str, Machine] = {  # type: ignore[type-arg]  # each of its own states
    "requests": REQUEST,
    "deployments": DEPLOYMENT,
    "positions": POSITION,
    "assignments": ASSIGNMENT,
    "offers": OFFER,
    "messages": MESSAGE,
    "inbound_messages": INBOUND,
    "drills": DRILL,
}
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SEALED = ".0123456789ab.secret"
"""As much of a sealed value as the database can judge."""


@pytest.fixture
def database(database_url: str) -> Iterator[psycopg.Connection]:
    """An empty, migrated database, over plain SQL."""
    with psycopg.connect(libpq(database_url), autocommit=True) as connection:
        yield connection


@pytest.mark.parametrize("table", MACHINES)
def test_the_databases_arrows_are_the_machines(database: psycopg.Connection, table: str) -> None:
    query = "select pg_get_triggerdef(oid) from pg_trigger where tgname = 'step' and tgrelid = %s::regclass"
    row = database.execute(query, [table]).fetchone()
    assert row is not None
    arrows = re.findall(r"(\w+)>(\w+)", row[0])
    assert set(arrows) == MACHINES[table].steps()


def test_the_databases_states_are_the_enums(database: psycopg.Connection) -> None:
    rooms.load()
    kept: dict[str, str] = dict(
        database.execute("select conname, pg_get_constraintdef(oid) from pg_constraint where contype = 'c'")
    )
    seen = 0
    for table in Table.metadata.tables.values():
        for column in table.columns:
            if isinstance(column.type, Enum) and column.type.enum_class is not None:
                name = f"ck_{table.name}_{column.type.name}"
                values = {str(value.value) for value in column.type.enum_class}
                assert set(re.findall(r"'(\w+)'", kept[name])) == values
                seen += 1
    assert seen >= len(MACHINES)


class World:
    """A little of everything, over plain SQL."""

    def __init__(self, database: psycopg.Connection) -> None:
        self.database = database
        self.agency = self.insert(
            "agencies", name="A", kind="municipal", city="C", state="CO", latitude=1, longitude=1, time_zone="UTC"
        )
        self.users = [
            self.insert("users", email=f"{n}@x.example", name=n, roles=["auditor"], is_active=True) for n in "abc"
        ]
        self.experts = [self._expert(n) for n in range(2)]
        self.request = self.insert(
            "requests", reference="26-1", agency_id=self.agency, state="recommended", version=1,
            filed_by_id=self.users[0], recommended_by_id=self.users[1], keyed_in_by_desk=False, incident_type="x",
            modifiers=[], city="C", place_state="CO", latitude=1, longitude=1, time_zone="UTC", summary="",
            languages=[], service_types=[], expertise_wanted=[], priority="urgent", needed_by=NOW, days=3,
            mode="on_site", contact_name="n", contact_title="t", contact_phone=SEALED, contact_email=SEALED,
            report_to="r", details=SEALED,
        )  # fmt: skip
        self.deployment = self.insert(
            "deployments", request_id=self.request, reference="26-1", state="offering", version=1, team_type="T1",
            priority="urgent", starts_at=NOW, ends_at=NOW + timedelta(days=3), opened_at=NOW,
        )  # fmt: skip
        self.positions = [self._position(n) for n in (1, 2)]

    def insert(self, table: str, **fields: object) -> int:
        """Put in one row; its id."""
        names, holes = ", ".join(fields), ", ".join(["%s"] * len(fields))
        query = f"insert into {table} ({names}) values ({holes}) returning id"  # noqa: S608 - names of this test
        row = self.database.execute(query, list(fields.values())).fetchone()
        assert row is not None
        return int(row[0])

    def _expert(self, number: int) -> int:
        return self.insert(
            "experts", name=f"E{number}", disciplines=["VA"], expertise="{}", languages="{}", city="C", state="CO",
            latitude=1, longitude=1, time_zone="UTC", is_leader=False, is_trainee=False, is_mentor=False,
            past_deployments=0, conflict_agencies=[], wakes_for_immediate=True, is_active=True, version=1,
        )  # fmt: skip

    def _position(self, number: int) -> int:
        return self.insert(
            "positions", deployment_id=self.deployment, number=number, code="VA", title="Advocate", state="open",
            disciplines=["VA"], required="{}", desired="{}", is_leader=False, is_remote=False, is_licensed=False,
        )  # fmt: skip

    def assign(self, position: int, expert: int, start: datetime = NOW, state: str = "confirmed") -> int:
        """Seat somebody for four days from `start`."""
        span = f"[{start.isoformat()},{(start + timedelta(days=4)).isoformat()})"
        return self.insert(
            "assignments", deployment_id=self.deployment, position_id=position, expert_id=expert, state=state,
            span=span, arrives_at=start, travel_mode="drive", confirmed_at=NOW,
        )  # fmt: skip

    def offer(self, position: int, expert: int, state: str = "contacting") -> int:
        """Offer a seat."""
        return self.insert(
            "offers", deployment_id=self.deployment, position_id=position, expert_id=expert, code="234", state=state,
            rung=0, asked_at=NOW, reply_by=NOW + timedelta(hours=1), travel="{}",
        )  # fmt: skip


@pytest.fixture
def world(database: psycopg.Connection) -> World:
    """One request, one deployment, two seats, two experts."""
    return World(database)


def test_an_expert_cannot_be_in_two_places_travel_and_rest_included(world: World) -> None:
    world.assign(world.positions[0], world.experts[0])
    with pytest.raises(errors.ExclusionViolation):
        world.assign(world.positions[1], world.experts[0], NOW + timedelta(days=4) - timedelta(minutes=1))
    world.assign(world.positions[1], world.experts[0], NOW + timedelta(days=4))


def test_a_cancelled_assignment_frees_the_expert(world: World) -> None:
    world.assign(world.positions[0], world.experts[0], state="cancelled")
    world.assign(world.positions[1], world.experts[0])


def test_two_people_cannot_have_one_seat(world: World) -> None:
    world.assign(world.positions[0], world.experts[0])
    with pytest.raises(errors.UniqueViolation):
        world.assign(world.positions[0], world.experts[1])


def test_an_expert_has_one_standing_offer_of_a_deployment(world: World) -> None:
    world.offer(world.positions[0], world.experts[0], "declined")
    world.offer(world.positions[0], world.experts[0])
    with pytest.raises(errors.UniqueViolation):
        world.offer(world.positions[1], world.experts[0])


def test_a_state_only_moves_along_an_arrow(world: World) -> None:
    offer = world.offer(world.positions[0], world.experts[0], "withdrawn")
    with pytest.raises(errors.CheckViolation):
        world.database.execute("update offers set state = 'contacting' where id = %s", [offer])


@pytest.mark.parametrize("who", [0, 1])
def test_the_asker_and_the_recommender_cannot_decide(world: World, who: int) -> None:
    query = "update requests set state = 'approved', decided_by_id = %s where id = %s"
    with pytest.raises(errors.CheckViolation):
        world.database.execute(query, [world.users[who], world.request])
    world.database.execute(query, [world.users[2], world.request])


@pytest.mark.parametrize("change", ["update events set kind = 'x'", "delete from events"])
def test_the_log_is_never_rewritten(database: psycopg.Connection, change: str) -> None:
    database.execute(
        "insert into events (at, kind, subject_id, topic, actor_kind, actor_name, data)"
        " values (now(), 'k', 1, '', 'system', '', '{}')"
    )
    with pytest.raises(errors.CheckViolation):
        database.execute(change)


def test_one_text_decides_one_offer(world: World) -> None:
    text = world.insert(
        "inbound_messages",
        sid="SM1",
        number=f"{22 * 'n'}{SEALED}",
        body=SEALED,
        received_at=NOW,
        state="received",
        topic="",
    )
    offers = [world.offer(world.positions[n], world.experts[n]) for n in (0, 1)]
    query = "update offers set answer_message_id = %s where id = %s"
    world.database.execute(query, [text, offers[0]])
    with pytest.raises(errors.UniqueViolation):
        world.database.execute(query, [text, offers[1]])
