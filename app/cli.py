"""`rrt`: everything an installation is run with. Imports are inside the commands, so that `--help` answers at once."""
# ruff: noqa: PLC0415 - see above

from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from app.cli_foresight import demand, recruit
from app.cli_keys import keys
from app.cli_purge import purge
from app.cli_reset import reset
from app.cli_restore import backup, reconcile, restore
from app.cli_years import years

Result = TypeVar("Result")
cli = typer.Typer(
    name="rrt", help="Rapid Response Team dispatch: from a request to a confirmed team.", no_args_is_help=True,
    pretty_exceptions_enable=False, add_completion=False, rich_markup_mode=None,
)  # fmt: skip
user = typer.Typer(help="Accounts of people who sign in.", no_args_is_help=True)
expert = typer.Typer(help="The pool of experts.", no_args_is_help=True)
audit = typer.Typer(help="The log: whether it is whole, and its heads for safe keeping.", no_args_is_help=True)
cli.command()(purge)
cli.command()(recruit)
cli.command()(demand)
cli.command()(years)
cli.command()(backup)
cli.command()(restore)
cli.command()(reconcile)
cli.add_typer(keys, name="keys")
cli.add_typer(user, name="user")
cli.add_typer(audit, name="audit")
cli.add_typer(expert, name="expert")


@cli.command()
def serve(host: str = "127.0.0.1", port: int = 8000) -> None:
    """Serve the pages and the API."""
    from app import processes

    processes.serve(host, port)


@cli.command()
def worker(concurrency: Annotated[int, typer.Option(help="Jobs at the same time")] = 8) -> None:
    """Do the jobs: texts, deadlines, solving. Run as many as you like."""
    from app import processes

    processes.work(concurrency)


@cli.command()
def migrate() -> None:
    """Bring the database to the newest schema."""
    from app import processes

    processes.migrate()


