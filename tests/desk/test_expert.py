"""One expert: days away, credentials, phone numbers, the record; entering one, and many from a file."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from app.core.clock import clock
from app.core.database import begin
from app.core.events import Event
from app.core.text import shown_phone
from app.desk.expert_file import by_month
from app.experts.models import Contact, Credential, Expert
from tests.story import Story
from tests.web.browser import INTAKE, RECOMMENDER, Browser, browser, headline


@pytest.fixture
async def desk(story: Story) -> AsyncIterator[Browser]:
    """The scheduler's browser; that of the pool's first expert is not hers."""
    async with browser(story, RECOMMENDER) as page:
        yield page


async def _somebody() -> Expert:
    async with begin() as session:
        query = select(Expert).where(Expert.is_active, Expert.papers_until > clock.now().date() + timedelta(days=60))
        return (await session.scalars(query.order_by(Expert.id).offset(5).limit(1))).one()


async def _events(kind: str) -> int:
    async with begin() as session:
        return len((await session.scalars(select(Event).where(Event.kind == kind))).all())


async def test_days_away_are_marked_shown_and_ended(desk: Browser) -> None:
    expert = await _somebody()
    here = f"/desk/experts/{expert.id}"
    assert headline(await desk.opens(here)) == f"{expert.name} is ready to be asked"
    bad = await desk.sends(f"{here}/away", first="2026-12-24", last="2026-12-01")
    assert bad.status_code == 422
    assert "This is before the first day" in bad.text
    assert 'value="2026-12-24"' in bad.text
    answer = await desk.sends(f"{here}/away", first="2026-11-23", last="2026-12-02")
    assert "away now" in answer.text
    assert (
        expert.name not in (await desk.opens(f"/desk/experts?q={expert.name}&free_on=2026-11-25")).text.split("<h2")[1]
    )
    assert "away now" not in (await desk.sends(f"{here}/back")).text


async def test_a_paper_that_is_renewed_makes_ready_and_who_verified_it_is_shown(desk: Browser) -> None:
    expert = await _somebody()
    here = f"/desk/experts/{expert.id}"
    async with begin() as session:
        query = select(Credential).where(Credential.expert_id == expert.id, Credential.kind == "background_check")
        paper = (await session.scalars(query)).one()
        paper.expires_on = date(2026, 11, 1)
    assert headline(await desk.opens(here)) == f"{expert.name} may not be asked now"
    assert "Background check ended on Nov 1, 2026" in (await desk.opens(f"/desk/experts?q={expert.name}")).text
    late = await desk.sends(f"{here}/credentials/{paper.id}", verb="renew", expires_on="2026-11-02")
    assert "This day is over already" in late.text
    answer = await desk.sends(f"{here}/credentials/{paper.id}", verb="renew", expires_on="2028-11-02")
    assert headline(answer) == f"{expert.name} is ready to be asked"
    assert "Robin Simms" not in answer.text.split("x-papers")[2].split("</section>")[0]
    answer = await desk.sends(f"{here}/credentials/{paper.id}", verb="verify")
    assert "Robin Simms" in answer.text.split("x-papers")[2].split("</section>")[0]
    without_state = await desk.sends(f"{here}/credentials", kind="lcsw", expires_on="2028-01-01")
    assert "say in which" in without_state.text
    assert (
        "LCSW, CO" in (await desk.sends(f"{here}/credentials", kind="lcsw", state="CO", expires_on="2028-01-01")).text
    )
    assert "there already" in (await desk.sends(f"{here}/credentials", kind="lcsw", state="CO")).text


async def test_who_opened_the_page_of_an_expert_is_in_the_log(desk: Browser) -> None:
    expert = await _somebody()
    before = await _events("expert.viewed")
    await desk.opens(f"/desk/experts/{expert.id}")
    assert await _events("expert.viewed") == before + 1


async def test_phone_numbers_are_shown_on_request_and_the_look_is_kept(story: Story, desk: Browser) -> None:
    expert = await _somebody()
    async with begin() as session:
        contact = (await session.scalars(select(Contact).where(Contact.expert_id == expert.id))).first()
        assert contact is not None
        contact.texts_stopped_at = clock.now()
    here, number = f"/desk/experts/{expert.id}", shown_phone(contact.number)
    page = await desk.opens(here)
    assert number not in page.text
    assert "STOP on" in page.text
    assert await _events("expert.contacts_viewed") == 0
    assert number in (await desk.sends(f"{here}/contacts")).text
    assert await _events("expert.contacts_viewed") == 1
    assert "looked at the phone numbers" in (await desk.opens(here)).text
    async with browser(story, INTAKE) as officer:
        read = await officer.opens(here)
        assert "Mark away" not in read.text
        assert (await officer.sends(f"{here}/away", first="2026-12-01")).status_code == 403


async def test_of_two_who_change_a_record_the_second_sees_the_first_and_loses_no_word(desk: Browser) -> None:
    expert = await _somebody()
    here = f"/desk/experts/{expert.id}/edit"
    fields = {"name": expert.name, "email": expert.email or "", "languages": "English 5", "is_active": "yes"}
    version = str(expert.version)
    saved = await desk.sends(here, **fields, version=version, employer="Elm County", preferred_language="es")
    assert "Works at Elm County" in saved.text
    late = await desk.sends(here, **fields, version=version, employer="Oak County", preferred_language="en")
    assert late.status_code == 412
    assert "Employer: now Elm County, yours Oak County" in late.text
    assert 'value="Oak County"' in late.text
    again = re.findall(r'name="version" value="(\d+)"', late.text)[0]
    saved = await desk.sends(here, **fields, version=again, employer="Oak County", preferred_language="en")
    assert "Works at Oak County" in saved.text
    wrong = await desk.sends(here, **fields | {"languages": "Klingon 4"}, version=str(int(again) + 1), employer="Ash")
    assert wrong.status_code == 422
    assert "Klingon 4: give a language we know" in wrong.text
    assert 'value="Ash"' in wrong.text
    long = await desk.sends(here, **fields | {"name": "A" * 201}, version=str(int(again) + 1), employer="Ash")
    assert (long.status_code, "Write at most 200 characters." in long.text) == (422, True)


async def test_an_expert_is_entered_by_form_and_many_by_file_after_a_dry_run(desk: Browser) -> None:
    bad = await desk.sends(
        "/desk/experts/new", name="Ada Quill", city="Nowhere Gap", state="CO", mobile="12", languages=""
    )
    assert bad.status_code == 422
    assert 'value="Ada Quill"' in bad.text
    assert "give its latitude and longitude" in bad.text
    fields = {"name": "Ada Quill", "city": "Harlan Ridge", "state": "CO", "mobile": "719 555 0188", "disciplines": "LE"}
    made = await desk.sends("/desk/experts/new", **fields, languages="English 5, Spanish 4")
    assert headline(made) == "Ada Quill may not be asked now"
    assert "Spanish 4" in made.text
    csv = (
        "name,disciplines,city,state,latitude,longitude,mobile,languages\n"
        "Bo Reed,VA;MH,Denver,CO,39.7,-105,7195550189,en=5\n"
        "Cy Vale,XX,Denver,CO,39.7,-105,7195550190,en=5\n"
    )
    answer = await desk.http.post("/desk/experts/import", files={"file": ("pool.csv", csv.encode(), "text/csv")})
    assert headline(answer) == "1 line can be entered, 1 cannot"
    assert await _events("expert.added") == 1
    answer = await desk.sends("/desk/experts/import", content=csv)
    assert headline(answer) == "1 expert is entered"
    assert "Bo Reed" in (await desk.opens("/desk/experts?sort=newest")).text
    refused = await desk.http.post("/desk/experts/import", files={"file": ("x.png", b"\x89PNG\xff", "image/png")})
    assert refused.status_code == 422


async def test_a_line_that_the_database_would_refuse_keeps_no_other_from_being_entered(desk: Browser) -> None:
    csv = (
        "name,disciplines,city,state,latitude,longitude,mobile,alternate,credentials,county\n"
        "Al Same,VA,Denver,CO,39.7,-105,7195550187,(719) 555-0187,,\n"
        "Di Twice,VA,Denver,CO,39.7,-105,7195550188,,rrt_orientation;rrt_orientation,\n"
        f"El Long,VA,Denver,CO,39.7,-105,7195550189,,,{'x' * 140_000}\n"
        "Fa Good,VA,Denver,CO,39.7,-105,7195550190,,,Elm\n"
    )
    dry = await desk.http.post("/desk/experts/import", files={"file": ("pool.csv", csv.encode(), "text/csv")})
    assert headline(dry) == "1 line can be entered, 3 cannot"
    done = await desk.sends("/desk/experts/import", content=csv)
    assert headline(done) == "1 expert is entered"
    assert "is the other number too" in done.text


async def test_an_address_that_somebody_else_has_is_refused_beside_its_field(desk: Browser) -> None:
    expert = await _somebody()
    async with begin() as session:
        other = (await session.scalars(select(Expert).where(Expert.id != expert.id).limit(1))).one()
        other.email = "taken@experts.example"
    here = f"/desk/experts/{expert.id}/edit"
    wrong = await desk.sends(
        here, name=expert.name, email="taken@experts.example", languages="English 5", version=str(expert.version),
        employer="Ash County",
    )  # fmt: skip
    assert wrong.status_code == 422
    assert "is in the pool already" in wrong.text
    assert 'value="Ash County"' in wrong.text


def test_a_stay_over_the_end_of_a_month_counts_in_both() -> None:
    stays = [(datetime(2026, 10, 30, 15, tzinfo=UTC), datetime(2026, 11, 2, 15, tzinfo=UTC))]
    months = by_month(stays, date(2026, 11, 23), "America/Denver")
    assert [(month.first.month, month.days) for month in months[-2:]] == [(10, 2), (11, 2)]
    assert (len(months), sum(month.days for month in months)) == (12, 4)
