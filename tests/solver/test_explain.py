"""What the answer says: reasons that are true, alternates that could sit there, helps that would really help."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from solver.check import faults as brute_faults
from solver.problem import Expert, Place, Policy, Position, Request, Span
from solver.roster import Help, Reason, Roster, Seat
from solver.search import solve, why_not
from tests.solver.brute import Goals, Seating, goals, roster_of, seatings
from tests.solver.cases import DAY, NOW, a_case, a_position, a_request, an_expert


def minute(told: str) -> int:
    """A time with its zone as minutes since the epoch."""
    return int(datetime.fromisoformat(told).timestamp()) // 60


YEAR = NOW + 365 * DAY
Case = tuple[Expert, Position, dict[str, Any]]


def _empty(experts: list[Expert], position: Position, **facts: Any) -> Seat:
    seat = solve(experts, [a_request(position, **facts)]).seats[0]
    assert seat.expert_id is None
    return seat


HELPS: dict[str, Case] = {
    "arriving 15 min after the deadline": (
        an_expert(1, place=Place(39.7, -108.0, "CO")), a_position(1), {"arrive_by": NOW + 194},
    ),
    "if a rest or hold ended 6 h early": (an_expert(1, eligible_from=NOW + 2 * DAY + 360), a_position(1), {}),
    "if papers were renewed until Mar 3, 2025": (an_expert(1, papers_until=NOW + 6 * DAY), a_position(1), {}),
    "with child trauma at level 1 instead of 3": (
        an_expert(1, expertise={"child_trauma": 1}), a_position(1, required={"child_trauma": 3}), {},
    ),
    "without child trauma": (an_expert(1), a_position(1, required={"child_trauma": 1}), {}),
    "if a clinical licence of TX were accepted in CO": (
        an_expert(1, licences={"TX": YEAR}), a_position(1, is_licensed=True), {},
    ),
    "for deployment 3 in 90 days, where 2 are allowed": (
        an_expert(1, served=(NOW - DAY, NOW - 9 * DAY)), a_position(1), {},
    ),
    "for deployment 5 in 365 days, where 4 are allowed": (
        an_expert(1, served=tuple(NOW - n * DAY for n in (100, 200, 250, 300))), a_position(1), {},
    ),
}  # fmt: skip


@pytest.mark.parametrize("help_", HELPS)
def test_an_empty_seat_says_what_would_fill_it(help_: str) -> None:
    who, position, facts = HELPS[help_]
    (told,) = _empty([who], position, **facts).helps
    assert told.text == f"Expert 1 could come as VA {help_}."
    assert [(waiver.text, waiver.expert_id) for waiver in told.waivers] == [(help_, 1)]
    assert told.roster.seating == ((1, 1, 1),)


def test_a_second_person_of_one_employer_would_help() -> None:
    team = [an_expert(1, employer="One"), an_expert(2, employer="one")]
    seats = solve(team, [a_request(a_position(1), a_position(2))]).seats
    (empty,) = (seat for seat in seats if seat.expert_id is None)
    assert [help_.text for help_ in empty.helps] == ["Expert 2 could come as VA as a second person of one."]


def test_two_rules_at_once_are_said_only_where_no_single_one_fills_the_seat() -> None:
    two = an_expert(1, papers_until=NOW, eligible_from=NOW + 2 * DAY + 60)
    (told,) = _empty([two], a_position(1)).helps
    assert {waiver.rule for waiver in told.waivers} == {"papers", "eligible"}
    assert told.text == (
        "Expert 1 could come as VA if a rest or hold ended 1 h early and if papers were renewed until Mar 3, 2025."
    )
    one = an_expert(2, served=(NOW - DAY, NOW - 9 * DAY))
    (told,) = _empty([two, one], a_position(1)).helps
    assert [waiver.rule for waiver in told.waivers] == ["cap_90"]


def test_a_rule_set_aside_in_another_seat_frees_somebody_for_the_empty_one() -> None:
    broad = an_expert(1, disciplines=frozenset({"VA", "MH"}))
    resting = an_expert(2, eligible_from=NOW + 2 * DAY + 60)
    second = a_position(2, disciplines=frozenset({"MH"}), title="Clinician", priority=2)
    request = a_request(a_position(1), second)
    advocate, clinician = solve([broad, resting], [request]).seats
    assert (advocate.expert_id, clinician.expert_id) == (1, None)
    (told,) = clinician.helps
    assert told.text == (
        "Expert 2 could come as VA if a rest or hold ended 1 h early. Expert 1 moves from VA to clinician."
    )
    assert told.roster.seating == ((1, 1, 2), (1, 2, 1))


def test_every_help_fills_the_seat_when_the_rule_is_really_set_aside() -> None:
    told = 0
    for seed in range(80):
        experts, request = a_case(seed)
        for seat in solve(experts, [request]).seats:
            for help_ in seat.helps:
                told += 1
                _really_fills(experts, request, seat, help_)
    assert told > 25


def _really_fills(experts: list[Expert], request: Request, seat: Seat, help_: Help) -> None:
    """The judge, asked here anew, finds what is set aside and nothing else; nobody's seat is lost."""
    who = [where[2] for where in help_.roster.seating]
    faults = brute_faults(experts, [request], Policy(), roster_of(experts, [request], who, Policy()))
    assert {fault.rule.value for fault in faults} == {waiver.rule for waiver in help_.waivers}
    assert {where[1]: where[2] for where in help_.roster.seating}[seat.position_id] is not None


