"""Which requests look like one event, and why: agency or place, and time."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.requests.models import Request
from app.requests.relating import can_merge, why
from app.requests.states import RequestState

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def _request(number: int = 1, **fields: Any) -> Request:
    given = {"agency_id": 1, "city": "Lowry", "place_state": "GA", "latitude": 32.4, "longitude": -83.2,
             "incident_type": "mass_shooting", "occurred_at": None, "filed_at": NOON,
             "state": RequestState.SUBMITTED} | fields  # fmt: skip
    return Request(id=number, **given)


@pytest.mark.parametrize(("other", "said"), [
    ({}, ("Same agency", "same place", "same kind of event", "at the same hour")),
    ({"agency_id": 2, "filed_at": NOON + timedelta(hours=5)}, ("same place", "same kind of event", "5 h apart")),
    ({"agency_id": 2, "city": "Dale", "latitude": 32.6, "incident_type": "civil_unrest_or_protest"},
     ("14 miles apart", "at the same hour")),
    ({"agency_id": 2, "city": "Dale", "latitude": 34.0}, ()),
    ({"filed_at": NOON + timedelta(hours=73)}, ()),
])  # fmt: skip
def test_one_event_is_told_by_agency_or_place_and_by_time(other: dict[str, Any], said: tuple[str, ...]) -> None:
    assert why(_request(), _request(2, **other)) == said


@pytest.mark.parametrize(("state", "into", "may"), [
    (RequestState.IN_INTAKE, {}, True), (RequestState.IN_INTAKE, {"state": RequestState.APPROVED}, True),
    (RequestState.APPROVED, {}, False), (RequestState.IN_INTAKE, {"agency_id": 2}, False),
    (RequestState.IN_INTAKE, {"state": RequestState.DECLINED}, False),
])  # fmt: skip
def test_only_an_open_request_becomes_part_of_one_of_its_agency_that_lives(
    state: RequestState, into: dict[str, Any], may: bool
) -> None:
    assert can_merge(_request(state=state), _request(2, **into)) is may
