"""Events as lines on a terminal."""

from collections.abc import Mapping
from typing import Any

SENTENCES: Mapping[str, str] = {
    "request.filed": "The agency's request is with the desk",
    "request.taken_in": "{actor} takes it on and calls the chief",
    "request.recommended": "{actor} recommends a team of type {team_type}",
    "request.approved": "{actor} approves the deployment",
    "deployment.opened": "The deployment is open, its seats wait for people",
    "roster.proposed": "The solver proposes roster version {version} ({solve_ms} ms, {cause})",
    "roster.accepted": "{actor} works with version {version}: its people are asked",
    "offer.made": "[blue]ask[/]      {name}, {title}",
    "offer.accepted": "[green]yes[/]      {actor}",
    "offer.declined": "[red]no[/]       {actor}",
    "offer.deferred": "[yellow]not yet[/]  {actor} answered with a condition; the desk looks",
    "offer.standby": "[yellow]standby[/]  {actor} said yes when the seat was taken or the time over",
    "offer.expired": "[red]silence[/]  An offer ran out without an answer",
    "offer.overdue": "[yellow]waiting[/]  No answer for long: the next person is asked as well",
    "offer.withdrawn": "[dim]withdrawn[/] An offer is taken back, with a word",
    "text.needs_person": "[yellow]unclear[/]  A text nobody could read is shown to the desk ({meaning})",
    "position.filled": "         seat filled: [bold]{title}[/]",
    "position.vacated": "         seat open again: {title}",
    "position.unfillable": "[red]nobody fits[/] {title}",
    "call.keyed": "[cyan]call[/]     key {digits} was pressed",
    "message.undelivered": "[red]undelivered[/] A text did not arrive; the ladder goes on by phone",
    "deployment.staffed": "[bold green]The team is confirmed: {size} of {size}[/]",
}


def line(event: Mapping[str, Any]) -> str | None:
    """One event as a line, or None when a reader of the story needs none."""
    sentence = SENTENCES.get(event["kind"])
    if sentence is None:
        return None
    actor = event["actor_name"] or "System"
    return sentence.format_map({**event["data"], "actor": actor})
