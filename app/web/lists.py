"""Lists in pages of bounded size, and the version that guards an edit."""

import base64
import re
from collections.abc import Callable, Sequence
from typing import Annotated, Generic, TypeVar

from fastapi import Depends, Header, Query, Response
from pydantic import BaseModel

from app.core.problems import Changed, Invalid, Problem

Item = TypeVar("Item")
RowType = TypeVar("RowType")


class Paged(BaseModel, Generic[Item]):
    """One page of a list; `next` goes into `?after=` for the one that follows, and is null at the end."""

    items: list[Item]
    next: str | None = None


class PageAsked(BaseModel):
    """Which page was asked for."""

    limit: int
    before_id: int | None

    def paged(
        self, rows: Sequence[RowType], id_of: Callable[[RowType], int], out: Callable[[RowType], Item]
    ) -> Paged[Item]:
        """The page of `rows`, which were asked for one more than the limit, so that the end is known."""
        kept = rows[: self.limit]
        more = len(rows) > self.limit
        return Paged[Item](items=[out(row) for row in kept], next=_cursor(id_of(kept[-1])) if more else None)


def _cursor(last_id: int) -> str:
    return base64.urlsafe_b64encode(str(last_id).encode()).decode()


def page_asked(
    limit: Annotated[int, Query(ge=1, le=200)] = 50, after: Annotated[str | None, Query(max_length=64)] = None
) -> PageAsked:
    """Read `?limit=` and `?after=`."""
    try:
        before_id = int(base64.urlsafe_b64decode(after)) if after else None
    except ValueError:
        raise Invalid(errors={"after": "Use the `next` of the page before."}) from None
    return PageAsked(limit=limit, before_id=before_id)


Page = Annotated[PageAsked, Depends(page_asked)]


class VersionMissing(Problem):
    """Say which version you saw: send its ETag in If-Match."""

    status = 428


ETAG = re.compile(r'(?:W/)?"?([0-9]{1,18})"?')


def set_etag(response: Response, version: int) -> None:
    """Tell the reader which version this is."""
    response.headers["ETag"] = f'"{version}"'


def if_match(header: Annotated[str | None, Header(alias="If-Match")] = None) -> int:
    """The version the editor saw.

    Raises:
        VersionMissing: no If-Match.
        Changed: not a version of ours.
    """
    if header is None:
        raise VersionMissing
    version = ETAG.fullmatch(header.strip())
    if version is None:
        raise Changed
    return int(version[1])


IfMatch = Annotated[int, Depends(if_match)]


def check_version(seen: int, present: int) -> None:
    """Refuse an edit of something that has moved on.

    Raises:
        Changed: the editor saw another version.
    """
    if seen != present:
        raise Changed(version=present)
