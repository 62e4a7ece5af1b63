"""Whom to recruit next: the recruits who would fill most seats that stay empty, chosen one after the other. Pure.

Not by trying every city: a year is sketched (`sketch.py`) with the pool as it is, and each empty seat gets its price in
the team's matching. Every kind of recruit (state, one or two disciplines, able to lead or not) is then held against the
priced seats of all years at once: how many could they take, within the rules, the caps, their rest, and the chance that
they say yes? The best is taken, what they take is taken from the others, and so on: greedy, with gains that only fall
while others join, so that an old gain is a bound and most kinds are never looked at again (lazy greedy: Minoux 1978;
Nemhauser, Wolsey, Fisher 1978 on what greedy reaches). After some recruits the years are sketched anew with them in the
pool, because they are also sent where others could have gone, and others then go elsewhere.

All ways of recruiting are compared on the same years with the same answers (common random numbers), years that nothing
was chosen by.
"""

import heapq
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from itertools import combinations
from math import sqrt
from typing import Any

import numpy as np

from app.deployments.teams import TEAMS
from app.experts.taxonomy import DISCIPLINES
from app.foresight import demand, sketch
from app.foresight.country import HOMES, PEOPLE
from app.trials.incidents import Incident
from solver.pool import Pool
from solver.problem import Expert, Place, Policy
from solver.survey import DAY, request_fails, rest_minutes, seat_fails, trips_to

FIRST_ID = 1 << 41
"""Recruits have ids from here on, so that nobody of the pool has the same."""
TRAINING_YEARS = 3
HELD_OUT_YEARS = 6
AT_A_TIME = 5
"""Recruits that are chosen before the years are sketched anew."""
SAYS_YES = 0.46
"""Chance that a recruit answers and says yes: the solver's prior, half of eleven in twelve."""
OFTEN = 0.25
"""A language is named when so large a share of the incidents that a recruit is for asks for it."""
LEVEL = 2
"""At which a recruit has the expertise that seats of their disciplines require."""
T90 = (6.314, 2.920, 2.353, 2.132, 2.015, 1.943, 1.895, 1.860, 1.833, 1.812)
"""Student's t for nine of ten, by degrees of freedom from 1."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of recruit: where they live, what they do, whether they can lead."""

    state: str
    disciplines: tuple[str, ...]
    leads: bool


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean, and what holds it nine times in ten."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Recruit:
    """One recommendation.

    Args:
        kind: whom.
        expertise: slugs that seats of these disciplines require.
        languages: tags that the incidents they are for often ask for.
        licences: states in which a clinician should be licensed.
        seats: empty seats they would fill in a year.
        codes: the seats they are for, the most frequent first.
    """

    kind: Kind
    expertise: tuple[str, ...]
    languages: tuple[str, ...]
    licences: tuple[str, ...]
    seats: Interval
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Gain:
    """What so many recruits of one way add: seats filled in a year that was not chosen by."""

    way: str
    recruits: int
    seats: Interval


