"""A town for tests: a carrier with its API, people with phones, and a service that keeps what it is told."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, TypeVar

import httpx
import uvicorn
from fastapi import FastAPI, Request, Response
from twilio.http.http_client import TwilioHttpClient  # type: ignore[import-untyped]
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]
from twilio.rest import Client  # type: ignore[import-untyped]

from app.core.clock import clock
from app.simulator.server import create_simulator
from app.simulator.webhooks import Answer

ACCOUNT, TOKEN = "AC" + "1" * 32, "the token"
PUBLIC = "http://rrt.test"
OURS, AMY, BEN = "+12025550100", "+13125550101", "+13125550102"
ASK = "RRT: Can you go to CO, Nov 23-26, as clinician? Reply YES 234 or NO 234 by 4:30am CT. STOP to end"
UNCLEAR = "RRT: Sorry, we did not understand. Can you go to CO, Nov 23-26? Reply YES 234 or NO 234 by 4:30am CT."
Found = TypeVar("Found")


class Service:
    """Stands where our service stands: takes only what is signed, keeps every form, answers as it was told to."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, dict[str, str]]] = []
        self.headers: list[Mapping[str, str]] = []
        self.answers: dict[str, list[Response]] = {}
        self.forged = 0
        self.app = FastAPI()
        self.app.post("/{path:path}")(self._take)

    async def _take(self, path: str, request: Request) -> Response:
        form = {name: str(value) for name, value in (await request.form()).items()}
        query = f"?{request.url.query}" if request.url.query else ""
        signature = request.headers.get("X-Twilio-Signature", "")
        if not RequestValidator(TOKEN).validate(f"{PUBLIC}/{path}{query}", form, signature):
            self.forged += 1
            return Response(status_code=403)
        self.heard.append((path, form))
        self.headers.append(request.headers)
        told = self.answers.get(path, [])
        return told.pop(0) if told else Response(status_code=204)

    def answer(self, path: str, *documents: str, media_type: str = "text/xml") -> None:
        """What to answer there, one time after the other."""
        self.answers[path] = [Response(document, media_type=media_type) for document in documents]

    def told(self, path: str, field: str) -> list[str]:
        """One field of everything that came to a path."""
        return [form.get(field, "") for where, form in self.heard if where == path]


class Town:
    """One carrier, its API behind a real port, and a clock that is moved by hand."""

    def __init__(self, url: str, simulator: FastAPI, service: Service) -> None:
        self.url, self.simulator, self.service = url, simulator, service
        self.carrier = simulator.state.carrier
        self.client = Client(ACCOUNT, TOKEN, http_client=TwilioHttpClient(timeout=2, max_retries=0))
        self.client.api.base_url = url

    async def asks(self, work: Callable[[Client], Found]) -> Found:
        """Have Twilio's own blocking client do something."""
        return await asyncio.to_thread(work, self.client)

    async def texts(self, to: str, body: str = ASK, **more: Any) -> Any:
        """Send a text with Twilio's own client."""
        more = {"from_": OURS, "status_callback": f"{PUBLIC}/status?m=1"} | more
        return await self.asks(lambda client: client.messages.create(to=to, body=body, **more))

    async def calls(self, to: str, **more: Any) -> Any:
        """Place a call with Twilio's own client."""
        more = {"url": f"{PUBLIC}/voice?m=1", "status_callback": f"{PUBLIC}/status?m=1", "timeout": 25} | more
        return await self.asks(lambda client: client.calls.create(to=to, from_=OURS, **more))

    async def passes(self, span: timedelta) -> None:
        """Time passes, and what falls due is done."""
        clock.advance(span)
        await self.carrier.run_due()

    def said_by(self, number: str) -> list[str]:
        """Every text of a phone."""
        return [text["body"] for text in self.carrier.messages if text["from"] == number]


@asynccontextmanager
async def serving(app: Any) -> AsyncIterator[str]:
    """An application on a free port of this machine; its address."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None))
    task = asyncio.create_task(server.serve([listening]))
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        await task


@asynccontextmanager
async def a_town() -> AsyncIterator[Town]:
    """A town whose service is in the same process."""
    service = Service()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(service.app)) as client:

        async def deliver(url: str, form: Mapping[str, str], headers: Mapping[str, str]) -> Answer:
            answer = await client.post(url, data=dict(form), headers=dict(headers))
            return Answer(answer.status_code, answer.text, answer.headers.get("content-type", ""))

        simulator = create_simulator(
            account_sid=ACCOUNT, auth_token=TOKEN, public_url=PUBLIC, seed=7, runs_by_itself=False, deliver=deliver
        )
        async with serving(simulator) as url:
            yield Town(url, simulator, service)
