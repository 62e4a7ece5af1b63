"""A drill of the texts: who gets one, whose answer counts, what the report says, and that nothing real is disturbed."""

import re
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from app.core.clock import clock
from app.core.database import begin
from app.core.settings import get_settings
from app.experts.models import Contact, Expert
from app.messaging.models import Message
from app.simulator.faults import Faults
from tests.story import Person, Story
from tests.web.browser import APPROVER, RECOMMENDER, browser, headline

NIGHT = timedelta(hours=11)
"""From the story's noon to 11 p.m. in New York, 8 p.m. in Los Angeles."""


async def starts(story: Story, **choice: Any) -> dict[str, Any]:
    """The desk starts a drill, and the texts go out."""
    made: dict[str, Any] = await story.post("recommender", "/drills", choice)
    await story.settle()
    await story.passes(timedelta(seconds=20), timedelta(seconds=10))
    return made


async def report(story: Story, drill: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = await story.get(f"/drills/{drill['id']}")
    return found


async def people_of(story: Story, drill: dict[str, Any], outcome: str = "silent") -> list[Person]:
    lines = (await report(story, drill))["lines"]
    return [await story.person(line["expert_id"]) for line in lines if line["outcome"] == outcome]


async def outcome_of(story: Story, drill: dict[str, Any], person: Person) -> str:
    lines = (await report(story, drill))["lines"]
    return str(next(line["outcome"] for line in lines if line["expert_id"] == person.id))


def drills(person: Person) -> list[str]:
    return [text for text in person.hears() if "TEST" in text or "PRUEBA" in text]


async def test_everybody_ready_is_texted_and_each_answer_counts_once(story: Story) -> None:
    drill = await starts(story)
    code = drill["code"]
    amy, ben, *_ = await people_of(story, drill)
    assert len(drills(amy)) == 1
    assert f"1 {code}" in drills(amy)[0]
    await story.passes(timedelta(minutes=7))
    await amy.texts(f"1 {code}")
    await ben.texts("1")
    assert amy.hears()[-1].startswith("RRT: Thank you") or "Gracias" in amy.hears()[-1]
    heard = len(amy.hears())
    await amy.texts(f"1 {code}")
    assert len(amy.hears()) == heard  # said a moment ago
    told = await report(story, drill)
    assert told["answered"] == 2
    assert told["texted"] == len([line for line in told["lines"] if line["outcome"] != "not_asked"])
    assert 7 <= told["median_minutes"] < 9
    assert await story.get("/inbox", who="recommender") == []


async def test_a_drill_ends_by_itself_and_a_late_answer_is_noted_as_late(story: Story) -> None:
    drill = await starts(story, hours=1)
    amy = (await people_of(story, drill))[0]
    await story.passes(timedelta(minutes=61), timedelta(minutes=15))
    assert (await report(story, drill))["state"] == "ended"
    await amy.texts(f"1 {drill['code']}")
    assert await outcome_of(story, drill, amy) == "late"
    assert "late" in amy.hears()[-1] or "tardia" in amy.hears()[-1]
    assert (await report(story, drill))["answered"] == 0


async def test_at_night_the_text_waits_for_the_morning_there(story: Story) -> None:
    await story.passes(NIGHT, timedelta(hours=1))
    drill = await starts(story, hours=24)
    lines = (await report(story, drill))["lines"]
    async with begin() as session:
        zones = {row.id: row.time_zone for row in await session.execute(select(Expert.id, Expert.time_zone))}
    in_east = [
        line for line in lines if zones[line["expert_id"]] == "America/New_York" and line["outcome"] != "not_asked"
    ]
    in_west = [
        line for line in lines if zones[line["expert_id"]] == "America/Los_Angeles" and line["outcome"] != "not_asked"
    ]
    assert {line["outcome"] for line in in_east} == {"waiting"}
    assert {line["outcome"] for line in in_west} == {"silent"}
    await story.passes(timedelta(hours=10), timedelta(hours=1))
    lines = (await report(story, drill))["lines"]
    assert all(
        line["outcome"] == "silent" for line in lines if line["expert_id"] in {one["expert_id"] for one in in_east}
    )


async def test_a_drill_that_ends_before_the_morning_asks_nobody_there(story: Story) -> None:
    await story.passes(NIGHT, timedelta(hours=1))
    drill = await starts(story, hours=2)
    told = await report(story, drill)
    assert "Night there until the end" in {line["why"] for line in told["lines"]}
    assert told["waiting"] == 0


async def test_after_stop_or_without_a_number_nobody_is_texted_and_the_report_says_why(story: Story) -> None:
    async with begin() as session:
        contacts = (await session.scalars(select(Contact).where(Contact.kind == "mobile").order_by(Contact.id))).all()
        stopped, numberless = contacts[0].expert_id, contacts[1].expert_id
        await session.execute(update(Contact).where(Contact.expert_id == stopped).values(texts_stopped_at=clock.now()))
        for contact in await session.scalars(select(Contact).where(Contact.expert_id == numberless)):
            await session.delete(contact)
        await session.execute(update(Expert).where(Expert.id.in_([stopped, numberless])).values(eligible_from=None))
    drill = await starts(story)
    why = {line["expert_id"]: line["why"] for line in (await report(story, drill))["lines"]}
    assert why[stopped] == "Wants no texts"
    assert why[numberless] == "No phone number"
    assert not drills(await story.person(stopped))


async def test_stop_during_a_drill_ends_the_texts_and_is_no_answer(story: Story) -> None:
    drill = await starts(story)
    amy = (await people_of(story, drill))[0]
    await amy.texts("STOP")
    assert await outcome_of(story, drill, amy) == "silent"
    again = await starts(story)
    assert await outcome_of(story, again, amy) == "not_asked"


async def test_who_is_asked_in_earnest_or_has_a_seat_gets_no_test_and_one_means_yes_to_the_offer(story: Story) -> None:
    drill = await starts(story, hours=8)
    reference = await story.files()
    await story.approves(reference)
    asked = await story.asks(reference)
    second = await starts(story, hours=8)
    for person in asked:
        assert await outcome_of(story, second, person) == "not_asked"
    assert all(len(drills(person)) <= 1 for person in asked)
    await asked[0].texts("1")
    assert (await story.offer_to(reference, asked[0]))["state"] == "accepted"
    assert await outcome_of(story, drill, asked[0]) == "silent"
    await asked[1].texts(f"1 {drill['code']}")
    assert (await story.offer_to(reference, asked[1]))["state"] == "contacting"
    assert await outcome_of(story, drill, asked[1]) == "answered"


async def test_an_offer_overtakes_the_texts_of_a_drill(story: Story, monkeypatch: Any) -> None:
    monkeypatch.setenv("RRT_TEXTS_PER_SECOND", "1")
    get_settings.cache_clear()
    reference = await story.files()
    await story.approves(reference)
    await story.post("recommender", "/drills", {})
    await story.settle()
    await story.post("recommender", f"/deployments/{reference}/rosters/1/accept")
    await story.settle()
    await story.passes(timedelta(seconds=8), timedelta(seconds=1))
    async with begin() as session:
        rows = (await session.scalars(select(Message).order_by(Message.id))).all()
    assert {row.state for row in rows if row.kind == "offer"} == {"delivered"}
    assert sum(row.state == "queued" for row in rows if row.kind == "drill") > 8


async def test_a_number_that_does_not_work_is_in_the_report_and_no_alarm(story: Story) -> None:
    story.carrier.faults = Faults(undelivered=1.0, undelivered_code=30005)
    drill = await starts(story)
    told = await report(story, drill)
    assert told["undeliverable"] == told["texted"] > 0
    assert "This number is not in service." in {line["why"] for line in told["lines"]}
    assert await story.get("/alarms", who="recommender") == []


async def test_two_experts_with_one_phone_get_one_text_and_one_answer_counts_for_both(story: Story) -> None:
    drill = await starts(story, hours=1)
    amy, ben, *_ = await people_of(story, drill)
    async with begin() as session:
        theirs = update(Contact).where(Contact.expert_id == ben.id, Contact.kind == "mobile")
        await session.execute(theirs.values(number=amy.number))
    again = await starts(story, hours=2)
    assert sum(again["code"] in text for text in amy.hears()) == 1
    await amy.texts(f"1 {again['code']}")
    assert await outcome_of(story, again, amy) == await outcome_of(story, again, ben) == "answered"


async def test_ended_by_the_desk_what_waits_is_not_sent(story: Story) -> None:
    await story.passes(NIGHT, timedelta(hours=1))
    drill = await starts(story, hours=24)
    waiting = await people_of(story, drill, "waiting")
    await story.post("recommender", f"/drills/{drill['id']}/end")
    await story.passes(timedelta(hours=10), timedelta(hours=1))
    assert not any(drills(person) for person in waiting)
    assert (await story.api("recommender", "POST", f"/drills/{drill['id']}/end", {})).status_code == 409


async def test_what_is_wrong_is_said_and_a_repeated_request_starts_one_drill(story: Story) -> None:
    wrongs = ({"disciplines": ["XX"]}, {"states": ["ZZ"]}, {"hours": 0}, {"hours": 10**20})
    for wrong in wrongs:
        answer = await story.api("recommender", "POST", "/drills", wrong)
        assert answer.status_code == 422
        assert answer.json()["errors"].keys() == wrong.keys()
    assert (await story.api("recommender", "POST", "/drills", {"states": ["GU"]})).status_code == 409
    twice = [await story.api("recommender", "POST", "/drills", {}, **{"Idempotency-Key": "k"}) for _ in range(2)]
    assert twice[0].json()["id"] == twice[1].json()["id"]
    assert len(await story.get("/drills")) == 1
    assert (await story.api("approver", "POST", "/drills", {})).status_code == 403
    assert (await story.api("chief", "GET", "/drills", None)).status_code == 403


async def test_the_desk_starts_watches_and_ends_a_drill_by_pages(story: Story) -> None:
    async with browser(story, RECOMMENDER) as page:
        assert headline(await page.opens("/desk/drills")) == "No drill is running"
        wrong = await page.sends("/desk/drills", disciplines="MH", hours="soon")
        assert wrong.status_code == 422
        assert "Choose 1 to 48 hours." in wrong.text
        assert re.search(r'value="MH" checked', wrong.text)
        started = await page.sends("/desk/drills", disciplines="MH", hours="4")
        code = re.findall(r"D\d\d", headline(started))[0]
        await story.settle()
        await story.passes(timedelta(seconds=20), timedelta(seconds=10))
        drill = (await story.get("/drills"))[0]
        amy = (await people_of(story, drill))[0]
        await amy.texts(f"1 {code}")
        shown = await page.opens(f"/desk/drills/{drill['id']}")
        assert headline(shown) == f"1 of {drill['texted']} has answered drill {code}"
        assert amy.name in shown.text
        assert headline(await page.opens("/desk/drills")) == "One drill is running"
        ended = await page.sends(f"/desk/drills/{drill['id']}/end")
        assert headline(ended) == f"1 of {drill['texted']} answered drill {code}"
        assert (await page.opens("/desk/drills/999999")).status_code == 404
    async with browser(story, APPROVER) as page:
        assert "Start the drill" not in (await page.opens("/desk/drills")).text


async def test_while_texts_go_out_the_page_says_how_many_are_out_and_when_the_last_one_is(
    story: Story, monkeypatch: Any
) -> None:
    monkeypatch.setenv("RRT_TEXTS_PER_SECOND", "1")
    get_settings.cache_clear()
    drill = await story.post("recommender", "/drills", {})
    await story.settle()
    await story.passes(timedelta(seconds=10), timedelta(seconds=1))
    told = await report(story, drill)
    left = (told["texted"] - 11) * 1.0
    async with browser(story, RECOMMENDER) as page:
        shown = await page.opens(f"/desk/drills/{drill['id']}")
        assert re.search(rf"1[0-2] of {told['texted']} texts are out; the last leaves about \d", shown.text)
        assert "Drill: 1" in (await page.opens("/desk")).text
    ends = (datetime.fromisoformat(told["last_out_at"]) - clock.now()).total_seconds()
    assert abs(ends - left) < 5
