"""What the solver answers: who sits where, why, how they travel, who could replace them, and what could not be done."""

from dataclasses import dataclass
from typing import Literal

from solver.problem import Minute


@dataclass(frozen=True, slots=True)
class Reason:
    """One fact that speaks for (or warns about) a choice, as data and as a sentence the desk can read aloud."""

    code: str
    """Stable name: "discipline", "expertise", "language", "leader", "travel", "rest", "only_choice", "tight_cap" ..."""
    text: str
    is_warning: bool = False


@dataclass(frozen=True, slots=True)
class Travel:
    """How one expert gets there and back. Minutes since the epoch."""

    mode: Literal["none", "drive", "fly"]
    minutes: int
    """One way, door to door."""
    depart: Minute
    arrive: Minute
    home: Minute
    rested: Minute
    """End of the rest that follows; the expert is not free before."""


@dataclass(frozen=True, slots=True)
class GoalValue:
    """One level of the lexicographic goals and what it came to; bigger is better unless the name says "minutes"."""

    name: str
    value: int


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one person between two rosters."""

    kind: Literal["came", "left", "moved", "stays"]
    expert_id: int
    text: str
    was: tuple[int, int] | None = None
    """Request and position before."""
    is_now: tuple[int, int] | None = None
    """Request and position now."""


@dataclass(frozen=True, slots=True)
class Difference:
    """How much worse another roster is at one level of the goals; below zero it is better there."""

    level: str
    worse: int
    text: str


@dataclass(frozen=True, slots=True)
class OtherRoster:
    """Another roster than the one proposed: who sits where, what that costs, and what would change."""

    seating: tuple[tuple[int, int, int | None], ...]
    """Request, position, expert."""
    costs: tuple[Difference, ...]
    """Only the levels that differ, most important first."""
    changes: tuple[Change, ...]
    is_proven: bool
    """No other roster of its kind is better."""


@dataclass(frozen=True, slots=True)
class Alternate:
    """An expert who could take the seat with everybody else staying, best first."""

    expert_id: int
    travel: Travel
    reasons: tuple[Reason, ...]
    costs: str
    """What choosing her instead would cost while everybody else stays, in words: "2 h longer journey"."""
    differences: tuple[Difference, ...] = ()
    """The same as data: level by level of the goals, only where it differs, most important first."""


@dataclass(frozen=True, slots=True)
class FunnelStep:
    """How many experts of the pool fell at one rule, in the order in which the rules were applied."""

    rule: str
    fell: int
    left: int
    text: str = ""
    """The same as a sentence: "412 are resting or on hold; 38 are left."."""


@dataclass(frozen=True, slots=True)
class Waiver:
    """One rule set aside for one person in one seat."""

    rule: str
    expert_id: int
    position_id: int
    amount: int
    """Minutes late or early, missing levels, or deployments beyond the cap; 1 where there is nothing to count."""
    text: str
    """As part of a sentence: "arriving 15 min after the deadline"."""


@dataclass(frozen=True, slots=True)
class Help:
    """What would fill an empty seat: the request was solved again with it, and the judge found nothing else broken."""

    text: str
    cost: int
    """Minutes of trouble by which helps are ranked; see `helps.py`."""
    waivers: tuple[Waiver, ...]
    roster: OtherRoster
    """The team that it gives, of this request only; everybody in other requests stays."""


@dataclass(frozen=True, slots=True)
class Seat:
    """One position of the roster: filled with its reasons, or empty with its own."""

    request_id: int
    position_id: int
    expert_id: int | None
    travel: Travel | None
    reasons: tuple[Reason, ...]
    alternates: tuple[Alternate, ...] = ()
    funnel: tuple[FunnelStep, ...] = ()
    """Only for an empty seat."""
    helps: tuple[Help, ...] = ()
    """Only for an empty seat: verified changes that would fill it, cheapest first."""
    instead: OtherRoster | None = None
    """Only for a filled seat, and when other rosters were asked for: the best whole team with somebody else here."""


@dataclass(frozen=True, slots=True)
class Shortage:
    """A need of a team (leader, language, discipline, experience) that this pool cannot meet."""

    request_id: int
    need: str
    text: str


@dataclass(frozen=True, slots=True)
class Roster:
    """The answer to one `solve`."""

    status: Literal["optimal", "feasible"]
    seats: tuple[Seat, ...]
    """Every position of every request, in the order of the problem."""
    shortages: tuple[Shortage, ...]
    goals: tuple[GoalValue, ...]
    pool_size: int
    considered: int
    """Expert-seat pairs that passed every hard rule."""
    solve_ms: int
    version: str
    """Version of the solver that answered."""
    gap: float | None = 0.0
    """Share by which a better roster could still be worth more; 0 when proven the best, None when no bound is known."""
    time_limit_s: float = 0.0
    """Wall seconds the solver was given."""
    seed: int = 0
    changes: tuple[Change, ...] = ()
    """Against the people who held or had confirmed their seats."""
    runner_up: OtherRoster | None = None
    """The best roster with somebody else in one seat at least; only when it was asked for."""
