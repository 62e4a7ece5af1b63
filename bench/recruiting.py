"""Recruiting advice against random and population-proportional recruiting, on incidents that it was not fitted to.

Run from the checkout:

    python -m bench.recruiting INCIDENTS.csv [--experts 400,1000] [--every 1,2,4] [--splits 5] [--trials 1] [--seed 1]

The incidents of the file are cut in two halves at random. Rates are estimated from one half, advice is worked out on
years invented from these rates; then the real incidents of the other half are played with the pool as it is and with 20
recruits of each way: by the sketch that the advice rests on (every split), and by the fast mode of `app/trials`, which
asks people by the service's own rules, solver, waves and texts (`--trials` splits; minutes each). In every split the
answers are the same for all ways (common random numbers), and the other ways are drawn `--others` times and their mean
is taken, so that one lucky draw does not decide. Papers do not end. Intervals: 95 %, Student's t over the splits, the
ratio by leaving out one split at a time. Splits are of one file, so they are less independent than new years would be.
"""

import argparse
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from app.core.places import ZONES
from app.experts.taxonomy import MANDATORY
from app.foresight import demand, other_ways, pools, recruiting, sketch
from app.foresight.advice import Wish
from app.foresight.kinds import SAYS_YES
from app.foresight.printing import said
from app.seed.people import phone
from app.trials import fast
from app.trials.incidents import Incident, read
from app.trials.intervals import interval_of, ratio_of
from app.trials.members import Member
from solver.problem import Expert

COUNT = 20
START = datetime(2015, 1, 1, tzinfo=UTC)
Ways = Sequence[Sequence[Sequence[Expert]]]
"""Recruits of each way: ours once, the others drawn several times."""
WAYS = ("ours", "by population", "at random")
console = Console(highlight=False, width=150)


@dataclass(frozen=True, slots=True)
class Found:
    """What each way adds on the same incidents with the same answers: seats filled, teams complete."""

    seats: int
    empty: int
    incomplete: int
    gains: tuple[tuple[float, float], ...]


def halves(incidents: Sequence[Incident], seed: int) -> tuple[list[Incident], list[Incident]]:
    """Incidents in two halves at random: one to learn from, one that nothing is fitted to."""
    order = np.random.default_rng(seed).permutation(len(incidents)).tolist()
    middle = len(order) // 2
    return [incidents[n] for n in order[:middle]], [incidents[n] for n in order[middle:]]


def lasting(member: Member) -> Member:
    """The same person with papers that do not end, those lapsed today renewed."""
    held = tuple((kind, state, None) for kind, state, _ in member.credentials)
    return replace(member, credentials=held)


def as_member(expert: Expert, number: int) -> Member:
    """A recruit as a member of the pool, for the fast mode."""
    licences = tuple(("lcsw", state, None) for state in sorted(expert.licences))
    return Member(
        id=number, name=expert.name, disciplines=tuple(sorted(expert.disciplines)), latitude=expert.place.latitude,
        longitude=expert.place.longitude, city="Home", state=expert.place.state, time_zone=ZONES[expert.place.state],
        expertise=dict(expert.expertise), languages=dict(expert.languages), is_leader=expert.is_leader,
        is_mentor=expert.is_mentor, past_deployments=int(expert.is_experienced), phones=(phone(number * 2),),
        credentials=(*((kind, None, None) for kind in sorted(MANDATORY)), *licences),
    )  # fmt: skip


def recruits(wish: Wish, seed: int, others: int) -> tuple[Ways, float]:
    """Twenty recruits of each way, and how many seconds of CPU choosing ours took."""
    began = time.process_time()
    ours = recruiting.experts_for(wish)
    took = time.process_time() - began
    seeds = [seed * 1000 + n for n in range(others)]
    population = [other_ways.by_population(wish.experts, COUNT, one * 77) for one in seeds]
    return [[ours], population, [other_ways.at_random(wish.experts, COUNT, one * 99) for one in seeds]], took


Played = Callable[[Sequence[Expert]], tuple[int, int, int]]
"""More people to seats, empty ones and incomplete teams."""


