"""Rules and texts: read by the desk, changed by an administrator, obeyed by the next team."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from app.core.database import begin
from app.dispatch import ladder
from app.experts.quiet import NIGHT, may_be_asked_from
from app.messaging import catalogue
from app.requests.states import Priority
from app.rosters import rules
from solver import waves
from solver.problem import Policy
from tests.story import Story
from tests.web.browser import ADMIN, RECOMMENDER, browser, headline


def test_the_rules_we_begin_with_are_the_solvers_own() -> None:
    assert rules.policy(rules.DEFAULTS) == Policy()
    assert rules.wave_policy(rules.DEFAULTS, Priority.IMMEDIATE) == waves.Policy()


def test_every_text_is_shown_and_fits_one_segment() -> None:
    assert catalogue.unmeasured() == []
    shown = catalogue.every("(202) 555-0142")
    assert len(shown) > 60
    assert [text.kind for text in shown if text.segments > 1] == []


def _form(page: str) -> dict[str, str]:
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', page))
    return fields | {"reserves": "", "why": "As the board decided."}


async def test_an_administrator_changes_a_rule_with_a_reason_and_the_next_team_obeys_it(story: Story) -> None:
    async with browser(story, ADMIN) as page:
        first = await page.opens("/desk/settings")
        assert headline(first) == "The rules are those we began with"
        form = _form(first.text)
        without = await page.sends("/desk/settings", **form | {"why": " ", "alternates": "1"})
        assert without.status_code == 422
        assert "Say why" in without.text
        wrong = await page.sends("/desk/settings", **form | {"rest_days_long": "1", "reserves": "MH 77 3"})
        assert wrong.status_code == 422
        assert "MH 77 3" in wrong.text
        assert "region 77 is not one of 1 to 10" in wrong.text
        saved = await page.sends("/desk/settings", **form | {"alternates": "1", "reserves": "MH 8 2\nLE US 20"})
        assert headline(saved) == "The rules are those of version 1, by Sam Ito"
        late = await page.sends("/desk/settings", **form | {"alternates": "2"})
        assert late.status_code == 412
        assert "Somebody changed the rules while you wrote" in late.text
    async with begin() as session:
        holding = rules.policy(await rules.current(session))
    assert (holding.alternates, [(one.discipline, one.floor) for one in holding.reserves]) == (
        1,
        [("MH", 2), ("LE", 20)],
    )
    reference = await story.files()
    await story.approves(reference)
    roster = await story.get(f"/deployments/{reference}/rosters/1", "recommender")
    assert {len(seat["alternates"]) for seat in roster["seats"]} == {1}
    async with browser(story, RECOMMENDER) as page:
        read = await page.opens("/desk/settings")
        assert "As the board decided." in read.text
        assert "Save the rules" not in read.text
        assert (await page.sends("/desk/settings", version="1", why="x")).status_code == 403
    assert (await story.get("/rules"))["rules"]["alternates"] == 1


async def test_a_shorter_time_to_answer_moves_the_next_ladder_and_no_offer_that_is_out(story: Story) -> None:
    earlier = await story.files()
    await story.approves(earlier)
    before = await story.asks(earlier)
    async with browser(story, ADMIN) as page:
        form = _form((await page.opens("/desk/settings")).text)
        wrong = await page.sends("/desk/settings", **form | {"answer_immediate": "200", "answer_urgent": "90"})
        assert "cannot leave less time to answer" in wrong.text
        assert (await page.sends("/desk/settings", **form | {"night_until": "7"})).status_code == 422
        saved = await page.sends("/desk/settings", **form | {"answer_immediate": "30", "night_from": "20"})
        assert "Began with 60" in saved.text
        assert re.findall(r"Remind</th><td>(.*?)</td>", saved.text) == ["5 min"]
        assert "No text from 8 p.m. to 8 a.m." in saved.text
    reference = await story.files()
    await story.approves(reference)
    people = await story.asks(reference)
    assert {_minutes(offer) for offer in await story.offers(reference)} == {30}
    assert {_minutes(offer) for offer in await story.offers(earlier)} == {60}
    await story.passes(timedelta(minutes=6))
    assert "We still need your answer" in people[0].hears()[-1]
    assert not any("We still need your answer" in text for text in before[0].hears())
    await story.passes(timedelta(minutes=5))
    assert "We still need your answer" in before[0].hears()[-1]


async def test_what_rules_would_change_is_told_before_they_hold_and_nothing_is_saved(story: Story) -> None:
    reference = await story.files()
    await story.approves(reference)
    people = await story.asks(reference)
    await people[0].texts("YES")
    async with browser(story, ADMIN) as page:
        form = _form((await page.opens("/desk/settings")).text)
        same = await page.sends("/desk/settings/look", **form)
        assert "Nothing is different from the rules that hold" in same.text
        weight = await page.sends("/desk/settings/look", **form | {"weight_chance": "9"})
        assert headline(weight) == "With these rules as many people could go as now"
        wrong = await page.sends("/desk/settings/look", **form | {"alternates": "many"})
        assert (wrong.status_code, 'value="many"' in wrong.text) == (422, True)
        strict = await page.sends("/desk/settings/look", **form | {"papers_margin_days": "90", "why": "Audit."})
        fewer = re.search(r"With these rules (\d+) fewer people could go", strict.text)
        assert fewer is not None
        now, then = re.search(r"could leave tomorrow.*?now it is (\d+)", strict.text), re.search(
            r"<strong>(\d+)</strong> could leave tomorrow", strict.text
        )  # fmt: skip
        assert now and then and int(now[1]) - int(then[1]) == int(fewer[1]) > 0
        assert "Has papers that end before the last day and its margin." in strict.text
        assert f"{reference}</a>" in strict.text
        assert 'value="90"' in strict.text and 'value="Audit."' in strict.text
        assert headline(await page.opens("/desk/settings")) == "The rules are those we began with"
    async with browser(story, RECOMMENDER) as page:
        assert (await page.sends("/desk/settings/look", **form)).status_code == 403


async def test_texts_are_shown_as_another_phone_or_address_would_make_them(story: Story) -> None:
    async with browser(story, RECOMMENDER) as page:
        fits = await page.opens("/desk/settings?phone=(202) 555-0199&site=rrt.gov")
        assert "Every text still fits one segment" in fits.text
        assert "rrt.gov/s/" in fits.text
        long = await page.opens(f"/desk/settings?site={'assistance.' * 8}gov")
        assert re.search(r"\d+ of \d+ texts would take more than one segment", long.text)
        assert "2 segments" in long.text


def _minutes(offer: dict[str, str]) -> float:
    until, since = (datetime.fromisoformat(offer[name]) for name in ("reply_by", "asked_at"))
    return (until - since) / timedelta(minutes=1)


def test_the_night_of_the_desk_holds_where_the_expert_is() -> None:
    evening = datetime(2026, 11, 23, 20, 30, tzinfo=ZoneInfo("America/Denver"))
    night = rules.night(rules.Rules(reserves=(), night_from=20, night_until=9))
    asked = may_be_asked_from(evening, zone="America/Denver", is_immediate=False, wakes=False, night=night)
    assert asked == datetime(2026, 11, 24, 9, tzinfo=ZoneInfo("America/Denver"))
    usual = rules.night(rules.DEFAULTS)
    assert usual == NIGHT
    assert may_be_asked_from(evening, zone="America/Denver", is_immediate=False, wakes=False, night=usual) == evening


def test_the_usual_ladders_stand_where_they_stood() -> None:
    for priority, usual in ladder.USUAL.items():
        assert ladder.rungs(priority, rules.time_to_answer(rules.DEFAULTS, priority)) == list(usual)
