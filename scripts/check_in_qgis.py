"""Open a GeoPackage of an atlas in QGIS itself, as an officer would, and say what is wrong.

Needs QGIS with its Python (Debian: ``apt install qgis python3-qgis``), so no test runs it:

    QT_QPA_PLATFORM=offscreen /usr/bin/python3 scripts/check_in_qgis.py atlas.gpkg pictures/

It checks types, CRS, styles, words, filters, labels and forms, edits a copy and
reads it back, and draws the country and every case as PNG. Exit 1 where something is wrong.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from qgis.core import (  # type: ignore[import-not-found]
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsExpression,
    QgsExpressionContext,
    QgsExpressionContextUtils,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsProject,
    QgsRectangle,
    QgsRenderContext,
    QgsVectorLayer,
    QgsWkbTypes,
)
from qgis.PyQt.QtCore import QSize  # type: ignore[import-not-found]
from qgis.PyQt.QtGui import QColor  # type: ignore[import-not-found]

TYPES = {"cases": "Point", "sites": "Point", "zones": "MultiPolygon", "facts": "NoGeometry"}
TYPES["mechanisms"] = "NoGeometry"
wrong: list[str] = []


def check(told: str, *, holds: bool) -> None:
    """Note what does not hold."""
    if not holds:
        wrong.append(told)


def opened(path: Path, name: str) -> Any:
    """A layer as opening gives it, with the style that QGIS chose."""
    layer = QgsVectorLayer(f"{path}|layername={name}", name, "ogr")
    check(f"{name}: does not open", holds=layer.isValid())
    return layer


def rules(rule: Any) -> list[Any]:
    """All rules below one."""
    return [one for child in rule.children() for one in (child, *rules(child))]


def expression(told: str, text: str) -> None:
    """Parse an expression."""
    parsed = QgsExpression(text)
    check(f"{told}: {parsed.parserErrorString()} in {text}", holds=not text or not parsed.hasParserError())


def examine(layer: Any) -> None:
    """Type, CRS, words and forms of a layer."""
    name = layer.name()
    found = QgsWkbTypes.displayString(layer.wkbType())
    check(f"{name}: is {found}", holds=found == TYPES[name])
    named = layer.listStylesInDatabase()[1:3]
    check(f"{name}: no style in the file", holds=bool(named[0]))
    check(f"{name}: form has no pages", holds=layer.editFormConfig().layout() == 1)
    for i, field in enumerate(layer.fields()):
        check(
            f"{name}.{field.name()}: has no words",
            holds=field.name() == "fid" or bool(layer.attributeAlias(i)),
        )
    if layer.isSpatial():
        check(f"{name}: CRS {layer.crs().authid()}", holds=layer.crs().authid() == "EPSG:4326")
        check(f"{name}: default style not taken", holds=layer.renderer().type() == "RuleRenderer")
        if layer.renderer().type() == "RuleRenderer":
            drawn(layer)


def drawn(layer: Any) -> None:
    """Every shape of a layer meets one rule that draws it; every expression parses."""
    held = {one.ruleKey(): one for one in rules(layer.renderer().rootRule())}
    for key, one in held.items():
        expression(key, one.filterExpression())
    for one in rules(layer.labeling().rootRule()):
        expression(one.ruleKey(), one.filterExpression())
        expression(one.ruleKey(), one.settings().fieldName)
        expression(one.ruleKey(), one.settings().geometryGenerator)
    context = QgsRenderContext()
    scopes = QgsExpressionContextUtils.globalProjectLayerScopes(layer)
    context.setExpressionContext(QgsExpressionContext(scopes))
    renderer = layer.renderer().clone()
    renderer.startRender(context, layer.fields())
    for feature in layer.getFeatures():
        context.expressionContext().setFeature(feature)
        keys = renderer.legendKeysForFeature(feature, context)
        leaves = [key for key in keys if key in held and not held[key].children()]
        check(f"{layer.name()} {feature.id()}: rules {sorted(keys)}",
              holds=len(leaves) == 1 or not feature.hasGeometry())  # fmt: skip
    renderer.stopRender(context)


def edited(path: Path) -> None:
    """A name changed in QGIS is there when the file is opened again, and so is the style."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(shutil.copy(path, folder))
        layer, text = opened(copy, "zones"), "改名’\U00020bb7"
        first = next(layer.getFeatures())
        layer.startEditing()
        layer.changeAttributeValue(first.id(), layer.fields().indexOf("name_zh"), text)
        check(f"edit: {layer.commitErrors()}", holds=layer.commitChanges())
        again = opened(copy, "zones")
        check("edit: lost", holds=again.getFeature(first.id())["name_zh"] == text)
        check("edit: style lost", holds=again.renderer().type() == "RuleRenderer")


