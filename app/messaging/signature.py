"""Whether a webhook really comes from Twilio: signed with our token, over our public address, for our account."""

import logging
from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import Depends, Request
from starlette.datastructures import ImmutableMultiDict
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]

from app.core.problems import Forbidden
from app.core.settings import get_settings

logger = logging.getLogger(__name__)
LARGEST_BODY = 64 * 1024
MOST_FIELDS = 200
Form = ImmutableMultiDict[str, str]


class Forged(Forbidden):
    """This request is not signed by our carrier."""


async def signed(request: Request) -> Form:
    """The fields of a webhook, exactly as they came: unknown ones, empty ones and blanks take part in the signature.

    Raises:
        Forged: no signature, a wrong one, one for another address, another account, or no form at all.
    """
    form = await _form(request)
    settings = get_settings()
    signature = request.headers.get("X-Twilio-Signature", "")
    validator = RequestValidator(settings.twilio_auth_token.get_secret_value())
    is_genuine = bool(signature) and validator.validate(_address(request), form, signature)
    if not is_genuine or form.get("AccountSid") != settings.twilio_account_sid:
        logger.warning("refused a webhook on %s: %s", request.url.path, "wrong account" if is_genuine else "forged")
        raise Forged
    return form


Signed = Annotated[Form, Depends(signed)]


def _address(request: Request) -> str:
    """The address Twilio signed: the configured one. What a proxy makes of the request's own is not asked."""
    query = request.scope["query_string"].decode("latin-1")
    base = get_settings().public_url.rstrip("/")
    return f"{base}{request.url.path}{'?' if query else ''}{query}"


async def _form(request: Request) -> Form:
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > LARGEST_BODY:
            raise Forged
    try:
        fields = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        raise Forged from None
    return Form(fields)
