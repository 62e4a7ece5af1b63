"""An issuer of identities as a process of its own: does what OpenID Connect asks, or one thing wrong, as it is told.

`python -m tests.access.issuer PORT`. What it does wrong is set at `/be` with {"wrong": NAME}; it gives its keys anew at
`/be` with {"rotate": true}.
"""

import base64
import hashlib
import hmac
import sys
import time
from typing import Any
from urllib.parse import urlencode

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

HOUR_S = 3600
AAL2 = "http://idmanagement.gov/ns/assurance/aal/2"


def key(kid: str) -> RSAKey:
    """A key of the issuer's."""
    return RSAKey.generate_key(2048, {"kid": kid, "use": "sig"})


class Issuer:
    """State of the one issuer of the process."""

    def __init__(self, base: str, client_key: RSAKey) -> None:
        self.base, self.client_key = base, client_key
        self.key, self.wrong = key("one"), ""
        self.codes: dict[str, dict[str, str]] = {}
        self.seen_jti: set[str] = set()
        self.asked: dict[str, str] = {}
        self.old_token = ""

    def token(self, nonce: str, client: str) -> str:
        """An ID token, with what is wrong with it."""
        now = int(time.time())
        claims: dict[str, Any] = {
            "iss": self.base, "sub": "subject-1", "aud": client, "nonce": nonce, "iat": now, "exp": now + HOUR_S,
            "email": "approve@desk.example", "email_verified": True, "acr": AAL2,
        }  # fmt: skip
        changed: dict[str, dict[str, Any]] = {
            "nonce": {"nonce": "another"}, "audience": {"aud": "another"}, "expired": {"exp": now - 120},
            "issuer": {"iss": "https://evil.example"}, "future": {"iat": now + 600}, "no_subject": {"sub": ""},
            "two_audiences": {"aud": [client, "another"]}, "azp": {"azp": "another"},
            "assurance": {"acr": "http://idmanagement.gov/ns/assurance/aal/1"}, "no_assurance": {"acr": None},
            "unverified": {"email_verified": False}, "stranger": {"email": "nobody@desk.example"},
        }  # fmt: skip
        claims |= changed.get(self.wrong, {})
        if self.wrong == "no_nonce":
            del claims["nonce"]
        if self.wrong == "no_expiry":
            del claims["exp"]
        return self._signed(claims)

    def _signed(self, claims: dict[str, Any]) -> str:
        header = {"alg": "RS256", "kid": str(self.key.kid)}
        if self.wrong == "none":
            parts = [base64.urlsafe_b64encode(p).rstrip(b"=").decode() for p in (b'{"alg":"none"}', _json(claims))]
            return ".".join([*parts, ""])
        if self.wrong == "hmac":  # our public key taken for a shared secret
            return _by_hand({"alg": "HS256", "kid": str(self.key.kid)}, claims, self.key.as_pem(private=False))
        if self.wrong == "other_key":
            return jwt.encode(header, claims, key("one"))
        signed = jwt.encode(header, claims, self.key)
        if self.wrong == "changed":
            head, _, tail = signed.split(".")
            body = base64.urlsafe_b64encode(_json(claims | {"sub": "subject-2"})).rstrip(b"=").decode()
            return f"{head}.{body}.{tail}"
        if self.wrong == "old_token":
            return self.old_token
        self.old_token = signed
        return signed


def _by_hand(header: dict[str, str], claims: dict[str, Any], secret: bytes) -> str:
    """An HS256 token, as the attacker's own code makes it: a good library refuses a public key as a secret."""
    parts = [base64.urlsafe_b64encode(_json(part)).rstrip(b"=") for part in (header, claims)]
    signature = hmac.digest(secret, b".".join(parts), "sha256")
    return b".".join([*parts, base64.urlsafe_b64encode(signature).rstrip(b"=")]).decode()


def _json(claims: dict[str, Any]) -> bytes:
    return JSONResponse(claims).body  # type: ignore[return-value]


def create(base: str, client_key: RSAKey) -> FastAPI:
    """The issuer's doors."""
    app, issuer = FastAPI(), Issuer(base, client_key)

    @app.post("/be")
    async def be(how: dict[str, Any]) -> dict[str, str]:
        issuer.wrong = how.get("wrong", "")
        if how.get("rotate"):
            issuer.key = key(f"key-{time.time()}")
        return {}

    @app.get("/asked")
    async def asked() -> dict[str, str]:
        return issuer.asked

    @app.get("/.well-known/openid-configuration")
    async def configuration() -> dict[str, str]:
        name = "https://evil.example" if issuer.wrong == "metadata" else base
        return {
            "issuer": name, "authorization_endpoint": f"{base}/authorize", "token_endpoint": f"{base}/token",
            "jwks_uri": f"{base}/jwks",
        }  # fmt: skip

    @app.get("/jwks")
    async def jwks() -> dict[str, Any]:
        return KeySet([issuer.key]).as_dict(private=False)  # type: ignore[return-value]

    @app.get("/authorize")
    async def authorize(request: Request) -> Response:
        given = issuer.asked = dict(request.query_params)
        code = hashlib.sha256(given["state"].encode()).hexdigest()
        issuer.codes[code] = given
        back = {"code": code, "state": given["state"], "iss": base}
        if issuer.wrong == "mix_up":
            back["iss"] = "https://evil.example"
        if issuer.wrong == "denied":
            back = {"error": "access_denied", "state": given["state"]}
        return RedirectResponse(f"{given['redirect_uri']}?{urlencode(back)}", 302)

    @app.post("/token")
    async def token(request: Request) -> Response:
        form = {name: str(value) for name, value in (await request.form()).items()}
        given = issuer.codes.pop(form.get("code", ""), None)
        if given is None or not _is_client(issuer, form) or not _has_verifier(given, form):
            return JSONResponse({"error": "invalid_grant"}, 400)
        return JSONResponse({"id_token": issuer.token(given["nonce"], given["client_id"]), "token_type": "Bearer"})

    return app


def _is_client(issuer: Issuer, form: dict[str, str]) -> bool:
    """Whether the assertion is the client's, for this endpoint, of now, and new."""
    claims = jwt.decode(form["client_assertion"], issuer.client_key, algorithms=["RS256"]).claims
    is_new = claims["jti"] not in issuer.seen_jti
    issuer.seen_jti.add(claims["jti"])
    return bool(
        is_new and claims["iss"] == claims["sub"] == "rrt" and claims["aud"] == f"{issuer.base}/token"
        and time.time() < claims["exp"] <= time.time() + 300
    )  # fmt: skip


def _has_verifier(given: dict[str, str], form: dict[str, str]) -> bool:
    hashed = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
    return base64.urlsafe_b64encode(hashed).rstrip(b"=").decode() == given["code_challenge"]


if __name__ == "__main__":
    public = RSAKey.import_key(sys.stdin.buffer.read())
    uvicorn.run(create(f"http://127.0.0.1:{sys.argv[1]}", public), port=int(sys.argv[1]), log_level="warning")
