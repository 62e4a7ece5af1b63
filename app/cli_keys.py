"""`rrt keys`: the keys that personal data and the secrets of authenticator apps are sealed with."""
# ruff: noqa: PLC0415 - imports are inside the commands, as in cli.py

from collections.abc import Coroutine
from typing import Any, TypeVar

import typer

Result = TypeVar("Result")
keys = typer.Typer(help="The keys that personal data and second factors are sealed with.", no_args_is_help=True)


@keys.command("check")
def check() -> None:
    """Open every sealed value and say which keys sealed how many. Leaves with 1 when one cannot be opened."""
    from app.access import resealing
    from app.core import rekeying, sealing

    async def look() -> bool:
        apps = await resealing.look()
        is_whole = not apps.unopened
        typer.echo(f"{resealing.WHAT}: {_told_of_apps(apps)}", err=bool(apps.unopened))
        for column in rekeying.sealed_columns():
            found = await rekeying.look(column)
            is_whole &= not found.unopened
            typer.echo(f"{column}: {_told(found, sealing.keyring().generation)}", err=bool(found.unopened))
        return is_whole

    raise typer.Exit(0 if _run(look()) else 1)


def _told(found: Any, newest: str) -> str:
    older = sum(found.generations.values()) - found.generations.get(newest, 0)
    words = f"{found.generations.get(newest, 0)} sealed with the newest keys"
    words += f", {older} with older ones" if older else ""
    return words + (f", {found.unopened} cannot be opened (rows {found.rows})" if found.unopened else "")


def _told_of_apps(found: Any) -> str:
    words = f"{found.newest} sealed with the present secret key"
    words += f", {found.older} with the one before" if found.older else ""
    rows = found.unopened
    return words + (f", {len(rows)} cannot be opened (rows {rows[:5]})" if rows else "")


@keys.command("rotate")
def rotate() -> None:
    """Seal anew what older keys have sealed, while the service runs. Stopped half-way, the next run goes on."""
    from app.access import resealing
    from app.core import rekeying

    async def all_of_them() -> int:
        changed = await resealing.rotate()
        if changed:
            typer.echo(f"{resealing.WHAT}: {changed} sealed anew")
        for column in rekeying.sealed_columns():
            more = await rekeying.rotate(column)
            if more:
                typer.echo(f"{column}: {more} sealed anew")
            changed += more
        return changed

    changed = _run(all_of_them())
    typer.echo(f"{changed} values sealed anew. The old keys may go." if changed else "Everything has the newest keys.")


def _run(work: Coroutine[Any, Any, Result]) -> Result:
    """Load all tables, do the work, close the connections; a lost key is a sentence."""
    import asyncio

    from app.access import vault
    from app.core.database import close_engine
    from app.core.sealing import Unsealable
    from app.rooms import load

    async def whole() -> Result:
        try:
            return await work
        finally:
            await close_engine()

    load()
    try:
        return asyncio.run(whole())
    except (Unsealable, vault.Unsealable) as lost:
        typer.echo(str(lost), err=True)
        raise typer.Exit(1) from None
