"""Hostile text in every text field there is: nothing breaks, nothing comes back as it was typed, nobody is named.

`make fuzz` goes round until each field got every text, or `HOSTILE_SECONDS` (1500) are over, beginning
with round `HOSTILE_FIRST`; here each gets its share.
What it does in a browser: `tests/browser/test_hostile.py`.
"""

import itertools
import json
import os
import re
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select, text

from app.core.database import begin
from app.core.settings import get_settings
from app.experts.models import Contact, Expert
from app.main import create_app
from app.web.session import transaction
from tests.access.asking import Answer, ask
from tests.access.table import Door, doors
from tests.access.world import Actor, World, build, undone
from tests.fuzz.fields import Form, body, forms_of, operations
from tests.fuzz.hostile import ALL, CONFUSED
from tests.story import Story

INSIDE = re.compile(r"Traceback|psycopg|sqlalchemy|site-packages|File \"/|\.py\b|SELECT [\w.]+,|INSERT INTO")
"""What an answer would say of the inside."""
NO_PAGE = re.compile(r"^/(static|live|healthz|readyz|api|twilio|x/|sign-in/oidc)|\.(csv|ics|json)$")
DESKLESS = ("requester", "stranger", "expert", "nobody", "wellness_lead", "evaluator", "team_leader")
"""Who never has reason to read of somebody of the pool."""
HEADERS = (
    "user-agent",
    "if-match",
    "idempotency-key",
    "accept-language",
    "referer",
    "x-forwarded-for",
    "authorization",
)


@dataclass
class Trial:
    """The application, everybody, and what came of all that was tried."""

    app: FastAPI
    world: World
    people: re.Pattern[str]
    """Names and numbers of the pool."""
    self_of_expert: set[str]
    """The name and number of the expert who knocks: their own record may show it."""
    every: int
    """Each field gets every so-manieth text in a round."""
    turn: Iterator[int] = field(default_factory=itertools.count)
    seen: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def share(self) -> tuple[str, ...]:
        """The texts for the next field; all together get all of them."""
        return ALL[next(self.turn) % self.every :: self.every]

    def for_role(self, door: Door) -> Actor | None:
        """Somebody who may."""
        return next((actor for actor in self.world.actors if actor.role in door.roles), None)

    async def tries(self, actor: Actor, method: str, path: str, sent: bytes, kind: str, typed: object) -> Answer:
        """Send it, and look at what comes back."""
        headers = {"idempotency-key": str(uuid4()), "if-match": '"1"'} | ({"content-type": kind} if kind else {})
        answer = await ask(self.app, method, path, actor.headers | headers, sent)
        self.judge(actor, f"{method} {path[:80]} as {actor.name}: {str(typed)[:60]!r}", answer, typed)
        return answer

    def judge(self, actor: Actor, what: str, answer: Answer, typed: object) -> None:
        """Whether anything about an answer is wrong."""
        self.seen[f"{answer.status // 100}xx"] += 1
        if answer.status >= 500 or answer.status == 0:
            self.wrong.append(f"{answer.status} {what} {answer.body[:200]}")
        is_page = "html" in answer.headers.get("content-type", "")
        if is_page and isinstance(typed, str) and "<" in typed.strip("<") and typed in answer.body:
            self.wrong.append(f"as it was typed: {what}")
        # What was typed may be said back, in capitals where a field has them (a state).
        ours = answer.body.replace(str(typed), "").replace(str(typed).upper(), "")
        if answer.status >= 400 and (found := INSIDE.search(ours)):
            self.wrong.append(f"tells of the inside ({found[0]}): {what}")
        if answer.status >= 400 and actor.name in DESKLESS:
            named = set(self.people.findall(answer.body)) - (self.self_of_expert if actor.name == "expert" else set())
            self.wrong += [f"names {who}: {what}" for who in named]


async def _trial(story: Story, every: int) -> Trial:
    world = await build(story)
    app = create_app()
    app.dependency_overrides[transaction] = undone
    async with begin() as session:
        query = select(Expert.id, Expert.name, Contact.number).join(Contact, Contact.expert_id == Expert.id)
        rows = [(expert_id, {name, number[-10:]}) for expert_id, name, number in await session.execute(query)]
    found = {re.escape(part) for _, parts in rows for part in parts}
    own = {part for expert_id, parts in rows if expert_id == world.shared["expert_id"] for part in parts}
    found.discard(re.sub(r"\D", "", get_settings().desk_phone)[-10:])
    return Trial(app, world, re.compile("|".join(sorted(found))), own, every)


