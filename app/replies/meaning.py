"""What a text means. Pure: text in, meaning out. When it is not clear, it is never a yes.

A text is read as yes only when every word of it is known and none speaks against it (`vocabulary.py`). "No problem,
I'll come", "yes but only until Friday" and anything with a word we do not know are left to a person, with the whole
text. A no may tell its reason in any words, because a no read wrongly is heard of at once: our answer names it.
`python -m bench.answers` prints what becomes of the labelled answers in `tests/replies/corpus.csv`.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

from app.core.ids import CODE_DIGITS
from app.replies import vocabulary as v
from app.replies.plain import MOST_WORDS, Plain, make_plain


class Kind(StrEnum):
    """What somebody may mean."""

    YES = "yes"
    NO = "no"
    CONDITIONAL = "conditional"
    QUESTION = "question"
    UNCLEAR = "unclear"
    STOP = "stop"
    START = "start"
    HELP = "help"
    WRONG_NUMBER = "wrong_number"
    STATUS = "status"
    ARRIVED = "arrived"
    HOME = "home"
    DELAYED = "delayed"
    LEFT = "left"
    RELIEF = "relief"
    AWAY = "away"
    BACK = "back"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What was understood, and the code if the text had one. `also`: answers to other codes in the same text."""

    kind: Kind
    code: str | None = None
    also: tuple["Meaning", ...] = ()


CODE = re.compile(rf"(?<!\S)(?:[{CODE_DIGITS}]{{3}}|[de]\d\d|[b-df-hj-np-tv-z]\d[b-df-hj-np-tv-z])(?!\S)")
"""An offer's three digits, a drill's "D47", the "E47" of a longer stay, and what looks like another system's code."""
SIMPLE = {
    Kind.STATUS: v.STATUS, Kind.ARRIVED: v.ARRIVED, Kind.HOME: v.HOME, Kind.BACK: v.BACK, Kind.AWAY: v.AWAY,
    Kind.LEFT: v.LEFT, Kind.RELIEF: v.RELIEF,
}  # fmt: skip
"""Words of the road: they count as the whole text."""
DIGITS = {"1": Kind.YES, "2": Kind.NO}
LOOSE_YES = {"ya", "in"}
"""These say yes only beside a code."""
NEVER_A_YES = re.compile(
    r"\byes (?:hello|hi|its me|it is me|this is|it works|i am the|i know)\b|\b(?:help me|send help)\b"
    r"|\b(?:will|would|are|do|did) you\b|(?:^|\byes )(?:will|would|am|do|did|can) i\b|\bdid (?:i |that |it |you )?"
    r"(?:accept|confirm|come|go)\b|\bin a way\b|\bwith my\b"
)
"""Somebody who answers the phone, not the question; who asks for help, or something without a question mark; who tells
of a yes before; or who says how far it goes."""
ASKED = re.compile(
    r"^(?:(?:" + "|".join(sorted(v.ASKS - {"is", "are", "do", "does", "did", "can", "could", "que", "como"})) + r")\b"
    r"|(?:is|are|do|does|did|can|could|que|como) (?:i|you|we|they|he|she|it|the|this|there|that|es|una|un|flights)\b)"
)


def read(body: str, codes: Collection[str] = (), names: Iterable[str] = ()) -> Meaning:
    """What a text means.

    Args:
        body: the whole text as it came.
        codes: codes that this phone has been sent lately. Other digits are numbers like any other, unless nothing but
            an answer stands beside them.
        names: of whom the phone belongs to; people sign.

    Returns:
        The meaning; `UNCLEAR` for everything a person should read.
    """
    plain = make_plain(body)
    known = {code.lower() for code in codes}
    if (about := _about_texts(plain)) is not None:
        return Meaning(about)
    if plain.is_quote:
        return Meaning(Kind.QUESTION if body.lstrip().lower().startswith("questioned") else Kind.UNCLEAR)
    own = {part for name in names for part in name.lower().split()}
    own |= {part[0] for part in own}
    if (several := _several(plain.words, known)) is not None:
        return several
    found = list(dict.fromkeys(CODE.findall(plain.words)))
    ours = [code for code in found if code in known]
    if len(ours) > 1:
        return Meaning(Kind.UNCLEAR)
    code = ours[0] if ours else found[0] if len(found) == 1 else None
    rest = _taken_out(_without(plain.words, code), v.GREETINGS)
    kind = _kind(rest, plain, own, code)
    is_strange = code is not None and not ours and kind not in (Kind.YES, Kind.NO) and code.isdecimal()
    return Meaning(kind, None if code is None or is_strange else code.upper())


def acknowledges(body: str, codes: Collection[str] = ()) -> bool:
    """Whether a text says no more than that something was read: "OK 412". Whoever asks must wait for just that."""
    words = make_plain(body).words
    known = {code.lower() for code in codes}
    return " ".join(word for word in words.split() if word not in known) in v.READ


def _without(words: str, code: str | None) -> str:
    return words if code is None else " ".join(word for word in words.split() if word != code)


def _has(words: str, phrases: Iterable[str]) -> bool:
    padded = f" {words} "
    return any(phrase in words and f" {phrase} " in padded for phrase in phrases)


def _taken_out(words: str, phrases: Iterable[str]) -> str:
    """`words` without the phrases, longest first."""
    padded = f" {words} "
    for phrase in phrases:
        if phrase in padded:
            padded = padded.replace(f" {phrase} ", "  ")
    return " ".join(padded.split())


