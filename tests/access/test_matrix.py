"""Every door, everybody, own things and other people's: compared with the one table (reliability.md R10)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from fastapi import APIRouter, FastAPI

from app.core.settings import get_settings
from app.main import create_app, refuse_unguarded
from app.web.session import transaction
from tests.access.asking import Answer, Found, ask, body_for, walk
from tests.access.table import DOORS, Door, doors
from tests.access.world import SECRET, Actor, World, build, undone
from tests.standing import the_app
from tests.story import Story

BETTER: dict[str, Any] = {"team_type": "T1", "state": "CO", "answer": "yes", "verb": "settle", "roles": ["auditor"]}
"""Values that a schema cannot tell, by the name of the field."""
AT = {
    "/desk/requests/{reference}/after/decide": {"verb": "give_back"}, "/my/trips/{assignment_id}": {"verb": "arrived"},
    "/desk/papers/{paper_id}": {"verb": "take"},
}  # fmt: skip
"""Values that only one door understands."""
PROTECTION = {
    "content-security-policy": "default-src 'none'", "x-frame-options": "DENY",
    "x-content-type-options": "nosniff", "referrer-policy": "no-referrer", "permissions-policy": "camera=()",
    "cross-origin-opener-policy": "same-origin", "cross-origin-resource-policy": "same-origin",
}  # fmt: skip
SIGNED = {path for method, path in doors() if path.startswith("/twilio/")}
"""The only doors that another site's page may ask to change something: they take nothing without a signature."""
SEEN_BY_ITS_AGENCY = ("GET", "/api/v1/requests/{reference}")
"""Where the secret must be read by who may, or its absence elsewhere says nothing."""
READS_SECRET = {"requester", "intake_officer", "recommender", "approver", "scheduler", "auditor"}

PARTS = 4
"""The doors are shared out, so that several processes knock at once."""


@dataclass(frozen=True, slots=True)
class Knock:
    """One try: who, at which door, with whose ids, and what came of it."""

    actor: Actor
    door: Door
    whose: str
    answer: Answer

    def __str__(self) -> str:
        return f"{self.door.method} {self.door.path} as {self.actor.name} with {self.whose} ids: {self.answer.status}"

    def wrong(self) -> str:
        """What is wrong with the answer, or nothing."""
        door, answer, may = self.door, self.answer, self.actor.role in self.door.roles
        if answer.status >= 500 or answer.status < 200:
            return "a bug"
        if unsafe := _unsafe_headers(door.path, answer):
            return unsafe
        if self.actor.role not in READS_SECRET and SECRET in answer.body:
            return "shows the secret of the request"
        if self.actor.name == "stranger" and SECRET in answer.body:
            return "shows another agency's secret"
        if door.scope == "carrier":
            return "" if answer.status == 403 else "took what nobody signed"
        if door.scope == "half" and self.actor.role == "nobody":
            return "" if answer.asks_to_sign_in or answer.status == 422 else "asked nobody for a second factor"
        if door.scope == "off" or (door.scope == "none" and may):
            return "" if answer.status == 404 else "found what is not there"
        if door.scope == "token":
            return "" if answer.status in (404, 410, 422) else "took a token that was made up"
        if not may and self.actor.role == "nobody":
            return "" if answer.asks_to_sign_in else "let in nobody"
        if not may:
            hidden = answer.status == 404 and door.scope == "agency"
            return "" if answer.status == 403 or hidden else "let in a wrong role"
        if (
            door.scope in ("led", "ordered", "planned", "named", "unasked")
            or self.whose == "others'"
            or (door.scope == "agency" and self.actor.name == "stranger")
        ):
            return "" if answer.status == 404 else "told of what is not theirs"
        return "refused who may" if answer.asks_to_sign_in or answer.status in (401, 403, 404) else ""


def _unsafe_headers(path: str, answer: Answer) -> str:
    """What an answer lacks of the browser's protection (R24)."""
    for name, part in PROTECTION.items():
        if part not in answer.headers.get(name, ""):
            return f"lacks {name}: {part}"
    kept = answer.headers.get("cache-control", "")
    return "" if path == "/static" or "no-store" in kept else "may be kept by a cache"


def _known(app: FastAPI) -> dict[tuple[str, str], Found]:
    return {(found.method, found.path): found for found in walk(app)}


def _tries(world: World, door: Door) -> Iterator[tuple[Actor, str, str]]:
    for actor in world.actors:
        yield actor, "own", world.path(door.path, actor.owns)
        if door.scope == "self" and actor.role in door.roles:
            yield actor, "others'", world.path(door.path, world.other)


