"""The chance that a team is covered: exact, as counting every case says; its gains are monotone and submodular."""

from itertools import product

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from app.foresight.cover import Cover, counts_of

SEATS = 4
MASKS = st.lists(st.tuples(st.integers(1, (1 << SEATS) - 1), st.floats(0, 1)), max_size=7)


def most_covered(masks: list[int]) -> int:
    """The most seats that these people can cover, by trying every order of seats."""
    best = {0}
    for mask in masks:
        best |= {
            covered | 1 << seat for covered in best for seat in range(SEATS) if mask >> seat & 1 & ~(covered >> seat)
        }
    return max(map(int.bit_count, best))


def worked_out(people: list[tuple[int, float]]) -> tuple[float, float]:
    """Chance of a full team, and expected seats, by the chain of families."""
    cover = Cover(SEATS, tuple(sorted({mask for mask, _ in people})) or (1,))
    chances = cover.start(1)
    for kind in cover.kinds:
        theirs = np.array([[p for mask, p in people if mask == kind]])
        chances = cover.add(chances, kind, counts_of(theirs, kind.bit_count()))
    return float((chances @ cover.is_full)[0]), float((chances @ cover.covered)[0])


@settings(max_examples=60, deadline=None)
@given(MASKS)
def test_the_chance_of_a_full_team_is_the_sum_over_every_case(people: list[tuple[int, float]]) -> None:
    full = filled = 0.0
    for comes in product((False, True), repeat=len(people)):
        weight = float(np.prod([p if c else 1 - p for (_, p), c in zip(people, comes, strict=True)]))
        most = most_covered([mask for (mask, _), c in zip(people, comes, strict=True) if c])
        full += weight * (most == SEATS)
        filled += weight * most
    found = worked_out(people)
    assert abs(found[0] - full) < 1e-9
    assert abs(found[1] - filled) < 1e-9


@settings(max_examples=40, deadline=None)
@given(MASKS, st.tuples(st.integers(1, (1 << SEATS) - 1), st.floats(0, 1)))
def test_one_more_person_never_makes_a_team_less_likely(
    people: list[tuple[int, float]], more: tuple[int, float]
) -> None:
    before, after = worked_out(people), worked_out([*people, more])
    assert after[0] >= before[0] - 1e-12
    assert after[1] >= before[1] - 1e-12


@settings(max_examples=40, deadline=None)
@given(MASKS, st.tuples(st.integers(1, 15), st.floats(0, 1)), st.tuples(st.integers(1, 15), st.floats(0, 1)))
def test_the_gain_in_seats_of_one_person_is_never_larger_beside_another(
    people: list[tuple[int, float]], one: tuple[int, float], other: tuple[int, float]
) -> None:
    alone = worked_out([*people, one])[1] - worked_out(people)[1]
    beside = worked_out([*people, other, one])[1] - worked_out([*people, other])[1]
    assert beside <= alone + 1e-9