NO_HELP: dict[str, Case] = {
    "no licence anywhere": (an_expert(1), a_position(1, is_licensed=True), {}),
    "a licence elsewhere that ends too soon": (
        an_expert(1, licences={"TX": NOW + 3 * DAY}), a_position(1, is_licensed=True), {},
    ),
    "two deployments over the cap": (an_expert(1, served=tuple(NOW - n * DAY for n in (1, 2, 3))), a_position(1), {}),
    "the stay is over before the arrival": (
        an_expert(1, place=Place(25.8, -80.2, "FL")), a_position(1),
        {"stay": Span(NOW + 100, NOW + 200), "arrive_by": NOW + 100},
    ),
    "three rules at once": (
        an_expert(1, papers_until=NOW, eligible_from=NOW + 3 * DAY, served=(NOW - DAY, NOW - 9 * DAY)),
        a_position(1), {},
    ),
    "a tie is never set aside": (an_expert(1, conflicts=frozenset({7})), a_position(1), {"agency_id": 7}),
    "a refusal is never set aside": (an_expert(1), a_position(1), {"excluded": frozenset({1})}),
}  # fmt: skip


@pytest.mark.parametrize("why", NO_HELP)
def test_nothing_is_promised_that_would_not_fill_the_seat(why: str) -> None:
    who, position, facts = NO_HELP[why]
    assert _empty([who], position, **facts).helps == ()


def test_the_cheapest_person_is_named() -> None:
    resting = [an_expert(n, eligible_from=NOW + 2 * DAY + 60 * (301 - n)) for n in range(1, 301)]
    (told,) = _empty(resting, a_position(1)).helps
    assert told.text == "Expert 300 could come as VA if a rest or hold ended 1 h early."


def test_the_funnel_counts_everybody_once() -> None:
    people = [an_expert(1, disciplines=frozenset({"LE"})), an_expert(2, exposure=100.0), an_expert(3, papers_until=0)]
    steps = _empty(people, a_position(1)).funnel
    assert [(step.rule, step.fell, step.left) for step in steps] == [
        ("discipline", 1, 2), ("papers", 1, 1), ("exposure", 1, 0),
    ]  # fmt: skip


def test_an_alternate_who_keeps_the_language_comes_before_a_better_one_who_does_not() -> None:
    speakers = [an_expert(n, languages={"es": 4}, chance=chance) for n, chance in ((1, 1.0), (2, 0.0))]
    better = an_expert(3, chance=0.9)
    seat = solve([*speakers, better], [a_request(a_position(1), languages=("es",))]).seats[0]
    assert [other.expert_id for other in seat.alternates] == [2, 3]
    assert seat.alternates[1].costs.startswith("nobody else speaks Spanish")


