"""A forgotten password or a lost factor: two people give a code, its owner uses it once, nobody gets in alone."""

import asyncio
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from app.access import users
from app.access.models import AccountReset, User
from app.access.sessions import TRIES, cookie_name
from app.core.clock import clock
from app.core.database import begin
from app.seed.filling import DEMO_PASSWORD
from tests.access.test_second_factor import code, with_app
from tests.core.test_chain import SETTINGS
from tests.postgres import blocked
from tests.story import Story
from tests.test_cli import rrt
from tests.web.browser import ADMIN, APPROVER, CHIEF, INTAKE, Browser, browser, headline

SECOND = "second@desk.example"
NEW = "an entirely new password"
WHY = "Called back on the number in the contract."
GOOD = {"lost_password": True, "reason": WHY}


async def _second_admin(story: Story) -> None:
    """Another administrator, with a key of their own ("second")."""
    async with begin() as session:
        await users.add(session, email=SECOND, name="Noor Haddad", roles=["admin"], password=DEMO_PASSWORD)
    async with browser(story, SECOND) as page:
        made = await page.sends("/account/keys", name="mine")
        (story.keys["second"],) = re.findall(r'rrt-secret">(rrt_[\w-]+)<', made.text)


async def _id_of(story: Story, email: str) -> int:
    rows = (await story.get("/users", who="admin"))["items"]
    return int(next(row["id"] for row in rows if row["email"] == email))


async def _given(story: Story, email: str = APPROVER, **lost: Any) -> str:
    """A code that two administrators gave."""
    await _second_admin(story)
    path = f"/users/{await _id_of(story, email)}/resets"
    asked = await story.post("admin", path, {"reason": WHY} | (lost or {"lost_password": True}))
    given = await story.post("second", f"/resets/{asked['id']}/give")
    return str(given["code"])


async def _used(page: Browser, email: str, given: str, password: str = NEW) -> Any:
    return await page.sends("/sign-in/reset/use", email=email, code=given, password=password)


async def test_two_administrators_give_a_code_and_its_owner_signs_in_with_a_new_password(story: Story) -> None:
    async with browser(story, APPROVER) as elsewhere, browser(story) as page:
        given = await _given(story)
        assert re.fullmatch(r"[a-z2-9]{4}(-[a-z2-9]{4}){2}", given)
        asked = await page.sends("/sign-in/reset", email=APPROVER.upper(), code=given.replace("-", " ").upper())
        assert headline(asked) == "Choose a new password"
        short = await _used(page, APPROVER, given, "short")
        assert (short.status_code, "at least 12 characters" in short.text) == (422, True)
        common = await _used(page, APPROVER, given, "Password1234")
        assert (common.status_code, "on the lists that are tried first" in common.text) == (422, True)
        assert (await elsewhere.opens("/desk")).url.path == "/desk", "nothing has changed yet"
        done = await _used(page, APPROVER, given)
        assert "That is done. Sign in now." in done.text
        assert cookie_name() not in page.http.cookies
        assert (await elsewhere.opens("/desk")).url.path == "/sign-in"
        assert (await page.sends("/sign-in", email=APPROVER, password=DEMO_PASSWORD)).status_code == 422
        assert (await page.sends("/sign-in", email=APPROVER, password=NEW, next="/desk")).url.path == "/desk"
        account = await page.opens("/account")
        assert "your sign-in was set anew with a code" in account.text
        assert "Noor Haddad gave it" in account.text
        assert (await _used(page, APPROVER, given)).status_code == 422, "a code counts once"


async def test_the_desk_hears_of_it_and_the_log_keeps_every_step_without_the_code(story: Story) -> None:
    given = await _given(story)
    await story.settle()
    rows = await story.get("/alarms")
    says = [row["says"] for row in (rows["items"] if isinstance(rows, dict) else rows)]
    assert any("Noor Haddad" in one and "a new way to sign in" in one for one in says)
    async with browser(story) as page:
        await _used(page, APPROVER, given)
    log = (await story.get("/audit?kind=user.reset", who="admin"))["items"]
    assert [row["kind"] for row in log] == ["user.reset_used", "user.reset_given", "user.reset_asked"]
    assert log[2]["data"]["reason"] == WHY
    async with begin() as session:
        kept = str((await session.execute(text("select * from account_resets"))).all())
    assert given.replace("-", "") not in kept + str(log)


