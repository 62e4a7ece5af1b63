"""The pool as arrays: built once, used for any number of solves."""

import math
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from copy import copy
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from solver.problem import Expert, Minute, Place, Policy
from solver.validate import DISCIPLINES, FARTHEST, MOST_EXPOSURE, BadProblem, check_place

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

EARTH_MILES = 3958.7613
"""Mean radius of the Earth (IUGG, 6371.0088 km) in statute miles."""
JOURNEYS_KEPT = 16
"""Places to which everybody's journeys are kept: each takes 17 bytes an expert."""
_BITS = {name: 1 << n for n, name in enumerate(DISCIPLINES)}


class Columns:
    """Sparse columns: for each key, the rows that have a value; `absent` stands for no value."""

    def __init__(self, size: int, items: Iterable[tuple[int, Mapping[str, int]]], absent: int = 0) -> None:
        self._size = size
        self._absent = absent
        rows: defaultdict[str, list[int]] = defaultdict(list)
        values: defaultdict[str, list[int]] = defaultdict(list)
        for row, mapping in items:
            for key, value in mapping.items():
                rows[key].append(row)
                values[key].append(value)
        self._rows = {key: np.array(found, dtype=np.int64) for key, found in rows.items()}
        self._values = {key: np.asarray(found) for key, found in values.items()}
        self._whole: dict[str, Ints] = {}

    def __getitem__(self, key: str) -> Ints:
        """The whole column; those asked for once are kept."""
        if key not in self._rows:
            return np.full(self._size, self._absent, dtype=np.int64)
        if key not in self._whole:
            column = np.full(self._size, self._absent, dtype=np.int64)
            column[self._rows[key]] = self._values[key]
            self._whole[key] = column
        return self._whole[key]

    def refuse_outside(self, least: int, most: int, where: Callable[[int, str], str]) -> None:
        """Raise BadProblem for the first value that is not a whole number in least..most."""
        for key, values in self._values.items():
            wrong = (values < least) | (values > most)
            if values.dtype.kind != "i":
                wrong |= values != np.floor(values)
            if wrong.any():
                row = int(self._rows[key][int(np.argmax(wrong))])
                raise BadProblem(where(row, key), f"is not a whole number in {least}..{most}")


