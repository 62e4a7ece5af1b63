"""`rrt replay`: a file of incidents through the service, its jobs and the simulated people, with a clock that jumps.

`stretch.py` plays, `year.py` has stretches of the year played beside each other; here the files are read, and the
report is written.
"""

import asyncio
import hashlib
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.exc import OperationalError

from app import rooms
from app.core.clock import clock
from app.core.database import begin, close_engine
from app.foresight.demand import some_invented
from app.replay import report
from app.replay.entering import BadPool, read_pool
from app.replay.showing import console
from app.replay.stretch import STARTS_BEFORE, Way
from app.replay.year import played
from app.seed.people import people as invent
from app.trials import reading as present
from app.trials.incidents import BadFile, Incident, read
from app.trials.members import Member, invented, renewed


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be replayed.

    Args:
        file: of incidents.
        pool: a CSV file of experts; None: invented, or the present pool.
        is_current: the pool of the configured database, without its names and numbers.
        experts: how many are invented.
        seed: of hours, invented people and answers.
        limit: only the first so many rows; 0: all.
        skip_unknown_places: leave out rows whose place is not on the map.
        goes_home: teams come home, rest and carry exposure.
        renews: papers that are valid at the beginning are renewed; else they lapse on their days.
        stretches: in how many parts, played beside each other; 0: three for two cores.
        keep_every: after so many requests, and as soon as nobody is about to answer, it is kept, to go on from there.
        data: the folder under which the replay keeps its database and its report.
        fresh: begin anew, whatever was kept.
    """

    file: Path
    data: Path
    pool: Path | None = None
    is_current: bool = False
    experts: int = 2000
    seed: int = 0
    limit: int = 0
    skip_unknown_places: bool = False
    goes_home: bool = True
    renews: bool = True
    keep_every: int = 120
    stretches: int = 0
    fresh: bool = False


def run(asked: Asked) -> int:
    """Replay, and write the report; a replay that was interrupted goes on from where it was kept.

    Returns:
        0, or 2 when a file cannot be used; then nothing was loaded.
    """
    try:
        incidents = read(asked.file, seed=asked.seed, limit=asked.limit, skip_unknown_places=asked.skip_unknown_places)
        members = _members(asked, incidents)
    except BadFile as bad:
        _complain(str(asked.file), bad)
        return 2
    except BadPool as bad:
        _complain(str(asked.pool or "The present pool"), bad)
        return 2
    except OperationalError:
        console.print("[red]The present pool cannot be read: its database does not answer.[/]")
        return 2
    folder = asked.data.resolve() / f"replay-{_mark(asked, incidents, members)}"
    if asked.fresh and folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    way = Way(asked.seed, goes_home=asked.goes_home, keep_every=asked.keep_every)
    outcomes = played(incidents, members, folder, way, asked.stretches)
    about = report.About(
        asked.file.name, _pool_words(asked), asked.seed, len(members), asked.goes_home, asked.renews,
        some_invented(incidents),
    )  # fmt: skip
    report.write(folder, outcomes, about)
    report.show(console, outcomes, wall_s=time.monotonic() - started)
    console.print(f"Report: {folder / 'report.html'}\nAs data: {folder / 'report.json'}")
    return 0


def _complain(what: str, bad: BadFile | BadPool) -> None:
    console.print(f"[red]{what} cannot be used; nothing was loaded.[/]")
    if not bad.bad:
        console.print("  Nobody is in it who can be asked.")
    for row in bad.bad:
        console.print(f"  line {row.line}: {row.why}", markup=False)
    if isinstance(bad, BadFile) and bad.could_be_left_out:
        console.print("Leave out rows of unknown places with --skip-unknown-places.")


def _members(asked: Asked, incidents: Sequence[Incident]) -> list[Member]:
    """The pool; papers are judged by today, those of an invented pool by the day before the first incident."""
    first, last, today = incidents[0].filed_at, incidents[-1].filed_at.date(), clock.now()
    if asked.pool is not None:
        found = read_pool(asked.pool)
    elif asked.is_current:
        found = asyncio.run(_present())
    else:
        today = first - STARTS_BEFORE
        found = invented(invent(asked.experts, asked.seed + 1, today))
    if not asked.renews:
        return found
    return renewed(found, today=today.date(), first=(first - STARTS_BEFORE).date(), last=last)


async def _present() -> list[Member]:
    rooms.load_jobs()
    try:
        async with begin(only_reads=True) as session:
            found = await present.pool(session)
    finally:
        await close_engine()
    if not found:
        raise BadPool(())
    return found


def _pool_words(asked: Asked) -> str:
    if asked.pool is not None:
        return f"the pool of {asked.pool.name}"
    return "the present pool" if asked.is_current else "an invented pool (synthetic)"


def _mark(asked: Asked, incidents: Sequence[Incident], members: Sequence[Member]) -> str:
    """The same inputs have the same folder, so that the same command goes on."""
    whole = repr((incidents, members, asked.seed, asked.goes_home)).encode()
    return hashlib.sha256(whole).hexdigest()[:10]
