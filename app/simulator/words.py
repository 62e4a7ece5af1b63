"""What people see in our texts, and the many ways in which they put their answers."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

ASKED = re.compile(r"YES (\d{3}) or NO \1")
"""How a text of ours asks: the code is the offer's."""
WHICH_ONE = re.compile(r"open requests: (.+?)\. Reply")
"""How it asks which of several offers a bare answer was about."""
CODE = re.compile(r"(?<!\d)\d{3}(?!\d)")
BY = re.compile(r"by (\d{1,2})(?::(\d\d))?(am|pm) (\w+)")
"""Until when: "by 4:30am CT"."""
ZONES = {
    "ET": ("America/New_York",), "CT": ("America/Chicago",), "MT": ("America/Denver", "America/Phoenix"),
    "PT": ("America/Los_Angeles",), "AKT": ("America/Anchorage",), "HT": ("Pacific/Honolulu",),
    "AT": ("America/Puerto_Rico",), "ChT": ("Pacific/Guam",), "ST": ("Pacific/Pago_Pago",),
}  # fmt: skip

# Shares of the real thing: most people do as they are told, some write as to a friend, a few forget the code.
YES_WORDS = (
    "YES {}", "YES {}", "Yes {}", "Yes {}", "yes {}", "yes {}", "Y {}", "y {}", "YES {}.", "Yes {} thanks",
    "{} yes", "I can go {}", "yes {} count me in", "Yes I can {}", "YES", "Yes", "yes", "Yep", "yes I can", "I can go",
)  # fmt: skip
NO_WORDS = (
    "NO {}", "NO {}", "No {}", "No {}", "no {}", "no {}", "N {}", "no {} sorry", "NO {} thanks", "{} no",
    "Sorry no {}", "No {}, cant this time", "no {} kids are sick", "NO", "No", "no", "No, cant this time",
    "cant sorry", "Not this time, sorry. No", "no sorry on shift",
)  # fmt: skip
GARBLED_WORDS = ("pocket dial asdf", "who is this", "who dis", "k?", "ok?", "??", "new phone who dis", "hm")
CONDITIONAL_WORDS = (
    "yes {} in 2 hours", "Yes {} but only until Friday", "yes {} if someone covers my shift",
    "maybe, depends on my shift", "YES {} but cant leave before noon", "yes if I can bring my dog {}",
)  # fmt: skip
STOP_WORDS = ("STOP", "Stop", "stop")


def deadline(body: str, now: datetime) -> datetime | None:
    """The moment until which a text asks for an answer: the next time that the clocks it names show it.

    Letters that stand for two zones (Arizona keeps its clocks) give the later moment.
    """
    said = BY.search(body)
    if said is None or said[4] not in ZONES:
        return None
    hour = int(said[1]) % 12 + (12 if said[3] == "pm" else 0)
    return max(_next(hour, int(said[2] or 0), zone, now) for zone in ZONES[said[4]])


def _next(hour: int, minute: int, zone: str, now: datetime) -> datetime:
    there = now.astimezone(ZoneInfo(zone))
    moment = there.replace(hour=hour, minute=minute, second=0, microsecond=0)
    return moment if moment > there else moment + timedelta(days=1)


def one_of(random: Random, ways: Sequence[str], code: str) -> str:
    """One of several ways to say it."""
    return random.choice(ways).format(code)
