"""Who is erased after a deployment leaves figures behind, and none of their words, limits or links."""

import re
from datetime import datetime, timedelta
from typing import LiteralString

import psycopg

from tests.field.conftest import on_site
from tests.postgres import libpq
from tests.story import Person, Story
from tests.web.browser import browser

WORDS = "My canary was ill all the time."
SAID: LiteralString = "select answers::text from surveys where expert_id = %s and answered_at is not null"
CAPS: LiteralString = "select caps::text from stays join assignments a on a.id = assignment_id where a.expert_id = %s"
LINKS: LiteralString = "select token_digest from surveys where expert_id = %s"


async def _asked_to_stay_beyond_a_cap(story: Story) -> tuple[str, list[Person]]:
    reference, people = await on_site(story)
    ends = datetime.fromisoformat((await story.deployment(reference))["ends_at"])
    asked = {"until": (ends + timedelta(days=5)).date().isoformat(), "reason": "Two more funerals."}
    await story.post("recommender", f"/deployments/{reference}/extension", asked)
    await story.settle()
    await story.post("recommender", f"/deployments/{reference}/extension/withdraw")
    return reference, people


async def _home(story: Story, reference: str, people: list[Person]) -> None:
    await story.post("recommender", f"/deployments/{reference}/demobilise")
    for item in ("hand_off", "equipment", "expenses", "notes_destroyed", "wellness_contact"):
        await story.post("recommender", f"/deployments/{reference}/sign-offs", {"item": item, "note": "Ana Lopez"})
    await story.post("recommender", f"/deployments/{reference}/release")
    await story.settle()
    for person in people:
        await person.texts("HOME")
    await story.passes(timedelta(hours=73), timedelta(hours=73))
    await story.looks_round()


def _rows(database_url: str, query: LiteralString, person: Person) -> list[tuple[object, ...]]:
    with psycopg.connect(libpq(database_url), autocommit=True) as connection:
        return connection.execute(query, [person.id]).fetchall()


async def test_words_of_surveys_and_caps_of_stays_go_and_links_end(story: Story, database_url: str) -> None:
    reference, people = await _asked_to_stay_beyond_a_cap(story)
    await _home(story, reference, people)
    amy = people[1]
    link = next(found[0] for text in amy.hears() if (found := re.search(r"/s/\w+", text)))
    async with browser(story) as phone:
        await phone.sends(link, ready="5", support="4", again="yes", words=WORDS)
    assert WORDS in str(_rows(database_url, SAID, amy))
    assert "tour" in str(_rows(database_url, CAPS, amy))
    await story.post("admin", f"/experts/{amy.id}/erase", {"why": "Their own wish"})
    await story.settle()
    (left,) = _rows(database_url, SAID, amy)
    assert "canary" not in str(left)
    assert '"ready": "5"' in str(left)  # the team's figure stays
    assert _rows(database_url, CAPS, amy) == [("[]",)]
    async with browser(story) as phone:
        assert (await phone.opens(link)).status_code == 404
    others = _rows(database_url, LINKS, people[0])
    assert others
    assert all(digest for (digest,) in others)
