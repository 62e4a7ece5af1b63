"""My days: a month to tap on, a range to enter, and standby weeks. AWAY and BACK by text do the same."""

from datetime import date, datetime, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range

from app.core.clock import clock, in_zone
from app.core.problems import Invalid
from app.deployments.models import Assignment, Deployment
from app.deployments.states import LIVE
from app.dispatch.models import Offer
from app.experts import own, pool, standby
from app.experts.models import Expert
from app.experts.schemas import AbsenceIn
from app.my import desk
from app.my.calendar import AHEAD, Mark, Month, Taken, month_of
from app.my.mine import Me, MeChanging, by_me
from app.replies import road
from app.web.languages import N_, translated
from app.web.render import render
from app.web.session import Session

router = APIRouter(include_in_schema=False)
LONGEST = timedelta(days=366)
NOT_A_DAY = N_("Enter a day, like 12/20/2026.")
TOO_LONG = N_("The last day comes before the first, or more than a year after it.")
PAST = N_("This day is over.")
SEATED = N_("Kept. But you have a seat on these days: the desk will call you about it.")
Asked = Annotated[str, Form(max_length=40)]


def _day(text: str, today: date) -> date | None:
    """A day as a date field sends it, or as people type it."""
    for form in ("%Y-%m-%d", "%m/%d/%Y", "%m/%d/%y"):
        try:
            return datetime.strptime(text.strip(), form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    try:
        month, day = (int(part) for part in text.strip().split("/"))
        found = date(today.year, month, day)
        return found if found >= today else found.replace(year=found.year + 1)
    except ValueError:  # no day at all, or none of the coming year: February 29
        return None


def _today(expert: Expert) -> date:
    return in_zone(clock.now(), expert.time_zone).date()


async def _month(session: Session, expert: Expert, first: date) -> Month:
    start, end = own.span(first, first + timedelta(days=31), expert.time_zone)
    away = await own.absences_between(session, expert.id, start, end)
    taken = [Taken(one.starts_at, one.ends_at, Mark.AWAY) for one in away]
    seats = select(Assignment, Deployment).join(Deployment, Deployment.id == Assignment.deployment_id)
    mine = Assignment.expert_id == expert.id
    rows = await session.execute(
        seats.where(mine, Assignment.state.in_(LIVE), Assignment.span.overlaps(Range(start, end)))
    )
    for seat, deployment in rows:
        lower, upper = seat.span.lower, seat.span.upper
        if lower and upper:
            leaves = seat.leaves_at or deployment.ends_at
            taken += [Taken(lower, leaves, Mark.TEAM), Taken(leaves, upper, Mark.REST)]
    weeks = await standby.weeks_of(session, expert.id, first - timedelta(days=7))
    return month_of(first, _today(expert), expert.time_zone, taken, weeks)


def _first(text: str, today: date) -> date:
    """The month that is asked for, within what may be looked at."""
    this = today.replace(day=1)
    try:
        wanted = date.fromisoformat(f"{text}-01") if text else this
    except ValueError:
        return this
    return wanted if 0 <= (wanted.year - this.year) * 12 + wanted.month - this.month <= AHEAD else this


async def _page(
    request: Request, session: Session, expert: Expert, month: str, status: int = 200, **shown: object
) -> Response:
    today = _today(expert)
    weeks = await standby.weeks_of(session, expert.id, standby.this_week(expert))
    return render(
        request,
        "my/days.html",
        status,
        expert=expert,
        zone=expert.time_zone,
        today=today,
        month=await _month(session, expert, _first(month, today)),
        weekdays=[date(2026, 11, 23) + timedelta(days=n) for n in range(7)],
        weeks=weeks,
        choosable=[standby.this_week(expert) + n * standby.WEEK for n in range(13)],
        is_on_standby=standby.this_week(expert) in weeks,
        **{"errors": {}, "typed": {}, "told": None, **shown},
    )


@router.get("/my/days")
async def my_days(
    request: Request, session: Session, expert: Me, month: Annotated[str, Query(max_length=7)] = "", told: str = ""
) -> Response:
    """A month, and what is known of it."""
    return await _page(request, session, expert, month, told=translated(SEATED) if told == "seated" else None)


def _to_month(day: date, *, is_seated: bool) -> Response:
    return RedirectResponse(f"/my/days?month={day:%Y-%m}{'&told=seated' if is_seated else ''}#month", 303)


async def _leave(session: Session, expert: Expert, first: date, last: date) -> bool:
    """Note days away; True when they touch a seat, which a person settles."""
    starts_at, ends_at = own.span(first, last, expert.time_zone)
    await own.be_free(session, expert, first, last, by=by_me(expert))
    await pool.note_absence(session, expert, AbsenceIn(starts_at=starts_at, ends_at=ends_at), by=by_me(expert))
    for seat in await road.seats_of(session, expert.id):
        taken = seat.assignment.span
        if taken.lower and taken.upper and taken.lower < ends_at and taken.upper > starts_at:
            offer = await session.get_one(Offer, seat.offer.id)
            deployment = await session.get_one(Deployment, offer.deployment_id)
            said = f"(on the page) away {first:%b} {first.day} to {last:%b} {last.day}"
            topic = f"request:{deployment.request_id}"
            await desk.tell(session, expert, "away_but_seated", said, offer_id=offer.id, topic=topic)
            return True
    return False


@router.post("/my/days/tap")
async def tap(session: Session, expert: MeChanging, day: Annotated[date, Form()]) -> Response:
    """A day that was free is away, and the other way round.

    Raises:
        Invalid: the day is over.
    """
    if day < _today(expert):
        raise Invalid(errors={"day": translated(PAST)})
    is_cut = await own.be_free(session, expert, day, day, by=by_me(expert))
    is_seated = False if is_cut else await _leave(session, expert, day, day)
    return _to_month(day, is_seated=is_seated)


@router.post("/my/days/range")
async def enter_range(  # noqa: PLR0917 - the form's fields
    request: Request,
    session: Session,
    expert: MeChanging,
    first: Asked = "",
    last: Asked = "",
    kind: Annotated[Literal["away", "free"], Form()] = "away",
) -> Response:
    """Several days at once; what was typed stays when it cannot be read."""
    today, errors = _today(expert), {}
    from_day = _day(first, today)
    to_day = _day(last, today) if last.strip() else from_day
    if from_day is None:
        errors["first"] = translated(NOT_A_DAY)
    if to_day is None and last.strip():
        errors["last"] = translated(NOT_A_DAY)
    if from_day and to_day and not (max(from_day, today) <= to_day <= from_day + LONGEST):
        errors["last"] = translated(PAST if to_day < today else TOO_LONG)
    if errors or from_day is None or to_day is None:
        typed = {"first": first, "last": last, "kind": kind}
        return await _page(request, session, expert, "", 422, errors=errors, typed=typed)
    from_day = max(from_day, today)
    if kind == "free":
        await own.be_free(session, expert, from_day, to_day, by=by_me(expert))
        return _to_month(from_day, is_seated=False)
    return _to_month(from_day, is_seated=await _leave(session, expert, from_day, to_day))


@router.post("/my/standby")
async def change_standby(
    session: Session,
    expert: MeChanging,
    week: Annotated[date, Form()],
    verb: Annotated[Literal["on", "off", "turns"], Form()],
) -> Response:
    """A week on or off, or one on and three off from this week on."""
    if verb == "turns":
        await standby.take_turns(session, expert, week, by=by_me(expert))
    else:
        await standby.set_week(session, expert, week, is_on=verb == "on", by=by_me(expert))
    return RedirectResponse("/my/days#standby", 303)
