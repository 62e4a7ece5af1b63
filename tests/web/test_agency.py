"""An agency's pages: the form, its own requests and nobody else's."""

from app.access import users
from app.core.database import begin
from app.seed.filling import DEMO_PASSWORD
from tests.story import Story
from tests.web.browser import CHIEF, browser, headline


async def test_another_agency_finds_no_page_of_the_request_and_can_change_nothing(story: Story) -> None:
    reference = await story.files()
    agency_id = (await story.get("/requests", who="chief"))["items"][0]["agency_id"]
    async with begin() as session:
        await users.add(
            session, email="other@portamity.example", name="Pat Other", roles=["requester"],
            password=DEMO_PASSWORD, agency_id=agency_id + 1,
        )  # fmt: skip
    async with browser(story, "other@portamity.example") as page:
        assert headline(await page.opens("/agency")) == "You have no request with us"
        assert (await page.opens(f"/agency/requests/{reference}")).status_code == 404
        assert (await page.sends(f"/agency/requests/{reference}/withdraw")).status_code == 404
    assert (await story.get(f"/requests/{reference}"))["state"] == "submitted"


async def test_a_question_is_answered_and_the_request_withdrawn_on_its_page(story: Story) -> None:
    reference = await story.files()
    await story.post("intake", f"/requests/{reference}/take-in")
    await story.post("intake", f"/requests/{reference}/questions", {"question": "How many <officers>?"})
    async with browser(story, CHIEF) as page:
        asked = await page.opens(f"/agency/requests/{reference}")
        assert headline(asked) == "We need an answer from you"
        assert "How many &lt;officers&gt;?" in asked.text
        answered = await page.sends(f"/agency/requests/{reference}/answer", answer="About 20")
        assert headline(answered) == "We are looking at your request"
        ended = await page.sends(f"/agency/requests/{reference}/withdraw")
        assert headline(ended) == "You have withdrawn this request"


async def test_names_are_told_only_once_the_team_is_confirmed(story: Story) -> None:
    reference = await story.files()
    await story.approves(reference)
    people = await story.asks(reference)
    async with browser(story, CHIEF) as page:
        assert "We are asking experts now." in (await page.opens("/agency")).text
        for person in people:
            assert person.name not in (await page.opens(f"/agency/requests/{reference}")).text
            offer = await story.offer_to(reference, person)
            await person.texts(f"YES {offer['code']}")
        told = await page.opens(f"/agency/requests/{reference}")
        assert headline(told) == f"Your team of {len(people)} is confirmed"
        for person in people:
            assert person.name in told.text
        assert f"Your team of {len(people)} is confirmed." in (await page.opens("/agency")).text
