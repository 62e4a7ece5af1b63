"""All settings, from the environment (prefix `RRT_`) or `.env`; `rrt settings` prints them with their meaning."""

import base64
import binascii
import hmac
import re
from functools import cache, cached_property
from pathlib import Path
from typing import Literal, Self

from pydantic import AliasChoices, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.core.clock import Clock, clock
from app.core.problems import SettingsMissing

KEY_BYTES = 32
SECRETS = Path("/run/secrets")
"""Where containers find secrets, a file each, named like the variable: rrt_secret_key. The environment goes first."""
LONGEST_KEPT_DAYS = 36_500
LEAST_BYTES = 12
"""Different bytes in a key: 32 random ones have fewer once in a universe, a typed sample nearly always."""


class Settings(BaseSettings):
    """What an installation may choose."""

    model_config = SettingsConfigDict(
        env_prefix="RRT_", env_file=".env", extra="ignore", frozen=True, populate_by_name=True,
        secrets_dir=SECRETS if SECRETS.is_dir() else None,
    )  # fmt: skip

    database_url: str = Field(
        validation_alias=AliasChoices("RRT_DATABASE_URL", "DATABASE_URL"),
        description="PostgreSQL 15 or newer, postgresql://user:password@host/name",
    )
    database_direct_url: str = Field(
        "",
        validation_alias=AliasChoices("RRT_DATABASE_DIRECT_URL", "DATABASE_DIRECT_URL"),
        description="The database past its pooler, where RRT_DATABASE_URL is one in transaction mode: the job queue,"
        " live pages and migrations keep lines of their own; empty: there is no pooler",
    )
    public_url: str = Field(
        "http://127.0.0.1:8000",
        description="Where people and Twilio reach this service; webhooks are signed over it",
    )
    secret_key: SecretStr = Field(description="At least 32 characters; protects links and callbacks")
    environment: Literal["production", "demo", "test"] = Field(
        "production", description="production refuses sample secrets"
    )
    twilio_account_sid: str = Field(description="Twilio account, AC...")
    twilio_auth_token: SecretStr = Field(description="Twilio auth token; also verifies webhooks")
    twilio_from: str = Field(description="The number our texts and calls come from, E.164")
    twilio_api_url: str = Field("https://api.twilio.com", description="Twilio's API, or a simulator's address")
    desk_phone: str = Field("202-555-0142", description="The desk's number, as texts and pages say it")
    programme: str = Field("Rapid Response Team", description="Name of the programme on pages")
    official_site: bool = Field(False, description="Show the .gov banner; only true on an official .gov site")
    omb_number: str = Field("", description="OMB control number of the request form, if the law asks for one")
    omb_expires: str = Field("", description="When that number expires, as the form says it: 12/31/2029")
    clock: str = Field("", description="Accelerated clock, set by the demo; empty: real time")
    log_level: str = Field("INFO", description="DEBUG, INFO, WARNING or ERROR")
    log_format: Literal["text", "json"] = Field("text", description="json: a JSON object a line, for a log store")
    alive_file: Path | None = Field(None, description="A file that a worker touches while it comes round")
    metrics_token: SecretStr | None = Field(
        None, min_length=32, description="What Prometheus shows at /metrics, 32 characters or more; none: it is off"
    )
    traces_to: str = Field(
        "", description="Where traces go by OTLP over HTTP, http://collector:4318; empty: nothing is traced"
    )
    secure_cookies: bool = Field(True, description="Cookies only over https; the demo on http turns it off")
    solver_processes: int = Field(
        1, ge=0, le=32, description="Processes that solve beside the worker; 0 solves in a thread"
    )
    brief_rosters: bool = Field(
        False,
        description="Rosters without sentences, runners-up and decision records: for replays, where nobody reads them",
    )
    one_at_a_time: bool = Field(
        False, description="This process does one thing at a time and waits for the database itself: for replays"
    )
    backfill_consent: Literal["automatic", "alternates", "ask"] = Field(
        "automatic",
        description="After a no or silence: ask the next person at once; only an approved alternate; or let the desk"
        " confirm each. A deployment may choose for itself",
    )
    waves: bool = Field(True, description="Ask as many at once as a full team in time needs; off: one person a seat")
    undo_seconds: int = Field(
        60, ge=0, le=600, description="Seconds between the desk's button and the first text, in which it can be undone"
    )
    questions_per_day: int = Field(
        3,
        ge=1,
        description="Nobody is asked more often within 24 hours, in all deployments, but for the desk's written reason",
    )
    questions_per_month: int = Field(
        10,
        ge=1,
        description="Nobody is asked more often within 30 days either; not less than the number of 24 hours",
    )
    auditor_late_minutes: float = Field(
        5.0, gt=0, description="Minutes without the auditor after which /readyz fails and the board says so"
    )
    gap_minutes: float = Field(
        15.0, gt=0, description="Minutes without any worker after which waiting texts are held until the desk looks"
    )
    texts_per_second: float = Field(3.0, gt=0, description="Segments a second per sender number, over all workers")

    requests_per_minute: int = Field(
        600, ge=0, description="How often one person, key, or address without either may ask in a minute; 0: any number"
    )
    require_second_factor: bool = Field(
        False, description="Everybody who signs in needs a second factor; without one only /account opens"
    )
    previous_secret_key: SecretStr | None = Field(
        None, description="The secret key before the present one, while what it sealed is still around"
    )
    data_keys: SecretStr = Field(
        SecretStr(""),
        description="Keys that personal data is sealed with, 32 bytes in base64 each, commas between, the newest first;"
        " or a file with one a line",
    )
    lookup_key: SecretStr = Field(
        SecretStr(""), description="Key of the digests that sealed numbers are found by, 32 bytes in base64, or a file"
    )
    retention: str = Field(
        "", description="Days that something is kept, where they differ from the schedule: texts_in=1825,absences=365"
    )
    oidc_issuer: str = Field("", description="OpenID Connect: the issuer's address; empty: local accounts only")
    oidc_client_id: str = Field("", description="Our name at the issuer")
    oidc_private_key: SecretStr | None = Field(
        None, description="PEM of our RSA key at the issuer (private_key_jwt), or the path of a file with it"
    )
    oidc_client_secret: SecretStr | None = Field(None, description="Instead of a key, where an issuer knows only that")
    oidc_acr_values: str = Field(
        "", description="What assurance to ask for, http://idmanagement.gov/ns/assurance/aal/2 at Login.gov"
    )
    oidc_acr_expected: str = Field(
        "", description="What the issuer's token must say of the assurance (acr), one of these with blanks between;"
        " empty: what was asked for is believed"
    )  # fmt: skip
    oidc_name: str = Field("Login.gov", description="The issuer as the sign-in page calls it")
    oidc_is_second_factor: bool = Field(True, description="Whether the issuer asks for a second factor itself (AAL2)")
    clamd: str = Field(
        "",
        pattern=r"^(|/.+|[^/\s]+:\d{1,5})$",
        description="The virus scanner that files are shown to: clamd's host:port, or the path of its socket",
    )
    backups: Path | None = Field(None, description="The folder that backups of the database are put in, for rrt doctor")
    audit_anchors: Path | None = Field(
        None, description="A file outside of the database that gets the heads of the log's chains every half hour"
    )

    @property
    def sqlalchemy_url(self) -> str:
        """The database's address with our driver named, by way of the pooler where there is one."""
        return _with_driver(self.database_url)

    @property
    def is_pooled(self) -> bool:
        """Whether a pooler lends us its connections, one transaction at a time."""
        return bool(self.database_direct_url) and self.database_direct_url != self.database_url

    @property
    def libpq_url(self) -> str:
        """The database's address as psycopg itself takes it; past a pooler, so what is set on a connection stays."""
        return _with_driver(self.database_direct_url or self.database_url).replace("+psycopg", "", 1)

    @cached_property
    def retention_days(self) -> dict[str, int]:
        """Days by name of a rule, where they were chosen.

        Raises:
            ValueError: it is not names and days.
        """
        chosen = {}
        for each in filter(None, re.split(r"[\s,]+", self.retention)):
            name, _, days = each.partition("=")
            if not days.isdecimal() or not 1 <= int(days) <= LONGEST_KEPT_DAYS:
                raise ValueError(f"RRT_RETENTION: {each} is not a name with days, like texts_in=1825")
            chosen[name] = int(days)
        return chosen

    @cached_property
    def sealing_keys(self) -> tuple[bytes, ...]:
        """What personal data is sealed with, the newest first."""
        return self._keys("data_keys")

    @cached_property
    def sealing_lookup_key(self) -> bytes:
        """What the digests are made with that sealed data is found by."""
        return self._keys("lookup_key")[0]

    def _keys(self, name: str) -> tuple[bytes, ...]:
        """The keys of a setting. A demonstration or test without them makes its own from its secret key.

        Raises:
            ValueError: in production without one, or one is not 32 bytes in base64.
        """
        given = getattr(self, name).get_secret_value().strip()
        if not given and self.environment != "production":
            return (hmac.digest(self.secret_key.get_secret_value().encode(), name.encode(), "sha256"),)
        # One key in 64 begins with a slash, as a path does: what reads as a key is one.
        if given.startswith(("/", "./")) and _decoded(re.split(r"[\s,]+", given)[0]) is None:
            given = _file(Path(given), name)
        keys = tuple(_key_of(each, name) for each in re.split(r"[\s,]+", given) if each)
        if not keys:
            raise ValueError(f"RRT_{name.upper()} is missing; make one: openssl rand -base64 32")
        return keys

    @model_validator(mode="after")
    def _secrets_are_secret(self) -> Self:
        if not self.sqlalchemy_url.startswith("postgresql+psycopg://"):
            raise ValueError("RRT_DATABASE_URL must start with postgresql://")
        if not self.libpq_url.startswith("postgresql://"):
            raise ValueError("RRT_DATABASE_DIRECT_URL must start with postgresql://")
        key = self.secret_key.get_secret_value()
        if self.environment == "production" and (len(key) < 32 or "demo" in key or "change" in key):
            raise ValueError("RRT_SECRET_KEY must be at least 32 characters and not a sample")
        if self.sealing_lookup_key in self.sealing_keys:
            raise ValueError("RRT_LOOKUP_KEY must not be one of RRT_DATA_KEYS")
        if self.questions_per_month < self.questions_per_day:
            raise ValueError(
                f"RRT_QUESTIONS_PER_MONTH is {self.questions_per_month} and must not be less than"
                f" RRT_QUESTIONS_PER_DAY, {self.questions_per_day}"
            )
        _ = self.retention_days
        if self.clock:
            Clock.load(self.clock)
        return self


