"""`rrt purge`: the end of what was kept long enough."""
# ruff: noqa: PLC0415 - imports are inside the command, as in cli.py

import asyncio
from typing import Annotated

import typer


def purge(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go")] = False,
) -> None:
    """Delete or empty what was kept long enough and no legal hold keeps; the worker does it once a day."""
    typer.echo(asyncio.run(_whole(dry_run=dry_run)))


async def _whole(*, dry_run: bool) -> str:
    from app.core.database import begin, close_engine
    from app.core.jobs import job_app
    from app.privacy import purging
    from app.rooms import load_jobs

    load_jobs()
    try:
        if dry_run:
            async with begin(only_reads=True) as session:
                found = await purging.due(session)
            lines = [
                f"{one.rule.name}: {one.due} due, {one.held} held ({one.rule.says}, {one.days} days)" for one in found
            ]
            return "\n".join([*lines, f"{sum(one.due for one in found)} rows would go. Nothing was changed."])
        async with job_app().open_async():
            gone = await purging.purge()
    finally:
        await close_engine()
    lines = [f"{name}: {rows}" for name, rows in gone.items() if rows]
    return "\n".join([*lines, f"{sum(gone.values())} rows went."])
