"""Pages of the desk, and of an expert who is asked."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from app.access.policy import Permission
from app.access.viewer import (
    MayAnswerOwnOffers,
    MayDecide,
    MayReadDeployments,
    MayReadOwnOffers,
    MayRecommend,
    MayWorkIntake,
    MayWorkOffers,
    MayWorkRoster,
    Viewer,
)
from app.core.clock import clock
from app.core.events import Actor
from app.core.problems import Invalid
from app.deployments import opening
from app.deployments import queries as deployments
from app.deployments import seats as seat_verbs
from app.deployments.models import Deployment
from app.deployments.teams import TEAM_NAMES
from app.dispatch import answers, board, ladder, offers, queries, story, views
from app.dispatch.answers import Answer
from app.dispatch.words import words_of
from app.experts.models import Expert
from app.experts.taxonomy import LANGUAGES
from app.messaging import queries as messages
from app.messaging import texts
from app.requests import decisions, intake
from app.requests import queries as requests
from app.requests.models import Request as RequestRow
from app.requests.states import RequestState
from app.requests.taxonomy import REASONS
from app.rosters import proposals
from app.rosters import queries as rosters
from app.rosters.models import ProposalState
from app.web.render import render
from app.web.session import Session

router = APIRouter(include_in_schema=False)
Note = Annotated[str, Form(max_length=4000)]


@router.get("/desk")
async def the_board(request: Request, session: Session, viewer: MayReadDeployments, part: str = "") -> Response:
    """What needs the desk now, and every open request; `?part=board` is the part that changes live."""
    rows = await board.rows(session, viewer)
    urgent = [row for row in rows if row.action]
    return render(
        request,
        "dispatch/board_part.html" if part == "board" else "dispatch/board.html",
        rows=rows,
        urgent=urgent,
        headline=board.headline(len(urgent)),
        stages=board.STAGES,
        waiting=await messages.waiting_count(session),
        latest=await story.latest(session),
        sentence=story.sentence,
    )


def _actions(viewer: Viewer, row: RequestRow, deployment: Deployment | None, *, has_proposal: bool) -> set[str]:
    """What this viewer can do here now."""
    may = viewer.may
    found = set()
    if row.state is RequestState.SUBMITTED and may(Permission.WORK_INTAKE):
        found.add("take_in")
    if row.state is RequestState.IN_INTAKE and may(Permission.RECOMMEND):
        found.add("recommend")
    if row.state is RequestState.RECOMMENDED and may(Permission.DECIDE):
        found.add("decide")
    if deployment is not None and has_proposal and may(Permission.WORK_ROSTER):
        found.add("accept")
    return found


@router.get("/desk/requests/{reference}")
async def one_request(
    reference: str, request: Request, session: Session, viewer: MayReadDeployments, part: str = ""
) -> Response:
    """One request from intake to the confirmed team; `?part=live` is the part that changes live."""
    found = await requests.find(session, viewer, reference)
    listed = await requests.with_agency(session, found)
    deployment = await deployments.of_request(session, found.id)
    proposal = await rosters.current(session, deployment.id) if deployment else None
    is_new = proposal is not None and proposal.state is ProposalState.PROPOSED
    counts = await deployments.seat_counts(session, [deployment.id]) if deployment else {}
    proposed = await rosters.seats(session, proposal) if proposal and is_new else []
    until = ladder.reply_by(clock.now(), deployment.priority) if deployment else clock.now()
    is_asking = deployment is not None and deployment.state != "planning"
    return render(
        request,
        "dispatch/request_part.html" if part == "live" else "dispatch/request.html",
        row=board.row_of(
            found,
            listed.agency_name,
            deployment,
            counts.get(deployment.id) if deployment else None,
            has_proposal=is_new,
        ),
        stages=board.STAGES,
        deployment=deployment,
        proposal=proposal,
        proposed=proposed,
        asked_count=sum(seat.choice is not None for seat in proposed),
        preview=views.preview(found, deployment, proposed, until) if deployment else None,
        seats=await views.seat_lines(session, deployment) if deployment and is_asking else [],
        actions=_actions(viewer, found, deployment, has_proposal=is_new),
        may_work=viewer.may(Permission.WORK_OFFERS),
        team_names=TEAM_NAMES,
        reasons=REASONS,
        languages=LANGUAGES,
        state_words=views.STATE_WORDS,
        questions=await requests.questions(session, found),
        decisions=await requests.decisions(session, found),
        events=await story.of_topic(session, intake.topic(found)),
        sentence=story.sentence,
    )


def _back(reference: str) -> Response:
    return RedirectResponse(f"/desk/requests/{reference}", 303)


@router.post("/desk/requests/{reference}/take-in")
async def take_in(reference: str, session: Session, viewer: MayWorkIntake) -> Response:
    """The desk takes the request on."""
    await intake.take_in(session, await requests.find(session, viewer, reference, lock=True), by=viewer.actor)
    return _back(reference)


@router.post("/desk/requests/{reference}/ask")
async def ask(reference: str, session: Session, viewer: MayWorkIntake, question: Note) -> Response:
    """Ask the agency something."""
    await intake.ask(session, await requests.find(session, viewer, reference, lock=True), question, by=viewer.actor)
    return _back(reference)


@router.post("/desk/requests/{reference}/recommend")
async def recommend(
    reference: str, session: Session, viewer: MayRecommend, team_type: Annotated[str, Form()], note: Note = ""
) -> Response:
    """Recommend a team to the approver."""
    if team_type not in TEAM_NAMES:
        raise Invalid(errors={"team_type": "Choose a team."})
    found = await requests.find(session, viewer, reference, lock=True)
    await decisions.recommend(session, found, team_type, note, by=viewer.actor)
    return _back(reference)


@router.post("/desk/requests/{reference}/decide")
async def decide(  # noqa: PLR0917 - the form's fields
    reference: str,
    session: Session,
    viewer: MayDecide,
    verb: Annotated[str, Form()],
    reason_code: Annotated[str, Form()],
    note: Note = "",
) -> Response:
    """Approve, decline or give back."""
    if reason_code not in REASONS:
        raise Invalid(errors={"reason_code": "Choose a reason."})
    found = await requests.find(session, viewer, reference, lock=True)
    if verb == "approve":
        await decisions.approve(session, found, reason_code, note, by=viewer.actor)
    elif verb == "decline":
        await decisions.decline(session, found, reason_code, note, by=viewer.actor)
    elif verb == "hand_back":
        await decisions.hand_back(session, found, note, by=viewer.actor)
    else:
        raise Invalid(errors={"verb": "Approve, decline or give back."})
    return _back(reference)


@router.post("/desk/requests/{reference}/accept")
async def accept(reference: str, session: Session, viewer: MayWorkRoster, version: Annotated[int, Form()]) -> Response:
    """Ask the people of this version of the roster. An older version is refused."""
    deployment = await deployments.find(session, viewer, reference, lock=True)
    proposal = await rosters.version(session, deployment.id, version, lock=True)
    await proposals.accept(session, deployment, proposal, by=viewer.actor)
    return _back(reference)


@router.post("/desk/requests/{reference}/swap")
async def swap(  # noqa: PLR0917 - the form's fields
    reference: str,
    session: Session,
    viewer: MayWorkRoster,
    version: Annotated[int, Form()],
    seat: Annotated[int, Form()],
    expert: Annotated[int, Form()],
) -> Response:
    """Put an alternate into a seat before anybody is asked."""
    deployment = await deployments.find(session, viewer, reference, lock=True)
    proposal = await rosters.version(session, deployment.id, version, lock=True)
    await proposals.swap(session, deployment, proposal, seat, expert, by=viewer.actor)
    return _back(reference)


@router.post("/desk/requests/{reference}/seats/{number}/reopen")
async def reopen(reference: str, number: int, session: Session, viewer: MayWorkOffers) -> Response:
    """Look again for a seat that was given up."""
    deployment = await deployments.find(session, viewer, reference, lock=True)
    for position in await opening.positions_of(session, deployment, lock=True):
        if position.number == number:
            await seat_verbs.reopen(session, deployment, position, by=viewer.actor)
    return _back(reference)


@router.post("/desk/requests/{reference}/offers/{offer_id}")
async def work_offer(
    reference: str, offer_id: int, session: Session, viewer: MayWorkOffers, verb: Annotated[str, Form()]
) -> Response:
    """Enter an answer given by phone, or take the offer back."""
    deployment = await deployments.find(session, viewer, reference)
    await queries.find(session, deployment.id, offer_id)
    if verb in ("yes", "no"):
        said = f"told {viewer.name} by phone"
        words = await answers.take(session, offer_id, Answer(verb), said, by=viewer.actor)
        deployment, _, offer = await answers.locked_offer(session, offer_id)
        await offers.tell(session, deployment, offer, words)
    else:
        deployment, _, offer = await answers.locked_offer(session, offer_id)
        await offers.withdraw(
            session, deployment, offer, texts.withdrawn(await words_of(session, offer)), by=viewer.actor
        )
    return _back(reference)


@router.get("/my")
async def my_page(request: Request, session: Session, viewer: MayReadOwnOffers) -> Response:
    """What an expert is asked."""
    lines = await views.my_lines(session, viewer)
    expert = await session.get_one(Expert, viewer.expert_id)
    waits = sum(line.is_open for line in lines)
    headline = "Can you go?" if waits else "Nobody waits for an answer from you"
    return render(
        request,
        "dispatch/my.html",
        offers=lines,
        headline=headline,
        zone=expert.time_zone,
        state_words=views.STATE_WORDS,
    )


@router.post("/my/offers/{offer_id}")
async def answer_own(
    offer_id: int, session: Session, viewer: MayAnswerOwnOffers, answer: Annotated[Answer, Form()]
) -> Response:
    """Answer an offer of mine."""
    mine = await queries.own(session, viewer.expert_id or 0, offer_id)
    by = Actor("expert", mine.expert_id, viewer.name)
    words = await answers.take(session, mine.id, answer, f"{answer} on the page", by=by)
    deployment, _, offer = await answers.locked_offer(session, mine.id)
    await offers.tell(session, deployment, offer, words)
    return RedirectResponse("/my", 303)
