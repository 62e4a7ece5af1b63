"""Sign-in at another issuer (OpenID Connect Core 1.0; Login.gov among others): code flow with PKCE and private_key_jwt.

The issuer is one of the settings, so no address that somebody gives us is ever asked. Who it is, is the pair of issuer
and subject; roles are our own. What may go wrong on the way has one answer, `NotSignedIn`, and a line in the log.
"""

import base64
import hashlib
import logging
import secrets
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, RSAKey
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.models import Identity, OidcFlow, User
from app.core.clock import clock
from app.core.events import record
from app.core.ids import digest, token
from app.core.problems import Problem
from app.core.settings import get_settings

logger = logging.getLogger(__name__)
ALGORITHMS = ["RS256", "PS256", "ES256"]
"""Of the issuer's signatures: asymmetric ones only, so that neither "none" nor our own secret can sign."""
GOOD_FOR = timedelta(minutes=10)
LEEWAY_S = 60
TIMEOUT_S = 10.0
KEYS_KEPT_S = 600.0
LARGEST = 256 * 1024
"""Bytes of an answer of the issuer."""


class NotSignedIn(Problem):
    """The sign-in at the other site did not work. Try again, or call the desk."""

    status = 403


@dataclass(frozen=True, slots=True)
class Started:
    """A sign-in that has begun: where to send the browser, and what it must come back with."""

    address: str
    browser: str


@dataclass(slots=True)
class _Known:
    """What the issuer has told, and when."""

    issuer: str = ""
    at: float = -KEYS_KEPT_S
    metadata: dict[str, Any] | None = None
    keys: KeySet | None = None


_known = _Known()


def is_on() -> bool:
    """Whether an issuer is set."""
    settings = get_settings()
    return bool(settings.oidc_issuer and settings.oidc_client_id)


def back_address() -> str:
    """Where the issuer sends people back to."""
    return f"{get_settings().public_url.rstrip('/')}/sign-in/oidc/back"


def authority() -> str:
    """The issuer's scheme and host, which the sign-in page's form may lead to; empty without an issuer."""
    parts = urlsplit(get_settings().oidc_issuer)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


def _refused(why: str) -> NotSignedIn:
    logger.warning("sign-in at the issuer refused: %s", why)
    return NotSignedIn()


async def _json(client: httpx.AsyncClient, method: str, url: str, **more: Any) -> dict[str, Any]:
    try:
        answer = await client.request(method, url, **more)
    except httpx.HTTPError as error:
        raise _refused(f"{type(error).__name__} at {urlsplit(url).path}") from None
    if answer.status_code != 200 or len(answer.content) > LARGEST:
        raise _refused(f"{answer.status_code} at {urlsplit(url).path}")
    try:
        content = answer.json()
    except ValueError:
        raise _refused(f"no JSON at {urlsplit(url).path}") from None
    if not isinstance(content, dict):
        raise _refused(f"no object at {urlsplit(url).path}")
    return content


def _client() -> httpx.AsyncClient:
    return httpx.AsyncClient(timeout=TIMEOUT_S, follow_redirects=False)


async def _issuer(*, anew: bool = False) -> _Known:
    """What the issuer says of itself and its keys; asked again after ten minutes, or `anew` for a key not seen yet."""
    issuer = get_settings().oidc_issuer
    age = time.monotonic() - _known.at
    if _known.issuer == issuer and _known.keys is not None and age < KEYS_KEPT_S and not anew:
        return _known
    async with _client() as client:
        metadata = await _json(client, "GET", f"{issuer.rstrip('/')}/.well-known/openid-configuration")
        if metadata.get("issuer") != issuer:
            raise _refused("it calls itself by another name")
        keys = await _json(client, "GET", str(metadata.get("jwks_uri", "")))
    try:
        signing = [key for key in keys.get("keys", []) if key.get("use", "sig") == "sig" and key.get("kty") != "oct"]
        _known.keys = KeySet.import_key_set({"keys": signing})
    except (JoseError, ValueError, TypeError, AttributeError):
        raise _refused("its keys cannot be read") from None
    _known.issuer, _known.metadata, _known.at = issuer, metadata, time.monotonic()
    return _known


async def start(session: AsyncSession, goes_to: str) -> Started:
    """Begin a sign-in: a row that counts once, and the issuer's address for the browser."""
    settings, known = get_settings(), await _issuer()
    state, browser, nonce, verifier = token(), token(), token(), token()
    await session.execute(delete(OidcFlow).where(OidcFlow.created_at < clock.now() - GOOD_FOR))
    session.add(
        OidcFlow(
            state_digest=digest(state), browser_digest=digest(browser), nonce=nonce, verifier=verifier, next=goes_to,
            created_at=clock.now(),
        )
    )  # fmt: skip
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    asked = {
        "response_type": "code", "client_id": settings.oidc_client_id, "redirect_uri": back_address(),
        "scope": "openid email", "state": state, "nonce": nonce, "code_challenge": challenge,
        "code_challenge_method": "S256", "prompt": "select_account",
    }  # fmt: skip
    if settings.oidc_acr_values:
        asked["acr_values"] = settings.oidc_acr_values
    assert known.metadata is not None  # noqa: S101 - read together with the keys
    return Started(f"{known.metadata['authorization_endpoint']}?{urlencode(asked)}", browser)


@dataclass(frozen=True, slots=True)
class Flow:
    """A sign-in that was begun by this browser, taken out: it counts once."""

    nonce: str
    verifier: str
    next: str


