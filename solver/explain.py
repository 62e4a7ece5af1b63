"""Why this person, who else, why nobody: in words the desk can read aloud, and as data."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from solver.candidates import Seating, funnel, team_fails
from solver.changes import differences
from solver.goals import lacks, tally
from solver.helps import helps
from solver.pool import Ints, Pool, fullest_window
from solver.problem import Expert, Policy
from solver.roster import Alternate, GoalValue, Reason, Seat, Travel
from solver.survey import Seats
from solver.trips import DAY
from solver.whynot import against
from solver.words import DISCIPLINE_NAMES, called, day, disciplines, first_up, language, moment, plain, span
from solver.worth import experienced_wanted, need_price

LEVELS = {1: "basic", 2: "solid", 3: "expert"}
TIGHT_PAPERS_DAYS = 30
"""Papers that end sooner than this after the stay are worth a word (domain.md 1.6: expiring)."""
TIGHT_CALENDAR_DAYS = 2
"""Who is promised or away again sooner than this after the rest cannot stay longer."""
TIGHT_ARRIVAL_MINUTES = 60
"""Who can be there no sooner than this before the deadline may miss it."""


def seat(pool: Pool, seats: Sequence[Seats], one: Seats, seating: Seating, policy: Policy) -> Seat:
    """One seat of the answer with everything that can be said of it."""
    row = seating.get(one.number)
    fails = one.fails | team_fails(pool, seats, one, seating, policy)
    if row is None:
        return Seat(
            one.request.id, one.position.id, None, None, _why_empty(pool, one), (),
            funnel(fails), helps(pool, seats, one, seating=seating, policy=policy),
        )  # fmt: skip
    others = one.order[(fails[one.order] == 0) & (one.order != row)]
    reasons = _reasons(pool, one, row, policy, fails=int(fails[row]), alone=not len(others))
    team = [other for other in seats if other.request.id == one.request.id]
    here = {other.number: seating[other.number] for other in team if other.number in seating}
    alternates = _alternates(pool, one, others, policy, team=team, seating=here)
    return Seat(one.request.id, one.position.id, int(pool.ids[row]), one.travel(row), reasons, alternates)


def names(pool: Pool, seats: Sequence[Seats], one: Seats, seating: Seating, policy: Policy) -> Seat:
    """The same seat without sentences: who sits, who else could, how they travel; of an empty one the funnel."""
    row = seating.get(one.number)
    fails = team_fails(pool, seats, one, seating, policy)
    where = one.request.id, one.position.id
    if row is None:
        return Seat(*where, None, None, _why_empty(pool, one), (), funnel(one.fails | fails))
    # Whoever is ranked passes every rule of a person.
    order = one.order
    others = order[(fails[order] == 0) & (order != row)]
    mates = [seating[other.number] for other in seats
             if other.request.id == one.request.id and other is not one and other.number in seating]  # fmt: skip
    lost = sum(_needs_lost(pool, one, mates, policy, others).values())
    rows = others[np.argsort(lost, kind="stable")][: policy.alternates].tolist()
    return Seat(*where, int(pool.ids[row]), one.travel(row), (),
                tuple(Alternate(int(pool.ids[other]), one.travel(other), (), "") for other in rows))  # fmt: skip


def bare(pool: Pool, one: Seats, row: int | None) -> Seat:
    """One seat of the answer with nothing but who sits there."""
    if row is None:
        return Seat(one.request.id, one.position.id, None, None, ())
    return Seat(one.request.id, one.position.id, int(pool.ids[row]), one.travel(row), ())


def _reasons(pool: Pool, one: Seats, row: int, policy: Policy, *, fails: int, alone: bool) -> tuple[Reason, ...]:
    """What speaks for who sits there, and what warns: `fails` are the bits of rules that a pinned person breaks."""
    who = pool.experts[row]
    told = [*_brings(one, who, policy), *_journey(one, row, policy)]
    told += _tight(pool, one, row, policy)
    if one.position.pinned is not None:
        told += [replace(rule, code="pinned", text=f"Stays as decided, although a rule speaks against it: {rule.text}")
                 for rule in against(pool, one, row, fails, policy)]  # fmt: skip
    elif alone:
        only = "The only one in the pool who fits this seat"
        text = only if len(one.order) == 1 else "Nobody else could take this seat while the others stay"
        told.append(Reason("only_choice", text, is_warning=True))
    return tuple(told)


def _brings(one: Seats, who: Expert, policy: Policy) -> list[Reason]:
    position, request = one.position, one.request
    told = []
    if position.held == who.id:
        told.append(Reason("held", "Has this seat already"))
    before = next((other for other in request.positions if who.id in (other.held, other.was)), position)
    if before.id != position.id:
        told.append(Reason("moved", f"Moves here from the seat of {called(before)}"))
    if position.is_leader and who.is_leader:
        told.append(Reason("leader", "Qualified to lead a team"))
    told.append(Reason("discipline", f"Works in {disciplines(who.disciplines)}"))
    for slug in sorted(position.required.keys() & who.expertise.keys()):
        told.append(Reason("required", f"{first_up(plain(slug))}: {LEVELS[who.expertise[slug]]} level, required"))
    also = position.desired.keys() & who.expertise.keys() - position.required.keys()
    wished = sorted((-position.desired[slug], slug) for slug in also)
    told += [Reason("expertise", f"{first_up(plain(s))}: {LEVELS[who.expertise[s]]} level") for _, s in wished[:3]]
    for tag in dict.fromkeys(request.languages):
        if who.languages.get(tag, 0) >= policy.language_level:
            told.append(Reason("language", f"Speaks {language(tag)}, which the community needs"))
    if position.is_licensed and who.licences.get(request.place.state, request.stay.end - 2) >= request.stay.end - 1:
        told.append(Reason("licence", f"Clinical licence valid in {request.place.state} for the whole stay"))
    if who.is_experienced:
        told.append(Reason("experience", "Has been deployed before"))
    if who.id in request.asked_for:
        told.append(Reason("asked_for", "Asked for by name"))
    return told


def _journey(one: Seats, row: int, policy: Policy) -> list[Reason]:
    travel, request = one.travel(row), one.request
    if travel.mode == "none":
        return [Reason("travel", "Works from home, no journey")]
    miles = float(one.trips.miles[row])
    drives = travel.mode == "drive"
    way = f"drive of {miles * policy.road_factor:.0f} miles" if drives else f"journey by air, {miles:.0f} miles"
    spare = request.arrive_by - request.earliest_departure - travel.minutes
    if spare < 0:
        in_time = f"{span(travel.arrive - request.arrive_by)} late"
    else:
        in_time = "there in time" if spare >= DAY else f"could be there {span(spare)} before the deadline"
    told = [Reason("travel", f"{span(travel.minutes)} {way}, {in_time}")]
    if 0 <= spare < TIGHT_ARRIVAL_MINUTES:
        told.append(Reason("tight_arrival", f"Only {span(spare)} to spare before the deadline", is_warning=True))
    return told


def _tight(pool: Pool, one: Seats, row: int, policy: Policy) -> list[Reason]:
    who = pool.experts[row]
    told = [*_tight_caps(one, who, policy), *_tight_papers(one, who), *_tight_calendar(one, who, one.travel(row))]
    if who.is_trainee:
        told.append(Reason("trainee", "A trainee", is_warning=True))
    return told


def _tight_caps(one: Seats, who: Expert, policy: Policy) -> list[Reason]:
    start, told = one.request.stay.start, []
    for days, cap in ((90, policy.cap_90_days), (365, policy.cap_365_days)):
        count = fullest_window((*who.served, start), start, days * DAY)
        if 1 < count == cap:
            again = sorted((*who.served, start))[-cap] + days * DAY
            text = f"Deployment {count} of {cap} in {days} days; the next not before {day(again, one.request.zone)}"
            told.append(Reason("tight_cap", text, is_warning=True))
    return told


def _tight_papers(one: Seats, who: Expert) -> list[Reason]:
    end, zone, state = one.request.stay.end, one.request.zone, one.request.place.state
    until = {"tight_papers": ("Papers end", who.papers_until)}
    if one.position.is_licensed:
        until["tight_licence"] = (f"The clinical licence for {state} ends", who.licences.get(state, end - 1))
    return [
        Reason(code, f"{what} {day(last - 1, zone)}, {span(last - end)} after the stay", is_warning=True)
        if last >= end
        else Reason(code, f"{what} {day(last - 1, zone)}, before the stay does", is_warning=True)
        for code, (what, last) in until.items()
        if last < end + TIGHT_PAPERS_DAYS * DAY
    ]


def _tight_calendar(one: Seats, who: Expert, travel: Travel) -> list[Reason]:
    after = [busy.start for busy in who.busy if busy.start >= travel.rested]
    if not after or min(after) - travel.rested >= TIGHT_CALENDAR_DAYS * DAY:
        return []
    zone = one.request.zone
    text = f"Home and rested {moment(travel.rested, zone)}, promised or away again {moment(min(after), zone)}"
    return [Reason("tight_calendar", text, is_warning=True)]


def _alternates(
    pool: Pool, one: Seats, others: Ints, policy: Policy, *, team: Sequence[Seats], seating: Seating
) -> tuple[Alternate, ...]:
    """The best of those who could take the seat while everybody else stays: the team's needs first, then the order."""
    chosen = seating[one.number]
    mates = [row for number, row in seating.items() if number != one.number]
    lost = _needs_lost(pool, one, mates, policy, pool.all_rows)
    total = sum(lost.values(), np.zeros(len(pool), dtype=np.int64))
    rows = others[np.argsort(total[others], kind="stable")][: policy.alternates].tolist()
    goals = _goals(pool, team, seating, policy)
    found: list[Alternate] = []
    for row in rows:
        reasons = (*_brings(one, pool.experts[row], policy), *_journey(one, row, policy))
        reasons += tuple(_tight(pool, one, row, policy))
        gone = [_lost_in_words(need) for need, price in lost.items() if price[row] > price[chosen]]
        costs = _costs(pool, one, chosen, row, gone)
        worse = differences(goals, _goals(pool, team, {**seating, one.number: row}, policy))
        found.append(Alternate(int(pool.ids[row]), one.travel(row), reasons, costs, worse))
    return tuple(found)


