"""When people of the pool could be on site, if they are asked now: rules and journeys are the solver's. Pure.

A standard team is asked for at once, as for an immediate request. Seat by seat the nearest are asked first, as many at
a time as the rules for waves say, and the next at each look. Who answers yes packs and travels. So somebody is there
within `h` hours when her answer is a yes and comes early enough. The chance of a yes and the time of an answer are
those of `solver/chances.py`, with what people answered before; the night is that of `experts/quiet.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from math import ceil, log

import numpy as np

from app.core.clock import in_zone
from app.experts.quiet import Night, may_be_asked_from
from app.foresight.cover import Cover, counts_of, cover_of
from app.foresight.standard import HOURS, SEATS
from solver import chances
from solver.fails import request_fails, seat_fails
from solver.pool import Floats, Ints, Pool
from solver.problem import Expert, Place, Policy, Request, Span
from solver.trips import DAY, trips_to

STAY_DAYS = 3
NEAREST = 40
"""Of each kind of people so many are looked at, the nearest; more could not be asked in time, or are not needed."""


@dataclass(frozen=True, slots=True)
class Person:
    """One expert, and what is known of her beside what the rules see.

    Args:
        expert: as the solver takes her.
        zone: IANA zone of her home.
        wakes: agreed to be woken for immediate requests.
        history: her earlier answers.
        rests_until: was asked so often lately that nobody asks her before (`dispatch/limits.py`); None: may be asked.
    """

    expert: Expert
    zone: str
    wakes: bool = True
    history: tuple[chances.Asked, ...] = ()
    rests_until: datetime | None = None

    def rests_from_questions(self, at: datetime) -> bool:
        """Whether nobody asks her at that moment."""
        return self.rests_until is not None and self.rests_until > at


@dataclass(frozen=True, slots=True)
class Ways:
    """How people are asked: from the rules that the desk has set.

    Args:
        policy: the solver's limits.
        packing_minutes: from the yes until somebody leaves home.
        at_once: chance for each seat that those asked at once are enough.
        look_minutes: until the next are asked.
        night: when nobody is texted.
    """

    policy: Policy
    packing_minutes: float = 120
    at_once: float = 0.75
    look_minutes: float = 12
    night: Night = (datetime.min.time().replace(hour=21), datetime.min.time().replace(hour=8))

    def at_a_time(self, says_yes: float) -> int:
        """How many are asked for a seat at each look."""
        return max(1, ceil(log(1 - self.at_once) / log(1 - min(max(says_yes, 0.05), 0.95)))) if self.at_once else 1


@lru_cache(16)
def answered_by(median: float, spread: float, most_minutes: int = 60 * max(HOURS)) -> Floats:
    """Chance that whoever answers at all has answered after 0, 1, 2 ... minutes."""
    certain = chances.Chance(1.0, 1.0, median, spread)
    return np.array([certain.answered_by(minute) for minute in range(most_minutes + 1)])


class People:
    """A pool at one moment: rules, journeys and chances of everybody, made once for all places.

    Args:
        people: the pool.
        ways: how they are asked.
        now: the moment at which a team is asked for.
    """

    def __init__(self, people: Sequence[Person], ways: Ways, now: datetime) -> None:
        self.people, self.ways, self.now = people, ways, now
        self.pool = Pool([one.expert for one in people])
        self._zones = sorted({one.zone for one in people})
        self._zone = np.array([self._zones.index(one.zone) for one in people], dtype=np.int64)
        self._sleeps = np.array([not one.wakes for one in people], dtype=bool)
        self._rests = np.array([one.rests_from_questions(now) for one in people], dtype=bool)
        self._masks: dict[str, Ints] = {}

    def __len__(self) -> int:
        return len(self.people)

    def request(self, place: Place) -> Request:
        """The standard team, asked for now, on site from a day on."""
        minute = -int(-self.now.timestamp() // 60)
        start = minute + DAY
        leaves = minute + int(self.ways.packing_minutes)
        return Request(
            1, place, Span(start, start + STAY_DAYS * DAY), leaves, start + STAY_DAYS * DAY - 1, SEATS, priority=1,
            needs_all_disciplines=True,
        )  # fmt: skip

    def masks(self, request: Request) -> Ints:
        """For everybody the seats that they fit, as bits, by the rules that depend on a seat.

        Trainees fill none, and nobody who rests from questions.
        """
        state = request.place.state
        if state not in self._masks:
            bits = np.zeros(len(self), dtype=np.int64)
            for number, seat in enumerate(SEATS):
                fits = seat_fails(self.pool, request, seat, self.pool.all_rows) == 0
                bits |= fits.astype(np.int64) << number
            bits[self.pool.trainee | self._rests] = 0
            self._masks[state] = bits
        return self._masks[state]

    def able(self, place: Place) -> tuple[Ints, Ints, Ints]:
        """Who may go: rows, the seats that each fits, and minutes of the journey; the nearest first."""
        request = self.request(place)
        rows = self.pool.all_rows
        trips = trips_to(self.pool, request, self.ways.policy, rows, is_remote=False)
        fails = request_fails(self.pool, request, trips, self.ways.policy, rows, is_remote=False)
        masks = self.masks(request)
        able = np.flatnonzero((fails == 0) & (masks > 0))
        order = np.argsort(trips.minutes[able], kind="stable")
        able = able[order]
        return able, masks[able], trips.minutes[able]

    def waits(self, hour_shift: int) -> Floats:
        """Minutes until each may be asked, when the team is asked for so many hours from now."""
        at = self.now + timedelta(hours=hour_shift)
        asleep = [
            may_be_asked_from(at, zone=zone, is_immediate=True, wakes=False, night=self.ways.night) - at
            for zone in self._zones
        ]
        minutes = np.array([wait.total_seconds() / 60 for wait in asleep])
        return np.where(self._sleeps, minutes[self._zone], 0.0) if len(self) else np.zeros(0)

    def says_yes(self, habits: chances.Habits, hour_shift: int) -> tuple[Floats, Floats]:
        """For everybody the chance of a yes of an answer, and of an answer at all, at that hour of the day."""
        at = self.now + timedelta(hours=hour_shift)
        hours = [in_zone(at, zone).hour for zone in self._zones]
        kept: dict[tuple[str, int], chances.Chance] = {}
        yes, answers = np.zeros(len(self)), np.zeros(len(self))
        notice = self.ways.packing_minutes / 60
        for row, one in enumerate(self.people):
            discipline = min(one.expert.disciplines)
            key = (discipline, hours[self._zone[row]])
            if one.history or key not in kept:
                found = chances.chance_of(chances.Circumstances(discipline, notice, key[1]), one.history, habits)
                if not one.history:
                    kept[key] = found
            else:
                found = kept[key]
            yes[row], answers[row] = found.yes, found.answers
        return yes, answers


@dataclass(frozen=True, slots=True)
class Draw:
    """One way things may be: an hour of the day, and how willing people are.

    Args:
        waits: of everybody, minutes until they may be asked.
        comes: of everybody, the chance that they answer, and say yes.
    """

    waits: Floats
    comes: Floats


def draws_of(people: People, habits: chances.Habits, count: int, seed: int, answered: int = 0) -> list[Draw]:
    """Draws of the hour of the day and of people's willingness, the same for every place (common random numbers).

    The hours go evenly round the clock. Willingness of each discipline, and the chance of an answer, come from Beta
    distributions around the habits that weigh as much as what they were learned from.

    Args:
        people: the pool.
        habits: what is expected.
        count: how many draws; a multiple of 8 is even over the day.
        seed: the same seed gives the same draws.
        answered: how many earlier answers the habits were learned from.
    """
    random = np.random.default_rng(seed)
    weight = habits.pooled_weight + answered
    found = []
    for number in range(count):
        table = {name: float(random.beta(p * weight, (1 - p) * weight)) for name, p in sorted(habits.yes.items())}
        answers = float(random.beta(habits.answers * weight, (1 - habits.answers) * weight))
        drawn = replace(habits, yes=table, answers=answers) if count > 1 else habits
        shift = number * 24 // min(count, 8) % 24
        yes, replies = people.says_yes(drawn, shift)
        found.append(Draw(people.waits(shift), yes * replies))
    return found


@dataclass(frozen=True, slots=True)
class Here:
    """One place: what could be there in time, for every draw (rows) and horizon (columns).

    Args:
        team: chance that all seats are filled.
        seats: chance that somebody fills each seat, seat by seat.
        filled: expected seats filled.
        families: kind by kind the chances of what can be covered, to price one more person with.
        able: how many may go at all, by seat.
    """

    team: Floats
    seats: Floats
    filled: Floats
    families: Floats
    cover: Cover
    able: tuple[int, ...]


def kinds_of() -> tuple[int, ...]:
    """Every kind of people there can be: one or two disciplines, able to lead or not, licensed or not."""
    singles = [1 << number for number, seat in enumerate(SEATS) if not seat.is_leader]
    lead = sum(1 << number for number, seat in enumerate(SEATS) if seat.is_leader)
    masks = {0, *singles, *(a | b for a in singles for b in singles)}
    return tuple(sorted({mask | extra for mask in masks for extra in (0, lead)} - {0}))


def here(people: People, place: Place, draws: Sequence[Draw], hours: Sequence[int] = HOURS) -> Here:
    """What could be at one place in time."""
    able, masks, minutes = people.able(place)
    cover = cover_of(len(SEATS), kinds_of())
    scenarios = len(draws) * len(hours)
    families = cover.start(scenarios)
    nobody = np.ones((scenarios, len(SEATS)))
    comes = np.array([draw.comes[able] for draw in draws]).reshape(len(draws), len(able))
    waits = np.array([draw.waits[able] for draw in draws]).reshape(len(draws), len(able))
    ranks = _ranks(masks)
    step = people.ways.at_a_time(float(comes.mean()) if comes.size else 0.5)
    asked = (ranks // step * people.ways.look_minutes).astype(np.float64)
    for kind in sorted(np.unique(masks).tolist(), key=lambda mask: (mask.bit_count(), mask)):
        of_kind = np.flatnonzero(masks == kind)[:NEAREST]
        slack = _slack(people, hours, waits[:, of_kind], asked[of_kind] + minutes[of_kind].astype(float))
        there = _in_time(slack) * comes[:, None, of_kind]
        counts = counts_of(there.reshape(scenarios, len(of_kind)), kind.bit_count())
        families = cover.add(families, kind, counts)
        for seat in range(len(SEATS)):
            if kind >> seat & 1:
                nobody[:, seat] *= counts[:, 0]
    shape = (len(draws), len(hours))
    return Here(
        team=(families @ cover.is_full).reshape(shape),
        seats=(1 - nobody).reshape(*shape, len(SEATS)),
        filled=(families @ cover.covered).reshape(shape),
        families=families,
        cover=cover,
        able=tuple(int((masks >> seat & 1).sum()) for seat in range(len(SEATS))),
    )


def _ranks(masks: Ints) -> Ints:
    """How many nearer people are asked for the same seat before; each is asked for the last seat that she fits."""
    seat = np.array([mask.bit_length() for mask in masks.tolist()], dtype=np.int64)
    ranks = np.zeros(len(masks), dtype=np.int64)
    for one in np.unique(seat):
        of_seat = seat == one
        ranks[of_seat] = np.arange(int(of_seat.sum()))
    return ranks


def _slack(people: People, hours: Sequence[int], waits: Floats, before: Floats) -> Floats:
    """Minutes left for an answer: draw, horizon, person."""
    limit = np.array(hours, dtype=float)[None, :, None] * 60 - people.ways.packing_minutes
    return limit - waits[:, None, :] - before[None, None, :]


def _in_time(slack: Floats, habits: chances.Habits = chances.Habits()) -> Floats:  # noqa: B008 - frozen
    table = answered_by(habits.median_minutes, habits.spread)
    return table[np.clip(slack, 0, len(table) - 1).astype(np.int64)]


def places_of(found: Mapping[str, Sequence[Place]], state: str, standing: Place, most: int) -> tuple[Place, ...]:
    """Where in a state teams are asked for: `most` past incidents, evenly from west to east, or the largest city."""
    known = sorted(found.get(state, ()), key=lambda one: (one.longitude, one.latitude))
    if len(known) <= most:
        return tuple(known) or (standing,)
    return tuple(known[(2 * number + 1) * len(known) // (2 * most)] for number in range(most))
