"""What will happen in one run, all of it drawn from the seed before anything starts.

The same seed gives the same requests, the same moments, victims and aims of every kill, the same acts of the desk and
the same dice at the carrier. What it cannot repeat is the machine: how far a process got when the kill came.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from random import Random
from typing import Any

STATES = (("Harlan Ridge", "CO"), ("Mesa Verde", "AZ"), ("Pine Hollow", "OH"), ("Bay Harbor", "TX"))
TEAMS = ("T1", "T1", "T1", "T2")
FIRST_KILL_S = 4.0
DAYS_APART = 3
BACKENDS = 0.4
"""Share of the database's kills that hit one of its processes: the server then ends all connections by itself."""
FILED_BY = 0.9
"""Share of the storm in which requests are filed, evenly."""
SLOTS = 9
"""Deployments lie in so many stretches of days, so that a pool of a few hundred people is enough for all."""


class Victim(StrEnum):
    """What is killed."""

    WEB = "web"
    WORKER_1 = "worker-1"
    WORKER_2 = "worker-2"
    WORKER_3 = "worker-3"
    WORKER_4 = "worker-4"
    DATABASE = "database"


class Moment(StrEnum):
    """When in a process's life it is killed."""

    ANY = "at any moment"
    UNHEARD = "while the carrier has its request, and forgets it"
    ASKED = "while the carrier has its request, and took it"
    ANSWERED = "after the carrier's 201, before or in our commit"
    TOLD = "while the carrier tells us something"


WORKERS = (Victim.WORKER_1, Victim.WORKER_2, Victim.WORKER_3, Victim.WORKER_4)
OF_WORKERS = ((Moment.ANY, 10), (Moment.ASKED, 4), (Moment.ANSWERED, 5), (Moment.UNHEARD, 1))
MOMENTS: dict[Victim, tuple[tuple[Moment, int], ...]] = {
    Victim.WEB: ((Moment.ANY, 6), (Moment.TOLD, 4)),
    **dict.fromkeys(WORKERS, OF_WORKERS),
    Victim.DATABASE: ((Moment.ANY, 5), (Moment.ASKED, 1), (Moment.ANSWERED, 2), (Moment.TOLD, 2)),
}
"""Moments of each victim's death, with their weights."""
SHARES = {Victim.WEB: 4, **dict.fromkeys(WORKERS, 3), Victim.DATABASE: 1}
"""How often each dies. The database less: with it, all others lose what they were doing."""
LONGEST_DELAY_S = 0.015
"""After a moment has come: inside our commit, or shortly before or behind it."""
FAULTS: dict[str, float] = {
    "busy": 0.04,
    "error_untaken": 0.03,
    "error_taken": 0.03,
    "silence_taken": 0.01,
    "silence_s": 12.0,
    "undelivered": 0.03,
    "dropped_callbacks": 0.10,
    "doubled_callbacks": 0.10,
    "late_callbacks": 0.15,
    "lost_webhooks": 0.05,
    "doubled_webhooks": 0.15,
}
"""More than a quarter of all calls to the carrier and of its callbacks go wrong in some way."""


@dataclass(frozen=True, slots=True)
class Filing:
    """One request, and when the chief files it."""

    at_s: float
    team_type: str
    stands_down_at_s: float | None
    form: dict[str, Any]
    starts_in: timedelta


@dataclass(frozen=True, slots=True)
class Act:
    """Somebody changes their mind, repeats themselves, or is heard by phone."""

    at_s: float
    kind: str
    dice: float


@dataclass(frozen=True, slots=True)
class Kill:
    """One kill -9.

    Args:
        at_s: from when on, since the storm began.
        moment: what it waits for then.
        delay_s: how long after that moment.
        of_backend: of a database: one of its processes that serve a connection, instead of the whole server.
    """

    at_s: float
    victim: Victim
    moment: Moment
    delay_s: float
    of_backend: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """One run."""

    seed: int
    seconds: float
    kills: tuple[Kill, ...]
    filings: tuple[Filing, ...]
    acts: tuple[Act, ...]


def draw(seed: int, *, seconds: float, kills: int, deployments: int) -> Plan:
    """The plan of a seed.

    Args:
        seed: what it is drawn from.
        seconds: how long the storm lasts, on the wall.
        kills: how many processes are killed in that time.
        deployments: how many requests are filed, evenly over nearly all of it.
    """
    random = Random(f"chaos:{seed}")
    moments = sorted(random.uniform(FIRST_KILL_S, seconds) for _ in range(kills))
    shares = [victim for victim, share in SHARES.items() for _ in range(share)]
    victims = [shares[number % len(shares)] for number in range(kills)]
    random.shuffle(victims)
    return Plan(
        seed,
        seconds,
        tuple(_kill(random, *each) for each in zip(moments, victims, strict=True)),
        tuple(
            _filing(random, number, seconds * FILED_BY * number / deployments, seconds) for number in range(deployments)
        ),
        tuple(_act(random, seconds) for _ in range(deployments)),
    )


def _kill(random: Random, at_s: float, victim: Victim) -> Kill:
    moments, weights = zip(*MOMENTS[victim], strict=True)
    moment = random.choices(moments, weights)[0]
    return Kill(at_s, victim, moment, random.uniform(0, LONGEST_DELAY_S), random.random() < BACKENDS)


def _filing(random: Random, number: int, at_s: float, seconds: float) -> Filing:
    city, state = random.choice(STATES)
    is_called_off = random.random() < 0.06
    return Filing(
        at_s,
        random.choice(TEAMS),
        random.uniform(at_s + 5, seconds) if is_called_off else None,
        {
            "incident_type": "mass_shooting", "city": city, "state": state, "priority": "immediate", "days": 2,
            "summary": f"Storm {number}", "contact_name": "Ellen Marsh", "contact_phone": "719-555-0142",
            "contact_email": "chief@harlanridge.example",
        },
        timedelta(hours=40, days=DAYS_APART * (number % SLOTS)),
    )  # fmt: skip


def _act(random: Random, seconds: float) -> Act:
    kind = random.choice(("changes_mind", "repeats", "heard_by_phone", "taken_back"))
    return Act(random.uniform(FIRST_KILL_S, seconds), kind, random.random())
