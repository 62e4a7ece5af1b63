"""My days, my trips, care and my record, as an expert without JavaScript uses them."""

import json
from datetime import UTC, date, datetime, timedelta

from icalendar import Calendar
from sqlalchemy import delete, func, select, update

from app.access.models import User
from app.core.clock import clock, in_zone
from app.core.database import begin
from app.deployments.models import Assignment
from app.experts.models import Absence, Consent, Contact, Credential, Expert, SentPaper, StandbyWeek
from app.experts.quiet import may_be_asked_from
from tests.field.conftest import ORDER
from tests.my.people import asked, code_in
from tests.story import Person, Story
from tests.web.browser import CHIEF, EXPERT, RECOMMENDER, browser, headline


async def plays_expert(person: Person) -> None:
    """The demo account is this person's."""
    async with begin() as session:
        await session.execute(update(User).where(User.email == EXPERT).values(expert_id=person.id))


async def someone(story: Story) -> Person:
    """Whoever the demo account belongs to."""
    async with begin() as session:
        expert_id = await session.scalar(select(User.expert_id).where(User.email == EXPERT))
    assert expert_id is not None
    return await story.person(expert_id)


async def absences(person: Person) -> list[tuple[date, date]]:
    """First and last day of each absence, there."""
    async with begin() as session:
        expert = await session.get_one(Expert, person.id)
        rows = await session.scalars(select(Absence).where(Absence.expert_id == person.id).order_by(Absence.starts_at))
        return [
            (
                in_zone(row.starts_at, expert.time_zone).date(),
                in_zone(row.ends_at - timedelta(minutes=1), expert.time_zone).date(),
            )
            for row in rows
        ]


async def test_days_are_tapped_entered_and_freed_and_standby_weeks_chosen(story: Story) -> None:
    me = await someone(story)
    async with begin() as session:
        await session.execute(delete(Absence))
    async with browser(story, EXPERT) as page:
        assert headline(await page.opens("/my/days")) == "When can you go?"
        tapped = await page.sends("/my/days/tap", day="2026-12-03")
        assert 'aria-label="Thursday, December 3, away"' in tapped.text
        await page.sends("/my/days/range", first="2026-12-20", last="2026-12-27", kind="away")
        assert await absences(me) == [(date(2026, 12, 3),) * 2, (date(2026, 12, 20), date(2026, 12, 27))]
        # A free day in the middle cuts the absence in two.
        await page.sends("/my/days/tap", day="2026-12-24")
        await page.sends("/my/days/tap", day="2026-12-03")
        assert await absences(me) == [
            (date(2026, 12, 20), date(2026, 12, 23)),
            (date(2026, 12, 25), date(2026, 12, 27)),
        ]
        for first, last in (("soon", ""), ("2026-12-20", "2026-12-10"), ("2026-12-01", "2028-12-01"), ("", "")):
            refused = await page.sends("/my/days/range", first=first, last=last, kind="away")
            assert (refused.status_code, refused.text.count("usa-error-message")) == (422, 1), (first, last)
            assert f'value="{first}"' in refused.text
        assert (await page.sends("/my/days/tap", day="2026-11-01")).status_code == 422
        # Typed as in our texts, for browsers without a date field; AWAY by text does the same.
        await page.sends("/my/days/range", first="1/4", last="1/5", kind="away")
        await me.texts("AWAY 2/1-2/2")
        assert (await absences(me))[-2:] == [(date(2027, 1, 4), date(2027, 1, 5)), (date(2027, 2, 1), date(2027, 2, 2))]
        assert (await page.opens("/my/days?month=2031-01")).status_code == 200
        assert (await page.opens("/my/days?month=nothing")).status_code in (200, 422)
        # One week on, three off.
        turned = await page.sends("/my/standby", week="2026-11-23", verb="turns")
        assert headline(turned) == "You are on standby this week"
        async with begin() as session:
            weeks = sorted(await session.scalars(select(StandbyWeek.monday).where(StandbyWeek.expert_id == me.id)))
        assert weeks[:3] == [date(2026, 11, 23), date(2026, 12, 21), date(2027, 1, 18)]
        await page.sends("/my/standby", week="2026-11-23", verb="off")
        assert headline(await page.sends("/my/standby", week="2026-11-30", verb="on")) == "When can you go?"
        assert (await page.sends("/my/standby", week="2026-11-24", verb="on")).status_code == 422
        spoken = await page.sends("/language", language="es", next="/my/days")
        assert headline(spoken) == "¿Cuándo puede ir?"
        assert "Noviembre de 2026" in spoken.text


