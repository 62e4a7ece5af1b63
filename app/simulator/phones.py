"""The page of phones: see what arrives, and play anybody."""

from collections import defaultdict
from dataclasses import dataclass
from html import escape
from pathlib import Path
from string import Template
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from app.core.clock import clock
from app.core.text import shown_phone
from app.simulator.carrier import Carrier, Record
from app.simulator.people import ASKED, Kind
from app.simulator.rest import carrier_of

router = APIRouter(include_in_schema=False)
HERE = Path(__file__).parent / "pages"
MOST = 12
"""Phones on one page."""
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; form-action 'self'; "
    "img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'"
)


@dataclass(frozen=True, slots=True)
class Phone:
    """One phone with its thread."""

    number: str
    name: str
    thread: list[Record]
    is_manual: bool
    code: str | None
    """Code of the last offer in it."""


def _template(name: str) -> Template:
    return Template((HERE / name).read_text())


def phones(carrier: Carrier, wanted: str) -> list[Phone]:
    """Phones that have a text, the latest first, whose name or number holds `wanted`."""
    threads: defaultdict[str, list[Record]] = defaultdict(list)
    for message in carrier.messages:
        threads[message["from"] if message["direction"] == "inbound" else message["to"]].append(message)
    latest = sorted(threads, key=lambda number: threads[number][-1]["at"], reverse=True)
    found = [_phone(carrier, number, threads[number]) for number in latest]
    return [one for one in found if wanted.lower() in f"{one.name} {one.number}".lower()][:MOST]


def _phone(carrier: Carrier, number: str, thread: list[Record]) -> Phone:
    codes = [match.group(1) for message in thread if (match := ASKED.search(message["body"]))]
    name = carrier.people.names.get(number, "Agency or other number")
    return Phone(number, name, thread, carrier.people.is_manual(number), codes[-1] if codes else None)


def _bubble(message: Record) -> str:
    is_theirs = message["direction"] == "inbound"
    side, who = ("out", "This phone") if is_theirs else ("in", "RRT")
    status = "" if is_theirs else f", {message['status']}"
    return (
        f'<li class="bubble {side}"><p>{escape(message["body"])}</p>'
        f'<span class="meta">{who}, {message["at"]:%b %d %H:%M} UTC{escape(status)}</span></li>'
    )


def _card(phone: Phone) -> str:
    quick = ""
    if phone.code:
        quick = "".join(
            f'<button name="body" value="{word} {phone.code}">{word} {phone.code}</button>' for word in ("YES", "NO")
        )
    return _template("phone.html").substitute(
        name=escape(phone.name),
        number=escape(shown_phone(phone.number)),
        path=quote(phone.number),
        thread="".join(_bubble(message) for message in phone.thread[-12:]),
        quick=quick,
        player="You play this phone" if phone.is_manual else "The simulator plays this phone",
        switch="Let the simulator play" if phone.is_manual else "I play this phone",
        kind="" if phone.is_manual else Kind.MANUAL.value,
    )


def _html(body: str) -> HTMLResponse:
    return HTMLResponse(body, headers={"Content-Security-Policy": POLICY, "Cache-Control": "no-store"})


@router.get("/phones")
async def page(request: Request, find: str = "") -> HTMLResponse:
    """All phones that have a text."""
    carrier = carrier_of(request)
    shown = phones(carrier, find)
    cards = "".join(_card(phone) for phone in shown) or '<p class="empty">No texts yet.</p>'
    body = _template("page.html").substitute(
        cards=cards, find=escape(find, quote=True), count=len(shown), now=f"{clock.now():%a %b %d, %H:%M} UTC"
    )
    return _html(body)


@router.get("/phones/revision")
async def revision(request: Request) -> dict[str, int]:
    """Changes whenever anything on the page would."""
    return {"revision": carrier_of(request).revision}


@router.post("/phones/{number}/texts")
async def send(number: str, request: Request, body: Annotated[str, Form(max_length=1600)]) -> RedirectResponse:
    """Text as this phone."""
    carrier_of(request).phone_texts(number, body)
    return RedirectResponse("/phones", 303)


@router.post("/phones/{number}/player")
async def player(number: str, request: Request, kind: Annotated[str, Form()] = "") -> RedirectResponse:
    """Who plays this phone: a person, or the simulator."""
    carrier_of(request).people.play(number, Kind(kind) if kind else None)
    return RedirectResponse("/phones", 303)
