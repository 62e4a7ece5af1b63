"""The simulated carrier of a storm: it also shoots when told, at a moment only the carrier knows, and keeps the proof.

Aimed kills go off while the carrier has a request, right after its 201, or while it tells the service something: where
a text is lost or doubled, if anywhere. And for every message of ours it keeps what it was asked and what it took, by
the message's id in the callback address, so that afterwards nobody has to guess.

`python -m bench.chaos.carrier HANDLE SEED PORTS [ADDRESS]`: each worker calls a port of its own, so a shot hits whoever
asks.
"""

import asyncio
import json
import socket
import sys
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any
from urllib.parse import parse_qs, urlsplit

import uvicorn
from fastapi import APIRouter, FastAPI
from pydantic import BaseModel
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.log import start_logging
from app.core.settings import get_settings
from app.simulator.records import Record
from app.simulator.server import Deliverer, create_simulator
from app.simulator.webhooks import Answer
from bench.chaos.plan import WORKERS, Moment, Victim

NEVER_TAKEN = "dropped"
"""The carrier had the request, its caller was killed, and it forgot the request."""


class Aim(BaseModel):
    """A kill that waits for its moment, at most so long."""

    victim: Victim
    moment: Moment
    delay_s: float = 0.0
    patience_s: float = 8.0


@dataclass(slots=True, eq=False)
class _Armed:
    aim: Aim
    went_off: asyncio.Event = field(default_factory=asyncio.Event)


class Gun:
    """Aims, and the line to whoever may kill.

    Args:
        line: takes the name of a victim and answers once it is dead.
    """

    def __init__(self, line: Connection) -> None:
        self._line = line
        self._armed: list[_Armed] = []

    async def take_aim(self, aim: Aim) -> bool:
        """Wait for the moment; False when it did not come."""
        armed = _Armed(aim)
        self._armed.append(armed)
        try:
            await asyncio.wait_for(armed.went_off.wait(), aim.patience_s)
        except TimeoutError:
            if armed in self._armed:
                self._armed.remove(armed)
                return False
            await armed.went_off.wait()  # its moment has just come
        return True

    def due(self, moment: Moment, asker: Victim | None) -> _Armed | None:
        """Take out what is aimed at this moment, and at this asker if it is aimed at one who asks."""
        for armed in self._armed:
            is_him = armed.aim.victim not in WORKERS or armed.aim.victim == asker
            if armed.aim.moment is moment and is_him:
                self._armed.remove(armed)
                return armed
        return None

    def fire(self, armed: _Armed) -> None:
        """Kill now. The carrier stands still until it is done: it knows exactly what was under way."""
        self._line.send(armed.aim.victim.value)
        self._line.recv()
        armed.went_off.set()


@dataclass(slots=True)
class Proof:
    """What this carrier was asked for each message of ours, and what it took."""

    asked: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    taken: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def noting(self, create: Callable[[Mapping[str, str]], Record]) -> Callable[[Mapping[str, str]], Record]:
        """`create`, with what it takes noted."""

        def noted(form: Mapping[str, str]) -> Record:
            record = create(form)
            self.taken[_message_of(form.get("StatusCallback", ""))].append(record["sid"])
            return record

        return noted


def _message_of(callback: str) -> str:
    return parse_qs(urlsplit(callback).query).get("m", ["?"])[0]


class Shooting:
    """The carrier's API, with shots: before it takes a request, before it answers, after it answered."""

    def __init__(self, app: ASGIApp, gun: Gun, proof: Proof, askers: Mapping[int, Victim]) -> None:
        self._app, self._gun, self._proof, self._askers = app, gun, proof, askers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        is_create = scope["type"] == "http" and scope["method"] == "POST"
        if not is_create or not scope["path"].endswith(("/Messages.json", "/Calls.json")):
            await self._app(scope, receive, send)
            return
        asker = self._askers.get(scope["server"][1])
        whole = await _body(receive)
        form = parse_qs(whole.decode())
        tries = self._proof.asked[_message_of(form.get("StatusCallback", [""])[0])]
        unheard = self._gun.due(Moment.UNHEARD, asker)
        if unheard is not None:
            tries.append(NEVER_TAKEN)
            self._gun.fire(unheard)
            return
        await self._app(scope, _once(whole, receive), _Watched(send, self._gun, asker, tries))


class _Watched:
    """Passes an answer on, and shoots at its moments."""

    def __init__(self, send: Send, gun: Gun, asker: Victim | None, tries: list[str]) -> None:
        self._send, self._gun, self._asker, self._tries = send, gun, asker, tries
        self._is_taken = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._tries.append(str(message["status"]))
            self._is_taken = message["status"] == 201
            armed = self._gun.due(Moment.ASKED, self._asker) if self._is_taken else None
            if armed is not None:
                self._gun.fire(armed)
        await self._send(message)
        if message["type"] == "http.response.body" and not message.get("more_body") and self._is_taken:
            armed = self._gun.due(Moment.ANSWERED, self._asker)
            if armed is not None:
                await asyncio.sleep(armed.aim.delay_s)
                self._gun.fire(armed)


async def _body(receive: Receive) -> bytes:
    parts, more = [], True
    while more:
        message = await receive()
        parts.append(message.get("body", b""))
        more = message.get("more_body", False)
    return b"".join(parts)


def _once(whole: bytes, receive: Receive) -> Receive:
    """A body that was read already, then whatever comes."""
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": whole, "more_body": False}

    return again


def delivering(deliver: Deliverer, gun: Gun) -> Any:
    """`deliver`, with shots at whoever is being told something."""

    async def post(url: str, form: Mapping[str, str], headers: Mapping[str, str]) -> Answer:
        armed = gun.due(Moment.TOLD, None)
        telling = asyncio.ensure_future(deliver(url, form, headers))
        if armed is not None:
            await asyncio.sleep(armed.aim.delay_s)
            gun.fire(armed)
        return await telling

    return post


def _strings(app: FastAPI, gun: Gun, proof: Proof) -> None:
    router = APIRouter()

    @router.post("/chaos/aim")
    async def aim(aim: Aim) -> dict[str, bool]:
        return {"hit": await gun.take_aim(aim)}

    @router.get("/chaos/proof")
    async def shown() -> dict[str, dict[str, list[str]]]:
        return {"asked": dict(proof.asked), "taken": dict(proof.taken)}

    app.include_router(router)


def main(handle: int, seed: int, ports: list[int], address: str = "127.0.0.1") -> None:
    """Serve until told to stop."""
    settings = get_settings()
    start_logging(settings.log_level)
    gun, proof, deliver = Gun(Connection(handle)), Proof(), Deliverer()
    app = create_simulator(
        account_sid=settings.twilio_account_sid, auth_token=settings.twilio_auth_token.get_secret_value(),
        public_url=settings.public_url, seed=seed, deliver=delivering(deliver, gun),
    )  # fmt: skip
    carrier = app.state.carrier
    carrier.create_message = proof.noting(carrier.create_message)
    carrier.create_call = proof.noting(carrier.create_call)
    _strings(app, gun, proof)
    askers = dict(zip(ports, WORKERS, strict=True))
    shooting = Shooting(app, gun, proof, askers)
    sockets = [socket.create_server((address, port)) for port in ports]
    config = uvicorn.Config(shooting, log_config=None, access_log=False)
    uvicorn.Server(config).run(sockets=sockets)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), json.loads(sys.argv[3]), *sys.argv[4:])
