"""Pages from templates. The only module that imports Jinja."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PrefixLoader, StrictUndefined
from markupsafe import Markup

from app.core.clock import clock, in_zone
from app.core.places import day_hour, zone_letters
from app.core.settings import get_settings
from app.core.text import shown_phone
from app.web import languages
from app.web.languages import N_, language, translated, translated_many
from app.web.times import (
    ago,
    clock_time,
    counted,
    day_and_time,
    day_name,
    day_span,
    days,
    left,
    long_day,
    month_name,
    seconds_left,
    span_words,
    weekday,
)

APP = Path(__file__).parent.parent
STATIC = Path(__file__).parent / "static"
DESK_ZONE = "America/New_York"
"""The desk's own zone: its pages show times there, with its letters."""
KEPT_CAPITALS = {
    "rrt": "RRT", "sms": "SMS", "lcsw": "LCSW", "lpc": "LPC", "lmhc": "LMHC", "lmft": "LMFT", "pmhnp": "PMHNP",
    "pfa": "PFA", "cjis": "CJIS", "mou": "MOU", "fbi": "FBI", "nova": "NOVA", "nacp": "NACP", "cism": "CISM",
    "psypact": "PSYPACT", "lodd": "LODD", "fac": "FAC", "ois": "OIS", "ics": "ICS", "lgbtq": "LGBTQ", "aapi": "AAPI",
}  # fmt: skip
SAID_BETTER = {
    "officer_involved_shooting_fatal": N_("Officer-involved shooting, fatal"),
    "officer_involved_shooting_nonfatal": N_("Officer-involved shooting"),
    "use_of_force_serious_injury": N_("Serious injury after use of force"),
    "in_custody_death": N_("Death in custody"),
    "vehicle_pursuit_fatality": N_("Death in a vehicle pursuit"),
    "lodd_felonious": N_("Officer killed on duty"),
    "lodd_accident_or_medical": N_("Officer died on duty"),
    "officer_injured_serious": N_("Officer badly hurt"),
    "workplace_violence": N_("Workplace attack"),
    "hate_crime_or_bias_incident": N_("Hate crime or bias incident"),
    "multi_victim_homicide": N_("Homicide with several victims"),
    "community_gun_violence_cluster": N_("Cluster of gun violence"),
    "viral_video_or_misconduct_disclosure": N_("Viral video or disclosed misconduct"),
    "anniversary_or_memorial": N_("Anniversary or memorial"),
    "fac_setup": N_("Setting up a family assistance center"),
    "peer_briefing": N_("Peer briefing for command staff"),
    "executive_consultation": N_("Advice for the chief or sheriff"),
    "officer_wellness_support": N_("Support for officers"),
    "victim_family_coordination": N_("Support for victims and families"),
    "death_notification_support": N_("Help with death notifications"),
    "training_session": N_("Training"),
    "communications_advice": N_("Help with the press"),
    "partner_coordination": N_("Coordinating partners"),
    "virtual_consult": N_("Advice by video"),
    "after_action_review": N_("After-action review"),
    "on_site": N_("On site"),
    "cjis_awareness": N_("CJIS awareness training"),
    "conflict_disclosure": N_("Disclosure of conflicts of interest"),
    "drivers_license": N_("Driver's license"),
    "employer_mou": N_("Agreement with the employer"),
    "interpreter_certified": N_("Certified interpreter"),
    "lpc_lmhc": N_("LPC or LMHC"),
    "psypact_tap": N_("PSYPACT, in person (TAP)"),
    "psypact_apit": N_("PSYPACT, by video (APIT)"),
    "peace_officer_active": N_("Peace officer, active"),
    "peace_officer_retired": N_("Peace officer, retired"),
    "fbi_national_academy": N_("FBI National Academy"),
    "peer_support_cert": N_("Peer support certificate"),
    "chaplain_law_enforcement": N_("Law enforcement chaplain"),
    "nacp_provisional": N_("NACP, provisional"),
    "nacp_basic": N_("NACP, basic"),
    "nacp_intermediate": N_("NACP, intermediate"),
    "nacp_advanced": N_("NACP, advanced"),
    "nova_crt_basic": N_("NOVA crisis response, basic"),
    "nova_crt_advanced": N_("NOVA crisis response, advanced"),
    "child_forensic_interview": N_("Forensic interviews of children"),
    "ics100": "ICS-100",
    "ics200": "ICS-200",
    "ics300": "ICS-300",
    "ics400": "ICS-400",
    "is700": "IS-700",
    "is800": "IS-800",
    "pfa": N_("Psychological first aid (PFA)"),
    "cism_individual": N_("CISM, individual"),
    "cism_group": N_("CISM, group"),
    "red_cross_dmh": N_("Red Cross disaster mental health"),
    "red_cross_dsc": N_("Red Cross disaster spiritual care"),
    "is360_or_similar": N_("IS-360 or similar"),
}
"""Slugs whose plain words are not their own."""


