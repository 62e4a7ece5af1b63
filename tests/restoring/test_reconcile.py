"""A restored database learns from the carrier what it lost, and nobody is texted twice (reliability.md A10, R8)."""

from collections import Counter
from datetime import timedelta

from sqlalchemy import text

from app.core.clock import clock
from app.core.database import begin, close_engine
from app.core.jobs_here import shift_waiting
from app.dispatch.promises import broken
from app.messaging import holds
from app.messaging.carrier import Taken
from app.messaging.gateway import Listed
from app.processes import look_before_working
from app.restoring import reconcile
from app.restoring.reconcile import Outcome
from app.watch import alarms, epochs, schema
from tests.postgres import Picture, Sweeper
from tests.story import START, Story


class Disk:
    """A copy of the whole database from a moment, to be put back."""

    def __init__(self, sweeper: Sweeper) -> None:
        self.picture, self.at = Picture(sweeper.connection), clock.now()

    async def put_back(self) -> None:
        """The database is as it was, and its server says so; the clock and the carrier are as they are."""
        await close_engine()
        self.picture.restore()
        async with begin() as session:
            await epochs.doubt(session, "A copy of the disk was put back.")
            await shift_waiting(session, clock.now() - self.at)


def asked(story: Story) -> Counter[tuple[str, str]]:
    """How often each phone was asked to come."""
    return Counter((m["to"], m["body"]) for m in story.carrier.messages if "Can you go to" in m["body"])


def words(story: Story) -> list[tuple[str, str]]:
    """Every text that left the house."""
    return [(m["to"], m["body"]) for m in story.carrier.messages if m["direction"] != "inbound"]


async def reconciled() -> Outcome:
    outcome = await reconcile.run()
    assert outcome is not None
    return outcome


async def states(story: Story, reference: str) -> dict[int, tuple[str, str]]:
    """Person to the state and the code of the latest offer."""
    return {offer["expert_id"]: (offer["state"], offer["code"]) for offer in await story.offers(reference)}


async def test_what_was_asked_and_answered_after_the_restored_moment_is_as_it_was(
    story: Story, _sweeper: Sweeper
) -> None:
    reference = await story.files()
    await story.approves(reference)
    first, second, third, *_ = await story.asks(reference)
    await first.texts("YES")
    disk = Disk(_sweeper)
    await second.texts("NO")  # somebody else is asked
    await third.texts("yes I can")
    await story.passes(timedelta(minutes=12))  # reminders
    sent, stood = words(story), await states(story, reference)
    assert {state for state, _ in stood.values()} == {"accepted", "declined", "contacting"}

    await disk.put_back()
    assert (await states(story, reference))[third.id][0] == "contacting"
    outcome = await reconciled()
    assert outcome.is_clean
    assert outcome.asked_before >= 1
    assert outcome.read == 2
    await story.settle()
    assert words(story) == sent
    assert await states(story, reference) == stood


async def test_a_team_is_completed_after_a_restore_without_a_doubled_or_missing_text(
    story: Story, _sweeper: Sweeper
) -> None:
    reference = await story.files()
    await story.approves(reference)
    people = await story.asks(reference)
    disk = Disk(_sweeper)
    await people[0].texts("NO")
    await people[1].texts("YES")
    await disk.put_back()
    await reconciled()
    await story.settle()
    for offer in await story.offers(reference):
        if offer["state"] == "contacting":
            person = await story.person(offer["expert_id"])
            await person.texts(f"YES {offer['code']}")
    assert (await story.deployment(reference))["state"] == "staffed"
    assert max(asked(story).values()) == 1
    told = Counter(m["to"] for m in story.carrier.messages if "You have the seat" in m["body"])
    assert set(told.values()) == {1}
    assert len(told) == len([o for o in await story.offers(reference) if o["state"] == "accepted"])
    async with begin() as session:
        assert await broken(session) == []


async def test_a_team_of_whom_only_some_had_been_asked_is_asked_whole(story: Story, _sweeper: Sweeper) -> None:
    reference = await story.files()
    await story.approves(reference)
    disk = Disk(_sweeper)  # the roster is proposed, not accepted
    people = await story.asks(reference)
    unsent = next(m for m in story.carrier.messages if "Can you go to" in m["body"])
    story.carrier.messages.remove(unsent)  # the server died before that one
    await disk.put_back()
    await reconciled()
    await story.settle()
    offers = await story.offers(reference)
    assert {offer["state"] for offer in offers} == {"contacting"}
    assert len({offer["seat"] for offer in offers}) == len(people)
    assert max(Counter(to for to, _ in asked(story)).values()) == 1


