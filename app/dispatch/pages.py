"""Pages of the desk, and of an expert who is asked."""

from typing import Annotated, Any, Literal

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
from app.core.problems import Forbidden, Invalid
from app.core.settings import get_settings
from app.deployments import opening
from app.deployments import queries as deployments
from app.deployments import seats as seat_verbs
from app.deployments.models import Deployment
from app.deployments.states import DeploymentState
from app.deployments.teams import TEAM_NAMES, TEAMS
from app.dispatch import answers, board, ladder, offers, queries, story, troubles, views, waves
from app.dispatch.answers import Answer
from app.dispatch.states import OfferState
from app.dispatch.words import words_of
from app.experts.models import Expert
from app.experts.taxonomy import LANGUAGES
from app.messaging import queries as messages
from app.messaging import texts
from app.requests import decisions, intake
from app.requests import queries as requests
from app.requests.models import Request as RequestRow
from app.requests.states import RequestState
from app.requests.taxonomy import REASONS, REFERRALS
from app.rosters import proposals
from app.rosters import queries as rosters
from app.rosters.models import Proposal, ProposalState
from app.web.render import DESK_ZONE, render
from app.web.session import Session

router = APIRouter(include_in_schema=False)
Note = Annotated[str, Form(max_length=4000)]


@router.get("/desk")
async def the_board(request: Request, session: Session, viewer: MayReadDeployments, part: str = "") -> Response:
    """What needs the desk now, and every open request; `?part=board` is the part that changes live."""
    trouble = await troubles.of(session, viewer)
    texts_waiting = await messages.waiting(session) if viewer.may(Permission.WORK_OFFERS) else []
    return render(
        request,
        "dispatch/board_part.html" if part == "board" else "dispatch/board.html",
        board=board.board_of(await board.rows(session, viewer), board.texts_of([text.at for text in texts_waiting])),
        trouble=trouble,
        part=part,
        stages=board.STAGES,
        latest=await story.latest(session),
    )


def _actions(viewer: Viewer, row: board.Row, *, has_proposal: bool) -> set[str]:
    """Which forms this viewer sees here now. The verbs check again."""
    state, found = row.request.state, set()
    if state is RequestState.SUBMITTED and row.is_yours:
        found.add("take_in")
    if state is RequestState.IN_INTAKE:
        found |= {"recommend"} if row.is_yours else set()
        found |= {"ask"} if viewer.may(Permission.WORK_INTAKE) else set()
    if state is RequestState.RECOMMENDED and row.is_yours:
        found.add("decide")
    if has_proposal and viewer.may(Permission.WORK_ROSTER):
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
    counts = await deployments.seat_counts(session, [deployment.id]) if deployment else {}
    count = counts.get(deployment.id) if deployment else None
    proposal = await rosters.current(session, deployment.id) if deployment else None
    roster = proposal.state if proposal else None
    has_proposal = roster is ProposalState.PROPOSED
    row = board.row_of(viewer, found, listed.agency_name, deployment, count, roster)
    return render(
        request,
        "dispatch/request_part.html" if part == "live" else "dispatch/request.html",
        part=part,
        row=row,
        headline=views.headline_of(found, deployment, count, roster),
        stages=board.STAGES,
        actions=_actions(viewer, row, has_proposal=has_proposal),
        may_work=viewer.may(Permission.WORK_OFFERS),
        team_names=TEAM_NAMES,
        team_sizes={code: len(seats) for code, seats in TEAMS.items()},
        reasons=REASONS,
        referrals=REFERRALS,
        languages=LANGUAGES,
        questions=await requests.questions(session, found),
        decisions=await requests.decisions(session, found),
        story=await story.of_topic(session, intake.topic(found)),
        # The proposed team says it itself.
        changed=None if has_proposal else views.changed(proposal),
        **await _team(session, found, deployment, proposal if has_proposal else None),
    )


