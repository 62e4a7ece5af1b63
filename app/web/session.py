"""One transaction for one request, committed before the answer leaves."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.database import begin

SAFE = frozenset({"GET", "HEAD"})


async def transaction(request: Request) -> AsyncIterator[AsyncSession]:
    """The request's transaction; a raise rolls it back. Of a GET the database refuses every change (R25)."""
    async with begin(only_reads=request.method in SAFE) as session:
        yield session


# With FastAPI's default scope the commit would come after the answer: a client could read 200 of what never happened.
Session = Annotated[AsyncSession, Depends(transaction, scope="function")]
