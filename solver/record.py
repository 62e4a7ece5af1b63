"""A decision as a file: the whole problem with its hash, how it was solved, the answer, and what people changed.

JSON in, JSON out. A file may also hold the problem alone, written by hand; docs/solver.md says how.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from solver import reading
from solver.problem import Expert, Policy, Request
from solver.roster import Roster
from solver.validate import BadProblem

FORMAT = 2
"""Changes when a file of before cannot be read any more."""
FORMATS = (1, FORMAT)
"""Those that can be read."""
BESIDES = frozenset({"format", "about", "parameters"})
"""What a problem that stands alone in its file may have beside it; "about" is a note to the reader."""
NOT_COMPARED = ("solve_ms",)
"""Differs from run to run."""


@dataclass(frozen=True, slots=True)
class Record:
    """Everything a solve depends on, besides the solver itself; and what it answered, when that is known."""

    experts: tuple[Expert, ...]
    requests: tuple[Request, ...]
    policy: Policy
    seed: int = 0
    time_limit_s: float = 10.0
    with_runner_up: bool = True
    result: Mapping[str, Any] | None = None
    """The roster as JSON."""
    solver: Mapping[str, str] | None = None
    """Versions that answered."""
    edits: tuple[Mapping[str, Any], ...] = ()
    """What people changed afterwards, oldest first."""


def dump(path: Path, experts: Sequence[Expert], requests: Sequence[Request], policy: Policy) -> None:
    """Write a problem alone to a file."""
    path.write_text(problem_text(experts, requests, policy) + "\n", encoding="utf-8")


def problem_text(experts: Sequence[Expert], requests: Sequence[Request], policy: Policy) -> str:
    """A problem alone; sets are sorted, so that the same one gives the same bytes."""
    return _text({"format": FORMAT, **_problem(experts, requests, policy)})


def written(experts: Sequence[Expert], requests: Sequence[Request], policy: Policy, roster: Roster) -> bytes:
    """The decision as a file: canonical, so that the same decision gives the same bytes."""
    problem = _text(_problem(experts, requests, policy))
    kept = {
        "format": FORMAT,
        "sha256": _sha256(problem),
        "problem": None,
        "parameters": {
            "seed": roster.seed, "time_limit_s": roster.time_limit_s, "with_runner_up": roster.runner_up is not None,
        },
        "solver": versions(roster),
        "result": answer(roster),
        "edits": [],
    }  # fmt: skip
    # A large pool takes a second to write: once, and not again for its hash.
    return _text(kept).replace('"problem":null', f'"problem":{problem}', 1).encode()


def versions(roster: Roster) -> dict[str, str]:
    """What made a roster: the solver, and what it is built upon."""
    return {"solver": roster.version, **{name: version(name) for name in ("numpy", "ortools")}}


def sha256_of(text: bytes) -> str:
    """The hash that a written decision says of its problem."""
    found: str = json.loads(text[text.rindex(b'"sha256":') + len(b'"sha256":') :].split(b",", 1)[0])
    return found


def digest(problem: Mapping[str, Any]) -> str:
    """SHA-256 of a problem, in hexadecimal digits."""
    return _sha256(_text(problem))


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def answer(roster: Roster) -> dict[str, Any]:
    """A roster as JSON gives it back, without what differs from run to run."""
    told: dict[str, Any] = json.loads(_text(roster))
    return {name: value for name, value in told.items() if name not in NOT_COMPARED}


def load(path: Path) -> Record:
    """Read a decision, or a problem alone.

    Raises:
        BadProblem: as `read`.
        OSError: the file cannot be read.
    """
    return read(path.read_bytes())


def read(text: bytes) -> Record:
    """Read a decision, or a problem alone.

    Raises:
        BadProblem: it is neither, or the problem is not the one that its hash was made of; names the field.
    """
    try:
        kept = json.loads(text.decode())
    except (ValueError, RecursionError) as wrong:
        raise BadProblem("file", "is not JSON") from wrong
    if not isinstance(kept, dict) or kept.get("format", FORMAT) not in FORMATS:
        raise BadProblem("format", f"is not {FORMAT}")
    problem = kept.get("problem", kept)
    if not isinstance(problem, dict):
        raise BadProblem("problem", "is not an object")
    if "sha256" in kept and digest(problem) != kept["sha256"]:
        raise BadProblem("sha256", "is of another problem: the file was changed")
    asked: _Problem = reading.read(_Problem, {n: v for n, v in problem.items() if n not in BESIDES}, "")
    given: _Parameters = reading.read(_Parameters, kept.get("parameters", {}), "parameters")
    return Record(
        asked.experts, asked.requests, asked.policy, given.seed, given.time_limit_s, given.with_runner_up,
        kept.get("result"), kept.get("solver"), tuple(kept.get("edits", ())),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Problem:
    """The part of a file that says what is asked."""

    experts: tuple[Expert, ...]
    requests: tuple[Request, ...]
    policy: Policy = field(default_factory=Policy)


@dataclass(frozen=True, slots=True)
class _Parameters:
    """The part of a file that says how it was solved."""

    seed: int = 0
    time_limit_s: float = 10.0
    with_runner_up: bool = True


def with_edits(text: bytes, edits: Sequence[Mapping[str, Any]]) -> bytes:
    """A written decision with what people changed afterwards."""
    return _text({**json.loads(text), "edits": list(edits)}).encode()


def unlike(before: object, now: object, where: str = "") -> list[str]:
    """Where two answers differ: one line for each, by its path."""
    if isinstance(before, dict) and isinstance(now, dict):
        names = sorted(before.keys() | now.keys())
        return [line for name in names for line in unlike(before.get(name), now.get(name), f"{where}.{name}")]
    if isinstance(before, list) and isinstance(now, list) and len(before) == len(now):
        return [line for n, pair in enumerate(zip(before, now, strict=True)) for line in unlike(*pair, f"{where}[{n}]")]
    return [] if before == now else [f"{where.lstrip('.')}: was {before!r}, is {now!r}"]


def _problem(experts: Sequence[Expert], requests: Sequence[Request], policy: Policy) -> dict[str, Any]:
    return {"policy": policy, "requests": list(requests), "experts": list(experts)}


def _text(kept: object) -> str:
    return json.dumps(kept, default=_plain, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def _plain(value: Any) -> object:
    """What JSON has no type for. One level only: `asdict`, which copies everything, takes ten times as long."""
    if isinstance(value, frozenset):
        return sorted(value)
    kind: Any = type(value)
    return {name: getattr(value, name) for name in _names(kind)}


@cache
def _names(kind: Any) -> tuple[str, ...]:
    return tuple(item.name for item in fields(kind))
