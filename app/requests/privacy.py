"""Does free text look like something we must not have: a name, a birth date, a number of a person or a case? Pure.

A warning, never a block (domain.md 6.4, 6.5): people are asked to leave it out, and may send it all the same.
"""

import re
from collections.abc import Iterable, Mapping

from app.core.ids import digest
from app.web.languages import N_, translated

AGAIN = N_("Please leave it out, or send it once more as it is.")
DATE = r"\d{1,2}[/.-]\d{1,2}[/.-](?:19|20)?\d{2}"
LOOKS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (N_("This looks like a Social Security number."), re.compile(r"(?<![\d-])\d{3}[- ]\d{2}[- ]\d{4}(?![\d-])")),
    (
        N_("This looks like a date of birth."),
        re.compile(
            rf"\b(?:dob|d\.o\.b\.|born|birth(?:day|date|[ -]date)?|nacid[oa]|nacimiento)(?!\w)\D{{0,20}}{DATE}",
            re.IGNORECASE,
        ),
    ),
    (
        N_("This looks like a case number."),
        re.compile(
            r"\b(?:case|docket|warrant|report|caso|expediente)\s*(?:no\.?|nr\.?|num(?:ber|\.)?|n[uú]mero|#)?\s*[:#]?\s*"
            r"(?=[\w/-]*\d{3})[a-z]{0,4}-?\d[\w/-]{3,}",
            re.IGNORECASE,
        ),
    ),
    (
        N_("This looks like a license plate."),
        re.compile(
            r"\b(?:license\s+)?(?:plates?|placas?|matr[ií]cula)\s*(?:no\.?|number|n[uú]mero|#)?\s*[:#]?\s*"
            r"(?=[a-z0-9 -]*\d)[a-z0-9]{2,4}[ -]?[a-z0-9]{2,5}\b",
            re.IGNORECASE,
        ),
    ),
    (
        N_("This looks like the name of a victim or suspect."),
        re.compile(
            r"(?i:\b(?:victims?|suspects?|deceased|decedent|shooter|v[ií]ctimas?|sospechosos?|fallecid[oa])\b"
            r"[,:]?\s*(?:(?:is|was|named|identified as|called|es|era|llamad[oa])\s+)*)"
            r"[A-ZÁÉÍÓÚÑ][a-záéíóúñ]+(?:\s+[A-Z]\.)?\s+[A-ZÁÉÍÓÚÑ][a-záéíóúñ]+"
        ),
    ),
    (
        N_("This looks like a name with a date of birth."),
        re.compile(rf"\b[A-ZÁÉÍÓÚÑ][a-záéíóúñ]+\s+[A-ZÁÉÍÓÚÑ][a-záéíóúñ]+,?\s+\(?{DATE}"),
    ),
)


def looks_personal(text: str) -> list[str]:
    """What the text looks like that should be left out: sentences, none if nothing does."""
    return [sentence for sentence, pattern in LOOKS if pattern.search(text)]


def warned(given: Mapping[str, str], names: Iterable[str]) -> tuple[dict[str, str], str]:
    """What should be left out of a form's fields, said once: sent again as it is, it is taken.

    Args:
        given: the form; "left_in" says of which words it was said before.
        names: the fields with free text.

    Returns:
        Field to sentence, and what "left_in" must be to send these words all the same.
    """
    found = {name: looks for name in names if (looks := looks_personal(given.get(name, "")))}
    said = digest(repr([given[name] for name in found]))
    if not found or given.get("left_in") == said:
        return {}, ""
    again = translated(AGAIN)
    return {name: " ".join([*map(translated, looks), again]) for name, looks in found.items()}, said
