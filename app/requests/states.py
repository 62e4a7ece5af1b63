"""The request's machine, and the lists a request chooses from."""

from enum import StrEnum

from app.core.machine import Machine


class RequestState(StrEnum):
    """Where a request stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    IN_INTAKE = "in_intake"
    INFO_NEEDED = "info_needed"
    RECOMMENDED = "recommended"
    APPROVED = "approved"
    DECLINED = "declined"
    REFERRED = "referred"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"


class Priority(StrEnum):
    """How soon people must be there: 24 h, 24-72 h, later (domain.md 1.3 D)."""

    IMMEDIATE = "immediate"
    URGENT = "urgent"
    PLANNED = "planned"


class Mode(StrEnum):
    """Where the help is given."""

    ON_SITE = "on_site"
    VIRTUAL = "virtual"
    HYBRID = "hybrid"


S = RequestState
OPEN = (S.DRAFT, S.SUBMITTED, S.IN_INTAKE, S.INFO_NEEDED, S.RECOMMENDED)
"""States in which nothing is decided yet."""
ENDED = (S.DECLINED, S.REFERRED, S.WITHDRAWN, S.MERGED)
"""States in which no team comes of it."""
REQUEST = Machine[RequestState](
    "request",
    {
        (S.DRAFT, "submit"): S.SUBMITTED,
        (S.SUBMITTED, "take_in"): S.IN_INTAKE,
        (S.IN_INTAKE, "ask"): S.INFO_NEEDED,
        (S.INFO_NEEDED, "answer"): S.IN_INTAKE,
        (S.IN_INTAKE, "recommend"): S.RECOMMENDED,
        (S.RECOMMENDED, "return"): S.IN_INTAKE,
        (S.RECOMMENDED, "approve"): S.APPROVED,
        (S.RECOMMENDED, "decline"): S.DECLINED,
        (S.RECOMMENDED, "refer"): S.REFERRED,
        **{(state, "withdraw"): S.WITHDRAWN for state in OPEN},
        **{(state, "merge"): S.MERGED for state in OPEN},
    },
)
