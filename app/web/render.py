"""Pages from templates. The only module that imports Jinja."""

import hashlib
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PrefixLoader, StrictUndefined
from markupsafe import Markup

from app.core.clock import clock
from app.core.places import clock_time, day_and_time, days
from app.core.settings import get_settings
from app.core.text import shown_phone

APP = Path(__file__).parent.parent
STATIC = Path(__file__).parent / "static"
DESK_ZONE = "America/New_York"
"""The desk's own zone: its pages show times there, with its letters."""
KEPT_CAPITALS = {"lodd": "LODD", "fac": "FAC", "ois": "OIS", "ics": "ICS", "lgbtq": "LGBTQ", "aapi": "AAPI"}


def words(slug: str) -> str:
    """A slug as words: "officer_involved_shooting_fatal" is "Officer involved shooting fatal"."""
    text = " ".join(KEPT_CAPITALS.get(part, part) for part in slug.split("_"))
    return text[:1].upper() + text[1:]


def span_words(minutes: float) -> str:
    """A length of time: "48 min", "2 h 40 min", "3 d"."""
    whole = round(abs(minutes))
    if whole < 60:
        return f"{whole} min"
    if whole < 48 * 60:
        return f"{whole // 60} h" + (f" {whole % 60} min" if whole % 60 and whole < 600 else "")
    return f"{whole // 1440} d"


def ago(moment: datetime) -> str:
    """How long ago: "1 h 12 min ago"."""
    return f"{span_words((clock.now() - moment).total_seconds() / 60)} ago"


def left(moment: datetime) -> str:
    """How long until then: "48 min left", or "12 min late"."""
    minutes = (moment - clock.now()).total_seconds() / 60
    return f"{span_words(minutes)} {'left' if minutes >= 0 else 'late'}"


@cache
def static(path: str) -> str:
    """The address of a static file, with a mark of its content, so that it may be kept for ever."""
    file = STATIC / path
    mark = hashlib.sha256(file.read_bytes()).hexdigest()[:10] if file.is_file() else "0"
    return f"/static/{path}?v={mark}"


def icon(name: str) -> Markup:
    """An icon of the design system's sprite; decoration only, words stand beside it."""
    # The name comes from templates, never from people; the sprite has no query mark so that one copy is cached.
    return Markup(  # noqa: S704
        '<svg class="usa-icon" aria-hidden="true" focusable="false">'
        f'<use href="/static/vendor/uswds/img/sprite.svg#{name}"></use></svg>'
    )


@cache
def _environment() -> Environment:
    rooms = {folder.parent.name: FileSystemLoader(folder) for folder in APP.glob("*/templates")}
    env = Environment(
        loader=ChoiceLoader([PrefixLoader(rooms)]), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    env.filters.update(
        words=words, ago=ago, left=left, phone=shown_phone, clock_time=clock_time, when=day_and_time, days=days,
        span=span_words,
    )  # fmt: skip
    env.globals.update(static=static, icon=icon, desk_zone=DESK_ZONE, now=clock.now)
    return env


def render(request: Request, template: str, status: int = 200, **context: Any) -> HTMLResponse:
    """A page.

    Args:
        request: who asks; templates see the viewer.
        template: "room/name.html".
        status: HTTP status.
        context: what the template shows.
    """
    settings = get_settings()
    html = (
        _environment()
        .get_template(template)
        .render(
            viewer=getattr(request.state, "viewer", None),
            path=request.url.path,
            programme=settings.programme,
            desk_phone=settings.desk_phone,
            official_site=settings.official_site,
            is_demo=settings.environment == "demo",
            status=status,
            **context,
        )
    )
    return HTMLResponse(html, status)
