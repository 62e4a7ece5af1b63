"""The language of a page: English or Spanish, chosen by the reader, said by the browser, or known of the person.

Words stand in the templates and modules in English, marked: `{% trans %}`, `_("...")` where they are said, `N_("...")`
where a constant is only defined. Their Spanish stands in the room's `locales/es.po`, read once per process: no build
step, nothing compiled in git. A word that has no Spanish is shown in English; `tests/web/test_spanish.py` finds it.
"""

from collections.abc import Mapping
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Any

from babel.messages.pofile import read_po
from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Receive, Scope, Send

ROOMS = Path(__file__).parent.parent
COOKIE = "rrt_language"
NAMES = {"en": "English", "es": "Español"}
"""Language tag to its name in itself."""
ENGLISH_ONLY = ("/desk", "/api/", "/twilio/", "/simulator")
"""Pages of people who work in English, and what machines read."""
_language: ContextVar[str] = ContextVar("language", default="en")
_is_chosen: ContextVar[bool] = ContextVar("language_is_chosen", default=False)


def language() -> str:
    """The language of the answer that is being made."""
    return _language.get()


def choose(wanted: str) -> None:
    """Answer in the language that the reader has just chosen."""
    if wanted in NAMES:
        _language.set(wanted)


def prefer(wanted: str) -> None:
    """Answer in the language that we know this person wants, unless they chose another on the page."""
    if wanted in NAMES and not _is_chosen.get():
        _language.set(wanted)


@cache
def words_of(tag: str) -> Mapping[str, tuple[str, ...]]:
    """Every word of every room: English to its forms in the language (one, or one and many)."""
    known: dict[str, tuple[str, ...]] = {}
    for path in sorted(ROOMS.glob(f"*/locales/{tag}.po")):
        with path.open("rb") as file:
            for entry in read_po(file, locale=tag):
                english = entry.id if isinstance(entry.id, str) else entry.id[0]
                spoken = (entry.string,) if isinstance(entry.string, str) else tuple(entry.string or ())
                if english and spoken and all(spoken) and not entry.fuzzy:
                    known[english] = spoken
    return known


def translated(english: str) -> str:
    """Words in the reader's language, as they are: nothing is filled in."""
    if language() == "en":
        return english
    return words_of(language()).get(english, (english,))[0]


def gettext(english: str, /, **values: Any) -> str:
    """A sentence in the reader's language, `%(name)s` filled in from `values`."""
    said = translated(english)
    return said % values if values else said


def translated_many(one: str, many: str, count: int) -> str:
    """The words that fit the count, as they are. English and Spanish have the same two forms."""
    forms = words_of(language()).get(one, (one, many)) if language() != "en" else (one, many)
    return forms[0 if count == 1 else -1]


def ngettext(one: str, many: str, n: int, /, **values: Any) -> str:
    """The sentence that fits the count; `%(n)s` is the count."""
    return translated_many(one, many, n) % ({"n": n} | values)


def N_(english: str) -> str:  # noqa: N802 - the name that every tool for translators looks for
    """Marks a constant's words for the catalogue; they are translated where they are said."""
    return english


_ = gettext


def accepted(header: str) -> str:
    """The first of our languages in an Accept-Language header, best first; English if none is in it."""
    weighed = []
    for part in header.split(","):
        tag, _sep, weight = part.strip().partition(";q=")
        try:
            weighed.append((float(weight or 1), tag.split("-")[0].lower()))
        except ValueError:
            continue
    # Sorting is stable: of two with the same weight the first stays first.
    ordered = sorted(weighed, key=lambda pair: -pair[0])
    return next((tag for weight, tag in ordered if tag in NAMES and weight > 0), "en")


def of_reader(headers: Headers) -> None:
    """Answer in what the reader chose, else in what their browser asks for."""
    chosen = cookie_parser(headers.get("cookie", "")).get(COOKIE)
    _is_chosen.set(chosen in NAMES)
    _language.set(chosen if chosen in NAMES else accepted(headers.get("accept-language", "")))


class Languages:
    """Settles the language of each answer before anything else is done."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(ENGLISH_ONLY):
            _language.set("en")
            await self.app(scope, receive, send)
            return
        # Never reset: a page that says "500" is made further out, in the same task, and speaks the same language.
        of_reader(Headers(scope=scope))
        await self.app(scope, receive, send)
