"""Places of the United States: states and territories, their names, their zones, and times as people there say them."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

_ROWS = """
AL Alabama America/Chicago|AK Alaska America/Anchorage|AZ Arizona America/Phoenix|AR Arkansas America/Chicago
CA California America/Los_Angeles|CO Colorado America/Denver|CT Connecticut America/New_York
DE Delaware America/New_York|DC District of Columbia America/New_York|FL Florida America/New_York
GA Georgia America/New_York|HI Hawaii Pacific/Honolulu|ID Idaho America/Boise|IL Illinois America/Chicago
IN Indiana America/Indiana/Indianapolis|IA Iowa America/Chicago|KS Kansas America/Chicago
KY Kentucky America/New_York|LA Louisiana America/Chicago|ME Maine America/New_York|MD Maryland America/New_York
MA Massachusetts America/New_York|MI Michigan America/Detroit|MN Minnesota America/Chicago
MS Mississippi America/Chicago|MO Missouri America/Chicago|MT Montana America/Denver|NE Nebraska America/Chicago
NV Nevada America/Los_Angeles|NH New Hampshire America/New_York|NJ New Jersey America/New_York
NM New Mexico America/Denver|NY New York America/New_York|NC North Carolina America/New_York
ND North Dakota America/Chicago|OH Ohio America/New_York|OK Oklahoma America/Chicago
OR Oregon America/Los_Angeles|PA Pennsylvania America/New_York|RI Rhode Island America/New_York
SC South Carolina America/New_York|SD South Dakota America/Chicago|TN Tennessee America/Chicago
TX Texas America/Chicago|UT Utah America/Denver|VT Vermont America/New_York|VA Virginia America/New_York
WA Washington America/Los_Angeles|WV West Virginia America/New_York|WI Wisconsin America/Chicago
WY Wyoming America/Denver|PR Puerto Rico America/Puerto_Rico|VI U.S. Virgin Islands America/St_Thomas
GU Guam Pacific/Guam|AS American Samoa Pacific/Pago_Pago|MP Northern Mariana Islands Pacific/Saipan
"""
_CELLS = [cell.strip() for line in _ROWS.split("\n") for cell in line.split("|") if cell.strip()]
STATES: dict[str, str] = {cell[:2]: cell[3:].rsplit(" ", 1)[0] for cell in _CELLS}
"""Postal code to name."""
ZONES: dict[str, str] = {cell[:2]: cell.rsplit(" ", 1)[1] for cell in _CELLS}
"""Postal code to the zone in which most of its people live. A place on a border says its own zone."""
REGIONS: dict[str, tuple[str, tuple[str, ...]]] = {
    "1": ("New England", ("CT", "ME", "MA", "NH", "RI", "VT")),
    "2": ("New York and Caribbean", ("NJ", "NY", "PR", "VI")),
    "3": ("Mid-Atlantic", ("DE", "DC", "MD", "PA", "VA", "WV")),
    "4": ("Southeast", ("AL", "FL", "GA", "KY", "MS", "NC", "SC", "TN")),
    "5": ("Great Lakes", ("IL", "IN", "MI", "MN", "OH", "WI")),
    "6": ("South Central", ("AR", "LA", "NM", "OK", "TX")),
    "7": ("Plains", ("IA", "KS", "MO", "NE")),
    "8": ("Mountain", ("CO", "MT", "ND", "SD", "UT", "WY")),
    "9": ("Southwest and Pacific", ("AZ", "CA", "HI", "NV", "AS", "GU", "MP")),
    "10": ("Northwest", ("AK", "ID", "OR", "WA")),
}
"""The ten federal regions (FEMA's): number to a plain name and the states and territories in it; each is in one."""
LETTERS = {
    "EST": "ET", "EDT": "ET", "CST": "CT", "CDT": "CT", "MST": "MT", "MDT": "MT", "PST": "PT", "PDT": "PT",
    "AKST": "AKT", "AKDT": "AKT", "HST": "HT", "AST": "AT", "ChST": "ChT", "SST": "ST",
}  # fmt: skip


def zone_letters(moment: datetime, zone: str) -> str:
    """The letters people use for a zone: "CT", "MT"."""
    name = moment.astimezone(ZoneInfo(zone)).tzname() or zone
    return LETTERS.get(name, name)


def clock_time(moment: datetime, zone: str) -> str:
    """A time of day as a text says it: "4:30am CT"."""
    there = moment.astimezone(ZoneInfo(zone))
    minutes = f":{there.minute:02d}" if there.minute else ""
    return f"{(there.hour - 1) % 12 + 1}{minutes}{'am' if there.hour < 12 else 'pm'} {zone_letters(moment, zone)}"


SAME_DAY = timedelta(hours=12)
"""Within this time a time of day has one meaning only."""


def deadline(moment: datetime, zone: str, *, asked_at: datetime) -> str:
    """Until when to answer what was asked then: "4:30am CT", with the day where that may be another: "Tue 8pm CT"."""
    time = clock_time(moment, zone)
    return time if moment - asked_at < SAME_DAY else f"{moment.astimezone(ZoneInfo(zone)):%a} {time}"


def day_and_time(moment: datetime, zone: str) -> str:
    """A day and time as a page says it: "Mon Nov 23, 4:30 a.m. CT"."""
    there = moment.astimezone(ZoneInfo(zone))
    hour = (there.hour - 1) % 12 + 1
    half = "a.m." if there.hour < 12 else "p.m."
    return f"{there:%a %b} {there.day}, {hour}:{there.minute:02d} {half} {zone_letters(moment, zone)}"


def days(start: datetime, end: datetime, zone: str) -> str:
    """The days from start to end in `zone`: "Nov 23-26", "Nov 30-Dec 2"."""
    first, last = start.astimezone(ZoneInfo(zone)), end.astimezone(ZoneInfo(zone))
    if first.date() == last.date():
        return f"{first:%b} {first.day}"
    if (first.year, first.month) == (last.year, last.month):
        return f"{first:%b} {first.day}-{last.day}"
    return f"{first:%b} {first.day}-{last:%b} {last.day}"


def day_hour(moment: datetime, zone: str) -> str:
    """A day and the hour beside a picture, whose zone the page names once: "Nov 23, 4 a.m."."""
    there = moment.astimezone(ZoneInfo(zone))
    hour = (there.hour - 1) % 12 + 1
    return f"{there:%b} {there.day}, {hour} {'a.m.' if there.hour < 12 else 'p.m.'}"
