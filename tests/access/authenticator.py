"""An authenticator in software: makes a passkey and signs with it, as a browser would."""

import hashlib
import json
import secrets
import struct
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers import bytes_to_base64url as text


class Authenticator:
    """One passkey for one site."""

    def __init__(self, origin: str, host: str) -> None:
        self.origin, self.host = origin, host
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = secrets.token_bytes(16)
        self.count = 0

    def _client(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}).encode()

    def _data(self, flags: int, more: bytes = b"") -> bytes:
        self.count += 1
        return hashlib.sha256(self.host.encode()).digest() + struct.pack(">BI", flags, self.count) + more

    def makes(self, options: dict[str, Any], flags: int = 0x45) -> dict[str, Any]:
        """A new passkey for a site's options; flags: present, verified, with its key."""
        point = self.key.public_key().public_numbers()
        cose = {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")}
        data = self._data(flags, bytes(16) + struct.pack(">H", len(self.id)) + self.id + cbor2.dumps(cose))
        made = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        client = self._client("webauthn.create", options["challenge"])
        return self._credential({"attestationObject": text(made), "clientDataJSON": text(client)})

    def signs(self, options: dict[str, Any], flags: int = 0x05) -> dict[str, Any]:
        """The site's challenge, signed; flags: present, verified."""
        data, client = self._data(flags), self._client("webauthn.get", options["challenge"])
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        return self._credential(
            {"authenticatorData": text(data), "clientDataJSON": text(client), "signature": text(signature)}
        )

    def _credential(self, response: dict[str, str]) -> dict[str, Any]:
        return {"id": text(self.id), "rawId": text(self.id), "type": "public-key", "response": response}
