"""The judge sees every kind of broken rule: each is planted once in a roster that is right otherwise."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from solver.check import faults
from solver.problem import Expert, Place, Policy, Request, Span
from solver.roster import Roster
from solver.rules import SENTENCE, Rule
from solver.search import solve
from tests.solver import brute
from tests.solver.cases import BROKEN, DAY, NOW, TEAMS, a_position, a_request, an_expert

POLICY = Policy()
Planted = tuple[Sequence[Expert], Sequence[Request], Roster]


def _seated(experts: Sequence[Expert], requests: Sequence[Request], *who: int | None) -> Planted:
    return experts, requests, brute.roster_of(experts, requests, who, POLICY)


def _at(day: int, number: int) -> Request:
    start = NOW + day * DAY
    return a_request(a_position(1), id=number, stay=Span(start, start + DAY), arrive_by=start)


def _wrong_journey() -> Planted:
    experts, requests, roster = _seated([an_expert(1)], [_at(2, 1)], 1)
    seat = roster.seats[0]
    assert seat.travel is not None
    late = replace(seat.travel, depart=seat.travel.depart + 1)
    return experts, requests, replace(roster, seats=(replace(seat, travel=late),))


def _forgotten_seat() -> Planted:
    experts, requests, roster = _seated([an_expert(1)], [a_request(a_position(1), a_position(2))], 1, None)
    return experts, requests, replace(roster, seats=roster.seats[:1])


ONE = [an_expert(1)]
PLANTED: dict[Rule, Planted] = {
    **{rule: _seated([who], [a_request(seat, **facts)], 1) for rule, (who, seat, facts) in BROKEN.items()},
    **{
        rule: _seated(team, [a_request(*(a_position(n) for n in range(1, len(team) + 1)))], *(who.id for who in team))
        for rule, team in TEAMS.items()
    },
    # A trainee alone would lack a mentor as well.
    Rule.TRAINEE_LEADS: _seated(
        [an_expert(1, is_leader=True, is_trainee=True), an_expert(2, is_mentor=True)],
        [a_request(a_position(1, is_leader=True), a_position(2))],
        1,
        2,
    ),
    Rule.ONE_SEAT: _seated(ONE, [a_request(a_position(1), a_position(2))], 1, 1),
    Rule.ONE_PLACE: _seated(ONE, [_at(2, 1), _at(4, 2)], 1, 1),
    Rule.PINNED: _seated([an_expert(1), an_expert(2)], [a_request(a_position(1, pinned=1))], 2),
    Rule.COMPLETE: _forgotten_seat(),
    Rule.TRAVEL: _wrong_journey(),
}


def test_every_rule_is_planted_and_has_its_sentence() -> None:
    assert set(PLANTED) == set(SENTENCE) == set(Rule)


@pytest.mark.parametrize("rule", PLANTED)
def test_the_judge_sees_the_planted_fault_and_no_other(rule: Rule) -> None:
    experts, requests, roster = PLANTED[rule]
    assert {fault.rule for fault in faults(experts, requests, POLICY, roster)} == {rule}


def test_the_judge_sees_caps_that_only_several_requests_together_pass() -> None:
    close = _seated(ONE, [_at(2, 1), _at(20, 2), _at(40, 3)], 1, 1, 1)
    assert {fault.rule for fault in faults(close[0], close[1], POLICY, close[2])} == {Rule.CAP_90}
    far = _seated(ONE, [_at(day, n) for n, day in enumerate((2, 60, 120, 180, 240), 1)], 1, 1, 1, 1, 1)
    assert {fault.rule for fault in faults(far[0], far[1], POLICY, far[2])} == {Rule.CAP_365}


def _judged(who: Expert) -> set[Rule]:
    experts, requests, roster = _seated([who], [a_request(a_position(1))], 1)
    return {fault.rule for fault in faults(experts, requests, POLICY, roster)}


def test_a_deployment_promised_for_later_counts_against_the_cap_of_its_own_window() -> None:
    promised = an_expert(1, served=(NOW + 50 * DAY, NOW + 60 * DAY))
    assert _judged(promised) == {Rule.CAP_90}
    assert solve([promised], [a_request(a_position(1))]).seats[0].expert_id is None
    later = an_expert(1, served=(NOW + 92 * DAY, NOW + 93 * DAY))
    assert _judged(later) == set()
    assert solve([later], [a_request(a_position(1))]).seats[0].expert_id == 1


def test_somebody_who_is_in_no_pool_and_a_person_without_a_journey_are_seen() -> None:
    experts, requests, roster = _seated(ONE, [_at(2, 1)], 1)
    stranger = replace(roster, seats=(replace(roster.seats[0], expert_id=9),))
    still = replace(roster, seats=(replace(roster.seats[0], travel=None),))
    for wrong in (stranger, still):
        assert {fault.rule for fault in faults(experts, requests, POLICY, wrong)} == {Rule.COMPLETE}


def test_a_right_roster_has_no_fault() -> None:
    there = an_expert(1, place=Place(40.7, -74.0, "NY"))
    experts, requests, roster = _seated([there, an_expert(2)], [a_request(a_position(1), a_position(2))], 1, 2)
    assert faults(experts, requests, POLICY, roster) == []
