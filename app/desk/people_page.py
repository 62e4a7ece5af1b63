"""Everybody who signs in: accounts and roles, for administrators."""

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import func, or_, select

from app.access import resets, users
from app.access.models import SignInSession, User
from app.access.policy import Role
from app.access.viewer import MayChangeUsers, MayManageUsers, Viewer
from app.agencies.models import Agency
from app.core.database import locked
from app.core.problems import Conflict, Invalid
from app.core.text import whole
from app.web.render import render
from app.web.session import Session

router = APIRouter(include_in_schema=False)
ROWS = 100
ROLE_WORDS = {
    Role.REQUESTER: "Requester, for their agency",
    Role.INTAKE_OFFICER: "Intake officer",
    Role.RECOMMENDER: "Recommender",
    Role.APPROVER: "Approver",
    Role.SCHEDULER: "Scheduler",
    Role.TEAM_LEADER: "Team leader",
    Role.EXPERT: "Expert",
    Role.WELLNESS_LEAD: "Wellness lead",
    Role.EVALUATOR: "Evaluator",
    Role.AUDITOR: "Auditor",
    Role.ADMIN: "Administrator",
}


async def page(  # noqa: PLR0917 - what a page with a form is made of
    request: Request, session: Session, viewer: Viewer, q: str = "", status: int = 200,
    typed: dict[str, str] | None = None, chosen: list[str] | None = None, errors: dict[str, str] | None = None,
) -> Response:  # fmt: skip
    """Every account, what waits for a second administrator, and the form of a new one."""
    seen = func.max(SignInSession.seen_at)
    query = select(User, seen).outerjoin(SignInSession, SignInSession.user_id == User.id).group_by(User.id)
    if q:
        query = query.where(or_(User.name.icontains(q, autoescape=True), User.email.icontains(q, autoescape=True)))
    rows = (await session.execute(query.order_by(User.is_active.desc(), User.name).limit(ROWS))).all()
    active = await session.scalar(select(func.count()).select_from(User).where(User.is_active)) or 0
    agencies = (await session.scalars(select(Agency).order_by(Agency.name).limit(500))).all()
    return render(
        request, "desk/people.html", status, rows=rows, active=active, q=q, role_words=ROLE_WORDS, agencies=agencies,
        typed=typed or {}, chosen=chosen or [], errors=errors or {}, resets=await resets.waiting(session),
        is_alone=await resets.is_alone(session), me=viewer.id,
    )  # fmt: skip


@router.get("/desk/people")
async def people(
    request: Request, session: Session, viewer: MayManageUsers, q: Annotated[str, Query(max_length=100)] = ""
) -> Response:
    """Every account, those that are open first."""
    return await page(request, session, viewer, q.strip().replace("\x00", ""))


@router.post("/desk/people")
async def add(request: Request, session: Session, viewer: MayChangeUsers) -> Response:
    """Open an account."""
    form = await request.form()
    typed = {name: str(form.get(name, "")).strip() for name in ("email", "name", "agency_id")}
    password = str(form.get("password", ""))  # as typed: blanks are part of it
    chosen, errors = [str(role) for role in form.getlist("roles")], {}
    if "@" not in typed["email"]:
        errors["email"] = "Give an e-mail address."
    if not typed["name"]:
        errors["name"] = "Give the name."
    try:
        if not errors:
            await users.add(
                session, email=typed["email"], name=typed["name"], roles=chosen, password=password or None,
                agency_id=whole(typed["agency_id"]), by=viewer.actor,
            )  # fmt: skip
            return RedirectResponse("/desk/people", 303)
    except Invalid as problem:
        errors = problem.fields["errors"]
    except Conflict as problem:
        errors = {"email": problem.detail}
    return await page(request, session, viewer, "", 422, typed, chosen, errors)


@router.post("/desk/people/{user_id}")
async def change(
    user_id: int, request: Request, session: Session, viewer: MayChangeUsers, is_active: Annotated[str, Form()] = ""
) -> Response:
    """Give an account other roles, close it or open it again."""
    user = await locked(session, User, user_id)
    roles = [str(role) for role in (await request.form()).getlist("roles")]
    try:
        await users.change(session, user, roles=roles, is_active=is_active == "yes", by=viewer.actor)
    except Invalid as problem:
        said = " ".join(problem.fields["errors"].values())
    except Conflict as problem:
        said = problem.detail
    else:
        return RedirectResponse("/desk/people", 303)
    return await page(request, session, viewer, "", 422, errors={f"u-{user_id}": said})
