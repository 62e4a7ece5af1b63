"""HTTP API: what an agency sends along with a request: the signature, letters of support."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, File, Response, UploadFile
from pydantic import BaseModel, ConfigDict, Field

from app.access.viewer import MayReadRequests
from app.requests import letters, queries, signing
from app.requests.form_pages import Writer
from app.requests.sent_models import LARGEST_LETTER, Authority, Letter, LetterKind, Signature
from app.requests.sent_pages import LARGEST_FORM, LetterLookedAt, OwnRequest, download
from app.web.given import Body
from app.web.session import Session

router = APIRouter(prefix="/api/v1/requests/{reference}", tags=["requests"])


class SignatureIn(Body):
    """The statements of the form, signed."""

    model_config = ConfigDict(str_strip_whitespace=True)

    name: str = Field(min_length=1, max_length=200, description="Typed by the person who signs")
    authority: Authority


class SignatureOut(SignatureIn):
    """Who signed, and when."""

    model_config = ConfigDict(from_attributes=True)

    at: datetime
    statements: str


class LetterOut(BaseModel):
    """A letter of support, without what is in it."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    name: str
    kind: LetterKind
    size: int
    sha256: str
    at: datetime


@router.get("/signature")
async def read_signature(reference: str, session: Session, viewer: MayReadRequests) -> SignatureOut | None:
    """The signature under a request; null if there is none yet."""
    row = await queries.find(session, viewer, reference)
    signature = await signing.of_request(session, row.id)
    return SignatureOut.model_validate(signature) if signature else None


@router.put("/signature", response_model=SignatureOut)
async def sign(form: SignatureIn, session: Session, viewer: Writer, row: OwnRequest) -> Signature:
    """Sign the statements. They are signed once."""
    return await signing.sign(session, row, signing.Signed(form.name, form.authority), by=viewer.actor)


@router.get("/letters", response_model=list[LetterOut])
async def list_letters(reference: str, session: Session, viewer: MayReadRequests) -> list[Letter]:
    """The letters of support."""
    row = await queries.find(session, viewer, reference)
    return list(await letters.of_request(session, row.id))


@router.post("/letters", status_code=201, response_model=LetterOut, max_body_size=LARGEST_FORM)
async def add_letter(
    letter: Annotated[UploadFile, File(description="PDF, JPEG, PNG or Word, up to 10 MB")],
    viewer: Writer,
    harmful: LetterLookedAt,
    session: Session,
    row: OwnRequest,
) -> Letter:
    """Send a letter of support along. The same one twice is one letter."""
    if harmful is not None:
        raise harmful
    kept = await letters.add(
        session, row, letter.filename or "", await letter.read(LARGEST_LETTER + 1), by=viewer.actor
    )
    await session.flush()
    return kept


@router.get("/letters/{letter_id}", response_class=Response)
async def read_letter(reference: str, letter_id: int, session: Session, viewer: MayReadRequests) -> Response:
    """One letter, as it was uploaded."""
    row = await queries.find(session, viewer, reference)
    return download(await letters.find(session, row, letter_id))


@router.delete("/letters/{letter_id}", status_code=204)
async def take_back(letter_id: int, session: Session, viewer: Writer, row: OwnRequest) -> None:
    """Delete a letter, with everything in it."""
    await letters.take_back(session, row, letter_id, by=viewer.actor)
