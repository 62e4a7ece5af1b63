"""A text as it came, made plain for reading: what is not the writer's own is taken out, the rest is words.

What is taken out never hides a condition: a signature is dropped only while nothing in it speaks against a yes, and
marks that we do not know are reported, so that no yes is read beside them.
"""

import re
import unicodedata
from dataclasses import dataclass

from app.core.ids import CODE_DIGITS
from app.replies import vocabulary as v

MOST_WORDS = 40
"""A clear answer is short; what is longer is a letter, and a person reads it."""
REACTION = re.compile(
    r"^\s*(?:liked|loved|disliked|emphasi[sz]ed|laughed at|questioned|removed an? \w+ from|reacted .{1,12} to|"
    r"(?:a .{1,40} )?le gust[oó]|\W{1,8} (?:to|a))\s+[\"“«]",
    re.IGNORECASE,
)
"""What phones send instead of a tapped heart or thumb: it quotes us, and says too little to seat anybody."""
OURS = re.compile(r"\brrt: |\b(?:yes|si) \d{3} (?:or|o) no \d{3}\b", re.IGNORECASE)
"""Our own text sent back to us, with its YES and its NO in it."""
SIGNATURE = re.compile(r"^\s*(?:--+|__+|sent from |enviado desde |get outlook )", re.IGNORECASE)
AUTOMATIC = re.compile(
    r"automatic|auto-?reply|do not disturb|out of (?:the )?office|not monitored|does not accept", re.I
)
PHONE = re.compile(r"(?:\+?1[\s.-]?)?\(?\d{3}\)?[\s.-]?\d{3}[\s.-]?\d{4}(?!\d)")
THUMBS = {"\U0001f44d": " yes ", "✅": " yes ", "✔": " yes ", "\U0001f44e": " no ", "❌": " no "}
FRIENDLY = set(
    "\U0001f600\U0001f603\U0001f604\U0001f601\U0001f60a\U0001f642\U0001f64f\U0001f4aa\U0001f64c\U0001fae1\U0001f64b"
    "❤✈\U0001f697\U0001f698\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"
)
"""Marks that leave a yes a yes; rolled eyes and the like do not."""
OVERRIDES = set("\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u2069")
"""Turn the order of letters around: what a person sees is not what stands there."""
SPELLED = re.compile(r"\b(" + "|".join(v.DIGIT_NAMES) + r")((?: (?:" + "|".join(v.DIGIT_NAMES) + r")){2})\b")
APART = re.compile(rf"(?<!\d )(?<!\S)([{CODE_DIGITS}]) ([{CODE_DIGITS}]) ([{CODE_DIGITS}])(?!\S| \d)")
GLUED = re.compile(rf"\b([a-z]+)([{CODE_DIGITS}]{{3}})\b|\b([{CODE_DIGITS}]{{3}})([a-z]+)\b|\b(1|2)(d\d\d)\b")
STRETCHED = (
    (re.compile(r"\bye+s+\b"), "yes"), (re.compile(r"\bya+s{2,}\b"), "yes"), (re.compile(r"\byea+h*\b"), "yeah"),
    (re.compile(r"\bsi{2,}\b"), "si"), (re.compile(r"\bno{2,}\b"), "no"), (re.compile(r"\by e s\b"), "yes"),
    (re.compile(r"\bn o\b"), "no"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Plain:
    """What is left to read.

    Args:
        words: lower case, one blank between, no accents, no marks.
        asks: whether a question mark stands in it.
        is_quote: a phone's reaction, an automatic answer, or our own text sent back.
        is_odd: marks beside the words that can turn a yes around.
    """

    words: str
    asks: bool
    is_quote: bool
    is_odd: bool


def bare(text: str) -> str:
    """`text` as words: lower case, accents and marks gone."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().replace("’", "").replace("'", ""))
    letters = "".join(c for c in decomposed if not unicodedata.combining(c) and unicodedata.category(c) != "Cf")
    return " ".join(re.sub(r"[^\w]+|_", " ", letters).split())


def make_plain(body: str) -> Plain:
    """Take a text apart.

    Args:
        body: the whole text as it came, of any length and any characters.
    """
    own = _own_lines(body)
    is_quote = bool(REACTION.search(body) or OURS.search(own) or AUTOMATIC.search(own))
    is_odd = any(_is_odd(c) for c in own) or "/" in own.replace("w/", "")
    asks = "?" in own or "¿" in own or "\uff1f" in own or "❓" in own
    for thumb, word in THUMBS.items():
        own = own.replace(thumb, word)
    words = bare(PHONE.sub(" phonenumber ", own))
    return Plain(_mended(words), asks, is_quote, is_odd)


def _own_lines(body: str) -> str:
    """Without quoted lines, and without a signature that says nothing about going."""
    lines = [line for line in body.splitlines() if not line.lstrip().startswith(">")]
    for number, line in enumerate(lines):
        if number and SIGNATURE.match(line):
            rest = set(bare(" ".join(lines[number:])).split())
            if not rest & (v.HEDGES | v.NO | v.YES | {"not", "dont"}):
                return "\n".join(lines[:number])
    return "\n".join(lines)


def _is_odd(c: str) -> bool:
    if c in OVERRIDES:
        return True
    return c not in FRIENDLY and c not in THUMBS and unicodedata.category(c) in ("So", "Cs", "Co", "Cn")


def _mended(words: str) -> str:
    """Stretched words, spelled codes and codes grown together with a word, as they were meant."""
    for pattern, word in STRETCHED:
        words = pattern.sub(word, words)
    words = SPELLED.sub(lambda found: "".join(v.DIGIT_NAMES[name] for name in found[0].split()), words)
    words = APART.sub(r"\1\2\3", words)
    words = GLUED.sub(lambda found: " ".join(part for part in found.groups() if part), words)
    return " ".join(words.split())
