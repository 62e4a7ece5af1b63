"""A team is asked to stay: who can stays, the others' seats are filled, nobody passes a cap without two people."""

from datetime import datetime, timedelta

from sqlalchemy import select

from app.core.database import begin
from app.deployments.models import Assignment
from tests.field.conftest import alarms, asked_now, at_page, field, member, on_site
from tests.story import Person, Story
from tests.web.browser import APPROVER, RECOMMENDER, browser, headline


def _day(story_end: str, days: int) -> str:
    """So many days after an end, as the form takes it."""
    return (datetime.fromisoformat(story_end) + timedelta(days=days)).date().isoformat()


async def _asks(story: Story, reference: str, days: int = 1) -> dict[str, object]:
    """The desk asks the team to stay so many days longer; what stands."""
    ends = (await story.deployment(reference))["ends_at"]
    asked = {"until": _day(ends, days), "reason": "Two more funerals."}
    found: dict[str, object] = await story.post("recommender", f"/deployments/{reference}/extension", asked)
    await story.settle()
    return found


async def _states(story: Story, reference: str) -> dict[int, str]:
    found = await story.get(f"/deployments/{reference}/extension")
    return {one["expert_id"]: one["state"] for one in found["stays"]}


def _code(person: Person) -> str:
    """The word that the question taught."""
    said = [text for text in person.hears() if "Can you stay" in text][-1]
    return said.split("YES ")[1].split()[0]


async def test_each_is_asked_by_a_word_of_their_own_and_who_says_yes_stays(story: Story) -> None:
    reference, people = await on_site(story)
    before = (await story.deployment(reference))["ends_at"]
    await _asks(story, reference)
    codes = {_code(person) for person in people}
    assert all(code.startswith("E") and len(code) == 3 for code in codes)
    for person in people:
        await person.texts(f"YES {_code(person)}")
        assert any("You stay in CO" in text for text in person.hears())
    assert set((await _states(story, reference)).values()) == {"stays"}
    after = await story.deployment(reference)
    assert after["ends_at"] > before
    assert len(after["seats"]) == len(people)
    sheet = await field(story, reference)
    assert sheet["orders"][0]["number"] == 2
    assert not any(one["order_number_read"] for one in sheet["members"])


async def test_a_bare_yes_counts_when_nothing_else_waits(story: Story) -> None:
    reference, people = await on_site(story)
    await _asks(story, reference)
    await people[1].texts("yes")
    assert (await _states(story, reference))[people[1].id] == "stays"


async def test_who_goes_is_never_held_and_somebody_is_found_for_the_rest(story: Story) -> None:
    reference, people = await on_site(story)
    before = datetime.fromisoformat((await story.deployment(reference))["ends_at"])
    await _asks(story, reference, days=3)
    await people[0].texts(f"YES {_code(people[0])}")
    await people[1].texts(f"NO {_code(people[1])}")
    await people[2].texts(f"YES {_code(people[2])}")
    assert any("go home as planned" in text for text in people[1].hears())
    newcomer = await asked_now(story, reference)
    await newcomer.texts("yes")
    joined = await member(story, reference, newcomer)
    arrives = datetime.fromisoformat(joined["arrives_at"])
    assert joined["relieves"] == people[1].name
    assert before - timedelta(hours=13) < arrives <= before + timedelta(hours=1)


async def test_no_answer_means_going_home_as_planned(story: Story) -> None:
    reference, people = await on_site(story)
    await _asks(story, reference)
    for person in people[:2]:
        await person.texts(f"YES {_code(person)}")
    await story.passes(timedelta(hours=7), timedelta(minutes=30))
    assert (await _states(story, reference))[people[2].id] == "goes"
    assert any("time to answer is over" in text for text in people[2].hears())
    await people[2].texts(f"YES {_code(people[2])}")
    assert (await _states(story, reference))[people[2].id] == "goes"


async def test_a_question_taken_back_leaves_everything_as_it_was(story: Story) -> None:
    reference, people = await on_site(story)
    before = (await story.deployment(reference))["ends_at"]
    await _asks(story, reference)
    await people[0].texts(f"YES {_code(people[0])}")
    await story.post("recommender", f"/deployments/{reference}/extension/withdraw")
    await story.settle()
    assert (await story.deployment(reference))["ends_at"] == before
    assert any("does not stay longer" in text for text in people[0].hears())
    again = await story.api("recommender", "POST", f"/deployments/{reference}/extension/withdraw", {})
    assert again.status_code == 409


async def test_a_question_taken_back_changes_nothing_for_who_was_released_meanwhile(story: Story) -> None:
    reference, people = await on_site(story)
    await _asks(story, reference)
    await people[0].texts(f"YES {_code(people[0])}")
    path = f"/deployments/{reference}/members/{people[0].id}/check-ins"
    await story.post("recommender", path, {"step": "released"})
    rested = select(Assignment.span).where(Assignment.expert_id == people[0].id)
    async with begin() as session:
        before = await session.scalar(rested)
    await story.post("recommender", f"/deployments/{reference}/extension/withdraw")
    await story.settle()
    async with begin() as session:
        assert await session.scalar(rested) == before