def _about_texts(plain: Plain) -> Kind | None:
    """STOP, START and HELP as the carrier reads them, and an opt-out in a person's own words."""
    words = plain.words
    if words in v.START:
        return Kind.START
    if words in v.HELP:
        return Kind.HELP
    is_own_words = len(words.split()) <= 7 and not set(words.split()) & v.YES
    begins = any(words == phrase or (" " in phrase and words.startswith(f"{phrase} ")) for phrase in v.OPT_OUT)
    inside = _has(words, (phrase for phrase in v.OPT_OUT if len(phrase.split()) > 2))
    asks_to_stop = is_own_words and (begins or inside or words.startswith("please stop texting"))
    return Kind.STOP if words in v.OPT_OUT_WORDS or asks_to_stop else None


def _several(words: str, known: set[str]) -> Meaning | None:
    """ "YES 422 NO 933": an answer to each of several codes; None when the text is anything else."""
    tokens = [word for word in words.split() if word not in ("and", "but", "y")]
    if len(tokens) < 4 or len(tokens) % 2:
        return None
    pairs = list(zip(tokens[::2], tokens[1::2], strict=True))
    if tokens[0] in known:
        pairs = [(word, code) for code, word in pairs]
    kinds = [Kind.YES if word in v.YES else Kind.NO if word in v.NO else None for word, _ in pairs]
    codes = [code for _, code in pairs]
    if None in kinds or not set(codes) <= known or len(set(codes)) < len(codes):
        return None
    first, *others = (Meaning(kind, code.upper()) for kind, code in zip(kinds, codes, strict=True) if kind)
    return Meaning(first.kind, first.code, tuple(others))


def _kind(words: str, plain: Plain, own: set[str], code: str | None) -> Kind:
    """The kind of a text without its code."""
    digit = " ".join(word for word in words.split() if word not in v.POLITE)
    if digit in DIGITS and not plain.asks and not plain.is_odd:
        return DIGITS[digit]
    if not words:
        return Kind.YES if code is not None and code.startswith("d") else Kind.UNCLEAR
    if (road := _of_the_road(words)) is not None:
        return road
    if (_has(words, v.WRONG_NUMBER) and not _has(words, ("this is not",))) or _is_not_me(words, own):
        return Kind.WRONG_NUMBER
    if plain.asks:
        return Kind.QUESTION
    return _answer(words, plain, own, has_code=code is not None)


def _of_the_road(words: str) -> Kind | None:
    for kind, phrases in SIMPLE.items():
        if words in phrases:
            return kind
    first = words.split(maxsplit=1)[0]
    if first in v.AWAY and re.search(r"\d|tomorrow|manana", words):
        return Kind.AWAY
    if any(words.startswith(phrase) for phrase in v.DELAYED if phrase != "running") or re.match(
        r"running .*\blate\b", words
    ):
        return Kind.DELAYED
    return None


def _is_not_me(words: str, own: set[str]) -> bool:
    """ "This is not Maria": the writer says who they are not."""
    found = re.match(r"(?:this is not|i am not|im not|no soy|este no es el numero de) (\w+)$", words)
    return found is not None and len(found[1]) > 1 and found[1] in own


def _answer(words: str, plain: Plain, own: set[str], *, has_code: bool) -> Kind:
    if _has(words, v.NEVER_A_NO):
        return Kind.CONDITIONAL if _has(words, v.CONDITIONS) or _is_hedged_yes(words) else Kind.UNCLEAR
    without_no = _taken_out(words, v.NO_PHRASES)
    says_no = without_no != words or bool(set(without_no.split()) & v.NO)
    rest = _taken_out(without_no, v.YES_PHRASES)
    left = set(rest.split())
    says_yes = rest != without_no or bool(left & (v.YES | (LOOSE_YES if has_code else set())))
    if says_yes and says_no:
        return Kind.CONDITIONAL if set(words.split()) & v.HEDGES else Kind.UNCLEAR
    if says_no:
        return _kind_of_no(words, own)
    if ASKED.match(words) or _has(words, v.CALL_ME):
        return Kind.CONDITIONAL if says_yes else Kind.QUESTION
    if says_yes:
        return _kind_of_yes(words, left, plain, own)
    return Kind.CONDITIONAL if _has(words, v.CONDITIONS) else Kind.UNCLEAR


def _is_hedged_yes(words: str) -> bool:
    return bool(set(words.split()) & v.YES) and bool(set(words.split()) & v.HEDGES)


def _kind_of_yes(words: str, left: set[str], plain: Plain, own: set[str]) -> Kind:
    if set(words.split()) & v.HEDGES or re.search(r"\d", words):
        return Kind.CONDITIONAL
    is_whole = not left - v.YES - v.SAFE - LOOSE_YES - own
    is_clear = is_whole and not plain.is_odd and not NEVER_A_YES.search(words) and len(words.split()) <= MOST_WORDS
    return Kind.YES if is_clear else Kind.UNCLEAR


def _kind_of_no(words: str, own: set[str]) -> Kind:
    """A no of known words, or one that leads and is followed by its reason."""
    each = words.split()
    if not set(_taken_out(words, v.NO_PHRASES).split()) - v.NO - v.NO_SAFE - own:
        return Kind.NO
    if set(each) & v.TURNS:
        return Kind.CONDITIONAL
    for lead in v.NO_LEADS:
        after = words.removeprefix(f"{lead} ").split()
        if words.startswith(f"{lead} ") and after and after[0] in v.REASONS:
            return Kind.NO
    return Kind.UNCLEAR
