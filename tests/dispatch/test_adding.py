"""The desk asks somebody of its own choice: rules of safety refuse, others want a written reason that is kept."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from app.core.clock import clock
from app.core.database import begin
from app.core.events import Event
from app.dispatch.promises import broken
from app.experts.models import Absence, Credential, Expert
from tests.story import Person, Story


async def _asked(story: Story) -> tuple[str, list[Person], int]:
    """A call-out, who was asked, and a free expert who fits seat 1."""
    reference = await story.files()
    await story.approves(reference)
    people = await story.asks(reference)
    roster = await story.get(f"/deployments/{reference}/rosters/1")
    return reference, people, roster["seats"][0]["alternates"][0]["expert_id"]


async def _wishes(story: Story, reference: str, expert_id: int, reason: str = "", seat: int = 1) -> tuple[int, Any]:
    body = {"seat": seat, "expert_id": expert_id, "reason": reason}
    answer = await story.api("recommender", "POST", f"/deployments/{reference}/call-out/ask", body)
    await story.settle()
    return answer.status_code, answer.json()


async def _check(story: Story, reference: str, expert_id: int, seat: int = 1) -> dict[str, list[str]]:
    """The codes of the rules that speak against it."""
    path = f"/deployments/{reference}/call-out/check?seat={seat}&expert_id={expert_id}"
    found = await story.get(path, who="recommender")
    return {kind: [one["code"] for one in rules] for kind, rules in found.items()}


async def _unbroken() -> None:
    async with begin() as session:
        assert [str(each) for each in await broken(session)] == []


async def test_who_fits_is_asked_at_once_beside_the_others_and_first_yes_has_the_seat(story: Story) -> None:
    reference, people, wanted = await _asked(story)
    assert await _check(story, reference, wanted) == {"refused": [], "needs_reason": []}
    status, made = await _wishes(story, reference, wanted)
    assert (status, made["seat"], made["expert_id"]) == (201, 1, wanted)
    person = await story.person(wanted)
    assert "Can you go to" in person.hears()[0]
    await person.texts("YES")
    assert (await story.offer_to(reference, person))["state"] == "accepted"
    assert (await story.offer_to(reference, people[0]))["state"] == "withdrawn"
    await _unbroken()


async def test_a_rule_of_judgement_wants_a_reason_and_the_reason_is_kept(story: Story) -> None:
    reference, people, wanted = await _asked(story)
    async with begin() as session:
        both = update(Expert).where(Expert.id.in_([wanted, people[1].id]))
        await session.execute(both.values(employer="One Agency"))
    assert await _check(story, reference, wanted) == {"refused": [], "needs_reason": ["employer"]}
    status, refused = await _wishes(story, reference, wanted, "  ")
    assert (status, [rule["code"] for rule in refused["rules"]]) == (422, ["employer"])
    assert "Works for One Agency" in refused["errors"]["reason"]
    assert (await story.person(wanted)).hears() == []
    status, _ = await _wishes(story, reference, wanted, "the sheriff agrees")
    assert status == 201
    async with begin() as session:
        event = (await session.scalars(select(Event).where(Event.kind == "offer.added"))).one()
    assert (event.data["reason"], event.data["rules"]) == ("the sheriff agrees", ["employer"])
    assert event.actor_name == "Robin Simms"


@pytest.mark.parametrize("rule", ["eligible", "free", "papers"])
async def test_a_rule_of_safety_refuses_whatever_the_reason(story: Story, rule: str) -> None:
    reference, _, wanted = await _asked(story)
    now = clock.now()
    async with begin() as session:
        if rule == "eligible":
            rested = now + timedelta(days=30)
            await session.execute(update(Expert).where(Expert.id == wanted).values(eligible_from=rested))
        elif rule == "free":
            session.add(Absence(expert_id=wanted, starts_at=now, ends_at=now + timedelta(days=9)))
        else:
            await session.execute(delete(Credential).where(Credential.expert_id == wanted))
    status, refused = await _wishes(story, reference, wanted, "I want her all the same")
    assert (status, [one["code"] for one in refused["rules"]]) == (409, [rule])
    assert refused["detail"]
    assert (await story.person(wanted)).hears() == []


async def test_who_said_no_is_asked_again_only_with_a_reason(story: Story) -> None:
    reference, people, _ = await _asked(story)
    await people[0].texts("NO")
    assert (await _check(story, reference, people[0].id))["needs_reason"] == ["declined"]
    assert (await _wishes(story, reference, people[0].id))[0] == 422
    assert (await _wishes(story, reference, people[0].id, "called back, can come now"))[0] == 201
    await people[0].texts("YES")
    assert (await story.offer_to(reference, people[0]))["state"] == "accepted"
    await _unbroken()


async def test_who_is_asked_by_two_teams_can_say_yes_to_one_and_hears_that_the_other_is_over(story: Story) -> None:
    first, people, _ = await _asked(story)
    second, others, _ = await _asked(story)
    assert {one.id for one in people}.isdisjoint(one.id for one in others)
    both = people[0]
    seat = (await story.offer_to(first, both))["seat"]
    assert "asked_elsewhere" in (await _check(story, second, both.id, seat))["needs_reason"]
    assert (await _wishes(story, second, both.id, "the better fit there", seat))[0] == 201
    code = (await story.offer_to(second, both))["code"]
    await both.texts(f"YES {code}")
    assert [(await story.offer_to(one, both))["state"] for one in (first, second)] == ["withdrawn", "accepted"]
    assert any("You said YES to another team" in said for said in both.hears())
    await _unbroken()


async def test_bad_wishes_are_refused_with_a_reason(story: Story) -> None:
    reference, people, wanted = await _asked(story)
    assert (await _wishes(story, reference, people[0].id))[0] == 409
    assert (await _wishes(story, reference, 10**9))[0] == 404
    assert (await _wishes(story, reference, wanted, seat=99))[0] == 404
    assert (await _wishes(story, reference, wanted, "x" * 1001))[0] == 422
    await people[0].texts("YES")
    assert (await _wishes(story, reference, wanted))[0] == 409
    await story.post("recommender", f"/deployments/{reference}/call-out/pause")
    assert (await _wishes(story, reference, wanted, seat=2))[0] == 409
    for who in ("chief", "expert"):
        answer = await story.api(who, "POST", f"/deployments/{reference}/call-out/ask", {"seat": 1, "expert_id": 1})
        assert answer.status_code in {403, 404}


async def test_a_yes_with_the_code_of_an_ended_question_counts_for_the_one_that_the_team_asked_since(
    story: Story,
) -> None:
    reference, (person, *_), _ = await _asked(story)
    old = await story.offer_to(reference, person)
    await person.texts(f"NO {old['code']}")
    assert (await _wishes(story, reference, person.id, "she can after all", seat=old["seat"]))[0] == 201
    entering = f"/deployments/{reference}/offers/{old['id']}/answer"
    by_hand = await story.api("recommender", "POST", entering, {"answer": "yes"})
    assert (by_hand.status_code, by_hand.json()["detail"][:32]) == (409, "This person was asked again sinc")
    await person.texts(f"YES {old['code']}")
    states = [each["state"] for each in await story.offers(reference) if each["expert_id"] == person.id]
    assert sorted(states) == ["accepted", "declined"]
    assert "You have the seat" in person.hears()[-1]
    await person.texts(f"YES {old['code']}")
    assert "you still have the seat" in person.hears()[-1]
    await _unbroken()