def _urlencoded(fields: list[tuple[str, str]]) -> bytes:
    return urlencode(fields, errors="surrogatepass").encode()


def _multipart(fields: list[tuple[str, str]], files: list[str], name: str) -> tuple[bytes, str]:
    """A form with files, each called `name`."""
    given = {key: value.encode(errors="replace").decode() for key, value in fields}
    called = name.encode(errors="replace").decode()
    request = httpx.Request(
        "POST", "http://x/", data=given, files=[(file, (called, b"%PDF-1.7", "application/pdf")) for file in files]
    )  # fmt: skip
    return request.read(), request.headers["content-type"]


async def _forms(trial: Trial) -> list[tuple[Actor, Form]]:
    """Every form of every page, once, with somebody who may send it."""
    found: dict[tuple[str, str], tuple[Actor, Form]] = {}
    for door in doors().values():
        actor = trial.for_role(door)
        if door.method != "GET" or NO_PAGE.search(door.path) or actor is None:
            continue
        for path in _paths(trial.world, door, actor):
            page = await ask(trial.app, "GET", path, actor.headers)
            for form in forms_of(page.body, path):
                found.setdefault((form.method, re.sub(r"\d+", "0", form.action)), (actor, form))
    return list(found.values())


SHARES = 40
"""Rounds in which every field gets every text."""
STEPS = ("what", "where", "help", "reach", "incident", "people", "documents")


def _paths(world: World, door: Door, actor: Actor) -> list[str]:
    if "{slug}" not in door.path:
        return [world.path(door.path, actor.owns)]
    return [world.path(door.path, actor.owns, {"slug": slug}) for slug in STEPS]


async def _send(trial: Trial, actor: Actor, form: Form, typed: str, *, everything: bool) -> None:
    fields = form.filled(typed, everything=everything)
    if form.method == "GET":
        await trial.tries(
            actor, "GET", f"{form.action.partition('?')[0]}?{_urlencoded(fields).decode()}", b"", "", typed
        )
    elif form.has_files or form.files:
        sent, kind = _multipart(fields, form.files, typed)
        await trial.tries(actor, "POST", form.action, sent, kind, typed)
    else:
        await trial.tries(actor, "POST", form.action, _urlencoded(fields), "application/x-www-form-urlencoded", typed)


async def _pages(trial: Trial) -> int:
    forms = await _forms(trial)
    for actor, form in forms:
        for number, typed in enumerate(trial.share()):
            await _send(trial, actor, form, typed, everything=number % 2 == 1)
    return len(forms)


async def _api(trial: Trial) -> int:
    document, known, count = trial.app.openapi(), doors(), 0
    for method, path, operation in operations(document):
        door = known[method, path]
        actor = trial.for_role(door)
        assert actor is not None, path
        address = trial.world.path(path, actor.owns)
        content = operation.get("requestBody", {}).get("content", {})
        texts = [one["name"] for one in operation.get("parameters", ()) if one["in"] == "query"]
        for typed in trial.share():
            if "application/json" in content:
                sent = body(content["application/json"]["schema"], document, typed)
                await trial.tries(actor, method, address, json.dumps(sent).encode(), "application/json", typed)
            elif content:
                packed, kind = _multipart([], ["letter"], typed)
                await trial.tries(actor, method, address, packed, kind, typed)
            elif texts:
                query = _urlencoded([(name, typed) for name in texts]).decode()
                await trial.tries(actor, method, f"{address}?{query}", b"", "", typed)
            count += 1
        if "application/json" in content:
            await _confused(trial, actor, method, address, content["application/json"]["schema"], document)
    return count


