"""Ways to call a team out, on the same people with the same answers: who is full when, and how many are disturbed.

Run from the checkout: `python -m bench.solver.callout [--incidents FILE.csv] [--runs 500] [--experts 2000] [--seed 1]`.

The setting of the first table: 6 seats, 12 ranked candidates each, nobody in two lists; true chance of yes of an answer
uniform in 0.3-0.8; 8 % never answer; answer time lognormal, median 8 min, spread 1; deadline 60 min; fit 100 minus 4.5
for each rank. The planner does not know the true chances: it has 0 to 12 earlier answers of each person, through
`solver.chances`. With --incidents, the second table: each row of the file is a request in the replay's way (T1 two
seats, T2 seven, T3 twelve), its seats ranked by the solver's survey of a synthetic pool, so that people are in several
lists and a yes can be moved. Everybody else's way gives a seat to its first yes.

"Surplus" is every yes of somebody asked that found no seat, whenever it came. "Clairvoyant" asks exactly the best team
of those who will say yes in time. The last table: chances said before against what came true.
"""

import argparse
import heapq
import statistics
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import count
from math import inf
from pathlib import Path
from random import Random

from rich.console import Console
from rich.table import Table

from app.deployments.teams import TEAMS, wishes
from app.trials import incidents
from bench.solver.pool import DAY, NOW, a_pool
from solver.chances import Asked, Chance, Circumstances, Habits, chance_of
from solver.moving import seat_yes
from solver.pool import Pool
from solver.problem import Place, Position, Request, Span
from solver.problem import Policy as SolverPolicy
from solver.survey import Seats, survey
from solver.waves import CallOut, Pending, Policy, Seat, plan

DEADLINE = 60.0
HABITS = Habits()
NEVER = 0.08
LISTED = 12


@dataclass(frozen=True, slots=True)
class World:
    """One call-out: seats with their lists, what each person will say and when, and what the planner believes."""

    seats: tuple[Seat, ...]
    fit: Mapping[tuple[int, int], float]
    """Of (person, seat)."""
    says: Mapping[int, bool]
    after: Mapping[int, float]
    """Minutes from question to answer; infinite: never."""
    believed: Mapping[int, Chance]

    def lists(self) -> dict[int, list[int]]:
        """Seat to its candidates, the best first."""
        return {seat.id: list(seat.ranked) for seat in self.seats}

    def fits(self) -> dict[int, list[int]]:
        """Person to the seats whose lists name her, her best first."""
        found: dict[int, list[int]] = {}
        for seat in self.seats:
            for person in seat.ranked:
                found.setdefault(person, []).append(seat.id)
        return {p: sorted(seats, key=lambda s: -self.fit[p, s]) for p, seats in found.items()}


@dataclass(slots=True)
class Outcome:
    """What one way came to."""

    full_at: float
    asked: int
    surplus: int
    fit: float


class Desk:
    """Plays one world: asks, lets answers come, seats the first yes, counts.

    Args:
        world: who would say what.
        moves: whether a yes may be seated by moving others (ours), or only in the seat it was asked for.
    """

    def __init__(self, world: World, *, moves: bool) -> None:
        self.world, self.moves = world, moves
        self.now = 0.0
        self.asked: dict[int, tuple[int, float]] = {}
        self.answered: set[int] = set()
        self.seating: dict[int, int] = {}
        self.full_at = inf
        self._events: list[tuple[float, int, str, int]] = []
        self._order = count()
        self._fits = world.fits()

    def ask(self, person: int, seat: int) -> None:
        """The question goes out now."""
        self.asked[person] = (seat, self.now)
        if (at := self.now + self.world.after[person]) < inf:
            heapq.heappush(self._events, (at, next(self._order), "answer", person))

    def wake(self, minutes: float, what: int = 0) -> None:
        """Call the way again so many minutes from now."""
        heapq.heappush(self._events, (self.now + minutes, next(self._order), "wake", what))

    def open(self) -> list[int]:
        """Seats nobody has yet."""
        return [seat.id for seat in self.world.seats if seat.id not in self.seating]

    def next_for(self, seat: int) -> int | None:
        """The best who was not asked."""
        return next((p for p in self.world.lists()[seat] if p not in self.asked), None)

    def waiting(self) -> list[int]:
        """Asked, and no answer yet."""
        return [person for person in self.asked if person not in self.answered]

    def _seat(self, person: int) -> None:
        seat = self.asked[person][0]
        if self.moves:
            self.seating = seat_yes(self.seating, self._fits, person) or self.seating
        elif seat not in self.seating:
            self.seating[seat] = person
        if not self.open() and self.full_at == inf:
            self.full_at = self.now

    def play(self, way: Callable[["Desk", str, int], None]) -> Outcome:
        """Run to the deadline."""
        way(self, "start", 0)
        while self._events and self._events[0][0] <= DEADLINE and self.full_at == inf:
            self.now, _, kind, what = heapq.heappop(self._events)
            if kind == "answer":
                self.answered.add(what)
                if self.world.says[what]:
                    self._seat(what)
            if self.full_at == inf:
                way(self, kind, what)
        yeses = sum(self.world.says[p] and self.world.after[p] < inf for p in self.asked)
        fits = [self.world.fit[person, seat] for seat, person in self.seating.items()]
        return Outcome(self.full_at, len(self.asked), yeses - len(fits), statistics.mean(fits) if fits else 0.0)


