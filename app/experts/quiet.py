"""Quiet hours: nobody is texted at night, but for immediate requests when they agreed to it (domain.md 5.2)."""

from datetime import datetime, time, timedelta

from app.core.clock import in_zone

Night = tuple[time, time]
"""From when until when nobody is texted, in the expert's own zone."""
NIGHT: Night = time(21), time(8)
"""The law's: a rule of the desk's own may make it longer, never shorter."""


def may_be_asked_from(
    now: datetime, *, zone: str, is_immediate: bool, wakes: bool, is_on_standby: bool = False, night: Night = NIGHT
) -> datetime:
    """When somebody may be texted first: now, or when the night is over where they are.

    Args:
        now: the moment of asking.
        zone: the expert's IANA zone.
        is_immediate: whether the request is of the highest priority.
        wakes: whether the expert agreed to be woken for those.
        is_on_standby: whether it is a week in which they may be woken for anything but a planned request.
        night: as the desk has it.
    """
    there = in_zone(now, zone)
    begins, ends = night
    is_night = there.time() >= begins or there.time() < ends
    if not is_night or is_on_standby or (is_immediate and wakes):
        return now
    morning = there.replace(hour=ends.hour, minute=0, second=0, microsecond=0)
    return (morning if there.time() < ends else morning + timedelta(days=1)).astimezone(now.tzinfo)
