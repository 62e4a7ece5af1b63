"""Logs without people in them: ids only; phone numbers and links' keys masked wherever one slips in."""

import logging
import re
import sys

from app.core.clock import clock

PHONE = re.compile(r"\+?1?[\s.-]?\(?\d{3}\)?[\s.-]?\d{3}[\s.-]?\d{4}\b")

LINK = re.compile(r"/x/[^\s/?\"']+")
"""The path of a link in a text is its key."""


class Masked(logging.Formatter):
    """One line a record, in our time, with phone numbers reduced to their last two digits."""

    def format(self, record: logging.LogRecord) -> str:
        line = super().format(record).replace("\r", "\\r")
        return LINK.sub("/x/...", PHONE.sub(lambda found: f"...{found.group()[-2:]}", line))

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802 - logging's name
        return clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")


def start_logging(level: str = "INFO") -> None:
    """Log to standard error at `level`. Libraries that log what they send stay at WARNING."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Masked("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in ("twilio", "httpx", "httpcore", "urllib3", "procrastinate", "sqlalchemy", "alembic"):
        logging.getLogger(name).setLevel(logging.WARNING)
