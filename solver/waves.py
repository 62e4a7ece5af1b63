"""Whom to ask now, and whom later, so that every seat is filled in time with few people disturbed.

Seats are open; each has its candidates in the roster's order; a candidate may fit several seats. A yes is seated by
matching over all open seats. `plan` says who is asked now, who is asked at the next look unless the team is full by
then, and how likely the team is full at the deadline if that is all that is ever done. In truth it is planned again
after every answer, which only makes it likelier.

The order of the roster alone says who is next in a seat; chances say how many and when (see `chances.py`).

How likely is computed exactly (see `cover.py`); beyond `Policy.most_shared_seats` and `Policy.most_states` it is a
lower bound, and says so (`Plan.is_exact`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from solver.chances import Chance
from solver.cover import Cover, Fill, States
from solver.moving import seat_yes


@dataclass(frozen=True, slots=True)
class Policy:
    """How sure, how soon, how patient. Nothing else is decided by a number in this file."""

    target: float = 0.95
    """Chance that every seat is filled by the deadline."""
    at_once: float = 0.75
    """For each open seat the chance that those asked already are enough; the rest may come from the next look."""
    look_minutes: float = 12.0
    """The next look, if nobody answers before."""
    look_share: float = 0.3
    """The next look comes no later than this share of the time that is left."""
    of_best: float = 0.98
    """When asking everybody does not reach the target: this share of what asking everybody reaches."""
    most_shared_seats: int = 5
    """Seats of one group whose sharing of candidates is counted. In a larger one everybody counts only for the group
    of the seat she is asked for, which makes the chance a lower bound."""
    most_states: int = 400
    """States kept for one group; beyond, the rarest are dropped, which makes the chance a lower bound."""


@dataclass(frozen=True, slots=True)
class Seat:
    """A seat to fill, or one whose person could be moved to another.

    Args:
        id: the seat.
        ranked: everybody who may sit here and may be asked, best first; who is asked already may be among them.
    """

    id: int
    ranked: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Pending:
    """Somebody who was asked and has not answered.

    Args:
        person: who.
        seat: the seat she was asked for.
        silent_minutes: since the question; negative when it goes out so many minutes from now.
    """

    person: int
    seat: int
    silent_minutes: float


@dataclass(frozen=True, slots=True)
class CallOut:
    """All that a plan depends on.

    Args:
        seats: the team's seats; the first matter most when not all can be filled.
        chances: what to expect of each person named in a seat, or out.
        pending: offers that are out.
        seated: seat to who said yes. They may be moved to other seats in whose lists they are.
        deadline_minutes: from now; the team must be full then.
        not_before: minutes from now before which somebody is not asked (night, or asked often lately).
    """

    seats: tuple[Seat, ...]
    chances: Mapping[int, Chance]
    pending: tuple[Pending, ...] = ()
    seated: Mapping[int, int] = field(default_factory=dict)
    deadline_minutes: float = 60.0
    not_before: Mapping[int, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse what contradicts itself.

        Raises:
            ValueError: a person is out twice, or has no chance.
        """
        out = [one.person for one in self.pending] + list(self.seated.values())
        if len(out) != len(set(out)):
            raise ValueError("pending, seated: a person is there twice")
        unknown = ({person for seat in self.seats for person in seat.ranked} | set(out)) - self.chances.keys()
        if unknown:
            raise ValueError(f"chances: {sorted(unknown)[0]} has none")


@dataclass(frozen=True, slots=True)
class Ask:
    """One person to be asked for one seat, so many minutes from now."""

    person: int
    seat: int
    minute: float


@dataclass(frozen=True, slots=True)
class Plan:
    """Whom to ask, and how sure that is.

    Args:
        now: to be asked now, in the order of the seats.
        later: to be asked at their minute, unless the team is full by then.
        chance: that every open seat is filled by the deadline, with nobody asked beyond `now` and `later`.
        chance_at_once: the same with `now` alone.
        is_exact: whether the chances are exact; else they are lower bounds.
        hopeless: seats that nobody can fill any more; the plan is for the others, and `chance` is 0.
        look_minute: when to plan again if nobody answers; None: nothing more can be done.
    """

    now: tuple[Ask, ...]
    later: tuple[Ask, ...]
    chance: float
    chance_at_once: float
    is_exact: bool
    hopeless: tuple[int, ...]
    look_minute: float | None


