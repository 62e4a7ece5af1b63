"""What is kept long enough goes, a legal hold keeps it, and the log stays whole."""

from datetime import timedelta

import psycopg
from sqlalchemy import select, text, update

from app.core import chain
from app.core.clock import clock
from app.core.database import begin
from app.core.jobs import is_periodic
from app.core.retention import NOBODY, RULES
from app.messaging.models import InboundMessage, Message
from app.privacy import purging
from app.requests.models import Request
from app.surveys.models import Partner
from tests.postgres import libpq
from tests.story import Person, Story
from tests.web.browser import ADMIN, browser, headline

LONG_AGO = clock.now() - timedelta(days=2000)
SAID = "my sister in law canary will drive me"


async def _an_old_deployment(story: Story, database_url: str) -> tuple[str, Person]:
    """A request of years ago, to which somebody said something."""
    reference = await story.files(contact_name="Ellen Canary")
    await story.approves(reference)
    amy = (await story.asks(reference))[0]
    await amy.texts(SAID)
    async with begin() as session:
        await session.execute(update(InboundMessage).values(received_at=LONG_AGO, state="settled"))
        await session.execute(update(Message).where(Message.state != "queued").values(queued_at=LONG_AGO))
    with psycopg.connect(libpq(database_url)) as owner:
        owner.execute("set session_replication_role = replica")
        change = "update deployments set state = 'stood_down', starts_at = %(at)s - interval '3 days', ends_at = %(at)s"
        owner.execute(change, {"at": LONG_AGO})
    return reference, amy


async def _texts(session: object, person: Person) -> tuple[list[str], list[str]]:
    bodies = select(InboundMessage.body).where(InboundMessage.expert_id == person.id)
    numbers = select(Message.number).where(Message.expert_id == person.id)
    return list(await session.scalars(bodies)), list(await session.scalars(numbers))  # type: ignore[attr-defined]


async def test_every_rule_of_the_schedule_can_be_asked_and_run(story: Story) -> None:
    async with begin(only_reads=True) as session:
        found = await purging.due(session)
    assert {one.rule.name for one in found} == RULES.keys()
    assert len(found) >= 16
    assert set(await purging.purge()) == RULES.keys()


async def test_old_texts_and_contacts_are_emptied_and_the_log_stays_whole(story: Story, database_url: str) -> None:
    reference, amy = await _an_old_deployment(story, database_url)
    async with begin() as session:
        told = {one.rule.name: one.due for one in await purging.due(session)}
    assert told["texts_in"] == told["contacts"] == 1
    assert told["texts_out"] > 0
    assert is_periodic("privacy.purge")
    await purging.purge()
    async with begin() as session:
        bodies, numbers = await _texts(session, amy)
        request = (await session.scalars(select(Request).where(Request.reference == reference))).one()
        assert bodies == [""]
        assert set(numbers) == {NOBODY}
        assert (request.contact_name, request.contact_phone, request.details) == ("", "", {})
        assert not any(one.due for one in await purging.due(session) if one.rule.name in ("texts_in", "contacts"))
        assert not (await chain.verify(session, [])).findings
        purged = await session.scalars(text("select data->>'rule' from events where kind = 'data.purged'"))
        assert {"texts_in", "texts_out", "contacts"} <= set(purged)


async def test_a_hold_keeps_everything_of_its_expert_or_request_until_it_is_lifted(
    story: Story, database_url: str
) -> None:
    reference, amy = await _an_old_deployment(story, database_url)
    on_amy = await story.post("admin", "/legal-holds", {"kind": "expert", "about": str(amy.id), "why": "Doe matter"})
    on_request = await story.post("admin", "/legal-holds", {"kind": "request", "about": reference, "why": "Doe matter"})
    kept = {one["name"]: one for one in await story.get("/retention", "admin")}
    assert kept["texts_in"]["held"] == kept["contacts"]["held"] == 1
    assert kept["texts_in"]["due"] == kept["contacts"]["due"] == 0
    await purging.purge()
    async with begin() as session:
        assert (await _texts(session, amy))[0] == [SAID]
    await story.post("admin", f"/legal-holds/{on_request['id']}/lift", {"why": "Settled"})
    await purging.purge()
    async with begin() as session:
        bodies, numbers = await _texts(session, amy)
        assert bodies == [SAID]
        assert NOBODY not in numbers
    await story.post("admin", f"/legal-holds/{on_amy['id']}/lift", {"why": "Settled"})
    await purging.purge()
    async with begin() as session:
        assert (await _texts(session, amy))[0] == [""]
        told = await session.execute(text("select kind, data->>'why' from events where kind like 'hold.%' order by id"))
        assert [tuple(row) for row in told] == [("hold.set", "Doe matter")] * 2 + [("hold.lifted", "Settled")] * 2


