"""What crosses HTTP about life on the road."""

from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StringConstraints

from app.field.states import Activity, Item, Light, Spent, Step, Way
from app.web.given import Body, Day

Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=300)]
Needed = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
Prose = Annotated[str, StringConstraints(strip_whitespace=True, max_length=4000)]


class OrderIn(Body):
    """A mission order, or its amendment."""

    report_to: Needed = Field(description="Who receives the team: name and title")
    report_phone: Needed = Field(description="Their phone, day and night")
    report_place: Needed = Field(description="Where the team reports")
    mission: Prose = Field("", description="What the team is to do")
    conditions: Prose = Field("", description="Safety, badges, weather, what not to do")
    travel: Prose = Field("", description="Who books, shared cars, lodging")
    contacts: Prose = Field("", description="Other numbers, one a line")
    changed: Prose = Field("", description="Of an amendment: what is different")


class OrderOut(BaseModel):
    """A mission order as it was issued."""

    model_config = ConfigDict(from_attributes=True)

    number: int
    issued_at: datetime
    starts_at: datetime
    ends_at: datetime
    report_to: str
    report_phone: str
    report_place: str
    mission: str
    conditions: str
    travel: str
    contacts: str
    changed: str


class CheckInIn(Body):
    """A report about one person's journey."""

    step: Step
    note: Line = ""


class CheckInOut(BaseModel):
    """A report as it was kept."""

    model_config = ConfigDict(from_attributes=True)

    step: Step
    way: Way
    told_at: datetime
    by_name: str
    note: str
    has_counted: bool


class ReportIn(Body):
    """The leader's report of one day."""

    day: Day
    version: int | None = Field(None, description="The version that was read, when a report of this day is changed")
    done: Prose = ""
    planned: Prose = ""
    needs: Prose = ""
    people_reached: int = Field(0, ge=0, le=100_000)
    lights: dict[int, Light] = Field(default_factory=dict, description="Expert id to how they are today")


class ReportOut(BaseModel):
    """A daily report."""

    model_config = ConfigDict(from_attributes=True)

    day: date
    version: int
    reported_at: datetime
    by_name: str
    done: str
    planned: str
    needs: str
    people_reached: int


class HoursIn(Body):
    """Hours of one person on one day."""

    day: Day
    hours: dict[Activity, Annotated[float, Field(ge=0, le=24)]]


Dollars = Annotated[float, Field(ge=0, le=20_000)]


class ExpensesIn(Body):
    """What one person spent on one day."""

    day: Day
    dollars: dict[Spent, Dollars]
    has_receipts: StrictBool = Field(False, description="Whether the receipts are there")


class ExpenseOut(BaseModel):
    """Dollars of one person, day and kind."""

    model_config = ConfigDict(from_attributes=True)

    expert_id: int
    day: date
    kind: Spent
    dollars: float
    has_receipt: bool


class ExpensesOut(BaseModel):
    """What a team spent, and what passes a limit."""

    total: float
    over: list[str]
    items: list[ExpenseOut]


class SignOffIn(Body):
    """One box of the demobilisation."""

    item: Item
    note: Line = ""


class ReliefIn(Body):
    """Ask for relief of somebody."""

    expert_id: int
