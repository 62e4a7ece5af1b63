"""Pages: ask for a team in four short steps, look over everything, send it. Saved at every step."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from app.access.policy import Permission
from app.access.viewer import Anyone, Identified, MayFile, Viewer
from app.agencies.models import Agency
from app.core.problems import Forbidden, Invalid, NotFound
from app.requests import asking, forms, signing, steps
from app.requests.api import asking_agency
from app.requests.fields import FIELDS, MORE, SECTIONS, STEPS, Section
from app.requests.models import Request as RequestRow
from app.requests.sent_models import Draft
from app.web import languages
from app.web.languages import N_
from app.web.render import render
from app.web.session import Session

router = APIRouter(prefix="/request", include_in_schema=False)
NAMES = {name: one.label for name, one in FIELDS.items()} | {
    "signed_name": N_("Your full name, as a signature"),
    "authority": N_("By what right you sign"),
}
STEP_SLUGS = tuple(step.slug for step in STEPS)


@router.get("", dependencies=[Anyone])
async def start_page(request: Request, session: Session, viewer: Identified) -> Response:
    """Call us now, or send a request: for everybody who has the address."""
    may_file = viewer is not None and viewer.may(Permission.FILE_REQUEST) and not viewer.is_desk
    began = await forms.unsent(session, viewer) if viewer and may_file else ()
    return render(request, "requests/start.html", may_file=may_file, is_known=viewer is not None, began=began)


async def writer(viewer: MayFile) -> Viewer:
    """Somebody of an agency. The desk enters a phone call on its own pages."""
    if viewer.is_desk:
        raise Forbidden(N_("The desk enters a phone call on its own pages."))
    return viewer


Writer = Annotated[Viewer, Depends(writer)]


async def _agency(session: Session, viewer: Viewer) -> Agency:
    return await asking_agency(session, viewer, None)


@router.post("")
async def start(session: Session, viewer: Writer) -> Response:
    """Begin an empty form."""
    draft = await forms.start(session, await _agency(session, viewer), by=viewer.actor)
    return RedirectResponse(f"/request/{draft.id}/what", 303)


async def _sent_page(session: Session, draft: Draft) -> Response | None:
    """The request's own page, once the form was sent."""
    if draft.sent_request_id is None:
        return None
    sent = await session.get_one(RequestRow, draft.sent_request_id)
    return RedirectResponse(f"/agency/requests/{sent.reference}", 303)


@router.get("/{draft_id}")
async def go_on(draft_id: int, session: Session, viewer: Writer) -> Response:
    """Where the person left off: the first step that wants an answer, or the look over everything."""
    agency, draft = await _agency(session, viewer), await forms.find(session, viewer, draft_id)
    answers = forms.given(draft, agency, viewer)
    for one in STEPS:
        if one.fields[0].name not in draft.answers or steps.errors_of(one, answers):
            return RedirectResponse(f"/request/{draft_id}/{one.slug}", 303)
    return RedirectResponse(f"/request/{draft_id}/check", 303)


@router.get("/{draft_id}/check")
async def check(draft_id: int, request: Request, session: Session, viewer: Writer) -> Response:
    """Everything that was said, each with a way to change it."""
    draft = await forms.find(session, viewer, draft_id)
    return await _sent_page(session, draft) or await _check_page(request, session, viewer, draft, {}, {})


async def _check_page(  # noqa: PLR0917 - what the page consists of
    request: Request,
    session: Session,
    viewer: Viewer,
    draft: Draft,
    signed: Mapping[str, str],
    errors: Mapping[str, str],
) -> Response:
    agency = await _agency(session, viewer)
    answers = forms.given(draft, agency, viewer)
    return render(
        request,
        "requests/check.html",
        422 if errors else 200,
        draft=draft,
        agency=agency,
        given=answers,
        steps=STEPS,
        more=MORE,
        told={section.slug: _count(section, draft.answers) for section in MORE},
        warned=[section for section in SECTIONS.values() if asking.warnings_of(section, draft.answers)],
        statements=signing.STATEMENTS,
        rights=signing.RIGHTS,
        signed={"signed_name": "", "authority": ""} | dict(signed),
        errors=errors,
        warnings={},
        number=0,
        names=NAMES,
        anchors=_anchors(draft),
    )


