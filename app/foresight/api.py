"""HTTP API of foresight: readiness, demand, past incidents."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, File, Query, UploadFile
from pydantic import BaseModel, ConfigDict, Field, StrictBool

from app.access.viewer import MayManageExperts, MayReadExperts
from app.core.database import locked
from app.core.problems import NotFound
from app.foresight import demand, forecasts, loading, past
from app.foresight.models import Forecast, ForecastKind, IncidentFile
from app.foresight.schemas import IntervalOut
from app.foresight.standard import HOURS
from app.web.given import Body
from app.web.session import Session

router = APIRouter(prefix="/api/v1/foresight", tags=["foresight"])


class NotWorkedOut(NotFound):
    """This has not been worked out yet. Ask for it with POST, then read it some seconds later."""


class NoIncidents(NotFound):
    """No past incidents are loaded, so nothing can be expected from them."""


class ChanceOut(BaseModel):
    """A chance 0..1: the mean, and what 95 % of the draws of the hour and of people's willingness lie between."""

    model_config = ConfigDict(from_attributes=True)

    p: float
    low: float
    high: float


class WithinOut(BaseModel):
    """A chance within so many hours."""

    hours: int
    chance: ChanceOut


class StateReadiness(BaseModel):
    """One state: for the whole team and each seat of it the chance within 6, 12, 24 and 48 hours."""

    state: str
    views: dict[str, list[WithinOut]]
    able: list[int]
    """Who may go, seat by seat."""
    places: int


class DayOut(BaseModel):
    """The nation some days from now; chances of the whole team within 6, 12, 24 and 48 hours."""

    day: int
    team: list[float]
    able: int
    lapsed: int
    away: int


class ReadinessOut(BaseModel):
    """Readiness of the nation and of every state, as it was worked out at `made_at` with `seed`."""

    made_at: datetime
    seed: int
    took_ms: int
    people: int
    weights: str
    """"incidents" or "people": by what states count in the nation's figure."""
    from_synthetic: bool
    """Whether some of the past incidents that states are weighted by are invented."""
    nation: dict[str, list[WithinOut]]
    states: list[StateReadiness]
    ahead: list[DayOut]


class ForecastOut(BaseModel):
    """A forecast that was asked for."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    kind: ForecastKind
    asked_at: datetime
    made_at: datetime | None
    failed_because: str | None


def _views(views: dict[str, list[dict[str, float]]]) -> dict[str, list[WithinOut]]:
    return {
        name: [WithinOut(hours=h, chance=ChanceOut(**c)) for h, c in zip(HOURS, found, strict=True)]
        for name, found in views.items()
    }


def _values(forecast: Forecast | None) -> tuple[Forecast, dict[str, Any]]:
    if forecast is None or forecast.values is None:
        raise NotWorkedOut
    return forecast, forecast.values


@router.get("/readiness", responses={404: {}})
async def read_readiness(session: Session, viewer: MayReadExperts) -> ReadinessOut:
    """The chance that a standard team is on site in time, for every state, and over the next 90 days."""
    forecast, values = _values(await forecasts.newest(session, ForecastKind.READINESS))
    return ReadinessOut(
        made_at=forecast.made_at or forecast.asked_at, seed=forecast.seed, took_ms=forecast.took_ms or 0,
        people=values["people"], weights=values["weights"], from_synthetic=values["from_synthetic"],
        nation=_views(values["nation"]),
        states=[
            StateReadiness(state=state, views=_views(one["views"]), able=one["able"], places=one["places"])
            for state, one in values["states"].items()
        ],
        ahead=[
            DayOut(day=d["day"], team=d["views"]["team"], able=d["able"], lapsed=d["lapsed"], away=d["away"])
            for d in values["ahead"]
        ],
    )  # fmt: skip


@router.post("/readiness", status_code=202)
async def ask_for_readiness(
    session: Session, viewer: MayManageExperts, seed: Annotated[int, Query(ge=0, le=2**31)] = forecasts.SEED
) -> ForecastOut:
    """Have readiness worked out anew; while one is being worked out, this is that one."""
    made = await forecasts.ask(session, ForecastKind.READINESS, seed=seed, by=viewer.actor)
    return ForecastOut.model_validate(await session.get_one(Forecast, made))


class KindOut(BaseModel):
    """Whom to look for: where they live, their disciplines, whether able to lead a team."""

    state: str
    disciplines: list[str]
    leads: bool


class RecruitOut(BaseModel):
    """One recommendation; `seats` is how many seats they would fill a year that stay empty now."""

    kind: KindOut
    expertise: list[str]
    languages: list[str]
    licences: list[str]
    seats: IntervalOut
    codes: list[str]


class GainOut(BaseModel):
    """What so many recruits of one way ("ours", "population", "random") add on years that nothing was chosen by."""

    way: str
    recruits: int
    seats: IntervalOut
    teams: IntervalOut
    """Complete teams more."""
    seats_times: IntervalOut | None
    """How many times as many seats ours fill on the same years; null of ours, and where this way fills none."""
    teams_times: IntervalOut | None


class AdviceOut(BaseModel):
    """Whom to recruit next, as it was worked out at `made_at` with `seed`, on invented years."""

    made_at: datetime
    seed: int
    within_hours: int | None
    """Within which somebody must be on site to fill a seat; null: as asked for."""
    took_ms: int
    is_synthetic: bool
    """Always: it rests on invented years."""
    from_synthetic: bool
    """Whether some of the past incidents that the years are drawn from are invented themselves."""
    incidents_known: int
    people: int
    training_years: int
    held_out_years: int
    incidents: float
    seats: float
    empty: IntervalOut
    incomplete: IntervalOut
    at_most: int
    """Seats that so many recruits can fill in a year, by the cap on deployments."""
    recruits: list[RecruitOut]
    gains: list[GainOut]
    growth: list[GainOut]


class WishIn(Body):
    """How many to recruit, and whether people able to lead can be looked for."""

    count: int = Field(20, ge=1, le=100)
    may_lead: StrictBool = True
    within_hours: Literal[6, 12, 24, 48] | None = Field(
        None, description="A seat counts as filled only by somebody on site within so many hours; null: as asked for"
    )
    seed: int = Field(forecasts.SEED, ge=0, le=2**31)


@router.get("/recruiting", responses={404: {}})
async def read_advice(session: Session, viewer: MayReadExperts) -> AdviceOut:
    """Whom to recruit next, and what that adds."""
    forecast, values = _values(await forecasts.newest(session, ForecastKind.RECRUITING))
    about = {"made_at": forecast.made_at, "seed": forecast.seed, "took_ms": forecast.took_ms}
    about["within_hours"] = forecast.asks.get("within_hours")
    return AdviceOut.model_validate(values | about)


@router.post("/recruiting", status_code=202)
async def ask_for_advice(session: Session, viewer: MayManageExperts, wish: WishIn) -> ForecastOut:
    """Have it worked out whom to recruit; while one is being worked out, this is that one."""
    asks = wish.model_dump(exclude={"seed"})
    made = await forecasts.ask(session, ForecastKind.RECRUITING, seed=wish.seed, asks=asks, by=viewer.actor)
    return ForecastOut.model_validate(await session.get_one(Forecast, made))


class EstimateOut(BaseModel):
    """A value, and between what it lies with 95 %."""

    model_config = ConfigDict(from_attributes=True)

    value: float
    low: float
    high: float


class RateOut(BaseModel):
    """How many incidents were seen, and how many a year are to be expected."""

    seen: int
    a_year: EstimateOut


class AgencyRate(RateOut):
    """Of one agency."""

    agency: str
    state: str


class DemandOut(BaseModel):
    """What past incidents say of those to come."""

    incidents: int
    years: float
    is_synthetic: bool
    """Whether any of the files is invented."""
    a_year: EstimateOut
    dispersion: float
    """Variance of a month's count over its mean."""
    states: dict[str, RateOut]
    months: list[EstimateOut]
    """Factors, January first."""
    kinds: dict[str, float]
    agencies: list[AgencyRate]
    """The hundred with the most."""


