"""A browser without JavaScript: it keeps cookies, follows redirects, and reads what a page says."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from html import unescape

import httpx

from app.seed.filling import DEMO_PASSWORD
from tests.standing import PLAIN
from tests.story import Story


class Browser:
    """One person at one browser."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http

    async def opens(self, path: str) -> httpx.Response:
        """Open a page."""
        return await self.http.get(path)

    async def sends(self, path: str, **fields: str) -> httpx.Response:
        """Send a form, and go where that leads."""
        return await self.http.post(path, data=fields)


def headline(answer: httpx.Response) -> str:
    """What the page's only h1 says."""
    (found,) = re.findall(r"<h1[^>]*>(.*?)</h1>", answer.text, re.DOTALL)
    return unescape(re.sub(r"<[^>]+>", "", found)).strip()


@asynccontextmanager
async def browser(story: Story, email: str | None = None, password: str = DEMO_PASSWORD) -> AsyncIterator[Browser]:
    """A browser, signed in as `email` if that is given."""
    async with httpx.AsyncClient(
        base_url=story.carrier.public_url, follow_redirects=True, timeout=30, verify=PLAIN
    ) as http:
        opened = Browser(http)
        if email is not None:
            answer = await opened.sends("/sign-in", email=email, password=password)
            assert answer.status_code == 200, answer.text
        yield opened


CHIEF, INTAKE = "chief@harlanridge.example", "intake@desk.example"
RECOMMENDER, APPROVER = "recommend@desk.example", "approve@desk.example"
ADMIN, EXPERT = "admin@desk.example", "expert@experts.example"
