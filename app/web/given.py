"""Days and times as the API takes them: written as text, with a zone. A bare number is no day, seconds are no time."""

import re
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import AwareDatetime, BeforeValidator

WRITTEN = re.compile(r"\d{4}-\d\d-\d\d\S{0,40}", re.ASCII)


def _written(value: Any) -> Any:
    """Text that is more than a number, or what code gives.

    Raises:
        ValueError: a number, which the framework would take for seconds since 1970.
    """
    if isinstance(value, datetime | date | None):
        return value
    if not isinstance(value, str) or WRITTEN.fullmatch(value) is None:
        raise ValueError("Write it as ISO 8601 does: 2026-11-30, or 2026-11-30T08:00:00-06:00.")
    return value


Day = Annotated[date, BeforeValidator(_written)]
Moment = Annotated[AwareDatetime, BeforeValidator(_written)]
