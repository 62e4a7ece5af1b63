"""What the pages say, as pure functions: whose the next step is, in which order, and where a point is on the map."""

import ast
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.access.viewer import Viewer
from app.core.clock import clock
from app.core.events import Event
from app.deployments.models import Deployment
from app.deployments.queries import SeatCount
from app.deployments.states import DeploymentState
from app.deployments.status import status_of
from app.desk import board, story, usmap
from app.desk.headlines import BEFORE, headline_of
from app.desk.steps import Facts, step_of
from app.desk.team import STATE_WORDS
from app.dispatch.states import OfferState
from app.my.views import MY_WORDS
from app.requests.models import Request
from app.requests.states import Priority, RequestState
from app.rosters.models import ProposalState
from app.web.render import words
from app.web.times import left, span_words

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def _request(state: RequestState = RequestState.SUBMITTED, **fields: Any) -> Request:
    fields = {"filed_by_id": 1, "recommended_by_id": None, "decided_at": None, "filed_at": clock.now()} | fields
    return Request(
        state=state,
        priority=Priority.URGENT,
        city="Lowry",
        place_state="GA",
        latitude=32.4,
        longitude=-83.2,
        time_zone="America/New_York",
        **fields,
    )


def _deployment(state: DeploymentState = DeploymentState.PLANNING, **fields: Any) -> Deployment:
    return Deployment(
        state=state, opened_at=NOW, starts_at=NOW, ends_at=NOW + timedelta(days=3), **({"staffed_at": None} | fields)
    )


def _viewer(*roles: str, user_id: int = 7) -> Viewer:
    return Viewer(user_id, "", "", frozenset(roles), None, None, "session")


@pytest.mark.parametrize(
    ("state", "role"),
    [("submitted", "intake_officer"), ("in_intake", "recommender"), ("recommended", "approver")],
)
def test_a_step_is_yours_only_if_you_may_take_it(state: str, role: str) -> None:
    request = _request(RequestState(state))
    assert board.row_of(_viewer(role), request, "").waits_for == "You"
    assert not board.row_of(_viewer("auditor"), request, "").is_yours


def test_a_decision_is_not_of_whoever_recommended() -> None:
    request = _request(RequestState.RECOMMENDED, recommended_by_id=7)
    both = _viewer("recommender", "approver")
    assert board.row_of(both, request, "").waits_for == "The approver"
    other = _viewer("approver", user_id=8)
    assert board.row_of(other, request, "").is_yours


@pytest.mark.parametrize(
    ("roster", "action"), [(None, None), (ProposalState.PROPOSED, "Review the team"), (ProposalState.ACCEPTED, None)]
)
def test_a_team_waits_for_a_review_only_while_it_is_proposed(roster: ProposalState | None, action: str | None) -> None:
    seats = SeatCount(5, 0, 0, 0)
    assert step_of(_request(RequestState.APPROVED), Facts(_deployment(), seats, roster)).action == action


def test_what_is_yours_is_red_only_when_it_is_due_soon() -> None:
    intake = _viewer("intake_officer", "approver")
    new = board.row_of(intake, _request(), "")
    to_decide = board.row_of(intake, _request(RequestState.RECOMMENDED), "")
    assert (new.is_soon, to_decide.is_yours, to_decide.is_soon) == (True, True, False)


def test_the_board_counts_everything_of_yours_though_only_four_cards_fit() -> None:
    request = _request()
    rows = [board.row_of(_viewer("intake_officer"), request, "") for _ in range(6)]
    shown = board.board_of(rows, board.texts_of([clock.now()]))
    assert shown.headline == "Seven things need you now"
    assert len(shown.cards) == board.CARDS - 1
    assert shown.next_due == rows[3].step.due


def test_the_board_promises_no_quiet_while_something_of_others_is_late() -> None:
    late = _request(RequestState.INFO_NEEDED, filed_at=clock.now() - timedelta(days=1))
    assert board.board_of([board.row_of(_viewer("auditor"), late, "")], None).next_due is None


@pytest.mark.parametrize(("count", "said"), [(0, "Nothing needs"), (1, "One thing needs"), (2, "Two things need"),
                                             (9, "Nine things need"), (10, "10 things need")])  # fmt: skip
def test_the_headline_counts_in_words(count: int, said: str) -> None:
    assert board.headline(count) == f"{said} you now"


def test_every_state_has_its_sentence() -> None:
    assert set(BEFORE) == set(RequestState) - {RequestState.APPROVED}
    assert set(STATE_WORDS) == set(OfferState)
    assert set(MY_WORDS) == set(OfferState) - {OfferState.PLANNED}


