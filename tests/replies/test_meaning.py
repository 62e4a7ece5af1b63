"""Answers as people write them, and what they mean. No false yes, whatever else."""

import string

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.replies import vocabulary
from app.replies.meaning import Kind, read
from app.replies.plain import bare
from bench.answers import CLEAR, CORPUS, Labelled, corpus

ROWS = corpus()
KNOWN = vocabulary.YES | vocabulary.SAFE | {word for phrase in vocabulary.YES_PHRASES for word in phrase.split()}
CLEAR_YES = st.sampled_from([row.text for row in ROWS if row.means is Kind.YES and row.code is None])
ANYTHING = st.text(max_size=1700)


def _named(rows: list[Labelled]) -> list[str]:
    return [f"{row.means}, read as {row.read_as}: {row.text!r}" for row in rows]


def test_the_corpus_is_large_and_a_third_of_it_was_held_out() -> None:
    assert CORPUS.is_file()
    held_out = sum(row.part == "held_out" for row in ROWS)
    assert len(ROWS) >= 1300
    assert held_out * 4 > len(ROWS)


def test_nothing_is_taken_for_a_yes_that_is_none() -> None:
    assert _named([row for row in ROWS if row.is_false and row.read_as[0] is Kind.YES]) == []


def test_nothing_is_taken_for_a_no_that_is_none() -> None:
    assert _named([row for row in ROWS if row.is_false and row.read_as[0] is Kind.NO]) == []


@pytest.mark.parametrize("part", ["tuned", "held_out"])
@pytest.mark.parametrize("kinds", [{Kind.YES}, {Kind.NO}, CLEAR - {Kind.YES, Kind.NO}], ids=["yes", "no", "others"])
def test_of_clear_answers_at_least_95_in_100_are_understood(part: str, kinds: set[Kind]) -> None:
    mine = [row for row in ROWS if row.part == part and row.means in kinds]
    missed = [row for row in mine if not row.is_understood]
    assert len(missed) <= 0.05 * len(mine), _named(missed)


def test_what_a_person_must_read_moves_nothing() -> None:
    acted_on = [row for row in ROWS if row.means not in CLEAR and row.read_as[0] in CLEAR]
    assert _named(acted_on) == []


@given(ANYTHING)
@example("\x00")
@example("\u202eSEY 422")
@example("yes " * 2000)
@example("\U0001f44d" * 700)
@example("")
def test_any_text_has_a_meaning_and_junk_is_no_yes(text: str) -> None:
    kind = read(text, ["422"], ["Maria Delgado"]).kind
    assert kind in Kind
    if kind is Kind.YES and "\U0001f44d" not in text:
        assert set(bare(text).split()) & KNOWN or bare(text).isdigit()


@given(CLEAR_YES, st.text(alphabet=string.ascii_letters, min_size=2, max_size=12), st.booleans())
def test_one_word_we_do_not_know_makes_a_yes_a_question_for_a_person(yes: str, word: str, goes_first: bool) -> None:
    if bare(word) in KNOWN or "--" in yes or "Sent from" in yes or ">" in yes:
        return
    text = f"{word} {yes}" if goes_first else f"{yes} {word}"
    assert read(text).kind is not Kind.YES or bare(word).startswith(("ye", "ya", "si"))


AGAINST = ["but", "if", "not", "?", "maybe", "until", "later", "pero", "tomorrow", "\U0001f644", "no", "don't", "cant"]


@given(CLEAR_YES, st.sampled_from(AGAINST), st.booleans())
def test_a_yes_with_a_word_against_it_is_never_a_yes(yes: str, against: str, goes_first: bool) -> None:
    if "--" in yes or "Sent from" in yes or (yes.startswith(">") and goes_first):
        return
    text = f"{against} {yes}" if goes_first else f"{yes} {against}"
    assert read(text).kind is not Kind.YES


@given(ANYTHING, CLEAR_YES)
def test_a_condition_after_a_signature_is_not_overlooked(junk: str, yes: str) -> None:
    assert read(f"{yes}\n--\n{junk}\nbut only until Friday").kind is not Kind.YES


def test_a_letter_of_yeses_is_read_by_a_person() -> None:
    assert read("yes i can go " * 125).kind is Kind.UNCLEAR


def test_an_answer_to_each_of_two_offers_is_read_as_two() -> None:
    meaning = read("YES 422 and no 933", ["422", "933"])
    assert (meaning.kind, meaning.code) == (Kind.YES, "422")
    assert [(other.kind, other.code) for other in meaning.also] == [(Kind.NO, "933")]


@pytest.mark.parametrize(
    ("text", "code"),
    [("YES 422", "422"), ("no 939", "939"), ("yes", None), ("yes 4225", None), ("I land at 933", None)],
)
def test_the_code_is_found_and_other_numbers_are_not_taken_for_one(text: str, code: str | None) -> None:
    assert read(text, ["422"]).code == code
