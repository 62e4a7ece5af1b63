"""Logs without people in them: ids only; phone numbers and links' keys masked wherever one slips in."""

import logging
import re
import sys
from typing import Any

from app.core.clock import clock

PHONE = re.compile(r"\+?1?[\s.-]?\(?\d{3}\)?[\s.-]?\d{3}[\s.-]?\d{4}\b")

EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
QUOTED = re.compile(r"(DETAIL:|CONTEXT:|input_value=|invalid input [^:]*:).*")
"""Where the database and the check of fields quote what was given, to the end of that line."""
LINK = re.compile(r"/x/[^\s/?\"']+")
"""The path of a link in a text is its key."""


MASKS: tuple[tuple[re.Pattern[str], Any], ...] = (
    (QUOTED, r"\1 ..."), (EMAIL, "...@..."), (PHONE, lambda found: f"...{found.group()[-2:]}"), (LINK, "/x/..."),
)  # fmt: skip


class Masked(logging.Formatter):
    """In our time; phone numbers reduced to their last two digits; nothing that was given is quoted."""

    def format(self, record: logging.LogRecord) -> str:
        line = super().format(record).replace("\r", "\\r")
        for kind, instead in MASKS:
            line = kind.sub(instead, line)
        return line

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802 - logging's name
        return clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")


def start_logging(level: str = "INFO") -> None:
    """Log to standard error at `level`. Libraries that log what they send stay at WARNING."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Masked("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in ("twilio", "httpx", "httpcore", "urllib3", "procrastinate", "sqlalchemy", "alembic"):
        logging.getLogger(name).setLevel(logging.WARNING)
