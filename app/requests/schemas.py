"""Requests as they cross HTTP."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

from app.core.places import STATES
from app.experts.taxonomy import ALL_EXPERTISE, LANGUAGES
from app.requests.fields import FIELDS
from app.requests.states import Mode, Priority, RequestState
from app.requests.taxonomy import INCIDENT_TYPES, MODIFIERS, REASONS, REFERRALS, SERVICE_TYPES
from app.web.given import Body, Day, Moment

Line = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00-\x1f]*$")
]
Prose = Annotated[str, StringConstraints(strip_whitespace=True, max_length=4000, pattern=r"^[^\x00]*$")]


DETAILS = frozenset(FIELDS)
"""Names that answers to optional questions may have."""


def _known(values: list[str], allowed: frozenset[str], what: str) -> list[str]:
    unknown = sorted(set(values) - allowed)
    if unknown:
        raise ValueError(f"{', '.join(unknown)} is not {what} we know")
    return sorted(set(values))


def _email_address(value: str) -> str:
    local, at, host = value.partition("@")
    if not (local and at and "." in host) or " " in value:
        raise ValueError("this does not look like an e-mail address")
    return value.lower()


class RequestIn(Body):
    """What an agency says when it asks for a team. No names of victims or suspects, no criminal justice information."""

    model_config = ConfigDict(str_strip_whitespace=True)

    agency_id: int | None = Field(
        None, description="Only for the desk, keying in a phone call; an agency files for itself"
    )
    incident_type: str = Field(description="One of the incident types")
    modifiers: list[str] = Field(default_factory=list, max_length=10)
    occurred_at: Moment | None = None
    city: Line
    state: str = Field(description="Two letters; where the team is needed")
    county: Line | None = None
    latitude: float | None = Field(None, ge=-90, le=90, description="Default: the agency's own")
    longitude: float | None = Field(None, ge=-180, le=180)
    summary: Prose = Field("", description="Short and factual")
    killed: int | None = Field(None, ge=0, le=10000)
    injured: int | None = Field(None, ge=0, le=10000)
    languages: list[str] = Field(default_factory=list, max_length=20, description="Languages the community needs")
    service_types: list[str] = Field(default_factory=list, max_length=20)
    expertise_wanted: list[str] = Field(default_factory=list, max_length=20)
    priority: Priority = Priority.URGENT
    needed_by: Moment | None = Field(None, description="Default: 24 h, 72 h or 7 days from now, by priority")
    days: int = Field(3, ge=1, le=14, description="Days on site")
    mode: Mode = Mode.ON_SITE
    contact_name: Line
    contact_title: Line = "Chief"
    contact_phone: Line
    contact_email: Line
    report_to: Line | None = Field(None, description="Whom the team reports to on arrival; default: the contact")
    details: dict[str, Prose] = Field(default_factory=dict, max_length=80, description="Answers to optional questions")

    @field_validator("incident_type")
    @classmethod
    def _incident_type(cls, value: str) -> str:
        return _known([value], frozenset(INCIDENT_TYPES), "an incident type")[0]

    @field_validator("details")
    @classmethod
    def _details(cls, values: dict[str, str]) -> dict[str, str]:
        _known(list(values), DETAILS, "a question that we ask")
        return values

    @field_validator("state")
    @classmethod
    def _state(cls, value: str) -> str:
        return _known([value.upper()], frozenset(STATES), "a state or territory")[0]

    @field_validator("languages")
    @classmethod
    def _languages(cls, values: list[str]) -> list[str]:
        return _known(values, frozenset(LANGUAGES), "a language")

    @field_validator("expertise_wanted")
    @classmethod
    def _expertise(cls, values: list[str]) -> list[str]:
        return _known(values, ALL_EXPERTISE, "an expertise")

    @field_validator("modifiers")
    @classmethod
    def _modifiers(cls, values: list[str]) -> list[str]:
        return _known(values, frozenset(MODIFIERS), "a modifier")

    @field_validator("service_types")
    @classmethod
    def _services(cls, values: list[str]) -> list[str]:
        return _known(values, frozenset(SERVICE_TYPES), "a service")

    @field_validator("contact_email")
    @classmethod
    def _email(cls, value: str) -> str:
        return _email_address(value)

    @model_validator(mode="after")
    def _whole_point(self) -> Self:
        if (self.latitude is None) != (self.longitude is None):
            raise ValueError("latitude and longitude belong together")
        return self


class CallIn(RequestIn):
    """What the desk types while somebody speaks: an address to write to may follow."""

    contact_email: str = ""

    @field_validator("contact_email")
    @classmethod
    def _email(cls, value: str) -> str:
        return RequestIn._email(value) if value else ""


class RequestChange(Body):
    """What may still be changed before the decision, and of the contact also after it; fields left out stay."""

    model_config = ConfigDict(str_strip_whitespace=True)

    incident_type: str | None = None
    occurred_at: Moment | None = None
    summary: Prose | None = None
    killed: int | None = Field(None, ge=0, le=10000)
    injured: int | None = Field(None, ge=0, le=10000)
    modifiers: list[str] | None = Field(None, max_length=10)
    priority: Priority | None = None
    needed_by: Moment | None = None
    days: int | None = Field(None, ge=1, le=14)
    mode: Mode | None = None
    service_types: list[str] | None = Field(None, max_length=20)
    languages: list[str] | None = Field(None, max_length=20)
    expertise_wanted: list[str] | None = Field(None, max_length=20)
    contact_name: Line | None = None
    contact_title: Line | None = None
    contact_phone: Line | None = None
    contact_email: Line | None = None
    report_to: Line | None = None
    details: dict[str, Prose] | None = Field(None, max_length=80, description='Answers to add; "" takes one back')

    @field_validator("incident_type")
    @classmethod
    def _incident_type(cls, value: str | None) -> str | None:
        return None if value is None else _known([value], frozenset(INCIDENT_TYPES), "an incident type")[0]

    @field_validator("modifiers")
    @classmethod
    def _modifiers(cls, values: list[str] | None) -> list[str] | None:
        return None if values is None else _known(values, frozenset(MODIFIERS), "a modifier")

    @field_validator("service_types")
    @classmethod
    def _services(cls, values: list[str] | None) -> list[str] | None:
        return None if values is None else _known(values, frozenset(SERVICE_TYPES), "a service")

    @field_validator("contact_email")
    @classmethod
    def _email(cls, value: str | None) -> str | None:
        return None if value is None else _email_address(value)

    @field_validator("details")
    @classmethod
    def _details(cls, values: dict[str, str] | None) -> dict[str, str] | None:
        _known(list(values or ()), DETAILS, "a question that we ask")
        return values

    @field_validator("languages")
    @classmethod
    def _languages(cls, values: list[str] | None) -> list[str] | None:
        return None if values is None else _known(values, frozenset(LANGUAGES), "a language")

    @field_validator("expertise_wanted")
    @classmethod
    def _expertise(cls, values: list[str] | None) -> list[str] | None:
        return None if values is None else _known(values, ALL_EXPERTISE, "an expertise")


class RequestOut(BaseModel):
    """A request as an agency or the desk reads it."""

    model_config = ConfigDict(from_attributes=True)

    reference: str
    state: RequestState
    version: int
    agency_id: int
    agency_name: str
    incident_type: str
    modifiers: list[str]
    occurred_at: datetime | None
    city: str
    place_state: str
    time_zone: str
    summary: str
    killed: int | None
    injured: int | None
    languages: list[str]
    service_types: list[str]
    expertise_wanted: list[str]
    priority: Priority
    needed_by: datetime
    days: int
    mode: Mode
    contact_name: str
    contact_title: str
    contact_phone: str
    contact_email: str
    report_to: str
    details: dict[str, str]
    filed_at: datetime | None
    team_type: str | None
    decided_at: datetime | None
    owner_id: int | None


class RecommendIn(Body):
    """A recommendation to the approver."""

    team_type: Annotated[str, Field(pattern="^T[123]$")]
    note: Prose = ""


class DecideIn(Body):
    """The decision on a recommended request, or what closes it."""

    reason_code: str = "need_confirmed"
    note: Prose = ""

    @field_validator("reason_code")
    @classmethod
    def _reason(cls, value: str) -> str:
        return _known([value], frozenset(REASONS), "a reason")[0]


class ApproveIn(DecideIn):
    """An approval: as recommended, or with changes; and on which terms."""

    team_type: Annotated[str | None, Field(pattern="^T[123]$", description="Default: as recommended")] = None
    days: int | None = Field(None, ge=1, le=14, description="Days on site; default: as asked")
    funding_ceiling: int | None = Field(None, ge=1, le=10_000_000, description="Whole dollars")
    conditions: Prose = ""
    review_on: Day | None = Field(None, description="When the decision is looked at again")


class ReferIn(DecideIn):
    """A referral to a better placed body."""

    reason_code: str = "better_placed"
    to: str

    @field_validator("to")
    @classmethod
    def _body(cls, value: str) -> str:
        return _known([value], frozenset(REFERRALS), "a body we refer to")[0]


class QuestionIn(Body):
    """A question of the desk to the agency."""

    question: Annotated[Prose, Field(min_length=1)]


class AnswerIn(Body):
    """The agency's answer to the open question."""

    answer: Annotated[Prose, Field(min_length=1)]


class QuestionOut(BaseModel):
    """A question and its answer."""

    model_config = ConfigDict(from_attributes=True)

    question: str
    asked_at: datetime
    answer: str | None
    answered_at: datetime | None


class CallNotesIn(Body):
    """What was said in the intake call, by question; what is left out stays."""

    spoke_with: Prose | None = None
    scope: Prose | None = None
    safety: Prose | None = None
    others_present: Prose | None = None
    media: Prose | None = None
    litigation: Prose | None = None
    host_commitments: Prose | None = None


class CallNotesOut(BaseModel):
    """The notes of the intake call as they stand."""

    model_config = ConfigDict(from_attributes=True)

    version: int = 0
    spoke_with: str = ""
    scope: str = ""
    safety: str = ""
    others_present: str = ""
    media: str = ""
    litigation: str = ""
    host_commitments: str = ""
    noted_at: datetime | None = None


class OtherIn(Body):
    """Another request, by its reference."""

    reference: Line


class RelatedOut(BaseModel):
    """Another request that probably is about the same event, and what speaks for it."""

    reference: str
    state: RequestState
    agency_name: str
    why: list[str]
    is_linked: bool
    can_merge: bool
