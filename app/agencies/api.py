"""HTTP API: agencies."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse
from sqlalchemy import select

from app.access.viewer import MayManageAgencies, MayReadAgencies
from app.agencies import service
from app.agencies.models import Agency
from app.agencies.schemas import AgencyIn, AgencyOut
from app.core.problems import NotFound
from app.web.idempotency import OnlyOnce
from app.web.lists import Page, Paged
from app.web.session import Session

router = APIRouter(prefix="/api/v1/agencies", tags=["agencies"])


@router.get("")
async def list_agencies(
    session: Session,
    viewer: MayReadAgencies,
    page: Page,
    name: Annotated[str | None, Query(max_length=200, description="Exact name")] = None,
    state: Annotated[str | None, Query(pattern="^[A-Z]{2}$")] = None,
) -> Paged[AgencyOut]:
    """Agencies, newest first. An agency's own people see their own."""
    query = select(Agency).order_by(Agency.id.desc()).limit(page.limit + 1)
    if not viewer.is_desk and viewer.agency_id is not None:
        query = query.where(Agency.id == viewer.agency_id)
    if name:
        query = query.where(Agency.name == name)
    if state:
        query = query.where(Agency.state == state)
    if page.before_id is not None:
        query = query.where(Agency.id < page.before_id)
    return page.paged((await session.scalars(query)).all(), lambda row: row.id, AgencyOut.model_validate)


@router.get("/{agency_id}")
async def read_agency(agency_id: int, session: Session, viewer: MayReadAgencies) -> AgencyOut:
    """One agency."""
    agency = await session.get(Agency, agency_id)
    if agency is None or (viewer.agency_id not in (None, agency.id) and not viewer.is_desk):
        raise NotFound
    return AgencyOut.model_validate(agency)


@router.post("", status_code=201, response_model=AgencyOut)
async def add_agency(form: AgencyIn, viewer: MayManageAgencies, session: Session, once: OnlyOnce) -> JSONResponse:
    """Enter an agency."""
    if (earlier := await once.earlier()) is not None:
        return earlier
    agency = await service.add(session, form, by=viewer.actor)
    return await once.answer(201, AgencyOut.model_validate(agency), Location=f"/api/v1/agencies/{agency.id}")
