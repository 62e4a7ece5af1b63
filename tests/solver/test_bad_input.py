"""Whatever is wrong with a problem, it is refused with the field and the reason, or it is solved; nothing else."""

import json
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from random import Random
from typing import Any

import pytest

from solver import record
from solver.problem import Policy
from solver.roster import Roster
from solver.search import solve
from solver.validate import BadProblem
from tests.solver.cases import NOW, a_case, several_requests

NASTY: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 4, 1 << 70, -(1 << 70), 2.5, 1e308, float("nan"), float("inf"), "", "x", "es", "LE",
    "2026-11-28T14:00-05:00", "2026-11-28T14:00", "0001-01-01T00:00Z", "\ud800", [], [None], [[]], {}, {"x": 1},
    {"start": 9, "end": 1}, NOW,
)  # fmt: skip
Way = tuple[str | int, ...]


def _ways(kept: Any, so_far: Way = ()) -> Iterator[Way]:
    """The path of every value in some JSON."""
    inside = kept.items() if isinstance(kept, dict) else enumerate(kept) if isinstance(kept, list) else ()
    for name, value in inside:
        yield (*so_far, name)
        yield from _ways(value, (*so_far, name))


def _at(kept: Any, way: Way) -> Any:
    for name in way:
        kept = kept[name]
    return kept


def _spoiled(random: Random, kept: dict[str, Any]) -> dict[str, Any]:
    """The same problem with one to three values replaced, taken from elsewhere, left out or doubled."""
    kept = deepcopy(kept)
    for _ in range(random.randint(1, 3)):
        ways = sorted(_ways(kept), key=str)
        way = random.choice(ways)
        name: Any = way[-1]
        holder: Any = _at(kept, way[:-1])
        kind = random.random()
        if kind < 0.55:
            holder[name] = random.choice(NASTY)
        elif kind < 0.8:
            holder[name] = deepcopy(_at(kept, random.choice(ways)))
        elif kind < 0.9 and isinstance(holder, dict):
            del holder[name]
        elif isinstance(holder, list):
            holder.append(deepcopy(holder[name]))
    return kept


def _answer(kept: dict[str, Any]) -> Roster | BadProblem:
    try:
        asked = record.read(json.dumps(kept).encode())
        return solve(asked.experts, asked.requests, asked.policy, time_limit_s=1.0)
    except BadProblem as refused:
        return refused


@pytest.mark.parametrize("block", range(4))
def test_a_spoiled_problem_is_refused_by_field_or_solved(block: int, tmp_path: Path) -> None:
    answers: list[Roster | BadProblem] = []
    for seed in range(block * 80, block * 80 + 80):
        random = Random(seed)
        experts, requests = several_requests(seed)
        if seed % 2:
            experts, one = a_case(seed)
            requests = [one]
        record.dump(tmp_path / "one.json", experts, requests, Policy())
        answers.append(_answer(_spoiled(random, json.loads((tmp_path / "one.json").read_text(encoding="utf-8")))))
    refused = [answer for answer in answers if isinstance(answer, BadProblem)]
    assert all(answer.field and answer.reason and "Traceback" not in answer.reason for answer in refused)
    assert 30 < len(refused) < 80
    assert {answer.field.split("[")[0].split(".")[0] for answer in refused} <= {
        "experts",
        "requests",
        "policy",
        "format",
    }


REFUSED = {
    '"2026-11-28T14:00"': "has no zone",
    '"tomorrow"': "is not a time",
    "2.5": "is not a whole number, but 2.5",
    "NaN": "is not a whole number, but NaN",
    '["x"]': 'is not a whole number, but ["x"]',
    "null": "is not a whole number, but null",
    "true": "is not a whole number, but true",
}


@pytest.mark.parametrize("value", REFUSED)
def test_a_value_of_the_wrong_kind_is_named_with_its_path(value: str) -> None:
    text = f'{{"experts": [], "requests": [{{"id": 1, "arrive_by": {value}}}]}}'
    with pytest.raises(BadProblem) as missing:
        record.read(text.encode())
    assert missing.value.field == "requests[0].place"
    place = '"place": {"latitude": 39.7, "longitude": -105, "state": "CO"}'
    rest = f'{place}, "positions": [], "stay": {{"start": 0, "end": 9}}, "earliest_departure": 0'
    with pytest.raises(BadProblem, match="arrive_by") as refused:
        record.read(f'{{"experts": [], "requests": [{{"id": 1, {rest}, "arrive_by": {value}}}]}}'.encode())
    assert refused.value.field == "requests[0].arrive_by"
    assert refused.value.reason.startswith(REFUSED[value])


def test_a_time_with_its_zone_is_a_minute() -> None:
    place = '"place": {"latitude": 39.7, "longitude": -105, "state": "CO"}'
    stay = '"stay": {"start": "2026-11-28T14:00-05:00", "end": "2026-11-29T00:00:01Z"}'
    rest = '"positions": [], "earliest_departure": "2026-11-28T00:00Z", "arrive_by": "1969-12-31T23:59Z"'
    (request,) = record.read(f'{{"experts": [], "requests": [{{"id": 1, {place}, {stay}, {rest}}}]}}'.encode()).requests
    assert request.stay.start == request.earliest_departure + 19 * 60
    assert request.stay.end == request.earliest_departure + 24 * 60 + 1
    assert request.arrive_by == -1
