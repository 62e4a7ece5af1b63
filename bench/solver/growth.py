"""How time and memory grow with experts and with requests: a table and a plot (SVG).

Run from the checkout: `python -m bench.solver.growth [--to docs/solver-growth.svg]`. Every point runs in a process of
its own. Time is survey, prices and search to the proven roster; memory is the peak of the process, pool included.
"""

import argparse
import multiprocessing
import resource
import time
from math import inf, log10
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.solver.pool import a_pool, a_request
from solver.optimise import optimise
from solver.pool import Pool
from solver.problem import Policy
from solver.survey import survey

EXPERTS = (500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000)
REQUESTS = (1, 2, 5, 10, 20, 50, 100)
OF_EXPERTS, OF_REQUESTS = 1, 10_000
"""Requests while the experts grow, experts while the requests grow."""
WIDTH, HEIGHT, EDGE = 360, 240, 46
Point = tuple[int, float, float]
"""Size, milliseconds, megabytes."""


def measure(experts: int, requests: int) -> tuple[float, float, str]:
    """Milliseconds, peak megabytes and status of one size; the quickest of three runs, for others use this machine."""
    pool = Pool(a_pool(experts))
    asked = [a_request(seed, number=seed) for seed in range(1, requests + 1)]
    took, status = inf, ""
    for _ in range(3):
        began = time.perf_counter()
        status = optimise(pool, survey(pool, asked, Policy()), Policy(), seed=0, time_limit_s=120).status
        took = min(took, (time.perf_counter() - began) * 1000)
    return took, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, status


def series(sizes: list[tuple[int, int]], table: Table, *, by_requests: bool) -> list[Point]:
    """The points of one curve; each becomes a row of the table."""
    found = []
    with multiprocessing.get_context("spawn").Pool(1, maxtasksperchild=1) as apart:
        for experts, requests in sizes:
            ms, mb, status = apart.apply(measure, (experts, requests))
            table.add_row(f"{experts:,}", str(requests), f"{ms:.0f}", f"{mb:.0f}", status)
            found.append((requests if by_requests else experts, ms, mb))
    return found


def plot(points: list[Point], name: str, left: int) -> list[str]:
    """One panel of the picture: milliseconds over size, both on logarithmic scales, with memory as a second line."""
    x0, x1 = log10(points[0][0]), log10(points[-1][0])

    def at(size: float, value: float, most: float) -> str:
        across = left + EDGE + (log10(size) - x0) / (x1 - x0) * (WIDTH - 2 * EDGE)
        return f"{across:.1f},{HEIGHT - EDGE - log10(max(value, 1)) / log10(most) * (HEIGHT - 2 * EDGE):.1f}"

    most = 10 ** (int(log10(max(ms for _, ms, _ in points))) + 1)
    parts = [f'<text x="{left + EDGE}" y="20">{name}</text>']
    for colour, column, what in (("#005ea2", 1, "ms"), ("#a23737", 2, "MB")):
        line = " ".join(at(point[0], point[column], most) for point in points)
        parts.append(f'<polyline fill="none" stroke="{colour}" stroke-width="2" points="{line}"/>')
        x, y = at(points[-1][0], points[-1][column], most).split(",")
        parts.append(f'<text x="{float(x) + 4}" y="{y}" fill="{colour}">{points[-1][column]:.0f} {what}</text>')
    for size in (points[0][0], points[-1][0]):
        x, y = at(size, 1, most).split(",")
        parts.append(f'<text x="{x}" y="{float(y) + 16}" text-anchor="middle">{size:,}</text>')
    return parts


def main() -> None:
    """Print the table and write the plot."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--to", type=Path, help="where to write the plot")
    given = parser.parse_args()
    table = Table(title="Growth")
    for heading in ("experts", "requests", "ms", "peak MB", "status"):
        table.add_column(heading, justify="right")
    by_experts = series([(experts, OF_EXPERTS) for experts in EXPERTS], table, by_requests=False)
    by_requests = series([(OF_REQUESTS, requests) for requests in REQUESTS], table, by_requests=True)
    Console().print(table)
    if given.to:
        panels = plot(by_experts, "One request, experts grow", 0)
        panels += plot(by_requests, f"{OF_REQUESTS:,} experts, requests grow", WIDTH + EDGE)
        size = f'viewBox="0 0 {2 * WIDTH + 2 * EDGE} {HEIGHT}"'
        head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif" font-size="12" role="img">'
        title = "<title>Milliseconds and megabytes over experts and over requests, logarithmic scales</title>"
        given.to.write_text("\n".join([head, title, *panels, "</svg>", ""]), encoding="utf-8")


if __name__ == "__main__":
    main()
