"""The desk's board: what needs whom until when, sorted by what is due. Pure but for the reads at the end."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import load_only

from app.access.models import User
from app.access.policy import Permission
from app.access.viewer import Viewer, viewer_of
from app.agencies.models import Agency
from app.core.clock import clock
from app.deployments.models import Deployment
from app.deployments.queries import SeatCount, seat_counts
from app.deployments.states import DeploymentState
from app.desk import people, usmap
from app.desk.steps import NOTHING, READ_WITHIN, STAGES, Facts, Step, step_of
from app.requests.models import CallDraft, CallNotes, Question, Request
from app.requests.queries import visible_to
from app.requests.states import RequestState
from app.rosters.models import Proposal, ProposalState

__all__ = ["STAGES", "Board", "Open", "Row", "board_of", "opened", "row_of", "rows", "seen_by"]
R, D, P = RequestState, DeploymentState, Permission
SOON = timedelta(hours=2)
"""Red is kept for what is yours and due within this time."""
NO_CALL = (False, False)
"""Of a request that is not in intake: neither noted nor answered."""
CARDS = 4
"""More cards than these hide the table; the rest is in it."""
SHOWN = 200
"""Rows of the board before it is asked for all of them: those that are due first."""
MOST = 2000
"""Open requests that are read at all."""
NUMBERS = ("Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine")


@dataclass(frozen=True, slots=True)
class Row:
    """One request on the board, as one viewer sees it.

    Args:
        is_yours: the viewer can and may take the next step.
        is_soon: it is yours, and due soon or late.
        point: where it is on the map; None for a territory.
        owner: who looks after it; `owner_acts`: whether the next step is one that they may take; `is_owned`: it is the
            viewer.

    Two viewers to whom rows are equal are shown the same (`shared.py`): what a template reads of a viewer stands here.
    """

    request: Request
    agency_name: str
    seats: SeatCount | None
    step: Step
    is_yours: bool
    is_soon: bool
    point: tuple[float, float] | None
    owner: User | None
    owner_acts: bool
    is_owned: bool

    @property
    def waits_for(self) -> str:
        """Who must act: "You", the owner by name, or others in words."""
        if self.is_yours:
            return "You"
        return self.owner.name if self.owner is not None and self.owner_acts else self.step.waits_for

    @property
    def owned_by(self) -> str:
        """Who looks after it: "You", a name, or nobody yet."""
        if self.owner is None:
            return "Nobody yet"
        return "You" if self.is_owned else self.owner.name


@dataclass(frozen=True, slots=True)
class Texts:
    """Texts that wait for a person, the oldest of them since `since`; `is_late` after `READ_WITHIN`."""

    count: int
    since: datetime
    is_late: bool


@dataclass(frozen=True, slots=True)
class Board:
    """The whole board as one viewer sees it.

    Args:
        headline: the first sentence.
        count: how many things need the viewer; the page's title says it too.
        texts: the texts that wait for a person, if there are any and the viewer works on offers.
        calls: calls that the viewer has not finished.
        cards: what is the viewer's to do, the first due first, and not more than fit.
        next_due: when the next thing after these is due; None when nothing is, or something of others is late.
        rows: every open request.
    """

    headline: str
    count: int
    texts: Texts | None
    calls: tuple[CallDraft, ...]
    cards: tuple[Row, ...]
    next_due: datetime | None
    rows: tuple[Row, ...]

    @property
    def places(self) -> list[Row]:
        """One row for each point of the map, the most urgent of those that share it; drawn last, it is on top."""
        return places(self.rows)


def board_of(rows: Sequence[Row], texts: Texts | None, calls: Sequence[CallDraft] = (), alarms: int = 0) -> Board:
    """The board of these rows, in their order; `alarms` that the viewer may work on count as things that need them."""
    yours = [row for row in rows if row.is_yours]
    cards = yours[: CARDS - (texts is not None) - bool(calls)]
    uncarded = [row for row in rows if not row.is_yours] + yours[len(cards) :]
    others = [row.step.due for row in uncarded if row.step.due is not None]
    count = len(yours) + (texts is not None) + len(calls) + alarms
    next_due = min(others, default=None)
    is_quiet = next_due is not None and next_due > clock.now()
    return Board(headline(count), count, texts, tuple(calls), tuple(cards), next_due if is_quiet else None, tuple(rows))


def places(rows: Sequence[Row]) -> list[Row]:
    """The first of the rows at each point of the map, in the opposite order: what is drawn last is on top."""
    first: dict[tuple[float, float], Row] = {}
    for row in rows:
        if row.point:
            first.setdefault(row.point, row)
    return list(first.values())[::-1]


def texts_of(received: Sequence[datetime]) -> Texts | None:
    """The texts that wait, from when each came."""
    if not received:
        return None
    since = min(received)
    return Texts(len(received), since, is_late=clock.now() - since > READ_WITHIN)


def headline(count: int) -> str:
    """The board's first sentence."""
    if count < 2:
        return "One thing needs you now" if count else "Nothing needs you now"
    return f"{NUMBERS[count - 2] if count - 2 < len(NUMBERS) else count} things need you now"


