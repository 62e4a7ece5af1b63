"""Whether the documents hold together.

Every link leads somewhere, every heading it names is there, and every page of `docs` is in the site's navigation.
Reads the sources only, in a moment; `make docs` looks at the site that comes of them.
"""

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).parent.parent
READER = MarkdownIt("commonmark").enable("table")


@dataclass(frozen=True, slots=True)
class Text:
    """What matters of one document."""

    path: Path
    headings: frozenset[str]
    """Their anchors, as the repository's page and the site both name them."""
    links: tuple[tuple[int, str], ...]
    """Line and target of every link and picture."""
    toctrees: tuple[str, ...]
    """Every entry of its navigation."""


def read(path: Path) -> Text:
    """One document."""
    tokens = READER.parse(path.read_text())
    headings = [tokens[at + 1].content for at, token in enumerate(tokens) if token.type == "heading_open"]
    links = [(token.map[0] + 1 if token.map else 1, href) for token in tokens for href in _targets(token)]
    fences = [token.content for token in tokens if token.type == "fence" and token.info.strip() == "{toctree}"]
    entries = [line.strip() for fence in fences for line in fence.splitlines()]
    entries = [entry for entry in entries if entry and not entry.startswith(":")]
    return Text(path, frozenset(anchors(headings)), tuple(links), tuple(entries))


def _targets(token: Token) -> Iterator[str]:
    for child in token.children or ():
        target = child.attrGet("href") or child.attrGet("src")
        if isinstance(target, str):
            yield target


def anchors(headings: list[str]) -> Iterator[str]:
    """The anchor of each heading: small letters, hyphens for spaces, nothing else; a second one gets a number."""
    seen: dict[str, int] = {}
    for heading in headings:
        words = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading).lower()
        slug = re.sub(r"[^\w\- ]", "", words).strip().replace(" ", "-")
        count = seen.get(slug, 0)
        seen[slug] = count + 1
        yield f"{slug}-{count}" if count else slug


def dead_links(texts: dict[Path, Text], root: Path) -> Iterator[str]:
    """A sentence for every link that leads nowhere."""
    for text in texts.values():
        for line, target in text.links:
            why = _why_dead(text, target, texts)
            if why:
                yield f"{text.path.relative_to(root)}:{line}: {target}: {why}"


def _why_dead(text: Text, target: str, texts: dict[Path, Text]) -> str:
    parts = urlsplit(target)
    if parts.scheme:
        return "" if parts.scheme in ("https", "mailto") else "only https"
    path = (text.path.parent / unquote(parts.path)).resolve() if parts.path else text.path
    if not path.exists():
        return "there is no such file"
    if parts.fragment and (path not in texts or parts.fragment not in texts[path].headings):
        return "no heading there has this anchor"
    return ""


def not_in_navigation(texts: dict[Path, Text], root: Path) -> Iterator[str]:
    """A sentence for every page that no navigation names, and for every entry without a page."""
    reached, todo = set[Path](), [root / "docs/index.md"]
    while todo:
        path = todo.pop()
        reached.add(path)
        for entry in texts[path].toctrees:
            found = {one for one in path.parent.glob(f"{entry}.md") if one in texts}
            if not found:
                yield f"{path.relative_to(root)}: the navigation names {entry}, and there is no such page"
            todo += found - reached
    for path in sorted(set(texts) - reached):
        if path.is_relative_to(root / "docs"):
            yield f"{path.relative_to(root)}: not in the site's navigation; put it into a toctree of docs/index.md"


def numbered_twice(root: Path) -> Iterator[str]:
    """A sentence for every decision that has another's number."""
    seen: dict[str, str] = {}
    for path in sorted(root.glob("docs/decisions/[0-9]*.md")):
        number = path.name.split("-")[0]
        if number in seen:
            yield f"docs/decisions: {seen[number]} and {path.name} have one number; the later one takes the next"
        seen[number] = path.name


def findings(root: Path) -> list[str]:
    """What is wrong with the documents of a folder, a sentence each."""
    texts = {path: read(path) for path in (*root.glob("*.md"), *root.glob("docs/**/*.md"))}
    return [*dead_links(texts, root), *not_in_navigation(texts, root), *numbered_twice(root)]


def main() -> int:
    """Check all; 0 when all is well."""
    wrong = findings(ROOT)
    print("\n".join(wrong) or "check_docs: every link leads somewhere, every page has its place")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
