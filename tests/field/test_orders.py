"""Mission orders: nobody travels before one, everybody says that they have read it, and a changed one is read again."""

from datetime import timedelta

from tests.field.conftest import ORDER, alarms, asked_now, confirmed, field, member, on_site, ordered
from tests.story import Story


async def test_an_order_goes_to_everybody_and_ok_acknowledges_it(story: Story) -> None:
    reference, people = await ordered(story)
    assert any("Your mission order is ready" in text for text in people[0].hears())
    assert "noted that you read your order" in people[0].hears()[-1]
    told = await field(story, reference)
    assert told["state"] == "mobilising"
    assert {one["state"] for one in told["members"]} == {"ordered"}
    assert all(one["order_number_read"] for one in told["members"])


async def test_an_amendment_says_what_changed_and_must_be_read_again(story: Story) -> None:
    reference, people = await ordered(story)
    silent = await story.api("recommender", "POST", f"/deployments/{reference}/order", ORDER)
    assert silent.status_code == 422
    assert "changed" in silent.json()["errors"]
    await story.post("recommender", f"/deployments/{reference}/order", ORDER | {"changed": "Report at the school."})
    await story.settle()
    assert "Change to your mission order" in people[0].hears()[-1]
    assert not (await member(story, reference, people[0]))["order_number_read"]
    await people[0].texts("ok")
    assert (await member(story, reference, people[0]))["order_number_read"]


async def test_who_leaves_without_reading_is_told_once_more_and_the_desk_calls(story: Story) -> None:
    reference, people = await confirmed(story)
    await story.post("recommender", f"/deployments/{reference}/order", ORDER)
    await story.passes(timedelta(hours=28), timedelta(minutes=30))
    assert sum("You leave soon" in text for text in people[0].hears()) == 1
    assert any("has not acknowledged the mission order" in says for says in await alarms(story))
    await people[0].texts("ok")
    name = people[0].name
    assert not any(name in says and "acknowledged" in says for says in await alarms(story))


async def test_who_is_on_the_road_has_two_hours_for_a_change_and_is_not_told_that_they_leave(story: Story) -> None:
    reference, people = await on_site(story)
    await story.post("recommender", f"/deployments/{reference}/order", ORDER | {"changed": "Report at the school."})
    await story.passes(timedelta(minutes=90), timedelta(minutes=30))
    assert "Change to your mission order" in people[1].hears()[-1]
    await story.passes(timedelta(minutes=60), timedelta(minutes=30))
    assert "Please read the change to your mission order" in people[1].hears()[-1]
    assert not any("You leave soon" in text for text in people[1].hears())
    assert any("has not acknowledged the change" in says for says in await alarms(story))


async def test_no_order_before_anybody_has_a_seat_and_none_from_an_approver(story: Story) -> None:
    reference = await story.files()
    await story.approves(reference)
    early = await story.api("recommender", "POST", f"/deployments/{reference}/order", ORDER)
    assert early.status_code == 409
    reference, _ = await confirmed(story, needed_by="2026-12-20T12:00:00Z")
    assert (await story.api("approver", "POST", f"/deployments/{reference}/order", ORDER)).status_code == 403
    missing = await story.api("recommender", "POST", f"/deployments/{reference}/order", ORDER | {"report_to": " "})
    assert missing.status_code == 422


async def test_whoever_takes_a_seat_later_gets_the_order_too(story: Story) -> None:
    reference, people = await ordered(story)
    await people[1].texts("no")
    await story.settle()
    newcomer = await asked_now(story, reference)
    await newcomer.texts("yes")
    assert any("Your mission order is ready" in text for text in newcomer.hears())
