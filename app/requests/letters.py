"""Letters of support: what is taken and what is refused, and who gave it. What a file is, its content says."""

import hashlib
import io
import re
import zipfile
from collections.abc import Sequence
from pathlib import PurePosixPath, PureWindowsPath

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from app.core.clock import clock
from app.core.events import Actor, record
from app.core.problems import Conflict, Invalid, NotFound
from app.requests.intake import topic
from app.requests.models import Request
from app.requests.sent_models import LARGEST_LETTER, Letter, LetterKind
from app.requests.states import ENDED
from app.web.languages import N_

MOST = 5
"""Letters of one request."""
MEDIA = {
    LetterKind.PDF: "application/pdf",
    LetterKind.JPEG: "image/jpeg",
    LetterKind.PNG: "image/png",
    LetterKind.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
"""Kind to media type."""
ENDINGS = {"pdf": LetterKind.PDF, "jpg": LetterKind.JPEG, "jpeg": LetterKind.JPEG, "png": LetterKind.PNG,
           "docx": LetterKind.DOCX}  # fmt: skip
"""What a name's ending claims."""
NONE = N_("Choose a file first.")
EMPTY = N_("This file is empty. Choose another.")
TOO_LARGE = N_("This file is larger than 10 MB. Scan it smaller, or send a photo of it.")
NOT_A_LETTER = N_("This is no PDF, JPEG, PNG or Word file, whatever its name says. Save it as one of these.")
NOT_AS_NAMED = N_("The file's name says another kind of file than it is. Save it again, and choose it anew.")
WITH_MACROS = N_("This Word file holds a program (a macro). Save it as a PDF, and send that.")


def kind_of(content: bytes) -> LetterKind | None:
    """What a file is by its first bytes, for a Word file by what is in it; None if it is nothing we take."""
    if content.startswith(b"%PDF-"):
        return LetterKind.PDF
    if content.startswith(b"\xff\xd8\xff"):
        return LetterKind.JPEG
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return LetterKind.PNG
    return LetterKind.DOCX if "word/document.xml" in _inside(content) else None


def _inside(content: bytes) -> frozenset[str]:
    """Names of what a packed file holds; only its list is read, nothing is unpacked."""
    if not content.startswith(b"PK\x03\x04"):
        return frozenset()
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            names = frozenset(packed.namelist())
    except (zipfile.BadZipFile, ValueError, OSError):
        return frozenset()
    return names if "[Content_Types].xml" in names else frozenset()


def checked(name: str, content: bytes) -> LetterKind:
    """The kind of a file that may be kept.

    Raises:
        Invalid: empty, too large, not what it claims, or nothing we take; `errors` says it beside the field.
    """
    kind = kind_of(content)
    ending = name.rpartition(".")[2].lower()
    if not content:
        reason = EMPTY
    elif len(content) > LARGEST_LETTER:
        reason = TOO_LARGE
    elif kind is None:
        reason = NOT_A_LETTER
    elif ENDINGS.get(ending, kind) is not kind:
        reason = NOT_AS_NAMED
    elif kind is LetterKind.DOCX and any(inner.endswith("vbaProject.bin") for inner in _inside(content)):
        reason = WITH_MACROS
    else:
        return kind
    raise Invalid(errors={"letter": reason})


def own_name(name: str) -> str:
    """A file's name without folders and without what could mean something to a computer."""
    last = PurePosixPath(PureWindowsPath(name).name).name
    return re.sub(r"[^\w .()-]", "_", last).strip(" .")[-120:] or "letter"


async def add(session: AsyncSession, request: Request, name: str, content: bytes, *, by: Actor) -> Letter:
    """Keep a letter; the same one twice is one letter. The request is locked.

    Raises:
        Invalid: it is not something we take; `errors` says why.
        Conflict: the request has ended, or has letters enough.
    """
    kind, sha256 = checked(name, content), hashlib.sha256(content).hexdigest()
    if request.state in ENDED:
        raise Conflict(N_("This request has ended; it takes no letter any more."))
    same = (Letter.request_id == request.id) & (Letter.sha256 == sha256)
    if (known := await session.scalar(select(Letter).where(same))) is not None:
        return known
    count = await session.scalar(select(func.count()).select_from(Letter).where(Letter.request_id == request.id))
    if (count or 0) >= MOST:
        raise Conflict(N_("There are five letters already. Take one back first."))
    letter = Letter(
        request_id=request.id, by_id=by.id, at=clock.now(), name=own_name(name), kind=kind, size=len(content),
        sha256=sha256, content=content,
    )  # fmt: skip
    session.add(letter)
    await record(session, "request.letter_added", request.id, topic=topic(request), by=by, letter=kind)
    return letter


async def of_request(session: AsyncSession, request_id: int) -> Sequence[Letter]:
    """The letters of a request, the oldest first, without what is in them."""
    return (await session.scalars(select(Letter).where(Letter.request_id == request_id).order_by(Letter.id))).all()


async def find(session: AsyncSession, request: Request, letter_id: int) -> Letter:
    """One letter with what is in it.

    Raises:
        NotFound: no letter of this request.
    """
    mine = select(Letter).where(Letter.id == letter_id, Letter.request_id == request.id)
    letter = await session.scalar(mine.options(undefer(Letter.content)))
    if letter is None:
        raise NotFound
    return letter


async def take_back(session: AsyncSession, request: Request, letter_id: int, *, by: Actor) -> None:
    """Delete a letter, with everything in it: it may hold what should not have been sent."""
    await session.delete(await find(session, request, letter_id))
    await record(session, "request.letter_taken_back", request.id, topic=topic(request), by=by)
