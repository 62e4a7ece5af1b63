"""A request from intake to the decision, by pages: the call, questions, what belongs together, who saw what."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select

from app.access import users
from app.core.database import begin
from app.requests.models import Decision, Request
from app.seed.filling import DEMO_PASSWORD
from tests.desk.forms import area, hidden
from tests.story import Story
from tests.web.browser import APPROVER, CHIEF, INTAKE, RECOMMENDER, Browser, browser, headline

SECOND = "second@desk.example"


@pytest.fixture
async def reference(story: Story) -> AsyncIterator[str]:
    """A request that intake has taken on."""
    made = await story.files()
    await story.post("intake", f"/requests/{made}/take-in")
    await story.settle()
    yield made


async def _page(page: Browser, reference: str) -> str:
    answer = await page.opens(f"/desk/requests/{reference}")
    assert answer.status_code == 200, answer.text
    return answer.text


async def _add_second_officer() -> None:
    async with begin() as session:
        await users.add(
            session, email=SECOND, name="Kim Second", roles=["intake_officer"], password=DEMO_PASSWORD
        )  # fmt: skip


async def test_what_is_noted_of_the_call_stands_on_the_page_and_in_the_story(story: Story, reference: str) -> None:
    async with browser(story, INTAKE) as page:
        said = {"version": "0", "safety": "Two protests <tonight>\nState police on site", "media": "National"}
        assert (await page.sends(f"/desk/requests/{reference}/notes", **said)).status_code == 200
        shown = await _page(page, reference)
        assert "Two protests &lt;tonight&gt;\nState police on site" in shown
        assert "noted what was said in the intake call: safety, media" in shown
        assert hidden(shown, "f-notes", "version") == "1"
    async with browser(story, APPROVER) as page:
        assert "State police on site" in await _page(page, reference)
        assert "f-notes" not in await _page(page, reference)
    async with browser(story, CHIEF) as page:
        assert "State police" not in (await page.opens(f"/agency/requests/{reference}")).text
    assert (await story.api("chief", "GET", f"/requests/{reference}/call-notes")).status_code == 403


async def test_two_officers_note_different_answers_and_both_stand(story: Story, reference: str) -> None:
    await _add_second_officer()
    async with browser(story, INTAKE) as one, browser(story, SECOND) as two:
        await one.sends(f"/desk/requests/{reference}/notes", version="0", safety="Quiet", media="")
        saved = await two.sends(f"/desk/requests/{reference}/notes", version="0", safety="", media="National")
        assert saved.status_code == 200
    notes = await story.get(f"/requests/{reference}/call-notes")
    assert (notes["version"], notes["safety"], notes["media"]) == (2, "Quiet", "National")


async def test_the_same_answer_noted_by_two_shows_both_before_one_is_overwritten(story: Story, reference: str) -> None:
    await _add_second_officer()
    async with browser(story, INTAKE) as one, browser(story, SECOND) as two:
        await one.sends(f"/desk/requests/{reference}/notes", version="0", safety="Quiet")
        refused = await two.sends(f"/desk/requests/{reference}/notes", version="0", safety="A threat by phone")
        assert refused.status_code == 409
        assert "changed this request while you wrote" in refused.text
        assert "<strong>Theirs:</strong> Quiet" in refused.text
        assert area(refused.text, "notes-safety") == "A threat by phone"
        assert (await story.get(f"/requests/{reference}/call-notes"))["safety"] == "Quiet"
        version = hidden(refused.text, "f-notes", "version")
        await two.sends(f"/desk/requests/{reference}/notes", version=version, safety="A threat by phone")
    assert (await story.get(f"/requests/{reference}/call-notes"))["safety"] == "A threat by phone"


async def test_over_the_api_the_same_answer_is_refused_with_theirs(story: Story, reference: str) -> None:
    path = f"/requests/{reference}/call-notes"
    first = await story.api("intake", "PUT", path, {"scope": "Officers"}, **{"If-Match": '"0"'})
    assert (first.status_code, first.headers["etag"]) == (200, '"1"')
    late = await story.api("recommender", "PUT", path, {"scope": "Families"}, **{"If-Match": '"0"'})
    assert (late.status_code, late.json()["theirs"]) == (409, {"scope": "Officers"})
    assert (await story.api("intake", "PUT", path, {"scope": "x"})).status_code == 428


async def test_a_correction_meets_another_officers_and_neither_is_lost(story: Story, reference: str) -> None:
    await _add_second_officer()
    async with browser(story, INTAKE) as one, browser(story, SECOND) as two:
        was = {"was_days": "3", "was_summary": "", "was_report_to": "Ellen Marsh"}
        await one.sends(f"/desk/requests/{reference}/facts", **was, days="4", summary="")
        kept = await two.sends(f"/desk/requests/{reference}/facts", **was, days="3", summary="Gym")
        assert kept.status_code == 200
        both = await two.sends(f"/desk/requests/{reference}/facts", **was, days="5", report_to="Front desk")
        assert both.status_code == 409
        assert "<strong>Theirs:</strong> 4" in both.text
        wrong = await two.sends(f"/desk/requests/{reference}/facts", was_days="4", days="many")
        assert wrong.status_code == 422
        assert "from 1 to 14" in wrong.text
    request = await story.get(f"/requests/{reference}")
    assert (request["days"], request["summary"], request["report_to"]) == (4, "Gym", "Ellen Marsh")


async def test_a_question_reaches_the_agency_by_text_and_its_answer_stands_in_the_thread(
    story: Story, reference: str
) -> None:
    async with browser(story, INTAKE) as page:
        empty = await page.sends(f"/desk/requests/{reference}/ask", question="  ")
        assert empty.status_code == 422
        await page.sends(f"/desk/requests/{reference}/ask", question="Is there a room for families?")
        assert "Not answered yet" in await _page(page, reference)
    await story.settle()
    (told,) = [m["body"] for m in story.carrier.messages if "question" in m["body"]]
    assert reference in told
    async with browser(story, CHIEF) as page:
        await page.sends(f"/agency/requests/{reference}/answer", answer="Yes, the library.")
    async with browser(story, RECOMMENDER) as page:
        shown = await _page(page, reference)
        assert shown.index("Is there a room for families?") < shown.index("Yes, the library.")


async def test_an_answer_given_by_phone_is_entered_by_the_desk(story: Story, reference: str) -> None:
    await story.post("intake", f"/requests/{reference}/questions", {"question": "Who leads?"})
    async with browser(story, INTAKE) as page:
        await page.sends(f"/desk/requests/{reference}/answer", answer="The sheriff.")
        assert "The sheriff." in await _page(page, reference)
    assert (await story.get(f"/requests/{reference}"))["state"] == "in_intake"


async def test_a_likely_duplicate_is_named_with_its_reasons_and_merged(story: Story, reference: str) -> None:
    second = await story.files(summary="The same evening, from the deputy")
    far = await story.files(city="Durango", latitude=37.27, longitude=-107.88, occurred_at="2026-01-02T10:00:00Z")
    async with browser(story, INTAKE) as page:
        shown = await _page(page, second)
        assert "Same agency, same place, same kind of event" in shown
        assert far not in shown
        merged = await page.sends(f"/desk/requests/{second}/merge", other=reference)
        assert headline(merged) == "Harlan Ridge, CO waits for a recommendation"
        assert f"{second}</a> became part of this request" in merged.text
        assert f'goes on as <a class="usa-link" href="/desk/requests/{reference}"' in await _page(page, second)
        assert (await page.sends(f"/desk/requests/{second}/merge", other=reference)).status_code == 409
    assert (await story.get(f"/requests/{second}"))["state"] == "merged"


async def test_requests_of_two_agencies_are_linked_and_never_merged(story: Story, reference: str) -> None:
    form = {
        "incident_type": "mass_shooting", "city": "Harlan Ridge", "state": "CO", "latitude": 38.8,
        "longitude": -104.8, "contact_name": "Neil", "contact_phone": "719-555-0143", "contact_email": "n@x.example",
    }  # fmt: skip
    other = (await story.post("stranger", "/requests", form))["reference"]
    async with browser(story, INTAKE) as page:
        await page.sends(f"/desk/requests/{reference}/link", other=other)
        await page.sends(f"/desk/requests/{other}/link", other=reference)
        assert "Linked." in await _page(page, other)
        assert (await page.sends(f"/desk/requests/{other}/merge", other=reference)).status_code == 409
        assert (await page.sends(f"/desk/requests/{other}/link", other=other)).status_code == 409
        assert (await page.sends(f"/desk/requests/{other}/link", other="99-9999")).status_code == 404


async def test_a_team_is_approved_with_changes_on_terms(story: Story, reference: str) -> None:
    await story.post("recommender", f"/requests/{reference}/recommend", {"team_type": "T2"})
    async with browser(story, APPROVER) as page:
        terms = {"verb": "approve", "team_type": "T1", "days": "2", "conditions": "No media", "review_on": "2026-12-01"}
        wrong = await page.sends(f"/desk/requests/{reference}/decide", **terms, funding_ceiling="a lot")
        assert wrong.status_code == 422
        assert "whole number of dollars" in wrong.text
        assert area(wrong.text, "approve-conditions") == "No media"
        await page.sends(f"/desk/requests/{reference}/decide", **terms, funding_ceiling="$25,000")
        shown = await _page(page, reference)
        assert "Funding ceiling: $25,000" in shown
        assert "Need confirmed, with changes" in shown
    async with begin() as session:
        decision = (await session.scalars(select(Decision).where(Decision.kind == "approved"))).one()
        assert (decision.team_type, decision.funding_ceiling, str(decision.review_on)) == ("T1", 25000, "2026-12-01")
        assert (await session.get_one(Request, decision.request_id)).days == 2


async def test_it_is_given_back_with_a_reason(story: Story, reference: str) -> None:
    await story.post("recommender", f"/requests/{reference}/recommend", {"team_type": "T2"})
    async with browser(story, APPROVER) as page:
        fields = {"verb": "hand_back", "reason_code": "host_not_ready", "note": "No room yet"}
        said = await page.sends(f"/desk/requests/{reference}/decide", **fields)
        assert headline(said) == "Harlan Ridge, CO waits for a recommendation"
        assert "The host&#39;s commitments are missing. No room yet" in said.text


async def test_whoever_decides_sees_what_changed_since_the_page_was_opened(story: Story, reference: str) -> None:
    await story.post("recommender", f"/requests/{reference}/recommend", {"team_type": "T1"})
    async with browser(story, APPROVER) as page:
        seen = hidden(await _page(page, reference), "f-approve", "seen")
        await story.api(
            "intake", "PUT", f"/requests/{reference}/call-notes", {"safety": "A new threat"}, **{"If-Match": '"0"'}
        )
        fields = {"verb": "approve", "note": "Go ahead", "seen": seen}
        refused = await page.sends(f"/desk/requests/{reference}/decide", **fields)
        assert refused.status_code == 409
        assert "noted what was said in the intake call: safety" in refused.text
        assert area(refused.text, "approve-note") == "Go ahead"
        fields["seen"] = hidden(refused.text, "f-approve", "seen")
        done = await page.sends(f"/desk/requests/{reference}/decide", **fields)
        assert headline(done) == "The team for Harlan Ridge, CO is being composed"


async def test_one_takes_a_request_and_another_takes_it_over(story: Story, reference: str) -> None:
    async with browser(story, INTAKE) as page:
        assert "You look after it." in await _page(page, reference)
    async with browser(story, RECOMMENDER) as page:
        await page.sends(f"/desk/requests/{reference}/own")
        assert "You look after it." in await _page(page, reference)
    async with browser(story, INTAKE) as page:
        assert "Robin Simms looks after it." in await _page(page, reference)