class Pool:
    """Every expert as a row of numpy arrays.

    Build it once and pass it to `solve` in place of the experts as long as none of them changes.

    Raises:
        BadProblem: two experts share an id, or a value means nothing (not a number, out of range, end before start).
    """

    def __init__(self, experts: Sequence[Expert]) -> None:
        self.experts = tuple(experts)
        self.row = {expert.id: row for row, expert in enumerate(self.experts)}
        if len(self.row) != len(self.experts):
            raise BadProblem("experts", f"expert {_first_twice(e.id for e in self.experts)} appears twice")
        self.ids = self._column("id", lambda e: e.id)
        self._by_id = bool((np.diff(self.ids) > 0).all())
        self.all_rows: Ints = np.arange(len(self.experts), dtype=np.int64)
        self._journeys: OrderedDict[tuple[Place, tuple[float, ...]], tuple[Floats, Ints, Flags]] = OrderedDict()
        """Shared with everything that `updated` makes of it: nobody moves."""
        self._read_numbers()
        self._read_flags()
        self._read_names()
        self._read_skills()
        self._read_calendar()

    def __len__(self) -> int:
        return len(self.experts)

    def _column(self, name: str, read: Callable[[Expert], Any]) -> Ints:
        """One whole number of each expert, none farther from zero than FARTHEST."""
        try:
            column = np.asarray([read(expert) for expert in self.experts], dtype=None)
        except OverflowError:
            column = np.array([float("inf")])
        if column.size and (column.dtype.kind not in "ib" or int(np.abs(column).max()) > FARTHEST):
            raise BadProblem(f"experts.{name}", "is not a whole number near zero for every expert")
        return column.astype(np.int64)

    def _read_numbers(self) -> None:
        experts = self.experts
        latitude = np.array([e.place.latitude for e in experts], dtype=np.float64)
        longitude = np.array([e.place.longitude for e in experts], dtype=np.float64)
        wrong = ~((np.abs(latitude) <= 90) & (np.abs(longitude) <= 180))
        if wrong.any():
            found = experts[int(np.argmax(wrong))]
            check_place(found.place.latitude, found.place.longitude, f"experts[{found.id}].place")
        self.latitude, self.longitude = np.radians(latitude), np.radians(longitude)
        self._cosine = np.cos(self.latitude)
        self.exposure = self._floats("exposure", [e.exposure for e in experts], MOST_EXPOSURE)
        self.chance = self._floats("chance", [e.chance for e in experts], 1.0)
        self.papers_until = self._column("papers_until", lambda e: e.papers_until)
        self.eligible_from = self._column("eligible_from", lambda e: e.eligible_from)

    def _floats(self, name: str, values: Sequence[float], most: float) -> Floats:
        column = np.array(values, dtype=np.float64)
        wrong = ~((column >= 0) & (column <= most) & np.isfinite(column))
        if wrong.any():
            found = self.experts[int(np.argmax(wrong))]
            raise BadProblem(f"experts[{found.id}].{name}", f"is not a number in 0..{most:g}")
        return column

    def _read_flags(self) -> None:
        experts = self.experts
        self.leads: Flags = np.array([e.is_leader for e in experts], dtype=bool)
        self.experienced: Flags = np.array([e.is_experienced for e in experts], dtype=bool)
        self.trainee: Flags = np.array([e.is_trainee for e in experts], dtype=bool)
        mentors: Flags = np.array([e.is_mentor for e in experts], dtype=bool)
        # A trainee who is listed as mentor as well cannot be the mentor that a trainee needs.
        self.mentor: Flags = mentors & ~self.trainee

    def _read_names(self) -> None:
        """Employers and counties as numbers: equal names, whatever their case, have equal numbers; -1 is unknown."""
        self._employers: dict[str, int] = {}
        self._counties: dict[str, int] = {}
        self.employer = _codes(self._employers, (_plain(e.employer) for e in self.experts))
        self.county = _codes(self._counties, (_county(e.place) for e in self.experts))
        ties: defaultdict[int, list[int]] = defaultdict(list)
        for row, expert in enumerate(self.experts):
            for agency in expert.conflicts:
                ties[agency].append(row)
        self._ties = {agency: np.array(rows, dtype=np.int64) for agency, rows in ties.items()}

    def _read_skills(self) -> None:
        size, experts = len(self.experts), self.experts
        known: dict[frozenset[str], int] = {}
        bits = []
        for expert in experts:
            if expert.disciplines not in known:
                known[expert.disciplines] = self._discipline_bits(expert)
            bits.append(known[expert.disciplines])
        self.disciplines: Ints = np.array(bits, dtype=np.int64)
        self.expertise = Columns(size, ((row, e.expertise) for row, e in enumerate(experts)))
        self.languages = Columns(size, ((row, e.languages) for row, e in enumerate(experts)))
        licensed = ((row, e.licences) for row, e in enumerate(experts) if e.licences)
        self.licences = Columns(size, licensed, absent=-FARTHEST)
        self.expertise.refuse_outside(1, 3, lambda row, key: f"experts[{experts[row].id}].expertise[{key}]")
        self.languages.refuse_outside(0, 5, lambda row, key: f"experts[{experts[row].id}].languages[{key}]")
        self.licences.refuse_outside(
            -FARTHEST, FARTHEST, lambda row, key: f"experts[{experts[row].id}].licences[{key}]"
        )

    @staticmethod
    def _discipline_bits(expert: Expert) -> int:
        if not expert.disciplines or not expert.disciplines <= set(DISCIPLINES):
            raise BadProblem(f"experts[{expert.id}].disciplines", f"are not some of {', '.join(DISCIPLINES)}")
        return sum(_BITS[name] for name in expert.disciplines)

    def _read_calendar(self) -> None:
        spans = [(row, s.start, s.end) for row, e in enumerate(self.experts) for s in e.busy]
        served = [(row, start) for row, e in enumerate(self.experts) for start in e.served]
        busy = self._times("busy", spans, 3)
        wrong = busy[:, 2] < busy[:, 1]
        if wrong.any():
            raise BadProblem(f"experts[{self.ids[busy[np.argmax(wrong), 0]]}].busy", "ends before it starts")
        busy = busy[busy[:, 2] > busy[:, 1]]
        self.busy_row, self.busy_start, self.busy_end = busy[:, 0], busy[:, 1], busy[:, 2]
        starts = self._times("served", served, 2)
        self.served_row, self.served_start = starts[:, 0], starts[:, 1]

    def _times(self, name: str, rows: Sequence[tuple[int, ...]], width: int) -> Ints:
        if not rows:
            return np.zeros((0, width), dtype=np.int64)
        try:
            found = np.asarray(rows)
        except OverflowError:
            found = np.array([[math.inf]])
        if found.dtype.kind != "i" or int(np.abs(found).max()) > FARTHEST:
            raise BadProblem(f"experts.{name}", "is not whole minutes near the epoch for every expert")
        return found.astype(np.int64)

    def updated(self, changed: Sequence[Expert], exposure: Floats | None = None) -> "Pool":
        """The same pool with some experts as they are now; everything that is not theirs is shared, not read again.

        Args:
            changed: experts of this pool, by their ids. Only what time changes may differ: busy, served, eligible_from,
                exposure, is_experienced, chance.
            exposure: everybody's present exposure, by row; None: as the experts say.
        """
        other = copy(self)
        experts, rows = list(self.experts), [self.row[expert.id] for expert in changed]
        for row, expert in zip(rows, changed, strict=True):
            experts[row] = expert
        other.experts = tuple(experts)
        other.exposure = self.exposure.copy() if exposure is None else exposure.copy()
        other.exposure[rows] = [expert.exposure for expert in changed]
        other.chance, other.eligible_from = self.chance.copy(), self.eligible_from.copy()
        other.experienced = self.experienced.copy()
        other.chance[rows] = [expert.chance for expert in changed]
        other.eligible_from[rows] = [expert.eligible_from for expert in changed]
        other.experienced[rows] = [expert.is_experienced for expert in changed]
        other._recalendar(rows, changed)
        return other

    def expert(self, row: int) -> Expert:
        """One expert as she is now."""
        expert, load = self.experts[row], float(self.exposure[row])
        return expert if expert.exposure == load else replace(expert, exposure=load)

    def _recalendar(self, rows: Sequence[int], changed: Sequence[Expert]) -> None:
        is_old = np.zeros(len(self), dtype=bool)
        is_old[rows] = True
        spans = [(row, s.start, s.end) for row, e in zip(rows, changed, strict=True) for s in e.busy]
        busy, kept = self._times("busy", [one for one in spans if one[2] > one[1]], 3), ~is_old[self.busy_row]
        self.busy_row = np.concatenate([self.busy_row[kept], busy[:, 0]])
        self.busy_start = np.concatenate([self.busy_start[kept], busy[:, 1]])
        self.busy_end = np.concatenate([self.busy_end[kept], busy[:, 2]])
        starts = [(row, start) for row, e in zip(rows, changed, strict=True) for start in e.served]
        served, kept = self._times("served", starts, 2), ~is_old[self.served_row]
        self.served_row = np.concatenate([self.served_row[kept], served[:, 0]])
        self.served_start = np.concatenate([self.served_start[kept], served[:, 1]])

    def miles(self, place: Place, rows: Ints) -> Floats:
        """Great-circle distance of some experts to a place, in statute miles (haversine)."""
        latitude, longitude = math.radians(place.latitude), math.radians(place.longitude)
        half = np.sin((self.latitude[rows] - latitude) / 2) ** 2
        half += self._cosine[rows] * math.cos(latitude) * np.sin((self.longitude[rows] - longitude) / 2) ** 2
        found: Floats = 2 * EARTH_MILES * np.arcsin(np.sqrt(np.minimum(half, 1.0)))
        return found

    def journeys(self, place: Place, policy: Policy) -> tuple[Floats, Ints, Flags]:
        """Everybody's miles to a place, minutes one way, and whether they fly; of the last few places they are kept."""
        limits = (
            policy.road_factor,
            policy.drive_mph,
            policy.drive_limit_minutes,
            policy.fly_mph,
            policy.fly_base_minutes,
        )
        known = self._journeys
        if (place, limits) not in known:
            miles = self.miles(place, self.all_rows)
            known[place, limits] = miles, *travel_minutes(miles, policy)
            if len(known) > JOURNEYS_KEPT:
                known.popitem(last=False)
        return known[place, limits]

    def in_order(self, rows: Ints, columns: Sequence[Ints]) -> Ints:
        """Places in `rows` from the largest down, by the first column, then the next; equals by their ids."""
        key = np.zeros(len(rows), dtype=np.int64)
        for column in columns:
            least, most = (int(column.min()), int(column.max())) if len(column) else (0, 0)
            key = key * (most - least + 1) + (column - least)
        if self._by_id:
            return np.argsort(-key, kind="stable")
        return np.lexsort((self.ids[rows], -key))

    def homes(self, states: Collection[str]) -> Flags:
        """Who lives in one of these states."""
        return np.array([expert.place.state in states for expert in self.experts], dtype=bool)

    def among(self, ids: Iterable[int]) -> Flags:
        """Who of everybody is one of these; ids of nobody are passed over."""
        found = np.zeros(len(self), dtype=bool)
        found[[self.row[one] for one in ids if one in self.row]] = True
        return found

    def works_for(self, employers: Iterable[int]) -> Flags:
        """Who of everybody has one of these employers, by their codes; -1, unknown, is nobody's."""
        # One more than there are codes: the place that -1 reads.
        theirs = np.zeros(len(self._employers) + 1, dtype=bool)
        theirs[[code for code in employers if code >= 0]] = True
        found: Flags = theirs[self.employer]
        return found

    def tied(self, agency_id: int, agency_name: str, place: Place) -> Flags:
        """Who has a recorded tie to the agency, works for it, or lives in the county of the incident."""
        tied = np.zeros(len(self), dtype=bool)
        if agency_id in self._ties:
            tied[self._ties[agency_id]] = True
        name, county = _plain(agency_name), _county(place)
        if name is not None and name in self._employers:
            tied |= self.employer == self._employers[name]
        if county is not None and county in self._counties:
            tied |= self.county == self._counties[county]
        return tied

    def occupied(self, rows: Ints, start: Ints, end: Ints) -> Flags:
        """Which of these experts is busy at any minute of [start, end), which each has her own of."""
        if rows is not self.all_rows:
            theirs = (self.experts[row].busy for row in rows.tolist())
            spans = zip(theirs, start.tolist(), end.tolist(), strict=True)
            return np.array([any(s.start < to and s.end > at and s.end > s.start for s in b) for b, at, to in spans])
        hit = (self.busy_start < end[self.busy_row]) & (self.busy_end > start[self.busy_row])
        found = np.zeros(len(self), dtype=bool)
        found[self.busy_row[hit]] = True
        return found

    def fullest_window(self, rows: Ints, start: Minute, days: int) -> Ints:
        """For each of these experts, most deployments in a window of so many days that holds `start`, with this one.

        A window is half-open at its beginning: of two starts exactly `days` apart only one counts.
        """
        length = days * 1440
        if rows is not self.all_rows:
            counts = (fullest_window((*self.experts[row].served, start), start, length) for row in rows.tolist())
            return np.array(list(counts), dtype=np.int64)
        back = (self.served_start <= start) & (self.served_start > start - length)
        count: Ints = np.bincount(self.served_row[back], minlength=len(self)).astype(np.int64) + 1
        ahead = (self.served_start > start) & (self.served_start < start + length)
        for row in np.unique(self.served_row[ahead]).tolist():
            count[row] = fullest_window((*self.experts[row].served, start), start, length)
        return count

    def served_since(self, rows: Ints, start: Minute, days: int) -> Ints:
        """How many deployments each of these experts began in the days before `start`, for fairness."""
        length = days * 1440
        if rows is not self.all_rows:
            counts = (sum(start - length < s <= start for s in self.experts[row].served) for row in rows.tolist())
            return np.array(list(counts), dtype=np.int64)
        recent = (self.served_start <= start) & (self.served_start > start - length)
        return np.bincount(self.served_row[recent], minlength=len(self)).astype(np.int64)


