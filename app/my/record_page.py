"""My record: numbers, languages, employer, what I agreed to, my papers; all of it as a file."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Request, UploadFile
from fastapi.responses import RedirectResponse, Response
from pydantic import ValidationError

from app.access import sessions
from app.access.viewer import MayAnswerOwnOffers
from app.core.places import STATES
from app.core.problems import Changed, Invalid, Problem, TooMany
from app.core.text import phone_number
from app.dispatch.offers import contacts_of
from app.experts import consents, own, papers, pool
from app.experts.models import ConsentKind, ContactKind, Expert
from app.experts.schemas import CredentialIn, ExpertChange
from app.experts.taxonomy import LANGUAGES, MANDATORY
from app.my import codes, desk, exporting
from app.my.codes import Checked
from app.my.link_page import WRONG
from app.my.mine import Me, MeChanging, by_me
from app.my.models import Purpose
from app.web import viruses
from app.web.languages import N_, NAMES, translated
from app.web.lists import check_version
from app.web.render import render
from app.web.session import Session

router = APIRouter(include_in_schema=False)
TOLD = {
    "saved": N_("Saved."),
    "erasure": N_("The desk has your wish. It calls you before anything is erased."),
    "paper": N_("Sent. It counts as soon as the desk has looked at it."),
    "number": N_("We use your new number from now on."),
    "again": N_("To get our texts again, text START to our number."),
}
MOVED_ON = N_("Somebody changed your record meanwhile. This is how it is now; please enter your change again.")
ERASE_ME = "(on the page) asks to be erased"
NO_NUMBER = N_("Give ten digits, area code first.")
LONGEST_EMPLOYER = 200
NO_DAY = N_("Enter a day, like 12/20/2026.")
REASONS = (
    N_("Choose what it is."),
    N_("A licence is valid in one state: say in which."),
    N_("This day is over already."),
    N_("This file is larger than 1.5 MB. Take a smaller picture of it."),
    N_("Choose a PDF, or a picture (JPEG or PNG)."),
    N_("The desk has not looked at your last papers yet."),
)
"""What `experts.papers` says, for the catalogue of words."""
TOO_LONG = N_("This is too long.")
PaperLookedAt = Annotated[Problem | None, viruses.looked_at("file", papers.LARGEST)]


async def _page(request: Request, session: Session, expert: Expert, status: int = 200, **shown: Any) -> Response:
    browser = sessions.token_of(request.cookies) or ""
    waiting = await codes.waited_for(session, expert.id, Purpose.NUMBER, browser) if browser else None
    held = sorted(
        await pool.credentials_of(session, expert.id), key=lambda paper: (paper.kind not in MANDATORY, paper.kind)
    )
    return render(
        request,
        "my/record.html",
        status,
        expert=expert,
        zone=expert.time_zone,
        contacts={contact.kind.value: contact for contact in await contacts_of(session, expert.id)},
        spoken=[(LANGUAGES.get(tag, tag), level) for tag, level in sorted(expert.languages.items())],
        consents={kind.value: line for kind, line in (await consents.latest(session, expert.id)).items()},
        has_enrolled=any(paper.kind == "sms_consent" for paper in held),
        held=held,
        sent=await papers.of_expert(session, expert.id),
        paper_kinds=papers.KINDS,
        states=STATES,
        verdict=await pool.readiness_of(session, expert),
        waiting=waiting,
        language_names=NAMES,
        **{"told": "", "errors": {}, "typed": {}, **shown},
    )


@router.get("/my/record")
async def my_record(request: Request, session: Session, expert: Me, told: str = "") -> Response:
    """What we hold."""
    return await _page(request, session, expert, told=translated(TOLD.get(told, "")))


def _back(told: str, part: str = "") -> Response:
    return RedirectResponse(f"/my/record?told={told}{part}", 303)


@router.post("/my/record")
async def change_record(  # noqa: PLR0917 - the form's fields
    request: Request,
    session: Session,
    expert: MeChanging,
    version: Annotated[int, Form()],
    preferred_language: Annotated[Literal["en", "es"], Form()],
    employer: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Change language and employer; who saw an older version decides again."""
    try:
        check_version(version, expert.version)
    except Changed:
        typed = {"employer": employer}
        return await _page(request, session, expert, 412, errors={"record": translated(MOVED_ON)}, typed=typed)
    employer = " ".join("".join(c if c.isprintable() else " " for c in employer).split())  # what nobody sees, is a gap
    if len(employer) > LONGEST_EMPLOYER:
        return await _page(
            request, session, expert, 422, errors={"employer": translated(TOO_LONG)}, typed={"employer": employer}
        )
    form = ExpertChange(preferred_language=preferred_language, employer=employer or None)
    await pool.change(session, expert, form, by=by_me(expert))
    return _back("saved")