def may_act(viewer: Viewer, request: Request, step: Step) -> bool:
    """Whether somebody may take this step. Who asked or recommended does not decide."""
    if step.needs is None or not viewer.may(step.needs):
        return False
    return step.needs is not P.DECIDE or viewer.id not in (request.recommended_by_id, request.filed_by_id)


@dataclass(frozen=True, slots=True)
class Open:
    """One open request before anybody looks at it; see `Row`."""

    request: Request
    agency_name: str
    seats: SeatCount | None
    step: Step
    point: tuple[float, float] | None
    owner: User | None
    owner_acts: bool


def open_of(request: Request, agency_name: str, facts: Facts = NOTHING) -> Open:
    """What is the same for everybody who sees a request."""
    step, owner = step_of(request, facts), facts.owner
    return Open(
        request, agency_name, facts.seats, step,
        point=usmap.point(request.latitude, request.longitude, request.place_state), owner=owner,
        owner_acts=owner is not None and may_act(viewer_of(owner, "session"), request, step),
    )  # fmt: skip


def row_of(viewer: Viewer, request: Request, agency_name: str, facts: Facts = NOTHING) -> Row:
    """One request as `viewer` sees it."""
    return seen_by(viewer, open_of(request, agency_name, facts))


def seen_by(viewer: Viewer, one: Open) -> Row:
    """One request as `viewer` sees it. What its owner can do is the owner's, until it is late: then everybody's."""
    step, now = one.step, clock.now()
    is_late = step.due is not None and step.due < now
    is_owned = one.owner is not None and one.owner.id == viewer.id
    is_theirs = one.owner_acts and not is_owned and not is_late
    is_yours = may_act(viewer, one.request, step) and not is_theirs
    return Row(
        one.request, one.agency_name, one.seats, step, is_yours,
        is_soon=is_yours and step.due is not None and step.due < now + SOON,
        point=one.point, owner=one.owner, owner_acts=one.owner_acts, is_owned=is_owned,
    )  # fmt: skip


def _order(row: Open) -> tuple[bool, bool, datetime]:
    return row.step.stage == 4, row.step.due is None, row.step.due or clock.now()


READ = (
    Request.reference, Request.agency_id, Request.state, Request.priority, Request.filed_by_id, Request.filed_at,
    Request.incident_type, Request.city, Request.place_state, Request.latitude, Request.longitude,
    Request.recommended_by_id, Request.decided_at, Request.owner_id,
)  # fmt: skip
"""What the board, the map and the handover need of a request; nothing that is sealed, nothing long."""


async def rows(session: AsyncSession, viewer: Viewer, limit: int = MOST) -> list[Row]:
    """Every open request, the first due first, confirmed teams last."""
    return [seen_by(viewer, one) for one in await opened(session, visible_to(viewer), limit)]


