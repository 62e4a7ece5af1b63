"""Why this person, who else, why nobody: in words the desk can read aloud, and as data."""

from collections.abc import Sequence

import numpy as np

from solver.candidates import BIT, DAY, Seating, Seats, funnel, team_fails
from solver.pool import Ints, Pool
from solver.problem import Expert, Policy
from solver.roster import Alternate, Reason, Seat, Travel
from solver.rules import SENTENCE, Rule

LEVELS = {1: "basic", 2: "solid", 3: "expert"}
DISCIPLINE_NAMES = {
    "LE": "law enforcement",
    "VA": "victim assistance",
    "MH": "mental health",
    "CL": "community leadership",
}
TIGHT_PAPERS_DAYS = 30
"""Papers that end sooner than this after the stay are worth a word (domain.md 1.6: expiring)."""
RELAXABLE = (
    Rule.ARRIVAL,
    Rule.ELIGIBLE,
    Rule.EXPERTISE,
    Rule.LICENCE,
    Rule.PAPERS,
    Rule.CAP_90,
    Rule.CAP_365,
    Rule.EMPLOYER,
)
"""Rules that a person may set aside with a reason; ties, refusals and other promises are not among them."""
MOST_HELPS = 3


def seat(pool: Pool, seats: Sequence[Seats], one: Seats, seating: Seating, policy: Policy) -> Seat:
    """One seat of the answer with everything that can be said of it."""
    row = seating.get(one.number)
    fails = one.fails | team_fails(pool, seats, one, seating, policy)
    if row is None:
        return Seat(
            one.request.id, one.position.id, None, None, _why_empty(pool, one), (),
            funnel(fails), _helps(pool, one, fails),
        )  # fmt: skip
    others = _alternates(pool, one, row, fails, policy)
    reasons = _reasons(pool, one, row, policy, alone=not others)
    return Seat(one.request.id, one.position.id, int(pool.ids[row]), one.travel(row), reasons, others)


def span_words(minutes: int) -> str:
    """A length of time: "45 min", "9 h 20 min", "3 days"."""
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 48 * 60:
        return f"{minutes // 60} h" + (f" {minutes % 60} min" if minutes % 60 else "")
    return f"{minutes // DAY} days"


def words(slug: str) -> str:
    """A slug as words."""
    return slug.replace("_", " ")


def _reasons(pool: Pool, one: Seats, row: int, policy: Policy, *, alone: bool) -> tuple[Reason, ...]:
    who = pool.experts[row]
    told = [*_brings(one, who, policy), _journey(one.travel(row), one.request.arrive_by)]
    told += _tight(pool, one, row, policy)
    if one.position.pinned is not None:
        told += [Reason("pinned", f"Said yes already, although: {SENTENCE[rule]}", is_warning=True)
                 for rule, bit in BIT.items() if int(one.fails[row]) & bit and rule is not Rule.EXCLUDED]  # fmt: skip
    elif alone:
        told.append(Reason("only_choice", "The only one in the pool who fits this seat", is_warning=True))
    return tuple(told)


def _brings(one: Seats, who: Expert, policy: Policy) -> list[Reason]:
    position, request = one.position, one.request
    told = []
    if position.is_leader:
        told.append(Reason("leader", "Qualified to lead a team"))
    fields = " and ".join(DISCIPLINE_NAMES[name] for name in sorted(who.disciplines))
    told.append(Reason("discipline", f"Works in {fields}"))
    for slug in position.required:
        told.append(
            Reason("required", f"{words(slug).capitalize()}: {LEVELS[who.expertise.get(slug, 1)]} level, required")
        )
    wished = sorted((-weight, slug) for slug, weight in position.desired.items() if slug in who.expertise)
    told += [Reason("expertise", f"{words(s).capitalize()}: {LEVELS[who.expertise[s]]} level") for _, s in wished[:3]]
    for tag in dict.fromkeys(request.languages):
        if who.languages.get(tag, 0) >= policy.language_level:
            told.append(Reason("language", f"Speaks {tag}, which the community needs"))
    if position.is_licensed:
        told.append(Reason("licence", f"Clinical licence valid in {request.place.state} for the whole stay"))
    if who.is_experienced:
        told.append(Reason("experience", "Has been deployed before"))
    if who.id in request.asked_for:
        told.append(Reason("asked_for", "Asked for by name"))
    return told


