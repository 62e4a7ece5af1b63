"""The heads of the log's chains, written down outside of the database: to a file and to the process's own log."""

import logging
from datetime import timedelta
from pathlib import Path

from app.core import chain
from app.core.database import begin
from app.core.jobs import every
from app.core.settings import get_settings

logger = logging.getLogger(__name__)


async def write(file: Path | None) -> str:
    """Write down the heads that have moved since the last time; the sentence that says so.

    Without a file all heads are in the sentence's hash, and nothing can be looked up by it but whether it is the same.
    """
    known = chain.read_anchors(file) if file else []
    async with begin(only_reads=True) as session:
        new = await chain.anchor(session, known)
    if file and new.heads:
        with file.open("a") as lines:
            lines.write(new.line() + "\n")
    links = sum(number for number, _ in new.heads.values())
    return f"audit anchor {new.at}: {len(new.heads)} chains, up to {links} links, {chain.digest_of([*known, new])}"


@every(timedelta(minutes=30), name="audit.anchor")
async def anchor() -> None:
    """Every half hour: into the file of the settings, if there is one, and into the log."""
    logger.info(await write(get_settings().audit_anchors))
