"""`rrt replay`: a file of incidents through the service, its jobs and the simulated people, with a clock that jumps.

Every request goes through the HTTP API, every answer through the signed webhook, every text through the real Twilio
client. Nothing waits: when all that is due at one moment is done, the clock shows the next.
"""

import asyncio
import gc
import hashlib
import os
import shutil
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx
from fastapi import FastAPI
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from sqlalchemy.exc import OperationalError

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
from app.replay import driver, reading, report
from app.replay.entering import BadPool, enter, read_pool
from app.replay.keeping import Kept
from app.replay.line import Line
from app.seed import filling
from app.seed.people import people as invent
from app.simulator.server import create_simulator
from app.simulator.webhooks import Answer, Deliver
from app.trials import reading as present
from app.trials.incidents import BadFile, Incident, read
from app.trials.members import Member, invented, renewed
from app.trials.outcomes import Outcomes

console = Console(highlight=False)
ADDRESS = "http://127.0.0.1:9"
"""Of the service; nobody listens there: requests and webhooks are handed to it in this process."""
TEXTS_PER_SECOND = "200"
"""A jumping clock would otherwise stop for every text; pacing has its own tests."""
GARBAGE = 20_000
"""New objects after which garbage is looked for: a transaction makes thousands, and they end with it."""
STARTS_BEFORE = timedelta(hours=1)
COLUMNS = (
    TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn(),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be replayed.

    Args:
        file: of incidents.
        pool: a CSV file of experts; None: invented, or the present pool.
        is_current: the pool of the configured database, without its names and numbers.
        experts: how many are invented.
        seed: of hours, invented people and answers.
        limit: only the first so many rows; 0: all.
        skip_unknown_places: leave out rows whose place is not on the map.
        goes_home: teams come home, rest and carry exposure.
        renews: papers that are valid at the beginning are renewed; else they lapse on their days.
        keep_every: after so many requests, and as soon as nobody is about to answer, it is kept, to go on from there.
        data: the folder under which the replay keeps its database and its report.
        fresh: begin anew, whatever was kept.
    """

    file: Path
    data: Path
    pool: Path | None = None
    is_current: bool = False
    experts: int = 2000
    seed: int = 0
    limit: int = 0
    skip_unknown_places: bool = False
    goes_home: bool = True
    renews: bool = True
    keep_every: int = 120
    fresh: bool = False


def run(asked: Asked) -> int:
    """Replay, and write the report; a replay that was interrupted goes on from where it was kept.

    Returns:
        0, or 2 when a file cannot be used; then nothing was loaded.
    """
    try:
        incidents = read(asked.file, seed=asked.seed, limit=asked.limit, skip_unknown_places=asked.skip_unknown_places)
        members = _members(asked, incidents)
    except BadFile as bad:
        _complain(str(asked.file), bad)
        return 2
    except BadPool as bad:
        _complain(str(asked.pool or "The present pool"), bad)
        return 2
    except OperationalError:
        console.print("[red]The present pool cannot be read: its database does not answer.[/]")
        return 2
    folder = asked.data.resolve() / f"replay-{_mark(asked, incidents, members)}"
    if asked.fresh and folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    way = Way(asked.seed, goes_home=asked.goes_home, keep_every=asked.keep_every)
    outcomes = played(incidents, members, folder, way)
    about = report.About(asked.file.name, _pool_words(asked), asked.seed, len(members), asked.goes_home, asked.renews)
    report.write(folder, outcomes, about)
    report.show(console, outcomes, wall_s=time.monotonic() - started)
    console.print(f"Report: {folder / 'report.html'}\nAs data: {folder / 'report.json'}")
    return 0


def _complain(what: str, bad: BadFile | BadPool) -> None:
    console.print(f"[red]{what} cannot be used; nothing was loaded.[/]")
    if not bad.bad:
        console.print("  Nobody is in it who can be asked.")
    for row in bad.bad:
        console.print(f"  line {row.line}: {row.why}", markup=False)
    rows = [row for row in bad.bad if getattr(row, "is_unknown_place", False)]
    if rows and len(rows) == len(bad.bad):
        console.print("Leave out rows of unknown places with --skip-unknown-places.")


def _members(asked: Asked, incidents: Sequence[Incident]) -> list[Member]:
    """The pool; papers are judged by today, those of an invented pool by the day before the first incident."""
    first, last, today = incidents[0].filed_at, incidents[-1].filed_at.date(), clock.now()
    if asked.pool is not None:
        found = read_pool(asked.pool)
    elif asked.is_current:
        found = asyncio.run(_present())
    else:
        today = first - STARTS_BEFORE
        found = invented(invent(asked.experts, asked.seed + 1, today))
    if not asked.renews:
        return found
    return renewed(found, today=today.date(), first=(first - STARTS_BEFORE).date(), last=last)


async def _present() -> list[Member]:
    rooms.load_jobs()
    try:
        async with begin(only_reads=True) as session:
            found = await present.pool(session)
    finally:
        await close_engine()
    if not found:
        raise BadPool(())
    return found


def _pool_words(asked: Asked) -> str:
    if asked.pool is not None:
        return f"the pool of {asked.pool.name}"
    return "the present pool" if asked.is_current else "an invented pool (synthetic)"


def _mark(asked: Asked, incidents: Sequence[Incident], members: Sequence[Member]) -> str:
    """The same inputs have the same folder, so that the same command goes on."""
    whole = repr((incidents, members, asked.seed, asked.goes_home)).encode()
    return hashlib.sha256(whole).hexdigest()[:10]


@dataclass(frozen=True, slots=True)
class Way:
    """How a replay is played: the seed of the answers, life on the road, and how often it is kept."""

    seed: int
    goes_home: bool = True
    keep_every: int = 120


def played(incidents: Sequence[Incident], members: Sequence[Member], folder: Path, way: Way) -> Outcomes:
    """Replay incidents against a pool, in the folder's own database, from where it was kept last.

    Args:
        incidents: in the order of filing.
        members: the pool.
        folder: the replay's own.
        way: how.
    """
    with EmbeddedPostgres(folder / "postgres", durable=False) as server:
        kept = Kept(folder, server)
        _prepare(folder, server)
        service = _service()
        at = kept.go_on()
        if at is None:
            kept.begin()
            migrate()
            at = driver.Progress(moment=incidents[0].filed_at - STARTS_BEFORE)
            clock.follow(Clock(0, is_stepped=True))
            clock.step_to(incidents[0].filed_at - STARTS_BEFORE)
            asyncio.run(_fill(members))
            kept.keep(at)
        start_logging("ERROR")
        with Progress(*COLUMNS, console=console, disable=not console.is_terminal) as shown:
            bar = shown.add_task("Requests", total=len(incidents), completed=at.filed)

            def told(now: driver.Progress) -> None:
                shown.update(bar, completed=now.filed, description=f"Requests, {now.moment:%b %d}")

            while not at.is_done:
                with asyncio.Runner(loop_factory=loop_factory()) as runner:
                    runner.run(_segment(service, incidents, members, at, way, told))
                kept.keep(at)
                if not console.is_terminal:
                    console.print(f"{at.filed:,} of {len(incidents):,} requests, {at.moment:%b %d}")
        return asyncio.run(_outcomes(incidents, way.seed))


def _prepare(folder: Path, server: EmbeddedPostgres) -> None:
    machine.set_environment(server.url("rrt"), folder, web=9, simulator=10, clock=None)
    os.environ.update(
        RRT_PUBLIC_URL=ADDRESS, RRT_TEXTS_PER_SECOND=TEXTS_PER_SECOND, RRT_SOLVER_PROCESSES="0",
        RRT_BRIEF_ROSTERS="true", RRT_ONE_AT_A_TIME="true", RRT_LOG_LEVEL="ERROR",
    )  # fmt: skip
    get_settings.cache_clear()
    start_logging("ERROR")


async def _fill(members: Sequence[Member]) -> None:
    rooms.load_jobs()
    try:
        async with job_app().open_async(), begin() as session:
            await enter(session, members)
            await filling.add_staff(session)
    finally:
        await close_engine()


def _delivering(http: httpx.AsyncClient) -> Deliver:
    async def deliver(url: str, form: object, headers: object) -> Answer:
        answer = await http.post(url, data=dict(form), headers=dict(headers))  # type: ignore[call-overload]
        return Answer(answer.status_code, answer.text, answer.headers.get("content-type", ""))

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


def _carrier(members: Iterable[Member], hooks: httpx.AsyncClient, seed: int) -> FastAPI:
    """A simulated carrier for whom texts and calls take no time, with everybody's phones."""
    settings = get_settings()
    simulator = create_simulator(
        account_sid=settings.twilio_account_sid, auth_token=settings.twilio_auth_token.get_secret_value(),
        public_url=settings.public_url, seed=seed, runs_by_itself=False, deliver=_delivering(hooks), pace=0.0,
    )  # fmt: skip
    for member in members:
        for number in member.phones:
            simulator.state.carrier.people.add(number, member.name)
    return simulator


async def _segment(  # noqa: PLR0917 - all that a segment is made of
    service: Service,
    incidents: Sequence[Incident],
    members: Iterable[Member],
    at: driver.Progress,
    way: Way,
    told: Callable[[driver.Progress], None],
) -> None:
    clock.follow(Clock(0, is_stepped=True))
    clock.step_to(at.moment or incidents[0].filed_at)
    transport = httpx.ASGITransport(app=service.web)
    async with (
        httpx.AsyncClient(transport=transport, base_url=f"{ADDRESS}/api/v1", timeout=60) as api,
        httpx.AsyncClient(transport=transport, timeout=60) as hooks,
        job_app().open_async(),
    ):
        service.line.app = simulator = _carrier(members, hooks, way.seed)
        cast = await people.cast_of({p: mail for p, mail in people.PARTS.items() if p != "chief"}, days=None)
        playing = driver.Driver(
            incidents, simulator.state.carrier, api, cast.keys, at, keep_every=way.keep_every,
            goes_home=way.goes_home, told=told,
        )  # fmt: skip
        await playing.play()
    await close_engine()


async def _outcomes(incidents: Sequence[Incident], seed: int) -> Outcomes:
    rooms.load_jobs()
    try:
        async with begin(only_reads=True) as session:
            return await reading.outcomes(session, incidents, seed)
    finally:
        await close_engine()
