"""HTTP API: the desk's work on a request before the decision: call notes, owner, requests that belong together."""

from fastapi import APIRouter, Response

from app.access.viewer import MayLookAfter, MayReadDeployments, MayWorkIntake, Viewer
from app.core.problems import Conflict
from app.requests import call, intake, queries, relating
from app.requests.models import Request
from app.requests.schemas import CallNotesIn, CallNotesOut, OtherIn, RelatedOut, RequestOut
from app.web.lists import IfMatch, set_etag
from app.web.session import Session

router = APIRouter(prefix="/api/v1/requests/{reference}", tags=["requests"])


@router.get("/call-notes")
async def read_notes(reference: str, session: Session, viewer: MayReadDeployments, response: Response) -> CallNotesOut:
    """The notes of the intake call; the ETag goes into If-Match of a change."""
    request = await queries.find(session, viewer, reference)
    notes = await call.latest(session, request.id)
    set_etag(response, notes.version if notes else 0)
    return CallNotesOut.model_validate(notes) if notes else CallNotesOut()


@router.put("/call-notes")
async def note_call(  # noqa: PLR0917 - each a dependency
    reference: str, form: CallNotesIn, seen: IfMatch, session: Session, viewer: MayWorkIntake, response: Response
) -> CallNotesOut:
    """Note what was said. What others noted meanwhile stays; both the same answer: 409, with theirs."""
    request = await queries.find(session, viewer, reference, lock=True)
    said = {name: text for name, text in form.model_dump(exclude_unset=True).items() if text is not None}
    notes = await call.note(session, request, said, seen=seen, by=viewer.actor)
    set_etag(response, notes.version if notes else 0)
    return CallNotesOut.model_validate(notes) if notes else CallNotesOut()


@router.post("/own")
async def own(reference: str, session: Session, viewer: MayLookAfter) -> RequestOut:
    """Look after this request from now on."""
    request = await queries.find(session, viewer, reference, lock=True)
    await intake.own(session, request, by=viewer.actor)
    await session.flush()
    return (await queries.with_agency(session, request)).out()


@router.get("/related")
async def read_related(reference: str, session: Session, viewer: MayReadDeployments) -> list[RelatedOut]:
    """Requests that are linked with this one, or probably are about the same event."""
    found = await relating.related(session, await queries.find(session, viewer, reference))
    return [
        RelatedOut(
            reference=one.request.reference, state=one.request.state, agency_name=one.agency_name,
            why=list(one.why), is_linked=one.is_linked, can_merge=one.may_take_in,
        )
        for one in found
    ]  # fmt: skip


async def both(session: Session, viewer: Viewer, reference: str, other: str) -> tuple[Request, Request]:
    """Two requests, locked in the order of their references.

    Raises:
        NotFound: one is not there.
        Conflict: both are one.
    """
    if reference == other:
        raise Conflict("This is the same request.")
    found = {name: await queries.find(session, viewer, name, lock=True) for name in sorted((reference, other))}
    return found[reference], found[other]


@router.post("/links", status_code=204)
async def link(reference: str, form: OtherIn, session: Session, viewer: MayWorkIntake) -> None:
    """Say that two requests are about one event; each keeps a decision of its own."""
    request, other = await both(session, viewer, reference, form.reference)
    await relating.link(session, request, other, by=viewer.actor)


@router.post("/merge")
async def merge(reference: str, form: OtherIn, session: Session, viewer: MayWorkIntake) -> RequestOut:
    """Make this request part of another of the same agency; that one goes on."""
    request, into = await both(session, viewer, reference, form.reference)
    await relating.merge(session, request, into, by=viewer.actor)
    await session.flush()
    return (await queries.with_agency(session, request)).out()
