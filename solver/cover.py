"""How likely the yeses to come cover every open seat.

The probability is exact: a dynamic program over what sets of seats the yeses so far can cover, one set of parts for
each group of seats that share candidates. One person alone in a seat's group makes it a product; groups whose
candidates fit every seat make it a Poisson-binomial. Beyond the sizes that a cover is given it is a lower bound, and
says so (`Cover.is_exact`).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import prod


@dataclass(frozen=True, slots=True)
class Fill:
    """One person's possible yes: the seats it could fill (bits by the seats' numbers), its chance by the deadline."""

    seats: int
    chance: float


@cache
def _families_without(size: int) -> list[int]:
    """For each of so many seats, all sets of seats without it, as a family (see `Group`)."""
    return [sum(1 << s for s in range(1 << size) if not s >> n & 1) for n in range(size)]


class Group:
    """Seats that share candidates, and what the yeses so far may cover.

    A family is an integer whose bit S says that the set of seats S can be covered by different people who said yes.

    Args:
        bits: the group's seats by their bits in `Fill.seats`.
        most: states kept.
    """

    def __init__(self, bits: Sequence[int], most: int) -> None:
        self.bits, self.most = bits, most
        size = len(bits)
        self.full = 1 << ((1 << size) - 1)
        self._without = _families_without(size)
        self.start: dict[int, float] = {1: 1.0}

    def after(self, states: Mapping[int, float], fill: Fill) -> dict[int, float]:
        """The states once one more person is asked. Mass that is dropped is missing from the sum."""
        numbers = [n for n, bit in enumerate(self.bits) if fill.seats & bit]
        found: dict[int, float] = {}
        for family, mass in states.items():
            if family == self.full:
                found[family] = found.get(family, 0.0) + mass
                continue
            grown = self._grown(family, numbers)
            found[family] = found.get(family, 0.0) + mass * (1 - fill.chance)
            found[grown] = found.get(grown, 0.0) + mass * fill.chance
        if len(found) > self.most:
            found = dict(sorted(found.items(), key=lambda item: (item[0] != self.full, -item[1]))[: self.most])
        return found

    def _grown(self, family: int, numbers: Iterable[int]) -> int:
        grown = family
        for n in numbers:
            grown |= (family & self._without[n]) << (1 << n)
        return self.full if grown & self.full else grown


States = tuple[dict[int, float], ...]
"""The states of every group."""


class Cover:
    """Chances over all seats: the product of the groups.

    Args:
        size: number of seats.
        fits: seats of everybody who may ever be asked, as bits.
        most_shared: seats of one group whose sharing of candidates is counted.
        most_states: states kept for one group.
    """

    def __init__(self, size: int, fits: Collection[int], most_shared: int, most_states: int) -> None:
        self.parts = _parts(size, fits, most_shared)
        self.is_whole = all(any(fit & part == fit for part in self.parts) for fit in fits)
        bits = [[1 << n for n in range(size) if part >> n & 1] for part in self.parts]
        self.groups = [Group(one, most_states) for one in bits]
        self.start: States = tuple(group.start for group in self.groups)

    def part_of(self, number: int) -> int:
        """The group of a seat, as bits."""
        return next(part for part in self.parts if part >> number & 1)

    def with_(self, states: States, fills: Iterable[Fill]) -> States:
        """The states once these are asked as well."""
        found = list(states)
        for fill in fills:
            for n, part in enumerate(self.parts):
                if part & fill.seats and fill.chance > 0:
                    found[n] = self.groups[n].after(found[n], fill)
        return tuple(found)

    def chance(self, states: States) -> float:
        """Chance that every seat is covered; at least, when states were dropped or groups cut."""
        return prod(found.get(group.full, 0.0) for group, found in zip(self.groups, states, strict=True))

    def is_exact(self, states: States) -> bool:
        """Whether that chance is exact."""
        return self.is_whole and all(abs(sum(found.values()) - 1) < 1e-9 for found in states)


def _parts(size: int, fits: Collection[int], most: int) -> list[int]:
    """Groups of seats, as bits: those that share most people together, up to so many seats in one."""
    parts = [1 << n for n in range(size)]
    while True:
        pairs = [(a, b) for n, a in enumerate(parts) for b in parts[n + 1 :] if (a | b).bit_count() <= most]
        shared = {(a, b): sum(bool(fit & a and fit & b) for fit in fits) for a, b in pairs}
        a, b = max(shared, key=lambda pair: shared[pair], default=(0, 0))
        if not shared.get((a, b)):
            return sorted(parts, key=lambda part: part & -part)
        parts = [part for part in parts if part not in {a, b}] + [a | b]


def chance_full(seats: int, fills: Sequence[Fill], most_states: int = 400) -> float:
    """Chance that the yeses of `fills` cover all of so many seats; everybody counts for every seat they fit.

    Exact for groups up to so many states, else a lower bound.
    """
    cover = Cover(seats, [fill.seats for fill in fills], seats, most_states)
    return cover.chance(cover.with_(cover.start, fills))
