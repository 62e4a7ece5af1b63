"""Why one expert is not in one seat: each rule that keeps her out, with her own numbers, neutral and in few words."""

from collections.abc import Callable, Mapping

from solver.fails import BIT
from solver.pool import Pool, fullest_window
from solver.problem import Expert, Policy
from solver.roster import Reason, Travel
from solver.rules import SENTENCE, Rule
from solver.survey import Seats
from solver.trips import DAY
from solver.words import called, day, disciplines, first_up, moment, plain, span

Say = Callable[[Expert, Seats, Travel, Policy], str]


def against(pool: Pool, seat: Seats, row: int, fails: int, policy: Policy) -> tuple[Reason, ...]:
    """The rules whose bits are in `fails`, in the order of the funnel, each as a sentence with her numbers."""
    who, travel = pool.experts[row], seat.travel(row)
    broken = [rule for rule, bit in BIT.items() if fails & bit]
    return tuple(Reason(rule.value, sentence(rule, who, seat, travel, policy), is_warning=True) for rule in broken)


def sentence(rule: Rule, who: Expert, seat: Seats, travel: Travel, policy: Policy) -> str:
    """One rule that keeps somebody out of a seat."""
    return SAY[rule](who, seat, travel, policy) if rule in SAY else SENTENCE[rule]


def _discipline(who: Expert, seat: Seats, _travel: Travel, _policy: Policy) -> str:
    asked = disciplines(seat.position.disciplines).replace(" and ", " or ")
    return f"Works in {disciplines(who.disciplines)}; the seat of {called(seat.position)} asks for {asked}."


def _expertise(who: Expert, seat: Seats, _travel: Travel, _policy: Policy) -> str:
    lacking = [
        f"{plain(slug)} at level {who.expertise[slug]}, and level {level} is required"
        if slug in who.expertise
        else f"no {plain(slug)}, and level {level} is required"
        for slug, level in sorted(seat.position.required.items())
        if who.expertise.get(slug, 0) < level
    ]
    return f"{first_up('; '.join(lacking))}."


def _licence(who: Expert, seat: Seats, _travel: Travel, _policy: Policy) -> str:
    state, zone, last = seat.request.place.state, seat.request.zone, seat.request.stay.end - 1
    if state in who.licences:
        until = day(who.licences[state] - 1, zone)
        return f"The clinical licence for {state} ends {until}; the stay ends {day(last, zone)}."
    others = ", ".join(sorted(who.licences))
    return f"Holds no clinical licence for {state}{f', only for {others}' if others else ''}."


def _papers(who: Expert, seat: Seats, _travel: Travel, policy: Policy) -> str:
    zone, last = seat.request.zone, seat.request.stay.end - 1
    needed = last + policy.papers_margin_days * DAY
    if who.papers_until <= 0:
        return "A mandatory paper is missing."
    margin = f"{policy.papers_margin_days} days after the stay"
    return f"Papers end {day(who.papers_until - 1, zone)}; they must be valid until {day(needed, zone)}, {margin}."


def _conflict(who: Expert, seat: Seats, _travel: Travel, _policy: Policy) -> str:
    request = seat.request
    agency = request.agency_name or "the agency"
    if request.agency_id in who.conflicts:
        return f"Has a recorded tie to {agency}."
    if (who.employer or "").strip().casefold() == request.agency_name.strip().casefold() != "":
        return f"Works for {agency}."
    return f"Lives in the county of the incident ({who.place.county}, {who.place.state})."


def _arrival(_who: Expert, seat: Seats, travel: Travel, _policy: Policy) -> str:
    zone, deadline = seat.request.zone, seat.request.arrive_by
    by = "by air" if travel.mode == "fly" else "by road"
    arrives = f"Would arrive {moment(travel.arrive, zone)}, after {span(travel.minutes)} {by}"
    return f"{arrives}; the deadline is {moment(deadline, zone)}, {span(travel.arrive - deadline)} earlier."


def _eligible(who: Expert, seat: Seats, travel: Travel, _policy: Policy) -> str:
    zone = seat.request.zone
    return f"Rest or a hold ends {moment(who.eligible_from, zone)}; departure would be {moment(travel.depart, zone)}."


def _free(who: Expert, seat: Seats, travel: Travel, _policy: Policy) -> str:
    zone = seat.request.zone
    clash = [b for b in who.busy if b.start < travel.rested and travel.depart < b.end and b.start < b.end]
    first = min(clash, key=lambda busy: busy.start, default=None)
    if first is None:
        return SENTENCE[Rule.FREE]
    taken = f"Away or promised from {moment(first.start, zone)} to {moment(first.end, zone)}"
    return f"{taken}; would leave {moment(travel.depart, zone)} and be rested {moment(travel.rested, zone)}."


def _cap(days: int, most: Callable[[Policy], int]) -> Say:
    def say(who: Expert, seat: Seats, _travel: Travel, policy: Policy) -> str:
        start = seat.request.stay.start
        count = fullest_window((*who.served, start), start, days * DAY)
        return f"Would be deployment {count} in {days} days; {most(policy)} are allowed."

    return say


def _exposure(who: Expert, _seat: Seats, _travel: Travel, policy: Policy) -> str:
    return f"Has an exposure load of {who.exposure:.0f}; the cap is {policy.exposure_cap:.0f}."


def _employer(who: Expert, _seat: Seats, _travel: Travel, _policy: Policy) -> str:
    return f"Works for {who.employer}, as does somebody on the team."


SAY: Mapping[Rule, Say] = {
    Rule.DISCIPLINE: _discipline,
    Rule.EXPERTISE: _expertise,
    Rule.LICENCE: _licence,
    Rule.PAPERS: _papers,
    Rule.CONFLICT: _conflict,
    Rule.ARRIVAL: _arrival,
    Rule.ELIGIBLE: _eligible,
    Rule.FREE: _free,
    Rule.CAP_90: _cap(90, lambda policy: policy.cap_90_days),
    Rule.CAP_365: _cap(365, lambda policy: policy.cap_365_days),
    Rule.EXPOSURE: _exposure,
    Rule.EMPLOYER: _employer,
}
"""Rules that have numbers of their own; the others are said by `SENTENCE`."""