def test_without_alternates_asked_for_nobody_is_called_the_only_one() -> None:
    experts = [an_expert(1), an_expert(2)]
    seat = solve(experts, [a_request(a_position(1))], Policy(alternates=0)).seats[0]
    assert seat.alternates == ()
    assert "only_choice" not in {reason.code for reason in seat.reasons}


def test_the_only_one_is_called_so_and_who_merely_has_no_stand_in_is_not() -> None:
    both = a_request(a_position(1), a_position(2, disciplines=frozenset({"MH"})))
    broad, narrow = an_expert(1, disciplines=frozenset({"VA", "MH"})), an_expert(2)
    first, second = solve([broad, narrow], [both]).seats
    assert (first.expert_id, second.expert_id) == (2, 1)
    assert [r.text for r in first.reasons if r.is_warning] == ["Nobody else could take this seat while the others stay"]
    assert [r.text for r in second.reasons if r.is_warning] == ["The only one in the pool who fits this seat"]


def test_what_a_pinned_person_lacks_is_not_claimed() -> None:
    seat = a_position(1, pinned=1, is_leader=True, is_licensed=True, required={"child_trauma": 2})
    (told,) = solve([an_expert(1)], [a_request(seat)]).seats
    assert not {"leader", "licence", "required"} & {reason.code for reason in told.reasons}
    assert sum(reason.code == "pinned" for reason in told.reasons) == 3


def test_what_is_tight_is_a_warning() -> None:
    tight = an_expert(1, served=(NOW - DAY,), papers_until=NOW + 20 * DAY, busy=(Span(NOW + 8 * DAY, NOW + 9 * DAY),))
    request = a_request(a_position(1), earliest_departure=NOW + 2 * DAY - 30)
    reasons = solve([tight, an_expert(2, exposure=100.0)], [request]).seats[0].reasons
    codes = {reason.code for reason in reasons if reason.is_warning}
    assert codes == {"tight_cap", "tight_papers", "tight_calendar", "tight_arrival", "only_choice"}


def _codes(reasons: tuple[Reason, ...]) -> list[str]:
    return [reason.code for reason in reasons]


def test_why_not_names_the_rules_and_counts_those_who_are_pinned() -> None:
    experts = [an_expert(1, employer="One"), an_expert(2, employer="ONE"), an_expert(3)]
    request = a_request(a_position(1, pinned=1), a_position(2), excluded=frozenset({2}))
    assert _codes(why_not(experts, request, 2, 2)) == ["excluded", "employer"]
    assert "one_seat" in _codes(why_not(experts, request, 2, 1))
    assert _codes(why_not(experts, request, 1, 3)) == ["pinned"]
    assert why_not(experts, request, 2, 3) == ()


