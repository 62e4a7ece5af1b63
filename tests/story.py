"""The language of the journeys: an agency files, the desk decides, people text, time passes; all by public doors."""

import pickle
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
from sqlalchemy import select

from app import rooms
from app.access import keys, users
from app.access.models import User
from app.core.clock import clock
from app.core.database import begin
from app.core.events import SYSTEM
from app.core.jobs import job_app
from app.core.jobs_here import run_due, run_periodic, shift_waiting
from app.core.settings import get_settings
from app.experts.models import Contact, Expert
from app.seed import filling
from app.simulator.carrier import Carrier
from app.simulator.people import Kind
from app.simulator.server import create_simulator
from app.watch import heartbeats
from tests import canaries
from tests.remembered import Stage
from tests.serving import served
from tests.standing import PLAIN, Filled, Standing, the_app

LOOKS_AHEAD = "foresight.look_ahead"
"""A periodic job that computes for seconds, and that few tests are about."""
START = datetime(2026, 11, 23, 17, tzinfo=UTC)
"""A working Monday: noon in New York, morning in Los Angeles, so that nobody sleeps."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the pool with a phone."""

    story: "Story"
    id: int
    name: str
    number: str

    async def texts(self, body: str) -> None:
        """Send a text, and let everything that follows happen."""
        self.story.carrier.phone_texts(self.number, body)
        await self.story.settle()

    def hears(self) -> list[str]:
        """Every text that arrived, oldest first."""
        return [m["body"] for m in self.story.carrier.messages if m["to"] == self.number]


