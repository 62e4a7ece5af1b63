"""States and territories as forecasts see them: how many people live there, and one place that stands for each.

People: census of 2020, in thousands. The place is the largest city; it stands for a state of which no past incident is
known. The tiles are the usual grid of squares, one for each state: small states are as easy to read as large ones.
"""

from dataclasses import dataclass

from app.core.places import STATES


@dataclass(frozen=True, slots=True)
class Home:
    """A state: thousands of people, and the latitude and longitude of its largest city in degrees."""

    thousands: int
    latitude: float
    longitude: float


_ROWS = """
AL 5024 33.52 -86.80|AK 733 61.22 -149.90|AZ 7152 33.45 -112.07|AR 3012 34.75 -92.29|CA 39538 34.05 -118.24
CO 5774 39.74 -104.99|CT 3606 41.19 -73.20|DE 990 39.75 -75.55|DC 690 38.91 -77.04|FL 21538 30.33 -81.66
GA 10712 33.75 -84.39|HI 1455 21.31 -157.86|ID 1839 43.62 -116.21|IL 12813 41.88 -87.63|IN 6786 39.77 -86.16
IA 3190 41.59 -93.62|KS 2938 37.69 -97.34|KY 4506 38.25 -85.76|LA 4658 29.95 -90.07|ME 1362 43.66 -70.26
MD 6177 39.29 -76.61|MA 7030 42.36 -71.06|MI 10077 42.33 -83.05|MN 5706 44.98 -93.27|MS 2961 32.30 -90.18
MO 6155 39.10 -94.58|MT 1084 45.78 -108.50|NE 1962 41.26 -95.93|NV 3105 36.17 -115.14|NH 1378 42.99 -71.45
NJ 9289 40.74 -74.17|NM 2118 35.08 -106.65|NY 20201 40.71 -74.01|NC 10439 35.23 -80.84|ND 779 46.88 -96.79
OH 11799 39.96 -83.00|OK 3959 35.47 -97.52|OR 4237 45.52 -122.68|PA 13003 39.95 -75.17|RI 1097 41.82 -71.41
SC 5118 34.00 -81.03|SD 887 43.54 -96.73|TN 6911 36.16 -86.78|TX 29146 29.76 -95.37|UT 3272 40.76 -111.89
VT 643 44.48 -73.21|VA 8631 36.85 -75.98|WA 7705 47.61 -122.33|WV 1794 38.35 -81.63|WI 5894 43.04 -87.91
WY 577 41.14 -104.82|PR 3286 18.47 -66.11|VI 87 18.34 -64.93|GU 154 13.47 144.75|AS 50 -14.28 -170.70|MP 47 15.19 145.75
"""


def _home(cell: str) -> tuple[str, Home]:
    state, thousands, latitude, longitude = cell.split()
    return state, Home(int(thousands), float(latitude), float(longitude))


HOMES: dict[str, Home] = dict(_home(cell) for line in _ROWS.split("\n") for cell in line.split("|") if cell.strip())
"""Postal code to its people and its place, in the order of `STATES`."""
PEOPLE: dict[str, float] = {state: HOMES[state].thousands / 1000 for state in STATES}
"""Postal code to millions of people."""

_GRID = """
AK . . . . . . . . . . ME
. . . . . . . . . . VT NH
WA ID MT ND MN IL WI MI NY RI MA .
OR NV WY SD IA IN OH PA NJ CT . .
CA UT CO NE MO KY WV VA MD DE . .
. AZ NM KS AR TN NC SC DC . . .
HI . . OK LA MS AL GA . . PR VI
MP GU AS TX . . . . FL . . .
"""
TILES: dict[str, tuple[int, int]] = {
    state: (column, row)
    for row, line in enumerate(_GRID.strip().split("\n"))
    for column, state in enumerate(line.split())
    if state != "."
}
"""Postal code to its column and row in the grid of tiles."""
COLUMNS, ROWS = 12, 8
