"""Moves a replay's clock from one moment to the next: files what is due, lets the desk decide, delivers, runs jobs.

The clock shows nothing but moments at which something is due, and everything due at one moment is done in the same
order every time: so a replay depends on its seed and on nothing else. Texts and calls take no time.
"""

import heapq
import pickle  # nosec B403 - of our own making, in a folder of our own
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import uuid4

import httpx
from sqlalchemy import BigInteger, bindparam, select

from app.core.clock import clock
from app.core.database import begin
from app.core.events import SYSTEM
from app.core.jobs import changes
from app.core.jobs_here import next_due_alone, run_due_alone
from app.deployments.models import Assignment, Deployment
from app.deployments.states import SEATED, AssignmentState
from app.field import homecoming, journeys
from app.field.states import Step, Way
from app.messaging.receipts import ASK_STATUS
from app.simulator.carrier import Carrier
from app.trials.incidents import Incident


@dataclass(slots=True)
class Progress:
    """How far a replay is: all that it knows beside its database.

    Args:
        filed: requests filed.
        moment: what its clock shows.
        agencies: (name, state) to id.
        road: what happens on the way: (moment, "over" of a deployment or "home" of an assignment, id).
        carrier: what the carrier and the people remember.
        is_done: everything has been played.
    """

    filed: int = 0
    moment: datetime | None = None
    agencies: dict[tuple[str, str], int] = field(default_factory=dict)
    road: list[tuple[datetime, str, int]] = field(default_factory=list)
    carrier: bytes = b""
    is_done: bool = False


class Driver:
    """One segment of a replay, from wherever it stands."""

    def __init__(
        self, incidents: Sequence[Incident], carrier: Carrier, http: httpx.AsyncClient, keys: dict[str, str],
        at: Progress, *, until: datetime, keep_every: int, goes_home: bool, told: Callable[[Progress], None],
    ) -> None:  # fmt: skip
        self._incidents, self._until = incidents, until
        self._carrier, self._http, self._keys, self.at = carrier, http, keys, at
        self._goes_home, self._told = goes_home, told
        self._enough = at.filed + keep_every
        self._looked: tuple[datetime, int] | None = None
        if at.carrier:
            carrier.remember(pickle.loads(at.carrier))  # noqa: S301  # nosec B301 - as above

    async def play(self) -> None:
        """Until a quiet moment after enough requests, or the end."""
        while await self._step():
            self._told(self.at)
            if self.at.filed >= self._enough and self._carrier.next_due() is None:
                break
        self.at.carrier = pickle.dumps(self._carrier.memory())

    async def _step(self) -> bool:
        """Do what is due, then go on to the next moment; False at the end."""
        while self.at.filed < len(self._incidents) and self._incidents[self.at.filed].filed_at <= clock.now():
            await self._file(self._incidents[self.at.filed])
            self.at.filed += 1
        while self.at.road and self.at.road[0][0] <= clock.now():
            await self._travel(heapq.heappop(self.at.road))
        await self._settle()
        due = await self._next()
        if due is None or due > self._until:
            self.at.is_done = True
            return False
        self.at.moment = max(due, clock.now())
        clock.step_to(self.at.moment)
        return True

    async def _settle(self) -> None:
        """Texts, webhooks and jobs, until nothing more is due."""
        while await self._carrier.run_due() + await self._run_jobs():
            pass

    async def _run_jobs(self) -> int:
        """Every job that is due; nothing is asked where none can have come since the last look."""
        if self._looked == (clock.now(), changes()):
            return 0
        ran = await run_due_alone(ASK_STATUS)
        self._looked = (clock.now(), changes())
        return ran

    async def _next(self) -> datetime | None:
        # The carrier has told every end already: nothing is to be asked for.
        found = [await next_due_alone(ASK_STATUS), self._carrier.next_due()]
        if self.at.filed < len(self._incidents):
            found.append(self._incidents[self.at.filed].filed_at)
        if self.at.road:
            found.append(self.at.road[0][0])
        return min((moment for moment in found if moment is not None), default=None)

    async def _post(self, part: str, path: str, body: dict[str, object]) -> dict[str, object]:
        headers = {"Authorization": f"Bearer {self._keys[part]}", "Idempotency-Key": str(uuid4())}
        answer = await self._http.post(path, json=body, headers=headers)
        answer.raise_for_status()
        found: dict[str, object] = answer.json()
        return found

    async def _file(self, incident: Incident) -> None:
        """The agency asks over the API; the scripted desk decides at once, and accepts the roster when it is there."""
        key = (incident.agency, incident.state)
        if key not in self.at.agencies:
            made = await self._post("intake", "/agencies", incident.agency_form())
            self.at.agencies[key] = int(str(made["id"]))
        form = incident.request_form() | {"agency_id": self.at.agencies[key]}
        reference = str((await self._post("intake", "/requests", form))["reference"])
        await self._post("recommender", f"/requests/{reference}/take-in", {})
        await self._post("recommender", f"/requests/{reference}/recommend", {"team_type": incident.team_type})
        await self._post("approver", f"/requests/{reference}/approve", {})
        await self._settle()
        await self._post("recommender", f"/deployments/{reference}/rosters/1/accept", {})
        if self._goes_home:
            async with begin() as session:
                ends_at, team_id = (await session.execute(_ENDS, {"reference": reference})).one()
            heapq.heappush(self.at.road, (ends_at, "over", team_id))

    # The road: everybody travels as planned. The service's verbs are called as the team's leader would by page.

    async def _travel(self, due: tuple[datetime, str, int]) -> None:
        _, what, subject_id = due
        await (self._is_over(subject_id) if what == "over" else self._is_home(subject_id))

    async def _is_over(self, deployment_id: int) -> None:
        async with begin() as session:
            for team, one in (await session.execute(_SEATED, {"deployment_id": deployment_id})).all():
                said = {"way": Way.DESK, "by": SYSTEM}
                await journeys.report(session, team, one, Step.ARRIVED, happened_at=one.arrives_at, **said)  # type: ignore[arg-type]
                await journeys.report(session, team, one, Step.RELEASED, **said)  # type: ignore[arg-type]
                heapq.heappush(self.at.road, (clock.now() + homecoming.journey_home(one), "home", one.id))

    async def _is_home(self, assignment_id: int) -> None:
        async with begin() as session:
            team, one = (await session.execute(_ON_THE_WAY, {"assignment_id": assignment_id})).one()
            if one.state is AssignmentState.RELEASED:
                await journeys.report(session, team, one, Step.HOME, Way.DESK, by=SYSTEM)


_LOCKED = select(Deployment, Assignment).join(Assignment, Assignment.deployment_id == Deployment.id).with_for_update()
_SEATED = _LOCKED.where(
    Deployment.id == bindparam("deployment_id", type_=BigInteger), Assignment.state.in_(SEATED)
).order_by(Assignment.id)
_ON_THE_WAY = _LOCKED.where(Assignment.id == bindparam("assignment_id", type_=BigInteger))
_ENDS = select(Deployment.ends_at, Deployment.id).where(Deployment.reference == bindparam("reference"))
