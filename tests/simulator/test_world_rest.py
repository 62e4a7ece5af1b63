"""Twilio's own client, untouched, talks to the simulator over HTTP; so do those who pull its strings."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

import httpx
import pytest
from fastapi import FastAPI, Request, Response
from twilio.base.exceptions import TwilioException, TwilioRestException  # type: ignore[import-untyped]
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]
from twilio.rest import Client  # type: ignore[import-untyped]

from app.core.clock import clock
from app.demo.machine import free_port
from app.simulator.carrier import Carrier
from app.simulator.server import create_simulator
from tests.serving import served
from tests.simulator.test_world_calls import ASKS
from tests.simulator.world import ACCOUNT, QUESTION, SAM, START, TOKEN, US, still_clock  # noqa: F401

Found = TypeVar("Found")


@dataclass(slots=True)
class Line:
    """A simulator on this machine, the service it calls, and both ways to talk to it."""

    carrier: Carrier
    client: Client
    http: httpx.AsyncClient
    service: str
    hooks: list[tuple[str, dict[str, str]]]

    async def ask(self, work: Callable[[Client], Found]) -> Found:
        """Do something with Twilio's client, which blocks, in a thread."""
        return await asyncio.to_thread(work, self.client)


def _service(hooks: list[tuple[str, dict[str, str]]], url: str) -> FastAPI:
    """Refuses what is not signed for its public address."""
    app = FastAPI()

    @app.post("/twilio/{path:path}")
    async def hook(path: str, request: Request) -> Response:
        form = {name: str(value) for name, value in (await request.form()).items()}
        address = f"{url}{request.url.path}" + (f"?{request.url.query}" if request.url.query else "")
        signature = request.headers.get("X-Twilio-Signature", "")
        if not RequestValidator(TOKEN).validate(address, form, signature):
            return Response(status_code=403)
        hooks.append((path, form))
        return Response(
            ASKS.replace("https://rrt.test", url) if path == "voice" else "<Response/>", media_type="text/xml"
        )

    return app


@pytest.fixture
async def line() -> AsyncIterator[Line]:
    """A simulator that delivers only when told."""
    ours, theirs = (f"http://127.0.0.1:{free_port(0)}" for _ in range(2))
    hooks: list[tuple[str, dict[str, str]]] = []
    app = create_simulator(account_sid=ACCOUNT, auth_token=TOKEN, public_url=ours, runs_by_itself=False)
    client = Client(ACCOUNT, TOKEN)
    client.api.base_url = theirs
    async with served(app, theirs), served(_service(hooks, ours), ours), httpx.AsyncClient(base_url=theirs) as http:
        yield Line(app.state.carrier, client, http, ours, hooks)


async def _passes(line: Line, **span: float) -> None:
    clock.advance(timedelta(**span))
    await line.carrier.run_due()


async def _send(line: Line, body: str = QUESTION, **more: Any) -> Any:
    callback = f"{line.service}/twilio/status?m=7&k=ab"
    return await line.ask(
        lambda client: client.messages.create(to=SAM, from_=US, body=body, status_callback=callback, **more)
    )


async def test_the_official_client_sends_fetches_and_lists(line: Line) -> None:
    made = await _send(line, validity_period=600)
    assert (made.status, made.to, made.from_, made.direction) == ("queued", SAM, US, "outbound-api")
    assert made.date_created == START
    assert made.error_code is None
    fetched = await line.ask(lambda client: client.messages(made.sid).fetch())
    assert fetched.body == QUESTION
    for n in range(5):
        await _send(line, f"text {n}")
    listed = await line.ask(lambda client: client.messages.list(to=SAM, limit=50))
    assert [text.body for text in listed] == ["text 4", "text 3", "text 2", "text 1", "text 0", QUESTION]
    paged = await line.ask(lambda client: client.messages.list(to=SAM, page_size=2))
    assert [text.sid for text in paged] == [text.sid for text in listed], "page by page it is the same list"


