"""After sending: letters of support, the signature, corrections, more answers; refused in words where it must be."""

import io
import zipfile
from datetime import timedelta

import httpx
import pytest

from app.requests import letters
from app.requests.sent_models import LARGEST_LETTER, LetterKind
from tests.story import Story
from tests.web.browser import CHIEF, INTAKE, RECOMMENDER, Browser, browser, headline

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
JPEG = b"\xff\xd8\xff\xe0" + b"\0" * 40


def packed(*names: str) -> bytes:
    """A packed file with these inside."""
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as file:
        for name in names:
            file.writestr(name, "x")
    return kept.getvalue()


DOCX = packed("[Content_Types].xml", "word/document.xml")
MACROS = packed("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin")


@pytest.mark.parametrize(("content", "kind"), [
    (PDF, LetterKind.PDF), (JPEG, LetterKind.JPEG), (PNG, LetterKind.PNG), (DOCX, LetterKind.DOCX),
    (b"", None), (b"MZ\x90\0", None), (b"<html>", None), (b"GIF89a", None), (packed("evil.exe"), None),
    (packed("[Content_Types].xml", "xl/workbook.xml"), None), (b"PK\x03\x04 torn", None), (b" %PDF-1.7", None),
])  # fmt: skip
def test_what_a_file_is_its_content_says(content: bytes, kind: LetterKind | None) -> None:
    assert letters.kind_of(content) is kind


@pytest.mark.parametrize(("name", "kept"), [
    ("Letter of Chief.pdf", "Letter of Chief.pdf"), ("../../etc/passwd", "passwd"), ("C:\\tmp\\a.pdf", "a.pdf"),
    ('a"\r\nX: y.pdf', "a___X_ y.pdf"), ("", "letter"), ("...", "letter"), ("Carta señora.pdf", "Carta señora.pdf"),
])  # fmt: skip
def test_a_files_name_means_nothing_to_a_computer(name: str, kept: str) -> None:
    assert letters.own_name(name) == kept


async def uploads(page: Browser, reference: str, name: str, content: bytes) -> httpx.Response:
    """Choose a file and send it."""
    return await page.http.post(f"/agency/requests/{reference}/letters", files={"letter": (name, content, "image/png")})


async def test_a_letter_is_kept_once_and_read_back_by_the_desk_and_its_own_agency_only(story: Story) -> None:
    reference = await story.files()
    async with browser(story, CHIEF) as page:
        assert "Send a letter of support" in (await page.opens(f"/agency/requests/{reference}")).text
        assert headline(await uploads(page, reference, "Chief's letter.pdf", PDF)) == "We have your letter of support"
        assert headline(await uploads(page, reference, "again.pdf", PDF)) == "We have your letter of support"
        assert "Send a letter of support" not in (await page.opens(f"/agency/requests/{reference}")).text
    (letter,) = await story.get(f"/requests/{reference}/letters")
    assert (letter["kind"], letter["size"], letter["name"]) == ("pdf", len(PDF), "Chief_s letter.pdf")
    address = f"/agency/requests/{reference}/letters/{letter['id']}"
    async with browser(story, RECOMMENDER) as desk:
        assert f'href="{address}"' in (await desk.opens(f"/desk/requests/{reference}")).text
        read = await desk.opens(address)
        assert read.content == PDF
        assert read.headers["content-disposition"].startswith("attachment;")
        assert read.headers["x-content-type-options"] == "nosniff"
        assert read.headers["content-security-policy"].startswith("sandbox")
        assert (await desk.sends(f"{address}/take-back")).status_code == 403
    assert (await story.api("stranger", "GET", f"/requests/{reference}/letters/{letter['id']}")).status_code == 404
    assert (await story.api("expert", "GET", f"/requests/{reference}/letters")).status_code == 403
    other = await story.files()
    assert (await story.api("chief", "GET", f"/requests/{other}/letters/{letter['id']}")).status_code == 404


async def test_a_file_that_is_not_a_letter_is_refused_in_words_beside_the_field(story: Story) -> None:
    reference = await story.files()
    async with browser(story, CHIEF) as page:
        for name, content, said in (
            ("letter.pdf", b"MZ\x90\0 a program", "This is no PDF, JPEG, PNG or Word file"),
            ("letter.pdf", PNG, "another kind of file than it is"),
            ("letter.docx", MACROS, "holds a program (a macro)"),
            ("letter.pdf", PDF + b"x" * LARGEST_LETTER, "larger than 10 MB"),
            ("letter.pdf", b"", "This file is empty"),
        ):
            refused = await uploads(page, reference, name, content)
            assert refused.status_code == 422
            assert said in refused.text
            assert 'aria-describedby="letter-why letter-error"' in refused.text
        nothing = await page.sends(f"/agency/requests/{reference}/letters")
        assert "Choose a file first" in nothing.text
        huge = await uploads(page, reference, "letter.pdf", b"%PDF-" + b"x" * (4 * LARGEST_LETTER))
        assert huge.status_code == 413
        assert headline(huge) == "This is too large to be sent in one piece. Nothing of it was kept."
        assert "up to 10 MB" in huge.text
        assert f'href="/agency/requests/{reference}"' in huge.text
        assert "frame-ancestors 'none'" in huge.headers["content-security-policy"]
    assert await story.get(f"/requests/{reference}/letters") == []