class _Planner:
    """One call-out as bits and fills."""

    def __init__(self, call: CallOut, policy: Policy) -> None:
        self.call, self.policy = call, policy
        self._fills: dict[Ask, Fill] = {}
        self.hopeless = _hopeless(call)
        self.seats = [seat for seat in call.seats if seat.id not in self.hopeless]
        self.number = {seat.id: n for n, seat in enumerate(self.seats)}
        self.fits: dict[int, int] = {}
        for n, seat in enumerate(self.seats):
            for person in seat.ranked:
                self.fits[person] = self.fits.get(person, 0) | 1 << n
        sure = [Pending(person, seat, 0.0) for seat, person in call.seated.items()]
        for one in (*call.pending, *sure):
            own = 1 << self.number[one.seat] if one.seat in self.number else 0
            self.fits[one.person] = self.fits.get(one.person, 0) | own
        self.cover = Cover(len(self.seats), self.fits.values(), policy.most_shared_seats, policy.most_states)
        self.out = {one.person for one in (*call.pending, *sure)}
        seated = [one for one in call.pending if self.fits[one.person]]
        fills = [Fill(self._counts(one.person, one.seat), self._silent(one)) for one in seated]
        fills += [Fill(self._counts(one.person, one.seat), 1.0) for one in sure]
        self.standing = self.cover.with_(self.cover.start, fills)

    def _silent(self, one: Pending) -> float:
        waits = max(0.0, -one.silent_minutes)
        return self.call.chances[one.person].yes_within(
            max(0.0, self.call.deadline_minutes - waits), max(0.0, one.silent_minutes)
        )

    def _counts(self, person: int, seat: int) -> int:
        """The seats for which a person counts: those of the group of the seat she is asked for."""
        number = self.number.get(seat)
        if number is None:
            fits = self.fits[person]
            number = (fits & -fits).bit_length() - 1
        return self.fits[person] & self.cover.part_of(number)

    def fill(self, ask: Ask) -> Fill:
        """What asking somebody adds."""
        if ask not in self._fills:
            left = max(0.0, self.call.deadline_minutes - ask.minute)
            chance = self.call.chances[ask.person].yes_within(left)
            self._fills[ask] = Fill(self._counts(ask.person, ask.seat), chance)
        return self._fills[ask]

    def in_line(self, gone: Iterable[int], minute: float, *, sleepers: bool) -> list[list[Ask]]:
        """For each seat who may be asked at `minute`, or at their own when `sleepers` are let in, best first."""
        gone = self.out | set(gone)
        lines = []
        for seat in self.seats:
            times = [(p, max(minute, self.call.not_before.get(p, 0.0))) for p in seat.ranked if p not in gone]
            lines.append([Ask(p, seat.id, at) for p, at in times if sleepers or at <= minute])
        return lines

    def smallest(self, states: States, lines: list[list[Ask]], aim: float) -> tuple[list[Ask], States]:
        """The fewest that reach `aim`, or everybody: seat by seat in their order, fewest where chances are good."""
        asks = self._until(states, lines, aim)
        reached = self.cover.with_(states, map(self.fill, asks))
        if self.cover.chance(reached) < aim:
            return asks, reached
        return self._trimmed(states, asks, lines, aim)

    def _until(self, states: States, lines: list[list[Ask]], aim: float) -> list[Ask]:
        lines = [list(line) for line in lines]
        empty = [self._empty(n) for n in range(len(self.seats))]
        asks: list[Ask] = []
        taken: set[int] = set()
        while self.cover.chance(states) < aim:
            heads = [(n, self._head(line, taken)) for n, line in enumerate(lines)]
            able = [(n, ask) for n, ask in heads if ask is not None]
            if not able:
                break
            n, ask = max(able, key=lambda pair: (self._gain(empty[pair[0]], self.fill(pair[1]).chance), -pair[0]))
            fill = self.fill(ask)
            empty[n] *= 1 - fill.chance
            states = self.cover.with_(states, [fill])
            asks.append(ask)
            taken.add(ask.person)
        return asks

    def _head(self, line: list[Ask], taken: set[int]) -> Ask | None:
        while line and line[0].person in taken:
            line.pop(0)
        return line[0] if line else None

    def _empty(self, n: int) -> float:
        """Chance that nobody of those out for a seat fills it."""
        left = 0.0 if self.seats[n].id in self.call.seated else 1.0
        for one in self.call.pending:
            if self.number.get(one.seat) == n:
                left *= 1 - self._silent(one)
        return left

    @staticmethod
    def _gain(empty: float, chance: float) -> float:
        """By how much the seat's chance is multiplied."""
        before = 1 - empty
        return float("inf") if before <= 0 else (1 - empty * (1 - chance)) / before

    def _trimmed(self, states: States, asks: list[Ask], lines: list[list[Ask]], aim: float) -> tuple[list[Ask], States]:
        """Without anybody who is not needed: of each seat only its last may be left out, so that the order holds."""
        kept, reached, before = asks, self.cover.with_(states, map(self.fill, asks)), len(asks) + 1
        while len(kept) < before:  # whoever goes may have stood behind somebody of another seat, who can go then
            before = len(kept)
            for seat in reversed(self.seats):
                while last := next((ask for ask in reversed(kept) if ask.seat == seat.id), None):
                    fewer = [ask for ask in kept if ask is not last]
                    found = self.cover.with_(states, map(self.fill, fewer))
                    if self.cover.chance(found) < aim or _passed_over(last.person, fewer, lines):
                        break
                    kept, reached = fewer, found
        return kept, reached

    def first(self, aim: float, look: float) -> tuple[list[Ask], States]:
        """Who is asked now: enough for `at_once`, and so many that the next look can still reach `aim`."""
        open_seats = sum(seat.id not in self.call.seated for seat in self.seats)
        floor = min(self.policy.at_once**open_seats, aim)
        now = self.in_line((), 0.0, sleepers=False)
        for step in range(5):
            asks, states = self.smallest(self.standing, now, floor + (aim - floor) * step / 4)
            everybody = self._everybody(states, asks, look)
            if self.cover.chance(everybody) >= aim:
                break
        return asks, states

    def _everybody(self, states: States, asks: Sequence[Ask], minute: float) -> States:
        lines = self.in_line([ask.person for ask in asks], minute, sleepers=True)
        rest = {ask.person: ask for line in lines for ask in line}
        return self.cover.with_(states, map(self.fill, rest.values()))

    def aim(self) -> float:
        """The target, or nearly all that can be had when that is less."""
        best = self.cover.chance(self._everybody(self.standing, (), 0.0))
        return self.policy.target if best >= self.policy.target else self.policy.of_best * best


