"""The mix: what agencies, the desk, people with phones and the carrier ask of the service, ready to be sent."""

import json
import socket
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from urllib.parse import urlencode, urlsplit
from uuid import UUID

from twilio.request_validator import RequestValidator

from app.core.settings import get_settings
from app.messaging import links
from bench.dispatch.phones import number_of
from bench.dispatch.town import Phones

SHARES = {"board": 40, "request page": 15, "own requests": 10, "files": 10, "answers": 15, "callbacks": 10}
"""Of a hundred requests. The desk looks at the board whenever something changes, so most are that."""
FORM = "application/x-www-form-urlencoded"
LINE_END = "\x1f"
"""Of a request on one line of a file."""
Headers = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Part:
    """Who asks.

    Args:
        desk: the cookie of somebody at the desk.
        keys: API keys by what their people do; "chief" files for an agency.
    """

    desk: str
    keys: dict[str, str]


class Mix:
    """Makes requests, each kind from its own counter, so that none is sent twice in a run.

    Args:
        part: who asks.
        people: how many have been asked and have not answered.
        references: requests that there are.
    """

    def __init__(self, part: Part, people: int, references: list[str], seed: int = 1) -> None:
        self._part, self._people, self._references = part, people, references
        self._chief = part.keys["chief"]
        self._random, self._phones = Random(f"mix:{seed}"), Phones("mix")
        self._needed_by = (datetime.now(UTC) + timedelta(days=4)).isoformat()
        self._answered = self._called_back = 0
        self._host = urlsplit(get_settings().public_url).netloc
        token = get_settings().twilio_auth_token.get_secret_value()
        self._sign = RequestValidator(token).compute_signature

    def write(self, path: Path, count: int) -> None:
        """So many requests, a line each."""
        made = self._makers()
        kinds = self._random.choices(list(SHARES), list(SHARES.values()), k=count)
        with path.open("w") as file:
            file.writelines(made[kind]() + "\n" for kind in kinds)

    def try_out(self) -> None:
        """Ask one of each kind.

        Raises:
            RuntimeError: it is refused, so a load of it would measure nothing.
        """
        host, port = self._host.split(":")
        for kind, make in self._makers().items():
            with socket.create_connection((host, int(port)), 30) as line:
                line.sendall(make().replace(LINE_END, "\r\n").encode())
                said = line.recv(4096).decode(errors="replace")
            if said.split()[1] not in ("200", "201", "204"):
                raise RuntimeError(f"{kind}: {said.splitlines()[0]}: {said.splitlines()[-1]}")

    def _makers(self) -> dict[str, Callable[[], str]]:
        return {
            "board": lambda: self._get("/desk", {"Cookie": self._part.desk}),
            "request page": lambda: self._get(f"/desk/requests/{self._any()}", {"Cookie": self._part.desk}),
            "own requests": lambda: self._get("/api/v1/requests", {"Authorization": f"Bearer {self._chief}"}),
            "files": self._files, "answers": self._answers, "callbacks": self._calls_back,
        }  # fmt: skip

    def _any(self) -> str:
        return self._random.choice(self._references)

    def _get(self, path: str, headers: Headers) -> str:
        return self._raw("GET", path, headers)

    def _files(self) -> str:
        form = {
            "incident_type": "mass_shooting", "city": "Harlan Ridge", "state": "CO", "summary": "Load.", "days": 2,
            "priority": "planned", "needed_by": self._needed_by, "contact_name": "Ellen Marsh",
            "contact_phone": "719-555-0142", "contact_email": "chief@harlanridge.example",
        }  # fmt: skip
        once = str(UUID(int=self._random.getrandbits(128), version=4))
        headers = {"Authorization": f"Bearer {self._chief}", "Idempotency-Key": once}
        return self._raw("POST", "/api/v1/requests", headers | {"Content-Type": "application/json"}, json.dumps(form))

    def _answers(self) -> str:
        """Somebody who was asked says yes; when all have, they say it again."""
        self._answered += 1
        body, headers = self._phones.request(number_of(1 + self._answered % self._people), "YES 234")
        return self._raw("POST", "/twilio/sms", headers, body.decode())

    def _calls_back(self) -> str:
        self._called_back += 1
        message = 1 + self._called_back % self._people
        url, sid = links.status_url(message), f"SMoffer{message}"
        form = {
            "AccountSid": get_settings().twilio_account_sid, "MessageSid": sid, "SmsSid": sid,
            "MessageStatus": "delivered", "To": number_of(message), "From": get_settings().twilio_from,
        }  # fmt: skip
        headers = {"Content-Type": FORM, "X-Twilio-Signature": self._sign(url, form)}
        path = url.removeprefix(get_settings().public_url)
        return self._raw("POST", path, headers, urlencode(form))

    def _raw(self, method: str, path: str, headers: Headers, body: str = "") -> str:
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self._host}", *(f"{n}: {v}" for n, v in headers.items())]
        if body:
            lines.append(f"Content-Length: {len(body.encode())}")
        return LINE_END.join([*lines, "", body])


def kinds() -> Iterator[str]:
    """The mix in words."""
    return (f"{share} % {kind}" for kind, share in SHARES.items())