def _goals(pool: Pool, team: Sequence[Seats], seating: Seating, policy: Policy) -> tuple[GoalValue, ...]:
    return tally(team, seating, lacks(pool, team, seating, policy), policy)


def _needs_lost(pool: Pool, one: Seats, mates: list[int], policy: Policy, rows: Ints) -> dict[str, Ints]:
    """For each need: what the team would lack with each of these in this seat and everybody else where they are."""
    lost: dict[str, Ints] = {}
    for need, meets in one.ground.needs.items():
        if not meets[mates].any():
            lost[need] = (~meets[rows]).astype(np.int64) * need_price(need, policy)
    wanted = experienced_wanted(len(mates) + 1, policy) - int(pool.experienced[mates].sum())
    lost["experienced"] = np.maximum(wanted - pool.experienced[rows], 0) * need_price("experienced", policy)
    return lost


def _lost_in_words(need: str) -> str:
    kind, _, what = need.partition(" ")
    told = {
        "leader": "nobody else is qualified to lead",
        "language": f"nobody else speaks {language(what)} well enough",
        "discipline": f"nobody else is from {DISCIPLINE_NAMES.get(what, what)}",
    }
    return told.get(kind, "too few with a past deployment")


def _costs(pool: Pool, one: Seats, chosen: int, other: int, gone: Sequence[str]) -> str:
    """What the other one in this seat would cost, in words."""
    parts = [*gone]
    longer = int(one.trips.minutes[other] - one.trips.minutes[chosen])
    if longer:
        parts.append(f"{span(abs(longer))} {'longer' if longer > 0 else 'shorter'} journey")
    mine, theirs = pool.experts[chosen], pool.experts[other]
    for slug in sorted({**one.position.required, **one.position.desired}):
        less = mine.expertise.get(slug, 0) - theirs.expertise.get(slug, 0)
        if less:
            parts.append(f"{abs(less)} level{'s' * (abs(less) > 1)} {'less' if less > 0 else 'more'} in {plain(slug)}")
    if mine.is_experienced != theirs.is_experienced:
        parts.append("no past deployment" if mine.is_experienced else "has a past deployment")
    heavier = int(one.load[other] - one.load[chosen])
    if heavier:
        parts.append("carried more this year" if heavier > 0 else "carried less this year")
    return ", ".join(parts[:4]) or "as good in everything that counts"


def _why_empty(pool: Pool, one: Seats) -> tuple[Reason, ...]:
    if not len(pool):
        return (Reason("empty_pool", "There is nobody in the pool", is_warning=True),)
    if len(one.order):
        text = f"{len(one.order)} could take this seat alone, but not together with the rest of the team"
        return (Reason("team_rules", text, is_warning=True),)
    return (Reason("nobody_fits", f"None of {len(pool)} experts passes every rule for this seat", is_warning=True),)