def _anchors(draft: Draft) -> dict[str, str]:
    """Where the summary of errors leads: to the step that asks, or to the signature below."""
    asked = {one.name: section.slug for section in SECTIONS.values() for one in section.fields}
    pages = {name: f"/request/{draft.id}/{slug}?then=check" for name, slug in asked.items()}
    return pages | {"signed_name": "#signed_name", "authority": f"#authority-{next(iter(signing.RIGHTS))}"}


def _count(section: Section, answers: Mapping[str, Any]) -> int:
    return sum(bool(answers.get(one.name)) for one in section.fields)


@router.post("/{draft_id}/check")
async def send(draft_id: int, request: Request, session: Session, viewer: Writer) -> Response:
    """Send it. Sent twice, it is one request."""
    agency, draft = await _agency(session, viewer), await forms.find(session, viewer, draft_id, lock=True)
    form = await request.form()
    typed = {name: str(form.get(name, "")) for name in ("signed_name", "authority")}
    if (tag := str(form.get("language", ""))) in languages.NAMES:
        return asking.in_other_words(tag, f"/request/{draft_id}/check")
    try:
        signed = signing.read(typed["signed_name"], typed["authority"])
        async with session.begin_nested():
            sent = await forms.send(session, draft, agency, viewer, signed)
    except Invalid as problem:
        return await _check_page(request, session, viewer, draft, typed, problem.fields["errors"])
    return RedirectResponse(f"/agency/requests/{sent.reference}", 303)


@router.post("/{draft_id}/throw-away")
async def throw_away(draft_id: int, session: Session, viewer: Writer) -> Response:
    """Forget the form."""
    await forms.throw_away(session, await forms.find(session, viewer, draft_id, lock=True))
    return RedirectResponse("/agency", 303)


@router.get("/{draft_id}/{slug}")
async def step(  # noqa: PLR0917 - each a dependency
    draft_id: int, slug: str, request: Request, session: Session, viewer: Writer, then: str = ""
) -> Response:
    """One step, or one of the sections for more."""
    section, draft = _section(slug), await forms.find(session, viewer, draft_id)
    if (sent := await _sent_page(session, draft)) is not None:
        return sent
    answers = forms.given(draft, await _agency(session, viewer), viewer)
    return asking.show(request, section, answers, None, **_around(draft, section, then))


@router.post("/{draft_id}/{slug}")
async def answer(draft_id: int, slug: str, request: Request, session: Session, viewer: Writer) -> Response:
    """Keep what was typed, and go on if it can be understood."""
    section, draft = _section(slug), await forms.find(session, viewer, draft_id, lock=True)
    if (gone := await _sent_page(session, draft)) is not None:
        return gone
    sent = await asking.read(request, section)
    forms.keep(draft, sent.answers)
    then = str((await request.form()).get("then", ""))
    around = _around(draft, section, then)
    if sent.language:
        return asking.in_other_words(sent.language, f"{around['action']}?then={then}" if then else around["action"])
    if sent.wants == "later":
        return RedirectResponse("/agency", 303)
    if not sent.is_done:
        answers = forms.given(draft, await _agency(session, viewer), viewer)
        return asking.show(request, section, answers, sent, **around)
    return RedirectResponse(f"/request/{draft_id}/{_after(section, then)}", 303)


def _section(slug: str) -> Section:
    section = asking.section_called(slug)
    if section is None:
        raise NotFound
    return section


def _after(section: Section, then: str) -> str:
    """Which page follows a section."""
    if then == "check" or section.slug not in STEP_SLUGS:
        return "check"
    return (*STEP_SLUGS, "check")[STEP_SLUGS.index(section.slug) + 1]


def _around(draft: Draft, section: Section, then: str) -> dict[str, Any]:
    """Where a section leads to and comes from."""
    base = f"/request/{draft.id}"
    number = STEP_SLUGS.index(section.slug) + 1 if section.slug in STEP_SLUGS else 0
    back = f"{base}/check" if then == "check" or not number else f"{base}/{STEP_SLUGS[number - 2]}"
    return {
        "action": f"{base}/{section.slug}", "back": "/request" if number == 1 and then != "check" else back,
        "then": "check" if then == "check" else "", "number": number, "titles": [step.title for step in STEPS],
        "is_sent": False,
    }  # fmt: skip
