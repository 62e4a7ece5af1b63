"""Readiness of the whole pool, as the database works it out: the same rules as `readiness.judge`, for any number of
experts at once. A test holds the two together."""

from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import ColumnElement, and_, exists, func, or_

from app.experts.models import Contact, Expert
from app.experts.readiness import SOON, Readiness


def is_not_ready(day: date) -> ColumnElement[bool]:
    """The condition on `Expert`: may not be offered a place on `day`."""
    tomorrow = datetime.combine(day + timedelta(days=1), time(), UTC)
    return or_(
        Expert.is_active.is_(False),
        Expert.papers_until.is_(None),
        Expert.papers_until < day,
        func.coalesce(Expert.eligible_from >= tomorrow, False),
        ~exists().where(Contact.expert_id == Expert.id),
    )


def is_expiring(day: date) -> ColumnElement[bool]:
    """The condition on `Expert`: papers end within `SOON` of `day`. True of some who are not ready, too."""
    return func.coalesce(Expert.papers_until < day + SOON, False)


def has(readiness: Readiness, day: date) -> ColumnElement[bool]:
    """The condition on `Expert`: of this readiness on `day`."""
    if readiness is Readiness.NOT_READY:
        return is_not_ready(day)
    ends_soon = is_expiring(day)
    return and_(~is_not_ready(day), ends_soon if readiness is Readiness.EXPIRING else ~ends_soon)
