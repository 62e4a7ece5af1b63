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
from app.core.places import clock_time, day_and_time, day_hour, days
from app.core.settings import get_settings
from app.core.text import shown_phone

APP = Path(__file__).parent.parent
STATIC = Path(__file__).parent / "static"
DESK_ZONE = "America/New_York"
"""The desk's own zone: its pages show times there, with its letters."""
KEPT_CAPITALS = {"lodd": "LODD", "fac": "FAC", "ois": "OIS", "ics": "ICS", "lgbtq": "LGBTQ", "aapi": "AAPI"}
SAID_BETTER = {
    "officer_involved_shooting_fatal": "Officer-involved shooting, fatal",
    "officer_involved_shooting_nonfatal": "Officer-involved shooting",
    "use_of_force_serious_injury": "Serious injury after use of force",
    "in_custody_death": "Death in custody",
    "vehicle_pursuit_fatality": "Death in a vehicle pursuit",
    "lodd_felonious": "Officer killed on duty",
    "lodd_accident_or_medical": "Officer died on duty",
    "officer_injured_serious": "Officer badly hurt",
    "workplace_violence": "Workplace attack",
    "hate_crime_or_bias_incident": "Hate crime or bias incident",
    "multi_victim_homicide": "Homicide with several victims",
    "community_gun_violence_cluster": "Cluster of gun violence",
    "viral_video_or_misconduct_disclosure": "Viral video or disclosed misconduct",
    "anniversary_or_memorial": "Anniversary or memorial",
    "fac_setup": "Setting up a family assistance center",
    "peer_briefing": "Peer briefing for command staff",
    "executive_consultation": "Advice for the chief or sheriff",
    "officer_wellness_support": "Support for officers",
    "victim_family_coordination": "Support for victims and families",
    "death_notification_support": "Help with death notifications",
    "training_session": "Training",
    "communications_advice": "Help with the press",
    "partner_coordination": "Coordinating partners",
    "virtual_consult": "Advice by video",
    "after_action_review": "After-action review",
    "on_site": "On site",
}
"""Slugs whose plain words are not their own."""


def words(slug: str) -> str:
    """A slug as words: "officer_involved_shooting_fatal" is "Officer involved shooting fatal"."""
    if slug in SAID_BETTER:
        return SAID_BETTER[slug]
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
        span=span_words, day_hour=day_hour,
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
