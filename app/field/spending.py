"""What the road has cost: dollars of each person by day and kind, against the per diem and what was approved.

domain.md 1.6 and 7: cost per deployment; travel by own policy, otherwise federal per diem. Hours are priced apart.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from pydantic import ValidationError
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.events import Actor, record
from app.core.problems import Conflict, Invalid
from app.deployments.models import Assignment, Deployment
from app.deployments.states import DeploymentState
from app.experts.models import Expert
from app.field import daily
from app.field.models import Expense
from app.field.orders import topic
from app.field.schemas import ExpensesIn
from app.field.states import Spent
from app.web.languages import N_

SPENT = {
    Spent.TRAVEL: N_("Travel"), Spent.LODGING: N_("Lodging"), Spent.MEALS: N_("Meals"), Spent.OTHER: N_("Other"),
}  # fmt: skip
"""Each kind in words."""
BY_THE_NIGHT = (Spent.LODGING, Spent.MEALS)
"""What the per diem is for."""


@dataclass(frozen=True, slots=True)
class Line:
    """One amount, with whose it is."""

    expert_id: int
    name: str
    day: date
    kind: Spent
    dollars: Decimal
    has_receipt: bool


@dataclass(frozen=True, slots=True)
class Bill:
    """All amounts of a team, their sum by kind and together, and what passes a limit, in sentences."""

    lines: tuple[Line, ...]
    by_kind: tuple[tuple[Spent, Decimal], ...]
    total: Decimal
    over: tuple[str, ...]


def read(given: Mapping[str, str]) -> ExpensesIn:
    """A form's amounts, as people type them: "$1,204.50".

    Raises:
        Invalid: no amount, or no day.
    """
    typed = {kind: given.get(kind, "").replace("$", "").replace(",", "").strip() or 0 for kind in Spent}
    try:
        return ExpensesIn.model_validate(
            {"day": given.get("day"), "dollars": typed, "has_receipts": given.get("has_receipts") == "yes"}
        )
    except ValidationError:
        raise Invalid(errors={"dollars": N_("Dollars from 0 to 20,000, and a day.")}) from None


async def keep(
    session: AsyncSession, deployment: Deployment, assignment: Assignment, form: ExpensesIn, *, by: Actor
) -> None:
    """Keep what somebody spent on a day, in place of what was kept before ("expenses.kept"). Nothing: 0.

    Raises:
        Invalid: a day that has not come, or before the team was opened.
        Conflict: the deployment is closed.
    """
    if deployment.state is DeploymentState.CLOSED:
        raise Conflict(N_("This deployment is closed: its expenses are settled."))
    if not await daily.is_of(session, deployment, form.day):
        raise Invalid(errors={"day": N_("Give a day of this deployment up to today.")})
    await session.execute(delete(Expense).where(Expense.assignment_id == assignment.id, Expense.day == form.day))
    session.add_all(
        Expense(
            assignment_id=assignment.id, day=form.day, kind=kind, dollars=Decimal(f"{dollars:.2f}"),
            has_receipt=form.has_receipts,
        )
        for kind, dollars in form.dollars.items()
        if round(dollars, 2) > 0
    )  # fmt: skip
    await session.flush()
    await record(session, "expenses.kept", assignment.id, topic=topic(deployment), by=by, day=form.day)


async def lines(session: AsyncSession, deployment_id: int) -> Sequence[Line]:
    """Every amount of a team, by day and person."""
    rows = await session.execute(
        select(Expert.id, Expert.name, Expense.day, Expense.kind, Expense.dollars, Expense.has_receipt)
        .join(Assignment, Assignment.id == Expense.assignment_id)
        .join(Expert, Expert.id == Assignment.expert_id)
        .where(Assignment.deployment_id == deployment_id)
        .order_by(Expense.day, Expert.name, Expense.id)
    )
    return [Line(*row) for row in rows]


def bill(found: Iterable[Line], per_diem: int, approved: int | None) -> Bill:
    """The sums, and what passes the per diem of a night or what was approved. Pure."""
    found = tuple(found)
    by_kind, nights = defaultdict[Spent, Decimal](Decimal), defaultdict[tuple[date, str, int], Decimal](Decimal)
    for one in found:
        by_kind[one.kind] += one.dollars
        if one.kind in BY_THE_NIGHT:
            nights[one.day, one.name, one.expert_id] += one.dollars
    total = sum(by_kind.values(), Decimal())
    over = [
        f"{name}: ${dollars:,.2f} for lodging and meals on {day:%b} {day.day}. The per diem is ${per_diem}."
        for (day, name, _), dollars in sorted(nights.items())
        if dollars > per_diem
    ]
    if approved is not None and total > approved:
        over.append(f"Expenses of ${total:,.2f} pass the ${approved:,} that were approved.")
    return Bill(found, tuple((kind, by_kind[kind]) for kind in Spent if kind in by_kind), total, tuple(over))
