"""The rules that an administrator may change: limits and weights of the solver, and how waves are planned.

Every change is a new version with who, when and why; nothing is overwritten. Without any version the defaults hold,
which are the solver's own (domain.md 1.4, 1.5).
"""

from datetime import time, timedelta
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock
from app.core.events import Actor, record
from app.core.places import REGIONS
from app.core.problems import Changed, Invalid
from app.experts.quiet import Night
from app.requests.states import Priority
from app.rosters.models import RuleSet
from solver import waves
from solver.problem import DEFAULT_WEIGHTS, Policy, Reserve

NATION = "US"
HELD = "rules"
"""Where a session keeps the rules that it has read."""


class ReserveRule(BaseModel):
    """So many people of a discipline stay free in a federal region, or in the whole country ("US")."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    discipline: Literal["LE", "VA", "MH", "CL"]
    region: str
    floor: int = Field(ge=1, le=5000)

    @model_validator(mode="after")
    def _region_is_known(self) -> Self:
        if self.region != NATION and self.region not in REGIONS:
            raise ValueError(f"region {self.region} is not one of 1 to 10, or US")
        return self


def _weight(name: str, label: str) -> Any:
    return Field(DEFAULT_WEIGHTS[name], ge=0, le=1000, title=label, json_schema_extra={"group": "Weights of a choice"})


def _limit(default: float, label: str, group: str, **bounds: float) -> Any:
    return Field(default, title=label, json_schema_extra={"group": group}, **bounds)  # type: ignore[call-overload]


REST, CAPS, TEAM, WAVES = "Rest after a deployment", "Limits for each person", "A team", "Asking in waves"
MONEY = "What a deployment may cost"
ASKING = "When people are asked"
READINESS = "Readiness"


class Rules(BaseModel):
    """One version of the rules, whole."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rest_days_short: int = _limit(2, "After a stay of up to five days, days", REST, ge=0, le=30)
    rest_days_medium: int = _limit(3, "After six or seven days, days", REST, ge=0, le=30)
    rest_days_long: int = _limit(4, "After eight days and more, days", REST, ge=0, le=60)
    cap_90_days: int = _limit(2, "Deployments in 90 days", CAPS, ge=1, le=30)
    cap_365_days: int = _limit(4, "Deployments in 365 days", CAPS, ge=1, le=100)
    exposure_cap: int = _limit(100, "Exposure, points: a policy, not a clinical score", CAPS, ge=10, le=990)
    tour_planned_days: int = _limit(5, "Days on site, as planned", CAPS, ge=1, le=30)
    tour_extended_days: int = _limit(7, "Days on site, extended by the desk", CAPS, ge=1, le=30)
    tour_absolute_days: int = _limit(14, "Days on site at most, whoever decides", CAPS, ge=1, le=60)
    consultant_day_dollars: int = _limit(650, "Consultant, dollars a day; more needs approval", MONEY, ge=1, le=5000)
    per_diem_dollars: int = _limit(178, "Lodging and meals, dollars a night", MONEY, ge=0, le=2000)
    papers_margin_days: int = _limit(7, "Papers are valid after the last day, days", CAPS, ge=0, le=90)
    drive_limit_minutes: int = _limit(240, "Longest drive, minutes; beyond it one flies", CAPS, ge=30, le=1440)
    language_level: int = _limit(3, "Level at which a language counts, ILR", TEAM, ge=1, le=5)
    max_trainees: int = _limit(1, "Trainees at most", TEAM, ge=0, le=5)
    experienced_share: float = _limit(0.5, "Share with a past deployment", TEAM, ge=0, le=1)
    alternates: int = _limit(3, "Alternates for each seat", TEAM, ge=0, le=10)
    weight_surplus_level: int = _weight("surplus_level", "A level above what is required")
    weight_desired: int = _weight("desired", "Expertise that is wished for")
    weight_experience: int = _weight("experience", "Experience")
    weight_chance: int = _weight("chance", "Chance of a yes")
    weight_asked_for: int = _weight("asked_for", "Asked for by name")
    weight_travel_hour: int = _weight("travel_hour", "An hour of travel")
    weight_recent_deployment: int = _weight("recent_deployment", "A recent deployment")
    weight_exposure: int = _weight("exposure", "Exposure")
    wave_target: float = _limit(0.95, "Chance that every seat is filled in time", WAVES, ge=0.5, le=0.999)
    at_once_immediate: float = _limit(0.75, "Immediate: chance with those asked at once", WAVES, ge=0, le=0.99)
    at_once_urgent: float = _limit(0.4, "Urgent: chance with those asked at once", WAVES, ge=0, le=0.99)
    at_once_planned: float = _limit(0.4, "Planned: chance with those asked at once", WAVES, ge=0, le=0.99)
    look_immediate: int = _limit(12, "Immediate: look again after, minutes", WAVES, ge=1, le=240)
    look_urgent: int = _limit(60, "Urgent: look again after, minutes", WAVES, ge=5, le=1440)
    look_planned: int = _limit(720, "Planned: look again after, minutes", WAVES, ge=30, le=10080)
    answer_immediate: int = _limit(60, "Immediate: time to answer, minutes", ASKING, ge=20, le=240)
    answer_urgent: int = _limit(240, "Urgent: time to answer, minutes", ASKING, ge=60, le=1440)
    answer_planned: int = _limit(3600, "Planned: time to answer, minutes", ASKING, ge=720, le=10080)
    night_from: int = _limit(21, "Night begins, hour of the expert's day", ASKING, ge=18, le=21)
    night_until: int = _limit(8, "Night ends, hour of the expert's day", ASKING, ge=8, le=11)
    readiness_floor: int = _limit(
        0, "Alarm where a standard team is on site in time with less than so many in 100; 0: none", READINESS,
        ge=0, le=99,
    )  # fmt: skip
    readiness_hours: Literal[6, 12, 24, 48] = _limit(24, "In time is within so many hours: 6, 12, 24 or 48", READINESS)
    reserves: tuple[ReserveRule, ...] = Field((), max_length=60)

    @field_validator("readiness_hours", mode="before")
    @classmethod
    def _hours_as_a_form_sends_them(cls, given: Any) -> Any:
        return int(given) if isinstance(given, str) and given.isdecimal() else given

    @model_validator(mode="after")
    def _longer_stays_rest_no_less(self) -> Self:
        if not self.rest_days_short <= self.rest_days_medium <= self.rest_days_long:
            raise ValueError("rest_days_long: a longer stay cannot rest less than a shorter one")
        if self.cap_90_days > self.cap_365_days:
            raise ValueError("cap_365_days: this is less than the limit for 90 days")
        if not self.tour_planned_days <= self.tour_extended_days <= self.tour_absolute_days:
            raise ValueError("tour_extended_days: an extended stay is between the planned one and the most")
        if not self.answer_immediate <= self.answer_urgent <= self.answer_planned:
            raise ValueError("answer_urgent: who is in less of a hurry cannot leave less time to answer")
        named = [(rule.discipline, rule.region) for rule in self.reserves]
        if len(named) != len(set(named)):
            raise ValueError("reserves: one discipline and region stand there twice")
        return self