async def test_who_is_on_standby_is_asked_at_night_unless_it_can_wait(story: Story) -> None:
    night = datetime(2026, 11, 24, 8, tzinfo=UTC)  # 3 a.m. in New York
    asked_at = [
        may_be_asked_from(night, zone="America/New_York", is_immediate=False, wakes=True, is_on_standby=on_standby)
        for on_standby in (True, False)
    ]
    assert asked_at == [night, datetime(2026, 11, 24, 13, tzinfo=UTC)]
    clock.advance(timedelta(hours=14))  # 2 a.m. in New York, before dawn everywhere
    async with begin() as session:
        await session.execute(update(Expert).values(wakes_for_immediate=False))
        for expert_id in await session.scalars(select(Expert.id)):
            session.add(StandbyWeek(expert_id=expert_id, monday=date(2026, 11, 23)))
    for priority, state in (("urgent", "contacting"), ("planned", "planned")):
        reference = await story.files(priority=priority, needed_by=(clock.now() + timedelta(days=20)).isoformat())
        await story.approves(reference)
        await story.asks(reference)
        assert {offer["state"] for offer in await story.offers(reference)} == {state}


async def test_a_trip_has_its_sheet_its_calendar_file_and_takes_what_the_road_tells(story: Story) -> None:
    reference, people = await asked(story, summary="The gymnasium")
    me = people[0]
    await plays_expert(me)
    await me.texts("YES")
    async with browser(story, EXPERT) as page:
        trip = await page.opens("/my/trips")
        assert headline(trip) == "Your trip to Harlan Ridge, Colorado"
        for known in ("Harlan Ridge Police Department", "The gymnasium", "Ellen Marsh", reference):
            assert known in trip.text
        assert "I have arrived" not in trip.text  # the journey has not begun
        file = await page.opens("/my/trips.ics")
        assert file.headers["content-type"].startswith("text/calendar")
        for secret in ("Harlan", "shooting", "gymnasium", "Marsh", reference):
            assert secret not in file.text
        (event,) = Calendar.from_ical(file.content).walk("VEVENT")
        async with begin() as session:
            seat = (await session.scalars(select(Assignment).where(Assignment.expert_id == me.id))).one()
        assert event["UID"] == f"assignment-{seat.id}@rapid-response-team"
        assert (event["SUMMARY"], event["SEQUENCE"], event["STATUS"]) == ("RRT journey", 0, "CONFIRMED")
        assert event.decoded("DTSTART") == seat.span.lower
        async with begin() as session:
            begun = func.tstzrange(clock.now() - timedelta(hours=1), func.upper(Assignment.span))
            await session.execute(update(Assignment).values(span=begun))
        await page.sends(f"/my/trips/{seat.id}", verb="delayed", note="an hour, snow")
        said = [(row["meaning"], row["body"]) for row in await story.get("/inbox", who="recommender")]
        assert said == [("delay_noted", "DELAYED an hour, snow")]
        arrived = await page.sends(f"/my/trips/{seat.id}", verb="arrived")
        assert "Noted: you are there" in arrived.text
        await story.settle()
        assert "noted that you arrived" in me.hears()[-1]
        assert "You told us that you arrived" in (await page.sends(f"/my/trips/{seat.id}", verb="arrived")).text
        await page.sends(f"/my/trips/{seat.id}", verb="home")
        async with begin() as session:
            seat = await session.get_one(Assignment, seat.id, populate_existing=True)
            assert seat.told_arrived_at
            assert seat.told_home_at
        (again,) = Calendar.from_ical((await page.opens(f"/my/trips/{seat.id}.ics")).content).walk("VEVENT")
        assert (again["UID"], again["SEQUENCE"]) == (event["UID"], 1)  # its times changed
        await plays_expert(people[1])
        assert (await page.opens(f"/my/trips/{seat.id}.ics")).status_code == 404
        assert (await page.sends(f"/my/trips/{seat.id}", verb="home")).status_code == 404
        assert headline(await page.opens("/my/trips")) == "You have no trip now"


