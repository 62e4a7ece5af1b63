"""Numbers, times and slugs as words that can be read aloud."""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from solver.problem import Minute, Position

DAY = 1440
FIRST, LAST = 0, 4_000_000_000
"""The years 1970 and 9575: what lies outside is said as if it were on the border."""
LANGUAGES = {
    "en": "English", "es": "Spanish", "ase": "American Sign Language", "zh-cmn": "Mandarin", "yue": "Cantonese",
    "vi": "Vietnamese", "tl": "Tagalog", "ar": "Arabic", "ht": "Haitian Creole", "fr": "French", "ko": "Korean",
    "ru": "Russian", "uk": "Ukrainian", "pt": "Portuguese", "pl": "Polish", "hi": "Hindi", "ur": "Urdu",
    "pa": "Punjabi", "gu": "Gujarati", "bn": "Bengali", "so": "Somali", "am": "Amharic", "sw": "Swahili",
    "fa": "Farsi", "ps": "Pashto", "ne": "Nepali", "my": "Burmese", "hmn": "Hmong", "km": "Khmer", "lo": "Lao",
    "ja": "Japanese", "nv": "Navajo", "yi": "Yiddish", "pcm": "Nigerian Pidgin", "mam": "Mam",
}  # fmt: skip
"""BCP-47 tag to name; a tag that is not here is said as it is."""
DISCIPLINE_NAMES = {
    "LE": "law enforcement",
    "VA": "victim assistance",
    "MH": "mental health",
    "CL": "community leadership",
}
INITIALS = frozenset(
    "aapi cd cism cp ics le lgbtq lodd naacp ois ptsd voca".split()  # noqa: SIM905 - a list of slugs reads best as words
)
"""Parts of slugs that are said letter by letter."""


def span(minutes: int) -> str:
    """A length of time: "45 min", "9 h 20 min", "3 days", "1 day"."""
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 2 * DAY:
        return f"{minutes // 60} h" + (f" {minutes % 60} min" if minutes % 60 else "")
    return f"{minutes // DAY} days"


def moment(minute: Minute, zone: str) -> str:
    """A day and a time as people there say them: "Nov 29 6:00pm ET"."""
    there = _there(minute, zone)
    letters = re.sub(r"[SD]T$", "T", there.tzname() or zone)
    hour = (there.hour - 1) % 12 + 1
    return f"{there:%b} {there.day} {hour}:{there.minute:02d}{'am' if there.hour < 12 else 'pm'} {letters}"


def day(minute: Minute, zone: str) -> str:
    """The day of a minute, with its year: "Nov 29, 2026"."""
    there = _there(minute, zone)
    return f"{there:%b} {there.day}, {there.year}"


def _there(minute: Minute, zone: str) -> datetime:
    # "For ever" is a minute after the last year that a calendar can say.
    minute = min(max(minute, FIRST), LAST)
    return datetime.fromtimestamp(minute * 60, UTC).astimezone(ZoneInfo(zone))


def plain(slug: str) -> str:
    """A slug as words: "child trauma", "LODD response and honors"."""
    return " ".join(part.upper() if part in INITIALS else part for part in slug.split("_"))


def first_up(text: str) -> str:
    """A sentence with its first letter large, and the others as they are."""
    return text[:1].upper() + text[1:]


def language(tag: str) -> str:
    """The name of a language."""
    return LANGUAGES.get(tag, tag)


def disciplines(names: frozenset[str]) -> str:
    """Some disciplines as words: "mental health and victim assistance"."""
    return " and ".join(DISCIPLINE_NAMES.get(name, name) for name in sorted(names))


def called(position: Position) -> str:
    """What people call a seat in the middle of a sentence: "victim advocate", or the code."""
    title = position.title
    return title[:1].lower() + title[1:] if title[1:2].islower() else title or position.code
