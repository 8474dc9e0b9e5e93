"""The commands ``ledger …``: a book of credits or quotas kept on this machine.

Floor 4: puts the floors below together; knows no rules and no formulas.
"""

from __future__ import annotations

import datetime as dt
import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from eppv_atlas import console
from eppv_atlas.cli.options import Format, app, by_suffix
from eppv_atlas.errors import DataError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from eppv_atlas.accounts.entries import Entry
    from eppv_atlas.schemes.ledger.dated import Span

ledger = typer.Typer(
    name="ledger",
    help="Keep a book of credits or quotas: entries are only ever added, and every unit is accounted for.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(ledger)


class EntryKind(StrEnum):
    """Kind of an entry."""

    issue = "issue"
    transfer = "transfer"
    retire = "retire"
    cancel = "cancel"


class Account(StrEnum):
    """Unit of account."""

    credit = "credit"
    mu = "mu"
    t_co2e = "t-co2e"


class BookFormat(StrEnum):
    """Form of an exported book."""

    csv = "csv"
    json = "json"
    xlsx = "xlsx"


BookFile = Annotated[Path, typer.Argument(metavar="BOOK", help="File of the book.")]


@ledger.command()
def begin(
    book: BookFile,
    unit: Annotated[Account, typer.Option(help="Unit of account.")] = Account.credit,
    decimals: Annotated[int, typer.Option(min=0, max=6, help="Decimal places of amounts.")] = 0,
    title: Annotated[str, typer.Option(help="What the book is about.")] = "",
) -> None:
    """Make an empty book; what stands there already is never overwritten."""
    from eppv_atlas.running import book as books

    books.begin(book, unit.value, decimals, title)
    console.say(f"{book}: an empty book in {unit.value}", f"{book}：新账簿，单位 {unit.value}")


@ledger.command()
def add(
    book: BookFile,
    kind: Annotated[EntryKind, typer.Argument(help="Kind of the entry.")],
    amount: Annotated[str, typer.Argument(help="Amount, such as 114.")],
    source: Annotated[str, typer.Option("--from", metavar="HOLDING", help="Holding drawn on.")] = "",
    target: Annotated[str, typer.Option("--to", metavar="HOLDING", help="Holding made.")] = "",
    date: Annotated[str, typer.Option(help="Day, YYYY-MM-DD; left out where it is not known.")] = "",
    giver: Annotated[str, typer.Option(help="Who gives.")] = "",
    receiver: Annotated[str, typer.Option(help="Who receives.")] = "",
    credit_class: Annotated[str, typer.Option("--class", help="Class of what is issued.")] = "",
    place: Annotated[str, typer.Option(help="Zone, site or place.")] = "",
    price: Annotated[str, typer.Option(help="Price of one unit.")] = "",
    currency: Annotated[str, typer.Option(help="Currency of the price, such as AUD.")] = "",
    total: Annotated[str, typer.Option(help="Total as printed; must be amount × price.")] = "",
    obligation: Annotated[str, typer.Option(help="What a retirement is for.")] = "",
    evidence: Annotated[str, typer.Option(help="Document or address that shows it.")] = "",
    basis: Annotated[str, typer.Option(help="stated, planned, inferred or assumed.")] = "stated",
    note: Annotated[str, typer.Option(help="What else is to be said.")] = "",
) -> None:
    """Add one entry."""
    from eppv_atlas.accounts.entries import problems
    from eppv_atlas.running.book import Book
    from eppv_atlas.schemes.ledger import rows

    cells = {
        "kind": kind.value,
        "amount": amount,
        "source": source,
        "target": target,
        "date": date,
        "giver": giver,
        "receiver": receiver,
        "class": credit_class,
        "place": place,
        "price": price,
        "currency": currency,
        "total": total,
        "obligation": obligation,
        "evidence": evidence,
        "basis": basis,
        "note": note,
    }
    with Book.opened(book) as held:
        entry, faults = rows.entry(cells, held.unit)
        if entry is None:
            raise DataError(problems(faults, str(book), ()))
        (added,) = held.add([entry])
        seal = held.seal()
    console.say(f"entry {added.number} added; seal {seal}", f"已记第 {added.number} 笔；封印 {seal}")


@ledger.command(name="import")
def import_(
    book: BookFile,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Entries as CSV (UTF-8, GBK) or JSON.")],
    apply: Annotated[
        bool, typer.Option("--apply", help="Add them; without this nothing is changed.")
    ] = False,
) -> None:
    """Examine the entries of a file, and with --apply add them: all or none."""
    from eppv_atlas.running import entries_file
    from eppv_atlas.running.book import Book

    with Book.opened(book) as held:
        brought = entries_file.read(file, held.unit)
        added = held.add(brought.entries, brought.file, brought.lines, dry=not apply)
        seal = held.seal()
    if apply:
        console.say(f"{len(added)} entries added; seal {seal}", f"已记 {len(added)} 笔；封印 {seal}")
    else:
        console.say(
            f"{len(added)} entries are sound; nothing was changed; --apply adds them",
            f"{len(added)} 笔分录无误；尚未改动账簿；加 --apply 记入",
        )


@ledger.command()
def balance(
    book: BookFile,
    on: Annotated[str | None, typer.Option(metavar="DATE", help="At the end of this day.")] = None,
    by_holder: Annotated[bool, typer.Option("--by-holder", help="Per party and class.")] = False,
    holder: Annotated[str | None, typer.Option(help="Only what this party holds.")] = None,
    form: Annotated[Format, typer.Option("--format", help="How it is printed.")] = Format.table,
) -> None:
    """Show what is held, after all entries or at the end of a day."""
    from eppv_atlas.accounts.entries import plain
    from eppv_atlas.running.book import Book
    from eppv_atlas.schemes.ledger import dated

    day = _day(on)
    with Book.opened(book) as held:
        found = dated.standing(held.entries(), held.decimals, day)
    holdings = [one for one in found.holdings if holder is None or one[0].holder == holder]
    if by_holder:
        parties = sorted(dated.by_holder(holdings).items())
        rows = [{"holder": who, "class": what, **_ends(span)} for (who, what), span in parties]
    else:
        rows = [
            {
                "holding": one.id,
                "from": one.parent,
                "class": one.credit_class,
                "holder": one.holder,
                "place": one.place,
                **_ends(span),
            }
            for one, span in holdings
        ]
    totals = {name: _ends(span) for name, span in found.totals.items()}
    if form is Format.json:
        _print_json({"on": on, "balances": rows, "totals": totals, "undated": list(found.undated)})
        return
    columns = ["holder", "class"] if by_holder else ["holding", "from", "class", "holder", "place"]
    _rows(rows, [*columns, "low", "high"], form)
    if form is Format.table:
        words = {"issued": "签发", "held": "持有", "retired": "注销", "cancelled": "作废"}
        told = [(name, found.totals[name]) for name in words]
        en = ", ".join(f"{name} {_span(span, plain)}" for name, span in told)
        zh = "，".join(f"{words[name]} {_span(span, plain)}" for name, span in told)
        console.say(
            f"{en}; {'conserved' if found.conserved else 'NOT CONSERVED'}",
            f"{zh}；{'守恒' if found.conserved else '不守恒'}",
        )
    if found.undated:
        listed = _listed(found.undated)
        console.say(
            f"entries {listed} have no date that places them before or after {day}; hence at least and at most",
            f"第 {listed} 笔没有日期，无法判断在 {day} 之前还是之后，因此给出最低与最高",
            err=form is not Format.table,
        )


@ledger.command()
def history(
    book: BookFile,
    holding: Annotated[str, typer.Argument(metavar="HOLDING", help="Id of a holding.")],
    form: Annotated[Format, typer.Option("--format", help="How it is printed.")] = Format.table,
) -> None:
    """Show where a holding comes from, back to its issue, and what became of it."""
    from eppv_atlas.running.book import Book
    from eppv_atlas.schemes.ledger import dated, rows

    with Book.opened(book) as held:
        found = dated.lineage(held.entries(), rows.settled(holding))
        unit = held.unit
    if not found:
        raise UsageError(
            f"there is no holding {holding[:64]!r} in {book}", f"{book} 中没有凭证 {holding[:64]!r}"
        )
    _entries(found, unit, form)


@ledger.command()
def export(
    book: BookFile,
    out: Annotated[Path, typer.Option(help="File to write.")],
    to: Annotated[
        BookFormat | None, typer.Option("--to", help="Form; by the suffix of --out if left out.")
    ] = None,
) -> None:
    """Write all entries as CSV, JSON or XLSX; CSV and JSON can be imported into an empty book."""
    from eppv_atlas.running import entries_file
    from eppv_atlas.running.book import Book
    from eppv_atlas.store import files

    form = by_suffix(to, out, entries_file.FORMS, "csv")
    if out.exists() and book.exists() and out.samefile(book):
        raise UsageError("--out is the book itself; name another file", "--out 就是账簿本身；请另取文件名")
    with Book.opened(book) as held:
        entries = held.entries()
        citation = "\n".join(filter(None, (held.title, f"seal {held.seal()}")))
        content = entries_file.written(entries, held.unit, form, citation)
    files.write_file(out, content)
    console.say(f"{len(entries)} entries in {out}", f"{len(entries)} 笔分录，写入 {out}")


@ledger.command()
def check(
    book: BookFile,
    seal: Annotated[str, typer.Option(help="Seal noted earlier: nothing before it may have changed.")] = "",
) -> None:
    """Check the whole book: its pages, its digests, its rules."""
    from eppv_atlas.running.book import Book

    with Book.opened(book) as held:
        found = held.faults(seal.strip().lower())
        if found:
            raise DataError(found)
        count, now = len(held.entries()), held.seal()
    console.say(f"{book}: {count} entries, sound; seal {now}", f"{book}：{count} 笔分录，无误；封印 {now}")


def _day(text: str | None) -> dt.date | None:
    if text is None:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise UsageError(
            f"{text[:40]!r} is no day; write YYYY-MM-DD", f"{text[:40]!r} 不是日期；请写作 YYYY-MM-DD"
        ) from None


def _ends(span: Span) -> dict[str, str]:
    from eppv_atlas.accounts.entries import plain

    return {"low": plain(span.low), "high": plain(span.high)}


def _span(span: Span, plain: Any) -> str:
    low, high = plain(span.low), plain(span.high)
    return low if low == high else f"{low}–{high}"


def _listed(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers[:20])) + (", …" if len(numbers) > 20 else "")


