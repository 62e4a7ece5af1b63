"""The past of a call-out: all that what comes later asks of what came before, as plain records.

Made of a trial (`past_of`), or read from a replay's database (`app/replay/reading_past.py`), and entered into one
(`entering_past.py`): so a replay can begin in the middle of a year, and it can be seen whether the stretch before it
really ended where this one began.
"""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.deployments.states import AssignmentState
from app.dispatch.states import OfferState
from app.simulator.people import Memory
from app.trials.fast import Trial
from app.trials.world import Seated, Team

TOLD_FOR = timedelta(days=1)
"""How long it counts that somebody was told that they were not understood (`replies/saying.py`)."""


@dataclass(frozen=True, slots=True)
class PastOffer:
    """One question that has ended, or stands.

    Args:
        order: in which all questions of the past were made.
        seat: number of the seat.
        expert_id, code, state, asked_at, reply_by: as in the table.
        travel: of an accepted one, the journey.
    """

    order: int
    seat: int
    expert_id: int
    code: str
    state: str
    asked_at: datetime
    reply_by: datetime
    travel: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class PastSeat:
    """One seat that somebody has.

    Args:
        number: of the seat.
        expert_id: who.
        state: of the assignment.
        leaves_at, arrives_at, rested_at, filled_at, mode: of the journey; from leaving to rested the person is taken.
        left_at: when they were released.
        points: of exposure, entered when they came home.
    """

    number: int
    expert_id: int
    state: str
    leaves_at: datetime
    arrives_at: datetime
    rested_at: datetime
    filled_at: datetime
    mode: str
    left_at: datetime | None
    points: float | None

    @property
    def home_at(self) -> datetime:
        """When they are home who were released: the way back takes as long as the way there."""
        assert self.left_at is not None  # noqa: S101 - nobody else is on the way home
        return self.left_at + (self.arrives_at - self.leaves_at)


@dataclass(frozen=True, slots=True)
class PastTeam:
    """One deployment.

    Args:
        state: of the deployment.
        staffed_at: when it was complete.
        positions: states of its seats, by their numbers.
        seats: that somebody has, by their numbers.
        offers: in the order in which they were made.
    """

    state: str
    staffed_at: datetime | None
    positions: tuple[str, ...]
    seats: tuple[PastSeat, ...]
    offers: tuple[PastOffer, ...]


@dataclass(frozen=True, slots=True)
class Past:
    """Everything before a moment at which nobody was about to be asked or to answer.

    Args:
        moment: up to which it goes.
        teams: of the incidents so far, in the order of filing.
        eligible_from: who is not to be asked for a time before a day.
        stopped: numbers that want no texts.
        told: number and moment, of who was told in the last day that they were not understood.
        people: what the simulated people remember.
    """

    moment: datetime
    teams: tuple[PastTeam, ...]
    eligible_from: Mapping[int, datetime]
    stopped: frozenset[str]
    told: frozenset[tuple[str, datetime]]
    people: Memory


def past_of(trial: Trial) -> Past:
    """What a trial has come to; it must be quiet."""
    world = trial.world
    offers = sorted(offer.id for team in world.teams for offer in team.offers)
    order = {id_: place for place, id_ in enumerate(offers)}
    since = world.now - TOLD_FOR
    return Past(
        people=deepcopy(world.people.memory()),
        moment=world.now,
        teams=tuple(_team(team, order) for team in world.teams),
        eligible_from=dict(world.eligible_from),
        stopped=frozenset(world.stopped),
        told=frozenset((number, at) for number, told in world.told.items() for at, _ in told if at >= since),
    )


def _team(team: Team, order: Mapping[int, int]) -> PastTeam:
    number_of = {one.id: one.number for one in team.positions}
    return PastTeam(
        state=team.deployment.state.value,
        staffed_at=team.deployment.staffed_at,
        positions=tuple(one.state.value for one in team.positions),
        seats=tuple(_seat(one) for one in sorted(team.seated.values(), key=lambda s: s.position.number)),
        offers=tuple(
            PastOffer(
                order[one.id], number_of[one.position_id], one.expert_id, one.code, one.state.value, one.asked_at,
                one.reply_by, one.travel if one.state is OfferState.ACCEPTED else {},
            )
            for one in team.offers
        ),
    )  # fmt: skip


def _seat(one: Seated) -> PastSeat:
    if one.points is not None:
        state = AssignmentState.HOME
    else:
        state = AssignmentState.RELEASED if one.left_at else AssignmentState.CONFIRMED
    return PastSeat(
        one.position.number, one.expert_id, state.value, one.leaves_at, one.arrives_at, one.ends_at, one.filled_at,
        one.mode, one.left_at, one.points,
    )  # fmt: skip
