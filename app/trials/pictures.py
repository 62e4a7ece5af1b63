"""Charts of a run as numbers and words, for the templates that draw them as SVG with the table behind each. Pure."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from app.core.places import STATES
from app.reports.charts import Columns, columns_of
from app.trials import measures
from app.trials.measures import Row
from app.trials.outcomes import Outcomes
from app.trials.words import hours

KINDS = {
    "mass_violence": "Mass violence", "officer_involved_shooting": "Officer-involved shooting",
    "in_custody_or_use_of_force_death": "Death in custody or by force",
}  # fmt: skip
TEAMS = {"T1": "Advance team (T1)", "T2": "Standard team (T2)", "T3": "Mass violence team (T3)"}
TIME_EDGES = (30, 60, 120, 240, 480, 720, 1440, 2880)
MILE_EDGES = (50, 100, 200, 400, 800, 1600, 3200)


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: what it is of, how long, in words, and its line of the table."""

    label: str
    width: float
    text: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars below each other, with the head of their table."""

    slug: str
    title: str
    sub: str
    head: tuple[str, ...]
    bars: tuple[Bar, ...]

    @property
    def height(self) -> int:
        """In pixels: each bar has its label above."""
        return 34 * len(self.bars) + 4


HEAD = ("", "Requests", "Seats", "Filled", "Teams complete", "In time", "Time to complete, median")


def _of_rows(slug: str, title: str, sub: str, rows: Iterable[tuple[str, Row]], first: str) -> Chart:
    bars = tuple(
        Bar(
            label, round(100 * row.fill_rate, 2), f"{100 * row.fill_rate:.1f} %",
            (label, f"{row.requests:,}", f"{row.seats:,}", f"{row.filled:,} ({100 * row.fill_rate:.1f} %)",
             f"{row.full:,}", f"{row.in_time:,}", hours(row.minutes_to_full) if row.minutes_to_full else ""),
        )
        for label, row in rows
    )  # fmt: skip
    return Chart(slug, title, sub, (first, *HEAD[1:]), bars)


def _counted(slug: str, title: str, sub: str, counts: Sequence[tuple[str, int]], head: tuple[str, str]) -> Chart:
    most, whole = max((n for _, n in counts), default=0) or 1, sum(n for _, n in counts) or 1
    bars = tuple(
        Bar(label, round(100 * n / most, 2), f"{n:,}", (label, f"{n:,}", f"{100 * n / whole:.1f} %"))
        for label, n in counts
    )
    return Chart(slug, title, sub, (*head, "Share"), bars)


def disciplines(run: Outcomes) -> Chart:
    """How many seats of each discipline were filled."""
    rows = [
        Bar(r.key, round(100 * r.fill_rate, 2), f"{100 * r.fill_rate:.1f} %",
            (r.key, f"{r.requests:,}", f"{r.seats:,}", f"{r.filled:,}", f"{100 * r.fill_rate:.1f} %"))
        for r in measures.by_discipline(run)
    ]  # fmt: skip
    head = ("Discipline", "Requests", "Seats", "Filled", "Share")
    return Chart("discipline", "Seats filled, by discipline", "Of all seats for it.", head, tuple(rows))


def charts(run: Outcomes) -> list[Chart]:
    """Every chart of bars of one run."""
    teams = [(TEAMS[row.key], row) for row in measures.by_team(run)]
    kinds = [(KINDS[row.key], row) for row in measures.by_kind(run)]
    states = [(STATES[row.key], row) for row in sorted(measures.by_state(run), key=lambda row: row.fill_rate)]
    return [
        disciplines(run),
        _counted("why", "Why seats stayed empty", "The rule at which most of the pool fell.", measures.reasons(run),
                 ("Why", "Seats")),
        _times(run), _distances(run), _loads(run),
        _of_rows("team", "Seats filled, by team", "Of all seats of such teams.", teams, "Team"),
        _of_rows("kind", "Seats filled, by kind of incident", "Of all seats for it.", kinds, "Kind"),
        _of_rows("state", "Seats filled, by state", "The thinnest first.", states, "State"),
    ]  # fmt: skip


def months(run: Outcomes) -> Columns:
    """Requests and complete teams of each month."""
    return columns_of([(r.key, _month(r.key), r.requests, r.full) for r in measures.by_month(run)])


def _month(key: str) -> str:
    """ "2015-01" as "Jan 2015"."""
    return f"{datetime.strptime(key, '%Y-%m'):%b %Y}"  # noqa: DTZ007 - a month has no zone


def _times(run: Outcomes) -> Chart:
    taken = [(one.full_at - one.filed_at).total_seconds() / 60 for one in run.incidents if one.full_at and one.is_full]
    missed = sum(not one.is_full for one in run.incidents)
    counts = [*_binned(taken, TIME_EDGES, hours), ("never complete", missed)]
    sub = f"Half of the teams within {hours(median(taken))}." if taken else "No team was complete."
    return _counted("time", "Time from the request to a complete team", sub, counts, ("Within", "Teams"))


def _distances(run: Outcomes) -> Chart:
    far = [seat.miles for one in run.incidents for seat in one.seats if seat.miles is not None]
    counts = _binned(far, MILE_EDGES, lambda edge: f"{edge:,.0f} miles")
    sub = f"Half of the seats within {median(far):,.0f} miles." if far else "Nobody went."
    return _counted("miles", "Distance from home", sub, counts, ("Within", "Seats"))


def _binned(values: Iterable[float], edges: Sequence[int], said: Callable[[float], str]) -> list[tuple[str, int]]:
    found: Counter[int] = Counter()
    for value in values:
        found[next((n for n, edge in enumerate(edges) if value <= edge), len(edges))] += 1
    labels = [said(edge) for edge in edges]
    return [(f"up to {label}", found[n]) for n, label in enumerate(labels)] + [
        (f"more than {labels[-1]}", found[len(edges)])
    ]


def _loads(run: Outcomes) -> Chart:
    went = Counter(measures.load(run).values())
    counts = [(f"{n} deployment" + "s" * (n != 1), went.get(n, 0)) for n in range(max(went, default=0) + 1)]
    asked = len(run.pool) - len(measures.never_asked(run))
    sub = f"{asked:,} of {len(run.pool):,} were asked at least once."
    return _counted("load", "Deployments of each expert", sub, counts, ("Went", "Experts"))
