"""Offers in a trial: ask a person, climb the ladder, call; and how an offer ends. As `dispatch/offers.py` does it.

What the service does in a job, a trial puts on its agenda, in the same order: so both come to the same end.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import datetime
from functools import partial

from app.deployments.states import POSITION, PositionState
from app.dispatch import ladder
from app.dispatch.answers import Answer
from app.dispatch.codes import code_of
from app.dispatch.ladder import Step
from app.dispatch.nights import Awake
from app.dispatch.offers import EARLY
from app.dispatch.recovery import BUSY_AGAIN, MOST_CALLS
from app.dispatch.states import OFFER, OPEN, OfferState
from app.messaging.pacing import BURST
from app.requests.states import Priority
from app.rosters import rules
from app.trials import composing, phones
from app.trials.composing import Bench
from app.trials.rows import Offer, Pick, Position
from app.trials.world import Call, Team, World


class Offering(ABC):
    """Offers, one by one; who is asked next is decided above."""

    def __init__(self, world: World, bench: Bench) -> None:
        self.world, self.bench = world, bench

    @abstractmethod
    def seek(self, team: Team) -> None:
        """Somebody is missing: look who is asked next."""

    @abstractmethod
    def take(self, offer: Offer, answer: Answer) -> None:
        """Apply an answer."""

    def ask(self, team: Team, position: Position, pick: Pick) -> None:
        """Offer a seat (`offers.ask`): the question goes out now, or when the night is over there."""
        world, deployment = self.world, team.deployment
        who = world.members[pick.expert_id or 0]
        start = self._awake(team, who.id).since(world.now)
        offer = Offer(
            id=world.new_id(), deployment_id=deployment.id, position_id=position.id, expert_id=who.id, pick_id=pick.id,
            code=self._free_code(who.id), state=OfferState.PLANNED, rung=0, asked_at=start,
            reply_by=start + rules.time_to_answer(world.terms.rules, deployment.priority), travel=pick.travel or {},
        )  # fmt: skip
        team.offers.append(offer)
        world.keep_offer(offer)
        if position.state != PositionState.HELD:
            position.state = POSITION.after(position.state, "hold")
        if start <= world.now:
            self.climb(team, offer)
        else:
            offer.timer_job_id = world.agenda.put(partial(self._due, team, offer), start)

    def _free_code(self, expert_id: int) -> str:
        world = self.world
        sharers = {who for number in world.members[expert_id].phones for who in world.owners[number]} | {expert_id}
        return code_of(expert_id, {o.code for who in sharers for o in world.coded(who)})

    def _awake(self, team: Team, expert_id: int) -> Awake:
        who, is_immediate = self.world.members[expert_id], team.deployment.priority is Priority.IMMEDIATE
        return Awake(who.time_zone, is_immediate, who.wakes_for_immediate, False, composing.night_of(self.world))

    def _next_rung(self, team: Team, offer: Offer) -> tuple[int, datetime]:
        since = self._awake(team, offer.expert_id).since
        return ladder.following(offer.asked_at, offer.reply_by, team.deployment.priority, offer.rung, since)

    def _due(self, team: Team, offer: Offer) -> None:
        if offer.state not in OPEN:
            return
        rung, at = self._next_rung(team, offer)
        if at <= self.world.now + EARLY:
            offer.rung = rung
            self.climb(team, offer)

    def climb(self, team: Team, offer: Offer) -> None:
        """Do what the offer's next rung says (`offers.climb`)."""
        step = ladder.USUAL[team.deployment.priority][offer.rung].step
        offer.rung += 1
        if step is Step.EXPIRE:
            self._release(team, offer, "expire")
            return
        self._take_step(team, offer, step)
        if offer.state in OPEN:
            offer.rung, at = self._next_rung(team, offer)
            offer.timer_job_id = self.world.agenda.put(partial(self._due, team, offer), at)

    def _take_step(self, team: Team, offer: Offer, step: Step) -> None:
        numbers = self.world.members[offer.expert_id].phones
        if offer.state is OfferState.DEFERRED and step in ladder.DISTURBS:
            return
        if step is Step.TEXT:
            self._become(team, offer, "contact")
            if not numbers:
                self._release(team, offer, "lose_contact")
            elif not self.text(offer):
                self._call(offer, numbers[:1])
        elif step is Step.REMIND:
            self.text(offer)
        elif step is Step.CALL:
            self._call(offer, numbers[:1])
        elif step is Step.CALL_ALTERNATE:
            self._call(offer, numbers[1:2])
        elif step is Step.ASK_NEXT:
            self.world.agenda.put(partial(self.seek, team))

    def ask_again(self, team: Team, offer: Offer) -> None:
        """What was asked has changed: a text, else the phone rings (`offers.ask_again`)."""
        if not self.text(offer):
            self._call(offer, self.world.members[offer.expert_id].phones[:1])

    def text(self, offer: Offer) -> bool:
        """Text the question to the first number that takes texts; False when none does. It goes as a job."""
        who = self.world.members[offer.expert_id]
        number = next((one for one in who.phones if one not in self.world.stopped), None)
        if number is None:
            return False
        body = phones.question(offer, who.time_zone)
        valid_until = offer.reply_by
        self.world.agenda.put(partial(self._arrive, number, body, valid_until))
        return True

    def _arrive(self, number: str, body: str, valid_until: datetime | None) -> None:
        if (valid_until is None or valid_until > self.world.now) and number not in self.world.stopped:
            phones.hear(self, number, body)

    def _call(self, offer: Offer, numbers: Sequence[str]) -> None:
        for number in numbers:
            self.call(Call(offer, number))

    def call(self, call: Call, priority: int = 1) -> None:
        """Have a call made. Calls start a second apart, as the carrier's do."""
        self.world.calls_made[call] += 1
        self.world.agenda.put(partial(self._dial, call), priority=priority)

    def _dial(self, call: Call) -> None:
        world = self.world
        slot = world.take_line()
        # The carrier's turn comes when no job is due any more: the phone rings after all that is done at this moment.
        world.agenda.put(partial(phones.ring, self, call), slot if slot >= world.now + BURST else None, priority=-1)

    def was_busy(self, call: Call) -> None:
        """A busy line is called again, once (`recovery.call_ended`)."""
        if self.world.calls_made[call] < MOST_CALLS:
            self.world.agenda.put(partial(self._call_again, call), self.world.now + BUSY_AGAIN)

    def _call_again(self, call: Call) -> None:
        world, offer = self.world, call.offer
        if world.calls_made[call] >= MOST_CALLS or not (call.is_notice or offer.state is OfferState.CONTACTING):
            return
        awake = self._awake(world.team_of[offer.deployment_id], offer.expert_id)
        if not call.is_notice and (morning := awake.since(world.now)) > world.now:
            world.agenda.put(partial(self._call_again, call), morning)
        else:
            self.call(call)

    def withdraw(self, team: Team, offer: Offer, *, is_told: bool = True) -> None:
        """Take an offer back; the person is told, by phone where no texts are wanted (`offers.tell`)."""
        numbers = self.world.members[offer.expert_id].phones
        if is_told and offer.state is not OfferState.PLANNED and numbers and self.world.stopped.issuperset(numbers):
            self.call(Call(offer, numbers[0], is_notice=True))
        self._release(team, offer, "withdraw")

    def _release(self, team: Team, offer: Offer, verb: str) -> None:
        """An offer ends without a yes; whoever is missing is looked for."""
        self._become(team, offer, verb)
        self._stop(offer)
        self._release_seat(team, offer.position_id)
        self.world.agenda.put(partial(self.seek, team))

    def _release_seat(self, team: Team, position_id: int) -> None:
        position = team.position(position_id)
        if not team.open_offers(position_id) and position.state == PositionState.HELD:
            position.state = POSITION.after(position.state, "release")

    def _become(self, team: Team, offer: Offer, verb: str) -> None:
        self.world.change(offer, OFFER.after(offer.state, verb), team.position(offer.position_id))

    def _stop(self, offer: Offer) -> None:
        self.world.agenda.call_off(offer.timer_job_id)
        offer.timer_job_id = None