async def finish(session: AsyncSession, flow: Flow | None, given: dict[str, str]) -> User:
    """The browser is back: exchange its code, check who it is, find the account.

    Raises:
        NotSignedIn: anything is not as it must be.
    """
    if flow is None:
        raise _refused("unknown, used or old state, or another browser's")
    known = await _issuer()
    if given.get("iss", known.issuer) != known.issuer:
        raise _refused("another issuer answers (mix-up)")
    if "error" in given or not given.get("code"):
        raise _refused(f"it answers {given.get('error', 'nothing')[:60]!r}")
    claims = await _claims(await _exchange(known, given["code"], flow.verifier), flow.nonce)
    return await _account(session, known.issuer, claims)


async def take(session: AsyncSession, browser: str | None, state: str) -> Flow | None:
    """The sign-in that was begun by this browser; it is used up now, whatever comes of it."""
    taken = delete(OidcFlow).where(OidcFlow.state_digest == digest(state)).returning(OidcFlow)
    flow = (await session.execute(taken)).scalar_one_or_none()
    if flow is None or browser is None or flow.created_at < clock.now() - GOOD_FOR:
        return None
    is_mine = secrets.compare_digest(flow.browser_digest, digest(browser))
    return Flow(flow.nonce, flow.verifier, flow.next) if is_mine else None


def _assertion(audience: str) -> str:
    """Who we are, signed with our key, good for five minutes (private_key_jwt, RFC 7523)."""
    settings = get_settings()
    assert settings.oidc_private_key is not None  # noqa: S101 - asked before
    given = settings.oidc_private_key.get_secret_value()
    pem = given if given.lstrip().startswith("-----") else Path(given).read_text()
    key, now = RSAKey.import_key(pem), int(time.time())
    name = settings.oidc_client_id
    claims = {"iss": name, "sub": name, "aud": audience, "jti": token(), "iat": now, "exp": now + 300}
    return jwt.encode({"alg": "RS256", "kid": key.thumbprint()}, claims, key)


async def _exchange(known: _Known, code: str, verifier: str) -> str:
    """The code for an ID token, straight from the issuer."""
    settings, metadata = get_settings(), known.metadata or {}
    endpoint = str(metadata.get("token_endpoint", ""))
    form = {
        "grant_type": "authorization_code", "code": code, "redirect_uri": back_address(), "code_verifier": verifier,
        "client_id": settings.oidc_client_id,
    }  # fmt: skip
    if settings.oidc_private_key:
        form["client_assertion_type"] = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
        form["client_assertion"] = _assertion(endpoint)
    elif settings.oidc_client_secret:
        form["client_secret"] = settings.oidc_client_secret.get_secret_value()
    async with _client() as client:
        answer = await _json(client, "POST", endpoint, data=form, headers={"Accept": "application/json"})
    return str(answer.get("id_token", ""))


async def _claims(id_token: str, nonce: str) -> dict[str, Any]:
    """What the issuer says of the person, if the token is its own, for us, for this sign-in, and of now."""
    name, issuer = get_settings().oidc_client_id, get_settings().oidc_issuer
    registry = jwt.JWTClaimsRegistry(
        leeway=LEEWAY_S,
        iss={"essential": True, "value": issuer},
        aud={"essential": True, "value": name},
        nonce={"essential": True, "value": nonce},
        exp={"essential": True},
        iat={"essential": True},
        sub={"essential": True},
    )
    try:
        claims = (await _decoded(id_token)).claims
        registry.validate(claims)
    except (JoseError, ValueError, TypeError) as error:
        raise _refused(f"its token: {type(error).__name__}") from None
    audience = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
    if set(audience) != {name} or claims.get("azp", name) != name:
        raise _refused("its token is for others as well")
    if not isinstance(claims["sub"], str) or not 0 < len(claims["sub"]) <= 255:
        raise _refused("its token names nobody")
    expected = get_settings().oidc_acr_expected.split()
    if expected and claims.get("acr") not in expected:
        raise _refused("its token says another assurance than is expected")
    return claims


async def _decoded(id_token: str) -> jwt.Token:
    """The token, its signature checked. A key that we do not know yet is asked for once: issuers change keys."""
    known = await _issuer()
    assert known.keys is not None  # noqa: S101 - read together
    try:
        return jwt.decode(id_token, known.keys, algorithms=ALGORITHMS)
    except (JoseError, ValueError):
        if time.monotonic() - known.at < 1.0:
            raise
    renewed = await _issuer(anew=True)
    assert renewed.keys is not None  # noqa: S101 - read together
    return jwt.decode(id_token, renewed.keys, algorithms=ALGORITHMS)


async def _account(session: AsyncSession, issuer: str, claims: dict[str, Any]) -> User:
    """The account of issuer and subject. The first time: the open account with the e-mail the issuer has verified."""
    known = select(User).join(Identity).where(Identity.issuer == issuer, Identity.subject == claims["sub"])
    user = await session.scalar(known)
    if user is None:
        user = await _linked(session, issuer, claims)
    if not user.is_active:
        raise _refused("the account is closed")
    return user


async def _linked(session: AsyncSession, issuer: str, claims: dict[str, Any]) -> User:
    email = str(claims.get("email", "")).strip().lower()
    if claims.get("email_verified") is not True or not email:
        raise _refused("an unknown subject without a verified e-mail")
    taken = select(Identity.user_id).where(Identity.issuer == issuer)
    user = await session.scalar(select(User).where(User.email == email, User.id.not_in(taken)).with_for_update())
    if user is None:
        raise _refused("an unknown subject, and no account of this e-mail waits for one")
    session.add(Identity(user_id=user.id, issuer=issuer, subject=claims["sub"], created_at=clock.now()))
    await record(session, "user.linked", user.id, by=user.actor, issuer=issuer)
    return user


def forget() -> None:
    """Ask the issuer anew the next time (for tests, whose issuers come and go)."""
    _known.issuer, _known.keys = "", None
