"""A problem as a file: JSON in, JSON out, so that any solve can be kept, sent and repeated."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from solver.problem import Expert, Place, Policy, Position, Request, Span
from solver.validate import BadProblem

FORMAT = 1
"""Changes when a file of before cannot be read any more."""


@dataclass(frozen=True, slots=True)
class Record:
    """Everything a solve depends on, besides the solver itself."""

    experts: tuple[Expert, ...]
    requests: tuple[Request, ...]
    policy: Policy


def dump(path: Path, experts: Sequence[Expert], requests: Sequence[Request], policy: Policy) -> None:
    """Write a problem; sets are sorted, so that the same problem gives the same bytes."""
    kept = {
        "format": FORMAT,
        "policy": asdict(policy),
        "requests": [asdict(one) for one in requests],
        "experts": [asdict(one) for one in experts],
    }
    path.write_text(json.dumps(kept, default=_plain, indent=1) + "\n", encoding="utf-8")


def load(path: Path) -> Record:
    """Read a problem.

    Raises:
        BadProblem: the file is no problem of this format; names the field.
        OSError: the file cannot be read.
    """
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as wrong:
        raise BadProblem("file", "is not JSON") from wrong
    if not isinstance(kept, dict) or kept.get("format") != FORMAT:
        raise BadProblem("format", f"is not {FORMAT}")
    for name in ("experts", "requests"):
        if not isinstance(kept.get(name), list):
            raise BadProblem(name, "is not a list")
    return Record(
        tuple(_read(_expert, one, f"experts[{n}]") for n, one in enumerate(kept["experts"])),
        tuple(_read(_request, one, f"requests[{n}]") for n, one in enumerate(kept["requests"])),
        _read(lambda one: _of(Policy, one), kept.get("policy", {}), "policy"),
    )


def _plain(value: object) -> object:
    if isinstance(value, frozenset):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} has no place in a record")


def _read(make: Any, kept: object, where: str) -> Any:
    try:
        return make(kept)
    except (TypeError, KeyError, ValueError, AttributeError) as wrong:
        raise BadProblem(where, f"cannot be read: {wrong}") from wrong


def _of(kind: Any, kept: Mapping[str, Any], **made: Any) -> Any:
    """One dataclass; `made` are the fields that JSON has no type for."""
    unknown = kept.keys() - {item.name for item in fields(kind)}
    if unknown:
        raise ValueError(f"unknown field {min(unknown)}")
    return kind(**{**kept, **made})


def _expert(kept: Mapping[str, Any]) -> Expert:
    made: Expert = _of(
        Expert, kept, place=_of(Place, kept["place"]), disciplines=frozenset(kept["disciplines"]),
        busy=tuple(Span(**span) for span in kept.get("busy", ())), conflicts=frozenset(kept.get("conflicts", ())),
        served=tuple(kept.get("served", ())),
    )  # fmt: skip
    return made


def _position(kept: Mapping[str, Any]) -> Position:
    made: Position = _of(Position, kept, disciplines=frozenset(kept["disciplines"]))
    return made


def _request(kept: Mapping[str, Any]) -> Request:
    made: Request = _of(
        Request, kept, place=_of(Place, kept["place"]), stay=Span(**kept["stay"]),
        positions=tuple(_position(one) for one in kept["positions"]), languages=tuple(kept.get("languages", ())),
        excluded=frozenset(kept.get("excluded", ())), asked_for=frozenset(kept.get("asked_for", ())),
    )  # fmt: skip
    return made