THANKSGIVING = minute("2026-11-26T12:00-05:00")
IN_RICHMOND = {
    "place": Place(37.5, -77.4, "VA", "Richmond"), "stay": Span(THANKSGIVING + 2 * DAY, THANKSGIVING + 5 * DAY),
    "earliest_departure": THANKSGIVING, "arrive_by": THANKSGIVING + 2 * DAY, "zone": "America/New_York",
    "agency_id": 7, "agency_name": "Richmond Police",
}  # fmt: skip
NEAR = Place(37.5, -77.4, "VA")
NUMBERS: dict[str, Case] = {
    "Rest or a hold ends Nov 29 6:00pm ET; departure would be Nov 28 12:00pm ET.": (
        an_expert(1, eligible_from=minute("2026-11-29T18:00-05:00")), a_position(1), {},
    ),
    "Away or promised from Nov 30 9:00am ET to Dec 2 9:00am ET; would leave Nov 28 12:00pm ET and be rested "
    "Dec 3 12:00pm ET.": (
        an_expert(1, busy=(Span(minute("2026-11-30T09:00-05:00"), minute("2026-12-02T09:00-05:00")),)),
        a_position(1), {},
    ),
    "Papers end Dec 3, 2026; they must be valid until Dec 8, 2026, 7 days after the stay.": (
        an_expert(1, papers_until=minute("2026-12-03T23:00-05:00")), a_position(1), {},
    ),
    "A mandatory paper is missing.": (an_expert(1, papers_until=0), a_position(1), {}),
    "The clinical licence for VA ends Nov 29, 2026; the stay ends Dec 1, 2026.": (
        an_expert(1, licences={"VA": minute("2026-11-29T23:00-05:00")}), a_position(1, is_licensed=True), {},
    ),
    "Holds no clinical licence for VA, only for MD, NC.": (
        an_expert(1, licences={"NC": YEAR, "MD": YEAR}), a_position(1, is_licensed=True), {},
    ),
    "Child trauma at level 1, and level 3 is required; no LODD response, and level 2 is required.": (
        an_expert(1, expertise={"child_trauma": 1}),
        a_position(1, required={"child_trauma": 3, "lodd_response": 2}), {},
    ),
    "Works in law enforcement; the seat of victim advocate asks for mental health or victim assistance.": (
        an_expert(1, disciplines=frozenset({"LE"})),
        a_position(1, title="Victim advocate", disciplines=frozenset({"VA", "MH"})), {},
    ),
    "Would arrive Nov 26 6:40pm ET, after 6 h 40 min by air; the deadline is Nov 26 6:00pm ET, 40 min earlier.": (
        an_expert(1, place=Place(32.8, -96.8, "TX")), a_position(1), {"arrive_by": THANKSGIVING + 360},
    ),
    "Would be deployment 3 in 90 days; 2 are allowed.": (
        an_expert(1, served=(THANKSGIVING - DAY, THANKSGIVING - 20 * DAY)), a_position(1), {},
    ),
    "Has an exposure load of 120; the cap is 100.": (an_expert(1, exposure=120.0), a_position(1), {}),
    "Has a recorded tie to Richmond Police.": (an_expert(1, conflicts=frozenset({7})), a_position(1), {}),
    "Works for Richmond Police.": (an_expert(1, employer=" richmond police"), a_position(1), {}),
    "Lives in the county of the incident (Richmond, VA).": (
        an_expert(1, place=Place(37.5, -77.4, "VA", "Richmond")), a_position(1), {},
    ),
}  # fmt: skip


@pytest.mark.parametrize("told", NUMBERS)
def test_why_not_says_the_rule_with_her_own_numbers_in_the_zone_of_the_request(told: str) -> None:
    who, position, facts = NUMBERS[told]
    who = who if who.place != an_expert(1).place else replace(who, place=NEAR)
    assert [rule.text for rule in why_not([who], a_request(position, **{**IN_RICHMOND, **facts}), 1, 1)] == [told]


def test_a_pin_that_breaks_a_rule_is_kept_and_explained_with_the_numbers() -> None:
    resting = an_expert(1, place=NEAR, eligible_from=minute("2026-11-29T18:00-05:00"))
    (seat,) = solve([resting, an_expert(2)], [a_request(a_position(1, pinned=1), **IN_RICHMOND)]).seats
    assert seat.expert_id == 1
    assert [reason.text for reason in seat.reasons if reason.code == "pinned"] == [
        "Stays as decided, although a rule speaks against it: "
        "Rest or a hold ends Nov 29 6:00pm ET; departure would be Nov 28 12:00pm ET."
    ]


def test_two_pinned_people_of_one_employer_are_warned_about() -> None:
    team = [an_expert(1, employer="One"), an_expert(2, employer="One")]
    seats = solve(team, [a_request(a_position(1, pinned=1), a_position(2, pinned=2))]).seats
    assert all(
        "Works for One, as does somebody on the team." in r.text for s in seats for r in s.reasons if r.is_warning
    )
    assert all(any(reason.is_warning for reason in seat.reasons) for seat in seats)


def test_who_held_a_seat_keeps_it_unless_a_need_says_otherwise() -> None:
    held, better = an_expert(1, chance=0.0), an_expert(2, chance=1.0)
    request = a_request(a_position(1, held=1))
    assert solve([held, better], [request]).seats[0].expert_id == 1
    speaks = replace(better, languages={"es": 3})
    assert solve([held, speaks], [replace(request, languages=("es",))]).seats[0].expert_id == 2


