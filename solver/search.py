"""Solve: survey the pool, prune, optimise level by level, judge the answer, explain it."""

import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from solver.problem import Expert, Policy, Request
from solver.roster import Change, OtherRoster, Reason, Roster, Shortage
from solver.rules import SENTENCE, Rule
from solver.words import DISCIPLINE_NAMES, language

if TYPE_CHECKING:
    from solver.pool import Pool

VERSION = "2.1"
"""Of the solver; part of every answer."""
NEEDS_IN_WORDS = {
    "leader": "Nobody on the team is qualified to lead.",
    "experienced": "Fewer than half of the team have a past deployment.",
}


class BrokenRoster(RuntimeError):  # noqa: N818 - named like the house's Problem
    """The checker found a fault in an answer of ours: a bug, never shown to anybody as a roster."""


def solve(
    experts: "Sequence[Expert] | Pool",
    requests: Sequence[Request],
    policy: Policy | None = None,
    *,
    seed: int = 0,
    time_limit_s: float = 10.0,
    with_runner_up: bool = False,
    explained: Collection[int] | None = None,
    in_words: bool = True,
    settled: Collection[int] = (),
) -> Roster:
    """The best rosters for some requests at once.

    Args:
        experts: the pool, or a `Pool` built from it before.
        requests: what is asked for.
        policy: limits and weights.
        seed: the same problem and seed give the same roster.
        time_limit_s: wall seconds; reached, the best roster found is returned as "feasible".
        with_runner_up: look for the best different roster too, and for each seat for the best with somebody else in
            it, as long as the time limit allows.
        explained: ids of the requests whose seats get reasons and alternates; all of them when left out.
        in_words: False leaves out all sentences but why a seat is empty: who sits, the alternates and their journeys
            are the same, in a third of the time.
        settled: ids of positions of which nothing is told but who sits there.

    Raises:
        BadProblem: the problem contradicts itself; names the field.
        BrokenRoster: our own answer failed the independent checker.
    """
    # numpy and OR-Tools are heavy and only needed here.
    from solver import check, explain, optimise, others, survey, validate  # noqa: PLC0415
    from solver.pool import Pool  # noqa: PLC0415

    began = time.perf_counter()
    policy = policy or Policy()
    pool = experts if isinstance(experts, Pool) else Pool(experts)
    validate.check_policy(policy)
    validate.check_requests(requests, pool.row.keys(), policy)
    seats = survey.survey(pool, requests, policy)
    best = optimise.optimise(pool, seats, policy, seed=seed, time_limit_s=time_limit_s)
    after = others.where(seats, best.seating, pool)
    told = tuple(
        (explain.seat if in_words else explain.names)(pool, seats, one, best.seating, policy)
        if (explained is None or one.request.id in explained) and one.position.id not in settled
        else explain.bare(pool, one, best.seating.get(one.number))
        for one in seats
    )
    instead = {}
    if with_runner_up:
        instead = others.without_each(pool, seats, best, policy, seed=seed, deadline=began + time_limit_s)
        told = tuple(replace(seat, instead=instead.get(number)) for number, seat in enumerate(told))
    roster = Roster(
        status=best.status,
        seats=told,
        shortages=_shortages(best.missing),
        goals=best.goals,
        pool_size=len(pool),
        considered=sum(one.passed for one in seats),
        solve_ms=round((time.perf_counter() - began) * 1000),
        version=VERSION,
        gap=best.gap,
        time_limit_s=time_limit_s,
        seed=seed,
        changes=_changes(pool, requests, after),
        runner_up=others.runner_up(instead, seats, best),
    )
    seated = {seat.expert_id for seat in told if seat.expert_id is not None}
    faults = check.faults([pool.expert(pool.row[one]) for one in seated], requests, policy, roster)
    if faults:
        raise BrokenRoster("; ".join(str(fault) for fault in faults[:5]))
    return roster


def _changes(pool: "Pool", requests: Sequence[Request], after: Mapping[tuple[int, int], int]) -> tuple[Change, ...]:
    """Against the roster before; nothing when there was none."""
    from solver.changes import changes, standing  # noqa: PLC0415

    before = standing(requests)
    people = {*before.values(), *after.values()} & pool.row.keys()
    names = {one: pool.experts[pool.row[one]].name for one in people}
    return changes(before, after, requests, names, with_stays=True) if before else ()


def _shortages(missing: dict[tuple[int, str], int]) -> tuple[Shortage, ...]:
    return tuple(
        Shortage(request_id, need, need_in_words(need)) for (request_id, need), count in missing.items() if count
    )


def need_in_words(need: str) -> str:
    """A need that is missing, as a sentence."""
    kind, _, what = need.partition(" ")
    if kind == "reserve":
        return f"The {need} falls under its floor."
    if kind == "language":
        return f"Nobody on the team speaks {language(what)} well enough."
    if kind == "discipline":
        return f"Nobody on the team is from {DISCIPLINE_NAMES.get(what, what)}."
    return NEEDS_IN_WORDS[kind]


def why_not(
    experts: "Sequence[Expert] | Pool",
    request: Request,
    position_id: int,
    expert_id: int,
    policy: Policy | None = None,
) -> tuple[Reason, ...]:
    """The rules that keep one expert out of one seat, each with her own numbers; empty when none does.

    Of the team only those who are pinned count: everybody else could make room.

    Raises:
        BadProblem: the problem contradicts itself.
        KeyError: no such expert or position.
    """
    from solver import candidates, survey, validate, whynot  # noqa: PLC0415
    from solver.pool import Pool  # noqa: PLC0415

    policy = policy or Policy()
    pool = experts if isinstance(experts, Pool) else Pool(experts)
    validate.check_requests([request], pool.row.keys(), policy)
    seats = survey.survey(pool, [request], policy)
    pinned, row = candidates.pins(pool, seats), pool.row[expert_id]
    one = {seat.position.id: seat for seat in seats}[position_id]
    fails = one.fails | candidates.team_fails(pool, seats, one, pinned, policy, is_final=False)
    told = list(whynot.against(pool, one, row, int(fails[row]), policy))
    if pinned.get(one.number, row) != row:
        told.append(Reason(Rule.PINNED.value, SENTENCE[Rule.PINNED], is_warning=True))
    return tuple(told)


def price_of(
    experts: "Sequence[Expert] | Pool",
    requests: Sequence[Request],
    where: tuple[int, int],
    expert_id: int,
    policy: Policy | None = None,
    *,
    seed: int = 0,
    time_limit_s: float = 10.0,
) -> OtherRoster | None:
    """The best roster with one expert in one seat, and what it costs against the best of all.

    Args:
        experts: the pool, or a `Pool` built from it before.
        requests: as they were solved.
        where: request and position.
        expert_id: who is to sit there.
        policy: limits and weights.
        seed: of the searches.
        time_limit_s: wall seconds for each of the two solves.

    Returns:
        None when a rule keeps her out; `why_not` says which.

    Raises:
        BadProblem: the problem contradicts itself.
        KeyError: no such expert.
    """
    from solver import others, validate  # noqa: PLC0415
    from solver.pool import Pool  # noqa: PLC0415

    policy = policy or Policy()
    pool = experts if isinstance(experts, Pool) else Pool(experts)
    validate.check_requests(requests, pool.row.keys(), policy)
    return others.with_her(pool, requests, where, expert_id, policy, seed=seed, limit_s=time_limit_s)
