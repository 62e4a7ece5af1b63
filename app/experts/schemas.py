"""Experts as they cross HTTP and CSV."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    StringConstraints,
    ValidationInfo,
    field_validator,
    model_validator,
)

from app.core.places import STATES
from app.experts.taxonomy import ALL_EXPERTISE, LANGUAGES
from app.web.given import Body, Day, Moment

Line = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00-\x1f]*$")
]
Level = Annotated[int, Field(ge=1, le=3)]
Ilr = Annotated[int, Field(ge=0, le=5)]


def _known(given: Mapping[str, int], known: Collection[str], what: str) -> None:
    if unknown := sorted(given.keys() - set(known)):
        raise ValueError(f"{', '.join(unknown)} is not {what} we know")


def _digits(number: str) -> str:
    return "".join(sign for sign in number if sign.isdigit())[-10:]


class CredentialIn(Body):
    """A credential with its last valid day."""

    model_config = ConfigDict(from_attributes=True)

    kind: Line
    state: str | None = Field(default=None, pattern="^[A-Z]{2}$")
    expires_on: Day | None = None


class ExpertIn(Body):
    """An expert to be entered into the pool."""

    name: Line
    email: Line | None = None
    disciplines: list[Literal["LE", "VA", "MH", "CL"]] = Field(min_length=1, max_length=2)
    expertise: dict[str, Level] = Field(default_factory=dict, max_length=64)
    languages: dict[str, Ilr] = Field(default_factory=lambda: {"en": 5}, max_length=20)
    preferred_language: Literal["en", "es"] = "en"
    city: Line
    state: str
    county: Line | None = None
    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)
    employer: Line | None = None
    is_leader: StrictBool = False
    is_trainee: StrictBool = False
    is_mentor: StrictBool = False
    past_deployments: int = Field(default=0, ge=0, le=1000)
    wakes_for_immediate: StrictBool = True
    mobile: Line
    alternate: Line | None = None
    credentials: list[CredentialIn] = Field(default_factory=list, max_length=60)

    @field_validator("state")
    @classmethod
    def _state(cls, value: str) -> str:
        if value.upper() not in STATES:
            raise ValueError(f"{value} is not a state or territory we know")
        return value.upper()

    @field_validator("alternate")
    @classmethod
    def _alternate(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is not None and _digits(value) == _digits(info.data.get("mobile", "")):
            raise ValueError("This is the other number too; leave it empty")
        return value

    @field_validator("credentials")
    @classmethod
    def _credentials(cls, value: list[CredentialIn]) -> list[CredentialIn]:
        if len({(paper.kind, paper.state) for paper in value}) < len(value):
            raise ValueError("one of them stands there twice")
        return value

    @field_validator("expertise")
    @classmethod
    def _expertise(cls, value: dict[str, int]) -> dict[str, int]:
        if unknown := sorted(value.keys() - ALL_EXPERTISE):
            raise ValueError(f"{', '.join(unknown)} is not an expertise we know")
        return value

    @field_validator("languages")
    @classmethod
    def _languages(cls, value: dict[str, int]) -> dict[str, int]:
        if unknown := sorted(value.keys() - LANGUAGES.keys()):
            raise ValueError(f"{', '.join(unknown)} is not a language we know")
        return value


class ExpertOut(BaseModel):
    """An expert, without phone numbers."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    name: str
    disciplines: list[str]
    expertise: dict[str, int]
    languages: dict[str, int]
    preferred_language: str
    city: str
    state: str
    employer: str | None
    is_leader: bool
    is_trainee: bool
    is_mentor: bool
    past_deployments: int
    is_active: bool
    version: int


class ExpertWhole(ExpertOut):
    """An expert with what bears on whether she may be asked."""

    readiness: str
    readiness_reasons: list[str]
    credentials: list[CredentialIn]


class ExpertChange(Body):
    """What may be changed of an expert; fields left out stay."""

    name: Line | None = None
    email: Line | None = None
    expertise: dict[str, Level] | None = Field(default=None, max_length=64)
    languages: dict[str, Ilr] | None = Field(default=None, max_length=20)
    is_active: StrictBool | None = None
    is_leader: StrictBool | None = None
    is_mentor: StrictBool | None = None
    is_trainee: StrictBool | None = None
    employer: Line | None = None
    wakes_for_immediate: StrictBool | None = None
    preferred_language: Literal["en", "es"] | None = None

    @model_validator(mode="after")
    def _only_some_may_be_empty(self) -> Self:
        for name in self.model_fields_set - {"email", "employer"}:
            if getattr(self, name) is None:
                raise ValueError(f"{name} cannot be empty; leave it out to keep it")
        _known(self.expertise or {}, ALL_EXPERTISE, "an expertise")
        _known(self.languages or {}, LANGUAGES.keys(), "a language")
        return self


class CredentialOut(BaseModel):
    """A credential, and who last looked it up at its source."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    kind: str
    state: str | None
    expires_on: date | None
    verified_on: date | None
    verified_by: str | None


class RenewalIn(Body):
    """A new last valid day; null: it does not expire."""

    expires_on: Day | None


class AbsenceIn(Body):
    """Days on which an expert cannot go."""

    starts_at: Moment
    ends_at: Moment


class AbsenceOut(AbsenceIn):
    """An absence."""

    model_config = ConfigDict(from_attributes=True, extra="ignore")

    id: int


class ExposureEntryOut(BaseModel):
    """One line of the exposure ledger, with the facts it was counted from."""

    model_config = ConfigDict(from_attributes=True)

    at: datetime
    points: float
    facts: dict[str, Any]
    policy_version: int


class ExposureOut(BaseModel):
    """What an expert carries now. A policy about who is sent how often into what, not a clinical score."""

    load: float
    entries: list[ExposureEntryOut]
