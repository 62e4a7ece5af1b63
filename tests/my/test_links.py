"""The link in an offer's text: what it shows, what it never does, and when it ends (reliability.md D3, R16)."""

import logging
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text

from app.core.clock import clock
from app.core.database import begin
from app.core.events import Event
from app.core.ids import digest
from app.core.log import Masked
from app.core.settings import get_settings
from app.core.text import segments
from app.dispatch.models import OfferLink
from app.experts.models import Contact
from app.messaging import sealed
from app.messaging.models import Message
from tests.my.people import LINK, a_phone, asked, code_in, link_in
from tests.story import Story
from tests.web.browser import headline

SECRETS = ("Harlan", "shooting", "Marsh", "Police")


async def _count() -> int:
    async with begin() as session:
        return await session.scalar(select(func.count()).select_from(Event)) or 0


async def test_the_text_has_the_link_in_one_segment_the_database_does_not_and_opening_it_changes_nothing(
    story: Story,
) -> None:
    reference, people = await asked(story)
    (sent,) = [body for body in people[0].hears() if LINK.search(body)]
    assert segments(sent) == 1
    token = link_in(people[0]).rpartition("/")[2]
    async with begin() as session:
        bodies = (await session.scalars(select(Message.body))).all()
        digests = (await session.scalars(select(OfferLink.token_digest))).all()
        columns = await session.execute(
            text("select string_agg(t::text, ' ') from offer_links t union all select string_agg(t::text, ' ')"
                 " from messages t union all select string_agg(t::text, ' ') from events t")
        )  # fmt: skip
        everything = " ".join(row or "" for (row,) in columns)
    assert digest(token) in digests
    assert token not in everything
    assert any("/x/#L" in body for body in bodies)
    before = await _count()
    async with a_phone(story) as phone:
        for _ in range(3):
            shown = await phone.opens(link_in(people[0]))
    assert headline(shown) == "Can you go to Colorado?"
    assert "with 2 others" in shown.text
    assert "<dt>Leave</dt>" in shown.text
    assert "your time" in shown.text
    for secret in (*SECRETS, reference):
        assert secret not in shown.text
    assert shown.headers["cache-control"] == "no-store"
    assert shown.headers["referrer-policy"] == "no-referrer"
    assert "noindex" in shown.headers["x-robots-tag"]
    assert await _count() == before
    assert (await story.offer_to(reference, people[0]))["state"] == "contacting"


async def test_a_yes_needs_the_code_of_the_phone_so_a_link_that_was_passed_on_accepts_for_nobody(story: Story) -> None:
    reference, people = await asked(story)
    path = link_in(people[0])
    async with a_phone(story) as owner, a_phone(story) as stranger:
        await owner.opens(path)
        waits = await owner.presses(path, answer="yes")
        assert "is this your phone?" in waits.text
        await stranger.opens(path)
        # The owner's code typed in another browser is worth nothing.
        assert (await stranger.presses(f"{path}/code", code=code_in(people[0]))).status_code == 422
        assert (await story.offer_to(reference, people[0]))["state"] == "contacting"
        going = await owner.presses(f"{path}/code", code=code_in(people[0]))
        seen = await stranger.opens(path)
        assert (headline(going), headline(seen)) == ("You have the seat", "You have the seat")
        for secret in ("Harlan Ridge, Colorado", "Harlan Ridge Police Department", "Marsh"):
            assert secret in going.text
        for secret in SECRETS:
            assert secret not in seen.text
        assert (await story.offer_to(reference, people[0]))["state"] == "accepted"
        assert "You have the seat" in people[0].hears()[-1]
        # The browser is known from now on: the next answer is one tap.
        await owner.presses(path, answer="no")
        assert (await story.offer_to(reference, people[0]))["state"] == "declined"
        assert headline(await owner.presses(path, answer="yes")) == "You have the seat"
    assert sum("Your code is" in body for body in people[0].hears()) == 1


async def test_the_code_for_the_trip_sheet_takes_no_seat_that_was_given_back_meanwhile(story: Story) -> None:
    reference, people = await asked(story)
    path, code = link_in(people[0]), (await story.offer_to(reference, people[0]))["code"]
    await people[0].texts(f"YES {code}")
    async with a_phone(story) as phone:
        await phone.opens(path)
        assert "Show my trip sheet" in (await phone.presses(f"{path}/prove")).text
        page = phone.shown
        await people[0].texts(f"NO {code}")
        phone.shown = page
        seen = await phone.presses(f"{path}/code", code=code_in(people[0]))
    assert (await story.offer_to(reference, people[0]))["state"] == "declined"
    assert headline(seen) == "We have your no. Thank you"