def one_by_one(timeout: float) -> Callable[[Desk, str, int], None]:
    """Down the list of each seat: the next after a no, or after `timeout` minutes of silence."""

    def way(desk: Desk, kind: str, what: int) -> None:
        seats = desk.open() if kind == "start" else [desk.asked[what][0]] if what in desk.asked else []
        for seat in seats:
            last = [p for p, (s, _) in desk.asked.items() if s == seat][-1:]
            if seat in desk.seating or (kind != "start" and last != [what]):
                continue
            if (person := desk.next_for(seat)) is not None:
                desk.ask(person, seat)
                desk.wake(timeout, person)

    return way


def everybody(desk: Desk, kind: str, what: int) -> None:
    """Everybody at once, first come first served."""
    if kind == "start":
        for seat in desk.open():
            while (person := desk.next_for(seat)) is not None:
                desk.ask(person, seat)


def fixed(size: int, every: float) -> Callable[[Desk, str, int], None]:
    """For each open seat `size` people every so many minutes."""

    def way(desk: Desk, kind: str, what: int) -> None:
        if kind == "answer":
            return
        for seat in desk.open():
            for _ in range(size):
                if (person := desk.next_for(seat)) is not None:
                    desk.ask(person, seat)
        desk.wake(every)

    return way


def crude(low: float = 0.75, high: float = 0.96) -> Callable[[Desk, str, int], None]:
    """Each open seat by itself: top up whenever the pending chance is under a bar that rises towards the deadline."""

    def way(desk: Desk, kind: str, what: int) -> None:
        bar = low + (high - low) * desk.now / DEADLINE
        waiting = desk.waiting()
        for seat in desk.open():
            empty = 1.0
            for p in waiting:
                if desk.asked[p][0] == seat:
                    empty *= 1 - desk.world.believed[p].yes_within(DEADLINE - desk.now, desk.now - desk.asked[p][1])
            while 1 - empty < bar and (person := desk.next_for(seat)) is not None:
                desk.ask(person, seat)
                empty *= 1 - desk.world.believed[person].yes_within(DEADLINE - desk.now)
        if kind != "answer":
            desk.wake(3)

    return way


def ours(policy: Policy) -> Callable[[Desk, str, int], None]:
    """`solver.waves`, planned again after every answer and every look."""

    def way(desk: Desk, kind: str, what: int) -> None:
        if kind == "wake" and what != len(desk.asked) + len(desk.answered):
            return
        gone = {p for p in desk.answered if p not in desk.seating.values()}
        seats = tuple(replace(seat, ranked=tuple(p for p in seat.ranked if p not in gone)) for seat in desk.world.seats)
        pending = tuple(Pending(p, desk.asked[p][0], desk.now - desk.asked[p][1]) for p in desk.waiting())
        call = CallOut(seats, desk.world.believed, pending, dict(desk.seating), DEADLINE - desk.now)
        found = plan(call, policy)
        for ask in found.now:
            desk.ask(ask.person, ask.seat)
        if found.look_minute is not None and found.look_minute > 0.05:
            desk.wake(found.look_minute, len(desk.asked) + len(desk.answered))

    return way


