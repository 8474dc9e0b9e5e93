"""A certificate for machines and for people.

Floor 3, part of certificate: receives certificates, computes nothing; must not
know files or the command line.
"""

from __future__ import annotations

from typing import Any, Final

import shapely

from eppv_atlas import vocabulary
from eppv_atlas.certificate.record import CRS, METHOD, Certificate
from eppv_atlas.model import Name
from eppv_atlas.units import AREA_UNITS, UNITS, from_m2, number_text

SHA256_OF: Final = (
    Name(
        en="SHA-256 of the coordinates as well-known binary (OGC 06-103r4): every part begins with byte 01 "
        "(little-endian) and its type as uint32 (3 polygon, 6 multipolygon, 7 collection), counts are uint32, "
        "a vertex is longitude and latitude as two IEEE 754 doubles in degrees; no Z, no SRID.",
        zh="坐标的 SHA-256，按 WKB（OGC 06-103r4）编码：每一部分以字节 01（小端）和 uint32 类型开头"
        "（3 多边形、6 多多边形、7 集合），计数为 uint32，每个顶点依次为经度、纬度两个 IEEE 754 双精度数，"
        "单位为度；无 Z，无 SRID。",
    ),
    Name(
        en="Parts, rings and vertices stand in the order of the coordinates given here (key geometry of the "
        "JSON; for drawn and made shapes also geodata/<case>.geojson), each ring closed by its first vertex.",
        zh="部分、环和顶点按此处坐标的次序（JSON 的 geometry 项；手绘和生成的图形亦见 geodata/<案例>.geojson），"
        "每个环末尾重复首点。",
    ),
    Name(
        en="In Python: hashlib.sha256(shapely.to_wkb(shapely.geometry.shape(geometry), byte_order=1, "
        "output_dimension=2)).hexdigest()",
        zh="Python：hashlib.sha256(shapely.to_wkb(shapely.geometry.shape(geometry), byte_order=1, "
        "output_dimension=2)).hexdigest()",
    ),
)
"""How to recompute the hash."""

_TYPES: Final = {
    "drawn": Name(en="drawn or imported", zh="手绘或导入"),
    "places": Name(en="administrative units", zh="行政区"),
    "disc": Name(en="disc", zh="圆"),
    "ring": Name(en="ring", zh="环"),
    "part": Name(en="part of a zone", zh="分区的一部分"),
    "union": Name(en="union", zh="并集"),
    "intersection": Name(en="intersection", zh="交集"),
    "difference": Name(en="difference", zh="差集"),
    "grid": Name(en="grid of equal areas", zh="等面积网格"),
}

_LABELS: Final = {
    "zh": (
        "案例/分区",
        "图形",
        "可信度",
        "来历",
        "构成",
        "坐标系",
        "椭球",
        "面积",
        "周长",
        "从不使用",
        "方法版本",
    ),
    "en": (
        *("case/zone", "shape", "confidence", "come by", "made up of", "coordinates", "ellipsoid", "area"),
        *("perimeter", "never used", "method"),
    ),
}


def as_dict(item: Certificate) -> dict[str, Any]:
    """A certificate for machines: numbers as numbers, texts in both languages, coordinates as GeoJSON."""
    return {
        "statement": _both(item.statement),
        "case": item.case,
        "zone": item.zone,
        "name": _both(item.name),
        "geometry_type": item.geometry_type,
        "origin": item.origin,
        "confidence": item.confidence,
        "made_to_size": item.made_to_size,
        "made": dict(item.made),
        "how": None if item.how is None else _both(item.how),
        "shape": {
            "type": item.geometry.geom_type,
            "polygons": item.polygons,
            "rings": item.rings,
            "holes": item.holes,
            "vertices": item.vertices,
            "longest_edge_m": item.longest_edge_m,
            "decimals": item.decimals,
        },
        "crs": CRS,
        "ellipsoid": {
            "name": item.ellipsoid.name,
            "semi_major_m": item.ellipsoid.a,
            "inverse_flattening": item.ellipsoid.rf,
        },
        "wgs84_relative": item.wgs84_relative,
        "area": {unit: from_m2(item.area_m2, unit) for unit in AREA_UNITS},
        "perimeter_m": item.perimeter_m,
        "values": [
            {
                "method": value.method,
                "name": _both(value.name),
                "crs": value.crs,
                "proj": value.proj,
                "area_m2": value.area_m2,
                "difference_m2": value.difference_m2,
                "difference_1e6": value.difference_1e6,
                "why": _both(value.why),
            }
            for value in item.values
        ],
        "never_used": _both(_never(item)),
        "web_mercator_factor": item.web_mercator_factor,
        "method": {"eppv_atlas": item.package, "area_method": METHOD, "proj": item.proj},
        "sha256": item.sha256,
        "sha256_of": [_both(line) for line in SHA256_OF],
        "geometry": shapely.geometry.mapping(item.geometry),
    }


