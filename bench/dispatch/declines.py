"""From a no to the next person's text in the carrier's hands: `python -m bench.dispatch.declines`.

A real pool, real rosters, real web and worker processes; every no is a signed webhook, one at a time. Each seat is
offered to one person at a time (`RRT_WAVES=false`): with waves the next person has often been asked already, and a no
then asks nobody more.
"""

import argparse
import asyncio
import os
import statistics
import tempfile
import time
from datetime import timedelta
from pathlib import Path

import httpx
import psycopg
from rich.console import Console
from rich.table import Table

from app.core import sealing
from app.core.clock import Clock, clock
from app.core.log import start_logging
from app.core.postgres import EmbeddedPostgres
from app.core.settings import get_settings
from app.demo import machine, people
from app.processes import migrate
from bench.chaos.__main__ import START
from bench.chaos.desk import Desk
from bench.chaos.plan import Filing
from bench.dispatch.carrier import Carrier
from bench.dispatch.town import Phones, running

QUESTIONS = ("RRT: Can you go", "RRT: ¿Puede ir")
SETTLED_S = 1.5


def _filing(number: int) -> Filing:
    form = {
        "incident_type": "mass_shooting", "city": "Harlan Ridge", "state": "CO", "priority": "immediate", "days": 2,
        "summary": f"Bench {number}", "contact_name": "Ellen Marsh", "contact_phone": "719-555-0142",
        "contact_email": "chief@harlanridge.example",
    }  # fmt: skip
    return Filing(0.0, "T2", None, form, timedelta(hours=40, days=4 * number))


def _open_offer() -> tuple[str, str] | None:
    """Number and code of an offer that waits for its answer, in the deployment with most of them."""
    query = (
        "select c.number, o.code from offers o join contacts c on c.expert_id = o.expert_id and c.kind = 'mobile'"
        " where o.state = 'contacting' and c.texts_stopped_at is null order by o.asked_at, o.id limit 1"
    )
    with psycopg.connect(get_settings().libpq_url) as connection:
        row = connection.execute(query).fetchone()
    return None if row is None else (sealing.unseal(row[0]), str(row[1]))


async def measure(carrier: Carrier, count: int) -> tuple[list[float], int]:
    """Milliseconds from a no to the next question of `count` people who say no, and how many asked nobody more."""
    phones, took, nobody = Phones("no"), [], 0
    async with httpx.AsyncClient(timeout=30, trust_env=False) as client:
        while len(took) < count and nobody < count:
            offer = _open_offer()
            if offer is None:
                break
            number, code = offer
            before, began = len(carrier.handed), time.monotonic()
            await phones.text(client, number, f"NO {code}")
            asked = None
            while asked is None and time.monotonic() - began < 20:
                new = [handed for handed in carrier.handed[before:] if handed.body.startswith(QUESTIONS)]
                asked = new[0] if new else None
                await asyncio.sleep(0.002)
            if asked is None:
                nobody += 1
            else:
                took.append(1000 * (asked.at - began))
            await asyncio.sleep(SETTLED_S)
    return took, nobody


def main() -> None:
    """Fill, ask, decline, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=40)
    parser.add_argument("--experts", type=int, default=1500)
    parser.add_argument("--teams", type=int, default=4)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, EmbeddedPostgres(Path(name) / "postgres") as server:
        start_logging("ERROR")
        folder, carrier, web = Path(name), Carrier(), machine.free_port(0)
        server.ensure_database("rrt")
        clock.follow(Clock(1.0, time.time(), START.timestamp()))  # a working day, whenever this is run
        machine.set_environment(server.url("rrt"), folder, web=web, simulator=carrier.port, clock=clock)
        os.environ |= {"RRT_TEXTS_PER_SECOND": "1000", "RRT_LOG_LEVEL": "ERROR", "RRT_WAVES": "false"}
        get_settings.cache_clear()
        migrate()
        cast = asyncio.run(people.gather(experts=options.experts, seed=1))
        with running(folder, web):
            desk = Desk(f"http://127.0.0.1:{web}", f"http://127.0.0.1:{carrier.port}", cast.keys)
            for number in range(options.teams):
                desk.files(_filing(number))
            time.sleep(5)
            took, nobody = asyncio.run(measure(carrier, options.count))
    table = Table(
        "from the no to", "median", "p95", "most", title=f"{len(took)} declines, {options.experts} experts, ms"
    )
    p95 = statistics.quantiles(took, n=20)[18] if len(took) > 1 else took[0]
    table.add_row("the next question handed over", f"{statistics.median(took):.0f}", f"{p95:.0f}", f"{max(took):.0f}")
    Console(width=100).print(table, f"{nobody} asked nobody more within 20 s")


if __name__ == "__main__":
    main()
