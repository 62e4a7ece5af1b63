"""`rrt doctor`: whether an installation is set up so that it may be used, a finding a line with what to do about it."""

import os
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import String, func, select, text, type_coerce
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.database import begin
from app.core.retention import RULES
from app.core.sealing import WHO_LENGTH, keyring
from app.core.settings import Settings, get_settings
from app.experts.models import Contact
from app.watch import heartbeats
from app.web import viruses

MOST_SKEW = timedelta(seconds=2)
BACKUP_LATE = timedelta(hours=26)
SAMPLES = ("demo", "change", "sample", "example", "secret", "password", "xxxx", "1234")
"""In a secret, these say that nobody has chosen it."""
LEAST_VARIETY = 10
"""Different characters of a secret key."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong, and what to do about it."""

    what: str
    mend: str

    def __str__(self) -> str:
        return f"{self.what} {self.mend}"


def is_guessable(secret: str) -> bool:
    """Whether a secret looks like a sample, or like no choice at all."""
    return len(secret) < 32 or len(set(secret)) < LEAST_VARIETY or any(word in secret.lower() for word in SAMPLES)


def of_settings(settings: Settings) -> list[Finding]:
    """What the settings alone show."""
    found = []
    if settings.environment != "production":
        found.append(Finding(f"RRT_ENVIRONMENT is {settings.environment}.", "Set it to production."))
    if is_guessable(settings.secret_key.get_secret_value()):
        found.append(Finding("RRT_SECRET_KEY can be guessed.", "Make one: openssl rand -base64 48."))
    if len(settings.twilio_auth_token.get_secret_value()) < 32:
        found.append(Finding("RRT_TWILIO_AUTH_TOKEN is no token of Twilio's.", "Copy it from Twilio's console."))
    if urlsplit(settings.public_url).scheme != "https":
        found.append(Finding("RRT_PUBLIC_URL is not https.", "Serve behind TLS and set its https address."))
    if not settings.secure_cookies:
        found.append(Finding("RRT_SECURE_COOKIES is off.", "Leave it out: it is on by itself."))
    if settings.log_level.upper() == "DEBUG":
        found.append(Finding("RRT_LOG_LEVEL is DEBUG.", "Set it to INFO."))
    if settings.clock:
        found.append(Finding("RRT_CLOCK is set: the clock is not real.", "Leave it out."))
    if urlsplit(settings.twilio_api_url).hostname != "api.twilio.com":
        found.append(Finding("RRT_TWILIO_API_URL is not Twilio's.", "Leave it out, but for a simulator."))
    if settings.requests_per_minute == 0:
        found.append(Finding("RRT_REQUESTS_PER_MINUTE is 0: nothing limits who asks.", "Leave it out."))
    if not settings.clamd:
        found.append(Finding("Nobody looks for viruses in letters and papers.", "Set RRT_CLAMD to clamd's host:port."))
    if settings.audit_anchors is None:
        found.append(Finding("The log's heads are kept nowhere else.", "Set RRT_AUDIT_ANCHORS to another storage."))
    return found + of_signing_in(settings) + of_personal_data(settings)


def of_signing_in(settings: Settings) -> list[Finding]:
    """What the settings say of second factors."""
    found = []
    if not settings.require_second_factor:
        found.append(Finding("Nobody must have a second factor.", "Set RRT_REQUIRE_SECOND_FACTOR=true."))
    if settings.oidc_issuer and settings.oidc_is_second_factor and not settings.oidc_acr_values:
        found.append(Finding("A sign-in at the issuer counts as a second factor, and none is asked for there.",
                             "Set RRT_OIDC_ACR_VALUES, or RRT_OIDC_IS_SECOND_FACTOR=false."))  # fmt: skip
    return found


def of_personal_data(settings: Settings) -> list[Finding]:
    """What the settings say of sealing and of how long data is kept."""
    found = []
    if not settings.data_keys.get_secret_value() or not settings.lookup_key.get_secret_value():
        found.append(
            Finding(
                "Personal data is sealed with keys made from RRT_SECRET_KEY.",
                "Set RRT_DATA_KEYS and RRT_LOOKUP_KEY, each: openssl rand -base64 32.",
            )
        )
    if strange := set(settings.retention_days) - RULES.keys():
        found.append(Finding(f"RRT_RETENTION: nothing is called {', '.join(sorted(strange))}.", "See /desk/kept."))
    return found


async def of_database(session: AsyncSession) -> list[Finding]:
    """What the database shows: who we are to it, its schema, its clock, the auditor."""
    found = []
    present = await session.scalar(text("select version_num from alembic_version"))
    if present != _newest():
        found.append(Finding(f"The schema is {present}, not {_newest()}.", "Run rrt migrate, then rrt roles."))
    may = "select has_table_privilege('events', 'delete') or has_table_privilege('audit_links', 'insert')"
    if await session.scalar(text(may)):
        found.append(Finding("The service's role may change the log.", "Run rrt roles, and sign in as rrt_app."))
    shown = await session.scalar(text("select extract(epoch from clock_timestamp())"))
    skew = timedelta(seconds=abs(float(shown or 0) - time.time()))
    if skew > MOST_SKEW:
        found.append(Finding(f"The clocks differ by {skew.total_seconds():.0f} s.", "Keep both by NTP."))
    if strange := await _strange_keys(session):
        found.append(Finding(f"Personal data is sealed with keys that are not set ({strange}).", "Set them again."))
    if await heartbeats.stopped(session, heartbeats.AUDITOR) is not None:
        found.append(Finding("The auditor has not run for a while.", "Start rrt worker."))
    weak = "select count(*) from users where is_active and email like '%@desk.example'"
    if await session.scalar(text(weak)):
        found.append(Finding("Accounts of the demonstration are open.", "Close them, or begin with a fresh database."))
    return found


async def _strange_keys(session: AsyncSession) -> str:
    """Names of encryption keys that sealed phone numbers and that we do not have."""
    query = select(func.split_part(type_coerce(Contact.number, String), ".", 2)).distinct()
    used = {generation[WHO_LENGTH:] for generation in await session.scalars(query)}
    return ", ".join(sorted(used - keyring().ciphers.keys()))


def of_backups(folder: Path | None) -> list[Finding]:
    """Whether there is a backup of today. `folder`: where they are put."""
    if folder is None:
        return [Finding("Nobody says where the backups are.", "Set RRT_BACKUPS to their folder.")]
    made = [one for one in folder.glob("*") if not one.name.endswith(".part")] if folder.is_dir() else []
    newest = max((one.stat().st_mtime for one in made if one.is_dir() or one.stat().st_size), default=0.0)
    if time.time() - newest > BACKUP_LATE.total_seconds():
        return [Finding(f"There is no backup of the last 26 hours in {folder}.", "Mend the backup, and restore one.")]
    return []


def _newest() -> str | None:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent.parent / "migrations"))
    return ScriptDirectory.from_config(config).get_current_head()


def of_process() -> list[Finding]:
    """How this process runs."""
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return [Finding("This runs as root.", "Run web and worker as a user of their own.")]
    return []


async def findings() -> list[Finding]:
    """Everything that is wrong with this installation."""
    settings = get_settings()
    found = of_settings(settings) + of_process() + of_backups(settings.backups)
    if settings.clamd and not await viruses.answers():
        found.append(Finding("The virus scanner does not answer.", "Start clamd, or mend RRT_CLAMD: no file is taken."))
    try:
        async with begin(only_reads=True) as session:
            found += await of_database(session)
    except SQLAlchemyError as error:
        found.append(Finding(f"The database does not answer ({type(error).__name__}).", "Check RRT_DATABASE_URL."))
    return found
