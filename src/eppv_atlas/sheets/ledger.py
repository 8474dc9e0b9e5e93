"""Tables of the records of one case: facts, mechanisms, findings.

Floor 3, part of sheets: receives findings, never computes them; must not know
files, maps or formats.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from eppv_atlas import vocabulary
from eppv_atlas.errors import UsageError
from eppv_atlas.reading_out import fact_text, period_text
from eppv_atlas.results import Finding, PlacedCase
from eppv_atlas.sheets.cited import source
from eppv_atlas.sheets.record import Sheet, SheetColumn
from eppv_atlas.sheets.words import word
from eppv_atlas.units import UNITS


def facts(
    placed: PlacedCase, lang: str, section: str | None = None, only: Collection[str] | None = None
) -> Sheet:
    """The facts ledger of a case.

    Parameters
    ----------
    placed
        The case.
    lang
        ``zh`` or ``en``.
    section
        Id of a section of the document; all if left out.
    only
        Ids of the facts that go in; all if left out.

    Returns
    -------
    Sheet
        One row a fact, by section, in the order of the case file.
    """
    if section is not None and section not in vocabulary.SECTIONS:
        raise UsageError(
            f"there is no section {section!r}; choose from {', '.join(vocabulary.SECTIONS)}",
            f"没有 {section!r} 这一部分；可用：{'、'.join(vocabulary.SECTIONS)}",
        )
    case = placed.case
    sections = list(vocabulary.SECTIONS) if section is None else [section]
    chosen = [
        fact
        for name in sections
        for fact in case.facts
        if fact.section == name and (only is None or fact.id in only)
    ]
    part = getattr(vocabulary.SECTIONS[section], lang) if section else ""
    kind = "facts_chosen" if only is not None else "facts_section" if section else "facts"
    return Sheet(
        id=f"{case.id}-facts",
        lang=lang,
        title=word(f"title_{kind}", lang, name=getattr(case.short, lang), part=part),
        columns=(
            SheetColumn("section", word("section", lang)),
            SheetColumn("label", word("label", lang)),
            SheetColumn("figure", word("figure", lang)),
            SheetColumn("value", word("value", lang), "number"),
            SheetColumn("unit", word("unit", lang)),
            SheetColumn("period", word("period", lang)),
            SheetColumn("page", word("page", lang), "page"),
        ),
        rows=tuple(
            (
                getattr(vocabulary.SECTIONS[fact.section], lang),
                getattr(fact.label, lang),
                fact_text(fact, lang),
                fact.value,
                getattr(UNITS[fact.unit], lang) or None,
                period_text(fact.period, lang) if fact.period else None,
                fact.page,
            )
            for fact in chosen
        ),
        notes=(word("note_figures", lang),),
        source=source(placed, lang),
    )


def mechanisms(placed: PlacedCase, lang: str) -> Sheet:
    """The mechanisms of a case: one row each, with the path and mode that it realises."""
    case = placed.case
    rows = []
    for item in case.mechanisms:
        parties = [
            f"{getattr(vocabulary.PARTY_ROLES[party.role], lang)}{word('colon', lang)}{getattr(party.name, lang)}"
            for party in item.parties
        ]
        path, mode = vocabulary.PATHS[item.path], vocabulary.MODES[item.mode]
        rows.append(
            (
                getattr(item.name, lang),
                getattr(vocabulary.MECHANISM_KINDS[item.kind], lang),
                f"{getattr(path, lang)} → {getattr(mode, lang)}",
                word("then", lang).join(parties) or None,
                item.page,
            )
        )
    return Sheet(
        id=f"{case.id}-mechanisms",
        lang=lang,
        title=word("title_mechanisms", lang, name=getattr(case.short, lang)),
        columns=(
            SheetColumn("mechanism", word("mechanism", lang)),
            SheetColumn("kind", word("kind", lang)),
            SheetColumn("path_mode", word("path_mode", lang)),
            SheetColumn("parties", word("parties", lang)),
            SheetColumn("page", word("page", lang), "page"),
        ),
        rows=tuple(rows),
        source=source(placed, lang),
    )


def findings(placed: PlacedCase, found: Iterable[Finding], lang: str) -> Sheet:
    """Figures of a case recomputed from each other: contradictions first.

    Parameters
    ----------
    placed
        The case.
    found
        Its findings (:func:`eppv_atlas.claims.findings`).
    lang
        ``zh`` or ``en``.
    """
    verdicts = list(vocabulary.VERDICTS)
    case = placed.case
    return Sheet(
        id=f"{case.id}-findings",
        lang=lang,
        title=word("title_findings", lang, name=getattr(case.short, lang)),
        columns=(
            SheetColumn("verdict", word("verdict", lang)),
            SheetColumn("claim", word("claim", lang)),
            SheetColumn("arithmetic", word("arithmetic", lang)),
            SheetColumn("remark", word("remark", lang)),
            SheetColumn("pages", word("pages", lang)),
        ),
        rows=tuple(
            (
                getattr(vocabulary.VERDICTS[item.verdict], lang),
                getattr(item.label, lang),
                getattr(item.arithmetic, lang),
                getattr(item.remark, lang) if item.remark else None,
                word("and", lang).join(map(str, item.pages)) or None,
            )
            for item in sorted(found, key=lambda item: verdicts.index(item.verdict))
        ),
        notes=(word("note_findings", lang),),
        source=source(placed, lang),
    )
