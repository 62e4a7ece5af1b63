"""The machine of a drill, and why somebody of the pool is not texted in one."""

from enum import StrEnum

from app.core.machine import Machine


class DrillState(StrEnum):
    """Where a drill stands. It ends by itself."""

    RUNNING = "running"
    ENDED = "ended"


class NotAsked(StrEnum):
    """Why somebody who was chosen is not texted."""

    NO_NUMBER = "no_number"
    OPTED_OUT = "opted_out"
    BUSY = "busy"
    """Is being asked in earnest, or has a seat: a test must not stand between a question and its answer."""
    NIGHT = "night"
    """The drill is over before their morning."""


DRILL = Machine[DrillState]("drill", {(DrillState.RUNNING, "end"): DrillState.ENDED})
