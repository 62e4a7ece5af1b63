"""`rrt recruit` and `rrt demand`: foresight on a terminal. Imports are inside the commands."""
# ruff: noqa: PLC0415 - see above

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

if TYPE_CHECKING:
    from app.foresight.demand import Demand
    from app.foresight.loading import BadFile
    from app.foresight.pools import Experts

IncidentsFile = Annotated[Path, typer.Argument(help="CSV of past incidents", exists=True, dir_okay=False)]
SkipUnknown = Annotated[
    bool, typer.Option("--skip-unknown-places", "--skip-unknown", help="Leave out lines whose place is not known")
]
FIRST_YEAR, LAST_YEAR, INVENTED_YEAR = 1970, 2100, 2027


def _demand(file: Path, *, skip_unknown: bool) -> "Demand":
    """What a file says of incidents to come; lines that cannot be used are printed, and the command ends."""
    from app.foresight import demand, loading

    try:
        return demand.estimate(loading.read_file(file, skip_unknown=skip_unknown))
    except loading.BadFile as bad:
        refuse(file, bad)


def refuse(file: Path, bad: "BadFile") -> NoReturn:
    """Say what is wrong with a file of incidents, line by line, and end."""
    typer.echo(f"{file}: nothing was read.\n{bad.fields['errors']['file']}", err=True)
    if bad.fields["could_be_left_out"]:
        typer.echo("Leave out lines of unknown places with --skip-unknown-places.", err=True)
    raise typer.Exit(2)


def _experts(pool: Path | None, experts: int, seed: int) -> "Experts":
    from app.foresight import pools

    try:
        return pools.experts_of(pools.from_csv(pool) if pool else pools.of_nobody(experts, seed))
    except pools.BadPool as bad:
        typer.echo(f"{pool}: nothing was read.\n{bad.fields['errors']['file']}", err=True)
        raise typer.Exit(2) from None


def recruit(  # noqa: PLR0917 - options
    incidents: IncidentsFile,
    pool: Annotated[Path | None, typer.Option(help="CSV of experts; left out: invented", exists=True)] = None,
    experts: Annotated[int, typer.Option(help="People in the invented pool", min=1)] = 2000,
    count: Annotated[int, typer.Option(help="How many to recruit", min=1, max=100)] = 20,
    seed: Annotated[int, typer.Option(help="Same seed, same advice", min=0)] = 1,
    may_lead: Annotated[bool, typer.Option(help="Look for people able to lead a team, too")] = True,
    within: Annotated[
        int | None, typer.Option(help="Hours within which they must be on site; left out: as asked for", min=3)
    ] = None,
    skip_unknown: SkipUnknown = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the advice for machines")] = False,
) -> None:
    """Say whom to recruit next, and what that adds on years that nothing was chosen by."""
    import json

    from rich.console import Console

    from app.foresight import printing, recruiting
    from app.foresight.advice import Wish

    known = _demand(incidents, skip_unknown=skip_unknown)
    wish = Wish(
        _experts(pool, experts, seed + 1), known, count=count, seed=seed, may_lead=may_lead, within_hours=within
    )
    console = Console(highlight=False)
    told = Console(stderr=True, highlight=False)
    found = recruiting.advise(wish, lambda line: told.print(f"{line} ..."))
    if as_json:
        typer.echo(json.dumps(found.as_json()))
    else:
        printing.advice(console, found)


def demand(
    incidents: IncidentsFile,
    year: Annotated[
        int | None, typer.Option(help="Which year to invent; left out: 2027", min=FIRST_YEAR, max=LAST_YEAR)
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Write an invented year into this file", dir_okay=False)] = None,
    seed: Annotated[int, typer.Option(help="Same seed, same year", min=0)] = 1,
    skip_unknown: SkipUnknown = False,
) -> None:
    """Say how many incidents are to be expected, by state; or write a year of invented ones, marked as such."""
    from rich.console import Console

    from app.foresight import demand as rates
    from app.foresight import printing

    if year is not None and out is None:
        raise typer.BadParameter("--year is of an invented year; name its file with --out")
    known = _demand(incidents, skip_unknown=skip_unknown)
    if out is None:
        printing.demand(Console(highlight=False), known)
        return
    found = rates.a_year(known, seed, year or INVENTED_YEAR)
    try:
        out.write_text(rates.as_csv(found), encoding="utf-8")
    except OSError as error:
        raise typer.BadParameter(f"{out} cannot be written: {error.strerror}") from None
    typer.echo(f"{len(found):,} synthetic incidents of {year or INVENTED_YEAR} in {out}.")
