"""How likely people who may or may not come fill all seats of a team, worked out exactly. Pure.

Each person fits some of the seats, and comes or does not, independently of the others. What matters of those who come
is which sets of seats they can cover (a person covers one seat). There are few such families of sets for a team of five
seats, so the chances of all families are carried along, kind of person by kind of person: a dynamic program, no
sampling. It is the same idea as in `solver/waves.py`, over arrays: many scenarios at once.
"""

from functools import cached_property, lru_cache

import numpy as np

from solver.pool import Floats, Ints

TINY = 1e-15
"""States less likely than this are let go."""


class Cover:
    """Which sets of seats can be covered, as the states of a chain.

    Args:
        seats: how many seats; at most 6.
        kinds: masks of the seats that each kind of person fits.
    """

    def __init__(self, seats: int, kinds: tuple[int, ...]) -> None:
        self.seats, self.kinds = seats, kinds
        self.full = (1 << seats) - 1
        start = frozenset({0})
        known = {start: 0}
        self.after: dict[int, Ints] = {}
        """Kind to the state that follows each state when one more of the kind comes."""
        waiting, steps = [start], []
        while waiting:
            family = waiting.pop()
            for kind in kinds:
                then = self._with(family, kind)
                if then not in known:
                    known[then] = len(known)
                    waiting.append(then)
                steps.append((kind, known[family], known[then]))
        for kind in kinds:
            self.after[kind] = np.zeros(len(known), dtype=np.int64)
        for kind, before, then_number in steps:
            self.after[kind][before] = then_number
        self.covered: Ints = np.array([max(map(int.bit_count, family)) for family in known], dtype=np.int64)
        """State to the most seats that can be covered at once."""

    @property
    def size(self) -> int:
        """How many states there are."""
        return len(self.covered)

    @cached_property
    def is_full(self) -> Floats:
        """1 for the states in which every seat is covered."""
        full: Floats = (self.covered == self.seats).astype(np.float64)
        return full

    def _with(self, family: frozenset[int], kind: int) -> frozenset[int]:
        more = {
            covered | (1 << seat)
            for covered in family
            for seat in range(self.seats)
            if kind >> seat & 1 and not covered >> seat & 1
        }
        return family | more

    def start(self, scenarios: int) -> Floats:
        """Nobody comes yet, in so many scenarios."""
        chances = np.zeros((scenarios, self.size))
        chances[:, 0] = 1.0
        return chances

    def add(self, chances: Floats, kind: int, counts: Floats) -> Floats:
        """The chances of the states after people of a kind.

        Args:
            chances: scenario by state.
            kind: the seats these people fit.
            counts: scenario by how many of them come; the last column is "so many or more".
        """
        if not counts[:, 1:].any():
            return chances
        most = kind.bit_count()
        # Only states that can be at all: few, as long as the kinds with fewest seats are added first.
        live = np.flatnonzero(chances.max(axis=0) > TINY)
        moved, reach = chances[:, live], live
        found = np.zeros_like(chances)
        found[:, live] = moved * counts[:, :1]
        for number in range(1, most + 1):
            # More people of one kind than it has seats change nothing.
            share = counts[:, number : number + 1] if number < most else counts[:, most:].sum(axis=1, keepdims=True)
            reach = self.after[kind][reach]
            _gather(found, moved * share, reach)
        return found

    def one_more(self, chances: Floats, kind: int, comes: Floats) -> Floats:
        """The chances of the states after one more person of a kind, who comes with chance `comes` in each scenario."""
        return self.add(chances, kind, np.stack((1 - comes, comes), axis=1))


def _gather(found: Floats, chances: Floats, to: Ints) -> None:
    """Add each column of `chances` to the column of `found` that `to` names."""
    order = np.argsort(to, kind="stable")
    targets, starts = np.unique(to[order], return_index=True)
    found[:, targets] += np.add.reduceat(chances[:, order], starts, axis=1)


@lru_cache(64)
def cover_of(seats: int, kinds: tuple[int, ...]) -> Cover:
    """The chain of these kinds of people; made once."""
    return Cover(seats, kinds)


def counts_of(chances: Floats, most: int) -> Floats:
    """Chances that exactly 0, 1, ... people come, and in the last column that `most` or more do (Poisson-binomial).

    Args:
        chances: scenario by person, each 0..1.
        most: the column of "or more", at least 1.
    """
    found = np.zeros((most + 1, len(chances)))
    found[0] = 1.0
    for comes in np.ascontiguousarray(chances.T):
        stays = 1 - comes
        found[most] += found[most - 1] * comes
        for number in range(most - 1, 0, -1):
            found[number] = found[number] * stays + found[number - 1] * comes
        found[0] *= stays
    return found.T
