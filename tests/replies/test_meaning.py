"""Texts as people write them, and what they mean. No false yes, whatever else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.replies.meaning import Kind, read

CLEAR_YES = """
YES|yes|Y|y|yes!|Yep|yeah|YES 422|yes 422|422 yes|Y 422|1|1 422|422 1|I can|I can go|yes I can|I'll go|Im in|count me in
si|Sí|si puedo|Sí, puedo ir|puedo|yes please|yes thanks|yess|👍|👍 422|yes 422 thank you|YES, I will be there|accept 422
Available|I am available|YES 422.|yes ok|yes sir|confirmed|yes, happy to help|yes team
"""
CLEAR_NO = """
NO|no|N|nope|no 422|422 no|2|2 422|can't|Can't make it|I cannot|not able|NOT able to go|unable
No sorry|cant sorry|no 422 kids are sick|No. I have court that week
pass|decline|👎|no gracias|won't be able|no thank you|sorry no
"""
NOT_A_YES = """
yes in 2 hours|yes but only until Friday|only till Friday|maybe|yes if you find a flight|yes maybe|ok?|ok|k|who is this
no problem, I'll come|not sure|yes?|why not|pocket dial asdf|STOP|HELP|START|yes no|no yes|call me|what is this about
yes tomorrow|I can after 5pm|yes 422 but leaving tmrw|no but I can in 2 hours|yes 422 yes 433
I think so|probably|let me check|I am on duty|yesterday|noon works|new phone who dis|si pero solo hasta el viernes
"""


def _lines(block: str) -> list[str]:
    return [text for line in block.strip().split("\n") for text in line.split("|")]


@pytest.mark.parametrize("text", _lines(CLEAR_YES))
def test_a_clear_yes_is_understood(text: str) -> None:
    assert read(text).kind is Kind.YES


@pytest.mark.parametrize("text", _lines(CLEAR_NO))
def test_a_clear_no_is_understood(text: str) -> None:
    assert read(text).kind is Kind.NO


@pytest.mark.parametrize("text", _lines(NOT_A_YES))
def test_what_is_not_a_clear_yes_is_never_one(text: str) -> None:
    assert read(text).kind is not Kind.YES


@pytest.mark.parametrize(("text", "code"), [("YES 422", "422"), ("no 939", "939"), ("yes", None), ("yes 4225", None)])
def test_the_code_is_found(text: str, code: str | None) -> None:
    assert read(text).code == code


@given(st.text(max_size=1600))
def test_any_text_has_a_meaning(text: str) -> None:
    assert read(text).kind in Kind


@given(
    st.text(alphabet="abcdefghijklmnopqrstuvwxyz ", min_size=1, max_size=40), st.sampled_from(["but", "if", "not", "?"])
)
def test_a_yes_with_a_word_against_it_is_never_a_yes(words: str, against: str) -> None:
    assert read(f"yes {words} {against}").kind is not Kind.YES
