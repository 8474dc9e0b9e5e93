"""Which of GDAL's drivers may open a file that somebody brings.

GDAL asks every driver it knows whether a file's content is its own, so that text
named ``zones.geojson`` can be a VRT that reads another file, or a pipeline that
calls the network. Drivers are put aside by an environment variable that is read
once, when the library loads.

Floor 2: knows names of drivers; must not know files, shapes or cases.
"""

from __future__ import annotations

import os
from collections.abc import Collection
from typing import Any, Final

FILES: Final = (
    "ESRI Shapefile", "GPKG", "GeoJSON", "GeoJSONSeq", "FlatGeobuf", "OpenFileGDB", "KML", "GPX", "GML", "DXF",
    "MapInfo File", "SQLite", "MEM",
)  # fmt: skip
"""Drivers that read the one file they are given; ``MEM`` reads none."""
_KNOWN: Final = (
    "PCIDSK,PDS4,VICAR,PDF,MBTiles,EEDA,OGCAPI,GDALG,ESRI Shapefile,MapInfo File,LVBAG,S57,DGN,OGR_VR"
    "T,CSV,GML,GPX,LIBKML,KML,GeoJSON,GeoJSONSeq,ESRIJSON,TopoJSON,OGR_GMT,GPKG,SQLite,WAsP,OpenFileG"
    "DB,DXF,FlatGeobuf,GeoRSS,VFK,PGDUMP,OSM,GPSBabel,OGR_PDS,WFS,OAPIF,EDIGEO,Idrisi,ODS,XLSX,Elasti"
    "csearch,Carto,AmigoCloud,SXF,Selafin,JML,PLSCENES,CSW,VDV,MVT,NGW,MapML,GTFS,PMTiles,JSONFG,Mira"
    "MonVector,ADBC,AVCBin,AVCE00,AIVector,HTTP"
)


def all_but(allowed: Collection[str]) -> str:
    """Names of the drivers to put aside, as ``OGR_SKIP`` takes them."""
    return ",".join(name for name in _KNOWN.split(",") if name not in allowed)


def pyogrio() -> Any:
    """GDAL's vector reader, loaded with the drivers of `FILES` only if it was not loaded before."""
    kept = os.environ.get("OGR_SKIP")
    os.environ["OGR_SKIP"] = all_but(FILES)
    try:
        import pyogrio as loaded  # type: ignore[import-untyped]
    finally:
        if kept is None:
            os.environ.pop("OGR_SKIP")
        else:
            os.environ["OGR_SKIP"] = kept
    return loaded


def foreign(head: bytes) -> str | None:
    """Name of the driver that reads other files, where a file's first bytes are its own."""
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if b"<OGRVRTDataSource" in text or b"<VRTDataset" in text:
        return "VRT"
    if text.startswith((b"{", b"gdal")) and (b"gdal_streamed_alg" in text or text.startswith(b"gdal ")):
        return "GDALG"
    return "WFS" if b"<OGRWFSDataSource" in text else None
