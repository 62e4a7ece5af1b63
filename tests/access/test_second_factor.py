"""Second factors, sessions and what ends them, over the pages."""

import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from urllib.parse import urlsplit

import httpx
import pyotp
import pytest
from sqlalchemy import text

from app.access import resealing, vault
from app.access.factors import RECOVERY_CODES
from app.access.sessions import CODES, TRIES, cookie_name
from app.core.clock import clock
from app.core.database import begin
from app.core.settings import get_settings
from app.seed.filling import DEMO_PASSWORD
from tests.access.authenticator import Authenticator
from tests.core.test_chain import SETTINGS
from tests.story import Story
from tests.test_cli import rrt
from tests.web.browser import ADMIN, APPROVER, CHIEF, INTAKE, RECOMMENDER, Browser, browser, headline

SIGN_IN = {"email": APPROVER, "password": DEMO_PASSWORD}


def code(secret: str) -> str:
    """What the app shows now."""
    return pyotp.TOTP(secret).at(time.time())


async def next_half_minute() -> None:
    """A code counts once; instead of waiting for the next one, the last is forgotten."""
    async with begin() as session:
        await session.execute(text("update factors set last_step = 0"))


@asynccontextmanager
async def with_app(story: Story, email: str = APPROVER) -> AsyncIterator[tuple[Browser, str, list[str]]]:
    """A browser of somebody who has set up an authenticator app; its secret and the recovery codes."""
    async with browser(story, email) as page:
        started = await page.sends("/account/totp")
        (secret,) = re.findall(r'rrt-secret">([A-Z2-7]{32})<', started.text)
        wrong = await page.sends("/account/totp/confirm", code="000000")
        assert wrong.status_code == 422
        assert secret in wrong.text
        done = await page.sends("/account/totp/confirm", code=code(secret))
        assert headline(done) == "Your account asks for a second factor"
        codes = re.findall(r"<li><code>([a-z2-9-]{11})</code>", done.text)
        assert len(codes) == 10
        await next_half_minute()
        yield page, secret, codes


async def test_after_the_password_comes_the_code_and_half_a_session_opens_nothing(story: Story) -> None:
    async with with_app(story) as (_, secret, _codes), browser(story) as page:
        half = await page.sends("/sign-in", **SIGN_IN)
        assert headline(half) == "Show that it is you"
        for path in ("/desk", "/account", "/api/v1/me"):
            answer = await page.opens(path)
            assert answer.url.path == "/sign-in" or answer.status_code == 401
        assert (await page.sends("/sign-in/second", code="123456")).status_code == 422
        refused = (await story.get("/audit?kind=user.sign_in_refused", who="admin"))["items"]
        assert [row["data"] for row in refused] == [{"way": "code"}]
        before = page.http.cookies[cookie_name()]
        whole = await page.sends("/sign-in/second", code=code(secret), next="/desk")
        assert whole.url.path == "/desk"
        assert page.http.cookies[cookie_name()] != before


async def test_a_code_counts_once(story: Story) -> None:
    async with with_app(story) as (_, secret, _codes), browser(story) as one, browser(story) as two:
        await one.sends("/sign-in", **SIGN_IN)
        await two.sends("/sign-in", **SIGN_IN)
        shown = code(secret)
        assert (await one.sends("/sign-in/second", code=shown, next="/desk")).url.path == "/desk"
        two.http.headers["Accept-Language"] = "es"
        refused = await two.sends("/sign-in/second", code=shown)
        assert refused.status_code == 422
        assert headline(refused) == "Demuestre que es usted"
        assert "Este código no es correcto" in refused.text


