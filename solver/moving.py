"""A yes finds its seat, and others move up for it."""

from collections.abc import Iterable, Mapping


def seat_yes(seating: Mapping[int, int], fits: Mapping[int, Iterable[int]], person: int) -> dict[int, int] | None:
    """Seat one more person by moving as few as possible of those seated to other seats that they fit.

    Args:
        seating: seat to person, who all stay seated.
        fits: person to the open and taken seats that they may sit in, the best first.
        person: who said yes.

    Returns:
        Seat to person, or None when there is no seat for all of them.
    """
    came: dict[int, int] = {}
    holder = dict(seating)
    line = [person]
    seen: set[int] = set()
    reached: dict[int, int] = {}
    while line:
        one = line.pop(0)
        for seat in fits[one]:
            if seat in seen:
                continue
            seen.add(seat)
            came[seat] = one
            if seat not in holder:
                return _moved(holder, came, reached, seat)
            reached[holder[seat]] = seat
            line.append(holder[seat])
    return None


def _moved(holder: dict[int, int], came: Mapping[int, int], reached: Mapping[int, int], free: int) -> dict[int, int]:
    """The seating after everybody on the way to the free seat has moved up by one."""
    seat: int | None = free
    while seat is not None:
        one = came[seat]
        holder[seat] = one
        seat = reached.get(one)
    return holder
