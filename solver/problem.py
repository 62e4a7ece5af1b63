"""What the solver is asked: experts, requests with their positions, and the policy they are judged by.

Time is whole minutes since the Unix epoch (UTC) everywhere; a span is [start, end). People, requests and positions are
known by the integer ids that the caller gives them. Nothing here knows a database.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

Minute = Annotated[int, "minutes since 1970-01-01T00:00Z"]
"""Whole minutes since 1970-01-01T00:00Z. In a file also a time with its zone: "2026-11-28T14:00-05:00"."""


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open interval of minutes, [start, end)."""

    start: Minute
    end: Minute


@dataclass(frozen=True, slots=True)
class Place:
    """A point in the United States: degrees, the two-letter state, and the county where known."""

    latitude: float
    longitude: float
    state: str
    county: str | None = None


@dataclass(frozen=True, slots=True)
class Expert:
    """One person of the pool, as the rules see her."""

    id: int
    name: str
    """Used in sentences only, never to decide."""
    place: Place
    disciplines: frozenset[str]
    """One or two of "LE", "VA", "MH", "CL"."""
    expertise: Mapping[str, int] = field(default_factory=dict)
    """Expertise slug to level 1-3."""
    languages: Mapping[str, int] = field(default_factory=dict)
    """BCP-47 tag to ILR level 0-5."""
    busy: tuple[Span, ...] = ()
    """Absences, and everything already held: assignments with their travel and rest, open offers elsewhere."""
    eligible_from: Minute = 0
    """End of rest or of any hold; never sent before."""
    papers_until: Minute = 1 << 40
    """Last minute on which every mandatory credential, check, training and agreement is valid."""
    licences: Mapping[str, Minute] = field(default_factory=dict)
    """Clinical licence: state to the last minute it is valid there. Empty: not a licensed clinician."""
    is_leader: bool = False
    is_experienced: bool = False
    """Has a past deployment."""
    is_trainee: bool = False
    is_mentor: bool = False
    employer: str | None = None
    """Name of the present employer, compared without regard to case."""
    conflicts: frozenset[int] = frozenset()
    """Agencies (ids) with a recorded tie: employed there in five years, family, litigation."""
    served: tuple[Minute, ...] = ()
    """Starts of her deployments in the last 365 days and of those already promised."""
    exposure: float = 0.0
    """Present exposure load, in the units of `Policy.exposure_cap`."""
    chance: float = 0.5
    """Chance in 0..1 that she accepts an offer now."""


@dataclass(frozen=True, slots=True)
class Position:
    """One seat of a team."""

    id: int
    code: str
    """Code of `domain.md`: TL, LEP, VA, CL ..."""
    disciplines: frozenset[str]
    """Any of these disciplines fits the seat."""
    required: Mapping[str, int] = field(default_factory=dict)
    """Expertise slug to the least level. A hard rule."""
    desired: Mapping[str, float] = field(default_factory=dict)
    """Expertise slug to weight in 0..1. A wish."""
    is_leader: bool = False
    is_remote: bool = False
    """Done from home: no travel, no arrival deadline."""
    is_licensed: bool = False
    """Needs a clinical licence valid in the state of the request for every day."""
    priority: int = 1
    """1 is filled first when not all can be."""
    pinned: int | None = None
    """Expert who stays in this seat (said yes, or the desk decided so)."""
    held: int | None = None
    """Expert who sits here in the present roster without being pinned: moving her is a disruption."""
    was: int | None = None
    """Expert who sat here in the roster before, whatever became of her since: what changed is told against this one,
    and only where it is missing against those who are pinned or hold the seat."""
    title: str = ""
    """What people call the seat, in sentences only; the code where it is empty."""


@dataclass(frozen=True, slots=True)
class Request:
    """One team to compose."""

    id: int
    place: Place
    stay: Span
    """First and last minute on site, without travel."""
    earliest_departure: Minute
    """Nobody can leave home before (now, plus time to pack)."""
    arrive_by: Minute
    positions: tuple[Position, ...]
    priority: int = 2
    """1 immediate, 2 urgent, 3 planned."""
    agency_id: int = 0
    agency_name: str = ""
    languages: tuple[str, ...] = ()
    """Languages the community needs, each covered by somebody on the team at `Policy.language_level`."""
    needs_all_disciplines: bool = False
    """T2 and T3: each of the four disciplines at least once."""
    excluded: frozenset[int] = frozenset()
    """Experts the desk or the agency does not want, and those who declined already."""
    asked_for: frozenset[int] = frozenset()
    """Experts asked for by name: a wish."""
    zone: str = "UTC"
    """IANA zone in which sentences tell the time ("America/Denver"); never decides anything."""


@dataclass(frozen=True, slots=True)
class Reserve:
    """How many people of a discipline and region should stay free for the next incident."""

    discipline: str
    states: frozenset[str]
    """Of their homes; none means the whole country."""
    floor: int
    price: int = 1
    """What one person less weighs against one of another reserve."""


@dataclass(frozen=True, slots=True)
class Policy:
    """Limits and weights. Every number is a default that an administrator can change (domain.md 1.4, 1.5)."""

    drive_mph: float = 55.0
    road_factor: float = 1.2
    """Road miles over great-circle miles."""
    drive_limit_minutes: int = 240
    """Longer drives are flown."""
    fly_base_minutes: int = 240
    """Door to door, without the flight itself."""
    fly_mph: float = 430.0
    rest_days_short: int = 2
    """After a stay of up to five days."""
    rest_days_medium: int = 3
    """Six or seven days."""
    rest_days_long: int = 4
    """Eight days and more."""
    papers_margin_days: int = 7
    """Papers are valid through the last day plus this."""
    cap_90_days: int = 2
    cap_365_days: int = 4
    exposure_cap: float = 100.0
    language_level: int = 3
    one_per_employer: bool = True
    max_trainees: int = 1
    experienced_share: float = 0.5
    reserves: tuple[Reserve, ...] = ()
    """Kept before fit and journey are looked at, but for no empty seat, no need of a team and nobody's place in it."""
    weights: Mapping[str, int] = field(default_factory=lambda: dict(DEFAULT_WEIGHTS))
    """Weights inside the goal levels; names in `goals.py`."""
    need_weights: Mapping[str, int] = field(default_factory=lambda: dict(NEED_WEIGHTS))
    """What one missing need of a team weighs against another, within the level of needs."""
    candidates_per_seat: int = 8
    """At least so many of the best for each seat; more where more seats compete, so that nothing is lost."""
    candidate_budget: int = 10_000_000
    """Pairs of seat and expert that are kept in memory (some 36 bytes each); what is left out is bounded, not lost."""
    alternates: int = 3
    taxonomy: frozenset[str] = frozenset()
    """Slugs of expertise that exist: a position that names another is refused. Empty: any slug may be named."""


DEFAULT_WEIGHTS: Mapping[str, int] = {
    "surplus_level": 2,
    "desired": 10,
    "experience": 6,
    "chance": 8,
    "asked_for": 20,
    "travel_hour": 1,
    "recent_deployment": 4,
    "exposure": 4,
}

NEED_WEIGHTS: Mapping[str, int] = {"leader": 8, "language": 4, "discipline": 4, "experienced": 1}
