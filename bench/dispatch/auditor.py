"""The auditor's reading at ten times the data: `python bench/dispatch/auditor.py [--scale 10]`.

One year of heavy use is taken as 1,000 deployments with six offers each, five messages an offer, and 60 deployments
being asked at this moment; scale multiplies all of it. Each promise is asked five times; the table shows medians.
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from pathlib import Path

import psycopg
from rich.console import Console
from rich.table import Table

from app.core.clock import clock
from app.core.database import begin, close_engine
from app.core.log import start_logging
from app.core.settings import get_settings
from app.demo import machine
from app.dispatch.auditing import LOOK_BACK
from app.dispatch.promises import ALWAYS, FOLLOWED_UP, Promise, broken
from app.processes import migrate
from bench.dispatch import phones

DEPLOYMENTS, ASKING, OFFERS, MESSAGES = 1000, 60, 6, 5
TIMES = 5
FILL = (Path(__file__).parent / "years.sql").read_text()


def fill(address: str, scale: int) -> dict[str, int]:
    """Fill the database; how many rows each table has."""
    sizes = {"deployments": DEPLOYMENTS * scale, "asking": ASKING * scale, "offers": OFFERS, "messages": MESSAGES}
    tables = ("deployments", "offers", "messages", "inbound_messages", "procrastinate_jobs")
    with psycopg.connect(address.replace("+psycopg", "", 1), autocommit=True) as connection:
        phones.fill(connection, 3000)
        for statement in FILL.split(";"):
            connection.execute(statement, sizes if "%" in statement else None)  # type: ignore[arg-type]
        return {table: connection.execute(f"select count(*) from {table}").fetchone()[0] for table in tables}  # type: ignore[index]  # noqa: S608


async def timed(promises: tuple[Promise, ...], since_start: bool) -> tuple[dict[str, float], list[str]]:
    """Median milliseconds of each promise and of all in one transaction, and what is broken."""
    since = {} if since_start else {"since": clock.now() - LOOK_BACK}
    async with begin() as session:
        found = [str(each) for each in await broken(session, promises, **since)]
    table = {}
    for asked in [*((each,) for each in promises), promises]:
        took = []
        for _ in range(TIMES):
            async with begin() as session:
                began = time.perf_counter()
                await broken(session, asked, **since)
                took.append(1000 * (time.perf_counter() - began))
        table["all of them" if len(asked) > 1 else asked[0].name] = statistics.median(took)
    return table, found


async def measure(rows: dict[str, int]) -> None:
    """Print both tables."""
    console = Console()
    console.print(", ".join(f"{count:,} {name}" for name, count in rows.items()))
    for title, promises, whole in (
        ("The auditor, every minute", FOLLOWED_UP, False),
        ("rrt check, the rest", ALWAYS, True),
    ):
        took, found = await timed(promises, whole)
        table = Table("promise", "ms", title=title)
        for name, milliseconds in took.items():
            table.add_row(name, f"{milliseconds:.1f}")
        console.print(table, f"{len(found)} broken", *found[:5], sep="\n")
    await close_engine()


def main() -> None:
    """Fill and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=int, default=10)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, machine.database(Path(folder), durable=False) as address:
        machine.set_environment(address, Path(folder), web=1, simulator=2, clock=None)
        start_logging("ERROR")
        migrate()
        rows = fill(get_settings().sqlalchemy_url, options.scale)
        asyncio.run(measure(rows))


if __name__ == "__main__":
    main()
