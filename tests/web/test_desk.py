"""The desk's pages: forms by state and permission, answers by phone, nothing changed by reading."""

import re

from sqlalchemy import func, select

from app.core.database import begin
from app.core.events import Event
from app.seed.filling import DEMO_PASSWORD
from tests.story import Story
from tests.web.browser import APPROVER, CHIEF, EXPERT, INTAKE, RECOMMENDER, Browser, browser, headline


async def _events() -> int:
    async with begin() as session:
        # Signing in is an event of its own, and so is that somebody looked.
        looks = Event.kind.regexp_match(r"^user\.signed_in$|[._](viewed|listed|exported)$")
        count = select(func.count()).select_from(Event).where(~looks)
        return await session.scalar(count) or 0


async def _step(page: Browser, reference: str, form: str, **fields: str) -> str:
    answer = await page.sends(f"/desk/requests/{reference}/{form}", **fields)
    assert answer.status_code == 200, answer.text
    return headline(answer)


async def test_from_the_request_to_the_asked_team_by_pages_alone(story: Story) -> None:
    reference = await story.files()
    async with browser(story, INTAKE) as page:
        assert headline(await page.opens("/desk")) == "One thing needs you now"
        assert await _step(page, reference, "take-in") == "Harlan Ridge, CO waits for a recommendation"
    async with browser(story, RECOMMENDER) as page:
        said = await _step(page, reference, "recommend", team_type="T1", note="Called the chief.")
        assert said == "Harlan Ridge, CO waits for a decision"
        assert headline(await page.opens("/desk")) == "Nothing needs you now"
    async with browser(story, APPROVER) as page:
        said = await _step(page, reference, "decide", verb="approve")
        assert said == "The team for Harlan Ridge, CO is being composed"
    await story.settle()
    async with browser(story, RECOMMENDER) as page:
        proposed = await page.opens(f"/desk/requests/{reference}")
        assert headline(proposed) == "A team of 3 is proposed for Harlan Ridge, CO"
        assert "Ask 3 experts" in proposed.text
        assert "Review the team" in (await page.opens("/desk")).text
        assert re.search(r"\d+ of 160 characters", proposed.text)
        assert await _step(page, reference, "accept", version="1") == "The people for Harlan Ridge, CO are being asked"
        await story.settle()
        assert headline(await page.opens(f"/desk/requests/{reference}")) == "0 of 3 have said yes for Harlan Ridge, CO"


async def test_reading_every_page_changes_nothing(story: Story) -> None:
    reference = await story.files()
    await story.approves(reference)
    await story.asks(reference)
    before = await _events()
    pages = {
        RECOMMENDER: ("/desk", "/desk?part=board", f"/desk/requests/{reference}",
                      f"/desk/requests/{reference}?part=live", "/desk/replies", "/desk/replies?part=inbox"),
        CHIEF: ("/agency", "/request", f"/agency/requests/{reference}",
                f"/agency/requests/{reference}?part=status"),
        EXPERT: ("/my",),
    }  # fmt: skip
    for email, paths in pages.items():
        async with browser(story, email) as page:
            for path in paths:
                assert (await page.opens(path)).status_code == 200, path
    assert await _events() == before


async def test_whoever_recommended_is_not_offered_the_decision_and_cannot_take_it(story: Story) -> None:
    from app.access import users

    async with begin() as session:
        await users.add(
            session, email="both@desk.example", name="Kim Both", roles=["recommender", "approver"],
            password=DEMO_PASSWORD,
        )  # fmt: skip
    reference = await story.files()
    await story.post("intake", f"/requests/{reference}/take-in")
    async with browser(story, "both@desk.example") as page:
        await _step(page, reference, "recommend", team_type="T1")
        assert "Approve the deployment" not in (await page.opens(f"/desk/requests/{reference}")).text
        answer = await page.sends(f"/desk/requests/{reference}/decide", verb="approve")
        assert answer.status_code == 403
        assert "three different people" in answer.text