async def test_after_a_new_secret_key_apps_are_sealed_anew_and_the_key_before_may_go(
    story: Story, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def use(secret_key: str, previous: str = "") -> None:
        monkeypatch.setenv("RRT_SECRET_KEY", secret_key)
        monkeypatch.setenv("RRT_PREVIOUS_SECRET_KEY", previous)
        get_settings.cache_clear()

    async with with_app(story) as (_, secret, _):
        before, after = get_settings().secret_key.get_secret_value(), "n" * 40
        use(after)
        with pytest.raises(vault.Unsealable):
            await resealing.rotate()
        use(after, before)
        assert await resealing.look() == resealing.Look(newest=0, older=1)
        settings = {f"RRT_{name}": value for name, value in SETTINGS.items()} | {"RRT_DATABASE_URL": database_url}
        rotated = rrt("keys", "rotate", **settings | {"RRT_SECRET_KEY": after, "RRT_PREVIOUS_SECRET_KEY": before})
        assert "factors.secret: 1 sealed anew" in rotated.stdout, rotated.stderr
        use(after)
        assert await resealing.look() == resealing.Look(newest=1)
        assert await resealing.rotate() == 0
    async with browser(story) as page:
        await page.sends("/sign-in", **SIGN_IN)
        await page.sends("/sign-in/second", code=code(secret), next="/account")
        assert headline(await page.opens("/account")) == "Your account asks for a second factor"
    use(before)
    lost = rrt("keys", "check", **settings | {"RRT_SECRET_KEY": before})
    assert lost.returncode == 1
    assert "factors.secret: 0 sealed with the present secret key, 1 cannot be opened (rows [" in lost.stderr


async def test_a_recovery_code_counts_once_and_is_kept_as_a_digest(story: Story) -> None:
    async with with_app(story) as (_, _secret, codes), browser(story) as one, browser(story) as two:
        await one.sends("/sign-in", **SIGN_IN)
        await two.sends("/sign-in", **SIGN_IN)
        assert (await one.sends("/sign-in/second", code=codes[0].upper(), next="/desk")).url.path == "/desk"
        assert (await two.sends("/sign-in/second", code=codes[0])).status_code == 422
        assert "9 recovery codes are left" in (await one.opens("/account")).text
        async with begin() as session:
            kept = str((await session.execute(text("select digest, user_id from recovery_codes"))).all())
            sealed = str((await session.execute(text("select secret from factors"))).all())
        assert codes[1].replace("-", "") not in kept
        assert kept.count("$argon2id$") == RECOVERY_CODES
        assert _secret not in sealed


async def test_approving_asks_for_the_factor_again_and_loses_nothing(story: Story) -> None:
    reference = await story.files()
    await story.post("intake", f"/requests/{reference}/take-in")
    await story.post("recommender", f"/requests/{reference}/recommend", {"team_type": "T1"})
    form = {"verb": "approve", "kind": "approve", "note": "Seen & agreed", "reason_code": "need_confirmed"}
    async with with_app(story) as (page, secret, _codes):
        clock.advance(timedelta(minutes=16))
        asked = await page.sends(f"/desk/requests/{reference}/decide", **form)
        assert (asked.status_code, headline(asked)) == (403, "Show that it is you")
        kept = dict(re.findall(r'name="(kept[^"]*)" value="([^"]*)"', asked.text))
        assert kept["kept.note"] == "Seen &amp; agreed"
        assert (await story.get(f"/requests/{reference}"))["state"] == "recommended"
        again = await page.sends("/sign-in/second", code=code(secret), **kept)
        assert headline(again) == "You are signed in again"
        answer = await page.sends(f"/desk/requests/{reference}/decide", **form)
        assert headline(answer) != "Show that it is you"


async def test_taking_the_log_away_asks_for_the_factor_again(story: Story) -> None:
    async with with_app(story, ADMIN) as (page, secret, _codes):
        assert (await page.opens("/desk/audit.csv")).headers["content-type"].startswith("text/csv")
        clock.advance(timedelta(minutes=16))
        asked = await page.opens("/desk/audit.csv?kind=user")
        assert headline(asked) == "Show that it is you"
        file = await page.sends("/sign-in/second", code=code(secret), next="/desk/audit.csv?kind=user")
        assert file.headers["content-type"].startswith("text/csv")


async def test_taking_somebodys_data_away_asks_for_the_factor_again(story: Story) -> None:
    async with with_app(story, ADMIN) as (page, secret, _codes):
        clock.advance(timedelta(minutes=16))
        assert headline(await page.opens("/desk/experts/1/data")) == "Show that it is you"
        taking = await page.sends("/desk/experts/1/data", why="They asked for it by phone.")
        assert (taking.status_code, headline(taking)) == (403, "Show that it is you")
        await page.sends("/sign-in/second", code=code(secret))
        taken = await page.sends("/desk/experts/1/data", why="They asked for it by phone.")
        assert taken.headers["content-disposition"].startswith("attachment")


async def test_setting_a_cap_aside_asks_both_people_for_the_factor_again(story: Story) -> None:
    reference = await story.files()
    await story.approves(reference)
    who = (await story.get("/experts"))["items"][0]["id"]
    path = f"/deployments/{reference}/overrides"
    here, form = f"/desk/requests/{reference}/overrides", {"expert_id": str(who), "reason": "Speaks Hmong."}
    async with with_app(story, RECOMMENDER) as (page, _secret, _codes):
        clock.advance(timedelta(minutes=16))
        asked = await page.sends(here, **form)
        assert (asked.status_code, headline(asked)) == (403, "Show that it is you")
        assert await story.get(path) == []
    (one,) = await story.post("recommender", path, {"expert_id": who, "cap": "exposure", "reason": "Speaks Hmong."})
    async with with_app(story) as (page, secret, _codes):
        clock.advance(timedelta(minutes=16))
        grant = await page.sends(f"{here}/{one['id']}", verb="grant", reason="Rested.")
        assert (grant.status_code, headline(grant)) == (403, "Show that it is you")
        await page.sends("/sign-in/second", code=code(secret))
        assert headline(await page.sends(f"{here}/{one['id']}", verb="grant", reason="Rested.")) == "1 cap is set aside"


async def test_guessing_codes_stops_and_locks_nobody_else_out(story: Story) -> None:
    async with with_app(story) as (page, secret, _codes), browser(story) as guesser:
        await guesser.sends("/sign-in", **SIGN_IN)
        for _ in range(TRIES):
            assert (await guesser.sends("/sign-in/second", code="000000")).status_code == 422
        assert (await guesser.sends("/sign-in/second", code=code(secret))).status_code == 429
        assert (await page.opens("/desk")).status_code == 200
        async with begin() as session:
            await session.execute(text("update sign_in_tries set address = '203.0.113.9'"))
        async with browser(story) as owner:
            await owner.sends("/sign-in", **SIGN_IN)
            assert (await owner.sends("/sign-in/second", code=code(secret), next="/desk")).url.path == "/desk"


async def test_codes_guessed_from_many_addresses_stop_for_who_has_the_password_only(story: Story) -> None:
    moved = text("update sign_in_tries set address = '203.0.113.9' where address <> '*'")
    async with with_app(story) as (page, secret, _codes), browser(story) as guesser:
        for _ in range(TRIES):
            await guesser.sends("/sign-in", email=APPROVER, password="not-the-password")
        async with begin() as session:
            await session.execute(moved)
        await guesser.sends("/sign-in", **SIGN_IN)
        for number in range(CODES):
            if number % TRIES == 0:
                async with begin() as session:
                    await session.execute(moved)
            assert (await guesser.sends("/sign-in/second", code="000000")).status_code == 422
        async with begin() as session:
            await session.execute(moved)
        assert (await guesser.sends("/sign-in/second", code=code(secret))).status_code == 429
        assert (await page.opens("/desk")).status_code == 200
        clock.advance(timedelta(minutes=16))
        async with browser(story) as owner:
            await owner.sends("/sign-in", **SIGN_IN)
            assert (await owner.sends("/sign-in/second", code=code(secret), next="/desk")).url.path == "/desk"


async def test_what_strangers_send_is_counted_by_address(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RRT_REQUESTS_PER_MINUTE", "3")
    monkeypatch.setattr("app.access.limits.time.time", lambda: 1795600000.0)
    get_settings.cache_clear()
    async with browser(story) as page:
        form = {"language": "es"}
        sent = [await page.http.post("/language", data=form, follow_redirects=False) for _ in range(4)]
        assert [answer.status_code for answer in sent] == [303, 303, 303, 429]
        assert (await page.opens("/sign-in")).status_code == 200
        assert (await page.sends("/twilio/sms", Body="hello")).status_code == 403, "not signed, and not counted"


async def test_codes_that_were_kept_before_still_count_once(story: Story) -> None:
    async with with_app(story) as (_, _secret, codes), browser(story) as one, browser(story) as two:
        old = "select encode(sha256(convert_to('recovery:' || u.id || ':' || :code, 'UTF8')), 'hex') from users u"
        async with begin() as session:
            await session.execute(
                text(f"update recovery_codes set digest = ({old} where u.id = user_id) where id = (select min(id)"  # noqa: S608
                     " from recovery_codes)"),
                {"code": codes[0].replace("-", "")},
            )  # fmt: skip
        for page, status in ((one, 200), (two, 422)):
            await page.sends("/sign-in", **SIGN_IN)
            assert (await page.sends("/sign-in/second", code=codes[0], next="/desk")).status_code == status


async def test_a_first_factor_waits_for_the_password_in_a_browser_that_was_left_open(story: Story) -> None:
    async with browser(story, INTAKE) as page:
        clock.advance(timedelta(minutes=16))
        late = await page.sends("/account/totp")
        assert (late.status_code, "sign in again, and add it then" in late.text) == (403, True)
        assert "rrt-totp" not in late.text
        asked = await page.http.post("/account/passkeys/options", json={})
        assert (asked.status_code, "sign in again" in asked.json()["error"]) == (403, True)
        await page.sends("/sign-in", email=INTAKE, password=DEMO_PASSWORD)
        assert "rrt-totp" in (await page.sends("/account/totp")).text


async def test_who_signs_in_ends_the_session_that_was_open_in_this_browser(story: Story) -> None:
    async with browser(story, INTAKE) as page, browser(story) as thief:
        thief.http.cookies.set(cookie_name(), page.http.cookies[cookie_name()])
        assert (await thief.opens("/desk")).url.path == "/desk"
        assert (await page.sends("/sign-in", email=CHIEF, password="not-the-password")).status_code == 422
        assert (await thief.opens("/desk")).url.path == "/desk", "who does not get in ends nothing"
        assert (await page.sends("/sign-in", email=CHIEF, password=DEMO_PASSWORD)).url.path == "/agency"
        assert (await thief.opens("/desk")).url.path == "/sign-in"


async def test_unknown_wrong_and_closed_accounts_hear_the_same(story: Story) -> None:
    async with begin() as session:
        await session.execute(text("update users set is_active = false where email = :email"), {"email": INTAKE})
    async with browser(story) as page:
        answers = [
            await page.sends("/sign-in", email=email, password=password)
            for email, password in (
                ("nobody@desk.example", "not-the-password"), (CHIEF, "not-the-password"), (INTAKE, DEMO_PASSWORD),
            )
        ]  # fmt: skip
    said = {re.sub(r'value="[^"]*"', "", answer.text) for answer in answers}
    assert ({answer.status_code for answer in answers}, len(said)) == ({422}, 1)


async def test_a_passkey_is_made_and_signs_in_and_hostile_ones_do_not(story: Story) -> None:
    origin = get_settings().public_url
    host = urlsplit(origin).hostname or ""
    key, phisher = Authenticator(origin, host), Authenticator("https://rrt.example.evil", host)
    async with browser(story, APPROVER) as page:

        async def made(credential: dict[str, object]) -> int:
            return (await page.http.post("/account/passkeys", json=credential)).status_code

        async def options() -> dict[str, str]:
            answer: dict[str, str] = (await page.http.post("/account/passkeys/options")).json()
            return answer

        assert await made(phisher.makes(await options())) == 422
        assert await made(key.makes({"challenge": "b3RoZXI"})) == 422
        assert await made(key.makes(await options(), flags=0x41)) == 422, "not verified"
        assert await made(key.makes(await options())) == 200
    async with browser(story) as page:
        await page.sends("/sign-in", **SIGN_IN)

        async def signed(credential: dict[str, object]) -> int:
            return (await page.http.post("/sign-in/passkey", json=credential)).status_code

        async def question() -> dict[str, str]:
            answer: dict[str, str] = (await page.http.post("/sign-in/passkey/options")).json()
            return answer

        stranger = Authenticator(origin, host)
        stranger.id = key.id
        elsewhere = Authenticator("https://rrt.example.evil", host)
        elsewhere.id, elsewhere.key = key.id, key.key
        asked = await question()
        assert await signed(stranger.signs(asked)) == 422
        assert await signed(key.signs(asked)) == 422, "a challenge counts once"
        assert await signed(elsewhere.signs(await question())) == 422
        assert await signed(key.signs(await question(), flags=0x01)) == 422, "not verified"
        assert (await page.opens("/desk")).url.path == "/sign-in"
        used = key.count
        assert await signed(key.signs(await question())) == 200
        assert (await page.opens("/desk")).url.path == "/desk"
        key.count = used - 1
        assert await signed(key.signs(await question())) == 422, "a copy counts from before"


async def test_sessions_are_listed_and_ended_by_their_owner_only(story: Story) -> None:
    async with browser(story, APPROVER) as here, browser(story, APPROVER) as there, browser(story, INTAKE) as other:
        page = await here.opens("/account")
        (number,) = re.findall(r"/account/sessions/(\d+)/end", page.text)
        assert (await other.sends(f"/account/sessions/{number}/end")).status_code == 404
        assert (await there.opens("/desk")).url.path == "/desk"
        await here.sends(f"/account/sessions/{number}/end")
        assert (await there.opens("/desk")).url.path == "/sign-in"
        assert (await here.opens("/desk")).url.path == "/desk"


async def test_all_others_are_ended_by_one_button_and_the_log_says_so(story: Story) -> None:
    async with browser(story, APPROVER) as here, browser(story, APPROVER) as there, browser(story, INTAKE) as other:
        assert "Sign out everywhere else" in (await here.opens("/account")).text
        await here.sends("/account/sessions/end-others")
        assert (await there.opens("/desk")).url.path == "/sign-in"
        assert (await here.opens("/desk")).url.path == (await other.opens("/desk")).url.path == "/desk"
    (event,) = [
        one for one in (await story.get("/events", who="admin"))["items"] if one["kind"] == "user.other_sessions_ended"
    ]
    assert (event["actor_name"], event["data"]) == ("Alex Hartley", {"ended": 1})


async def test_a_new_password_ends_every_other_session(story: Story) -> None:
    async with browser(story, APPROVER) as here, browser(story, APPROVER) as there:
        wrong = await here.sends("/account/password", present="nope", new="a-new-long-password")
        assert "This is not your present password" in wrong.text
        short = await here.sends("/account/password", present=DEMO_PASSWORD, new="short")
        assert "at least 12 characters" in short.text
        done = await here.sends("/account/password", present=DEMO_PASSWORD, new="a-new-long-password")
        assert "signed out everywhere else" in done.text
        assert (await there.opens("/desk")).url.path == "/sign-in"


@pytest.mark.parametrize(("wait", "path"), [(timedelta(minutes=31), "/sign-in"), (timedelta(minutes=29), "/desk")])
async def test_an_idle_session_ends(story: Story, wait: timedelta, path: str) -> None:
    async with browser(story, APPROVER) as page:
        clock.advance(wait)
        assert (await page.opens("/desk")).url.path == path


async def test_no_session_lasts_longer_than_twelve_hours(story: Story) -> None:
    async with browser(story, APPROVER) as page:
        for _ in range(28):
            clock.advance(timedelta(minutes=25))
            assert (await page.opens("/desk")).url.path == "/desk"
        clock.advance(timedelta(minutes=25))
        assert (await page.opens("/desk")).url.path == "/sign-in"


async def test_who_is_demoted_or_closed_is_out_at_once_key_included(story: Story) -> None:
    async with browser(story, APPROVER) as page:
        mine = next(row for row in (await story.get("/users", who="admin"))["items"] if row["email"] == APPROVER)
        path = f"/users/{mine['id']}"
        changed = await story.api("admin", "PATCH", path, {"roles": ["evaluator"]})
        assert changed.json()["roles"] == ["evaluator"]
        assert (await page.opens("/desk")).url.path == "/sign-in"
        assert (await story.api("approver", "GET", "/requests")).status_code == 403
        await story.api("admin", "PATCH", path, {"roles": ["evaluator"], "is_active": False})
        assert (await story.api("approver", "GET", "/me")).status_code == 401
    log = (await story.get("/audit?kind=user.changed", who="admin"))["items"]
    assert [(row["data"]["before"], row["data"]["roles"], row["data"]["is_active"]) for row in log] == [
        ({"roles": ["evaluator"], "is_active": True}, ["evaluator"], False),
        ({"roles": ["approver"], "is_active": True}, ["evaluator"], True),
    ]  # fmt: skip


async def test_nobody_changes_their_own_rights_or_makes_an_approving_administrator(story: Story) -> None:
    users = {row["email"]: row["id"] for row in (await story.get("/users", who="admin"))["items"]}
    own = await story.api("admin", "PATCH", f"/users/{users[ADMIN]}", {"roles": ["approver"]})
    assert own.status_code == 409
    both = await story.api("admin", "PATCH", f"/users/{users[APPROVER]}", {"roles": ["approver", "admin"]})
    assert both.status_code == 422


async def test_where_a_factor_is_required_only_the_account_opens_without_one(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RRT_REQUIRE_SECOND_FACTOR", "true")
    get_settings.cache_clear()
    async with browser(story, APPROVER) as page:
        answer = await page.opens("/desk")
        assert answer.url.path == "/account"
        assert headline(answer) == "Set up a second factor to go on"
    async with with_app(story) as (page, _secret, _codes):
        assert (await page.opens("/desk")).url.path == "/desk"


async def test_a_key_has_only_its_scopes(story: Story) -> None:
    made = await story.api("approver", "POST", "/keys", {"name": "reader", "scopes": ["read_requests"]})
    assert made.json()["key"].startswith("rrt_")
    story.keys["reader"] = made.json()["key"]
    assert (await story.api("reader", "GET", "/requests")).status_code == 200
    assert (await story.api("reader", "GET", "/deployments")).status_code == 403
    assert (await story.api("reader", "POST", "/keys", {"name": "more"})).status_code == 403
    bad = await story.api("approver", "POST", "/keys", {"name": "x", "scopes": ["everything"]})
    assert bad.status_code == 422


async def test_a_key_makes_no_key_that_outlives_it(story: Story) -> None:
    made = (await story.api("approver", "POST", "/keys", {"name": "program", "days": 2})).json()
    story.keys["program"] = made["key"]
    for days in (None, 30):
        child = (await story.api("program", "POST", "/keys", {"name": "child", "days": days})).json()
        assert child["expires_at"] == made["expires_at"]
    short = (await story.api("program", "POST", "/keys", {"name": "child", "days": 1})).json()
    assert short["expires_at"] < made["expires_at"]
    assert (await story.api("approver", "POST", "/keys", {"name": "own", "days": None})).status_code == 201


async def test_a_key_makes_no_key_that_may_more_than_itself(story: Story) -> None:
    made = await story.api("approver", "POST", "/keys", {"name": "maker", "scopes": ["own_keys", "read_requests"]})
    story.keys["maker"] = made.json()["key"]
    beyond = await story.api("maker", "POST", "/keys", {"name": "more", "scopes": ["decide"]})
    assert (beyond.status_code, list(beyond.json()["errors"])) == (422, ["scopes"])
    like_it = await story.api("maker", "POST", "/keys", {"name": "the same"})
    assert like_it.json()["scopes"] == ["own_keys", "read_requests"]


async def test_a_key_is_made_scoped_and_ended_on_the_page(story: Story) -> None:
    async with browser(story, APPROVER) as page:
        made = await page.sends("/account/keys", name="for reports", scopes="read_requests")
        (key,) = re.findall(r'rrt-secret">(rrt_[\w-]+)<', made.text)
        async with httpx.AsyncClient(base_url=story.carrier.public_url) as http:
            headers = {"Authorization": f"Bearer {key}"}
            assert (await http.get("/api/v1/requests", headers=headers)).status_code == 200
            assert (await http.get("/api/v1/deployments", headers=headers)).status_code == 403
            (number,) = re.findall(r"/account/keys/(\d+)/revoke[^>]*>.{0,120}for reports", made.text)[:1]
            await page.sends(f"/account/keys/{number}/revoke")
            assert (await http.get("/api/v1/requests", headers=headers)).status_code == 401
        assert key not in (await page.opens("/account")).text


async def test_who_asks_too_often_is_told_when_to_come_back(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RRT_REQUESTS_PER_MINUTE", "5")
    get_settings.cache_clear()
    answers = [await story.api("intake", "GET", "/me") for _ in range(12)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert 2 <= len(refused) <= 7, "a new minute may have begun"
    assert refused[0].headers["content-type"] == "application/problem+json"
    assert 1 <= int(refused[0].headers["retry-after"]) <= 60
    assert (await story.api("chief", "GET", "/me")).status_code == 200
