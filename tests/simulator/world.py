"""A carrier whose webhooks end in a list, and a service that says what a test wants it to say."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from app.core.clock import Clock, clock
from app.simulator.carrier import Carrier
from app.simulator.people import Mix, People
from app.simulator.webhooks import Answer, Unreachable

ACCOUNT, TOKEN = "AC" + "a" * 32, "token of the test"
SERVICE = "https://rrt.test"
US, SAM, KIM = "+12025550100", "+13035550111", "+13035550122"
START = datetime(2026, 11, 23, 17, tzinfo=UTC)
QUESTION = "RRT: Can you go to TX, Nov 23-26, as clinician? Reply YES 412 or NO 412 by 4:30pm CT. STOP to end"
AGAIN = "RRT: Sorry, we did not understand. Can you go to TX, Nov 23-26? Reply YES 412 or NO 412 by 4:30pm CT."


@pytest.fixture(autouse=True)
def still_clock() -> Iterator[None]:
    """For the module that imports it: the clock stands still at noon in New York, and tests move it."""
    before = Clock.load(clock.dump())
    clock.follow(Clock(0, ours_start=START.timestamp()))
    yield
    clock.follow(before)


@dataclass(frozen=True, slots=True)
class Hook:
    """One webhook as it came."""

    url: str
    form: Mapping[str, str]
    headers: Mapping[str, str]


@dataclass(slots=True)
class Service:
    """Takes webhooks.

    Args:
        answers: what a path is answered with; everything else is answered with nothing.
        refusing: so many connections are refused first.
        tries: how often somebody knocked.
    """

    hooks: list[Hook] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    refusing: int = 0
    tries: int = 0

    async def __call__(self, url: str, form: Mapping[str, str], headers: Mapping[str, str]) -> Answer:
        """Keep a webhook.

        Raises:
            Unreachable: as often as `refusing` says.
        """
        self.tries += 1
        if self.refusing:
            self.refusing -= 1
            raise Unreachable("refused")
        self.hooks.append(Hook(url, dict(form), dict(headers)))
        path = url.removeprefix(SERVICE).partition("?")[0]
        return Answer(200, self.answers.get(path, "<Response/>"))

    def on(self, path: str) -> list[Mapping[str, str]]:
        """The forms that came to a path, oldest first."""
        return [hook.form for hook in self.hooks if hook.url.removeprefix(SERVICE).partition("?")[0] == path]


@dataclass(slots=True)
class World:
    """A carrier, its people and the service behind it; the clock stands still until `passes`."""

    carrier: Carrier
    service: Service

    @property
    def people(self) -> People:
        """Everybody with a phone."""
        return self.carrier.people

    def ask(self, number: str = SAM, body: str = QUESTION, **more: str) -> str:
        """Our service sends a text; its sid."""
        form = {"To": number, "From": US, "Body": body, "StatusCallback": f"{SERVICE}/twilio/status?m=7&k=ab"}
        return str(self.carrier.create_message(form | more)["sid"])

    def call(self, number: str = SAM, **more: str) -> str:
        """Our service calls; the call's sid."""
        form = {
            "To": number, "From": US, "Url": f"{SERVICE}/twilio/voice?m=8&k=cd", "MachineDetection": "Enable",
            "Timeout": "25", "StatusCallback": f"{SERVICE}/twilio/status?m=8&k=cd",
        }  # fmt: skip
        return str(self.carrier.create_call(form | more)["sid"])

    async def passes(self, **span: float) -> int:
        """Time passes; what was done on the way."""
        clock.advance(timedelta(**span))
        return await self.carrier.run_due()

    def said(self, number: str = SAM) -> list[str]:
        """What a phone texted us, oldest first."""
        return [form["Body"] for form in self.service.on("/twilio/sms") if form["From"] == number]


def world(seed: int = 0, **shares: float) -> World:
    """A new world; with shares, people answer by exactly those."""
    nobody = dict.fromkeys(("yes", "no", "never", "late", "garbled", "stop", "conditional"), 0.0)
    mix = Mix(**(nobody | shares)) if shares else Mix()
    service = Service()
    return World(Carrier(ACCOUNT, TOKEN, SERVICE, service, People(seed, mix)), service)