async def test_the_official_client_calls_fetches_and_lists(line: Line) -> None:
    made = await line.ask(
        lambda client: client.calls.create(
            to=SAM, from_=US, url=f"{line.service}/twilio/voice?m=8", machine_detection="Enable", timeout=25,
            status_callback=f"{line.service}/twilio/status?m=8",
        )
    )  # fmt: skip
    assert made.status == "queued"
    line.carrier.people.add(SAM, "Sam Reed")
    await _passes(line, minutes=5)
    fetched = await line.ask(lambda client: client.calls(made.sid).fetch())
    assert fetched.status in ("completed", "busy", "no-answer")
    assert [call.sid for call in await line.ask(lambda client: client.calls.list(to=SAM, limit=50))] == [made.sid]


async def test_refusals_reach_the_client_as_twilios(line: Line) -> None:
    line.carrier.phone_texts(SAM, "STOP")
    with pytest.raises(TwilioRestException) as refused:
        await _send(line)
    assert (refused.value.status, refused.value.code) == (400, 21610)
    with pytest.raises(TwilioRestException) as unknown:
        await line.ask(lambda client: client.messages("SM" + "0" * 32).fetch())
    assert (unknown.value.status, unknown.value.code) == (404, 20404)
    body = (await line.http.post(f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json", auth=(ACCOUNT, TOKEN))).json()
    assert set(body) == {"code", "message", "more_info", "status"}


@pytest.mark.parametrize("auth", [None, (ACCOUNT, "wrong"), ("AC" + "b" * 32, TOKEN)])
async def test_nobody_without_the_token_is_served(line: Line, auth: tuple[str, str] | None) -> None:
    answer = await line.http.get(f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json", auth=auth)
    assert (answer.status_code, answer.json()["code"]) == (401, 20003)
    stranger = Client(ACCOUNT, "wrong")
    stranger.api.base_url = line.client.api.base_url
    with pytest.raises(TwilioException):
        await asyncio.to_thread(stranger.messages.list)


async def test_webhooks_arrive_signed_for_the_public_address(line: Line) -> None:
    made = await _send(line)
    await _passes(line, seconds=5)
    line.carrier.phone_texts(SAM, "yes 412 + more & such = ü")
    await line.carrier.run_due()
    assert [path for path, _ in line.hooks] == ["status", "status", "sms"]
    assert line.hooks[1][1]["MessageSid"] == made.sid
    assert line.hooks[2][1]["Body"] == "yes 412 + more & such = ü"


async def test_a_service_that_is_down_costs_a_webhook_and_nothing_else(line: Line) -> None:
    made = await line.ask(
        lambda client: client.messages.create(
            to=SAM, from_=US, body="hello", status_callback=f"http://127.0.0.1:{free_port(0)}/status"
        )
    )
    await _passes(line, seconds=5)
    assert line.carrier.fetch_message(made.sid)["status"] == "delivered"


async def test_people_and_settings_over_http(line: Line) -> None:
    assert (await line.http.get("/healthz")).json() == {"status": "ok"}
    people = [{"number": SAM, "name": "Sam Reed", "kind": "no"}]
    assert (await line.http.post("/simulator/people", json=people)).is_success
    settings = {"seed": 5, "mix": {"yes": 1, "no": 0}, "late_after_minutes": 65}
    answer = await line.http.post("/simulator/settings", json=settings)
    assert answer.is_success, answer.text
    assert line.carrier.people.seed == 5
    await _send(line)
    await _passes(line, days=1)
    (phone,) = (await line.http.get("/simulator/phones")).json()
    assert (phone["number"], phone["name"]) == (SAM, "Sam Reed")
    assert [text["direction"] for text in phone["thread"]] == ["outbound-api", "inbound"]
    assert (await line.http.post(f"/simulator/phones/{SAM}/texts", json={"body": "yes 412"})).is_success
    await line.carrier.run_due()
    assert line.hooks[-1][1]["Body"] == "yes 412"


@pytest.mark.parametrize("settings", [{"mix": {"perhaps": 1}}, {"mix": {"yes": 2}}, {"sede": 1}])
async def test_settings_nobody_knows_are_refused(line: Line, settings: dict[str, Any]) -> None:
    assert (await line.http.post("/simulator/settings", json=settings)).status_code == 422
