"""A deployment of each team type from the agency's form to the close, at browsers and phones.

Minutes each; `make test-slow` runs them, pictures are in `artefacts/lives`. Time is moved, texts go through the
simulated carrier, nothing is skipped.
"""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from playwright.async_api import Page, expect

from app.core.clock import clock, in_zone
from app.deployments.teams import TEAM_NAMES
from app.web.render import DESK_ZONE
from tests.field.conftest import ORDER, asked_now, field
from tests.journeys.theatre import Theatre, opened
from tests.story import Person, Story
from tests.web.browser import APPROVER, CHIEF, RECOMMENDER

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]
INCIDENTS = {
    "T1": "An officer died by suicide", "T2": "An officer shot and killed somebody",
    "T3": "A shooting or attack with many victims",
}  # fmt: skip
AFTER = {
    "summary": "The team stood beside both shifts, the dispatchers and nine families.",
    "went_well": "One car for all; the chaplain knew the town.", "to_improve": "Badges came a day late.",
    "lessons": "Ask for badges before travel.",
}  # fmt: skip


async def _asks_for_a_team(play: Theatre, chief: Page, team_type: str) -> str:
    await play.goes(chief, "/agency")
    await chief.get_by_role("link", name="Ask for a team").click()
    await chief.get_by_role("button", name="Send a request").click()
    await play.takes(chief, "form")
    await chief.get_by_text(INCIDENTS[team_type]).click()
    await chief.get_by_role("button", name="Next").click()
    await chief.get_by_text("Within 24 hours").click()
    await chief.get_by_role("button", name="Next").click()
    await chief.get_by_role("button", name="Next").click()
    await chief.get_by_label("A phone we can call now").fill("719-555-0142")
    await chief.get_by_role("button", name="Next").click()
    await chief.get_by_role("button", name="Send request").click()
    await expect(chief.get_by_role("heading", level=1)).to_contain_text("We have your request")
    await play.takes(chief, "request-sent")
    await play.story.settle()
    return chief.url.rsplit("/", 1)[1]


async def _decides(play: Theatre, desk: Page, approver: Page, reference: str, team_type: str) -> None:
    here = f"/desk/requests/{reference}"
    await play.goes(desk, here)
    await desk.get_by_role("button", name="Take it on").click()
    await desk.locator("#f-recommend").get_by_text(TEAM_NAMES[team_type]).click()
    await desk.get_by_label("Note for the approver").fill("Called the chief: the town asks for help.")
    await play.takes(desk, "recommending")
    await desk.get_by_role("button", name="Recommend this team").click()
    await play.shows(approver, here, "deciding")
    await approver.get_by_role("button", name="Approve the deployment").click()
    await play.story.settle()
    await play.shows(desk, here, "proposed")
    await desk.get_by_role("button", name=re.compile(r"Ask \d+ experts")).click()
    await play.story.settle()
    await play.story.passes(timedelta(seconds=10), timedelta(seconds=10))


async def _all_say_yes(play: Theatre, reference: str) -> None:
    """Whoever is asked says yes by text; one of them on the page behind the link, with the code to the phone."""
    story, answered = play.story, set[int]()
    for _ in range(40):
        waiting = [one for one in await story.offers(reference) if one["state"] == "contacting"]
        fresh = [one for one in waiting if one["id"] not in answered]
        if not fresh:
            if (await story.deployment(reference))["state"] != "offering":
                return
            await story.passes(timedelta(minutes=5), timedelta(minutes=1))
            continue
        for one in fresh:
            answered.add(one["id"])
            await (await story.person(one["expert_id"])).texts("YES")
    raise AssertionError("the team is not complete")


async def _team(story: Story, reference: str) -> list[Person]:
    seats = (await story.deployment(reference))["seats"]
    return [await story.person(seat["expert_id"]) for seat in seats if seat["expert_id"]]


async def _leader(story: Story, reference: str, people: Sequence[Person]) -> Person:
    seats = (await story.deployment(reference))["seats"]
    leads = next(seat["expert_id"] for seat in seats if seat["expert_id"] and seat["code"] == "TL")
    return next(person for person in people if person.id == leads)


