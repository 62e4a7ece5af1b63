"""The pool's page: search, filter, sort, and readiness in words."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel

from app.access.policy import Permission
from app.access.viewer import MayReadExperts
from app.core.places import REGIONS, STATES
from app.desk import pool
from app.dispatch import limits
from app.experts.readiness import Readiness
from app.experts.schemas import ExpertOut
from app.experts.taxonomy import ALL_EXPERTISE, DISCIPLINES, EXPERTISE, LANGUAGES
from app.web.render import render
from app.web.session import Session

router = APIRouter()
READINESS_WORDS = {Readiness.READY: "Ready", Readiness.EXPIRING: "Expiring", Readiness.NOT_READY: "Not ready"}
SORT_WORDS = {
    "name": "Name", "state": "Home", "readiness": "Not ready first", "load": "Most deployed first",
    "newest": "Newest first",
}  # fmt: skip


def read_search(  # noqa: PLR0917 - the form's fields
    q: Annotated[str, Query(max_length=100)] = "",
    discipline: Annotated[str, Query(max_length=4)] = "",
    expertise: Annotated[str, Query(max_length=60)] = "",
    language: Annotated[str, Query(max_length=10)] = "",
    state: Annotated[str, Query(max_length=4)] = "",
    region: Annotated[str, Query(max_length=2)] = "",
    readiness: Annotated[str, Query(max_length=12)] = "",
    free_on: Annotated[str, Query(max_length=20)] = "",
    sort: Annotated[str, Query(max_length=12)] = "name",
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> tuple[pool.Search, str]:
    """The search of the address, and what of it nobody could read. What is not known is not looked for."""
    day, wrong = None, ""
    if free_on:
        try:
            day = date.fromisoformat(free_on)
        except ValueError:
            wrong = f"{free_on} is not a date. Write it like 2026-11-30."
    asked = pool.Search(
        q=q.strip().replace("\x00", ""),
        discipline=discipline if discipline in DISCIPLINES else "",
        expertise=expertise if expertise in ALL_EXPERTISE else "",
        language=language if language in LANGUAGES else "",
        state=state if state in STATES else "",
        region=region if region in REGIONS else "",
        readiness=readiness if readiness in list(Readiness) else "",
        free_on=day,
        sort=sort if sort in pool.SORTS else "name",
        page=page,
    )
    return asked, wrong


TheSearch = Annotated[tuple[pool.Search, str], Depends(read_search)]


def headline(found: pool.Page, *, is_narrowed: bool) -> str:
    """The pool in one sentence."""
    total = sum(found.counts.values())
    able = total - found.counts.get(Readiness.NOT_READY, 0)
    if not total:
        return "Nobody is found" if is_narrowed else "The pool is empty"
    who = "expert" if total == 1 else "experts"
    verb = "is" if able == 1 else "are"
    return f"{able:,} of {total:,} {who}{' found' if is_narrowed else ''} {verb} ready to be asked"


@router.get("/desk/experts", include_in_schema=False)
async def the_pool(request: Request, session: Session, viewer: MayReadExperts, search: TheSearch) -> Response:
    """A page of the pool."""
    asked, wrong = search
    found = await pool.search(session, asked)
    people = [row.expert.id for row in found.rows] if viewer.may(Permission.READ_DEPLOYMENTS) else []
    is_narrowed = asked != pool.Search(sort=asked.sort, page=asked.page, readiness=asked.readiness)
    return render(
        request,
        "desk/experts.html",
        asked=asked,
        wrong=wrong,
        found=found,
        rests=await limits.asked_enough(session, people) if people else {},
        headline=headline(found, is_narrowed=is_narrowed),
        is_narrowed=is_narrowed or bool(asked.readiness),
        may_manage=viewer.may(Permission.MANAGE_EXPERTS),
        readiness_words=READINESS_WORDS,
        sort_words=SORT_WORDS,
        disciplines=DISCIPLINES,
        expertise=EXPERTISE,
        languages=LANGUAGES,
        states=STATES,
        regions=REGIONS,
    )


class FoundOut(BaseModel):
    """An expert that a search finds, with readiness today and the deployments of a year."""

    expert: ExpertOut
    readiness: Readiness
    reasons: list[str]
    deployments_in_a_year: int


class FoundPage(BaseModel):
    """A page of a search: `page` of `pages`, and how many there are in all."""

    items: list[FoundOut]
    page: int
    pages: int
    total: int


@router.get("/api/v1/pool", tags=["desk"])
async def search_pool(session: Session, viewer: MayReadExperts, search: TheSearch) -> FoundPage:
    """Search the pool as the desk's page does: by name, skills, home, readiness, and who is free on a day."""
    asked, _ = search
    found = await pool.search(session, asked)
    items = [
        FoundOut(
            expert=ExpertOut.model_validate(row.expert), readiness=row.verdict.readiness,
            reasons=list(row.verdict.reasons), deployments_in_a_year=row.load,
        )
        for row in found.rows
    ]  # fmt: skip
    return FoundPage(items=items, page=asked.page, pages=found.pages, total=found.total)
