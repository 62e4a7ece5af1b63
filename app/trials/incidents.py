"""Incidents that ask for a team: from a CSV file in the form of incidents-2015.csv, or from a model of demand."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import Any

from app.agencies.models import AgencyKind
from app.core.places import STATES

COLUMNS = ("date", "kind", "agency", "city", "state", "latitude", "longitude", "killed", "injured")
KINDS = ("mass_violence", "officer_involved_shooting", "in_custody_or_use_of_force_death")
FILED_AFTER_HOURS = (6, 30)
"""A request is filed this long after the beginning of the incident's day; files know no hour."""
MOST_PEOPLE, LONGEST = 10_000, 200
"""Killed or injured, and characters of a name, as a request takes them."""
FIRST_YEAR, LAST_YEAR = 1970, 2100
DAYS = 3
"""On site; what the desk plans unless it is told otherwise."""
SPANISH_STATES = ("CA", "TX", "FL", "NM", "AZ")
"""Where a file's communities are taken to need somebody who speaks Spanish."""


@dataclass(frozen=True, slots=True)
class BadIncident:
    """A row of the file that cannot be used, by its line, and why.

    Args:
        line: of the file; 1 is the line of the columns.
        why: in words.
        is_unknown_place: its place is not on the map; such rows may be left out on demand.
    """

    line: int
    why: str
    is_unknown_place: bool = False


class BadFile(Exception):  # noqa: N818 - a sentence on the terminal
    """Rows of the file cannot be used: all of them, in `bad`."""

    def __init__(self, bad: Iterable[BadIncident]) -> None:
        self.bad = tuple(bad)
        super().__init__("\n".join(f"line {one.line}: {one.why}" for one in self.bad))

    @property
    def could_be_left_out(self) -> bool:
        """Whether all of them are of unknown places, which may be left out on demand."""
        return bool(self.bad) and all(one.is_unknown_place for one in self.bad)


@dataclass(frozen=True, slots=True)
class Incident:
    """One incident, with the moment at which its agency asks.

    Args:
        filed_at: when the request is filed; aware.
        occurred_at: when it happened.
        kind: one of `KINDS`.
        agency: its name; two agencies of one name in one state are one.
        city, state, latitude, longitude: the place.
        killed, injured: how many.
        days: that the team stays on site.
        is_synthetic: drawn from a model, not from a record.
    """

    filed_at: datetime
    occurred_at: datetime
    kind: str
    agency: str
    city: str
    state: str
    latitude: float
    longitude: float
    killed: int
    injured: int
    days: int = DAYS
    is_synthetic: bool = False

    @property
    def incident_type(self) -> str:
        """The taxonomy's word for the kind."""
        if self.kind == "mass_violence":
            return "mass_shooting"
        if self.kind == "officer_involved_shooting":
            return "officer_involved_shooting_fatal" if self.killed else "officer_involved_shooting_nonfatal"
        return "in_custody_death"

    @property
    def team_type(self) -> str:
        """What the scripted desk recommends: T3 from four killed on, T1 when nobody died, T2 otherwise."""
        if self.killed >= 4:
            return "T3"
        return "T2" if self.killed or self.kind == "mass_violence" else "T1"

    @property
    def priority(self) -> str:
        """Mass violence is immediate, everything else urgent."""
        return "immediate" if self.kind == "mass_violence" else "urgent"

    @property
    def languages(self) -> list[str]:
        """What the community needs."""
        return ["es"] if self.state in SPANISH_STATES else []

    @property
    def agency_kind(self) -> AgencyKind:
        """From the agency's name."""
        name = self.agency.lower()
        if "sheriff" in name or "county" in name:
            return AgencyKind.COUNTY
        return AgencyKind.STATE if "state" in name or "highway" in name else AgencyKind.MUNICIPAL

    def agency_form(self) -> dict[str, Any]:
        """The agency, for POST /agencies."""
        return {
            "name": self.agency, "kind": self.agency_kind.value, "city": self.city, "state": self.state,
            "latitude": self.latitude, "longitude": self.longitude,
        }  # fmt: skip

    def request_form(self) -> dict[str, Any]:
        """The request, for POST /requests."""
        return {
            "incident_type": self.incident_type, "occurred_at": self.occurred_at.isoformat(),
            "city": self.city, "state": self.state, "latitude": self.latitude, "longitude": self.longitude,
            "killed": self.killed, "injured": self.injured, "priority": self.priority, "days": self.days,
            "languages": self.languages, "contact_name": "Agency executive", "contact_title": "Chief",
            "contact_phone": "202-555-0199", "contact_email": "chief@agency.example",
        }  # fmt: skip