_HEADS = {
    "holding": ("holding", "凭证"),
    "from": ("made from", "出自"),
    "class": ("class", "类别"),
    "holder": ("holder", "持有方"),
    "place": ("place", "地点"),
    "low": ("at least", "最低"),
    "high": ("at most", "最高"),
    "balance": ("balance", "余额"),
}


def _rows(rows: Sequence[dict[str, str]], columns: list[str], form: Format) -> None:
    """Print rows; one column of balances where nothing is open."""
    from eppv_atlas.export import to_csv

    if form is Format.csv:
        console.out(to_csv(rows, columns))
        return
    if all(row["low"] == row["high"] for row in rows):
        columns = [*columns[:-2], "balance"]
    cells = [[row.get(name, row["low"]) for name in columns] for row in rows]
    heads = [console.words(*_HEADS[name]) for name in columns]
    console.table(heads, cells, [at for at, name in enumerate(columns) if name in {"low", "high", "balance"}])


def _entries(entries: Sequence[Entry], unit: str, form: Format) -> None:
    from eppv_atlas.export import to_csv
    from eppv_atlas.schemes.ledger import rows

    made = [rows.row(entry, unit) for entry in entries]
    if form is Format.json:
        _print_json(made)
        return
    if form is Format.csv:
        console.out(to_csv(made, list(rows.COLUMNS)))
        return
    used = [name for name in rows.COLUMNS if name != "unit" and any(row[name] for row in made)]
    heads = [console.words(name, rows.COLUMNS[name][0]) for name in used]
    console.table(
        heads,
        [[row[name] for name in used] for row in made],
        [at for at, name in enumerate(used) if name in {"amount", "price", "total"}],
    )
    undated = [entry.number for entry in entries if entry.date is None]
    if undated:
        listed = _listed(undated)
        console.say(f"the dates of entries {listed} are not known", f"第 {listed} 笔的日期不详")


def _print_json(value: Any) -> None:
    console.out(json.dumps(value, ensure_ascii=False, indent=2) + "\n")