async def _knock(app: FastAPI, found: Found, door: Door, world: World) -> list[Knock]:
    body, kind = body_for(found, world.shared | BETTER | AT.get(door.path, {}))
    knocks = []
    for actor, whose, path in _tries(world, door):
        headers = {"idempotency-key": str(uuid4()), "if-match": '"1"', "content-type": kind or "text/plain"}
        address = f"{path}/own/app.css" if path == "/static" else path
        answer = await ask(app, door.method, address, actor.headers | headers, body, door.scope == "stream")
        knocks.append(Knock(actor, door, whose, answer))
    return knocks


def _missing(app: FastAPI) -> list[str]:
    return [f"{method} {path}" for method, path in sorted(_known(app).keys() - doors().keys())]


async def test_the_table_has_every_door_and_no_other(story: Story) -> None:
    app = the_app()
    assert _missing(app) == [], "say in tests/access/table.py who may pass"
    assert doors().keys() - _known(app).keys() == set(), "the table has doors that are not there any more"


@pytest.mark.timeout(400)
@pytest.mark.parametrize("part", range(PARTS))
async def test_every_door_opens_to_whom_the_table_says_and_to_nobody_else(story: Story, part: int) -> None:
    world = await build(story)
    app = the_app()
    known, mine = _known(app), list(doors().items())[part::PARTS]
    app.dependency_overrides[transaction] = undone
    try:
        knocks = [knock for key, door in mine for knock in await _knock(app, known[key], door, world)]
    finally:
        app.dependency_overrides.clear()
    wrong = [f"{knock.wrong()}: {knock} {knock.answer.body[:150]}" for knock in knocks if knock.wrong()]
    assert wrong == [], "\n".join(wrong)
    assert len(knocks) > 14 * len(mine)
    if SEEN_BY_ITS_AGENCY in dict(mine):
        assert any(SECRET in knock.answer.body for knock in knocks if knock.actor.name == "requester")


async def test_the_walk_finds_planted_doors_and_every_path_of_the_api_document(story: Story) -> None:
    app = create_app()
    inner, outer, mounted = APIRouter(), APIRouter(), FastAPI(openapi_url=None)
    inner.add_api_route("/planted", lambda: None)
    outer.include_router(inner, prefix="/in")
    mounted.add_api_route("/planted", lambda: None, methods=["DELETE"])
    app.include_router(outer, prefix="/out")
    app.mount("/mounted", mounted)
    app.router.add_websocket_route("/socket", lambda _: None)  # type: ignore[arg-type, return-value]
    planted = [door for door in _missing(app) if door not in _missing(the_app())]
    assert planted == ["? /socket", "DELETE /mounted/planted", "GET /out/in/planted"]
    described = {(method.upper(), path) for path, methods in the_app().openapi()["paths"].items() for method in methods}
    assert described <= _known(app).keys()


async def test_no_door_changes_anything_for_another_sites_page(story: Story, caplog: pytest.LogCaptureFixture) -> None:
    app = the_app()
    foreign = ({"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}, {"origin": "https://evil.example"})
    for method, path in _known(app):
        if method not in ("GET", "?") and path not in SIGNED:
            answers = [await ask(app, method, path.replace("{", "").replace("}", ""), headers) for headers in foreign]
            assert [answer.status for answer in answers] == [403] * 3, path
            assert all("another site" in answer.body for answer in answers)
    assert "another site's page asked for POST /sign-in" in caplog.text
    await ask(app, "POST", "/sign-in\nINFO all is well", foreign[0])
    assert "all is well" not in caplog.text, "what is logged begins no line of its own"
    assert {"/twilio/sms", "/twilio/status", "/twilio/voice", "/twilio/voice/gather"} == SIGNED


async def test_browsers_stay_with_https_where_the_address_is(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "strict-transport-security" not in (await ask(the_app(), "GET", "/sign-in", {})).headers
    monkeypatch.setenv("RRT_PUBLIC_URL", "https://rrt.example")
    get_settings.cache_clear()
    told = (await ask(create_app(), "GET", "/sign-in", {})).headers["strict-transport-security"]
    assert told == "max-age=63072000; includeSubDomains"


@pytest.mark.parametrize("plant", ["route", "nested", "mounted", "socket"])
def test_an_unguarded_door_does_not_start(plant: str) -> None:
    app, router = FastAPI(openapi_url="/api/v1/openapi.json", docs_url=None, redoc_url=None), APIRouter()
    router.add_api_route("/open", lambda: None)
    refuse_unguarded(app)
    if plant == "route":
        app.add_api_route("/open", lambda: None)
    elif plant == "nested":
        outer = APIRouter()
        outer.include_router(router)
        app.include_router(outer)
    elif plant == "mounted":
        app.mount("/open", FastAPI())
    else:
        app.router.add_websocket_route("/open", lambda _: None)  # type: ignore[arg-type, return-value]
    with pytest.raises(Exception, match="/open"):
        refuse_unguarded(app)


def test_no_word_of_the_table_is_unknown() -> None:
    assert SEEN_BY_ITS_AGENCY in doors()
    assert len(doors()) == len([line for line in DOORS.splitlines() if line.strip()])
