"""An expert with a phone and a browser: opens the link of the last text, presses buttons, types the code that came."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from tests.story import Person, Story

FORM_KEY = re.compile(r'name="key" value="([0-9a-f]+)"')
THEN = re.compile(r'name="then" value="(\w+)"')
LINK = re.compile(r"(?:https?://)?127\.0\.0\.1:\d+(/x/[0-9A-Za-z]{27})\b")


def link_in(person: Person) -> str:
    """The path of the newest link that somebody was texted."""
    return [found[1] for text in person.hears() if (found := LINK.search(text))][-1]


def code_in(person: Person) -> str:
    """The newest code that somebody was texted."""
    return [found[1] for text in person.hears() if (found := re.search(r"code is (\d{8})\b", text))][-1]


class Phone:
    """One browser on somebody's phone."""

    def __init__(self, http: httpx.AsyncClient, story: Story) -> None:
        self.http, self.story = http, story
        self.shown = httpx.Response(200)

    async def opens(self, path: str) -> httpx.Response:
        """Open a link."""
        self.shown = await self.http.get(path)
        return self.shown

    async def presses(self, path: str, **fields: str) -> httpx.Response:
        """Press a button of the page that is shown; the one beside the code says what it is typed for."""
        key, then = FORM_KEY.search(self.shown.text), THEN.search(self.shown.text)
        given = {"key": key[1] if key else ""} | ({"then": then[1]} if then and "code" in fields else {})
        sent = await self.http.post(path, data=given | fields)
        await self.story.settle()
        self.shown = sent
        return sent

    async def says_yes(self, person: Person) -> httpx.Response:
        """Open the link, press yes, type the code."""
        path = link_in(person)
        await self.opens(path)
        await self.presses(path, answer="yes")
        return await self.presses(f"{path}/code", code=code_in(person))


@asynccontextmanager
async def a_phone(story: Story) -> AsyncIterator[Phone]:
    """A browser that knows nothing."""
    async with httpx.AsyncClient(base_url=story.carrier.public_url, follow_redirects=True, timeout=30) as http:
        yield Phone(http, story)


async def asked(story: Story, team_type: str = "T1", **fields: object) -> tuple[str, list[Person]]:
    """A team is asked: the request's reference, and its people in the order of the seats."""
    reference = await story.files(**fields)
    await story.approves(reference, team_type)
    return reference, await story.asks(reference)
