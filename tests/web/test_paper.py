"""What is printed is black on white, whatever theme the reader's screen has."""

import re
from pathlib import Path

from app.web.render import APP

SHEETS = sorted([*(APP / "web" / "static" / "own").glob("*.css"), *APP.glob("*/templates/*.css")])


def test_the_dark_theme_is_for_screens_only() -> None:
    rules = [(path.name, rule) for path in SHEETS for rule in _dark_rules(path)]
    assert rules
    assert [one for one in rules if not one[1].startswith("@media screen and")] == []


def _dark_rules(path: Path) -> list[str]:
    return re.findall(r"@media[^{]*prefers-color-scheme:\s*dark[^{]*", path.read_text())