def _with_driver(address: str) -> str:
    for prefix in ("postgresql+psycopg://", "postgresql://", "postgres://"):
        if address.startswith(prefix):
            return "postgresql+psycopg://" + address.removeprefix(prefix)
    return address


def _file(path: Path, name: str) -> str:
    try:
        return path.read_text()
    except OSError as error:
        raise ValueError(f"RRT_{name.upper()}: {path} cannot be read ({error.strerror})") from None


def _decoded(given: str) -> bytes | None:
    """The key that is written as base64, or None."""
    try:
        key = base64.b64decode(given, validate=True)
    except binascii.Error:
        return None
    return key if len(key) == KEY_BYTES else None


def _key_of(given: str, name: str) -> bytes:
    key = _decoded(given)
    if key is None or len(set(key)) < LEAST_BYTES:
        raise ValueError(f"RRT_{name.upper()} needs 32 random bytes in base64; make some: openssl rand -base64 32")
    return key


def sentences(error: ValidationError) -> str:
    """A validation error of the settings as lines a person can act on."""
    lines = []
    for problem in error.errors():
        name = "_".join(str(part) for part in problem["loc"]).upper()
        name = name if name.startswith(("RRT_", "DATABASE")) or not name else f"RRT_{name}"
        missing = problem["type"] == "missing"
        lines.append(
            f"{name} is missing." if missing else f"{name}: {problem['msg'].removeprefix('Value error, ')}".lstrip(": ")
        )
    return "\n".join(lines)


@cache
def get_settings() -> Settings:
    """The settings of this process, read once. Also sets the process's clock.

    Raises:
        SettingsMissing: with a line per setting that is missing or wrong.
    """
    try:
        settings = Settings()  # type: ignore[call-arg]  # fields come from the environment
    except ValidationError as error:
        raise SettingsMissing(sentences(error)) from None
    if settings.clock:
        clock.follow(Clock.load(settings.clock))
    return settings