def _rate(rate: demand.Rate) -> dict[str, Any]:
    return {"seen": rate.seen, "a_year": EstimateOut.model_validate(rate.a_year.estimate)}


@router.get("/demand", responses={404: {}})
async def read_demand(session: Session, viewer: MayReadExperts) -> DemandOut:
    """Rates by state, month and agency, with intervals."""
    known = await past.expected(session)
    if known is None:
        raise NoIncidents
    return DemandOut(
        incidents=len(known.incidents), years=known.years, a_year=EstimateOut.model_validate(known.total),
        dispersion=known.dispersion, is_synthetic=any(file.is_synthetic for file in await past.files(session)),
        states={state: RateOut(**_rate(rate)) for state, rate in known.states.items()},
        months=[EstimateOut.model_validate(one) for one in known.month_factors()], kinds=dict(known.kinds),
        agencies=[
            AgencyRate(agency=agency, state=state, **_rate(rate))
            for (agency, state), rate in list(known.agencies.items())[:100]
        ],
    )  # fmt: skip


class IncidentFileOut(BaseModel):
    """A file of past incidents."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    name: str
    is_synthetic: bool
    first_day: date
    last_day: date
    loaded_at: datetime
    loaded_by: str


@router.get("/incidents")
async def list_incident_files(session: Session, viewer: MayReadExperts) -> list[IncidentFileOut]:
    """Files of past incidents that were loaded."""
    return [IncidentFileOut.model_validate(file) for file in await past.files(session)]


@router.post("/incidents", status_code=201)
async def load_incidents(
    session: Session,
    viewer: MayManageExperts,
    file: Annotated[UploadFile, File(description="CSV in UTF-8, up to 5 MB")],
    skip_unknown: bool = False,
) -> IncidentFileOut:
    """Load a file of past incidents: all of it, or nothing and a sentence for each line that cannot be used."""
    content = await file.read(loading.LARGEST_FILE + 1)
    made, _ = await loading.load(
        session, file.filename or "incidents.csv", content, skip_unknown=skip_unknown, by=viewer.actor
    )
    return IncidentFileOut.model_validate(made)


@router.delete("/incidents/{incident_file_id}", status_code=204)
async def forget_incidents(incident_file_id: int, session: Session, viewer: MayManageExperts) -> None:
    """Take a file and its incidents out again."""
    await loading.forget(session, await locked(session, IncidentFile, incident_file_id), by=viewer.actor)
