"""The documents hold together: links, navigation, dependencies."""

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from app.cli import cli
from app.core.settings import Settings
from app.experts.importing import read_lines
from app.experts.schemas import ExpertIn
from app.experts.taxonomy import MANDATORY
from tools import check_docs, check_site, pictures

ROOT = Path(__file__).parent.parent
NAVIGATION = "# Start\n\n```{toctree}\nguide\n```\n"


def test_every_link_of_the_documents_leads_somewhere_and_every_page_is_in_the_navigation() -> None:
    assert check_docs.findings(ROOT) == []


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("[gone](gone.md)", "docs/guide.md:3: gone.md: there is no such file"),
        ("![gone](pictures/gone.webp)", "docs/guide.md:3: pictures/gone.webp: there is no such file"),
        ("[no heading](#not-here)", "docs/guide.md:3: #not-here: no heading there has this anchor"),
        (
            "[no heading there](index.md#not-here)",
            "docs/guide.md:3: index.md#not-here: no heading there has this anchor",
        ),
        ("[plain](http://rrt.example)", "docs/guide.md:3: http://rrt.example: only https"),
    ],
)
def test_a_dead_link_is_named_with_its_line(tmp_path: Path, written: str, found: str) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/index.md").write_text(NAVIGATION)
    (tmp_path / "docs/guide.md").write_text(f"# Two words, and `code`\n\n{written}\n")
    assert check_docs.findings(tmp_path) == [found]


