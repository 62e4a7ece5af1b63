"""Rules and texts: read by the desk, changed by an administrator, obeyed by the next team."""

import re

from app.core.database import begin
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
