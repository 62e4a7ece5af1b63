"""Texts as carriers count them (GSM-7, segments), and phone numbers as people write them."""

import unicodedata

import phonenumbers

from app.core.problems import Invalid

GSM7 = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""GSM 03.38 basic character set (3GPP TS 23.038, 6.2.1), without the escape."""
GSM7_DOUBLE = set("^{}\\[~]|€\f")
"""Its extension table: each of these takes two septets."""
PLAIN = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "...", "\u00a0": " "})


def gsm7(text: str) -> str:
    """`text` with curly quotes and accents made plain where GSM-7 lacks them; what it has no letter for becomes "?"."""
    return "".join(_gsm7(c) for c in text.translate(PLAIN))


def _gsm7(c: str) -> str:
    if c in GSM7 or c in GSM7_DOUBLE:
        return c
    bare = unicodedata.normalize("NFKD", c)[:1]
    return bare if bare in GSM7 else "?"


def septets(text: str) -> int:
    """Length of a GSM-7 text in septets."""
    return sum(2 if c in GSM7_DOUBLE else 1 for c in text)


def segments(text: str) -> int:
    """How many segments a carrier bills: GSM-7 160 or 153 each, else UCS-2 70 or 67 each (domain.md 5.4)."""
    if all(c in GSM7 or c in GSM7_DOUBLE for c in text):
        length, alone, joined = septets(text), 160, 153
    else:
        length, alone, joined = len(text.encode("utf-16-be")) // 2, 70, 67
    return 1 if length <= alone else -(-length // joined)


def whole(text: str, most_digits: int = 15) -> int | None:
    """The whole number that is written with plain digits; None where it is none, or longer than anything here.

    `str.isdigit` knows "²" and Arabic digits as well, and Python refuses to read more than 4,300 digits.
    """
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= most_digits else None


def phone_number(text: str) -> str:
    """A number as people write it, in E.164.

    Raises:
        Invalid: not a number that could exist in the United States or with a country code.
    """
    try:
        number = phonenumbers.parse(text, "US")
    except phonenumbers.NumberParseException:
        number = None
    # 555-01xx numbers are reserved for fiction and count as impossible in the library's tables; demos live on them.
    if number is None or not phonenumbers.is_possible_number(number):
        raise Invalid("This is not a phone number we can reach.", errors={"phone": "Give ten digits, area code first."})
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def shown_phone(number: str) -> str:
    """A number for people: "(202) 555-0142"."""
    parsed = phonenumbers.parse(number, "US")
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)


def masked_phone(number: str) -> str:
    """A number for logs: only its last two digits."""
    return f"...{number[-2:]}"
