"""What a longer stay would pass for one person: days on site, duty hours, the exposure cap (domain.md 1.5). Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.field import duty, rest
from app.rosters.models import Cap


@dataclass(frozen=True, slots=True)
class Tour:
    """Days on site: extended by the desk up to `extended`, by two people up to `absolute`, by nobody beyond."""

    planned: int = 5
    extended: int = 7
    absolute: int = 14


@dataclass(frozen=True, slots=True)
class Passed:
    """One cap that a stay would pass, in a sentence. `is_final`: nobody sets it aside."""

    cap: Cap
    text: str
    is_final: bool = False


@dataclass(frozen=True, slots=True)
class Load:
    """What somebody would carry after the stay, and the cap; in points of the exposure policy."""

    points: float
    cap: float


def passed(  # noqa: PLR0917 - all that a longer stay is judged by
    arrived: datetime, until: datetime, hours: Mapping[date, float], today: date, load: Load, tour: Tour
) -> tuple[Passed, ...]:
    """Every cap that a stay until `until` would pass.

    Args:
        arrived: when they came on site, or will.
        until: the last moment of the longer stay.
        hours: day to hours of work that were kept.
        today: the date at the place; hours to come go on at the pace of the last seven days.
        load: the exposure after it.
        tour: the limits in days.
    """
    found = [_tour(rest.days_on_site(arrived, until), tour), _duty(hours, today, until.date())]
    if load.points >= load.cap:
        said = f"would carry {load.points:.0f} points of exposure: the cap is {load.cap:.0f}"
        found.append(Passed(Cap.EXPOSURE, said))
    return tuple(one for one in found if one is not None)


def _tour(days: int, tour: Tour) -> Passed | None:
    if days > tour.absolute:
        return Passed(Cap.TOUR, f"{days} days on site: nobody stays more than {tour.absolute}", is_final=True)
    if days > tour.extended:
        return Passed(Cap.TOUR, f"{days} days on site: more than {tour.extended} needs two people")
    return None


def _duty(hours: Mapping[date, float], today: date, last: date) -> Passed | None:
    """Hours of seven days that break now, or would at the pace of the last seven days."""
    week = [today - timedelta(days=back) for back in range(7)]
    worked = [hours[day] for day in week if hours.get(day)]
    if not worked:
        return None
    pace = sum(worked) / len(worked)
    ahead = {today + timedelta(days=number): pace for number in range(1, (last - today).days + 1)}
    expected = ahead | {day: spent for day, spent in hours.items() if day not in ahead}
    for day in sorted({today, *ahead}):
        whole = duty.week_until(expected, day)
        if whole > duty.LIMITS.week:
            said = f"at {pace:g} h a day, {whole:g} h in the seven days to {day:%b} {day.day}: more than"
            return Passed(Cap.DUTY, f"{said} {duty.LIMITS.week:g} h")
    return None
