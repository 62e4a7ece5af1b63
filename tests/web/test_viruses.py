"""Files that are sent along are shown to the virus scanner first; what it finds, or cannot look at, is not kept."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from app.core.settings import get_settings
from app.requests.sent_models import LARGEST_LETTER
from app.web import viruses
from tests.my.test_pages import someone
from tests.requests.test_sent_along import PDF, uploads
from tests.story import Story
from tests.web.browser import CHIEF, EXPERT, Browser, browser

# The harmless file that every scanner takes for a virus (EICAR), in two parts, or scanners would take this file for it.
HARMFUL = b"%PDF-1.7\nX5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


@dataclass
class Scanner:
    """A small server that speaks clamd's protocol: PING, and INSTREAM in pieces."""

    seen: list[int] = field(default_factory=list)
    says: bytes = b""

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One command of one client."""
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            command = await reader.readuntil(b"\0")
            writer.write(self.says or (b"PONG\0" if command == b"zPING\0" else await self._looked(command, reader)))
            await writer.drain()
        writer.close()

    async def _looked(self, command: bytes, reader: asyncio.StreamReader) -> bytes:
        assert command == b"zINSTREAM\0"
        content = b""
        while length := int.from_bytes(await reader.readexactly(4)):
            content += await reader.readexactly(length)
        self.seen.append(len(content))
        return b"stream: Win.Test.EICAR_HDB-1 FOUND\0" if b"EICAR-STANDARD" in content else b"stream: OK\0"


@contextlib.asynccontextmanager
async def scanning(monkeypatch: pytest.MonkeyPatch, path: Path | None = None) -> AsyncIterator[Scanner]:
    """The settings name a scanner, which runs."""
    scanner = Scanner()
    if path:
        server = await asyncio.start_unix_server(scanner.talk, path)
        where = str(path)
    else:
        server = await asyncio.start_server(scanner.talk, "127.0.0.1", 0)
        where = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    with monkeypatch.context() as patch:
        patch.setenv("RRT_CLAMD", where)
        get_settings.cache_clear()
        async with server:
            yield scanner
        assert not await viruses.answers(), "it has gone, and the settings still name it"
    get_settings.cache_clear()


async def test_a_letter_with_a_virus_is_refused_beside_the_field_and_over_the_api(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    reference = await story.files()
    path = f"/requests/{reference}/letters"
    async with scanning(monkeypatch) as scanner, browser(story, CHIEF) as page:
        assert await viruses.answers()
        refused = await uploads(page, reference, "letter.pdf", HARMFUL)
        assert (refused.status_code, viruses.INFECTED in refused.text) == (422, True)
        await page.sends("/language", language="es")
        assert "algo dañino" in (await uploads(page, reference, "letter.pdf", HARMFUL)).text
        assert await story.get(path) == []
        assert (await uploads(page, reference, "letter.pdf", PDF + b"x" * 600_000)).status_code == 200
        assert scanner.seen[-1] == len(PDF) + 600_000, "in several pieces"
        tries = len(scanner.seen)
        assert (await uploads(page, reference, "letter.pdf", PDF + b"x" * LARGEST_LETTER)).status_code == 422
        async with browser(story, EXPERT) as other:
            assert (await uploads(other, reference, "letter.pdf", PDF)).status_code == 403
        assert len(scanner.seen) == tries, "neither what is too large, nor what somebody sends who may not"
    assert len(await story.get(path)) == 1


async def test_no_file_is_taken_while_the_scanner_does_not_answer_or_answers_something_else(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    reference = await story.files()
    async with browser(story, CHIEF) as page:
        async with scanning(monkeypatch) as scanner:
            for says in (b"INSTREAM size limit exceeded. ERROR\0", b"stream: OK", b"stream: maybe OK\0", b"\0"):
                scanner.says = says
                refused = await uploads(page, reference, "letter.pdf", PDF)
                assert (refused.status_code, viruses.UNSEEN in refused.text) == (422, True), says
            answer = await _by_api(story, page, reference)
            assert (answer.status_code, answer.json()["title"]) == (503, "Not looked at")
        assert await story.get(f"/requests/{reference}/letters") == []


async def _by_api(story: Story, page: Browser, reference: str) -> httpx.Response:
    headers = {"Authorization": f"Bearer {story.keys['chief']}"}
    files = {"letter": ("letter.pdf", PDF, "application/pdf")}
    return await page.http.post(f"/api/v1/requests/{reference}/letters", files=files, headers=headers)


async def test_an_experts_paper_is_looked_at_too_and_a_socket_of_the_machine_will_do(
    story: Story, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    await someone(story)
    fields = {"kind": "background_check", "expires_on": "2028-12-01"}
    async with scanning(monkeypatch, tmp_path / "clamd.ctl"), browser(story, EXPERT) as page:
        file = {"file": ("paper.pdf", HARMFUL, "application/pdf")}
        refused = await page.http.post("/my/record/papers", data=fields, files=file)
        assert (refused.status_code, viruses.INFECTED in refused.text) == (422, True)
        taken = await page.http.post("/my/record/papers", data=fields, files={"file": ("paper.pdf", PDF, "a/b")})
        assert taken.status_code == 200