async def _confused(trial: Trial, actor: Actor, method: str, address: str, schema: Any, document: Any) -> None:
    """Something else where a text belongs, instead of the whole body, and bodies that are none."""
    shares = CONFUSED[next(trial.turn) % trial.every :: trial.every] if trial.every > 1 else CONFUSED
    for given in shares:
        sent = body(schema, document, given)
        await trial.tries(actor, method, address, json.dumps(sent).encode(), "application/json", given)
        await trial.tries(actor, method, address, json.dumps(given).encode(), "application/json", given)
    for raw in (b"", b"{", b"\xff\xfe", b'{"a":1,"a":2}', b"[" * 3_000, b'{"x":' * 2_000, b"1" * 5_000)[
        :: min(trial.every, 3)
    ]:
        await trial.tries(actor, method, address, raw, "application/json", raw)


async def _ids(trial: Trial) -> None:
    """Texts where ids belong, in every address that has one."""
    for door in doors().values():
        actor = trial.for_role(door)
        if "{" not in door.path or actor is None:
            continue
        for typed in trial.share():
            address = re.sub(r"{\w+}", "{}", door.path).replace("{}", typed[:300].encode(errors="replace").decode())
            sent = await ask(trial.app, door.method, address, actor.headers)
            trial.judge(actor, f"{door.method} {door.path}: {typed[:60]!r}", sent, typed)


async def _headers(trial: Trial) -> None:
    actor = next(actor for actor in trial.world.actors if actor.name == "requester")
    for name in HEADERS:
        for typed in trial.share():
            value = re.sub(r"[\x00\r\n]", "", typed).encode(errors="replace").decode("latin-1").strip()
            for path in ("/agency", "/api/v1/requests"):
                answer = await ask(
                    trial.app, "POST" if name.startswith("i") else "GET", path, actor.headers | {name: value}
                )
                trial.judge(actor, f"{name} at {path}: {typed[:60]!r}", answer, typed)


async def _texts(trial: Trial, story: Story) -> None:
    """As texts of somebody who was asked, and of a stranger; the desk's pages show them."""
    [offer, *_] = await story.offers(trial.world.shared["reference"])
    number = (await story.person(offer["expert_id"])).number
    for typed in trial.share():
        for sender in (number, "+12025550177"):
            story.carrier.phone_texts(sender, typed.encode(errors="replace").decode()[:1600])
        await story.settle()
    failed = await _failed_jobs()
    trial.wrong += [f"a job failed: {one}" for one in failed]


async def _failed_jobs() -> list[str]:
    async with begin() as session:
        query = "select task_name from procrastinate_jobs where status = 'failed'"
        return list(await session.scalars(text(query)))


async def _everywhere(trial: Trial, story: Story, number: int = 0) -> int:
    """One round: each field gets its share, another one in each of `every` rounds; how many forms there were."""
    trial.turn = itertools.count(number)
    forms = await _pages(trial)
    await _api(trial)
    await _ids(trial)
    await _headers(trial)
    await _texts(trial, story)
    return forms


def test_there_are_enough_hostile_texts() -> None:
    assert len(set(ALL)) > 200


@pytest.mark.timeout(1200)
async def test_hostile_text_in_every_field_breaks_nothing_and_tells_nothing(story: Story) -> None:
    trial = await _trial(story, SHARES)
    forms = await _everywhere(trial, story)
    assert trial.wrong == [], "\n".join(trial.wrong[:60])
    assert forms > 40
    assert min(trial.seen["2xx"], trial.seen["3xx"], trial.seen["4xx"]) > 20, trial.seen


@pytest.mark.slow
@pytest.mark.timeout(7200)
async def test_every_hostile_text_in_every_field_breaks_nothing_and_tells_nothing(
    story: Story, capsys: pytest.CaptureFixture[str]
) -> None:
    trial, rounds, forms = await _trial(story, SHARES), 0, 0
    ends = time.monotonic() + float(os.environ.get("HOSTILE_SECONDS", "1500"))
    for number in range(int(os.environ.get("HOSTILE_FIRST", "0")), SHARES):
        forms, rounds = await _everywhere(trial, story, number), rounds + 1
        if trial.wrong or time.monotonic() > ends:
            break
    with capsys.disabled():
        print(f"\n{rounds} of {SHARES} rounds: {rounds * len(ALL) // SHARES} of {len(ALL)} hostile texts in each field")
        print(f"{forms} forms, {sum(trial.seen.values())} requests: {dict(trial.seen)}")
    assert trial.wrong == [], "\n".join(trial.wrong[:100])
