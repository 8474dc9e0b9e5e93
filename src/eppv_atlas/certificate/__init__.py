"""Area certificates: the area of a zone with all that an auditor needs to recompute it.

A certificate gives the area by every edge model and in the planes that
offices use, says how far each is from the geodesic area and why, and binds all
of it to the coordinates by their SHA-256. It certifies a computation on
coordinates; its statement says what these coordinates are worth.

Floor 3: knows records, shapes, the area engine and units; must not know files,
maps or the command line.
"""

from __future__ import annotations

import hashlib
from importlib.metadata import version
from typing import Final

import numpy as np
import pyproj
import shapely

from eppv_atlas.area import area_m2, perimeter_m
from eppv_atlas.area.rings import from_shapes
from eppv_atlas.certificate.forms import SHA256_OF, as_dict, reasons, rows, value_rows
from eppv_atlas.certificate.methods import BODY, lengths, values, web_mercator
from eppv_atlas.certificate.record import CRS, METHOD, AreaBy, Certificate
from eppv_atlas.errors import AreaError
from eppv_atlas.model import Name, NoShape, Zone
from eppv_atlas.results import PlacedCase, ZoneShape

__all__ = [
    "CRS",
    "METHOD",
    "SHA256_OF",
    "AreaBy",
    "Certificate",
    "as_dict",
    "case",
    "reasons",
    "rows",
    "value_rows",
    "zone",
]

_MADE: Final = Name(
    en="The shape was made to have a given area: this certifies the computation only, not the land.",
    zh="图形按给定面积生成：本证明只证明计算，不证明土地面积。",
)
_WORTH: Final = {
    "schematic": Name(
        en="The shape is schematic: this certifies the computation only, not the land.",
        zh="图形为示意：本证明只证明计算，不证明土地面积。",
    ),
    "administrative": Name(
        en="The outline is general-purpose data of an administrative unit: this certifies the area of these "
        "coordinates, not that of the unit in law.",
        zh="界线为行政区通用数据：本证明证明这些坐标的面积，不是该行政区的法定面积。",
    ),
    "digitised": Name(
        en="The outline was traced from a map or image: this certifies the area of these coordinates.",
        zh="边界由底图或图件描绘：本证明证明这些坐标的面积。",
    ),
    "official": Name(
        en="The boundary was published by the authority: this certifies the area of these coordinates.",
        zh="边界由主管部门公布：本证明证明这些坐标的面积。",
    ),
    "surveyed": Name(
        en="The boundary is from a survey of record: this certifies the area of these coordinates.",
        zh="边界来自法定测量成果：本证明证明这些坐标的面积。",
    ),
}


def case(placed: PlacedCase) -> list[Certificate]:
    """Certificates of every zone of a case that has a geometry, in zone order."""
    return [zone(placed, item.id) for item in placed.case.zones if item.id in placed.shapes]


def zone(placed: PlacedCase, zone_id: str) -> Certificate:
    """The area certificate of a zone.

    Parameters
    ----------
    placed
        A case with its shapes, e.g. ``atlas["nanping-wuyishan"]``.
    zone_id
        Id of the zone.

    Raises
    ------
    AreaError
        If there is no such zone, or it has no geometry.
    """
    item = next((item for item in placed.case.zones if item.id == zone_id), None)
    if item is None:
        raise AreaError(
            f"case {placed.case.id} has no zone {zone_id!r}", f"案例 {placed.case.id} 没有分区 {zone_id!r}"
        )
    shape = placed.shapes.get(zone_id)
    if shape is None or shape.geometry.is_empty:
        why = item.geometry.reason if isinstance(item.geometry, NoShape) else Name(en="empty", zh="空")
        raise AreaError(
            f"zone {zone_id} has no geometry and so no area to certify: {why.en}",
            f"分区 {zone_id} 没有图形，没有可证明的面积：{why.zh}",
        )
    return _certified(placed.case.id, item, shape)


def _certified(case_id: str, item: Zone, shape: ZoneShape) -> Certificate:
    geometry = shapely.force_2d(shape.geometry)
    found = from_shapes([geometry])
    at = shapely.get_coordinates(geometry)
    base = area_m2(geometry)
    return Certificate(
        statement=_MADE if shape.solved else _WORTH[shape.confidence],
        case=case_id,
        zone=item.id,
        name=item.name,
        geometry_type=item.geometry.type,
        origin=shape.origin,
        confidence=shape.confidence,
        made_to_size=shape.solved,
        made=shape.made,
        how=item.provenance.how if item.provenance else None,
        polygons=int((found.sign > 0).sum()),
        rings=len(found.sign),
        holes=int((found.sign < 0).sum()),
        vertices=len(found.lon) - len(found.sign),
        longest_edge_m=float(lengths(found).max()),
        decimals=6 if bool((np.round(at, 6) == at).all()) else None,
        ellipsoid=BODY,
        wgs84_relative=area_m2(geometry, ellipsoid="WGS84") / base - 1.0,
        area_m2=base,
        perimeter_m=perimeter_m(geometry),
        values=values(geometry, found, base),
        web_mercator_factor=web_mercator(geometry),
        package=version("eppv-atlas"),
        proj=pyproj.proj_version_str,
        sha256=hashlib.sha256(shapely.to_wkb(geometry, byte_order=1, output_dimension=2)).hexdigest(),
        geometry=geometry,
    )
