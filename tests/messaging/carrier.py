"""A carrier in a thread: just enough of Twilio's REST API for the real client, and faults on order."""

import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import format_datetime
from typing import Any

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response

from app.core.clock import clock


class Carrier:
    """What it has taken, newest last, and what it will do with the next requests.

    Faults: "500" takes it and says 500; "500 before" does not take it and says 500; "silence" takes it and answers
    nobody, until the asker has hung up; "429", "400/21610" do not take it.
    """

    def __init__(self) -> None:
        self.texts: list[dict[str, Any]] = []
        self.calls: list[dict[str, Any]] = []
        self.asked: list[dict[str, str]] = []
        self.faults: list[str] = []
        self.hides_from_list = 0
        self.list_is_down = False
        self.listed = 0
        self.url = ""
        self.app = FastAPI()
        base = "/2010-04-01/Accounts/{account}"
        self.app.post(base + "/Messages.json")(self._create_text)
        self.app.get(base + "/Messages.json")(self._list_texts)
        self.app.get(base + "/Messages/{sid}.json")(self._one_text)
        self.app.post(base + "/Calls.json")(self._create_call)
        self.app.get(base + "/Calls.json")(self._list_calls)
        self.app.get(base + "/Calls/{sid}.json")(self._one_call)

    async def _create_text(self, request: Request) -> JSONResponse:
        return await self._create(request, self.texts, "SM")

    async def _create_call(self, request: Request) -> JSONResponse:
        return await self._create(request, self.calls, "CA")

    async def _create(self, request: Request, taken: list[dict[str, Any]], prefix: str) -> JSONResponse:
        form = {name: str(value) for name, value in (await request.form()).items()}
        self.asked.append(form)
        fault = self.faults.pop(0) if self.faults else ""
        if fault.startswith("4"):
            status, _, code = fault.partition("/")
            return JSONResponse({"code": int(code or 20429), "message": "no", "status": int(status)}, int(status))
        if fault == "500 before":
            return JSONResponse({"code": 20500, "message": "oops", "status": 500}, 500)
        made = {
            "sid": prefix + secrets.token_hex(16),
            "status": "queued",
            "to": form["To"],
            "from": form["From"],
            "body": form.get("Body"),
            "direction": "outbound-api",
            "date_created": format_datetime(clock.now().replace(microsecond=0)),
            "error_code": None,
            "answered_by": None,
        }
        taken.append(made)
        if fault == "silence":
            while (await request.receive())["type"] != "http.disconnect":
                pass
        if fault == "500":
            return JSONResponse({"code": 20500, "message": "oops", "status": 500}, 500)
        return JSONResponse(made, 201)

    def _list_texts(self, request: Request) -> Response:
        return self._list(request, self.texts, "messages")

    def _list_calls(self, request: Request) -> Response:
        return self._list(request, self.calls, "calls")

    def heard(self, sid: str, number: str, body: str) -> None:
        """Somebody texted us, and it is in the list; the webhook is the test's to send."""
        made = format_datetime(clock.now().replace(microsecond=0))
        self.texts.append({
            "sid": sid, "status": "received", "to": "+12025550100", "from": number, "body": body,
            "direction": "inbound", "date_created": made, "error_code": None,
        })  # fmt: skip

    def _list(self, request: Request, taken: list[dict[str, Any]], name: str) -> Response:
        self.listed += 1
        if self.list_is_down:
            return JSONResponse({"code": 20503, "message": "down", "status": 503}, 503)
        if self.hides_from_list:
            self.hides_from_list -= 1
            return JSONResponse({name: []})
        asked = {name.lower(): value for name, value in request.query_params.items() if name in ("To", "From")}
        found = [each for each in reversed(taken) if all(each[name] == value for name, value in asked.items())]
        return Response(json.dumps({name: found}), media_type="application/json")  # half characters too, escaped

    def _one_text(self, sid: str) -> Response:
        return self._one(sid, self.texts)

    def _one_call(self, sid: str) -> JSONResponse:
        return self._one(sid, self.calls)

    def _one(self, sid: str, taken: list[dict[str, Any]]) -> JSONResponse:
        if self.list_is_down:
            return JSONResponse({"code": 20503, "message": "down", "status": 503}, 503)
        return JSONResponse(next(each for each in taken if each["sid"] == sid))


@contextmanager
def running() -> Iterator[Carrier]:
    """A carrier that listens on a free port of this machine."""
    carrier = Carrier()
    server = uvicorn.Server(uvicorn.Config(carrier.app, port=0, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    carrier.url = f"http://127.0.0.1:{port}"
    yield carrier
    server.should_exit = True
    thread.join(5)
