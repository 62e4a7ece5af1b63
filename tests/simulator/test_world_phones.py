"""The page of phones, without JavaScript: see what came, answer, and take phones over."""

from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest
from fastapi import FastAPI

from app.core.clock import clock
from app.simulator.people import Kind
from app.simulator.server import create_simulator
from tests.simulator.world import ACCOUNT, KIM, QUESTION, SAM, SERVICE, TOKEN, US, still_clock  # noqa: F401


@pytest.fixture
def app() -> FastAPI:
    """A simulator that delivers only when told; its webhooks go nowhere."""
    return create_simulator(account_sid=ACCOUNT, auth_token=TOKEN, public_url=SERVICE, runs_by_itself=False)


@pytest.fixture
async def page(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A browser without JavaScript."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://phones") as client:
        yield client


def _ask(app: FastAPI, number: str, name: str, kind: Kind | None = None) -> None:
    app.state.carrier.people.add(number, name, kind)
    app.state.carrier.create_message({"To": number, "From": US, "Body": QUESTION})


async def test_it_says_plainly_that_nobody_real_is_texted(page: httpx.AsyncClient) -> None:
    answer = await page.get("/phones")
    assert "Nobody real gets a text" in answer.text
    assert "No phone has a text yet" in answer.text


async def test_nothing_inline_and_nothing_from_elsewhere(page: httpx.AsyncClient, app: FastAPI) -> None:
    _ask(app, SAM, "Sam Reed")
    answer = await page.get("/phones")
    policy = answer.headers["content-security-policy"]
    for rule in ("default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'"):
        assert rule in policy
    assert "unsafe" not in policy
    assert "style=" not in answer.text
    assert "onclick" not in answer.text
    assert "<script>" not in answer.text
    for path in ("/static-sim/phones.css", "/static-sim/phones.js"):
        assert path in answer.text
        assert (await page.get(path)).status_code == 200


async def test_a_name_or_a_text_is_never_markup(page: httpx.AsyncClient, app: FastAPI) -> None:
    _ask(app, SAM, '<img src=x onerror="1">')
    app.state.carrier.phone_texts(SAM, "<b>$name</b> & ${body}")
    found = (await page.get("/phones", params={"find": '"><script>1'})).text
    shown = (await page.get("/phones")).text
    assert "<img" not in shown
    assert "&lt;b&gt;$name&lt;/b&gt; &amp; ${body}" in shown
    assert "<script>1" not in found


async def test_the_number_is_masked_and_the_newest_comes_first(page: httpx.AsyncClient, app: FastAPI) -> None:
    _ask(app, SAM, "Sam Reed")
    _ask(app, KIM, "Kim Ota")
    shown = (await page.get("/phones")).text
    assert shown.index("Kim Ota") < shown.index("Sam Reed")
    assert "Number ends in 11" in shown
    assert "555-0111" not in shown


async def test_an_answer_is_a_form_and_ends_on_the_same_page(page: httpx.AsyncClient, app: FastAPI) -> None:
    _ask(app, SAM, "Sam Reed", Kind.MANUAL)
    assert 'value="YES 412"' in (await page.get("/phones")).text
    sent = await page.post(f"/phones/{SAM}/texts", data={"body": "YES 412", "find": "Sam"})
    assert (sent.status_code, sent.headers["location"]) == (303, f"/phones?find=Sam#p{SAM.lstrip('+')}")
    assert app.state.carrier.messages[-1]["body"] == "YES 412"
    shown = (await page.get("/phones", params={"find": "Sam"})).text
    assert "You play this phone" in shown
    assert "<p>YES 412</p>" in shown


async def test_a_phone_is_taken_over_and_given_back(page: httpx.AsyncClient, app: FastAPI) -> None:
    _ask(app, SAM, "Sam Reed")
    assert "The simulator plays it" in (await page.get("/phones")).text
    await page.post(f"/phones/{SAM}/player", data={"kind": "manual"})
    assert app.state.carrier.people.is_manual(SAM)
    assert app.state.carrier.people.names[SAM] == "Sam Reed"
    await page.post(f"/phones/{SAM}/player", data={"kind": ""})
    assert not app.state.carrier.people.is_manual(SAM)


