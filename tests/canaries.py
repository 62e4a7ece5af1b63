"""Every test is searched for people: what is logged while it runs, and every text that its carrier was given.

Nothing has to be asked for: the fixture here is for all tests, and `tests/story.py` shows it what was texted. Names are
those of the invented pool and of the demonstration's accounts; "Kestrel" is what a test types where nobody may read it.
"""

import logging
import re
from collections.abc import Iterable, Iterator

import pytest

from app.core.log import Masked
from app.seed.filling import REQUESTER, STAFF
from app.seed.people import FIRST, LAST

ACCOUNTS = "|".join(account.name for account in (REQUESTER, *STAFF))
NAMES = re.compile(rf"\b(?:(?:{'|'.join(FIRST)}) (?:{'|'.join(LAST)})|{ACCOUNTS}|Canary|Kestrel)\b")
NUMBERS = re.compile(r"(?<![\d.])(?:\+?1[\s.-]?)?\(?\d{3}\)?[\s.-]?555[\s.-]?\d{4}\b")
ADDRESSES = re.compile(r"[\w.+-]+@[\w-]+\.example\b")
OUR_OWN = re.compile(r"\(?202\)?[\s.-]?555[\s.-]?01\d\d")
"""The desk's number, and the one that texts come from."""
PLACES = re.compile(r"\bHarlan Ridge\b")
QUIET = ("twilio", "httpx", "httpcore", "urllib3", "procrastinate", "sqlalchemy", "alembic", "asyncio", "faker")
"""Libraries whose lines below a warning nobody writes (`app/core/log.py`)."""


def people_in(text: str) -> list[str]:
    """Names, numbers and addresses of somebody."""
    found = [one[0] for kind in (NAMES, NUMBERS, ADDRESSES) for one in kind.finditer(text)]
    return [one for one in found if not OUR_OWN.search(one)]


class Ear(logging.Handler):
    """Hears all that is logged, as the service would write it, and keeps the lines with somebody in them."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.setFormatter(Masked("%(levelname)s %(name)s %(message)s"))
        self.heard: list[str] = []
        self.lines = 0

    def emit(self, record: logging.LogRecord) -> None:
        if record.levelno < logging.WARNING and record.name.split(".")[0] in QUIET:
            return
        self.lines += 1
        line = self.format(record)
        if who := people_in(line):
            self.heard.append(f"{who} in: {line[-2000:]}")


EAR = Ear()
TOLD: list[str] = []
"""Texts with somebody in them, of the present test."""


def look_at_texts(bodies: Iterable[str]) -> None:
    """Look for people, and for the town, in what was texted."""
    for body in bodies:
        if who := people_in(body) + PLACES.findall(body):
            TOLD.append(f"{who} in a text: {body}")


def nobody_in(found: Iterable[str]) -> None:
    """Fail the test that said something of somebody."""
    lines = list(found)
    if lines:
        pytest.fail("somebody can be read of:\n" + "\n".join(lines[:10]), pytrace=False)


@pytest.fixture(autouse=True)
def _nobody_is_told_of() -> Iterator[None]:
    root, app = logging.getLogger(), logging.getLogger("app")
    EAR.heard.clear()
    TOLD.clear()
    if EAR not in root.handlers:
        root.addHandler(EAR)
    before, app.level = app.level, logging.INFO
    yield
    app.setLevel(before)
    nobody_in(EAR.heard + TOLD)
