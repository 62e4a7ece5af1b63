"""Figures of a run, of a replay or a trial alike; and of many runs with what chance may have done to them. Pure."""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import inf
from statistics import median, quantiles
from typing import Any

from app.experts.taxonomy import DISCIPLINES
from app.trials.intervals import Interval, interval
from app.trials.outcomes import IncidentOutcome, Outcomes, SeatOutcome

ANY = "Any discipline"
MINUTE = timedelta(minutes=1)
RULES = {
    "": "Asked in vain: nobody who was asked came",
    "expertise": "Required expertise", "leader": "Nobody free who may lead", "licence": "Clinical licence of the state",
    "papers": "Papers", "excluded": "Said no, did not answer, or rest from questions", "conflict": "Ties to the agency",
    "arrival": "Too far to be there in time", "eligible": "Resting or on hold", "free": "Away or promised elsewhere",
    "cap_90": "Cap of 90 days", "cap_365": "Cap of a year", "exposure": "Exposure cap", "employer": "One employer",
    "trainees": "Trainees", "one_place": "Promised elsewhere", "discipline": "Discipline",
    "one_seat": "All who fit have another seat of the team", "trainee_leads": "A trainee does not lead",
    "mentor": "A trainee without a mentor",
}  # fmt: skip
"""Why a seat stayed empty: the rule at which most of the pool fell, in words."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure that a run has.

    Args:
        name: as data names it.
        title: for people.
        unit: "share", "minutes", "miles", "count".
        is_better_high: whether more is better; None: neither.
    """

    name: str
    title: str
    unit: str
    is_better_high: bool | None = None


MEASURES = (
    Measure("fill_rate", "Seats filled", "share", True),
    Measure("full_rate", "Teams complete", "share", True),
    Measure("deadline_met", "Teams complete and on site in time", "share", True),
    Measure("minutes_to_full", "Time to a complete team, median", "minutes", False),
    Measure("minutes_to_full_90", "Time to a complete team, nine of ten", "minutes", False),
    Measure("minutes_to_site", "From the request to all on site, median", "minutes", False),
    Measure("miles", "Distance from home, median", "miles", False),
    Measure("offers_per_seat", "Questions for each seat filled", "number", False),
    Measure("unfilled", "Seats left empty", "count", False),
    Measure("rest_blocks", "Times somebody was resting when a team set out", "count", None),
    Measure("never_asked", "Experts never asked", "count", None),
    Measure("most_deployments", "Deployments of whoever went most", "count", False),
    Measure("top_tenth_share", "Share of all seats that the busiest tenth took", "share", False),
)
BY_NAME = {one.name: one for one in MEASURES}


