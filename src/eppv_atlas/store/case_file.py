"""One case file: text to record, with every mistake named by line.

Floor 3, part of the store: knows the Case record and YAML; must not know
shapes, measures or maps.
"""

from __future__ import annotations

import difflib
import json
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError

from eppv_atlas import vocabulary
from eppv_atlas.errors import Problem
from eppv_atlas.model import Case, Settings
from eppv_atlas.store import case_words, yaml_text
from eppv_atlas.store.yaml_text import Path, YamlText, place_text
from eppv_atlas.units import UNITS

PLACEHOLDER: Final = "<填"
"""How every text begins that ``eppv-atlas new`` leaves for the user to fill in."""

R = TypeVar("R", bound=BaseModel)

_MESSAGES: Final[dict[str, tuple[str, str, str]]] = {
    # pydantic's type: (our rule, English, Chinese)
    "missing": ("missing-key", "the key is missing or empty; add it", "缺少此项或留空；请补上"),
    "string_type": ("wrong-type", "a text is expected here", "此处应为一段文字"),
    "tuple_type": (
        "wrong-type",
        "a list is expected here, each item on a line with '- '",
        "此处应为列表，每项一行，以“- ”开头",
    ),
    "model_type": (
        "wrong-type",
        "keys with values are expected here, each as 'key: value'",
        "此处应为若干“键: 值”",
    ),
    "model_attributes_type": (
        "wrong-type",
        "keys with values are expected here, each as 'key: value'",
        "此处应为若干“键: 值”",
    ),
    "dict_type": (
        "wrong-type",
        "keys with values are expected here, each as 'key: value'",
        "此处应为若干“键: 值”",
    ),
    "plain_number": (
        "wrong-type",
        "a plain number is expected here, such as 1039 or 12.34",
        "此处应为数字，如 1039 或 12.34",
    ),
    "float_type": (
        "wrong-type",
        "a plain number is expected here, such as 1039 or 12.34",
        "此处应为数字，如 1039 或 12.34",
    ),
    "float_parsing": (
        "wrong-type",
        "a plain number is expected here, such as 1039 or 12.34",
        "此处应为数字，如 1039 或 12.34",
    ),
    "int_parsing": ("wrong-type", "a whole number is expected here", "此处应为整数"),
    "int_type": ("wrong-type", "a whole number is expected here", "此处应为整数"),
    "int_from_float": ("wrong-type", "a whole number is expected here", "此处应为整数"),
    "union_tag_not_found": (
        "missing-key",
        "say which type of geometry this is: type: drawn, places, disc, ring, part, union, intersection, difference, grid or none",
        "请写明图形类型 type：drawn、places、disc、ring、part、union、intersection、difference、grid 或 none",
    ),
    "too_short": ("wrong-length", "there are too few items here", "此处项数太少"),
    "too_long": ("wrong-length", "there are too many items here", "此处项数太多"),
    "string_too_short": ("empty-text", "the text is empty", "文字为空"),
    "string_too_long": ("text-too-long", "the text is too long", "文字过长"),
    "string_unicode": (
        "control-character",
        "the text holds characters that are no text",
        "文字中含有非法字符",
    ),
}


def read_case(raw: bytes, file: str) -> tuple[Case | None, YamlText]:
    """Read a case file; problems stand in the returned text."""
    text = yaml_text.read(raw, file)
    return typed(Case, text, file), text


def read_settings(raw: bytes, file: str) -> tuple[Settings | None, YamlText]:
    """Read atlas.yaml; problems stand in the returned text."""
    text = yaml_text.read(raw, file)
    return typed(Settings, text, file), text


def json_schema() -> str:
    """JSON Schema of a case file, for editors that complete and explain."""
    schema = Case.model_json_schema()
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "EPPV Atlas case",
        **{key: value for key, value in schema.items() if key != "title"},
    }
    return json.dumps(schema, ensure_ascii=False, indent=1) + "\n"


