"""Entries of a ledger in files: CSV and JSON read, CSV, JSON and XLSX written.

CSV is read as spreadsheets write it: UTF-8 with or without its mark, GBK,
UTF-16; commas, semicolons or tabs; column names in English or Chinese. What is
written can be read again and then gives the same bytes.

Floor 3½, part of running: knows files and rows of texts; must not know books,
rules or the command line.
"""

from __future__ import annotations

import codecs
import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from eppv_atlas import export
from eppv_atlas.accounts.entries import Brought, Entry, Fault, problems
from eppv_atlas.accounts.state import MOST_FAULTS
from eppv_atlas.errors import DataError, Problem, UsageError, printable
from eppv_atlas.ledgers import Column, Ledger
from eppv_atlas.schemes.ledger import rows

FORMS: Final = ("csv", "json", "xlsx")
MAX_BYTES: Final = 256_000_000
MAX_ENTRIES: Final = 1_000_000
_AMOUNTS: Final = frozenset({"amount", "price", "total"})
_EXACT_DIGITS: Final = 15
"""So many digits a spreadsheet keeps."""


def read(path: Path, unit: str = "") -> Brought:
    """Read entries from a CSV or JSON file.

    Parameters
    ----------
    path
        The file; what begins with ``[`` is JSON.
    unit
        Unit of account that its rows must name, if they name one; empty where any will do.

    Raises
    ------
    UsageError
        If the file cannot be read or is too large.
    DataError
        If it is no table of entries; names every problem with its line.
    """
    file = str(path)
    text = _text(_content(path), file)
    found = _json(text, file) if text.lstrip()[:1] == "[" else _csv(text, file)
    entries: list[Entry] = []
    lines: list[int] = []
    faults: list[Fault] = []
    for at, (line, cells) in enumerate(found):
        if at >= MAX_ENTRIES:
            raise _refused(
                file,
                line,
                "too-many",
                f"has more than {MAX_ENTRIES:,} entries",
                f"分录超过 {MAX_ENTRIES:,} 笔",
            )
        unit = unit or rows.unit(cells.get("unit", ""))
        lines.append(line)
        made, wrong = rows.entry(cells, unit, at)
        faults += wrong
        if made is not None:
            entries.append(made)
        if len(faults) >= MOST_FAULTS:
            break
    if faults:
        raise DataError(problems(faults, printable(file), lines))
    return Brought(file, unit, tuple(entries), tuple(lines))


def written(entries: Sequence[Entry], unit: str, form: str, citation: str) -> bytes:
    """Entries in one of the FORMS; the same bytes for the same entries.

    Parameters
    ----------
    entries
        Entries in order.
    unit
        Unit of account.
    form
        ``csv``, ``json`` or ``xlsx``.
    citation
        What the entries are of; stands in the spreadsheet.
    """
    columns = tuple(Column(name, "text", zh, en) for name, (zh, en) in rows.COLUMNS.items())
    made = [rows.row(entry, unit) for entry in entries]
    if form == "xlsx":
        return export.written(Ledger("entries", columns, tuple(map(_sheet_row, made))), form, citation)
    return export.written(Ledger("entries", columns, tuple(made)), form, citation)


def _sheet_row(row: dict[str, str]) -> dict[str, Any]:
    """Numbers as numbers where a spreadsheet keeps them exactly."""
    return {
        name: _number(value) if name in _AMOUNTS and value else value or None for name, value in row.items()
    }


def _number(value: str) -> float | int | str:
    exact = Decimal(value)
    if len(exact.as_tuple().digits) > _EXACT_DIGITS:
        return value
    return int(exact) if exact == exact.to_integral_value() else float(exact)


