"""Every page's server time, size and statements with a full house; the board's first load, shifts and live changes.

`python -m bench.pages [REQUESTS] [EXPERTS] [ROUNDS]`: the real processes on a database of their own, requests in every
state, made through the API. "Work" is this process's CPU in the application called without a network; "here" is the
clock over it; "HTTP" is the clock over the running service, headers to last byte. All are medians.
"""

import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Page, sync_playwright
from sqlalchemy import event

from app.core.database import close_engine, engine
from app.core.postgres import EmbeddedPostgres
from app.main import create_app
from app.seed.cities import CITIES
from app.seed.filling import DEMO_PASSWORD
from tests.browser import house as at_the_house
from tests.browser.conftest import EMAILS, FLAGS
from tests.browser.house import House, open_house
from tests.browser.states import PAGES, REFUSED, make
from tests.postgres import migrate
from tools.find_browser import found

STAGES = (("files", 7), ("recommends", 4), ("proposes", 4), ("asks", 4), ("confirms", 1))
"""How many of twenty requests go how far."""
SHIFTS = """window.shifted = 0; new PerformanceObserver(list => {
  for (const one of list.getEntries()) if (!one.hadRecentInput) window.shifted += one.value;
}).observe({type: "layout-shift", buffered: true});"""

WATCH = """() => {
  const ids = () => [...document.querySelectorAll("tr[id^='r-']")].map(row => row.id);
  const known = new Set(ids());
  window.rowAt = new Promise(done => new MutationObserver(() => ids().some(id => !known.has(id)) && done(Date.now()))
    .observe(document.getElementById("board"), {childList: true, subtree: true, attributeFilter: ["id"]}));
}"""
"""Remembers when a row is there that was not: the board shows 200, so a new one may take the place of the oldest."""


def fill(house: House, requests: int) -> None:
    """So many open requests, all over the country and in every state."""
    at_the_house.PATIENCE_S = 300  # two hundred teams want the solver at once
    kinds = [name for name, count in STAGES for _ in range(count)]

    def one(number: int) -> None:
        city = CITIES[number % len(CITIES)]
        reference = house.files(city=city.name, state=city.state, priority="urgent", days=2)
        kind = kinds[number % len(kinds)]
        if kind != "files":
            getattr(house, kind)(reference)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(one, range(requests)))


def _client(house: House, who: str) -> httpx.Client:
    client = httpx.Client(base_url=house.base, follow_redirects=True, timeout=60)
    if who != "nobody":
        client.post("/sign-in", data={"email": EMAILS[who], "password": DEMO_PASSWORD}).raise_for_status()
    return client


