"""Whatever comes in through the webhook: nothing breaks, nothing odd is taken for a yes, and the desk sees it whole."""

from datetime import timedelta

from sqlalchemy import select, text, update

from app.core.database import begin
from app.experts.models import Contact
from app.messaging.models import InboundMessage
from app.replies import saying
from tests.replies.test_answers import asked, state, waiting
from tests.story import Story
from tests.web.browser import RECOMMENDER, browser

ODD = {
    "longer than a text can be": "yes I can go " * 200,
    "nothing": "",
    "blanks": " \n\t ",
    "faces": "\U0001f602\U0001f937\U0001f3fd\U0001f62c",
    "right to left": "\u202bنعم أستطيع الذهاب\u202c",
    "turned around": "\u202eSEY\u202c",
    "a NUL in the middle": "ye\x00s?",
    "a formula": '=HYPERLINK("http://evil.example","yes")',
    "markup": "<script>alert('yes')</script>",
    "half a letter": "yes \ud83d".encode("utf-16", "surrogatepass").decode("utf-16", "replace"),
}


async def test_an_odd_text_is_no_yes_and_a_person_sees_it_whole(story: Story) -> None:
    reference, people = await asked(story)
    for body in ODD.values():
        await people[0].texts(body)
        await story.passes(timedelta(seconds=61), timedelta(seconds=61))
    assert await state(story, reference, people[0]) == "contacting"
    bodies = {body for _, body in await waiting(story)}
    assert bodies == {body.replace("\x00", "") for body in ODD.values()}
    automatic = [text for text in people[0].hears() if "did not understand" in text or "no entendimos" in text]
    assert len(automatic) == 1
    await people[0].texts("YES")
    assert await state(story, reference, people[0]) == "accepted"


async def test_thumbs_alone_are_an_answer(story: Story) -> None:
    reference, people = await asked(story)
    await people[0].texts("\U0001f44d\U0001f3fd")
    await people[1].texts("\U0001f44e")
    assert await state(story, reference, people[0]) == "accepted"
    assert await state(story, reference, people[1]) == "declined"


async def test_a_flood_is_told_to_the_desk_once_and_answered_hardly_ever(story: Story) -> None:
    reference, people = await asked(story)
    for number in range(60):
        story.carrier.phone_texts(people[0].number, f"blah {number}")
    await story.settle()
    await story.passes(timedelta(seconds=10), timedelta(seconds=10))
    meanings = [meaning for meaning, _ in await waiting(story)]
    assert meanings.count("flood") == 1
    assert len(meanings) <= 21
    assert len(people[0].hears()) <= 4
    assert await state(story, reference, people[0]) == "contacting"
    async with begin() as session:
        kept = await session.scalars(select(InboundMessage.id).where(InboundMessage.number == people[0].number))
        assert len(kept.all()) == 60
    await story.passes(timedelta(minutes=11))
    await people[0].texts("YES")
    assert await state(story, reference, people[0]) == "accepted"


async def test_a_phone_that_wants_no_texts_and_answers_missed_calls_by_itself_is_not_called_for_ever(
    story: Story,
) -> None:
    _, (person, *_) = await asked(story)
    await person.texts("please stop texting me")  # words that no carrier reads

    def rang() -> int:
        return sum(call["to"] == person.number for call in story.carrier.calls)

    for _ in range(2):  # what decides nothing is not said by phone
        await person.texts("qwzx vbnm")
        await story.passes(timedelta(minutes=2), timedelta(minutes=2))
    assert rang() == 0
    await person.texts("yes in 2 hours")
    for _ in range(7):
        await person.texts("yes in 2 hours")  # the first of these in the same minute as the one before
        await story.passes(timedelta(minutes=2), timedelta(minutes=2))
    assert rang() == saying.MOST_A_DAY


async def test_of_a_phone_that_two_experts_share_a_bare_yes_asks_whose_it_is(story: Story) -> None:
    reference, people = await asked(story)
    async with begin() as session:
        theirs = update(Contact).where(Contact.expert_id == people[1].id, Contact.kind == "mobile")
        await session.execute(theirs.values(number=people[0].number))
    await people[0].texts("yes")
    assert {await state(story, reference, person) for person in people[:2]} == {"contacting"}
    codes = [(await story.offer_to(reference, person))["code"] for person in people[:2]]
    assert all(code in people[0].hears()[-1] for code in codes)
    await people[0].texts(f"yes {codes[1]}")
    assert await state(story, reference, people[1]) == "accepted"
    assert await state(story, reference, people[0]) == "contacting"


async def test_the_desks_inbox_says_how_many_texts_wait_though_it_shows_the_oldest_only(story: Story) -> None:
    _, people = await asked(story)
    await people[0].texts("perhaps")
    async with begin() as session:
        copies = (
            "insert into inbound_messages (sid, number, body, received_at, state, meaning, expert_id, topic)"
            " select sid || n, number, body, received_at, state, meaning, expert_id, topic"
            " from inbound_messages, generate_series(1, 204) n where state = 'needs_person'"
        )
        await session.execute(text(copies))
    async with browser(story, RECOMMENDER) as page:
        assert "205 texts wait for you" in (await page.opens("/desk/replies")).text


async def test_of_a_phone_that_two_experts_share_a_bare_no_takes_nobodys_seat(story: Story) -> None:
    reference, people = await asked(story)
    codes = [(await story.offer_to(reference, person))["code"] for person in people[:2]]
    for person in people[:2]:
        await person.texts("yes")
    async with begin() as session:
        theirs = update(Contact).where(Contact.expert_id == people[1].id, Contact.kind == "mobile")
        await session.execute(theirs.values(number=people[0].number))
    await story.passes(timedelta(minutes=2))
    await people[0].texts("no")
    assert {await state(story, reference, person) for person in people[:2]} == {"accepted"}
    assert "Two of our experts use this phone" in people[0].hears()[-1]
    await people[0].texts(f"no {codes[0]}")
    assert [await state(story, reference, person) for person in people[:2]] == ["declined", "accepted"]


async def test_an_unknown_number_is_kept_not_answered_and_seats_nobody(story: Story) -> None:
    reference, people = await asked(story)
    code = (await story.offer_to(reference, people[0]))["code"]
    story.carrier.phone_texts("+12025550999", f"YES {code}")
    await story.settle()
    assert await state(story, reference, people[0]) == "contacting"
    assert [text for text in story.carrier.messages if text["to"] == "+12025550999"] == []
    async with begin() as session:
        (kept,) = await session.scalars(select(InboundMessage).where(InboundMessage.number == "+12025550999"))
    assert (kept.state, kept.body) == ("ignored", f"YES {code}")
