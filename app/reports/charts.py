"""Charts of figures as numbers for the template that draws them: spans against their targets, and quarters. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.reports.figures import Figure
from app.web.pictures import ticks

SHORTEST_AXIS_MINUTES = 60.0
"""Of spans without a target: the axis is never shorter, or a few seconds would fill it."""


@dataclass(frozen=True, slots=True)
class SpanBar:
    """One span of time: where its median, its 90th percentile and its target stand, in per cent of the axis."""

    figure: Figure
    middle: float
    high: float
    target: float | None
    is_late: bool


def axis_of(figure: Figure, largest: float) -> float:
    """Where the axis of a figure ends: at its target, or at the largest value that is drawn on it."""
    shortest = SHORTEST_AXIS_MINUTES if figure.unit == "minutes" else 0.0
    return max(largest, figure.target or shortest)


def span_bars(figures: Sequence[Figure]) -> list[SpanBar]:
    """A bar for each span that was measured, on a scale of its own: each against its target or its slowest tenth."""
    bars = []
    for figure in figures:
        if figure.value is None or figure.high is None:
            continue
        most = axis_of(figure, figure.high) * 1.08
        target = round(100 * figure.target / most, 1) if figure.target else None
        is_late = figure.target is not None and figure.value > figure.target
        bars.append(
            SpanBar(figure, round(100 * figure.value / most, 1), round(100 * figure.high / most, 1), target, is_late)
        )
    return bars


@dataclass(frozen=True, slots=True)
class Column:
    """One quarter: how many requests, and how many of them were approved; heights in pixels from the axis."""

    slug: str
    label: str
    x: float
    width: float
    received: int
    approved: int
    height: float
    approved_height: float


@dataclass(frozen=True, slots=True)
class Columns:
    """Quarters side by side; `lines`: the values of the axis with their height in pixels from above."""

    columns: tuple[Column, ...]
    lines: tuple[tuple[int, float], ...]
    height: int


def columns_of(counts: Sequence[tuple[str, str, int, int]], height: int = 160) -> Columns:
    """Columns of (slug, label, received, approved), the oldest first; x and width in per cent."""
    scale = ticks(max((one[2] for one in counts), default=0))
    top, step = scale[-1], 100 / max(1, len(counts))
    made = tuple(
        Column(
            slug, label, round(number * step + step * 0.15, 2), round(step * 0.7, 2), received, approved,
            round(height * received / top, 1), round(height * approved / top, 1),
        )
        for number, (slug, label, received, approved) in enumerate(counts)
    )  # fmt: skip
    return Columns(made, tuple((value, round(height * (1 - value / top), 1)) for value in scale), height)
