"""The machines of a deployment, its positions and its assignments."""

from enum import StrEnum

from app.core.machine import Machine


class DeploymentState(StrEnum):
    """Where a deployment stands."""

    PLANNING = "planning"
    OFFERING = "offering"
    STAFFED = "staffed"
    MOBILISING = "mobilising"
    ACTIVE = "active"
    DEMOBILISING = "demobilising"
    AFTER_ACTION = "after_action"
    CLOSED = "closed"
    STOOD_DOWN = "stood_down"


class PositionState(StrEnum):
    """Whether a seat has somebody. "Held": an offer of it is out."""

    OPEN = "open"
    HELD = "held"
    FILLED = "filled"
    UNFILLABLE = "unfillable"
    CANCELLED = "cancelled"


class AssignmentState(StrEnum):
    """One expert's part in a deployment."""

    CONFIRMED = "confirmed"
    ORDERED = "ordered"
    EN_ROUTE = "en_route"
    ON_SITE = "on_site"
    RELEASED = "released"
    HOME = "home"
    RELIEVED = "relieved"
    NO_SHOW = "no_show"
    CANCELLED = "cancelled"


D = DeploymentState
DEPLOYMENT = Machine[DeploymentState](
    "deployment",
    {
        (D.PLANNING, "ask"): D.OFFERING,
        (D.OFFERING, "staff"): D.STAFFED,
        (D.PLANNING, "staff"): D.STAFFED,
        (D.STAFFED, "reopen"): D.OFFERING,
        (D.STAFFED, "mobilise"): D.MOBILISING,
        # A team sets out while its last seat is still being looked for.
        (D.OFFERING, "mobilise"): D.MOBILISING,
        (D.MOBILISING, "arrive"): D.ACTIVE,
        (D.ACTIVE, "demobilise"): D.DEMOBILISING,
        (D.DEMOBILISING, "release"): D.AFTER_ACTION,
        (D.AFTER_ACTION, "close"): D.CLOSED,
        **{
            (state, "stand_down"): D.STOOD_DOWN for state in (D.PLANNING, D.OFFERING, D.STAFFED, D.MOBILISING, D.ACTIVE)
        },
    },
)
ASKING = (D.OFFERING, D.MOBILISING, D.ACTIVE)
"""States in which people are asked for seats: a team on the road may need a relief, or somebody for a no-show."""
ON_THE_ROAD = (D.MOBILISING, D.ACTIVE)
"""Ordered out or on site: who joins now comes later than the others."""
P = PositionState
POSITION = Machine[PositionState](
    "position",
    {
        (P.OPEN, "hold"): P.HELD,
        (P.HELD, "release"): P.OPEN,
        (P.OPEN, "fill"): P.FILLED,
        (P.HELD, "fill"): P.FILLED,
        (P.UNFILLABLE, "fill"): P.FILLED,
        (P.FILLED, "vacate"): P.OPEN,
        (P.OPEN, "give_up"): P.UNFILLABLE,
        (P.UNFILLABLE, "reopen"): P.OPEN,
        **{(state, "cancel"): P.CANCELLED for state in (P.OPEN, P.HELD, P.FILLED, P.UNFILLABLE)},
    },
)
A = AssignmentState
ASSIGNMENT = Machine[AssignmentState](
    "assignment",
    {
        (A.CONFIRMED, "acknowledge"): A.ORDERED,
        # Who travels or is there without having acknowledged or told before: what happened counts.
        **{(state, "depart"): A.EN_ROUTE for state in (A.CONFIRMED, A.ORDERED)},
        **{(state, "arrive"): A.ON_SITE for state in (A.CONFIRMED, A.ORDERED, A.EN_ROUTE)},
        # Called off in the air: they still have to come home.
        (A.EN_ROUTE, "turn_back"): A.RELEASED,
        (A.ON_SITE, "release"): A.RELEASED,
        # Whoever comes instead may be there before the one relieved is: on the way, they turn round.
        **{(state, "relieve"): A.RELIEVED for state in (A.CONFIRMED, A.ORDERED, A.EN_ROUTE, A.ON_SITE)},
        (A.RELEASED, "home"): A.HOME,
        (A.RELIEVED, "home"): A.HOME,
        **{(state, "miss"): A.NO_SHOW for state in (A.CONFIRMED, A.ORDERED, A.EN_ROUTE)},
        **{(state, "cancel"): A.CANCELLED for state in (A.CONFIRMED, A.ORDERED, A.EN_ROUTE)},
    },
)
LIVE = (A.CONFIRMED, A.ORDERED, A.EN_ROUTE, A.ON_SITE, A.RELEASED, A.HOME, A.RELIEVED)
"""States in which an assignment's span, rest included, is taken: everything but a cancellation and a no-show."""
SEATED = (A.CONFIRMED, A.ORDERED, A.EN_ROUTE, A.ON_SITE)
"""States in which the expert holds the seat."""
AWAY = (A.EN_ROUTE, A.ON_SITE, A.RELEASED, A.RELIEVED)
"""States in which the expert has left home and is not back, whatever was planned."""