@dataclass(frozen=True, slots=True)
class Advice:
    """The answer.

    Args:
        people: in the pool.
        incidents: of a year, on average.
        empty: seats that stay empty in a year as it is.
        recruits: in the order in which to recruit.
        gains: of ours, of recruiting by population, and at random, on the same held-out years.
        growth: of the first recruits of ours.
        ratio: our gain over that of recruiting by population.
    """

    people: int
    incidents: float
    seats: float
    empty: Interval
    recruits: tuple[Recruit, ...]
    gains: tuple[Gain, ...]
    growth: tuple[Gain, ...]
    ratio: Interval | None

    def as_json(self) -> dict[str, Any]:
        """As it is kept."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Wish:
    """All that advice is worked out from; the same wish has the same advice to the last bit.

    Args:
        experts: the pool, as the rules see it.
        demand: of which years are invented.
        policy: the rules.
        count: how many to recruit.
        seed: of years and answers.
        may_lead: whether people able to lead a team can be looked for.
        says_yes: expert to the chance of an answer that is a yes; one number for all.
    """

    experts: Sequence[Expert]
    demand: demand.Demand
    policy: Policy = field(default_factory=Policy)
    count: int = 20
    seed: int = 1
    may_lead: bool = True
    says_yes: Mapping[int, float] | float = SAYS_YES
    training_years: int = TRAINING_YEARS
    held_out_years: int = HELD_OUT_YEARS


def interval(values: Sequence[float]) -> Interval:
    """The mean of a sample, and nine of ten by Student's t."""
    found = np.asarray(values, dtype=float)
    mean = float(found.mean())
    if len(found) < 2:
        return Interval(mean, mean, mean)
    half = T90[min(len(found) - 2, len(T90) - 1)] * float(found.std(ddof=1)) / sqrt(len(found))
    return Interval(mean, max(mean - half, 0.0) if mean >= 0 else mean - half, mean + half)


def required_of(disciplines: Sequence[str]) -> tuple[str, ...]:
    """Expertise that any seat for these disciplines requires."""
    found = {
        slug
        for plans in TEAMS.values()
        for plan in plans
        if len(plan.disciplines) == 1 and plan.disciplines[0] in disciplines
        for slug in plan.required
    }
    return tuple(sorted(found))


def licences_by_state(experts: Sequence[Expert]) -> dict[str, tuple[str, ...]]:
    """Where clinicians of each state are licensed: at home, and where half of the pool's clinicians there are."""
    held: dict[str, list[set[str]]] = {}
    for expert in experts:
        if expert.licences:
            held.setdefault(expert.place.state, []).append(set(expert.licences))
    found = {}
    for state in HOMES:
        theirs = held.get(state, [])
        counts = Counter(one for licences in theirs for one in licences)
        usual = {one for one, count in counts.items() if 2 * count >= len(theirs)}
        found[state] = tuple(sorted(usual | {state}))
    return found


def kinds(*, may_lead: bool) -> list[Kind]:
    """Every kind of recruit that is looked at."""
    alone = [(code,) for code in DISCIPLINES]
    both = list(combinations(DISCIPLINES, 2))
    return [
        Kind(state, disciplines, leads)
        for state in HOMES
        for disciplines in (*alone, *both)
        for leads in ((False, True) if may_lead else (False,))
    ]


def expert_of(kind: Kind, number: int, licences: Mapping[str, tuple[str, ...]]) -> Expert:
    """A recruit of a kind, as the rules see them: new, without a deployment, licensed if a clinician."""
    home = HOMES[kind.state]
    held = dict.fromkeys(licences[kind.state], sketch.RENEWED) if "MH" in kind.disciplines else {}
    return Expert(
        FIRST_ID + number, f"Recruit {number}", Place(home.latitude, home.longitude, kind.state),
        frozenset(kind.disciplines), expertise=dict.fromkeys(required_of(kind.disciplines), LEVEL),
        languages={"en": 5}, papers_until=sketch.RENEWED, licences=held, is_leader=kind.leads,
    )  # fmt: skip


