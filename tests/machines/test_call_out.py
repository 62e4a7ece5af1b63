"""All that may happen in a call-out, in every order: answers, deadlines, the desk's hand, two workers, jobs run twice.

Hypothesis draws the steps; two deployments want the same people for the same days. After each step every promise of
`rrt check` must hold, and what people were told must be true; in the end every deployment has ended. A failure prints
its steps: they can be copied into a test of their own. `make test-slow` looks for much longer.
"""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Row, text

from app.core.database import begin
from app.dispatch.promises import broken
from tests.journeys.conftest import surroundings
from tests.machines import acts
from tests.machines.acts import Act, StandsDown
from tests.machines.town import Town, built
from tests.postgres import Sweeper

EXPERTS = 40
ENDED = ("staffed", "stood_down")
TRUE = {
    "accepted": ("confirmed", "seat_confirmed_again", "still_yours", "deferred"),
    "declined": ("got_no", "now_declined", "deferred"),
    "standby": ("standby", "too_late", "other_offer_taken", "deferred"),
    "withdrawn": ("withdrawn", "seat_taken", "other_offer_taken", "deferred"),
    "expired": ("deferred",),
    "deferred": ("deferred",),
    "contacting": (),
    "planned": (),
    "unreachable": (),
}
"""State of an offer to the last decision its person may have been told."""
NO_DECISION = (
    "offer",
    "reminder",
    "other_seat",
    "spoken_offer",
    "not_clear",
    "passed_to_desk",
    "which_one",
    "wrong_code",
)
LAST_WORD = """
select distinct on (o.id) o.id, o.state, m.kind, d.state as team from offers o
join deployments d on d.id = o.deployment_id
left join messages m on m.offer_id = o.id and m.kind <> all(:other) and m.state <> 'cancelled'
where not exists (select from offers newer where newer.deployment_id = o.deployment_id
  and newer.expert_id = o.expert_id and newer.id > o.id)
order by o.id, m.id desc
"""


def _is_true(row: Row[Any]) -> bool:
    """Whether the last decision that somebody was told is so. That the team was called off is true of every offer."""
    if row.kind == "stood_down":
        return bool(row.team == "stood_down")
    return row.kind is None or row.kind in TRUE[row.state]


