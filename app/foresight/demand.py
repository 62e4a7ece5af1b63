"""How often incidents come, by place and season, and how sure that is. Pure.

The model, simple on purpose. Incidents of a state come at a steady rate for its people; the rates of states differ as a
Gamma distribution does, whose spread is estimated from the counts (method of moments). A state's own count is therefore
drawn towards the nation's rate, the more the fewer people live there: Gamma-Poisson shrinkage (an empirical Bayes
estimate; Robbins 1956, Clayton and Kaldor 1987). Months have a factor around 1, shrunk in the same way towards "no
season". Months of the nation scatter more than chance alone would have it; the factor by which they do is the
dispersion, and it is in every year that is invented. Agencies are drawn towards the mean of all agencies there are.

Intervals hold the true rate with 95 %: quantiles of the Gamma posterior by the approximation of Wilson and Hilferty.
"""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from app.foresight.country import HOMES, PEOPLE
from app.trials.incidents import COLUMNS, Incident
from app.trials.intervals import Z

if TYPE_CHECKING:
    import numpy as np

DAYS = (31, 28.2425, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
"""Of the months; February on average."""
FEW = 3.0
"""A state with so many incidents of its own takes half of its invented ones from them, half from the whole nation."""
WEAK, FIRM = 0.01, 400.0
"""Bounds of a Gamma's shape: nearly no shrinkage, nearly no difference between places."""
AGENCIES = 17_541
"""State and local law enforcement agencies of the nation (Bureau of Justice Statistics, census of 2018)."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value, and between what it lies with 95 %."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Posterior:
    """What is known of a rate: a Gamma distribution with this shape, and `rate` as its inverse scale."""

    shape: float
    rate: float

    @property
    def estimate(self) -> Estimate:
        """The mean, and between what it lies with 95 %."""
        return Estimate(self.shape / self.rate, self.quantile(-Z), self.quantile(Z))

    def quantile(self, z: float) -> float:
        """The value below which a normal variable's `z` stands (Wilson and Hilferty)."""
        root = 1 - 1 / (9 * self.shape) + z / (3 * self.shape**0.5)
        return float(self.shape * max(root, 0.0) ** 3 / self.rate)


@dataclass(frozen=True, slots=True)
class Rate:
    """Of one state or agency: how many there were, and how many a year are to be expected.

    Args:
        seen: in the files.
        given: the rate, were the nation's rate known.
        pull: how much of a change of the nation's rate the rate follows, 0..1: more where less was seen.
        spread: variance of the nation's rate over its square.
    """

    seen: int
    given: Posterior
    pull: float
    spread: float

    @property
    def a_year(self) -> Posterior:
        """The rate with all that is not known of it: the nation's rate is itself counted (delta method)."""
        mean = self.given.shape / self.given.rate
        return _gamma(mean, mean / self.given.rate + (self.pull * mean) ** 2 * self.spread)


def _gamma(mean: float, variance: float) -> Posterior:
    return Posterior(mean**2 / variance, mean / variance)


@dataclass(frozen=True, slots=True)
class Demand:
    """What past incidents say of those to come.

    Args:
        years: how long the incidents were collected.
        states: every state and territory; also where nothing happened.
        months: twelve factors, January first; their mean over the days of a year is 1.
        dispersion: variance of a month's count over its mean; 1 is chance alone.
        agencies: (agency, state) to its rate, those with the most first.
        kinds: share of each kind of incident.
        incidents: what it was estimated from; invented years are drawn from them.
    """

    years: float
    states: Mapping[str, Rate]
    months: tuple[Posterior, ...]
    dispersion: float
    agencies: Mapping[tuple[str, str], Rate]
    kinds: Mapping[str, float]
    incidents: tuple[Incident, ...]

    @property
    def a_year(self) -> float:
        """Incidents to be expected in the whole nation."""
        return sum(rate.a_year.estimate.value for rate in self.states.values())

    @property
    def total(self) -> Estimate:
        """The rate of the whole nation, as sure as so many incidents make it that scatter as they do."""
        return _gamma(self.a_year, self.a_year**2 * self.spread).estimate

    @property
    def spread(self) -> float:
        """Variance of the nation's rate over its square."""
        return self.dispersion / len(self.incidents)

    def month_factors(self) -> list[Estimate]:
        """Factors of the months, scaled so that a year stays a year."""
        raw = [month.estimate for month in self.months]
        mean = sum(one.value * days for one, days in zip(raw, DAYS, strict=True)) / sum(DAYS)
        return [Estimate(one.value / mean, one.low / mean, one.high / mean) for one in raw]


def shape_of(counts: Sequence[float], exposures: Sequence[float]) -> float:
    """Shape of the Gamma by which rates differ from place to place; large where chance alone explains the counts.

    Args:
        counts: events of each place.
        exposures: what they would be proportional to without any difference.
    """
    import numpy as np  # noqa: PLC0415 - pages name this module, and need it seldom

    counted, exposed = np.asarray(counts, dtype=float), np.asarray(exposures, dtype=float)
    mean = counted.sum() / exposed.sum()
    expected = mean * exposed
    if expected.sum() == 0:
        return FIRM
    # Var(count) = expected + expected^2 / shape: solved for the shape over all places together.
    beyond = float(((counted - expected) ** 2 - expected).sum())
    return float(np.clip((expected**2).sum() / beyond, WEAK, FIRM)) if beyond > 0 else FIRM


Span = tuple[date, date]
"""The first and the last day on which incidents were collected; their months count whole."""
Month = tuple[int, int, int]
"""Year, month, and how many days it has."""


def estimate(
    incidents: Iterable[Incident], people: Mapping[str, float] = PEOPLE, collected: Iterable[Span] = ()
) -> Demand:
    """Rates by state, month and agency.

    Args:
        incidents: of whole months.
        people: state to millions of people.
        collected: when, file by file, so that months of which no file says anything do not count as quiet ones; left
            out: from the first incident to the last.

    Raises:
        ValueError: there are none.
    """
    found = tuple(sorted(incidents, key=lambda one: (one.occurred_at, one.state, one.agency)))
    if not found:
        raise ValueError("no incidents to estimate from")
    months_of = _months_of(tuple(collected) or ((found[0].occurred_at.date(), found[-1].occurred_at.date()),))
    years = sum(days for _, _, days in months_of) / 365.2425
    counts = Counter(one.state for one in found)
    shape = shape_of([counts[state] for state in people], [people[state] for state in people])
    nation = len(found) / (sum(people.values()) * years)
    months, dispersion = _seasons(found, months_of)
    spread = dispersion / len(found)
    states = {
        state: _rate(counts[state], shape, nation * millions, years, spread) for state, millions in people.items()
    }
    return Demand(years, states, months, dispersion, _agencies(found, years, spread), _kinds(found), found)


def _rate(seen: int, shape: float, shared: float, years: float, spread: float) -> Rate:
    """What was seen of one place, drawn towards what it would have as part of the nation."""
    pull = shape / (shape + years * shared)
    return Rate(seen, Posterior(shape + seen, shape / shared + years), pull, spread)


def _months_of(collected: Iterable[Span]) -> list[Month]:
    """Every month of which something was collected, once."""
    found = set[Month]()
    for first, last in collected:
        day = first.replace(day=1)
        while day <= last:
            after = (day.replace(day=28) + timedelta(days=4)).replace(day=1)
            found.add((day.year, day.month, (after - day).days))
            day = after
    return sorted(found)


def _seasons(found: Sequence[Incident], every: Sequence[Month]) -> tuple[tuple[Posterior, ...], float]:
    """Factors of the months, and how much more than by chance the months scatter."""
    in_month = Counter((one.occurred_at.year, one.occurred_at.month) for one in found)
    total, days = len(found), sum(one[2] for one in every)
    expected = [0.0] * 12
    seen = [0] * 12
    beyond = 0.0
    for year, month, length in every:
        mean = total * length / days
        expected[month - 1] += mean
        seen[month - 1] += in_month[year, month]
        beyond += (in_month[year, month] - mean) ** 2 / mean
    dispersion = max(1.0, beyond / max(len(every) - 1, 1))
    shape = shape_of(seen, expected) if len(every) >= 12 else FIRM
    return tuple(Posterior(shape + s, shape + e) for s, e in zip(seen, expected, strict=True)), dispersion


def _agencies(found: Sequence[Incident], years: float, spread: float) -> dict[tuple[str, str], Rate]:
    counts = Counter((one.agency, one.state) for one in found)
    others = max(AGENCIES - len(counts), 0)
    mean = len(found) / (len(counts) + others) / years
    shape = shape_of([*counts.values(), *[0] * others], [1.0] * (len(counts) + others))
    ordered = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    return {who: _rate(seen, shape, mean, years, spread) for who, seen in ordered}


def _kinds(found: Sequence[Incident]) -> dict[str, float]:
    counts = Counter(one.kind for one in found)
    return {kind: seen / len(found) for kind, seen in counts.most_common()}


SYNTHETIC = "Synthetic: "
"""What the agency's name of an invented incident begins with, in every file and on every page."""


def some_invented(incidents: Iterable[Incident]) -> bool:
    """Whether any of these was drawn, not recorded."""
    return any(one.is_synthetic or one.agency.startswith(SYNTHETIC) for one in incidents)


def a_year(demand: Demand, seed: int, year: int = 2027) -> list[Incident]:
    """One invented year: rates, season and scatter drawn anew, incidents like those that were.

    The same demand, seed and year give the same incidents to the last bit. Every agency's name says: invented.
    """
    import numpy as np  # noqa: PLC0415 - see shape_of

    random = np.random.default_rng([seed, year])
    nation = random.gamma(1 / demand.spread, demand.spread)
    rates = {
        state: random.gamma(rate.given.shape, 1 / rate.given.rate) * nation**rate.pull
        for state, rate in demand.states.items()
    }
    months = np.array([random.gamma(month.shape, 1 / month.rate) for month in demand.months])
    months /= (months * DAYS).sum() / sum(DAYS)
    by_state: dict[str, list[Incident]] = {}
    for one in demand.incidents:
        by_state.setdefault(one.state, []).append(one)
    a_month = sum(rates.values()) / 12
    found = []
    for number, days in enumerate(DAYS):
        # A month that scatters by `dispersion` has a Gamma factor of mean 1 and variance (dispersion - 1) / its mean.
        extra = (demand.dispersion - 1) / a_month
        scatter = random.gamma(1 / extra, extra) if extra > 0 else 1.0
        for state, rate in rates.items():
            count = int(random.poisson(rate * days / sum(DAYS) * months[number] * scatter))
            found += [_invented(random, demand, by_state, state, year, number + 1) for _ in range(count)]
    return sorted(found, key=lambda one: one.filed_at)


def _invented(  # noqa: PLR0917 - all that an incident is drawn from
    random: "np.random.Generator", demand: Demand, by_state: Mapping[str, Sequence[Incident]], state: str, year: int,
    month: int,
) -> Incident:  # fmt: skip
    own = by_state.get(state, ())
    is_own = random.random() < len(own) / (len(own) + FEW)
    from_all = demand.incidents[int(random.integers(len(demand.incidents)))]
    like = own[int(random.integers(len(own)))] if is_own else from_all
    where = own[int(random.integers(len(own)))] if own else None
    at = where or HOMES[state]
    first = datetime(year, month, 1, tzinfo=UTC)
    after = (first.replace(day=28) + timedelta(days=4)).replace(day=1)
    day = first + timedelta(days=int(random.integers((after - first).days)))
    city, agency = (where.city, where.agency) if where else (f"largest city of {state}", f"an agency of {state}")
    return Incident(
        filed_at=day + timedelta(minutes=int(random.integers(6 * 60, 30 * 60))), occurred_at=day, kind=like.kind,
        agency=SYNTHETIC + agency.removeprefix(SYNTHETIC), city=city, state=state, latitude=at.latitude,
        longitude=at.longitude, killed=like.killed, injured=like.injured,
        is_synthetic=True,
    )  # fmt: skip


def as_csv(incidents: Sequence[Incident]) -> str:
    """Incidents as a file that can be loaded again."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for one in incidents:
        writer.writerow(
            (
                one.occurred_at.date(), one.kind, one.agency, one.city, one.state, one.latitude, one.longitude,
                one.killed, one.injured,
            )
        )  # fmt: skip
    return text.getvalue()
