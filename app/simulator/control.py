"""Strings to pull: who has a phone, how they answer, what goes wrong."""

from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from app.simulator.carrier import Faults
from app.simulator.people import Kind, Mix
from app.simulator.rest import carrier_of

router = APIRouter(include_in_schema=False)


class PersonIn(BaseModel):
    """Somebody with a phone."""

    number: str
    name: str
    kind: Kind | None = None


class SettingsIn(BaseModel):
    """How people answer, and what goes wrong."""

    seed: int | None = None
    mix: dict[str, float] | None = None
    faults: dict[str, float] | None = None


class TextIn(BaseModel):
    """What somebody texts."""

    body: str = Field(max_length=1600)


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    """The simulator lives."""
    return {"status": "ok"}


@router.post("/simulator/people", status_code=204)
async def add_people(people: list[PersonIn], request: Request) -> None:
    """Give people phones."""
    for person in people:
        carrier_of(request).people.add(person.number, person.name, person.kind)


@router.post("/simulator/settings", status_code=204)
async def change_settings(form: SettingsIn, request: Request) -> None:
    """Change how people answer and what goes wrong."""
    carrier = carrier_of(request)
    if form.seed is not None:
        carrier.people.seed = form.seed
    if form.mix is not None:
        carrier.people.mix = Mix(**form.mix)
    if form.faults is not None:
        carrier.faults = Faults(**form.faults)


@router.post("/simulator/phones/{number}/texts", status_code=204)
async def text(number: str, form: TextIn, request: Request) -> None:
    """Somebody texts us."""
    carrier_of(request).phone_texts(number, form.body)


@router.get("/simulator/texts")
async def texts(request: Request) -> list[dict[str, Any]]:
    """Every text, oldest first: from, to, body, status."""
    return [
        {name: message[name] for name in ("from", "to", "body", "status", "direction")}
        for message in carrier_of(request).messages
    ]
