"""Reads the notice's text and holds the ledgers against it, figure by figure.

Run it by hand while entering a case::

    python tests/notice.py [CASE-ID]... [--source FILE]

It prints every figure that does not stand on its page as printed, every name
that does not, and every numeral of the body that neither a fact nor a listed
reason accounts for. Reasons stand in ``tests/data/numerals/*.csv``: a phrase
that holds the numeral, one of REASONS, and a remark; ``all.csv`` holds for the
whole document, the other files for the case of their name (``general.csv`` for
the general part).
"""

from __future__ import annotations

import argparse
import csv
import os
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from eppv_atlas.model import Case, Settings
from eppv_atlas.store import read_folder
from eppv_atlas.units import printed_values

ROOT = Path(__file__).parents[1]
DATA = ROOT / "tests" / "data"
GENERAL = "general"
REASONS = {
    "date": "a date or period, kept as such",
    "ordinal": "counts through a list, measures nothing",
    "name": "part of a name or of a title",
    "word": "part of a word or fixed phrase",
    "vague": "an amount too vague to be read as a number",
    "repeat": "the same figure once more; the remark names the fact that holds it",
    "grade": "a class or grade, no amount",
}
_NUMERAL = re.compile(
    r"[Ⅰ-Ⅹ]|(?<![A-Za-z])[IVX]+(?=[类级])|[\d〇零一二两三四五六七八九十百千万亿]+(?:[.,][\d]+)*[百千万亿]*"
)
_PATTERNS = (
    (re.compile(r"(?:19|20)\d{2}(?:年?[—\-至](?:19|20)\d{2})?年(?:\d{1,2}月)?(?:\d{1,2}日)?"), "date"),
    (re.compile(r"(?:20|19)世纪\d0年代"), "date"),
    (re.compile(r"(?<![\d〇零一二两三四五六七八九十百千万亿])[一二三四五六七八九]是"), "ordinal"),
    (re.compile(r"(?<![\d〇零一二两三四五六七八九十百千万亿])[一二三四五六七八九十]+、"), "ordinal"),
    (re.compile(r"(?<!\d)\d{1,2}\.(?!\d)"), "ordinal"),
    (re.compile(r"（[一二三四五六七八九十\d]+）"), "ordinal"),
    (re.compile(r"第[一二三四](?=，)"), "ordinal"),
)


@dataclass(frozen=True)
class Missing:
    """Something that the text and the ledgers do not agree on."""

    where: str
    page: int
    what: str


def source_path() -> Path | None:
    """Where the notice's text lies on this machine, if it does."""
    given = os.environ.get("EPPV_SOURCE")
    path = Path(given) if given else ROOT.parent / "shared" / "source" / "mnr-epv-cases-batch-4.txt"
    return path if path.is_file() else None


def pages(path: Path) -> dict[int, str]:
    """Text of every page without blanks and bold marks."""
    text = re.sub(r"[\s*]", "", path.read_text("utf-8"))
    body = text.index("第一部分总体情况", text.index("第一部分总体情况") + 1)
    with (DATA / "page_starts.csv").open(encoding="utf-8") as lines:
        starts = {
            int(row["page"]): text.index(re.sub(r"\s", "", row["begins_with"]), body)
            for row in csv.DictReader(lines)
        }
    assert list(starts.values()) == sorted(starts.values())
    return {page: text[start : starts.get(page + 1, len(text))] for page, start in starts.items()}


def reasons(name: str) -> list[tuple[str, str, str]]:
    """Listed phrases with their reason and remark."""
    file = DATA / "numerals" / f"{name}.csv"
    if not file.is_file():
        return []
    with file.open(encoding="utf-8") as lines:
        rows = [(row["phrase"], row["reason"], row["remark"] or "") for row in csv.DictReader(lines)]
    unknown = {reason for _, reason, _ in rows} - set(REASONS)
    assert not unknown, f"{file.name}: unknown reasons {unknown}"
    return rows


def _squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


@dataclass(frozen=True)
class Ledgers:
    """What is held against the text: the settings and the cases, shapes aside."""

    settings: Settings
    cases: tuple[Case, ...]


def read_ledgers() -> Ledgers:
    """The atlas of this checkout, as far as its files can be read."""
    loading = read_folder(ROOT)
    assert loading.settings is not None
    cases = sorted((item.case for item in loading.cases), key=lambda case: case.order)
    return Ledgers(loading.settings, tuple(cases))


