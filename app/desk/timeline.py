"""Who is where and when: every deployment, and every expert's days, with what lies upon one another. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from app.deployments.models import Deployment
from app.experts.models import Expert
from app.requests.models import Request
from app.web.pictures import Axis, lanes, overlaps


class BarKind(StrEnum):
    """What somebody's days are. The first that is true of an expert and a deployment counts."""

    DEPLOYED = "deployed"
    ASKED = "asked"
    STANDBY = "standby"
    PROPOSED = "proposed"
    FINISHED = "finished"
    REST = "rest"
    NOT_YET = "not_yet"
    """Not before a date: a rest or a hold. The desk sees the date and never which."""
    AWAY = "away"


WORDS = {
    BarKind.DEPLOYED: "Deployed",
    BarKind.ASKED: "Asked",
    BarKind.STANDBY: "On standby",
    BarKind.PROPOSED: "Proposed",
    BarKind.FINISHED: "Finished",
    BarKind.REST: "Rest",
    BarKind.NOT_YET: "Not before",
    BarKind.AWAY: "Away",
}
TEAM = (BarKind.DEPLOYED, BarKind.ASKED, BarKind.STANDBY, BarKind.PROPOSED, BarKind.FINISHED)
"""Kinds that belong to a deployment's team."""
BINDING = frozenset(BarKind) - {BarKind.FINISHED, BarKind.STANDBY}
"""Kinds of which two at one time are an overlap. Who is on standby has no seat."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One stretch of one expert's days.

    Args:
        expert_id: whose.
        kind: what they are.
        start: leaving home, or the first moment of an absence or a rest.
        end: home again, or the end.
        reference: of the deployment; "" for none.
        place: town and state of that, for the desk's eyes.
        role: the seat's title; "" for none.
        clashes: something else of this expert lies upon it.
    """

    expert_id: int
    kind: BarKind
    start: datetime
    end: datetime
    reference: str = ""
    place: str = ""
    role: str = ""
    clashes: bool = False

    @property
    def words(self) -> str:
        """What it is: "Deployed, 26-0412 Harlan Ridge, CO"."""
        return f"{WORDS[self.kind]}, {self.reference} {self.place}" if self.reference else WORDS[self.kind]

    @property
    def short(self) -> str:
        """What stands on the bar."""
        return f"{self.reference} {self.place}" if self.reference else WORDS[self.kind]


PIXELS_A_PERCENT = 9.0
"""Of the axis, on a narrow desk screen; and how wide a letter on a bar is."""
PIXELS_A_LETTER = 7.8


@dataclass(frozen=True, slots=True)
class Placed:
    """A bar where it is drawn.

    Args:
        bar: which.
        lane: 0 is the uppermost.
        x: left edge in per cent of the axis.
        width: in per cent.
        label: as much of what it is as fits on it.
        who: the expert's name.
    """

    bar: Bar
    lane: int
    x: float
    width: float
    label: str
    who: str

    @property
    def is_wide(self) -> bool:
        """Whether a finger can hit it."""
        return self.width * PIXELS_A_PERCENT >= 28


