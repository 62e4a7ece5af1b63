"""Every text fits one segment with the longest words it can get, in both languages, and names no place but a state."""

import inspect
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

import pytest

from app.core.places import STATES
from app.core.text import GSM7, GSM7_DOUBLE, gsm7, segments, septets
from app.deployments.teams import TEAMS
from app.messaging import catalogue, sealed, spanish, texts
from app.messaging.texts import OfferWords, Text

LONGEST = OfferWords("412", "Law enforcement executive peer", "WY", "Nov 30-Dec 12", "Tue 12:30am AKT")
SECOND = OfferWords("357", "Child and adolescent clinician", "OR", "Dec 28-Jan 10", "Wed 12:30pm AKT")
SPANISH, SECOND_SPANISH = replace(LONGEST, language="es"), replace(SECOND, language="es")
ARGUMENTS: dict[str, object] = {
    "w": LONGEST,
    "open_offers": [LONGEST, SECOND],
    "desk_phone": "(202) 555-0142",
    "reference": "26-10412",
    "size": 99,
    "language": "en",
    "example": "AWAY 12/20-12/27 MARIA-GUADALUPE",
    "away": "Dec 27",
    "dates": "Nov 30-Dec 12",
    "away_dates": "Nov 30-Dec 12",
    "drill_code": "D47",
    "mark": "#C1234567",
    "rest_until": "Dec 27",
    "stay_until": "Dec 27",
    "link": "rrt.example.org/s/#S1234567",
    "body": texts.stood_down(LONGEST, "(202) 555-0142").body,
}
"""The longest value of every parameter; a new parameter must be added here, or the test of its text fails."""


def texts_of(module: ModuleType) -> list[Callable[..., Text]]:
    found = inspect.getmembers(module, lambda made: inspect.isfunction(made) and made.__module__ == module.__name__)
    return [made for name, made in found if not name.startswith("_")]


EVERY = [
    made
    for module in iter_modules(texts.__path__, f"{texts.__name__}.")
    if not module.name.endswith(".words")
    for made in texts_of(import_module(module.name))
]  # introspected, so that a new text cannot escape


IN_SPANISH = ARGUMENTS | {"w": SPANISH, "open_offers": [SPANISH, SECOND_SPANISH], "language": "es"}
IN_SPANISH["body"] = texts.stood_down(SPANISH, "(202) 555-0142").body
TO_AGENCIES = {"request_received", "team_confirmed", "agency_question"}
"""These go to an agency's contact and are English."""


def longest(make: Callable[..., Text], language: str = "en") -> Text:
    given = IN_SPANISH if language == "es" else ARGUMENTS
    return make(*(given[name] for name in inspect.signature(make).parameters))


WAYS = [
    pytest.param(make, language, id=f"{make.__name__}-{language}")
    for make in EVERY
    for language in ("en", "es")
    if language == "en" or make.__name__ not in TO_AGENCIES
]
WRITTEN = [way for way in WAYS if not str(way.id).startswith(texts.SPOKEN)]


@pytest.mark.parametrize(("make", "language"), WAYS)
def test_a_text_is_named_for_its_function_and_knows_its_language(make: Callable[..., Text], language: str) -> None:
    text = longest(make, language)
    assert (text.kind, text.language) == (make.__name__, language)
    assert not re.search(r"[{}]", text.body)


@pytest.mark.parametrize(("make", "language"), WRITTEN)
def test_a_text_is_gsm7_fits_one_segment_and_says_who_it_is(make: Callable[..., Text], language: str) -> None:
    body = longest(make, language).body
    assert set(body) <= GSM7 | GSM7_DOUBLE
    assert gsm7(body) == body
    assert body.startswith("RRT: ")
    assert segments(body) == 1, f"{septets(body)} septets: {body}"
    assert not [name for name in STATES.values() if name in body]