class Story:
    """One service, its carrier, and everybody in it."""

    def __init__(
        self,
        carrier: Carrier,
        http: httpx.AsyncClient,
        api_keys: Mapping[str, str],
        standing: Standing | None = None,
    ) -> None:
        self.carrier, self.http, self.keys, self.standing = carrier, http, dict(api_keys), standing
        self.stands_at(tuple(self.keys.values()))

    def stands_at(self, stage: Stage) -> None:
        """What was told so far; until something else happens."""
        self.stage, self._trace = stage, self._traces()

    def is_where_it_was(self) -> bool:
        """Whether nothing has happened since `stage`; one on servers of its own does not know."""
        return self.standing is not None and not self.standing.has_own_code() and self._trace == self._traces()

    def carrier_parts(self) -> tuple[Any, ...]:
        """What the carrier knows, but for what it is about to do."""
        carrier = self.carrier
        return carrier._texts, carrier._calls, carrier.threads, carrier.dice, carrier.people

    def _traces(self) -> tuple[Any, ...]:
        """Whatever happens, one of these is another after it."""
        written = self.standing.written() if self.standing else ""
        carrier = self.carrier
        more = carrier.faults, carrier.advanced_opt_out, carrier.opted_out, carrier.next_due()
        return written, clock.now(), pickle.dumps((self.carrier_parts(), more))

    async def api(self, who: str, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        """One call of the HTTP API as somebody."""
        given = {"Authorization": f"Bearer {self.keys[who]}", "Idempotency-Key": str(uuid4())} | headers
        return await self.http.request(method, f"/api/v1{path}", json=body, headers=given)

    async def get(self, path: str, who: str = "intake") -> Any:
        """Read something over the API."""
        answer = await self.api(who, "GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def post(self, who: str, path: str, body: Any = None) -> Any:
        """Do something over the API."""
        answer = await self.api(who, "POST", path, body or {})
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    async def settle(self) -> None:
        """Let texts, webhooks and jobs run until nothing more is due."""
        while await self.carrier.run_due() + await run_due(begin):
            pass

    async def passes(self, span: timedelta, step: timedelta = timedelta(minutes=1)) -> None:
        """Time passes, in steps, with everything that falls due on the way."""
        end = clock.now() + span
        while clock.now() < end:
            clock.advance(step)
            async with begin() as session:
                await shift_waiting(session, step)
            await self.settle()

    async def looks_round(self) -> None:
        """Every periodic job runs once, as of a worker that was there all the while: a leap of the clock is no gap."""
        async with begin() as session:
            await heartbeats.beat(session, heartbeats.WORKER)
        await run_periodic(but={LOOKS_AHEAD})
        await self.settle()

    async def files(self, **fields: Any) -> str:
        """The chief asks for a team; the request's reference."""
        form = {
            "incident_type": "mass_shooting", "city": "Harlan Ridge", "state": "CO", "priority": "immediate",
            "needed_by": (clock.now() + timedelta(hours=30)).isoformat(), "days": 3,
            "contact_name": "Ellen Marsh", "contact_phone": "719-555-0142",
            "contact_email": "chief@harlanridge.example",
        }  # fmt: skip
        return str((await self.post("chief", "/requests", form | fields))["reference"])

    async def approves(self, reference: str, team_type: str = "T1") -> None:
        """Intake, recommendation and approval by three people."""
        await self.post("intake", f"/requests/{reference}/take-in")
        await self.post("recommender", f"/requests/{reference}/recommend", {"team_type": team_type})
        await self.post("approver", f"/requests/{reference}/approve")
        await self.settle()

    async def asks(self, reference: str) -> list[Person]:
        """The desk accepts the roster; the people who are asked, in the order of the seats."""
        await self.post("recommender", f"/deployments/{reference}/rosters/1/accept")
        await self.settle()
        await self.passes(timedelta(seconds=10), timedelta(seconds=10))
        return [await self.person(offer["expert_id"]) for offer in await self.offers(reference)]

    async def person(self, expert_id: int) -> Person:
        """Somebody of the pool."""
        async with begin() as session:
            expert = await session.get_one(Expert, expert_id)
            query = select(Contact.number).where(Contact.expert_id == expert_id, Contact.kind == "mobile")
            number = (await session.scalars(query)).one()
        return Person(self, expert_id, expert.name, number)

    async def offers(self, reference: str) -> list[dict[str, Any]]:
        """Every offer of a deployment."""
        found: list[dict[str, Any]] = await self.get(f"/deployments/{reference}/offers")
        return found

    async def offer_to(self, reference: str, person: Person) -> dict[str, Any]:
        """The latest offer to somebody."""
        return [offer for offer in await self.offers(reference) if offer["expert_id"] == person.id][-1]

    async def deployment(self, reference: str) -> dict[str, Any]:
        """The deployment with its seats."""
        found: dict[str, Any] = await self.get(f"/deployments/{reference}")
        return found


@asynccontextmanager
async def telling(experts: int = 300, standing: Standing | None = None) -> AsyncIterator[Story]:
    """A story on an empty database: an invented pool, all phones played by the test.

    Args:
        experts: how many there are.
        standing: where to serve, and pools that need not be made again; none: servers and a pool of its own.
    """
    from app.main import create_app

    settings = get_settings()
    rooms.load_jobs()
    token = settings.twilio_auth_token.get_secret_value()
    simulator = create_simulator(
        account_sid=settings.twilio_account_sid, auth_token=token, public_url=settings.public_url, runs_by_itself=False
    )
    carrier = simulator.state.carrier
    filled = (standing and standing.put_back(experts)) or await _filled(experts, standing)
    for number, name in filled.phones:
        carrier.people.add(number, name, Kind.MANUAL)
    async with AsyncExitStack() as open_:
        if standing is None:
            await open_.enter_async_context(served(simulator, settings.twilio_api_url))
            await open_.enter_async_context(served(create_app(), settings.public_url))
        else:
            await open_.enter_async_context(standing.carrier.serving(simulator))
            await open_.enter_async_context(standing.web.serving(the_app()))
        client = httpx.AsyncClient(base_url=settings.public_url, timeout=30, verify=PLAIN)
        yield Story(carrier, await open_.enter_async_context(client), filled.keys, standing)
        canaries.look_at_texts(text["body"] for text in carrier.messages if text["direction"] != "inbound")


async def _filled(experts: int, standing: Standing | None) -> Filled:
    emails = {
        "chief": filling.REQUESTER.email, "intake": filling.STAFF[0].email, "recommender": filling.STAFF[1].email,
        "approver": filling.STAFF[2].email, "admin": filling.STAFF[3].email, "expert": filling.EXPERT_EMAIL,
    }  # fmt: skip
    made = {}
    async with job_app().open_async(), begin() as session:
        await filling.fill(session, experts=experts, seed=3)
        agency_id = (await session.scalars(select(User.agency_id).where(User.email == emails["chief"]))).one()
        assert agency_id is not None
        emails["stranger"] = "chief@portamity.example"
        await users.add(
            session, email=emails["stranger"], name="Neil Aubrey", roles=["requester"], password=None,
            agency_id=agency_id + 1,
        )  # fmt: skip
        for who, email in emails.items():
            user = (await session.scalars(select(User).where(User.email == email))).one()
            _, made[who] = await keys.make(session, user.id, who, days=90, by=SYSTEM)
        rows = await session.execute(select(Contact.number, Expert.name).join(Expert, Expert.id == Contact.expert_id))
        phones = [(number, name) for number, name in rows]
    return standing.keep(experts, made, phones) if standing else Filled(None, made, phones)
