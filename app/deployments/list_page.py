"""An agency's list of its requests, each with where it stands."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.access.policy import Permission
from app.access.viewer import MayReadRequests
from app.deployments import queries
from app.deployments.status import headline_of
from app.requests import forms
from app.requests import queries as requests
from app.requests.pages import STATE_SENTENCES
from app.requests.states import RequestState
from app.web.languages import _, ngettext, translated
from app.web.render import render
from app.web.session import Session

router = APIRouter(prefix="/agency", include_in_schema=False)


@router.get("")
async def my_requests(request: Request, session: Session, viewer: MayReadRequests) -> Response:
    """The agency's own requests."""
    rows = await requests.listed(session, viewer)
    may_file = viewer.may(Permission.FILE_REQUEST) and not viewer.is_desk
    many = ngettext("You have one request with us", "You have %(n)s requests with us", len(rows))
    approved = [row.request.id for row in rows if row.request.state is RequestState.APPROVED]
    teams = await queries.of_requests(session, approved)
    counts = await queries.seat_counts(session, [team.id for team in teams.values()])
    sentences = {row.request.id: translated(STATE_SENTENCES.get(row.request.state, "")) for row in rows}
    for row in rows:
        if row.request.state is RequestState.APPROVED:
            team = teams.get(row.request.id)
            sentences[row.request.id] = headline_of(row.request, team, counts.get(team.id) if team else None)
    return render(
        request,
        "requests/list.html",
        rows=rows,
        began=await forms.unsent(session, viewer) if may_file else (),
        headline=many if rows else _("You have no request with us"),
        sentences=sentences,
        may_file=may_file,
    )