class _Takes:
    """For one year: which kinds could take which gap, and when they would be gone."""

    def __init__(self, pool: Pool, cases: Sequence[sketch.Case], year: sketch.Year, policy: Policy, seed: int) -> None:
        self.left = np.array([gap.empty for gap in year.gaps], dtype=np.int64)
        self.cases = [cases[gap.case] for gap in year.gaps]
        self.policy = policy
        size = (len(year.gaps), len(pool))
        self.able, self.depart, self.rested = np.zeros(size, dtype=bool), *np.zeros((2, *size), dtype=np.int64)
        self.start = np.array([case.request.stay.start for case in self.cases], dtype=np.int64)
        self.seat, self.minutes = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64)
        for number, gap in enumerate(year.gaps):
            request = cases[gap.case].request
            trips = trips_to(pool, request, policy, pool.all_rows, is_remote=False)
            passed = request_fails(pool, request, trips, policy, pool.all_rows, is_remote=False) == 0
            for seat in reversed(gap.worth):
                fits = seat_fails(pool, request, request.positions[seat], pool.all_rows) == 0
                self.seat[number, fits] = seat
                self.able[number] |= fits
            # Which of them is the recruit is not known yet: one draw a gap for all, as one person would answer.
            slot = np.array([FIRST_ID % sketch.SLOTS + 7], dtype=np.int64)
            comes = sketch.willing(seed, gap.case, slot, np.full(1, SAYS_YES))[0]
            self.able[number] &= passed & comes
            self.minutes[number] = trips.minutes
            self.depart[number], self.rested[number] = trips.depart, trips.home + rest_minutes(request.stay, policy)

    def of(self, kind: int) -> list[int]:
        """The gaps that a recruit of this kind would take, as they come: rest and caps kept."""
        taken: list[int] = []
        begun: list[int] = []
        free_from = 0
        short, long = self.policy.cap_90_days, self.policy.cap_365_days
        for gap in np.flatnonzero(self.able[:, kind] & (self.left > 0)).tolist():
            start = int(self.start[gap])
            lately = sum(start - 90 * DAY < one for one in begun)
            if self.depart[gap, kind] < free_from or len(begun) >= long or lately >= short:
                continue
            taken.append(gap)
            begun.append(start)
            free_from = int(self.rested[gap, kind])
        return taken

    def travel(self, kind: int, gaps: Sequence[int]) -> int:
        """Minutes of the journeys to these gaps, one way."""
        return int(self.minutes[list(gaps), kind].sum())


def choose(years: Sequence[_Takes], every: Sequence[Kind], count: int) -> list[tuple[int, list[list[int]]]]:
    """The best kinds one after the other, by lazy greedy; with what each would take in every year.

    Of kinds that gain the same, the one that is easier to find: not able to lead, one discipline, less travel.
    """
    bounds = [(-sum(len(year.of(kind)) for year in years), kind) for kind in range(len(every))]
    heapq.heapify(bounds)
    chosen: list[tuple[int, list[list[int]]]] = []
    while len(chosen) < count:
        looked: list[tuple[tuple[int, bool, int, int, int], list[list[int]]]] = []
        # An old gain is a bound: kinds whose bound is below the best that was found need no look.
        while bounds and (not looked or bounds[0][0] <= min(looked, key=lambda one: one[0])[0][0]):
            _, kind = heapq.heappop(bounds)
            takes = [year.of(kind) for year in years]
            journeys = sum(year.travel(kind, taken) for year, taken in zip(years, takes, strict=True))
            about = every[kind]
            looked.append(((-sum(map(len, takes)), about.leads, len(about.disciplines), journeys, kind), takes))
        best, takes = min(looked, key=lambda one: one[0])
        for year, taken in zip(years, takes, strict=True):
            year.left[taken] -= 1
        chosen.append((best[-1], takes))
        for key, _ in looked:
            heapq.heappush(bounds, (key[0], key[-1]))
    return chosen


def advise(wish: Wish, told: Callable[[str], None] = lambda _: None) -> Advice:
    """The best next recruits, and what they add on years that they were not chosen by.

    Args:
        wish: what is asked.
        told: is told what is being done.
    """
    every = kinds(may_lead=wish.may_lead)
    licences = licences_by_state(wish.experts)
    recruits, experts = _recruit(wish, every, licences, told)
    told("Comparing ways on years that nothing was chosen by")
    return _compared(wish, recruits, experts, licences)


def experts_for(wish: Wish) -> list[Expert]:
    """The recruits alone, as the rules see them, without comparing them with others."""
    return _recruit(wish, kinds(may_lead=wish.may_lead), licences_by_state(wish.experts), lambda _: None)[1]


