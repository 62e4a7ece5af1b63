"""A POST sent twice has one effect: its answer is kept under its key, in the transaction of the effect itself."""

import hashlib
from typing import Annotated, Any

from fastapi import Depends, Header, Request
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse
from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock
from app.core.problems import Problem
from app.web.models import IdempotentAnswer
from app.web.session import Session


class KeyMissing(Problem):
    """Send an Idempotency-Key (any unique text), so that a repeated request makes nothing twice."""

    status = 400


class KeyReused(Problem):
    """This Idempotency-Key was used for another request."""

    status = 422


_TAKING = (
    insert(IdempotentAnswer)
    .values({name: bindparam(name) for name in ("actor", "key", "request_digest", "created_at")})
    .on_conflict_do_nothing(index_elements=["actor", "key"])
    .returning(IdempotentAnswer.id)
)
_KEPT = select(IdempotentAnswer).where(
    IdempotentAnswer.actor == bindparam("actor"), IdempotentAnswer.key == bindparam("key")
)


class Once:
    """One creating POST under its key. Ask `earlier` before the effect, give the answer to `answer` after it."""

    def __init__(self, session: AsyncSession, actor: str, key: str, request_digest: str) -> None:
        self._session, self._digest = session, request_digest
        self._mine: dict[str, Any] = {"actor": actor, "key": key}

    async def earlier(self) -> JSONResponse | None:
        """The answer already given under this key, or None and the key is ours now.

        Two at the same time: the second waits here until the first has committed, and then repeats its answer.

        Raises:
            KeyReused: the key was used with another body.
        """
        mine = self._mine | {"request_digest": self._digest, "created_at": clock.now()}
        fresh = await self._session.scalar(_TAKING, mine)
        if fresh is not None:
            return None
        kept = (await self._session.scalars(_KEPT, self._mine)).one()
        if kept.request_digest != self._digest:
            raise KeyReused
        headers = {**(kept.headers or {}), "Idempotent-Replayed": "true"}
        return JSONResponse(kept.answer, kept.status or 200, headers)

    async def answer(self, status: int, content: Any, **headers: str) -> JSONResponse:
        """Keep the answer and give it."""
        body = jsonable_encoder(content)
        kept = (await self._session.scalars(_KEPT, self._mine)).one()
        kept.status, kept.answer, kept.headers = status, body, headers
        return JSONResponse(body, status, headers)


async def once(
    request: Request,
    session: Session,
    key: Annotated[str | None, Header(alias="Idempotency-Key", max_length=200)] = None,
) -> Once:
    """The request's `Once`; the viewer was identified before."""
    if not key:
        raise KeyMissing
    viewer = getattr(request.state, "viewer", None)
    digest = hashlib.sha256(f"{request.method} {request.url.path}\n".encode() + await request.body()).hexdigest()
    return Once(session, f"user:{viewer.id}" if viewer else "anybody", key, digest)


OnlyOnce = Annotated[Once, Depends(once)]
