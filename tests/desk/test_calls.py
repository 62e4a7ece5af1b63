"""Taking a call: kept while typing, its agency found, filed once, nothing lost when something is missing."""

from uuid import uuid4

from sqlalchemy import select

from app.agencies.models import Agency
from app.core.database import begin
from app.requests.models import Request
from tests.desk.forms import area
from tests.story import Story
from tests.web.browser import CHIEF, INTAKE, browser, headline


async def _agency() -> Agency:
    async with begin() as session:
        return (await session.scalars(select(Agency).where(Agency.name.like("Harlan Ridge%")))).one()


async def test_a_call_is_filed_as_a_request_that_its_taker_looks_after(story: Story) -> None:
    agency, token = await _agency(), str(uuid4())
    async with browser(story, INTAKE) as page:
        found = await page.sends("/desk/new", token=token, verb="find", find="harlan co")
        assert f'value="{agency.id}" checked' in found.text
        call = {
            "token": token, "agency": str(agency.id), "incident_type": "officer_suicide", "priority": "immediate",
            "contact_title": "Chief", "contact_name": "Ellen Marsh", "contact_phone": "719 555 0142",
            "summary": "Found by <a colleague>.",
        }  # fmt: skip
        filed = await page.sends("/desk/new", verb="file", **call)
        assert headline(filed) == "Harlan Ridge, CO waits for a recommendation"
        assert "You look after it." in filed.text
        assert "Found by &lt;a colleague&gt;." in filed.text
        again = await page.sends("/desk/new", verb="file", **call)
        assert again.url == filed.url
    await story.settle()
    assert len([m for m in story.carrier.messages if "We have your request" in m["body"]]) == 1
    async with begin() as session:
        (request,) = (await session.scalars(select(Request))).all()
        assert (request.keyed_in_by_desk, request.city, request.contact_email) == (True, "Harlan Ridge", "")


async def test_what_is_typed_during_a_call_is_there_when_somebody_comes_back(story: Story) -> None:
    token = str(uuid4())
    async with browser(story, INTAKE) as page:
        saved = await page.http.post(
            "/desk/new",
            data={"token": token, "summary": "The radio room", "find": "Amity"},
            headers={"HX-Request": "1"},
        )
        assert saved.text.startswith("Saved ")
        assert f"/desk/new?draft={token}" in (await page.opens("/desk/new")).text
        assert area((await page.opens(f"/desk/new?draft={token}")).text, "summary") == "The radio room"
        await page.sends("/desk/new", token=token, verb="drop")
        assert (await page.opens(f"/desk/new?draft={token}")).status_code == 404
    async with browser(story, CHIEF) as page:
        assert (await page.opens("/desk/new")).status_code == 403


async def test_a_call_that_lacks_something_says_what_to_ask_and_keeps_the_rest(story: Story) -> None:
    agency = await _agency()
    async with browser(story, INTAKE) as page:
        wrong = await page.sends("/desk/new", token=str(uuid4()), verb="file", summary="Two dead", find="harlan")
        assert wrong.status_code == 422
        assert "Choose the agency from the list." in wrong.text
        assert "Ask for the name." in wrong.text
        assert area(wrong.text, "summary") == "Two dead"
        call = {"agency": str(agency.id), "incident_type": "mass_shooting", "contact_name": "E", "summary": "Two dead"}
        phone = await page.sends("/desk/new", token=str(uuid4()), verb="file", contact_phone="12", **call)
        assert phone.status_code == 422
        assert area(phone.text, "summary") == "Two dead"
        assert (await page.sends("/desk/new", token="x", verb="file")).status_code == 422


async def test_an_agency_that_asked_lately_is_said_while_it_is_chosen(story: Story) -> None:
    reference = await story.files()
    async with browser(story, INTAKE) as page:
        shown = await page.opens("/desk/new/agencies?find=harlan")
        assert f"mass shooting, {reference}" in shown.text
        assert "No agency fits" in (await page.opens("/desk/new/agencies?find=%25%25zz")).text
