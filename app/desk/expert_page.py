"""The page of one expert, and the short forms on it: away, back, credentials, phone numbers."""

from collections.abc import Awaitable, Callable
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import ValidationError

from app.access.policy import Permission
from app.access.viewer import MayErase, MayManageExperts, MayReadExperts, Viewer
from app.core.clock import clock, in_zone
from app.core.database import locked
from app.core.places import STATES
from app.core.problems import Conflict, Invalid, NotFound
from app.desk import expert_file, team
from app.desk.pool_page import READINESS_WORDS
from app.dispatch import erasing, lately
from app.experts import credentials, exposure, pool
from app.experts.models import Contact, Expert
from app.experts.schemas import AbsenceIn, CredentialIn
from app.experts.taxonomy import CREDENTIALS, DISCIPLINES, LANGUAGES, MANDATORY
from app.rosters import relief_holds, rules
from app.web.pictures import ticks
from app.web.render import render
from app.web.session import Session
from app.web.worded import worded

router = APIRouter(include_in_schema=False)
Words = Annotated[str, Form(max_length=60)]
Reason = Annotated[str, Form(max_length=2000)]


def back(expert_id: int) -> Response:
    """To the page of an expert, after a form."""
    return RedirectResponse(f"/desk/experts/{expert_id}", 303)


def read_day(field: str, written: str) -> date:
    """A day of a form.

    Raises:
        Invalid: not a day.
    """
    try:
        return date.fromisoformat(written.strip())
    except ValueError:
        raise Invalid(errors={field: "Give a day, like 2026-11-30."}) from None


async def page(  # noqa: PLR0917 - what the page shows beside the expert
    request: Request,
    session: Session,
    viewer: Viewer,
    expert: Expert,
    contacts: list[Contact] | None = None,
    status: int = 200,
    errors: dict[str, str] | None = None,
    typed: dict[str, str] | None = None,
) -> Response:
    """The page of an expert; `contacts` are shown whole where they are given, else only that there are some."""
    may_see_teams = viewer.may(Permission.READ_DEPLOYMENTS)
    questions = await lately.of(session, expert.id) if may_see_teams else None
    served = await expert_file.services(session, expert)
    today = in_zone(clock.now(), expert.time_zone).date()
    stays = [one.away for one in served if one.assignment.state not in ("cancelled", "no_show")]
    months = expert_file.by_month(stays, today, expert.time_zone)
    context: dict[str, Any] = {
        "expert": expert,
        "verdict": await pool.readiness_of(session, expert),
        "papers": sorted(await pool.credentials_of(session, expert.id), key=lambda one: (one.kind, one.state or "")),
        "absences": await expert_file.absences(session, expert),
        "contacts": await pool.contacts_of(session, expert),
        "shown": contacts,
        "served": served if may_see_teams else [],
        "asked": await expert_file.asked(session, expert) if may_see_teams else [],
        "lately": questions,
        "rest": questions.rest if questions else None,
        "months": months,
        "held": await relief_holds.of_expert(session, expert.id) if may_see_teams else [],
        "load": (await exposure.loads(session, clock.now(), [expert.id])).get(expert.id, 0.0),
        "cap": (await rules.current(session)).exposure_cap,
        "scale": ticks(max(month.days for month in months) + 1),
        "in_90": expert_file.counted(served, 90),
        "in_365": expert_file.counted(served, 365),
        "log": await expert_file.log(session, expert),
        "may_see_teams": may_see_teams,
        "may_manage": viewer.may(Permission.MANAGE_EXPERTS),
        "may_export": viewer.may(Permission.EXPORT_EXPERTS),
        "may_erase": viewer.may(Permission.ERASE_EXPERTS),
        "readiness_words": READINESS_WORDS,
        "state_words": team.STATE_WORDS,
        "event_words": expert_file.EVENT_WORDS,
        "disciplines": DISCIPLINES,
        "languages": LANGUAGES,
        "kinds": CREDENTIALS,
        "mandatory": MANDATORY,
        "states": STATES,
        "day": today,
        "errors": errors or {},
        "typed": typed or {},
    }  # fmt: skip
    return render(request, "desk/expert.html", status, **context)


@router.get("/desk/experts/{expert_id}")
async def one_expert(
    expert_id: int, request: Request, session: Session, viewer: MayReadExperts,
) -> Response:  # fmt: skip
    """Readiness, credentials, days, history and load of one expert; that somebody looked is kept."""
    expert = await session.get(Expert, expert_id)
    if expert is None:
        raise NotFound
    return await page(request, session, viewer, expert)


