"""Schemes in case files: keys in the order of their engine's record, and a message for every wrong form."""

import ast
import random
import types
from pathlib import Path
from typing import Annotated, Union, get_args, get_origin

import pytest
import yaml

from conftest import ROOT
from eppv_atlas.model import Case, Settings
from eppv_atlas.model import schemes as records
from eppv_atlas.store import case_file, case_words, tidy

ENGINES = {
    get_args(record.model_fields["engine"].annotation)[0]: record
    for record in get_args(get_args(records.Scheme)[0])
}
MODELS = Path(records.__file__).parent


def schemes_of_the_notice():
    for file in sorted((ROOT / "cases").glob("*.yaml")):
        for mechanism in yaml.safe_load(file.read_text("utf-8")).get("mechanisms", ()):
            if "scheme" in mechanism:
                yield file.stem, mechanism["id"], mechanism["scheme"]


def test_every_engine_has_a_scheme_to_try():
    assert {scheme["engine"] for _, _, scheme in schemes_of_the_notice()} == set(ENGINES)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("flat", [False, True])
def test_keys_of_a_scheme_stand_in_the_order_of_its_engine(engine, flat):
    fields = list(ENGINES[engine].model_fields)
    chance = random.Random(engine)
    for _, name, scheme in schemes_of_the_notice():
        if scheme["engine"] != engine:
            continue
        keys = list(scheme)
        chance.shuffle(keys)
        mixed = {key: scheme[key] for key in keys}
        case = {"mechanisms": [{"id": name, "scheme": mixed}]}
        text = yaml.safe_dump(case, sort_keys=False, allow_unicode=True, width=10**6)
        if flat:
            flow = yaml.safe_dump({"scheme": {"zone": "a", **mixed}}, default_flow_style=True, width=10**6)
            text = f"mechanisms:\n  - id: {name}\n    {flow.strip()[1:-1]}\n"
        out = yaml.safe_load(tidy.yaml_bytes(text.encode(), Case).decode())["mechanisms"][0]["scheme"]
        known = [key for key in out if key in fields]
        assert known == [key for key in fields if key in known]
        assert known == list(out)[: len(known)]


def patterns(annotation, metadata=()):
    """Every pattern of a type."""
    for one in metadata:
        if isinstance(getattr(one, "pattern", None), str):
            yield one.pattern
    inner = get_args(annotation)
    if get_origin(annotation) is Annotated:
        yield from patterns(inner[0], inner[1:])
    elif get_origin(annotation) in {Union, types.UnionType, tuple, dict}:
        for part in inner:
            yield from patterns(part)


def every_record(record, seen):
    if record not in seen:
        seen.add(record)
        for field in record.model_fields.values():
            for inner in tidy._models(field.annotation):
                every_record(inner, seen)
    return seen


def test_every_pattern_of_a_record_says_in_both_languages_what_it_wants():
    found = {}
    for record in every_record(Settings, every_record(Case, set())):
        for name, field in record.model_fields.items():
            for pattern in patterns(field.annotation, field.metadata):
                found.setdefault(pattern, set()).add(name)
    assert set(found) == set(case_words.FORMS)
    assert {"amount", "price", "total"} <= found[r"^(0|[1-9][0-9]{0,11})(\.[0-9]{1,6})?$"]
    for en, zh in case_words.FORMS.values():
        assert "such as" in en
        assert "如" in zh
    assert len({zh for _, zh in case_words.FORMS.values()}) >= len(found) - 1


def test_what_schemes_say_of_themselves_is_said_in_chinese_too():
    said = set()
    for file in MODELS.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "PydanticCustomError":
                said.add(node.args[1].value)
    assert said == set(case_words.REASONS)


@pytest.mark.parametrize(
    ("key", "value", "en", "zh"),
    [
        ("amount", "1e3", "such as 114 or 4897.32", "如 114"),
        ("amount", "-5", "not negative", "非负"),
        ("price", "A$5", "such as 114 or 4897.32", "如 114"),
        ("total", "1,000", "such as 114 or 4897.32", "如 114"),
        ("date", "5 March 2024", "2024-03-05", "2024-03-05"),
        ("date", "2024-02-30", "no such day", "没有这一天"),
        ("currency", "A$", "three capital letters", "三个大写字母"),
        ("credit_class", "x", "'x' is no class of this ledger", "本账没有类别 'x'"),
        ("credit_class", "X Y", "such as core-zone", "如 core-zone"),
        ("basis", "inferred", "says why", "理由"),
    ],
)
def test_a_wrong_entry_of_a_ledger_is_told_what_is_wanted(key, value, en, zh):
    text = (ROOT / "cases" / "nsw-biodiversity-offsets.yaml").read_text("utf-8")
    head, tail = text.split("          source: CR-5744\n")
    head, _, entry = head.rpartition("- kind")
    entry = "\n".join(line for line in f"- kind{entry}".split("\n") if f" {key}:" not in line)
    tail = "\n".join(
        line for i, line in enumerate(tail.split("\n")) if i > 5 or not line.startswith(f"          {key}:")
    )
    raw = f'{head}{entry}          source: CR-5744\n          {key}: "{value}"\n{tail}'.encode()
    _, read = case_file.read_case(raw, "f.yaml")
    (problem,) = read.problems
    assert en in problem.message_en
    assert zh in problem.message_zh
