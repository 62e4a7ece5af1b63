"""Advice on a terminal."""

from rich.console import Console
from rich.table import Table

from app.core.places import STATES
from app.foresight.recruiting import Advice, Interval, Recruit

WAYS = {"ours": "This advice", "population": "By population", "random": "At random"}


def said(interval: Interval, digits: int = 1) -> str:
    """A mean with what holds it nine times in ten."""
    return f"{interval.mean:.{digits}f} ({interval.low:.{digits}f} to {interval.high:.{digits}f})"


def whom(recruit: Recruit) -> str:
    """Whom to look for, in a few words."""
    lead = ", able to lead" if recruit.kind.leads else ""
    return " and ".join(recruit.kind.disciplines) + lead


def advice(console: Console, found: Advice) -> None:
    """Print whom to recruit, and what that adds."""
    console.print(
        f"{found.people:,} people, {found.incidents:,.0f} invented incidents a year: {said(found.empty, 0)} of"
        f" {found.seats:,.0f} seats stay empty."
    )
    table = Table("", "Whom", "Where", "Languages", "Licensed in", "Seats a year", title="Whom to recruit next")
    for number, one in enumerate(found.recruits, 1):
        licences = ", ".join(one.licences[:6]) + (" ..." if len(one.licences) > 6 else "")
        table.add_row(
            str(number), whom(one), STATES[one.kind.state], ", ".join(one.languages), licences, said(one.seats)
        )
    console.print(table)
    gains = Table(
        "Way", "Recruits", "More seats filled in a year", title="On invented years that nothing was chosen by"
    )
    for gain in (*found.growth[:-1], *found.gains):
        gains.add_row(WAYS[gain.way], str(gain.recruits), said(gain.seats))
    console.print(gains)
    if found.ratio is not None:
        console.print(f"{said(found.ratio, 2)} times the gain of recruiting by population. In brackets: nine of ten.")
