"""Every text fits one segment with the longest words it can get, and names no place beyond the state."""

import inspect
from collections.abc import Callable, Sequence

import pytest

from app.core.places import STATES
from app.core.text import GSM7, GSM7_DOUBLE, gsm7, segments, septets
from app.messaging import texts
from app.messaging.texts import OfferWords, Text

LONGEST = OfferWords("412", "Law enforcement executive peer", "WY", "Nov 30-Dec 12", "Tue 12:30am AKT")
SECOND = OfferWords("357", "Child and adolescent clinician", "OR", "Dec 28-Jan 10", "Wed 12:30pm AKT")
ARGUMENTS: dict[str, object] = {
    "w": LONGEST,
    "open_offers": [LONGEST, SECOND],
    "desk_phone": "(202) 555-0142",
    "reference": "26-10412",
    "size": 99,
    "body": texts.stood_down(LONGEST, "(202) 555-0142").body,
}
"""The longest value of every parameter; a new parameter must be added here, or the test of its text fails."""


def is_text(made: object) -> bool:
    return inspect.isfunction(made) and made.__module__ == texts.__name__ and made.__name__ not in {"plain"}


EVERY = [
    made for name, made in inspect.getmembers(texts, is_text) if not name.startswith("_")
]  # introspected, so that a new text cannot escape


def longest(make: Callable[..., Text]) -> Text:
    return make(*(ARGUMENTS[name] for name in inspect.signature(make).parameters))


@pytest.mark.parametrize("make", EVERY, ids=lambda make: make.__name__)
def test_a_text_is_gsm7_and_named_for_its_function(make: Callable[..., Text]) -> None:
    text = longest(make)
    assert text.kind == make.__name__
    assert set(text.body) <= GSM7 | GSM7_DOUBLE
    assert gsm7(text.body) == text.body


@pytest.mark.parametrize(
    "make", [make for make in EVERY if not make.__name__.startswith(texts.SPOKEN)], ids=lambda make: make.__name__
)
def test_a_text_fits_one_segment_and_says_who_it_is(make: Callable[..., Text]) -> None:
    text = longest(make)
    assert text.body.startswith("RRT: ")
    assert segments(text.body) == 1, f"{septets(text.body)} septets"
    for name in STATES.values():
        assert name not in text.body


@pytest.mark.parametrize("make", [texts.offer, texts.reminder, texts.not_clear])
def test_a_question_teaches_answers_that_are_no_keyword(make: Callable[[OfferWords], Text]) -> None:
    assert "Reply YES 412 or NO 412 by" in make(LONGEST).body


@pytest.mark.parametrize("make", [texts.offer, texts.reminder, texts.help_text])
def test_the_way_out_is_said(make: Callable[..., Text]) -> None:
    assert "STOP" in longest(make).body


@pytest.mark.parametrize("count", range(2, 12))
def test_several_open_offers_fit_one_segment_and_the_first_codes_are_named(count: int) -> None:
    offers: Sequence[OfferWords] = [
        OfferWords(str(222 + number), LONGEST.role, "WY", LONGEST.dates, LONGEST.reply_by) for number in range(count)
    ]
    body = texts.which_one(offers).body
    assert segments(body) == 1
    assert all(offer.code in body for offer in offers[:8])


def test_a_call_says_the_state_the_days_and_each_digit() -> None:
    body = texts.spoken_offer(OfferWords("412", "Clinician", "TX", "Nov 30-Dec 2", "4:30am CT")).body
    assert "Texas, November 30 to December 2" in body
    assert "4, 1, 2" in body
    assert "4:30 a.m. Central time" in body


def test_curly_quotes_and_odd_letters_are_made_plain() -> None:
    assert texts.plain(Text("offer", "It’s “on” – 東\n")).body == 'It\'s "on" - ? '
