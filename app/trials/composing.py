"""Teams in a trial: the service's own problem and the same solver, over a pool whose arrays are kept up to date."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

import numpy as np

from app.deployments.seats import why_empty as in_sentences
from app.dispatch.backfill import span_of, standing_of
from app.experts.quiet import Night
from app.requests.states import Priority
from app.rosters import rules
from app.rosters.pool import MOST_LOAD, REMEMBERED, Facts, as_expert, minute, papers_of
from app.rosters.problem import as_request, sleepers
from app.rosters.proposals import travel_facts
from app.trials.members import Member
from app.trials.rows import Pick
from app.trials.world import Team, World
from solver.pool import Pool
from solver.problem import Expert, Span
from solver.roster import Roster, Seat, Travel
from solver.search import solve


class Bench:
    """The pool as the solver takes it: read once, changed where something happened."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._papers, self._licences = papers_of(
            (one.id, *paper) for one in world.members.values() for paper in one.credentials
        )
        self._unbound: dict[int, Expert] = {}
        """Everybody as the rules see them when nothing binds them, who was looked at."""
        self._pool = Pool([self._seen(one, ()) for one in sorted(world.members.values(), key=lambda m: m.id)])
        self._points = np.array([world.exposure.get(one.id, 0.0) for one in self._pool.experts], dtype=np.float64)
        """Of exposure, as `World.exposure` has them, by row."""
        self._spoken_for: set[int] = set()
        self._changed: set[int] = set()

    def touch(self, expert_id: int) -> None:
        """Something of this person has changed."""
        self._changed.add(expert_id)

    def _seen(self, member: Member, also_busy: Iterable[Span], without: Team | None = None) -> Expert:
        world, who = self.world, member.id
        seats = [one for one in world.seats_of.get(who, ()) if one.team is not without]
        seats = [one for one in seats if one.filled_at > world.now - REMEMBERED]
        away = [Span(minute(start), minute(end)) for start, end in member.absences if end > world.now]
        busy = away + [Span(minute(one.leaves_at), minute(one.ends_at)) for one in seats]
        served = [minute(one.team.deployment.starts_at) for one in seats]
        if who not in self._unbound:
            self._unbound[who] = as_expert(_Row(member), Facts(self._papers, self._licences, {}, {}, {}), ())
        one, eligible_from = self._unbound[who], world.eligible_from.get(who)
        return replace(
            one, busy=(*busy, *also_busy), eligible_from=minute(eligible_from) if eligible_from else 0,
            is_experienced=one.is_experienced or bool(served), served=tuple(served),
            exposure=min(self._load(who), MOST_LOAD),
        )  # fmt: skip

    def _load(self, expert_id: int) -> float:
        return self.world.exposure.get(expert_id, 0.0) * self.world.fade()

    def pool(self, team: Team, elsewhere: dict[int, list[Span]]) -> Pool:
        """Everybody as the rules see them now, but for what they hold in this team itself."""
        here = {one.expert_id for one in team.seated.values()}
        special = elsewhere.keys() | here
        world = self.world
        stale = sorted(self._changed | self._spoken_for | special)
        seen = [self._seen(world.members[who], elsewhere.get(who, ()), team) for who in stale]
        for who in self._changed:
            self._points[self._pool.row[who]] = world.exposure.get(who, 0.0)
        self._pool = self._pool.updated(seen, self._points * world.fade())
        self._spoken_for, self._changed = set(special), set()
        return self._pool


class _Row:
    """A member as a row of the table, whatever binds them left out."""

    __slots__ = ("_member",)
    eligible_from = None

    def __init__(self, member: Member) -> None:
        self._member = member

    def __getattr__(self, name: str) -> object:
        return getattr(self._member, name)


def elsewhere_of(world: World, team: Team) -> dict[int, list[Span]]:
    """Spans of questions open in other teams."""
    spans: dict[int, list[Span]] = {}
    for offer in world.open.values():
        if offer.deployment_id != team.deployment.id and offer.reply_by > world.now:
            spans.setdefault(offer.expert_id, []).append(span_of(offer.travel))
    return spans


def tired(world: World) -> set[int]:
    """Who was asked often enough, in a day or in 30."""
    return set(world.asked_enough())


def compose(bench: Bench, team: Team, skipped: Collection[int] = ()) -> Roster:
    """The best roster now, with everybody who said yes or is being asked in their place, without those skipped."""
    world, deployment = bench.world, team.deployment
    elsewhere = elsewhere_of(world, team)
    standing = standing_of(deployment, team.offers, elsewhere, {*skipped, *tired(world)})
    pins = {**standing.kept, **{id_: one.expert_id for id_, one in team.seated.items()}}
    unwilling = set(standing.excluded) | _asleep(world, team)
    asked = as_request(
        team.ask, team.agency, deployment, team.positions, pins=pins, held=team.chosen, unwilling=unwilling,
        shown={}, now=world.now,
    )  # fmt: skip
    # Before anybody looks for others for a confirmed seat, its person has said no and the lists are made anew.
    return solve(bench.pool(team, elsewhere), [asked], world.policy, in_words=False, settled=team.seated.keys())


def night_of(world: World) -> Night:
    """When nobody is texted."""
    return rules.night(world.terms.rules)


def _asleep(world: World, team: Team) -> set[int]:
    if team.deployment.priority is not Priority.IMMEDIATE:
        return set()
    unwoken = ((one.id, one.time_zone) for one in world.members.values() if not one.wakes_for_immediate)
    return sleepers(unwoken, world.now, night_of(world))


def picks_of(world: World, roster: Roster) -> dict[int, list[Pick]]:
    """The roster's lists: the choice of each seat and its alternates."""
    return {seat.position_id: _picks(world, seat) for seat in roster.seats}


def _picks(world: World, seat: Seat) -> list[Pick]:
    if seat.expert_id is None or seat.travel is None:
        return []
    people: list[tuple[int, Travel]] = [(seat.expert_id, seat.travel)]
    people += [(other.expert_id, other.travel) for other in seat.alternates]
    return [
        Pick(
            id=world.new_id(), position_id=seat.position_id, rank=rank, expert_id=who, reasons=[],
            travel=travel_facts(travel), costs="", facts=None,
        )
        for rank, (who, travel) in enumerate(people)
    ]  # fmt: skip


def why_empty(seat: Seat) -> tuple[str, str]:
    """Why nobody fits, in words as the desk reads them, and the rule at which most fell."""
    told = [*(reason.text for reason in seat.reasons), *(step.text for step in seat.funnel)]
    return in_sentences(told[:6]), worst_rule([(s.rule, s.fell) for s in seat.funnel])


def worst_rule(steps: Sequence[tuple[str, int]]) -> str:
    """The rule at which most experts fell, but for the discipline, which sorts most of any pool out."""
    told = [(fell, rule) for rule, fell in steps if rule != "discipline" and fell]
    return max(told, key=lambda step: step[0])[1] if told else ""
