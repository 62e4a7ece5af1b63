"""The part of Twilio's REST API that its own client uses with us."""

import asyncio
import base64
import binascii
import hmac
from collections.abc import Awaitable, Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from itertools import islice
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import JSONResponse, Response
from fastapi.routing import APIRoute

from app.simulator.carrier import Carrier
from app.simulator.records import VERSION, Record, Refusal, shown

LARGEST_PAGE, USUAL_PAGE = 1000, 50


class TwilioRoute(APIRoute):
    """Answers a refusal in Twilio's form."""

    def get_route_handler(self) -> Callable[[Request], Awaitable[Response]]:  # type: ignore[override]
        """The handler, with refusals answered."""
        handler = super().get_route_handler()

        async def answered(request: Request) -> Response:
            try:
                return await handler(request)
            except Refusal as refusal:
                return JSONResponse(refusal.shown(), refusal.status)

        return answered


PhoneInPath = Annotated[str, Path(pattern=r"^\+[1-9]\d{6,14}$")]
"""A phone in an address; anything else would be shown as a phone for ever."""


def carrier_of(request: Request) -> Carrier:
    """The application's carrier."""
    carrier: Carrier = request.app.state.carrier
    return carrier


async def authenticated(request: Request, account: str) -> Carrier:
    """The carrier, for somebody with the account's token.

    Raises:
        Refusal: 401/20003.
    """
    carrier = carrier_of(request)
    kind, _, encoded = request.headers.get("authorization", "").partition(" ")
    try:
        given = base64.b64decode(encoded, validate=True)
    except binascii.Error:
        given = b""
    wanted = f"{carrier.account_sid}:{carrier.auth_token}".encode()
    if kind.lower() != "basic" or account != carrier.account_sid or not hmac.compare_digest(given, wanted):
        raise Refusal(401, 20003, "Authenticate")
    return carrier


async def form_of(request: Request) -> dict[str, str]:
    """The form's fields; of anything but a form none is read. A field given several times is a list in one string."""
    fields: dict[str, str] = {}
    for name, value in (await request.form()).multi_items():
        fields[name] = f"{fields[name]} {value}" if name in fields else str(value)
    return fields


Served = Annotated[Carrier, Depends(authenticated)]
Fields = Annotated[dict[str, str], Depends(form_of)]
router = APIRouter(prefix=f"/{VERSION}/Accounts/{{account}}", include_in_schema=False, route_class=TwilioRoute)


async def _taken(carrier: Carrier, form: Mapping[str, str], create: Callable[[Mapping[str, str]], Record]) -> Response:
    """Take a text or call, or fail in the ways that faults ask for."""
    faults, number = carrier.faults, form.get("To", "")
    if carrier.is_too_fast() or carrier.dice.falls(faults.busy, "busy", number):
        raise Refusal(429, 20429, "Too Many Requests")
    if carrier.dice.falls(faults.error_untaken, "untaken", number):
        raise Refusal(500, 20500, "Internal Server Error")
    record = create(form)
    if carrier.dice.falls(faults.error_taken, "taken", number):
        raise Refusal(500, 20500, "Internal Server Error")
    answer = JSONResponse(shown(record), 201)
    if carrier.dice.falls(faults.silence_taken, "silence", number):
        await asyncio.sleep(faults.silence_s)
    return answer


def _page(request: Request, found: Iterator[Record], what: str) -> Response:
    """One page of a list, newest first, with the address of the next."""
    asked = request.query_params
    size = max(1, min(_whole(asked.get("PageSize"), USUAL_PAGE), LARGEST_PAGE))
    page = _whole(asked.get("Page"), 0)
    records = list(islice(found, page * size, (page + 1) * size + 1))
    others = [(name, value) for name, value in asked.multi_items() if name not in ("Page", "PageSize", "PageToken")]

    def address(number: int) -> str:
        return f"{request.url.path}?{urlencode([*others, ('PageSize', size), ('Page', number)])}"

    content: dict[str, Any] = {
        what: [shown(record) for record in records[:size]], "page": page, "page_size": size, "start": page * size,
        "end": page * size + min(len(records), size), "uri": address(page), "first_page_uri": address(0),
        "next_page_uri": address(page + 1) if len(records) > size else None,
        "previous_page_uri": address(page - 1) if page else None,
    }  # fmt: skip
    return JSONResponse(content)


def _whole(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isascii() and text.isdecimal() else otherwise


def _is_sent_when_asked(record: Record, asked: Mapping[str, str]) -> bool:
    """DateSent, DateSent< and DateSent>. A text that has no such date yet is in none of them (twilio.md 6)."""
    wanted = {sign: asked[f"DateSent{sign}"] for sign in ("", "<", ">") if f"DateSent{sign}" in asked}
    if not wanted:
        return True
    if record["date_sent"] is None:
        return False
    sent = parsedate_to_datetime(record["date_sent"])
    return all(_holds(sign, sent, value) for sign, value in wanted.items())


def _holds(sign: str, sent: datetime, value: str) -> bool:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise Refusal(400, 20001, f"{value} is not a date") from None
    moment = moment.replace(tzinfo=moment.tzinfo or UTC)
    if sign == "":
        return moment <= sent < moment + timedelta(days=1)
    return sent <= moment if sign == "<" else sent >= moment


@router.post("/Messages.json")
async def create_message(carrier: Served, form: Fields) -> Response:
    """Send a text."""
    return await _taken(carrier, form, carrier.create_message)


@router.get("/Messages.json")
async def list_messages(carrier: Served, request: Request) -> Response:
    """Texts, newest first."""
    asked = request.query_params
    found = carrier.list_messages(asked.get("To"), asked.get("From"))
    return _page(request, (text for text in found if _is_sent_when_asked(text, asked)), "messages")


@router.get("/Messages/{sid}.json")
async def fetch_message(carrier: Served, sid: str) -> Response:
    """One text."""
    return JSONResponse(shown(carrier.fetch_message(sid)))


@router.post("/Messages/{sid}.json")
async def update_message(carrier: Served, sid: str, form: Fields) -> Response:
    """Cancel a text, or forget its words."""
    return JSONResponse(shown(carrier.update_message(sid, form)))


@router.delete("/Messages/{sid}.json")
async def delete_message(carrier: Served, sid: str) -> Response:
    """Forget a text."""
    carrier.delete_message(sid)
    return Response(status_code=204)


@router.post("/Calls.json")
async def create_call(carrier: Served, form: Fields) -> Response:
    """Place a call."""
    return await _taken(carrier, form, carrier.create_call)


@router.get("/Calls.json")
async def list_calls(carrier: Served, request: Request) -> Response:
    """Calls, newest first."""
    asked = request.query_params
    found = carrier.list_calls(asked.get("To"), asked.get("From"))
    return _page(request, (call for call in found if asked.get("Status") in (None, call["status"])), "calls")


@router.get("/Calls/{sid}.json")
async def fetch_call(carrier: Served, sid: str) -> Response:
    """One call."""
    return JSONResponse(shown(carrier.fetch_call(sid)))


@router.post("/Calls/{sid}.json")
async def update_call(carrier: Served, sid: str, form: Fields) -> Response:
    """Hang up."""
    return JSONResponse(shown(carrier.update_call(sid, form)))
