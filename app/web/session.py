"""One transaction for one request, committed before the answer leaves."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.database import begin

SAFE = frozenset({"GET", "HEAD"})


async def transaction(request: Request) -> AsyncIterator[AsyncSession]:
    """The request's transaction; a raise rolls it back. Of a GET the database refuses every change (R25).

    Of an agency's the database shows its own requests only, whatever a query forgets (R12): who asks is known before
    the first statement, because a door's permission is a dependency.
    """

    def fence() -> int | None:
        viewer = getattr(request.state, "viewer", None)
        return viewer.fence if viewer else None

    async with begin(only_reads=request.method in SAFE, fence=fence) as session:
        yield session


# With FastAPI's default scope the commit would come after the answer: a client could read 200 of what never happened.
Session = Annotated[AsyncSession, Depends(transaction, scope="function")]
