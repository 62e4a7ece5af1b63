"""Asking for a team in steps: saved as one goes, left and resumed, sent once, no word lost."""

import asyncio
import re
from html import unescape

from sqlalchemy import func, select

from app.core.database import begin
from app.requests.sent_models import Draft
from app.seed.filling import DEMO_PASSWORD
from tests.requests.form import STEPS, Form, begins, reference_of
from tests.story import Story
from tests.web.browser import CHIEF, INTAKE, browser, headline

SECRET = "Our victim John Carver, born 4/5/1987, SSN 123-45-6789."


def value(page: str, field: str) -> str:
    """What stands in a field of one line."""
    found = re.search(rf'id="{field}"[^>]* value="([^"]*)"', page)
    assert found is not None, field
    return unescape(found[1])


async def test_four_steps_and_a_look_make_one_request_with_everything_said(story: Story) -> None:
    async with browser(story, CHIEF) as page:
        form = await begins(page)
        assert headline(await form.opens("what")) == "What happened?"
        look = await form.fills()
        assert headline(look) == "Your request is ready to be sent"
        assert "Death in custody" not in look.text
        for said in ("Somebody died in custody", "Sagewater", "Within 24 hours", "719-555-0142"):
            assert said in look.text
        sent = await form.sends()
        assert headline(sent) == "We have your request"
    filed = await story.get(f"/requests/{reference_of(sent)}")
    assert filed["state"] == "submitted"
    assert (filed["incident_type"], filed["city"], filed["days"]) == ("in_custody_death", "Sagewater", 2)
    assert (filed["service_types"], filed["languages"]) == (["fac_setup"], ["es"])
    assert filed["contact_phone"] == "+17195550142"


async def test_what_we_know_already_is_filled_in_and_not_asked_twice(story: Story) -> None:
    async with browser(story, CHIEF) as page:
        form = await begins(page)
        where, reach = await form.opens("where"), await form.opens("reach")
        assert value(where.text, "city") == "Harlan Ridge"
        assert '<option value="CO" selected>' in where.text
        assert value(reach.text, "contact_email") == CHIEF
        assert value(reach.text, "contact_name") != ""


async def test_a_form_is_left_and_gone_on_with_after_signing_out_at_another_computer(story: Story) -> None:
    async with browser(story, CHIEF) as page:
        form = await begins(page)
        await form.answers("what")
        later = await form.answers("where", city="Old Mill", wants="later")
        assert "You began a request" in later.text
        await page.sends("/sign-out")
    async with browser(story, CHIEF) as page:
        began = await page.opens("/agency")
        assert f'href="{form.address}"' in began.text
        resumed = await page.opens(form.address)
        assert headline(resumed) == "What would help?"
        assert value((await page.opens(f"{form.address}/where")).text, "city") == "Old Mill"


async def test_a_session_that_ends_in_the_middle_of_a_step_loses_no_word(story: Story) -> None:
    async with browser(story, CHIEF) as page:
        form = await begins(page)
        page.http.cookies.clear()
        asked = await form.answers("incident", summary='Two "shifts" were there.\nMore <soon>.')
        assert asked.status_code == 401
        assert "nothing that you wrote is lost" in asked.text
        kept = {name: unescape(value) for name, value in re.findall(r'name="(kept[^"]*)" value="([^"]*)"', asked.text)}
        again = await page.sends("/sign-in", email=CHIEF, password=DEMO_PASSWORD, **kept)
        fields = {
            name: unescape(value) for name, value in re.findall(r'hidden" name="([^"]+)" value="([^"]*)"', again.text)
        }
        await page.sends(f"{form.address}/incident", **fields)
        assert "Two &#34;shifts&#34; were there." in (await form.opens("incident")).text


async def test_an_error_stands_beside_its_field_and_what_was_typed_is_kept(story: Story) -> None:
    async with browser(story, CHIEF) as page:
        form = await begins(page)
        empty = await form.answers("what", incident_type="")
        assert empty.status_code == 422
        assert "<title>Error: " in empty.text
        assert "One thing to fix" in empty.text
        assert 'href="#incident_type-lodd_felonious"' in empty.text
        assert "Pick the one that fits best. Something else is fine." in empty.text
        wrong = await form.answers("reach", contact_phone="12", contact_email="nobody", contact_name="")
        assert "3 things to fix" in wrong.text
        assert 'aria-describedby="contact_phone-why contact_phone-error"' in wrong.text
        assert value(wrong.text, "contact_phone") == "12"
        assert value((await form.opens("reach")).text, "contact_email") == "nobody"


async def test_a_form_that_misses_something_is_not_sent_and_says_which_step(story: Story) -> None:
    async with browser(story, CHIEF) as page:
        form = await begins(page)
        await form.answers("help")
        refused = await form.sends()
        assert refused.status_code == 422
        assert f'href="{form.address}/what?then=check"' in refused.text
        assert (await story.get("/requests"))["items"] == []


async def test_a_form_sent_twice_even_at_once_makes_one_request(story: Story) -> None:
    async with browser(story, CHIEF) as page:
        form = await begins(page)
        await form.fills()
        first, second = await asyncio.gather(form.sends(), form.sends())
        assert first.url == second.url
        assert (await form.sends()).url == first.url
        assert (await form.answers("where", city="Elsewhere")).url == first.url
    filed = (await story.get("/requests"))["items"]
    assert [one["city"] for one in filed] == ["Sagewater"]


async def test_a_second_tap_on_begin_finds_the_empty_form_of_the_first(story: Story) -> None:
    async with browser(story, CHIEF) as page:
        one, two = await asyncio.gather(page.sends("/request"), page.sends("/request"))
        assert one.url == two.url
        form = Form(page, one.url.path.removesuffix("/what"))
        await form.answers("what")
        assert (await begins(page)).address != form.address
    async with begin() as session:
        assert await session.scalar(select(func.count()).select_from(Draft)) == 2