def figures(run: Outcomes) -> dict[str, float | None]:
    """Every measure of one run; None where there is nothing to measure."""
    seats = [seat for one in run.incidents for seat in one.seats]
    taken = [seat for seat in seats if seat.expert_id is not None]
    load = Counter(seat.expert_id for seat in taken)
    to_full = [_minutes(one.full_at, one.filed_at) for one in run.incidents if one.full_at is not None and one.is_full]
    on_site = [_minutes(one.on_site_at, one.filed_at) for one in run.incidents if one.on_site_at is not None]
    asked = {offer.expert_id for one in run.incidents for offer in one.offers}
    busiest = sorted(load.values(), reverse=True)[: max(1, len(run.pool) // 10)]
    return {
        "fill_rate": _share(len(taken), len(seats)),
        "full_rate": _share(sum(bool(one.is_full) for one in run.incidents), len(run.incidents)),
        "deadline_met": _share(sum(is_in_time(one) for one in run.incidents), len(run.incidents)),
        "minutes_to_full": median(to_full) if to_full else None,
        "minutes_to_full_90": _nine_of_ten(to_full),
        "minutes_to_site": median(on_site) if on_site else None,
        "miles": median(seat.miles or 0.0 for seat in taken) if taken else None,
        "offers_per_seat": _share(sum(len(one.offers) for one in run.incidents), len(taken)),
        "unfilled": float(len(seats) - len(taken)),
        "rest_blocks": float(rest_blocks(run)),
        "never_asked": float(len(set(run.pool) - asked)),
        "most_deployments": float(max(load.values(), default=0)),
        "top_tenth_share": _share(sum(busiest), len(taken)),
    }


def _nine_of_ten(values: Sequence[float]) -> float | None:
    """Nine of ten are no larger. Of fewer than ten it is estimated, but never larger than the largest there is."""
    return min(quantiles(values, n=10)[8], max(values)) if len(values) > 1 else None


def _share(part: float, whole: int) -> float | None:
    return part / whole if whole else None


def _minutes(later: datetime, earlier: datetime) -> float:
    return (later - earlier).total_seconds() / 60


def is_in_time(one: IncidentOutcome) -> bool:
    """Whether the whole team is on site by the time for which it was asked; journeys are in whole minutes."""
    return one.on_site_at is not None and one.on_site_at < one.needed_by + MINUTE


def rest_blocks(run: Outcomes) -> int:
    """How often an expert was home and resting when a team was filed: each expert once for each such request."""
    spans = [(seat.home_at, seat.rested_at) for one in run.incidents for seat in one.seats if seat.home_at]
    moments = sorted(one.filed_at for one in run.incidents)
    known = [(home, rested) for home, rested in spans if home and rested]
    return sum(_between(moments, home, rested) for home, rested in known)


def _between(moments: Sequence[datetime], start: datetime, end: datetime) -> int:
    return max(0, bisect_left(moments, end) - bisect_left(moments, start))


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: a state, a discipline, a month."""

    key: str
    requests: int
    seats: int
    filled: int
    full: int
    in_time: int
    minutes_to_full: float | None

    @property
    def fill_rate(self) -> float:
        """Seats filled, of all seats."""
        return self.filled / self.seats if self.seats else 0.0


def table(run: Outcomes, key: Callable[[IncidentOutcome], str]) -> list[Row]:
    """The run by something that a request has one of."""
    groups: dict[str, list[IncidentOutcome]] = defaultdict(list)
    for one in run.incidents:
        groups[key(one)].append(one)
    return [_row(name, groups[name]) for name in sorted(groups)]


def _row(name: str, incidents: Sequence[IncidentOutcome]) -> Row:
    times = [_minutes(one.full_at, one.filed_at) for one in incidents if one.full_at is not None and one.is_full]
    return Row(
        name, len(incidents), sum(len(one.seats) for one in incidents), sum(one.filled for one in incidents),
        sum(one.is_full for one in incidents), sum(is_in_time(one) for one in incidents),
        median(times) if times else None,
    )  # fmt: skip


def discipline_of(seat: SeatOutcome) -> str:
    """What a seat is for, in words."""
    return DISCIPLINES[seat.disciplines[0]] if len(seat.disciplines) == 1 else ANY


def by_discipline(run: Outcomes) -> list[Row]:
    """Seats by what they are for; requests are those that have such a seat, and full means all such seats filled."""
    found = []
    for name in (*DISCIPLINES.values(), ANY):
        theirs = [[s for s in one.seats if discipline_of(s) == name] for one in run.incidents]
        theirs = [seats for seats in theirs if seats]
        seats = [seat for group in theirs for seat in group]
        filled = sum(seat.expert_id is not None for seat in seats)
        full = sum(all(seat.expert_id is not None for seat in group) for group in theirs)
        if seats:
            found.append(Row(name, len(theirs), len(seats), filled, full, 0, None))
    return found


def by_state(run: Outcomes) -> list[Row]:
    """Requests by state."""
    return table(run, lambda one: one.state)


def by_month(run: Outcomes) -> list[Row]:
    """Requests by the month in which they were filed (UTC)."""
    return table(run, lambda one: f"{one.filed_at:%Y-%m}")


def by_team(run: Outcomes) -> list[Row]:
    """Requests by team type."""
    return table(run, lambda one: one.team_type)


def by_kind(run: Outcomes) -> list[Row]:
    """Requests by kind of incident."""
    return table(run, lambda one: one.kind)


def unfilled(run: Outcomes) -> list[tuple[IncidentOutcome, SeatOutcome]]:
    """Every seat that stayed empty, with its request."""
    return [(one, seat) for one in run.incidents for seat in one.seats if seat.expert_id is None]


def reasons(run: Outcomes) -> list[tuple[str, int]]:
    """Why seats stayed empty, in words, with how many; most first."""
    counted = Counter(RULES.get(seat.rule, seat.rule) for _, seat in unfilled(run))
    return sorted(counted.items(), key=lambda one: (-one[1], one[0]))


def load(run: Outcomes) -> dict[int, int]:
    """Every expert of the pool to how often they went."""
    went = Counter(seat.expert_id for one in run.incidents for seat in one.seats if seat.expert_id is not None)
    return {who: went.get(who, 0) for who in run.pool}


def never_asked(run: Outcomes) -> list[int]:
    """Who was not asked once."""
    return sorted(set(run.pool) - {offer.expert_id for one in run.incidents for offer in one.offers})


# Many runs


def intervals(runs: Iterable[Mapping[str, float | None]]) -> dict[str, Interval | None]:
    """Every measure over some runs, within what it can be."""
    kept = list(runs)
    found = {one: interval(run[one.name] for run in kept) for one in MEASURES}
    return {
        one.name: span.within(0, 1 if one.unit == "share" else inf) if span else None for one, span in found.items()
    }


def differences(
    these: Sequence[Mapping[str, float | None]], those: Sequence[Mapping[str, float | None]]
) -> dict[str, Interval | None]:
    """How much more these runs have than those, run by run: both were played with the same chance."""
    found: dict[str, Interval | None] = {}
    for one in MEASURES:
        pairs = [(a[one.name], b[one.name]) for a, b in zip(these, those, strict=True)]
        found[one.name] = interval(a - b for a, b in pairs if a is not None and b is not None)
    return found


def as_json(run: Outcomes) -> dict[str, Any]:
    """The whole report of one run as plain data."""
    return {
        "figures": figures(run),
        "by_discipline": [_row_json(row) for row in by_discipline(run)],
        "by_state": [_row_json(row) for row in by_state(run)],
        "by_month": [_row_json(row) for row in by_month(run)],
        "by_team": [_row_json(row) for row in by_team(run)],
        "by_kind": [_row_json(row) for row in by_kind(run)],
        "why_empty": [{"why": why, "seats": number} for why, number in reasons(run)],
        "unfilled": [
            {"request": one.number, "filed_at": one.filed_at.isoformat(), "state": one.state, "seat": seat.title,
             "code": seat.code, "rule": seat.rule, "why": seat.why}
            for one, seat in unfilled(run)
        ],
        "load": {str(who): number for who, number in load(run).items()},
        "never_asked": never_asked(run),
    }  # fmt: skip


def _row_json(row: Row) -> dict[str, Any]:
    return {
        "key": row.key, "requests": row.requests, "seats": row.seats, "filled": row.filled,
        "fill_rate": round(row.fill_rate, 6), "full": row.full, "in_time": row.in_time,
        "minutes_to_full": row.minutes_to_full,
    }  # fmt: skip
