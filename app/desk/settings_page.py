"""The page of rules and texts: read by the desk, changed by an administrator; every change is a version with a why."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.datastructures import FormData

from app.access.policy import Permission
from app.access.viewer import MayManageRules, MayReadRules, Viewer
from app.core.problems import Changed, Invalid
from app.core.settings import get_settings
from app.core.text import whole
from app.dispatch import ladder
from app.dispatch.ladder import Step
from app.messaging import catalogue
from app.requests.states import Priority
from app.rosters import rules as store
from app.rosters import trying
from app.rosters.rules import Rules
from app.web.render import render
from app.web.session import Session
from app.web.worded import worded

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Field:
    """One rule on the page: its bounds are the browser's, too."""

    name: str
    label: str
    default: object
    least: float | None
    most: float | None
    step: str


def _bound(metadata: list[Any], name: str) -> float | None:
    return next((getattr(one, name) for one in metadata if hasattr(one, name)), None)


def groups() -> dict[str, list[Field]]:
    """The rules by their groups, in their order."""
    found: dict[str, list[Field]] = defaultdict(list)
    for name, field in Rules.model_fields.items():
        extra = field.json_schema_extra
        if isinstance(extra, dict) and "group" in extra:
            bounds = _bound(field.metadata, "ge"), _bound(field.metadata, "le")
            step = "any" if field.annotation is float else "1"
            found[str(extra["group"])].append(Field(name, field.title or name, field.default, *bounds, step))
    return found


def say_reserves(rules: Rules) -> str:
    """The reserves as the form shows them, one a line."""
    return "\n".join(f"{rule.discipline} {rule.region} {rule.floor}" for rule in rules.reserves)


def _read_reserves(written: str) -> list[dict[str, str]]:
    found = []
    for line in written.splitlines():
        parts = line.split()
        if parts and len(parts) != 3:
            raise Invalid(errors={"reserves": f"{line.strip()}: write discipline, region and number, like MH 8 12."})
        if parts:
            found.append({"discipline": parts[0].upper(), "region": parts[1].upper(), "floor": parts[2]})
    return found


def _errors(error: ValidationError) -> dict[str, str]:
    found = {}
    for one in error.errors():
        said = worded(one)
        name, _, sentence = said.partition(": ") if not one["loc"] else (str(one["loc"][0]), "", said)
        found[name] = sentence
    return found


def _texts(request: Request) -> dict[str, Any]:
    """Every text with the desk's phone and the address of links that are tried, or else those that hold."""
    settings = get_settings()
    tried = {name: request.query_params.get(name, "").strip()[:120] for name in ("phone", "site")}
    phone, site = tried["phone"] or settings.desk_phone, tried["site"] or catalogue.SITE
    texts = catalogue.every(phone, site)
    return {"texts": texts, "text_tried": any(tried.values()), "text_phone": phone, "text_site": site,
            "too_long": [text for text in texts if text.segments > 1]}  # fmt: skip


async def _page(request: Request, session: Session, viewer: Viewer, status: int = 200, **more: Any) -> Response:
    versions = await store.versions(session)
    rules = await store.current(session)
    values = {name: getattr(rules, name) for name in Rules.model_fields} | {"reserves": say_reserves(rules)}
    settings = get_settings()
    context = {
        "versions": versions, "version": versions[0].version if versions else 0, "values": values, "groups": groups(),
        "errors": {}, "why": "", "changed": False, "may_manage": viewer.may(Permission.MANAGE_RULES),
        "trial": None,
        "ladders": {each: ladder.rungs(each, store.time_to_answer(rules, each)) for each in Priority},
        "ladder_steps": tuple(Step), "night": store.night(rules),
        "questions_per_day": settings.questions_per_day, "questions_per_month": settings.questions_per_month,
    }  # fmt: skip
    return render(request, "desk/settings.html", status, **context | _texts(request) | more)


@router.get("/desk/settings", include_in_schema=False)
async def the_settings(request: Request, session: Session, viewer: MayReadRules) -> Response:
    """The rules that hold, who changed them when and why, and every text we send."""
    return await _page(request, session, viewer)


def _typed(form: FormData) -> dict[str, Any]:
    return {name: str(form.get(name, "")).strip() for name in Rules.model_fields}


def _read(typed: dict[str, Any]) -> Rules:
    """The rules that were typed.

    Raises:
        Invalid: with a sentence for each field.
    """
    try:
        return Rules.model_validate(typed | {"reserves": _read_reserves(typed["reserves"])})
    except ValidationError as error:
        raise Invalid(errors=_errors(error)) from error


@router.post("/desk/settings", include_in_schema=False)
async def change(request: Request, session: Session, viewer: MayManageRules) -> Response:
    """A new version of the rules."""
    form = await request.form()
    kept: dict[str, Any] = {"values": _typed(form), "why": str(form.get("why", ""))}
    try:
        rules = _read(kept["values"])
        async with session.begin_nested():
            await store.change(session, rules, kept["why"], seen=_seen(form), by=viewer.actor)
    except Invalid as problem:
        return await _page(request, session, viewer, 422, errors=problem.fields["errors"], **kept)
    except Changed:
        return await _page(request, session, viewer, 412, changed=True, **kept)
    return RedirectResponse("/desk/settings", 303)


@router.post("/desk/settings/look", include_in_schema=False)
async def look(request: Request, session: Session, viewer: MayManageRules) -> Response:
    """What the rules that were typed would change; nothing is saved."""
    form = await request.form()
    kept: dict[str, Any] = {"values": _typed(form), "why": str(form.get("why", ""))}
    try:
        trial = await trying.trial(session, _read(kept["values"]))
    except Invalid as problem:
        return await _page(request, session, viewer, 422, errors=problem.fields["errors"], **kept)
    return await _page(request, session, viewer, trial=trial, **kept)


def _seen(form: FormData) -> int:
    version = whole(str(form.get("version", "")))
    if version is None:
        raise Changed
    return version


class RulesOut(BaseModel):
    """The rules that hold, and where they come from; version 0: the defaults."""

    model_config = ConfigDict(from_attributes=True)

    version: int
    at: datetime | None
    by_name: str
    why: str
    rules: Rules


@router.get("/api/v1/rules", tags=["desk"])
async def read_rules(session: Session, viewer: MayReadRules) -> RulesOut:
    """The rules that teams are composed and waves are planned by."""
    newest = await store.versions(session, 1)
    rules = await store.current(session)
    if not newest:
        return RulesOut(version=0, at=None, by_name="", why="", rules=rules)
    row = newest[0]
    return RulesOut(version=row.version, at=row.at, by_name=row.by_name, why=row.why, rules=rules)
