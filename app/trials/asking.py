"""Asking people in a trial: offers, their ladder, waves, answers. Who does what is decided by the service's own code.

What the service does in a job, a trial puts on its agenda, in the same order: so both come to the same end.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import partial

from app.deployments.models import Position
from app.deployments.states import ASKING, DEPLOYMENT, POSITION, PositionState
from app.dispatch import callout, ladder, limits
from app.dispatch.answers import Answer
from app.dispatch.backfill import WANTS_PEOPLE, needy, not_askable, span_of
from app.dispatch.codes import CODE_REST, code_of
from app.dispatch.ladder import Step
from app.dispatch.models import Offer
from app.dispatch.moving import FREE, UNASKED, fitting, has_colleague
from app.dispatch.nights import Awake
from app.dispatch.offers import EARLY
from app.dispatch.states import OFFER, OPEN, OfferState
from app.requests.states import Priority
from app.rosters import rules
from app.rosters.models import Pick
from app.trials import composing, phones
from app.trials.composing import Bench
from app.trials.road import set_out
from app.trials.world import CALL_SPAN, Seated, Team, World
from solver import chances, waves
from solver.roster import Roster

BURST = timedelta(seconds=0.9)
"""As `messaging/pacing.py` has it."""


class Desk:
    """The scripted desk of a trial: everything between the approval and the last answer."""

    def __init__(self, world: World, bench: Bench) -> None:
        self.world, self.bench = world, bench

    # Rosters

    def propose(self, team: Team) -> None:
        """The first roster, accepted as soon as it is there."""
        roster = composing.compose(self.bench, team)
        self._accept(team, roster)
        self.ask_roster(team)

    def seek(self, team: Team) -> None:
        """Somebody is missing: a new roster if a seat needs one, else whom the plan names (`backfill.seek`)."""
        if team.deployment.state not in WANTS_PEOPLE:
            return
        if not needy(team.deployment, team.positions, team.offers):
            self.widen(team)
            return
        roster = composing.compose(self.bench, team, self._seated_elsewhere(team))
        if team.deployment.state in ASKING:
            self._accept(team, roster)
            self._ask_chosen(team)
            self.world.agenda.put(partial(self.ask_roster, team))

    def _accept(self, team: Team, roster: Roster) -> None:
        team.lists = composing.picks_of(self.world, roster)
        team.empty = {seat.position_id: composing.why_empty(seat) for seat in roster.seats if seat.expert_id is None}

    def ask_roster(self, team: Team) -> None:
        """Ask the people of the accepted roster for the seats that need somebody (`backfill.ask_roster`)."""
        if team.deployment.state not in WANTS_PEOPLE:
            return
        left = self._ask_chosen(team)
        for position, pick in left:
            if pick is None and not team.open_offers(position.id) and POSITION.can(position.state, "give_up"):
                position.state = POSITION.after(position.state, "give_up")
                position.unfillable_reason = team.empty.get(position.id, ("", ""))[0]
        if any(pick is not None for _, pick in left):
            self.world.agenda.put(partial(self.seek, team))
        self.widen(team)

    def _ask_chosen(self, team: Team) -> list[tuple[Position, Pick | None]]:
        deployment = team.deployment
        if DEPLOYMENT.can(deployment.state, "ask"):
            deployment.state = DEPLOYMENT.after(deployment.state, "ask")
        enough = limits.free_from(self.world.times_asked(), self.world.terms.questions_per_day)
        not_now, left = not_askable(deployment, team.offers) | enough.keys(), []
        not_now |= self._seated_elsewhere(team)
        for position in needy(deployment, team.positions, team.offers):
            pick = next((one for one in team.lists.get(position.id, ()) if one.rank == 0), None)
            if pick is None or pick.expert_id is None or pick.expert_id in not_now:
                left.append((position, pick))
                continue
            for offer in list(team.offers):
                if offer.expert_id == pick.expert_id and offer.state is OfferState.STANDBY:
                    self.withdraw(team, offer)
            self.ask(team, position, pick)
        return left

    def _seated_elsewhere(self, team: Team) -> set[int]:
        """Whom the accepted roster chose and another team has seated since (`backfill._seated_elsewhere`)."""
        found = set()
        for picks in team.lists.values():
            pick = picks[0] if picks else None
            if pick is None or pick.expert_id is None or not pick.travel:
                continue
            leaves, rested = (datetime.fromisoformat(pick.travel[name]) for name in ("depart", "rested"))
            others = (one for one in self.world.seats_of.get(pick.expert_id, ()) if one.team is not team)
            if any(one.leaves_at < rested and one.ends_at > leaves for one in others):
                found.add(pick.expert_id)
        return found

    # Waves

    def widen(self, team: Team) -> None:
        """Ask whom the plan names beside those who are out, and set the time of the next look (`waves.widen`)."""
        deployment, world = team.deployment, self.world
        if deployment.state not in ASKING:
            return
        policy = rules.wave_policy(world.terms.rules, deployment.priority)
        plan = waves.plan(self._call_out(team), policy)
        for ask in plan.now:
            pick = next(one for one in team.lists[ask.seat] if one.expert_id == ask.person)
            self.ask(team, team.position(ask.seat), pick)
        team.look += 1
        if plan.look_minute is not None:
            at = world.now + timedelta(minutes=max(1.0, plan.look_minute))
            world.agenda.put(partial(self._look, team, team.look), at)

    def _look(self, team: Team, number: int) -> None:
        if number == team.look:
            self.seek(team)

    def _call_out(self, team: Team) -> waves.CallOut:
        world, deployment = self.world, team.deployment
        wanted = callout.wanted_of(team.positions)
        named = callout.named_in(wanted, team.lists)
        gone = self._promised_elsewhere(team, named) | callout.asked_here(team.offers)
        places = callout.places_in_order(wanted.keys(), team.lists, team.offers)
        employers = {who: world.members[who].employer for who, _ in places}
        free = named - gone - callout.doubles(places, employers)
        place = callout.places_of(wanted, team.lists, team.offers, free)
        habits = chances.learned_from(world.sums(), callout.HABITS)
        zones = {who: world.members[who].time_zone for who in place}
        return callout.assembled(
            wanted, team.lists, team.offers, free,
            rules.time_to_answer(world.terms.rules, deployment.priority), world.now,
            expecting=callout.expected(
                zones, place, world.history(place), habits, deployment.starts_at, world.now
            ),
            resting=self._waits(team, free),
        )  # fmt: skip

    def _waits(self, team: Team, people: set[int]) -> dict[int, float]:
        world = self.world
        known = [(who, world.members[who]) for who in sorted(people)]
        enough = limits.free_from(world.times_asked(people), world.terms.questions_per_day)
        nights = [(who, one.time_zone, one.wakes_for_immediate, False) for who, one in known]
        return callout.waits(nights, enough, team.deployment.priority, composing.night_of(world), world.now)

    def _promised_elsewhere(self, team: Team, people: Iterable[int]) -> set[int]:
        """Who is seated or asked in another team for about the same days (`callout.promised_elsewhere`)."""
        world, here, margin = self.world, team.deployment, timedelta(days=7)
        first, last = here.starts_at - margin, here.ends_at + margin
        asked = {offer.expert_id: world.team_of[offer.deployment_id] for offer in world.open.values()
                 if offer.deployment_id != here.id}  # fmt: skip
        found = set()
        for who in people:
            others = [one.team for one in world.seats_of.get(who, ()) if one.team is not team]
            others += [asked[who]] if who in asked else []
            if any(one.deployment.starts_at < last and one.deployment.ends_at > first for one in others):
                found.add(who)
        return found

    # Offers

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
        since = world.now - CODE_REST
        return code_of(expert_id, {o.code for who in sharers for o in world.offers_of[who] if o.asked_at > since})

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
        if step is Step.TEXT:
            self._become(team, offer, "contact")
            if not numbers:
                self._release(team, offer, "lose_contact")
            elif not self.text(offer):
                self._call(team, offer, numbers[:1])
        elif step is Step.REMIND:
            self.text(offer)
        elif step is Step.CALL:
            self._call(team, offer, numbers[:1])
        elif step is Step.CALL_ALTERNATE:
            self._call(team, offer, numbers[1:2])
        elif step is Step.ASK_NEXT:
            self.world.agenda.put(partial(self.seek, team))

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

    def _call(self, team: Team, offer: Offer, numbers: Sequence[str]) -> None:
        """Calls start a second apart, as the carrier's do."""
        world = self.world
        for number in numbers:
            world.agenda.put(partial(self._dial, team, offer, number), priority=1)

    def _dial(self, team: Team, offer: Offer, number: str) -> None:
        world = self.world
        slot = max(world.calls_free_at, world.now)
        world.calls_free_at = slot + CALL_SPAN
        ring = partial(phones.ring, self, team, offer, number)
        world.agenda.put(ring, slot if slot >= world.now + BURST else None, priority=1)

    # Answers

    def take(self, offer: Offer, answer: Answer) -> None:
        """Apply an answer (`answers.take`)."""
        team = self.world.team_of[offer.deployment_id]
        offer.answered_at = self.world.now
        if answer is Answer.YES:
            self._yes(team, offer)
        elif answer is Answer.NO:
            self._no(team, offer)
        elif OFFER.can(offer.state, "defer"):
            self._become(team, offer, "defer")

    def _yes(self, team: Team, offer: Offer) -> None:
        if not self._may_come(team, offer):
            return
        position = team.position(offer.position_id)
        if offer.state not in OPEN and offer.reply_by <= self.world.now:
            self._standby(team, offer)
            return
        if position.state in (PositionState.FILLED, PositionState.CANCELLED):
            other = self._seat_for(team, offer, FREE)
            if other is None:
                self._standby(team, offer)
                return
            self._put(team, offer, *other)
            position = other[0]
        self._seat(team, position, offer)

    @staticmethod
    def _may_come(team: Team, offer: Offer) -> bool:
        if offer.state is not OfferState.WITHDRAWN:
            return OFFER.can(offer.state, "accept")
        newer = any(one.expert_id == offer.expert_id and one.id > offer.id for one in team.offers)
        return offer.seat_lost_at is not None and not newer

    def _seat(self, team: Team, position: Position, offer: Offer) -> None:
        world = self.world
        journey = {name: datetime.fromisoformat(offer.travel[name]) for name in ("depart", "arrive", "home", "rested")}
        held = world.seats_of[offer.expert_id]
        if any(one.leaves_at < journey["rested"] and one.ends_at > journey["depart"] for one in held):
            self._standby(team, offer)
            return
        seated = Seated(
            team, position, offer.expert_id, journey["depart"], journey["arrive"], journey["home"], journey["rested"],
            world.now, minutes=int(offer.travel["minutes"]),
        )  # fmt: skip
        held.append(seated)
        team.seated[position.id] = seated
        self.bench.touch(offer.expert_id)
        self._become(team, offer, "accept")
        self._stop(offer)
        position.state = POSITION.after(position.state, "fill")
        position.unfillable_reason = None
        self._staffed_if_full(team)
        set_out(world, self.bench, seated)
        if overlapping := self._overlapping(offer):
            world.agenda.put(partial(self._clear, overlapping))
        self._tell_the_others(team, offer)

    def _staffed_if_full(self, team: Team) -> None:
        is_full = all(one.state == PositionState.FILLED for one in team.positions)
        if is_full and DEPLOYMENT.can(team.deployment.state, "staff"):
            team.deployment.state = DEPLOYMENT.after(team.deployment.state, "staff")
            team.deployment.staffed_at = self.world.now

    def _overlapping(self, accepted: Offer) -> list[Offer]:
        mine = span_of(accepted.travel)
        return [
            offer
            for offer in self.world.offers_of[accepted.expert_id]
            if offer.state in OPEN and offer.deployment_id != accepted.deployment_id and offer.travel
            and span_of(offer.travel).start < mine.end and span_of(offer.travel).end > mine.start
        ]  # fmt: skip

    def _clear(self, overlapping: Iterable[Offer]) -> None:
        for offer in overlapping:
            if offer.state in OPEN:
                self.withdraw(self.world.team_of[offer.deployment_id], offer)

    def _tell_the_others(self, team: Team, accepted: Offer) -> None:
        """First confirmed has the seat; the others may fit another (`moving.tell_the_others`)."""
        for other in team.open_offers(accepted.position_id):
            found = None if other.state is OfferState.DEFERRED else self._seat_for(team, other, UNASKED)
            if found is None:
                other.seat_lost_at = self.world.now
                self.withdraw(team, other)
                continue
            self._put(team, other, *found)
            found[0].state = POSITION.after(found[0].state, "hold")
            if other.state is OfferState.CONTACTING:
                self.text(other)

    def _seat_for(self, team: Team, offer: Offer, states: Sequence[PositionState]) -> tuple[Position, Pick] | None:
        free = {one.id: one for one in team.positions if one.state in states and one.id != offer.position_id}
        pick = fitting(offer.expert_id, free, team.lists)
        if pick is None:
            return None
        standing = (*OPEN, OfferState.ACCEPTED)
        mates = {one.expert_id for one in team.offers if one.state in standing} - {offer.expert_id}
        members = self.world.members
        if has_colleague(members[offer.expert_id].employer, (members[who].employer for who in mates)):
            return None
        return free[pick.position_id], pick

    def _put(self, team: Team, offer: Offer, position: Position, pick: Pick) -> None:
        state = offer.state
        self.world.change(offer, OfferState.PLANNED, team.position(offer.position_id))
        offer.position_id, offer.pick_id, offer.travel = position.id, pick.id, pick.travel or {}
        self.world.change(offer, state, position)

    def _standby(self, team: Team, offer: Offer) -> None:
        if offer.state is OfferState.STANDBY:
            return
        self._become(team, offer, "miss_seat")
        self._stop(offer)
        self._release_seat(team, offer.position_id)
        self.world.agenda.put(partial(self.seek, team))

    def _no(self, team: Team, offer: Offer) -> None:
        if not OFFER.can(offer.state, "decline"):
            return
        had_seat = offer.state is OfferState.ACCEPTED
        self._become(team, offer, "decline")
        self._stop(offer)
        if had_seat:
            self._vacate(team, offer)
        else:
            self._release_seat(team, offer.position_id)
        self.world.agenda.put(partial(self.seek, team))

    def _vacate(self, team: Team, offer: Offer) -> None:
        position = team.position(offer.position_id)
        seated = team.seated.pop(position.id)
        self.world.seats_of[offer.expert_id].remove(seated)
        self.bench.touch(offer.expert_id)
        position.state = POSITION.after(position.state, "vacate")
        if DEPLOYMENT.can(team.deployment.state, "reopen"):
            team.deployment.state = DEPLOYMENT.after(team.deployment.state, "reopen")
            team.deployment.staffed_at = None

    def withdraw(self, team: Team, offer: Offer) -> None:
        """Take an offer back."""
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