def words(slug: str) -> str:
    """A slug as words in the reader's language: "house_of_worship_attack" is "House of worship attack"."""
    text = " ".join(KEPT_CAPITALS.get(part, part) for part in slug.split("_"))
    return translated(SAID_BETTER.get(slug) or text[:1].upper() + text[1:])


@cache
def static(path: str) -> str:
    """The address of a static file, with a mark of its content, so that it may be kept for ever."""
    file = STATIC / path
    mark = hashlib.sha256(file.read_bytes()).hexdigest()[:10] if file.is_file() else "0"
    return f"/static/{path}?v={mark}"


def icon(name: str) -> Markup:
    """An icon of the design system's sprite; decoration only, words stand beside it."""
    # The name comes from templates, never from people; the sprite has no query mark so that one copy is cached.
    return Markup(  # noqa: S704  # nosec B704
        '<svg class="usa-icon" aria-hidden="true" focusable="false">'
        f'<use href="/static/vendor/uswds/img/sprite.svg#{name}"></use></svg>'
    )


@cache
def environment() -> Environment:
    """How templates are read, and what every one of them may say."""
    rooms = {folder.parent.name: FileSystemLoader(folder) for folder in APP.glob("*/templates")}
    env = Environment(
        loader=ChoiceLoader([PrefixLoader(rooms)]), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.i18n"],
    )  # fmt: skip
    env.policies["ext.i18n.trimmed"] = True
    env.install_gettext_callables(translated, translated_many, newstyle=True)  # type: ignore[attr-defined]  # of the extension
    env.filters.update(
        words=words, ago=ago, left=left, counted=counted, phone=shown_phone, clock_time=clock_time,
        when=day_and_time, days=days,
        span=span_words, seconds_left=seconds_left, translated=translated, day_hour=day_hour, month_name=month_name,
        weekday=weekday, day_name=day_name, long_day=long_day, day_span=day_span, letters=zone_letters,
    )  # fmt: skip
    env.globals.update(today=lambda zone: in_zone(clock.now(), zone).date())
    env.globals.update(static=static, icon=icon, desk_zone=DESK_ZONE, now=clock.now, language=language)
    env.globals.update(clock_rate=lambda: clock.rate)
    return env


def drawn(template: str, **context: Any) -> Markup:
    """A part of a page that several people may share: it is given nothing of who asks, so it can show nothing of it."""
    return Markup(environment().get_template(template).render(context))  # noqa: S704  # nosec B704 - escaped within


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
        environment()
        .get_template(template)
        .render(
            viewer=getattr(request.state, "viewer", None),
            path=request.url.path,
            here=request.url.path + (f"?{request.url.query}" if request.url.query else ""),
            programme=settings.programme,
            desk_phone=settings.desk_phone,
            official_site=settings.official_site,
            issuer=settings.oidc_name if settings.oidc_issuer else "",
            omb_number=settings.omb_number,
            omb_expires=settings.omb_expires,
            is_demo=settings.environment == "demo",
            status=status,
            other_languages={tag: name for tag, name in languages.NAMES.items() if tag != language()},
            **context,
        )
    )
    return HTMLResponse(html, status)
