"""The cases of a large atlas as columns, packed and deflated, for the national page.

``docs/packed-format.md`` has the format. The rows stand in the order of the
list: by path, mode, batch and number.

Floor 3, part of render: knows case records, the vocabulary and Folium layers;
must not know whole cases, measures or files.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Any, Final

import numpy as np

from eppv_atlas import vocabulary
from eppv_atlas.cards import CaseRecord, Pair
from eppv_atlas.model import Settings
from eppv_atlas.render import facets, packing, style
from eppv_atlas.render.layers import DataLayer, figure_of
from eppv_atlas.render.page import Verbatim
from eppv_atlas.render.streams import Streams
from eppv_atlas.render.words import pinyin

CROWD_FROM: Final = 500
"""More cases than this travel as columns and are drawn on a canvas."""
_LEVEL: Final = 7
"""Deflate level: measured on 100,000 cases, 9 takes twice the time for 1 % less."""

SAME: Final = "\x01"
"""Stands for the short name of the case in a name, for the number in a figure."""
GROUPED: Final = "\x02"
"""Stands for the number with its thousands apart."""
_MARKS: Final = str.maketrans({SAME: " ", GROUPED: " "})
_NUMBERS: Final = re.compile(r"\d(?:[\d.,]*\d)?", re.ASCII)
_NUMBER: Final = re.compile(r"(?<![\d.,])\d{1,15}(?:\.\d{1,9})?(?![\d.,]*\d)", re.ASCII)


class CrowdLayer(DataLayer):
    """Cases of any number: markers and clusters on a canvas, search, facets, a list of which the seen part exists.

    Parameters
    ----------
    cases
        Records, in any order.
    settings
        The atlas: names of its batches.
    linked
        Ids of the cases that have a page of their own; None where all have one.
    tiles
        Where the zones are, as a page beside the tiles names them; empty without.
    """

    def __init__(
        self,
        cases: Iterable[CaseRecord],
        settings: Settings,
        linked: Container[str] | None = None,
        tiles: Mapping[str, Any] | None = None,
    ) -> None:
        self.records = in_order(cases)
        meta, self.blob = packed(self.records, settings, linked)
        super().__init__(
            "crowd", {**meta, "tiles": dict(tiles) if tiles else None}, ("tiled",) if tiles else ()
        )

    def render(self, **kwargs: Any) -> str:
        """Write the columns, their names and the call that shows them into the figure."""
        name = self.place()
        figure_of(self).html.add_child(
            Verbatim(f'<script type="text/plain" id="{name}-blob">{packing.text(self.blob)}</script>'),
            name=f"{name}-blob",
        )
        return super().render(**kwargs)


def in_order(cases: Iterable[CaseRecord]) -> list[CaseRecord]:
    """Records in the order of the list: by path, mode, batch and number."""
    paths = {name: i for i, name in enumerate(vocabulary.PATHS)}
    modes = {name: i for i, name in enumerate(vocabulary.MODES)}
    return sorted(
        cases,
        key=lambda case: (
            paths[case.filed.path],
            modes[case.filed.modes[0]],
            case.filed.batch,
            case.order,
            case.id,
        ),
    )


def runs(cases: Sequence[CaseRecord]) -> list[dict[str, Any]]:
    """Stretches of one path and mode: first row of each."""
    out: list[dict[str, Any]] = []
    for i, case in enumerate(cases):
        path, mode = case.filed.path, case.filed.modes[0]
        if not out or (out[-1]["path"], out[-1]["mode"]) != (path, mode):
            out.append({"path": path, "mode": mode, "from": i})
    return out


def packed(
    cases: Sequence[CaseRecord], settings: Settings, linked: Container[str] | None = None
) -> tuple[dict[str, Any], bytes]:
    """What the page says of the columns, and the columns, deflated.

    Parameters
    ----------
    cases
        Records, in the order of the list.
    settings
        The atlas: names of its batches.
    linked
        Ids of the cases that have a page of their own; None where all have one.
    """
    streams = Streams()
    at = np.array([(case.lon, case.lat) for case in cases], np.float64).reshape(-1, 2)
    grid = np.rint(at * packing.PACKED).astype(np.int64)
    streams.add("steps", packing.varints(packing.zigzag(np.diff(grid, axis=0, prepend=0))))
    streams.lines("id", ((case.id, case.id) for case in cases))
    streams.lines("short", (case.short for case in cases))
    spelled = [pinyin.__wrapped__(case.short[0]) for case in cases]
    streams.lines("pinyin", zip(spelled, spelled, strict=True))
    streams.lines("title", (case.title for case in cases))
    streams.coded("place", [case.place for case in cases])
    places = [pinyin.__wrapped__(zh) for zh, _ in dict.fromkeys(case.place for case in cases)]
    streams.lines("place-pinyin", zip(places, places, strict=True))
    names = [_names_of(case) for case in cases]
    _names(streams, cases, names)
    _figures(streams, cases, names)
    positions = list(vocabulary.CONFIDENCES)
    streams.numbers("position", [positions.index(case.position) for case in cases])
    if linked is not None:
        streams.numbers("linked", [case.id in linked for case in cases])
    table = _facets(streams, cases, settings)
    meta = {
        "count": len(cases),
        "scale": packing.PACKED,
        "streams": streams.table,
        "runs": runs(cases),
        "facets": table,
        "confidences": positions,
        "families": list(vocabulary.FAMILIES),
        "paths": _named(vocabulary.PATHS),
        "modes": _named(vocabulary.MODES),
        "styles": {
            "paths": {
                name: {"colour": s.colour, "outline": s.outline} for name, s in style.PATH_STYLES.items()
            },
            "glyphs": style.MODE_GLYPHS,
        },
        "abroad": next((i for i, case in enumerate(cases) if not case.filed.provinces[0].isdigit()), None),
    }
    return meta, zlib.compress(b"".join(streams.raw), _LEVEL)


def _figures(streams: Streams, cases: Sequence[CaseRecord], names: Sequence[list[Pair]]) -> None:
    """Headlines and bars: how many a case has, and what each says."""
    lines = [line for case in cases for line in case.headlines]
    bars = [bar for case in cases for bar in case.bars]
    families = list(vocabulary.FAMILIES)
    confidences = ["", *vocabulary.CONFIDENCES]
    streams.numbers("headlines", [len(case.headlines) for case in cases])
    streams.coded("label", [line.label for line in lines])
    streams.numbers("page", [line.page for line in lines])
    streams.numbers("bars", [len(case.bars) for case in cases])
    streams.numbers("more-bars", [case.more_bars for case in cases])
    found = [held.index(bar.name) for case, held in zip(cases, names, strict=True) for bar in case.bars]
    streams.numbers("bar-name", found)
    streams.numbers("bar-family", [families.index(bar.family) for bar in bars])
    streams.numbers("bar-area", [round(bar.area_m2) for bar in bars])
    streams.numbers("bar-confidence", [confidences.index(bar.confidence) for bar in bars])
    streams.numbers("bar-page", [bar.page or 0 for bar in bars])
    told = [line.value for line in lines] + [bar.value or ("", "") for bar in bars]
    parted = [parted_value(value) for value in told]
    streams.coded("value", [form for form, _ in parted])
    streams.lines("number", ((number, number) for _, number in parted))


def _names(streams: Streams, cases: Sequence[CaseRecord], names: Sequence[list[Pair]]) -> None:
    """Names of zones and sites, each different one once; a mark stands where the case's own name does."""
    place: dict[Pair, int] = {}
    codes = [
        place.setdefault(marked_name(name, case.short), len(place))
        for case, held in zip(cases, names, strict=True)
        for name in held
    ]
    streams.lines("name", place)
    streams.numbers("names", list(map(len, names)))
    streams.steps("name-codes", codes)


