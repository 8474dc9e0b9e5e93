"""Write the synthetic landscape of siting as files: ``docs/examples/siting``.

Invented from end to end; the names of the files say so. Needs the extra ``siting``.

    python scripts/make_synthetic_landscape.py docs/examples/siting
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
import shapely
from affine import Affine
from numpy.typing import NDArray

from eppv_atlas.schemes.siting import landscape
from eppv_atlas.schemes.siting.layers import Shapes

SAID = "synthetic: invented for an example, no real place / 合成数据：虚构示例，不是任何真实地点"


def raster(path: Path, values: NDArray[Any], nodata: float) -> None:
    """Write a GeoTIFF."""
    about: dict[str, Any] = {
        "driver": "GTiff", "width": landscape.SIDE, "height": landscape.SIDE, "count": 1, "dtype": values.dtype.name,
        "crs": "EPSG:4326", "transform": Affine(landscape.PIXEL, 0, landscape.WEST, 0, -landscape.PIXEL, landscape.NORTH),
        "nodata": nodata, "compress": "deflate", "predictor": 3 if values.dtype.kind == "f" else 2,
    }  # fmt: skip
    with rasterio.open(path, "w", **about) as out:
        out.write(np.asarray(values), 1)
        out.update_tags(TIFFTAG_IMAGEDESCRIPTION=SAID)


def vector(path: Path, layer: Shapes, names: tuple[str, ...] | None = None) -> None:
    """Write a GeoJSON."""
    features = [
        {
            "type": "Feature",
            "properties": {"name": names[n] if names else f"{path.stem} {n + 1}", "note": SAID},
            "geometry": shapely.geometry.mapping(shape),
        }
        for n, shape in enumerate(layer.shapes)
    ]
    whole = {"type": "FeatureCollection", "note": SAID, "features": features}
    path.write_text(json.dumps(whole, ensure_ascii=False, indent=None) + "\n", "utf-8")


def main(folder: Path) -> None:
    """Write all files."""
    folder.mkdir(parents=True, exist_ok=True)
    raster(folder / "synthetic-slope.tif", landscape.slope(), landscape.NODATA)
    raster(folder / "synthetic-soil.tif", landscape.soil(), landscape.SOIL_NODATA)
    vector(folder / "synthetic-villages.geojson", landscape.villages())
    vector(folder / "synthetic-roads.geojson", landscape.roads())
    vector(folder / "synthetic-red-line.geojson", landscape.red_line())
    units = landscape.units()
    vector(folder / "synthetic-units.geojson", Shapes("units", units.shapes), units.names)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
