"""The real service, started as its own processes: web, worker, simulator. Everybody's phone is played by the tests."""

import asyncio
import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from app.core.clock import Clock, clock
from app.core.settings import get_settings
from app.demo import crew, machine, people
from app.demo.run import Part
from app.seed.filling import DEMO_PASSWORD

NOON = datetime(2026, 11, 23, 12, tzinfo=ZoneInfo("America/New_York"))
"""When the tests begin: nobody sleeps, so everybody is asked at once."""
PATIENCE_S = 30
ORDER = {
    "report_to": "Lt. Rosa Greene", "report_phone": "719-555-0177", "report_place": "Headquarters, north door",
    "mission": "Support for officers and families.", "conditions": "Snow on the pass. Badges at the door.",
}  # fmt: skip
"""A mission order."""


@dataclass(frozen=True, slots=True)
class House:
    """The service at `base`, its simulator at `carrier`, and everybody who works over its API."""

    base: str
    carrier: str
    parts: dict[str, Part]
    numbers: dict[str, str]
    """Name of somebody in the pool to their number."""

    def files(self, **fields: Any) -> str:
        """The chief asks for a team over the API; the request's reference."""
        form = {
            "incident_type": "mass_shooting", "city": "Harlan Ridge", "state": "CO", "priority": "immediate",
            "days": 3, "contact_name": "Ellen Marsh", "contact_title": "Chief", "contact_phone": "719-555-0142",
            "contact_email": "chief@harlanridge.example", "summary": "Most of the night shift was on scene.",
        }  # fmt: skip
        return str(self.parts["chief"].post("/requests", form | fields)["reference"])

    def recommends(self, reference: str, team_type: str = "T1") -> None:
        """Intake and recommendation."""
        self.parts["intake"].post(f"/requests/{reference}/take-in")
        self.parts["recommender"].post(f"/requests/{reference}/recommend", {"team_type": team_type})

    def proposes(self, reference: str, team_type: str = "T1") -> None:
        """Everything up to the proposed team."""
        self.recommends(reference, team_type)
        self.parts["approver"].post(f"/requests/{reference}/approve", {"reason_code": "need_confirmed"})
        wait_for(lambda: self.parts["intake"].get(f"/deployments/{reference}/rosters"))

    def asks(self, reference: str, team_type: str = "T1") -> list[dict[str, Any]]:
        """Everything up to the people who are asked; the offers."""
        self.proposes(reference, team_type)
        self.parts["recommender"].post(f"/deployments/{reference}/rosters/1/accept")
        return list(wait_for(lambda: self.offers(reference)))

    def offers(self, reference: str) -> list[dict[str, Any]]:
        """Every offer of a deployment."""
        found: list[dict[str, Any]] = self.parts["intake"].get(f"/deployments/{reference}/offers")
        return found

    def confirms(self, reference: str, team_type: str = "T1") -> list[dict[str, Any]]:
        """Everything up to the team that said yes; the offers, in the order of the seats."""
        self.asks(reference, team_type)
        answered = set[int]()

        def all_said_yes() -> list[dict[str, Any]] | None:
            offers = self.offers(reference)
            for offer in offers:
                if offer["state"] == "contacting" and offer["id"] not in answered:
                    answered.add(offer["id"])
                    self.parts["recommender"].post(
                        f"/deployments/{reference}/offers/{offer['id']}/answer", {"answer": "yes"}
                    )
            is_staffed = self.parts["intake"].get(f"/deployments/{reference}")["state"] == "staffed"
            return [offer for offer in offers if offer["state"] == "accepted"] if is_staffed else None

        return sorted(wait_for(all_said_yes), key=lambda offer: int(offer["seat"]))

    def orders(self, reference: str) -> list[dict[str, Any]]:
        """Everything up to the team with its order, read by everybody; the offers, in the order of the seats."""
        team = self.confirms(reference)
        self.parts["recommender"].post(f"/deployments/{reference}/order", ORDER)
        for offer in team:
            self.parts["recommender"].post(f"/deployments/{reference}/members/{offer['expert_id']}/acknowledge")
        return team

    def arrives(self, reference: str) -> list[dict[str, Any]]:
        """Everything up to the team on site; the offers, in the order of the seats."""
        team = self.orders(reference)
        for offer in team:
            told = f"/deployments/{reference}/members/{offer['expert_id']}/check-ins"
            self.parts["recommender"].post(told, {"step": "arrived"})
        return team

    def releases(self, reference: str) -> None:
        """Everything up to the team that is released."""
        self.arrives(reference)
        desk, there = self.parts["recommender"], f"/deployments/{reference}"
        desk.post(f"{there}/demobilise")
        for item in ("hand_off", "equipment", "expenses", "notes_destroyed", "wellness_contact"):
            desk.post(f"{there}/sign-offs", {"item": item, "note": "Ana Lopez"})
        desk.post(f"{there}/release")

    def employs(self, name: str, role: str, **fields: Any) -> None:
        """Open an account; `name` signs in with their part's address of the desk and the demonstration's password."""
        account = {"email": f"{name}@desk.example", "name": name.title(), "roles": [role], "password": DEMO_PASSWORD}
        self.parts["admin"].post("/users", account | fields)

    def sent(self) -> list[str]:
        """Every text of the run, the oldest first."""
        return [text["body"] for text in self._texts()]

    def delivers(self) -> None:
        """Wait until the carrier has said of every text what became of it: pages hear of that too, seconds later."""
        wait_for(lambda: not {text["status"] for text in self._texts()} & {"accepted", "queued", "sent"})

    def _texts(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = httpx.get(f"{self.carrier}/simulator/texts", timeout=30).raise_for_status().json()
        return found

    def texts(self, name: str, body: str) -> None:
        """Somebody of the pool texts us."""
        address = f"{self.carrier}/simulator/phones/{self.numbers[name]}/texts"
        httpx.post(address, json={"body": body}).raise_for_status()


def wait_for(found: Any, within_s: float | None = None) -> Any:
    """What `found()` gives, as soon as that is something."""
    deadline = time.monotonic() + (within_s or PATIENCE_S)
    while time.monotonic() < deadline:
        with suppress(machine.NotReady):  # not there yet
            if result := found():
                return result
        time.sleep(0.1)
    raise AssertionError("did not happen in time")


@contextmanager
def open_house(database_url: str, data: Path, *, experts: int = 900) -> Iterator[House]:
    """Start everything on an empty database; it ends with the block."""
    web, simulator = machine.free_port(0), machine.free_port(0)
    before = Clock.load(clock.dump())
    environment = dict(os.environ)
    clock.follow(Clock(1.0, time.time(), NOON.timestamp()))
    machine.set_environment(database_url, data, web=web, simulator=simulator, clock=clock)
    os.environ["RRT_TEXTS_PER_SECOND"] = "100"
    os.environ["RRT_UNDO_SECONDS"] = "2"
    get_settings.cache_clear()
    try:
        # In a thread of its own: Playwright's loop runs in this one.
        with ThreadPoolExecutor(1) as thread:
            cast = thread.submit(asyncio.run, people.gather(experts=experts, seed=1)).result()
        with (
            crew.gathered(3, has_threads=True) as others,
            machine.processes(others, data, web=web, simulator=simulator) as started,
        ):
            machine.wait_for_pages(started, data, web=web, simulator=simulator)
            base, carrier = f"http://127.0.0.1:{web}", f"http://127.0.0.1:{simulator}"
            _give_phones(carrier, cast)
            parts = {name: Part(base, key) for name, key in cast.keys.items()}
            yield House(base, carrier, parts, {name: number for number, name in cast.phones})
    finally:
        os.environ.clear()
        os.environ.update(environment)
        get_settings.cache_clear()
        clock.follow(before)


def _give_phones(carrier: str, cast: people.Cast) -> None:
    played = [{"number": number, "name": name, "kind": "manual"} for number, name in cast.phones]
    httpx.post(f"{carrier}/simulator/people", json=played, timeout=30).raise_for_status()
