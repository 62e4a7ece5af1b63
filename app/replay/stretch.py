"""One stretch of a replay: some incidents of a file through the service, in a database and a process of their own.

Every request goes through the HTTP API, every answer through the signed webhook, every text through the real Twilio
client. Nothing waits: when all that is due at one moment is done, the clock shows the next.
"""

import asyncio
import gc
import os
import pickle  # nosec B403 - of our own making, in a folder of our own
from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

import httpx
from fastapi import FastAPI
from sqlalchemy import text

from app import rooms
from app.core.clock import Clock, clock
from app.core.database import begin, close_engine
from app.core.jobs import job_app
from app.core.loading import loading
from app.core.log import start_logging
from app.core.postgres import EmbeddedPostgres
from app.core.settings import get_settings
from app.demo import machine, people
from app.messaging import gateway
from app.processes import loop_factory, migrate
from app.replay import driver, entering_past, reading, reading_past
from app.replay.entering import enter
from app.replay.keeping import Kept
from app.replay.line import Line, ask
from app.seed import filling
from app.simulator.people import Memory, Mix
from app.simulator.server import create_simulator
from app.simulator.webhooks import Answer, Deliver
from app.trials.fast import GRACE
from app.trials.incidents import Incident
from app.trials.members import Member
from app.trials.outcomes import IncidentOutcome
from app.trials.past import Past

ADDRESS = "http://127.0.0.1:9"
"""Of the service; nobody listens there: requests and webhooks are handed to it in this process."""
TEXTS_PER_SECOND = "200"
"""A jumping clock would otherwise stop for every text; pacing has its own tests."""
GARBAGE = 20_000
"""New objects after which garbage is looked for: a transaction makes thousands, and they end with it."""
STARTS_BEFORE = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Way:
    """How a replay is played.

    Args:
        seed: of the answers.
        goes_home: teams come home, rest and carry exposure.
        keep_every: after so many requests it is kept, to go on from there.
        mix: how people answer.
    """

    seed: int
    goes_home: bool = True
    keep_every: int = 120
    mix: Mix = field(default_factory=Mix)


@dataclass(frozen=True, slots=True)
class Script:
    """What is played, whole.

    Args:
        incidents: in the order of filing.
        members: the pool.
        way: how.
    """

    incidents: Sequence[Incident]
    members: Sequence[Member]
    way: Way


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some incidents of a year, one after the other.

    Args:
        first: place of the first of them, from 0.
        last: place after the last of them.
        past: what was before; None: nothing.
    """

    first: int
    last: int
    past: Past | None = None


@dataclass(frozen=True, slots=True)
class Played:
    """What a stretch came to.

    Args:
        outcomes: of its incidents, as they were at its end.
        end: the past that whoever comes next begins with.
        rests: (place of the incident, number of the seat) to the end of the rest, of all incidents so far.
    """

    outcomes: tuple[IncidentOutcome, ...]
    end: Past
    rests: dict[tuple[int, int], datetime]


Told = Callable[[driver.Progress, bool], None]
"""Is told how far a stretch is, and whether that was kept."""


def play(stretch: Stretch, script: Script, folder: Path, told: Told) -> Played:
    """Play a stretch in the folder's own database, from where it was kept last.

    Args:
        stretch: which of the incidents.
        script: all of them.
        folder: the stretch's own.
        told: how far it is.
    """
    with EmbeddedPostgres(folder / "postgres", durable=False, by_socket=True) as server:
        kept = Kept(folder, server)
        _prepare(folder, server)
        service = _service()
        at = kept.go_on()
        if at is None:
            kept.begin()
            migrate()
            at = _begun(stretch, script)
            kept.keep(at)
        start_logging("ERROR")
        told(at, False)
        while not at.is_done:
            with asyncio.Runner(loop_factory=loop_factory()) as runner:
                runner.run(_segment(service, stretch, script, at, told))
            kept.keep(at)
            told(at, True)
        return asyncio.run(_told(stretch, script, pickle.loads(at.carrier)[0]))  # noqa: S301  # nosec B301 - our own


def _until(stretch: Stretch, script: Script) -> datetime:
    """Up to when a stretch is played: until the next one begins, or answers and deadlines are played out."""
    if stretch.last < len(script.incidents):
        return script.incidents[stretch.last].filed_at
    return script.incidents[-1].filed_at + GRACE


def _begun(stretch: Stretch, script: Script) -> driver.Progress:
    """Where a stretch stands before its first incident."""
    moment = stretch.past.moment if stretch.past else script.incidents[0].filed_at - STARTS_BEFORE
    at = driver.Progress(filed=stretch.first, moment=moment)
    clock.follow(Clock(0, is_stepped=True))
    clock.step_to(moment)
    entered = asyncio.run(_fill(stretch, script))
    if entered is not None:
        at.agencies, at.road = entered.agencies, entered.road
    return at


def _prepare(folder: Path, server: EmbeddedPostgres) -> None:
    machine.set_environment(server.url("rrt"), folder, web=9, simulator=10, clock=None)
    os.environ.update(
        RRT_PUBLIC_URL=ADDRESS, RRT_TEXTS_PER_SECOND=TEXTS_PER_SECOND, RRT_SOLVER_PROCESSES="0",
        RRT_BRIEF_ROSTERS="true", RRT_ONE_AT_A_TIME="true", RRT_LOG_LEVEL="ERROR",
    )  # fmt: skip
    get_settings.cache_clear()
    start_logging("ERROR")


async def _fill(stretch: Stretch, script: Script) -> entering_past.Entered | None:
    rooms.load_jobs()
    try:
        async with job_app().open_async(), begin() as session:
            await enter(session, script.members)
            await filling.add_staff(session)
            past = None
            if stretch.past is not None:
                past = await entering_past.enter(session, stretch.past, script.incidents[: stretch.first])
            # Nobody is woken by a job here, and nobody reads what became of it.
            await session.execute(text("alter table procrastinate_jobs disable trigger user"))
            # Until the server has counted its rows by itself, a minute later, it reads the pool row by row.
            await session.execute(text("analyze"))
            return past
    finally:
        await close_engine()


def _delivering(web: FastAPI) -> Deliver:
    async def deliver(url: str, form: Mapping[str, str], headers: Mapping[str, str]) -> Answer:
        body = urlencode(form).encode()
        given = {**headers, "Content-Type": "application/x-www-form-urlencoded", "Content-Length": str(len(body))}
        heard = await ask(web, "POST", url, given, body)
        return Answer(heard.status, heard.body.decode(), heard.headers.get("content-type", ""))

    return deliver


@dataclass(frozen=True, slots=True)
class Service:
    """The service's application, and the line on which it asks the carrier. Neither remembers anything of a replay."""

    web: FastAPI
    line: Line


