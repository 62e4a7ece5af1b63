"""The page behind the link in an offer's text.

Opening it changes nothing, so that a robot that looks at links answers for nobody. Its buttons need the cookie that
came with the page. A yes, and the details of a confirmed journey, need a phone that has proved itself: a code goes to
it, once in a browser, so that a link that was passed on accepts for nobody else (reliability.md D3, R16).
"""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import RedirectResponse, Response

from app.access.viewer import Anyone
from app.core.events import Actor
from app.core.problems import TooMany
from app.dispatch import answers, links
from app.dispatch.answers import Answer
from app.dispatch.links import Opened
from app.dispatch.states import OPEN, OfferState
from app.experts.models import Expert
from app.my import browsers, codes, facts, resending
from app.my.codes import Checked
from app.my.models import PhoneCode, Purpose
from app.my.seated import seat_of
from app.web.languages import N_, _, prefer, translated
from app.web.render import render
from app.web.session import Session

router = APIRouter(include_in_schema=False, dependencies=[Anyone])
HEADERS = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow"}
Token = Annotated[str, Path(max_length=200)]
Key = Annotated[str, Form(max_length=80)]
STALE = N_("This page was open for too long, or your browser keeps no cookies. Please press the button once more.")
WRONG = {
    Checked.WRONG: N_("This is not the code that we texted. Look again, and type its eight digits."),
    Checked.OVER: N_("This code is no longer good. Have us text you a new one."),
}
S = OfferState
HEADLINES = {
    S.ACCEPTED: N_("You have the seat"),
    S.DECLINED: N_("We have your no. Thank you"),
    S.STANDBY: N_("You said yes, and are on standby"),
    S.DEFERRED: N_("A person at the desk looks at your answer"),
}
NEXT = {
    S.DECLINED: N_("You do not need to do anything else. A no never counts against you."),
    S.STANDBY: N_("The seat was taken. Nothing to do: we text you if we need you. Do not travel before that."),
}
SENT = {
    True: (
        N_("A new link is on its way to your phone"),
        N_("It comes as a text within a minute. You can close this page."),
    ),
    False: (
        N_("We cannot text you a new link now"),
        N_("Reply to our text, or call the desk. A person is there day and night."),
    ),
}


def _headers(answer: Response) -> Response:
    answer.headers.update(HEADERS)
    return answer


async def _page(  # noqa: PLR0917 - what differs from one showing of the page to the next
    request: Request,
    session: Session,
    token: str,
    opened: Opened,
    status: int = 200,
    error: str | None = None,
    code_error: str | None = None,
) -> Response:
    """The page as it stands now."""
    nonce = browsers.nonce_of(request)
    is_new, nonce = nonce is None, nonce or browsers.new_nonce()
    expert = await session.get_one(Expert, opened.offer.expert_id)
    prefer(expert.preferred_language)
    shown = await _shown(request, session, opened, expert, nonce)
    answer = render(
        request,
        "my/link.html",
        status,
        token=token,
        key=browsers.form_key(nonce, opened.link.id),
        offer=opened.offer,
        expert=expert,
        error=error and translated(error),
        code_error=code_error and translated(code_error),
        **shown,
    )
    if is_new:
        browsers.keep_nonce(answer, nonce)
    return _headers(answer)


async def _shown(request: Request, session: Session, opened: Opened, expert: Expert, nonce: str) -> dict[str, Any]:
    state = opened.offer.state
    is_proved = browsers.has_proof(request, opened.contact)
    knows = is_proved and state is S.ACCEPTED
    told = await facts.facts_of(session, opened.offer, with_town=knows)
    seat = await seat_of(session, opened.offer) if state is S.ACCEPTED else None
    waiting = await codes.waited_for(session, expert.id, Purpose.ANSWER, nonce)
    is_waiting = waiting is not None and waiting.about == _about(opened) and not is_proved
    return {
        "facts": told,
        "sheet": await facts.sheet_of(session, opened.offer) if knows else None,
        "headline": translated(HEADLINES[state])
        if state in HEADLINES
        else _("Can you go to %(place)s?", place=told.place),
        "next_words": translated(seat.next_words if seat else NEXT.get(state, "")),
        "is_open": state in OPEN,
        "is_seated": state is S.ACCEPTED,
        "may_give_up": seat is not None and seat.may_give_up,
        "is_declined": state is S.DECLINED,
        "is_proved": is_proved,
        "code_sent_to": opened.contact.number[-2:] if is_waiting else None,
    }


def _about(opened: Opened) -> str:
    return f"link:{opened.link.id}"