async def test_nobody_lets_somebody_in_alone(story: Story) -> None:
    await _second_admin(story)
    number = await _id_of(story, APPROVER)
    asked = await story.post("admin", f"/users/{number}/resets", GOOD)
    alone = await story.api("admin", "POST", f"/resets/{asked['id']}/give")
    assert (alone.status_code, alone.json()["type"]) == (409, "/problems/same-person")
    own = await story.api("admin", "POST", f"/users/{await _id_of(story, ADMIN)}/resets", GOOD)
    assert own.status_code == 409
    asked = await story.post("admin", f"/users/{await _id_of(story, SECOND)}/resets", GOOD)
    assert (await story.api("second", "POST", f"/resets/{asked['id']}/give")).status_code == 409
    with pytest.raises(Exception, match="ck_account_resets_two_people"):
        async with begin() as session:
            await session.execute(
                text("update account_resets set given_by_id = asked_by_id, given_at = now(), code_digest = 'x'")
            )


@pytest.mark.parametrize("asks", ["the one who was made", "the maker"])
async def test_an_administrator_and_the_account_they_opened_are_not_two_people(story: Story, asks: str) -> None:
    puppet = {"email": SECOND, "name": "Noor Haddad", "roles": ["admin"], "password": DEMO_PASSWORD}
    await story.post("admin", "/users", puppet)
    async with browser(story, SECOND) as page:
        made = await page.sends("/account/keys", name="mine")
        (story.keys["second"],) = re.findall(r'rrt-secret">(rrt_[\w-]+)<', made.text)
    asker, giver = ("admin", "second") if asks == "the maker" else ("second", "admin")
    asked = await story.post(asker, f"/users/{await _id_of(story, APPROVER)}/resets", GOOD)
    refused = await story.api(giver, "POST", f"/resets/{asked['id']}/give", {})
    assert (refused.status_code, refused.json()["title"]) == (409, "Made by the other")
    assert "do not count as two people" in refused.json()["detail"]
    clock.advance(timedelta(days=8))
    asked = await story.post(asker, f"/users/{await _id_of(story, APPROVER)}/resets", GOOD)
    assert (await story.post(giver, f"/resets/{asked['id']}/give"))["code"]


async def test_a_lost_factor_goes_with_the_password_only_and_a_forgotten_password_leaves_the_factor(
    story: Story,
) -> None:
    async with with_app(story), browser(story) as page:
        given = await _given(story, lost_factor=True)
        asked = await page.sends("/sign-in/reset", email=APPROVER, code=given)
        assert headline(asked) == "Enter your password to take the lost factor away"
        assert (await _used(page, APPROVER, given, NEW)).status_code == 422, "whoever has the code has not the password"
        await _used(page, APPROVER, given, DEMO_PASSWORD)
        signed_in = await page.sends("/sign-in", email=APPROVER, password=DEMO_PASSWORD, next="/account")
        assert headline(signed_in) == "Your account has no second factor yet"
    async with begin() as session:
        assert (await session.execute(text("select count(*) from recovery_codes"))).scalar_one() == 0


async def test_a_forgotten_password_leaves_the_second_factor(story: Story) -> None:
    async with with_app(story) as (_, secret, _codes), browser(story) as page:
        await _used(page, APPROVER, await _given(story))
        half = await page.sends("/sign-in", email=APPROVER, password=NEW)
        assert headline(half) == "Show that it is you"
        assert (await page.sends("/sign-in/second", code=code(secret), next="/desk")).url.path == "/desk"


@pytest.mark.parametrize("how", ["late", "stopped", "asked again", "closed"])
async def test_a_code_ends(story: Story, how: str) -> None:
    given = await _given(story)
    number = await _id_of(story, APPROVER)
    if how == "late":
        clock.advance(timedelta(minutes=61))
    elif how == "stopped":
        (open_one,) = await story.get("/resets", who="admin")
        await story.post("second", f"/resets/{open_one['id']}/stop")
    elif how == "asked again":
        await story.post("admin", f"/users/{number}/resets", GOOD)
    else:
        await story.api("admin", "PATCH", f"/users/{number}", {"roles": ["approver"], "is_active": False})
    async with browser(story) as page:
        refused = await page.sends("/sign-in/reset", email=APPROVER, code=given)
        assert (refused.status_code, headline(refused)) == (
            422, "You cannot sign in? Enter the code you were given",
        )  # fmt: skip
        assert (await _used(page, APPROVER, given)).status_code == 422


async def test_its_owner_who_is_still_signed_in_stops_it_and_nobody_else_can(story: Story) -> None:
    async with browser(story, APPROVER) as owner, browser(story, INTAKE) as other, browser(story) as page:
        given = await _given(story)
        account = await owner.opens("/account")
        assert "Somebody wants a new way to sign in as you" in account.text
        (path,) = re.findall(r'action="(/account/resets/\d+/stop)"', account.text)
        assert (await other.sends(path)).status_code == 404
        assert "That is stopped" in (await owner.sends(path)).text
        assert (await page.sends("/sign-in/reset", email=APPROVER, code=given)).status_code == 422