def parts(atlas: Ledgers) -> Iterator[tuple[str, range, tuple, tuple]]:
    """The general part and each case: name, pages, facts, named sites and zones."""
    document = atlas.settings.documents["mnr-epv-cases-4"]
    yield GENERAL, range(1, 9), document.facts, document.sites
    for case in atlas.cases:
        if case.source.document == "mnr-epv-cases-4":
            first, _, last = case.source.pages.partition("-")
            yield case.id, range(int(first), int(last) + 1), case.facts, (*case.sites, *case.zones)


def not_as_printed(atlas: Ledgers, text: dict[int, str]) -> list[Missing]:
    """Figures and names that do not stand on their page."""
    out = []
    for name, own, facts, things in parts(atlas):
        out.extend(
            Missing(name, fact.page, f"fact {fact.id}: {fact.printed!r} is not on this page")
            for fact in facts
            if fact.page not in own or _squeezed(fact.printed) not in text[fact.page]
        )
        out.extend(
            Missing(name, thing.page or 0, f"{thing.id}: the name {thing.printed!r} is not on this page")
            for thing in things
            if thing.printed
            and (thing.page not in own or _squeezed(thing.printed) not in text.get(thing.page, ""))
        )
    return out


def unaccounted(atlas: Ledgers, text: dict[int, str]) -> list[Missing]:
    """Numerals of the body that neither a fact nor a listed reason accounts for."""
    out = []
    for name, own, facts, _ in parts(atlas):
        here = {fact.id for fact in facts}
        # a repeat holds only as long as the fact that it names is there
        phrases = [
            phrase
            for phrase, reason, remark in (*reasons("all"), *reasons(name))
            if reason != "repeat" or remark.partition(" ")[0] in here
        ]
        for page in own:
            body = text[page]
            covered = [False] * len(body)
            for start, end in _spans(body, page, facts, phrases):
                covered[start:end] = [True] * (end - start)
            for match in _NUMERAL.finditer(body):
                if not all(covered[match.start() : match.end()]):
                    around = body[max(0, match.start() - 12) : match.end() + 12]
                    out.append(Missing(name, page, f"{match[0]!r} in …{around}…"))
    return out


def _spans(body: str, page: int, facts: tuple, phrases: list[str]) -> Iterator[tuple[int, int]]:
    wanted: dict[str, int] = defaultdict(int)
    for fact in facts:
        if fact.page == page:
            wanted[_squeezed(fact.printed)] += 1
    for printed, count in wanted.items():
        # a figure with two numbers (6‰-8‰) is one occurrence for two facts
        numbers = max(1, len(printed_values(printed)))
        for found in list(re.finditer(re.escape(printed), body))[: -(-count // numbers)]:
            yield found.span()
    for phrase in phrases:
        for found in re.finditer(re.escape(_squeezed(phrase)), body):
            yield found.span()
    for pattern, _ in _PATTERNS:
        for found in pattern.finditer(body):
            yield found.span()


def idle_reasons(atlas: Ledgers, text: dict[int, str]) -> list[Missing]:
    """Listed phrases that no longer occur where they are said to, or that hold no numeral."""
    scopes = {name: "".join(text[page] for page in own) for name, own, _, _ in parts(atlas)}
    scopes["all"] = "".join(text.values())
    return [
        Missing(name, 0, f"the listed phrase {phrase!r} is not in the text, or holds no numeral")
        for name, body in scopes.items()
        for phrase, _, _ in reasons(name)
        if _squeezed(phrase) not in body or not _NUMERAL.search(phrase)
    ]


def main() -> int:
    """Print what is missing; 1 where something is."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("case", nargs="*", help="ids of cases, or 'general'; all if left out")
    parser.add_argument("--source", type=Path, help="text of the notice")
    options = parser.parse_args()
    path = options.source or source_path()
    if path is None or not path.is_file():
        print("the notice's text is not here; name it with --source", file=sys.stderr)
        return 2
    atlas, text = read_ledgers(), pages(path)
    found = [*not_as_printed(atlas, text), *unaccounted(atlas, text), *idle_reasons(atlas, text)]
    found = [item for item in found if not options.case or item.where in options.case]
    for item in found:
        print(f"{item.where} p. {item.page}: {item.what}")
    for name, _, facts, things in parts(atlas):
        if not options.case or name in options.case:
            print(f"{name}: {len(facts)} facts, {len(things)} sites and zones")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
