"""A trial, and what came out of a run, as plain JSON data for pages and for other programs.

Keys are in camel case. Texts are ``{"zh": …, "en": …}``; a formula is a tree (``schemes.formulas``),
and what a tree means stands with ``schemes.worksheet.evaluate``. A unit is
``{"id", "zh", "en", "si"}`` or null: an input's value stands in its unit and enters formulas times
`si`, a result leaves them divided by `si`.

``spread`` of an input is the share by which a measured area may be off, either way: evaluate a cell at
both ends of all such inputs (every combination) for its range. It is null where there is none; where a
`confidence` stands beside it all the same, the area cannot be relied on and what rests on it has no range.
An input that a reader changed has neither.

Floor 3, part of schemes: knows the records of trials, formulas and units; must not know cases,
files, maps or pages.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import shapely

from eppv_atlas.model import Name
from eppv_atlas.schemes.formulas import shown, tree
from eppv_atlas.schemes.trial import (
    Cell,
    Column,
    Input,
    Layer,
    Line,
    Mark,
    Option,
    Progression,
    Ran,
    Table,
    Trial,
    Value,
)
from eppv_atlas.schemes.worksheet import spread
from eppv_atlas.units import UNITS

DECIMALS = 6
"""Decimals of longitude and latitude, as in stored outlines."""


def as_json(trial: Trial) -> dict[str, Any]:
    """Return a trial as plain data.

    Returns
    -------
    dict
        ``id`` (case and mechanism), ``case``, ``mechanism``, ``engine``, ``title``, ``about``,
        ``inputs``, ``cells``, ``progressions``, ``framesBy``, ``frames`` by option, ``files``, ``notes``.
    """
    labels = _labels(trial)
    return {
        "id": f"{trial.case}/{trial.mechanism}",
        "case": trial.case,
        "mechanism": trial.mechanism,
        "engine": trial.engine,
        "title": _name(trial.title),
        "about": _name(trial.about),
        "inputs": [_input(one) for one in trial.inputs],
        "cells": [_cell(one, labels) for one in trial.cells],
        "progressions": [_progression(one, labels) for one in trial.progressions],
        "framesBy": trial.frames_by,
        "frames": {option: _frame(ran) for option, ran in trial.frames.items()},
        "files": {name: _name(what) for name, what in trial.files.items()},
        "notes": [_name(note) for note in trial.notes],
    }


def ran_json(ran: Ran) -> dict[str, Any]:
    """Return what came out of a run as plain data: a frame, with its inputs and what was changed."""
    return {
        "inputs": [_input(one) for one in ran.inputs],
        "changed": list(ran.changed),
        **_frame(ran),
    }


def _frame(ran: Ran) -> dict[str, Any]:
    return {
        "lines": [_line(one) for one in ran.lines],
        "tables": [_table(one) for one in ran.tables],
        "layers": [_layer(one) for one in ran.layers],
        "charts": {table: list(columns) for table, columns in ran.charts.items()},
        "notes": [_name(note) for note in ran.notes],
    }


def _name(name: Name) -> dict[str, str]:
    return {"zh": name.zh, "en": name.en}


def _either(text: str | Name) -> dict[str, str]:
    return _name(text) if isinstance(text, Name) else {"zh": text, "en": text}


def _value(value: Value | Name) -> Any:
    return _name(value) if isinstance(value, Name) else value


def _unit(unit: str) -> dict[str, Any] | None:
    if not unit:
        return None
    known = UNITS[unit]
    return {"id": known.id, "zh": known.zh, "en": known.en, "si": known.si}


def _input(one: Input) -> dict[str, Any]:
    return {
        "id": one.id,
        "label": _name(one.label),
        "kind": one.kind,
        "value": one.value,
        "unit": _unit(one.unit),
        "low": one.low,
        "high": one.high,
        "step": one.step,
        "options": _options(one.options),
        "whence": None if one.whence is None else _name(one.whence),
        "confidence": one.confidence,
        "spread": spread(one),
    }


def _labels(trial: Trial) -> dict[str, dict[str, str]]:
    """What formulas show for each name, by language."""
    out: dict[str, dict[str, str]] = {"zh": {"row": "行号"}, "en": {"row": "row"}}
    columns = [cell for progression in trial.progressions for cell in progression.cells]
    for lang, labels in out.items():
        labels |= {one.id: getattr(one.label, lang) for one in trial.inputs}
        told = [option for one in reversed(trial.cells) for option in one.options]
        told += [option for one in trial.inputs for option in one.options]
        labels |= {f'"{option.id}"': getattr(option.label, lang) for option in told}
        labels |= {one.id: getattr(one.label, lang) for one in (*trial.cells, *columns)}
        for one in columns:
            label = getattr(one.label, lang)
            labels[f"before_{one.id}"] = f"上一行的{label}" if lang == "zh" else f"{label} (row before)"
    return out


def _cell(one: Cell, labels: dict[str, dict[str, str]]) -> dict[str, Any]:
    return {
        "id": one.id,
        "label": _name(one.label),
        "tree": tree(one.formula),
        "unit": _unit(one.unit),
        "role": one.role,
        "text": {lang: shown(one.formula, labels[lang], lang) for lang in ("zh", "en")},
        **({"options": _options(one.options)} if one.options else {}),
    }


def _options(options: Sequence[Option]) -> list[dict[str, Any]]:
    return [{"id": option.id, "label": _name(option.label)} for option in options]


def _progression(one: Progression, labels: dict[str, dict[str, str]]) -> dict[str, Any]:
    return {
        "id": one.id,
        "label": _name(one.label),
        "count": tree(one.count),
        "cells": [_cell(cell, labels) for cell in one.cells],
        "chart": list(one.chart),
    }


def _line(one: Line) -> dict[str, Any]:
    return {
        "id": one.id,
        "label": _name(one.label),
        "value": _value(one.value),
        "unit": _unit(one.unit),
        "role": one.role,
        "formula": _either(one.formula),
        "numbers": _either(one.numbers),
        "low": one.low,
        "high": one.high,
    }


def _column(one: Column) -> dict[str, Any]:
    return {"id": one.id, "label": _name(one.label), "unit": _unit(one.unit)}


def _table(one: Table) -> dict[str, Any]:
    return {
        "id": one.id,
        "label": _name(one.label),
        "columns": [_column(column) for column in one.columns],
        "rows": [[_value(value) for value in row] for row in one.rows],
    }


def _layer(one: Layer) -> dict[str, Any]:
    return {
        "id": one.id,
        "label": _name(one.label),
        "confidence": one.confidence,
        "columns": [_column(column) for column in one.columns],
        "geojson": {
            "type": "FeatureCollection",
            "features": [_feature(mark, {}) for mark in one.marks],
        },
    }


def layer_features(layers: Sequence[Layer]) -> list[dict[str, Any]]:
    """Shapes of several layers as features of one GeoJSON, each with its layer and confidence."""
    return [
        _feature(mark, {"layer": layer.id, "confidence": layer.confidence}, f"{layer.id}/")
        for layer in layers
        for mark in layer.marks
    ]


def _feature(mark: Mark, more: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    return {
        "type": "Feature",
        "id": before + mark.id,
        "geometry": _rounded(shapely.geometry.mapping(mark.geometry)),
        "properties": {
            **more,
            "label": _name(mark.label),
            "value": mark.value,
            "about": {key: _value(value) for key, value in mark.about.items()},
        },
    }


def _rounded(geometry: dict[str, Any]) -> dict[str, Any]:
    if "geometries" in geometry:
        return {"type": geometry["type"], "geometries": [_rounded(part) for part in geometry["geometries"]]}
    return {"type": geometry["type"], "coordinates": _decimals(geometry["coordinates"])}


def _decimals(of: Any) -> Any:
    if isinstance(of, list | tuple):
        return [_decimals(part) for part in of]
    return round(float(of), DECIMALS)
