"""Files that people send are shown to clamd before anything of them is kept, where an installation has one.

Its own protocol (`man clamd`, INSTREAM): the command, the file in pieces with their lengths, a length of nothing, and
one line back. A file that could not be looked at is not taken: what is kept is handed out again.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import Depends, Request
from starlette.datastructures import UploadFile

from app.core.problems import Invalid, Problem
from app.core.settings import get_settings
from app.web.languages import N_

logger = logging.getLogger(__name__)
PIECE = 256 * 1024
"""Bytes sent at once; clamd refuses pieces above its StreamMaxLength, 25 MB by itself."""
PATIENCE_S = 20.0
AWAY = (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError)
"""It is not there, does not answer in time, or ends in the middle of what it says."""
INFECTED = N_("Our virus scanner found something harmful in this file. Nothing of it was kept.")
UNSEEN = N_(
    "Our virus scanner does not answer, so we cannot take a file now. Try again in some minutes, or call the desk."
)


class Infected(Invalid):
    """The virus scanner found something harmful in a file. Nothing of it was kept."""


class NotLookedAt(Problem):
    """The virus scanner does not answer, so no file can be taken now. Nothing was kept."""

    status = 503


@asynccontextmanager
async def _line() -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A connection to clamd: a path, or a host and a port."""
    where = get_settings().clamd
    if where.startswith("/"):
        reader, writer = await asyncio.open_unix_connection(where)
    else:
        host, _, port = where.rpartition(":")
        reader, writer = await asyncio.open_connection(host.strip("[]"), int(port))
    try:
        yield reader, writer
    finally:
        writer.close()


async def _asked(command: bytes, content: bytes | None = None) -> str:
    """What clamd answers.

    Raises:
        AWAY: one of these.
    """
    async with asyncio.timeout(PATIENCE_S), _line() as (reader, writer):
        writer.write(b"z" + command + b"\0")
        for start in range(0, len(content or b""), PIECE):
            piece = (content or b"")[start : start + PIECE]
            writer.write(len(piece).to_bytes(4) + piece)
            await writer.drain()
        if content is not None:
            writer.write(bytes(4))
        await writer.drain()
        return (await reader.readuntil(b"\0"))[:-1].decode(errors="replace")


async def answers() -> bool:
    """Whether clamd is there, for `rrt doctor`."""
    try:
        return await _asked(b"PING") == "PONG"
    except AWAY:
        return False


async def look(content: bytes, field: str) -> Problem | None:
    """What is wrong with a file that came in a form's `field`: None where nothing is, or nobody is there to look."""
    if not get_settings().clamd:
        return None
    try:
        heard = await _asked(b"INSTREAM", content)
    except AWAY as error:
        heard = type(error).__name__
    if heard == "stream: OK":
        return None
    if heard.startswith("stream: ") and heard.endswith(" FOUND"):
        logger.warning("a file was refused: %s", heard.removeprefix("stream: "))
        return Infected(errors={field: INFECTED})
    logger.error("clamd does not look at files: %s", heard[:200])
    return NotLookedAt(UNSEEN)


def said(problem: Problem, field: str) -> str:
    """The sentence beside the field."""
    return str(problem.fields.get("errors", {}).get(field, problem.detail))


def looked_at(field: str, most: int) -> Any:
    """What is wrong with the file of a form's `field`: a dependency, after the permission, before the first query.

    A file of more than `most` bytes is not shown: the door refuses it for its size.
    """

    async def look_at(request: Request) -> Problem | None:
        file = (await request.form()).get(field)
        if not isinstance(file, UploadFile) or not file.size or file.size > most:
            return None
        content = await file.read()
        await file.seek(0)
        return await look(content, field)

    return Depends(look_at)