def _number(row: dict[str, str], name: str) -> int:
    """How many, as a request takes it; nothing stands for none."""
    given = (row[name] or "0").strip()
    if not (given.isascii() and given.isdigit() and int(given) <= MOST_PEOPLE):
        raise ValueError(f"{name} is {given!r}, not a whole number from 0 to {MOST_PEOPLE:,}")
    return int(given)


def _day(row: dict[str, str]) -> datetime:
    given = (row["date"] or "").strip()
    try:
        day = date.fromisoformat(given)
    except ValueError:
        raise ValueError(f"date is {given!r}, not a day like 2015-12-31") from None
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(f"date is {given!r}, not between {FIRST_YEAR} and {LAST_YEAR}")
    return datetime.combine(day, time(), UTC)


def _check_words(row: dict[str, str]) -> None:
    if row["kind"] not in KINDS:
        raise ValueError(f"kind is {row['kind'] or ''!r}, not one of {', '.join(KINDS)}")
    for name in ("agency", "city"):
        given = (row[name] or "").strip()
        if not given or len(given) > LONGEST or not given.isprintable():
            raise ValueError(f"{name} must be named, in a line of at most {LONGEST} characters")


def _place(row: dict[str, str], line: int) -> tuple[float, float] | BadIncident:
    if row["state"] not in STATES:
        return BadIncident(line, f"{row['state']!r} is not a state or territory", is_unknown_place=True)
    if not (row["latitude"] or "").strip() or not (row["longitude"] or "").strip():
        return BadIncident(line, f"{row['city']}, {row['state']}: no latitude and longitude", is_unknown_place=True)
    try:
        latitude, longitude = float(row["latitude"]), float(row["longitude"])
    except ValueError:
        raise ValueError(f"{row['latitude']!r}, {row['longitude']!r} are not a latitude and a longitude") from None
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180) or (latitude, longitude) == (0.0, 0.0):
        why = f"{row['city']}, {row['state']}: {latitude:g}, {longitude:g} is nowhere in the United States"
        return BadIncident(line, why, is_unknown_place=True)
    return latitude, longitude


def _row(line: int, row: dict[str, str], hours: float) -> Incident | BadIncident:
    try:
        return _incident(line, row, hours)
    except ValueError as error:
        return BadIncident(line, str(error))


def _incident(line: int, row: dict[str, str], hours: float) -> Incident | BadIncident:
    """One row; ValueError says what is wrong with it."""
    if None in row or None in row.values():
        raise ValueError("it has not as many cells as the first line")
    day, killed, injured = _day(row), _number(row, "killed"), _number(row, "injured")
    _check_words(row)
    place = _place(row, line)
    if isinstance(place, BadIncident):
        return place
    filed_at, agency, city = day + timedelta(hours=hours), row["agency"].strip(), row["city"].strip()
    return Incident(filed_at, day, row["kind"], agency, city, row["state"], *place, killed, injured)


def read(path: Path, *, seed: int, limit: int = 0, skip_unknown_places: bool = False) -> list[Incident]:
    """The file's incidents in the order in which they are filed; all of them, or none.

    Args:
        path: the CSV file.
        seed: of the hours at which requests are filed.
        limit: only the first so many rows; 0: all.
        skip_unknown_places: leave out rows whose place is not on the map.

    Raises:
        BadFile: a column is missing, or rows cannot be used; names every one of them.
    """
    random = Random(seed)  # noqa: S311 - hours of invented requests
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
            if missing:
                raise BadFile([BadIncident(1, f"the file lacks the columns {', '.join(missing)}")])
            rows = [_row(reader.line_num, row, random.uniform(*FILED_AFTER_HOURS)) for row in reader]
    except UnicodeDecodeError:
        raise BadFile([BadIncident(1, "this is not a text file in UTF-8; save the table as CSV")]) from None
    except csv.Error as error:
        raise BadFile([BadIncident(1, f"this is not a CSV file: {error}")]) from None
    rows = rows[: limit or None]
    bad = [row for row in rows if isinstance(row, BadIncident)]
    if bad and not (skip_unknown_places and BadFile(bad).could_be_left_out):
        raise BadFile(bad)
    good = [row for row in rows if isinstance(row, Incident)]
    if not good:
        raise BadFile([BadIncident(2, "the file names no incident that can be used")])
    return sorted(good, key=lambda one: one.filed_at)