class CallOuts(RuleBasedStateMachine):
    """Two deployments whose people are the same."""

    town: ClassVar[Town]
    references: ClassVar[list[str]]

    @initialize(seed=st.integers(0, 1000), ends_well=st.sampled_from((True, True, True, False)))
    def start(self, seed: int, ends_well: bool) -> None:
        self.ends_well = ends_well
        self.town.begin(seed)
        self.town.run(self._both_at_once())

    async def _both_at_once(self) -> None:
        """Both rosters are accepted in the same moment, so that both ask the same people."""
        await self._together(*(acts.Accepts(n, None) for n in range(len(self.references))))

    async def _together(self, *several: Act) -> None:
        await asyncio.gather(*(act.done(self.town, self.references) for act in several), self.town.drain())
        await self.town.drain()

    @rule(act=acts.acts)
    def one_thing(self, act: Act) -> None:
        self.town.run(self._together(act))

    @rule(first=acts.acts, second=acts.acts)
    def two_at_once(self, first: Act, second: Act) -> None:
        self.town.run(self._together(first, second))

    @rule(act=acts.texts)
    def comes_in_and_waits(self, act: Act) -> None:
        """Nobody works at the moment: what comes in is read later, together with whatever else came."""
        self.town.run(act.done(self.town, self.references))

    @rule(minutes=st.sampled_from((1, 5, 12, 30, 61)))
    def time_passes(self, minutes: int) -> None:
        self.town.run(self.town.passes(timedelta(minutes=minutes)))

    @rule(act=acts.acts)
    def at_the_deadline(self, act: Act) -> None:
        """Something happens in the very moment when the next timer is due."""

        async def work() -> None:
            await self.town.drain()
            due = await self.town.next_due()
            await self.town.skip(due or timedelta())
            await self._together(act)

        self.town.run(work())

    @rule(act=acts.stand_down, other=acts.acts)
    @precondition(lambda self: self.stood_down < 1)
    def called_off(self, act: StandsDown, other: Act) -> None:
        self.stood_down += 1
        self.town.run(self._together(act, other))

    def __init__(self) -> None:
        super().__init__()
        self.stood_down = 0
        self.ends_well = True

    @invariant()
    def every_promise_holds(self) -> None:
        self.town.run(self._promises())

    async def _promises(self) -> None:
        async with begin() as session:
            found = "; ".join(str(each) for each in await broken(session))
        assert not found, found

    @invariant()
    def everybody_was_told_the_truth(self) -> None:
        async def look() -> None:
            async with begin() as session:
                rows = (await session.execute(text(LAST_WORD), {"other": list(NO_DECISION)})).all()
                waiting = await session.scalar(text("select count(*) from inbound_messages where state = 'received'"))
            lies = [tuple(row) for row in rows if not _is_true(row)]
            untold = [
                tuple(row) for row in rows if row.kind is None and row.state in ("accepted", "declined", "standby")
            ]
            assert waiting or not (lies or untold), f"not true: {lies}, not told: {untold}"

        self.town.run(look())

    def teardown(self) -> None:
        if hasattr(self, "town"):
            self.town.run(self._the_end())

    async def _the_end(self) -> None:
        """The desk lets it run; whoever is asked says yes, or nobody answers any more."""
        for n in range(len(self.references)):
            await acts.Chooses(n, "automatic").done(self.town, self.references)
            await acts.CallOut(n, "resume", 0).done(self.town, self.references)
        for _ in range(60):
            await self.town.drain()
            await self._promises()
            if all([await self._has_ended(reference) for reference in self.references]):
                return
            if self.ends_well:
                await self._everybody_says_yes()
            await self.town.passes(timedelta(minutes=20))
        raise AssertionError(f"not ended: {[await self.town.story.deployment(one) for one in self.references]}")

    async def _everybody_says_yes(self) -> None:
        for reference in self.references:
            for offer in await self.town.story.offers(reference):
                if offer["state"] in ("contacting", "deferred"):
                    await acts.says(self.town, await self.town.story.person(offer["expert_id"]), f"YES {offer['code']}")
                    await self.town.drain()

    async def _has_ended(self, reference: str) -> bool:
        found: dict[str, Any] = await self.town.story.deployment(reference)
        given_up = all(
            seat["state"] == "filled" or (seat["state"] == "unfillable" and seat["unfillable_reason"])
            for seat in found["seats"]
        )
        return found["state"] in ENDED or given_up


@pytest.fixture(scope="module")
def town(migrated_database: str, _sweeper: Sweeper) -> Iterator[Town]:
    """One service for all examples, with two deployments proposed."""
    _sweeper.sweep()
    with (
        pytest.MonkeyPatch.context() as patch,
        surroundings(migrated_database, patch, WAVES="true"),
        built(_sweeper.connection, EXPERTS) as one,
    ):
        CallOuts.town = one
        CallOuts.references = one.run(_proposed(one))
        one.take_picture()
        yield one


async def _proposed(town: Town) -> list[str]:
    references = [await town.story.files() for _ in range(2)]
    for reference in references:
        await town.story.approves(reference)
    await town.passes(timedelta(minutes=1))
    return references


SHORT = settings(
    max_examples=2, stateful_step_count=8, deadline=None, derandomize=True, database=None, print_blob=True,
    suppress_health_check=list(HealthCheck), phases=(Phase.explicit, Phase.generate),
)  # fmt: skip
LONG = settings(SHORT, max_examples=80, stateful_step_count=25, derandomize=False)


@pytest.mark.timeout(600)
def test_every_order_of_things_keeps_every_promise(town: Town) -> None:
    run_state_machine_as_test(CallOuts, settings=SHORT)


@pytest.mark.slow
@pytest.mark.timeout(10_800)  # 2,000 steps, each with every promise: 40 minutes alone, twice that beside other work
def test_every_order_of_things_keeps_every_promise_for_long(town: Town) -> None:
    run_state_machine_as_test(CallOuts, settings=LONG)
    assert not [what for what in town.put_off if "Deadlock" in what], town.put_off
