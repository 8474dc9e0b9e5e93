"""The book of a ledger: only added to, whole after a kill, honest about damage; its files and commands."""

import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from eppv_atlas.accounts.entries import Entry
from eppv_atlas.errors import DataError, UsageError
from eppv_atlas.running import book as books
from eppv_atlas.running import book_file, book_schema, entries_file
from eppv_atlas.running import ledger as brought_by
from eppv_atlas.running.book import Book
from eppv_atlas.schemes.ledger import rows

D = Decimal
ROOT = Path(__file__).parents[1]
WRITERS = Path(__file__).with_name("ledger_writers.py")
CHAIN = [
    Entry(0, "issue", D(114), target="CR-5744", place="=HYPERLINK(1)", note="首笔"),
    Entry(
        0,
        "transfer",
        D(114),
        "CR-5744",
        "CR-12624",
        receiver="@buyer",
        price=D("4897.32"),
        currency="AUD",
        total=D("558294.48"),
        evidence="https://example.org/?a=1&b=2",
    ),
    Entry(0, "retire", D(104), "CR-12624", obligation="-1 of 2"),
    Entry(0, "retire", D(10), "CR-12624", obligation="+2 of 2", note='quoted "a", and\tb'),
]
CHAIN = [rows.entry(rows.row(e, "credit") | {"number": ""}, "credit")[0] for e in CHAIN]


@pytest.fixture
def made(tmp_path):
    """A book with the chain of 114 credits."""
    path = tmp_path / "b.book"
    books.begin(path, "credit", 0, "Credits")
    with Book.opened(path) as held:
        for entry in CHAIN:
            held.add([entry])
    return path


def rules(error):
    return [problem.rule for problem in error.value.problems]


# Only added to


def test_a_book_holds_what_was_added_and_says_where_it_stands(made):
    with Book.opened(made) as held:
        entries = held.entries()
        assert [entry.number for entry in entries] == [1, 2, 3, 4]
        state = held.state()
        assert (state.issued, state.held, state.retired) == (114, 0, 114)
        assert held.faults() == []
        assert (held.unit, held.decimals, held.title) == ("credit", 0, "Credits")


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE entry SET amount = '1' WHERE number = 1",
        "DELETE FROM entry WHERE number = 4",
        "INSERT OR REPLACE INTO entry SELECT number, "
        + ", ".join(f'"{n}"' for n in list(rows.COLUMNS)[1:])
        + ", digest FROM entry WHERE number = 1",
        "REPLACE INTO about VALUES ('unit', 'mu')",
        "UPDATE about SET value = 'mu'",
        "DELETE FROM about",
        "INSERT INTO about VALUES ('x', 'y')",
    ],
)
def test_sqlite_itself_refuses_to_change_a_line(made, sql):
    before = made.read_bytes()
    with (
        closing(sqlite3.connect(made)) as other,
        pytest.raises(sqlite3.IntegrityError, match="only added to"),
    ):
        other.execute(sql)
    assert made.read_bytes() == before


def test_nothing_of_a_wrong_set_is_added_and_all_problems_are_named(made):
    with Book.opened(made) as held:
        with pytest.raises(DataError) as error:
            held.add(
                [
                    Entry(0, "issue", D(5), target="N"),
                    Entry(0, "retire", D(6), "N"),
                    Entry(0, "retire", D(1), "CR-12624"),
                ],
                "f.csv",
                [2, 3, 4],
            )
        assert [(p.file, p.line, p.rule) for p in error.value.problems] == [
            ("f.csv", 3, "overdraft"),
            ("f.csv", 4, "overdraft"),
        ]
        assert len(held.entries()) == 4
        (added,) = held.add([Entry(0, "issue", D(5), target="N")])
        assert added.number == 5


