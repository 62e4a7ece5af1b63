"""Relief from the first day: held where a stay may outlast limits, shown, never binding, asked first when needed."""

from datetime import timedelta

from tests.field.conftest import asked_now, confirmed, field, member, on_site, ordered
from tests.story import Story
from tests.web.browser import RECOMMENDER, browser


async def _held(story: Story, reference: str) -> dict[int, str | None]:
    return {one["expert_id"]: one["held_as_relief"] for one in (await field(story, reference))["members"]}


async def test_a_short_stay_holds_nobody(story: Story) -> None:
    reference, _ = await ordered(story)
    assert set((await _held(story, reference)).values()) == {None}


async def test_a_long_stay_holds_somebody_for_each_seat_and_asks_nobody(story: Story) -> None:
    reference, people = await confirmed(story, incident_type="civil_unrest_or_protest", days=7)
    assert set((await _held(story, reference)).values()) == {None}
    order = {"report_to": "Lt. Greene", "report_phone": "719-555-0177", "report_place": "North door"}
    await story.post("recommender", f"/deployments/{reference}/order", order)
    before = len(await story.offers(reference))
    await story.settle()
    held = await _held(story, reference)
    assert None not in held.values()
    assert len(set(held.values())) == len(people)
    assert not {person.name for person in people} & set(held.values())
    assert len(await story.offers(reference)) == before
    async with browser(story, RECOMMENDER) as desk:
        road = await desk.opens(f"/desk/requests/{reference}/road")
        assert f"{held[people[0].id]}</a> is held as relief" in road.text
        link = road.text.split("is held as relief")[0].rsplit('href="', 1)[1].split('"')[0]
        assert (
            f'Held as relief for <a class="usa-link" href="/desk/requests/{reference}' in (await desk.opens(link)).text
        )


async def test_who_is_held_is_asked_first_when_relief_is_needed_and_let_go_when_the_team_leaves(story: Story) -> None:
    reference, people = await on_site(story, incident_type="civil_unrest_or_protest", days=7)
    held = (await _held(story, reference))[people[1].id]
    await people[1].texts("RELIEF")
    newcomer = await asked_now(story, reference)
    assert newcomer.name == held
    await story.post("recommender", f"/deployments/{reference}/demobilise")
    await story.settle()
    assert set((await _held(story, reference)).values()) == {None}


async def test_a_hold_never_keeps_anybody_from_a_real_deployment(story: Story) -> None:
    reference, people = await ordered(story, incident_type="civil_unrest_or_protest", days=7)
    held = {name for name in (await _held(story, reference)).values() if name}
    other, team = await confirmed(story, incident_type="civil_unrest_or_protest", days=7)
    taken = held & {person.name for person in team}
    assert taken, "the best people nearby are held, and the second team takes them all the same"
    await story.passes(timedelta(hours=2), timedelta(hours=1))
    from app.field.ahead import look_again

    await look_again()
    await story.settle()
    again = {name for name in (await _held(story, reference)).values() if name}
    assert not taken & again
    assert await member(story, other, team[0])
    assert people
