"""What crosses HTTP from more than one room that looks ahead."""

from pydantic import BaseModel, ConfigDict, Field


class IntervalOut(BaseModel):
    """A mean over runs, and where the true one lies with 95 % confidence."""

    model_config = ConfigDict(from_attributes=True)

    mean: float
    low: float | None = Field(description="null: of one run alone there is no interval")
    high: float | None
    runs: int = Field(description="Draws, or invented years, of which this is the mean")
