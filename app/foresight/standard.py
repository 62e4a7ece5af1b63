"""What is asked of every state: the standard team, and within how many hours. Light, so that pages may name it."""

from app.deployments.teams import TEAMS
from solver.problem import Position

HOURS = (6, 12, 24, 48)
"""Within which a team should be on site."""
TEAM = "T2"
"""The standard team."""
SEATS = tuple(
    Position(
        number + 1, plan.code, frozenset(plan.disciplines), plan.required, is_leader=plan.is_leader,
        is_licensed=plan.is_licensed, title=plan.title,
    )
    for number, plan in enumerate(TEAMS[TEAM])
)  # fmt: skip
"""The seats of the standard team, as the solver takes them."""
VIEWS = ("team", *(seat.code for seat in SEATS))
"""What readiness is shown of: the whole team, or one of its seats."""
