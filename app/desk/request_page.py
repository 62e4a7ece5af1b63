"""The page of one request, from intake to the confirmed team."""

from datetime import timedelta
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import select

from app.access.policy import Permission
from app.access.viewer import MayReadDeployments, Viewer
from app.core.settings import get_settings
from app.deployments import queries as deployments
from app.deployments.models import Deployment
from app.deployments.states import DEPLOYMENT, DeploymentState
from app.deployments.teams import TEAM_NAMES, TEAMS
from app.desk import board, intake_view, proposed, sent_along, story, team
from app.desk.headlines import headline_of
from app.desk.intake_view import facts_of
from app.desk.kept import NOTHING, Kept
from app.dispatch import backfill, consent, preview, waves
from app.experts.models import Expert
from app.experts.taxonomy import LANGUAGES
from app.requests import call, intake
from app.requests import queries as requests
from app.requests.models import Request as RequestRow
from app.requests.states import OPEN, RequestState
from app.requests.taxonomy import DECLINE_REASONS, HAND_BACK_REASONS, PRIORITY_WORDS, REASONS, REFERRALS
from app.rosters import proposals, wishes
from app.rosters import queries as rosters
from app.rosters.models import Proposal, ProposalState
from app.web.render import render
from app.web.session import Session

router = APIRouter(include_in_schema=False)
WORDS: dict[str, Any] = {
    "team_names": TEAM_NAMES,
    "team_sizes": {code: len(seats) for code, seats in TEAMS.items()},
    "reasons": REASONS,
    "team_options": [(code, f"{name}, {len(TEAMS[code])} people") for code, name in TEAM_NAMES.items()],
    "referrals": [(body, body) for body in REFERRALS],
    "languages": LANGUAGES,
    "call_questions": call.QUESTIONS,
    "priorities": PRIORITY_WORDS,
    "decline_reasons": [(code, REASONS[code]) for code in DECLINE_REASONS],
    "hand_back_reasons": [(code, REASONS[code]) for code in HAND_BACK_REASONS],
}
"""Lists that the page's forms choose from."""
MAIN_ACTIONS = {"take_in", "recommend", "decide", "accept", "undo"}
"""Forms that are the page's next step; the others stand beside it."""


def back(reference: str) -> Response:
    """To the page of a request, after a form."""
    return RedirectResponse(f"/desk/requests/{reference}", 303)


def _actions(
    viewer: Viewer, row: board.Row, deployment: Deployment | None, *, has_proposal: bool, is_held: bool
) -> set[str]:
    """Which forms this viewer sees here now. The verbs check again."""
    state, found = row.request.state, set()
    does_intake = viewer.may(Permission.WORK_INTAKE)
    is_asker = viewer.id == row.request.filed_by_id
    if state is RequestState.SUBMITTED and does_intake:
        found.add("take_in")
    if state is RequestState.IN_INTAKE:
        recommends = viewer.may(Permission.RECOMMEND) and (row.request.keyed_in_by_desk or not is_asker)
        found |= {"recommend"} if recommends else set()
        found |= {"ask"} if does_intake else set()
    if state is RequestState.INFO_NEEDED and viewer.may(Permission.ANSWER_QUESTION):
        found.add("answer")
    if state in OPEN and does_intake:
        found |= {"notes", "relate"} | ({"facts"} if viewer.may(Permission.FILE_REQUEST) else set())
    if state is RequestState.RECOMMENDED and board.may_act(viewer, row.request, row.step):
        found.add("decide")
    if has_proposal and viewer.may(Permission.WORK_ROSTER):
        found.add("accept")
        # Later versions are made around those who are asked: there the desk asks somebody else by name.
        if deployment is not None and deployment.state is DeploymentState.PLANNING:
            found.add("wish")
    if is_held and viewer.may(Permission.WORK_ROSTER):
        found.add("undo")
    if deployment is not None and viewer.may(Permission.WORK_OFFERS) and DEPLOYMENT.can(deployment.state, "stand_down"):
        found.add("call_off")
    return found


@router.get("/desk/requests/{reference}")
async def one_request(
    reference: str, request: Request, session: Session, viewer: MayReadDeployments, part: str = ""
) -> Response:
    """One request from intake to the confirmed team; `?part=live` is the part that changes live."""
    return await show(request, session, viewer, await requests.find(session, viewer, reference), part=part)