def _passed_over(person: int, asks: Iterable[Ask], lines: Iterable[Iterable[Ask]]) -> bool:
    """Whether somebody is asked before whom this person stands on the list of the same seat."""
    asked = {(ask.seat, ask.person) for ask in asks}
    for line in lines:
        is_behind = False
        for ask in line:
            if is_behind and (ask.seat, ask.person) in asked:
                return True
            is_behind = is_behind or ask.person == person
    return False


def _hopeless(call: CallOut) -> tuple[int, ...]:
    """Seats left empty even if everybody says yes, the last of the list first."""
    by_seat: dict[int, list[int]] = {seat.id: list(seat.ranked) for seat in call.seats}
    for person, seat_id in ((one.person, one.seat) for one in call.pending):
        if seat_id in by_seat and person not in by_seat[seat_id]:
            by_seat[seat_id].append(person)
    for seat_id, person in call.seated.items():
        if seat_id in by_seat and person not in by_seat[seat_id]:
            by_seat[seat_id].append(person)
    # Seats ask for people here, in the seats' order, so that the first are kept.
    seating: dict[int, int] = {}
    missed = []
    for seat in call.seats:
        found = seat_yes(seating, by_seat, seat.id)
        if found is None:
            missed.append(seat.id)
        else:
            seating = found
    return tuple(missed)


