"""A decision as a file: the whole problem with its hash, how it was solved, the answer, and what people changed.

JSON in, JSON out. A file may also hold the problem alone, written by hand; docs/solver.md says how.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from importlib.metadata import version
from pathlib import Path
from typing import Any

from solver.problem import Expert, Place, Policy, Position, Request, Reserve, Span
from solver.roster import Roster
from solver.validate import BadProblem

FORMAT = 2
"""Changes when a file of before cannot be read any more."""
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
    with_runner_up: bool = False
    result: Mapping[str, Any] | None = None
    """The roster as JSON."""
    solver: Mapping[str, str] | None = None
    """Versions that answered."""
    edits: tuple[Mapping[str, Any], ...] = ()
    """What people changed afterwards, oldest first."""


def dump(path: Path, experts: Sequence[Expert], requests: Sequence[Request], policy: Policy) -> None:
    """Write a problem alone; sets are sorted, so that the same problem gives the same bytes."""
    path.write_text(_text({"format": FORMAT, **_problem(experts, requests, policy)}) + "\n", encoding="utf-8")


def written(experts: Sequence[Expert], requests: Sequence[Request], policy: Policy, roster: Roster) -> bytes:
    """The decision as a file: canonical, so that the same decision gives the same bytes."""
    problem = _problem(experts, requests, policy)
    kept = {
        "format": FORMAT,
        "sha256": digest(problem),
        "problem": problem,
        "parameters": {
            "seed": roster.seed, "time_limit_s": roster.time_limit_s, "with_runner_up": roster.runner_up is not None,
        },
        "solver": {"version": roster.version, "ortools": version("ortools")},
        "result": answer(roster),
        "edits": [],
    }  # fmt: skip
    return _text(kept).encode()


def digest(problem: Mapping[str, Any]) -> str:
    """SHA-256 of a problem, in hexadecimal digits."""
    return hashlib.sha256(_text(problem).encode()).hexdigest()


def digest_of(experts: Sequence[Expert], requests: Sequence[Request], policy: Policy) -> str:
    """SHA-256 of a problem that is not written yet."""
    return digest(_problem(experts, requests, policy))


def answer(roster: Roster) -> dict[str, Any]:
    """A roster as JSON gives it back, without what differs from run to run."""
    told: dict[str, Any] = json.loads(_text(asdict(roster)))
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
    except ValueError as wrong:
        raise BadProblem("file", "is not JSON") from wrong
    if not isinstance(kept, dict) or kept.get("format", FORMAT) not in (1, FORMAT):
        raise BadProblem("format", f"is not {FORMAT}")
    problem = kept.get("problem", kept)
    if "sha256" in kept and digest(problem) != kept["sha256"]:
        raise BadProblem("sha256", "is of another problem: the file was changed")
    for name in ("experts", "requests"):
        if not isinstance(problem.get(name), list):
            raise BadProblem(name, "is not a list")
    given = kept.get("parameters", {})
    return Record(
        tuple(_read(_expert, one, f"experts[{n}]") for n, one in enumerate(problem["experts"])),
        tuple(_read(_request, one, f"requests[{n}]") for n, one in enumerate(problem["requests"])),
        _read(_policy, problem.get("policy", {}), "policy"),
        given.get("seed", 0), given.get("time_limit_s", 10.0), given.get("with_runner_up", False),
        kept.get("result"), kept.get("solver"), tuple(kept.get("edits", ())),
    )  # fmt: skip


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
    return {
        "policy": asdict(policy),
        "requests": [asdict(one) for one in requests],
        "experts": [asdict(one) for one in experts],
    }


def _text(kept: object) -> str:
    return json.dumps(kept, default=_plain, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


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


def _policy(kept: Mapping[str, Any]) -> Policy:
    reserves = (_of(Reserve, one, states=frozenset(one["states"])) for one in kept.get("reserves", ()))
    made: Policy = _of(Policy, kept, reserves=tuple(reserves))
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
