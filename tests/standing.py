"""What stands for the whole test process: two addresses that serve, and pools of experts that are invented once.

A story puts its own application behind an address and its own rows into the database; only the making is spared.
"""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

import psycopg
import pytest
import uvicorn
from fastapi import FastAPI
from starlette.types import Receive, Scope, Send

from tests.postgres import Picture, Sweeper

PLAIN = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""For clients that speak http only: reading whose certificates count takes longer than a page."""


class Address:
    """An address of this machine that is held from the first test to the last; one application after the other."""

    def __init__(self, listening: socket.socket) -> None:
        self.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        self._app: FastAPI | None = None
        self._answering = 0
        self._is_idle = asyncio.Event()
        self._is_idle.set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self._app is not None, f"somebody asks {self.url} between two tests"
        self._answering += 1
        self._is_idle.clear()
        try:
            await self._app(scope, receive, send)
        finally:
            self._answering -= 1
            if not self._answering:
                self._is_idle.set()

    @asynccontextmanager
    async def serving(self, app: FastAPI) -> AsyncIterator[None]:
        """Have `app` answer here for a while, from its start to its end; what it has begun to answer, it ends."""
        async with app.router.lifespan_context(app):
            self._app = app
            try:
                yield
            finally:
                await self._is_idle.wait()
                self._app = None


@asynccontextmanager
async def _held() -> AsyncIterator[Address]:
    listening = socket.create_server(("127.0.0.1", 0))
    address = Address(listening)
    server = uvicorn.Server(uvicorn.Config(address, log_config=None, access_log=False, lifespan="off"))
    serving = asyncio.create_task(server.serve([listening]))
    yield address
    server.should_exit = True
    await serving


@dataclass(frozen=True, slots=True)
class Filled:
    """A database with a pool in it, and what of it no row tells: the secrets of its keys."""

    picture: Picture | None
    keys: dict[str, str]
    phones: list[tuple[str, str]]


class Standing:
    """All that stands."""

    def __init__(self, connection: psycopg.Connection, web: Address, carrier: Address) -> None:
        self.web, self.carrier = web, carrier
        self.patch: pytest.MonkeyPatch | None = None
        """Of the present test."""
        self._connection = connection
        self._filled: dict[int, Filled] = {}

    def put_back(self, experts: int) -> Filled | None:
        """Have the database as it was when a pool of that size was kept; None when none was."""
        found = self._filled.get(experts)
        if found is not None and found.picture is not None:
            found.picture.restore()
        return found

    def keep(self, experts: int, keys: dict[str, str], phones: list[tuple[str, str]]) -> Filled:
        """Keep a pool that was just made."""
        made = self._filled[experts] = Filled(self.picture(), keys, phones)
        return made

    def picture(self) -> Picture:
        """The database as it is."""
        return Picture(self._connection)

    def written(self) -> str:
        """What every transaction that writes changes."""
        row = self._connection.execute("select pg_snapshot_xmax(pg_current_snapshot())::text").fetchone()
        assert row is not None
        return str(row[0])

    def has_own_code(self) -> bool:
        """Whether the present test has replaced some of the service's code."""
        return self.patch is not None and bool(self.patch._setattr)


@pytest.fixture(scope="session")
async def standing(_sweeper: Sweeper) -> AsyncIterator[Standing]:
    """The addresses and the pools."""
    async with _held() as web, _held() as carrier:
        yield Standing(_sweeper.connection, web, carrier)


@cache
def the_app() -> Any:
    """The application, made once: to make it again takes longer than most tests."""
    from app.main import create_app

    return create_app()