def found_by(played: Played, ways: Ways) -> Found:
    """What each way adds; of a way that was drawn several times, the mean."""
    seats, empty, incomplete = played(())
    gains = []
    for draws in ways:
        after = [played(more) for more in draws]
        gains.append(
            (empty - float(np.mean([one[1] for one in after])), incomplete - float(np.mean([one[2] for one in after])))
        )
    return Found(seats, empty, incomplete, tuple(gains))


def sketching(wish: Wish, incidents: Sequence[Incident], seed: int) -> Played:
    """By the sketch."""
    cases = sketch.cases_of(incidents, wish.within_hours)

    def played(more: Sequence[Expert]) -> tuple[int, int, int]:
        year = sketch.play([*wish.experts, *more], cases, wish.policy, seed, SAYS_YES)
        return year.seats, year.empty, len(year.gaps)

    return played


def trying(members: Sequence[Member], incidents: Sequence[Incident], seed: int) -> Played:
    """By the fast mode."""

    def played(more: Sequence[Expert]) -> tuple[int, int, int]:
        pool = [*members, *(as_member(one, len(members) + n) for n, one in enumerate(more, 1))]
        found = fast.simulate(pool, incidents, fast.Terms(), seed=seed).incidents
        empty = [len(one.seats) - one.filled for one in found]
        return sum(len(one.seats) for one in found), sum(empty), sum(map(bool, empty))

    return played


def table(title: str, found: Sequence[Found]) -> None:
    """Print the comparison."""
    shown = Table("Way", "Seats more", "Ours, times", "Teams more", "Ours, times", title=title)
    for number, way in enumerate(WAYS):
        cells = []
        for what in (0, 1):
            ours, theirs = ([one.gains[n][what] for one in found] for n in (0, number))
            cells += [said(interval_of(theirs)), said(ratio_of(ours, theirs), 2) if number else ""]
        shown.add_row(way, *cells)
    console.print(shown)
    empty, incomplete = interval_of([one.empty for one in found]), interval_of([one.incomplete for one in found])
    seats = interval_of([one.seats for one in found])
    console.print(
        f"As it is: {said(empty, 0)} of {seats.mean:,.0f} seats empty, {said(incomplete, 0)} teams incomplete."
    )


def compared(given: argparse.Namespace, incidents: Sequence[Incident], size: int) -> None:
    """Print the tables of one pool and one file."""
    members = [lasting(one) for one in pools.of_nobody(size, given.seed + 1, START)]
    sketched: list[Found] = []
    tried: list[Found] = []
    times: list[float] = []
    for split in range(given.seed, given.seed + given.splits):
        fitted, other = halves(incidents, split)
        wish = Wish(
            pools.experts_of(members), demand.estimate(fitted), count=COUNT, seed=split,
            may_lead=not given.no_leaders, within_hours=given.within,
        )  # fmt: skip
        ways, took = recruits(wish, split, given.others)
        times.append(took)
        sketched.append(found_by(sketching(wish, other, split), ways))
        if len(tried) < given.trials:
            tried.append(found_by(trying(members, other, split), ways))
            console.print(f"  a trial: {tried[-1]}")
    many = f"{size:,} people, {COUNT} recruits, {len(incidents) - len(incidents) // 2} incidents not fitted to"
    table(f"{many}, by the sketch, {given.splits} splits", sketched)
    if tried:
        table(f"{many}, by the fast mode, {len(tried)} splits", tried)
    console.print(f"Choosing the recruits took {said(interval_of(times), 0)} s of CPU.\n")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("incidents", type=Path)
    parser.add_argument("--experts", default="400,1000")
    parser.add_argument("--splits", type=int, default=5)
    parser.add_argument("--trials", type=int, default=1)
    parser.add_argument("--others", type=int, default=3, help="draws of each other way")
    parser.add_argument("--every", default="1", help="only every so many-th incident of the file")
    parser.add_argument("--within", type=int, help="hours to be on site")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--no-leaders", action="store_true", help="people able to lead cannot be looked for")
    given = parser.parse_args()
    whole = read(given.incidents, seed=given.seed)
    for size in map(int, given.experts.split(",")):
        for every in map(int, given.every.split(",")):
            compared(given, whole[::every], size)


if __name__ == "__main__":
    main()
