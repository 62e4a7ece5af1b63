"""What looks like a victim's name, a birth date or a case number is asked once to be left out in notes and reports."""

import re
from html import unescape

from app.requests import leaving_out
from tests.access.asking import walk
from tests.afterwards.test_after import WORDS, _released, _version
from tests.field.conftest import ORDER, at_page, on_site
from tests.journeys.conftest import story
from tests.standing import the_app
from tests.story import Story
from tests.web.browser import ADMIN, APPROVER, INTAKE, RECOMMENDER, Browser, browser, headline

__all__ = ["story"]
NAMED = "The victim Jane Canary, born 3/4/1990, case no. 24-00123"
LEAVE_OUT = "leave it out"
ONCE_MORE = "Please look once more at what you wrote"
IN_PLACE = {
    "/desk/requests/{reference}/notes", "/desk/requests/{reference}/after", "/my/teams/{reference}/after",
    "/my/teams/{reference}/report", "/agency/requests/{reference}/answer", "/agency/requests/{reference}/tell/{slug}",
    "/request/{draft_id}/{slug}", "/request/{draft_id}/check", "/request/{draft_id}/throw-away",
}  # fmt: skip
"""Pages that ask beside their fields, below and in `test_form.py`; the last two take no words."""
SECRETS = {
    "/account/factors/{factor_id}/remove", "/account/keys", "/account/keys/{key_id}/revoke", "/account/password",
    "/account/passkeys", "/account/passkeys/options", "/account/recovery", "/account/sessions/end-others",
    "/account/sessions/{session_id}/end", "/account/totp", "/account/totp/confirm", "/sign-in", "/sign-in/oidc",
    "/sign-in/passkey", "/sign-in/passkey/options", "/sign-in/second", "/sign-out",
    "/account/resets/{reset_id}/stop", "/sign-in/reset", "/sign-in/reset/use",
}  # fmt: skip
"""Passwords, codes, keys: no page shows them again."""


async def _once(page: Browser, path: str, field: str, **form: str) -> None:
    """With a name in it, it comes back with all that was typed; other words are asked again, the same are taken."""
    told = await page.sends(path, **form | {field: NAMED})
    assert "name of a victim" in told.text
    assert "case number" in told.text
    assert NAMED in told.text
    seen = re.findall(r'name="left_in" value="([^"]+)"', told.text)[0]
    assert LEAVE_OUT in (await page.sends(path, **form | {field: f"{NAMED} too", "left_in": seen})).text
    taken = await page.sends(path, **form | {field: NAMED, "left_in": seen})
    assert taken.status_code == 200
    assert LEAVE_OUT not in taken.text


async def test_notes_of_the_intake_call(story: Story) -> None:
    reference = await story.files()
    await story.post("intake", f"/requests/{reference}/take-in")
    async with browser(story, INTAKE) as page:
        await _once(page, f"/desk/requests/{reference}/notes", "scope", version="0")


async def test_the_days_report_of_the_leader(story: Story) -> None:
    reference, people = await on_site(story)
    async with at_page(story, people[0]) as leader:
        await _once(leader, f"/my/teams/{reference}/report", "done", planned="", needs="", people_reached="3")


async def test_the_after_action_report(story: Story) -> None:
    reference, people = await _released(story)
    mine = f"/my/teams/{reference}/after"
    async with at_page(story, people[0]) as leader:
        version = _version((await leader.opens(mine)).text)
        await _once(leader, mine, "summary", **WORDS | {"version": version, "verb": "save"})


def _again(page: str) -> tuple[str, dict[str, str]]:
    """Where the page that asks sends what, when nothing is changed on it."""
    (action,) = re.findall(r'action="([^"]*left_in=[^"]*)"', page)
    hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page)
    areas = re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>(.*?)</textarea>', page, re.DOTALL)
    return unescape(action), {name: unescape(value) for name, value in [*hidden, *areas]}


async def _asked_on_a_page(page: Browser, path: str, field: str, **form: str) -> None:
    """Any other form comes back on a page of its own; left as it is and sent again, it is taken."""
    told = await page.sends(path, **form | {field: NAMED})
    assert told.status_code == 422
    assert headline(told) == ONCE_MORE
    action, again = _again(told.text)
    form |= {field: NAMED}
    assert again == form
    changed = await page.sends(action, **again | {field: f"{NAMED} too"})
    assert headline(changed) == ONCE_MORE
    taken = await page.sends(action, **again)
    assert taken.status_code == 200, taken.text
    assert LEAVE_OUT not in taken.text


async def test_every_form_there_is_asks_whoever_sends_it_and_a_new_one_does_by_itself(story: Story) -> None:
    doors = {door.path for door in walk(the_app()) if door.method == "POST"}
    forms = {path for path in doors if not path.startswith(("/api/", "/twilio/"))}
    asking = set()
    async with browser(story, ADMIN) as page:
        for path in forms:
            answer = await page.http.post(re.sub(r"{\w+}", "1", path), data={"some_words": NAMED})
            if answer.status_code == 422 and ONCE_MORE in answer.text:
                asking.add(path)
    assert forms - asking == IN_PLACE | SECRETS
    assert {path for path in forms if leaving_out.IN_PLACE.fullmatch(re.sub(r"{\w+}", "1", path))} == IN_PLACE


async def test_the_recommendation_and_the_decision(story: Story) -> None:
    reference = await story.files()
    await story.post("intake", f"/requests/{reference}/take-in")
    here = f"/desk/requests/{reference}"
    async with browser(story, RECOMMENDER) as page:
        await _asked_on_a_page(page, f"{here}/recommend", "note", team_type="T1")
    async with browser(story, APPROVER) as page:
        await _asked_on_a_page(page, f"{here}/decide", "note", verb="decline", reason_code="outside_purpose")


async def test_the_mission_order_and_the_signature_of_the_hand_off(story: Story) -> None:
    reference, _ = await on_site(story)
    here = f"/desk/requests/{reference}/road"
    async with browser(story, RECOMMENDER) as page:
        await _asked_on_a_page(page, f"{here}/order", "mission", **ORDER | {"changed": "More to do.", "seen": "1"})
        await page.sends(f"{here}/leaving", verb="begin")
        await _asked_on_a_page(page, f"{here}/leaving", "note", verb="hand_off")
