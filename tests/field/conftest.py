"""The story of the journeys, and a team on the road."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from app.access import sessions, users
from app.core.database import begin
from tests.journeys.conftest import story
from tests.remembered import remembered
from tests.story import Person, Story
from tests.web.browser import Browser, browser

__all__ = ["story"]
ORDER = {
    "report_to": "Lt. Rosa Greene", "report_phone": "719-555-0177", "report_place": "Headquarters, north door",
    "mission": "Support for officers and families.", "conditions": "Badges at the door.",
}  # fmt: skip
"""What the desk fills in."""
DAY = timedelta(hours=24)


@remembered
async def confirmed(story: Story, team_type: str = "T1", **fields: Any) -> tuple[str, list[Person]]:
    """A confirmed team: the reference, and its people in the order of the seats."""
    reference = await story.files(**fields)
    await story.approves(reference, team_type)
    people = await story.asks(reference)
    for person in people:
        await person.texts("yes")
    return reference, people


@remembered
async def ordered(story: Story, team_type: str = "T1", **fields: Any) -> tuple[str, list[Person]]:
    """A team that has its mission order and has read it."""
    reference, people = await confirmed(story, team_type, **fields)
    await story.post("recommender", f"/deployments/{reference}/order", ORDER)
    await story.settle()
    for person in people:
        await person.texts(f"OK {(await story.offer_to(reference, person))['code']}")
    return reference, people


@remembered
async def on_site(story: Story, team_type: str = "T1", **fields: Any) -> tuple[str, list[Person]]:
    """A team at work."""
    reference, people = await ordered(story, team_type, **fields)
    await story.passes(timedelta(hours=29), timedelta(hours=1))
    for person in people:
        await person.texts("ARRIVED")
    return reference, people


async def asked_now(story: Story, reference: str) -> Person:
    """The one person who is being asked."""
    (offer,) = [offer for offer in await story.offers(reference) if offer["state"] == "contacting"]
    return await story.person(offer["expert_id"])


async def field(story: Story, reference: str) -> dict[str, Any]:
    """The team on the road as the API tells it."""
    found: dict[str, Any] = await story.get(f"/deployments/{reference}/field")
    return found


async def member(story: Story, reference: str, person: Person) -> dict[str, Any]:
    """One of the team on the road."""
    return next(one for one in (await field(story, reference))["members"] if one["expert_id"] == person.id)


async def alarms(story: Story) -> list[str]:
    """What waits for the desk, in words."""
    found = await story.get("/alarms")
    rows = found["items"] if isinstance(found, dict) else found
    return [row["says"] for row in rows]


@asynccontextmanager
async def at_page(story: Story, person: Person) -> AsyncIterator[Browser]:
    """Somebody of the pool at their phone's browser, signed in."""
    async with begin() as session:
        user = await users.add(
            session, email=f"e{person.id}@experts.example", name=person.name, roles=["expert"], password=None,
            expert_id=person.id,
        )  # fmt: skip
        secret = await sessions.open_for(session, user)
    async with browser(story) as opened:
        opened.http.cookies.set(sessions.cookie_name(), secret)
        yield opened
