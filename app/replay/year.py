"""A whole file of incidents, in stretches that are played beside each other, three at once for two cores.

Who is asked depends on all that was before, so only the first stretch can simply begin. The others begin with the past
of a trial in memory (`app/trials/fast.py`), which comes to the same end as the service in a fraction of the time. That
is not believed but seen: what a stretch really ended with must be, to the last question and moment, what the next one
began with; where it is not, the next one is played again, from what really was.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import replace
from datetime import datetime
from multiprocessing import get_context
from multiprocessing.queues import SimpleQueue
from pathlib import Path
from threading import Thread

from app.core.leash import stop_with_parent
from app.replay.driver import Progress
from app.replay.showing import Shown
from app.replay.stretch import Played, Script, Stretch, Told, Way, play
from app.trials.fast import Terms, Trial
from app.trials.incidents import Incident
from app.trials.members import Member
from app.trials.outcomes import IncidentOutcome, Outcomes
from app.trials.past import Past, past_of
from app.trials.years import cores

FOR_TWO_CORES = 3
"""Stretches at once: each waits for its database, or that for it, about a fourth of its time."""
LEAST = 60
"""Incidents, fewer than which are worth no stretch of their own: each starts a database and a service."""
News = tuple[int, int, datetime, bool]
"""First incident of a stretch, how many are filed, what its clock shows, and whether that is kept."""


def played(
    incidents: Sequence[Incident], members: Sequence[Member], folder: Path, way: Way, stretches: int = 1
) -> Outcomes:
    """Replay incidents against a pool, from where it was kept last.

    Args:
        incidents: in the order of filing.
        members: the pool.
        folder: the replay's own.
        way: how.
        stretches: in how many parts; 0: by the cores, where there is enough to do. It changes nothing but the time it
            takes.
    """
    script = Script(incidents, members, way)
    count = stretches or min(at_once(), max(1, len(incidents) // LEAST))
    with Shown(len(incidents)) as shown:
        if count == 1:
            only = Stretch(0, len(incidents))
            found = [play(only, script, folder, _telling(only, shown.told))]
        else:
            shown.says("A first pass in memory, to see where the year can be parted ...")
            found = beside(parted(script, count), script, folder, shown)
    return Outcomes(way.seed, tuple(sorted(member.id for member in members)), tuple(_joined(found)))


def at_once() -> int:
    """How many stretches this machine plays at once."""
    return -(-cores() * FOR_TWO_CORES // 2)


def parted(script: Script, count: int) -> Iterator[Stretch]:
    """So many stretches of about one length, each as soon as it is known, but the first with the past of a trial.

    A year can be parted where nobody is about to be asked or to answer, before nearly every second incident.
    """
    incidents, way = script.incidents, script.way
    trial = Trial(script.members, incidents, Terms(mix=way.mix, goes_home=way.goes_home), way.seed)
    first, ended = 0, 0
    past: Past | None = None
    for number in range(len(incidents)):
        if ended == count - 1:
            break
        trial.reach(number)
        if number >= max(1, len(incidents) * (ended + 1) // count) and trial.is_quiet:
            yield Stretch(first, number, past)
            first, past, ended = number, past_of(trial), ended + 1
        trial.file(number)
    yield Stretch(first, len(incidents), past)


def beside(parts: Iterable[Stretch], script: Script, folder: Path, shown: Shown) -> list[Played]:
    """Play stretches in processes of their own, and see each seam hold.

    Args:
        parts: which follow each other. Each is begun as soon as it is there.
        script: what is played.
        folder: the replay's own.
        shown: is told how far they are.
    """
    context = get_context("spawn")
    news: SimpleQueue[News | None] = context.SimpleQueue()
    listener = Thread(target=_listen, args=(news, shown), daemon=True)
    listener.start()
    with ProcessPoolExecutor(
        at_once(),
        mp_context=context,
        initializer=_begin,
        initargs=(os.getpid(), news),
        max_tasks_per_child=1,
    ) as pool:

        def ask(part: Stretch, name: str) -> Future[Played]:
            return pool.submit(_play, part, folder / name, script)

        under_way = [(part, ask(part, _name(part))) for part in parts]
        found: list[Played] = []
        for part, running in under_way:
            got = running.result()
            if found and found[-1].end != part.past:
                again = replace(part, past=found[-1].end)
                shown.says(f"Incidents {part.first + 1:,} to {part.last:,} began with another past: played again.")
                got = ask(again, f"{_name(part)}-again").result()
            found.append(got)
    news.put(None)
    listener.join()
    return found


def _name(part: Stretch) -> str:
    return f"from-{part.first}-to-{part.last}"


def _joined(found: Sequence[Played]) -> list[IncidentOutcome]:
    """All incidents; when somebody was rested is known only in the last stretch."""
    rests = found[-1].rests
    return [
        replace(
            one,
            seats=tuple(
                replace(seat, rested_at=rests[one.number, seat.number]) if seat.expert_id is not None else seat
                for seat in one.seats
            ),
        )
        for part in found
        for one in part.outcomes
    ]


def _listen(news: "SimpleQueue[News | None]", shown: Shown) -> None:
    while (told := news.get()) is not None:
        shown.told(*told)


# In the processes of the stretches

_NEWS: list["SimpleQueue[News | None]"] = []


def _begin(parent: int, news: "SimpleQueue[News | None]") -> None:
    stop_with_parent(parent)
    _NEWS.append(news)


def _play(stretch: Stretch, folder: Path, script: Script) -> Played:
    folder.mkdir(exist_ok=True)
    return play(stretch, script, folder, _telling(stretch, lambda *told: _NEWS[0].put(told)))


def _telling(stretch: Stretch, tell: Callable[[int, int, datetime, bool], None]) -> Told:
    """What a stretch tells, no oftener than it files."""
    last = stretch.first

    def told(at: Progress, is_kept: bool) -> None:
        nonlocal last
        if at.moment is not None and (at.filed != last or is_kept):
            last = at.filed
            tell(stretch.first, at.filed, at.moment, is_kept)

    return told