@cli.command()
def solve(
    file: Annotated[Path, typer.Argument(help="A kept decision, or a problem written by hand (docs/solver.md)")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the roster for machines")] = False,
    seed: Annotated[int | None, typer.Option(help="Instead of the file's")] = None,
    seconds: Annotated[float | None, typer.Option(help="Time limit, instead of the file's")] = None,
    keep: Annotated[Path | None, typer.Option(help="Write the decision to this file, to make it again")] = None,
) -> None:
    """Solve a problem; of a kept decision, say whether the roster comes out the same."""
    from solver.__main__ import run

    raise typer.Exit(run(file, as_json=as_json, seed=seed, seconds=seconds, keep=keep))


@cli.command()
def simulator(port: int = 8100, seed: int = 0, host: str = "127.0.0.1") -> None:
    """Run a simulated carrier with simulated people; set RRT_TWILIO_API_URL to its address."""
    from app import processes

    processes.simulate(port, seed, host)


@cli.command()
def demo(
    experts: Annotated[int, typer.Option(help="People in the invented pool")] = 1500,
    rate: Annotated[float, typer.Option(help="Simulated seconds in a second")] = 180.0,
    once: Annotated[bool, typer.Option(envvar="ONCE", help="Stop when the team is confirmed")] = False,
    data: Annotated[Path, typer.Option(help="Folder of the demonstration's database")] = Path(".rrt"),
) -> None:
    """Run one whole deployment before your eyes, then keep serving."""
    from app.demo.run import run

    raise typer.Exit(run(experts=experts, rate=rate, once=once, data=data))


@cli.command()
def replay(  # noqa: PLR0917 - the options of a command
    file: Annotated[Path, typer.Argument(help="CSV of incidents", exists=True, dir_okay=False)],
    limit: Annotated[int, typer.Option(help="Only the first so many incidents; 0: all")] = 0,
    pool: Annotated[Path | None, typer.Option(help="CSV of experts", exists=True, dir_okay=False)] = None,
    current: Annotated[bool, typer.Option("--current", help="The pool of the configured database")] = False,
    experts: Annotated[int, typer.Option(help="People in the invented pool, if none is given", min=1)] = 2000,
    seed: Annotated[int, typer.Option(help="Same seed, same people and answers")] = 0,
    skip_unknown_places: Annotated[
        bool, typer.Option("--skip-unknown-places", help="Leave out incidents whose place is not on the map")
    ] = False,
    road: Annotated[bool, typer.Option(help="Teams come home, rest and carry exposure")] = True,
    renew: Annotated[
        bool, typer.Option("--renew/--let-lapse", help="Papers are renewed, or lapse on their days")
    ] = True,
    keep_every: Annotated[int, typer.Option(help="Requests after which it is kept, to go on from there", min=1)] = 120,
    stretches: Annotated[
        int, typer.Option(help="Parts of the file, played beside each other; 0: three for two cores", min=0)
    ] = 0,
    fresh: Annotated[bool, typer.Option("--fresh", help="Begin anew, whatever was kept")] = False,
    data: Annotated[Path, typer.Option(help="Folder of the replay's database and report")] = Path(".rrt"),
) -> None:
    """Play incidents of a file through the whole service, with simulated experts and a clock that jumps.

    Interrupted, the same command goes on. The report is a page and JSON.
    """
    from app.replay.run import Asked, run

    if current and pool is not None:
        raise typer.BadParameter("--pool and --current are two pools; name one")
    asked = Asked(
        file, data, pool=pool, is_current=current, experts=experts, seed=seed, limit=limit,
        skip_unknown_places=skip_unknown_places, goes_home=road, renews=renew, keep_every=keep_every,
        stretches=stretches, fresh=fresh,
    )  # fmt: skip
    raise typer.Exit(run(asked))


@cli.command()
def seed(experts: int = 800, seed: int = 1) -> None:
    """Fill an empty database with an invented pool, agencies and staff."""
    from app.core.database import begin
    from app.core.jobs import job_app
    from app.rooms import load_jobs
    from app.seed import filling

    async def fill() -> bool:
        load_jobs()
        async with job_app().open_async(), begin() as session:
            return await filling.fill(session, experts=experts, seed=seed)

    typer.echo("Filled." if _run(fill()) else "There are people already; nothing was changed.")


@cli.command()
def check() -> None:
    """Ask the database whether every promise is kept; any time, reads only. Leaves with 1 and names what is broken."""
    from app.core.database import begin
    from app.dispatch.promises import PROMISES, Broken, broken

    async def ask() -> list[Broken]:
        async with begin() as session:
            return await broken(session)

    found = _run(ask())
    for each in found:
        typer.echo(str(each), err=True)
    typer.echo(f"{len(PROMISES)} promises asked, {len({each.promise for each in found})} broken.")
    raise typer.Exit(1 if found else 0)


@cli.command()
def story(reference: Annotated[str, typer.Argument(help="The request's, as people say it: 26-0412")]) -> None:
    """Print everything that happened to a request, oldest first, in sentences; texts and calls as they stand."""
    from sqlalchemy import select

    from app.core.database import begin
    from app.core.places import day_and_time
    from app.core.problems import NotFound
    from app.core.text import shown_phone
    from app.desk.story import of_topic
    from app.messaging import queries
    from app.requests.intake import topic
    from app.requests.models import Request
    from app.rooms import load
    from app.web.render import DESK_ZONE

    async def read() -> list[str]:
        load()
        async with begin() as session:
            request = await session.scalar(select(Request).where(Request.reference == reference))
            if request is None:
                raise NotFound(f"There is no request {reference}.")
            lines = await of_topic(session, topic(request), limit=10_000)
            told = [(line.at, f"{line.who} {line.text}") for line in reversed(lines)]
            for sent in reversed(await queries.of_topic(session, topic(request), limit=10_000)):
                told.append((sent.at, f"  to {shown_phone(sent.number)}, {sent.in_words.lower()}: {sent.body}"))
            return [f"{day_and_time(at, DESK_ZONE)}  {words}" for at, words in sorted(told, key=lambda each: each[0])]

    for line in _run(read()):
        typer.echo(line)


@cli.command()
def settings() -> None:
    """Print every setting with its meaning; secrets are masked."""
    from pydantic import SecretStr
    from rich.console import Console
    from rich.table import Table

    from app.core.settings import Settings, get_settings

    present = get_settings()
    table = Table("Setting", "Value", "Meaning")
    for name, field in Settings.model_fields.items():
        value = getattr(present, name)
        shown = "********" if isinstance(value, SecretStr) else _without_password(str(value))
        table.add_row(f"RRT_{name.upper()}", shown, field.description or "")
    Console().print(table)


def _without_password(value: str) -> str:
    """A database address without its password."""
    import re

    return re.sub(r"(://[^:/@]+):[^@]+@", r"\1:********@", value)


@user.command("add")
def user_add(  # noqa: PLR0917 - options
    email: str,
    name: Annotated[str, typer.Option(prompt=True)],
    role: Annotated[list[str], typer.Option(help="May be given several times")],
    password: Annotated[str, typer.Option(prompt=True, confirmation_prompt=True, hide_input=True)],
    agency_id: Annotated[int | None, typer.Option(help="For a requester")] = None,
    expert_id: Annotated[int | None, typer.Option(help="For an expert")] = None,
) -> None:
    """Open an account; the first administrator is made this way."""
    from app.access import users
    from app.core.database import begin
    from app.core.jobs import job_app
    from app.rooms import load_jobs

    async def add() -> None:
        load_jobs()
        async with job_app().open_async(), begin() as session:
            await users.add(
                session, email=email, name=name, roles=role, password=password, agency_id=agency_id, expert_id=expert_id
            )

    _run(add())
    typer.echo(f"{email} can sign in.")


user.command("reset")(reset)


@expert.command("import")
def expert_import(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
    skip_bad: Annotated[bool, typer.Option("--skip-bad", help="Enter the good rows, report the others")] = False,
) -> None:
    """Enter experts from a CSV file: all or nothing, or the good ones with --skip-bad."""
    from app.core.database import begin
    from app.core.events import SYSTEM
    from app.core.jobs import job_app
    from app.experts import importing
    from app.rooms import load_jobs

    async def enter() -> tuple[int, list[importing.BadRow]]:
        load_jobs()
        async with job_app().open_async(), begin() as session:
            entered, bad = await importing.enter(session, file, skip_bad=skip_bad, by=SYSTEM)
            if bad and not skip_bad:
                await session.rollback()
                entered = 0
            return entered, bad

    entered, bad = _run(enter())
    for row in bad:
        typer.echo(f"line {row.line}: {row.why}", err=True)
    typer.echo(f"{entered} experts entered, {len(bad)} rows not.")
    raise typer.Exit(1 if bad and not skip_bad else 0)


@cli.command()
def doctor() -> None:
    """Say what is wrong with this installation's set-up, and what to do. Leaves with 1 when anything is."""
    from app.doctor import findings
    from app.rooms import load_jobs

    load_jobs()
    found = _run(findings())
    for finding in found:
        typer.echo(str(finding), err=True)
    typer.echo(f"{len(found)} findings." if found else "Nothing is wrong with the set-up.")
    raise typer.Exit(1 if found else 0)


@audit.command("verify")
def audit_verify(
    anchors: Annotated[Path | None, typer.Option(help="A file that `rrt audit anchor` wrote", exists=True)] = None,
) -> None:
    """Hash the whole log again. Leaves with 1 and names every change, gap, added line and cut tail."""
    from app.core import chain
    from app.core.database import begin
    from app.rooms import load

    async def verify() -> chain.Verdict:
        load()
        async with begin(only_reads=True) as session:
            return await chain.verify(session, chain.read_anchors(anchors) if anchors else [])

    verdict = _run(verify())
    for finding in verdict.findings:
        typer.echo(finding, err=True)
    typer.echo(f"{verdict.events} events in {verdict.chains} chains, {len(verdict.findings)} findings.")
    raise typer.Exit(1 if verdict.findings else 0)


@audit.command("anchor")
def audit_anchor(
    file: Annotated[Path | None, typer.Option(help="Add the heads that have moved to this file")] = None,
) -> None:
    """Write down the heads of the log, to be kept where nobody of this database can write."""
    from app.access import anchors
    from app.rooms import load

    load()
    typer.echo(_run(anchors.write(file)))


@cli.command()
def roles(
    app_password: Annotated[
        str | None, typer.Option(envvar="RRT_APP_PASSWORD", help="Of rrt_app; left out: kept")
    ] = None,
    report_password: Annotated[str | None, typer.Option(envvar="RRT_REPORT_PASSWORD", help="Of rrt_report")] = None,
) -> None:
    """Make the database's roles, as its owner, after each migration: rrt_app for the service, rrt_report."""
    import psycopg

    from app.core import roles as database_roles
    from app.core.settings import get_settings

    given = {database_roles.APP: app_password, database_roles.REPORT: report_password}
    with psycopg.connect(get_settings().libpq_url) as connection:
        database_roles.grant(connection, {role: password for role, password in given.items() if password})
    typer.echo("rrt_app and rrt_report are set up. Let the service sign in as rrt_app.")


def _run(work: Coroutine[Any, Any, Result]) -> Result:
    """Run a coroutine to its end and close the database's connections."""
    import asyncio

    async def whole() -> Result:
        from app.core.database import close_engine

        try:
            return await work
        finally:
            await close_engine()

    return asyncio.run(whole())


def main() -> None:
    """Run a command; what a person can mend is a sentence, not a traceback."""
    from app.core.problems import Problem, SettingsMissing

    try:
        cli()
    except SettingsMissing as missing:
        typer.echo(f"{missing}\n`rrt settings` lists all of them; .env or the environment sets them.", err=True)
        raise SystemExit(2) from None
    except Problem as problem:
        typer.echo(f"{problem.detail} {problem.fields.get('errors', '')}".strip(), err=True)
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
