"""The figures of a quarter as an Excel file. Words are written as words, so that no cell is ever a formula."""

import io
from collections.abc import Iterable, Sequence

from fastapi.responses import Response

KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WIDTHS = (12, 58, 10, 14, 16, 14, 14)


def workbook(title: str, head: Sequence[str], rows: Iterable[Sequence[object]], notes: Sequence[str]) -> bytes:
    """A file with the table, and a sheet that says what it is."""
    import xlsxwriter  # noqa: PLC0415 - loaded where it is used

    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(file, options)
    book.set_properties({"title": title})
    bold, number = book.add_format({"bold": True}), book.add_format({"num_format": "#,##0.###"})
    sheet = book.add_worksheet("Figures")
    sheet.freeze_panes(1, 0)
    for column, (name, width) in enumerate(zip(head, WIDTHS, strict=True)):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, name, bold)
    last = 0
    for last, row in enumerate(rows, start=1):
        for column, value in enumerate(row):
            if isinstance(value, int | float) and not isinstance(value, bool):
                sheet.write_number(last, column, value, number)
            else:
                sheet.write_string(last, column, str(value))
    sheet.autofilter(0, 0, last, len(head) - 1)
    about = book.add_worksheet("About")
    about.set_column(0, 0, 100)
    for line, words in enumerate((title, *notes)):
        about.write_string(line, 0, words, bold if line == 0 else None)
    book.close()
    return file.getvalue()


def excel_answer(name: str, body: bytes) -> Response:
    """A file to be saved."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return Response(body, media_type=KIND, headers=headers)
