"""A year in memory: the same seed gives the same, and the rules hold."""

from datetime import UTC, datetime, timedelta
from itertools import combinations

from app.dispatch.states import OfferState
from app.seed.people import people
from app.simulator.people import Kind
from app.trials import fast
from app.trials.incidents import Incident
from app.trials.members import Member, invented
from app.trials.outcomes import Outcomes

START = datetime(2026, 3, 2, 17, tzinfo=UTC)
PLACES = (("Denver", "CO", 39.74, -104.99), ("Houston", "TX", 29.76, -95.37), ("Boston", "MA", 42.36, -71.06))


def _pool(count: int = 150) -> list[Member]:
    return invented(people(count, 3, START))


def _incident(hours: float, place: int = 0, killed: int = 1, kind: str = "officer_involved_shooting") -> Incident:
    city, state, latitude, longitude = PLACES[place]
    at = START + timedelta(hours=hours)
    return Incident(at, at, kind, f"{city} Police", city, state, latitude, longitude, killed, 0, is_synthetic=True)


def _month() -> list[Incident]:
    return [_incident(9 * n, n % 3, killed=n % 2) for n in range(12)]


def _played(seed: int = 5) -> Outcomes:
    return fast.simulate(_pool(), _month(), seed=seed)


def test_the_same_seed_gives_the_same_and_another_gives_another() -> None:
    first = _played()
    assert first == _played()
    assert first.incidents != _played(seed=6).incidents


def test_nobody_is_in_two_places_and_nobody_leaves_before_they_are_rested() -> None:
    seats = [seat for one in _played().incidents for seat in one.seats if seat.expert_id is not None]
    assert len(seats) > 20
    for one, other in combinations(seats, 2):
        if one.expert_id == other.expert_id:
            assert one.rested_at and other.leaves_at and one.leaves_at and other.rested_at
            assert one.rested_at <= other.leaves_at or other.rested_at <= one.leaves_at


def test_a_team_beyond_any_pool_is_said_to_be_so() -> None:
    found = fast.simulate(_pool(4), [_incident(0, killed=9, kind="mass_violence")], seed=1).incidents[0]
    assert not found.is_full
    assert all(seat.why for seat in found.seats if seat.expert_id is None)


def test_a_busy_line_is_called_once_more_and_then_left_alone() -> None:
    trial = fast.Trial(_pool(), [_incident(0)], fast.Terms(), 1)
    for member in trial.world.members.values():
        for number in member.phones:
            trial.world.people.set_behaviour(number, Kind.BUSY)
    trial.reach(0)
    trial.file(0)
    trial.world.agenda.run(START + timedelta(days=1))
    made = trial.world.calls_made
    assert {times for call, times in made.items() if call.offer.state is OfferState.EXPIRED} == {2}
    assert max(made.values()) == 2  # of the others the second may be still to come
