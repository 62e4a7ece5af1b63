"""HTTP API: the pool."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi.responses import JSONResponse
from sqlalchemy import select

from app.access.viewer import MayManageExperts, MayReadExperts
from app.core.clock import clock
from app.core.database import locked
from app.core.problems import NotFound
from app.experts import credentials, exposure, pool
from app.experts.models import Expert
from app.experts.schemas import (
    AbsenceIn,
    AbsenceOut,
    CredentialIn,
    CredentialOut,
    ExpertChange,
    ExpertIn,
    ExpertOut,
    ExpertWhole,
    ExposureEntryOut,
    ExposureOut,
    RenewalIn,
)
from app.web.idempotency import OnlyOnce
from app.web.lists import IfMatch, Page, Paged, check_version, set_etag
from app.web.session import Session

router = APIRouter(prefix="/api/v1/experts", tags=["experts"])


async def _whole(session: Session, expert: Expert) -> ExpertWhole:
    verdict = await pool.readiness_of(session, expert)
    papers = await pool.credentials_of(session, expert.id)
    return ExpertWhole(
        readiness=verdict.readiness,
        readiness_reasons=list(verdict.reasons),
        credentials=[CredentialIn.model_validate(paper) for paper in papers],
        **ExpertOut.model_validate(expert).model_dump(),
    )


@router.get("")
async def list_experts(
    session: Session,
    viewer: MayReadExperts,
    page: Page,
    discipline: Annotated[str | None, Query(pattern="^(LE|VA|MH|CL)$")] = None,
    state: Annotated[str | None, Query(pattern="^[A-Z]{2}$")] = None,
) -> Paged[ExpertOut]:
    """Experts of the pool, newest first."""
    query = select(Expert).order_by(Expert.id.desc()).limit(page.limit + 1)
    if discipline:
        query = query.where(Expert.disciplines.contains([discipline]))
    if state:
        query = query.where(Expert.state == state)
    if page.before_id is not None:
        query = query.where(Expert.id < page.before_id)
    return page.paged((await session.scalars(query)).all(), lambda row: row.id, ExpertOut.model_validate)


@router.get("/{expert_id}")
async def read_expert(
    expert_id: int,
    session: Session,
    viewer: MayReadExperts,
    response: Response,
) -> ExpertWhole:
    """One expert with readiness and its reasons."""
    expert = await session.get(Expert, expert_id)
    if expert is None:
        raise NotFound
    set_etag(response, expert.version)
    return await _whole(session, expert)


@router.post("", status_code=201, response_model=ExpertWhole)
async def add_expert(form: ExpertIn, viewer: MayManageExperts, session: Session, once: OnlyOnce) -> JSONResponse:
    """Enter an expert."""
    if (earlier := await once.earlier()) is not None:
        return earlier
    expert = await pool.add(session, form, by=viewer.actor)
    return await once.answer(201, await _whole(session, expert), Location=f"/api/v1/experts/{expert.id}")


@router.patch("/{expert_id}")
async def change_expert(
    expert_id: int, form: ExpertChange, seen: IfMatch, session: Session, viewer: MayManageExperts
) -> ExpertWhole:
    """Change what may be changed of an expert."""
    expert = await locked(session, Expert, expert_id)
    check_version(seen, expert.version)
    return await _whole(session, await pool.change(session, expert, form, by=viewer.actor))


@router.post("/{expert_id}/absences", status_code=201, response_model=AbsenceOut)
async def note_absence(
    expert_id: int, form: AbsenceIn, viewer: MayManageExperts, session: Session, once: OnlyOnce
) -> JSONResponse:
    """Note days on which an expert cannot go."""
    if (earlier := await once.earlier()) is not None:
        return earlier
    expert = await locked(session, Expert, expert_id)
    absence = await pool.note_absence(session, expert, form, by=viewer.actor)
    return await once.answer(201, AbsenceOut.model_validate(absence))


@router.get("/{expert_id}/exposure")
async def read_exposure(expert_id: int, session: Session, viewer: MayReadExperts) -> ExposureOut:
    """What an expert carries in the exposure ledger now. A policy, not a clinical score."""
    if await session.get(Expert, expert_id) is None:
        raise NotFound
    now = clock.now()
    entries = await exposure.entries_of(session, expert_id)
    load = exposure.load_at([(one.at, one.points) for one in entries], now)
    return ExposureOut(load=round(load, 1), entries=[ExposureEntryOut.model_validate(one) for one in entries])


@router.get("/{expert_id}/credentials")
async def list_credentials(expert_id: int, session: Session, viewer: MayReadExperts) -> list[CredentialOut]:
    """An expert's credentials, with who verified each and when."""
    if await session.get(Expert, expert_id) is None:
        raise NotFound
    return [CredentialOut.model_validate(paper) for paper in await pool.credentials_of(session, expert_id)]


@router.post("/{expert_id}/credentials", status_code=201, response_model=CredentialOut)
async def add_credential(
    expert_id: int, form: CredentialIn, viewer: MayManageExperts, session: Session, once: OnlyOnce
) -> JSONResponse:
    """Enter a credential."""
    if (earlier := await once.earlier()) is not None:
        return earlier
    expert = await locked(session, Expert, expert_id)
    made = await credentials.add(session, expert, form, by=viewer.actor)
    return await once.answer(201, CredentialOut.model_validate(made))


@router.patch("/{expert_id}/credentials/{credential_id}")
async def renew_credential(
    expert_id: int, credential_id: int, form: RenewalIn, session: Session, viewer: MayManageExperts
) -> CredentialOut:
    """Give a credential its new last valid day."""
    credential = await credentials.find(session, expert_id, credential_id)
    await credentials.renew(session, credential, form.expires_on, by=viewer.actor)
    return CredentialOut.model_validate(credential)


@router.post("/{expert_id}/credentials/{credential_id}/verify")
async def verify_credential(
    expert_id: int, credential_id: int, session: Session, viewer: MayManageExperts
) -> CredentialOut:
    """Note that somebody has looked it up at its source today."""
    credential = await credentials.find(session, expert_id, credential_id)
    await credentials.verify(session, credential, by=viewer.actor)
    return CredentialOut.model_validate(credential)