async def test_a_letter_is_taken_back_and_five_are_enough(story: Story) -> None:
    reference = await story.files()
    async with browser(story, CHIEF) as page:
        for n in range(5):
            await uploads(page, reference, f"{n}.pdf", PDF + bytes([n]))
        sixth = await uploads(page, reference, "6.pdf", PDF + b"six")
        assert "There are five letters already" in sixth.text
        first = (await story.get(f"/requests/{reference}/letters"))[0]["id"]
        left = await page.sends(f"/agency/requests/{reference}/letters/{first}/take-back")
        assert headline(left) == "We have your 4 letters"


async def test_a_letter_over_the_api_is_the_same_letter(story: Story) -> None:
    reference = await story.files()
    key = {"Authorization": f"Bearer {story.keys['chief']}"}
    made = await story.http.post(
        f"/api/v1/requests/{reference}/letters", files={"letter": ("l.png", PNG, "image/png")}, headers=key
    )
    assert (made.status_code, made.json()["kind"]) == (201, "png")
    wrong = await story.http.post(
        f"/api/v1/requests/{reference}/letters", files={"letter": ("l.png", b"no", "image/png")}, headers=key
    )
    assert wrong.status_code == 422
    assert "letter" in wrong.json()["errors"]
    gone = await story.api("chief", "DELETE", f"/requests/{reference}/letters/{made.json()['id']}")
    assert gone.status_code == 204


async def test_a_request_is_signed_once_and_the_desk_reads_who_signed(story: Story) -> None:
    reference = await story.files()
    async with browser(story, CHIEF) as page:
        assert (await page.sends(f"/agency/requests/{reference}/sign")).status_code == 422
        signed = await page.sends(
            f"/agency/requests/{reference}/sign", signed_name="Ellen Marsh", authority="delegated"
        )
        assert headline(signed) == "We have your request"
        assert "Ellen Marsh" in signed.text
        again = await page.sends(f"/agency/requests/{reference}/sign", signed_name="E. Marsh", authority="executive")
        assert again.status_code == 409
    assert (await story.get(f"/requests/{reference}/signature"))["authority"] == "delegated"
    async with browser(story, INTAKE) as desk:
        assert "Ellen Marsh (delegated)" in (await desk.opens(f"/desk/requests/{reference}")).text


async def test_how_we_reach_them_is_corrected_before_and_after_the_decision(story: Story) -> None:
    reference = await story.files()
    async with browser(story, CHIEF) as page:
        address = f"/agency/requests/{reference}/tell/reach"
        contact = {"contact_name": "Pat Bell", "contact_title": "Sergeant", "contact_email": "bell@harlanridge.example"}
        wrong = await page.sends(address, **contact, contact_phone="12")
        assert wrong.status_code == 422
        assert "Give ten digits" in wrong.text
        assert 'value="Pat Bell"' in wrong.text
        right = await page.sends(address, **contact, contact_phone="719-555-0177")
        assert "Pat Bell, (719) 555-0177" in right.text
        await story.approves(reference)
        await page.sends(address, **(contact | {"contact_name": "Kim Bell"}), contact_phone="719-555-0177")
        late = await page.sends(f"/agency/requests/{reference}/tell/need", mode="virtual", goals="Sleep.")
        assert late.status_code == 409
    filed = await story.get(f"/requests/{reference}")
    assert (filed["contact_name"], filed["contact_phone"], filed["mode"]) == ("Kim Bell", "+17195550177", "on_site")


async def test_more_is_told_after_sending_taken_back_and_asked_in_the_languages_chosen(story: Story) -> None:
    reference = await story.files(killed=2, details={"airport": "COS"})
    async with browser(story, CHIEF) as page:
        address = f"/agency/requests/{reference}/tell"
        assert 'value="2"' in (await page.opens(f"{address}/incident")).text
        await page.sends(f"{address}/incident", killed="", children="yes", summary="Quiet now.")
        await page.sends(f"{address}/host", airport="", lodging="The Ridge Inn", report_to="Sgt. Bell")
        spoken = await page.sends(f"{address}/limits", litigation="Counsel: A. Roy", language="es")
        assert headline(spoken) == "Límites que el equipo debe conocer"
        assert "Counsel: A. Roy" in spoken.text
        warned = await page.sends(f"{address}/incident", summary="The victim is Maria Lopez.")
        assert "el nombre de una víctima o de un sospechoso" in warned.text
        assert (await page.opens(f"{address}/where")).status_code == 404
    filed = await story.get(f"/requests/{reference}")
    assert (filed["killed"], filed["modifiers"], filed["summary"]) == (None, ["children"], "Quiet now.")
    assert (filed["details"], filed["report_to"]) == ({"lodging": "The Ridge Inn", "children": "yes"}, "Sgt. Bell")


async def test_the_page_says_by_when_and_is_honest_when_that_has_passed(story: Story) -> None:
    reference = await story.files()
    async with browser(story, CHIEF) as page:
        told = await page.opens(f"/agency/requests/{reference}")
        assert "We will call you by Mon Nov 23, 12:" in told.text
        assert "By Mon Nov 23" in told.text
    await story.passes(timedelta(hours=3), timedelta(hours=3))
    async with browser(story, CHIEF) as page:
        assert "This takes longer than we said" in (await page.opens(f"/agency/requests/{reference}")).text
