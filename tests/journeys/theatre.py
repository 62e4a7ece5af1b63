"""A story in front of real browsers: people at desks and phones, and a picture of everything that is shown to them."""

import asyncio
import struct
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pypdfium2
import pytest
from playwright.async_api import Browser, Page, async_playwright, expect
from sqlalchemy import select

from app.access import sessions, users
from app.access.models import User
from app.core.database import begin
from app.seed.filling import DEMO_PASSWORD
from tests.story import Person, Story
from tools.find_browser import NONE, found

DESK, PHONE = 1440, 390
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")
ARTEFACTS = Path(__file__).parent.parent.parent / "artefacts" / "lives"
PRINTED = 1.6
"""Dots of a picture of a printed page, for each of its 72 to the inch."""


@dataclass
class Theatre:
    """A story, a browser, and the folder of its pictures."""

    story: Story
    browser: Browser
    folder: Path
    taken: int = 0
    people: dict[Page, int] = field(default_factory=dict)
    """Page to the account of whoever is signed in there."""
    wrong: list[str] = field(default_factory=list)

    async def staff(self, email: str) -> Page:
        """Somebody with a password, signed in at a desk."""
        page = await self._page(DESK)
        await page.goto("/sign-in")
        await page.get_by_label("E-mail").fill(email)
        await page.get_by_label("Password").fill(DEMO_PASSWORD)
        await page.get_by_role("button", name="Sign in").click()
        await expect(page.get_by_role("button", name="Sign in")).to_have_count(0)
        async with begin() as session:
            query = select(User.id).where(User.email == email)
            self.people[page] = (await session.scalars(query)).one()
        return page

    async def expert(self, person: Person) -> Page:
        """Somebody of the pool, signed in on their phone."""
        async with begin() as session:
            user = await users.add(
                session, email=f"e{person.id}@experts.example", name=person.name, roles=["expert"], password=None,
                expert_id=person.id,
            )  # fmt: skip
        page = await self.phone()
        self.people[page] = user.id
        return page

    async def phone(self) -> Page:
        """A phone on which nobody is signed in."""
        return await self._page(PHONE)

    async def _page(self, width: int) -> Page:
        context = await self.browser.new_context(
            base_url=self.story.carrier.public_url, viewport={"width": width, "height": 900}
        )
        context.set_default_timeout(60_000)
        page = await context.new_page()
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        return page

    def _next(self, name: str) -> Path:
        self.taken += 1
        return self.folder / f"{self.taken:02}-{name}.png"

    async def goes(self, page: Page, path: str) -> None:
        """Open a page; a session that has run out while time passed is opened anew."""
        if page in self.people:
            async with begin() as session:
                user = await session.get_one(User, self.people[page])
                secret = await sessions.open_for(session, user)
            cookie = {"name": sessions.cookie_name(), "value": secret, "url": self.story.carrier.public_url}
            await page.context.add_cookies([cookie])  # type: ignore[list-item]
        answer = await page.goto(path)
        assert answer is not None
        assert answer.ok, f"{path}: {answer.status}"
        assert "/sign-in" not in page.url

    async def shows(self, page: Page, path: str, name: str) -> None:
        """Open a page and take its picture; nothing on it may be wider than the screen."""
        await self.goes(page, path)
        await self.takes(page, name)

    async def takes(self, page: Page, name: str) -> None:
        """A picture of what is shown now."""
        await page.screenshot(path=self._next(name), full_page=True)
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{page.url} is too wide"

    async def prints(self, page: Page, path: str, name: str) -> str:
        """Pictures of a printed sheet's pages; its words."""
        answer = await page.context.request.get(path)
        assert answer.ok, f"{path}: {answer.status}"
        with pypdfium2.PdfDocument(await answer.body()) as sheet:
            for number in range(len(sheet)):
                self._next(f"{name}-{number + 1}").write_bytes(picture_of(sheet[number]))
            return words_of(sheet)


def picture_of(page: pypdfium2.PdfPage) -> bytes:
    """A printed page as PNG."""
    dots = page.render(scale=PRINTED, rev_byteorder=True, prefer_bgrx=False)
    raw = bytes(dots.buffer)
    row = dots.width * 3
    lines = b"".join(b"\0" + raw[at * dots.stride : at * dots.stride + row] for at in range(dots.height))
    head = struct.pack(">IIBBBBB", dots.width, dots.height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(lines)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in chunks
    )


def words_of(sheet: pypdfium2.PdfDocument) -> str:
    """All that a printed sheet says, its lines joined."""
    pages = [sheet[number].get_textpage().get_text_bounded() for number in range(len(sheet))]
    return " ".join(" ".join(pages).split())


def told(story: Story) -> str:
    """Every text of the story as it was sent, in order, to be read aloud."""
    return "".join(f"{one['to']}: {one['body']}\n" for one in story.carrier.messages)


@asynccontextmanager
async def opened(story: Story, name: str) -> AsyncIterator[Theatre]:
    """A theatre whose pictures are in a folder of that name; without a browser there is no play."""
    path = await asyncio.to_thread(found)  # it asks Playwright the other way, which no loop may see
    if path is None:
        pytest.skip(NONE)
    folder = ARTEFACTS / name
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.png"):
        old.unlink()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        theatre = Theatre(story, browser, folder)
        try:
            yield theatre
        finally:
            (folder / "texts.txt").write_text(told(story))
        await browser.close()
    assert theatre.wrong == []