def training(wish: Wish) -> list[list[sketch.Case]]:
    """The years that recruits are chosen by."""
    return [sketch.cases_of(demand.a_year(wish.demand, wish.seed * 1000 + n)) for n in range(wish.training_years)]


def held_out(wish: Wish) -> list[list[sketch.Case]]:
    """Years that nothing is chosen by."""
    return [sketch.cases_of(demand.a_year(wish.demand, wish.seed * 1000 + 500 + n)) for n in range(wish.held_out_years)]


def _recruit(
    wish: Wish, every: Sequence[Kind], licences: Mapping[str, tuple[str, ...]], told: Callable[[str], None]
) -> tuple[list[Recruit], list[Expert]]:
    candidates = Pool([expert_of(kind, number, licences) for number, kind in enumerate(every)])
    years = training(wish)
    recruits: list[Recruit] = []
    experts: list[Expert] = []
    while len(recruits) < wish.count:
        told(f"Sketching {len(years)} years with {len(recruits)} recruits")
        says = _says_yes(wish, experts)
        takes = []
        for number, cases in enumerate(years):
            seed = wish.seed * 1000 + number
            played = sketch.play([*wish.experts, *experts], cases, wish.policy, seed, says)
            takes.append(_Takes(candidates, cases, played, wish.policy, seed))
        for kind, taken in choose(takes, every, min(AT_A_TIME, wish.count - len(recruits))):
            recruits.append(_told(every[kind], kind, takes, taken, licences))
            made = expert_of(every[kind], len(experts), licences)
            experts.append(replace(made, languages={**made.languages, **dict.fromkeys(recruits[-1].languages, 3)}))
    return recruits, experts


def _says_yes(wish: Wish, more: Sequence[Expert]) -> Mapping[int, float] | float:
    if isinstance(wish.says_yes, float):
        return wish.says_yes
    return {**wish.says_yes, **{one.id: SAYS_YES for one in more}}


def _told(
    kind: Kind, number: int, years: Sequence[_Takes], taken: Sequence[Sequence[int]],
    licences: Mapping[str, tuple[str, ...]],
) -> Recruit:  # fmt: skip
    seats = interval([len(gaps) for gaps in taken])
    cases = [(year, gap) for year, gaps in zip(years, taken, strict=True) for gap in gaps]
    codes = Counter(y.cases[g].request.positions[int(y.seat[g, number])].code for y, g in cases)
    asked = Counter(tag for y, g in cases for tag in y.cases[g].request.languages)
    return Recruit(
        kind, required_of(kind.disciplines), tuple(sorted(t for t, n in asked.items() if n >= OFTEN * len(cases))),
        licences[kind.state] if "MH" in kind.disciplines else (), seats,
        tuple(code for code, _ in codes.most_common(3)),
    )  # fmt: skip


# Other ways of recruiting, to compare with


def like_the_pool(experts: Sequence[Expert], states: Sequence[str], seed: int) -> list[Expert]:
    """Recruits as the pool's people are, each in one of these states: skills drawn from all of them, papers valid."""
    random = np.random.default_rng(seed)
    licences = licences_by_state(experts)
    grown = [one for one in experts if not one.is_trainee]
    found = []
    for number, state in enumerate(states):
        like = grown[int(random.integers(len(grown)))]
        home = HOMES[state]
        held = dict.fromkeys(licences[state], sketch.RENEWED) if like.licences else {}
        found.append(
            replace(
                like, id=FIRST_ID + number, name=f"Recruit {number}", licences=held, busy=(), eligible_from=0,
                place=Place(home.latitude, home.longitude, state), served=(), exposure=0.0, employer=None,
                papers_until=sketch.RENEWED, conflicts=frozenset(),
            )
        )  # fmt: skip
    return found