async def test_a_cap_keeps_people_from_being_asked_until_two_people_set_it_aside(story: Story) -> None:
    reference, people = await on_site(story)
    await _asks(story, reference, days=5)
    assert set((await _states(story, reference)).values()) == {"capped"}
    assert not any("Can you stay" in text for text in people[0].hears())
    path = f"/deployments/{reference}/overrides"
    until = (await story.get(f"/deployments/{reference}/extension"))["until"]
    wanted = {"expert_id": people[0].id, "cap": "tour", "until": until, "reason": "She knows the families."}
    (asked,) = await story.post("recommender", path, wanted)
    assert any("asks to set the longest stay" in says for says in await alarms(story))
    alone = await story.api("recommender", "POST", f"{path}/{asked['id']}/grant", {"reason": "I say so."})
    assert alone.status_code == 409
    assert (await story.api("intake", "POST", f"{path}/{asked['id']}/grant", {"reason": "Me too."})).status_code == 403
    silent = await story.api("approver", "POST", f"{path}/{asked['id']}/grant", {"reason": " "})
    assert silent.status_code == 422
    await story.post("approver", f"{path}/{asked['id']}/grant", {"reason": "Agreed, with a day off."})
    await story.settle()
    states = await _states(story, reference)
    assert (states[people[0].id], states[people[1].id]) == ("asked", "capped")
    await people[0].texts(f"yes {_code(people[0]).lower()}")
    assert (await _states(story, reference))[people[0].id] == "stays"
    await story.passes(timedelta(hours=7), timedelta(minutes=30))
    assert (await _states(story, reference))[people[1].id] == "goes"


async def test_beyond_the_absolute_limit_nobody_is_asked_at_all(story: Story) -> None:
    reference, people = await on_site(story)
    await _asks(story, reference, days=13)
    assert set((await _states(story, reference)).values()) == {"goes"}
    assert not any("Can you stay" in text for text in people[0].hears())


async def test_bad_input_is_refused_beside_its_field(story: Story) -> None:
    reference, _ = await on_site(story)
    path, ends = f"/deployments/{reference}/extension", (await story.deployment(reference))["ends_at"]
    for form, field_name in (
        ({"until": _day(ends, 0), "reason": "More."}, "until"),
        ({"until": _day(ends, 60), "reason": "More."}, "until"),
        ({"until": _day(ends, 1), "reason": " "}, "reason"),
    ):
        refused = await story.api("recommender", "POST", path, form)
        assert refused.status_code == 422
        assert field_name in refused.json()["errors"]
    await _asks(story, reference)
    twice = await story.api("recommender", "POST", path, {"until": _day(ends, 2), "reason": "More."})
    assert twice.status_code == 409


async def test_the_page_asks_keeps_what_was_typed_and_takes_what_is_said_by_phone(story: Story) -> None:
    reference, people = await on_site(story)
    ends = (await story.deployment(reference))["ends_at"]
    page = f"/desk/requests/{reference}/stay"
    async with browser(story, RECOMMENDER) as desk:
        assert headline(await desk.opens(page)) == "The team leaves as planned"
        wrong = await desk.sends(page, until="", reason="Two more funerals.")
        assert wrong.status_code == 422
        assert "Two more funerals." in wrong.text
        asked = await desk.sends(page, until=_day(ends, 1), reason="Two more funerals.")
        assert "0 of 3 stay" in headline(asked)
        await story.settle()
        said = await desk.sends(f"{page}/members/{people[0].id}", verb="stays")
        assert "1 of 3 stay" in headline(said)
    async with at_page(story, people[1]) as phone:
        order = await phone.opens(f"/my/teams/{reference}/order")
        assert "Can you stay until" in order.text
        kept = await phone.sends(f"/my/teams/{reference}/stay", verb="goes")
        assert "You go home as planned" in kept.text
    assert (await _states(story, reference))[people[1].id] == "goes"


async def test_two_people_set_the_caps_aside_on_the_pages(story: Story) -> None:
    reference, people = await on_site(story)
    await _asks(story, reference, days=5)
    base = f"/desk/requests/{reference}"
    async with browser(story, RECOMMENDER) as desk:
        empty = await desk.sends(f"{base}/stay/overrides", reason="")
        assert empty.status_code == 422
        await desk.sends(f"{base}/stay/overrides", reason="They know the families.")
        waiting = await desk.opens(f"{base}/overrides")
        assert headline(waiting) == f"{len(people)} wait for a second person"
        assert "Set the cap aside" not in waiting.text
    asked = await story.get(f"/deployments/{reference}/overrides")
    async with browser(story, APPROVER) as desk:
        silent = await desk.sends(f"{base}/overrides/{asked[0]['id']}", verb="grant", reason="")
        assert silent.status_code == 422
        granted = await desk.sends(f"{base}/overrides/{asked[0]['id']}", verb="grant", reason="Agreed.")
        assert "set aside until" in granted.text
