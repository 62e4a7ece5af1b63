"""Whether the built site holds together: every address inside it leads to a page and a place on it, and no page has the
reader's browser fetch anything from elsewhere (no font, script, style or picture of another host).

    python -m tools.check_site FOLDER
"""

import re
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

FETCHED = {
    ("img", "src"),
    ("script", "src"),
    ("link", "href"),
    ("source", "srcset"),
    ("iframe", "src"),
    ("use", "href"),
}
"""What a browser fetches by itself; a link of an `a` waits for the reader."""
ELSEWHERE = re.compile(r"url\(\s*['\"]?(?:https?:)?//|@import\s+['\"](?:https?:)?//")


class Page(HTMLParser):
    """What one page names, and what it fetches and leads to."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.leads: list[str] = []
        self.fetches: list[str] = []
        self.feed(path.read_text())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note ids and addresses."""
        for name, value in attrs:
            if name in ("id", "name") and value:
                self.ids.add(value)
            elif (tag, name) in FETCHED and value:
                self.fetches.append(value)
            elif (tag, name) == ("a", "href") and value:
                self.leads.append(value)


def wrong_links(pages: dict[Path, Page]) -> Iterator[str]:
    """A sentence for every address that leads nowhere, or out of the site by itself."""
    for path, page in pages.items():
        for address in page.fetches:
            if _is_elsewhere(address):
                yield f"{path}: fetches {address}"
        for address in (*page.fetches, *page.leads):
            why = "" if _is_elsewhere(address) else _why_dead(path, address, pages)
            if why:
                yield f"{path}: {address}: {why}"


def _is_elsewhere(address: str) -> bool:
    parts = urlsplit(address)
    return bool(parts.netloc or parts.scheme)


def _why_dead(path: Path, address: str, pages: dict[Path, Page]) -> str:
    parts = urlsplit(address)
    target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
    target = target / "index.html" if target.is_dir() else target
    if not target.exists():
        return "no such file in the site"
    place = unquote(parts.fragment)
    return "no such place on the page" if place and target in pages and place not in pages[target].ids else ""


def wrong_styles(folder: Path) -> Iterator[str]:
    """A sentence for every style sheet that fetches from elsewhere."""
    for path in folder.rglob("*.css"):
        found = ELSEWHERE.search(path.read_text())
        if found:
            yield f"{path}: fetches from elsewhere: {found[0]}"


def main(folder: Path) -> int:
    """Check all; 0 when all is well."""
    pages = {path: Page(path) for path in folder.rglob("*.html") if "_static" not in path.parts}
    if not pages:
        print(f"check_site: no page in {folder}; make docs builds them")
        return 1
    wrong = [*wrong_links(pages), *wrong_styles(folder)]
    print(
        "\n".join(wrong)
        or f"check_site: {len(pages)} pages, every link leads somewhere, nothing is fetched from elsewhere"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve()))
