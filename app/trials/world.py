"""What a trial remembers: people, teams under way, and what happens next, in the order in which the service does it."""

import heapq
from bisect import insort
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import count
from typing import NamedTuple

from app.agencies.models import Agency
from app.dispatch import limits
from app.dispatch.callout import HABITS, SAID, SPOKE, discipline_of
from app.dispatch.codes import CODE_REST
from app.dispatch.states import OPEN, STANDING, OfferState
from app.experts.exposure import POLICY as EXPOSURE
from app.requests.states import Priority
from app.rosters import rules
from app.rosters.rules import DEFAULTS, Rules
from app.simulator.people import Mix, People
from app.trials.incidents import Incident
from app.trials.members import Member
from app.trials.rows import Deployment, Offer, Pick, Position, Request
from solver import waves
from solver.chances import Said
from solver.problem import Policy

QUESTIONS_PER_DAY, QUESTIONS_PER_MONTH = 3, 10
"""As the installation's settings are by default."""
NO = Mix(yes=0.0, no=1.0, never=0.0, late=0.0, garbled=0.0, stop=0.0, conditional=0.0)
"""Of somebody who answers, and declines."""
TICK = timedelta(microseconds=1)
TICKS_A_DAY = 86_400_000_000
CALL_SPAN = timedelta(seconds=1)
"""The carrier starts one call a second (`messaging/pacing.py`)."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a trial is played by.

    Args:
        rules: the desk's rules: limits, rest, weights, waves, reserves.
        mix: how people answer.
        mixes: discipline to how its people answer, where that differs; who has two answers as the first named here.
        declining: experts who say no to everything.
        questions_per_day, questions_per_month: nobody is asked more often in 24 hours, in 30 days.
        goes_home: whether teams come home, rest and carry exposure; False: seats alone bind people.
    """

    rules: Rules = DEFAULTS
    mix: Mix = field(default_factory=Mix)
    mixes: Mapping[str, Mix] = field(default_factory=dict)
    declining: frozenset[int] = frozenset()
    questions_per_day: int = QUESTIONS_PER_DAY
    questions_per_month: int = QUESTIONS_PER_MONTH
    goes_home: bool = True


@dataclass(slots=True)
class Seated:
    """One expert in one seat: a live assignment."""

    team: "Team"
    position: Position
    expert_id: int
    leaves_at: datetime
    arrives_at: datetime
    home_at: datetime
    ends_at: datetime
    """End of the span that the seat takes: rested."""
    filled_at: datetime
    minutes: int = 0
    mode: str = ""
    """How they travel."""
    left_at: datetime | None = None
    """When they were released."""
    points: float | None = None
    """Of exposure, entered when they came home."""


@dataclass(slots=True)
class Team:
    """One deployment under way: rows as the service has them, in no database."""

    number: int
    incident: Incident
    ask: Request
    agency: Agency
    deployment: Deployment
    positions: list[Position]
    offers: list[Offer] = field(default_factory=list)
    lists: dict[int, list[Pick]] = field(default_factory=dict)
    """Of the accepted roster: position to its picks, best first."""
    seated: dict[int, Seated] = field(default_factory=dict)
    """Position to who has it."""
    empty: dict[int, tuple[str, str]] = field(default_factory=dict)
    """Position to why nobody fits, in words, and the rule at which most fell."""
    look: int = 0
    """The look that counts; an older one finds nothing to do."""

    @property
    def chosen(self) -> dict[int, int]:
        """Position to expert of the accepted roster."""
        picks = ((id_, picks[0].expert_id) for id_, picks in self.lists.items() if picks and picks[0].rank == 0)
        return {id_: who for id_, who in picks if who is not None}

    def position(self, id_: int) -> Position:
        """One of its seats."""
        return next(one for one in self.positions if one.id == id_)

    def open_offers(self, position_id: int) -> list[Offer]:
        """Questions for a seat that await an answer."""
        return [offer for offer in self.offers if offer.position_id == position_id and offer.state in OPEN]


class Call(NamedTuple):
    """One phone to be called about one offer: to ask, or to say what was decided."""

    offer: Offer
    number: str
    is_notice: bool = False


