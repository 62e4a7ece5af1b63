"""The examples of the API's guide run as they stand, one after the other, against the real service."""

import os
import re
import subprocess
import sys
from pathlib import Path

from markdown_it import MarkdownIt

from tests.browser.house import House

GUIDE = Path(__file__).parent.parent.parent / "docs/api.md"


def blocks(language: str) -> list[str]:
    """Every fenced example of one language, in the guide's order."""
    tokens = MarkdownIt("commonmark").parse(GUIDE.read_text())
    return [token.content for token in tokens if token.type == "fence" and token.info == language]


def run(command: list[str], program: str, **settings: str) -> str:
    """What it prints; its complaint, if it fails."""
    done = subprocess.run(
        command, input=program, env=os.environ | settings, capture_output=True, text=True, timeout=90, check=False
    )
    assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
    return done.stdout


def test_the_whole_job_runs_as_the_guide_writes_it_and_refusals_are_what_it_says(house: House) -> None:
    marked = "\n".join(f"echo '== {number}'\n{block}" for number, block in enumerate(blocks("bash")))
    said = run(["bash", "-euo", "pipefail"], marked, BASE=house.base)
    reference = re.search(r"^\d\d-\d{4}$", said, re.MULTILINE)
    assert reference, said
    assert house.offers(reference[0]), "accepting the roster asks its people"
    assert house.parts["intake"].get(f"/requests/{reference[0]}")["days"] == 4, "the agency corrected itself"
    statuses = re.findall(r"^HTTP/1.1 (\d+)", said, re.MULTILINE)
    assert statuses == ["201", "422"]
    assert re.search(r"^idempotent-replayed: true", said, re.MULTILINE | re.IGNORECASE)
    assert re.search(r"^422 .+\n(.*\n)*.*shade", said, re.MULTILINE)
    assert re.search(r"^403$", said, re.MULTILINE)


def test_the_program_that_follows_along_runs_as_the_guide_writes_it(house: House) -> None:
    house.files()
    key = house.parts["intake"].post("/keys", {"name": "guide", "days": 1})["key"]
    said = run([sys.executable, "-"], "\n".join(blocks("python")), BASE=house.base, KEY=key)
    assert re.match(r"\d+ events, the first of them \w+\.\w+", said)


def test_every_example_of_the_guide_is_one_that_is_run() -> None:
    tokens = MarkdownIt("commonmark").parse(GUIDE.read_text())
    assert {token.info for token in tokens if token.type == "fence"} == {"bash", "python"}
