"""Advice and rates on a terminal."""

from rich.console import Console
from rich.table import Table

from app.core.places import STATES
from app.foresight.advice import Advice, Gain, Recruit
from app.foresight.demand import Demand, some_invented
from app.foresight.showing import WAYS
from app.trials import words
from app.trials.intervals import Interval


def said(interval: Interval | None, digits: int = 1) -> str:
    """A mean with where the true one lies; "none" where there is nothing to divide by."""
    return f"{interval.mean:,.{digits}f} ({words.between(interval, digits)})" if interval else "none"


def whom(recruit: Recruit) -> str:
    """Whom to look for, in a few words."""
    lead = ", able to lead" if recruit.kind.leads else ""
    return " and ".join(recruit.kind.disciplines) + lead


def demand(console: Console, known: Demand) -> None:
    """Print how many incidents are to be expected, by state."""
    total = known.total
    said_of_all = f"{total.value:,.0f} incidents a year (95 %: {total.low:,.0f} to {total.high:,.0f})"
    table = Table("State", "Seen", "Expected a year", "95 %", title=said_of_all)
    for state, rate in sorted(known.states.items(), key=lambda each: -each[1].a_year.estimate.value):
        e = rate.a_year.estimate
        table.add_row(STATES[state], str(rate.seen), f"{e.value:.1f}", f"{e.low:.1f} to {e.high:.1f}")
    console.print(table)
    if some_invented(known.incidents):
        console.print("Synthetic: some of the past incidents were invented, not recorded.")


def advice(console: Console, found: Advice) -> None:
    """Print whom to recruit, and what that adds."""
    console.print(
        f"Synthetic: {found.incidents:,.0f} invented incidents a year. {found.people:,} people leave"
        f" {said(found.empty, 0)} of {found.seats:,.0f} seats empty, {said(found.incomplete, 0)} teams incomplete."
    )
    table = Table("", "Whom", "Where", "Languages", "Licensed in", "Seats a year", title="Whom to recruit next")
    for number, one in enumerate(found.recruits, 1):
        licences = ", ".join(one.licences[:6]) + (" ..." if len(one.licences) > 6 else "")
        table.add_row(
            str(number), whom(one), STATES[one.kind.state], ", ".join(one.languages), licences, said(one.seats)
        )
    console.print(table)
    gains = Table("Way", "Recruits", "More seats filled in a year", "Ours, times", "More teams complete", "Ours, times",
        title=f"On {found.held_out_years} synthetic years that nothing was chosen by")  # fmt: skip
    for gain in (*found.growth[:-1], *found.gains):
        gains.add_row(*_row(gain))
    console.print(gains)
    console.print(
        f"In brackets: 95 %. By the caps so many recruits fill at most {found.at_most} seats a year."
        f" Chosen by {found.training_years} synthetic years."
    )


def _row(gain: Gain) -> tuple[str, ...]:
    seats_times, teams_times = (
        "" if gain.way == "ours" else said(times, 2) for times in (gain.seats_times, gain.teams_times)
    )
    return WAYS[gain.way], str(gain.recruits), said(gain.seats), seats_times, said(gain.teams), teams_times
