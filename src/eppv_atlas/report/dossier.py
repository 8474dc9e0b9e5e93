"""A case as a dossier, and all cases as an overview: the blocks that a report is made of.

Floor 3¾, part of report: knows figures, views and sheets; receives measures,
findings and certificates, never computes them; must not know files or formats.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from eppv_atlas import sheets, vocabulary
from eppv_atlas.certificate import Certificate
from eppv_atlas.exhibits import Figure
from eppv_atlas.render.case_view import case_view, citation
from eppv_atlas.render.phrases import PHRASES
from eppv_atlas.report.blocks import Block, Bullets, Heading, Item, Paragraph, Picture, Table
from eppv_atlas.report.brief import brief
from eppv_atlas.report.words import WORDS
from eppv_atlas.units import UNITS, area_text

WIDTH_CM: Final = 16.0
DPI: Final = 300
AREA_COLUMNS: Final = (
    *("zone", "printed", "page", "measured_km2", "measured_ha", "measured_mu"),
    *("difference", "confidence"),
)
"""Columns of the table of areas: the stated area as the document has it, the measured one in three units."""
_OPEN: Final = ("disagrees", "care")


def dossier(
    figure: Figure,
    certificates: Sequence[Certificate],
    lang: str,
    *,
    every_fact: bool = False,
    live: bool = False,
    dpi: int = DPI,
) -> tuple[Block, ...]:
    """Everything that a report says of one case.

    Parameters
    ----------
    figure
        The case, with its measures.
    certificates
        Area certificates of its zones.
    lang
        ``zh`` or ``en``.
    every_fact
        Whether the whole ledger of facts goes in, or the key facts only: the three of
        the card, areas of zones, and figures that a finding calls into question.
    live
        Whether the live map goes in beside its picture.
    dpi
        Dots an inch of the picture.
    """
    placed = figure.cases[0]
    case, settings = placed.case, figure.settings
    findings = figure.findings()
    assert settings is not None
    view = case_view(placed, figure.measures[case.id], figure.totals(), findings, settings)
    out: list[Block] = [
        Heading(1, getattr(case.title, lang), case.id),
        Paragraph(view["place"][lang], "lead"),
        Bullets(tuple(_typology(view, lang))),
        _picture(figure, lang, live=live, dpi=dpi),
        Heading(2, PHRASES["headline"][lang]),
        Bullets(
            tuple(
                Item(_value(fact, lang), _cited(fact["label"][lang], fact["page"], lang))
                for fact in view["headlines"]
            )
        ),
        Heading(2, PHRASES["about_case"][lang]),
    ]
    for part in view["summary"]:
        out += [Heading(3, part["name"][lang]), Paragraph(part["text"][lang])]
    areas, bare = brief(figure.table(lang), AREA_COLUMNS)
    out.append(Heading(2, PHRASES["area_table"][lang]))
    if areas.rows:
        out.append(Table(areas))
    if bare:
        out.append(
            Paragraph(
                WORDS["bare_zones"][lang].format(
                    n=len(bare), names=("、" if lang == "zh" else ", ").join(bare)
                ),
                "note",
            )
        )
    wanted = None if every_fact else _key_facts(figure, findings)
    out += [
        Heading(2, WORDS["facts" if every_fact else "key_facts"][lang]),
        Table(sheets.facts(placed, lang, only=wanted)),
    ]
    if view["mechanisms"]:
        out += [
            Heading(2, PHRASES["mechanisms"][lang]),
            Bullets(tuple(_mechanism(item, lang) for item in view["mechanisms"])),
        ]
    out += [Heading(2, WORDS["contradictions"][lang]), *_contradictions(view["open"], len(findings), lang)]
    if certificates:
        out += [
            Heading(2, WORDS["certificates"][lang]),
            Bullets(tuple(_certificate(item, lang) for item in certificates)),
            Paragraph(WORDS["certificates_note"][lang].format(id=case.id), "note"),
        ]
    out += [Heading(2, PHRASES["citation"][lang]), Paragraph(citation(case, settings)[lang])]
    return tuple(out)


def overview(
    figure: Figure, lang: str, *, live: bool = False, dpi: int = DPI, left_out: int = 0
) -> tuple[Block, ...]:
    """What a report says of all cases together: the national map and tables across cases.

    Of the cases in the atlas, `left_out` could not be told.
    """
    assert figure.whole
    told = WORDS["overview_text"][lang].format(cases=len(figure.cases))
    if left_out:
        told += ("" if lang == "zh" else " ") + WORDS["overview_left_out"][lang].format(n=left_out)
    return (
        Heading(1, WORDS["overview"][lang], "overview"),
        Paragraph(told),
        _picture(figure, lang, live=live, dpi=dpi),
        Table(figure.table(lang)),
        Table(sheets.modes(figure.cases, lang)),
        Table(sheets.headlines(figure.cases, lang)),
    )


def _picture(figure: Figure, lang: str, *, live: bool, dpi: int) -> Picture:
    own = WORDS["national_caption" if figure.whole else "case_caption"][lang]
    name = figure.title(lang) if figure.whole else getattr(figure.cases[0].case.short, lang)
    return Picture(
        figure.image("png", lang=lang, width_cm=WIDTH_CM, dpi=dpi, titled=False),
        figure.alt(lang),
        own.format(name=name),
        WIDTH_CM,
        figure.page() if live else b"",
    )


def _typology(view: Mapping[str, Any], lang: str) -> Iterator[Item]:
    held = [
        ("path", view["path"]),
        ("mode", view["mode"]),
        *(("further_modes", mode) for mode in view["furtherModes"]),
    ]
    for label, item in (*held, ("category", view["category"])):
        ground = item["basis"][lang] + (
            ("，" if lang == "zh" else ", ") + _page(item["page"], lang) if item["page"] else ""
        )
        note = (item["note"][lang],) if item["note"] else ()
        yield Item(
            PHRASES[label][lang],
            f"{item['name'][lang]}（{ground}）" if lang == "zh" else f"{item['name'][lang]} ({ground})",
            note,
        )


def _cited(text: str, page: Any, lang: str) -> str:
    told = _page(page, lang)
    return f"{text}（{told}）" if lang == "zh" else f"{text} ({told})"


def _value(fact: Mapping[str, Any], lang: str) -> str:
    return str(fact["value"][lang])


def _page(number: Any, lang: str) -> str:
    return f"{PHRASES['page'][lang]}{number}{PHRASES['page_after'][lang]}"


def _key_facts(figure: Figure, findings: Sequence[Any]) -> frozenset[str]:
    case = figure.cases[0].case
    areas = {name for zone in case.zones for name in (zone.stated_area, zone.stated_share) if name}
    doubted = {name for finding in findings if finding.verdict in _OPEN for name in finding.facts}
    return frozenset({*case.headlines, *areas, *doubted})


def _mechanism(item: Mapping[str, Any], lang: str) -> Item:
    zh = lang == "zh"
    head = [item["kind"][lang], f"{item['path'][lang]} → {item['mode'][lang]}", _page(item["page"], lang)]
    remarks = [("；" if zh else "; ").join(head)]
    if item["parties"]:
        told = [
            f"{party['role'][lang]}{'：' if zh else ': '}{party['name'][lang]}" for party in item["parties"]
        ]
        remarks.append(f"{PHRASES['parties'][lang]}{'：' if zh else ': '}{('；' if zh else '; ').join(told)}")
    for rule in item["rules"]:
        figures = [
            f"{_value(fact, lang)}{'，' if zh else ', '}{_page(fact['page'], lang)}" for fact in rule["facts"]
        ]
        inner = ("；" if zh else "; ").join(dict.fromkeys(figures))  # several facts may stand on one print
        told_rule = rule["text"][lang].rstrip("。.")
        remarks.append(told_rule + (f"（{inner}）" if zh else f" ({inner})") if figures else told_rule)
    if item["actsOn"]:
        names = ("、" if zh else ", ").join(thing["name"][lang] for thing in item["actsOn"])
        remarks.append(f"{PHRASES['acts_on'][lang]}{'：' if zh else ': '}{names}")
    return Item(item["name"][lang], item["about"][lang], tuple(remarks))


def _contradictions(found: Sequence[Mapping[str, Any]], of: int, lang: str) -> Iterator[Block]:
    if not found:
        yield Paragraph(WORDS["no_contradictions"][lang].format(of=of))
        return
    yield Paragraph(WORDS["contradictions_text"][lang].format(count=len(found), of=of))
    items = []
    for item in found:
        pages = ("、" if lang == "zh" else ", ").join(_page(number, lang) for number in item["pages"])
        remarks = [item["remark"][lang]] if item["remark"] else []
        sep = "：" if lang == "zh" else ": "
        items.append(
            Item(
                f"{item['verdictName'][lang]}{sep}{item['label'][lang]}",
                item["arithmetic"][lang],
                (*remarks, pages),
            )
        )
    yield Bullets(tuple(items))


def _certificate(item: Certificate, lang: str) -> Item:
    zh = lang == "zh"
    trust = getattr(vocabulary.CONFIDENCES[item.confidence], lang)
    sizes = [
        f"{area_text(item.area_m2, unit)}{'' if zh else ' '}{getattr(UNITS[unit], lang)}"
        for unit in ("km2", "ha", "mu")
    ]
    exact = f"{item.area_m2:,.2f}{'' if zh else ' '}{getattr(UNITS['m2'], lang)}"
    return Item(
        getattr(item.name, lang) + (f"（{trust}）" if zh else f" ({trust.lower()})"),
        f"{exact} = {' = '.join(sizes)}",
        (getattr(item.statement, lang), f"SHA-256 {item.sha256}"),
    )
