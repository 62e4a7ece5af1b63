"""The tables of a run: what went on while hosts were lost, and what the judge found."""

from collections.abc import Mapping
from itertools import pairwise

import psycopg
from rich.console import Console
from rich.table import Table

from app.core.clock import clock
from app.core.settings import get_settings
from bench.chaos.verdict import Verdict
from bench.hosts.happenings import Happenings

MOST_LINES = 40
ANSWERED = "('offer.accepted', 'offer.declined', 'offer.standby')"
console = Console(highlight=False, width=110)


def show_phases(happened: Happenings, served: Mapping[str, int]) -> None:
    """What was done in each phase, and the longest time in which nothing was."""
    table = Table("While", "Seconds", "Events", "Answers", "Longest silence, s")
    rate = clock.rate or 1.0
    with psycopg.connect(get_settings().libpq_url) as connection:
        for told, begins, ends in happened.phases():
            rows = connection.execute(
                f"select at, kind in {ANSWERED} from events where at between %s and %s order by at",  # noqa: S608
                [begins, ends],
            ).fetchall()
            gaps = [
                (after - before).total_seconds() / rate for before, after in pairwise([begins, *(r[0] for r in rows)])
            ]
            seconds = (ends - begins).total_seconds() / rate
            answers = sum(bool(is_answer) for _, is_answer in rows)
            table.add_row(told, f"{seconds:.0f}", str(len(rows)), str(answers), f"{max(gaps, default=0):.1f}")
    console.print(table)
    console.print("Connections that the balancer gave to each host:", ", ".join(f"{h} {n}" for h, n in served.items()))


def show_verdict(verdict: Verdict, deployments: int, settled: float) -> None:
    """What was counted, and what is wrong."""
    table = Table("What", "Count", title=f"{deployments} deployments; {settled:.0f} s until all had ended")
    for name, count in verdict.counts.items():
        table.add_row(name, str(count))
    table.add_section()
    for name, wrong in verdict.faults().items():
        table.add_row(name.replace("_", " "), f"[red]{len(wrong)}[/]" if wrong else "0")
    for why, many in verdict.undecidable.items():
        table.add_row(f"undecidable, never sent again: {why}", str(len(many)))
    console.print(table)
    for name, wrong in verdict.faults().items():
        for line in wrong[:MOST_LINES]:
            console.print(f"  {name.replace('_', ' ')}: {line}", markup=False, soft_wrap=True)