def _best_with(experts: list[Expert], request: Request, allowed: Callable[[Seating], bool]) -> Goals:
    policy = Policy()
    right = (
        one for one in seatings(experts, [request], policy)
        if allowed(one) and not brute_faults(experts, [request], policy, roster_of(experts, [request], one, policy))
    )  # fmt: skip
    return max(goals(experts, [request], one, policy) for one in right)


def _worse(best: Roster, other: Goals) -> dict[str, int]:
    pairs = zip(best.goals, other, strict=True)
    return {goal.name: goal.value - value for goal, value in pairs if goal.value != value}


def test_what_somebody_else_would_cost_is_the_best_whole_team_without_her() -> None:
    for seed in range(60):
        experts, request = a_case(seed)
        roster = solve(experts, [request], with_runner_up=True)
        prices = []
        for n, seat in enumerate(roster.seats):
            if seat.instead is None:
                assert seat.expert_id is None or request.positions[n].pinned is not None
                continue
            truth = _best_with(experts, request, lambda one, n=n, who=seat.expert_id: one[n] != who)  # type: ignore[misc]
            assert {cost.level: cost.worse for cost in seat.instead.costs} == _worse(roster, truth), f"seed {seed}"
            prices.append(truth)
        if roster.runner_up is not None:
            assert {cost.level: cost.worse for cost in roster.runner_up.costs} == _worse(roster, max(prices))


def test_what_an_alternate_costs_is_told_level_by_level_while_everybody_else_stays() -> None:
    told = 0
    for seed in range(60):
        experts, request = a_case(seed)
        roster = solve(experts, [request])
        who = [seat.expert_id for seat in roster.seats]
        for n, seat in enumerate(roster.seats):
            for other in seat.alternates:
                swapped = [*who[:n], other.expert_id, *who[n + 1 :]]
                truth = _worse(roster, goals(experts, [request], swapped, Policy()))
                assert {cost.level: cost.worse for cost in other.differences} == truth
                told += 1
    assert told > 20


def test_a_decline_that_only_a_swap_can_repair_is_repaired_by_it_and_the_answer_says_so() -> None:
    broad, narrow = an_expert(1, disciplines=frozenset({"VA", "MH"})), an_expert(2)
    gone = an_expert(3, disciplines=frozenset({"MH"}))
    advocate = a_position(1, title="Victim advocate", held=1, was=1)
    clinician = a_position(2, title="Clinician", disciplines=frozenset({"MH"}), was=3)
    stays = a_position(3, code="LEP", title="Peer supporter", disciplines=frozenset({"LE"}), pinned=4, was=4)
    peer = an_expert(4, disciplines=frozenset({"LE"}))
    request = a_request(advocate, clinician, stays, excluded=frozenset({3}))
    roster = solve([broad, narrow, gone, peer], [request])
    assert [seat.expert_id for seat in roster.seats] == [2, 1, 4]
    assert [(change.kind, change.expert_id, change.text) for change in roster.changes] == [
        ("left", 3, "Expert 3 leaves the seat of clinician and is not asked again."),
        ("came", 2, "Expert 2 comes in as victim advocate in place of Expert 1."),
        ("moved", 1, "Expert 1 moves from victim advocate to clinician."),
        ("stays", 4, "Expert 4 stays peer supporter."),
    ]
    told = {reason.code: reason.text for reason in roster.seats[1].reasons}
    assert told["moved"] == "Moves here from the seat of victim advocate"
    assert told["only_choice"] == "The only one in the pool who fits this seat"


def test_what_changed_is_told_for_each_request_apart() -> None:
    first = a_request(a_position(1, was=1, held=1), id=1)
    second = a_request(a_position(1, was=2), id=2, excluded=frozenset({2}))
    roster = solve([an_expert(1), an_expert(2), an_expert(3)], [first, second])
    assert [change.text for change in roster.changes] == [
        "Expert 2 leaves the seat of VA of request 2 and is not asked again.",
        "Expert 3 comes in as VA of request 2 in place of Expert 2.",
        "Expert 1 stays VA of request 1.",
    ]
