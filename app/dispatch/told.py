"""What a text that only the carrier knows says: it asks, or tells what became of an answer. Pure."""

import re
from dataclasses import dataclass, replace

from app.dispatch import links
from app.messaging import sealed, spanish, texts

CODE = re.compile(r"\b(?:YES|SI) ([2-9]{3})\b")
DAYS = "|".join((*spanish.WEEKDAYS, *spanish.WEEKDAYS.values()))
TIME = re.compile(rf"\b(?:(?:{DAYS}) )?\d{{1,2}}(?::\d\d)?[ap]m [A-Za-z]{{2,4}}\b")
LINK = re.compile(r"/x/([0-9A-Za-z]{27})\b")
REF = re.compile(r"\bRef ([2-9]{3})\b")
REFERENCE = re.compile(r"\b\d\d-\d{4,6}\b")
QUESTIONS = {"offer": texts.offer, "reminder": texts.reminder, "other_seat": texts.other_seat}
"""Texts that carry an offer's code, and are sent by a timer: no answer brings them forth again."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a text of the carrier's says of an offer."""

    code: str
    reply_by: str
    body: str
    token: str | None


def told_by(body: str) -> Told | None:
    """What a text says of an offer; None when it asks nothing."""
    code, time, link = CODE.search(body), TIME.search(body), LINK.search(body)
    if code is None or time is None:
        return None
    return Told(code[1], time[0], sealed.closed(body), link[1] if link else None)


def kind_of(told: Told, words: texts.OfferWords) -> str | None:
    """Which of our questions a text is, if it is one about `words`; code and deadline are the text's own."""
    said = replace(words, code=told.code, reply_by=told.reply_by, link="")
    for kind, made in QUESTIONS.items():
        for link in (links.address(sealed.link_mark(1)), ""):
            body = texts.plain(made(replace(said, link=link))).body
            if re.sub(sealed.IN_SQL, "#", body) == told.body:
                return kind
    return None