def _journey(travel: Travel, arrive_by: int) -> Reason:
    if travel.mode == "none":
        return Reason("travel", "Works from home, no journey")
    way = "drive" if travel.mode == "drive" else "journey by air"
    in_time = "there in time" if travel.arrive <= arrive_by else f"{span_words(travel.arrive - arrive_by)} late"
    return Reason("travel", f"{span_words(travel.minutes).capitalize()} {way}, {in_time}")


def _tight(pool: Pool, one: Seats, row: int, policy: Policy) -> list[Reason]:
    who, start = pool.experts[row], one.request.stay.start
    told = []
    recent = int(((np.array(who.served or [0]) > start - 90 * DAY) & (np.array(who.served or [0]) <= start)).sum())
    if who.served and recent + 1 >= policy.cap_90_days:
        told.append(
            Reason(
                "tight_cap",
                f"Deployment {recent + 1} of {policy.cap_90_days} in 90 days: the last for a while",
                is_warning=True,
            )
        )
    if who.papers_until < one.request.stay.end + TIGHT_PAPERS_DAYS * DAY:
        left = (who.papers_until - one.request.stay.end) // DAY
        told.append(Reason("tight_papers", f"Papers end {left} days after the stay", is_warning=True))
    after = [span.start for span in who.busy if span.start >= one.trips.rested[row]]
    if after and min(after) - int(one.trips.rested[row]) < 2 * DAY:
        told.append(Reason("tight_calendar", "Promised or away again within two days of the rest", is_warning=True))
    if who.is_trainee:
        told.append(Reason("trainee", "A trainee, with a mentor on the team", is_warning=True))
    return told


def _alternates(pool: Pool, one: Seats, chosen: int, fails: Ints, policy: Policy) -> tuple[Alternate, ...]:
    """Who could take the seat while everybody else stays, best first."""
    found: list[Alternate] = []
    for row in one.order.tolist():
        if len(found) >= policy.alternates:
            break
        if row != chosen and int(fails[row]) == 0:
            reasons = (*_brings(one, pool.experts[row], policy), _journey(one.travel(row), one.request.arrive_by))
            reasons += tuple(_tight(pool, one, row, policy))
            found.append(Alternate(int(pool.ids[row]), one.travel(row), reasons, _costs(pool, one, chosen, row)))
    return tuple(found)


def _costs(pool: Pool, one: Seats, chosen: int, other: int) -> str:
    """What the other one in this seat would cost, in words."""
    parts = []
    longer = int(one.trips.minutes[other] - one.trips.minutes[chosen])
    if longer:
        parts.append(f"{span_words(abs(longer))} {'longer' if longer > 0 else 'shorter'} journey")
    mine, theirs = pool.experts[chosen], pool.experts[other]
    for slug in {**one.position.required, **one.position.desired}:
        less = mine.expertise.get(slug, 0) - theirs.expertise.get(slug, 0)
        if less:
            parts.append(f"{abs(less)} level{'s' * (abs(less) > 1)} {'less' if less > 0 else 'more'} in {words(slug)}")
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


def _helps(pool: Pool, one: Seats, fails: Ints) -> tuple[str, ...]:
    """Changes that would fill the seat, the least first. Each is somebody who breaks that one rule and no other."""
    found: list[tuple[int, str]] = []
    for place, rule in enumerate(RELAXABLE):
        rows = np.flatnonzero(fails == BIT[rule])
        if len(rows):
            found.append(min(_relaxed(pool, one, int(row), rule, place) for row in rows[:200].tolist()))
    return tuple(text for _, text in sorted(found)[:MOST_HELPS])


def _relaxed(pool: Pool, one: Seats, row: int, rule: Rule, place: int) -> tuple[int, str]:
    """Cost in minutes-like points, and the sentence."""
    who, request = pool.experts[row], one.request
    if rule is Rule.ARRIVAL:
        late = int(one.trips.arrive[row]) - request.arrive_by
        return late, f"Arrival {span_words(late)} later: {who.name} could come"
    if rule is Rule.ELIGIBLE:
        early = int(pool.eligible_from[row] - one.trips.depart[row])
        return early * 2, f"A rest or hold ending {span_words(early)} early: {who.name} could come"
    told = {
        Rule.EXPERTISE: f"A lower level of the required expertise: {who.name} could come",
        Rule.LICENCE: f"A licence from another state: {who.name} could come",
        Rule.PAPERS: f"Papers renewed in time: {who.name} could come",
        Rule.EMPLOYER: f"A second person of one employer: {who.name} could come",
    }
    return (place + 1) * DAY, told.get(rule, f"One deployment more than the cap: {who.name} could come")
