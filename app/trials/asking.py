"""The scripted desk of a trial: rosters, and whom to ask beside those who are out. As `dispatch/backfill.py`."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import partial

from app.deployments.states import ASKING, DEPLOYMENT, POSITION
from app.dispatch import callout
from app.dispatch.backfill import WANTS_PEOPLE, needy, not_askable
from app.dispatch.states import OPEN, OfferState
from app.trials import composing
from app.trials.answering import Answering
from app.trials.rows import Pick, Position
from app.trials.world import Team
from solver import chances, waves
from solver.roster import Roster


class Desk(Answering):
    """Everything between the approval and the last answer."""

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
            self.ask_roster(team)

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
        enough = self.world.asked_enough()
        not_now, left = not_askable(deployment, team.offers) | enough.keys(), []
        not_now |= self._seated_elsewhere(team)
        for position in needy(deployment, team.positions, team.offers):
            pick = next((one for one in team.lists.get(position.id, ()) if one.rank == 0), None)
            if pick is None or pick.expert_id is None or pick.expert_id in not_now:
                left.append((position, pick))
                continue
            for offer in list(team.offers):
                if offer.expert_id == pick.expert_id and offer.state is OfferState.STANDBY:
                    self.withdraw(team, offer, is_told=False)
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
        now, look_minute = self._next_step(team)
        for ask in now:
            pick = next(one for one in team.lists[ask.seat] if one.expert_id == ask.person)
            self.ask(team, team.position(ask.seat), pick)
        team.look += 1
        if look_minute is not None:
            at = world.now + timedelta(minutes=max(1.0, look_minute))
            world.agenda.put(partial(self._look, team, team.look), at)

    def _look(self, team: Team, number: int) -> None:
        if number == team.look:
            self.seek(team)

    def _next_step(self, team: Team) -> tuple[Sequence[waves.Ask], float | None]:
        """Who is asked now, and the minutes until the next look, as the planner says."""
        world, deployment = self.world, team.deployment
        policy, span = world.wave_policy(deployment.priority), world.time_to_answer(deployment.priority)
        wanted = callout.wanted_of(team.positions)
        named = callout.named_in(wanted, team.lists)
        gone = self._promised_elsewhere(team, named) | callout.asked_here(team.offers)
        places = callout.places_in_order(wanted.keys(), team.lists, team.offers)
        employers = {who: world.members[who].employer for who, _ in places}
        free = named - gone - callout.doubles(places, employers)
        resting = self._waits(team, free)
        is_out = any(one.state in OPEN and one.position_id in wanted for one in team.offers)
        if is_out and free <= resting.keys():
            # Nobody may be asked now, so that the plan has nobody; only when it is planned again is to be said.
            return (), waves.next_look(callout.minutes_left(span, team.offers, world.now), resting.values(), policy)
        place = callout.places_of(wanted, team.lists, team.offers, free)
        habits = chances.learned_from(world.sums(), callout.HABITS)
        zones = {who: world.members[who].time_zone for who in place}
        call = callout.assembled(
            wanted, team.lists, team.offers, free, span, world.now, resting=resting,
            expecting=callout.expected(
                zones, place, world.said(place), habits, deployment.starts_at, world.now
            ),
        )  # fmt: skip
        return waves.step(call, policy)

    def _waits(self, team: Team, people: set[int]) -> dict[int, float]:
        world = self.world
        known = [(who, world.members[who]) for who in sorted(people)]
        enough = world.asked_enough(people)
        nights = [(who, one.time_zone, one.wakes_for_immediate, False) for who, one in known]
        return callout.waits(nights, enough, team.deployment.priority, composing.night_of(world), world.now)

    def _promised_elsewhere(self, team: Team, people: Iterable[int]) -> set[int]:
        """Who is seated or asked in another team for about the same days (`callout.promised_elsewhere`)."""
        world, here, margin = self.world, team.deployment, timedelta(days=7)
        first, last = here.starts_at - margin, here.ends_at + margin
        found = set()
        for who in people:
            others = [one.team for one in world.seats_of.get(who, ()) if one.team is not team]
            asked = world.asked_elsewhere(who, team)
            others += [asked] if asked else []
            if any(one.deployment.starts_at < last and one.deployment.ends_at > first for one in others):
                found.add(who)
        return found