async def test_holds_want_a_reason_and_something_that_is_there_and_stand_once(story: Story) -> None:
    reference = await story.files()
    for wrong, field in (
        ({"kind": "request", "about": "99-9999", "why": "x"}, "about"),
        ({"kind": "expert", "about": "1; drop table experts", "why": "x"}, "about"),
        ({"kind": "request", "about": reference, "why": "  "}, "why"),
    ):
        refused = await story.api("admin", "POST", "/legal-holds", wrong)
        assert refused.status_code == 422
        assert field in refused.json()["errors"]
    right = {"kind": "request", "about": reference, "why": "Doe matter"}
    await story.post("admin", "/legal-holds", right)
    assert (await story.api("admin", "POST", "/legal-holds", right)).status_code == 409
    assert (await story.api("recommender", "POST", "/legal-holds", right)).status_code == 403


async def test_the_page_shows_the_schedule_and_sets_and_lifts_a_hold(story: Story) -> None:
    reference = await story.files()
    async with browser(story, ADMIN) as page:
        shown = await page.opens("/desk/kept")
        assert headline(shown) == "Nothing is due to be purged, no legal hold stands"
        assert "1095 days" in shown.text
        wrong = await page.sends("/desk/kept/holds", kind="request", about="99-9999", why="Doe <matter>")
        assert wrong.status_code == 422
        assert "There is no such request." in wrong.text
        assert "Doe &lt;matter&gt;" in wrong.text
        done = await page.sends("/desk/kept/holds", kind="request", about=reference, why="Doe matter")
        assert headline(done) == "Nothing is due to be purged, one legal hold stands"
        hold_id = (await story.get("/legal-holds", "admin"))[0]["id"]
        assert "Say why" in (await page.sends(f"/desk/kept/holds/{hold_id}/lift", why=" ")).text
        assert "no legal hold stands" in headline(await page.sends(f"/desk/kept/holds/{hold_id}/lift", why="Over"))


async def test_a_partner_of_years_ago_keeps_the_organisation_and_neither_name_nor_number(story: Story) -> None:
    reference = await story.files()
    await story.approves(reference)
    async with begin() as session:
        deployment_id = await session.scalar(text("select id from deployments"))
        partner = Partner(
            deployment_id=deployment_id, organisation="River Clinic", name="Pat Canary", number="+13035551177",
            added_at=LONG_AGO, added_by="Robin Simms",
        )  # fmt: skip
        session.add(partner)
    assert (await purging.purge())["partners"] == 1
    async with begin() as session:
        kept = await session.get_one(Partner, partner.id)
        assert (kept.organisation, kept.name, kept.number) == ("River Clinic", "", None)
    assert (await purging.purge())["partners"] == 0


async def _words_gone() -> list[int]:
    gone = await purging.purge()
    return [gone["survey_words"], gone["rating_words"]]


async def test_words_of_surveys_and_ratings_go_and_what_was_chosen_stays(story: Story, database_url: str) -> None:
    reference, amy = await _an_old_deployment(story, database_url)
    insert = (
        "insert into surveys (deployment_id, key, audience, touch, expert_id, due_at, answered_at, answers)"
        " select id, %(key)s, 'expert', 'hours_72', %(expert)s, %(at)s, %(at)s, %(answers)s from deployments"
    )
    said = '{"support": "5", "words": "My canary was ill"}'
    with psycopg.connect(libpq(database_url), autocommit=True) as owner:
        for key, at in (("old", LONG_AGO), ("new", clock.now())):
            owner.execute(insert, {"key": key, "expert": amy.id, "at": at, "answers": said})
        owner.execute(
            "insert into ratings (deployment_id, by_id, at, help, words) select d.id, u.id, %s, 5, 'The canary sang'"
            " from deployments d, users u where u.email = 'chief@harlanridge.example'",
            [LONG_AGO],
        )
        hold = await story.post("admin", "/legal-holds", {"kind": "request", "about": reference, "why": "Doe matter"})
        assert await _words_gone() == [0, 0]
        await story.post("admin", f"/legal-holds/{hold['id']}/lift", {"why": "Settled"})
        assert await _words_gone() == [1, 1]
        kept: dict[str, object] = dict(owner.execute("select key, answers from surveys").fetchall())
        assert kept == {"old": {"support": "5"}, "new": {"support": "5", "words": "My canary was ill"}}
        assert owner.execute("select help, words from ratings").fetchall() == [(5, "")]
        assert await _words_gone() == [0, 0]
