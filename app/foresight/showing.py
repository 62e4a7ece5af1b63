"""What the pages of foresight show, in the order and the words in which they show it. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.core.places import STATES
from app.deployments.teams import TEAMS
from app.foresight import forecasts
from app.foresight.country import COLUMNS, ROWS, TILES
from app.foresight.standard import HOURS, TEAM, VIEWS
from app.trials import words
from app.trials.intervals import Interval

TITLES: dict[str, str] = {"team": "Whole team"} | {seat.code: seat.title for seat in TEAMS[TEAM]}
"""View to its name."""
BANDS = (0.05, 0.5, 0.75, 0.9, 0.98)
"""Chances at which a tile gets darker."""
BAND_WORDS = ("under 5", "5 to 49", "50 to 74", "75 to 89", "90 to 97", "98 and more")
TILE, GAP = 60, 4
"""Pixels of a tile of the map, and between two."""
WIDTH, HEIGHT = COLUMNS * (TILE + GAP), ROWS * (TILE + GAP)


def band(p: float) -> int:
    """How dark: 0 for nearly never, 5 for nearly always."""
    return sum(p >= edge for edge in BANDS)


def in_100(p: float) -> str:
    """A chance as people say it: "74 in 100"; never 0 or 100 of what is only nearly so."""
    if 0 < p < 0.01:
        return "under 1"
    # Of so many people the last bits of a chance are lost: nothing is certain where people may say no.
    if p > 0.99:
        return "over 99"
    return f"{round(p * 100)}"


def range_in_100(low: float, high: float) -> str:
    """Between two chances: "48 to 77"; one word where both are the same."""
    return in_100(low) if in_100(low) == in_100(high) else f"{in_100(low)} to {in_100(high)}"


@dataclass(frozen=True, slots=True)
class Row:
    """One state: chances for each horizon, who may go, and where its tile stands."""

    state: str
    name: str
    chances: tuple[Mapping[str, float], ...]
    able: int
    x: int
    y: int
    p: float

    @property
    def band(self) -> int:
        """Of the horizon that is looked at."""
        return band(self.p)


def rows(values: Mapping[str, Any], view: str, hours: int) -> list[Row]:
    """The states of a kept outlook, the least ready first."""
    column, seat = HOURS.index(hours), VIEWS.index(view) - 1
    found = []
    for state, one in values["states"].items():
        x, y = TILES[state]
        able = one["able"][seat] if seat >= 0 else min(one["able"])
        chances = tuple(one["views"][view])
        at = x * (TILE + GAP), y * (TILE + GAP)
        found.append(Row(state, STATES[state], chances, able, *at, chances[column]["p"]))
    return sorted(found, key=lambda row: (row.p, row.name))


def scarcest(values: Mapping[str, Any], state: str, hours: int) -> str:
    """The seat of a state that is hardest to fill in time, by its title."""
    column = HOURS.index(hours)
    views = values["states"][state]["views"]
    code = min(VIEWS[1:], key=lambda view: (views[view][column]["p"], VIEWS.index(view)))
    return TITLES[code]


SUGGESTED = 50
"""A floor, in 100, that the page suggests while none is set."""
LEAST_FALL, FALLS = 0.01, 6
"""From this on a state's chance has fallen; so many states are named."""


@dataclass(frozen=True, slots=True)
class Floor:
    """The floor of the alarm, or one that could be set.

    Args:
        in_100: the floor.
        hours: of its horizon.
        is_set: whether the desk is told.
        under: names of the states that are under it, the lowest first.
    """

    in_100: int
    hours: int
    is_set: bool
    under: tuple[str, ...]


def floor(values: Mapping[str, Any], in_100: int, hours: int) -> Floor:
    """How the states stand against the floor that is set, or against one that is suggested."""
    level = in_100 or SUGGESTED
    under = forecasts.under_floor(values, level, hours)
    return Floor(level, hours, in_100 > 0, tuple(STATES[state] for state in under))


def falls(values: Mapping[str, Any], hours: int) -> list[tuple[str, float, float]]:
    """States whose chance of a whole team falls most over the days ahead: name, today, on the last day."""
    column = HOURS.index(hours)
    first, last = values["ahead"][0]["teams"], values["ahead"][-1]["teams"]
    found = [(STATES[state], first[state][column], last[state][column]) for state in first]
    fallen = [one for one in found if one[1] - one[2] >= LEAST_FALL]
    return sorted(fallen, key=lambda one: (one[2] - one[1], one[0]))[:FALLS]


def headline(values: Mapping[str, Any], view: str, hours: int) -> str:
    """Readiness in a sentence."""
    p = values["nation"][view][HOURS.index(hours)]["p"]
    who = "A standard team" if view == "team" else f"A {TITLES[view].lower()}"
    return f"{who} is on site within {hours} hours {in_100(p)} times in 100"


