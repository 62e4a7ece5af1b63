"""A problem as a file, and the command that solves it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench.solver.pool import a_pool
from bench.solver.pool import a_request as a_national_request
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


EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "problem.json"


def test_the_example_of_the_guide_is_solved_as_the_guide_says(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(EXAMPLE), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [seat["expert_id"] for seat in told["seats"]] == [1, 2, None, 6]
    clinician = told["seats"][2]
    assert [step["text"] for step in clinician["funnel"]] == [
        "5 work in another discipline; 3 left.",
        "2 have no clinical licence valid there; 1 left.",
        "1 is resting or on hold; 0 left.",
    ]
    assert [help_["text"] for help_ in clinician["helps"]] == [
        "Eve Fox could come as clinician if a rest or hold ended 7 h 18 min early.",
        "Dan Eads could come as clinician if a clinical licence of MO were accepted in CO.",
    ]
    assert told["seats"][1]["instead"]["costs"][0] == {"level": "fit", "worse": 15, "text": "15 points less of fit"}
    assert main([str(EXAMPLE)]) == 0
    shown = capsys.readouterr().out
    guide = (EXAMPLE.parents[1] / "solver.md").read_text(encoding="utf-8")
    assert shown.splitlines()[0].strip() in guide


@pytest.mark.parametrize("machine", [{}, {"PYTHONHASHSEED": "7", "NPY_DISABLE_CPU_FEATURES": "AVX2 FMA3 AVX512F"}])
def test_a_kept_decision_is_made_again_bit_for_bit_by_another_process_without_vector_instructions(
    machine: dict[str, str], tmp_path: Path
) -> None:
    kept = tmp_path / "kept.json"
    experts = a_pool(600)
    dump(tmp_path / "problem.json", experts, [a_national_request(seed, number=seed) for seed in (1, 2)], Policy())
    assert main([str(tmp_path / "problem.json"), "--keep", str(kept)]) == 0
    command = [sys.executable, "-W", "ignore", "-m", "solver", str(kept)]
    again = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, **machine})
    assert (again.returncode, again.stderr) == (0, "The same as the kept roster, to the last bit.\n")


def test_another_roster_than_the_kept_one_is_told_apart_from_other_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "kept.json"
    assert main([str(EXAMPLE), "--keep", str(file)]) == 0
    kept = json.loads(file.read_text(encoding="utf-8"))
    kept["result"]["seats"][0]["reasons"][0]["text"] = "Leads well"
    file.write_text(json.dumps(kept), encoding="utf-8")
    assert main([str(file)]) == 1
    said = capsys.readouterr().err
    assert "the same people in the same seats, 1 difference." in said
    assert "seats[0].reasons[0].text: was 'Leads well', is 'Qualified to lead a team'" in said
    kept["result"]["seats"][0]["expert_id"] = 7
    file.write_text(json.dumps(kept), encoding="utf-8")
    assert main([str(file)]) == 1
    assert "other people, 2 differences" in capsys.readouterr().err
