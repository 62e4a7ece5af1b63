"""How far a call-out goes on by itself when somebody says no: the desk's consent (domain.md 1.2, step 5 and 6).

`automatic`: the next person is asked at once, whoever the solver finds best. `alternates`: by itself only people whom
the desk approved for that very seat when it accepted a roster; else the desk is asked. `ask`: the desk confirms every
next person, alternates too.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import BigInteger, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.events import Actor, record
from app.core.settings import get_settings
from app.deployments.models import Deployment, Position
from app.dispatch import hand, offers
from app.dispatch.models import CallOut, Offer
from app.dispatch.states import Consent
from app.experts.models import Expert
from app.rosters.models import Pick, Proposal, ProposalState

Seating = Mapping[int, int | None]
"""Position to expert; None: nobody fits."""
LEVELS = {
    Consent.AUTOMATIC: "The next person is asked at once",
    Consent.ALTERNATES: "Approved alternates are asked at once; you are asked about anybody else",
    Consent.ASK: "You are asked about everybody",
}
"""What each level means, for people."""


async def level_of(session: AsyncSession, deployment_id: int) -> Consent:
    """What the desk allows in this deployment: its own level, or the installation's."""
    return level_in(await hand.state_of(session, deployment_id))


def level_in(state: CallOut | None) -> Consent:
    """What the desk allows, by its hand on the call-out: its own level, or the installation's. Pure."""
    return (state.consent if state else None) or Consent(get_settings().backfill_consent)


async def choose(session: AsyncSession, deployment: Deployment, level: Consent, *, by: Actor) -> None:
    """Set how far this call-out goes on by itself. The same again changes nothing. The deployment is locked before."""
    if await level_of(session, deployment.id) is not level:
        state = await hand.opened(session, deployment)
        state.consent = level
        await record(
            session, "callout.consent_chosen", deployment.id, topic=offers.topic(deployment), by=by, level=level
        )


_APPROVED = (
    select(Pick.position_id, Pick.expert_id)
    .join(Proposal, Proposal.id == Pick.proposal_id)
    .where(Proposal.deployment_id == bindparam("deployment_id", type_=BigInteger))
    .where(Proposal.decided_by_id.is_not(None))
)


async def approved(session: AsyncSession, deployment_id: int) -> frozenset[tuple[int, int]]:
    """Seats and people, choices and alternates, of every version that a person at the desk has accepted."""
    rows = await session.execute(_APPROVED, {"deployment_id": deployment_id})
    return frozenset((position, expert) for position, expert in rows if expert is not None)


def goes_on(level: Consent, after: Seating, needy: Collection[int], fine: Collection[tuple[int, int]]) -> bool:
    """Whether a new version may be worked with, without asking the desk. To ask nobody needs no consent.

    Args:
        level: what the desk allows.
        after: the new version; whoever said yes or is still being asked keeps their seat in it.
        needy: seats for which somebody must be asked.
        fine: seats and people that a person at the desk has approved.
    """
    asked = [(seat, after[seat]) for seat in needy if after.get(seat) is not None]
    return level is Consent.AUTOMATIC or all(level is Consent.ALTERNATES and one in fine for one in asked)


@dataclass(frozen=True, slots=True)
class Change:
    """One seat of a version that waits for the desk: who is asked, instead of whom."""

    seat: int
    title: str
    expert_id: int | None
    text: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """A version that asks nobody before the desk has accepted it."""

    version: int
    changes: tuple[Change, ...]

    @property
    def headline(self) -> str:
        """What is wanted of the desk."""
        people = sum(change.expert_id is not None for change in self.changes)
        return "May one more person be asked?" if people == 1 else f"May {people} more people be asked?"


async def waiting(session: AsyncSession, deployment: Deployment, needy: Iterable[Position]) -> Waiting | None:
    """The version that waits for the desk, in words; None when none does."""
    proposal = await session.scalar(
        select(Proposal)
        .where(Proposal.deployment_id == deployment.id, Proposal.state == ProposalState.PROPOSED)
        .order_by(Proposal.version.desc())
        .limit(1)
    )
    seats = {position.id: position for position in needy}
    if proposal is None or not seats:
        return None
    after, before = await seating(session, proposal.id), await _asked_before(session, deployment)
    names = await _names(session, [*after.values(), *before.values()])
    told = tuple(_change(position, after.get(id_), before.get(id_), names) for id_, position in seats.items())
    return Waiting(proposal.version, told)


def _change(position: Position, comes: int | None, was: int | None, names: Mapping[int, str]) -> Change:
    instead = f", instead of {names[was]}" if was is not None and was != comes else ""
    says = "Nobody fits" if comes is None else f"{names[comes]} is asked"
    return Change(position.number, position.title, comes, f"{position.title}: {says}{instead}.")


async def seating(session: AsyncSession, proposal_id: int) -> dict[int, int | None]:
    """Who is chosen for each seat of a version."""
    rows = await session.execute(
        select(Pick.position_id, Pick.expert_id).where(Pick.proposal_id == proposal_id, Pick.rank == 0)
    )
    return {row.position_id: row.expert_id for row in rows}


async def _asked_before(session: AsyncSession, deployment: Deployment) -> dict[int, int]:
    """Position to the person asked last for it."""
    rows = await session.execute(
        select(Offer.position_id, Offer.expert_id).where(Offer.deployment_id == deployment.id).order_by(Offer.id)
    )
    return {row.position_id: row.expert_id for row in rows}


async def _names(session: AsyncSession, people: Iterable[int | None]) -> dict[int, str]:
    wanted = {person for person in people if person is not None}
    rows = await session.execute(select(Expert.id, Expert.name).where(Expert.id.in_(wanted)))
    return {row.id: row.name for row in rows}
