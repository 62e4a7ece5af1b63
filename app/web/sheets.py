"""Printed sheets: PDF/UA-1, tagged and with its language, so that a screen reader reads them as well as a printer.

Typst sets them from one template (`sheet.typ`); all words come to it as data. No font of the machine is used and no
network, so a sheet looks the same everywhere.
"""

import asyncio
import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from fastapi.responses import Response

from app.core.clock import clock
from app.web.languages import language

TEMPLATE = Path(__file__).parent / "sheet.typ"
CONTROL = re.compile(r"\\u00(?:[01][0-9a-f]|7f)")
"""Control characters as JSON writes them."""
Rows = Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a sheet under its heading.

    Args:
        kind: pairs of a name and words, a table with its head, a list, or words.
        heading: "" for none.
        rows: of pairs or a table; of a list each row has one cell.
    """

    kind: Literal["facts", "table", "list", "words"]
    heading: str
    rows: Rows = ()
    head: Sequence[str] = ()
    words: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: its title is also the document's; `foot` stands small below everything."""

    programme: str
    title: str
    lead: str
    parts: Sequence[Part]
    foot: str = ""


def facts(heading: str, *pairs: tuple[str, str]) -> Part:
    """Pairs of a name and words; those without words are left out."""
    return Part("facts", heading, [pair for pair in pairs if pair[1]])


def pdf(sheet: Sheet, tag: str = "en") -> bytes:
    """A sheet as PDF/UA-1 in the language `tag`. Some tens of milliseconds: not on the event loop."""
    import typst  # noqa: PLC0415 - 80 MB, loaded where it is used

    content = CONTROL.sub(" ", json.dumps(asdict(sheet) | {"lang": tag}, default=str, ensure_ascii=False))

    def made(standards: Literal["ua-1"] | None) -> bytes:
        given = {"sheet": content}
        whole = typst.compile(
            TEMPLATE.read_bytes(), sys_inputs=given, pdf_standards=standards, ignore_system_fonts=True,
            timestamp=int(clock.timestamp()),
        )  # fmt: skip
        return bytes(whole)

    try:
        return made("ua-1")
    except typst.TypstError:
        # A letter that no font here has (UA-1 refuses it): better a sheet with a box in that place than none.
        return made(None)


async def answer(name: str, sheet: Sheet, tag: str = "") -> Response:
    """A sheet as an answer, in the reader's language or in `tag`; shown by the browser, kept by nobody on the way."""
    body = await asyncio.to_thread(pdf, sheet, tag or language())
    headers = {
        "Content-Disposition": f'inline; filename="{name}"', "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }  # fmt: skip
    return Response(body, media_type="application/pdf", headers=headers)
