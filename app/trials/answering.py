"""Answers in a trial: a seat, another seat, standby, or the next person. As `dispatch/answers.py` does it."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial

from app.deployments.states import DEPLOYMENT, POSITION, PositionState
from app.dispatch.answers import Answer
from app.dispatch.backfill import span_of
from app.dispatch.moving import FREE, UNASKED, fitting, has_colleague
from app.dispatch.states import OFFER, OPEN, OfferState
from app.trials.offering import Offering
from app.trials.road import set_out
from app.trials.rows import Offer, Pick, Position
from app.trials.world import Seated, Team


class Answering(Offering):
    """What an answer does."""

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
        if self._is_late(offer):
            self._standby(team, offer)
            return
        if position.state in (PositionState.FILLED, PositionState.CANCELLED):
            other = self._seat_for(team, offer, FREE)
            if other is None:
                self._standby(team, offer)
                return
            self._seat(team, other[0], offer, other[1])
            return
        self._seat(team, position, offer)

    def _is_late(self, offer: Offer) -> bool:
        """Whoever was on time and waits on standby is not late (`answers._is_late`)."""
        if offer.state in OPEN or offer.reply_by > self.world.now:
            return False
        since = self.world.standby_since.get(offer.id)
        return offer.state is not OfferState.STANDBY or since is None or since > offer.reply_by

    @staticmethod
    def _may_come(team: Team, offer: Offer) -> bool:
        if offer.state is not OfferState.WITHDRAWN:
            return OFFER.can(offer.state, "accept")
        newer = any(one.expert_id == offer.expert_id and one.id > offer.id for one in team.offers)
        return offer.seat_lost_at is not None and not newer

    def _seat(self, team: Team, position: Position, offer: Offer, pick: Pick | None = None) -> None:
        """Seat somebody; `pick`: of another seat than the one that they were asked for."""
        world, travel = self.world, (pick.travel or {}) if pick else offer.travel
        journey = {name: datetime.fromisoformat(travel[name]) for name in ("depart", "arrive", "home", "rested")}
        held = world.seats_of[offer.expert_id]
        if any(one.leaves_at < journey["rested"] and one.ends_at > journey["depart"] for one in held):
            self._standby(team, offer)
            return
        seated = Seated(
            team, position, offer.expert_id, journey["depart"], journey["arrive"], journey["home"], journey["rested"],
            world.now, minutes=int(travel["minutes"]), mode=travel["mode"],
        )  # fmt: skip
        if pick is not None:
            self._put(team, offer, position, pick)
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
                self.ask_again(team, other)

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
        self.world.standby_since.setdefault(offer.id, self.world.now)
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