def test_the_headline_of_an_approved_request_follows_its_team() -> None:
    approved, seats = _request(RequestState.APPROVED), SeatCount(5, 2, 3, 0)
    planning, asking = _deployment(), _deployment(DeploymentState.OFFERING)
    staffed = _deployment(DeploymentState.STAFFED, staffed_at=NOW)
    off = _deployment(DeploymentState.STOOD_DOWN, staffed_at=NOW)
    told = [
        headline_of(approved, None, None, None),
        headline_of(approved, planning, seats, ProposalState.PROPOSED),
        headline_of(approved, planning, seats, ProposalState.ACCEPTED),
        headline_of(approved, asking, seats, ProposalState.ACCEPTED),
        headline_of(approved, staffed, seats, ProposalState.ACCEPTED),
        headline_of(approved, off, seats, ProposalState.ACCEPTED),
    ]
    assert told == [
        "The team for Lowry, GA is being composed",
        "A team of 5 is proposed for Lowry, GA",
        "The people for Lowry, GA are being asked",
        "2 of 5 have said yes for Lowry, GA",
        "The team of 5 for Lowry, GA is confirmed",
        "The team for Lowry, GA is called off",
    ]


@pytest.mark.parametrize("state", list(RequestState))
def test_an_agency_reads_a_sentence_in_every_state_and_stages_while_there_is_hope(state: RequestState) -> None:
    status = status_of(_request(state), None, [], None)
    assert status.headline
    ended = state in (RequestState.DECLINED, RequestState.REFERRED, RequestState.WITHDRAWN, RequestState.MERGED)
    assert len(status.stages) == (0 if ended else 5)


def test_an_agency_reads_no_stages_of_a_deployment_that_is_called_off() -> None:
    status = status_of(_request(RequestState.APPROVED), _deployment(DeploymentState.STOOD_DOWN), [], None)
    assert (status.headline, status.stages, status.team) == ("The deployment is called off", (), ())


@pytest.mark.parametrize(("kind", "data", "said"), [
    ("offer.made", {"name": "Ana", "title": "Clinician"}, "asked Ana to come as Clinician"),
    ("roster.proposed", {"version": 2}, "proposed a team (version 2)"),
    ("request.linked", {}, "linked the request with"),
    ("call.ended", {"outcome": "no_answer"}, "ended a call: no answer"),
    ("ticket.torn_up", {}, "ticket torn up"),
])  # fmt: skip
def test_an_event_is_told_in_words_even_an_unknown_one(kind: str, data: dict[str, str], said: str) -> None:
    assert story.sentence(Event(kind=kind, data=data)) == said


STORIES_OF_THEIR_OWN = ("comparison.", "hold.", "drill.")


def test_every_kind_of_event_in_a_requests_story_has_words_of_its_own() -> None:
    recorded = set[str]()
    for path in Path("app").rglob("*.py"):
        if "topic=" in (source := path.read_text()):
            calls = [one for one in ast.walk(ast.parse(source)) if isinstance(one, ast.Call) and len(one.args) > 1]
            for call in calls:
                kind = call.args[1]
                if ast.unparse(call.func) == "record" and any(word.arg == "topic" for word in call.keywords):
                    recorded |= {str(kind.value)} if isinstance(kind, ast.Constant) else set()
    assert "offer.accepted" in recorded
    wordless = recorded - set(story.SENTENCES)
    assert [kind for kind in wordless if not kind.startswith(STORIES_OF_THEIR_OWN)] == []


@pytest.mark.parametrize(("latitude", "longitude", "state", "at"), [
    (39.74, -104.99, "CO", (342.9, 273.9)), (61.2, -149.9, "AK", (112.3, 544.4)), (21.3, -157.8, "HI", (268.2, 549.3)),
])  # fmt: skip
def test_a_place_is_where_the_map_draws_it(
    latitude: float, longitude: float, state: str, at: tuple[float, float]
) -> None:
    assert usmap.point(latitude, longitude, state) == at


def test_a_territory_is_not_on_the_map() -> None:
    assert usmap.point(18.4, -66.1, "PR") is None


@pytest.mark.parametrize(("slug", "said"), [
    ("officer_involved_shooting_fatal", "Officer-involved shooting, fatal"), ("fac_setup",
     "Setting up a family assistance center"), ("house_of_worship_attack", "House of worship attack"),
])  # fmt: skip
def test_a_slug_is_shown_in_plain_words(slug: str, said: str) -> None:
    assert words(slug) == said


def test_times_left_are_said_with_their_units() -> None:
    assert [span_words(minutes) for minutes in (18, 60, 160, 1300, 4000)] == [
        "18 min",
        "1 h",
        "2 h 40 min",
        "21 h",
        "2 d",
    ]
    assert left(clock.now() + timedelta(minutes=48, seconds=5)) == "48 min left"
    assert left(clock.now() - timedelta(minutes=12)) == "12 min late"
