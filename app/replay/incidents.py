"""Incidents from a CSV file in the form of incidents-2015.csv, as agencies and requests."""

import csv
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from app.agencies.models import AgencyKind
from app.core.places import STATES

COLUMNS = ("date", "kind", "agency", "city", "state", "latitude", "longitude", "killed", "injured")
FILED_AFTER_HOURS = (6, 30)
"""A request is filed this long after the beginning of the incident's day; files know no hour."""


class BadIncident(Exception):  # noqa: N818 - a sentence on the terminal
    """A row of the file cannot be used; the message names the line and the column."""


@dataclass(frozen=True, slots=True)
class Incident:
    """One row, with the moment at which its agency asks."""

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

    @property
    def incident_type(self) -> str:
        """The taxonomy's word for the row's kind."""
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

    def request_form(self, languages: list[str]) -> dict[str, Any]:
        """The request, for POST /requests."""
        return {
            "incident_type": self.incident_type, "occurred_at": self.occurred_at.isoformat(),
            "city": self.city, "state": self.state, "latitude": self.latitude, "longitude": self.longitude,
            "killed": self.killed, "injured": self.injured, "priority": self.priority, "days": 3,
            "languages": languages, "contact_name": "Agency executive", "contact_title": "Chief",
            "contact_phone": "202-555-0199", "contact_email": "chief@agency.example",
        }  # fmt: skip


def _row(line: int, row: dict[str, str], random: Random) -> Incident:
    try:
        day = datetime.fromisoformat(row["date"]).replace(tzinfo=UTC)
        latitude, longitude = float(row["latitude"]), float(row["longitude"])
        killed, injured = int(row["killed"] or 0), int(row["injured"] or 0)
    except (ValueError, KeyError, TypeError) as error:
        raise BadIncident(f"line {line}: {error}") from None
    if row["state"] not in STATES:
        raise BadIncident(f"line {line}: {row['state']!r} is not a state or territory")
    filed_at = day + timedelta(hours=random.uniform(*FILED_AFTER_HOURS))
    return Incident(
        filed_at, day, row["kind"], row["agency"], row["city"], row["state"], latitude, longitude, killed, injured
    )


def read(path: Path, *, limit: int, seed: int) -> list[Incident]:
    """The file's incidents in the order in which they are filed.

    Raises:
        BadIncident: a column is missing, or a row cannot be used.
    """
    random = Random(seed)  # noqa: S311 - hours of invented requests
    with path.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file)
        missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
        if missing:
            raise BadIncident(f"the file lacks the columns {', '.join(missing)}")
        rows = [_row(reader.line_num, row, random) for row in reader]
    return sorted(rows[: limit or None], key=lambda one: one.filed_at)