def _service() -> Service:
    with loading():
        from app.main import create_app  # noqa: PLC0415 - reads the settings that were just set

        web = create_app()
    gc.set_threshold(GARBAGE)
    line = Line(web)
    gateway.lead(get_settings().twilio_api_url, line)
    return Service(web, line)


def _carrier(members: Iterable[Member], web: FastAPI, way: Way, past: Past | None) -> FastAPI:
    """A simulated carrier for whom texts and calls take no time, with everybody's phones."""
    settings = get_settings()
    simulator = create_simulator(
        account_sid=settings.twilio_account_sid, auth_token=settings.twilio_auth_token.get_secret_value(),
        public_url=settings.public_url, seed=way.seed, mix=way.mix, runs_by_itself=False, deliver=_delivering(web),
        pace=0.0,
    )  # fmt: skip
    for member in members:
        for number in member.phones:
            simulator.state.carrier.people.add(number, member.name)
    if past is not None:
        simulator.state.carrier.opted_out.update(past.stopped)
        simulator.state.carrier.people.remember(deepcopy(past.people))
    return simulator


async def _segment(service: Service, stretch: Stretch, script: Script, at: driver.Progress, told: Told) -> None:
    way = script.way
    assert at.moment is not None  # noqa: S101 - a stretch begins at one
    clock.follow(Clock(0, is_stepped=True))
    clock.step_to(at.moment)
    transport = httpx.ASGITransport(app=service.web)
    async with (
        httpx.AsyncClient(transport=transport, base_url=f"{ADDRESS}/api/v1", timeout=60) as api,
        job_app().open_async(),
    ):
        service.line.app = simulator = _carrier(script.members, service.web, way, stretch.past)
        cast = await people.cast_of({p: mail for p, mail in people.PARTS.items() if p != "chief"}, days=None)
        playing = driver.Driver(
            script.incidents[: stretch.last], simulator.state.carrier, api, cast.keys, at,
            until=_until(stretch, script), keep_every=way.keep_every, goes_home=way.goes_home,
            told=lambda now: told(now, False),
        )  # fmt: skip
        await playing.play()
    await close_engine()


async def _told(stretch: Stretch, script: Script, people: Memory) -> Played:
    rooms.load_jobs()
    try:
        async with begin(only_reads=True) as session:
            found = await reading.outcomes(session, script.incidents[stretch.first : stretch.last], stretch.first)
            return Played(
                found,
                await reading_past.past(session, _until(stretch, script), people),
                await reading_past.rests(session),
            )
    finally:
        await close_engine()
