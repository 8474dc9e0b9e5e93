"""Cases as GeoDataFrames for notebooks.

Floor 3: knows records and shapes; must not know files, maps or measures.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from eppv_atlas import boundaries, ledgers, vocabulary
from eppv_atlas.results import PlacedCase
from eppv_atlas.units import UNITS, to_m2

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

CRS = "OGC:CRS84"


def zones(cases: Iterable[PlacedCase]) -> gpd.GeoDataFrame:
    """One row a zone, geometry None where there is none, joined to its case.

    Returns
    -------
    GeoDataFrame
        CRS OGC:CRS84; ``stated_m2`` in m².
    """
    import geopandas as gpd

    rows = []
    for placed in cases:
        facts = {fact.id: fact for fact in placed.case.facts}
        for zone in placed.case.zones:
            shape = placed.shapes.get(zone.id)
            fact = facts.get(zone.stated_area or "")
            rows.append(
                {
                    **_case_columns(placed),
                    "zone": zone.id,
                    "zone_zh": zone.name.zh,
                    "zone_en": zone.name.en,
                    "kind": zone.kind,
                    "family": vocabulary.family(zone.kind).id,
                    "part_of": zone.part_of,
                    "as_printed": zone.printed,
                    "page": zone.page,
                    "stated_m2": to_m2(fact.value, fact.unit) if fact else None,
                    "geometry_type": zone.geometry.type,
                    "confidence": shape.confidence if shape else None,
                    "how_zh": zone.provenance.how.zh if zone.provenance else None,
                    "how_en": zone.provenance.how.en if zone.provenance else None,
                    "geometry": shape.geometry if shape else None,
                }
            )
    return gpd.GeoDataFrame(rows, geometry="geometry", crs=CRS)


def facts(cases: Iterable[PlacedCase]) -> gpd.GeoDataFrame:
    """One row a fact, with the shape of the zone it speaks of, joined to its case.

    Returns
    -------
    GeoDataFrame
        CRS OGC:CRS84; ``value`` is in ``unit``.
    """
    import geopandas as gpd

    rows = []
    for placed in cases:
        for fact in placed.case.facts:
            shape = placed.shapes.get(fact.about or "")
            rows.append(
                {
                    **_case_columns(placed),
                    "fact": fact.id,
                    "label_zh": fact.label.zh,
                    "label_en": fact.label.en,
                    "section": fact.section,
                    "page": fact.page,
                    "printed": fact.printed,
                    "value": fact.value,
                    "unit": fact.unit,
                    "quantity": UNITS[fact.unit].quantity,
                    "qualifier": fact.qualifier,
                    "period": fact.period,
                    "about": fact.about,
                    "of": fact.of,
                    "geometry": shape.geometry if shape else None,
                }
            )
    return gpd.GeoDataFrame(rows, geometry="geometry", crs=CRS)


def mechanisms(cases: Iterable[PlacedCase]) -> pd.DataFrame:
    """One row a mechanism; columns as :data:`eppv_atlas.ledgers.columns.MECHANISMS`."""
    import pandas as pd

    ledger = ledgers.mechanisms(cases)
    return pd.DataFrame(list(ledger.rows), columns=[column.name for column in ledger.columns])


def _case_columns(placed: PlacedCase) -> dict[str, Any]:
    case = placed.case
    return {
        "case": case.id,
        "batch": case.batch,
        "title_zh": case.title.zh,
        "title_en": case.title.en,
        "path": case.path.id,
        "mode": case.mode.id,
        "category": case.category.id,
        "province": boundaries.place(case.places[0]).province,
    }
