"""Which of several free seats somebody fits best: pure, without a database."""

from app.dispatch.moving import fitting
from app.rosters.models import Pick


def _pick(person: int, seat: int, rank: int) -> Pick:
    return Pick(expert_id=person, position_id=seat, rank=rank, travel={"mode": "drive"})


def test_the_scarcest_seat_that_somebody_fits_comes_first() -> None:
    lists = {1: [_pick(7, 1, 0), _pick(8, 1, 1), _pick(9, 1, 2)], 2: [_pick(6, 2, 0), _pick(8, 2, 1)]}
    found = fitting(8, (1, 2), lists)
    assert found is not None
    assert found.position_id == 2
    assert fitting(5, (1, 2), lists) is None
    assert fitting(8, (), lists) is None