async def test_a_yes_by_phone_that_no_list_holds_is_known_from_what_we_told_them(
    story: Story, _sweeper: Sweeper
) -> None:
    reference = await story.files()
    await story.approves(reference)
    people = await story.asks(reference)
    disk = Disk(_sweeper)
    for person, answer in zip(people, ("yes", "yes", "yes", "yes", "yes", "yes", "yes"), strict=False):
        offer = await story.offer_to(reference, person)
        path = f"/deployments/{reference}/offers/{offer['id']}/answer"
        await story.post("recommender", path, {"answer": answer, "note": "by phone"})
    await story.settle()
    sent, stood = words(story), await states(story, reference)
    assert (await story.deployment(reference))["state"] == "staffed"
    await disk.put_back()
    outcome = await reconciled()
    assert outcome.is_clean
    await story.settle()
    assert words(story) == sent
    assert await states(story, reference) == stood
    assert (await story.deployment(reference))["state"] == "staffed"


async def test_nothing_is_sent_before_a_restored_database_is_reconciled(story: Story, _sweeper: Sweeper) -> None:
    reference = await story.files()
    await story.approves(reference)
    await story.post("recommender", f"/deployments/{reference}/rosters/1/accept")
    disk = Disk(_sweeper)
    await story.settle()
    sent = words(story)
    assert len(asked(story)) >= 3
    await disk.put_back()
    await story.settle()  # workers that do not look, as an old version's
    assert words(story) == sent
    await look_before_working()
    await story.settle()
    assert words(story) == sent


async def test_what_nobody_can_explain_is_shown_to_the_desk_and_holds_everything(
    story: Story, _sweeper: Sweeper
) -> None:
    disk = Disk(_sweeper)
    reference = await story.files()  # a request that is lost whole
    await story.settle()
    await disk.put_back()
    outcome = await reconciled()
    assert [one.body for one in outcome.unexplained] == [words(story)[-1][1]]
    async with begin() as session:
        assert [hold.reason for hold in await holds.active(session)] == ["gap"]
        told = [alarm.says for alarm in await alarms.still_open(session)]
    assert any(f"We have your request {reference}" in says for says in told)
    assert await story.files() != reference  # nobody else gets the number that the chief was told


async def test_a_link_in_a_text_that_the_database_lost_still_opens_its_offer(story: Story, _sweeper: Sweeper) -> None:
    reference = await story.files()
    await story.approves(reference)
    first, *_ = await story.asks(reference)
    disk = Disk(_sweeper)
    await first.texts("NO")
    (new,) = [m for m in story.carrier.messages if "Can you go to" in m["body"]][
        len(await story.offers(reference)) - 1 :
    ]
    link = next(word for word in new["body"].split() if "/x/" in word)
    await disk.put_back()
    await reconciled()
    page = await story.http.get("/x/" + link.rpartition("/x/")[2])
    assert page.status_code == 200
    assert "no longer" not in page.text


async def test_a_callback_for_a_message_that_was_never_made_stops_all_sending(story: Story, _sweeper: Sweeper) -> None:
    await story.files()
    await story.settle()
    disk = Disk(_sweeper)
    reference = await story.files()
    await story.settle()
    await close_engine()
    disk.picture.restore()  # nothing else says that the disk is an older one
    await story.carrier.run_due(clock.now() + timedelta(minutes=1))
    async with begin() as session:
        assert "never had" in await epochs.why(session)
    sent = words(story)
    assert await story.files() == reference  # it is lost, and the chief asks again
    await story.settle()
    assert words(story) == sent


def listed(sid: str, number: str, second: int, *, ours: bool) -> Listed:
    return Listed(Taken(sid, "sent"), number, sid, ours, START + timedelta(seconds=second))


def test_answers_are_read_in_the_order_in_which_they_were_answered() -> None:
    ours = [listed("asked both", "+2", 0, ours=True), listed("you have it", "+2", 5, ours=True),
            listed("it is taken", "+1", 7, ours=True)]  # fmt: skip
    theirs = [listed("yes of 1", "+1", 3, ours=False), listed("yes of 2", "+2", 3, ours=False),
              listed("never answered", "+3", 6, ours=False)]  # fmt: skip
    told = [one.body for one in reconcile.in_order(ours[::-1], theirs[::-1])]
    assert told == ["asked both", "yes of 2", "you have it", "never answered", "yes of 1", "it is taken"]


async def test_readiness_says_that_the_database_was_restored(story: Story) -> None:
    async with begin() as session:
        await epochs.doubt(session, "A copy of the disk was put back.")
    answer = await story.http.get("/readyz")
    assert answer.status_code == 503
    assert "rrt reconcile" in answer.json()["status"]


def test_a_schema_is_behind_when_this_code_has_newer_migrations_and_not_when_it_is_newer() -> None:
    known, newest = schema.revisions()
    assert newest in known
    assert not schema.is_behind(newest)
    assert schema.is_behind("20261123_first")
    assert not schema.is_behind("20991231_from_the_future")


async def test_another_server_or_timeline_is_a_restored_database(story: Story) -> None:
    async with begin() as session:
        await epochs.begin_with(session)
        assert not await epochs.is_restored(session)
    async with begin() as session:
        await session.execute(text("update database_epochs set server = '1/00000001'"))
        assert await epochs.is_restored(session)
        assert "1/00000001" in await epochs.why(session)
        await epochs.accept(session)
        assert not await epochs.is_restored(session)