@router.post("/desk/experts/{expert_id}/contacts")
async def show_contacts(expert_id: int, request: Request, session: Session, viewer: MayReadExperts) -> Response:
    """The phone numbers and the e-mail address; that somebody looked is kept."""
    expert = await locked(session, Expert, expert_id)
    shown = list(await pool.show_contacts(session, expert, by=viewer.actor))
    return await page(request, session, viewer, expert, shown)


async def _try(
    request: Request, session: Session, viewer: Viewer, expert: Expert, work: Callable[[], Awaitable[object]]
) -> Response:
    """Do what a form asks; what is wrong with it stands beside its field, and nothing typed is lost."""
    try:
        async with session.begin_nested():
            await work()
    except ValidationError as error:
        errors = {str(one["loc"][-1]): worded(one) for one in error.errors()}
    except (Invalid, Conflict) as problem:
        errors = problem.fields.get("errors") or {"kind": problem.detail, "refused": problem.detail}
    else:
        return back(expert.id)
    typed = {name: str(value) for name, value in (await request.form()).items()}
    return await page(request, session, viewer, expert, None, 422, errors, typed)


@router.post("/desk/experts/{expert_id}/away")
async def mark_away(  # noqa: PLR0917 - the form's fields
    expert_id: int, request: Request, session: Session, viewer: MayManageExperts, first: Words = "", last: Words = ""
) -> Response:
    """Note days on which an expert cannot go, from the first midnight to the one after the last day, there."""
    expert = await locked(session, Expert, expert_id)

    async def work() -> None:
        zone = ZoneInfo(expert.time_zone)
        begins = read_day("first", first)
        ends = read_day("last", last or first)
        if ends < begins:
            raise Invalid(errors={"last": "This is before the first day."})
        form = AbsenceIn(
            starts_at=datetime.combine(begins, time(), zone),
            ends_at=datetime.combine(ends + timedelta(days=1), time(), zone),
        )
        await pool.note_absence(session, expert, form, by=viewer.actor)

    return await _try(request, session, viewer, expert, work)


@router.post("/desk/experts/{expert_id}/back")
async def mark_back(expert_id: int, session: Session, viewer: MayManageExperts) -> Response:
    """The expert is back: the absence of now ends now."""
    await pool.end_absences(session, await locked(session, Expert, expert_id), by=viewer.actor)
    return back(expert_id)


@router.post("/desk/experts/{expert_id}/credentials")
async def add_credential(  # noqa: PLR0917 - the form's fields
    expert_id: int,
    request: Request,
    session: Session,
    viewer: MayManageExperts,
    kind: Words = "",
    state: Words = "",
    expires_on: Words = "",
) -> Response:
    """Enter a credential."""
    expert = await locked(session, Expert, expert_id)

    async def work() -> None:
        until = read_day("expires_on", expires_on) if expires_on else None
        form = CredentialIn(kind=kind, state=state or None, expires_on=until)
        await credentials.add(session, expert, form, by=viewer.actor)

    return await _try(request, session, viewer, expert, work)


@router.post("/desk/experts/{expert_id}/credentials/{credential_id}")
async def work_credential(  # noqa: PLR0917 - the form's fields
    expert_id: int,
    credential_id: int,
    request: Request,
    session: Session,
    viewer: MayManageExperts,
    verb: Words = "renew",
    expires_on: Words = "",
) -> Response:
    """Renew a credential, or note that it was looked up at its source."""
    expert = await locked(session, Expert, expert_id)
    credential = await credentials.find(session, expert_id, credential_id)

    async def work() -> None:
        if verb == "verify":
            await credentials.verify(session, credential, by=viewer.actor)
        else:
            await credentials.renew(session, credential, read_day("expires_on", expires_on), by=viewer.actor)

    return await _try(request, session, viewer, expert, work)


@router.post("/desk/experts/{expert_id}/erase")
async def erase(  # noqa: PLR0917 - the form's fields
    expert_id: int, request: Request, session: Session, viewer: MayErase, why: Reason = "", name: Reason = ""
) -> Response:
    """Erase all that is personal, for good; the name typed once more says that it is meant."""
    expert = await locked(session, Expert, expert_id)

    async def work() -> None:
        if name.strip() != expert.name:
            raise Invalid(errors={"name": "Type the name as it stands above."})
        await erasing.erase(session, expert, why, by=viewer.actor)

    return await _try(request, session, viewer, expert, work)
