"""Relief that comes before the one relieved is there: at home they stay, on the way they turn round; one for one."""

from datetime import timedelta

import pytest

from tests.field.conftest import alarms, asked_now, field, member, on_site, ordered
from tests.story import Person, Story

HOUR = timedelta(hours=1)


async def _arrives(story: Story, reference: str, person: Person) -> None:
    await story.post("recommender", f"/deployments/{reference}/members/{person.id}/check-ins", {"step": "arrived"})
    await story.settle()


async def _names(story: Story, reference: str) -> set[str]:
    return {one["expert_name"] for one in (await field(story, reference))["members"]}


async def _seats(story: Story, reference: str) -> list[str]:
    seats = (await story.deployment(reference))["seats"]
    return sorted(seat["state"] for seat in seats if seat["state"] != "cancelled")


async def test_who_asks_at_home_need_not_leave_it_once_somebody_goes_instead(story: Story) -> None:
    reference, (leader, tired, other) = await ordered(story)
    await tired.texts("RELIEF")
    assert "We look for somebody to go instead of you" in tired.hears()[-1]
    assert sum("go instead of you" in text for text in tired.hears()) == 1
    newcomer = await asked_now(story, reference)
    assert tired.name in await _names(story, reference)
    await newcomer.texts("yes")
    assert "Somebody goes instead of you" in tired.hears()[-1]
    assert await _names(story, reference) == {leader.name, newcomer.name, other.name}
    assert await _seats(story, reference) == ["filled"] * 3
    await story.passes(29 * HOUR, HOUR)
    await newcomer.texts("ARRIVED")
    assert await _names(story, reference) == {leader.name, newcomer.name, other.name}
    assert not any("expected you on site" in text or "Are you home" in text for text in tired.hears())
    assert (await story.get(f"/experts/{tired.id}/exposure"))["entries"] == []


@pytest.mark.parametrize("is_told", [True, False])
async def test_who_is_on_the_way_turns_back_and_is_looked_after_until_home(story: Story, is_told: bool) -> None:
    reference, (_, tired, _) = await ordered(story)
    await story.passes(29 * HOUR, HOUR)
    if is_told:
        await tired.texts("LEFT")
    await tired.texts("RELIEF")
    assert "We look for somebody to relieve you now" in tired.hears()[-1]
    newcomer = await asked_now(story, reference)
    await newcomer.texts("yes")
    assert (await member(story, reference, tired))["state"] in ("ordered", "en_route")
    await _arrives(story, reference, newcomer)
    assert (await member(story, reference, tired))["state"] == "relieved"
    assert "Turn back now, and text HOME" in tired.hears()[-1]
    assert await _seats(story, reference) == ["filled"] * 3
    await story.passes(24 * HOUR, 2 * HOUR)
    assert f"{tired.name} has not said that they are home." in await alarms(story)
    await tired.texts("HOME")
    assert (await member(story, reference, tired))["state"] == "home"
    assert (await story.get(f"/experts/{tired.id}/exposure"))["entries"] == []


async def test_who_is_there_all_the_same_when_told_to_turn_back_is_raised_to_the_desk(story: Story) -> None:
    reference, (_, tired, _) = await ordered(story)
    await story.passes(29 * HOUR, HOUR)
    await tired.texts("RELIEF")
    newcomer = await asked_now(story, reference)
    await newcomer.texts("yes")
    await _arrives(story, reference, newcomer)
    await tired.texts("ARRIVED")
    assert any(f"{tired.name} is on site, but here they are relieved" in says for says in await alarms(story))


@pytest.mark.parametrize("how", ["no", "no_show"])
async def test_who_does_not_come_at_all_leaves_one_seat_to_fill_not_two(story: Story, how: str) -> None:
    reference, (_, tired, _) = await ordered(story)
    await tired.texts("RELIEF")
    if how == "no":
        await tired.texts("no")
    else:
        path = f"/deployments/{reference}/members/{tired.id}/check-ins"
        await story.post("recommender", path, {"step": "no_show"})
    await story.passes(timedelta(minutes=2))
    newcomer = await asked_now(story, reference)
    await newcomer.texts("yes")
    assert await _seats(story, reference) == ["filled"] * 3
    assert not [offer for offer in await story.offers(reference) if offer["state"] == "contacting"]


async def test_relief_asked_for_on_the_way_home_is_looked_at_by_a_person(story: Story) -> None:
    reference, (_, tired, _) = await on_site(story)
    await story.post("recommender", f"/deployments/{reference}/members/{tired.id}/check-ins", {"step": "released"})
    await story.settle()
    await tired.texts("RELIEF")
    assert "A person at the desk looks now" in tired.hears()[-1]
    (left,) = await story.get("/inbox", who="recommender")
    assert (left["meaning"], left["expert_id"]) == ("relief_by_desk", tired.id)


async def test_who_goes_on_after_all_is_not_relieved_and_whoever_was_asked_is_told(story: Story) -> None:
    reference, (_, tired, _) = await on_site(story)
    path, body = f"/deployments/{reference}/relief/withdraw", {"expert_id": tired.id}
    assert (await story.api("recommender", "POST", path, body)).status_code == 409
    await tired.texts("RELIEF")
    newcomer = await asked_now(story, reference)
    await story.post("recommender", path, body)
    await story.settle()
    assert "no longer needed" in newcomer.hears()[-1]
    assert not (await member(story, reference, tired))["is_to_be_relieved"]
    assert await _seats(story, reference) == ["filled"] * 3
    await tired.texts("RELIEF")
    await (await asked_now(story, reference)).texts("yes")
    assert (await story.api("recommender", "POST", path, body)).status_code == 409