async def show(  # noqa: PLR0917 - who asks for what
    request: Request, session: Session, viewer: Viewer, found: RequestRow, kept: Kept = NOTHING, part: str = ""
) -> Response:
    """The page of a request; with `kept`, the form that could not be saved keeps every word."""
    listed = await requests.with_agency(session, found)
    deployment = await deployments.of_request(session, found.id)
    facts = await board.facts_of(session, found, deployment)
    proposal = await rosters.current(session, deployment.id) if deployment else None
    # A team that was called off, or goes home, is proposed to nobody any more.
    is_wanted = deployment is not None and DEPLOYMENT.can(deployment.state, "stand_down")
    has_proposal = is_wanted and facts.roster is ProposalState.PROPOSED
    row = board.row_of(viewer, found, listed.agency_name, facts)
    is_held = proposal is not None and proposals.is_held(proposal)
    actions = _actions(viewer, row, deployment, has_proposal=has_proposal, is_held=is_held)
    return render(
        request,
        "desk/request_part.html" if part == "live" else "desk/request.html",
        kept.status if kept.form else 200,
        part=part,
        kept=kept,
        facts_now=facts_of(found),
        may_own=viewer.may(Permission.LOOK_AFTER),
        has_main_action=bool(actions & MAIN_ACTIONS),
        seen=await story.last_seen(session, intake.topic(found)),
        row=row,
        sent_along=await sent_along.of(session, found, deployment),
        headline=headline_of(found, deployment, facts.seats, facts.roster, is_held=is_held),
        stages=board.STAGES,
        actions=actions,
        may_work=viewer.may(Permission.WORK_OFFERS),
        intake=await intake_view.of(session, found),
        story=await story.of_topic(session, intake.topic(found)),
        held=proposal if is_held else None,
        # The proposed team says it itself.
        changed=None if has_proposal or is_held else proposed.changed(proposal),
        **WORDS,
        **await _team(session, found, deployment, proposal if has_proposal or is_held else None),
    )


async def _team(
    session: Session, request: RequestRow, deployment: Deployment | None, proposal: Proposal | None
) -> dict[str, Any]:
    """The proposed team, and the team that is asked or confirmed, as the page's templates take them."""
    is_asking = deployment is not None and deployment.state is not DeploymentState.PLANNING
    seats = await team.seat_lines(session, request, deployment) if deployment and is_asking else []
    return {
        "deployment": deployment,
        "proposal": proposal,
        "seats": seats,
        "tally": team.tally(seats),
        "state_words": team.STATE_WORDS,
        "in_waves": get_settings().waves,
        "waiting": await backfill.waiting(session, deployment) if deployment else None,
        "consent": await consent.level_of(session, deployment.id) if deployment else None,
        "consent_levels": consent.LEVELS,
        "undo_seconds": get_settings().undo_seconds,
        "outlook": await waves.outlook(session, deployment) if deployment and is_asking else None,
        "reason_icons": proposed.REASON_ICONS,
        **await _proposed(session, request, deployment, proposal),
    }


async def _proposed(
    session: Session, request: RequestRow, deployment: Deployment | None, proposal: Proposal | None
) -> dict[str, Any]:
    """The proposed team: its seats, what the desk wished, the very texts, and what was checked."""
    if deployment is None or proposal is None:
        return {"proposed": [], "asked_count": 0, "planned": [], "checks": [], "wished": None, "arrivals": {}}
    seats = await rosters.seats(session, proposal)
    wished = await wishes.of(session, deployment.id)
    people = [(seat.position, seat.choice.expert) for seat in seats if seat.choice]
    hold = timedelta(seconds=get_settings().undo_seconds)
    planned = await preview.of_people(session, request, deployment, people, hold=hold)
    left_out = await session.scalars(select(Expert).where(Expert.id.in_(wished.excluded)).order_by(Expert.name))
    return {
        "proposed": seats,
        "asked_count": len(people),
        "planned": planned,
        "checks": proposed.checks(deployment, proposal, seats, planned, request.time_zone),
        "wished": wished,
        "left_out": left_out.all(),
        "is_composing": await story.is_composing(session, intake.topic(request)),
        "arrivals": proposed.arrivals(seats),
    }
