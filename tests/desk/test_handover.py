"""Handing the desk over, and the accounts of those who work there."""

from sqlalchemy import select

from app.access.models import User
from app.core.database import begin
from app.core.events import Event
from tests.story import Story
from tests.web.browser import ADMIN, APPROVER, INTAKE, RECOMMENDER, browser, headline


async def test_who_has_the_desk_is_kept_and_what_is_promised_is_told_with_its_time(story: Story) -> None:
    reference = await story.files()
    async with browser(story, INTAKE) as page:
        first = await page.opens("/desk/handover")
        assert headline(first) == "Nobody has said that they have the desk"
        assert "Nobody has taken it on yet: Harlan Ridge, CO" in first.text
        assert "30 min left" in first.text
        assert headline(await page.sends("/desk/handover")) == "You have the desk"
        await page.sends("/desk/handover")
    async with browser(story, RECOMMENDER) as page:
        assert headline(await page.opens("/desk/handover")) == "Jo Ortega has the desk"
        await story.post("intake", f"/requests/{reference}/take-in")
        assert "took the request on" in (await page.opens("/desk/handover")).text
        assert headline(await page.sends("/desk/handover")) == "You have the desk"
    async with begin() as session:
        taken = (
            await session.scalars(select(Event.actor_name).where(Event.kind == "desk.taken").order_by(Event.id))
        ).all()
    assert taken == ["Jo Ortega", "Robin Simms"]


async def test_an_administrator_opens_changes_and_closes_accounts_but_not_the_own(story: Story) -> None:
    async with browser(story, ADMIN) as page:
        bad = await page.sends("/desk/people", email="kim@desk.example", name="", roles="auditor", password="x" * 20)
        assert bad.status_code == 422
        assert 'value="kim@desk.example"' in bad.text
        assert "x" * 20 not in bad.text
        fields = {"email": "kim@desk.example", "name": "Kim Vance", "roles": "auditor"}
        assert "Kim Vance" in (await page.sends("/desk/people", **fields, password="a-long-first-password")).text
        async with begin() as session:
            kim = (await session.scalars(select(User.id).where(User.email == "kim@desk.example"))).one()
            own = (await session.scalars(select(User.id).where(User.email == ADMIN))).one()
        async with browser(story, "kim@desk.example", "a-long-first-password") as theirs:
            assert (await theirs.opens("/desk/timeline")).status_code == 200
            assert (await page.sends(f"/desk/people/{kim}", roles="evaluator", is_active="yes")).status_code == 200
            assert "Sign in" in (await theirs.opens("/desk/timeline")).text
        answer = await page.sends(f"/desk/people/{own}", roles="auditor", is_active="yes")
        assert "nobody changes their own rights" in answer.text
        answer = await page.http.post(f"/desk/people/{kim}", data={"roles": ["admin", "approver"], "is_active": "yes"})
        assert "An administrator does not approve" in answer.text
        closed = await page.sends(f"/desk/people/{kim}", roles="evaluator", is_active="")
        assert "Kim Vance</strong> (closed)" in closed.text
        assert (
            await page.sends("/sign-in", email="kim@desk.example", password="a-long-first-password")
        ).status_code == 422
    async with browser(story, APPROVER) as page:
        assert (await page.opens("/desk/people")).status_code == 403
