"""How it was: asked by link when the day has come, reminded of once, counted together, small numbers not told."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.core.clock import clock
from app.core.database import begin
from app.experts.models import Expert, Language
from app.surveys import jobs
from app.surveys.models import Audience, Survey, Touch
from app.surveys.results import result
from tests.afterwards.test_after import _released
from tests.journeys.conftest import story
from tests.story import Person, Story
from tests.web.browser import RECOMMENDER, browser, headline

__all__ = ["story"]


async def _later(story: Story, span: timedelta) -> None:
    await story.passes(span, span)
    await story.looks_round()


def _links(texts: list[str]) -> list[str]:
    return [found[0] for text in texts if (found := re.search(r"/s/\w+", text))]


def _chief(story: Story) -> list[str]:
    return [m["body"] for m in story.carrier.messages if m["to"].endswith("7195550142")]


async def _answers(story: Story, person: Person) -> None:
    async with browser(story) as phone:
        link = _links(person.hears())[0]
        assert headline(await phone.opens(link)) == "How was it?"
        said = await phone.sends(link, ready="5", support="4", again="yes", words="Ask for badges first.")
        assert headline(said) == "Thank you, we have your answers"


async def test_experts_after_three_days_the_agency_after_seven_and_ninety(story: Story) -> None:
    _, people = await _released(story)
    await _later(story, timedelta(hours=70))
    assert not _links(people[0].hears())
    await _later(story, timedelta(hours=3))
    assert [len(_links(person.hears())) for person in people] == [1, 1, 1]
    assert not _links(_chief(story))
    await _later(story, timedelta(days=4))
    assert len(_links(_chief(story))) == 1
    await _later(story, timedelta(days=83))
    assert len(set(_links(_chief(story)))) == 2


async def test_nobody_is_woken_by_a_survey_wherever_they_live(story: Story) -> None:
    _, people = await _released(story)
    async with begin() as session:
        for person, zone in zip(people, ("Pacific/Honolulu", "America/New_York", "America/Los_Angeles"), strict=True):
            (await session.get_one(Expert, person.id)).time_zone = zone

    async def asked_at(hour: int, minute: int) -> list[int]:
        clock.advance(datetime(2026, 11, 28, hour, minute, tzinfo=UTC) - clock.now())
        await jobs.send_due()
        await story.settle()
        return [len(_links(person.hears())) for person in people]

    assert await asked_at(12, 30) == [0, 0, 0]  # half past seven in New York, half past four in Los Angeles
    assert await asked_at(13, 30) == [0, 1, 0]
    assert await asked_at(18, 30) == [1, 1, 1]


async def test_one_reminder_and_none_to_who_has_answered(story: Story) -> None:
    _, people = await _released(story)
    await _later(story, timedelta(hours=73))
    await _answers(story, people[0])
    for _ in range(3):
        await _later(story, timedelta(days=3))
    assert sum("How was it" in text or "how was it" in text for text in people[0].hears()) == 1
    assert sum("only one: how was it" in text for text in people[1].hears()) == 1


async def test_bad_answers_lose_nothing_and_a_link_that_is_over_takes_none(story: Story) -> None:
    _, people = await _released(story)
    await _later(story, timedelta(hours=73))
    link = _links(people[0].hears())[0]
    async with browser(story) as phone:
        wrong = await phone.sends(link, ready="9", words="Ask for badges first.")
        assert wrong.status_code == 422
        assert "Ask for badges first." in wrong.text
        assert (await phone.sends(link)).status_code == 422
        async with begin() as session:
            (await session.get_one(Expert, people[0].id)).preferred_language = Language.SPANISH
        assert "Elija de la lista." in (await phone.sends(link, ready="9")).text
        assert (await phone.opens("/s/made-up")).status_code == 404
        await story.passes(timedelta(days=31), timedelta(days=31))
        over = await phone.sends(link, ready="5")
        assert over.status_code == 410
        assert headline(over) == "Esta encuesta ha terminado"


async def test_a_partner_needs_consent_for_a_text_else_the_desk_passes_the_link_on(story: Story) -> None:
    reference, people = await _released(story)
    page = f"/desk/requests/{reference}/surveys"
    given = {"organisation": "Ridge Family Center", "name": "Ana Lopez"}
    async with browser(story, RECOMMENDER) as desk:
        wrong = await desk.sends(f"{page}/partners", organisation="", name="Ana", number="12")
        assert wrong.status_code == 422
        assert "This is not a phone number" in wrong.text
        assert "Fill this in." in wrong.text
        refused = await desk.sends(f"{page}/partners", **given, number="719-555-0150")
        assert refused.status_code == 422
        assert "Ridge Family Center" in refused.text
        added = await desk.sends(f"{page}/partners", **given)
        assert "pass this link on" in added.text
        twice = await desk.sends(f"{page}/partners", **given)
        assert twice.status_code == 422
    await _later(story, timedelta(days=8))
    async with browser(story, RECOMMENDER) as desk:
        (link, *_) = re.findall(r"(/s/\w+)", (await desk.opens(page)).text)
        await desk.sends(link, worked="5", handed="2", words="Call us earlier.")
        await _answers(story, people[0])
        seen = (await desk.opens(page)).text
        assert "Too few answers to tell shares." in seen
        assert "Call us earlier." in seen
        report = (await desk.opens(f"/desk/requests/{reference}/after")).text
        assert "Ask for badges first." in report
        assert people[0].name not in report.split("How it was found")[1].split("</dl>")[0]
        # One expert's answer, of one request: neither the figure nor what it was counted from tells it.
        figures = (await desk.opens("/desk/figures")).text
        assert re.search(r"Experts after 72 hours: would go again</th>\s*<td[^>]*><strong>too few to tell", figures)
        for who in ("expert-hours-72-again", "partner-days-7-worked"):
            assert (await desk.opens(f"/desk/figures/said-{who}")).status_code == 404


def test_a_question_that_fewer_than_five_answered_is_not_told_though_the_survey_is() -> None:
    rows = [_said(number, ready="5") for number in range(4)] + [_said(4, again="no", ready="5")]
    shares = {one.title: one.value for one in result(Audience.EXPERT, Touch.HOURS_72, rows).shares}
    assert (shares["Were prepared and briefed well"], shares["Would go again"]) == (1.0, None)


def _said(number: int, **answers: Any) -> Survey:
    return Survey(audience=Audience.EXPERT, touch=Touch.HOURS_72, answers=answers or None, expert_id=number)


@pytest.mark.parametrize(("count", "told"), [(4, None), (5, 0.8)])
def test_shares_of_fewer_than_five_experts_are_not_told(count: int, told: float | None) -> None:
    rows = [_said(0, ready="2")] + [_said(number, ready="5") for number in range(1, count)]
    found = result(Audience.EXPERT, Touch.HOURS_72, rows)
    assert found.shares[0].value == told
    assert found.is_small == (told is None)
