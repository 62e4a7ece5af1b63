"""Life on the road in a trial: everybody travels as planned, comes home, rests and carries what they have seen."""

from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from app.experts import exposure
from app.field import rest
from app.trials.world import Seated, World

if TYPE_CHECKING:
    from app.trials.composing import Bench


def set_out(world: World, bench: "Bench", seated: Seated) -> None:
    """Somebody has a seat: their way home is put on the agenda."""
    if world.terms.goes_home:
        ends_at = seated.team.deployment.ends_at
        world.agenda.put(partial(_release, world, bench, seated), ends_at, is_journey=True)


def _is_still(seated: Seated) -> bool:
    return seated.team.seated.get(seated.position.id) is seated


def _release(world: World, bench: "Bench", seated: Seated) -> None:
    """The stay is over (`homecoming.begin_journey`)."""
    if not _is_still(seated):
        return
    seated.left_at = world.now
    home = world.now + (seated.arrives_at - seated.leaves_at)
    _rest_from(world, bench, seated, home, world.now)
    world.agenda.put(partial(_home, world, bench, seated, world.now), home, is_journey=True)


def _home(world: World, bench: "Bench", seated: Seated, left: datetime) -> None:
    """Somebody is home (`homecoming.begin_rest`): the rest runs, and the ledger has one line more."""
    _rest_from(world, bench, seated, world.now, left)
    ask = seated.team.ask
    facts = exposure.Facts(
        incident_type=ask.incident_type,
        has_children="children" in ask.modifiers or ask.incident_type == "child_homicide_or_abduction",
        had_death_notification="death_notification_support" in ask.service_types,
        position=seated.position.code, is_remote=seated.position.is_remote,
        days_on_site=rest.days_on_site(seated.arrives_at, left), long_days=0,
    )  # fmt: skip
    seated.points = exposure.points_of(facts)
    world.carry(seated.expert_id, seated.points)
    bench.touch(seated.expert_id)


def _rest_from(world: World, bench: "Bench", seated: Seated, home: datetime, left: datetime) -> None:
    ask, who = seated.team.ask, seated.expert_id
    on_site = rest.days_on_site(seated.arrives_at, left)
    heavy = rest.is_heavy(ask.incident_type, ask.modifiers)
    ends, free = rest.rested(home, on_site, heavy=heavy, rules=rest.rules_of(world.terms.rules))
    others = [one for one in world.seats_of[who] if one is not seated]
    # Where the next deployment is in the way, the span stays as it was (`homecoming._move_end`).
    if not any(one.leaves_at < ends and one.ends_at > seated.leaves_at for one in others):
        seated.ends_at = ends
    world.eligible_from[who] = max(world.eligible_from.get(who, free), free)
    bench.touch(who)