@router.post("/my/record/consents")
async def change_consent(
    session: Session,
    expert: MeChanging,
    kind: Annotated[ConsentKind, Form()],
    given: Annotated[Literal["yes", "no"], Form()],
) -> Response:
    """Agree to something, or no longer. Texts that were ended come again only when the phone itself texts START."""
    await consents.note(session, expert, kind, is_given=given == "yes", by=by_me(expert))
    is_stopped = any(contact.texts_stopped_at for contact in await contacts_of(session, expert.id))
    return _back("again" if kind is ConsentKind.TEXTS and given == "yes" and is_stopped else "saved", "#consents")


@router.post("/my/record/numbers")
async def ask_for_number(
    request: Request,
    session: Session,
    expert: MeChanging,
    kind: Annotated[ContactKind, Form()],
    number: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    """Text a code to a new number. The old one stays until the code is typed here."""
    typed = {f"{kind}_number": number}
    try:
        wanted = phone_number(number)
    except Invalid:
        errors = {f"{kind}_number": translated(NO_NUMBER)}
        return await _page(request, session, expert, 422, errors=errors, typed=typed)
    browser = sessions.token_of(request.cookies) or ""
    try:
        await codes.send(session, expert, wanted, purpose=Purpose.NUMBER, about=kind, browser=browser, by=by_me(expert))
    except TooMany as problem:
        errors = {f"{kind}_number": translated(problem.detail)}
        return await _page(request, session, expert, 429, errors=errors, typed=typed)
    return RedirectResponse("/my/record#numbers", 303)


@router.post("/my/record/numbers/code")
async def prove_number(
    request: Request, session: Session, expert: MeChanging, code: Annotated[str, Form(max_length=40)] = ""
) -> Response:
    """The code that came to the new number: from now on it is theirs."""
    browser = sessions.token_of(request.cookies) or ""
    checked, row = await codes.check(session, expert.id, Purpose.NUMBER, browser, code)
    if checked is not Checked.RIGHT or row is None:
        return await _page(request, session, expert, 422, errors={"code": translated(WRONG.get(checked, ""))})
    try:
        await own.take_number(session, expert, ContactKind(row.about), row.number, by=by_me(expert))
    except Invalid as problem:
        errors = {f"{row.about}_number": translated(problem.fields["errors"]["number"])}
        return await _page(request, session, expert, 422, errors=errors)
    return _back("number", "#numbers")


@router.post("/my/record/papers")
async def send_paper(  # noqa: PLR0917 - the form's fields
    request: Request,
    _viewer: MayAnswerOwnOffers,
    harmful: PaperLookedAt,
    session: Session,
    expert: MeChanging,
    file: UploadFile,
    kind: Annotated[str, Form(max_length=60)] = "",
    state: Annotated[str, Form(max_length=2)] = "",
    expires_on: Annotated[str, Form(max_length=20)] = "",
) -> Response:
    """Send a paper to the desk; it counts when a person has looked."""
    typed = {"kind": kind, "state": state, "expires_on": expires_on}
    if harmful is not None:
        errors = {"file": translated(viruses.said(harmful, "file"))}
        return await _page(request, session, expert, 422, errors=errors, typed=typed)
    try:
        form = CredentialIn(kind=kind or "?", state=state.upper() or None, expires_on=expires_on or None)  # type: ignore[arg-type]
        content = await file.read(papers.LARGEST + 1)
        await papers.send(session, expert, form, content, by=by_me(expert))
    except ValidationError as error:
        errors = {str(one["loc"][0]): translated(NO_DAY) for one in error.errors()}
        return await _page(request, session, expert, 422, errors=errors, typed=typed)
    except Invalid as problem:
        errors = {name: translated(why) for name, why in problem.fields["errors"].items()}
        return await _page(request, session, expert, 422, errors=errors, typed=typed)
    await desk.tell(session, expert, "paper_sent", f"(on the page) sent a paper: {kind}")
    return _back("paper", "#papers")


@router.get("/my/record.json")
async def my_data(session: Session, expert: Me) -> Response:
    """Everything we hold of me."""
    content = exporting.written(await exporting.everything(session, expert))
    headers = {"Content-Disposition": 'attachment; filename="rrt-my-data.json"'}
    return Response(content, media_type="application/json", headers=headers)


@router.post("/my/record/erasure")
async def ask_for_erasure(session: Session, expert: MeChanging) -> Response:
    """Ask the desk to erase what it holds of me; pressed twice it is one wish."""
    await desk.tell(session, expert, "wants_erasure", ERASE_ME)
    return _back("erasure")
