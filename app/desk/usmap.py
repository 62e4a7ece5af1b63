"""Where a place is on the map of the United States: the Albers projection in which `usmap.svg` is drawn (975 x 610).

The map is made from us-atlas by `build_assets.py`. Alaska and Hawaii stand in insets; the territories are not on it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import cos as cosine
from math import radians, sin, sqrt

WIDTH, HEIGHT = 975, 610
SCALE, MIDDLE_X, MIDDLE_Y = 1300, 487.5, 305
TERRITORIES = frozenset({"PR", "GU", "VI", "AS", "MP"})
"""Places without a shape on the map."""
Box = tuple[float, float, float, float]
"""Left, top, right, bottom in pixels."""
Projection = Callable[[float, float], tuple[float, float]]


def _conic(  # noqa: PLR0917 - the parameters of the projection, as cartographers write them
    meridian: float,
    centre: tuple[float, float],
    parallels: tuple[float, float],
    scale: float,
    x: float,
    y: float,
) -> Projection:
    """Albers' equal-area conic.

    Args:
        meridian: the upright meridian, degrees.
        centre: latitude, and longitude counted from the meridian, that land on `x`, `y`.
        parallels: the two parallels drawn at true length, degrees.
        scale: pixels of a radian.
        x: pixels from the left.
        y: pixels from the top.
    """
    first, second = (sin(radians(parallel)) for parallel in parallels)
    n = (first + second) / 2
    c = 1 + first * (2 * n - first)

    def flat(longitude: float, latitude: float) -> tuple[float, float]:
        radius = sqrt(max(c - 2 * n * sin(radians(latitude)), 0)) / n
        angle = radians(longitude) * n
        return radius * sin(angle), sqrt(c) / n - radius * cosine(angle)

    centre_x, centre_y = flat(centre[1], centre[0])

    def project(latitude: float, longitude: float) -> tuple[float, float]:
        flat_x, flat_y = flat((longitude - meridian + 180) % 360 - 180, latitude)
        return round(x + scale * (flat_x - centre_x), 1), round(y - scale * (flat_y - centre_y), 1)

    return project


_lower_48 = _conic(-96, (38.7, -0.6), (29.5, 45.5), SCALE, MIDDLE_X, MIDDLE_Y)
_alaska = _conic(-154, (58.5, -2), (55, 65), SCALE * 0.35, MIDDLE_X - 0.307 * SCALE, MIDDLE_Y + 0.201 * SCALE)
_hawaii = _conic(-157, (19.9, -3), (8, 18), SCALE, MIDDLE_X - 0.205 * SCALE, MIDDLE_Y + 0.212 * SCALE)
_INSETS = {"AK": _alaska, "HI": _hawaii}


def point(latitude: float, longitude: float, state: str) -> tuple[float, float] | None:
    """Pixels from the left and the top; None for a territory, which is not drawn, and for what is not in its state."""
    if state in TERRITORIES:
        return None
    x, y = _INSETS.get(state, _lower_48)(latitude, longitude)
    return (x, y) if 0 <= x <= WIDTH and 0 <= y <= HEIGHT else None


@dataclass(frozen=True, slots=True)
class Label:
    """Where the words beside a point stand: `anchor` is "start" or "end" of the text at `x`, `y` its first line."""

    x: float
    y: float
    anchor: str


def labels(points: Sequence[tuple[float, float]], widths: Sequence[float]) -> list[Label | None]:
    """A place for the two lines beside each point, right, left, above or below; None where there is room for none.

    Args:
        points: in pixels, the most important first.
        widths: of the longer line of each, pixels.
    """
    taken = [(x - 16, y - 16, x + 16, y + 16) for x, y in points]
    found: list[Label | None] = []
    for (x, y), width in zip(points, widths, strict=True):
        choices = [
            (Label(x + 20, y + dy, "start"), (x + 18, y + dy - 15, x + 20 + width, y + dy + 22))
            if side > 0
            else (Label(x - 20, y + dy, "end"), (x - 20 - width, y + dy - 15, x - 18, y + dy + 22))
            for dy in (0, -26, 26, 48, -48)
            for side in ((-1, 1) if x > WIDTH * 0.72 else (1, -1))
        ]
        fitting = next(((label, box) for label, box in choices if _fits(box, taken, (x, y))), None)
        found.append(fitting[0] if fitting else None)
        if fitting:
            taken.append(fitting[1])
    return found


def _fits(box: Box, taken: Sequence[Box], own: tuple[float, float]) -> bool:
    inside = box[0] >= 0 and box[1] >= 0 and box[2] <= WIDTH and box[3] <= HEIGHT
    mine = (own[0] - 16, own[1] - 16, own[0] + 16, own[1] + 16)
    return inside and not any(
        box[0] < other[2] and box[2] > other[0] and box[1] < other[3] and box[3] > other[1]
        for other in taken
        if other != mine
    )
