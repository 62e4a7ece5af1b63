"""The page of what is kept how long, and of legal holds."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import text

from app.access.policy import Permission
from app.access.viewer import MayManageHolds, MayReadAudit, Viewer
from app.core.problems import Conflict, Invalid
from app.privacy import holds, purging
from app.privacy.models import HoldKind
from app.web.render import render
from app.web.session import Session

router = APIRouter(prefix="/desk/kept", include_in_schema=False)
Words = Annotated[str, Form(max_length=2000)]
Kind = Annotated[HoldKind, Form()]


async def _page(
    request: Request, session: Session, viewer: Viewer, typed: dict[str, Any] | None = None,
    errors: dict[str, str] | None = None,
) -> Response:  # fmt: skip
    found = await purging.due(session)
    listed = await holds.latest(session)
    return render(
        request,
        "privacy/kept.html",
        422 if errors else 200,
        headline=_headline(sum(one.due for one in found), sum(hold.lifted_at is None for hold in listed)),
        schedule=found,
        holds=listed,
        names=await _names(session, [hold.id for hold in listed]),
        may_hold=viewer.may(Permission.MANAGE_HOLDS),
        typed={"kind": "expert", "about": "", "why": "", "lift": 0} | (typed or {}),
        errors=errors or {},
    )


def _headline(due: int, standing: int) -> str:
    goes = f"{due} row{'s' if due != 1 else ''} will be purged tonight" if due else "Nothing is due to be purged"
    held = {0: "no legal hold stands", 1: "one legal hold stands"}.get(standing, f"{standing} legal holds stand")
    return f"{goes}, {held}"


async def _names(session: Session, ids: list[int]) -> dict[int, tuple[str, str, str]]:
    """Of each hold: what it is on, who set it, who lifted it."""
    query = text(
        "select h.id, case h.kind when 'expert' then coalesce(e.name, '') || ' (expert ' || h.subject_id || ')'"
        " else 'Request ' || r.reference end, s.name, coalesce(l.name, '') from legal_holds h"
        " left join experts e on h.kind = 'expert' and e.id = h.subject_id"
        " left join requests r on h.kind = 'request' and r.id = h.subject_id"
        " join users s on s.id = h.set_by_id left join users l on l.id = h.lifted_by_id where h.id = any(:ids)"
    )
    return {row[0]: (row[1], row[2], row[3]) for row in await session.execute(query, {"ids": ids})}


@router.get("")
async def kept(request: Request, session: Session, viewer: MayReadAudit) -> Response:
    """The schedule with what is due, and the holds."""
    return await _page(request, session, viewer)


@router.post("/holds")
async def put(  # noqa: PLR0917 - the form's fields
    request: Request, session: Session, viewer: MayManageHolds, kind: Kind = HoldKind.EXPERT,
    about: Words = "", why: Words = "",
) -> Response:  # fmt: skip
    """Set a legal hold."""
    try:
        async with session.begin_nested():
            subject = await holds.find(session, kind, about)
            await holds.put(session, kind, subject, why, by=viewer.actor)
    except (Invalid, Conflict) as problem:
        errors = problem.fields.get("errors") or {"about": problem.detail}
        return await _page(request, session, viewer, {"kind": kind.value, "about": about, "why": why}, errors)
    return RedirectResponse("/desk/kept#holds", 303)


@router.post("/holds/{legal_hold_id}/lift")
async def lift(
    legal_hold_id: int, request: Request, session: Session, viewer: MayManageHolds, why: Words = ""
) -> Response:
    """Lift a legal hold."""
    try:
        async with session.begin_nested():
            await holds.lift(session, legal_hold_id, why, by=viewer.actor)
    except (Invalid, Conflict) as problem:
        errors = {"lift": (problem.fields.get("errors") or {}).get("why") or problem.detail}
        return await _page(request, session, viewer, {"lift": legal_hold_id, "lift_why": why}, errors)
    return RedirectResponse("/desk/kept#holds", 303)
