"""The intake: the forms of a request's page while the desk learns what is needed."""

from datetime import datetime
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from app.access.viewer import MayAnswer, MayFile, MayLookAfter, MayWorkIntake
from app.core.merging import three_way
from app.core.problems import Invalid, NotFound
from app.desk.intake_view import FACTS, facts_of
from app.desk.kept import Kept
from app.desk.reading import Given, read, seen_in
from app.desk.request_page import back, show
from app.requests import call, intake, privacy, relating
from app.requests import queries as requests
from app.requests.intake_api import both
from app.requests.models import Request as RequestRow
from app.requests.schemas import AnswerIn, QuestionIn, RequestChange
from app.web.session import Session

router = APIRouter(prefix="/desk/requests/{reference}", include_in_schema=False)


@router.post("/take-in")
async def take_in(reference: str, session: Session, viewer: MayWorkIntake) -> Response:
    """The desk takes the request on."""
    await intake.take_in(session, await requests.find(session, viewer, reference, lock=True), by=viewer.actor)
    return back(reference)


@router.post("/own")
async def own(reference: str, session: Session, viewer: MayLookAfter, given: Given) -> Response:
    """Look after it from now on; back to the board when the button stood there."""
    await intake.own(session, await requests.find(session, viewer, reference, lock=True), by=viewer.actor)
    return RedirectResponse("/desk", 303) if given.get("next") == "board" else back(reference)


@router.post("/notes")
async def note_call(
    reference: str, request: Request, session: Session, viewer: MayWorkIntake, given: Given
) -> Response:
    """Keep the notes of the intake call; where somebody else answered the same question, both are shown."""
    found = await requests.find(session, viewer, reference, lock=True)
    said = {name: given[name].strip() for name in call.QUESTIONS if name in given}
    too_long = {name: "At most 4,000 characters." for name, text in said.items() if len(text) > 4000}
    if too_long:
        return await show(request, session, viewer, found, Kept("notes", given, too_long))
    leave_out, given["left_in"] = privacy.warned(given, said)
    if leave_out:
        return await show(request, session, viewer, found, Kept("notes", given, leave_out))
    try:
        await call.note(session, found, said, seen=seen_in(given, "version") or 0, by=viewer.actor)
    except call.NotesChanged as clash:
        given["version"] = str(clash.fields["version"])
        return await show(request, session, viewer, found, Kept("notes", given, theirs=clash.fields["theirs"]))
    return back(reference)


@router.post("/facts")
async def change_facts(reference: str, request: Request, session: Session, viewer: MayFile, given: Given) -> Response:
    """Correct what the agency said. What others corrected meanwhile stays, unless both changed the same field."""
    if not viewer.is_desk:
        raise NotFound
    found = await requests.find(session, viewer, reference, lock=True)
    mine = {name: given[name].strip() for name in FACTS if name in given}
    was = {name: given.get(f"was_{name}", "") for name in FACTS}
    merged = three_way(was, facts_of(found), mine)
    if merged.clashes:
        renewed = given | {f"was_{name}": theirs for name, theirs in merged.clashes.items()}
        return await show(request, session, viewer, found, Kept("facts", renewed, theirs=merged.clashes))
    fields = {name: merged.values[name] for name in merged.changed}
    change, errors = read(RequestChange, fields | _moment(found, fields), keeps_empty=True)
    if change is None:
        return await show(request, session, viewer, found, Kept("facts", given, errors))
    try:
        if fields:
            await intake.change(session, found, change, by=viewer.actor)
    except Invalid as problem:
        return await show(request, session, viewer, found, Kept("facts", given, problem.fields["errors"]))
    return back(reference)


def _moment(request: RequestRow, fields: dict[str, str]) -> dict[str, str]:
    """The time that was typed, with the place's zone; as it is when it is none."""
    if "needed_by" not in fields:
        return {}
    try:
        moment = datetime.fromisoformat(fields["needed_by"])
    except ValueError:
        return {}
    return {"needed_by": moment.replace(tzinfo=ZoneInfo(request.time_zone)).isoformat()}


@router.post("/ask")
async def ask(reference: str, request: Request, session: Session, viewer: MayWorkIntake, given: Given) -> Response:
    """Ask the agency something."""
    found = await requests.find(session, viewer, reference, lock=True)
    form, errors = read(QuestionIn, given)
    if form is None:
        return await show(request, session, viewer, found, Kept("ask", given, errors))
    await intake.ask(session, found, form.question, by=viewer.actor)
    return back(reference)


@router.post("/answer")
async def answer(reference: str, request: Request, session: Session, viewer: MayAnswer, given: Given) -> Response:
    """Enter the agency's answer, given by phone."""
    found = await requests.find(session, viewer, reference, lock=True)
    form, errors = read(AnswerIn, given)
    if form is None:
        return await show(request, session, viewer, found, Kept("answer", given, errors))
    await intake.answer(session, found, form.answer, by=viewer.actor)
    return back(reference)


@router.post("/link")
async def link(reference: str, session: Session, viewer: MayWorkIntake, given: Given) -> Response:
    """Say that another request is about the same event."""
    found, other = await both(session, viewer, reference, given.get("other", "").strip())
    await relating.link(session, found, other, by=viewer.actor)
    return back(reference)


@router.post("/merge")
async def merge(reference: str, session: Session, viewer: MayWorkIntake, given: Given) -> Response:
    """Make this request part of another, which goes on."""
    found, into = await both(session, viewer, reference, given.get("other", "").strip())
    await relating.merge(session, found, into, by=viewer.actor)
    return back(into.reference)