def next_look(deadline_minutes: float, not_before: Iterable[float], policy: Policy) -> float:
    """Minutes until it is planned again if nobody answers.

    Args:
        deadline_minutes: from now; the team must be full then.
        not_before: minutes from now before which some are not asked.
        policy: how patient.
    """
    look = min(policy.look_minutes, policy.look_share * deadline_minutes)
    # Whoever wakes up before that may be needed at once.
    return min([look, *(at for at in not_before if at > 0)])


def step(call: CallOut, policy: Policy) -> tuple[tuple[Ask, ...], float | None]:
    """`now` and `look_minute` of the plan, for whoever only acts on it and tells nobody of chances. Pure."""
    if call.pending and call.deadline_minutes > 0 and call.seats:
        planner, look = _Planner(call, policy), next_look(call.deadline_minutes, call.not_before.values(), policy)
        return tuple(planner.first(planner.aim(), look)[0]), look
    found = plan(call, policy)
    return found.now, found.look_minute


def plan(call: CallOut, policy: Policy | None = None) -> Plan:
    """Whom to ask now and whom at the next look. Pure; the same call-out gives the same plan.

    `chance` never falls below the target if asking everybody could reach it; who is asked now are the fewest that
    make `at_once` likely and keep the target within reach: nobody of them, and nobody of `later`, could be left out
    without somebody behind them on a list being asked in their place. (Who wakes at the look, and is likelier to come,
    may make somebody of `now` needless.)
    """
    policy = policy or Policy()
    if not call.seats:
        return Plan((), (), 1.0, 1.0, True, (), None)
    if call.deadline_minutes <= 0:
        return Plan((), (), 0.0, 0.0, True, (), None)
    planner = _Planner(call, policy)
    look = next_look(call.deadline_minutes, call.not_before.values(), policy)
    aim = planner.aim()
    now, states = planner.first(aim, look)
    later, final = planner.smallest(states, planner.in_line([ask.person for ask in now], look, sleepers=True), aim)
    is_over = not (call.pending or now or later)
    return Plan(
        now=tuple(now),
        later=tuple(later),
        chance=0.0 if planner.hopeless else planner.cover.chance(final),
        chance_at_once=0.0 if planner.hopeless else planner.cover.chance(states),
        is_exact=planner.cover.is_exact(final),
        hopeless=planner.hopeless,
        look_minute=None if is_over else look,
    )


def after_silence(call: CallOut, asked: Iterable[Ask], minutes: float) -> CallOut:
    """The same call-out so many minutes later, when `asked` were asked and nobody has answered."""
    pending = [replace(one, silent_minutes=one.silent_minutes + minutes) for one in call.pending]
    pending += [Pending(ask.person, ask.seat, minutes - ask.minute) for ask in asked]
    return replace(
        call,
        pending=tuple(pending),
        deadline_minutes=call.deadline_minutes - minutes,
        not_before={person: at - minutes for person, at in call.not_before.items()},
    )


def if_nobody_answers(call: CallOut, policy: Policy | None = None) -> tuple[Ask, ...]:
    """Who is asked next, with the minute from now, if no answer comes: what the desk reads. Empty: nobody."""
    found, passed = plan(call, policy), 0.0
    call = after_silence(call, found.now, 0.0)
    while found.look_minute is not None:
        step = max(1.0, found.look_minute)
        passed += step
        call = after_silence(call, (), step)
        found = plan(call, policy)
        if found.now:
            return tuple(replace(ask, minute=passed) for ask in found.now)
    return ()
