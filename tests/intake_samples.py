"""Files as officers bring them, one polygon in every format that the doctor reads."""

import json
import struct
import zipfile

import geopandas as gpd
import numpy as np
import pyogrio
import shapely
from pyproj import Transformer

from tables_raw import dbf

CODE = "350782"  # Wuyishan City
CASE = "nanping-wuyishan"
FIELD = shapely.Polygon([(117.70, 27.70), (117.75, 27.70), (117.76, 27.74), (117.72, 27.76), (117.69, 27.73)])
OTHER = shapely.Polygon([(117.80, 27.70), (117.84, 27.70), (117.84, 27.73), (117.80, 27.73)])
NAMES = ["核心保护区", "一般控制区"]


def frame(crs="EPSG:4490", shapes=(FIELD, OTHER)):
    made = gpd.GeoDataFrame({"名称": NAMES[: len(shapes)]}, geometry=list(shapes), crs="EPSG:4490")
    return made if crs is None else made.to_crs(crs)


def plane(shape, code):
    move = Transformer.from_crs("EPSG:4490", code, always_xy=True)
    return shapely.transform(shape, move.transform, interleaved=False)


def shapefile(folder, name="zones", crs="EPSG:4528", shapes=(FIELD, OTHER)):
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.shp"
    frame(crs, shapes).to_file(path, encoding="utf-8")
    (folder / f"{name}.dbf").write_bytes(dbf([("名称", 30)], [(one,) for one in NAMES[: len(shapes)]]))
    (folder / f"{name}.cpg").unlink(missing_ok=True)
    return path


def zipped(path, files, *, gbk=False):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, source in files.items():
            if gbk:  # as desktop programs write Chinese names: GBK bytes, and no word of it
                info = zipfile.ZipInfo(name.encode("gb18030").decode("cp437"))
                info.flag_bits = 0
                archive.writestr(info, source.read_bytes())
            else:
                archive.writestr(name, source.read_bytes() if hasattr(source, "read_bytes") else source)
    return path


def kml_text(shape=FIELD, inner=""):
    points = " ".join(f"{x},{y},0" for x, y in shape.exterior.coords)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Folder><name>分区</name><Placemark><name>核心保护区</name>
<ExtendedData><Data name="面积"><value>12.5</value></Data></ExtendedData>{inner}
<Polygon><outerBoundaryIs><LinearRing><coordinates>{points}</coordinates></LinearRing></outerBoundaryIs></Polygon>
</Placemark></Folder></Document></kml>"""


def corners(shape=FIELD, code="EPSG:4528", head="点号,X,Y", sep=","):
    """Corner points as surveyors write them: north is X."""
    xy = shapely.get_coordinates(plane(shape, code))[:-1]
    lines = [head, *(f"J{i + 1}{sep}{y:.3f}{sep}{x:.3f}" for i, (x, y) in enumerate(xy))]
    return "\n".join(lines) + "\n"


def dms(value):
    degrees = int(value)
    minutes = int((value - degrees) * 60)
    return f"{degrees}°{minutes}′{(value - degrees - minutes / 60) * 3600:.4f}″"


def reported():
    xy = shapely.get_coordinates(plane(FIELD, "EPSG:4528"))
    head = "[属性描述]\n格式版本号=1.01版本\n坐标系=2000国家大地坐标系\n几度分带=3\n投影类型=高斯克吕格\n计量单位=米\n带号=40\n精度=0.001\n"
    rows = "\n".join(f"J{i + 1},1,{y:.4f},{x:.4f}" for i, (x, y) in enumerate(xy))
    return f"{head}[地块坐标]\n{len(xy)},25.1,1,某地块,面,,耕地,0101,@\n{rows}\n"


def write(folder, kind):  # noqa: C901, PLR0912 - one branch a format
    """One sample of a format; its path and what must be said for it to be taken."""
    one = frame(shapes=(FIELD,))
    path = folder / f"范围.{kind}"
    say = {}
    if kind == "shp":
        return shapefile(folder, "范围", shapes=(FIELD,)), say
    if kind == "zip":
        loose = shapefile(folder / "loose", "范围", shapes=(FIELD,))
        parts = {f"成果/范围{s}": loose.with_suffix(s) for s in (".shp", ".shx", ".dbf", ".prj")}
        return zipped(path, parts, gbk=True), say
    if kind == "gpkg":
        one.to_file(path, driver="GPKG")
    elif kind == "gdb":
        one.to_file(path, driver="OpenFileGDB")
    elif kind == "geojson":
        one.to_file(path, driver="GeoJSON")
    elif kind == "kml":
        path.write_text(kml_text(), "utf-8")
    elif kind == "kmz":
        zipped(path, {"doc.kml": kml_text()})
    elif kind == "gpx":
        points = "".join(f'<trkpt lon="{x}" lat="{y}"/>' for x, y in FIELD.exterior.coords)
        path.write_text(
            f'<?xml version="1.0"?><gpx version="1.1" creator="t" xmlns="http://www.topografix.com/GPX/1/1"><trk><name>巡界</name><trkseg>{points}</trkseg></trk></gpx>',
            "utf-8",
        )
    elif kind == "parquet":
        one.to_parquet(path)
    elif kind == "dxf":
        flat = gpd.GeoDataFrame(geometry=[plane(FIELD, "EPSG:4528").exterior], crs="EPSG:4528")
        pyogrio.write_dataframe(flat, path, driver="DXF")
        say = {"crs": "EPSG:4528"}
    elif kind == "csv":
        path.write_text(corners(), "gb18030")
        say = {"crs": "EPSG:4528", "swap": True}
    elif kind == "xlsx":
        import openpyxl

        book = openpyxl.Workbook()
        for line in corners().splitlines():
            cells = line.split(",")
            book.active.append([cells[0], *(float(c) if c[0].isdigit() else c for c in cells[1:])])
        book.save(path)
        say = {"crs": "EPSG:4528", "swap": True}
    elif kind == "txt":
        path.write_text(reported(), "gb18030")
    elif kind == "wkt":
        path.write_text(FIELD.wkt, "utf-8")
    return path, say


FORMATS = (
    "shp",
    "zip",
    "gpkg",
    "gdb",
    "geojson",
    "kml",
    "kmz",
    "gpx",
    "parquet",
    "dxf",
    "csv",
    "xlsx",
    "txt",
    "wkt",
)


def geojson(*features, **more):
    return json.dumps({"type": "FeatureCollection", "features": list(features), **more}, ensure_ascii=False)


def feature(shape, **properties):
    return {"type": "Feature", "properties": properties, "geometry": shapely.geometry.mapping(shape)}


def shp_records(path):
    """Where each record of a .shp begins."""
    data, at, found = path.read_bytes(), 100, []
    while at < len(data):
        found.append(at)
        at += 8 + 2 * struct.unpack_from(">i", data, at + 4)[0]
    return found


def near(found, wanted=FIELD, most_deg=2e-8):
    """Whether two outlines are the same within 2 mm."""
    return shapely.hausdorff_distance(shapely.normalize(found), shapely.normalize(wanted)) < most_deg


def finite(values):
    return bool(np.isfinite(values).all())
