"""The chief, the desk and a few people with second thoughts, all over HTTP, patient with a service that keeps dying."""

import time
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import httpx

from app.core.clock import clock
from bench.chaos.plan import Act, Filing

PATIENCE_S = 300
AGAIN_S = 1.0


class Gave(Exception):  # noqa: N818 - what happened
    """The service never gave a usable answer."""


class Desk:
    """Whoever works over the API.

    Args:
        base: address of the service.
        carrier: address of the simulator.
        keys: API keys by part.
    """

    def __init__(self, base: str, carrier: str, keys: Mapping[str, str]) -> None:
        self._http = httpx.Client(base_url=f"{base}/api/v1", timeout=20, trust_env=False)
        self._carrier = httpx.Client(base_url=carrier, timeout=30, trust_env=False)
        self._keys = keys
        self.refused: list[str] = []

    def ask(self, who: str, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        """One request, repeated with the same key until the service answers it.

        Raises:
            Gave: no answer in time.
        """
        given = {"Authorization": f"Bearer {self._keys[who]}", "Idempotency-Key": str(uuid4())} | headers
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            try:
                answer = self._http.request(method, path, json=body, headers=given)
            except httpx.HTTPError:
                time.sleep(AGAIN_S)
                continue
            if answer.status_code < 500 and answer.status_code != 429:
                return answer
            time.sleep(AGAIN_S)
        raise Gave(f"{method} {path}")

    def _step(self, who: str, path: str, body: Any) -> None:
        """A verb of the desk. 409: the answer to an earlier try was lost, its effect was not."""
        answer = self.ask(who, "POST", path, body)
        if answer.is_error and answer.status_code != 409:
            self.refused.append(f"{path}: {answer.status_code} {answer.text[:200]}")

    def files(self, filing: Filing) -> str:
        """From the chief's request to people being asked; the reference."""
        form = filing.form | {"needed_by": (clock.now() + filing.starts_in).isoformat()}
        answer = self.ask("chief", "POST", "/requests", form)
        answer.raise_for_status()
        reference = str(answer.json()["reference"])
        self._step("intake", f"/requests/{reference}/take-in", {})
        self._step("recommender", f"/requests/{reference}/recommend", {"team_type": filing.team_type})
        self._step("approver", f"/requests/{reference}/approve", {})
        self._wait(f"/deployments/{reference}/rosters/1")
        self._step("recommender", f"/deployments/{reference}/rosters/1/accept", {})
        return reference

    def _wait(self, path: str) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while self.ask("intake", "GET", path).status_code != 200:
            if time.monotonic() > deadline:
                raise Gave(path)
            time.sleep(2)

    def stands_down(self, reference: str) -> None:
        """Call a deployment off, looking again when it changed meanwhile."""
        for _ in range(20):
            version = self.ask("intake", "GET", f"/deployments/{reference}").headers.get("ETag", "")
            path = f"/deployments/{reference}/stand-down"
            answer = self.ask("recommender", "POST", path, {"note": "storm"}, **{"If-Match": version})
            if answer.status_code not in (409, 412):
                return

    def acts(self, act: Act, references: list[str]) -> None:
        """One of the asked does something unexpected; nothing when nobody fits the part."""
        if not references:
            return
        reference = references[int(act.dice * len(references))]
        offers = self.ask("intake", "GET", f"/deployments/{reference}/offers").json()
        wanted = {"changes_mind": ("accepted", "declined"), "repeats": ("accepted",)}
        states = wanted.get(act.kind, ("contacting",))
        fitting = [offer for offer in offers if offer["state"] in states]
        if fitting:
            self._act(act, reference, fitting[int(act.dice * 1000) % len(fitting)])

    def _act(self, act: Act, reference: str, offer: Mapping[str, Any]) -> None:
        path = f"/deployments/{reference}/offers/{offer['id']}"
        if act.kind == "heard_by_phone":
            self.ask("recommender", "POST", f"{path}/answer", {"answer": "yes", "note": "by phone"})
        elif act.kind == "taken_back":
            self.ask("recommender", "POST", f"{path}/withdraw", {})
        else:
            says_no = (offer["state"] == "accepted") is (act.kind == "changes_mind")
            self._texts(offer, "NO" if says_no else "YES")

    def _texts(self, offer: Mapping[str, Any], word: str) -> None:
        """Somebody texts again from the phone that was asked."""
        texts = self._carrier.get("/simulator/texts").json()
        mark = f"{offer['code']}"
        number = next((t["to"] for t in texts if t["direction"] != "inbound" and f"YES {mark}" in t["body"]), None)
        if number is not None:
            self._carrier.post(f"/simulator/phones/{number}/texts", json={"body": f"{word} {mark}"})

    def unsettled(self, references: list[str]) -> list[str]:
        """Deployments that have not ended: neither staffed, called off, nor short of people with a reason."""
        return [reference for reference in references if not self._has_ended(reference)]

    def _has_ended(self, reference: str) -> bool:
        whole = self.ask("intake", "GET", f"/deployments/{reference}").json()
        seats = {seat["state"] for seat in whole["seats"]}
        return whole["state"] in ("staffed", "stood_down") or not seats & {"open", "held"}