def rows(item: Certificate, lang: str) -> list[tuple[str, str]]:
    """Label and text of everything but the values, for people."""
    zh = lang == "zh"
    places = {"m2": 2, "ha": 6, "km2": 8, "mu": 5}  # to 0.01 m² and a little less
    sizes = [
        f"{from_m2(item.area_m2, unit):,.{places[unit]}f} {getattr(UNITS[unit], lang)}" for unit in AREA_UNITS
    ]
    made = "; ".join(f"{key} {number_text(value)}" for key, value in item.made.items())
    kind = getattr(_TYPES[item.geometry_type], lang)
    sphere = item.ellipsoid
    counts = (
        f"多边形 {item.polygons}，环 {item.rings}（其中洞 {item.holes}），顶点 {item.vertices}，"
        f"最长边 {item.longest_edge_m:,.2f} 米"
        if zh
        else f"polygons {item.polygons}, rings {item.rings} (of which holes {item.holes}), vertices "
        f"{item.vertices}, longest edge {item.longest_edge_m:,.2f} m"
    )
    if item.decimals is None:
        decimals = "坐标按原样" if zh else "coordinates as given"
    else:
        decimals = f"坐标 {item.decimals} 位小数" if zh else f"coordinates of {item.decimals} decimals"
    wgs84 = (
        f"改用 WGS 84 椭球，面积相差 {item.wgs84_relative:+.0e}（任何地方都不足 1e-10）"
        if zh
        else f"the WGS 84 ellipsoid changes the area by {item.wgs84_relative:+.0e} of it (less than 1e-10 anywhere)"
    )
    made_by = f"eppv-atlas {item.package}, area method {METHOD}, PROJ {item.proj}"
    texts = (
        f"{item.case}/{item.zone}",
        f"{kind} ({made})" if made else kind,
        getattr(vocabulary.CONFIDENCES[item.confidence], lang),
        "—" if item.how is None else getattr(item.how, lang),
        counts,
        f"{CRS}; {decimals}",
        f"{sphere.name}, a {sphere.a:.0f} m, 1/f {sphere.rf!r}; {wgs84}",
        " = ".join(sizes),
        f"{item.perimeter_m:,.3f} {UNITS['m'].zh if zh else UNITS['m'].en}",
        getattr(_never(item), lang),
        made_by,
    )
    return [
        *zip(_LABELS[lang], texts, strict=True),
        ("SHA-256", item.sha256),
        *(("", getattr(line, lang)) for line in SHA256_OF),
    ]


def value_rows(item: Certificate, lang: str) -> list[list[str]]:
    """Name, area, difference in m² and in millionths of every value, for people."""
    return [
        [
            getattr(value.name, lang) + (f" ({value.crs})" if value.crs else ""),
            "—" if value.area_m2 is None else f"{value.area_m2:,.2f}",
            _signed(value.difference_m2),
            _signed(value.difference_1e6),
        ]
        for value in item.values
    ]


def reasons(item: Certificate, lang: str) -> list[tuple[str, str]]:
    """Name of every value but the first, and why it differs, for people."""
    return [(getattr(value.name, lang), getattr(value.why, lang)) for value in item.values[1:]]


def _both(name: Name) -> dict[str, str]:
    return {"zh": name.zh, "en": name.en}


def _signed(value: float | None) -> str:
    """Four decimals with a sign; what rounds to nothing has none."""
    if value is None:
        return "—"
    text = f"{value:+,.4f}"
    return text if text.strip("+-0.") else "0"


def _never(item: Certificate) -> Name:
    """What no area is ever taken in."""
    times = f"{item.web_mercator_factor:.2f}"
    return Name(
        en=f"Square degrees and EPSG:3857 (Web Mercator), which would make this area about {times} times as large; "
        "both are refused.",
        zh=f"平方度和 EPSG:3857（Web 墨卡托）：后者会把本面积放大到约 {times} 倍；二者一律拒绝。",
    )