def fullest_window(starts: Sequence[Minute], start: Minute, length: int) -> int:
    """Most of `starts` in any window (end - length, end] that holds `start`."""
    ends = [end for end in starts if start <= end < start + length]
    return max(sum(end - length < s <= end for s in starts) for end in ends)


def travel_minutes(miles: Floats, policy: Policy) -> tuple[Ints, Flags]:
    """Door-to-door minutes one way, rounded up, and whether the journey is flown."""
    # Rounding first keeps a journey of exactly 60 minutes from becoming 61 by the last bit of a float.
    drive = np.ceil(np.round(miles * policy.road_factor / policy.drive_mph * 60, 6))
    fly = np.ceil(np.round(policy.fly_base_minutes + miles / policy.fly_mph * 60, 6))
    flies: Flags = drive > policy.drive_limit_minutes
    return np.where(flies, fly, drive).astype(np.int64), flies


def discipline_mask(names: Iterable[str]) -> int:
    """The disciplines as bits of `Pool.disciplines`."""
    return sum(_BITS[name] for name in names)


def _plain(name: str | None) -> str | None:
    return name.strip().casefold() or None if name is not None else None


def _county(place: Place) -> str | None:
    county = _plain(place.county)
    return f"{place.state.strip().casefold()}/{county}" if county is not None else None


def _codes(known: dict[str, int], names: Iterable[str | None]) -> Ints:
    codes = [-1 if name is None else known.setdefault(name, len(known)) for name in names]
    return np.array(codes, dtype=np.int64)


def _first_twice(ids: Iterable[int]) -> int:
    seen: set[int] = set()
    for one in ids:
        if one in seen:
            return one
        seen.add(one)
    raise ValueError("no id appears twice")