DEFAULTS = Rules(reserves=())
SAME = (
    "rest_days_short", "rest_days_medium", "rest_days_long", "cap_90_days", "cap_365_days", "exposure_cap",
    "papers_margin_days", "drive_limit_minutes", "language_level", "max_trainees", "experienced_share", "alternates",
)  # fmt: skip
"""Rules that the solver's policy calls by the same name."""


def policy(rules: Rules) -> Policy:
    """The rules as the solver takes them."""
    fields = {name: getattr(rules, name) for name in SAME}
    weights = {name: getattr(rules, f"weight_{name}") for name in DEFAULT_WEIGHTS}
    reserves = tuple(
        Reserve(
            rule.discipline, frozenset() if rule.region == NATION else frozenset(REGIONS[rule.region][1]), rule.floor
        )
        for rule in rules.reserves
    )
    return Policy(**fields, weights=weights, reserves=reserves)


def wave_policy(rules: Rules, priority: Priority) -> waves.Policy:
    """How sure and how patient, by priority: whoever has a day asks one person a seat first."""
    return waves.Policy(
        target=rules.wave_target,
        at_once=getattr(rules, f"at_once_{priority.value}"),
        look_minutes=getattr(rules, f"look_{priority.value}"),
    )


def time_to_answer(rules: Rules, priority: Priority) -> timedelta:
    """How long somebody has from the first question to the last rung of the ladder."""
    return timedelta(minutes=getattr(rules, f"answer_{priority.value}"))


def night(rules: Rules) -> Night:
    """From when until when nobody is texted where they are."""
    return time(rules.night_from), time(rules.night_until)


async def versions(session: AsyncSession, limit: int = 20) -> list[RuleSet]:
    """The latest versions, the newest first."""
    return list(await session.scalars(select(RuleSet).order_by(RuleSet.version.desc()).limit(limit)))


_NEWEST = select(RuleSet.values).order_by(RuleSet.version.desc()).limit(1)


async def current(session: AsyncSession) -> Rules:
    """The rules that hold now; read once, so that they are the same throughout a transaction."""
    held: Rules | None = session.info.get(HELD)
    if held is None:
        newest = await session.scalar(_NEWEST)
        held = session.info[HELD] = DEFAULTS if newest is None else Rules.model_validate(newest)
    return held


async def change(session: AsyncSession, rules: Rules, why: str, *, seen: int, by: Actor) -> RuleSet:
    """A new version of the rules ("rules.changed"). Teams composed and waves planned from now on follow it.

    Args:
        session: the transaction.
        rules: all of them.
        why: for whoever asks later.
        seen: the version that was changed; 0: the defaults.
        by: who.

    Raises:
        Changed: somebody was quicker. Of two at the same moment the database refuses one.
        Invalid: no reason is given, or nothing is different.
    """
    newest = await versions(session, 1)
    present = newest[0].version if newest else 0
    if seen != present:
        raise Changed
    before = await current(session)
    if not why.strip():
        raise Invalid(errors={"why": "Say why, in a sentence. It stands beside the change for ever."})
    if rules == before:
        raise Invalid(errors={"why": "Nothing is different from the rules that hold."})
    made = RuleSet(
        version=present + 1, at=clock.now(), by_id=by.id, by_name=by.name, why=why.strip(),
        values=rules.model_dump(mode="json"),
    )  # fmt: skip
    session.add(made)
    await session.flush()
    session.info.pop(HELD, None)
    changed = {
        name: [old, getattr(rules, name)] for name, old in before if old != getattr(rules, name) and name != "reserves"
    }
    await record(session, "rules.changed", made.version, by=by, changes=changed)
    return made
