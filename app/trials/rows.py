"""Rows of the service's tables without a database: plain records with the tables' names, for the shared functions.

To the type checker they are the tables' own rows. When a trial runs they are slotted records, because a year reads
their fields some millions of times, and reading one of a mapped row takes ten times as long. Nothing is ever loaded or
saved through them; what was not given reads None, as in a new row.
"""

from dataclasses import field, make_dataclass
from typing import TYPE_CHECKING, Any

from app.deployments import models as deployments
from app.dispatch import models as dispatch
from app.experts import models as experts
from app.requests import models as requests
from app.rosters import models as rosters

__all__ = ["Contact", "Deployment", "Expert", "Offer", "Pick", "Position", "Request", "copied"]


def _record(table: Any) -> Any:
    """A slotted record with the columns of a table; two are the same only if they are one, as rows are."""
    names = table.__table__.columns.keys()
    return make_dataclass(
        table.__name__, [(name, Any, field(default=None)) for name in names], slots=True, eq=False, kw_only=True
    )


def copied(row: Any, record: Any) -> Any:
    """A mapped row that is in no database, as a record."""
    return record(**{name: getattr(row, name) for name in record.__slots__})


if TYPE_CHECKING:
    from app.deployments.models import Deployment, Position
    from app.dispatch.models import Offer
    from app.experts.models import Contact, Expert
    from app.requests.models import Request
    from app.rosters.models import Pick
else:
    Deployment, Position = _record(deployments.Deployment), _record(deployments.Position)
    Offer, Pick, Request = _record(dispatch.Offer), _record(rosters.Pick), _record(requests.Request)
    Contact, Expert = _record(experts.Contact), _record(experts.Expert)
