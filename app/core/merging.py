"""Two people changed the same thing: what can be put together, and what somebody must look at. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Merged(Generic[Value]):
    """What comes of two changes.

    Args:
        values: every field: mine where I changed it, else theirs.
        changed: fields that are to be written, because mine differs from theirs.
        clashes: fields that both changed, and differently, with theirs; nothing may be written before I saw them.
    """

    values: Mapping[str, Value]
    changed: frozenset[str]
    clashes: Mapping[str, Value]


def three_way(was: Mapping[str, Value], theirs: Mapping[str, Value], mine: Mapping[str, Value]) -> Merged[Value]:
    """Put two changes of `was` together, field by field. Fields that I do not have stay theirs."""
    touched = {name for name, value in mine.items() if value != was.get(name)}
    values = {name: mine[name] if name in touched else theirs[name] for name in theirs}
    clashes = {
        name: theirs[name]
        for name in touched & theirs.keys()
        if theirs[name] != was.get(name) and theirs[name] != mine[name]
    }
    changed = frozenset(name for name in theirs if values[name] != theirs[name])
    return Merged(values, changed, clashes)
