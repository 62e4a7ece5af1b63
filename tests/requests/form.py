"""The agency's form at a browser without JavaScript: begin it, answer its steps, send it."""

from typing import Any

import httpx

from tests.web.browser import Browser

STEPS: dict[str, dict[str, Any]] = {
    "what": {"incident_type": "in_custody_death"},
    "where": {"city": "Sagewater", "state": "CO", "priority": "immediate"},
    "help": {"service_types": ["fac_setup", "not_sure"], "languages": ["es"], "days": "2"},
    "reach": {
        "contact_name": "E. Marsh", "contact_title": "Chief", "contact_phone": "719-555-0142",
        "contact_email": "chief@harlanridge.example",
    },
}  # fmt: skip
"""Answers that are enough."""


class Form:
    """One form of one person."""

    def __init__(self, page: Browser, address: str) -> None:
        self.page, self.address = page, address

    async def answers(self, slug: str, **fields: Any) -> httpx.Response:
        """Answer a step or section, and go where that leads."""
        return await self.page.http.post(f"{self.address}/{slug}", data=STEPS.get(slug, {}) | fields)

    async def opens(self, slug: str) -> httpx.Response:
        """Open a step or section."""
        return await self.page.opens(f"{self.address}/{slug}")

    async def fills(self) -> httpx.Response:
        """Answer all four steps; the look over everything."""
        for slug in STEPS:
            answer = await self.answers(slug)
            assert answer.status_code == 200, answer.text
        return answer

    async def sends(self, **fields: str) -> httpx.Response:
        """Send it; the page that follows."""
        return await self.page.http.post(f"{self.address}/check", data=fields)


async def begins(page: Browser) -> Form:
    """Press "Send a request"."""
    answer = await page.sends("/request")
    assert answer.status_code == 200, answer.text
    return Form(page, answer.url.path.removesuffix("/what"))


def reference_of(answer: httpx.Response) -> str:
    """The reference of the request whose page this is."""
    return answer.url.path.rsplit("/", 1)[1]
