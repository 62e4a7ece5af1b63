"""The page of phones: see what arrives on them, and play anybody."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from html import escape
from itertools import islice
from pathlib import Path as Folder
from string import Template
from typing import Annotated, Literal
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from app.core.clock import clock
from app.core.places import clock_time, day_and_time
from app.core.problems import Problem
from app.core.text import phone_number
from app.simulator import bubbles, words
from app.simulator.carrier import Carrier
from app.simulator.people import Kind
from app.simulator.records import Record
from app.simulator.rest import PhoneInPath, carrier_of

router = APIRouter(include_in_schema=False)
HERE = Folder(__file__).parent / "pages"
MOST = 12
"""Phones on one page."""
LONGEST_THREAD = 40
HOME_ZONE = "America/New_York"
"""For phones that no text has told a zone."""
BEHAVIOURS = {
    Kind.YES: "says yes", Kind.NO: "says no", Kind.NEVER: "never answers", Kind.BUSY: "is always on the phone",
    Kind.LATE: "says yes too late",
    Kind.GARBLED: "sends nonsense first", Kind.STOP: "opts out", Kind.CONDITIONAL: "says yes, but",
}  # fmt: skip
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; form-action 'self'; "
    "img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'"
)


@dataclass(frozen=True, slots=True)
class Phone:
    """One phone with its thread.

    Args:
        code: of the last offer in it.
        zone: whose clock its texts speak of.
        behaviour: how the simulator plays it; None: by chance.
    """

    number: str
    name: str
    thread: list[Record]
    code: str | None
    zone: str
    behaviour: Kind | None
    is_opted_out: bool

    @property
    def is_manual(self) -> bool:
        """Whether a person plays it."""
        return self.behaviour is Kind.MANUAL


def phones(carrier: Carrier, find: str) -> list[Phone]:
    """Phones whose name or number holds `find`: first those with texts, the newest text first, then all others."""
    numbers = islice(_matching(carrier, find), MOST)
    found = [_phone(carrier, number) for number in numbers]
    if not found and (number := _as_number(find)):
        found = [_phone(carrier, number)]
    return found


def _matching(carrier: Carrier, find: str) -> Iterator[str]:
    """Without anything to find, only phones with texts: nobody wants to see two thousand empty ones."""
    names, wanted = carrier.people.names, find.casefold().strip()
    digits = "".join(c for c in find if c.isdigit())

    def is_wanted(number: str) -> bool:
        return wanted in names.get(number, "").casefold() or (len(digits) > 2 and digits in number)

    yield from (number for number in carrier.threads.latest() if not wanted or is_wanted(number))
    if wanted:
        yield from (number for number in names if not carrier.threads.of(number) and is_wanted(number))


def _as_number(find: str) -> str | None:
    """A number nobody has told us about, to be played by hand."""
    try:
        return phone_number(find)
    except Problem:
        return None


def _phone(carrier: Carrier, number: str) -> Phone:
    thread = carrier.threads.of(number)
    said = [record["body"] for record in reversed(thread) if "body" in record]
    codes = (match[1] for body in said if (match := words.ASKED.search(body)))
    zones = (match[4] for body in said if (match := words.BY.search(body)))
    return Phone(
        number=number,
        name=carrier.people.names.get(number, "Unknown phone"),
        thread=thread,
        code=next(codes, None),
        zone=words.ZONES.get(next(zones, ""), (HOME_ZONE,))[0],
        behaviour=carrier.people.behaviour(number),
        is_opted_out=number in carrier.opted_out,
    )


@cache
def _template(name: str) -> Template:
    return Template((HERE / name).read_text())


def _initials(name: str) -> str:
    parts = [part for part in name.split() if part[0].isalpha()]
    return "".join(part[0] for part in (parts[0], parts[-1])).upper() if len(parts) > 1 else name[:1].upper()


def _quick(phone: Phone) -> str:
    """Buttons that answer the last question."""
    if phone.code is None:
        return ""
    answers = (("yes", f"YES {phone.code}"), ("no", f"NO {phone.code}"))
    return "".join(f'<button class="{name}" name="body" value="{said}">{said}</button>' for name, said in answers)


KEYS = (("1", "Yes"), ("2", "No"), ("9", "Call me"))
"""What the keys of our calls mean."""


def _call(phone: Phone) -> str:
    """The call that rings or is being talked on, for a person to take."""
    record = phone.thread[-1] if phone.thread else {}
    status = str(record.get("status", "")) if str(record.get("sid", "")).startswith("CA") else ""
    if not phone.is_manual or status not in ("ringing", "in-progress"):
        return ""
    buttons: tuple[tuple[str, str], ...]
    if status == "ringing":
        said, buttons = "RRT is calling", (("answer", "Answer"), ("decline", "Decline"))
    else:
        said, buttons = " ".join(record["heard"]) or "Connected", (("hang_up", "Hang up"),)
    keys = "".join(
        f'<button class="key" name="verb" value="{key}"><b>{key}</b><span>{means}</span></button>'
        for key, means in KEYS
        if status == "in-progress"
    )
    shown = "".join(f'<button class="{verb}" name="verb" value="{verb}">{name}</button>' for verb, name in buttons)
    return _template("call.html").substitute(
        path=quote(phone.number), sid=escape(str(record["sid"])), state="rings" if status == "ringing" else "talks",
        said=escape(said), keys=keys, buttons=shown,
    )  # fmt: skip


def _player(phone: Phone) -> str:
    """Who plays this phone, in a sentence."""
    if phone.is_manual:
        return "You play this phone"
    return "The simulator plays it" + (f": {BEHAVIOURS[phone.behaviour]}" if phone.behaviour else "")


def _card(phone: Phone, find: str) -> str:
    latest = phone.thread[-1]["at"] if phone.thread else None
    return _template("phone.html").substitute(
        id=f"p{phone.number.lstrip('+')}",
        path=quote(phone.number),
        find=escape(find),
        name=escape(phone.name),
        initials=escape(_initials(phone.name)),
        number=f"Number ends in {escape(phone.number[-2:])}",
        opted_out='<span class="tag">Opted out</span>' if phone.is_opted_out else "",
        latest=escape(clock_time(latest, phone.zone)) if latest else "",
        thread=bubbles.thread(phone.thread[-LONGEST_THREAD:], phone.zone),
        quick=_quick(phone),
        call=_call(phone),
        player=escape(_player(phone)),
        switch="Let the simulator play" if phone.is_manual else "Play it myself",
        kind="" if phone.is_manual else Kind.MANUAL.value,
    )


def _summary(shown: list[Phone], find: str) -> str:
    """The state of the page in a sentence."""
    count = f"{len(shown)} phone{'' if len(shown) == 1 else 's'}"
    if find:
        return f"{count} found for “{find}”." if shown else f"No phone is found for “{find}”."
    return f"{count} with the newest texts." if shown else "No phone has a text yet."


@router.get("/phones")
async def page(request: Request, find: str = "", number: str = "") -> HTMLResponse:
    """Phones with the newest texts, or those that are looked for."""
    find = number or find
    shown = phones(carrier_of(request), find)
    body = _template("page.html").substitute(
        cards="".join(_card(phone, find) for phone in shown),
        find=escape(find),
        summary=escape(_summary(shown, find)),
        all='<a href="/phones">Show all</a>' if find else "",
        now=escape(day_and_time(clock.now(), HOME_ZONE)),
    )
    return HTMLResponse(body, headers={"Content-Security-Policy": POLICY, "Cache-Control": "no-store"})


@router.get("/phones/revision")
async def revision(request: Request) -> dict[str, int | str]:
    """A number that changes whenever anything on the page would, and the time."""
    return {"revision": carrier_of(request).threads.revision, "now": day_and_time(clock.now(), HOME_ZONE)}


Find = Annotated[str, Form()]
Body = Annotated[str, Form(max_length=1600)]


@router.post("/phones/{number}/texts")
async def send(number: PhoneInPath, request: Request, body: Body, find: Find = "") -> RedirectResponse:
    """Text as this phone; what the simulator meant to answer is not sent any more."""
    carrier = carrier_of(request)
    carrier.people.overrule(number)
    carrier.phone_texts(number, body)
    return _back(number, find)


@router.post("/phones/{number}/calls/{sid}")
async def take_call(
    number: PhoneInPath,
    sid: Annotated[str, Path(pattern="^CA[0-9a-f]{32}$")],
    request: Request,
    verb: Annotated[Literal["answer", "decline", "hang_up", "1", "2", "9"], Form()],
    find: Find = "",
) -> RedirectResponse:
    """Take a call as this phone, press a key, hang up."""
    carrier_of(request).call_by_hand(sid, verb)
    return _back(number, find)


@router.post("/phones/{number}/player")
async def player(
    number: PhoneInPath, request: Request, kind: Annotated[Kind | Literal[""], Form()] = "", find: Find = ""
) -> RedirectResponse:
    """Who plays this phone: a person, or the simulator."""
    carrier = carrier_of(request)
    carrier.people.add(number, carrier.people.names.get(number, "Unknown phone"), kind or None)
    carrier.threads.touch()
    return _back(number, find)


def _back(number: str, find: str) -> RedirectResponse:
    """To the same search, at the same phone."""
    asked = f"?{urlencode({'find': find})}" if find else ""
    return RedirectResponse(f"/phones{asked}#p{quote(number.lstrip('+'))}", 303)


@router.get("/")
async def home() -> RedirectResponse:
    """There is nothing else to see."""
    return RedirectResponse("/phones", 303)
