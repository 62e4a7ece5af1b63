"""Quality, care and money: how the help was found, caps and rest, hours by activity (domain.md 7)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.events import Event
from app.deployments.models import Rating
from app.field.models import Extension
from app.field.states import Activity
from app.reports import measures
from app.reports.figures import Case, Figure, count, share
from app.surveys.models import Audience, Survey, Touch
from app.surveys.questions import GOOD, QUESTIONS
from app.watch.models import Alarm

HOURS = {
    Activity.ON_SITE: "Hours on site", Activity.TRAVEL: "Hours of travel", Activity.REMOTE: "Hours by phone or video",
    Activity.PREPARATION: "Hours of preparation",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Quality:
    """What is counted of the deployments of one period, each by its deployment or its topic."""

    ratings: Mapping[int, Rating]
    surveys: Mapping[int, Sequence[Survey]]
    overrides: Mapping[str, int]
    rest: Mapping[str, int]
    extensions: Mapping[int, int]


async def facts(session: AsyncSession, counted: measures.Facts) -> Quality:
    """Read it, for the requests that were counted."""
    ids = [row.id for row in counted.deployments.values()]
    topics = [f"request:{request.id}" for request in counted.requests]
    ratings = await session.scalars(select(Rating).where(Rating.deployment_id.in_(ids)))
    surveys: dict[int, list[Survey]] = defaultdict(list)
    answered = select(Survey).where(Survey.deployment_id.in_(ids), Survey.answered_at.is_not(None))
    for row in await session.scalars(answered):
        surveys[row.deployment_id].append(row)
    granted = select(Event.topic, func.count()).where(Event.topic.in_(topics), Event.kind == "override.granted")
    broken = select(Alarm.topic, func.count()).where(Alarm.topic.in_(topics), Alarm.kind == "assignment.rest_broken")
    longer = select(Extension.deployment_id, func.count()).where(Extension.settled_at.is_not(None))
    extended = await session.execute(
        longer.where(Extension.deployment_id.in_(ids)).group_by(Extension.deployment_id)
    )  # fmt: skip
    return Quality(
        {row.deployment_id: row for row in ratings}, surveys,
        {row[0]: row[1] for row in await session.execute(granted.group_by(Event.topic))},
        {row[0]: row[1] for row in await session.execute(broken.group_by(Alarm.topic))},
        {row[0]: row[1] for row in extended},
    )  # fmt: skip


def figures(counted: measures.Facts, found: Quality) -> list[Figure]:
    """Every measure, in the order of domain.md 7."""
    return [*_agencies(counted, found), *_answers(counted, found), *_care(counted, found), *_hours(counted)]


def _agencies(counted: measures.Facts, found: Quality) -> list[Figure]:
    good, in_time, again = [], [], []
    for request, deployment in measures.deployed(counted):
        said = found.ratings.get(deployment.id)
        if said is None:
            continue
        if said.help is not None:
            good.append(Case(request.reference, said.help >= 4))
        if said.in_time is not None:
            in_time.append(Case(request.reference, said.in_time >= 4))
        if said.again is not None:
            again.append(Case(request.reference, said.again == "yes"))
    return [
        share("rated-good", "Quality", "Agencies that rated the help good or very good", good),
        share("rated-in-time", "Quality", "Agencies that rated it in time", in_time),
        share("rated-again", "Quality", "Agencies that would ask again", again),
    ]


def _answers(counted: measures.Facts, found: Quality) -> list[Figure]:
    """A figure for each question of each survey. An agency answers in its own name, experts and partners do not."""
    made = []
    for (audience, touch), asked in QUESTIONS.items():
        for one in asked:
            cases = [
                Case(request.reference, GOOD.get(row.answers[one.name], 0.0))
                for request, deployment in measures.deployed(counted)
                for row in found.surveys.get(deployment.id, ())
                if row.audience is audience and row.touch is touch and row.answers and one.name in row.answers
            ]
            slug = f"said-{audience}-{touch.replace('_', '-')}-{one.name.replace('_', '-')}"
            title = f"{WHO[audience]} {AGO[touch]}: {one.title.lower()}"
            made.append(share(slug, "Quality", title, cases, is_personal=audience is not Audience.AGENCY))
    return made


WHO = {Audience.AGENCY: "Agencies", Audience.EXPERT: "Experts", Audience.PARTNER: "Partners"}
AGO = {Touch.HOURS_72: "after 72 hours", Touch.DAYS_7: "after a week", Touch.DAYS_90: "after 90 days"}


def _care(counted: measures.Facts, found: Quality) -> list[Figure]:
    def of(values: Mapping[str, int]) -> list[Case]:
        return [
            Case(request.reference, values.get(f"request:{request.id}", 0)) for request, _ in measures.deployed(counted)
        ]

    longer = [Case(request.reference, found.extensions.get(row.id, 0)) for request, row in measures.deployed(counted)]
    return [
        count("overrides", "Care", "Caps set aside by two people", of(found.overrides)),
        count("rest-breaches", "Care", "Rests cut short by the next deployment", of(found.rest)),
        count("extensions", "Care", "Stays that were extended", longer),
    ]


def _hours(counted: measures.Facts) -> list[Figure]:
    made = []
    for activity, title in HOURS.items():
        cases = [
            Case(
                request.reference,
                sum(
                    float(row.hours)
                    for one in counted.assignments.get(deployment.id, ())
                    for row in counted.hours.get(one.id, ())
                    if row.activity is activity
                ),
            )
            for request, deployment in measures.deployed(counted)
        ]
        made.append(count(f"hours-{activity.value.replace('_', '-')}", "Service", title, cases, "hours"))
    return made
