"""What the answer says: reasons that are true, alternates that could sit there, helps that would really help."""

from dataclasses import replace
from typing import Any

import pytest

from solver.problem import Expert, Place, Policy, Position, Span
from solver.roster import Seat
from solver.rules import SENTENCE, Rule
from solver.search import solve, why_not
from tests.solver.cases import DAY, NOW, a_position, a_request, an_expert

YEAR = NOW + 365 * DAY
Case = tuple[Expert, Position, dict[str, Any]]


def _empty(experts: list[Expert], position: Position, **facts: Any) -> Seat:
    seat = solve(experts, [a_request(position, **facts)]).seats[0]
    assert seat.expert_id is None
    return seat


HELPS: dict[str, Case] = {
    "Arrival 15 min later": (an_expert(1, place=Place(39.7, -108.0, "CO")), a_position(1), {"arrive_by": NOW + 194}),
    "A rest or hold ending 6 h early": (an_expert(1, eligible_from=NOW + 2 * DAY + 360), a_position(1), {}),
    "Papers renewed in time": (an_expert(1, papers_until=NOW + 6 * DAY), a_position(1), {}),
    "Child trauma at level 1 instead of 3": (
        an_expert(1, expertise={"child_trauma": 1}), a_position(1, required={"child_trauma": 3}), {},
    ),
    "No child trauma": (an_expert(1), a_position(1, required={"child_trauma": 1}), {}),
    "A licence of TX accepted in CO": (an_expert(1, licences={"TX": YEAR}), a_position(1, is_licensed=True), {}),
    "3 deployments in 90 days": (an_expert(1, served=(NOW - DAY, NOW - 9 * DAY)), a_position(1), {}),
    "5 deployments in 365 days": (
        an_expert(1, served=tuple(NOW - n * DAY for n in (100, 200, 250, 300))), a_position(1), {},
    ),
}  # fmt: skip


@pytest.mark.parametrize("help_", HELPS)
def test_an_empty_seat_says_what_would_fill_it(help_: str) -> None:
    who, position, facts = HELPS[help_]
    assert _empty([who], position, **facts).helps == (f"{help_}: Expert 1 could come",)


def test_a_second_person_of_one_employer_would_help() -> None:
    team = [an_expert(1, employer="One"), an_expert(2, employer="one")]
    seats = solve(team, [a_request(a_position(1), a_position(2))]).seats
    (empty,) = (seat for seat in seats if seat.expert_id is None)
    assert [text.split(":")[0] for text in empty.helps] == ["A second person of one employer"]


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
    "two rules at once": (an_expert(1, papers_until=NOW, eligible_from=NOW + 3 * DAY), a_position(1), {}),
    "a tie is never set aside": (an_expert(1, conflicts=frozenset({7})), a_position(1), {"agency_id": 7}),
    "a refusal is never set aside": (an_expert(1), a_position(1), {"excluded": frozenset({1})}),
}  # fmt: skip


@pytest.mark.parametrize("why", NO_HELP)
def test_nothing_is_promised_that_would_not_fill_the_seat(why: str) -> None:
    who, position, facts = NO_HELP[why]
    assert _empty([who], position, **facts).helps == ()


def test_the_cheapest_person_is_named() -> None:
    resting = [an_expert(n, eligible_from=NOW + 2 * DAY + 60 * (301 - n)) for n in range(1, 301)]
    assert _empty(resting, a_position(1)).helps == ("A rest or hold ending 1 h early: Expert 300 could come",)


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
    assert seat.alternates[1].costs.startswith("nobody else speaks es")


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


def test_why_not_names_the_rules_and_counts_those_who_are_pinned() -> None:
    experts = [an_expert(1, employer="One"), an_expert(2, employer="ONE"), an_expert(3)]
    request = a_request(a_position(1, pinned=1), a_position(2), excluded=frozenset({2}))
    assert why_not(experts, request, 2, 2) == (SENTENCE[Rule.EXCLUDED], SENTENCE[Rule.EMPLOYER])
    assert SENTENCE[Rule.ONE_SEAT] in why_not(experts, request, 2, 1)
    assert why_not(experts, request, 1, 3) == (SENTENCE[Rule.PINNED],)
    assert why_not(experts, request, 2, 3) == ()


def test_who_held_a_seat_keeps_it_unless_a_need_says_otherwise() -> None:
    held, better = an_expert(1, chance=0.0), an_expert(2, chance=1.0)
    request = a_request(a_position(1, held=1))
    assert solve([held, better], [request]).seats[0].expert_id == 1
    speaks = replace(better, languages={"es": 3})
    assert solve([held, speaks], [replace(request, languages=("es",))]).seats[0].expert_id == 2
