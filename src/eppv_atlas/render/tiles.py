"""Zones and case points as vector tiles in one PMTiles archive.

Web Mercator is only the scheme of the tiles: shapes go in as longitude and
latitude, no area is computed here, and those that a tile tells came in with
the measures. ``docs/tiles.md`` has the attributes and why ``freestiler``
makes the tiles.

Floor 3, part of render: knows records, measures and shapes; must not know
pages, or where an archive is put in the end.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import shapely

from eppv_atlas import vocabulary
from eppv_atlas.cards import filed
from eppv_atlas.errors import RenderError, UsageError
from eppv_atlas.reading_out import fact_text
from eppv_atlas.render import packing
from eppv_atlas.results import Measure, PlacedCase

ARCHIVE: Final = "atlas.pmtiles"
"""Name of the archive beside the page."""
LOW: Final = 7
"""Zoom from which zones are drawn, as on the national page."""
HIGH: Final = 12
"""Largest zoom of the tiles; nearer, they are enlarged. A step of a tile is then 2.4 m at the equator."""


def write_tiles(cases: Iterable[tuple[PlacedCase, Sequence[Measure]]], path: Path) -> int:
    """Write an archive with the layers ``zones`` and ``cases``.

    Parameters
    ----------
    cases
        Cases with their measures, taken one after the other.
    path
        Where the archive is written.

    Returns
    -------
    int
        Number of zones in it.

    Raises
    ------
    UsageError
        If the package that makes tiles is not installed.
    RenderError
        If there is nothing to write, or the tiles cannot be made.
    """
    making = maker()
    import geopandas as gpd

    zones: list[dict[str, Any]] = []
    shapes: list[Any] = []
    points: list[dict[str, Any]] = []
    at: list[Any] = []
    for placed, measures in cases:
        points.append(case_says(placed))
        at.append(placed.anchor)
        for says, shape in zip(zones_say(placed, measures), _drawn(placed), strict=True):
            zones.append(says)
            shapes.append(shape)
    if not points:
        raise RenderError("there is no case to make tiles of", "没有可制成切片的案例")
    layers = {"cases": gpd.GeoDataFrame(points, geometry=at, crs="OGC:CRS84")}
    if zones:
        flat = packing.flat(np.array(shapes, dtype=object))
        order = packing.hilbert_order(shapely.bounds(flat))
        frame = gpd.GeoDataFrame(zones, geometry=flat, crs="OGC:CRS84")
        layers["zones"] = frame.iloc[order].reset_index(drop=True)
    held = {
        name: making.freestile_layer(_closed(frame), min_zoom=LOW, max_zoom=HIGH)
        for name, frame in layers.items()
    }
    try:
        making.freestile(held, path, min_zoom=LOW, max_zoom=HIGH, generate_ids=False, quiet=True)
    except (RuntimeError, ValueError, OSError) as error:
        raise RenderError(f"the tiles could not be made: {error}", f"切片未能生成：{error}") from error
    return len(zones)


def zones_say(placed: PlacedCase, measures: Sequence[Measure]) -> list[dict[str, Any]]:
    """Attributes of the zones that have a shape; what there is not is None."""
    facts = {fact.id: fact for fact in placed.case.facts}
    by_zone = {measure.zone: measure for measure in measures}
    out = []
    for zone in placed.case.zones:
        if zone.id not in placed.shapes:
            continue
        measure = by_zone[zone.id]
        told = facts.get(zone.stated_area or "") or facts.get(zone.stated_share or "")
        kind = vocabulary.ZONE_KINDS[zone.kind]
        difference = None
        if measure.difference_pct is not None:
            difference = f"{measure.difference_pct:+.2f}%".replace("-", "−")
        out.append(
            {
                "case": placed.case.id,
                "zone": zone.id,
                "name_zh": zone.name.zh,
                "name_en": zone.name.en,
                "kind_zh": kind.zh,
                "kind_en": kind.en,
                "family": vocabulary.family(zone.kind).id,
                "confidence": placed.shapes[zone.id].confidence,
                "stated": measure.stated_m2,
                "told_zh": fact_text(told, "zh") if told else None,
                "told_en": fact_text(told, "en") if told else None,
                "page": told.page if told else None,
                "measured": round(measure.area_m2 or 0.0, 2),
                "difference": difference,
                "made": 1 if measure.made_from_stated else None,
                "unit": 1 if vocabulary.stands_for_unit(zone.kind, measure.confidence) else None,
                "how_zh": zone.provenance.how.zh if zone.provenance else None,
                "how_en": zone.provenance.how.en if zone.provenance else None,
            }
        )
    return out


def case_says(placed: PlacedCase) -> dict[str, Any]:
    """Attributes of a case's point: its names and what it is filed under."""
    case, held = placed.case, filed(placed)
    return {
        "case": case.id,
        "name_zh": case.short.zh,
        "name_en": case.short.en,
        "place_zh": case.place_name.zh,
        "place_en": case.place_name.en,
        "path": held.path,
        "mode": ",".join(held.modes),
        "category": held.category,
        "province": ",".join(held.provinces),
        "batch": held.batch,
        "ecosystem": ",".join(held.ecosystems) or None,
        "confidence": ",".join(held.confidences),
        "position": placed.anchor_confidence,
    }


def _drawn(placed: PlacedCase) -> list[Any]:
    return [placed.shapes[zone.id].geometry for zone in placed.case.zones if zone.id in placed.shapes]


def _closed(frame: Any) -> Any:
    """The frame with texts of which none holds half a character, and without columns that hold nothing."""
    frame = frame.dropna(axis="columns", how="all")
    for name in frame.columns:
        if name != "geometry" and frame[name].dtype == object:
            frame[name] = [
                text.encode("utf-8", "replace").decode("utf-8") if isinstance(text, str) else text
                for text in frame[name]
            ]
    return frame


def maker() -> Any:
    """The package that makes tiles.

    Raises
    ------
    UsageError
        If it is not installed.
    """
    try:
        import freestiler
    except ImportError:
        raise UsageError(
            "tiles need one more package: pip install 'eppv-atlas[tiles]'",
            "制作切片需要另一个软件包：pip install 'eppv-atlas[tiles]'",
        ) from None
    return freestiler