@dataclass(frozen=True, slots=True)
class Curve:
    """One horizon over the days ahead: points of an SVG line, and the values."""

    hours: int
    points: str
    values: tuple[float, ...]
    last: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Ahead:
    """The next days as a picture of `width` by `height` pixels."""

    days: tuple[int, ...]
    xs: tuple[float, ...]
    curves: tuple[Curve, ...]
    width: int
    height: int
    able: tuple[int, ...]
    lapsed: tuple[int, ...]
    away: tuple[int, ...]


def ahead(values: Mapping[str, Any], view: str, width: int = 640, height: int = 200) -> Ahead:
    """The nation over the next days, one curve for each horizon."""
    days = tuple(one["day"] for one in values["ahead"])
    most = max(*days, 1)
    xs = tuple(round(width * day / most, 1) for day in days)
    curves = []
    for column, hours in enumerate(HOURS):
        found = tuple(one["views"][view][column] for one in values["ahead"])
        ys = [round(height * (1 - p), 1) for p in found]
        points = " ".join(f"{x},{y}" for x, y in zip(xs, ys, strict=True))
        curves.append(Curve(hours, points, found, (xs[-1], ys[-1])))
    columns = (tuple(one[name] for one in values["ahead"]) for name in ("able", "lapsed", "away"))
    return Ahead(days, xs, tuple(curves), width, height, *columns)


@dataclass(frozen=True, slots=True)
class Bar:
    """A value with its interval on an axis, in per cent of its width."""

    label: str
    value: float
    low: float
    high: float
    x: float
    left: float
    width: float
    seen: int = 0


def bars(found: Sequence[tuple[str, float, float, float, int]]) -> list[Bar]:
    """(label, value, low, high, seen) on one axis from 0."""
    most = max((one[3] for one in found), default=1.0) * 1.04 or 1.0
    return [
        Bar(
            label, value, low, high, round(100 * value / most, 2), round(100 * low / most, 2),
            round(100 * (high - low) / most, 2), seen,
        )
        for label, value, low, high, seen in found
    ]  # fmt: skip


WAYS = {"ours": "This advice", "population": "By population", "random": "At random"}
SEAT_TITLES: dict[str, str] = {plan.code: plan.title for plans in TEAMS.values() for plan in plans}
"""Code of a seat to its name."""
SATURATED = 0.9
"""From this share of what the caps allow, recruiting by population fills nearly as many seats as anybody could."""

AMPLE = 0.02
"""Below this share of empty seats there is hardly anything to choose by."""


def mean(kept: Mapping[str, Any], digits: int = 1) -> str:
    """The mean of a kept interval."""
    return f"{kept['mean']:,.{digits}f}"


def between(kept: Mapping[str, Any], digits: int = 1) -> str:
    """Where the true value lies with 95 %; or that one run alone does not say."""
    return words.between(Interval(**kept), digits)


def gain(values: Mapping[str, Any], way: str) -> Mapping[str, Any]:
    """What one way of recruiting adds."""
    return next(one for one in values["gains"] if one["way"] == way)


def recruiting_headline(values: Mapping[str, Any]) -> str:
    """The advice in a sentence."""
    ours = gain(values, "ours")
    if ours["seats"]["mean"] < 0.5:
        return "No recruit would fill more seats than are filled now"
    who = "recruit" if ours["recruits"] == 1 else "recruits"
    seats, teams = mean(ours["seats"], 0), mean(ours["teams"], 0)
    return f"{ours['recruits']} {who} would fill {seats} more seats a year, and complete {teams} more teams"


def is_ample(values: Mapping[str, Any]) -> bool:
    """Whether so few seats stay empty that there is hardly anything to gain."""
    return bool(values["empty"]["mean"] < AMPLE * values["seats"])


def is_saturated(values: Mapping[str, Any]) -> bool:
    """Whether whoever joins fills nearly as many seats as the caps allow, so that no advice can fill many more."""
    return bool(gain(values, "population")["seats"]["mean"] >= SATURATED * values["at_most"])


@dataclass(frozen=True, slots=True)
class GainBar:
    """What one way of recruiting adds: in words, and on an axis in per cent of its width.

    Args:
        label: of the way.
        text: the mean.
        between: where the true one lies, in words.
        x: of the mean.
        whisker: from where to where; None of one year alone.
    """

    label: str
    text: str
    between: str
    x: float
    whisker: tuple[float, float] | None


def gain_bars(values: Mapping[str, Any], what: str) -> list[GainBar]:
    """What each way of recruiting adds: `what` is "seats" or "teams"."""
    spans = [(one["way"], Interval(**one[what])) for one in values["gains"]]
    most = max((span.high or span.mean for _, span in spans), default=0.0)
    most = most * 1.04 if most > 0 else 1.0

    def place(value: float) -> float:
        return round(100 * min(max(value, 0.0) / most, 1.0), 2)

    return [
        GainBar(
            WAYS[way], f"{span.mean:,.1f}", words.between(span), place(span.mean),
            (place(span.bounds[0]), place(span.bounds[1])) if span.bounds else None,
        )
        for way, span in spans
    ]  # fmt: skip
