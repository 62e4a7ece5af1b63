"""Who may do what, over the API and the pages."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from app.seed.filling import DEMO_PASSWORD
from tests.story import Story


async def test_another_agency_sees_nothing_of_a_request(story: Story) -> None:
    reference = await story.files()
    answer = await story.api("stranger", "GET", f"/requests/{reference}")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert (await story.get("/requests", who="stranger"))["items"] == []
    assert [row["reference"] for row in (await story.get("/requests", who="chief"))["items"]] == [reference]


async def test_the_one_who_recommends_cannot_approve(story: Story) -> None:
    reference = await story.files()
    await story.post("intake", f"/requests/{reference}/take-in")
    await story.post("recommender", f"/requests/{reference}/recommend", {"team_type": "T1"})
    assert (await story.api("recommender", "POST", f"/requests/{reference}/approve", {})).status_code == 403
    assert (await story.api("chief", "POST", f"/requests/{reference}/approve", {})).status_code == 403
    assert (await story.api("approver", "POST", f"/requests/{reference}/approve", {})).status_code == 200


async def test_a_repeated_post_makes_one_request_and_another_body_is_refused(story: Story) -> None:
    form = {
        "incident_type": "lodd_felonious", "city": "Harlan Ridge", "state": "CO", "contact_name": "Ellen Marsh",
        "contact_phone": "719-555-0142", "contact_email": "chief@harlanridge.example",
    }  # fmt: skip
    first = await story.api("chief", "POST", "/requests", form, **{"Idempotency-Key": "same"})
    second = await story.api("chief", "POST", "/requests", form, **{"Idempotency-Key": "same"})
    other = await story.api("chief", "POST", "/requests", form | {"days": 5}, **{"Idempotency-Key": "same"})
    assert (first.status_code, second.status_code, other.status_code) == (201, 201, 422)
    assert first.json() == second.json()
    assert second.headers["idempotent-replayed"] == "true"
    assert len((await story.get("/requests", who="chief"))["items"]) == 1


async def test_an_edit_of_a_version_that_has_moved_on_is_refused(story: Story) -> None:
    reference = await story.files()
    read = await story.api("chief", "GET", f"/requests/{reference}")
    seen = {"If-Match": read.headers["etag"]}
    path = f"/requests/{reference}"
    assert (await story.api("chief", "PATCH", path, {"days": 4}, **seen)).status_code == 200
    assert (await story.api("chief", "PATCH", path, {"days": 5}, **seen)).status_code == 412
    assert (await story.api("chief", "PATCH", path, {"days": 5})).status_code == 428


async def test_bad_fields_are_named_one_by_one(story: Story) -> None:
    form = {"incident_type": "alien_landing", "city": "", "state": "ZZ", "contact_phone": "1", "unknown": 1}
    answer = await story.api("chief", "POST", "/requests", form)
    assert answer.status_code == 422
    assert {"incident_type", "city", "state", "contact_name", "contact_email", "unknown"} <= answer.json()[
        "errors"
    ].keys()


@asynccontextmanager
async def _page(story: Story, email: str) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=story.carrier.public_url, follow_redirects=True, timeout=30) as client:
        form = {"email": email, "password": DEMO_PASSWORD}
        assert (await client.post("/sign-in", data=form)).status_code == 200
        yield client


async def test_a_wrong_password_keeps_the_address_and_says_what_to_do(story: Story) -> None:
    async with httpx.AsyncClient(base_url=story.carrier.public_url) as client:
        answer = await client.post("/sign-in", data={"email": "approve@desk.example", "password": "not it at all"})
    assert answer.status_code == 422
    assert "approve@desk.example" in answer.text
    assert "Check both and try again" in answer.text


async def test_every_page_of_the_desk_opens_and_asks_nobody_by_being_read(story: Story) -> None:
    reference = await story.files()
    await story.approves(reference)
    async with _page(story, "recommend@desk.example") as page:
        for path in ("/desk", f"/desk/requests/{reference}", "/desk/replies", "/desk?part=board"):
            assert (await page.get(path)).status_code == 200
        assert await story.offers(reference) == []
        answer = await page.post(f"/desk/requests/{reference}/accept", data={"version": "1"})
        assert answer.status_code == 200
    await story.settle()
    assert len(await story.offers(reference)) == 3


async def test_a_page_of_another_site_cannot_make_the_browser_act(story: Story) -> None:
    async with _page(story, "chief@harlanridge.example") as page:
        answer = await page.post("/sign-out", headers={"Sec-Fetch-Site": "cross-site"})
        assert answer.status_code == 403


async def test_pages_carry_the_strict_content_policy(story: Story) -> None:
    async with httpx.AsyncClient(base_url=story.carrier.public_url) as client:
        answer = await client.get("/sign-in")
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; script-src 'self'")
    assert answer.headers["cache-control"] == "no-store"
