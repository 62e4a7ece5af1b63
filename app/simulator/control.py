"""Strings to pull: who has a phone, how they answer, what goes wrong, and what time it is for them."""

from datetime import timedelta
from typing import Any

from fastapi import APIRouter, Request
from pydantic import AliasChoices, BaseModel, ConfigDict, Field

from app.core.clock import clock
from app.simulator.faults import Faults
from app.simulator.people import Kind, Mix
from app.simulator.records import shown
from app.simulator.rest import PhoneInPath, carrier_of

router = APIRouter(include_in_schema=False)


class PersonIn(BaseModel):
    """Somebody with a phone."""

    number: str = Field(pattern=r"^\+[1-9]\d{6,14}$")
    name: str
    behaviour: Kind | None = Field(None, validation_alias=AliasChoices("behaviour", "kind"))
    mix: Mix | None = None


class SettingsIn(BaseModel):
    """How people answer, and what goes wrong. What is left out stays as it is."""

    model_config = ConfigDict(extra="forbid")
    seed: int | None = None
    mix: Mix | None = None
    late_after_minutes: float | None = Field(None, gt=0, le=7 * 24 * 60)
    faults: Faults | None = None
    advanced_opt_out: bool | None = None


class TextIn(BaseModel):
    """What somebody texts."""

    body: str = Field(max_length=1600)


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    """The simulator lives."""
    return {"status": "ok"}


@router.post("/simulator/people", status_code=204)
async def add_people(people: list[PersonIn], request: Request) -> None:
    """Give people phones, or change how they answer."""
    for person in people:
        carrier_of(request).people.add(person.number, person.name, person.behaviour, person.mix)


@router.post("/simulator/settings", status_code=204)
async def change_settings(form: SettingsIn, request: Request) -> None:
    """Change how people answer and what goes wrong."""
    carrier = carrier_of(request)
    if form.seed is not None:
        carrier.reseed(form.seed)
    if form.mix is not None:
        carrier.people.mix = form.mix
    if form.late_after_minutes is not None:
        carrier.people.late_after = timedelta(minutes=form.late_after_minutes)
    if form.faults is not None:
        carrier.faults = form.faults
    if form.advanced_opt_out is not None:
        carrier.advanced_opt_out = form.advanced_opt_out


@router.get("/simulator/phones")
async def phones(request: Request, number: str | None = None) -> list[dict[str, Any]]:
    """Phones with their threads, the one with the newest text first; or one phone."""
    carrier = carrier_of(request)
    return [
        {
            "number": each, "name": carrier.people.names.get(each), "behaviour": carrier.people.behaviour(each),
            "is_manual": carrier.people.is_manual(each), "is_opted_out": each in carrier.opted_out,
            "thread": [shown(record) for record in carrier.threads.of(each)],
        }
        for each in ([number] if number else carrier.threads.latest())
    ]  # fmt: skip


@router.post("/simulator/phones/{number}/texts", status_code=204)
async def text(number: PhoneInPath, form: TextIn, request: Request) -> None:
    """Somebody texts us; what the simulator meant to answer for them is not sent any more."""
    carrier = carrier_of(request)
    carrier.people.overrule(number)
    carrier.phone_texts(number, form.body)


@router.get("/simulator/texts")
async def texts(request: Request) -> list[dict[str, Any]]:
    """Every text, oldest first: from, to, body, status."""
    return [
        {name: message[name] for name in ("from", "to", "body", "status", "direction")}
        for message in carrier_of(request).messages
    ]


@router.get("/simulator/next-due")
async def next_due(request: Request) -> dict[str, str | None]:
    """When something happens next, and what time it is."""
    due = carrier_of(request).next_due()
    return {"next_due": due.isoformat() if due else None, "now": clock.now().isoformat()}


@router.post("/simulator/run-due")
async def run_due(request: Request) -> dict[str, int]:
    """Do everything that is due."""
    return {"done": await carrier_of(request).run_due()}