async def opened(session: AsyncSession, visible: ColumnElement[bool], limit: int = MOST) -> list[Open]:
    """Every open request among the visible ones, the first due first, confirmed teams last."""
    open_states = (R.SUBMITTED, R.IN_INTAKE, R.INFO_NEEDED, R.RECOMMENDED, R.APPROVED)
    found = (
        await session.execute(
            select(Request, Agency.name, Deployment)
            .options(load_only(*READ, raiseload=True))
            .join(Agency, Agency.id == Request.agency_id)
            .outerjoin(Deployment, Deployment.request_id == Request.id)
            .where(visible, Request.state.in_(open_states))
            .where((Deployment.id.is_(None)) | (Deployment.state.not_in((D.STOOD_DOWN, D.CLOSED))))
            .order_by(Request.id.desc())
            .limit(limit)
        )
    ).all()
    ids = [deployment.id for _, _, deployment in found if deployment is not None]
    counts, teams = await seat_counts(session, ids), await _rosters(session, ids)
    requests = [request for request, _, _ in found]
    notes, owners = await _calls(session, requests), await people.users(session, [one.owner_id for one in requests])
    made = []
    for request, name, d in found:
        known = _Known(counts.get(d.id), teams.get(d.id)) if d else _Known()
        owner = owners.get(request.owner_id or 0)
        made.append(open_of(request, name, _facts(d, known, notes.get(request.id, NO_CALL), owner)))
    return sorted(made, key=_order)


@dataclass(frozen=True, slots=True)
class _Roster:
    """A deployment's newest proposed team: its state, when it was made, until when it can be taken back."""

    state: ProposalState
    made_at: datetime
    asks_from: datetime | None


@dataclass(frozen=True, slots=True)
class _Known:
    seats: SeatCount | None = None
    roster: _Roster | None = None


def _facts(deployment: Deployment | None, known: _Known, call: tuple[bool, bool], owner: User | None) -> Facts:
    roster = known.roster
    return Facts(
        deployment, known.seats, roster.state if roster else None, roster.made_at if roster else None,
        roster.asks_from if roster else None, has_notes=call[0], is_answered=call[1], owner=owner,
    )  # fmt: skip


async def facts_of(session: AsyncSession, request: Request, deployment: Deployment | None) -> Facts:
    """What is known of one request beside itself."""
    known = _Known()
    if deployment is not None:
        counts, teams = await seat_counts(session, [deployment.id]), await _rosters(session, [deployment.id])
        known = _Known(counts.get(deployment.id), teams.get(deployment.id))
    owners = await people.users(session, [request.owner_id])
    call = (await _calls(session, [request])).get(request.id, NO_CALL)
    return _facts(deployment, known, call, owners.get(request.owner_id or 0))


async def _calls(session: AsyncSession, requests: Sequence[Request]) -> dict[int, tuple[bool, bool]]:
    """Request in intake to whether its call is noted, and whether the agency has answered since."""
    ids = [request.id for request in requests if request.state is R.IN_INTAKE]
    noted_at, answered_at = func.max(CallNotes.noted_at), func.max(Question.answered_at)
    notes = await session.execute(
        select(CallNotes.request_id, noted_at.label("at"))
        .where(CallNotes.request_id.in_(ids))
        .group_by(CallNotes.request_id)
    )
    answers = await session.execute(
        select(Question.request_id, answered_at.label("at"))
        .where(Question.request_id.in_(ids), Question.answered_at.is_not(None))
        .group_by(Question.request_id)
    )
    noted: dict[int, datetime] = {row.request_id: row.at for row in notes}
    answered: dict[int, datetime] = {row.request_id: row.at for row in answers}
    never = datetime.min.replace(tzinfo=UTC)
    return {one: (one in noted, answered.get(one, never) > noted.get(one, never)) for one in ids}


async def _rosters(session: AsyncSession, deployment_ids: Sequence[int]) -> dict[int, _Roster]:
    """Deployment to its newest proposed team."""
    rows = await session.execute(
        select(Proposal.deployment_id, Proposal.state, Proposal.made_at, Proposal.asks_from)
        .where(Proposal.deployment_id.in_(deployment_ids), Proposal.state != ProposalState.SUPERSEDED)
        .order_by(Proposal.version)
    )
    return {row.deployment_id: _Roster(row.state, row.made_at, row.asks_from) for row in rows}
