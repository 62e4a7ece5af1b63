"""By when each step is promised: the desk's board sorts by it, the agency's page says it (domain.md 1.2). Pure."""

from datetime import datetime, timedelta

from app.core.clock import clock
from app.requests.models import Request
from app.requests.states import Priority

ACKNOWLEDGE_WITHIN, CALL_WITHIN, ACCEPT_WITHIN = timedelta(minutes=30), timedelta(hours=2), timedelta(hours=1)
"""From filing to the acknowledgement and to the intake call; from the approval to the accepted team."""
DECIDE_WITHIN = {
    Priority.IMMEDIATE: timedelta(hours=6),
    Priority.URGENT: timedelta(hours=24),
    Priority.PLANNED: timedelta(days=14),
}
"""From filing to the decision."""
STAFF_WITHIN = {
    Priority.IMMEDIATE: timedelta(hours=5),
    Priority.URGENT: timedelta(hours=13),
    Priority.PLANNED: timedelta(days=5),
}
"""From the approval to the confirmed team: an hour for the desk, and the ladder of offers."""
SIGN_WITHIN = timedelta(hours=24)
"""From filing to the signature and the letter of support."""


def _filed(request: Request) -> datetime:
    return request.filed_at or clock.now()


def call_by(request: Request) -> datetime:
    """When the desk has called at the latest."""
    return _filed(request) + CALL_WITHIN


def decide_by(request: Request) -> datetime:
    """When it is decided at the latest."""
    return _filed(request) + DECIDE_WITHIN[request.priority]


def sign_by(request: Request) -> datetime:
    """When the signature and the letter of support should be there."""
    return _filed(request) + SIGN_WITHIN
