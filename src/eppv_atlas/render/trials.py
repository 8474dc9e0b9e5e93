"""Trials on their way into a page: the same plain data, outlines packed.

Floor 3, part of render: knows plain data and packing; must not know engines, formulas or Folium.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import shapely

from eppv_atlas.render import packing


def packed(trials: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What the script of the page reads: trials, and the steps per degree of their outlines.

    A feature with polygons has ``packed`` in place of its ``geometry``: a quarter of the size, and
    the six decimals that it had.

    Parameters
    ----------
    trials
        Trials as plain data (``schemes.plain.as_json``).
    """
    return {"trials": [_trial(trial) for trial in trials], "scale": packing.FINE}


def _trial(trial: Mapping[str, Any]) -> dict[str, Any]:
    frames = {
        option: {**frame, "layers": [_layer(layer) for layer in frame["layers"]]}
        for option, frame in trial["frames"].items()
    }
    return {**trial, "frames": frames}


def _layer(layer: Mapping[str, Any]) -> dict[str, Any]:
    features = [_feature(feature) for feature in layer["geojson"]["features"]]
    return {**layer, "geojson": {**layer["geojson"], "features": features}}


def _feature(feature: Mapping[str, Any]) -> dict[str, Any]:
    if feature["geometry"]["type"] not in {"Polygon", "MultiPolygon"}:
        return dict(feature)
    shape = shapely.geometry.shape(feature["geometry"])
    rest = {key: value for key, value in feature.items() if key != "geometry"}
    return {**rest, "packed": packing.pack_shape(shape, packing.FINE)}