def test_a_book_is_begun_only_where_nothing_is(made, tmp_path):
    before = made.read_bytes()
    with pytest.raises(UsageError, match="never overwritten"):
        books.begin(made, "credit")
    assert made.read_bytes() == before
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    with pytest.raises(UsageError, match="never overwritten"):
        books.begin(tmp_path / "link", "credit")
    with pytest.raises(UsageError, match="counts in"):
        books.begin(tmp_path / "new", "barrel")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b.book", "link"]


def test_a_book_is_begun_on_a_disk_without_hard_links(tmp_path, monkeypatch):
    def refused(*_):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refused)
    books.begin(tmp_path / "b", "credit")
    with Book.opened(tmp_path / "b") as held:
        assert held.entries() == ()
    with pytest.raises(UsageError, match="never overwritten"):
        books.begin(tmp_path / "b", "credit")
    with pytest.raises(FileExistsError):
        book_file._linked(tmp_path / "none", tmp_path / "b")
    assert [path.name for path in tmp_path.iterdir()] == ["b"]


def test_the_same_entries_give_the_same_book(tmp_path):
    for name in ("one", "two"):
        books.begin(tmp_path / name, "credit")
        with Book.opened(tmp_path / name) as held:
            held.add(CHAIN)
    with Book.opened(tmp_path / "one") as one, Book.opened(tmp_path / "two") as two:
        assert one.seal() == two.seal()
        assert one.entries() == two.entries()


# Several writers, and writers that are killed