class Agenda:
    """What happens next: by moment, then by priority, then in the order in which it was put there."""

    def __init__(self, start: datetime) -> None:
        self.now = start
        self._order = count(1)
        self._due: list[tuple[datetime, int, int, Callable[[], object]]] = []
        self._off: set[int] = set()
        self._journeys: set[int] = set()

    @property
    def is_quiet(self) -> bool:
        """Whether nobody is about to be asked, to answer or to be looked for: only journeys go on."""
        return all(number in self._off or number in self._journeys for _, _, number, _ in self._due)

    def put(
        self, act: Callable[[], object], at: datetime | None = None, priority: int = 0, *, is_journey: bool = False
    ) -> int:
        """Have something done, now or later; a number to call it off by. `is_journey`: of the way there or home."""
        number = next(self._order)
        if is_journey:
            self._journeys.add(number)
        heapq.heappush(self._due, (max(at or self.now, self.now), -priority, number, act))
        return number

    def call_off(self, number: int | None) -> None:
        """It is not done."""
        if number is not None:
            self._off.add(number)

    def run(self, until: datetime) -> None:
        """Do everything due by then, also what only becomes due by doing it."""
        while self._due and self._due[0][0] <= until:
            at, _, number, act = heapq.heappop(self._due)
            self._journeys.discard(number)
            if number in self._off:
                self._off.discard(number)
                continue
            self.now = at.astimezone(UTC)  # mornings come in the zone where they dawn
            act()
        self.now = max(self.now, until)


