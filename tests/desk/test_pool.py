"""The pool: what a search finds, and that the database judges readiness as the rules do."""

import random
import re
from datetime import UTC, datetime, timedelta

import psycopg
from sqlalchemy import select

from app.core.clock import clock
from app.core.database import begin
from app.experts import pool as verbs
from app.experts.models import Contact, Credential, Expert
from app.experts.readiness import Readiness
from app.experts.standing import has
from app.experts.taxonomy import MANDATORY
from tests.postgres import libpq
from tests.story import Story
from tests.web.browser import CHIEF, RECOMMENDER, Browser, browser, headline


async def _found(page: Browser, query: str) -> list[str]:
    answer = await page.opens(f"/desk/experts?{query}")
    assert answer.status_code == 200, answer.text
    return re.findall(r'<a href="/desk/experts/\d+">(.*?)</a>', answer.text)


async def _scramble() -> None:
    """Make everybody different: papers that are missing, over, ending, endless; inactive; no phone; a rest."""
    dice, today = random.Random(7), clock.now().date()
    ends = (None, *(today + timedelta(days=n) for n in (-40, -1, 0, 1, 29, 30, 31, 400)))
    async with begin() as session:
        for expert in await session.scalars(select(Expert)):
            for paper in await session.scalars(select(Credential).where(Credential.expert_id == expert.id)):
                if paper.kind in MANDATORY and dice.random() < 0.3:
                    paper.expires_on = dice.choice(ends)
                elif paper.kind in MANDATORY and dice.random() < 0.04:
                    await session.delete(paper)
            expert.is_active = dice.random() < 0.9
            expert.eligible_from = dice.choice(
                (None, None, *(clock.now() + timedelta(hours=n) for n in (-9, 3, 9, 90)))
            )
            if dice.random() < 0.05:
                for contact in await session.scalars(select(Contact).where(Contact.expert_id == expert.id)):
                    await session.delete(contact)


async def test_the_database_judges_readiness_as_the_rules_do(story: Story) -> None:
    await _scramble()
    today, seen = clock.now().date(), dict.fromkeys(Readiness, 0)
    async with begin() as session:
        says = {word: set(await session.scalars(select(Expert.id).where(has(word, today)))) for word in Readiness}
        for expert in await session.scalars(select(Expert)):
            verdict = await verbs.readiness_of(session, expert)
            assert [word for word in Readiness if expert.id in says[word]] == [verdict.readiness], verdict
            seen[verdict.readiness] += 1
    assert min(seen.values()) > 10
    async with browser(story, RECOMMENDER) as page:
        able = seen[Readiness.READY] + seen[Readiness.EXPIRING]
        assert headline(await page.opens("/desk/experts")) == f"{able} of 300 experts are ready to be asked"
        for word, count in seen.items():
            assert f">{count} experts found<" in (await page.opens(f"/desk/experts?readiness={word}")).text


async def test_a_search_finds_by_name_skill_language_home_and_who_is_free_on_a_day(story: Story) -> None:
    async with begin() as session:
        experts = list(await session.scalars(select(Expert).order_by(Expert.id)))
    day = (clock.now() + timedelta(days=100)).date()
    # Whose papers have run out by then is free, and not to be asked all the same.
    some = next(one for one in experts[40:] if one.papers_until is not None and one.papers_until > day)
    spanish = {expert.name for expert in experts if expert.languages.get("es", 0) >= 3 and expert.state == "TX"}
    slug = next(iter(some.expertise))
    start = datetime(day.year, day.month, day.day, 9, tzinfo=UTC)
    async with browser(story, RECOMMENDER) as page:
        assert some.name in await _found(page, f"q={some.name.upper()[:-2]}")
        assert set(await _found(page, "language=es&state=TX")) == spanish
        assert some.name in await _found(page, f"q={some.name}&expertise={slug}")
        assert some.name in await _found(page, f"q={some.name}&free_on={day}")
        away = {"starts_at": start.isoformat(), "ends_at": (start + timedelta(hours=12)).isoformat()}
        await story.post("admin", f"/experts/{some.id}/absences", away)
        assert some.name not in await _found(page, f"q={some.name}&free_on={day}")
        assert "Nobody fits" in (await page.opens("/desk/experts?q=nobody+is+called+this")).text
        assert "soon is not a date" in (await page.opens("/desk/experts?free_on=soon&state=XX&sort=x")).text
        assert len(set(await _found(page, "page=1")) | set(await _found(page, "page=2"))) > 90
    api = await story.get(f"/pool?q={some.name}")
    assert [row["expert"]["name"] for row in api["items"] if row["expert"]["id"] == some.id] == [some.name]
    async with browser(story, CHIEF) as page:
        assert (await page.opens("/desk/experts")).status_code == 403


def test_the_databases_mandatory_papers_are_the_taxonomys(database_url: str) -> None:
    with psycopg.connect(libpq(database_url)) as connection:
        row = connection.execute("select pg_get_functiondef('keep_papers_until'::regproc)").fetchone()
    assert row is not None
    listed = re.search(r"c\.kind in \((.*?)\)", row[0])
    assert listed is not None
    assert set(re.findall(r"'(\w+)'", listed[1])) == MANDATORY