async def _team(
    session: Session, request: RequestRow, deployment: Deployment | None, proposal: Proposal | None
) -> dict[str, Any]:
    """The proposed team, and the team that is asked or confirmed, as the page's templates take them."""
    proposed = await rosters.seats(session, proposal) if proposal else []
    is_asking = deployment is not None and deployment.state is not DeploymentState.PLANNING
    until = ladder.reply_by(clock.now(), deployment.priority) if deployment else clock.now()
    return {
        "deployment": deployment,
        "proposal": proposal,
        "proposed": proposed,
        "asked_count": sum(seat.choice is not None for seat in proposed),
        "preview": views.preview(request, deployment, proposed, until) if deployment else None,
        "seats": await views.seat_lines(session, request, deployment) if deployment and is_asking else [],
        "state_words": views.STATE_WORDS,
        "arrivals": views.arrivals(proposed),
        "in_waves": get_settings().waves,
        "outlook": await waves.outlook(session, deployment) if deployment and is_asking else None,
        "reason_icons": views.REASON_ICONS,
    }


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
    reason_code: Annotated[str, Form()] = "need_confirmed",
    note: Note = "",
    to: Annotated[str, Form()] = "",
) -> Response:
    """Approve, decline, refer or give back."""
    if reason_code not in REASONS:
        raise Invalid(errors={"reason_code": "Choose a reason."})
    if verb == "refer" and to not in REFERRALS:
        raise Invalid(errors={"to": "Choose the body that is better placed."})
    found = await requests.find(session, viewer, reference, lock=True)
    if verb == "approve":
        await decisions.approve(session, found, reason_code, note, by=viewer.actor)
    elif verb == "decline":
        await decisions.decline(session, found, reason_code, note, by=viewer.actor)
    elif verb == "hand_back":
        await decisions.hand_back(session, found, note, by=viewer.actor)
    elif verb == "refer":
        await decisions.refer(session, found, to, "better_placed", note, by=viewer.actor)
    else:
        raise Invalid(errors={"verb": "Approve, decline, refer or give back."})
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


@router.post("/desk/requests/{reference}/call-out")
async def work_call_out(  # noqa: PLR0917 - the form's fields
    reference: str,
    session: Session,
    viewer: MayWorkOffers,
    verb: Annotated[str, Form()],
    seat: Annotated[int, Form()] = 0,
    expert: Annotated[int, Form()] = 0,
) -> Response:
    """Pause, go on, ask the next person of a seat now, or leave somebody out."""
    deployment = await deployments.find(session, viewer, reference, lock=True)
    if verb == "pause":
        await waves.pause(session, deployment, by=viewer.actor)
    elif verb == "resume":
        await waves.go_on(session, deployment, by=viewer.actor)
    elif verb == "push":
        await waves.push(session, deployment, await waves.seat(session, deployment, seat), by=viewer.actor)
    elif verb == "skip":
        await waves.skip(session, deployment, expert, by=viewer.actor)
    else:
        raise Invalid(errors={"verb": "Pause, go on, ask the next person, or leave somebody out."})
    return _back(reference)


@router.post("/desk/requests/{reference}/offers/{offer_id}")
async def work_offer(
    reference: str, offer_id: int, session: Session, viewer: MayWorkOffers, verb: Annotated[str, Form()]
) -> Response:
    """Enter an answer given by phone, or take the offer back."""
    deployment = await deployments.find(session, viewer, reference)
    await queries.find(session, deployment.id, offer_id)
    if verb == "withdraw":
        deployment, _, offer = await answers.locked_offer(session, offer_id)
        if offer.state is OfferState.ACCEPTED:
            raise Forbidden("This person has the seat. Enter a no for them, or stand the deployment down.")
        words = texts.withdrawn(await words_of(session, offer))
        await offers.withdraw(session, deployment, offer, words, by=viewer.actor)
    elif verb in ("yes", "no"):
        await _answer(session, offer_id, Answer(verb), f"told {viewer.name} by phone", viewer.actor)
    else:
        raise Invalid(errors={"verb": "Enter a yes, a no, or take the offer back."})
    return _back(reference)


async def _answer(session: Session, offer_id: int, answer: Answer, said: str, by: Actor) -> None:
    """Take an answer, and text the person what it came to."""
    words = await answers.take(session, offer_id, answer, said, by=by)
    deployment, _, offer = await answers.locked_offer(session, offer_id)
    await offers.tell(session, deployment, offer, words)


@router.get("/my")
async def my_page(request: Request, session: Session, viewer: MayReadOwnOffers) -> Response:
    """What an expert is asked, and where they have a seat."""
    lines = await views.my_lines(session, viewer)
    expert = await session.get(Expert, viewer.expert_id or 0)
    return render(
        request,
        "dispatch/my.html",
        lines=lines,
        headline=views.my_headline(lines),
        zone=expert.time_zone if expert else DESK_ZONE,
    )


@router.post("/my/offers/{offer_id}")
async def answer_own(
    offer_id: int, session: Session, viewer: MayAnswerOwnOffers, answer: Annotated[Literal["yes", "no"], Form()]
) -> Response:
    """Answer an offer of mine."""
    mine = await queries.own(session, viewer.expert_id or 0, offer_id)
    by = Actor("expert", mine.expert_id, viewer.name)
    await _answer(session, mine.id, Answer(answer), f"{answer} on the page", by)
    return RedirectResponse("/my", 303)
