"""Keeps `locales/es.po` of every room in step with the words that its templates and modules mark.

`make words` adds what is new, with nothing beside it yet, and takes out what nobody says any more. The test of the
Spanish pages reads with the same eyes.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from html.parser import HTMLParser
from itertools import chain
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po
from jinja2 import nodes

from app.access.policy import GRANTS, Role
from app.core import problems
from app.deployments.teams import TEAMS
from app.experts.taxonomy import CREDENTIALS, LANGUAGES
from app.requests.taxonomy import INCIDENT_TYPES, MODIFIERS, SERVICE_TYPES
from app.web.render import environment, words

APP = Path(__file__).parent.parent / "app"
KEYWORDS = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2)}
READERS = {".py": "python", ".html": "jinja2.ext:babel_extract"}
OPTIONS = {"trimmed": "true", "trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}
SHOWN_ATTRIBUTES = ("aria-label", "alt", "title", "placeholder")
IN_ENGLISH = frozenset({"access/plain.html", "wellness/home.html"})
"""Pages that look public but are for people who work in English: staff without desk pages."""
OURS = re.compile(r"(rrt|usa|aria)-[\w-]+|\bRRT\b|\bkB\b")
"""Names of classes and attributes, the mark, a unit: the same in every language."""
Word = str | tuple[str, ...]


def derived() -> set[str]:
    """Words that stand in no template: what lists, seats and refusals are called."""
    kinds = [one for one in vars(problems).values() if isinstance(one, type) and issubclass(one, problems.Problem)]
    said = {text for kind in kinds for text in (kind().detail, kind().title)}
    rights = {words(each) for each in GRANTS[Role.REQUESTER]}
    seats = {seat.title for plan in TEAMS.values() for seat in plan}
    return (
        said
        | rights
        | seats
        | set(LANGUAGES.values())
        | {words(slug) for slug in (*INCIDENT_TYPES, *MODIFIERS, *SERVICE_TYPES, *chain(*CREDENTIALS.values()))}
    )


@cache
def marked(room: str) -> frozenset[Word]:
    """Every word that a room marks."""
    found: set[Word] = set(derived()) if room == "web" else set()
    for path in (*(APP / room).glob("*.py"), *(APP / room).glob("templates/**/*.html")):
        with path.open("rb") as file:
            for _line, word, _comments, _context in extract(READERS[path.suffix], file, KEYWORDS, options=OPTIONS):
                found.add(word if isinstance(word, str) else tuple(word))
    return frozenset(found)


def rooms() -> list[str]:
    """Rooms that mark words."""
    return sorted(folder.name for folder in APP.iterdir() if folder.is_dir() and marked(folder.name))


def catalogue(room: str) -> Catalog:
    """The room's Spanish, empty if it has none yet."""
    path = APP / room / "locales" / "es.po"
    if not path.is_file():
        return Catalog(locale="es")
    with path.open("rb") as file:
        return read_po(file, locale="es")


def public_templates() -> set[str]:
    """Templates of agencies' and experts' pages, and what these include."""
    env = environment()
    trees = {name: env.parse(_source(name)) for name in env.list_templates()}
    found = {"web/public_base.html"}
    while more := {name for name in trees if found & _named(trees[name], nodes.Extends)} - found:
        found |= more
    found |= {"web/base.html"}
    while more := {used for name in found for used in _named(trees[name], nodes.Include, nodes.FromImport)} - found:
        found |= more
    return found - IN_ENGLISH


def _source(name: str) -> str:
    loader = environment().loader
    assert loader is not None  # noqa: S101 - for the type checker
    return loader.get_source(environment(), name)[0]


def _named(tree: nodes.Template, *kinds: type[nodes.Node]) -> set[str]:
    names = (node.template for kind in kinds for node in tree.find_all(kind))  # type: ignore[attr-defined]
    return {name.value for name in names if isinstance(name, nodes.Const)}


class _Shown(HTMLParser):
    """Collects what a reader sees of a page: text, and attributes that are read out or shown."""

    def __init__(self) -> None:
        super().__init__()
        self.shown: list[str] = []

    def handle_starttag(self, _tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.shown += [value for name, value in attrs if name in SHOWN_ATTRIBUTES and value]

    def handle_data(self, data: str) -> None:
        self.shown.append(data)


def unmarked(name: str) -> list[str]:
    """Words of a template that a reader sees and that no catalogue can know."""
    tree = environment().parse(_source(name))
    reader = _Shown()
    reader.feed("".join(_data(tree)))
    reader.close()
    bare = [text.strip() for text in reader.shown if re.search(r"[^\W\d_]{2}", OURS.sub("", text))]
    constants = (OURS.sub("", text) for text in _constants(tree))
    return bare + [text for text in constants if re.search(r"^[A-Z][a-z]|[a-z:] |[a-z]\. ", text)]


def _data(node: nodes.Node) -> Iterator[str]:
    """The template's own letters in their order; a digit stands for everything that is filled in."""
    for child in node.iter_child_nodes():
        if isinstance(child, nodes.TemplateData):
            yield child.data
        elif isinstance(child, nodes.Expr):
            yield "0"
        else:
            yield from _data(child)


def _constants(node: nodes.Node) -> Iterator[str]:
    """Strings of a template that are not given to the catalogue."""
    for child in node.iter_child_nodes():
        if isinstance(child, nodes.Call) and isinstance(child.node, nodes.Name) and child.node.name in KEYWORDS:
            yield from (text for one in child.kwargs for text in _constants(one))
        elif isinstance(child, nodes.Const) and isinstance(child.value, str):
            yield child.value
        else:
            yield from _constants(child)


def _written(room: str, wanted: Iterable[Word]) -> Catalog:
    """The room's catalogue with exactly these words, in the order of the alphabet."""
    known, fresh = catalogue(room), Catalog(locale="es", fuzzy=False)
    for word in sorted(wanted, key=str):
        earlier = known.get(word if isinstance(word, str) else word[0])
        fresh.add(word, earlier.string if earlier is not None else None)
    return fresh


def main() -> None:
    """Write every room's catalogue anew."""
    for room in rooms():
        path = APP / room / "locales" / "es.po"
        path.parent.mkdir(exist_ok=True)
        written = _written(room, marked(room))  # read first: opening to write empties the file
        with path.open("wb") as file:
            write_po(file, written, omit_header=True, width=120)


if __name__ == "__main__":
    main()
