"""Comparisons as words and pictures. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.trials.intervals import Interval
from app.trials.measures import BY_NAME, MEASURES, Measure
from app.trials.words import ALONE, hours, range_of, said
from app.whatif.comparing import Column, Told
from app.whatif.scenarios import TITLES, Scenario

DRAWN = ("fill_rate", "full_rate", "deadline_met", "minutes_to_full", "offers_per_seat")
"""Measures that have a picture."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure of one scenario: value, interval, and how it differs from today.

    Args:
        value: the mean over draws, in words.
        between: where it lies with 95 % confidence, in words.
        change: against today, in words; "" of today itself.
        change_between: where the change lies.
        judgement: "better", "worse" or "different" where chance does not explain it; "" where it may.
    """

    value: str
    between: str
    change: str = ""
    change_between: str = ""
    judgement: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One measure over all scenarios."""

    measure: Measure
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Whisker:
    """One scenario in a picture: its mean and interval in per cent of the width."""

    label: str
    text: str
    at: float
    left: float
    width: float
    is_today: bool


@dataclass(frozen=True, slots=True)
class Picture:
    """One measure as a picture: a mark and a line for each scenario, on one scale."""

    measure: Measure
    whiskers: tuple[Whisker, ...]

    @property
    def height(self) -> int:
        """In pixels."""
        return 58 * len(self.whiskers) + 4


def headline_of_all(made: int, running: int) -> str:
    """The state of all in a sentence: how many were played to their end, how many are being played."""
    if running:
        return "One comparison is being played" if running == 1 else f"{running} comparisons are being played"
    if made == 1:
        return "One comparison was made"
    return f"{made} comparisons were made" if made else "No comparison was made yet"


def headline(told: Told) -> str:
    """The state of one in a sentence."""
    comparison = told.comparison
    if comparison.failed_because:
        return f"The comparison could not be played: {comparison.failed_because}"
    if comparison.ended_at is None:
        return f"{told.done} of {comparison.draws} draws are played"
    hurt = worst(told.columns)
    if hurt is None:
        return "None of these fills clearly fewer seats than today"
    column, change = hurt
    return f"{TITLES[column.scenario]}: {points(change)} fewer seats filled than today"


def left(told: Told, now: datetime) -> str:
    """How long the rest takes, by the draws so far; empty before the first."""
    if not told.done:
        return ""
    each = (now - told.comparison.asked_at) / told.done
    return hours(each * (told.comparison.draws - told.done) / timedelta(minutes=1))


def points(change: Interval) -> str:
    """A difference of shares in points."""
    return f"{abs(100 * change.mean):.1f} points"


def worst(columns: Sequence[Column]) -> tuple[Column, Interval] | None:
    """The scenario that clearly loses most seats."""
    known = [(column, column.differs["fill_rate"]) for column in columns if column.differs]
    clear = [(column, change) for column, change in known if change is not None and change.is_clear and change.mean < 0]
    return min(clear, key=lambda pair: pair[1].mean, default=None)


def rows(told: Told) -> list[Line]:
    """The table: a line for each measure, a cell for each scenario."""
    return [Line(measure, tuple(_cell(measure, column) for column in told.columns)) for measure in MEASURES]


def _cell(measure: Measure, column: Column) -> Cell:
    found = column.figures[measure.name]
    value = said(measure, found.mean if found else None)
    if not column.differs:
        return Cell(value, range_of(measure, found))
    change = column.differs[measure.name]
    if change is None:
        return Cell(value, range_of(measure, found))
    return Cell(
        value, range_of(measure, found), signed(measure, change.mean), _span(measure, change), judged(measure, change)
    )


def _span(measure: Measure, change: Interval) -> str:
    if change.bounds is None:
        return ALONE
    low, high = (signed(measure, value) for value in change.bounds)
    return f"{low.removesuffix(' points')} to {high}"


def signed(measure: Measure, value: float) -> str:
    """A difference: shares in points."""
    told = f"{100 * value:.1f} points" if measure.unit == "share" else said(measure, value)
    is_nothing = not any(digit in "123456789" for digit in told)
    return told.removeprefix("-") if is_nothing else f"{'+' if value > 0 else ''}{told}"


def judged(measure: Measure, change: Interval) -> str:
    """Whether a difference is clear, and then which way."""
    if not change.is_clear:
        return ""
    if measure.is_better_high is None:
        return "different"
    return "better" if (change.mean > 0) is measure.is_better_high else "worse"


def charts(told: Told) -> list[Picture]:
    """Pictures of the measures that say most."""
    return [_picture(BY_NAME[name], told.columns) for name in DRAWN] if told.columns else []


def _picture(measure: Measure, columns: Sequence[Column]) -> Picture:
    known = [(column, column.figures[measure.name]) for column in columns]
    shown = [(column, one) for column, one in known if one is not None]
    spans = [one.bounds or (one.mean, one.mean) for _, one in shown]
    least, most = min((low for low, _ in spans), default=0.0), max((high for _, high in spans), default=1.0)
    margin = (most - least) * 0.08 or abs(most) * 0.05 or 0.01
    least, span = least - margin, most - least + 2 * margin

    def place(value: float) -> float:
        return round(100 * (value - least) / span, 2)

    marks = []
    for (column, one), (low, high) in zip(shown, spans, strict=True):
        between = range_of(measure, one)
        text = said(measure, one.mean) + (f" ({between})" if between else "")
        is_today = column.scenario is Scenario.TODAY
        marks.append(
            Whisker(
                TITLES[column.scenario], text, place(one.mean), place(low), round(place(high) - place(low), 2), is_today
            )
        )
    return Picture(measure, tuple(marks))
