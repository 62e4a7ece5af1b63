"""Waves on a whole service: as many are asked as a full team in time needs, and the desk has its hand on it."""

from datetime import datetime, timedelta

import httpx
import pytest
from sqlalchemy import text, update

from app.core.clock import clock
from app.core.database import begin
from app.core.settings import get_settings
from app.dispatch.promises import broken
from app.experts.models import Expert
from app.seed.filling import DEMO_PASSWORD
from tests.story import Person, Story


@pytest.fixture(autouse=True)
def waves_on(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    """The stories of other tests ask one person a seat; these ask in waves."""
    monkeypatch.setenv("RRT_WAVES", "true")
    get_settings.cache_clear()


async def _asked(story: Story, **fields: str) -> tuple[str, list[Person]]:
    reference = await story.files(**fields)
    await story.approves(reference)
    return reference, await story.asks(reference)


async def _seats(story: Story, reference: str) -> list[int]:
    return [offer["seat"] for offer in await story.offers(reference)]


async def _unbroken() -> None:
    async with begin() as session:
        assert [str(each) for each in await broken(session)] == []


async def test_an_immediate_call_asks_several_a_seat_at_once_and_nobody_twice(story: Story) -> None:
    reference, people = await _asked(story)
    seats = await _seats(story, reference)
    assert set(seats) == {1, 2, 3}
    assert len(seats) > 3
    assert len({person.id for person in people}) == len(people)
    assert all(sum("Can you go" in text for text in person.hears()) == 1 for person in people)
    await _unbroken()


async def test_who_has_a_day_asks_one_a_seat_first(story: Story) -> None:
    reference, _ = await _asked(story, priority="urgent")
    assert await _seats(story, reference) == [1, 2, 3]


async def test_the_first_yes_has_the_seat_and_the_others_of_it_are_told(story: Story) -> None:
    reference, people = await _asked(story)
    seats = await _seats(story, reference)
    double = next(seat for seat in seats if seats.count(seat) > 1)
    first, second = [person for person, seat in zip(people, seats, strict=True) if seat == double][:2]
    await second.texts("YES")
    assert (await story.offer_to(reference, second))["state"] == "accepted"
    assert (await story.offer_to(reference, first))["state"] == "withdrawn"
    assert "Somebody else now has the seat" in first.hears()[-1]


async def test_silence_brings_exactly_whom_the_board_named_at_the_time_it_named(story: Story) -> None:
    reference, people = await _asked(story, priority="urgent")
    told = await story.get(f"/deployments/{reference}/call-out")
    assert told["next"]
    at = datetime.fromisoformat(told["next"][0]["at"])
    before = {person.id for person in people}
    await story.passes(at - clock.now() - timedelta(minutes=2))
    assert {offer["expert_id"] for offer in await story.offers(reference)} == before
    await story.passes(timedelta(minutes=4))
    asked = {offer["expert_id"] for offer in await story.offers(reference)} - before
    assert asked == {one["expert_id"] for one in told["next"]}


async def test_a_new_plan_takes_back_the_look_of_the_one_before(story: Story) -> None:
    _, people = await _asked(story, priority="urgent")
    for person in people[:2]:
        await person.texts("NO")
    waiting = text("select count(*) from procrastinate_jobs where task_name = 'dispatch.look' and status = 'todo'")
    async with begin() as session:
        assert await session.scalar(waiting) == 1


async def test_a_paused_call_out_asks_nobody_and_makes_up_for_it_afterwards(story: Story) -> None:
    reference, people = await _asked(story)
    await story.post("recommender", f"/deployments/{reference}/call-out/pause")
    for person in people:
        await person.texts("NO")
    await story.passes(timedelta(minutes=20))
    assert len(await story.offers(reference)) == len(people)
    assert (await story.get(f"/deployments/{reference}/call-out"))["is_paused"]
    await _unbroken()
    await story.post("recommender", f"/deployments/{reference}/call-out/resume")
    await story.settle()
    assert len(await story.offers(reference)) > len(people)
    await _unbroken()


async def test_the_desk_asks_the_next_person_now_and_leaves_another_out(story: Story) -> None:
    reference, people = await _asked(story, priority="urgent")
    named = (await story.get(f"/deployments/{reference}/call-out"))["next"][0]
    await story.post("recommender", f"/deployments/{reference}/call-out/skip", {"expert_id": named["expert_id"]})
    await story.post("recommender", f"/deployments/{reference}/call-out/push", {"seat": named["seat"]})
    await story.settle()
    offers = await story.offers(reference)
    assert len(offers) == len(people) + 1
    assert named["expert_id"] not in {offer["expert_id"] for offer in offers}
    assert sum(offer["seat"] == named["seat"] for offer in offers) == 2
    for person in people:
        await person.texts("NO")
    await story.passes(timedelta(hours=6), timedelta(minutes=10))
    assert named["expert_id"] not in {offer["expert_id"] for offer in await story.offers(reference)}


async def test_only_the_desk_has_its_hand_on_a_call_out(story: Story) -> None:
    reference, _ = await _asked(story)
    for verb, body in (("pause", {}), ("resume", {}), ("push", {"seat": 1}), ("skip", {"expert_id": 1})):
        for who in ("chief", "expert"):
            answer = await story.api(who, "POST", f"/deployments/{reference}/call-out/{verb}", body)
            assert answer.status_code in {403, 404}, (who, verb)
    missing = await story.api("recommender", "POST", f"/deployments/{reference}/call-out/push", {"seat": 99})
    assert missing.status_code == 404


async def test_silence_to_the_end_keeps_every_promise_at_every_look(story: Story) -> None:
    reference, _ = await _asked(story)
    for _ in range(14):
        await story.passes(timedelta(minutes=6), timedelta(minutes=2))
        await _unbroken()
    people = [offer["expert_id"] for offer in await story.offers(reference)]
    assert len(people) == len(set(people))


async def test_the_page_says_who_is_asked_next_and_its_buttons_work(story: Story) -> None:
    reference, people = await _asked(story, priority="urgent")
    named = (await story.get(f"/deployments/{reference}/call-out"))["next"][0]
    path = f"/desk/requests/{reference}"
    async with httpx.AsyncClient(base_url=story.carrier.public_url, follow_redirects=True, timeout=30) as page:
        await page.post("/sign-in", data={"email": "recommend@desk.example", "password": DEMO_PASSWORD})
        shown = (await page.get(path)).text
        assert f"If nobody answers, <strong>{named['name']}</strong> is asked at" in shown
        paused = await page.post(f"{path}/call-out", data={"verb": "pause"})
        assert "The call-out is paused" in paused.text
        refused = await page.post(f"{path}/call-out", data={"verb": "push", "seat": named["seat"]})
        assert refused.status_code == 409
        await page.post(f"{path}/call-out", data={"verb": "resume"})
        asked = await page.post(f"{path}/call-out", data={"verb": "push", "seat": named["seat"]})
        assert "The call-out is paused" not in asked.text
        assert (await page.post(f"{path}/call-out", data={"verb": "shout"})).status_code == 422
    assert len(await story.offers(reference)) == len(people) + 1


async def test_of_one_employer_nobody_is_asked_for_a_second_seat(story: Story) -> None:
    reference = await story.files()
    await story.approves(reference)
    roster = await story.get(f"/deployments/{reference}/rosters/1")
    listed = [[other["expert_id"] for other in seat["alternates"]] for seat in roster["seats"]]
    async with begin() as session:
        await session.execute(
            update(Expert).where(Expert.id.in_([one for seat in listed for one in seat])).values(employer="One Agency")
        )
    await story.asks(reference)
    await story.passes(timedelta(minutes=30))
    offers = await story.offers(reference)
    seats = {offer["seat"] for offer in offers if offer["expert_id"] in {one for seat in listed for one in seat}}
    assert len(seats) == 1