def marked_name(name: Pair, short: Pair) -> Pair:
    r"""A name with a mark where the short name of its case stands.

    >>> marked_name(("西溪湿地片区", "Xixi wetland district"), ("西溪湿地", "Xixi wetland"))
    ('\x01片区', '\x01 district')
    """
    zh, en = _plain(name)
    return (
        zh.replace(short[0], SAME, 1) if len(short[0]) > 1 else zh,
        en.replace(short[1], SAME, 1) if len(short[1]) > 1 else en,
    )


def parted_value(value: Pair) -> tuple[Pair, str]:
    r"""A figure as its form and its number, where both languages write the same number.

    >>> parted_value(("21.88平方公里", "21.88 km²"))
    (('\x01平方公里', '\x01 km²'), '21.88')
    >>> parted_value(("5500万人次", "55 million visits"))
    (('5500万人次', '55 million visits'), '')
    """
    zh, en = _plain(value)
    found = _NUMBER.search(zh)
    if found:
        number = found[0]
        whole, dot, rest = number.partition(".")
        grouped = f"{int(whole):,}{dot}{rest}"
        for mark, text in ((SAME, number), (GROUPED, grouped)):
            match = next((one for one in _NUMBERS.finditer(en) if one[0] == text), None)
            if match and not (mark == GROUPED and whole != str(int(whole))):
                return (
                    zh[: found.start()] + SAME + zh[found.end() :],
                    en[: match.start()] + mark + en[match.end() :],
                ), number
    return (zh, en), ""


def _plain(pair: Pair) -> Pair:
    """A pair of texts without our own marks in it."""
    zh, en = pair
    return (zh, en) if zh.isprintable() and en.isprintable() else (zh.translate(_MARKS), en.translate(_MARKS))


def _names_of(case: CaseRecord) -> list[Pair]:
    return list(dict.fromkeys([*(bar.name for bar in case.bars), *case.names]))


def _facets(streams: Streams, cases: Sequence[CaseRecord], settings: Settings) -> list[dict[str, Any]]:
    """Facets with their values; the values of each case as codes, with how many there are where not one."""
    filings = [case.filed for case in cases]
    table, codes = facets.coded(facets.facets_of(filings, settings), filings)
    for f, facet in enumerate(table):
        of_facet = [row[f] for row in codes]
        facet["many"] = any(len(values) != 1 for values in of_facet)
        if facet["many"]:
            streams.numbers(f"facet-{f}-counts", [len(values) for values in of_facet])
        streams.numbers(f"facet-{f}", [code for values in of_facet for code in values])
    return table


def _named(table: Mapping[str, vocabulary.Term]) -> dict[str, dict[str, str]]:
    return {name: {"zh": term.zh, "en": term.en} for name, term in table.items()}
