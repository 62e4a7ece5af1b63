"""Whether this database is the one that was worked with last, or an older one of itself (reliability.md A10, R8).

A restore to a point in time, a standby that takes over and a dump loaded elsewhere all change the server's identifier
or the timeline of its log, which PostgreSQL itself counts up. A copy of the disk changes neither: that one is noticed
by whoever knows of something that this database does not (`doubt`).
"""

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock
from app.core.events import record
from app.watch.models import Epoch

SERVER = """(select s.system_identifier || '/' || left(pg_walfile_name(pg_current_wal_lsn()), 8)
  from pg_control_system() s)"""
"""The present server, as the row keeps it."""
IS_RESTORED = f"""coalesce((select e.doubted_at is not null or e.server <> {SERVER} from database_epochs e), false)"""  # noqa: S608
"""Asked by everybody who is about to send something."""


async def is_restored(session: AsyncSession) -> bool:
    """Whether nothing may be sent before `rrt reconcile` has run."""
    return bool(await session.scalar(text(f"select {IS_RESTORED}")))


async def why(session: AsyncSession) -> str:
    """What makes this database look like an older one of itself, in a sentence; "" when nothing does."""
    row = (await session.execute(text(f"select doubt, server, {SERVER} as present from database_epochs"))).one_or_none()  # noqa: S608
    if row is None or not await is_restored(session):
        return ""
    return row.doubt or f"It was worked with on server {row.server}, and is on server {row.present} now."


async def begin_with(session: AsyncSession) -> None:
    """The first worker of all notes which server it works with; later ones change nothing."""
    await session.execute(
        text(
            "insert into database_epochs (server, since)"  # noqa: S608 - our own words
            f" select {SERVER}, :now where not exists (select from database_epochs) on conflict do nothing"
        ),
        {"now": clock.now()},
    )


async def doubt(session: AsyncSession, reason: str) -> None:
    """Somebody knows of something that this database does not: nothing is sent until it is reconciled."""
    present = (await session.execute(text(f"select {SERVER}"))).scalar_one()
    made = insert(Epoch).values(server=present, since=clock.now(), doubted_at=clock.now(), doubt=reason)
    again = made.on_conflict_do_update(
        index_elements=[text("(true)")],
        set_={"doubted_at": made.excluded.doubted_at, "doubt": made.excluded.doubt},
        where=Epoch.doubted_at.is_(None),
    ).returning(Epoch.id)
    new_id = await session.scalar(again)
    if new_id is not None:
        await record(session, "database.doubted", new_id, reason=reason)


async def accept(session: AsyncSession) -> None:
    """This database is reconciled with what it did not know: it is the one to work with ("database.reconciled")."""
    await session.execute(
        text(f"update database_epochs set server = {SERVER}, since = :now, doubted_at = null, doubt = ''"),  # noqa: S608
        {"now": clock.now()},
    )
    row_id = await session.scalar(text("select id from database_epochs"))
    if row_id is not None:
        await record(session, "database.reconciled", row_id)