@contextmanager
def _counted() -> Iterator[list[str]]:
    """The statements that this process sends."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        sent.append(statement)

    event.listen(engine().sync_engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine().sync_engine, "before_cursor_execute", note)


async def _inside(paths: dict[str, tuple[str, httpx.Client]], rounds: int) -> dict[str, tuple[float, float, int]]:
    """Page to milliseconds of CPU, milliseconds by the clock, and statements."""
    told = {}
    transport = httpx.ASGITransport(create_app())
    for name, (path, outside) in paths.items():
        cookies = dict(outside.cookies)
        async with httpx.AsyncClient(transport=transport, base_url=str(outside.base_url), cookies=cookies) as client:
            await client.get(path)
            works, clocks = [], []
            with _counted() as sent:
                for _ in range(rounds):
                    work, began = time.process_time(), time.perf_counter()
                    await client.get(path)
                    works.append(1000 * (time.process_time() - work))
                    clocks.append(1000 * (time.perf_counter() - began))
            told[name] = statistics.median(works), statistics.median(clocks), len(sent) // rounds
    await close_engine()
    return told


def _outside(client: httpx.Client, path: str, rounds: int) -> tuple[float, int, int]:
    """Milliseconds, bytes on the wire, bytes of the page."""
    took, wire, whole = [], 0, 0
    for _ in range(rounds):
        began = time.perf_counter()
        with client.stream("GET", path) as answer:
            raw = sum(len(part) for part in answer.iter_raw())
        took.append(1000 * (time.perf_counter() - began))
        wire = raw
    whole = len(client.get(path).content)
    return statistics.median(took), wire, whole


def table(house: House, states: dict[str, str], rounds: int) -> list[str]:
    """Print the page table. Returns: the pages over 100 ms of work; the clock counts other processes too."""
    clients: dict[str, httpx.Client] = {}
    paths = {}
    for name, (path, people) in PAGES.items():
        if name not in REFUSED:
            client = clients.setdefault(people[0], _client(house, people[0]))
            paths[name] = path.format_map(states), client
    inside = asyncio.run(_inside(paths, rounds))
    print("| page | statements | work, ms | here, ms | HTTP, ms | kB | kB on the wire |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for name, (path, client) in paths.items():
        work, here, statements = inside[name]
        http, wire, whole = _outside(client, path, rounds)
        print(
            f"| {name} | {statements} | {work:.0f} | {here:.0f} | {http:.0f} | {whole / 1000:.0f} | {wire / 1000:.1f} |"
        )
    return [name for name, (work, _, _) in inside.items() if work > 100]


def _first_load(page: Page, path: str) -> dict[str, float]:
    """Kilobytes by kind of file, as they came over the wire, with an empty cache."""
    session, bytes_of, kinds = page.context.new_cdp_session(page), dict[str, float](), dict[str, str]()
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    session.on("Network.responseReceived", lambda told: kinds.update({told["requestId"]: told["type"]}))

    def done(told: dict[str, Any]) -> None:
        kind = kinds.get(told["requestId"], "Other")
        bytes_of[kind] = bytes_of.get(kind, 0) + told["encodedDataLength"] / 1000

    session.on("Network.loadingFinished", done)
    page.goto(path)
    page.wait_for_timeout(1500)
    return bytes_of


def _live(page: Page, change: Callable[[], Any], times: int) -> list[float]:
    """Milliseconds from the answer of the API, thus after the commit, to the row on the screen."""
    took = []
    for _ in range(times):
        page.wait_for_timeout(700)
        page.evaluate(WATCH)
        change()
        committed_ms = time.time() * 1000
        took.append(page.evaluate("window.rowAt") - committed_ms)
    return took


def at_the_browser(house: House, states: dict[str, str]) -> None:
    """Print what a browser sees: weights, shifts, and how fast a change is there."""
    path = found()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        context = browser.new_context(base_url=house.base, viewport={"width": 1440, "height": 900})
        context.set_default_timeout(60_000)
        context.add_init_script(SHIFTS)
        page = context.new_page()
        page.goto("/sign-in")
        page.get_by_label("E-mail").fill(EMAILS["recommender"])
        page.get_by_label("Password").fill(DEMO_PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/desk")
        weights = _first_load(page, "/desk")
        shown = ", ".join(f"{kind.lower()} {size:.0f}" for kind, size in sorted(weights.items()))
        print(f"board, first load without fonts: {sum(weights.values()) - weights.get('Font', 0):.0f} kB ({shown})")
        for name in ("board", "request-asked", "timeline", "map", "experts"):
            page.goto(PAGES[name][0].format_map(states))
            page.wait_for_timeout(1500)
            print(f"layout shift, {name}: {page.evaluate('window.shifted'):.4f}")
        page.goto("/desk")
        page.wait_for_timeout(2000)
        took = sorted(_live(page, house.files, 7))
        print(f"change to screen, ms: median {took[3]:.0f}, all {[round(one) for one in took]}")
        print(f"layout shift, board while live: {page.evaluate('window.shifted'):.4f}")
        browser.close()


def main(requests: int = 200, experts: int = 2000, rounds: int = 9) -> int:
    """Measure and print; 1 when a page needs more than 100 ms of work."""
    with tempfile.TemporaryDirectory() as folder, EmbeddedPostgres(Path(folder) / "pg") as server:
        address = server.ensure_database("rrt_bench")
        migrate(address)
        with open_house(address, Path(folder) / "house", experts=experts) as house:
            states = make(house)
            began = time.monotonic()
            fill(house, requests - len(house.parts["intake"].get("/requests?limit=200")["items"]))
            print(
                f"{requests} requests, {experts} experts, {os.cpu_count()} cores, in {time.monotonic() - began:.0f} s\n"
            )
            slow = table(house, states, rounds)
            print()
            at_the_browser(house, states)
            print(f"over 100 ms: {', '.join(slow) or 'none'}")
            return int(bool(slow))


if __name__ == "__main__":
    sys.exit(main(*[int(each) for each in sys.argv[1:]]))
