"""What a person in a seat is worth as one whole number: disruption, then fit, then the journey, with proven gaps.

Load comes last and is left out: it only decides between rosters that are equal in all this.
"""

from collections.abc import Iterable

import numpy as np

from solver.pool import Ints
from solver.survey import Ranked, Seats, Small
from solver.worth import Worth


class Values:
    """The units of the levels for some open seats: a step of one outweighs everything that the next can differ by."""

    def __init__(self, seats: Iterable[Seats], most_short: int = 0) -> None:
        best = [seat.best for seat in seats if len(seat.best.rows)]
        self.fit = _reach(one.far for one in best) + 1
        self.reserve = self.fit * (_reach(one.fit for one in best) + 1)
        self.kept = self.reserve * (most_short + 1)

    def of(self, best: Ranked) -> Ints:
        """Worth of each candidate of a seat, side by side with its ranking."""
        worth: Ints = best.kept.astype(np.int64) * self.kept + best.fit.astype(np.int64) * self.fit - best.far
        return worth

    def one(self, worth: Worth) -> int:
        """Worth of one person in one seat."""
        return worth.kept * self.kept + worth.fit * self.fit - worth.far


def _reach(columns: Iterable[Small]) -> int:
    """The farthest that two sums, each with one number of each column or with nothing, lie apart."""
    return sum(max(int(column.max()), 0) - min(int(column.min()), 0) for column in columns)
