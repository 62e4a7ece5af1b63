"""Papers that experts send themselves: kept in the database, known by their first bytes, decided by the desk."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import clock
from app.core.events import Actor, record
from app.core.problems import Conflict, Invalid, NotFound
from app.experts import credentials
from app.experts.models import Credential, Expert, PaperState, SentPaper
from app.experts.schemas import CredentialIn
from app.experts.taxonomy import CLINICAL, MANDATORY

LARGEST = 1_500_000
"""Bytes; the database refuses more."""
KINDS = tuple(sorted(MANDATORY | CLINICAL))
"""What may be sent."""
BEGINNINGS = {b"%PDF-": "application/pdf", b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}
"""First bytes to what the file is, whatever its name says."""
ENDINGS = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}
WAITING_AT_ONCE = 5


async def send(session: AsyncSession, expert: Expert, form: CredentialIn, content: bytes, *, by: Actor) -> SentPaper:
    """Keep a paper for the desk ("expert.paper_sent"). Nothing about readiness changes before a person has looked.

    Raises:
        Invalid: not a kind we take, not a PDF or picture, too large, or over already.
    """
    errors = {}
    content_type = next((kind for begins, kind in BEGINNINGS.items() if content.startswith(begins)), None)
    if form.kind not in KINDS:
        errors["kind"] = "Choose what it is."
    elif form.kind in CLINICAL and form.state is None:
        errors["state"] = "A licence is valid in one state: say in which."
    if form.expires_on is not None and form.expires_on < clock.now().date():
        errors["expires_on"] = "This day is over already."
    if len(content) > LARGEST:
        errors["file"] = "This file is larger than 1.5 MB. Take a smaller picture of it."
    elif content_type is None:
        errors["file"] = "Choose a PDF, or a picture (JPEG or PNG)."
    if len([one for one in await of_expert(session, expert.id) if one.state is PaperState.SENT]) >= WAITING_AT_ONCE:
        errors["file"] = "The desk has not looked at your last papers yet."
    if errors:
        raise Invalid(errors=errors)
    paper = SentPaper(
        expert_id=expert.id, kind=form.kind, place=form.state, expires_on=form.expires_on, content_type=content_type,
        content=content, state=PaperState.SENT, sent_at=clock.now(),
    )  # fmt: skip
    session.add(paper)
    await session.flush()
    await record(session, "expert.paper_sent", expert.id, by=by, paper=paper.id)
    return paper


async def of_expert(session: AsyncSession, expert_id: int) -> Sequence[SentPaper]:
    """What an expert sent, the newest first."""
    query = select(SentPaper).where(SentPaper.expert_id == expert_id).order_by(SentPaper.id.desc()).limit(20)
    return (await session.scalars(query)).all()


async def waiting(session: AsyncSession) -> list[tuple[SentPaper, Expert]]:
    """What the desk has not looked at, the oldest first."""
    query = select(SentPaper, Expert).join(Expert, Expert.id == SentPaper.expert_id)
    rows = await session.execute(query.where(SentPaper.state == PaperState.SENT).order_by(SentPaper.id).limit(100))
    return [(paper, expert) for paper, expert in rows]


async def find(session: AsyncSession, paper_id: int, *, lock: bool = False) -> SentPaper:
    """One paper.

    Raises:
        NotFound: none.
    """
    query = select(SentPaper).where(SentPaper.id == paper_id)
    paper = await session.scalar(query.with_for_update() if lock else query)
    if paper is None:
        raise NotFound
    return paper


async def decide(session: AsyncSession, paper: SentPaper, *, is_good: bool, by: Actor) -> None:
    """A person has looked: a good one becomes, or renews, a verified credential.

    Raises:
        Conflict: it was decided before.
    """
    if paper.state is not PaperState.SENT:
        raise Conflict("Somebody has decided this already.")
    paper.state = PaperState.ACCEPTED if is_good else PaperState.REFUSED
    paper.decided_at, paper.decided_by = clock.now(), by.name
    if is_good:
        expert = await session.get_one(Expert, paper.expert_id)
        mine = (Credential.expert_id == expert.id, Credential.kind == paper.kind)
        known = await session.scalar(
            select(Credential).where(*mine, Credential.state.is_not_distinct_from(paper.place))
        )
        if known is None:
            form = CredentialIn(kind=paper.kind, state=paper.place, expires_on=paper.expires_on)
            known = await credentials.add(session, expert, form, by=by)
        else:
            await credentials.renew(session, known, paper.expires_on, by=by)
        await credentials.verify(session, known, by=by)
    await session.flush()
    await record(session, "expert.paper_decided", paper.expert_id, by=by, paper=paper.id, is_good=is_good)
