"""Agencies as they cross HTTP."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from app.agencies.models import AgencyKind
from app.core.places import STATES, ZONES
from app.web.given import Body

Line = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00-\x1f]*$")
]


class AgencyIn(Body):
    """An agency to be entered."""

    name: Line
    ori: str | None = Field(
        default=None, pattern=r"^[A-Z]{2}[A-Z0-9]{5}([A-Z0-9]{2})?$", description="7 or 9 characters"
    )
    kind: AgencyKind = AgencyKind.MUNICIPAL
    city: Line
    state: str
    county: Line | None = None
    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)
    time_zone: str | None = Field(default=None, description="IANA name; default: where most people of the state live")
    sworn_count: int | None = Field(default=None, ge=0, le=100_000)
    executive_name: Line | None = None
    phone: Line | None = None

    @field_validator("state")
    @classmethod
    def _state(cls, value: str) -> str:
        if value.upper() not in STATES:
            raise ValueError(f"{value} is not a state or territory we know")
        return value.upper()

    @field_validator("time_zone")
    @classmethod
    def _zone(cls, value: str | None) -> str | None:
        if value is not None and value not in set(ZONES.values()) | {"America/Phoenix", "America/Indiana/Knox"}:
            raise ValueError(f"{value} is not a zone of the United States we know")
        return value


class AgencyOut(BaseModel):
    """An agency."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    name: str
    ori: str | None
    kind: AgencyKind
    city: str
    state: str
    county: str | None
    latitude: float
    longitude: float
    time_zone: str
    sworn_count: int | None
    executive_name: str | None
