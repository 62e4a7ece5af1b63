"""A real incident as a problem file: a row of a CSV of incidents, with the invented pool of the service.

Run from the checkout: `python -m bench.solver.incident INCIDENTS.csv --city Roseburg --date 2015-10-01 > problem.json`,
then `rrt solve problem.json`. The team type is the one that `rrt replay` would recommend, the seats and wishes are the
service's own; a team leaves at the earliest two hours after the request, arrives within a day, and stays three days.
"""

import argparse
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from app.core.places import ZONES
from app.deployments.teams import TEAMS, wishes
from app.experts.taxonomy import CLINICAL, MANDATORY
from app.seed.people import Person, people
from app.trials.incidents import Incident, read
from solver import record
from solver.problem import Expert, Place, Policy, Position, Request, Span

STAY_DAYS = 3


def minute(moment: datetime) -> int:
    """Whole minutes since the epoch."""
    return int(moment.timestamp()) // 60


def _end_of(day: date) -> int:
    return minute(datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1))


def an_expert(number: int, person: Person) -> Expert:
    """An invented person as the rules see her."""
    row = person.row
    held = {one["kind"]: _end_of(one["expires_on"]) for one in person.credentials if one["kind"] in MANDATORY}
    return Expert(
        id=number,
        name=row["name"],
        place=Place(row["latitude"], row["longitude"], row["state"], row["county"]),
        disciplines=frozenset(row["disciplines"]),
        expertise=row["expertise"],
        languages=row["languages"],
        busy=tuple(Span(minute(start), minute(end)) for start, end in person.absences),
        papers_until=min(held.values()),
        licences={p["state"]: _end_of(p["expires_on"]) for p in person.credentials if p["kind"] in CLINICAL},
        is_leader=row["is_leader"],
        is_experienced=row["past_deployments"] > 0,
        is_trainee=row["is_trainee"],
        is_mentor=row["is_mentor"],
        employer=row["employer"],
    )


def a_request(incident: Incident, languages: tuple[str, ...]) -> Request:
    """The incident's team, wanted a day after the request."""
    start = incident.filed_at + timedelta(days=1)
    seats = tuple(
        Position(
            number, plan.code, frozenset(plan.disciplines), plan.required,
            wishes(incident.incident_type, plan.disciplines, ()), is_leader=plan.is_leader,
            is_licensed=plan.is_licensed, priority=1 if plan.is_leader else 2, title=plan.title,
        )
        for number, plan in enumerate(TEAMS[incident.team_type], 1)
    )  # fmt: skip
    return Request(
        1, Place(incident.latitude, incident.longitude, incident.state),
        Span(minute(start), minute(start + timedelta(days=STAY_DAYS))), minute(incident.filed_at + timedelta(hours=2)),
        minute(start), seats, priority=1, agency_id=1, agency_name=incident.agency, languages=languages,
        needs_all_disciplines=incident.team_type != "T1", zone=ZONES[incident.state],
    )  # fmt: skip


def main() -> None:
    """Write the problem to standard output."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--city", required=True)
    parser.add_argument("--date", type=date.fromisoformat, required=True)
    parser.add_argument("--experts", type=int, default=2000)
    parser.add_argument("--languages", nargs="*", default=[])
    given = parser.parse_args()
    found = read(given.file, limit=0, seed=0)
    incident = next(one for one in found if one.city == given.city and one.occurred_at.date() == given.date)
    experts = [an_expert(n, one) for n, one in enumerate(people(given.experts, 1, incident.filed_at), 1)]
    sys.stdout.write(record.problem_text(experts, [a_request(incident, tuple(given.languages))], Policy()) + "\n")


if __name__ == "__main__":
    main()
