"""Every test is searched for people: what is logged while it runs, the texts its carrier was given, its audit log.

Nothing has to be asked for: the fixture here is for all tests, `tests/story.py` shows it what was texted, and every
database is searched for them in its audit log when its test is over (`tests/postgres.py`). Names are
those of the invented pool and of the demonstration's accounts; "Kestrel" is what a test types where nobody may read it.
"""

import logging
import re
from collections.abc import Iterable, Iterator

import psycopg
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
STAFFED = ACCOUNTS.split("|")
POOL = re.compile(rf"\b(?:{'|'.join(FIRST)}) (?:{'|'.join(LAST)})\b")
EVENTS = "select kind, actor_kind, actor_name, data::text from events"
TOLD: list[str] = []
"""Texts with somebody in them, of the present test."""


def look_at_texts(bodies: Iterable[str]) -> None:
    """Look for people, and for the town, in what was texted."""
    for body in bodies:
        if who := people_in(body) + PLACES.findall(body):
            TOLD.append(f"{who} in a text: {body}")


def in_the_log(connection: psycopg.Connection) -> Iterator[str]:
    """Look for people in what a test has put into the audit log.

    Staff and agencies answer for what they did by name, so theirs may be who did it; nobody may be in the facts.
    """
    for kind, actor_kind, actor, data in connection.execute(EVENTS).fetchall():
        is_staffs = actor in STAFFED or not (actor_kind == "expert" or POOL.fullmatch(actor))
        if who := people_in(data) + ([actor] if actor and not is_staffs else []):
            yield f"{who} in the event {kind}: {data}"


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
