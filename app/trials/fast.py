"""Fast mode: a year of incidents called out in memory, by the service's own rules, solver, planner and reader.

    from app.trials import fast
    outcomes = fast.simulate(members, incidents, fast.Terms(), seed=7)

`members` are records of the pool (`members.Member`; `members.invented` makes them of an invented pool, `reading.pool`
reads the present one), `incidents` any iterable of `incidents.Incident`: a file's, or drawn from a model and then
marked synthetic. `Terms` hold the desk's rules and how people answer. Back comes one `outcomes.Outcomes`: per incident
its seats (who, when, from where; of empty ones why), its questions and when the team was full. The same arguments give
the same outcomes, bit for bit. `years.py` plays many years in processes beside each other, `measures.py` makes figures
with intervals of them.

What is shared with the service, and therefore cannot differ: the problem as the solver gets it (`rosters/problem.py`),
`solver.search.solve`, who stays and who is not asked again (`dispatch/backfill.py`), the planner of waves with all that
it is told (`dispatch/callout.py`, `solver/waves.py`), the ladder, quiet hours, how often one is asked, codes, the
machines of offers, seats and deployments, teams and wishes, moving between seats, the simulated people, the reader of
their words, rest and exposure. What is left out: texts and calls as such (nothing is lost on the way and nothing takes
time), pages, permissions, the log. `tests/replay/test_replay.py` holds a trial against the whole service on the
same seed.
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from app.agencies.models import Agency
from app.core.places import ZONES
from app.deployments.opening import seat_of
from app.deployments.states import DeploymentState
from app.deployments.teams import TEAMS
from app.requests.intake import NEEDED_WITHIN
from app.requests.states import Mode, Priority
from app.trials.asking import Desk
from app.trials.composing import Bench
from app.trials.incidents import Incident
from app.trials.members import Member
from app.trials.outcomes import ASKED_IN_VAIN, IncidentOutcome, OfferOutcome, Outcomes, SeatOutcome, miles
from app.trials.rows import Deployment, Position, Request, copied
from app.trials.world import Seated, Team, Terms, World

__all__ = ["Terms", "simulate"]
GRACE = timedelta(days=3)
"""How long after the last filing answers and deadlines are played out."""
NO_AGENCY = 1 << 40
"""Agencies of incidents are counted from here: nobody in the pool has a recorded tie to them."""


def simulate(
    members: Sequence[Member], incidents: Iterable[Incident], terms: Terms | None = None, seed: int = 0
) -> Outcomes:
    """Call out teams for incidents, one after the other as they are filed, overlapping in time as they do.

    Args:
        members: the pool.
        incidents: in any order.
        terms: rules and how people answer.
        seed: of the answers.

    Returns:
        What became of each incident, in the order of filing.
    """
    ordered = sorted(incidents, key=lambda one: one.filed_at)
    if not ordered:
        return Outcomes(seed, tuple(sorted(member.id for member in members)), ())
    trial = Trial(members, ordered, terms, seed)
    for number in range(len(ordered)):
        trial.reach(number)
        trial.file(number)
    return trial.end()


class Trial:
    """A trial under way: incident after incident, each first reached and then filed.

    Args:
        members: the pool.
        incidents: in the order of filing, one at least.
        terms: rules and how people answer.
        seed: of the answers.
    """

    def __init__(
        self, members: Sequence[Member], incidents: Sequence[Incident], terms: Terms | None = None, seed: int = 0
    ) -> None:
        self.incidents = incidents
        self.world = World(members, terms or Terms(), seed, incidents[0].filed_at - timedelta(hours=1))
        self._desk = Desk(self.world, Bench(self.world))
        self._agencies: dict[tuple[str, str], Agency] = {}

    @property
    def is_quiet(self) -> bool:
        """Whether nobody is about to be asked, to answer or to be looked for."""
        return self.world.agenda.is_quiet

    def reach(self, number: int) -> None:
        """Play everything up to the moment at which an incident is filed."""
        self.world.agenda.run(self.incidents[number].filed_at)

    def file(self, number: int) -> None:
        """Open a team for the incident that was reached, and have it called out."""
        incident, known = self.incidents[number], self._agencies
        agency = known.setdefault((incident.agency, incident.state), _agency(incident, NO_AGENCY + len(known)))
        self._desk.propose(_open(self.world, number, incident, agency))

    def end(self) -> Outcomes:
        """Play out answers and deadlines."""
        self.world.agenda.run(self.incidents[-1].filed_at + GRACE)
        told = tuple(_told(self.world, team) for team in self.world.teams)
        return Outcomes(self.world.seed, tuple(sorted(self.world.members)), told)


def _agency(incident: Incident, number: int) -> Agency:
    return Agency(id=number, name=incident.agency, state=incident.state)


def _request(world: World, incident: Incident) -> Request:
    return Request(
        id=world.new_id(), place_state=incident.state, latitude=incident.latitude, longitude=incident.longitude,
        county=None, languages=incident.languages, time_zone=ZONES[incident.state],
        incident_type=incident.incident_type, modifiers=[], service_types=[], expertise_wanted=[], mode=Mode.ON_SITE,
        team_type=incident.team_type, priority=Priority(incident.priority), days=incident.days,
    )  # fmt: skip


def _open(world: World, number: int, incident: Incident, agency: Agency) -> Team:
    """A team with open seats, as `deployments/opening.py` opens it."""
    ask = _request(world, incident)
    starts_at = world.now + NEEDED_WITHIN[ask.priority]
    deployment = Deployment(
        id=world.new_id(), request_id=ask.id, state=DeploymentState.PLANNING, team_type=incident.team_type,
        priority=ask.priority, starts_at=starts_at, ends_at=starts_at + timedelta(days=incident.days),
        opened_at=world.now,
    )  # fmt: skip
    plans = enumerate(TEAMS[incident.team_type], start=1)
    positions = [copied(seat_of(ask, place, plan), Position) for place, plan in plans]
    for position in positions:
        position.id, position.deployment_id = world.new_id(), deployment.id
    team = Team(number, incident, ask, agency, deployment, positions)
    world.teams.append(team)
    world.team_of[deployment.id] = team
    return team


def _told(world: World, team: Team) -> IncidentOutcome:
    incident, deployment = team.incident, team.deployment
    number_of = {one.id: one.number for one in team.positions}
    return IncidentOutcome(
        number=team.number, filed_at=incident.filed_at, needed_by=deployment.starts_at, state=incident.state,
        kind=incident.kind, team_type=incident.team_type, priority=incident.priority, latitude=incident.latitude,
        longitude=incident.longitude, full_at=deployment.staffed_at,
        seats=tuple(_seat(world, team, position.id) for position in team.positions),
        offers=tuple(
            OfferOutcome(number_of[one.position_id], one.expert_id, one.code, one.asked_at, one.state.value)
            for one in team.offers
        ),
    )  # fmt: skip


def _seat(world: World, team: Team, position_id: int) -> SeatOutcome:
    position, seated = team.position(position_id), team.seated.get(position_id)
    about = position.number, position.code, position.title, tuple(position.disciplines)
    if seated is None:
        why, rule = team.empty.get(position_id, ("", "")) if position.unfillable_reason is not None else ("", "")
        return SeatOutcome(*about, why=why or ASKED_IN_VAIN, rule=rule)
    return SeatOutcome(*about, **_journey(world, seated))


def _journey(world: World, seated: Seated) -> dict[str, Any]:
    home, place = world.members[seated.expert_id], seated.team.incident
    return {
        "expert_id": seated.expert_id, "filled_at": seated.filled_at, "leaves_at": seated.leaves_at,
        "arrives_at": seated.arrives_at, "home_at": seated.home_at, "rested_at": seated.ends_at,
        "miles": miles(home.latitude, home.longitude, place.latitude, place.longitude), "minutes": seated.minutes,
    }  # fmt: skip
