"""Tables as files: CSV, XLSX, Markdown, HTML, LaTeX.

Floor 3, part of sheets: knows records of tables; must not know cases, where a
file is put or the command line.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from eppv_atlas import export
from eppv_atlas.errors import UsageError
from eppv_atlas.sheets import latex, marked, workbook
from eppv_atlas.sheets.cells import bare, bare_header
from eppv_atlas.sheets.record import Sheet

FORMS: Final = ("csv", "xlsx", "md", "html", "tex")
_BOM: Final = "\ufeff"
"""Without it Excel takes UTF-8 for the code page of the machine."""


def written(sheets: Sheet | Sequence[Sheet], form: str) -> bytes:
    """Tables in one of the FORMS.

    Parameters
    ----------
    sheets
        One table, or several: a worksheet each in XLSX, one after another in
        Markdown, HTML and LaTeX.
    form
        ``csv``, ``xlsx``, ``md``, ``html`` (a fragment, with neither script nor
        style) or ``tex`` (booktabs, for XeLaTeX with ctex).

    Returns
    -------
    bytes
        The file's content; the same for the same tables.

    Raises
    ------
    UsageError
        If there is no such form, nothing to write, or several tables for one CSV file.
    """
    held = [sheets] if isinstance(sheets, Sheet) else list(sheets)
    if form not in FORMS:
        raise UsageError(
            f"{form!r} is no form of a table; choose from {', '.join(FORMS)}",
            f"表格没有 {form!r} 这一格式；可用：{'、'.join(FORMS)}",
        )
    if not held:
        raise UsageError("there is no table to write; name a case", "没有可写的表格；请指定案例")
    if form == "xlsx":
        return workbook.written(held)
    if form == "csv":
        return _csv(held)
    one = {"md": marked.markdown, "html": marked.html, "tex": latex.table}[form]
    return "\n".join(one(sheet) for sheet in held).encode()


def _csv(sheets: Sequence[Sheet]) -> bytes:
    if len(sheets) > 1:
        raise UsageError(
            f"a CSV file holds one table, these are {len(sheets)}; take xlsx, or name one case",
            f"一个 CSV 文件只能放一张表，这里有 {len(sheets)} 张；请用 xlsx，或只指定一个案例",
        )
    sheet = sheets[0]
    heads = [bare_header(column, sheet.lang) for column in sheet.columns]
    rows = [dict(zip(heads, map(bare, row), strict=True)) for row in sheet.rows]
    return (_BOM + export.to_csv(rows, heads)).encode()