async def test_a_request_is_declined_and_another_referred(story: Story) -> None:
    ends = {
        "declined": {"verb": "decline", "reason_code": "outside_purpose"},
        "referred": {"verb": "refer", "to": "FBI VSD"},
    }
    for word, fields in ends.items():
        reference = await story.files()
        await story.post("intake", f"/requests/{reference}/take-in")
        await story.post("recommender", f"/requests/{reference}/recommend", {"team_type": "T1"})
        async with browser(story, APPROVER) as page:
            assert await _step(page, reference, "decide", **fields) == f"The request of Harlan Ridge, CO is {word}"


async def test_an_unknown_verb_or_body_changes_nothing(story: Story) -> None:
    reference = await story.files()
    await story.approves(reference)
    await story.asks(reference)
    before = await _events()
    offer = (await story.offers(reference))[0]["id"]
    async with browser(story, RECOMMENDER) as page:
        assert (await page.sends(f"/desk/requests/{reference}/offers/{offer}", verb="nonsense")).status_code == 422
    async with browser(story, APPROVER) as page:
        answer = await page.sends(f"/desk/requests/{reference}/decide", verb="refer", to="Somebody")
        assert answer.status_code == 422
    assert await _events() == before


async def test_a_yes_by_phone_seats_the_person_and_is_said_to_be_entered(story: Story) -> None:
    reference = await story.files()
    await story.approves(reference)
    people = await story.asks(reference)
    offer = await story.offer_to(reference, people[0])
    async with browser(story, RECOMMENDER) as page:
        await page.sends(f"/desk/requests/{reference}/offers/{offer['id']}", verb="yes")
        await story.settle()
        read = await page.opens(f"/desk/requests/{reference}")
        assert headline(read) == "1 of 3 have said yes for Harlan Ridge, CO"
        assert "(entered by Robin Simms)" in read.text
        refused = await page.sends(f"/desk/requests/{reference}/offers/{offer['id']}", verb="withdraw")
        assert refused.status_code == 403
    assert "You have the seat" in people[0].hears()[-1]


async def test_a_text_nobody_could_read_stands_whole_on_the_board_and_in_the_inbox(story: Story) -> None:
    reference = await story.files()
    await story.approves(reference)
    people = await story.asks(reference)
    await people[0].texts("hm <maybe> after the wedding, who else is going??")
    async with browser(story, RECOMMENDER) as page:
        assert "One text waits for a person" in (await page.opens("/desk")).text
        inbox = await page.opens("/desk/replies")
        assert headline(inbox) == "One text waits for you"
        assert "hm &lt;maybe&gt; after the wedding, who else is going??" in inbox.text
        (address,) = set(re.findall(r'action="(/desk/replies/\d+)"', inbox.text))
        assert headline(await page.sends(address, verb="yes")) == "No text waits for you"
    await story.settle()
    assert (await story.offer_to(reference, people[0]))["state"] == "accepted"


async def test_an_expert_reads_no_fact_of_the_incident_before_a_yes(story: Story) -> None:
    from app.access.models import User

    reference = await story.files(summary="The gymnasium", incident_type="mass_shooting")
    await story.approves(reference)
    people = await story.asks(reference)
    async with begin() as session:
        user = (await session.scalars(select(User).where(User.email == EXPERT))).one()
        user.expert_id = people[0].id
    async with browser(story, EXPERT) as page:
        asked = await page.opens("/my")
        assert headline(asked) == "Can you go to Colorado?"
        for secret in ("Harlan", "shooting", "gymnasium", "Marsh", reference):
            assert secret not in asked.text
        offer = await story.offer_to(reference, people[0])
        answered = await page.sends(f"/my/offers/{offer['id']}", answer="yes")
        assert headline(answered) == "You have a seat in Harlan Ridge, Colorado"
        assert (await page.sends(f"/my/offers/{offer['id']}", answer="maybe")).status_code == 422
        other = await story.offer_to(reference, people[1])
        assert (await page.sends(f"/my/offers/{other['id']}", answer="yes")).status_code == 404
