"""Whom to recruit next: the recruits who would fill most seats that stay empty, chosen one after the other. Pure.

Not by trying every city: a year is sketched (`sketch.py`) with the pool as it is, and each empty seat gets its price in
the team's matching. Every kind of recruit (`kinds.py`) is then held against the priced seats of all years at once: how
many could they take, within the rules, the caps, their rest, and the chance that they say yes? The best is taken, what
they take is taken from the others, and so on (`choosing.py`). After some recruits the years are sketched anew with them
in the pool, because they are also sent where others could have gone, and others then go elsewhere.

All ways of recruiting (`other_ways.py`) are compared on the same years with the same answers (common random numbers),
years that nothing was chosen by.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import fmean

from app.foresight import demand, other_ways, sketch
from app.foresight.advice import Advice, Gain, Recruit, Wish
from app.foresight.choosing import Takes, choose
from app.foresight.kinds import SAYS_YES, Kind, expert_of, kinds, licences_by_state, required_of
from app.trials.intervals import interval_of, ratio_of
from solver.pool import Pool
from solver.problem import Expert

AT_A_TIME = 5
"""Recruits that are chosen before the years are sketched anew."""
OFTEN = 0.25
"""A language is named when so large a share of the incidents that a recruit is for asks for it."""
Told = Callable[[str], None]
"""Is told what is being done."""


def advise(wish: Wish, told: Told = lambda _: None) -> Advice:
    """The best next recruits, and what they add on years that they were not chosen by."""
    recruits, experts = _recruit(wish, told)
    return _compared(wish, recruits, experts, told)


def experts_for(wish: Wish) -> list[Expert]:
    """The recruits alone, as the rules see them, without comparing them with others."""
    return _recruit(wish, lambda _: None)[1]


def years(wish: Wish, numbers: Sequence[int]) -> list[list[sketch.Case]]:
    """Invented years; each is one number's, whatever the others."""
    drawn = (demand.a_year(wish.demand, wish.seed * 1000 + number) for number in numbers)
    return [sketch.cases_of(year, wish.within_hours) for year in drawn]


def _recruit(wish: Wish, told: Told) -> tuple[list[Recruit], list[Expert]]:
    every, licences = kinds(may_lead=wish.may_lead), licences_by_state(wish.experts)
    candidates = Pool([expert_of(kind, number, licences) for number, kind in enumerate(every)])
    drawn = years(wish, wish.training)
    recruits: list[Recruit] = []
    experts: list[Expert] = []
    while len(recruits) < wish.count:
        told(f"Sketching {len(drawn)} years with {len(recruits)} of {wish.count} recruits")
        says = _says_yes(wish, experts)
        takes = []
        for number, cases in zip(wish.training, drawn, strict=True):
            seed = wish.seed * 1000 + number
            played = sketch.play([*wish.experts, *experts], cases, wish.policy, seed, says)
            takes.append(Takes(candidates, cases, played, wish.policy, seed))
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
    kind: Kind, number: int, drawn: Sequence[Takes], taken: Sequence[Sequence[int]],
    licences: Mapping[str, tuple[str, ...]],
) -> Recruit:  # fmt: skip
    seats = interval_of([len(gaps) for gaps in taken]).within(0)
    cases = [(year, gap) for year, gaps in zip(drawn, taken, strict=True) for gap in gaps]
    codes = Counter(y.cases[g].request.positions[int(y.seat[g, number])].code for y, g in cases)
    asked = Counter(tag for y, g in cases for tag in y.cases[g].request.languages)
    return Recruit(
        kind, required_of(kind.disciplines), tuple(sorted(t for t, n in asked.items() if n >= OFTEN * len(cases))),
        licences[kind.state] if "MH" in kind.disciplines else (), seats,
        tuple(code for code, _ in codes.most_common(3)),
    )  # fmt: skip


# What they add, against other ways


@dataclass(frozen=True, slots=True)
class _Added:
    """Year by year, what more people add."""

    seats: list[float]
    teams: list[float]


class _HeldOut:
    """Years that nothing is chosen by, with the pool as it is."""

    def __init__(self, wish: Wish) -> None:
        self.wish, self.cases = wish, years(wish, wish.held_out)
        self.base = self.played(lambda _: ())

    def played(self, more: Callable[[int], Sequence[Expert]]) -> list[sketch.Year]:
        """With more people in the pool, who may differ from year to year; the answers are the same."""
        found = []
        for number, cases in zip(self.wish.held_out, self.cases, strict=True):
            extra = more(number)
            says, seed = _says_yes(self.wish, extra), self.wish.seed * 1000 + number
            found.append(sketch.play([*self.wish.experts, *extra], cases, self.wish.policy, seed, says))
        return found

    def added(self, more: Callable[[int], Sequence[Expert]]) -> _Added:
        """Seats filled and teams complete beyond those of the pool as it is."""
        pairs = list(zip(self.base, self.played(more), strict=True))
        return _Added(
            [float(before.empty - after.empty) for before, after in pairs],
            [float(len(before.gaps) - len(after.gaps)) for before, after in pairs],
        )


def _compared(wish: Wish, recruits: Sequence[Recruit], experts: Sequence[Expert], told: Told) -> Advice:
    told(f"Playing {len(wish.held_out)} years that nothing was chosen by, as it is")
    held = _HeldOut(wish)
    pool, count, seed = wish.experts, wish.count, wish.seed
    told("... with these recruits")
    ours = held.added(lambda _: experts)
    # A new draw of recruits in every year, so that luck of one draw does not decide.
    told("... with recruits where people live")
    population = held.added(lambda n: other_ways.by_population(pool, count, seed * 77_000 + n))
    told("... with recruits anywhere")
    random = held.added(lambda n: other_ways.at_random(pool, count, seed * 99_000 + n))
    told("... with the first of these recruits")
    first = {step: held.added(lambda _, step=step: experts[:step]) for step in range(AT_A_TIME, count, AT_A_TIME)}  # type: ignore[misc]
    return Advice(
        people=len(pool), training_years=len(wish.training), held_out_years=len(held.cases),
        incidents=fmean(len(cases) for cases in held.cases), seats=fmean(year.seats for year in held.base),
        empty=interval_of([year.empty for year in held.base]).within(0),
        incomplete=interval_of([len(year.gaps) for year in held.base]).within(0),
        at_most=count * wish.policy.cap_365_days,
        recruits=tuple(recruits),
        gains=(
            _gain("ours", count, ours), _gain("population", count, population, ours),
            _gain("random", count, random, ours),
        ),
        growth=(*(_gain("ours", step, found) for step, found in first.items()), _gain("ours", count, ours)),
    )  # fmt: skip


def _gain(way: str, recruits: int, found: _Added, ours: _Added | None = None) -> Gain:
    return Gain(
        way, recruits, interval_of(found.seats), interval_of(found.teams),
        ratio_of(ours.seats, found.seats) if ours else None, ratio_of(ours.teams, found.teams) if ours else None,
    )  # fmt: skip
