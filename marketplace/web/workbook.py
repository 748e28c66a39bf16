"""A table as a workbook to hand on: every cell is text or a number, never a formula."""

from __future__ import annotations

from io import BytesIO
from typing import Any

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def workbook(title: str, note: str, heads: list[str], rows: list[list[Any]]) -> bytes:
    """An .xlsx with a title, a line of notes, a header and the rows; what people typed cannot become a formula."""
    import xlsxwriter

    held = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(held, options)
    sheet = book.add_worksheet()
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "border": 1})
    plain = book.add_format({"text_wrap": True, "valign": "top", "border": 1})
    sheet.write_string(0, 0, title, book.add_format({"bold": True, "font_size": 14}))
    sheet.write_string(1, 0, note)
    for column, head in enumerate(heads):
        sheet.write_string(3, column, head, bold)
    for number, row in enumerate(rows, 4):
        for column, value in enumerate(row):
            if isinstance(value, (int, float)):
                sheet.write_number(number, column, value, plain)
            else:
                sheet.write_string(number, column, str(value), plain)
    sheet.set_column(0, 0, 8)
    sheet.set_column(1, max(len(heads) - 1, 1), 24)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(3)
    book.close()
    return held.getvalue()
