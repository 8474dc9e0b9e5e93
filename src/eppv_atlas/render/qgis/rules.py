"""Rules of QGIS for each layer: which feature looks how, what is written beside it, and in which order.

Floor 3, part of render: knows the vocabulary and styles; must not know cases or files.
"""

from __future__ import annotations

from typing import Final
from xml.etree import ElementTree as ET

from eppv_atlas import vocabulary
from eppv_atlas.render import style
from eppv_atlas.render.phrases import PHRASES
from eppv_atlas.render.qgis import looks, symbols
from eppv_atlas.render.qgis.labels import Label, labelling
from eppv_atlas.render.qgis.markup import among, column, node, not_among, quoted, words

_ZONE_NAMES_TO: Final = 3_000_000
_SITES_TO: Final = 4_000_000
_SITE_NAMES_TO: Final = 600_000


class _Renderer:
    """Rules with their symbols, numbered as they come."""

    def __init__(self, layer: str) -> None:
        self._layer = layer
        self._rules = node("rules", {"key": layer})
        self._symbols = node("symbols")

    @property
    def next(self) -> str:
        """Name of the symbol that comes next."""
        return str(len(self._symbols))

    def add(
        self,
        key: str,
        label: str,
        chosen: str,
        look: ET.Element,
        above: ET.Element | None = None,
        out_to: int = 0,
    ) -> ET.Element:
        """A rule with its look; within another rule if one is given; up to a scale if one is given."""
        self._symbols.append(look)
        given: dict[str, object] = {"key": key, "label": label, "filter": chosen}
        given["symbol"] = look.attrib["name"]
        if out_to:
            given |= {"scalemindenom": 1, "scalemaxdenom": out_to}
        rule = node("rule", given)
        (self._rules if above is None else above).append(rule)
        return rule

    def element(self, order: str | None = None) -> ET.Element:
        """The renderer; features in the descending order of an expression if one is given."""
        given: dict[str, object] = {"type": "RuleRenderer", "symbollevels": 0, "forceraster": 0}
        given |= {"enableorderby": order is not None, "referencescale": -1}
        out = node("renderer-v2", given, self._rules, self._symbols)
        if order:
            out.append(node("orderby", {}, words("orderByClause", order, {"asc": 0, "nullsFirst": 0})))
        return out


def zones(lang: str) -> list[ET.Element]:
    """Families, each with its confidences; the largest zone first, so that what lies within lies above."""
    out = _Renderer("zones")
    for family in looks.zones(lang):
        above = None
        if len(family.rules) > 1:
            above = out.add(family.key, family.label, family.filter, symbols.family(family, out.next))
        for look in family.rules:
            out.add(look.key, look.label, look.filter, symbols.zone(look, out.next), above)
    order = f"coalesce({column('measured_m2')}, $area)"
    return [out.element(order), labelling("zones", _zone_names(lang))]


_SMALLER: Final = (
    " AND ".join(
        f"attribute($currentfeature, {quoted(name)}) {sign} attribute(@parent, {quoted(name)})"
        for name, sign in (("case", "="), ("measured_m2", "<"))
    )
    + f" AND NOT {looks.CELLS}"
)
"""Expression: a zone of the same case that is smaller, and no grid. QGIS takes a bare ``case`` for a word of its own."""
_UNCOVERED: Final = (
    "coalesce(difference($geometry, buffer("
    f"aggregate(@layer_id, 'collect', $geometry, {_SMALLER}), 0)), $geometry)"
)
"""Expression: what smaller zones of the case leave of a zone, where its name belongs."""


def _zone_names(lang: str) -> tuple[Label, ...]:
    """Names of zones; what is schematic says so; that of an extent gives way."""
    mark = PHRASES["schematic_mark"][lang]
    mark = f"（{mark}）" if lang == "zh" else f" ({mark})"
    name = _folded(column(f"name_{lang}")) + f" || if({looks.ZONE_TRUST} = 'schematic', {quoted(mark)}, '')"
    extents = [kind.id for kind in vocabulary.ZONE_KINDS.values() if kind.group == "extent"]
    title = looks.name(vocabulary.FAMILIES["extent"], lang)
    return (
        Label(
            "zones-extent-names", title, name, among("kind", extents), size=9.5,
            colour=style.GROUND["quiet"], out_to=_ZONE_NAMES_TO, least_mm=14.0, within=_UNCOVERED, weight=0.5,
 priority=3,
        ),
        Label(
            "zones-names", "其他分区" if lang == "zh" else "Other zones", name, not_among("kind", extents),
            size=9.0, out_to=_ZONE_NAMES_TO, least_mm=6.0, bold=True, within=_UNCOVERED, weight=0.5,
 priority=6,
        ),
    )  # fmt: skip


def _folded(name: str) -> str:
    """Expression: a long name, what it has in brackets on a line of its own."""
    return f"if(length({name}) > 14, replace({name}, '（', '\\n（'), {name})"


def cases(lang: str) -> list[ET.Element]:
    """Paths."""
    out = _Renderer("cases")
    for key, term in vocabulary.PATHS.items():
        out.add(f"cases-{key}", looks.name(term, lang), among("path", [key]), symbols.case(key, out.next))
    label = "其他路径" if lang == "zh" else "Other paths"
    out.add("cases-other", label, not_among("path", vocabulary.PATHS), symbols.case(None, out.next))
    title = "案例" if lang == "zh" else "Cases"
    name = Label(
        "cases-names",
        title,
        column(f"short_{lang}"),
        size=10.0,
        bold=True,
        points=True,
        weight=2.0,
        priority=10,
    )
    return [out.element(), labelling("cases", (name,))]


def sites(lang: str) -> list[ET.Element]:
    """Groups of kinds, each with and without a position to trust."""
    mark = PHRASES["schematic_mark"][lang]
    groups = [
        (key, getattr(one, lang), one.shape, among("kind", one.kinds))
        for key, one in looks.SITE_GROUPS.items()
    ]
    other = "其他类型" if lang == "zh" else "Other kinds"
    groups.append(("other", other, "pentagon", not_among("kind", vocabulary.SITE_KINDS)))
    out = _Renderer("sites")
    for key, label, shape, chosen in groups:
        for schematic in (False, True):
            look = symbols.site(shape, out.next, schematic=schematic)
            test = f"{chosen} AND {looks.POINT_TRUST} {'=' if schematic else '<>'} 'schematic'"
            own = f"{label} · {mark}" if schematic else label
            end = "schematic" if schematic else "placed"
            out.add(f"sites-{key}-{end}", own, test, look, out_to=_SITES_TO)
    title = "地点" if lang == "zh" else "Sites"
    name = Label(
        "sites-names", title, column(f"name_{lang}"), size=8.5, colour=style.GROUND["note"],
        out_to=_SITE_NAMES_TO, points=True, priority=7,
    )  # fmt: skip
    return [out.element(), labelling("sites", (name,))]
