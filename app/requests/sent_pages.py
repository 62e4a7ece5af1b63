"""Pages of a request that was sent: tell more, correct the contact, sign, send a letter of support along."""

from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import ValidationError
from starlette.datastructures import UploadFile

from app.access.language import remember
from app.access.viewer import MayReadRequests
from app.core.problems import Conflict, Invalid, NotFound, Problem
from app.requests import asking, intake, letters, queries, signing, steps, targets
from app.requests.fields import MORE, REACH, SECTIONS, Section
from app.requests.form_pages import Writer
from app.requests.models import Request as RequestRow
from app.requests.schemas import RequestChange
from app.requests.sent_models import LARGEST_LETTER, Letter
from app.web import languages, viruses
from app.web.render import render
from app.web.session import Session
from app.web.worded import worded

router = APIRouter(prefix="/agency/requests/{reference}", include_in_schema=False)
TOLD_LATER = {section.slug: section for section in (REACH, SECTIONS["help"], *MORE)}
"""Sections that may be answered after sending; where and what happened is corrected by phone."""
LARGEST_FORM = 4 * LARGEST_LETTER
"""Bytes taken in before we look at a letter: so that one that is too large is refused in words beside the field."""

LetterLookedAt = Annotated[Problem | None, viruses.looked_at("letter", LARGEST_LETTER)]


async def own_request(reference: str, session: Session, viewer: Writer) -> RequestRow:
    """The writer's own agency's request, locked."""
    return await queries.find(session, viewer, reference, lock=True)


OwnRequest = Annotated[RequestRow, Depends(own_request)]


def _back(request: RequestRow) -> Response:
    return RedirectResponse(f"/agency/requests/{request.reference}", 303)


def _section(slug: str) -> Section:
    if slug not in TOLD_LATER:
        raise NotFound
    return TOLD_LATER[slug]


def _show(
    request: Request, row: RequestRow, section: Section, answers: Mapping[str, Any], sent: asking.Sent | None
) -> Response:
    base = f"/agency/requests/{row.reference}"
    return asking.show(
        request, section, answers, sent, action=f"{base}/tell/{section.slug}", back=base, then="", number=0, titles=(),
        is_sent=True,
    )  # fmt: skip


@router.get("/tell/{slug}")
async def tell_page(slug: str, reference: str, request: Request, session: Session, viewer: Writer) -> Response:
    """A section with what was said so far."""
    row = await queries.find(session, viewer, reference)
    return _show(request, row, _section(slug), steps.answers_of(row), None)


@router.post("/tell/{slug}")
async def tell(slug: str, request: Request, session: Session, viewer: Writer, row: OwnRequest) -> Response:
    """Add to what was said, or correct it."""
    section = _section(slug)
    sent = await asking.read(request, section)
    answers = steps.answers_of(row) | sent.answers
    if sent.is_done:
        try:
            async with session.begin_nested():
                await intake.change(session, row, change_of(section, row, sent.answers), by=viewer.actor)
        except Invalid as problem:
            sent.errors.update(problem.fields["errors"])
        else:
            return _back(row)
    if sent.language:
        # Nothing is saved before "Save"; what was typed is shown again in the other language.
        languages.choose(sent.language)
    answer = _show(request, row, section, answers, sent)
    if sent.language:
        remember(answer, sent.language)
    return answer


def change_of(section: Section, row: RequestRow, answers: steps.Answers) -> RequestChange:
    """A section's answers as a change of the request.

    Raises:
        Invalid: the API's own rules refuse something.
    """
    names = [one.name for one in section.fields]
    change: dict[str, Any] = steps.columns(answers, names, row.time_zone)
    told = steps.details(answers, names)
    if told:
        change["details"] = told
        everything = row.details | told | {name: str(value) for name, value in change.items()}
        known = set(row.modifiers) - set(steps.MODIFIERS.values()) - {"officers_killed"}
        change["modifiers"] = sorted(known | set(steps.modifiers(everything)))
    if change.get("modifiers") == sorted(row.modifiers):
        del change["modifiers"]
    try:
        return RequestChange.model_validate(change)
    except ValidationError as error:
        raise Invalid(errors={str(one["loc"][0]): worded(one) for one in error.errors()}) from None


