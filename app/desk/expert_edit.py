"""Enter an expert, many of them from a file, and change the record of one."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, UploadFile
from fastapi.responses import Response
from pydantic import ValidationError
from sqlalchemy import func, select, union_all
from starlette.datastructures import FormData

from app.access.viewer import MayManageExperts
from app.agencies.models import Agency
from app.core.database import locked
from app.core.places import STATES
from app.core.problems import Conflict, Invalid, NotFound
from app.desk.expert_page import back
from app.experts import importing, pool
from app.experts.models import Expert
from app.experts.schemas import ExpertChange, ExpertIn
from app.experts.taxonomy import DISCIPLINES, EXPERTISE, LANGUAGES
from app.web.render import render, words
from app.web.session import Session
from app.web.worded import worded

router = APIRouter(include_in_schema=False)
FLAGS = ("is_active", "is_leader", "is_mentor", "is_trainee", "wakes_for_immediate")
LEVEL = "x."
"""Before the names of fields that hold a level of expertise."""
LARGEST_FILE = 1_000_000
BY_NAME = {name.casefold(): tag for tag, name in LANGUAGES.items()}


def read_languages(written: str) -> dict[str, int]:
    """ "Spanish 4, French 3" as tags and levels.

    Raises:
        Invalid: a language we do not know, or no level from 0 to 5.
    """
    found = {}
    for part in written.replace(";", ",").split(","):
        name, _, level = part.strip().rpartition(" ")
        if not part.strip():
            continue
        tag = BY_NAME.get(name.strip().casefold(), name.strip() if name.strip() in LANGUAGES else "")
        if not tag or level not in tuple("012345"):
            raise Invalid(errors={"languages": f"{part.strip()}: give a language we know and a level from 0 to 5."})
        found[tag] = int(level)
    return found


def say_languages(spoken: Mapping[str, int]) -> str:
    """Tags and levels as the form shows them."""
    return ", ".join(f"{LANGUAGES.get(tag, tag)} {level}" for tag, level in spoken.items())


def _errors(error: ValidationError) -> dict[str, str]:
    return {str(one["loc"][0] if one["loc"] else "name"): worded(one) for one in error.errors()}


def _values(expert: Expert) -> dict[str, Any]:
    names = ("name", "email", "employer", "expertise", "preferred_language", *FLAGS)
    return {name: getattr(expert, name) for name in names} | {"languages": say_languages(expert.languages)}


def _typed(form: FormData) -> dict[str, Any]:
    """What stands in the form, in the shape of `_values`."""
    texts = {name: str(form.get(name, "")).strip() for name in ("name", "email", "employer", "languages")}
    levels = {name.removeprefix(LEVEL): str(level) for name, level in form.items() if name.startswith(LEVEL)}
    expertise = {slug: int(level) for slug, level in levels.items() if level in ("1", "2", "3")}
    flags = {name: form.get(name) == "yes" for name in FLAGS}
    return {**texts, **flags, "expertise": expertise, "preferred_language": str(form.get("preferred_language", "en"))}


def _edit_page(request: Request, expert: Expert, values: Mapping[str, Any], status: int = 200, **more: Any) -> Response:
    context = {"errors": {}, "changed": None} | more
    return render(
        request, "desk/expert_edit.html", status, expert=expert, values=values, disciplines=DISCIPLINES,
        expertise=EXPERTISE, **context,
    )  # fmt: skip


@router.get("/desk/experts/{expert_id}/edit")
async def edit(expert_id: int, request: Request, session: Session, viewer: MayManageExperts) -> Response:
    """The record of an expert as a form."""
    expert = await session.get(Expert, expert_id)
    if expert is None:
        raise NotFound
    return _edit_page(request, expert, _values(expert))


@router.post("/desk/experts/{expert_id}/edit")
async def save(
    expert_id: int, request: Request, session: Session, viewer: MayManageExperts, version: Annotated[int, Form()]
) -> Response:
    """Save the record; whoever saved meanwhile is shown first, and nothing typed is lost."""
    expert, typed = await locked(session, Expert, expert_id), _typed(await request.form())
    now = _values(expert)
    if version != expert.version:
        told = [
            f"{words(name)}: now {_said(now[name])}, yours {_said(typed[name])}"
            for name in now
            if _differs(now, typed, name)
        ]
        return _edit_page(request, expert, typed, 412, changed=told)
    try:
        fields = typed | {"languages": read_languages(typed["languages"])}
        fields |= {name: typed[name] or None for name in ("email", "employer")}
        before = now | {"languages": expert.languages}
        form = ExpertChange(**{name: value for name, value in fields.items() if value != before[name]})
    except Invalid as problem:
        return _edit_page(request, expert, typed, 422, errors=problem.fields["errors"])
    except ValidationError as error:
        return _edit_page(request, expert, typed, 422, errors=_errors(error))
    try:
        if form.model_fields_set:
            await pool.change(session, expert, form, by=viewer.actor)
    except Conflict as problem:
        return _edit_page(request, expert, typed, 422, errors={"email": problem.detail})
    return back(expert_id)


def _differs(now: Mapping[str, Any], typed: Mapping[str, Any], name: str) -> bool:
    return (now[name] or "") != (typed[name] or "")


def _said(value: object) -> str:
    if isinstance(value, dict):
        return f"{len(value)} fields"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value or "nothing")


def _new_page(
    request: Request, typed: Mapping[str, Any], chosen: list[str], status: int = 200, **errors: str
) -> Response:
    return render(
        request, "desk/expert_new.html", status, typed=typed, chosen=chosen, errors=errors, states=STATES,
        disciplines=DISCIPLINES, columns=list(ExpertIn.model_fields),
    )  # fmt: skip


@router.get("/desk/experts/new")
async def new(request: Request, viewer: MayManageExperts) -> Response:
    """The form of a new expert, and the one of a file."""
    return _new_page(request, {"languages": "English 5"}, [])


async def _placed(session: Session, fields: Mapping[str, Any]) -> dict[str, float]:
    """Where a town is when the form does not say: amid the experts and agencies that are there.

    Raises:
        Invalid: nobody is.
    """
    if (fields.get("latitude") and fields.get("longitude")) or "city" not in fields or "state" not in fields:
        return {}
    city, state = fields["city"], fields["state"]
    same = [
        select(table.latitude, table.longitude).where(func.lower(table.city) == city.casefold(), table.state == state)
        for table in (Expert, Agency)
    ]
    both = union_all(*same).subquery()
    row = (await session.execute(select(func.avg(both.c.latitude), func.avg(both.c.longitude)))).one()
    if row[0] is None:
        raise Invalid(errors={"latitude": "Nobody we know is in this town yet: give its latitude and longitude."})
    return {"latitude": row[0], "longitude": row[1]}


@router.post("/desk/experts/new")
async def add(request: Request, session: Session, viewer: MayManageExperts) -> Response:
    """Enter an expert."""
    form = await request.form()
    typed = {name: str(value).strip() for name, value in form.items() if isinstance(value, str)}
    chosen = [str(code) for code in form.getlist("disciplines")]
    try:
        fields: dict[str, Any] = {name: value for name, value in typed.items() if value and name != "languages"}
        fields |= {"languages": read_languages(typed.get("languages", "")), "disciplines": chosen}
        fields["is_leader"] = "is_leader" in typed
        fields |= await _placed(session, fields)
        async with session.begin_nested():
            expert = await pool.add(session, ExpertIn(**fields), by=viewer.actor)
    except ValidationError as error:
        return _new_page(request, typed, chosen, 422, **_errors(error))
    except Invalid as problem:
        return _new_page(request, typed, chosen, 422, **problem.fields["errors"])
    except Conflict as problem:
        return _new_page(request, typed, chosen, 409, email=problem.detail)
    return back(expert.id)


@router.post("/desk/experts/import")
async def import_file(
    request: Request,
    session: Session,
    viewer: MayManageExperts,
    file: UploadFile | None = None,
    content: Annotated[str, Form(max_length=LARGEST_FILE)] = "",
) -> Response:
    """Read a file and say what of it can be entered; sent back whole, enter what can be."""
    is_dry = file is not None
    if file is not None:
        content = _decoded(await file.read(LARGEST_FILE + 1))
    rows = list(importing.read_lines(content.splitlines()))
    bad = [row for _, row in rows if isinstance(row, importing.BadRow)]
    entered = None
    if not is_dry:
        entered, bad = await importing.enter_rows(session, rows, skip_bad=True, by=viewer.actor)
    good = len(rows) - len(bad)
    return render(request, "desk/expert_import.html", bad=bad, good=good, entered=entered, content=content)


def _decoded(content: bytes) -> str:
    """The text of a file.

    Raises:
        Invalid: too large, or not text.
    """
    if len(content) > LARGEST_FILE:
        raise Invalid("The file is larger than 1 MB. Split it.", errors={"file": "Larger than 1 MB."})
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Invalid(
            "This is not a text file in UTF-8. Save the table as CSV.", errors={"file": "Not a CSV."}
        ) from None