async def _is_sent(play: Theatre, desk: Page, reference: str) -> list[Person]:
    """The order is written, printed and read; the first by the leader on the phone, the others by text."""
    story, road = play.story, f"/desk/requests/{reference}/road"
    await play.shows(desk, road, "road-before-the-order")
    for name, words in ORDER.items():
        await desk.locator(f'[name="{name}"]').fill(words)
    await desk.get_by_role("button", name=re.compile("Send the order to")).click()
    await story.settle()
    people = await _team(story, reference)
    words = await play.prints(desk, f"{road}/order.pdf", "printed-order")
    assert f"Mission order {reference}-1" in words
    assert all(person.name in words for person in people)
    assert ORDER["report_place"] in words
    for person in people[1:]:
        await person.texts(f"OK {(await story.offer_to(reference, person))['code']}")
    phone = await play.expert(people[0])
    await play.shows(phone, f"/my/teams/{reference}/order", "order-on-the-phone")
    await phone.get_by_role("button", name="I have read it").click()
    await story.settle()
    members = (await field(story, reference))["members"]
    assert {one["order_number_read"] for one in members} == {1}
    return people


async def _arrives(play: Theatre, chief: Page, desk: Page, reference: str, people: Sequence[Person]) -> None:
    await play.story.passes(timedelta(hours=25), timedelta(hours=1))
    for person in people:
        await person.texts("ARRIVED")
    assert (await field(play.story, reference))["state"] == "active"
    await play.shows(desk, f"/desk/requests/{reference}/road", "on-site")
    await play.shows(chief, f"/agency/requests/{reference}", "the-agency-sees-who-is-there")


async def _reports(play: Theatre, leader: Page, reference: str, person: Person) -> None:
    """The day's report and the leader's hours, on the phone."""
    team = f"/my/teams/{reference}"
    await play.goes(leader, team)
    await leader.get_by_label("What was done").fill("Met both shifts and three families.")
    await leader.get_by_label("What is planned for tomorrow").fill("The vigil.")
    await leader.get_by_label("People reached today, about").fill("40")
    await leader.locator(f'label[for="light-{person.id}-green"]').click()
    await play.takes(leader, "report-on-the-phone")
    await leader.get_by_role("button", name="Send the report").click()
    await expect(leader.get_by_text("Today is reported")).to_be_visible()
    await play.goes(leader, f"{team}/hours/{person.id}")
    await leader.locator('input[inputmode="decimal"]').first.fill("9.5")
    await play.takes(leader, "hours-on-the-phone")
    await leader.get_by_role("button", name="Keep these hours").click()
    await play.story.settle()


async def _is_extended(play: Theatre, desk: Page, reference: str, people: Sequence[Person]) -> None:
    """The desk asks for a day more; everybody can."""
    story, stay = play.story, f"/desk/requests/{reference}/stay"
    ends = datetime.fromisoformat((await story.deployment(reference))["ends_at"])
    await play.goes(desk, stay)
    await desk.get_by_label("New last day on site").fill((ends + timedelta(days=1)).date().isoformat())
    await desk.get_by_label("Why", exact=True).fill("The funeral is a day later.")
    await desk.get_by_role("button", name="Ask the team to stay").click()
    await story.settle()
    await play.shows(desk, stay, "asked-to-stay")
    for person in people:
        (code,) = [text.split("YES ")[1].split()[0] for text in person.hears() if "Can you stay" in text]
        await person.texts(f"YES {code}")
    await play.shows(desk, stay, "everybody-stays")
    assert datetime.fromisoformat((await story.deployment(reference))["ends_at"]) > ends


async def _is_relieved(play: Theatre, desk: Page, reference: str, person: Person) -> Person:
    """One text asks for relief; somebody new reads the order and comes, and the one relieved goes home."""
    story = play.story
    await person.texts("RELIEF")
    newcomer = await asked_now(story, reference)
    await play.shows(desk, f"/desk/requests/{reference}/road", "relief-is-sought")
    await newcomer.texts("YES")
    await newcomer.texts(f"OK {(await story.offer_to(reference, newcomer))['code']}")
    await story.passes(timedelta(hours=23), timedelta(hours=1))
    await newcomer.texts("ARRIVED")
    await play.shows(desk, f"/desk/requests/{reference}/road", "relieved")
    await person.texts("HOME")
    assert "Your rest has begun" in person.hears()[-1]
    return newcomer


async def _leaves(play: Theatre, desk: Page, reference: str, people: Sequence[Person]) -> None:
    story, road = play.story, f"/desk/requests/{reference}/road"
    await story.passes(timedelta(hours=40), timedelta(hours=4))
    await play.goes(desk, road)
    await desk.get_by_role("button", name="Begin the demobilisation").click()
    await desk.get_by_label("Who at the host accepted it").fill("The county's victim services")
    for _ in range(5):
        await desk.get_by_role("button", name=re.compile("^Sign")).first.click()
    await play.takes(desk, "boxes-signed")
    await desk.get_by_role("button", name="Release the team").click()
    await story.settle()
    for person in people:
        await person.texts("HOME")
        assert "Your rest has begun" in person.hears()[-1], person.hears()[-3:]