def picture(layers: list[Any], extent: Any, crs: Any, path: Path) -> None:
    """Draw layers as PNG."""
    settings = QgsMapSettings()
    settings.setLayers(layers)
    settings.setDestinationCrs(crs)
    settings.setOutputSize(QSize(1400, 1000))
    settings.setOutputDpi(120)
    settings.setBackgroundColor(QColor("#ffffff"))
    settings.setExtent(extent)
    context = QgsExpressionContext(QgsExpressionContextUtils.globalProjectLayerScopes(layers[0]))
    context.appendScope(QgsExpressionContextUtils.mapSettingsScope(settings))
    settings.setExpressionContext(context)
    start = time.perf_counter()
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    check(f"{path.name}: {[one.message for one in job.errors()]}", holds=not job.errors())
    job.renderedImage().save(str(path))
    print(f"{path.name} 1:{settings.scale():.0f} {time.perf_counter() - start:.2f} s")


def pictures(layers: dict[str, Any], out: Path) -> None:
    """The country in the Albers projection of China, each case in Web Mercator as tiles have it."""
    shown = [layers[name] for name in ("cases", "sites", "zones")]
    project, mercator = QgsProject.instance(), QgsCoordinateReferenceSystem("EPSG:3857")
    albers = QgsCoordinateReferenceSystem()
    albers.createFromProj("+proj=aea +lat_1=25 +lat_2=47 +lat_0=0 +lon_0=105 +ellps=GRS80 +units=m")
    to_albers = QgsCoordinateTransform(shown[0].crs(), albers, project)
    country = to_albers.transformBoundingBox(QgsRectangle(75, 17, 133, 53))
    picture(shown, country, albers, out / "national.png")
    extents: dict[str, Any] = {}
    for layer in (layers["cases"], layers["zones"]):
        for feature in layer.getFeatures():
            if feature.hasGeometry():
                box = extents.setdefault(feature["case"], QgsRectangle(feature.geometry().boundingBox()))
                box.combineExtentWith(feature.geometry().boundingBox())
    to_mercator = QgsCoordinateTransform(shown[0].crs(), mercator, project)
    for name, box in extents.items():
        box.grow(0.005)
        extent = to_mercator.transformBoundingBox(box)
        extent.scale(1.2)
        picture(shown, extent, mercator, out / f"{name}.png")


def main(path: Path, out: Path) -> int:
    """Check a file; returns the exit code."""
    application = QgsApplication([], False)  # noqa: FBT003
    application.initQgis()
    QgsApplication.messageLog().messageReceived.connect(lambda text, tag, _: wrong.append(f"{tag}: {text}"))
    layers = {name: opened(path, name) for name in TYPES}
    for layer in layers.values():
        QgsProject.instance().addMapLayer(layer)
        examine(layer)
    edited(path)
    out.mkdir(parents=True, exist_ok=True)
    pictures(layers, out)
    for text in wrong:
        print(text)
    print(f"{len(wrong)} problems")
    return 1 if wrong else 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    code = main(Path(sys.argv[1]).resolve(), Path(sys.argv[2]))
    sys.stdout.flush()
    os._exit(code)  # QGIS may crash as Python takes its objects down