def test_a_heading_is_found_by_its_anchor_as_the_repositorys_page_names_it(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/index.md").write_text(NAVIGATION)
    links = "[first](#two-words-and-code) [second](#two-words-and-code-1) [up](index.md#start)"
    (tmp_path / "docs/guide.md").write_text(f"# Two words, and `code`\n\n## Two words, and `code`\n\n{links}\n")
    assert check_docs.findings(tmp_path) == []


def test_a_page_that_no_navigation_names_is_found_and_an_entry_without_a_page(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/index.md").write_text(NAVIGATION)
    (tmp_path / "docs/alone.md").write_text("# Alone\n")
    assert check_docs.findings(tmp_path) == [
        "docs/index.md: the navigation names guide, and there is no such page",
        "docs/alone.md: not in the site's navigation; put it into a toctree of docs/index.md",
    ]


def test_two_decisions_with_one_number_are_found(tmp_path: Path) -> None:
    (tmp_path / "docs/decisions").mkdir(parents=True)
    (tmp_path / "docs/index.md").write_text("```{toctree}\n:glob:\ndecisions/0*\n```\n")
    for name in ("0001-one", "0002-two", "0002-three"):
        (tmp_path / f"docs/decisions/{name}.md").write_text("# A decision\n")
    said = "docs/decisions: 0002-three.md and 0002-two.md have one number; the later one takes the next"
    assert check_docs.findings(tmp_path) == [said]


@pytest.mark.parametrize(
    ("page", "wrong"),
    [
        ('<a href="gone.html">', "no such file in the site"),
        ('<a href="#gone">', "no such place on the page"),
        ('<link rel="stylesheet" href="https://fonts.example/x.css">', "fetches https://fonts.example/x.css"),
        ('<script src="//cdn.example/x.js"></script>', "fetches //cdn.example/x.js"),
        ('<p id="here"></p><a href="#here"><a href="https://elsewhere.example">', ""),
    ],
)
def test_the_built_site_leads_nowhere_dead_and_fetches_nothing_from_elsewhere(
    tmp_path: Path, page: str, wrong: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "index.html").write_text(page)
    assert check_site.main(tmp_path) == (1 if wrong else 0)
    assert (wrong or "every link leads somewhere") in capsys.readouterr().out


def test_a_style_sheet_that_fetches_from_elsewhere_is_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "index.html").write_text("<p>")
    (tmp_path / "x.css").write_text("@font-face { src: url('https://fonts.example/a.woff2') }")
    assert check_site.main(tmp_path) == 1
    assert "fetches from elsewhere" in capsys.readouterr().out


def direct_dependencies() -> set[str]:
    """Every package that our own files ask for."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = list(project["project"]["dependencies"])
    for more in (*project["project"]["optional-dependencies"].values(), *project["dependency-groups"].values()):
        wanted += more
    browser: dict[str, dict[str, str]] = json.loads((ROOT / "assets/package.json").read_text())
    names = {re.split(r"[\[<>=!~ ;]", one)[0] for one in wanted}
    return names | browser["dependencies"].keys() | browser["devDependencies"].keys()


def test_every_direct_dependency_has_its_row_in_the_review_and_no_row_is_left_over() -> None:
    text = (ROOT / "docs/dependencies.md").read_text().split("## Keeping it so")[0]
    rows = re.findall(r"^\| (?!package \||--- \|)([@\w./-]+) \|", text, re.MULTILINE)
    assert len(rows) == len(set(rows))
    assert set(rows) == direct_dependencies()


def commands(group: Any, words: str) -> Iterator[str]:
    """Every command of the program, as somebody types it."""
    inner = getattr(group, "commands", None)
    if inner is None:
        yield words
        return
    for name, command in inner.items():
        yield from commands(command, f"{words} {name}")


def test_every_command_is_in_the_list_of_commands_and_every_one_there_exists() -> None:
    written = re.findall(r"`(rrt [a-z]+(?: [a-z]+)?)(?![\w.])", (ROOT / "docs/commands.md").read_text())
    assert set(written) == set(commands(get_command(cli), "rrt"))


def test_every_setting_is_in_the_table_of_settings_and_every_one_there_exists() -> None:
    text = (ROOT / "docs/operations.md").read_text().split("\n## Settings\n")[1].split("\n## ")[0]
    rows = "\n".join(line.split("|")[1] for line in text.splitlines() if line.startswith("| `RRT_"))
    known = {f"RRT_{name.upper()}" for name in Settings.model_fields}
    assert set(re.findall(r"RRT_\w+", rows)) == known


def test_the_pools_file_of_the_guide_can_be_entered_and_every_column_is_told() -> None:
    section = (ROOT / "docs/operations.md").read_text().split("### The pool's file\n")[1].split("\n## ")[0]
    rows = section.split("```text\n")[1].split("```")[0].splitlines()
    (_, expert), *more = read_lines(rows)
    assert not more
    assert isinstance(expert, ExpertIn)
    assert expert.expertise
    assert {paper.kind for paper in expert.credentials} >= MANDATORY
    told = {*rows[0].split(","), *re.findall(r"`(\w+)`", section)}
    assert ExpertIn.model_fields.keys() <= told
    assert set(rows[0].split(",")) <= ExpertIn.model_fields.keys()


def test_every_room_stands_in_the_architecture() -> None:
    text = (ROOT / "docs/architecture.md").read_text()
    rooms = [path.name for path in (ROOT / "app").iterdir() if (path / "__init__.py").exists()]
    assert [room for room in rooms if f"`app/{room}`" not in text] == []


def test_every_picture_is_one_that_can_be_taken_anew_and_is_shown() -> None:
    taken = {name for name, picture in pictures.DOCUMENTED.items() if not picture.file}
    assert {path.stem for path in (ROOT / "docs/pictures").iterdir()} == taken
    shown = " ".join(path.read_text() for path in (ROOT / "docs").rglob("*.md"))
    assert [name for name in taken if f"pictures/{name}.webp" not in shown] == []


@pytest.mark.parametrize("guide", sorted(path.stem for path in (ROOT / "docs/guides").iterdir()))
def test_what_a_guide_says_to_press_stands_on_a_page(guide: str) -> None:
    """Bold in a guide is what stands on a button or a heading, word for word."""
    sources = [*(ROOT / "app").rglob("*.html"), *(ROOT / "app").rglob("*.py")]
    written = " ".join(path.read_text() for path in sources)
    pages = " ".join(f"{written} {re.sub('<[^>]+>', '', written)}".split())
    named = re.findall(r"\*\*(.+?)\*\*", (ROOT / f"docs/guides/{guide}.md").read_text(), re.DOTALL)
    assert named
    assert [words for words in named if " ".join(words.split()) not in pages] == []