def _ended(request: Request, opened: Opened | None) -> Response:
    """Nobody is left at a dead end: what to do, and a new link where there is an offer for it."""
    can_renew = opened is not None and opened.offer.state not in links.ENDED
    return _headers(render(request, "my/link_ended.html", 410 if opened else 404, can_renew=can_renew, opened=opened))


@router.get("/x/{token}")
async def open_link(token: Token, request: Request, session: Session) -> Response:
    """What the text could not say. Nothing changes."""
    opened = await links.find(session, token)
    if opened is None or not opened.is_live:
        return _ended(request, opened)
    return await _page(request, session, token, opened)


def _again(token: str) -> Response:
    return _headers(RedirectResponse(f"/x/{token}", 303))


@router.post("/x/{token}")
async def answer_link(
    token: Token, request: Request, session: Session, answer: Annotated[Literal["yes", "no"], Form()], key: Key = ""
) -> Response:
    """Yes or no. A no counts at once and is told by text; a yes from a browser we do not know waits for the code."""
    opened = await links.find(session, token)
    if opened is None or not opened.is_live:
        return _ended(request, opened)
    if not browsers.is_form_key(request, opened.link.id, key):
        return await _page(request, session, token, opened, 409, error=STALE)
    if answer == "yes" and not browsers.has_proof(request, opened.contact):
        return await _send_code(request, session, token, opened)
    await _take(session, opened, Answer(answer))
    return _again(token)


async def _take(session: Session, opened: Opened, answer: Answer) -> None:
    expert = await session.get_one(Expert, opened.offer.expert_id)
    by = Actor("expert", expert.id, expert.name)
    await answers.enter(session, opened.offer.id, answer, f"{answer} on the page of the link", by=by)


async def _send_code(request: Request, session: Session, token: str, opened: Opened) -> Response:
    expert = await session.get_one(Expert, opened.offer.expert_id)
    nonce = browsers.nonce_of(request) or ""
    waiting = await codes.waited_for(session, expert.id, Purpose.ANSWER, nonce)
    if waiting is not None and waiting.about == _about(opened):
        return _again(token)
    try:
        await codes.send(
            session, expert, opened.contact.number, purpose=Purpose.ANSWER, about=_about(opened), browser=nonce,
            by=Actor("expert", expert.id, expert.name),
        )  # fmt: skip
    except TooMany as problem:
        return await _page(request, session, token, opened, 429, error=problem.detail)
    return _again(token)


@router.post("/x/{token}/prove")
async def prove(token: Token, request: Request, session: Session, key: Key = "") -> Response:
    """Have a code texted, to see what is only for the phone's owner."""
    opened = await links.find(session, token)
    if opened is None or not opened.is_live:
        return _ended(request, opened)
    if not browsers.is_form_key(request, opened.link.id, key):
        return await _page(request, session, token, opened, 409, error=STALE)
    return await _send_code(request, session, token, opened)


@router.post("/x/{token}/code")
async def enter_code(  # noqa: PLR0917 - the form's fields
    token: Token,
    request: Request,
    session: Session,
    code: Annotated[str, Form(max_length=40)] = "",
    key: Key = "",
    then: Annotated[Literal["yes", "show"], Form()] = "show",
) -> Response:
    """The code that came by text. With it the browser has proved the phone.

    `then`: what the pressed button said. Only "Send my yes" is a yes, whatever became of the offer meanwhile.
    """
    opened = await links.find(session, token)
    if opened is None or not opened.is_live:
        return _ended(request, opened)
    nonce = browsers.nonce_of(request)
    if nonce is None or not browsers.is_form_key(request, opened.link.id, key):
        return await _page(request, session, token, opened, 409, error=STALE)
    checked, row = await codes.check(session, opened.offer.expert_id, Purpose.ANSWER, nonce, code)
    if checked is not Checked.RIGHT or not _is_of(row, opened):
        wrong = WRONG.get(checked, WRONG[Checked.OVER])
        return await _page(request, session, token, opened, 422, code_error=wrong)
    if then == "yes" and opened.offer.state is not OfferState.ACCEPTED:
        await _take(session, opened, Answer.YES)
    answer = _again(token)
    browsers.keep_proof(answer, opened.contact)
    return answer


def _is_of(row: PhoneCode | None, opened: Opened) -> bool:
    """Whether the code was asked for on this very link."""
    return row is not None and row.about == _about(opened)


@router.post("/x/{token}/new")
async def text_new_link(token: Token, request: Request, session: Session) -> Response:
    """Text a new link to the person's phone of now. Nobody learns here whose it is."""
    opened = await links.find(session, token)
    is_sent = opened is not None and await resending.text_new_link(session, opened)
    headline, words = (translated(each) for each in SENT[is_sent])
    return _headers(render(request, "my/link_sent.html", 200 if is_sent else 410, headline=headline, next_words=words))
