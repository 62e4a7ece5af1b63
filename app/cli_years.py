"""`rrt years`: many simulated years in fast mode, every figure with its interval. Imports are inside the command."""
# ruff: noqa: PLC0415 - see above

from pathlib import Path
from typing import Annotated

import typer

from app.cli_foresight import IncidentsFile, SkipUnknown, refuse


def years(  # noqa: PLR0917 - options
    incidents: IncidentsFile,
    pool: Annotated[Path | None, typer.Option(help="CSV of experts; left out: invented", exists=True)] = None,
    experts: Annotated[int, typer.Option(help="People in the invented pool", min=1)] = 2000,
    count: Annotated[int, typer.Option("--years", help="How many years", min=1, max=1000)] = 20,
    recorded: Annotated[
        bool, typer.Option("--recorded", help="The file's own incidents each year; else years invented from them")
    ] = False,
    processes: Annotated[int, typer.Option(help="At once; 0: one for each core", min=0)] = 0,
    seed: Annotated[int, typer.Option(help="Same seed, same figures, whatever the processes", min=0)] = 1,
    skip_unknown: SkipUnknown = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures for machines")] = False,
) -> None:
    """Play many years in memory by the rules and the solver of the service; print every figure with its interval."""
    import json

    from rich.console import Console

    from app.foresight import simulated
    from app.foresight.loading import BadFile
    from app.foresight.pools import BadPool

    asked = simulated.Asked(incidents, pool, experts, count, recorded, seed, skip_unknown)
    told = Console(stderr=True, highlight=False)
    try:
        found = simulated.played(asked, processes, told.print)
    except BadFile as bad:
        refuse(incidents, bad)
    except BadPool as bad:
        typer.echo(f"{pool}: nothing was read.\n{bad.fields['errors']['file']}", err=True)
        raise typer.Exit(2) from None
    if as_json:
        typer.echo(json.dumps(found.as_json()))
    else:
        simulated.show(Console(highlight=False), found)
