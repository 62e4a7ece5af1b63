"""Quiet hours: nobody is texted at night, but for immediate requests when they agreed to it (domain.md 5.2)."""

from datetime import datetime, time, timedelta

from app.core.clock import in_zone

QUIET_FROM, QUIET_UNTIL = time(21), time(8)
"""In the expert's own zone."""


def may_be_asked_from(
    now: datetime, *, zone: str, is_immediate: bool, wakes: bool, is_on_standby: bool = False
) -> datetime:
    """When somebody may be texted first: now, or when the night is over where they are.

    Args:
        now: the moment of asking.
        zone: the expert's IANA zone.
        is_immediate: whether the request is of the highest priority.
        wakes: whether the expert agreed to be woken for those.
        is_on_standby: whether it is a week in which they may be woken for anything but a planned request.
    """
    there = in_zone(now, zone)
    is_night = there.time() >= QUIET_FROM or there.time() < QUIET_UNTIL
    if not is_night or is_on_standby or (is_immediate and wakes):
        return now
    morning = there.replace(hour=QUIET_UNTIL.hour, minute=0, second=0, microsecond=0)
    return (morning if there.time() < QUIET_UNTIL else morning + timedelta(days=1)).astimezone(now.tzinfo)
