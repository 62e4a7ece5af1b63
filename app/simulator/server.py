"""The simulator as a web application: Twilio's API, a page of phones, and strings to pull for demos and replays."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path

import httpx
from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from app.simulator import control, phones, rest
from app.simulator.carrier import Carrier
from app.simulator.people import Mix, People
from app.simulator.webhooks import Answer, Deliver, NoAnswer, Unreachable

STATIC = Path(__file__).parent / "static"
WEBHOOK_S, CONNECT_S = 15.0, 5.0
"""Twilio's own limits (twilio.md 5)."""


@cache
def _authorities() -> ssl.SSLContext:
    """Whose certificates count; reading them takes longer than a webhook."""
    return httpx.create_ssl_context(trust_env=False)


class Deliverer:
    """POSTs webhooks over one pool of connections."""

    def __init__(self) -> None:
        self._client: httpx.AsyncClient | None = None

    async def __call__(self, url: str, form: Mapping[str, str], headers: Mapping[str, str]) -> Answer:
        """POST one webhook.

        Raises:
            Unreachable, NoAnswer: see there.
        """
        if self._client is None:
            self._client = httpx.AsyncClient(
                timeout=httpx.Timeout(WEBHOOK_S, connect=CONNECT_S), verify=_authorities(), trust_env=False
            )
        try:
            answer = await self._client.post(url, data=dict(form), headers=dict(headers))
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
            raise Unreachable(str(error)) from error
        except httpx.HTTPError as error:
            raise NoAnswer(str(error)) from error
        return Answer(answer.status_code, answer.text, answer.headers.get("content-type", ""))

    async def close(self) -> None:
        """Close the connections."""
        if self._client is not None:
            await self._client.aclose()


def create_simulator(
    *,
    account_sid: str,
    auth_token: str,
    public_url: str,
    seed: int = 0,
    mix: Mix | None = None,
    runs_by_itself: bool = True,
    deliver: Deliver | None = None,
    pace: float = 1.0,
) -> FastAPI:
    """A simulated carrier for the service at `public_url`.

    Args:
        account_sid: account it answers for.
        auth_token: checks the API's callers, signs the webhooks.
        public_url: base address of the service, exactly as it checks signatures over.
        seed: the same seed gives the same answers.
        mix: how people answer.
        runs_by_itself: deliver when due; a replay says False and calls `run_due` itself.
        deliver: how webhooks are posted; None: over HTTP.
        pace: how long texts and calls take, as a share of the usual; a replay says 0.
    """
    over_http = Deliverer()
    carrier = Carrier(account_sid, auth_token, public_url, deliver or over_http, People(seed, mix), pace=pace)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        task = asyncio.create_task(carrier.run_forever()) if runs_by_itself else None
        yield
        if task is not None:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        await over_http.close()

    app = FastAPI(title="Simulated carrier", docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan)
    app.state.carrier = carrier
    for room in (rest, control, phones):
        app.include_router(room.router)
    app.mount("/static-sim", StaticFiles(directory=STATIC), name="static")
    return app
