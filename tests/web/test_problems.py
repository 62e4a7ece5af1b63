"""Pages that say no say what to do next: to an agency, to the desk, to somebody nobody knows."""

from datetime import date

import pytest
from pydantic import BaseModel, Field, ValidationError

from app.core.settings import get_settings
from app.web.worded import worded
from tests.story import Story
from tests.web.browser import CHIEF, INTAKE, browser, headline


async def test_an_address_that_leads_nowhere_says_what_to_do_to_the_public_and_to_the_desk(story: Story) -> None:
    async with browser(story) as page:
        missing = await page.opens("/nowhere")
        assert missing.status_code == 404
        assert "call the desk" in missing.text
        assert get_settings().desk_phone in missing.text
        assert 'class="rrt-public"' in missing.text
        assert (await page.opens("/language")).status_code == 404
    async with browser(story, INTAKE) as desk:
        missing = await desk.opens("/desk/requests/99-9999")
        assert missing.status_code == 404
        assert 'class="rrt-desk"' in missing.text
        assert 'href="/desk"' in missing.text


async def test_what_is_not_allowed_says_whom_to_ask(story: Story) -> None:
    async with browser(story, CHIEF) as page:
        refused = await page.opens("/desk")
        assert refused.status_code == 403
        assert headline(refused) == "Your role does not allow this."
        assert "ask an administrator" in refused.text


async def test_what_cannot_be_done_now_leads_to_the_present_state(story: Story) -> None:
    reference = await story.files()
    async with browser(story, CHIEF) as page:
        await page.sends(f"/agency/requests/{reference}/withdraw")
        late = await page.sends(f"/agency/requests/{reference}/withdraw")
        assert late.status_code == 409
        assert f'href="/agency/requests/{reference}"' in late.text
    async with browser(story, INTAKE) as desk:
        late = await desk.sends(f"/desk/requests/{reference}/take-in")
        assert late.status_code == 409
        assert 'class="rrt-desk"' in late.text
        assert f'href="/desk/requests/{reference}"' in late.text


async def test_too_many_tries_are_told_to_wait(story: Story) -> None:
    async with browser(story) as page:
        for _ in range(11):
            refused = await page.sends("/sign-in", email="nobody@nowhere.example", password="not it")
    assert refused.status_code == 429
    assert "Wait" in refused.text
    assert "call the desk" in refused.text


async def test_our_own_mistake_is_a_page_that_says_so(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    from app.requests import queries

    async def broken(*_args: object, **_more: object) -> None:
        raise ZeroDivisionError

    async with browser(story, CHIEF) as page:
        page.http.headers["Accept-Language"] = "es"
        monkeypatch.setattr(queries, "listed", broken)
        failed = await page.opens("/agency")
    assert failed.status_code == 500
    assert headline(failed) == "Algo falló de nuestro lado."
    assert "ZeroDivisionError" not in failed.text


async def test_what_is_too_large_is_refused_in_words_and_to_machines_as_a_problem(story: Story) -> None:
    async with browser(story, CHIEF) as page:
        page.http.headers["Accept-Language"] = "es"
        refused = await page.sends("/language", language="x" * 3_000_000)
    assert refused.status_code == 413
    assert headline(refused).startswith("Esto es demasiado grande")
    machine = await story.api("chief", "POST", "/requests", {"summary": "x" * 3_000_000})
    assert machine.status_code == 413
    assert machine.headers["content-type"] == "application/problem+json"
    assert machine.json()["type"] == "/problems/too-large"


@pytest.mark.parametrize(("given", "sentence"), [
    ({}, "Fill this in."), ({"days": "x"}, "A whole number, like 3."), ({"days": "0"}, "Not less than 1."),
    ({"days": "99"}, "Not more than 14."), ({"days": "2", "on": "soon"}, "A day, like 2026-12-15."),
    ({"days": "2", "name": "long name"}, "Write at most 4 characters."),
    ({"days": "2", "kinds": []}, "Choose at least one."),
    ({"days": "2", "colour": "red"}, "This cannot be right. Look at it again."),
])  # fmt: skip
def test_what_is_wrong_with_a_field_is_said_in_words(given: dict[str, object], sentence: str) -> None:
    class Form(BaseModel):
        days: int = Field(ge=1, le=14)
        on: date | None = None
        name: str = Field("", max_length=4)
        kinds: list[str] = Field(["a"], min_length=1)
        colour: str = Field("", pattern="^$")

    with pytest.raises(ValidationError) as refused:
        Form.model_validate(given)
    assert [worded(one) for one in refused.value.errors()] == [sentence]