def test_every_text_is_found_in_the_one_place() -> None:
    assert EVERY
    assert {made.__name__ for made in EVERY} == {*texts.__all__} - {"plain", "OfferWords", "Text", "SPOKEN"}
    assert {shown.kind for shown in catalogue.every("(202) 555-0142")} == {
        made.__name__ for made in EVERY if not made.__name__.startswith(texts.SPOKEN)
    }


def test_every_text_has_its_spanish_and_no_spanish_is_left_over() -> None:
    assert spanish.TEXTS.keys() == {make.__name__ for make in EVERY} - TO_AGENCIES


def test_every_seat_has_a_spanish_title() -> None:
    assert {seat.title.lower() for seats in TEAMS.values() for seat in seats} <= spanish.ROLES.keys()


@pytest.mark.parametrize("make", [texts.offer, texts.reminder, texts.not_clear])
def test_a_question_teaches_answers_that_are_no_keyword(make: Callable[[OfferWords], Text]) -> None:
    assert "Reply YES 412 or NO 412 by" in make(LONGEST).body
    assert "Responda SI 412 o NO 412 antes de" in make(SPANISH).body


@pytest.mark.parametrize("make", [texts.offer, texts.reminder, texts.help_text, texts.drill])
def test_the_way_out_is_said(make: Callable[..., Text]) -> None:
    assert "STOP" in longest(make).body
    assert "STOP" in longest(make, "es").body


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("count", range(2, 12))
def test_several_open_offers_fit_one_segment_and_the_first_codes_are_named(count: int, language: str) -> None:
    offers: Sequence[OfferWords] = [
        OfferWords(str(222 + number), LONGEST.role, "WY", LONGEST.dates, LONGEST.reply_by, language)
        for number in range(count)
    ]
    for body in (texts.which_one(offers).body, texts.status_open(offers, "(202) 555-0142").body):
        assert segments(body) == 1
        assert all(offer.code in body for offer in offers[:8])


def test_a_call_says_the_state_the_days_and_each_digit() -> None:
    words = OfferWords("412", "Clinician", "TX", "Nov 30-Dec 2", "4:30am CT")
    body = texts.spoken_offer(words).body
    assert "Texas, November 30 to December 2" in body
    assert "4, 1, 2" in body
    assert "4:30 a.m. Central time" in body
    spoken = texts.spoken_offer(replace(words, language="es")).body
    assert "Texas, del 30 de noviembre al 2 de diciembre, como terapeuta" in spoken
    assert "antes de las 4:30 de la mañana, hora del Centro" in spoken


def test_curly_quotes_and_odd_letters_are_made_plain() -> None:
    assert texts.plain(Text("offer", "It’s “on” – 東 Jesús\n")).body == 'It\'s "on" - ? Jesus '


@pytest.mark.parametrize("words", [LONGEST, SPANISH, SECOND, SECOND_SPANISH])
@pytest.mark.parametrize(
    "host", ["rrt.example", "dispatch.rrt.gov", "dispatch.rapidresponse.example.gov", "http://127.0.0.1:8000"]
)
def test_a_link_never_makes_a_text_longer_than_a_segment_and_a_reminder_has_room_for_it(
    words: OfferWords, host: str
) -> None:
    linked = replace(words, link=f"{host}/x/#L1234567")
    first, again = texts.offer(linked).body, texts.reminder(linked).body
    assert segments(sealed.measured(first)) == 1
    assert segments(sealed.measured(again)) == 1
    assert len(host) > 20 or linked.link in again
    short = texts.offer(replace(linked, role="Clinician", dates="Nov 23-26", reply_by="4:30am CT"))
    assert (linked.link in short.body) == (len(host) < 30)


def test_a_voice_says_the_day_of_a_deadline_that_is_not_today() -> None:
    assert "by Tuesday 12:30 a.m. Alaska time" in texts.spoken_offer(LONGEST).body
    assert "antes de las 12:30 de la mañana, hora de Alaska, del martes" in texts.spoken_offer(SPANISH).body
    assert "by 4:30 a.m. Central time" in texts.spoken_offer(replace(LONGEST, reply_by="4:30am CT")).body