def typed(record: type[R], text: YamlText, file: str) -> R | None:
    """Make a record of what was read; every mistake is put among the problems of the text."""
    if text.data is None:
        if not text.problems:
            text.problems.append(Problem(file, 1, "", "empty-file", "the file is empty", "文件为空"))
        return None
    if not isinstance(text.data, dict):
        text.problems.append(
            Problem(
                file,
                1,
                "",
                "wrong-type",
                "the file must begin with keys, each as 'key: value' (half-width colon and a space)",
                "文件应由“键: 值”组成（半角冒号后加空格）",
            )
        )
        return None
    if text.plain is None or PLACEHOLDER in text.plain:
        text.problems.extend(_placeholders(text, text.data, (), file))
    try:
        return record.model_validate(text.data)
    except ValidationError as error:
        filled_in = {problem.place for problem in text.problems if problem.rule == "to-be-filled-in"}
        found = [_problem(item, text, file) for item in error.errors(include_url=False)]
        text.problems.extend(_one_each(found, filled_in))
        return None


def _one_each(found: list[Problem], filled_in: set[str]) -> list[Problem]:
    """Keep one problem a mistake: drop what only follows from another one."""
    out: list[Problem] = []
    places = {problem.place for problem in found} | filled_in
    misspelt = {
        (problem.place.rpartition(".")[0], near)
        for problem in found
        if problem.rule == "unknown-key"
        for near in difflib.get_close_matches(problem.place.rpartition(".")[2], _known_keys(), 1)
    }
    seen: set[tuple[int, str]] = set()
    for problem in found:
        parent, _, key = problem.place.rpartition(".")
        follows = (
            problem.place in filled_in
            or (problem.rule == "wrong-length" and any(p.startswith(f"{problem.place}[") for p in places))
            or (problem.rule == "missing-key" and (parent, key) in misspelt)
            or (problem.line, problem.place) in seen
        )
        if not follows:
            seen.add((problem.line, problem.place))
            out.append(problem)
    return out


def _placeholders(text: YamlText, data: Any, path: Path, file: str) -> list[Problem]:
    if isinstance(data, str):
        if not data.startswith(PLACEHOLDER):
            return []
        return [
            Problem(
                file,
                text.line(path),
                place_text(path),
                "to-be-filled-in",
                "still to be filled in",
                "尚待填写",
            )
        ]
    children = data.items() if isinstance(data, dict) else enumerate(data)
    return [p for key, value in children for p in _placeholders(text, value, (*path, key), file)]


def _problem(item: Any, text: YamlText, file: str) -> Problem:
    path = _real_path(item["loc"], text.data)
    line, place, kind = text.line(path), place_text(path), item["type"]
    context = item.get("ctx", {})
    if kind == "extra_forbidden":
        known = _known_keys()
        near = difflib.get_close_matches(str(path[-1]), [key for key in known if key != path[-1]], 1)
        if str(path[-1]) in known:  # a key of another record
            near = []
        hint_en = f"did you mean {near[0]!r}?" if near else "remove it or correct its spelling"
        hint_zh = f"是否想写 {near[0]!r}？" if near else "请删去或改正拼写"
        if "：" in str(path[-1]):
            hint_en, hint_zh = "use a half-width colon", "请用半角冒号"
        return Problem(
            file,
            line,
            place,
            "unknown-key",
            f"unknown key {path[-1]!r}; {hint_en}",
            f"未知的键 {path[-1]!r}；{hint_zh}",
        )
    if kind in {"one_of", "literal_error", "union_tag_invalid"}:
        value = _value(text.data, path)
        choices = context.get("choices") or _choices(context)
        what = str(context.get("what", "value"))
        if isinstance(value, dict):  # a geometry of an unknown type
            value, what = value.get("type", ""), "geometry type"
            path = (*path, "type")
            line, place = text.line(path), place_text(path)
        near = difflib.get_close_matches(str(value), choices, 1)
        hint_en = f"did you mean {near[0]!r}? " if near else ""
        hint_zh = f"是否想写 {near[0]!r}？" if near else ""
        listed = ", ".join(choices)
        listed_zh = "、".join(_with_chinese(choice, what) for choice in choices)
        return Problem(
            file,
            line,
            place,
            f"unknown-{what.replace(' ', '-')}",
            f"{value!r} is no known {what}; {hint_en}one of: {listed}",
            f"{value!r} 不是可用的取值；{hint_zh}可用：{listed_zh}",
        )
    if kind == "string_pattern_mismatch":
        value = _value(text.data, path)
        en, zh = case_words.form(context["pattern"])
        return Problem(
            file,
            line,
            place,
            "wrong-form",
            f"{value!r} has not the form wanted here: {en}",
            f"{value!r} 不合此处的写法：{zh}",
        )
    if kind in {"greater_than_equal", "less_than_equal", "greater_than", "less_than", "finite_number"}:
        value = _value(text.data, path)
        swapped = path[-1] == "lat" and abs(float(value)) <= 180
        hint_en = "; longitude and latitude may be swapped" if swapped else ""
        hint_zh = "；经纬度可能写反了" if swapped else ""
        limits_en = {
            "lat": "a latitude lies between -90 and 90",
            "lon": "a longitude lies between -180 and 180",
        }.get(str(path[-1]), item["msg"][0].lower() + item["msg"][1:])
        limits_zh = {"lat": "纬度在 -90 与 90 之间", "lon": "经度在 -180 与 180 之间"}.get(
            str(path[-1]), "数值超出允许范围"
        )
        return Problem(
            file,
            line,
            place,
            "out-of-range",
            f"{value} is out of range: {limits_en}{hint_en}",
            f"{value} 超出范围：{limits_zh}{hint_zh}",
        )
    rule, en, zh = _MESSAGES.get(
        kind, ("wrong-value", item["msg"], case_words.reason(item["msg"], context) or "取值不合要求")
    )
    if kind == "too_long":
        en, zh = f"{en}: at most {context['max_length']}", f"{zh}：至多 {context['max_length']} 项"
    value = _value(text.data, path)
    if isinstance(value, str) and "：" in value and rule == "wrong-type":
        en, zh = f"{en} (is there a full-width colon '：'?)", f"{zh}（是否用了全角冒号“：”？）"
    return Problem(file, line, place, rule, en, zh)


