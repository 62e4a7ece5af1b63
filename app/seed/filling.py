"""Fill an empty database with an invented pool, agencies and staff; one that has people already is left alone."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access import users
from app.access.models import User
from app.agencies.models import AgencyKind
from app.agencies.schemas import AgencyIn
from app.agencies.service import add as add_agency
from app.core.clock import clock
from app.core.events import SYSTEM
from app.experts.models import Absence, Contact, Credential, Expert
from app.seed.people import Person, people


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who can sign in to a demonstration."""

    email: str
    name: str
    roles: tuple[str, ...]
    password: str


DEMO_PASSWORD = "quiet-harbor-lantern"  # noqa: S105 - printed on the screen of every demonstration
STAFF = (
    Account("intake@desk.example", "Jo Ortega", ("intake_officer",), DEMO_PASSWORD),
    Account("recommend@desk.example", "Robin Simms", ("recommender", "scheduler"), DEMO_PASSWORD),
    Account("approve@desk.example", "Alex Hartley", ("approver",), DEMO_PASSWORD),
    Account("admin@desk.example", "Sam Ito", ("admin",), DEMO_PASSWORD),
)
REQUESTER = Account("chief@harlanridge.example", "Ellen Marsh", ("requester",), DEMO_PASSWORD)
EXPERT_EMAIL = "expert@experts.example"
"""Account of the first expert of the pool."""
AGENCIES = (
    AgencyIn(
        name="Harlan Ridge Police Department", kind=AgencyKind.MUNICIPAL, city="Harlan Ridge", state="CO",
        county="Teller", latitude=38.95, longitude=-105.05, sworn_count=62, executive_name="Ellen Marsh",
        phone="719-555-0142",
    ),
    AgencyIn(
        name="Port Amity Police Department", kind=AgencyKind.MUNICIPAL, city="Port Amity", state="OR",
        county="Lincoln", latitude=44.62, longitude=-124.05, sworn_count=41, executive_name="Neil Aubrey",
        phone="541-555-0117",
    ),
    AgencyIn(
        name="Lowry County Sheriff's Office", kind=AgencyKind.COUNTY, city="Lowry", state="GA",
        county="Lowry", latitude=32.41, longitude=-83.2, sworn_count=118, executive_name="Della Crane",
        phone="478-555-0129",
    ),
)  # fmt: skip


async def is_filled(session: AsyncSession) -> bool:
    """Whether there is anybody in the pool already."""
    return bool(await session.scalar(select(func.count()).select_from(Expert)))


async def add_people(session: AsyncSession, invented: list[Person]) -> list[int]:
    """Put invented people into the pool, a few statements for thousands.

    Returns:
        Their ids, in the same order.
    """
    ids: list[int] = []
    for start in range(0, len(invented), 500):
        part = invented[start : start + 500]
        rows = await session.scalars(
            insert(Expert).returning(Expert.id, sort_by_parameter_order=True), [person.row for person in part]
        )
        part_ids = list(rows)
        await _add_details(session, list(zip(part_ids, part, strict=True)))
        ids += part_ids
    return ids


async def _add_details(session: AsyncSession, known: list[tuple[int, Person]]) -> None:
    contacts: list[dict[str, Any]] = [
        {"expert_id": expert_id, "kind": kind, "number": number, "texts_stopped_at": None}
        for expert_id, person in known
        for kind, number in person.phones
    ]
    papers = [{"expert_id": expert_id, **paper} for expert_id, person in known for paper in person.credentials]
    absences = [
        {"expert_id": expert_id, "starts_at": start, "ends_at": end}
        for expert_id, person in known
        for start, end in person.absences
    ]
    await session.execute(insert(Contact), contacts)
    await session.execute(insert(Credential), papers)
    if absences:
        await session.execute(insert(Absence), absences)


async def add_staff(session: AsyncSession) -> None:
    """Open the accounts of the desk."""
    for account in STAFF:
        if not await session.scalar(select(User.id).where(User.email == account.email)):
            await users.add(
                session, email=account.email, name=account.name, roles=account.roles, password=account.password
            )


async def fill(session: AsyncSession, *, experts: int, seed: int) -> bool:
    """Fill an empty database.

    Returns:
        False when there are people already, and nothing was done.
    """
    if await is_filled(session):
        return False
    ids = await add_people(session, people(experts, seed, clock.now()))
    agencies = [await add_agency(session, form, by=SYSTEM) for form in AGENCIES]
    await add_staff(session)
    await users.add(
        session, email=REQUESTER.email, name=REQUESTER.name, roles=REQUESTER.roles,
        password=REQUESTER.password, agency_id=agencies[0].id,
    )  # fmt: skip
    first = await session.get_one(Expert, ids[0])
    await users.add(
        session, email=EXPERT_EMAIL, name=first.name, roles=("expert",),
        password=DEMO_PASSWORD, expert_id=first.id,
    )  # fmt: skip
    return True