async def test_a_no_counts_at_once_but_only_from_the_page_that_was_opened(story: Story) -> None:
    reference, people = await asked(story)
    path = link_in(people[0])
    async with a_phone(story) as phone, a_phone(story) as robot:
        for token in ("0" * 27, "x", "%00", "%23L1"):
            never = await robot.opens(f"/x/{token}")
            assert (never.status_code, headline(never)) == (404, "This link has ended")
        robot.shown = await phone.opens(path)  # it has the page's words, not the browser's cookie
        assert (await robot.presses(path, answer="no")).status_code == 409
        assert (await robot.http.post(path, data={"answer": "no"})).status_code == 409
        assert (await phone.presses(path, answer="maybe")).status_code == 422
        assert (await story.offer_to(reference, people[0]))["state"] == "contacting"
        await phone.opens(path)
        said = await phone.presses(path, answer="no")
    assert headline(said) == "We have your no. Thank you"
    assert (await story.offer_to(reference, people[0]))["state"] == "declined"
    assert "Got your NO" in people[0].hears()[-1]


async def test_a_code_is_good_for_five_tries_and_ten_minutes(story: Story) -> None:
    reference, people = await asked(story)
    path = link_in(people[0])
    async with a_phone(story) as phone:
        await phone.opens(path)
        await phone.presses(path, answer="yes")
        right = code_in(people[0])
        for _ in range(5):
            refused = await phone.presses(f"{path}/code", code=f"{(int(right) + 1) % 10**8:08d}")
            assert refused.status_code == 422
        assert "no longer good" in refused.text
        assert (await phone.presses(f"{path}/code", code=right)).status_code == 422
        await phone.presses(f"{path}/prove")
        clock.advance(timedelta(minutes=10, seconds=1))
        assert code_in(people[0]) != right
        assert (await phone.presses(f"{path}/code", code=code_in(people[0]))).status_code == 422
    assert (await story.offer_to(reference, people[0]))["state"] == "contacting"


async def test_a_link_ends_when_the_offer_is_taken_back_and_with_a_stand_down(story: Story) -> None:
    reference, people = await asked(story)
    offer = await story.offer_to(reference, people[2])
    await story.post("recommender", f"/deployments/{reference}/offers/{offer['id']}/withdraw")
    async with a_phone(story) as phone:
        ended = await phone.opens(link_in(people[2]))
        assert (ended.status_code, headline(ended)) == (410, "This link has ended")
        version = (await story.deployment(reference))["version"]
        await story.api(
            "recommender", "POST", f"/deployments/{reference}/stand-down", {"note": "over"},
            **{"If-Match": f'"{version}"'},
        )  # fmt: skip
        # At once, before any job has run.
        assert (await phone.opens(link_in(people[0]))).status_code == 410
        refused = await phone.presses(link_in(people[0]), answer="yes")
        assert (refused.status_code, headline(refused)) == (410, "This link has ended")
        await story.settle()
    async with begin() as session:
        assert await session.scalar(select(func.count()).where(OfferLink.revoked_at.is_(None))) == 0


async def test_a_link_ends_with_the_number_and_a_new_one_goes_to_the_new_number(story: Story) -> None:
    _, people = await asked(story)
    path = link_in(people[0])
    async with begin() as session:
        contact = (
            await session.scalars(select(Contact).where(Contact.expert_id == people[0].id, Contact.kind == "mobile"))
        ).one()
        contact.number, contact.changed_at = "+12025550188", clock.now() + timedelta(seconds=1)
    clock.advance(timedelta(seconds=2))
    moved = await story.person(people[0].id)
    async with a_phone(story) as phone:
        ended = await phone.opens(path)
        assert (ended.status_code, "Text me a new link" in ended.text) == (410, True)
        sent = await phone.presses(f"{path}/new")
        assert headline(sent) == "A new link is on its way to your phone"
        assert (await phone.opens(link_in(moved))).status_code == 200
        for _ in range(2):
            assert "on its way" in headline(await phone.presses(f"{path}/new"))
        assert "cannot" in headline(await phone.presses(f"{path}/new"))
    assert len([body for body in people[0].hears() if LINK.search(body)]) == 1


def test_no_log_holds_a_links_key() -> None:
    record = logging.LogRecord("app", logging.ERROR, "", 0, "bug at GET /x/%s/code", ("aB3" * 9,), None)
    assert Masked("%(message)s").format(record) == "bug at GET /x/.../code"


def test_a_token_has_160_bits_and_a_text_is_counted_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {
        "DATABASE_URL": "postgresql://x/x", "SECRET_KEY": "k" * 40, "ENVIRONMENT": "test",
        "TWILIO_ACCOUNT_SID": "AC" + "1" * 32,
    }  # fmt: skip
    for name, value in (given | {"TWILIO_AUTH_TOKEN": "t", "TWILIO_FROM": "+12025550100"}).items():
        monkeypatch.setenv(f"RRT_{name}", value)
    get_settings.cache_clear()
    tokens = {sealed.link_token(number) for number in range(200)}
    assert len(tokens) == 200
    assert {len(token) for token in tokens} == {27}
    assert len(sealed.ALPHABET) ** 27 >= 2**160
    body = f"see rrt.example/x/{sealed.link_mark(7)} and {sealed.code_mark(9)}"
    assert len(sealed.measured(body)) == len(sealed.opened(body))
    assert sealed.closed(sealed.opened(body)) == "see rrt.example/x/# and #"
    get_settings.cache_clear()
