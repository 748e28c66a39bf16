"""What stands in a file before anybody has judged it: values with their places, and what is wrong at a place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from marketplace.exchange.columns import Format, Sheet
from marketplace.kernel.errors import Invalid
from marketplace.kernel.i18n import best
from marketplace.kernel.i18n import gettext as _
from marketplace.kernel.text import Text, clean

MOST_PROBLEMS = 5000


@dataclass(frozen=True)
class Place:
    """Where something stands: sheet, row, column and cell in Excel, a path in JSON; ``order`` is the file's own."""

    order: tuple[int, ...] = ()
    sheet: Text = Text()
    row: int = 0
    column: Text = Text()
    cell: str = ""
    path: str = ""

    def __str__(self) -> str:
        if self.path:
            return self.path
        if not self.row:
            return _("「%(sheet)s」", sheet=best(self.sheet))
        if not self.column:
            return _("「%(sheet)s」第 %(row)s 行", sheet=best(self.sheet), row=self.row)
        return _(
            "「%(sheet)s」第 %(row)s 行「%(column)s」列（%(cell)s）",
            sheet=best(self.sheet),
            row=self.row,
            column=best(self.column),
            cell=self.cell,
        )


@dataclass(frozen=True)
class Problem:
    """What is wrong at a place, and what to do."""

    place: Place
    message: str

    def __str__(self) -> str:
        return _("%(place)s：%(message)s", place=self.place, message=self.message)


@dataclass
class Record:
    """An item, or one line that belongs to it: what is given by the names of cells, and where each stands."""

    sheet: Sheet
    given: dict[str, Any]
    where: Callable[[str], Place]
    parts: dict[str, list[Record]] = field(default_factory=dict)
    """What belongs to it, by the names of those sheets that the file has; an empty list where it says that there is none."""
    named: frozenset[str] = frozenset()
    """The columns that the file has, filled or not."""
    is_row: bool = False
    """From Excel, which turns what people type into dates and fractions."""

    def text(self, name: str) -> str:
        """What is given, as a person would have typed it."""
        return written(self.given.get(name))


@dataclass
class Contents:
    """A file, read but not judged."""

    format: Format
    records: list[Record]
    problems: list[Problem]

    def wrong(self, place: Place, message: str) -> None:
        """Note a mistake; a file of nothing but mistakes is refused before they fill the memory."""
        if len(self.problems) >= MOST_PROBLEMS:
            raise unreadable(_("这个文件几乎处处有错，多半不是导入用的。请对照格式说明。"))
        self.problems.append(Problem(place, message))


def written(value: Any) -> str:
    """A value from a cell as a person would have typed it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.10f}".rstrip("0").rstrip(".")
    if isinstance(value, (date, datetime)):
        return value.isoformat()[:10]
    return clean(str(value))


def unreadable(message: str) -> Invalid:
    """The refusal of a whole file."""
    return Invalid("file", message)
