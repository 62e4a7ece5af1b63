"""`python -m solver FILE`: solve a problem, or solve a kept decision again and compare. `--json` for machines."""

import argparse
import json
import sys
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from solver import record
from solver.roster import Roster
from solver.search import solve
from solver.validate import BadProblem

MOST_LINES = 20
"""Differences that are shown."""


def main(arguments: list[str] | None = None) -> int:
    """Solve a file and print the roster; the exit code is that of `run`."""
    parser = argparse.ArgumentParser(prog="python -m solver", description="Solve a problem or a kept decision.")
    parser.add_argument("file", type=Path, help="a decision of the service, or a problem written by hand")
    parser.add_argument("--json", action="store_true", help="print the roster as JSON")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--seconds", type=float, help="time limit")
    parser.add_argument("--keep", type=Path, help="write the decision to this file")
    given = parser.parse_args(arguments)
    return run(given.file, as_json=given.json, seed=given.seed, seconds=given.seconds, keep=given.keep)


def run(
    file: Path,
    *,
    as_json: bool = False,
    seed: int | None = None,
    seconds: float | None = None,
    keep: Path | None = None,
) -> int:
    """Solve a file and print the roster.

    Args:
        file: a decision of the service, or a problem written by hand.
        as_json: for machines.
        seed: instead of the file's.
        seconds: time limit, instead of the file's.
        keep: write the decision to this file, so that it can be made again.

    Returns:
        0 when a roster was found, with or without empty seats, and is the kept one if the file has one; 1 when it is
        another than the kept one; 2 when the file or its problem makes no sense.
    """
    try:
        asked = record.load(file)
        asked = replace(
            asked, seed=asked.seed if seed is None else seed,
            time_limit_s=asked.time_limit_s if seconds is None else seconds,
        )  # fmt: skip
        roster = solve(
            asked.experts, asked.requests, asked.policy, seed=asked.seed, time_limit_s=asked.time_limit_s,
            with_runner_up=asked.with_runner_up,
        )  # fmt: skip
        if keep is not None:
            keep.write_bytes(record.written(asked.experts, asked.requests, asked.policy, roster))
    except (BadProblem, OSError) as wrong:
        sys.stderr.write(f"{wrong}\n")
        return 2
    if as_json:
        sys.stdout.write(json.dumps(asdict(roster), indent=1) + "\n")
    else:
        from solver import printing  # noqa: PLC0415 - rich is for people

        printing.show(asked, roster)
    return _compare(asked, roster)


def _compare(asked: record.Record, roster: Roster) -> int:
    """Say whether the roster is the kept one; 0 when it is, or when none was kept."""
    if asked.result is None:
        return 0
    answer = record.answer(roster)
    lines = record.unlike(dict(asked.result), answer)
    if not lines:
        sys.stderr.write("The same as the kept roster, to the last bit.\n")
        return 0
    people = "other people" if _seating(asked.result) != _seating(answer) else "the same people in the same seats"
    count = f"{len(lines)} difference{'s' * (len(lines) > 1)}"
    sys.stderr.write(f"Not the kept roster: {people}, {count}.\n")
    sys.stderr.write(f"It was made by {_named(asked.solver or {})}; this is {_named(record.versions(roster))}.\n")
    sys.stderr.write("".join(f"  {line}\n" for line in lines[:MOST_LINES]))
    return 1


def _named(versions: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {number}" for name, number in sorted(versions.items()))


def _seating(result: Mapping[str, Any]) -> list[Any]:
    seats = result.get("seats") or ()
    return [[seat.get(name) for name in ("request_id", "position_id", "expert_id")] for seat in seats]


if __name__ == "__main__":
    sys.exit(main())
