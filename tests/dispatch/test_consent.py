"""How far a call-out goes on by itself: at once, with approved alternates only, or when the desk has said so."""

import re

import pytest

from app.core.database import begin
from app.core.settings import get_settings
from app.dispatch.consent import goes_on
from app.dispatch.promises import broken
from app.dispatch.states import Consent
from tests.story import Person, Story
from tests.web.browser import RECOMMENDER, browser


async def _asked(story: Story) -> tuple[str, list[Person]]:
    reference = await story.files()
    await story.approves(reference)
    return reference, await story.asks(reference)


async def _chooses(story: Story, reference: str, level: str) -> None:
    await story.post("recommender", f"/deployments/{reference}/call-out/consent", {"level": level})
    await story.settle()


async def _call_out(story: Story, reference: str) -> dict[str, object]:
    found: dict[str, object] = await story.get(f"/deployments/{reference}/call-out")
    return found


async def _alternates(story: Story, reference: str, seat: int) -> list[int]:
    """Whom the desk approved for a seat beside the choice."""
    roster = await story.get(f"/deployments/{reference}/rosters/1")
    return [one["expert_id"] for one in roster["seats"][seat - 1]["alternates"]]


async def _unbroken() -> None:
    async with begin() as session:
        assert [str(each) for each in await broken(session)] == []


@pytest.mark.parametrize(
    ("level", "next_person", "does"),
    [
        (Consent.AUTOMATIC, 9, True),
        (Consent.ALTERNATES, 8, True),
        (Consent.ALTERNATES, 9, False),
        (Consent.ASK, 8, False),
        (Consent.ASK, None, True),
        (Consent.ALTERNATES, None, True),
    ],
)
def test_each_level_goes_on_by_itself_exactly_so_far(level: Consent, next_person: int | None, does: bool) -> None:
    assert goes_on(level, {1: next_person, 2: 7}, [1], {(1, 8), (2, 9)}) is does


async def test_when_the_desk_wants_to_be_asked_nobody_is_asked_before_it_said_so(story: Story) -> None:
    reference, people = await _asked(story)
    await _chooses(story, reference, "ask")
    await people[0].texts("NO")
    assert len(await story.offers(reference)) == 3
    waiting = (await _call_out(story, reference))["waiting"]
    assert isinstance(waiting, dict)
    assert waiting["headline"] == "May one more person be asked?"
    (change,) = waiting["changes"]
    assert people[0].name in change["text"]
    await _unbroken()
    await story.post("recommender", f"/deployments/{reference}/rosters/{waiting['version']}/accept")
    await story.settle()
    offers = await story.offers(reference)
    assert [offer["expert_id"] for offer in offers if offer["seat"] == change["seat"]] == [
        people[0].id, change["expert_id"],
    ]  # fmt: skip
    assert (await _call_out(story, reference))["waiting"] is None


async def test_an_approved_alternate_is_asked_at_once_and_anybody_else_after_a_yes_of_the_desk(story: Story) -> None:
    reference, people = await _asked(story)
    await _chooses(story, reference, "alternates")
    approved = await _alternates(story, reference, 1)
    await people[0].texts("NO")
    second = (await story.offers(reference))[1]
    assert (second["seat"], second["expert_id"] in approved) == (1, True)
    for one in approved:
        await story.post("recommender", f"/deployments/{reference}/call-out/skip", {"expert_id": one})
    await (await story.person(second["expert_id"])).texts("NO")
    assert len(await story.offers(reference)) == 4
    assert (await _call_out(story, reference))["waiting"] is not None
    await _unbroken()


async def test_a_level_chosen_later_lets_what_waits_go_out(story: Story) -> None:
    reference, people = await _asked(story)
    await _chooses(story, reference, "ask")
    await people[0].texts("NO")
    await _chooses(story, reference, "automatic")
    assert len(await story.offers(reference)) == 4
    assert (await _call_out(story, reference))["waiting"] is None
    await _unbroken()


async def test_what_waits_is_put_away_when_the_seat_is_filled_meanwhile(story: Story) -> None:
    reference, people = await _asked(story)
    await _chooses(story, reference, "ask")
    await people[0].texts("NO")
    await people[0].texts("YES")
    await story.settle()
    assert (await story.offer_to(reference, people[0]))["state"] == "accepted"
    versions = await story.get(f"/deployments/{reference}/rosters")
    assert [one["state"] for one in versions] == ["superseded", "accepted"]


async def test_the_installations_level_counts_until_the_desk_chooses(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RRT_BACKFILL_CONSENT", "ask")
    get_settings.cache_clear()
    reference, people = await _asked(story)
    assert (await _call_out(story, reference))["consent"] == "ask"
    await people[0].texts("NO")
    assert len(await story.offers(reference)) == 3


async def test_the_board_asks_and_one_button_on_the_page_answers(story: Story) -> None:
    reference, people = await _asked(story)
    async with browser(story, RECOMMENDER) as page:
        path = f"/desk/requests/{reference}"
        chosen = await page.sends(f"{path}/call-out/consent", level="ask")
        assert "After a no: you are asked about everybody" in chosen.text
        await people[0].texts("NO")
        assert "Say who is asked" in (await page.opens("/desk")).text
        shown = (await page.opens(path)).text
        assert "May one more person be asked?" in shown
        assert f"instead of {people[0].name}." in shown
        assert "chose how far the call-out goes on by itself: ask" in shown
        (version,) = re.findall(r'accept"><input type="hidden" name="version" value="(\d+)"', shown)
        await page.sends(f"{path}/accept", version=version)
        await story.settle()
        assert len(await story.offers(reference)) == 4
        assert (await page.sends(f"{path}/call-out/consent", level="never")).status_code == 422


async def test_only_the_desk_chooses(story: Story) -> None:
    reference, _ = await _asked(story)
    for who in ("chief", "expert"):
        path = f"/deployments/{reference}/call-out/consent"
        assert (await story.api(who, "POST", path, {"level": "ask"})).status_code in {403, 404}
    wrong = await story.api("recommender", "POST", f"/deployments/{reference}/call-out/consent", {"level": "x"})
    assert wrong.status_code == 422
