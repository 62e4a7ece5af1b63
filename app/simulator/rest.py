"""The part of Twilio's REST API that its own client uses with us."""

import base64
import binascii
import hmac
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from app.simulator.carrier import Carrier, Record, Refusal

router = APIRouter(prefix="/2010-04-01/Accounts/{account}", include_in_schema=False)


def carrier_of(request: Request) -> Carrier:
    """The application's carrier."""
    carrier: Carrier = request.app.state.carrier
    return carrier


def _refused(refusal: Refusal) -> JSONResponse:
    content = {
        "code": refusal.code, "message": refusal.message, "status": refusal.status,
        "more_info": f"https://www.twilio.com/docs/errors/{refusal.code}",
    }  # fmt: skip
    return JSONResponse(content, refusal.status)


def _is_ours(request: Request, carrier: Carrier) -> bool:
    kind, _, encoded = request.headers.get("authorization", "").partition(" ")
    try:
        given = base64.b64decode(encoded).decode()
    except (binascii.Error, UnicodeDecodeError):
        return False
    return kind.lower() == "basic" and hmac.compare_digest(given, f"{carrier.account_sid}:{carrier.auth_token}")


def _shown(record: Record) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name != "at"}


async def _create(request: Request, what: str) -> JSONResponse:
    carrier = carrier_of(request)
    if not _is_ours(request, carrier):
        return _refused(Refusal(401, 20003, "Authenticate"))
    form = {name: str(value) for name, value in (await request.form()).items()}
    try:
        made = carrier.create_message(form) if what == "messages" else carrier.create_call(form)
    except Refusal as refusal:
        return _refused(refusal)
    return JSONResponse(_shown(made), 201)


def _list(request: Request, records: list[Record], what: str) -> JSONResponse:
    if not _is_ours(request, carrier_of(request)):
        return _refused(Refusal(401, 20003, "Authenticate"))
    asked = request.query_params
    found = [
        _shown(one)
        for one in reversed(records)
        if asked.get("To") in (None, one["to"]) and asked.get("From") in (None, one["from"])
    ]
    size = int(asked.get("PageSize", 50))
    page = {"page": 0, "page_size": size, "next_page_uri": None, "uri": request.url.path}
    return JSONResponse({what: found[:size], **page})


def _one(request: Request, records: list[Record], sid: str) -> JSONResponse:
    if not _is_ours(request, carrier_of(request)):
        return _refused(Refusal(401, 20003, "Authenticate"))
    found = next((one for one in reversed(records) if one["sid"] == sid), None)
    return JSONResponse(_shown(found)) if found else _refused(Refusal(404, 20404, "The resource was not found"))


@router.post("/Messages.json")
async def create_message(request: Request) -> JSONResponse:
    """Send a text."""
    return await _create(request, "messages")


@router.get("/Messages.json")
async def list_messages(request: Request) -> JSONResponse:
    """Texts, newest first."""
    return _list(request, carrier_of(request).messages, "messages")


@router.get("/Messages/{sid}.json")
async def one_message(request: Request, sid: str) -> JSONResponse:
    """One text."""
    return _one(request, carrier_of(request).messages, sid)


@router.post("/Calls.json")
async def create_call(request: Request) -> JSONResponse:
    """Place a call."""
    return await _create(request, "calls")


@router.get("/Calls.json")
async def list_calls(request: Request) -> JSONResponse:
    """Calls, newest first."""
    return _list(request, carrier_of(request).calls, "calls")


@router.get("/Calls/{sid}.json")
async def one_call(request: Request, sid: str) -> JSONResponse:
    """One call."""
    return _one(request, carrier_of(request).calls, sid)
