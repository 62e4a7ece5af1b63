"""The time, from one object that everybody asks: the real one, an accelerated one, or one that is moved by hand.

Business code calls `clock.now()` and nothing else. The real one is the database's: `database.begin` sets it by the
database's own clock every so often, and in between it runs on this machine's uninterrupted count of seconds. So hosts
whose clocks differ, or jump, decide every deadline alike (reliability.md A7). A demo runs the same code with a clock
that goes sixty times as fast; a test or a replay moves it. `real_time` turns a moment of ours into the wall's, for
whoever must wait for it.
"""

import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

SET_EVERY_S = 30.0
"""How long the real clock runs by itself before it is set by the database's again."""


def _uptime() -> float:
    """Seconds since this machine started: no clock setting changes it, and where it can, it counts sleep too."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


class Clock:
    """A line from the wall's time to ours: `ours = ours_start + (wall - wall_start) * rate`.

    Args:
        rate: seconds of ours in one second of the wall; 0 stands still until `advance`.
        wall_start: seconds since the epoch on the wall at which the line starts; None: now.
        ours_start: seconds since the epoch that our time shows then; None: the same as the wall.
        is_stepped: it only ever shows the moments that it is set to, and jobs wait for those, not for the wall's: what
            happens at which moment does then not depend on how fast this machine is. For replays.
    """

    def __init__(
        self,
        rate: float = 1.0,
        wall_start: float | None = None,
        ours_start: float | None = None,
        *,
        is_stepped: bool = False,
    ) -> None:
        self.rate, self.is_stepped = rate, is_stepped
        self._wall_start = time.time() if wall_start is None else wall_start
        self._ours_start = self._wall_start if ours_start is None else ours_start
        self._set_at: float | None = None
        self._offset = 0.0
        self._moment: datetime | None = None
        """What a stepped clock shows: kept whole, as a sum of seconds would lose the last microsecond."""

    @property
    def is_real(self) -> bool:
        """Whether this is the real time, and not a demo's or a test's."""
        return self.rate == 1.0 and self._ours_start == self._wall_start

    @property
    def is_due(self) -> bool:
        """Whether it is time to set it by the database's clock."""
        return self.is_real and (self._set_at is None or _uptime() - self._set_at > SET_EVERY_S)

    def set_by(self, database_now: datetime, took_s: float) -> None:
        """Set it by what the database's clock showed, `took_s` after it was asked."""
        self._set_at = _uptime()
        self._offset = database_now.timestamp() + took_s / 2 - self._set_at

    def _wall(self) -> float:
        """The wall's time: the database's, once it is known; an accelerated clock's line is this machine's."""
        return time.time() if self._set_at is None or not self.is_real else _uptime() + self._offset

    def timestamp(self) -> float:
        """Our time in seconds since the epoch."""
        if self._moment is not None:
            return self._moment.timestamp()
        return self._ours_start + (self._wall() - self._wall_start) * self.rate

    def now(self) -> datetime:
        """Our time, in UTC, aware."""
        return self._moment or datetime.fromtimestamp(self.timestamp(), UTC)

    def real_time(self, moment: datetime) -> datetime:
        """When the wall shows what is `moment` on ours. With a clock that stands still: the same distance from now."""
        if self.is_stepped:
            return moment
        rate = self.rate or 1.0
        return datetime.fromtimestamp(self._wall() + (moment.timestamp() - self.timestamp()) / rate, UTC)

    def real_seconds(self, span: timedelta) -> float:
        """How many seconds of the wall pass in `span` of our time."""
        return span.total_seconds() / (self.rate or 1.0)

    def advance(self, span: timedelta) -> None:
        """Move our time forward by `span`."""
        self._ours_start += span.total_seconds()

    def step_to(self, moment: datetime) -> None:
        """Have a stepped clock show `moment`, exactly."""
        self._moment = moment

    def follow(self, other: "Clock") -> None:
        """Become the same line as `other`."""
        self.is_stepped, self._moment = other.is_stepped, other._moment
        self.rate, self._wall_start, self._ours_start = other.rate, other._wall_start, other._ours_start

    def dump(self) -> str:
        """The line as one setting (`RRT_CLOCK`), for another process to follow."""
        return f"{self.rate} {self._wall_start} {self._ours_start}"

    @classmethod
    def load(cls, line: str) -> "Clock":
        """Read what `dump` wrote.

        Raises:
            ValueError: not three numbers, or a negative rate.
        """
        rate, wall_start, ours_start = (float(part) for part in line.split())
        if rate < 0:
            raise ValueError("the clock's rate must not be negative")
        return cls(rate, wall_start, ours_start)


clock = Clock()
"""The process's clock. Settings make it follow `RRT_CLOCK` at start."""


def in_zone(moment: datetime, zone: str) -> datetime:
    """The same moment on the wall of `zone` (an IANA name)."""
    return moment.astimezone(ZoneInfo(zone))