class World:
    """Everything of one trial."""

    def __init__(self, members: Sequence[Member], terms: Terms, seed: int, start: datetime) -> None:
        self.members = {member.id: member for member in members}
        self.terms, self.seed, self.start = terms, seed, start
        self.agenda = Agenda(start)
        self.people = People(seed, terms.mix)
        self.teams: list[Team] = []
        self.offers_of: dict[int, list[Offer]] = defaultdict(list)
        self._coded: dict[int, list[Offer]] = defaultdict(list)
        """Person to the offers whose codes may be theirs yet; once a code is free it stays so."""
        self._ended: dict[int, list[tuple[int, int, bool | None]]] = defaultdict(list)
        """Person to the offers that have ended and say something of her, in the order in which they were made: id, when
        they were made in microseconds of the trial, what was said."""
        self._open_of: dict[int, dict[int, Offer]] = defaultdict(dict)
        """Person to her questions that await an answer, the latest last."""
        self.team_of: dict[int, Team] = {}
        """Deployment to its team."""
        self.seats_of: dict[int, list[Seated]] = defaultdict(list)
        self.eligible_from: dict[int, datetime] = {m.id: m.eligible_from for m in members if m.eligible_from}
        self.exposure: dict[int, float] = defaultdict(float)
        """Points as if all had been entered at the start; they halve with time."""
        self.stopped: set[str] = set()
        """Numbers that want no texts."""
        self.owners: dict[str, list[int]] = defaultdict(list)
        self.calls_free_at = start
        self.calls_made: Counter[Call] = Counter()
        self.standby_since: dict[int, datetime] = {}
        """Offer to when its yes came first without a seat."""
        self.told: dict[str, list[tuple[datetime, str]]] = defaultdict(list)
        """Number to what it was told that it was not understood: when, and how."""
        self._said: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
        self._next_id = count(1)
        self._asked: dict[int, list[datetime]] = defaultdict(list)
        """When people were asked, the latest first, as many of these as a limit can count."""
        self._limits = limits.limits(terms.questions_per_day, terms.questions_per_month)
        self._most = max(limit.most for limit in self._limits)
        self._rests: dict[int, datetime] = {}
        """Who was asked often enough, and from when they may be asked again; also of some whose rest is over."""
        self._waves: dict[Priority, waves.Policy] = {}
        self._spans: dict[Priority, timedelta] = {}
        self.open: dict[int, Offer] = {}
        """Every question that awaits an answer."""
        for member in members:
            mixed = next((terms.mixes[name] for name in member.disciplines if name in terms.mixes), None)
            mixed = NO if member.id in terms.declining else mixed
            for number in member.phones:
                self.people.add(number, member.name, mix=mixed)
                self.owners[number].append(member.id)

    @property
    def now(self) -> datetime:
        """The trial's time."""
        return self.agenda.now

    def new_id(self) -> int:
        """Ids grow in the order in which things are made, as in the database."""
        return next(self._next_id)

    @cached_property
    def policy(self) -> Policy:
        """The rules as the solver takes them."""
        return rules.policy(self.terms.rules)

    def wave_policy(self, priority: Priority) -> waves.Policy:
        """How sure and how patient, by priority."""
        if priority not in self._waves:
            self._waves[priority] = rules.wave_policy(self.terms.rules, priority)
        return self._waves[priority]

    def time_to_answer(self, priority: Priority) -> timedelta:
        """How long somebody has from the first question on."""
        if priority not in self._spans:
            self._spans[priority] = rules.time_to_answer(self.terms.rules, priority)
        return self._spans[priority]

    def take_line(self) -> datetime:
        """A call takes its turn: the carrier starts one in each `CALL_SPAN`. When it starts."""
        slot = max(self.calls_free_at, self.now)
        self.calls_free_at = slot + CALL_SPAN
        return slot

    # What is known of people

    def keep_offer(self, offer: Offer) -> None:
        """Remember a new offer with its person."""
        self.offers_of[offer.expert_id].append(offer)
        self._coded[offer.expert_id].append(offer)
        self._count_question(offer)
        self.open[offer.id] = self._open_of[offer.expert_id][offer.id] = offer

    def _count_question(self, offer: Offer) -> None:
        """What has been asked only grows, so a rest is worked out when somebody is asked, and then only ends."""
        asked = self._asked[offer.expert_id]
        insort(asked, offer.asked_at, key=lambda at: self.start - at)
        del asked[self._most :]
        self._rests |= limits.free_from({offer.expert_id: asked}, self._limits, self.now)

    def coded(self, expert_id: int) -> list[Offer]:
        """A person's offers whose codes are their own yet (`dispatch/codes.py`), in the order they were made."""
        rested = self.now - CODE_REST
        found = self._coded[expert_id] = [
            offer for offer in self._coded[expert_id]
            if offer.asked_at > rested or (offer.state in STANDING and self._is_needed(offer))
        ]  # fmt: skip
        return found

    def _is_needed(self, offer: Offer) -> bool:
        return self.team_of[offer.deployment_id].deployment.ends_at > self.now

    def asked_elsewhere(self, expert_id: int, team: Team) -> Team | None:
        """The other team that has asked somebody last and awaits the answer."""
        others = (one for one in self._open_of[expert_id].values() if one.deployment_id != team.deployment.id)
        last = max(others, key=lambda one: one.id, default=None)
        return None if last is None else self.team_of[last.deployment_id]

    def asked_enough(self, people: Set[int] | None = None) -> dict[int, datetime]:
        """Who was asked so often that they are not now, and from when they may be (`dispatch/limits.py`).

        Args:
            people: whom to look at; None: everybody.
        """
        now = self.now
        if people is not None:
            return {who: self._rests[who] for who in self._rests.keys() & people if self._rests[who] > now}
        self._rests = {who: until for who, until in self._rests.items() if until > now}
        return dict(self._rests)

    def change(self, offer: Offer, state: OfferState, position: Position) -> None:
        """Move an offer to a state, and keep what its answer teaches of its discipline."""
        who, was = offer.expert_id, offer.state
        self._count(offer, position, -1)
        offer.state = state
        self._count(offer, position, 1)
        if state in OPEN:
            self.open[offer.id] = self._open_of[who][offer.id] = offer
        elif self.open.pop(offer.id, None) is not None:
            del self._open_of[who][offer.id]
        if was in SAID:
            self._ended[who] = [one for one in self._ended[who] if one[0] != offer.id]
        if state in SAID:
            insort(self._ended[who], (offer.id, (offer.asked_at - self.start) // TICK, SAID[state]))

    def _count(self, offer: Offer, position: Position, sign: int) -> None:
        discipline = discipline_of(position)
        if offer.state in SPOKE and discipline:
            days = (self.start - offer.asked_at) / timedelta(days=1)
            self._said[discipline][not SAID[offer.state]] += sign * 0.5 ** (days / HABITS.half_life_days)

    def sums(self) -> dict[str, tuple[float, float]]:
        """Discipline to the weights of all its yeses and noes, as of now."""
        fade = 0.5 ** ((self.now - self.start) / timedelta(days=1) / HABITS.half_life_days)
        return {name: (round(yes * fade, 6), round(no * fade, 6)) for name, (yes, no) in self._said.items()}

    def said(self, people: Iterable[int]) -> dict[int, Said]:
        """What people said of earlier offers, as sums (`solver.chances.summed`, number by number)."""
        now = (self.now - self.start) // TICK
        return {who: self._summed(self._ended[who], now) for who in people if who in self._ended}

    @staticmethod
    def _summed(ended: Iterable[tuple[int, int, bool | None]], now: int) -> Said:
        yes = no = silent = 0.0
        for _, at, said in ended:
            weight = 0.5 ** ((now - at) / TICKS_A_DAY / HABITS.half_life_days) if now > at else 1.0
            if said:
                yes += weight
            elif said is None:
                silent += weight
            else:
                no += weight
        return Said(yes, no, silent)

    def carry(self, expert_id: int, points: float) -> None:
        """Enter points of exposure now."""
        half_lives = (self.now - self.start) / timedelta(days=EXPOSURE.half_life_days)
        self.exposure[expert_id] += points * 2.0**half_lives

    def fade(self) -> float:
        """What points of the start count now."""
        return float(0.5 ** ((self.now - self.start) / timedelta(days=EXPOSURE.half_life_days)))
