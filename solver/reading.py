"""JSON as the dataclasses of a problem: every field by its type, and what does not fit is named by its path.

Written by hand, a minute may also be a time with its zone, such as "2026-11-28T14:00-05:00", and a set is a list.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from solver.problem import Minute
from solver.validate import BadProblem

Reader = Callable[[Any], Any]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MOST = 1e300
"""Numbers are nearer to zero."""
LONGEST_SHOWN = 40
"""Letters of a wrong value that are repeated to the reader."""


class _Unfit(Exception):  # noqa: N818 - becomes a BadProblem with its path
    """A value does not fit its type; the path is gathered on the way out, so that reading a pool builds none."""

    def __init__(self, reason: str, *path: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.path = list(path)


def read(kind: Any, kept: object, where: str = "") -> Any:
    """One value of a type: a dataclass, or anything that its fields are made of.

    Args:
        kind: the type, as in the annotation of a field.
        kept: what JSON gave.
        where: its path, for the refusal.

    Raises:
        BadProblem: the value does not fit; names the path of the innermost part that does not.
    """
    try:
        return _reader(kind)(kept)
    except _Unfit as unfit:
        path = where + "".join(reversed(unfit.path))
        raise BadProblem(path.lstrip("."), unfit.reason) from None


@cache
def _reader(kind: Any) -> Reader:
    """What reads a type; made once, for a pool has a million fields."""
    origin, parts = get_origin(kind), get_args(kind)
    if is_dataclass(kind):
        return _whole(kind)
    if kind == Minute:
        return _minute
    if origin in (Union, UnionType):
        inner = _reader(next(part for part in parts if part is not NoneType))
        return lambda kept: None if kept is None else inner(kept)
    if origin is not None and issubclass(origin, Mapping):
        return _object(_reader(parts[1]))
    if origin in (tuple, frozenset):
        return _list(origin, _reader(parts[0]))
    return PLAIN[kind]


def _whole(kind: Any) -> Reader:
    hints = get_type_hints(kind, include_extras=True)
    readers = {name: _reader(hint) for name, hint in hints.items()}
    needed = [item.name for item in fields(kind) if item.default is MISSING and item.default_factory is MISSING]

    def whole(kept: Any) -> Any:
        _expect(isinstance(kept, dict), "an object", kept)
        if unknown := sorted(kept.keys() - readers.keys()):
            raise _Unfit(f"is no field; these are: {', '.join(readers)}", f".{unknown[0]}")
        if missing := [name for name in needed if name not in kept]:
            raise _Unfit("is missing", f".{missing[0]}")
        return kind(**_each(kept, readers.__getitem__, ".{}"))

    return whole


def _each(kept: Mapping[str, Any], reader: Callable[[str], Reader], path: str) -> dict[str, Any]:
    found, name = {}, ""
    try:
        for name, value in kept.items():
            found[name] = reader(name)(value)
    except _Unfit as unfit:
        unfit.path.append(path.format(name))
        raise
    return found


def _object(inner: Reader) -> Reader:
    def mapping(kept: Any) -> Any:
        _expect(isinstance(kept, dict), "an object", kept)
        return _each(kept, lambda _: inner, "[{}]")

    return mapping


def _list(kind: Any, inner: Reader) -> Reader:
    def several(kept: Any) -> Any:
        _expect(isinstance(kept, list), "a list", kept)
        found = []
        try:
            for one in kept:
                found.append(inner(one))
        except _Unfit as unfit:
            unfit.path.append(f"[{len(found)}]")
            raise
        return kind(found)

    return several


def _expect(fits: bool, what: str, kept: object) -> None:
    if not fits:
        raise _Unfit(f"is not {what}, but {json.dumps(kept)[:LONGEST_SHOWN]}")


def _minute(kept: Any) -> int:
    if not isinstance(kept, str):
        return _int(kept)
    try:
        told = datetime.fromisoformat(kept)
    except ValueError:
        raise _Unfit('is not a time such as "2026-11-28T14:00-05:00"') from None
    if told.tzinfo is None:
        raise _Unfit('has no zone: write "2026-11-28T14:00-05:00", or Z at the end')
    # Whole minutes, rounded up so that nothing starts too early.
    return -((EPOCH - told) // timedelta(minutes=1))


def _int(kept: Any) -> int:
    _expect(type(kept) is int, "a whole number", kept)
    return int(kept)


def _float(kept: Any) -> float:
    # NaN is in no range, and Python's JSON reads it.
    _expect(type(kept) in (int, float) and -MOST < kept < MOST, "a number", kept)
    return kept  # type: ignore[no-any-return]


def _bool(kept: Any) -> bool:
    _expect(kept is True or kept is False, "true or false", kept)
    return bool(kept)


def _str(kept: Any) -> str:
    _expect(isinstance(kept, str), "a text", kept)
    return str(kept)


PLAIN: Mapping[Any, Reader] = {int: _int, float: _float, bool: _bool, str: _str}
