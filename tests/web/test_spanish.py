"""Agency and expert pages in Spanish: every word, every date, and the reader's choice before everything else."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest

from app.core.clock import clock
from app.experts.readiness import judge
from app.experts.taxonomy import MANDATORY
from app.web import languages, times
from tests.story import Story
from tests.web.browser import CHIEF, INTAKE, browser, headline
from tools import spanish

MORNING = datetime(2026, 11, 23, 10, 30, tzinfo=UTC)


def test_no_page_of_agencies_or_experts_has_a_word_that_is_not_marked() -> None:
    names = spanish.public_templates()
    assert "access/sign_in.html" in names
    unmarked = {name: words for name in names if (words := spanish.unmarked(name))}
    assert unmarked == {}


@pytest.mark.parametrize("room", sorted(folder.name for folder in spanish.APP.iterdir() if folder.is_dir()))
def test_every_word_of_a_room_has_its_spanish_and_no_other_is_kept(room: str) -> None:
    kept = {message.id: message.string or "" for message in spanish.catalogue(room) if message.id}
    assert set(kept) == spanish.marked(room), "make words, then fill in what is new"
    for english, said in kept.items():
        forms = (said,) if isinstance(said, str) else said
        assert all(forms), english
        filled = [set(re.findall(r"%\(\w+\)s", form)) for form in (*forms, english[-1] if forms[1:] else english)]
        assert filled[-2] == filled[-1], english


def test_one_word_of_two_rooms_has_one_spanish() -> None:
    said: dict[str, set[str]] = {}
    for room in spanish.rooms():
        for message in spanish.catalogue(room):
            said.setdefault(str(message.id), set()).add(str(message.string))
    assert {english: forms for english, forms in said.items() if len(forms) > 1} == {}


@pytest.mark.parametrize(("header", "tag"), [
    ("es", "es"), ("es-MX,es;q=0.9,en;q=0.5", "es"), ("en-US,en;q=0.9,es;q=0.8", "en"), ("fr,es;q=0.3", "es"),
    ("", "en"), ("de", "en"), ("en;q=0.1,es;q=0.9", "es"), ("es;q=zero,en", "en"), ("es;q=0", "en"),
])  # fmt: skip
def test_the_browsers_wish_is_read(header: str, tag: str) -> None:
    assert languages.accepted(header) == tag


def test_times_are_spanish_and_keep_the_letters_of_their_zone() -> None:
    later = MORNING + timedelta(days=3)
    told = {}
    for tag in ("en", "es"):
        languages.prefer(tag)
        told[tag] = (
            times.day_and_time(MORNING, "America/Chicago"), times.clock_time(MORNING, "America/Denver"),
            times.days(MORNING, later, "America/Chicago"), times.days(MORNING, MORNING + timedelta(days=9), "UTC"),
            times.days(MORNING, MORNING, "UTC"), times.ago(clock.now() - timedelta(minutes=72, seconds=5)),
        )  # fmt: skip
        # What is near needs no day.
        assert re.fullmatch(r"\d+:\d\d [ap]\.m\. MT", times.clock_time(clock.now(), "America/Denver"))
    languages.prefer("en")
    assert told["en"] == (
        "Mon Nov 23, 4:30 a.m. CT",
        "Mon Nov 23, 3:30 a.m. MT",
        "Nov 23-26",
        "Nov 23-Dec 2",
        "Nov 23",
        "1 h 12 min ago",
    )
    assert told["es"] == ("lun 23 nov, 4:30 a.m. CT", "lun 23 nov, 3:30 a.m. MT", "23-26 nov", "23 nov-2 dic", "23 nov",
                          "hace 1 h 12 min")  # fmt: skip


async def test_a_page_is_in_the_language_the_browser_asks_for_until_the_reader_chooses(story: Story) -> None:
    reference = await story.files()
    async with browser(story, CHIEF) as page:
        page.http.headers["Accept-Language"] = "es-US,es;q=0.9"
        asked = await page.opens(f"/agency/requests/{reference}")
        assert '<html lang="es">' in asked.text
        assert headline(asked) == "Recibimos su solicitud"
        assert re.search(r"\b(lun|mar|mié|jue|vie|sáb|dom) \d+ nov, \d+:\d\d [ap]\.m\. MT", asked.text)
        chosen = await page.sends("/language", language="en", next=f"/agency/requests/{reference}")
        assert chosen.url.path == f"/agency/requests/{reference}"
        assert '<html lang="en">' in chosen.text
        assert headline(await page.opens(f"/agency/requests/{reference}")) == "We have your request"


async def test_a_page_that_says_no_says_it_in_spanish_too(story: Story) -> None:
    async with browser(story, CHIEF) as page:
        await page.sends("/language", language="es")
        missing = await page.opens("/agency/requests/99-9999")
        assert missing.status_code == 404
        assert headline(missing) == "Aquí no hay nada, o nada que usted pueda ver."
        assert 'lang="es"' in missing.text
        refused = await page.opens("/desk")
        assert refused.status_code == 403
        assert headline(refused) == "Su función no permite hacer esto."


async def test_the_desk_reads_english_whatever_its_browser_asks_for(story: Story) -> None:
    reference = await story.files()
    async with browser(story, INTAKE) as page:
        await page.sends("/language", language="es")
        read = await page.opens(f"/desk/requests/{reference}")
    assert '<html lang="en">' in read.text
    assert "Mass shooting" in read.text


async def test_only_a_language_of_ours_is_chosen_and_it_leads_to_no_other_site(story: Story) -> None:
    async with browser(story) as page:
        assert (await page.sends("/language", language="xx")).status_code == 422
        away = await page.http.post("/language", data={"language": "es", "next": "//evil.example/"})
        assert str(away.url).startswith(story.carrier.public_url)
        page.http.cookies.set(languages.COOKIE, "'; drop")
        assert '<html lang="en">' in (await page.opens("/sign-in")).text


def test_why_somebody_cannot_be_asked_is_said_in_their_language() -> None:
    papers: dict[str, date | None] = dict.fromkeys(MANDATORY) | {"background_check": date(2026, 11, 1)}
    verdict = judge(date(2026, 11, 23), papers, is_active=True, eligible_from=None, can_be_reached=False)
    assert verdict.reasons == ("Background check ended on Nov 1, 2026", "No phone number")
    languages.prefer("es")
    told = verdict.reasons
    languages.prefer("en")
    assert told == ("Verificación de antecedentes: venció el 1 nov 2026", "Sin número de teléfono")
