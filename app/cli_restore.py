"""`rrt backup`, `rrt restore`, `rrt reconcile`: bringing it back."""
# ruff: noqa: PLC0415 - imports are inside the commands, as in cli.py

import asyncio
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from app.restoring.reconcile import Outcome


def backup(
    folder: Annotated[Path, typer.Argument(help="Where backups are put; RRT_BACKUPS", envvar="RRT_BACKUPS")],
    address: Annotated[
        str | None, typer.Option(envvar="RRT_BACKUP_URL", help="Of a role that may replicate; else RRT_DATABASE_URL")
    ] = None,
    keep: Annotated[int, typer.Option(help="How many to keep, this one included; 0: all")] = 0,
) -> None:
    """Take a base backup, and check it; a restore begins with one and goes on along the archived log."""
    from app.core.settings import get_settings
    from app.restoring import backups

    address = address or get_settings().libpq_url
    server = backups.look(address)
    if not server.archives:
        typer.echo("The server does not archive its log: a restore can only go back to this backup itself.", err=True)
    elif server.failed:
        typer.echo(f"{server.failed} pieces of the log could not be archived; the server's log says why.", err=True)
    try:
        typer.echo(f"{backups.take(address, folder, keep=keep)} is whole.")
    except backups.BackupFailed as reason:
        typer.echo(str(reason), err=True)
        raise typer.Exit(1) from None


def restore(
    data: Annotated[Path, typer.Argument(help="The data folder to make; empty, or not there")],
    backups_in: Annotated[Path, typer.Option("--from", help="The folder of the backups", envvar="RRT_BACKUPS")],
    archive: Annotated[Path, typer.Option(help="The folder with the archived log", exists=True, file_okay=False)],
    until: Annotated[str | None, typer.Option(help="2026-11-23T17:04:30Z; left out: as far as the log goes")] = None,
) -> None:
    """Lay a backup out so that PostgreSQL, started on it, comes back as it was at a moment."""
    from app.restoring import backups

    moment = _moment(until)
    try:
        chosen = backups.latest(backups_in, moment)
        backups.lay_out(chosen, data, archive, moment)
    except backups.BackupFailed as reason:
        typer.echo(str(reason), err=True)
        raise typer.Exit(1) from None
    typer.echo(
        f"{data} is {chosen.name}, to be played up to {moment.isoformat() if moment else 'the end of the log'}.\n"
        "Give it to PostgreSQL's own user, start PostgreSQL on it, then: rrt migrate, rrt reconcile, and the workers."
    )


def _moment(said: str | None) -> datetime | None:
    if said is None:
        return None
    try:
        moment = datetime.fromisoformat(said)
    except ValueError:
        raise typer.BadParameter("write it like 2026-11-23T17:04:30Z", param_hint="--until") from None
    if moment.tzinfo is None:
        raise typer.BadParameter("the zone is missing: 2026-11-23T17:04:30Z", param_hint="--until")
    return moment


def reconcile(
    anyway: Annotated[bool, typer.Option("--anyway", help="It looks the same, and is not: a copy of a disk")] = False,
) -> None:
    """Bring a restored database up to what the carrier knows, before any worker works. Nothing is sent until then."""
    outcome = asyncio.run(_whole(anyway=anyway))
    if outcome is None:
        typer.echo("This database is the one that was worked with last. Nothing was done.")
        return
    typer.echo(table(outcome))
    raise typer.Exit(0 if outcome.is_clean else 3)


async def _whole(*, anyway: bool) -> "Outcome | None":
    from app.core.database import begin, close_engine
    from app.restoring import reconcile as reconciling
    from app.rooms import load_jobs
    from app.watch import epochs

    load_jobs()
    from app.core.jobs import job_app

    try:
        async with job_app().open_async(), begin() as session:
            await epochs.begin_with(session)
            if anyway:
                await epochs.doubt(session, "Somebody said so: rrt reconcile --anyway.")
        async with begin() as session:
            if not await epochs.is_restored(session):
                return None
        return await reconciling.run_when_free()
    finally:
        await close_engine()


def table(outcome: "Outcome") -> str:
    """What was found and done, a line each."""
    lines = {
        "read the carrier's record since": outcome.since.strftime("%Y-%m-%d %H:%M:%SZ"),
        "our texts in it": outcome.texts,
        "known here": outcome.known,
        "waiting here, sent before: taken over, not sent again": outcome.taken_over,
        "questions never asked here, decisions never taken: as they were": outcome.asked_before,
        "not explained: an alarm for the desk each": len(outcome.unexplained),
        "people's texts in it": outcome.answers,
        "never read before, read now": outcome.read,
        "calls that this database does not know: an alarm each": len(outcome.calls),
    }
    width = max(len(name) for name in lines)
    told = [outcome.why, *(f"{name:<{width}}  {value}" for name, value in lines.items())]
    told.append(
        "Nothing is left to look at: what waits goes out as soon as a worker runs." if outcome.is_clean
        else "Everything waits: look at the alarms on the board, then press Release the texts."
    )  # fmt: skip
    return "\n".join(told)
