"""`python -m solver FILE`: solve a problem, or solve a kept decision again and compare. `--json` for machines."""

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from solver.problem import Request
from solver.record import Record, answer, load, unlike
from solver.roster import Roster, Seat
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
    given = parser.parse_args(arguments)
    return run(given.file, as_json=given.json, seed=given.seed, seconds=given.seconds)


def run(file: Path, *, as_json: bool = False, seed: int | None = None, seconds: float | None = None) -> int:
    """Solve a file and print the roster.

    Args:
        file: a decision of the service, or a problem written by hand.
        as_json: for machines.
        seed: instead of the file's.
        seconds: time limit, instead of the file's.

    Returns:
        0 when a roster was found, with or without empty seats, and is the kept one if the file has one; 1 when it is
        another than the kept one; 2 when the file or its problem makes no sense.
    """
    try:
        record = load(file)
        roster = solve(
            record.experts, record.requests, record.policy,
            seed=record.seed if seed is None else seed,
            time_limit_s=record.time_limit_s if seconds is None else seconds,
            with_runner_up=record.with_runner_up,
        )  # fmt: skip
    except (BadProblem, OSError) as wrong:
        sys.stderr.write(f"{wrong}\n")
        return 2
    if as_json:
        sys.stdout.write(json.dumps(asdict(roster), indent=1) + "\n")
    else:
        _print(Console(), record, roster)
    return _compare(record, roster)


def _compare(record: Record, roster: Roster) -> int:
    if record.result is None:
        return 0
    lines = unlike(dict(record.result), answer(roster))
    if not lines:
        sys.stderr.write("The same as the kept roster, to the last bit.\n")
        return 0
    sys.stderr.write(f"Not the kept roster ({len(lines)} differences; it was made by {record.solver}):\n")
    sys.stderr.write("".join(f"  {line}\n" for line in lines[:MOST_LINES]))
    return 1


def _print(console: Console, record: Record, roster: Roster) -> None:
    names = {expert.id: expert.name for expert in record.experts}
    for request in record.requests:
        console.print(_table(request, roster, names))
    for shortage in roster.shortages:
        console.print(Text(f"Request {shortage.request_id}: {shortage.text}"))
    for change in roster.changes:
        console.print(Text(f"Changed: {change.text}"))
    if roster.runner_up:
        costs = "; ".join(cost.text for cost in roster.runner_up.costs) or "as good in everything"
        moves = "; ".join(change.text for change in roster.runner_up.changes)
        console.print(Text(f"Runner-up: {moves} ({costs})"))
    for edit in record.edits:
        console.print(Text(f"Changed by hand: {edit.get('text', edit)}"))
    goals = ", ".join(f"{goal.name} {goal.value}" for goal in roster.goals)
    console.print(Text(f"{_proof(roster)} of {roster.pool_size} experts in {roster.solve_ms} ms: {goals}"))


def _proof(roster: Roster) -> str:
    """How good the roster is known to be."""
    if roster.status == "optimal":
        return "Proven the best"
    if roster.gap is None:
        return f"Found in {roster.time_limit_s:g} s, not proven,"
    return f"Found in {roster.time_limit_s:g} s, within {roster.gap:.3%} of the best,"


def _table(request: Request, roster: Roster, names: dict[int, str]) -> Table:
    codes = {position.id: position.code for position in request.positions}
    table = Table(title=f"Request {request.id}", title_justify="left", show_lines=True)
    for heading in ("Seat", "Expert", "Why", "Otherwise"):
        table.add_column(heading)
    for seat in roster.seats:
        if seat.request_id == request.id:
            who = "empty" if seat.expert_id is None else names[seat.expert_id]
            cells = (codes[seat.position_id], who, _why(seat), _otherwise(seat, names))
            table.add_row(*(Text(cell) for cell in cells))
    return table


def _why(seat: Seat) -> str:
    told = [f"! {reason.text}" if reason.is_warning else reason.text for reason in seat.reasons]
    told += [f"{step.fell} fell at {step.rule}, {step.left} left" for step in seat.funnel]
    return "\n".join(told)


def _otherwise(seat: Seat, names: dict[int, str]) -> str:
    others = [f"{names[other.expert_id]}: {other.costs}" for other in seat.alternates]
    return "\n".join([*others, *(one.text for one in seat.helps)])


if __name__ == "__main__":
    sys.exit(main())