async def test_what_somebody_says_stands_in_for_what_the_simulator_meant(page: httpx.AsyncClient, app: FastAPI) -> None:
    _ask(app, SAM, "Sam Reed", Kind.YES)
    carrier = app.state.carrier
    clock.advance(timedelta(seconds=5))
    await carrier.run_due()
    await page.post(f"/phones/{SAM}/texts", data={"body": "NO 412"})
    clock.advance(timedelta(days=1))
    await carrier.run_due()
    assert [text["body"] for text in carrier.messages if text["from"] == SAM] == ["NO 412"]


async def test_search_by_name_and_digits_and_at_most_twelve(page: httpx.AsyncClient, app: FastAPI) -> None:
    for n in range(20):
        _ask(app, f"+130355501{n:02}", f"Person {n:02}")
    assert (await page.get("/phones")).text.count('class="phone"') == 12
    assert (await page.get("/phones", params={"find": "person 07"})).text.count('class="phone"') == 1
    assert (await page.get("/phones", params={"find": "555-0107"})).text.count('class="phone"') == 1
    assert "No phone is found" in (await page.get("/phones", params={"find": "nobody here"})).text


@pytest.mark.parametrize("path", ["/phones/abc/texts", "/phones/12/texts", "/simulator/phones/abc/texts"])
async def test_what_is_no_number_gets_no_phone(page: httpx.AsyncClient, app: FastAPI, path: str) -> None:
    wrong = await page.post(path, **{"json" if "simulator" in path else "data": {"body": "hi"}})  # type: ignore[arg-type]
    assert wrong.status_code == 422
    assert (await page.get("/phones")).status_code == 200
    assert app.state.carrier.messages == []


async def test_a_player_nobody_knows_is_refused(page: httpx.AsyncClient) -> None:
    assert (await page.post(f"/phones/{SAM}/player", data={"kind": "nonsense"})).status_code == 422


async def test_the_revision_changes_with_what_is_shown(page: httpx.AsyncClient, app: FastAPI) -> None:
    before = (await page.get("/phones/revision")).json()["revision"]
    assert (await page.get("/phones/revision")).json()["revision"] == before
    _ask(app, SAM, "Sam Reed")
    assert (await page.get("/phones/revision")).json()["revision"] != before


async def test_a_ringing_phone_shows_the_call_and_its_keys(page: httpx.AsyncClient, app: FastAPI) -> None:
    _ask(app, SAM, "Sam Reed", Kind.MANUAL)
    carrier = app.state.carrier
    twiml = "<Response><Gather action='/g'><Say>For yes, press 1.</Say></Gather></Response>"
    record = carrier.create_call({"To": SAM, "From": US, "Twiml": twiml})
    assert "RRT is calling" not in (await page.get("/phones")).text
    clock.advance(timedelta(seconds=2))
    await carrier.run_due()
    rings = (await page.get("/phones")).text
    assert "RRT is calling" in rings
    assert 'value="9"' not in rings
    path = f"/phones/{SAM}/calls/{record['sid']}"
    assert (await page.post(path, data={"verb": "answer"})).status_code == 303
    await carrier.run_due()
    talks = (await page.get("/phones")).text
    assert "For yes, press 1." in talks
    for key in ("1", "2", "9"):
        assert f'name="verb" value="{key}"' in talks
    assert (await page.post(path, data={"verb": "5"})).status_code == 422
    assert (await page.post(f"/phones/{SAM}/calls/nonsense", data={"verb": "answer"})).status_code == 422
    await page.post(path, data={"verb": "hang_up"})
    await carrier.run_due()
    assert "Hang up" not in (await page.get("/phones")).text


async def test_an_address_in_a_text_is_a_link_and_nothing_else_is(page: httpx.AsyncClient, app: FastAPI) -> None:
    body = 'RRT: see http://127.0.0.1:8000/x/aB3 now "><img src=x> javascript:alert(1) http://<b>'
    app.state.carrier.create_message({"To": SAM, "From": US, "Body": body})
    shown = (await page.get("/phones")).text
    assert '<a href="http://127.0.0.1:8000/x/aB3" target="_blank" rel="noreferrer">' in shown
    assert shown.count('target="_blank"') == 1
    assert "<img" not in shown