def _content(path: Path) -> bytes:
    try:
        if not path.is_file():
            raise UsageError(f"there is no file {path}", f"没有文件 {path}")
        if path.stat().st_size > MAX_BYTES:
            raise UsageError(
                f"{path} is larger than {MAX_BYTES // 1_000_000} MB",
                f"{path} 超过 {MAX_BYTES // 1_000_000} MB",
            )
        return path.read_bytes()
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "?"
        raise UsageError(f"{path} cannot be read: {why}", f"{path} 无法读取：{why}") from None


def _text(raw: bytes, file: str) -> str:
    """Text of a file, by its mark or by what its bytes allow."""
    known = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    for encoding in ("utf-16",) if raw.startswith(known) else ("utf-8-sig", "gb18030"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" in text:
            break
        return text
    raise _refused(
        file,
        0,
        "encoding",
        "is no text in UTF-8, GBK or UTF-16; save it as CSV",
        "不是 UTF-8、GBK 或 UTF-16 文本；请另存为 CSV",
    )


def _csv(text: str, file: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Rows of a delimited text with the line on which each begins."""
    head = text[:4000].partition("\n")[0]
    mark = max(",;\t", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True)
    columns: list[str] = []
    line = 1
    try:
        for cells in reader:
            here, line = line, reader.line_num + 1
            if not any(cell.strip() for cell in cells):
                continue
            if not columns:
                columns = _columns(cells, file, here)
                continue
            if len(cells) > len(columns) and any(cell.strip() for cell in cells[len(columns) :]):
                raise _refused(file, here, "cells", "has more cells than there are columns", "单元格多于列数")
            yield here, {name: cell for name, cell in zip(columns, cells, strict=False) if name}
    except csv.Error as error:
        raise _refused(file, line, "csv", f"is no table: {error}", f"不是表格：{error}") from None
    if not columns:
        raise _refused(file, 0, "empty", "holds no line of column names", "没有列名行")


def _columns(names: Sequence[str], file: str, line: int) -> list[str]:
    columns, faults = rows.headed(names)
    if faults:
        raise DataError(problems(faults, printable(file), [line]))
    return columns


def _json(text: str, file: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Objects of a JSON list with the line on which each begins."""
    decoder = json.JSONDecoder(
        object_pairs_hook=_pairs, parse_int=str, parse_float=str, parse_constant=_no_constant
    )
    at, line, more = _blank(text, text.index("[") + 1), 0, False
    counted = 0
    while more or text[at : at + 1] != "]":
        line += text.count("\n", counted, at) + (line == 0)
        counted = at
        try:
            value, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError) as error:
            why = str(error)[:120] if isinstance(error, ValueError) else "nested too deeply"
            raise _refused(
                file, line, "json", f"is no JSON here: {why}", f"此处不是合法的 JSON：{why}"
            ) from None
        yield line, _object(value, file, line)
        at = _blank(text, at)
        more = text[at : at + 1] == ","
        at = _blank(text, at + 1) if more else at
        if not more and text[at : at + 1] != "]":
            raise _refused(
                file, line, "json", "the list is cut off after this entry", "清单在这笔分录之后中断"
            )
    if text[at + 1 :].strip():
        raise _refused(file, line, "json", "something follows the list", "清单之后还有内容")


def _blank(text: str, at: int) -> int:
    while text[at : at + 1] and text[at] in " \t\r\n":
        at += 1
    return at


def _pairs(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise ValueError(f"the key {name[:40]!r} comes twice")
        found[name] = value
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no number")


def _object(value: Any, file: str, line: int) -> dict[str, str]:
    if not isinstance(value, dict) or not all(isinstance(one, str | None) for one in value.values()):
        raise _refused(
            file,
            line,
            "json",
            "an entry is an object of texts and numbers",
            "每笔分录应为由文字与数字组成的对象",
        )
    columns = _columns(list(value), file, line)
    return {name: cell or "" for name, cell in zip(columns, value.values(), strict=True)}


def _refused(file: str, line: int, rule: str, en: str, zh: str) -> DataError:
    return DataError([Problem(file, line, "", rule, en, zh)])