def clairvoyant(world: World) -> Outcome:
    """The best team of those who will say yes in time, and nobody else is asked."""
    willing = {
        s.id: [p for p in s.ranked if world.says[p] and world.after[p] <= DEADLINE] for s in world.seats
    }  # fmt: skip
    pairs = sorted(((p, s) for s, people in willing.items() for p in people), key=lambda one: -world.fit[one])
    fits: dict[int, list[int]] = {}
    for p, s in pairs:
        fits.setdefault(p, []).append(s)
    seating: dict[int, int] = {}
    for p in fits:
        seating = seat_yes(seating, fits, p) or seating
    full = len(seating) == len(world.seats)
    fit = [world.fit[p, s] for s, p in seating.items()]
    at = max((world.after[p] for p in seating.values()), default=0.0) if full else inf
    return Outcome(at, len(seating), 0, statistics.mean(fit) if fit else 0.0)


def _true_chance(random: Random) -> float:
    return random.uniform(0.3, 0.8)


def _history(random: Random, chance: float) -> list[Asked]:
    found = []
    for _ in range(random.randint(0, LISTED)):
        said = None if random.random() < NEVER else random.random() < chance
        found.append(Asked(random.uniform(1, 730), said))
    return found


def people_of(random: Random, ids: Iterable[int]) -> tuple[dict[int, bool], dict[int, float], dict[int, Chance]]:
    """What each person will say, after how many minutes, and what the planner believes of them."""
    says, after, believed = {}, {}, {}
    for person in ids:
        chance = _true_chance(random)
        says[person] = random.random() < chance
        after[person] = inf if random.random() < NEVER else random.lognormvariate(2.0794, 1.0)
        believed[person] = chance_of(Circumstances("VA", 12, 12), _history(random, chance), HABITS)
    return says, after, believed


def synthetic(seed: int) -> World:
    """The setting of the first table."""
    random = Random(seed)
    seats = tuple(Seat(s, tuple(s * 100 + n for n in range(LISTED))) for s in range(6))
    fit = {(p, seat.id): 100 - 4.5 * n for seat in seats for n, p in enumerate(seat.ranked)}
    return World(seats, fit, *people_of(random, (p for seat in seats for p in seat.ranked)))


WAYS: dict[str, Callable[[World, Policy], Outcome]] = {
    "one by one, 15 min each": lambda w, _: Desk(w, moves=False).play(one_by_one(15)),
    "everybody at once": lambda w, _: Desk(w, moves=False).play(everybody),
    "waves of 2 every 15 min": lambda w, _: Desk(w, moves=False).play(fixed(2, 15)),
    "waves of 3 every 20 min": lambda w, _: Desk(w, moves=False).play(fixed(3, 20)),
    "a crude adaptive rule": lambda w, _: Desk(w, moves=False).play(crude()),
    "ours": lambda w, policy: Desk(w, moves=True).play(ours(policy)),
    "clairvoyant": lambda w, _: clairvoyant(w),
}


def real(path: Path, experts: int, seed: int, limit: int) -> list[World]:
    """One world for each row of the file: the team of its kind, its lists from the solver's survey of a pool."""
    policy, pool = SolverPolicy(), Pool(a_pool(experts))
    return [
        _world(survey(pool, [_request(incident)], policy), pool, Random(seed * 1_000_000 + n))
        for n, incident in enumerate(incidents.read(path, limit=limit, seed=seed))
    ]


def _request(incident: incidents.Incident) -> Request:
    plans = TEAMS[incident.team_type]
    seats = tuple(
        Position(
            n, one.code, frozenset(one.disciplines), one.required,
            dict.fromkeys(wishes(incident.incident_type, list(one.disciplines), []), 1.0),
            is_leader=one.is_leader, is_licensed=one.is_licensed,
        )
        for n, one in enumerate(plans)
    )  # fmt: skip
    start = NOW + 30 * 60
    place = Place(incident.latitude, incident.longitude, incident.state)
    return Request(1, place, Span(start, start + 3 * DAY), NOW + 120, start, seats)