async def test_text_that_looks_like_a_victims_name_is_warned_of_once_and_never_blocked(story: Story) -> None:
    async with browser(story, CHIEF) as page:
        form = await begins(page)
        await form.fills()
        warned = await form.answers("incident", summary=SECRET, then="check")
        assert warned.status_code == 200
        assert headline(warned) == "The incident"
        for sentence in ("a Social Security number", "a date of birth", "the name of a victim or suspect"):
            assert sentence in warned.text
        seen = re.search(r'name="seen" value="(\w+)"', warned.text)
        assert seen is not None
        gone_on = await form.answers("incident", summary=SECRET, then="check", seen=seen[1])
        assert headline(gone_on) == "Your request is ready to be sent"
        assert "This may hold a name or number of a person" in gone_on.text
        changed = await form.answers("incident", summary=f"{SECRET} DOB 1/2/1990", then="check", seen=seen[1])
        assert headline(changed) == "The incident"
        assert headline(await form.sends()) == "We have your request"


async def test_every_optional_section_is_reached_before_sending_and_kept_with_the_request(story: Story) -> None:
    async with browser(story, CHIEF) as page:
        form = await begins(page)
        look = await form.fills()
        for slug in ("agency", "incident", "community", "need", "host", "limits"):
            assert f'href="{form.address}/{slug}?then=check"' in look.text
            assert (await form.opens(slug)).status_code == 200
        await form.answers(
            "incident", children="yes", media_level="national", officers_killed="1", occurred_at="2026-11-22T23:10",
            killed="3", summary="The night shift was there.", then="check",
        )  # fmt: skip
        await form.answers("host", report_to="Sgt. Bell, 719-555-0177", airport="COS", then="check")
        after = await form.answers("need", groups=["officers", "families"], mode="hybrid", then="check")
        assert "6 answers" in after.text
        sent = await form.sends(signed_name="Ellen Marsh", authority="executive")
    filed = await story.get(f"/requests/{reference_of(sent)}")
    assert set(filed["modifiers"]) == {"children", "national_media", "officers_killed"}
    assert (filed["killed"], filed["mode"], filed["report_to"]) == (3, "hybrid", "Sgt. Bell, 719-555-0177")
    assert filed["occurred_at"].startswith("2026-11-23T06:10")
    assert filed["details"]["groups"] == "officers, families"
    assert filed["details"]["airport"] == "COS"


async def test_half_a_signature_is_refused_and_none_may_follow(story: Story) -> None:
    async with browser(story, CHIEF) as page:
        form = await begins(page)
        await form.fills()
        half = await form.sends(signed_name="Ellen Marsh")
        assert half.status_code == 422
        assert "Say by what right you sign" in half.text
        assert value(half.text, "signed_name") == "Ellen Marsh"
        assert headline(await form.sends()) == "We have your request"


async def test_another_language_is_chosen_in_the_middle_of_a_step_and_no_word_is_lost(story: Story) -> None:
    async with browser(story, CHIEF) as page:
        form = await begins(page)
        spoken = await form.answers("where", city="Pueblo Viejo", priority="", language="es")
        assert headline(spoken) == "¿Dónde necesita ayuda?"
        assert value(spoken.text, "city") == "Pueblo Viejo"


async def test_nobody_else_sees_a_form_that_was_not_sent_and_reading_it_changes_nothing(story: Story) -> None:
    async with browser(story, CHIEF) as page:
        form = await begins(page)
        await form.answers("what")
        async with begin() as session:
            before = (await session.scalars(select(Draft.changed_at))).all()
        for slug in ("", "/what", "/check", "/host"):
            assert (await page.opens(f"{form.address}{slug}")).status_code == 200
        assert (await form.opens("nonsense")).status_code == 404
    async with begin() as session:
        assert (await session.scalars(select(Draft.changed_at))).all() == before
    async with browser(story, INTAKE) as desk:
        assert (await desk.opens(f"{form.address}/check")).status_code in (403, 404)
        assert (await desk.sends(f"{form.address}/what", **STEPS["what"])).status_code in (403, 404)
        assert (await desk.sends("/request")).status_code == 403
    assert (await story.get("/requests"))["items"] == []


async def test_a_form_is_thrown_away_but_not_once_it_was_sent(story: Story) -> None:
    async with browser(story, CHIEF) as page:
        form = await begins(page)
        await form.fills()
        gone = await page.sends(f"{form.address}/throw-away")
        assert "You began a request" not in gone.text
        assert (await form.opens("check")).status_code == 404
        other = await begins(page)
        await other.fills()
        await other.sends()
        assert (await page.sends(f"{other.address}/throw-away")).status_code == 409
    assert len((await story.get("/requests"))["items"]) == 1


async def test_the_start_page_says_call_us_first_to_everybody(story: Story) -> None:
    async with browser(story) as page:
        start = await page.opens("/request")
        assert start.status_code == 200
        assert start.text.index("Call us now") < start.text.index("Sign in and send a request")
        assert 'href="tel:+12025550142"' in start.text


async def test_the_api_refuses_an_answer_to_a_question_that_nobody_asks(story: Story) -> None:
    reference = await story.files(details={"airport": "COS"})
    assert (await story.get(f"/requests/{reference}"))["details"] == {"airport": "COS"}
    wrong = await story.api(
        "chief", "PATCH", f"/requests/{reference}", {"details": {"shoe_size": "9"}}, **{"If-Match": '"1"'}
    )
    assert wrong.status_code == 422