async def _is_asked_how_it_was(play: Theatre, people: Sequence[Person]) -> None:
    """Experts after three days, the agency after seven: by link, on phones."""
    story = play.story
    await _noon_after(story, timedelta(hours=74))
    chief_hears = [m["body"] for m in story.carrier.messages if m["to"].endswith("7195550142")]
    for number, person in enumerate(people):
        (link,) = {found[0] for text in person.hears() if (found := re.search(r"/s/\w+", text))}
        await _answers(play, link, "survey-of-an-expert" if number == 0 else "")
    await _noon_after(story, timedelta(days=4))
    said = [m["body"] for m in story.carrier.messages if m["to"].endswith("7195550142")][len(chief_hears) :]
    (link,) = {found[0] for text in said if (found := re.search(r"/s/\w+", text))}
    await _answers(play, link, "survey-of-the-agency")


async def _noon_after(story: Story, span: timedelta) -> None:
    """The desk's noon after a while: nobody is woken by a survey."""
    there = in_zone(clock.now() + span, DESK_ZONE)
    span += timedelta(hours=(12 - there.hour) % 24)
    await story.passes(span, span)
    await story.looks_round()


async def _answers(play: Theatre, link: str, name: str) -> None:
    phone = await play.phone()
    await phone.goto(link)
    for group in await phone.get_by_role("group").all():
        await group.locator("label").first.click()
    if name:
        await phone.locator("#words").fill("Ask for badges before travel.")
        await play.takes(phone, name)
    await phone.get_by_role("button", name="Send my answers").click()
    await expect(phone.get_by_role("heading", level=1)).to_have_text("Thank you, we have your answers")
    await phone.context.close()


async def _is_closed(play: Theatre, leader: Page, desk: Page, approver: Page, reference: str) -> str:
    """The leader's report, accepted by both partners; its printed words."""
    after = f"/desk/requests/{reference}/after"
    await play.goes(leader, f"/my/teams/{reference}/after")
    for name, words in AFTER.items():
        await leader.locator(f'[name="{name}"]').fill(words)
    await play.takes(leader, "after-action-on-the-phone")
    await leader.get_by_role("button", name="Complete the report").click()
    for page, side in ((desk, "IACP"), (approver, "DOJ")):
        await play.shows(page, after, f"before-{side}-accepts")
        await page.get_by_role("button", name=f"Accept for {side}").click()
    await expect(approver.get_by_role("heading", level=1)).to_have_text("Accepted by both partners, and closed")
    await play.takes(approver, "closed")
    return await play.prints(desk, f"{after}.pdf", "printed-report")


@pytest.mark.parametrize("team_type", ["T1", "T2", "T3"])
async def test_a_team_from_the_agencys_form_to_the_close(story: Story, team_type: str) -> None:
    async with opened(story, team_type) as play:
        chief, desk, approver = [await play.staff(email) for email in (CHIEF, RECOMMENDER, APPROVER)]
        reference = await _asks_for_a_team(play, chief, team_type)
        await _decides(play, desk, approver, reference, team_type)
        await _all_say_yes(play, reference)
        await play.shows(desk, f"/desk/requests/{reference}", "confirmed")
        people = await _is_sent(play, desk, reference)
        await _arrives(play, chief, desk, reference, people)
        person = await _leader(story, reference, people)
        leader = await play.expert(person) if person != people[0] else await _signed_in_before(play)
        await _reports(play, leader, reference, person)
        served = list(people)
        if team_type == "T1":
            await _is_extended(play, desk, reference, people)
        else:
            tired = next(one for one in people if one != person)
            served.append(await _is_relieved(play, desk, reference, tired))
            people = [one for one in served if one != tired]
        await _leaves(play, desk, reference, people)
        await _is_asked_how_it_was(play, served)
        words = await _is_closed(play, leader, desk, approver, reference)
        assert f"After-action report {reference}" in words
        assert all(one.name in words for one in served)
        assert AFTER["lessons"] in words
        assert (await field(story, reference))["state"] == "closed"
        await play.shows(desk, "/desk/figures", "figures")


async def _signed_in_before(play: Theatre) -> Page:
    """The phone on which the first of the team read the order."""
    return play.browser.contexts[-1].pages[0]
