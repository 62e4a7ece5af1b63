"""Logs without people in them: ids only; phone numbers and links' keys masked wherever one slips in.

What is being worked on is bound by context: the id of a request, of a job, and the story ("request:12") that it records
something of. Every line written meanwhile carries them.
"""

import json
import logging
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from app.core.clock import clock

PHONE = re.compile(r"\+?1?[\s.-]?\(?\d{3}\)?[\s.-]?\d{3}[\s.-]?\d{4}\b")

EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
QUOTED = re.compile(r"(DETAIL:|CONTEXT:|input_value=|invalid input [^:]*:).*")
"""Where the database and the check of fields quote what was given, to the end of that line."""
LINK = re.compile(r"/(x|s|cal)/[^\s/?\"']+")
"""The path of a link in a text, of a survey's and of a calendar's is its key."""


MASKS: tuple[tuple[re.Pattern[str], Any], ...] = (
    (QUOTED, r"\1 ..."), (EMAIL, "...@..."), (PHONE, lambda found: f"...{found.group()[-2:]}"), (LINK, r"/\1/..."),
)  # fmt: skip
_BOUND: ContextVar[dict[str, str | int] | None] = ContextVar("bound", default=None)


def masked(line: str) -> str:
    """A line without numbers, addresses, keys and what somebody typed."""
    for kind, instead in MASKS:
        line = kind.sub(instead, line)
    return line


@contextmanager
def bound(**ids: str | int) -> Iterator[None]:
    """Have every line of this block carry these ids, those of the block around it as well."""
    token = _BOUND.set({**(_BOUND.get() or {}), **ids})
    try:
        yield
    finally:
        _BOUND.reset(token)


def bind(**ids: str | int) -> None:
    """Have the lines from here to the end of the block around carry these as well; outside of any, nothing happens."""
    known = _BOUND.get()
    if known is not None:
        known.update(ids)


def present() -> dict[str, str | int]:
    """The ids that are bound now."""
    return _BOUND.get() or {}


class Masked(logging.Formatter):
    """In our time; phone numbers reduced to their last two digits; nothing that was given is quoted."""

    def format(self, record: logging.LogRecord) -> str:
        line = super().format(record).replace("\r", "\\r")
        ids = " ".join(f"{name}={value}" for name, value in present().items())
        return masked(f"{line} [{ids}]" if ids else line)

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802 - logging's name
        return clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")


class AsJson(Masked):
    """A JSON object a line, for a store that searches by field; masked as well."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, str | int] = {
            "at": self.formatTime(record), "level": record.levelname, "logger": record.name,
            "says": masked(record.getMessage()), **getattr(record, "fields", {}), **present(),
        }  # fmt: skip
        if record.exc_info:
            line["error"] = masked(self.formatException(record.exc_info))
        return json.dumps(line, default=str, ensure_ascii=False)


def start_logging(level: str = "INFO", kind: str = "text") -> None:
    """Log to standard error at `level`, as "text" or "json". Libraries that log what they send stay at WARNING."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(AsJson() if kind == "json" else Masked("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in ("twilio", "httpx", "httpcore", "urllib3", "procrastinate", "sqlalchemy", "alembic", "opentelemetry"):
        logging.getLogger(name).setLevel(logging.WARNING)
