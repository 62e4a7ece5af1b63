"""Whether somebody's journey has begun."""

from datetime import datetime

from app.core.clock import clock
from app.deployments.models import Assignment


def is_under_way(assignment: Assignment) -> bool:
    """Whether the journey has begun, by the plan or by what the person told."""
    starts: datetime | None = assignment.span.lower
    return assignment.told_arrived_at is not None or (starts is not None and starts <= clock.now())
