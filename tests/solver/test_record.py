"""A problem as a file, and the command that solves it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from solver.__main__ import main
from solver.problem import Policy
from solver.record import Record, dump, load
from solver.search import solve
from solver.validate import BadProblem
from tests.solver.cases import a_case


def test_what_is_written_is_read_back_the_same(tmp_path: Path) -> None:
    for seed in range(20):
        experts, request = a_case(seed)
        dump(tmp_path / "one.json", experts, [request], Policy(cap_90_days=3))
        assert load(tmp_path / "one.json") == Record(tuple(experts), (request,), Policy(cap_90_days=3))


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("{", "file"),
        ("[]", "format"),
        ('{"format": 1, "experts": []}', "requests"),
        ('{"format": 1, "experts": [{}], "requests": []}', "experts[0].id"),
        ('{"format": 1, "experts": [], "requests": [3]}', "requests[0]"),
        ('{"format": 1, "experts": [], "requests": [], "policy": {"caps": 3}}', "policy.caps"),
    ],
)
def test_a_file_that_is_no_problem_is_refused_with_its_field(text: str, field: str, tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_text(text, encoding="utf-8")
    with pytest.raises(BadProblem) as refused:
        load(tmp_path / "bad.json")
    assert refused.value.field == field
    assert main([str(tmp_path / "bad.json")]) == 2


def test_the_command_answers_for_people_and_for_machines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    experts, request = a_case(4)
    dump(tmp_path / "one.json", experts, [request], Policy())
    assert main([str(tmp_path / "one.json")]) == 0
    assert "Request 1" in capsys.readouterr().out
    assert main([str(tmp_path / "one.json"), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    seated = [seat.expert_id for seat in solve(experts, [request]).seats]
    assert [seat["expert_id"] for seat in told["seats"]] == seated


def test_importing_the_solver_loads_neither_numpy_nor_ortools() -> None:
    code = "import sys, solver.search, solver.check, solver.record; print({'numpy', 'ortools'} & set(sys.modules))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "set()"