def _real_path(loc: tuple[Any, ...], data: Any) -> Path:
    """Drop the names of union branches that pydantic puts into a location."""
    path: list[str | int] = []
    for index, step in enumerate(loc):
        last = index == len(loc) - 1
        if (isinstance(data, dict) and step in data) or (
            isinstance(data, list) and isinstance(step, int) and step < len(data)
        ):
            path.append(step)
            data = data[step]
        elif (
            last and isinstance(data, dict) and isinstance(step, str) and "-" not in step and "[" not in step
        ):
            path.append(step)  # a missing key
    return tuple(path)


def _value(data: Any, path: Path) -> Any:
    for step in path:
        data = data[step] if isinstance(data, list) and isinstance(step, int) else data.get(step, "")
    return data


def _choices(context: dict[str, Any]) -> list[str]:
    listed = str(context.get("expected") or context.get("expected_tags", ""))
    return [word.strip().strip("'") for word in listed.replace(" or ", ", ").split(",")]


_TABLES: Final[dict[str, dict[str, Any]]] = {
    "path": vocabulary.PATHS,
    "mode": vocabulary.MODES,
    "product category": vocabulary.CATEGORIES,
    "basis": vocabulary.BASES,
    "zone kind": vocabulary.ZONE_KINDS,
    "site kind": vocabulary.SITE_KINDS,
    "confidence": vocabulary.CONFIDENCES,
    "section": vocabulary.SECTIONS,
    "qualifier": vocabulary.QUALIFIERS,
    "unit": UNITS,
    "series kind": vocabulary.SERIES_KINDS,
    "claim kind": vocabulary.CLAIM_KINDS,
    "mechanism kind": vocabulary.MECHANISM_KINDS,
    "party role": vocabulary.PARTY_ROLES,
    "relation": vocabulary.RELATIONS,
    "direction": vocabulary.DIRECTIONS,
}


def _with_chinese(choice: str, what: str) -> str:
    entry = _TABLES.get(what, {}).get(choice)
    return f"{choice}（{entry.zh}）" if entry is not None and entry.zh else choice


def _known_keys() -> list[str]:
    """Every key that a case file or atlas.yaml may hold."""
    keys: set[str] = set()
    for model in (Case, Settings):
        schema = model.model_json_schema()
        for part in (schema, *schema.get("$defs", {}).values()):
            keys.update(part.get("properties", {}))
    return sorted(keys)
