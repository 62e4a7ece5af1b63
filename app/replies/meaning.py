"""What a text means. Pure: text in, meaning out. When it is not clear, it is never a yes.

A text is read as yes only when every word of it is known and none speaks against it. "No problem, I'll come", "yes but
only until Friday" and anything with a word we do not know are left to a person, with the whole text.
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from app.core.ids import CODE_DIGITS


class Kind(StrEnum):
    """What somebody may mean."""

    YES = "yes"
    NO = "no"
    CONDITIONAL = "conditional"
    STOP = "stop"
    START = "start"
    HELP = "help"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What was understood, and the offer's code if the text had one."""

    kind: Kind
    code: str | None = None


def _words(line: str) -> frozenset[str]:
    return frozenset(line.split())


CODE = re.compile(rf"(?<!\d)[{CODE_DIGITS}]{{3}}(?!\d)")
STOP = _words("stop stopall unsubscribe cancel end quit revoke optout")
"""Twilio's opt-out words; they count only as the whole text (twilio.md 9)."""
START = _words("start unstop")
HELP = _words("help info")
YES = _words("yes y yep yeah yup yess yes1 ye si sip accept accepted accepting confirm confirmed available oui")
YES_PHRASES = (
    "i can", "i can go", "i can do it", "i will go", "ill go", "i am in", "im in", "count me in", "i am available",
    "im available", "puedo", "si puedo", "puedo ir", "i accept", "will do", "on my way", "absolutely", "definitely",
)  # fmt: skip
NO = _words(
    "no n nope nah decline declined cant cannot unable unavailable pass wont sorry negative not nop couldnt cancelled"
)
HEDGES = _words(
    "if but only until till unless maybe might may perhaps depends depending later after before hour hours hr hrs"
    " minute minutes min mins tomorrow tmrw tomorow pero solo hasta quizas manana leaving late probably possibly think"
    " try trying"
    " monday tuesday wednesday thursday friday saturday sunday mon tue wed thu fri sat sun when what where who why how"
)
FILLERS = _words(
    "i im am ill will can could do go going come coming be there it to the this that one for me my in at on of a an and"
    " please pls thanks thank you thx ty ok okay sure great team rrt code offer ref deploy deployment help with we as"
    " yours de acuerdo gracias voy a ir sir maam hi hello count available absolutely definitely way puedo happy glad"
    " ready"
)
NOT_A_NO = (
    "no problem", "no prob", "no worries", "no issue", "why not", "not a problem", "cant wait",
    "not sure", "no idea", "dont know", "no se",
)  # fmt: skip
"""Phrases with a "no" in them that mean anything but no: a person reads the rest."""
THUMBS = {"\U0001f44d": " yes ", "\u2705": " yes ", "\U0001f44e": " no ", "\u274c": " no "}
DIGITS = {"1": Kind.YES, "2": Kind.NO}


def _plain(body: str) -> str:
    """Lower case, no accents, no punctuation but the question mark, emoji we know as words."""
    for thumb, word in THUMBS.items():
        body = body.replace(thumb, word)
    decomposed = unicodedata.normalize("NFKD", body.casefold().replace("’", "").replace("'", ""))
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    return " ".join(re.sub(r"[^\w?]+", " ", bare).split())


def read(body: str) -> Meaning:
    """What a text means.

    Args:
        body: the whole text as it came.

    Returns:
        The meaning; `UNCLEAR` for everything a person should read.
    """
    plain = _plain(body)
    if plain in STOP:
        return Meaning(Kind.STOP)
    if plain in START:
        return Meaning(Kind.START)
    if plain in HELP:
        return Meaning(Kind.HELP)
    codes = CODE.findall(plain)
    if len(set(codes)) > 1:
        return Meaning(Kind.UNCLEAR)
    code = codes[0] if codes else None
    return Meaning(_kind(" ".join(CODE.sub(" ", plain).split())), code)


def _kind(plain: str) -> Kind:
    if plain in DIGITS:
        return DIGITS[plain]
    if any(phrase in plain for phrase in NOT_A_NO) or "?" in plain:
        return Kind.UNCLEAR
    words = set(plain.split())
    says_no = bool(words & NO)
    says_yes = bool(words & YES) or (not says_no and any(f" {phrase} " in f" {plain} " for phrase in YES_PHRASES))
    hedges = bool(words & HEDGES) or bool(re.search(r"\d", plain))
    if says_yes and not says_no:
        return _kind_of_yes(words, hedges=hedges)
    if says_no and not says_yes:
        return Kind.CONDITIONAL if words & {"but", "pero", "unless", "if"} else Kind.NO
    if says_no and says_yes:
        return Kind.UNCLEAR
    return Kind.CONDITIONAL if words & {"maybe", "might", "depends", "possibly", "perhaps", "quizas"} else Kind.UNCLEAR


def _kind_of_yes(words: set[str], *, hedges: bool) -> Kind:
    if hedges:
        return Kind.CONDITIONAL
    unknown = words - YES - FILLERS - {word for phrase in YES_PHRASES for word in phrase.split()}
    return Kind.UNCLEAR if unknown else Kind.YES
