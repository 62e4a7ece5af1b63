"""Nobody is disturbed more often in a day than the house allows, whichever teams want them."""

import pytest

from app.core.settings import get_settings
from tests.story import Story


@pytest.fixture(autouse=True)
def one_a_day(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever was asked once is left in peace for a day."""
    monkeypatch.setenv("RRT_QUESTIONS_PER_DAY", "1")
    get_settings.cache_clear()


async def test_who_was_asked_often_enough_today_is_asked_by_no_other_team_not_even_as_the_next(story: Story) -> None:
    first = await story.files()
    await story.approves(first)
    tired = {person.id: person for person in await story.asks(first)}
    for person in tired.values():
        await person.texts("NO")
    tired |= {offer["expert_id"]: await story.person(offer["expert_id"]) for offer in await story.offers(first)}
    second = await story.files()
    await story.approves(second)
    for person in await story.asks(second):
        await person.texts("NO")
    asked = {offer["expert_id"] for offer in await story.offers(second)}
    assert len(asked) > 3
    assert not asked & tired.keys()


async def test_the_desk_asks_them_all_the_same_with_a_written_reason(story: Story) -> None:
    first = await story.files()
    await story.approves(first)
    person = (await story.asks(first))[0]
    await person.texts("NO")
    second = await story.files()
    await story.approves(second)
    await story.asks(second)
    wish = {"seat": 1, "expert_id": person.id, "reason": ""}
    path = f"/deployments/{second}/call-out/ask"
    refused = await story.api("recommender", "POST", path, wish)
    assert "asked_often" in [rule["code"] for rule in refused.json()["rules"]]
    made = await story.api("recommender", "POST", path, wish | {"reason": "She offered to come"})
    assert made.status_code == 201
