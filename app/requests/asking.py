"""What pages of the agency's form have in common: reading one, warning of what should be left out, showing it again."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from app.access.language import remember
from app.core.ids import digest
from app.requests import privacy
from app.requests.fields import SECTIONS, Section
from app.requests.steps import Answers, errors_of, text_of, typed
from app.web import languages
from app.web.render import render

PEOPLE = frozenset(
    {
        "contact_name", "contact_title", "contact_email", "contact_phone", "executive_name", "executive_title",
        "executive_email", "executive_phone", "alternate_contact", "report_to", "city",
    }
)  # fmt: skip
"""Fields that ask for a name: a name in them is right."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A section as it was sent.

    Args:
        answers: everything typed.
        errors: what is wrong, field to sentence.
        warnings: what should be left out, field to sentences; empty if the person has seen it and sent it all the same.
        seen: stands for the texts that are warned of, and goes into the form.
        language: the language the reader wants now, if they asked for another.
        wants: "next", or "later" to stop here.
    """

    answers: Answers
    errors: dict[str, str] = field(default_factory=dict)
    warnings: dict[str, list[str]] = field(default_factory=dict)
    seen: str = ""
    language: str = ""
    wants: str = "next"

    @property
    def is_done(self) -> bool:
        """Whether nothing keeps the person on this page."""
        return not (self.errors or self.warnings or self.language)


def warnings_of(section: Section, answers: Mapping[str, Any]) -> dict[str, list[str]]:
    """What in a section should be left out: field to sentences."""
    told = {
        one.name: privacy.looks_personal(text_of(answers, one.name))
        for one in section.fields
        if one.kind in ("prose", "line") and one.name not in PEOPLE
    }
    return {name: sentences for name, sentences in told.items() if sentences}


async def read(request: Request, section: Section) -> Sent:
    """The section that somebody sent."""
    form = await request.form()
    answers = typed(form, section)
    warnings = warnings_of(section, answers)
    seen = digest(repr([answers[name] for name in warnings])) if warnings else ""
    wanted = str(form.get("language", ""))
    return Sent(
        answers,
        errors_of(section, answers),
        warnings if seen != form.get("seen") else {},
        seen,
        wanted if wanted in languages.NAMES else "",
        str(form.get("wants", "next")),
    )


def show(
    request: Request,
    section: Section,
    answers: Mapping[str, Any],
    sent: Sent | None,
    *,
    action: str,
    back: str,
    **more: Any,
) -> Response:
    """The section as a page; with `sent`, what was wrong with it."""
    return render(
        request,
        "requests/section.html",
        422 if sent and sent.errors else 200,
        section=section,
        given=answers,
        errors=sent.errors if sent else {},
        warnings=sent.warnings if sent else {},
        seen=sent.seen if sent else "",
        names={one.name: one.label for one in section.fields},
        anchors={one.name: f"#{one.anchor}" for one in section.fields},
        action=action,
        back=back,
        **more,
    )


def in_other_words(tag: str, address: str) -> Response:
    """The same page in the language that the reader asked for; everything typed is kept by then."""
    answer = RedirectResponse(address, 303)
    remember(answer, tag)
    return answer


def section_called(slug: str) -> Section | None:
    """The section of that name."""
    return SECTIONS.get(slug)