def _world(found: list[Seats], pool: Pool, random: Random) -> World:
    # Fit of a rank as in the first table; a leader's seat asks for who may lead.
    seats = []
    for one in found:
        people = [pool.experts[row] for row in one.best.rows.tolist()]
        able = [person.id for person in people if person.is_leader or not one.position.is_leader]
        seats.append(Seat(one.position.id, tuple(able[:LISTED])))
    fit = {(p, seat.id): 100 - 4.5 * rank for seat in seats for rank, p in enumerate(seat.ranked)}
    return World(tuple(seats), fit, *people_of(random, sorted({p for seat in seats for p in seat.ranked})))


def table(title: str, worlds: list[World], policies: Mapping[str, Policy]) -> Table:
    """Every way on the same worlds."""
    shown = Table(title=title)
    for heading in ("strategy", "median to full, min", "P(full by deadline)", "asked", "surplus yes", "fit"):
        shown.add_column(heading, justify="left" if heading == "strategy" else "right")
    for name, way in WAYS.items():
        for label, policy in policies.items() if name == "ours" else [("", Policy())]:
            runs = [way(world, policy) for world in worlds]
            full = [run for run in runs if run.full_at <= DEADLINE]
            half = statistics.median(run.full_at for run in runs)
            shown.add_row(
                f"{name}{label}", "not full" if half == inf else f"{half:.0f}", f"{len(full) / len(runs):.3f}",
                f"{statistics.mean(run.asked for run in runs):.1f}",
                f"{statistics.mean(run.surplus for run in runs):.1f}",
                f"{statistics.mean(run.fit for run in runs):.1f}",
            )  # fmt: skip
    return shown


def reliability(seed: int, people: int = 20_000) -> Table:
    """Chances said before the question against the share that said yes, in tenths; and the Brier score."""
    random = Random(seed)
    bins: dict[int, list[tuple[float, bool]]] = {}
    for _ in range(people):
        true = _true_chance(random)
        said = chance_of(Circumstances("VA", 12, 12), _history(random, true), HABITS)
        came = random.random() >= NEVER and random.random() < true
        expected = said.yes * said.answers
        bins.setdefault(int(expected * 10), []).append((expected, came))
    shown = Table(title=f"Chance of a yes: said before, and come true ({people:,} people, 0 to 12 earlier answers)")
    for heading in ("said", "people", "mean said", "came true"):
        shown.add_column(heading, justify="right")
    for tenth, pairs in sorted(bins.items()):
        said_mean, true_mean = (statistics.mean(pair[n] for pair in pairs) for n in (0, 1))
        shown.add_row(f"0.{tenth}-{tenth / 10 + 0.1:.1f}", f"{len(pairs):,}", f"{said_mean:.3f}", f"{true_mean:.3f}")
    every = [pair for pairs in bins.values() for pair in pairs]
    brier = statistics.mean((said - came) ** 2 for said, came in every)
    base = statistics.mean(came for _, came in every)
    shown.caption = f"Brier score {brier:.4f}; of saying {base:.2f} of everybody {base * (1 - base):.4f}"
    return shown


POLICIES = {f", {p:.0%} a seat at once": Policy(at_once=p) for p in (0.7, 0.75, 0.8)}


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--incidents", type=Path, help="a file like incidents-2015.csv")
    parser.add_argument("--runs", type=int, default=500)
    parser.add_argument("--experts", type=int, default=2000)
    parser.add_argument("--limit", type=int, default=0, help="rows of the file; 0: all")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    console = Console(width=110)
    worlds = [synthetic(given.seed * 1_000_000 + n) for n in range(given.runs)]
    console.print(table(f"6 seats, 12 candidates each, {given.runs} runs", worlds, POLICIES))
    if given.incidents:
        worlds = real(given.incidents, given.experts, given.seed, given.limit)
        title = f"{len(worlds)} incidents of {given.incidents.name}, a pool of {given.experts:,}"
        console.print(table(title, worlds, POLICIES))
    console.print(reliability(given.seed))


if __name__ == "__main__":
    main()