async def test_care_asks_for_a_call_once_and_pauses_without_a_reason(story: Story) -> None:
    me = await someone(story)
    async with browser(story, EXPERT) as page:
        shown = await page.opens("/my/care")
        assert "988" in shown.text
        assert "1-800-985-5990" in shown.text
        for _ in range(3):
            await page.sends("/my/care/call-me")
        await story.settle()
        waiting = await story.get("/inbox", who="recommender")
        assert [(row["meaning"], row["expert_id"]) for row in waiting] == [("wants_person", me.id)]
        paused = await page.sends("/my/care/pause", until="2026-12-24")
        assert "You are not asked before Thu Dec 24, 12:00 a.m." in paused.text
        # An earlier date does not shorten a rest.
        await page.sends("/my/care/pause", until="2026-12-01")
        assert "You cannot be asked now" in headline(await page.opens("/my/record"))
        for bad in ("yesterday", "2026-11-01", "2031-01-01", ""):
            assert (await page.sends("/my/care/pause", until=bad)).status_code == 422
    async with begin() as session:
        expert = await session.get_one(Expert, me.id)
        assert expert.eligible_from is not None
        assert expert.eligible_from.date() == date(2026, 12, 24)


async def test_a_number_is_used_only_after_its_code_and_the_record_knows_what_changed_meanwhile(story: Story) -> None:
    me = await someone(story)
    new = Person(story, me.id, me.name, "+12025550191")
    async with browser(story, EXPERT) as page, browser(story, EXPERT) as other:
        await page.opens("/my/record")
        assert (await page.sends("/my/record/numbers", kind="mobile", number="12")).status_code == 422
        await page.sends("/my/record/numbers", kind="mobile", number="(202) 555-0191")
        await story.settle()
        assert (await story.person(me.id)).number == me.number
        assert (await page.sends("/my/record/numbers/code", code="00000000")).status_code == 422
        assert (await other.sends("/my/record/numbers/code", code=code_in(new))).status_code == 422
        used = await page.sends("/my/record/numbers/code", code=code_in(new))
        assert "We use your new number" in used.text
        assert (await story.person(me.id)).number == new.number
        async with begin() as session:
            version = (await session.get_one(Expert, me.id)).version
            contact = (
                await session.scalars(select(Contact).where(Contact.number == new.number, Contact.expert_id == me.id))
            ).one()
            assert contact.changed_at is not None
        fields = {"preferred_language": "es", "employer": "Lowry \0 PD"}
        saved = await page.sends("/my/record", version=str(version), **fields)
        assert 'value="Lowry PD"' in saved.text
        assert '<html lang="es">' in saved.text
        late = await other.sends("/my/record", version=str(version), preferred_language="en", employer="Elsewhere")
        assert (late.status_code, 'value="Elsewhere"' in late.text) == (412, True)
        await page.sends("/my/record/consents", kind="texts", given="yes")
        await page.sends("/my/record/consents", kind="wake", given="no")
        await page.sends("/my/record/consents", kind="texts", given="no")
        async with begin() as session:
            lines = (await session.scalars(select(Consent).order_by(Consent.id))).all()
            assert [(line.kind, line.is_given, line.wording) for line in lines] == [
                ("texts", True, "texts-2026-11"), ("wake", False, "wake-2026-11"), ("texts", False, "texts-2026-11"),
            ]  # fmt: skip
            assert not (await session.get_one(Expert, me.id)).wakes_for_immediate
            stopped = await session.scalars(select(Contact.texts_stopped_at).where(Contact.expert_id == me.id))
            assert all(stopped)
        data = json.loads((await page.opens("/my/record.json")).content)
        assert data["record"]["employer"] == "Lowry PD"
        assert [row["kind"] for row in data["consents"]] == ["texts", "wake", "texts"]
        assert any(row["number"] == new.number for row in data["numbers"])
        assert not any(code_in(new) in row["text"] for row in data["sent_to_me"])


