"""Small random problems, with every rule at work."""

from dataclasses import replace
from random import Random
from typing import Any

from solver.problem import Expert, Place, Policy, Position, Request, Reserve, Span
from solver.rules import Rule

NOW = 29_000_000
"""Some minute of 2025."""
DAY = 1440
TOWNS = ((38.4, -99.5), (37.0, -102.0), (39.7, -105.0), (30.0, -84.0), (45.0, -119.0))
"""Few, so that journeys are often equal and the last goal decides."""
SKILLS = ("death_notification", "child_trauma")


def an_expert(number: int, **facts: object) -> Expert:
    """Somebody who may go anywhere."""
    given: dict[str, object] = {
        "id": number, "name": f"Expert {number}", "place": Place(39.7, -105.0, "CO"),
        "disciplines": frozenset({"VA"}), "is_experienced": True,
    }  # fmt: skip
    return Expert(**(given | facts))  # type: ignore[arg-type]


def a_position(number: int, **facts: object) -> Position:
    """A seat that any victim advocate fits."""
    return Position(**({"id": number, "code": "VA", "disciplines": frozenset({"VA"})} | facts))  # type: ignore[arg-type]


def a_request(*positions: Position, **facts: object) -> Request:
    """A team of these seats, in Denver, from tomorrow for three days."""
    given: dict[str, object] = {
        "id": 1, "place": Place(39.7, -105.0, "CO"), "stay": Span(NOW + 2 * DAY, NOW + 5 * DAY),
        "earliest_departure": NOW, "arrive_by": NOW + 2 * DAY, "positions": positions,
    }  # fmt: skip
    return Request(**(given | facts))  # type: ignore[arg-type]


BROKEN: dict[Rule, tuple[Expert, Position, dict[str, Any]]] = {
    Rule.DISCIPLINE: (an_expert(1, disciplines=frozenset({"LE"})), a_position(1), {}),
    Rule.EXPERTISE: (an_expert(1), a_position(1, required={"child_trauma": 1}), {}),
    Rule.LEADER: (an_expert(1), a_position(1, is_leader=True), {}),
    Rule.TRAINEE_LEADS: (an_expert(1, is_leader=True, is_trainee=True), a_position(1, is_leader=True), {}),
    Rule.LICENCE: (an_expert(1, licences={"TX": NOW + 90 * DAY}), a_position(1, is_licensed=True), {}),
    Rule.PAPERS: (an_expert(1, papers_until=NOW + 11 * DAY), a_position(1), {}),
    Rule.EXCLUDED: (an_expert(1), a_position(1), {"excluded": frozenset({1})}),
    Rule.CONFLICT: (an_expert(1, employer="Denver Police"), a_position(1), {"agency_name": "denver police "}),
    Rule.ARRIVAL: (an_expert(1, place=Place(25.7, -80.2, "FL")), a_position(1), {"arrive_by": NOW + 300}),
    Rule.ELIGIBLE: (an_expert(1, eligible_from=NOW + 2 * DAY + 1), a_position(1), {}),
    Rule.FREE: (an_expert(1, busy=(Span(NOW + 4 * DAY, NOW + 4 * DAY + 1),)), a_position(1), {}),
    Rule.CAP_90: (an_expert(1, served=(NOW - DAY, NOW - 30 * DAY)), a_position(1), {}),
    Rule.CAP_365: (an_expert(1, served=tuple(NOW - n * DAY for n in (100, 200, 250, 300))), a_position(1), {}),
    Rule.EXPOSURE: (an_expert(1, exposure=100.0), a_position(1), {}),
}
"""For each rule of one person: somebody who breaks that rule and no other."""

TEAMS: dict[Rule, list[Expert]] = {
    Rule.EMPLOYER: [an_expert(1, employer="One"), an_expert(2, employer="one ")],
    Rule.TRAINEES: [an_expert(1, is_trainee=True), an_expert(2, is_trainee=True), an_expert(3, is_mentor=True)],
    Rule.MENTOR: [an_expert(1, is_trainee=True), an_expert(2)],
}
"""For each rule of a team: people of whom all but one may sit together."""


def _random_expert(random: Random, number: int) -> Expert:
    busy = (
        (Span(NOW + random.randint(0, 12) * DAY, NOW + random.randint(13, 15) * DAY),) if random.random() < 0.1 else ()
    )
    return an_expert(
        number,
        place=Place(
            *random.choice(TOWNS),
            random.choice(("CO", "TX")),
            random.choice((None, None, None, "A", "B")),
        ),
        disciplines=frozenset(random.sample(("LE", "VA", "MH", "CL"), random.choice((1, 2, 2)))),
        expertise={slug: random.randint(1, 3) for slug in SKILLS if random.random() < 0.8},
        languages={"es": random.randint(1, 5)} if random.random() < 0.4 else {},
        busy=busy,
        licences={"CO": NOW + random.choice((3, 30, 30)) * DAY} if random.random() < 0.7 else {},
        papers_until=NOW + random.choice((8, *(400,) * 9)) * DAY,
        eligible_from=random.choice((*(0,) * 9, NOW + 3 * DAY)),
        is_leader=random.random() < 0.5,
        is_experienced=random.random() < 0.5,
        is_trainee=random.random() < 0.25,
        is_mentor=random.random() < 0.4,
        employer=random.choice((None, None, "North Agency", "South Agency")),
        conflicts=frozenset({7}) if random.random() < 0.05 else frozenset(),
        served=tuple(NOW - random.randint(1, 300) * DAY for _ in range(random.choice((*(0, 1) * 4, 2, 4)))),
        exposure=random.choice((*(0.0, 40.0, 70.0) * 3, 100.0)),
        chance=random.choice((0.5, 0.5, 0.9)),
    )


