"""What a call-out is made of: its seats, its lists, its offers and what is known of people, as the planner takes them.

Pure; read by `gathering.py`. The lists are those of the accepted roster: the choice of a seat and its alternates, in
their order.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from app.core.clock import in_zone
from app.deployments.models import Position
from app.deployments.states import PositionState
from app.dispatch.models import Offer
from app.dispatch.states import OPEN, OfferState
from app.experts.quiet import Night, may_be_asked_from
from app.requests.states import Priority
from app.rosters.models import Pick
from solver import chances, waves

HABITS = chances.Habits()
SAID = {OfferState.ACCEPTED: True, OfferState.STANDBY: True, OfferState.DECLINED: False, OfferState.EXPIRED: None}
"""What an offer that has ended says of its person; one taken back says nothing."""
SPOKE = (OfferState.ACCEPTED, OfferState.STANDBY, OfferState.DECLINED)
"""Of these the states in which somebody answered."""
NEVER_ASKED = chances.Said()
LOOKS_BACK = timedelta(days=3 * 365)
Lists = Mapping[int, Sequence[Pick]]
"""Position to its picks, best first."""


def places_in_order(positions: Collection[int], lists: Lists, out: Iterable[Offer]) -> list[tuple[int, int]]:
    """People and seats: who is asked or seated, then who is listed, the best first."""
    live = (*OPEN, OfferState.ACCEPTED, OfferState.STANDBY)
    places = [(offer.expert_id, offer.position_id) for offer in out if offer.state in live]
    picks = sorted((pick for id_ in positions for pick in lists.get(id_, ())), key=lambda pick: pick.rank)
    return places + [(pick.expert_id, pick.position_id) for pick in picks if pick.expert_id is not None]


def doubles(places: Iterable[tuple[int, int]], employers: Mapping[int, str | None]) -> set[int]:
    """Who of some people, each in a seat, has an employer whom somebody earlier has in another seat. Pure."""
    works_at = {who: name.strip().casefold() for who, name in employers.items() if name and name.strip()}
    seat_of: dict[str, int] = {}
    return {
        who
        for who, position_id in places
        if who in works_at and seat_of.setdefault(works_at[who], position_id) != position_id
    }


def waits(
    people: Iterable[tuple[int, str, bool, bool]],
    enough: Mapping[int, datetime],
    priority: Priority,
    night: Night,
    now: datetime,
) -> dict[int, float]:
    """Minutes from now before which somebody is not asked; who may be asked now is left out. Pure.

    Args:
        people: expert, zone, whether woken for immediate requests, whether on standby.
        enough: who was asked often enough, and until when.
        priority: of the request.
        night: when nobody is texted.
        now: the moment.
    """
    found, is_immediate = {}, priority is Priority.IMMEDIATE
    for who, zone, wakes, is_on_standby in people:
        start = may_be_asked_from(
            now, zone=zone, is_immediate=is_immediate, wakes=wakes, is_on_standby=is_on_standby, night=night
        )
        if start > now:
            found[who] = _minutes(start - now)
    for who, free in enough.items():
        found[who] = max(found.get(who, 0.0), _minutes(free - now))
    return found


def _minutes(span: timedelta) -> float:
    return span.total_seconds() / 60


def expected(  # noqa: PLR0917 - all that an expectation is made of
    zones: Mapping[int, str],
    seats: Mapping[int, Position],
    said: Mapping[int, chances.Said],
    habits: chances.Habits,
    starts_at: datetime,
    now: datetime,
) -> dict[int, chances.Chance]:
    """What to expect of each person (expert to zone) asked for a seat now, by her own earlier answers. Pure."""
    notice = (starts_at - now).total_seconds() / 3600
    return {
        who: chances.chance_by(
            chances.Circumstances(discipline_of(seats[who]), notice, in_zone(now, zone).hour),
            said.get(who, NEVER_ASKED), habits,
        )
        for who, zone in zones.items()
    }  # fmt: skip


def discipline_of(position: Position) -> str:
    """The one discipline that a seat is for; empty when several fit."""
    return position.disciplines[0] if len(position.disciplines) == 1 else ""


def wanted_of(positions: Iterable[Position]) -> dict[int, Position]:
    """The seats that somebody is looked for, by their ids."""
    idle = (PositionState.OPEN, PositionState.HELD)
    return {position.id: position for position in positions if position.state in idle}


def named_in(wanted: Iterable[int], lists: Lists) -> set[int]:
    """Everybody on the lists of these seats."""
    return {pick.expert_id for position_id in wanted for pick in lists.get(position_id, ()) if pick.expert_id}


def asked_here(out: Iterable[Offer]) -> set[int]:
    """Everybody who was asked in this deployment, whatever came of it."""
    return {offer.expert_id for offer in out}


def places_of(
    wanted: Mapping[int, Position], lists: Lists, out: Iterable[Offer], free: Collection[int]
) -> dict[int, Position]:
    """The seat for which each person is asked, or would be first."""
    pending = {o.expert_id: wanted[o.position_id] for o in out if o.state in OPEN and o.position_id in wanted}
    first = {
        pick.expert_id: wanted[id_]
        for id_ in reversed(list(wanted))
        for pick in lists.get(id_, ())
        if pick.expert_id in free
    }
    return pending | {who: seat for who, seat in first.items() if who is not None}


def assembled(  # noqa: PLR0917 - all that a plan depends on
    wanted: Mapping[int, Position],
    lists: Lists,
    out: Sequence[Offer],
    free: Collection[int],
    span: timedelta,
    now: datetime,
    *,
    expecting: Mapping[int, chances.Chance],
    resting: Mapping[int, float],
) -> waves.CallOut:
    """The planner's question from what is known. Pure.

    Args:
        wanted: seats that somebody is looked for.
        lists: who is listed for them.
        out: all offers of the deployment.
        free: who of the lists may be asked.
        span: time to answer.
        now: the moment.
        expecting: chances of everybody who is out or free.
        resting: minutes from now before which somebody is not asked.
    """
    pending = [offer for offer in out if offer.state in OPEN and offer.position_id in wanted]
    seats = tuple(
        waves.Seat(id_, tuple(p.expert_id for p in lists.get(id_, ()) if p.expert_id and p.expert_id in free))
        for id_ in wanted
    )
    return waves.CallOut(
        seats,
        expecting,
        tuple(waves.Pending(o.expert_id, o.position_id, _minutes(now - o.asked_at)) for o in pending),
        deadline_minutes=minutes_left(span, out, now),
        not_before=resting,
    )


def minutes_left(span: timedelta, out: Iterable[Offer], now: datetime) -> float:
    """Until the team shall be full: a ladder's length after the first question; once that is near, a quarter of it."""
    first = min((offer.asked_at for offer in out), default=now)
    return _minutes(max(first + span, now + span / 4) - now)
