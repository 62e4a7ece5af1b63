"""`python -m solver RECORD.json`: solve a recorded problem and print the roster. `--json` for machines."""

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from solver.problem import Request
from solver.record import Record, load
from solver.roster import Roster, Seat
from solver.search import solve
from solver.validate import BadProblem


def main(arguments: list[str] | None = None) -> int:
    """0 when a roster was found, with or without empty seats; 2 when the file or its problem makes no sense."""
    parser = argparse.ArgumentParser(prog="python -m solver", description="Solve a recorded problem.")
    parser.add_argument("record", type=Path, help="a file written by solver.record.dump")
    parser.add_argument("--json", action="store_true", help="print the roster as JSON")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=10.0, help="time limit")
    given = parser.parse_args(arguments)
    try:
        record = load(given.record)
        roster = solve(record.experts, record.requests, record.policy, seed=given.seed, time_limit_s=given.seconds)
    except (BadProblem, OSError) as wrong:
        sys.stderr.write(f"{wrong}\n")
        return 2
    if given.json:
        sys.stdout.write(json.dumps(asdict(roster), indent=1) + "\n")
    else:
        _print(Console(), record, roster)
    return 0


def _print(console: Console, record: Record, roster: Roster) -> None:
    names = {expert.id: expert.name for expert in record.experts}
    for request in record.requests:
        console.print(_table(request, roster, names))
    for shortage in roster.shortages:
        console.print(Text(f"Request {shortage.request_id}: {shortage.text}"))
    goals = ", ".join(f"{goal.name} {goal.value}" for goal in roster.goals)
    console.print(Text(f"{roster.status} of {roster.pool_size} experts in {roster.solve_ms} ms: {goals}"))


def _table(request: Request, roster: Roster, names: dict[int, str]) -> Table:
    codes = {position.id: position.code for position in request.positions}
    table = Table(title=f"Request {request.id}", title_justify="left")
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
    return "\n".join([*others, *seat.helps])


if __name__ == "__main__":
    sys.exit(main())
