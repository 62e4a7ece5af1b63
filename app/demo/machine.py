"""The processes of a demonstration: database, web, worker, simulator; all end with the one that started them."""

import os
import secrets
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from pathlib import Path

import httpx

from app.core.clock import Clock
from app.core.postgres import EmbeddedPostgres
from app.core.settings import get_settings
from app.demo.crew import Crew

READY_WITHIN_S = 60


class NotReady(Exception):  # noqa: N818 - a sentence on the terminal
    """A process of the demonstration did not start; its last words are in the log."""


def free_port(wanted: int) -> int:
    """`wanted` if nobody has it, else any free port."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            # A port that was served a moment ago may be served again, as uvicorn itself does.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise NotReady("no free port on 127.0.0.1")


def secrets_of(data: Path) -> tuple[str, str]:
    """The secret key and the webhook token of this demonstration, made once."""
    path = data / "secrets"
    if not path.exists():
        data.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(f"{secrets.token_urlsafe(32)}\n{secrets.token_hex(16)}\n")
    key, token = path.read_text().split()
    return key, token


@contextmanager
def database(data: Path, *, durable: bool = True) -> Iterator[str]:
    """The address of the database: the one that is given, or one of our own that ends with us."""
    given = os.environ.get("RRT_DATABASE_URL") or os.environ.get("DATABASE_URL")
    if given:
        yield given
        return
    with EmbeddedPostgres(data / "postgres", durable=durable) as server:
        server.ensure_database("rrt")
        yield server.url("rrt")


def set_environment(address: str, data: Path, *, web: int, simulator: int, clock: Clock | None) -> None:
    """Set what every process of the demonstration reads."""
    key, token = secrets_of(data)
    os.environ.update(
        RRT_DATABASE_URL=address,
        RRT_SECRET_KEY=key,
        RRT_ENVIRONMENT="demo",
        RRT_PUBLIC_URL=f"http://127.0.0.1:{web}",
        RRT_TWILIO_API_URL=f"http://127.0.0.1:{simulator}",
        RRT_TWILIO_ACCOUNT_SID="AC" + "0" * 32,
        RRT_TWILIO_AUTH_TOKEN=token,
        RRT_TWILIO_FROM="+12025550100",
        RRT_SECURE_COOKIES="false",
        RRT_REQUESTS_PER_MINUTE="0",  # its people work many times as fast as people
        RRT_LOG_LEVEL="WARNING",
        RRT_GAP_MINUTES="10000000",  # a demonstration that was stopped and started again is no outage
        RRT_CLOCK=clock.dump() if clock else "",
    )
    get_settings.cache_clear()


@contextmanager
def processes(crew: Crew, data: Path, *, web: int, simulator: int) -> Iterator[Mapping[str, BaseProcess]]:
    """Web, worker and simulator; they end when the block does, or when this process dies."""
    commands = {
        "web": ["serve", "--port", str(web)],
        "simulator": ["simulator", "--port", str(simulator)],
        "worker": ["worker"],
    }
    try:
        yield {name: crew.start(command, data / f"{name}.log") for name, command in commands.items()}
    finally:
        crew.stop()  # before the database goes


def wait_for_pages(started: Mapping[str, BaseProcess], data: Path, *, web: int, simulator: int) -> None:
    """Until the pages serve, and the carrier.

    Raises:
        NotReady: one of them does not come up.
    """
    _wait_for(f"http://127.0.0.1:{simulator}/healthz", started["simulator"], data / "simulator.log")
    _wait_for(f"http://127.0.0.1:{web}/readyz", started["web"], data / "web.log")


def _wait_for(url: str, child: BaseProcess, log: Path) -> None:
    deadline = time.monotonic() + READY_WITHIN_S
    # One that has ended is not waited for: somebody else may answer at its address, another demonstration for one.
    while time.monotonic() < deadline and child.is_alive():
        try:
            if httpx.get(url, timeout=2).is_success and child.is_alive():
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.05)
    tail = log.read_text(errors="replace")[-800:] if log.exists() else ""
    raise NotReady(f"{url} does not answer.\n{tail}")
