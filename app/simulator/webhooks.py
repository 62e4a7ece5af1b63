"""How the carrier calls the service: signed forms, one more try when nobody is there (twilio.md 4, 5)."""

import logging
import secrets
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple
from urllib.parse import urldefrag, urlsplit

from app.simulator.faults import Dice, Faults
from app.simulator.schedule import Schedule

logger = logging.getLogger(__name__)


class Answer(NamedTuple):
    """What the service answered."""

    status: int
    text: str = ""
    content_type: str = "text/xml"


class Unreachable(Exception):  # noqa: N818 - what happened
    """No connection was made: tried once more, as Twilio does by default (rc=1, rp=ct)."""


class NoAnswer(Exception):  # noqa: N818 - what happened
    """The service took too long, or hung up. Not tried again."""


Deliver = Callable[[str, Mapping[str, str], Mapping[str, str]], Awaitable[Answer]]
"""POSTs a form to an address with headers. Raises Unreachable or NoAnswer."""
Sign = Callable[[str, dict[str, str]], str]
TRIES = 2
LATEST_S = 180
"""How late a late callback may be."""


class Webhooks:
    """Signs and posts. What fails is logged and dropped: nobody will come back to it."""

    def __init__(self, deliver: Deliver, sign: Sign, schedule: Schedule, dice: Dice) -> None:
        self._deliver, self._sign, self._schedule, self._dice = deliver, sign, schedule, dice
        self.faults = Faults()

    async def report(self, url: str, number: str, form: Mapping[str, str], at: datetime) -> None:
        """One status callback, as far as the faults let it: dropped, twice, or late and so out of order."""

        async def post(_due: datetime) -> None:
            await self.post(url, form)

        if self._dice.falls(self.faults.dropped_callbacks, "dropped", number):
            return
        if self._dice.falls(self.faults.late_callbacks, "late", number):
            late = timedelta(seconds=LATEST_S * self._dice.roll("lateness", number))
            self._schedule.add(at + late, number, post)
        else:
            await post(at)
        if self._dice.falls(self.faults.doubled_callbacks, "doubled", number):
            await post(at)

    async def post(self, url: str, form: Mapping[str, str]) -> Answer | None:
        """One webhook.

        Returns:
            The answer, or None when there was none, or none that counts.
        """
        url = urldefrag(url).url  # the fragment configures Twilio (#rc=3) and is neither sent nor signed
        headers = {
            "X-Twilio-Signature": self._sign(url, dict(form)),
            "I-Twilio-Idempotency-Token": secrets.token_hex(18),  # the same for all tries
        }
        for attempt in range(TRIES):
            try:
                answer = await self._deliver(url, form, headers)
            except Unreachable:
                logger.warning("%s: nobody there, try %s of %s", urlsplit(url).path, attempt + 1, TRIES)
            except NoAnswer:
                logger.warning("%s: no answer in time", urlsplit(url).path)
                return None
            else:
                return self._counted(url, answer)
        return None

    def _counted(self, url: str, answer: Answer) -> Answer | None:
        if answer.status < 400:
            return answer
        logger.warning("%s answered %s", urlsplit(url).path, answer.status)
        return None
