"""`rrt user reset`: a new way to sign in for somebody who lost theirs, by whoever runs the service."""
# ruff: noqa: PLC0415 - imports are inside the commands, as in cli.py

import asyncio
from typing import Annotated

import typer


def reset(
    email: str,
    reason: Annotated[str, typer.Option(prompt="How do you know that it is them")],
    password: Annotated[bool, typer.Option("--password", help="The password is lost")] = False,
    factor: Annotated[bool, typer.Option("--factor", help="The second factor and the recovery codes are lost")] = False,
) -> None:
    """Print a code with which somebody sets a new password, or loses a lost second factor. Once, for an hour.

    For the only administrator, and for an administrator among two. The desk sees an alarm, the owner reads of it.
    """
    code = asyncio.run(_given(email, reason, password=password, factor=factor))
    typer.echo(f"Tell {email} by voice, on a number you know: {code}")
    typer.echo("It counts once, for an hour, at /sign-in/reset. Do not send it in writing.")


async def _given(email: str, reason: str, *, password: bool, factor: bool) -> str:
    from sqlalchemy import select

    from app.access import resets
    from app.access.models import User
    from app.core.database import begin, close_engine
    from app.core.jobs import job_app
    from app.core.problems import NotFound
    from app.rooms import load_jobs

    load_jobs()
    try:
        async with job_app().open_async(), begin() as session:
            user = await session.scalar(select(User).where(User.email == email.strip().lower()).with_for_update())
            if user is None:
                raise NotFound(f"There is no account {email}.")
            return await resets.give_alone(session, user, password, factor, reason)
    finally:
        await close_engine()
