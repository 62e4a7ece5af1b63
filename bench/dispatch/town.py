"""Database, web and workers as an installation runs them, and webhooks signed as the carrier signs them."""

import asyncio
import base64
import hashlib
import hmac
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlencode

import httpx

from app.core import leash
from app.core.settings import get_settings
from app.demo import machine

READY_WITHIN_S = 120


@contextmanager
def running(folder: Path, web: int, workers: int = 2) -> Iterator[list[int]]:
    """A web process and so many workers, until the block ends; their process ids, the web's first."""
    commands = [["serve", "--port", str(web)], *[["worker"]] * workers]
    children = []
    for number, command in enumerate(commands):
        leashed = [
            sys.executable,
            str(leash.PROGRAM),
            str(os.getpid()),
            "-1",
            sys.executable,
            "-m",
            "app.cli",
            *command,
        ]
        log = (folder / f"process-{number}.log").open("ab")
        children.append(subprocess.Popen(leashed, stdout=log, stderr=log, start_new_session=True))
    try:
        _wait(f"http://127.0.0.1:{web}/readyz", folder / "process-0.log")
        time.sleep(2)  # the second worker has no door to knock at
        yield [child.pid for child in children]
    finally:
        for child in children:
            child.terminate()
        for child in children:
            with suppress(subprocess.TimeoutExpired):
                child.wait(10)
            child.kill()


def _wait(url: str, log: Path) -> None:
    deadline = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < deadline:
        with suppress(httpx.HTTPError):
            if httpx.get(url, timeout=2, trust_env=False).is_success:
                return
        time.sleep(0.1)
    raise machine.NotReady(f"{url} does not answer: {log.read_text(errors='replace')[-1500:]}")


def cpu_seconds(pid: int, *, family: bool = False) -> float:
    """Seconds that a process has computed, with those of its living children when asked (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    own = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    if not family:
        return own
    # Ended children count with their parent, living ones by themselves.
    own += (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    for child in children:
        with suppress(FileNotFoundError, ProcessLookupError):  # it ended while we looked; it counts with its parent
            own += cpu_seconds(int(child), family=True)
    return own


class Phones:
    """Sends texts as the carrier's webhooks, signed, over kept connections."""

    def __init__(self, name: str = "") -> None:
        settings = get_settings()
        self._name = name
        self._url = f"{settings.public_url}/twilio/sms"
        self._token = settings.twilio_auth_token.get_secret_value().encode()
        self._account, self._ours = settings.twilio_account_sid, settings.twilio_from
        self._sent = 0

    def request(self, number: str, body: str) -> tuple[bytes, dict[str, str]]:
        """One webhook's body and headers."""
        self._sent += 1
        sid = f"SM{self._name}{self._sent:0{32 - len(self._name)}x}"
        form = {
            "MessageSid": sid, "SmsSid": sid, "SmsMessageSid": sid, "AccountSid": self._account, "From": number,
            "To": self._ours, "Body": body, "NumMedia": "0", "NumSegments": "1", "SmsStatus": "received",
            "ApiVersion": "2010-04-01", "FromCity": "", "FromState": "", "FromZip": "", "FromCountry": "US",
            "ToCity": "", "ToState": "", "ToZip": "", "ToCountry": "US",
        }  # fmt: skip
        signed = self._url + "".join(name + form[name] for name in sorted(form))
        mark = base64.b64encode(hmac.new(self._token, signed.encode(), hashlib.sha1).digest()).decode()
        headers = {"X-Twilio-Signature": mark, "Content-Type": "application/x-www-form-urlencoded"}
        return urlencode(form).encode(), headers

    async def text(self, client: httpx.AsyncClient, number: str, body: str) -> None:
        """Send one."""
        content, headers = self.request(number, body)
        answer = await client.post(self._url, content=content, headers=headers)
        answer.raise_for_status()

    async def storm(self, bodies: list[tuple[str, str]], connections: int) -> None:
        """Send all, as fast as they are taken."""
        waiting = iter([self.request(number, body) for number, body in bodies])

        async def one() -> None:
            async with httpx.AsyncClient(timeout=60, trust_env=False) as client:
                for content, headers in waiting:
                    answer = await client.post(self._url, content=content, headers=headers)
                    answer.raise_for_status()

        await asyncio.gather(*(one() for _ in range(connections)))