def program(*arguments):
    done = subprocess.run(
        [sys.executable, str(WRITERS), *map(str, arguments)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return json.loads(done.stdout)


@pytest.mark.parametrize("writers", [2, 4])
def test_writers_at_the_same_time_lose_nothing(tmp_path, writers):
    count = 25
    told = program("together", tmp_path / "b", writers, count)
    assert told["codes"] == [0] * writers
    assert told["numbers"] == list(range(1, writers * count + 1))
    assert told["targets"] == sorted(f"w{i}-{step}" for i in range(writers) for step in range(count))
    assert told["in_turn"]


def test_a_killed_writer_loses_nothing_that_it_had_added_and_leaves_nothing_half(tmp_path, capsys):
    told = program("killed", tmp_path / "b", 120, 20261127)
    with capsys.disabled():
        print(f"\n120 kills: {told}")
    assert told["lost"] == 0
    assert told["half"] == 0
    assert told["added"] >= 60
    assert told["journals"] > 0  # some were killed in the middle of a commit
    assert {path.name for path in tmp_path.iterdir()} <= {"b", "b-journal"}


def test_a_book_in_use_is_seen_to_grow(made):
    with Book.opened(made) as one, Book.opened(made) as two:
        assert len(two.entries()) == 4
        one.add([Entry(0, "issue", D(7), target="N")])
        assert len(two.entries()) == 5
        with pytest.raises(DataError) as error:
            two.add([Entry(0, "issue", D(7), target="N")])
        assert rules(error) == ["target-taken"]
        two.add([Entry(0, "retire", D(7), "N")])
        assert len(one.entries()) == 6


def test_a_writer_who_waits_too_long_is_told_so(made, monkeypatch):
    monkeypatch.setattr(book_file, "BUSY_S", 0.05)
    with closing(sqlite3.connect(made, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with Book.opened(made) as held, pytest.raises(UsageError, match="somebody else"):
            held.add([Entry(0, "issue", D(7), target="N")])


# Damage, and other programs


def unguarded(path, *statements):
    """Change a book as a program does that takes the guards away and puts them back."""
    with closing(sqlite3.connect(path)) as other:
        guards = other.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in guards:
            other.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            other.execute(*statement)
        for _, sql in guards:
            other.execute(sql)
        other.commit()


@pytest.mark.parametrize("column", [name for name in rows.COLUMNS if name != "number"])
def test_an_edit_by_another_program_is_named(made, column):
    unguarded(made, (f'UPDATE entry SET "{column}" = "{column}" || \'x\' WHERE number = 3', ()))
    with Book.opened(made) as held:
        with pytest.raises(DataError) as error:
            held.entries()
        assert [(p.rule, p.place) for p in error.value.problems] == [("entry-changed", "entry 3")]
        assert [p.rule for p in held.faults()] == ["entry-changed"]
        with pytest.raises(DataError):
            held.add([Entry(0, "issue", D(1), target="N")])


def test_every_edit_is_named_on_its_own(made):
    unguarded(made, ("UPDATE entry SET note = 'x' WHERE number IN (1, 3)", ()))
    with Book.opened(made) as held:
        assert [p.place for p in held.faults()] == ["entry 1", "entry 3"]


@pytest.mark.parametrize(("number", "named"), [(1, "entry 1"), (2, "entry 2"), (4, "entry 4")])
def test_a_removed_entry_is_named_at_the_end_too(made, number, named):
    unguarded(made, ("DELETE FROM entry WHERE number = ?", (number,)))
    with Book.opened(made) as held:
        found = held.faults()
    assert (found[0].rule, found[0].place) == ("entry-missing", named)


def test_guards_that_were_taken_away_are_noticed(made):
    with closing(sqlite3.connect(made)) as other:
        other.execute("DROP TRIGGER entry_update")
        other.commit()
    with pytest.raises(DataError) as error:
        Book.opened(made)
    assert rules(error) == ["foreign-tables"]


def test_a_forger_who_mends_the_digests_is_caught_by_the_rules_or_by_a_seal(made):
    with Book.opened(made) as held:
        seal = held.seal()
        entries = held.entries()
        first = book_schema.digest(
            "", sorted({"decimals": "0", "title": "Credits", "unit": "credit"}.items())
        )

    def forged(amounts):
        now, statements = first, []
        for entry, amount in zip(entries, amounts, strict=True):
            texts = list((rows.row(entry, "credit") | {"amount": str(amount)}).values())
            now = book_schema.digest(now, texts)
            statements.append(
                ("UPDATE entry SET amount = ?, digest = ? WHERE number = ?", (str(amount), now, entry.number))
            )
        unguarded(made, *statements)

    forged([114, 114, 104, 11])
    with Book.opened(made) as held:
        assert [p.rule for p in held.faults()] == ["overdraft"]
    forged([114, 114, 100, 10])
    with Book.opened(made) as held:
        assert held.faults() == []  # a digest is no signature
        assert [p.rule for p in held.faults(seal)] == ["seal"]


def test_a_seal_noted_earlier_stays_good_while_a_book_grows(made):
    with Book.opened(made) as held:
        seal = held.seal()
        held.add([Entry(0, "issue", D(1), target="N")])
        assert held.faults(seal) == []


def test_changed_bytes_are_noticed_or_change_nothing(made, tmp_path):
    content = made.read_bytes()
    with Book.opened(made) as held:
        whole = held.entries()
    chance = random.Random(5)
    noticed = 0
    for trial in range(400):
        raw = bytearray(content)
        at = chance.randrange(len(raw))
        raw[at : at + chance.choice([1, 1, 1, 4, 64])] = chance.randbytes(1)
        if chance.random() < 0.1:
            raw = raw[: chance.randrange(len(raw))]
        path = tmp_path / f"d{trial}"
        path.write_bytes(raw)
        try:
            with Book.opened(path) as held:
                found = held.faults()
                entries = None if found else held.entries()
        except (DataError, UsageError):
            noticed += 1
            continue
        noticed += bool(found)
        assert found or entries == whole
    assert noticed > 20


@pytest.mark.parametrize("kind", ["text", "empty", "folder", "other", "missing", "newer", "pipe"])
def test_what_is_no_book_is_refused_in_one_sentence(tmp_path, made, kind, cli):
    path = tmp_path / "x"
    if kind == "text":
        path.write_text("SQLite format 3? no")
    elif kind == "empty":
        path.write_bytes(b"")
    elif kind == "folder":
        path.mkdir()
    elif kind == "other":
        with closing(sqlite3.connect(path)) as other:
            other.execute("CREATE TABLE entry (number INTEGER)")
            other.commit()
    elif kind == "newer":
        shutil.copy(made, path)
        with closing(sqlite3.connect(path)) as other:
            other.execute("PRAGMA user_version = 2")
            other.commit()
    elif kind == "pipe":
        os.mkfifo(path)
    before = path.read_bytes() if path.is_file() else b""
    code, out, err = cli("ledger", "balance", path)
    assert code == 2
    assert out == ""
    assert err.count("\n") == 1
    assert (path.read_bytes() if path.is_file() else b"") == before


def test_a_book_that_may_only_be_read_is_read(made):
    made.chmod(0o444)
    made.parent.chmod(0o555)
    try:
        with Book.opened(made) as held:
            assert len(held.entries()) == 4
            if os.geteuid() != 0:
                with pytest.raises(UsageError):
                    held.add([Entry(0, "issue", D(1), target="N")])
    finally:
        made.parent.chmod(0o755)


# Files


def written(path, form):
    with Book.opened(path) as held:
        return entries_file.written(held.entries(), held.unit, form, held.title)


@pytest.mark.parametrize("form", ["csv", "json"])
def test_an_export_replayed_gives_the_same_bytes(made, tmp_path, form):
    content = written(made, form)
    file = tmp_path / f"f.{form}"
    file.write_bytes(content)
    books.begin(tmp_path / "again", "credit", 0, "Credits")
    with Book.opened(tmp_path / "again") as held, Book.opened(made) as first:
        brought = entries_file.read(file, held.unit)
        held.add(brought.entries)
        assert held.entries() == first.entries()
        assert held.seal() == first.seal()
    assert written(tmp_path / "again", form) == content
    with Book.opened(made) as held, pytest.raises(DataError) as error:
        held.add(entries_file.read(file, held.unit).entries)  # a second time
    assert "number-order" in rules(error)


def test_cells_that_a_spreadsheet_would_run_stay_text(made, tmp_path):
    lines = written(made, "csv").decode().splitlines()
    for guarded in ("'=HYPERLINK(1)", "'@buyer", "'-1 of 2", "'+2 of 2"):
        assert any(guarded in line for line in lines)
    file = tmp_path / "f.xlsx"
    file.write_bytes(written(made, "xlsx"))
    assert written(made, "xlsx") == file.read_bytes()
    sheet = openpyxl.load_workbook(file)["entries"]
    names = [cell.value for cell in sheet[1]]
    cells = {name: sheet[3][at] for at, name in enumerate(names)}
    assert (cells["total"].value, cells["amount"].value) == (558294.48, 114)
    assert cells["receiver"].value == "@buyer"
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n"}


TABLE = '类型,数量,来源凭证,新凭证,日期,转入方\n签发,114,,甲-1,2024/3/5,郑陆镇政府\n转让,"1,14",甲-1,乙-1,,常州某公司\n'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
@pytest.mark.parametrize(("mark", "end"), [(",", "\n"), ("\t", "\r\n"), (";", "\n")])
def test_tables_as_spreadsheets_in_china_write_them(tmp_path, encoding, mark, end):
    text = TABLE.replace('"1,14"', "114").replace(",", mark).replace("\n", end)
    file = tmp_path / "f.csv"
    file.write_bytes(text.encode(encoding))
    found = entries_file.read(file)
    assert [(e.kind, e.amount, e.target, e.receiver) for e in found.entries] == [
        ("issue", 114, "甲-1", "郑陆镇政府"),
        ("transfer", 114, "乙-1", "常州某公司"),
    ]
    assert found.lines == (2, 3)
    assert brought_by.read({"entries": file})["entries"].entries[1].number == 2


def test_every_wrong_line_is_named_and_nothing_is_applied(made, tmp_path, cli):
    file = tmp_path / "f.csv"
    file.write_text(
        'kind,amount,source,target,date,note\nissue,5,,N,2024-01-01,"two\nlines"\nretire,x,N,,,\n'
        "retire,1,N,,2024-13-01,\nsteal,1,N,,,\n"
    )
    before = made.read_bytes()
    code, _, err = cli("ledger", "import", made, file, "--apply")
    assert code == 1
    assert made.read_bytes() == before
    for line, name in ((4, "number-form"), (5, "date"), (6, "kind")):
        assert any(f"f.csv:{line}:" in one and f"[{name}]" in one for one in err.splitlines()), (line, err)
    file.write_text("kind,amount,source,target\nissue,5,,N\nretire,6,N,\nretire,1,nowhere,\n")
    code, _, err = cli("ledger", "import", made, file, "--apply")
    assert code == 1
    assert "f.csv:3: amount:" in err
    assert "f.csv:4: source:" in err
    assert made.read_bytes() == before


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\x01\x02",
        b"\xff\xfe\xff",
        b"kind,amount,amount\nissue,1,1\n",
        b"kind,sum\nissue,1\n",
        b"kind\nissue\n",
        b'kind,amount\nissue,"1\n',
        b"kind,amount\nissue,1,extra\n",
        b"kind,amount,target\nissue,1," + b"x" * 200_000,
        b"[",
        b"[{]",
        b'[{"kind":"issue","amount":1,"target":"A"}',
        b'[{"kind":"issue","amount":1,"target":"A"},]',
        b'[{"kind":"issue","amount":1,"target":"A"}] x',
        b'[{"kind":"issue","amount":NaN,"target":"A"}]',
        b'[{"kind":"issue","amount":1,"amount":2,"target":"A"}]',
        b'[{"kind":"issue","amount":true,"target":"A"}]',
        b'[{"kind":"issue","amount":[1],"target":"A"}]',
        b'[{"kind":"issue","amount":1,"surprise":"A"}]',
        b"[1]",
        b"[" * 100_000,
        b'[{"kind":"issue","amount":' + b"9" * 10_000 + b',"target":"A"}]',
        b'[{"kind":"issue","amount":1,"target":"\\ud800"}]',
    ],
    ids=range(23),
)
def test_hostile_files_are_refused_without_a_traceback(made, tmp_path, content, cli):
    file = tmp_path / "f"
    file.write_bytes(content)
    before = made.read_bytes()
    code, _, err = cli("ledger", "import", made, file, "--apply")
    assert code == 1
    assert "Traceback" not in err
    assert made.read_bytes() == before


def test_json_keeps_decimals_and_names_lines(tmp_path):
    file = tmp_path / "f.json"
    file.write_text(
        '[\n {"kind": "issue", "amount": 0.1, "target": "A"},\n\n {"kind": "issue",\n "amount": 2, "target": "B", "note": null}\n]'
    )
    found = entries_file.read(file)
    assert [entry.amount for entry in found.entries] == [D("0.1"), D(2)]
    assert found.lines == (2, 4)


# The commands


def test_the_commands_from_begin_to_check(tmp_path, cli):
    path, out = tmp_path / "b", tmp_path / "out.csv"
    assert cli("ledger", "begin", path)[0] == 0
    assert cli("ledger", "add", path, "issue", "114", "--to", "CR-5744", "--receiver", "owner")[0] == 0
    price = ("--price", "4,897.32", "--currency", "AUD", "--total", "558294.48")
    assert (
        cli("ledger", "add", path, "transfer", "114", "--from", "CR-5744", "--to", "CR-12624", *price)[0] == 0
    )
    assert cli("ledger", "add", path, "retire", "104", "--from", "CR-12624")[0] == 0
    code, _, err = cli("ledger", "add", path, "retire", "11", "--from", "CR-12624")
    assert (code, "10 left, not 11" in err) == (1, True)
    assert cli("ledger", "add", path, "retire", "10", "--from", "CR-12624", "--date", "2024-05-01")[0] == 0
    code, told, _ = cli("ledger", "balance", path)
    assert (code, "issued 114, held 0, retired 114, cancelled 0; conserved" in told) == (0, True)
    code, told, _ = cli("ledger", "balance", path, "--on", "2023-01-01", "--format", "json")
    found = json.loads(told)
    assert found["totals"]["retired"] == {"low": "0", "high": "104"}
    assert found["undated"] == [1, 2, 3]
    code, told, _ = cli("ledger", "balance", path, "--holder", "owner", "--format", "csv")
    assert told.splitlines()[1:] == ["CR-5744,,,owner,,0,0"]
    code, told, _ = cli("ledger", "history", path, "CR-12624", "--format", "json")
    assert [row["kind"] for row in json.loads(told)] == ["issue", "transfer", "retire", "retire"]
    assert cli("ledger", "export", path, "--out", out)[0] == 0
    assert cli("ledger", "check", path)[0] == 0
    assert cli("ledger", "check", path, "--seal", "0" * 64)[0] == 1
    again = tmp_path / "again"
    cli("ledger", "begin", again)
    code, told, _ = cli("ledger", "import", again, out)
    assert (code, "nothing was changed" in told) == (0, True)
    assert "issued 0" in cli("ledger", "balance", again)[1]
    assert cli("ledger", "import", again, out, "--apply")[0] == 0
    assert cli("ledger", "balance", again)[1] == cli("ledger", "balance", path)[1]


@pytest.mark.parametrize(
    "arguments",
    [
        ("balance", "--on", "yesterday"),
        ("history", "nowhere"),
        ("export", "--out", "SELF"),
        ("export", "--out", "x.pdf"),
        ("import", "no-such-file"),
    ],
)
def test_misuse_is_told_in_one_line(made, cli, arguments):
    name, *rest = arguments
    before = made.read_bytes()
    code, _, err = cli("ledger", name, made, *(str(made) if one == "SELF" else one for one in rest))
    assert code == 2
    assert err.count("\n") == 1
    assert made.read_bytes() == before


def test_a_large_book_is_imported_and_read_in_seconds(tmp_path, capsys):
    path, file = tmp_path / "b", tmp_path / "f.csv"
    lines = ["kind,amount,source,target"]
    for i in range(25_000):
        lines += [f"issue,10,,H{i}", f"transfer,6,H{i},T{i}", f"retire,4,H{i},", f"cancel,1,T{i},"]
    file.write_text("\n".join(lines))
    books.begin(path, "credit")
    start = time.process_time()
    with Book.opened(path) as held:
        held.add(entries_file.read(file, held.unit).entries)
    added = time.process_time() - start
    start = time.process_time()
    with Book.opened(path) as held:
        state = held.state()
    read = time.process_time() - start
    with capsys.disabled():
        print(
            f"\n100,000 entries: imported in {added:.1f} s, read and checked in {read:.1f} s, {path.stat().st_size / 1e6:.0f} MB"
        )
    assert state.conserved
    assert state.held == 125_000
    assert added + read < 120


def test_entries_of_ones_own_run_on_the_command_line(tmp_path, cli):
    file = tmp_path / "own.csv"
    file.write_text(
        "kind,amount,source,target,date\nissue,50,,A,2024-01-01\ntransfer,20,A,B,\nretire,20,B,,\n"
    )
    name = "nsw-biodiversity-offsets/credit-market"
    code, out, _ = cli(
        "--atlas", ROOT, "scheme", "run", name, "--with", f"entries={file}", "--set", "on=2024-06-30"
    )
    assert code == 0
    assert "30 – 50" in out
    file.write_text("kind,amount,source,target\nissue,50,,A\nretire,60,A,\n")
    code, _, err = cli("--atlas", ROOT, "scheme", "run", name, "--with", f"entries={file}")
    assert code == 1
    assert "own.csv:3: amount:" in err