async def test_wrong_codes_unknown_and_closed_accounts_hear_the_same_and_guessing_stops(story: Story) -> None:
    given = await _given(story)
    async with begin() as session:
        await session.execute(text("update users set is_active = false where email = :email"), {"email": INTAKE})
    async with browser(story) as page:
        answers = [
            await page.sends("/sign-in/reset", email=email, code="abcd-efgh-jkmn")
            for email in ("nobody@desk.example", CHIEF, INTAKE, APPROVER)
        ]
        said = {re.sub(r'value="[^"]*"', "", answer.text) for answer in answers}
        assert ({answer.status_code for answer in answers}, len(said)) == ({422}, 1)
        for _ in range(TRIES - 1):
            await page.sends("/sign-in/reset", email=APPROVER, code="abcd-efgh-jkmn")
        assert (await page.sends("/sign-in/reset", email=APPROVER, code=given)).status_code == 429


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"reason": WHY}, "lost"), ({"lost_factor": True, "reason": WHY}, "lost"),
        ({"lost_password": True, "reason": " "}, "reason"),
    ],
)  # fmt: skip
async def test_what_is_asked_for_badly_is_said_at_its_field(story: Story, body: dict[str, Any], field: str) -> None:
    answer = await story.api("admin", "POST", f"/users/{await _id_of(story, APPROVER)}/resets", body)
    assert (answer.status_code, list(answer.json()["errors"])) == (422, [field])


async def test_on_the_page_one_asks_and_another_gives_the_code_after_showing_their_factor(story: Story) -> None:
    await _second_admin(story)
    number = await _id_of(story, APPROVER)
    async with browser(story, ADMIN) as one, with_app(story, SECOND) as (two, _secret, _codes):
        wrong = await one.sends(f"/desk/people/{number}/reset", reason='Heard "her" voice')
        assert wrong.status_code == 422
        assert "Choose what was lost" in wrong.text
        assert 'value="Heard &#34;her&#34; voice"' in wrong.text
        mine = await one.sends(f"/desk/people/{number}/reset", lost="password", reason=WHY)
        assert "Another administrator gives the code." in mine.text
        assert 'value="give"' not in mine.text
        theirs = await two.opens("/desk/people")
        (path,) = re.findall(r'action="(/desk/people/resets/\d+)"', theirs.text)
        clock.advance(timedelta(minutes=16))
        assert headline(await two.sends(path, verb="give")) == "Show that it is you"
    async with browser(story, SECOND, DEMO_PASSWORD) as _:
        pass


async def test_whoever_runs_the_service_gives_a_code_to_the_only_administrator(
    story: Story, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings: Callable[..., Any] = {f"RRT_{name}": value for name, value in SETTINGS.items()}.__or__
    environment = settings({"RRT_DATABASE_URL": database_url})
    done = rrt("user", "reset", ADMIN, "--password", "--reason", WHY, **environment)
    assert done.returncode == 0, done.stderr
    (given,) = re.findall(r": ([a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4})$", done.stdout, re.MULTILINE)
    nobody = rrt("user", "reset", "nobody@desk.example", "--password", "--reason", WHY, **environment)
    assert (nobody.returncode, "There is no account" in nobody.stderr) == (1, True)
    async with browser(story) as page:
        await _used(page, ADMIN, given)
        assert (await page.sends("/sign-in", email=ADMIN, password=NEW)).status_code == 200
        assert "Whoever runs the service gave it" in (await page.opens("/account")).text


@pytest.mark.parametrize("door", ["use", "stop"])
async def test_who_waits_for_an_account_holds_no_reset_of_it(story: Story, database_url: str, door: str) -> None:
    """Asking locks the account, then its resets: in the other order two of these would wait for each other for ever."""
    async with browser(story, APPROVER) as owner, browser(story) as page:
        given = await _given(story)
        (path,) = re.findall(r'action="(/account/resets/\d+/stop)"', (await owner.opens("/account")).text)
        async with begin() as session:
            await session.execute(select(User.id).where(User.email == APPROVER).with_for_update())
            does = owner.sends(path) if door == "stop" else _used(page, APPROVER, given)
            waiting = asyncio.create_task(does)
            await blocked(database_url)
            await session.execute(select(AccountReset.id).with_for_update(nowait=True))  # held, this is refused
        assert (await waiting).status_code == 200
