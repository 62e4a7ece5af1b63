"""The log, to be searched and taken away: page, API and CSV file, for auditors and administrators."""

from datetime import date, datetime
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict

from app.access import audit
from app.access.audit import Search
from app.access.viewer import MayExportAudit, MayReadAudit
from app.web.csv_out import csv_answer
from app.web.lists import Page, Paged
from app.web.render import DESK_ZONE, render
from app.web.session import Session

router = APIRouter()
MOST_EXPORTED = 20_000
COLUMNS = ("id", "at", "kind", "subject_id", "topic", "actor_kind", "actor_id", "actor_name", "data")


class AuditOut(BaseModel):
    """One line of the log."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    at: datetime
    kind: str
    subject_id: int
    topic: str
    actor_kind: str
    actor_id: int | None
    actor_name: str
    data: dict[str, Any]


def _day(value: str) -> date | None:
    """A day as the page's form sends it: empty means none."""
    try:
        return date.fromisoformat(value) if value else None
    except ValueError:
        return None


Words = Annotated[str, Query(max_length=100)]


def asked(kind: Words = "", who: Words = "", about: Words = "", since: Words = "", until: Words = "") -> Search:
    """What is looked for. Days as 2026-11-25; others are not asked."""
    return Search(_plain(kind), _plain(who), _plain(about), _day(since), _day(until))


def _plain(value: str) -> str:
    return value.strip().replace("\x00", "")


Asked = Annotated[Search, Depends(asked)]


@router.get("/api/v1/audit", tags=["audit"])
async def search_log(session: Session, viewer: MayReadAudit, search: Asked, page: Page) -> Paged[AuditOut]:
    """The log, newest first: by the beginning of its kind, who, about what, and days."""
    rows = await audit.events(session, search, DESK_ZONE, page.limit + 1, page.before_id)
    return page.paged(rows, lambda row: row.id, AuditOut.model_validate)


@router.get("/desk/audit", include_in_schema=False)
async def audit_page(request: Request, session: Session, viewer: MayReadAudit, search: Asked, page: Page) -> Response:
    """The log on a page, with its search."""
    rows = await audit.events(session, search, DESK_ZONE, page.limit + 1, page.before_id)
    shown = page.paged(rows, lambda row: row.id, AuditOut.model_validate)
    fields = {name: str(getattr(search, name) or "") for name in ("kind", "who", "about", "since", "until")}
    given = {name: value for name, value in fields.items() if value}
    return render(
        request, "access/audit.html", rows=shown.items, fields=fields, headline=_headline(shown, given),
        older=urlencode({**given, "after": shown.next}) if shown.next else "", export=urlencode(given),
        is_first=page.before_id is None, named=await audit.named(session, rows),
        references=await audit.references(session, [row.topic for row in shown.items]),
    )  # fmt: skip


def _headline(shown: Paged[AuditOut], given: dict[str, str]) -> str:
    count = len(shown.items)
    if count == 0:
        return "Nothing in the log fits" if given else "The log is empty"
    lines = "line" if count == 1 else "lines"
    if shown.next:
        return f"The {count} newest {lines} that fit" if given else f"The {count} newest {lines} of the log"
    return (
        f"{count} {lines} of the log {'fits' if count == 1 else 'fit'}" if given else f"{count} {lines} are in the log"
    )


@router.get("/desk/audit.csv", include_in_schema=False)
async def export(session: Session, viewer: MayExportAudit, search: Asked) -> Response:
    """What fits as a file; that it was taken away is in the log."""
    rows = await audit.events(session, search, DESK_ZONE, MOST_EXPORTED)
    lines = ([getattr(row, name) for name in COLUMNS] for row in rows)
    return csv_answer("audit.csv", COLUMNS, lines)
