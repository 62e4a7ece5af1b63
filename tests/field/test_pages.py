"""The order on a phone, the leader's page, and the desk's page of the road; without JavaScript."""

import re
from datetime import timedelta

from tests.field.conftest import ORDER, alarms, at_page, confirmed, field, member, on_site, ordered
from tests.story import Story
from tests.web.browser import APPROVER, CHIEF, RECOMMENDER, browser, headline


async def test_the_desk_sends_an_order_and_an_expert_reads_it_on_the_phone(story: Story) -> None:
    reference, people = await confirmed(story)
    road = f"/desk/requests/{reference}/road"
    async with browser(story, RECOMMENDER) as desk:
        assert headline(await desk.opens(road)) == "The team waits for its mission order"
        refused = await desk.sends(f"{road}/order", **ORDER | {"report_place": "", "travel": "One car for three."})
        assert refused.status_code == 422
        assert "One car for three." in refused.text
        assert "Fill this in." in refused.text
        sent = await desk.sends(f"{road}/order", **ORDER)
        assert headline(sent) == "3 of 3 have not read the order"
        paper = await desk.opens(f"{road}/order")
        assert headline(paper) == f"Mission order {reference}-1"
        assert ORDER["report_place"] in paper.text
        assert all(person.name in paper.text for person in people)
        assert (await desk.opens(f"{road}/order?number=7")).status_code == 404
        assert ORDER["report_to"] in (await desk.opens(f"/desk/requests/{reference}/print")).text
    await story.settle()
    async with at_page(story, people[1]) as phone:
        order = await phone.opens(f"/my/teams/{reference}/order")
        assert headline(order) == "Please read this, and say that you have"
        assert ORDER["report_place"] in order.text
        read = await phone.sends(f"/my/teams/{reference}/order")
        assert headline(read) == "You have read your mission order"
        assert ORDER["report_phone"] in (await phone.opens("/my/trips")).text  # and no other whom to report to
        assert (await phone.opens(f"/my/teams/{reference}")).status_code == 404
    assert (await member(story, reference, people[1]))["order_number_read"]


async def test_who_may_only_read_sees_no_buttons(story: Story) -> None:
    reference, _ = await confirmed(story)
    for who, sees in ((RECOMMENDER, True), (APPROVER, False)):
        async with browser(story, who) as desk:
            page = await desk.opens(f"/desk/requests/{reference}/road")
            assert page.status_code == 200
            assert ("Send the order to 3 people" in page.text) is sees


async def test_the_leader_reports_and_keeps_hours_and_a_colour_only(story: Story) -> None:
    reference, people = await on_site(story)
    base, other = f"/my/teams/{reference}", people[1]
    async with at_page(story, people[0]) as phone:
        page = await phone.opens(base)
        assert headline(page) == "3 of 3 are on site"
        assert "I can no longer go" not in (await phone.opens("/my")).text  # who is there asks for relief
        given = {"done": "Met both shifts.", "people_reached": "40", f"light-{other.id}": "red", "version": ""}
        wrong = await phone.sends(f"{base}/report", **given | {"people_reached": "many"})
        assert wrong.status_code == 422
        assert "Met both shifts." in wrong.text
        kept = await phone.sends(f"{base}/report", **given)
        assert "Today is reported" in kept.text
        late = await phone.sends(f"{base}/report", **given | {"done": "Other words"})
        assert late.status_code == 422
        assert "Somebody else has reported" in late.text
        assert "Other words" in late.text
        (day,) = re.findall(r'max="(\S+)"', (await phone.opens(f"{base}/hours/{other.id}")).text)
        told = await phone.sends(f"{base}/hours/{other.id}", day=day, on_site="11", travel="2.5")
        assert "13.5 h on" in told.text
    assert any(other.name in says and "red" in says for says in await alarms(story))
    seen = await field(story, reference)
    assert [report["people_reached"] for report in seen["reports"]] == [40]
    assert (await member(story, reference, other))["hours"] == 13.5


async def test_where_somebody_is_follows_the_plan_until_they_tell_and_the_agency_sees_who_came(story: Story) -> None:
    reference, people = await ordered(story)

    async def road() -> str:
        async with browser(story, RECOMMENDER) as desk:
            return (await desk.opens(f"/desk/requests/{reference}/road")).text

    before = await road()
    assert f"{people[0].name}: at home, has read the order" in before
    assert 'value="no_show"' not in before
    await story.passes(timedelta(hours=31), timedelta(hours=1))
    await people[0].texts("ARRIVED")
    after = await road()
    assert f"{people[0].name}: on site" in after
    assert f"{people[1].name}: by the plan on the way" in after
    assert 'value="no_show"' in after
    async with browser(story, CHIEF) as agency:
        page = (await agency.opens(f"/agency/requests/{reference}")).text
    assert page.count("With you since") == 1
    seats = (await story.deployment(reference))["seats"]
    assert [seat["expert_id"] for seat in seats if seat["arrived_at"]] == [people[0].id]
    assert page.count("Arrives ") == len(people) - 1
