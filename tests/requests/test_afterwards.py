"""The agency's page from the confirmed team to the end, and the rating of the help."""

from tests.field.conftest import on_site
from tests.story import Story
from tests.web.browser import CHIEF, RECOMMENDER, browser, headline


async def test_the_leaders_phone_is_told_once_the_team_is_confirmed_and_not_before(story: Story) -> None:
    reference = await story.files()
    await story.approves(reference)
    people = await story.asks(reference)
    async with browser(story, CHIEF) as page:
        await people[0].texts("yes")
        asking = (await page.opens(f"/agency/requests/{reference}")).text
        for person in people:
            assert person.name not in asking
            assert person.number not in asking
        for person in people[1:]:
            await person.texts("yes")
        told = (await page.opens(f"/agency/requests/{reference}")).text
    leader = people[0]
    assert f'href="tel:{leader.number}"' in told
    assert "Call the team leader" in told
    assert all(person.number not in told for person in people[1:])


async def test_a_time_that_has_passed_is_no_change_of_when_the_team_is_needed(story: Story) -> None:
    reference = await story.files()
    seen = {"If-Match": (await story.api("chief", "GET", f"/requests/{reference}")).headers["ETag"]}
    late = {"needed_by": "2026-11-20T08:00:00-07:00"}
    answer = await story.api("chief", "PATCH", f"/requests/{reference}", late, **seen)
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["needed_by"])
    kept = await story.api("chief", "PATCH", f"/requests/{reference}", {"days": 4}, **seen)
    assert kept.json()["days"] == 4


async def test_the_help_is_rated_once_the_team_gets_ready_to_leave_and_the_desk_reads_it(story: Story) -> None:
    reference, _ = await on_site(story)
    async with browser(story, CHIEF) as page:
        assert headline(await page.opens(f"/agency/requests/{reference}")) == "Your team is with you"
        assert (await page.sends(f"/agency/requests/{reference}/rate", help="5")).status_code == 409
        await story.post("recommender", f"/deployments/{reference}/demobilise")
        leaving = await page.opens(f"/agency/requests/{reference}")
        assert headline(leaving) == "Your team is getting ready to leave"
        assert "Three questions, a minute" in leaving.text
        nothing = await page.sends(f"/agency/requests/{reference}/rate")
        assert nothing.status_code == 422
        assert "Answer at least one question" in nothing.text
        assert (await page.sends(f"/agency/requests/{reference}/rate", help="9")).status_code == 422
        await page.sends(f"/agency/requests/{reference}/rate", help="4", words="More <sleep>.")
        thanks = await page.sends(f"/agency/requests/{reference}/rate", help="5", again="yes", words="More <sleep>.")
        assert "Thank you for telling us how it was" in thanks.text
        kept = await page.opens(f"/agency/requests/{reference}/rate")
        assert 'value="5" checked' in kept.text
    said = await story.get(f"/deployments/{reference}/rating")
    assert (said["help"], said["in_time"], said["again"], said["words"]) == (5, None, "yes", "More <sleep>.")
    assert (await story.api("stranger", "GET", f"/deployments/{reference}/rating")).status_code == 404
    async with browser(story, RECOMMENDER) as desk:
        read = (await desk.opens(f"/desk/requests/{reference}")).text
        assert "Help 5 of 5. Would ask again: yes. More &lt;sleep&gt;." in read
        assert (await desk.sends(f"/agency/requests/{reference}/rate", help="1")).status_code == 403


async def test_an_answer_that_names_a_victim_is_shown_once_more_and_no_answer_is_asked_for(story: Story) -> None:
    reference = await story.files()
    await story.post("intake", f"/requests/{reference}/take-in")
    await story.post("intake", f"/requests/{reference}/questions", {"question": "Who was there?"})
    async with browser(story, CHIEF) as page:
        address = f"/agency/requests/{reference}/answer"
        empty = await page.sends(address, answer="  ")
        assert empty.status_code == 422
        assert "Write a few words" in empty.text
        named = "The victim was Maria Lopez."
        warned = await page.sends(address, answer=named)
        assert headline(warned) == "We need an answer from you"
        assert named in warned.text
        (seen,) = {part.split('"')[0] for part in warned.text.split('name="seen" value="')[1:]}
        sent = await page.sends(address, answer=named, seen=seen)
        assert headline(sent) == "We are looking at your request"
        assert "Questions and answers" in sent.text
        assert named in sent.text
