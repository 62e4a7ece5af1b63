"""Recruiting advice against random and population-proportional recruiting, on incidents that it was not fitted to.

Run from the checkout:

    python -m bench.recruiting INCIDENTS.csv [--experts 400,1000] [--splits 5] [--trials 1] [--every 1] [--seed 1]

The incidents of the file are cut in two halves at random. Rates are estimated from one half, advice is worked out on
years invented from these rates; then the real incidents of the other half are played with the pool as it is and with 20
recruits of each way: by the sketch that the advice rests on (every split), and by the fast mode of `app/trials`, which
asks people by the service's own rules, solver, waves and texts (`--trials` splits; minutes each). The pools are half as
large as for a whole year. Papers do not end. Intervals hold nine of ten: Student's t over the splits, the ratio by
leaving out one split at a time.
"""

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from app.core.places import ZONES
from app.experts.taxonomy import MANDATORY
from app.foresight import demand, pools, recruiting, sketch
from app.foresight.printing import said
from app.seed.people import phone
from app.trials import fast
from app.trials.incidents import Incident, read
from app.trials.members import Member
from solver.problem import Expert

COUNT = 20
START = datetime(2015, 1, 1, tzinfo=UTC)
Ways = Sequence[Sequence[Expert]]
"""Recruits of each way."""
WAYS = ("ours", "by population", "at random")
console = Console(highlight=False, width=150)


@dataclass(frozen=True, slots=True)
class Found:
    """More seats filled by each way, on the same incidents with the same answers."""

    empty: int
    gains: tuple[float, ...]


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


def recruits(wish: recruiting.Wish, seed: int) -> tuple[list[list[Expert]], float]:
    """Twenty recruits of each way, and how many seconds of CPU choosing ours took."""
    began = time.process_time()
    ours = recruiting.experts_for(wish)
    took = time.process_time() - began
    population = recruiting.by_population(wish.experts, COUNT, seed * 77)
    return [ours, population, recruiting.at_random(wish.experts, COUNT, seed * 99)], took


def by_sketch(
    wish: recruiting.Wish, incidents: Sequence[Incident], ways: Sequence[Sequence[Expert]], seed: int
) -> Found:
    """Gains by the sketch."""
    cases = sketch.cases_of(incidents)
    empty = [
        sketch.play([*wish.experts, *more], cases, wish.policy, seed, recruiting.SAYS_YES).empty for more in ([], *ways)
    ]
    return Found(empty[0], tuple(float(empty[0] - one) for one in empty[1:]))


def by_trial(
    members: Sequence[Member], incidents: Sequence[Incident], ways: Sequence[Sequence[Expert]], seed: int
) -> Found:
    """Gains by the fast mode."""
    empty = []
    for more in ([], *ways):
        pool = [*members, *(as_member(one, len(members) + n) for n, one in enumerate(more, 1))]
        outcomes = fast.simulate(pool, incidents, fast.Terms(), seed=seed)
        empty.append(sum(len(one.seats) - one.filled for one in outcomes.incidents))
        console.print(f"  a trial of {len(incidents)} incidents, {len(pool)} people: {empty[-1]} seats empty")
    return Found(empty[0], tuple(float(empty[0] - one) for one in empty[1:]))


def table(title: str, found: Sequence[Found]) -> None:
    """Print the comparison."""
    shown = Table("Way", "Seats more", "Times by population", title=title)
    for number, way in enumerate(WAYS):
        gains = [one.gains[number] for one in found]
        ratio = recruiting.ratio_of(gains, [one.gains[1] for one in found])
        shown.add_row(way, said(recruiting.interval(gains)), said(ratio, 2) if ratio else "by population: none")
    console.print(shown)
    console.print(f"Empty as it is: {said(recruiting.interval([one.empty for one in found]), 0)} seats.")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("incidents", type=Path)
    parser.add_argument("--experts", default="400,1000")
    parser.add_argument("--splits", type=int, default=5)
    parser.add_argument("--trials", type=int, default=1)
    parser.add_argument("--every", type=int, default=1, help="only every so many-th incident of the file")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--no-leaders", action="store_true", help="people able to lead cannot be looked for")
    given = parser.parse_args()
    incidents = read(given.incidents, seed=given.seed)[:: given.every]
    for size in map(int, given.experts.split(",")):
        members = [lasting(one) for one in pools.of_nobody(size, given.seed + 1, START)]
        sketched: list[Found] = []
        tried: list[Found] = []
        times: list[float] = []
        for split in range(given.seed, given.seed + given.splits):
            fitted, other = recruiting.halves(incidents, split)
            wish = recruiting.Wish(
                pools.experts_of(members), demand.estimate(fitted), count=COUNT, seed=split,
                may_lead=not given.no_leaders,
            )  # fmt: skip
            ways, took = recruits(wish, split)
            times.append(took)
            sketched.append(by_sketch(wish, other, ways, split))
            if len(tried) < given.trials:
                tried.append(by_trial(members, other, ways, split))
        many = f"{size:,} people, {COUNT} recruits, {len(incidents) - len(incidents) // 2} incidents not fitted to"
        table(f"{many}, by the sketch, {given.splits} splits", sketched)
        if tried:
            table(f"{many}, by the fast mode, {given.trials} splits", tried)
        console.print(f"Choosing the recruits took {said(recruiting.interval(times), 0)} s of CPU.\n")


if __name__ == "__main__":
    main()
