"""CSV that a spreadsheet shows and never runs (reliability.md R28)."""

import csv
import io
from collections.abc import Iterable, Sequence

from fastapi.responses import Response

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a spreadsheet takes for the beginning of a formula, full-width forms included."""


def cell(value: object) -> str:
    """A value as text; what could begin a formula gets an apostrophe before it. Numbers of ours stay numbers."""
    said = "" if value is None else str(value)
    if isinstance(value, int | float):
        return said
    return f"'{said}" if said.startswith(FORMULA) else said


def csv_answer(name: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """A file to be saved: a line of names, then a line a row."""
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(head)
    writer.writerows([cell(value) for value in row] for row in rows)
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return Response(text.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)
