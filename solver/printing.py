"""A roster on the terminal, as the desk would read it."""

from collections.abc import Iterator, Mapping

from rich.console import Console
from rich.table import Table
from rich.text import Text

from solver.changes import aloud, in_a_line
from solver.problem import Request
from solver.record import Record
from solver.roster import OtherRoster, Roster, Seat
from solver.words import first_up, moment


def show(asked: Record, roster: Roster, console: Console | None = None) -> None:
    """Print what was answered: each team as a table, then what is missing, what changed, the runner-up, the proof."""
    console = console or Console()
    names = {expert.id: expert.name for expert in asked.experts}
    for request in asked.requests:
        console.print(_table(request, roster, names))
    for line in _lines(asked, roster, names):
        console.print(Text(line))


def _table(request: Request, roster: Roster, names: Mapping[int, str]) -> Table:
    titles = {position.id: position.title or position.code for position in request.positions}
    where = f"{request.agency_name or request.place.state}, {moment(request.stay.start, request.zone)}"
    until = moment(request.stay.end, request.zone)
    table = Table(title=f"Request {request.id}: {where} to {until}", title_justify="left", show_lines=True)
    for heading, share in (("Seat", 2), ("Expert", 2), ("Why", 5), ("Otherwise", 5)):
        table.add_column(heading, ratio=share)
    for seat in roster.seats:
        if seat.request_id == request.id:
            who = "nobody" if seat.expert_id is None else names[seat.expert_id]
            cells = (first_up(titles[seat.position_id]), who, "\n".join(_why(seat, request)),
                     "\n".join(_otherwise(seat, names)))  # fmt: skip
            table.add_row(*(Text(cell) for cell in cells))
    return table


def _why(seat: Seat, request: Request) -> Iterator[str]:
    yield from (reason.text for reason in seat.reasons if not reason.is_warning)
    if seat.travel is not None and seat.travel.mode != "none":
        leaves, arrives = moment(seat.travel.depart, request.zone), moment(seat.travel.arrive, request.zone)
        yield f"Leaves home {leaves}, on site {arrives}"
    yield from (f"! {reason.text}" for reason in seat.reasons if reason.is_warning)
    yield from (step.text for step in seat.funnel)


def _otherwise(seat: Seat, names: Mapping[int, str]) -> Iterator[str]:
    yield from (f"{names[other.expert_id]}: {other.costs}" for other in seat.alternates)
    if seat.instead is not None:
        yield f"The best whole team without {names[seat.expert_id or 0]} here: {_other(seat.instead)}"
    yield from (f"Would fill it: {one.text}" for one in seat.helps)


def _other(other: OtherRoster) -> str:
    told = " ".join(aloud(other.changes))
    return f"{told} Cost: {in_a_line(other.costs)}."


def _lines(asked: Record, roster: Roster, names: Mapping[int, str]) -> Iterator[str]:
    several = len(asked.requests) > 1
    for shortage in roster.shortages:
        yield f"Request {shortage.request_id}: {shortage.text}" if several else shortage.text
    yield from (f"Changed: {text}" for text in aloud([one for one in roster.changes if one.kind != "stays"]))
    if roster.changes:
        yield f"{sum(change.kind == 'stays' for change in roster.changes)} stay in their seats."
    if roster.runner_up:
        yield f"Runner-up: {_other(roster.runner_up)}"
    for edit in asked.edits:
        left, came = (names.get(edit.get(name) or 0, "somebody") for name in ("left", "came"))
        yield f"Changed by hand afterwards: {came} in place of {left}."
    goals = {goal.name: goal.value for goal in roster.goals}
    filled = sum(value for name, value in goals.items() if name.startswith("seats_filled"))
    worth = f"{goals.get('fit', 0)} points of fit, {-goals.get('travel_minutes', 0) // 60} h of travel one way in all"
    yield f"{filled} of {len(roster.seats)} seats filled, {worth}."
    yield f"{_proof(roster)} of {roster.pool_size:,} experts, in {roster.solve_ms} ms."


def _proof(roster: Roster) -> str:
    """How good the roster is known to be."""
    if roster.status == "optimal":
        return "Proven the best"
    if roster.gap is None:
        return f"The best found in {roster.time_limit_s:g} s, not proven,"
    return f"The best found in {roster.time_limit_s:g} s, within {roster.gap:.3%} of the best there can be,"
