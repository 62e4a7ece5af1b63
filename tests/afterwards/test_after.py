"""From the release to the close: tasks, the report, two acceptances by two people, lessons for the next team."""

import re
from datetime import UTC, datetime, timedelta

from app.core.clock import clock
from app.core.database import begin
from app.experts.models import Expert, Language
from tests.field.conftest import alarms, at_page, field, on_site
from tests.journeys.conftest import story
from tests.story import Person, Story
from tests.web.browser import APPROVER, INTAKE, RECOMMENDER, browser, headline

__all__ = ["story"]
WORDS = {
    "summary": "Helped both shifts and the families.", "went_well": "One car for all.", "to_improve": "Badges late.",
    "lessons": "Ask for badges before travel.",
}  # fmt: skip


async def _released(story: Story) -> tuple[str, list[Person]]:
    reference, people = await on_site(story)
    await story.post("recommender", f"/deployments/{reference}/demobilise")
    for item in ("hand_off", "equipment", "expenses", "notes_destroyed", "wellness_contact"):
        await story.post("recommender", f"/deployments/{reference}/sign-offs", {"item": item, "note": "Ana Lopez"})
    await story.post("recommender", f"/deployments/{reference}/release")
    await story.settle()
    return reference, people


async def _speaks(person: Person, language: Language) -> None:
    """Their record says so; their browser has chosen nothing."""
    async with begin() as session:
        (await session.get_one(Expert, person.id)).preferred_language = language


def _version(page: str) -> str:
    return str(re.findall(r'name="version" value="(\d+)"', page)[0])


async def test_a_report_is_written_by_the_leader_and_closed_by_two_partners(story: Story) -> None:
    reference, people = await _released(story)
    mine, desk_path = f"/my/teams/{reference}/after", f"/desk/requests/{reference}/after"
    async with browser(story, INTAKE) as reader:
        page = await reader.opens(desk_path)
        assert headline(page) == "The report is being written"
        assert "Save the words" not in page.text
    async with at_page(story, people[0]) as leader:
        page = await leader.opens(mine)
        assert headline(page) == "The report is being written"
        assert people[1].name in page.text
        assert "Save the words" in page.text
        await _speaks(people[0], Language.SPANISH)
        assert headline(await leader.opens(mine)) == "El informe se está escribiendo"
        unsaid = await leader.sends(mine, **WORDS | {"summary": "", "version": "1", "verb": "complete"})
        assert "Diga en pocas frases qué hizo el equipo." in unsaid.text
        await _speaks(people[0], Language.ENGLISH)
        empty = await leader.sends(mine, **WORDS | {"summary": "", "version": "1", "verb": "complete"})
        assert empty.status_code == 422
        assert WORDS["lessons"] in empty.text
        version = _version((await leader.opens(mine)).text)
        done = await leader.sends(mine, **WORDS, version=version, verb="complete")
        assert headline(done) == "Complete: the partners accept it"
        late = await leader.sends(mine, **WORDS, version="99", verb="save")
        assert late.status_code == 422
    async with at_page(story, people[1]) as other:
        assert (await other.opens(mine)).status_code == 404
    async with browser(story, RECOMMENDER) as iacp:
        wrong_side = await iacp.sends(f"{desk_path}/decide", verb="accept_doj")
        assert wrong_side.status_code == 403
        await iacp.sends(f"{desk_path}/decide", verb="accept_iacp")
        assert (await iacp.sends(f"{desk_path}/decide", verb="accept_iacp")).status_code == 409
    async with browser(story, APPROVER) as doj:
        closed = await doj.sends(f"{desk_path}/decide", verb="accept_doj")
        assert headline(closed) == "Accepted by both partners, and closed"
        found = await doj.opens("/desk/lessons?q=badges travel")
        assert WORDS["lessons"] in found.text
        assert "No report says that" in (await doj.opens("/desk/lessons?q=helicopter")).text
    assert (await field(story, reference))["state"] == "closed"


async def test_what_follows_is_on_the_list_and_whoever_forgets_is_reminded(story: Story) -> None:
    reference, _ = await _released(story)
    path = f"/desk/requests/{reference}/after"
    async with browser(story, RECOMMENDER) as desk:
        page = await desk.opens(path)
        assert page.text.count("Hot wash with the team") >= 1
        (first, *_rest) = re.findall(rf'action="{path}/tasks/(\d+)"', page.text)
        await desk.sends(f"{path}/tasks", what="Send the model policy", owner="The desk", due_on="2026-12-01")
        await desk.sends(f"{path}/tasks/{first}")
        assert "done " in (await desk.opens(path)).text
    clock.advance(datetime(2026, 12, 2, 2, tzinfo=UTC) - clock.now())  # the evening of the first, at the desk
    await story.looks_round()
    assert not any("Send the model policy" in says for says in await alarms(story))
    await story.passes(timedelta(days=8), timedelta(days=1))
    await story.looks_round()
    late = [says for says in await alarms(story) if "Not done by its day" in says]
    assert any("Ask the agency how it went" in says for says in late)
    assert any("Send the model policy" in says for says in late)
    assert not any("Hot wash" in says for says in late)
    async with browser(story, INTAKE) as intake:
        assert (await intake.sends(f"{path}/tasks", what="x", owner="y", due_on="2026-12-01")).status_code == 403
