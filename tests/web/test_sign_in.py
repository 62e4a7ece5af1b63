"""Signing in and out, where each kind of user begins, and what only some of them see."""

import httpx
import pytest

from app.access.sessions import cookie_name
from app.core.settings import get_settings
from app.seed.filling import DEMO_PASSWORD
from tests.story import Story
from tests.web.browser import ADMIN, APPROVER, CHIEF, EXPERT, INTAKE, RECOMMENDER, browser, headline


@pytest.mark.parametrize(
    ("email", "path"), [(INTAKE, "/desk"), (CHIEF, "/agency"), (EXPERT, "/my"), (ADMIN, "/desk/people")]
)
async def test_everybody_begins_at_their_own_page(story: Story, email: str, path: str) -> None:
    async with browser(story, email) as page:
        assert (await page.opens("/")).url.path == path


async def test_a_stranger_is_led_to_the_sign_in_and_back(story: Story) -> None:
    async with browser(story) as page:
        asked = await page.opens("/desk/replies")
        assert asked.url.path == "/sign-in"
        assert 'name="next" value="/desk/replies"' in asked.text


async def test_no_address_of_another_site_is_followed_after_the_sign_in(story: Story) -> None:
    async with browser(story) as page:
        for evil in ("https://evil.example/", "//evil.example", "/\\evil.example"):
            answer = await page.sends("/sign-in", email=CHIEF, password=DEMO_PASSWORD, next=evil)
            assert answer.url.path == "/agency"


async def test_the_cookie_is_kept_from_scripts_and_from_other_sites(story: Story) -> None:
    async with httpx.AsyncClient(base_url=story.carrier.public_url) as http:
        answer = await http.post("/sign-in", data={"email": CHIEF, "password": DEMO_PASSWORD})
    cookie = answer.headers["set-cookie"].lower()
    assert cookie.startswith(cookie_name().lower())
    assert "httponly" in cookie
    assert "samesite=lax" in cookie


async def test_over_https_the_cookie_is_this_hosts_alone(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RRT_SECURE_COOKIES", "true")
    get_settings.cache_clear()
    async with browser(story) as page:
        answer = await page.http.post(
            "/sign-in", data={"email": CHIEF, "password": DEMO_PASSWORD}, follow_redirects=False
        )
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-rrt=")
    assert {"HttpOnly", "Path=/", "SameSite=lax", "Secure"} == {part.strip() for part in cookie.split(";")[1:]}


async def test_a_signed_out_cookie_is_worth_nothing(story: Story) -> None:
    async with browser(story, CHIEF) as page:
        token = page.http.cookies[cookie_name()]
        out = await page.http.post("/sign-out", follow_redirects=False)
        assert (out.status_code, out.headers["location"]) == (303, "/sign-in")
        page.http.cookies.set(cookie_name(), token)
        assert (await page.opens("/agency")).url.path == "/sign-in"


async def test_a_page_one_may_not_see_says_what_to_do(story: Story) -> None:
    async with browser(story, CHIEF) as page:
        answer = await page.opens("/desk")
        assert answer.status_code == 403
        assert "ask an administrator" in answer.text


async def test_the_inbox_is_offered_only_to_those_who_work_on_offers(story: Story) -> None:
    for who, sees in ((RECOMMENDER, True), (APPROVER, False)):
        async with browser(story, who) as page:
            assert ("/desk/replies" in (await page.opens("/desk")).text) is sees


async def test_the_live_stream_refuses_without_a_session_and_does_not_redirect(story: Story) -> None:
    async with httpx.AsyncClient(base_url=story.carrier.public_url) as http:
        assert (await http.get("/live")).status_code == 401


async def test_an_agency_hears_of_its_own_requests_only(story: Story) -> None:
    from app.access.pages import may_hear
    from app.access.viewer import Viewer

    await story.files()
    own = (await story.get("/requests", who="chief"))["items"][0]["agency_id"]

    def viewer(role: str, agency_id: int | None) -> Viewer:
        return Viewer(1, "", "", frozenset({role}), agency_id, None, "session")

    async def hears(viewer: Viewer) -> bool:
        from sqlalchemy import select

        from app.core.database import begin
        from app.requests.models import Request

        async with begin() as session:
            request_id = (await session.scalars(select(Request.id))).one()
        return await may_hear(viewer, f"request:{request_id}")

    assert await hears(viewer("requester", own))
    assert not await hears(viewer("requester", own + 1))
    assert not await hears(viewer("expert", None))
    assert await hears(viewer("auditor", None))
    assert not await may_hear(viewer("requester", own), "text.settled")


async def test_the_page_of_the_sign_in_says_what_was_wrong_beside_the_form(story: Story) -> None:
    async with browser(story) as page:
        answer = await page.sends("/sign-in", email=CHIEF, password="guess")
        assert answer.status_code == 422
        assert headline(answer) == "Sign in"
        assert "<title>Error: " in answer.text
        assert f'value="{CHIEF}"' in answer.text
