"""What a text carries that no table of ours may hold: it is kept as a mark, and opened only for the carrier.

"/x/#L17" stands for the token of link 17, "/s/#S17" for that of survey 17, "#C5" for the digits of code 5. All are
made from the number and the secret key, so a copy of the database opens no link and knows no code (reliability.md R16,
R21).
"""

import hashlib
import hmac
import re
from string import ascii_letters, digits

from app.core.settings import get_settings

ALPHABET = digits + ascii_letters
TOKEN_LENGTH, CODE_LENGTH = 27, 8
"""27 characters of 62 are 160 bits; 8 digits are 26 (reliability.md R15, R16)."""
MARK = re.compile(r"#([LCS])(\d+)")
IN_SQL = r"#[LCS][0-9]+"
"""The same for PostgreSQL."""
OPENED = re.compile(rf"(?<=/[xs]/)[0-9A-Za-z]{{{TOKEN_LENGTH}}}\b|(?<!\d)\d{{{CODE_LENGTH}}}(?!\d)")
SAMPLE = "each-person-has-a-link-here"
"""Stands where a token will, and is as long."""


def link_mark(link_id: int) -> str:
    """How the token of a link is written in a text."""
    return f"#L{link_id}"


def code_mark(code_id: int) -> str:
    """How a code is written in a text."""
    return f"#C{code_id}"


def survey_mark(survey_id: int) -> str:
    """How the token of a survey is written in a text."""
    return f"#S{survey_id}"


def link_token(link_id: int) -> str:
    """The token of a link."""
    return _token(f"offer-link:{link_id}")


def survey_token(survey_id: int) -> str:
    """The token of a survey."""
    return _token(f"survey:{survey_id}")


def _token(of: str) -> str:
    number, token = _number(of), ""
    for _ in range(TOKEN_LENGTH):
        number, place = divmod(number, len(ALPHABET))
        token += ALPHABET[place]
    return token


def code(code_id: int) -> str:
    """The digits of a code."""
    return f"{_number(f'phone-code:{code_id}') % 10**CODE_LENGTH:0{CODE_LENGTH}d}"


def _number(of: str) -> int:
    secret = get_settings().secret_key.get_secret_value().encode()
    return int.from_bytes(hmac.digest(secret, of.encode(), hashlib.sha256))


MADE = {"L": link_token, "S": survey_token, "C": code}
"""Letter of a mark to what it stands for."""


def opened(body: str) -> str:
    """A text as the carrier gets it."""
    return MARK.sub(lambda mark: MADE[mark[1]](int(mark[2])), body)


def measured(body: str) -> str:
    """A text with something as long in the place of every mark, to count it."""
    return MARK.sub(lambda mark: "x" * (CODE_LENGTH if mark[1] == "C" else TOKEN_LENGTH), body)


def shown(body: str) -> str:
    """A text as the desk reads it: what it carries sealed is not for them."""
    return MARK.sub("...", body)


def closed(body: str) -> str:
    """A text that the carrier shows, with "#" for what was opened: to compare it with a kept one."""
    return OPENED.sub("#", body)
