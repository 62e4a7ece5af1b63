"""What the API takes, and what it does not take for something else.

Days and times are written as text, with a zone: a bare number is no day, seconds are no time. A truth is no number.
"""

import re
from datetime import date, datetime
from functools import cache
from typing import Annotated, Any, get_args

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, ValidationInfo, field_validator

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


class Body(BaseModel):
    """What somebody sends: what we do not know is refused, not dropped, and true or false counts for no number."""

    model_config = ConfigDict(extra="forbid")

    @field_validator("*", mode="before")
    @classmethod
    def _truth_is_no_number(cls, value: Any, info: ValidationInfo) -> Any:
        kind: Any = cls.model_fields[info.field_name or ""].annotation
        if _holds_truth(value) and not _takes_truth(kind):
            raise ValueError("This is not a question of true or false.")
        return value


def _holds_truth(value: Any) -> bool:
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return isinstance(value, bool) or any(isinstance(one, bool) for one in inside)


@cache
def _takes_truth(kind: Any) -> bool:
    """Whether true or false may stand somewhere in what a field takes; what models within take is theirs to say."""
    is_model = isinstance(kind, type) and issubclass(kind, BaseModel)
    return is_model or kind in (bool, Any, object) or any(map(_takes_truth, get_args(kind)))
