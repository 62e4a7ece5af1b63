"""Why one expert is not in one seat: each rule that keeps her out, with her own numbers, neutral and in few words."""

from collections.abc import Callable, Mapping

from solver.pool import Pool, fullest_window
from solver.problem import Expert, Policy
from solver.roster import Travel
from solver.rules import SENTENCE, Rule
from solver.survey import BIT, DAY, Seats
from solver.words import plain, span

Say = Callable[[Expert, Seats, Travel, Policy], str]


def sentences(pool: Pool, seat: Seats, row: int, fails: int, policy: Policy) -> tuple[str, ...]:
    """The rules whose bits are in `fails`, in the order of the funnel, each as a sentence with its numbers."""
    who, travel = pool.experts[row], seat.travel(row)
    broken = [rule for rule, bit in BIT.items() if fails & bit]
    return tuple(SAY[rule](who, seat, travel, policy) if rule in SAY else SENTENCE[rule] for rule in broken)


def _expertise(who: Expert, seat: Seats, _travel: Travel, _policy: Policy) -> str:
    lacking = [
        f"{plain(slug)} at level {who.expertise.get(slug, 0)} instead of {level}"
        if slug in who.expertise
        else f"no {plain(slug)}, level {level} is required"
        for slug, level in sorted(seat.position.required.items())
        if who.expertise.get(slug, 0) < level
    ]
    return f"Lacks a required expertise: {'; '.join(lacking)}."


def _licence(who: Expert, seat: Seats, _travel: Travel, _policy: Policy) -> str:
    state, last = seat.request.place.state, seat.request.stay.end - 1
    if state in who.licences:
        return f"The clinical licence for {state} ends {span(last - who.licences[state])} before the stay does."
    others = ", ".join(sorted(who.licences))
    return f"Holds no clinical licence for {state}{f', only for {others}' if others else ''}."


def _papers(who: Expert, seat: Seats, _travel: Travel, policy: Policy) -> str:
    last = seat.request.stay.end - 1
    if who.papers_until < last:
        return f"Papers end {span(last - who.papers_until)} before the stay does."
    margin = f"{policy.papers_margin_days} days"
    return f"Papers end {span(who.papers_until - last)} after the stay; {margin} are required."


def _arrival(_who: Expert, seat: Seats, travel: Travel, _policy: Policy) -> str:
    late = travel.arrive - seat.request.arrive_by
    return f"Would arrive {span(late)} after the deadline, with a journey of {span(travel.minutes)}."


def _eligible(who: Expert, _seat: Seats, travel: Travel, _policy: Policy) -> str:
    return f"Is resting or on hold until {span(who.eligible_from - travel.depart)} after the hour of departure."


def _free(who: Expert, _seat: Seats, travel: Travel, _policy: Policy) -> str:
    clash = [b for b in who.busy if b.start < travel.rested and travel.depart < b.end and b.start < b.end]
    first = min(clash, key=lambda busy: busy.start, default=None)
    if first is None:
        return SENTENCE[Rule.FREE]
    if first.start <= travel.depart:
        return f"Is taken elsewhere until {span(first.end - travel.depart)} after the hour of departure."
    return f"Is taken elsewhere from {span(first.start - travel.depart)} after departure, before being home and rested."


def _cap(days: int, most: Callable[[Policy], int]) -> Say:
    def say(who: Expert, seat: Seats, _travel: Travel, policy: Policy) -> str:
        start = seat.request.stay.start
        count = fullest_window((*who.served, start), start, days * DAY)
        return f"Would be deployment {count} in {days} days; {most(policy)} are allowed."

    return say


def _exposure(who: Expert, _seat: Seats, _travel: Travel, policy: Policy) -> str:
    return f"Has an exposure load of {who.exposure:.0f}; the cap is {policy.exposure_cap:.0f}."


SAY: Mapping[Rule, Say] = {
    Rule.EXPERTISE: _expertise,
    Rule.LICENCE: _licence,
    Rule.PAPERS: _papers,
    Rule.ARRIVAL: _arrival,
    Rule.ELIGIBLE: _eligible,
    Rule.FREE: _free,
    Rule.CAP_90: _cap(90, lambda policy: policy.cap_90_days),
    Rule.CAP_365: _cap(365, lambda policy: policy.cap_365_days),
    Rule.EXPOSURE: _exposure,
}
"""Rules that have numbers of their own; the others are said by `SENTENCE`."""
