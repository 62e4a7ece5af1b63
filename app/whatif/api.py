"""HTTP API: ask for a comparison, read it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from app.access.viewer import MayManageExperts, MayReadExperts
from app.foresight.schemas import IntervalOut
from app.trials.intervals import Interval
from app.web.given import Body
from app.web.idempotency import OnlyOnce
from app.web.session import Session
from app.whatif import comparing
from app.whatif.comparing import Told
from app.whatif.models import Comparison
from app.whatif.scenarios import TITLES

router = APIRouter(prefix="/api/v1/what-if", tags=["foresight"])


class ComparisonIn(Body):
    """What is held against today, over how many draws of chance and how many days from now."""

    scenarios: Annotated[
        list[str],
        Field(max_length=8, description="two_in_one_night, clinicians_decline, longer_rest, reserves"),
    ]
    draws: Annotated[int, Field(description="2 to 60")] = comparing.DRAWS
    days: Annotated[int, Field(description="7 to 365")] = comparing.DAYS
    floor_percent: Annotated[int, Field(description="1 to 90, of each discipline, for reserves")] = (
        comparing.FLOOR_PERCENT
    )
    seed: int = comparing.SEED


class ComparisonOut(BaseModel):
    """One comparison."""

    id: int
    scenarios: list[str]
    draws: int
    days: int
    floor_percent: int
    seed: int
    asked_at: datetime
    asked_by: str
    ended_at: datetime | None
    failed_because: str | None
    is_synthetic: bool = Field(True, description="Incidents and answers are drawn, not recorded")


class ScenarioOut(BaseModel):
    """One scenario: each measure, and how it differs from today draw by draw."""

    scenario: str
    title: str
    figures: dict[str, IntervalOut | None]
    differs: dict[str, IntervalOut | None]


class ComparisonWhole(ComparisonOut):
    """A comparison with what it came to so far."""

    done: int
    results: list[ScenarioOut]


def _out(one: Comparison) -> dict[str, object]:
    names = ComparisonOut.model_fields.keys() - {"is_synthetic"}
    return {name: getattr(one, name) for name in names}


def _intervals(found: Mapping[str, Interval | None]) -> dict[str, IntervalOut | None]:
    return {name: IntervalOut.model_validate(one) if one else None for name, one in found.items()}


def _whole(told: Told) -> ComparisonWhole:
    results = [
        ScenarioOut(
            scenario=column.scenario.value, title=TITLES[column.scenario],
            figures=_intervals(column.figures), differs=_intervals(column.differs),
        )
        for column in told.columns
    ]  # fmt: skip
    return ComparisonWhole.model_validate(_out(told.comparison) | {"done": told.done, "results": results})


@router.post("", status_code=201, response_model=ComparisonWhole)
async def compare(form: ComparisonIn, session: Session, viewer: MayManageExperts, once: OnlyOnce) -> JSONResponse:
    """Ask for a comparison: the coming weeks as things are, and as they would be, draw by draw."""
    earlier = await once.earlier()
    if earlier is not None:
        return earlier
    asked = comparing.Asked(form.scenarios, form.draws, form.days, form.floor_percent, form.seed)
    made = await comparing.ask(session, asked, by=viewer.actor)
    told = _whole(await comparing.told(session, made))
    return await once.answer(201, told, Location=f"/api/v1/what-if/{made.id}")


@router.get("")
async def list_comparisons(session: Session, viewer: MayReadExperts) -> list[ComparisonOut]:
    """The latest comparisons, newest first."""
    return [ComparisonOut.model_validate(_out(one)) for one in await comparing.latest(session)]


@router.get("/{comparison_id}")
async def read_comparison(comparison_id: int, session: Session, viewer: MayReadExperts) -> ComparisonWhole:
    """One comparison: every measure of every scenario with its interval, and its difference from today."""
    return _whole(await comparing.told(session, await comparing.find(session, comparison_id)))