@router.get("/sign")
async def sign_page(reference: str, request: Request, session: Session, viewer: Writer) -> Response:
    """The statements, to be signed."""
    row = await queries.find(session, viewer, reference)
    return _sign_page(request, row, {}, {})


def _sign_page(request: Request, row: RequestRow, signed: Mapping[str, str], errors: Mapping[str, str]) -> Response:
    return render(
        request, "requests/sign.html", 422 if errors else 200, row=row, statements=signing.STATEMENTS,
        rights=signing.RIGHTS, signed={"signed_name": "", "authority": ""} | dict(signed), errors=errors, warnings={},
        names={}, anchors={"signed_name": "#signed_name", "authority": "#authority-executive"}, number=0, given={},
        sign_by=targets.sign_by(row),
    )  # fmt: skip


@router.post("/sign")
async def sign(request: Request, session: Session, viewer: Writer, row: OwnRequest) -> Response:
    """Sign the statements."""
    form = await request.form()
    typed = {name: str(form.get(name, "")) for name in ("signed_name", "authority")}
    try:
        signed = signing.read_now(typed["signed_name"], typed["authority"])
    except Invalid as problem:
        return _sign_page(request, row, typed, problem.fields["errors"])
    await signing.sign(session, row, signed, by=viewer.actor)
    return _back(row)


@router.get("/letters")
async def letters_page(reference: str, request: Request, session: Session, viewer: Writer) -> Response:
    """The letters of support that were sent along, and the form for another."""
    row = await queries.find(session, viewer, reference)
    return await _letters_page(request, session, row, "")


async def _letters_page(request: Request, session: Session, row: RequestRow, error: str) -> Response:
    kept = await letters.of_request(session, row.id)
    return render(
        request, "requests/letters.html", 422 if error else 200, row=row, letters=kept, error=error, most=letters.MOST,
        letter_by=targets.sign_by(row),
    )  # fmt: skip


@router.post("/letters", max_body_size=LARGEST_FORM)
async def add_letter(
    request: Request, viewer: Writer, harmful: LetterLookedAt, session: Session, row: OwnRequest
) -> Response:
    """Keep a letter, or say in words why not."""
    file = (await request.form()).get("letter")
    if not isinstance(file, UploadFile) or not file.filename:
        return await _letters_page(request, session, row, letters.NONE)
    if harmful is not None:
        return await _letters_page(request, session, row, viruses.said(harmful, "letter"))
    try:
        await letters.add(session, row, file.filename, await file.read(LARGEST_LETTER + 1), by=viewer.actor)
    except Invalid as problem:
        return await _letters_page(request, session, row, problem.fields["errors"]["letter"])
    except Conflict as problem:
        return await _letters_page(request, session, row, problem.detail)
    return RedirectResponse(f"/agency/requests/{row.reference}/letters", 303)


@router.get("/letters/{letter_id}")
async def letter(reference: str, letter_id: int, session: Session, viewer: MayReadRequests) -> Response:
    """One letter, to be saved: for the desk and for the agency whose it is."""
    row = await queries.find(session, viewer, reference)
    return download(await letters.find(session, row, letter_id))


def download(letter: Letter) -> Response:
    """A letter as a file to save. It is never shown as a page of ours."""
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(letter.name)}",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
    }
    return Response(letter.content, media_type=letters.MEDIA[letter.kind], headers=headers)


@router.post("/letters/{letter_id}/take-back")
async def take_back(letter_id: int, session: Session, viewer: Writer, row: OwnRequest) -> Response:
    """Delete a letter."""
    await letters.take_back(session, row, letter_id, by=viewer.actor)
    return RedirectResponse(f"/agency/requests/{row.reference}/letters", 303)
