"""What is kept how long: rooms say it of their own tables, `app/privacy` does it.

A rule names rows by SQL, because there may be millions; `t` is the table, `:before` the moment that is long enough ago.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.core import sealing

NOBODY = "+10000000000"
"""Stands where a number was that is not kept any more."""
RULES: dict[str, "Rule"] = {}


def no_number() -> str:
    """What is written in the place of a number."""
    return sealing.seal(NOBODY, found=True)


def no_words() -> str:
    """What is written in the place of sealed words."""
    return sealing.seal("")


@dataclass(frozen=True)
class Rule:
    """Of which rows what goes when."""

    name: str
    """As `RRT_RETENTION` says it."""
    says: str
    """What goes, for people."""
    days: int
    """Unless the settings say otherwise."""
    since: str
    """From when the days count, for people."""
    table: str
    due: str
    """SQL: rows whose time is over, and that are not empty already. `:nobody` is the digest of `NOBODY`."""
    empties: Mapping[str, Callable[[], Any]] = field(default_factory=dict)
    """Column to what is written there; neither this nor `cuts`: the row is deleted."""
    cuts: Mapping[str, str] = field(default_factory=dict)
    """Column to the SQL of what is left of it: words go out of answers whose choices still count."""
    expert: str = "null"
    """SQL: the expert whose legal hold keeps a row."""
    request: str = "null"
    """SQL: the request whose legal hold keeps a row."""


def rule(**fields: Any) -> Rule:
    """Declare a rule, where its table is at home."""
    made = Rule(**fields)
    RULES[made.name] = made
    return made


OF_TOPIC = "case when t.topic like 'request:%' then split_part(t.topic, ':', 2)::bigint end"
"""The request of a row with a topic."""
CLOSED = """(r.state in ('declined', 'referred', 'withdrawn', 'merged') and coalesce(r.decided_at, r.filed_at) < :before
  or r.state = 'approved' and exists (select from deployments d where d.request_id = r.id) and not exists
  (select from deployments d where d.request_id = r.id
   and (d.state not in ('closed', 'stood_down') or d.ends_at >= :before)))"""
"""When a request `r` has been over for long enough."""
YEARS_3 = 1095
