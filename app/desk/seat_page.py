"""Who else for a seat: its alternates, and anybody by name, with the rule that keeps them out or what they cost."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from app.access.viewer import MayWorkRoster
from app.core.problems import NotFound
from app.deployments import queries as deployments
from app.deployments.states import DeploymentState
from app.desk import proposed
from app.dispatch.limits import Rest, resting
from app.experts.finding import named
from app.experts.models import Expert
from app.rosters import queries as rosters
from app.rosters import wishes
from app.rosters.models import ProposalState
from app.rosters.proposals import other_facts
from app.rosters.solving import Answer
from app.web.render import render
from app.web.session import Session

router = APIRouter(prefix="/desk/requests/{reference}/seats/{number}", include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Looked:
    """Somebody whom the desk asks about for a seat.

    Args:
        expert: who.
        rules: what keeps them out, as sentences; empty when nothing does.
        changes: what would change in the team with them here.
        costs: what that costs, in the order of the goals.
        sits_here: whether they have the seat in this version.
    """

    expert: Expert
    rules: tuple[str, ...]
    changes: tuple[str, ...]
    costs: tuple[str, ...]
    sits_here: bool


def _looked(expert: Expert, answer: Answer, rest: Rest | None, *, sits_here: bool) -> Looked:
    told = other_facts(answer.instead) if answer.instead else {"changes": [], "costs": []}
    rules = [rule.text for rule in answer.rules]
    if rest is not None and any(rule.code == "excluded" for rule in answer.rules):
        rules.append(rest.said(expert.time_zone))
    return Looked(expert, tuple(rules), tuple(told["changes"]), tuple(told["costs"]), sits_here)


@router.get("")
async def one_seat(  # noqa: PLR0917 - the form's fields
    reference: str,
    number: int,
    request: Request,
    session: Session,
    viewer: MayWorkRoster,
    find: Annotated[str, Query(max_length=200)] = "",
    expert: Annotated[int | None, Query(ge=1, le=2**53)] = None,
) -> Response:
    """A seat of the newest version, with everybody who might sit there instead."""
    deployment = await deployments.find(session, viewer, reference)
    proposal = await rosters.current(session, deployment.id)
    seats = await rosters.seats(session, proposal) if proposal else []
    seat = next((one for one in seats if one.position.number == number), None)
    if proposal is None or seat is None:
        raise NotFound
    looked = None
    if expert is not None:
        who = await session.get(Expert, expert)
        if who is None:
            raise NotFound
        here = seat.choice is not None and seat.choice.expert.id == expert
        answer = await wishes.rules_against(session, proposal, seat.position.id, expert)
        looked = _looked(who, answer, await resting(session, expert), sits_here=here)
    places = {one.choice.expert.id: one.position for one in seats if one.choice}
    return render(
        request,
        "desk/seat.html",
        reference=reference,
        proposal=proposal,
        seat=seat,
        wished=await wishes.of(session, deployment.id),
        looked=looked,
        find=find,
        found=await named(session, find) if len(find.strip()) >= 2 else [],
        places=places,
        may_choose=proposal.state is ProposalState.PROPOSED and deployment.state is DeploymentState.PLANNING,
        reason_icons=proposed.REASON_ICONS,
    )
