"""Orders and reports as sheets: tagged PDFs in the reader's language, for whoever may see them, kept by nobody."""

import re
import zlib

import pypdfium2

from app.web import sheets
from app.web.sheets import Part, Sheet, facts
from tests.field.conftest import ORDER, at_page, on_site, ordered
from tests.journeys.theatre import words_of
from tests.story import Story
from tests.web.browser import RECOMMENDER, browser


def is_tagged(body: bytes, language: str) -> bool:
    """Whether a PDF has a structure, says its language, and is PDF/UA."""
    return (
        b"/StructTreeRoot" in body and f"/Lang({language})".encode() in body.replace(b" ", b"") and b"pdfuaid" in body
    )


async def test_the_desk_and_each_member_print_the_order_and_nobody_else(story: Story) -> None:
    reference, people = await ordered(story)
    path = f"/desk/requests/{reference}/road/order.pdf"
    async with browser(story, RECOMMENDER) as desk:
        sheet = await desk.opens(path)
        assert sheet.headers["content-type"] == "application/pdf"
        assert "no-store" in sheet.headers["cache-control"]
        assert is_tagged(sheet.content, "en")
        assert (await desk.opens(f"{path}?number=7")).status_code == 404
    async with at_page(story, people[1]) as phone:
        mine = await phone.opens(f"/my/teams/{reference}/order.pdf")
        assert mine.headers["content-type"] == "application/pdf"
        assert (await phone.opens(path)).status_code in (303, 403)
    async with browser(story) as nobody:
        assert not (await nobody.opens(path)).content.startswith(b"%PDF")


async def test_the_report_is_a_sheet_too(story: Story) -> None:
    reference, people = await on_site(story, incident_type="officer_involved_shooting_fatal")
    async with browser(story, RECOMMENDER) as desk:
        assert is_tagged((await desk.opens(f"/desk/requests/{reference}/after.pdf")).content, "en")
    async with at_page(story, people[0]) as leader:
        printed = await leader.opens(f"/my/teams/{reference}/after.pdf")
        with pypdfium2.PdfDocument(printed.content) as sheet:
            assert "Officer-involved shooting, fatal" in words_of(sheet)
    async with at_page(story, people[1]) as member:
        assert (await member.opens(f"/my/teams/{reference}/after.pdf")).status_code == 404


async def test_who_reads_spanish_prints_spanish(story: Story) -> None:
    reference, people = await ordered(story)
    path, wish = f"/experts/{people[1].id}", {"preferred_language": "es"}
    version = (await story.get(path))["version"]
    assert (await story.api("admin", "PATCH", path, wish, **{"If-Match": f'"{version}"'})).status_code == 200
    async with at_page(story, people[1]) as phone:
        for browsers in ("en-US", "es-MX,es;q=0.9"):
            mine = await phone.http.get(f"/my/teams/{reference}/order.pdf", headers={"Accept-Language": browsers})
            assert is_tagged(mine.content, "es"), browsers
            with pypdfium2.PdfDocument(mine.content) as sheet:
                words = words_of(sheet)
            for said in (
                f"Orden de misión {reference}-1", "Preséntese a", "Dónde", "Qué hacer", "Equipo", "Nombre",
                "Como máximo 12 horas de servicio al día", ORDER["report_to"], people[0].name,
            ):  # fmt: skip
                assert said in words, (said, words)
            english = ("Mission order", "Report to", "Where", "What to do", "Issued", "On site", "At most", "by car")
            assert not [word for word in english if word in words], words
            assert not re.search(r"\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun|Nov)\b", words), words
            assert re.search(r"\b[MPCE]T\b", words), words


def test_words_are_set_as_text_and_a_strange_letter_spoils_no_sheet() -> None:
    hostile = '#read("/etc/passwd") $x$ \\ * _ <label> @ref \x00\x07'
    sheet = Sheet("RRT", "Order", hostile, [facts("", ("Where", hostile)), Part("list", "One", [[hostile]])], "End")
    plain = sheets.pdf(sheet, "es")
    assert is_tagged(plain, "es")
    strange = sheets.pdf(Sheet("RRT", "Order", "日本", [Part("table", "T", [["日", "b"]], ("Role", "Name"))]), "en")
    assert b"/StructTreeRoot" in strange
    streams = b"".join(_inflated(plain))
    assert b"root:" not in streams


def _inflated(body: bytes) -> list[bytes]:
    found = []
    for raw in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", body, re.S):
        try:
            found.append(zlib.decompress(raw))
        except zlib.error:
            found.append(raw)
    return found
