"""`rrt replay`: the service, its jobs and the simulated people in one process, with a clock that jumps to what is next.

Every request goes through the public HTTP API, every answer through the signed webhook, every text through the real
Twilio client. Nothing waits: when all that is due is done, the clock moves to the next deadline, answer or filing.
"""

import asyncio
import os
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import httpx
import uvicorn
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from app import rooms
from app.core.clock import Clock, clock
from app.core.database import begin, close_engine
from app.core.jobs import job_app, next_due, run_due, shift_waiting
from app.core.log import start_logging
from app.core.settings import get_settings
from app.demo import machine, people
from app.processes import migrate
from app.replay import report
from app.seed import filling
from app.simulator.carrier import Carrier
from app.simulator.server import create_simulator
from app.trials.incidents import BadFile, Incident, read

console = Console(highlight=False)
STEP = timedelta(seconds=60)
"""What falls into the same minute is done together."""
GRACE = timedelta(days=3)
"""How long after the last filing answers and deadlines are played out."""
TEXTS_PER_SECOND = "200"
"""A jumping clock would otherwise stop for every text; pacing has its own tests."""


def run(file: Path, *, limit: int, experts: int, seed: int, data: Path) -> int:
    """Replay the incidents of a file against a new database and print the table.

    Returns:
        0, or 2 when the file cannot be used.
    """
    try:
        incidents = read(file, limit=limit, seed=seed)
    except BadFile as bad:
        console.print(f"[red]{file}: {bad}[/]")
        return 2
    folder = data.resolve() / f"replay-{uuid4().hex[:8]}"
    with machine.database(folder, durable=False) as address:
        _prepare(address, folder, incidents[0].filed_at)
        started = time.monotonic()
        figures = asyncio.run(_replay(incidents, experts, seed))
        report.show(console, figures, wall_s=time.monotonic() - started)
    return 0


def _prepare(address: str, folder: Path, start: datetime) -> None:
    web, simulator = machine.free_port(0), machine.free_port(0)
    machine.set_environment(address, folder, web=web, simulator=simulator, clock=None)
    os.environ["RRT_TEXTS_PER_SECOND"] = TEXTS_PER_SECOND
    os.environ["RRT_SOLVER_PROCESSES"] = "0"
    get_settings.cache_clear()
    start_logging("ERROR")
    migrate()
    start_logging("ERROR")
    clock.follow(Clock(0, time.time(), (start - timedelta(hours=1)).timestamp()))


@asynccontextmanager
async def served(app: object, url: str) -> AsyncIterator[None]:
    """Serve an application at an address of this machine for a while."""
    listening = socket.create_server(("127.0.0.1", int(url.rsplit(":", 1)[1])))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, lifespan="on"))  # type: ignore[arg-type]
    task = asyncio.create_task(server.serve([listening]))
    while not server.started and not task.done():  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.02)
    try:
        yield
    finally:
        server.should_exit = True
        await task


async def _replay(incidents: list[Incident], experts: int, seed: int) -> report.Figures:
    from app.main import create_app  # noqa: PLC0415 - reads the settings that were just set

    settings = get_settings()
    rooms.load_jobs()
    simulator = create_simulator(
        account_sid=settings.twilio_account_sid,
        auth_token=settings.twilio_auth_token.get_secret_value(),
        public_url=settings.public_url,
        seed=seed,
        runs_by_itself=False,
    )
    async with job_app().open_async(), begin() as session:
        await filling.fill(session, experts=experts, seed=seed + 1)
    cast = await people.cast_of({part: email for part, email in people.PARTS.items() if part != "chief"}, days=None)
    for number, name in cast.phones:
        simulator.state.carrier.people.add(number, name)
    async with served(simulator, settings.twilio_api_url), served(create_app(), settings.public_url):
        driver = Driver(incidents, simulator.state.carrier, cast.keys, seed)
        await driver.play()
    try:
        return await report.gather()
    finally:
        await close_engine()


class Driver:
    """Moves the clock, files what is due, lets the desk decide, delivers texts, runs jobs."""

    def __init__(self, incidents: list[Incident], carrier: Carrier, keys: dict[str, str], seed: int) -> None:
        self._waiting = list(reversed(incidents))
        self._count = len(incidents)
        self._until = incidents[-1].filed_at + GRACE
        self._carrier, self._keys, self._seed = carrier, keys, seed
        self._agencies: dict[tuple[str, str], int] = {}
        self._http = httpx.AsyncClient(base_url=f"{get_settings().public_url}/api/v1", timeout=60)

    async def play(self) -> None:
        """Everything until the last answers are in."""
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        async with self._http:
            with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
                bar = progress.add_task("Requests", total=self._count)
                while await self._step():
                    day = f"{clock.now():%b %d}"
                    progress.update(bar, completed=self._count - len(self._waiting), description=f"Requests, {day}")
        await self._settle()

    async def _step(self) -> bool:
        """Do what is due, then jump; False at the end."""
        while self._waiting and self._waiting[-1].filed_at <= clock.now():
            await self._file(self._waiting.pop())
        await self._settle()
        due = await self._next()
        if due is None or due > self._until:
            return False
        await self._jump(max(due - clock.now(), timedelta()) + STEP)
        return True

    async def _settle(self) -> None:
        """Texts, webhooks and jobs, until nothing more is due."""
        while True:
            done = await self._carrier.run_due() + await run_due(begin)
            if not done:
                return

    async def _next(self) -> datetime | None:
        async with begin() as session:
            found = [await next_due(session), self._carrier.next_due()]
        if self._waiting:
            found.append(self._waiting[-1].filed_at)
        moments = [moment for moment in found if moment is not None]
        return min(moments) if moments else None

    async def _jump(self, span: timedelta) -> None:
        clock.advance(span)
        async with begin() as session:
            await shift_waiting(session, span)

    async def _post(self, part: str, path: str, body: dict[str, object]) -> dict[str, object]:
        headers = {"Authorization": f"Bearer {self._keys[part]}", "Idempotency-Key": str(uuid4())}
        answer = await self._http.post(path, json=body, headers=headers)
        answer.raise_for_status()
        found: dict[str, object] = answer.json()
        return found

    async def _file(self, incident: Incident) -> None:
        """The agency asks over the API; the scripted desk decides at once, and accepts the roster when it is there."""
        key = (incident.agency, incident.state)
        if key not in self._agencies:
            made = await self._post("intake", "/agencies", incident.agency_form())
            self._agencies[key] = int(str(made["id"]))
        form = incident.request_form() | {"agency_id": self._agencies[key]}
        reference = (await self._post("intake", "/requests", form))["reference"]
        await self._post("recommender", f"/requests/{reference}/take-in", {})
        await self._post("recommender", f"/requests/{reference}/recommend", {"team_type": incident.team_type})
        await self._post("approver", f"/requests/{reference}/approve", {})
        await self._settle()
        await self._post("recommender", f"/deployments/{reference}/rosters/1/accept", {})