def _random_position(random: Random, number: int, people: int) -> Position:
    return a_position(
        number,
        disciplines=frozenset(random.sample(("LE", "VA", "MH", "CL"), random.randint(2, 4))),
        required={random.choice(SKILLS): random.randint(1, 2)} if random.random() < 0.2 else {},
        desired={random.choice(SKILLS): random.choice((0.5, 1.0))} if random.random() < 0.5 else {},
        is_leader=number == 1 and random.random() < 0.6,
        is_remote=random.random() < 0.1,
        is_licensed=random.random() < 0.2,
        priority=random.randint(1, 2),
        held=random.randint(1, people) if random.random() < 0.2 else None,
    )


def a_case(seed: int) -> tuple[list[Expert], Request]:
    """One random problem: 5 to 8 experts, 1 to 4 seats."""
    random = Random(seed)
    people = random.randint(5, 8)
    experts = [_random_expert(random, number) for number in range(1, people + 1)]
    positions = [_random_position(random, number, people) for number in range(1, random.choice((2, 3, 3, 4, 4, 5)))]
    if random.random() < 0.25:
        first = positions[0]
        positions[0] = a_position(
            1, disciplines=first.disciplines, is_leader=first.is_leader, priority=first.priority,
            pinned=random.randint(1, people),
        )  # fmt: skip
    request = a_request(
        *positions,
        place=Place(38.0, -100.0, "CO", "A"),
        arrive_by=NOW + random.choice((6 * 60, *(2 * DAY,) * 4)),
        languages=("es",) if random.random() < 0.5 else (),
        needs_all_disciplines=random.random() < 0.3,
        agency_id=7,
        asked_for=frozenset({3}) if random.random() < 0.3 else frozenset(),
        excluded=frozenset({2}) if random.random() < 0.1 and positions[0].pinned != 2 else frozenset(),
    )
    return experts, request


def a_policy(seed: int) -> Policy:
    """The defaults, and for every other seed limits that decide otherwise."""
    if seed % 2 == 0:
        return Policy()
    random = Random(seed)
    return Policy(
        one_per_employer=random.random() < 0.5,
        max_trainees=random.choice((0, 1, 2)),
        experienced_share=random.choice((0.0, 0.34, 1.0)),
        language_level=random.choice((2, 4)),
        reserves=_reserves(random),
    )


def _reserves(random: Random) -> tuple[Reserve, ...]:
    return tuple(
        Reserve(
            discipline,
            frozenset(random.sample(("CO", "TX"), random.randint(0, 2))),
            random.randint(1, 4),
            random.randint(1, 3),
        )
        for discipline in random.sample(("LE", "VA", "MH", "CL"), random.choice((0, 1, 2)))
    )


def several_requests(seed: int) -> tuple[list[Expert], list[Request]]:
    """Two or three teams of one or two seats for 2 to 4 experts: now together, now weeks apart, caps within reach."""
    random = Random(seed)
    people = random.randint(2, 4)
    easy = {"eligible_from": 0, "papers_until": NOW + 900 * DAY, "is_trainee": False}
    experts = [replace(_random_expert(random, n), **(easy if n > 1 else {})) for n in range(1, people + 1)]  # type: ignore[arg-type]
    requests: list[Request] = []
    sizes = random.choice(((1, 1), (2, 1), (1, 1, 1), (2, 2), (1, 1, 1, 1)))
    for number, size in enumerate(sizes, 1):
        start = NOW + random.choice((2, 4, 16, 40, 95)) * DAY
        positions = [replace(_random_position(random, n, people), is_licensed=False) for n in range(1, size + 1)]
        if random.random() < 0.15:
            positions[0] = replace(positions[0], pinned=random.randint(1, people))
        request = a_request(
            *positions, id=number, stay=Span(start, start + random.choice((1, 3, 6)) * DAY), arrive_by=start,
            place=Place(random.uniform(30, 45), random.uniform(-120, -80), "CO"), priority=random.randint(1, 3),
            languages=("es",) if random.random() < 0.3 else (), asked_for=frozenset({1}),
        )  # fmt: skip
        requests.append(request)
    return experts, requests
