"""What happens to the hosts, and when, while requests are filed."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from app.core.clock import clock
from bench.hosts import network
from bench.hosts.machines import Machine


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing, and how it is called from then on.

    Args:
        share: of the whole time, at which it happens.
    """

    share: float
    told: str
    act: Callable[[], None]


def losses(hosts: Mapping[str, Machine]) -> list[Happening]:
    """One host loses its network and gets it back; another its power, for good."""
    return [
        Happening(0.2, "birch is cut off", partial(network.cut, "birch")),
        Happening(0.55, "birch is back", partial(network.mend, "birch")),
        Happening(0.65, "cedar has lost its power", hosts["cedar"].kill),
    ]


def upgrades(hosts: Mapping[str, Machine], before: Path) -> list[Happening]:
    """One host after the other gets the present code, and one goes back."""

    def run(name: str, root: Path | None) -> None:
        hosts[name].stop()
        hosts[name].root = root
        hosts[name].start()

    return [
        Happening(0.2, "ash runs the present code", partial(run, "ash", None)),
        Happening(0.4, "birch as well", partial(run, "birch", None)),
        Happening(0.6, "all three", partial(run, "cedar", None)),
        Happening(0.8, "ash has gone back", partial(run, "ash", before)),
    ]


class Happenings(threading.Thread):
    """Has it all happen, on time.

    Args:
        first: what is the case until then.
        seconds: of the whole time.
    """

    def __init__(self, first: str, happenings: Sequence[Happening], seconds: float) -> None:
        super().__init__(name="happenings", daemon=True)
        self.began = time.monotonic()
        self._at: dict[str, datetime] = {first: clock.now()}
        self._happenings, self._seconds = happenings, seconds

    def run(self) -> None:
        """Do it."""
        for one in self._happenings:
            time.sleep(max(0.0, self.began + one.share * self._seconds - time.monotonic()))
            self._at[one.told] = clock.now()
            one.act()

    def phases(self) -> list[tuple[str, datetime, datetime]]:
        """What was the case, from when, until when."""
        ends = [*list(self._at.values())[1:], clock.now()]
        return [(told, at, end) for (told, at), end in zip(self._at.items(), ends, strict=True)]