def place(bar: Bar, lane: int, axis: Axis, who: str, *, full: str, brief: str) -> Placed:
    """Where a bar is drawn, with `full` on it, or `brief`, or nothing, as there is room."""
    x = axis.at(bar.start)
    width = round(max(axis.at(bar.end) - x, 0.4), 2)
    room = (width * PIXELS_A_PERCENT - 16) / PIXELS_A_LETTER
    label = next((text for text in (full, brief) if len(text) <= room), "")
    return Placed(bar, lane, x, width, label, who)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the picture: an expert, or the team of a request.

    Args:
        title: whose or what.
        under: the smaller line below it.
        href: where its own page is.
        bars: with their lanes; `lanes` says how many lanes there are.
        overlaps: the times at which two lie upon one another.
        stay: of a request: from when to when the team is on site.
    """

    title: str
    under: str
    href: str
    bars: tuple[Placed, ...]
    lanes: int
    overlaps: tuple[tuple[datetime, datetime], ...] = ()
    stay: tuple[datetime, datetime] | None = None

    @property
    def is_clashing(self) -> bool:
        """Whether anything here overlaps."""
        return bool(self.overlaps)


def marked(bars: Iterable[Bar]) -> list[Bar]:
    """The same bars, those that lie upon another of the same expert marked, without doubles of one deployment."""
    found: list[Bar] = []
    by_expert: dict[int, list[Bar]] = defaultdict(list)
    for bar in bars:
        by_expert[bar.expert_id].append(bar)
    for theirs in by_expert.values():
        kept = _strongest(theirs)
        at_once = overlaps((bar.start, bar.end) for bar in kept if bar.kind in BINDING)
        for bar in kept:
            clashes = bar.kind in BINDING and any(bar.start < end and bar.end > start for start, end in at_once)
            found.append(replace(bar, clashes=clashes))
    return found


def _strongest(bars: Sequence[Bar]) -> list[Bar]:
    """One bar for each deployment: who is deployed is not shown as asked for the same seat as well."""
    order = list(BarKind)
    best: dict[str, Bar] = {}
    for bar in bars:
        if bar.kind in TEAM and (
            bar.reference not in best or order.index(bar.kind) < order.index(best[bar.reference].kind)
        ):
            best[bar.reference] = bar
    return [bar for bar in bars if bar.kind not in TEAM or best[bar.reference] is bar]


def row_of(expert: Expert, bars: Sequence[Bar], axis: Axis) -> Row:
    """One expert's line, every bar in a lane of its own where bars overlap."""
    shown = sorted(bars, key=lambda bar: bar.start)
    found = lanes([(bar.start, bar.end) for bar in shown])
    at_once = overlaps((bar.start, bar.end) for bar in bars if bar.kind in BINDING)
    return Row(
        expert.name,
        f"{expert.city}, {expert.state}",
        f"/desk/experts/{expert.id}",
        tuple(
            place(bar, lane, axis, expert.name, full=bar.short, brief=bar.reference)
            for bar, lane in zip(shown, found, strict=True)
        ),
        max(found, default=0) + 1,
        tuple(span for span in at_once if axis.shows(*span)),
    )  # fmt: skip


def by_expert(bars: Sequence[Bar], experts: Sequence[Expert], axis: Axis, *, everybody: bool) -> list[Row]:
    """A line for every expert: those with an overlap first, then by their first day of work.

    Args:
        bars: marked.
        experts: who may be shown.
        axis: the days.
        everybody: also who is only away or resting.
    """
    theirs: dict[int, list[Bar]] = defaultdict(list)
    for bar in bars:
        theirs[bar.expert_id].append(bar)
    wanted = [
        (expert, theirs[expert.id])
        for expert in experts
        if theirs[expert.id] and (everybody or any(bar.kind in TEAM for bar in theirs[expert.id]))
    ]

    def order(pair: tuple[Expert, list[Bar]]) -> tuple[bool, bool, datetime, str]:
        works = [bar for bar in pair[1] if bar.kind in TEAM]
        first = min(bar.start for bar in works or pair[1])
        return not any(bar.clashes for bar in pair[1]), not works, first, pair[0].name

    return [row_of(expert, own, axis) for expert, own in sorted(wanted, key=order)]


def by_request(
    bars: Sequence[Bar], stays: Sequence[tuple[Deployment, Request, int]], names: dict[int, str], axis: Axis
) -> list[Row]:
    """A line for every deployment, its people in lanes below one another.

    Args:
        bars: marked.
        stays: deployments with their requests and how many seats each has.
        names: expert to name.
        axis: the days.
    """
    teams: dict[str, list[Bar]] = defaultdict(list)
    for bar in bars:
        if bar.kind in TEAM:
            teams[bar.reference].append(bar)
    found = []
    for deployment, request, seats in stays:
        team = sorted(
            teams[deployment.reference], key=lambda bar: (list(BarKind).index(bar.kind), names[bar.expert_id])
        )
        filled = sum(bar.kind in (BarKind.DEPLOYED, BarKind.FINISHED) for bar in team)
        shown = tuple(
            place(bar, number, axis, name, full=f"{name}, {bar.role.lower()}", brief=name)
            for number, (bar, name) in enumerate((bar, names[bar.expert_id]) for bar in team)
        )
        clashing = tuple((bar.start, bar.end) for bar in team if bar.clashes and axis.shows(bar.start, bar.end))
        found.append(
            Row(
                f"{deployment.reference} {request.city}, {request.place_state}",
                f"{filled} of {seats} seats filled",
                f"/desk/requests/{deployment.reference}",
                shown, max(1, len(shown)), clashing, (deployment.starts_at, deployment.ends_at),
            )
        )  # fmt: skip
    return found