async def test_a_paper_is_taken_by_its_first_bytes_and_counts_once_the_desk_has_looked(story: Story) -> None:
    me = await someone(story)
    pdf = b"%PDF-1.7 a background check"
    fields = {"kind": "background_check", "expires_on": "2028-12-01"}
    async with browser(story, EXPERT) as page, browser(story, RECOMMENDER) as desk, browser(story, CHIEF) as chief:

        async def sends(content: bytes, **changed: str) -> int:
            file = {"file": ("paper.pdf", content, "application/pdf")}
            answer = await page.http.post("/my/record/papers", data=fields | changed, files=file)
            return answer.status_code

        refused = [
            await sends(b"<html>%PDF-"), await sends(b""), await sends(pdf + b"0" * 1_500_000),
            await sends(pdf, kind="pilot"), await sends(pdf, expires_on="2020-01-01"), await sends(pdf, kind="lcsw"),
        ]  # fmt: skip
        assert refused == [422] * 6
        assert await sends(pdf) == 200
        await story.settle()
        waiting = await story.get("/inbox", who="recommender")
        assert [(row["meaning"], row["expert_id"]) for row in waiting] == [("paper_sent", me.id)]
        shown = await desk.opens("/desk/papers")
        assert headline(shown) == "One paper waits for you"
        async with begin() as session:
            paper = (await session.scalars(select(SentPaper))).one()
        path = f"/desk/papers/{paper.id}"
        file = await desk.opens(path)
        assert (file.content, file.headers["content-disposition"][:10]) == (pdf, "attachment")
        assert file.headers["x-content-type-options"] == "nosniff"
        for stranger in (chief, page):
            assert (await stranger.opens(path)).status_code == 403
        assert headline(await desk.sends(path, verb="take")) == "No paper waits for you"
        assert (await desk.sends(path, verb="refuse")).status_code == 409
        async with begin() as session:
            query = select(Credential).where(Credential.expert_id == me.id, Credential.kind == "background_check")
            credential = (await session.scalars(query)).one()
        assert (credential.expires_on, credential.verified_by) == (date(2028, 12, 1), "Robin Simms")
        assert "Taken" in (await page.opens("/my/record")).text


async def test_my_page_says_what_comes_next_from_the_yes_to_the_read_order(story: Story) -> None:
    reference, people = await asked(story)
    for one in people:
        await one.texts("YES")
    await plays_expert(people[0])
    async with browser(story, EXPERT) as page:
        assert "Do not book travel yet" in (await page.opens("/my")).text
        await story.post("recommender", f"/deployments/{reference}/order", ORDER)
        waiting = await page.opens("/my")
        assert "Do not book travel yet" not in waiting.text
        assert f'href="/my/teams/{reference}/order"' in waiting.text
        await page.sends(f"/my/teams/{reference}/order")
        read = await page.opens("/my")
        assert "You have read your mission order" in read.text
        assert "not book" not in read.text
        await story.post("recommender", f"/deployments/{reference}/order", ORDER | {"changed": "Report at the school."})
        assert "Your mission order has changed" in (await page.opens("/my")).text
        await page.sends(f"/my/teams/{reference}/order")
        member = f"/deployments/{reference}/members/{people[0].id}"
        for step in ("left", "arrived"):
            await story.post("recommender", f"{member}/check-ins", {"step": step})
        assert "You are on site" in (await page.opens("/my")).text
