"""The asking at work, by pages: what comes next, answers by phone with their words, a team that is called off."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from app.core.clock import clock
from app.core.settings import get_settings
from app.desk.team import next_step
from app.dispatch.models import Offer
from app.dispatch.states import OfferState
from app.requests.states import Priority
from tests.story import Person, Story
from tests.web.browser import RECOMMENDER, browser, headline

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
async def reference(story: Story) -> str:
    """A request whose team is being asked."""
    made = await story.files()
    await story.approves(made)
    await story.asks(made)
    return made


async def _asked(story: Story, reference: str) -> list[Person]:
    return [await story.person(offer["expert_id"]) for offer in await story.offers(reference)]


@pytest.mark.parametrize(("rung", "state", "said", "minutes"), [
    (1, OfferState.CONTACTING, "A reminder goes out", 10), (2, OfferState.CONTACTING, "They are called", 20),
    (5, OfferState.CONTACTING, "The offer runs out", 60), (2, OfferState.ACCEPTED, "", None),
    (2, OfferState.DEFERRED, "", None),
])  # fmt: skip
def test_an_open_offer_says_what_comes_next_and_when(
    rung: int, state: OfferState, said: str, minutes: int | None
) -> None:
    offer = Offer(rung=rung, state=state, asked_at=NOON, reply_by=NOON + timedelta(hours=1))
    due = NOON + timedelta(minutes=minutes) if minutes else None
    assert next_step(offer, Priority.IMMEDIATE, lambda moment: moment) == (said, due)


@pytest.mark.parametrize(("night_ends", "said"), [(13, "A reminder goes out"), (25, "They are called")])
def test_what_the_night_puts_off_or_leaves_out_is_said_with_its_new_time(night_ends: int, said: str) -> None:
    """A planned question has 60 hours: a reminder is due after twelve, a call after 24, the next person after 48."""
    offer = Offer(rung=1, state=OfferState.CONTACTING, asked_at=NOON, reply_by=NOON + timedelta(hours=60))
    morning = NOON + timedelta(hours=night_ends)
    assert next_step(offer, Priority.PLANNED, lambda moment: max(moment, morning)) == (said, morning)


async def test_an_answer_by_phone_keeps_its_words_and_the_hour_it_was_given(story: Story, reference: str) -> None:
    first, second, *_ = await _asked(story, reference)
    path = f"/desk/requests/{reference}"
    yes, no = (await story.offer_to(reference, first))["id"], (await story.offer_to(reference, second))["id"]
    async with browser(story, RECOMMENDER) as page:
        wrong = await page.sends(f"{path}/offers/{yes}", verb="yes", said="Yes, from <Monday>", at="late")
        assert wrong.status_code == 422
        assert "A time of day, like 14:05" in wrong.text
        assert 'value="Yes, from &lt;Monday&gt;"' in wrong.text
        said = await page.sends(f"{path}/offers/{yes}", verb="yes", said="Yes, from <Monday>", at="11:30")
        told = "told Robin Simms by phone, Mon Nov 23, 11:30 a.m. ET: Yes, from &lt;Monday&gt;"
        assert told in said.text
        assert headline(said) == "1 of 3 have said yes for Harlan Ridge, CO"
        later = (clock.now() + timedelta(hours=1)).strftime("%H:%M")
        assert "Sun Nov 22" in (await page.sends(f"{path}/offers/{no}", verb="no", at=later)).text


async def test_a_team_is_called_off_with_a_reason_and_everybody_is_told(story: Story, reference: str) -> None:
    people = await _asked(story, reference)
    async with browser(story, RECOMMENDER) as page:
        path = f"/desk/requests/{reference}/stand-down"
        assert "Call the team off" in (await page.opens(f"/desk/requests/{reference}")).text
        refused = await page.sends(path, note=" ")
        assert refused.status_code == 422
        assert "Say why" in refused.text
        off = await page.sends(path, note="The agency has found help nearby.")
        assert headline(off) == "The team for Harlan Ridge, CO is called off"
        assert (await page.sends(path, note="Again")).status_code == 409
    await story.settle()
    assert all("called off" in who.hears()[-1] or "not needed" in who.hears()[-1] for who in people)


async def test_a_seat_says_who_is_asked_if_nobody_answers(
    story: Story, reference: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RRT_WAVES", "true")
    get_settings.cache_clear()
    (following, *_) = (await story.get(f"/deployments/{reference}/call-out"))["next"]
    async with browser(story, RECOMMENDER) as page:
        shown = (await page.opens(f"/desk/requests/{reference}")).text
        seat = shown[shown.index(f'id="seat-{following["seat"]}"') :]
        assert seat.index(f"Ask {following['name']} now") < seat.find(f'id="seat-{following["seat"] + 1}"') % len(seat)


async def test_somebody_of_the_desks_own_choice_is_asked_with_a_reason_where_a_rule_is_set_aside(
    story: Story, reference: str
) -> None:
    offers = await story.offers(reference)
    taken = {offer["expert_id"] for offer in offers}
    path = f"/desk/requests/{reference}/seats/2/ask"
    async with browser(story, RECOMMENDER) as page:
        found = (await page.opens(f"{path}?find=TX")).text
        people = [int(one) for one in re.findall(r"expert=(\d+)", found) if int(one) not in taken]
        verdicts = {one: (await page.opens(f"{path}?expert={one}")).text for one in people}
        who = next(one for one, told in verdicts.items() if "Only with a reason" in told)
        refused = await page.sends(path, expert=str(who), reason=" ")
        assert refused.status_code == 422
        assert "Write a reason" in refused.text
        await page.sends(path, expert=str(who), reason="The chief asked for her by name.")
        assert who in {offer["expert_id"] for offer in await story.offers(reference)}
        assert "Not now" in (await page.opens(f"{path}?expert={who}")).text
        assert (await page.sends(path, expert="x")).status_code == 404