def by_population(experts: Sequence[Expert], count: int, seed: int) -> list[Expert]:
    """Recruits where people live: states drawn by their population."""
    random = np.random.default_rng(seed)
    shares = np.array(list(PEOPLE.values()))
    states = random.choice(list(PEOPLE), count, p=shares / shares.sum())
    return like_the_pool(experts, [str(state) for state in states], seed + 1)


def at_random(experts: Sequence[Expert], count: int, seed: int) -> list[Expert]:
    """Recruits anywhere: every state is as likely."""
    states = np.random.default_rng(seed).choice(list(PEOPLE), count)
    return like_the_pool(experts, [str(state) for state in states], seed + 1)


def filled(wish: Wish, years: Sequence[Sequence[sketch.Case]], more: Callable[[int], Sequence[Expert]]) -> list[int]:
    """Seats filled in each year with more people in the pool; whoever they are may differ from year to year."""
    found = []
    for number, cases in enumerate(years):
        extra = more(number)
        says = _says_yes(wish, extra)
        played = sketch.play([*wish.experts, *extra], cases, wish.policy, wish.seed * 1000 + 500 + number, says)
        found.append(played.seats - played.empty)
    return found


def _compared(
    wish: Wish, recruits: Sequence[Recruit], experts: Sequence[Expert], licences: Mapping[str, tuple[str, ...]]
) -> Advice:
    years = held_out(wish)
    seats = [sum(len(case.request.positions) for case in cases) for cases in years]
    base = filled(wish, years, lambda _: ())

    def gain(more: Callable[[int], Sequence[Expert]]) -> list[float]:
        return [float(now - before) for now, before in zip(filled(wish, years, more), base, strict=True)]

    ours = gain(lambda _: experts)
    # A new draw of recruits in every year, so that luck of one draw does not decide.
    population = gain(lambda n: by_population(wish.experts, wish.count, wish.seed * 77 + n))
    random = gain(lambda n: at_random(wish.experts, wish.count, wish.seed * 99 + n))
    steps = range(AT_A_TIME, wish.count, AT_A_TIME)
    growth = [Gain("ours", step, interval(gain(lambda _, step=step: experts[:step]))) for step in steps]  # type: ignore[misc]
    return Advice(
        people=len(wish.experts), incidents=float(np.mean([len(cases) for cases in years])),
        seats=float(np.mean(seats)), empty=interval([s - b for s, b in zip(seats, base, strict=True)]),
        recruits=tuple(recruits),
        gains=(
            Gain("ours", wish.count, interval(ours)), Gain("population", wish.count, interval(population)),
            Gain("random", wish.count, interval(random)),
        ),
        growth=(*growth, Gain("ours", wish.count, interval(ours))), ratio=ratio_of(ours, population),
    )  # fmt: skip


def ratio_of(ours: Sequence[float], other: Sequence[float]) -> Interval | None:
    """Ratio of two mean gains on the same years, and nine of ten by leaving out one year at a time (jackknife)."""
    a, b = np.asarray(ours, dtype=float), np.asarray(other, dtype=float)
    if b.sum() <= 0:
        return None
    ratio = float(a.sum() / b.sum())
    if len(a) < 2:
        return Interval(ratio, ratio, ratio)
    without = (a.sum() - a) / np.maximum(b.sum() - b, 1e-9)
    spread = sqrt((len(a) - 1) / len(a) * float(((without - without.mean()) ** 2).sum()))
    half = T90[min(len(a) - 2, len(T90) - 1)] * spread
    return Interval(ratio, ratio - half, ratio + half)


def halves(incidents: Sequence[Incident], seed: int) -> tuple[list[Incident], list[Incident]]:
    """Incidents in two halves at random: one to learn from, one that nothing is fitted to."""
    order = np.random.default_rng(seed).permutation(len(incidents)).tolist()
    middle = len(order) // 2
    return [incidents[n] for n in order[:middle]], [incidents[n] for n in order[middle:]]
