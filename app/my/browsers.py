"""Two cookies of an expert's browser that are no session: a secret that a form must come with, and a proof of a phone.

The first ties a button to the page it was pressed on. The second is set once a code that went to the phone was typed
here; with it, a link needs no code. Neither signs anybody in, and the second ends when the number changes.
"""

import hashlib
import hmac
from datetime import timedelta

from fastapi import Request
from fastapi.responses import Response

from app.core.clock import clock
from app.core.ids import token
from app.core.settings import get_settings
from app.experts.models import Contact

NONCE, PHONE = "rrt-link", "rrt-phone"
PROOF_GOOD_FOR = timedelta(days=180)


def _name(cookie: str) -> str:
    return f"__Host-{cookie}" if get_settings().secure_cookies else cookie


def _mac(of: str) -> str:
    secret = get_settings().secret_key.get_secret_value().encode()
    return hmac.new(secret, of.encode(), hashlib.sha256).hexdigest()[:40]


def _set(answer: Response, cookie: str, value: str, lasts: timedelta) -> None:
    name = _name(cookie)
    answer.set_cookie(
        name, value, max_age=int(lasts.total_seconds()), path="/", httponly=True, samesite="lax",
        secure=name.startswith("__Host-"),
    )  # fmt: skip


def nonce_of(request: Request) -> str | None:
    """The browser's secret, if a page of ours gave it one."""
    return request.cookies.get(_name(NONCE))


def new_nonce() -> str:
    """A secret for a browser that has none."""
    return token()


def keep_nonce(answer: Response, nonce: str) -> None:
    """Give the browser its secret, for a day."""
    _set(answer, NONCE, nonce, timedelta(days=1))


def form_key(nonce: str, link_id: int) -> str:
    """What a form of a link's page must come back with, beside the cookie."""
    return _mac(f"form:{nonce}:{link_id}")


def is_form_key(request: Request, link_id: int, given: str) -> bool:
    """Whether a form comes from a page that this browser was given."""
    nonce = nonce_of(request)
    return nonce is not None and hmac.compare_digest(form_key(nonce, link_id).encode(), given.encode())


def _proof(contact: Contact, since: int) -> str:
    return _mac(f"phone:{contact.expert_id}:{contact.id}:{contact.number}:{since}")


def keep_proof(answer: Response, contact: Contact) -> None:
    """Remember that this browser has proved the phone."""
    since = int(clock.now().timestamp())
    _set(answer, PHONE, f"{since}.{_proof(contact, since)}", PROOF_GOOD_FOR)


def has_proof(request: Request, contact: Contact) -> bool:
    """Whether this browser has proved this phone, and the number is still the same."""
    since, _, mac = request.cookies.get(_name(PHONE), "").partition(".")
    if not (since.isascii() and since.isdigit() and len(since) < 12):
        return False
    is_fresh = 0 <= clock.now().timestamp() - int(since) <= PROOF_GOOD_FOR.total_seconds()
    return is_fresh and hmac.compare_digest(_proof(contact, int(since)).encode(), mac.encode())
