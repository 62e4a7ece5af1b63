"""`rrt demo`: start everything, run one deployment through the HTTP API, then keep serving."""

import asyncio
import signal
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from rich.console import Console
from rich.panel import Panel
from rich.table import Table

from app.core.clock import Clock, clock
from app.core.places import clock_time
from app.core.settings import get_settings
from app.demo import crew, machine, people, story
from app.processes import migrate
from app.seed import filling

ZONE = "America/New_York"
PATIENCE_S = 240
"""Wall seconds for the whole deployment."""
MIX = {"yes": 0.75, "no": 0.14, "never": 0.03, "late": 0.02, "garbled": 0.04, "stop": 0.0, "conditional": 0.02}
"""How everybody else answers: mostly yes, so that a demonstration ends within minutes."""
SEED = 7
SCRIPT = ("yes", "no", "garbled", "never", "yes")
"""How the first five people who are asked behave, so that every run shows a no, a garbled text and a silence."""
TRIES = 3
"""How often a part of the demonstration is sent where the service was changing the same thing itself."""
console = Console(highlight=False)


class Part:
    """Somebody who works over the HTTP API with a key of their own."""

    def __init__(self, base: str, key: str) -> None:
        self._http = httpx.Client(base_url=f"{base}/api/v1", headers={"Authorization": f"Bearer {key}"}, timeout=30)

    def get(self, path: str) -> Any:
        """GET, and the answer's JSON."""
        return self._done(self._http.get(path))

    def post(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """POST with an Idempotency-Key, and the answer's JSON; whoever was in the way of another is sent again."""
        key = {"Idempotency-Key": str(uuid4())}
        for _ in range(TRIES):
            answer = self._http.post(path, json=body or {}, headers=key)
            if answer.status_code != 409 or "Try again." not in answer.text:
                break
        return self._done(answer)

    def send(self, path: str, name: str, content: bytes) -> Any:
        """POST a file, and the answer's JSON."""
        return self._done(self._http.post(path, files={"file": (name, content)}))

    @staticmethod
    def _done(answer: httpx.Response) -> Any:
        if answer.is_error:
            raise machine.NotReady(f"{answer.request.method} {answer.request.url.path}: {answer.text}")
        return answer.json() if answer.content else None


def run(*, experts: int, rate: float, once: bool, data: Path) -> int:
    """Run the demonstration.

    Args:
        experts: people in the invented pool, if the database is empty.
        rate: simulated seconds in a second.
        once: stop when the team is confirmed.
        data: folder of its database, secrets and logs.

    Returns:
        0 when the team was confirmed.
    """
    data.mkdir(parents=True, exist_ok=True)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    began = time.monotonic()
    try:
        with crew.gathered(3) as others, machine.database(data.resolve()) as address:
            return _with_database(address, others, data.resolve(), began, experts=experts, rate=rate, once=once)
    except machine.NotReady as problem:
        console.print(f"[red]{problem}[/]")
        return 1
    except KeyboardInterrupt:
        return 0


def _with_database(
    address: str, others: crew.Crew, data: Path, began: float, *, experts: int, rate: float, once: bool
) -> int:
    web, simulator = machine.free_port(8000), machine.free_port(8100)
    machine.set_environment(address, data, web=web, simulator=simulator, clock=None)
    migrate()
    last = asyncio.run(people.last_moment())
    start = max(time.time(), last.timestamp() + 60 if last else 0)
    clock.follow(Clock(rate, time.time(), start))
    machine.set_environment(address, data, web=web, simulator=simulator, clock=clock)
    get_settings()
    with machine.processes(others, data, web=web, simulator=simulator) as started:
        cast = asyncio.run(people.gather(experts=experts, seed=1))
        machine.wait_for_pages(started, data, web=web, simulator=simulator)
        base, carrier = f"http://127.0.0.1:{web}", f"http://127.0.0.1:{simulator}"
        found = "is new" if cast.is_new else "has what earlier runs left"
        console.print(f"Ready in {time.monotonic() - began:.1f} s: {cast.pool} experts, the database {found}.")
        is_confirmed = _deployment(base, carrier, cast)
        _addresses(base, carrier)
        if not once:
            console.print("Serving until Ctrl-C.")
            while True:
                time.sleep(3600)
    return 0 if is_confirmed else 1


def _say(moment: datetime, text: str) -> None:
    console.print(f"[dim]{clock_time(moment, ZONE):>10}[/]  {text}")


def _deployment(base: str, carrier: str, cast: people.Cast) -> bool:
    """One real deployment through the public API; True when its team was confirmed."""
    parts = {name: Part(base, key) for name, key in cast.keys.items()}
    with httpx.Client(base_url=carrier, timeout=30) as simulator:
        people.hand_out_phones(simulator, cast.phones)
        simulator.post("/simulator/settings", json={"seed": SEED, "mix": MIX}).raise_for_status()
        console.print(Panel("One deployment, from the chief's request to a confirmed team", style="bold blue"))
        reference = parts["chief"].post("/requests", _request())["reference"]
        story_of = Story(parts["intake"], reference)
        story_of.tell()
        parts["intake"].post(f"/requests/{reference}/take-in")
        parts["recommender"].post(f"/requests/{reference}/recommend", {"team_type": "T2", "note": "Called the chief."})
        parts["approver"].post(f"/requests/{reference}/approve", {"reason_code": "need_confirmed"})
        roster = story_of.wait_for_roster()
        _show_roster(roster)
        _script(simulator, cast, roster)
        parts["recommender"].post(f"/deployments/{reference}/rosters/{roster['version']}/accept")
        is_confirmed = story_of.wait_for_team()
    _show_team(parts["intake"], reference)
    return is_confirmed


def _request() -> dict[str, Any]:
    return {
        "incident_type": "mass_shooting",
        "modifiers": ["national_media"],
        "city": "Harlan Ridge",
        "state": "CO",
        "summary": "Several people were killed and hurt at a public event. Most of the night shift was on scene.",
        "killed": 4,
        "injured": 9,
        "languages": ["es"],
        "priority": "immediate",
        "needed_by": (clock.now() + timedelta(hours=26)).isoformat(),
        "days": 3,
        "service_types": ["peer_briefing", "victim_family_coordination"],
        "contact_name": "Ellen Marsh",
        "contact_title": "Chief",
        "contact_phone": "719-555-0142",
        "contact_email": filling.REQUESTER.email,
    }


class Story:
    """Tells what happened to a request since it was last asked."""

    def __init__(self, part: Part, reference: str) -> None:
        self._part, self._reference, self._seen = part, reference, 0
        self._deadline = time.monotonic() + PATIENCE_S

    def tell(self) -> list[str]:
        """Print the new lines; the kinds of the events told."""
        kinds = []
        for event in self._part.get(f"/requests/{self._reference}/story"):
            if event["id"] > self._seen:
                self._seen = event["id"]
                kinds.append(event["kind"])
                if (text := story.line(event)) is not None:
                    _say(datetime.fromisoformat(event["at"]), text)
        return kinds

    def _wait(self, kind: str) -> bool:
        while time.monotonic() < self._deadline:
            if kind in self.tell():
                return True
            time.sleep(0.25)
        return False

    def wait_for_roster(self) -> Any:
        """The first roster, with its people and reasons."""
        if not self._wait("roster.proposed"):
            raise machine.NotReady("No roster was proposed in time; see the worker's log.")
        return self._part.get(f"/deployments/{self._reference}/rosters/1")

    def wait_for_team(self) -> bool:
        """Whether the team was confirmed in time."""
        return self._wait("deployment.staffed")


def _show_roster(roster: dict[str, Any]) -> None:
    table = Table("Seat", "Proposed", "From", "Why", title=f"Roster version {roster['version']}, {roster['status']}")
    for seat in roster["seats"]:
        choice = seat["choice"]
        if choice is None:
            table.add_row(seat["title"], "[red]nobody[/]", "", "; ".join(r["text"] for r in seat["empty_because"][:3]))
            continue
        reasons = [reason["text"] for reason in choice["reasons"] if reason["code"] != "discipline"]
        table.add_row(seat["title"], choice["name"], f"{choice['city']}, {choice['state']}", "; ".join(reasons[:3]))
    console.print(table)
    for shortage in roster["shortages"]:
        console.print(f"[yellow]Missing:[/] {shortage['text']}")


def _script(simulator: httpx.Client, cast: people.Cast, roster: dict[str, Any]) -> None:
    """Give the people who are asked first their parts."""
    chosen = [seat["choice"]["name"] for seat in roster["seats"] if seat["choice"]]
    kinds = dict(zip(chosen, SCRIPT, strict=False))
    acting = [{"number": n, "name": name, "kind": kinds[name]} for n, name in cast.phones if name in kinds]
    simulator.post("/simulator/people", json=acting).raise_for_status()


def _show_team(part: Part, reference: str) -> None:
    deployment = part.get(f"/deployments/{reference}")
    offers = part.get(f"/deployments/{reference}/offers")
    table = Table("Seat", "Confirmed", "Arrives", title=f"Deployment {reference}: {deployment['state']}")
    for seat in deployment["seats"]:
        arrives = datetime.fromisoformat(seat["arrives_at"]) if seat["arrives_at"] else None
        table.add_row(
            seat["title"],
            seat["expert_name"] or f"[red]{seat['state']}[/] {seat['unfillable_reason'] or ''}",
            f"{arrives:%b %d} {clock_time(arrives, 'America/Denver')}" if arrives else "",
        )
    console.print(table)
    counts = {state: sum(offer["state"] == state for offer in offers) for state in sorted({o["state"] for o in offers})}
    console.print(f"{len(offers)} offers: " + ", ".join(f"{count} {state}" for state, count in counts.items()))


def _addresses(base: str, carrier: str) -> None:
    """Where to look, and as whom; plain lines, so that a narrow terminal cuts no address."""
    console.print("\n[bold]Try it yourself[/]")
    places = [("Agency", f"{base}/agency", filling.REQUESTER.email)]
    places += [(f"Desk ({', '.join(a.roles)})", f"{base}/desk", a.email) for a in filling.STAFF[:3]]
    places += [("Expert", f"{base}/my", filling.EXPERT_EMAIL)]
    for who, address, email in places:
        console.print(f"  {address:<32} {email:<28} {who}", soft_wrap=True)
    console.print(f"  {carrier + '/phones':<32} {'no sign-in':<28} Everybody's phones", soft_wrap=True)
    console.print(f"  The password of all of them: [bold]{filling.DEMO_PASSWORD}[/]\n")
