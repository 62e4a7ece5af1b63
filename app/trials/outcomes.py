"""What became of incidents: per incident its seats and its questions. The same for a replay and for a trial."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from math import asin, cos, radians, sin, sqrt
from typing import Any

ASKED_IN_VAIN = "Nobody who was asked came"
"""Why a seat is empty that somebody fits."""
DIAMETER_MILES = 7917.6


def miles(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Great-circle miles between two points in degrees, in tenths."""
    phi1, lam1, phi2, lam2 = map(radians, (lat1, lon1, lat2, lon2))
    half = sin((phi2 - phi1) / 2) ** 2 + cos(phi1) * cos(phi2) * sin((lam2 - lam1) / 2) ** 2
    return round(DIAMETER_MILES * asin(min(1.0, sqrt(half))), 1)


@dataclass(frozen=True, slots=True)
class SeatOutcome:
    """One seat of a team.

    Args:
        number: in the team, from 1.
        code: of domain.md 1.4.
        title: in words.
        disciplines: any of these fits.
        expert_id: who has it; None: nobody.
        filled_at: when the yes came.
        leaves_at, arrives_at, home_at, rested_at: the journey of whoever has it, and the end of the rest.
        miles: great-circle distance from home.
        minutes: one way, door to door.
        why: of an empty seat: why it could not be filled, in words.
        rule: of an empty seat: the rule at which most experts fell, by its code; "" when people were asked in vain.
    """

    number: int
    code: str
    title: str
    disciplines: tuple[str, ...]
    expert_id: int | None = None
    filled_at: datetime | None = None
    leaves_at: datetime | None = None
    arrives_at: datetime | None = None
    home_at: datetime | None = None
    rested_at: datetime | None = None
    miles: float | None = None
    minutes: int | None = None
    why: str = ""
    rule: str = ""


@dataclass(frozen=True, slots=True)
class OfferOutcome:
    """One question to one expert.

    Args:
        seat: number of the seat she was asked for last.
        expert_id: who.
        code: the three digits of the question.
        asked_at: when she was to be texted first.
        state: how it ended (`dispatch.states.OfferState`).
    """

    seat: int
    expert_id: int
    code: str
    asked_at: datetime
    state: str


@dataclass(frozen=True, slots=True)
class IncidentOutcome:
    """What became of one incident.

    Args:
        number: place in the order of filing, from 0.
        filed_at: when the agency asked.
        needed_by: when the team is needed on site.
        state, kind, team_type, priority: of the request.
        latitude, longitude: of the place.
        seats: of the team.
        offers: in the order in which they were made.
        full_at: when the last seat was filled; None: some stayed empty.
    """

    number: int
    filed_at: datetime
    needed_by: datetime
    state: str
    kind: str
    team_type: str
    priority: str
    latitude: float
    longitude: float
    seats: tuple[SeatOutcome, ...]
    offers: tuple[OfferOutcome, ...]
    full_at: datetime | None

    @property
    def filled(self) -> int:
        """Seats with somebody."""
        return sum(seat.expert_id is not None for seat in self.seats)

    @property
    def is_full(self) -> bool:
        """Whether every seat has somebody."""
        return self.filled == len(self.seats)

    @property
    def on_site_at(self) -> datetime | None:
        """When the last of a complete team is on site; None when it is not complete."""
        times = [seat.arrives_at for seat in self.seats if seat.arrives_at is not None]
        return max(times) if self.is_full and times else None


@dataclass(frozen=True, slots=True)
class Outcomes:
    """All incidents of one run.

    Args:
        seed: of the answers.
        pool: ids of everybody in the pool.
        incidents: in the order of filing.
    """

    seed: int
    pool: tuple[int, ...]
    incidents: tuple[IncidentOutcome, ...]

    def as_json(self) -> dict[str, Any]:
        """Plain data: moments in ISO, in UTC."""
        return _plain(asdict(self))  # type: ignore[no-any-return]


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value
