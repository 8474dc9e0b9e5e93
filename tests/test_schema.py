"""The record and the JSON Schema that editors use are one and the same."""

import json

import jsonschema
import pytest
from ruamel.yaml import YAML

from conftest import CASES, ROOT
from eppv_atlas.store import case_file
from eppv_atlas.store.yaml_text import read


@pytest.fixture(scope="module")
def validator():
    schema = json.loads((ROOT / "schema" / "case.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def test_committed_schema_is_the_generated_one():
    assert (ROOT / "schema" / "case.schema.json").read_text("utf-8") == case_file.json_schema()


def test_schema_is_closed_and_explains_itself():
    schema = json.loads(case_file.json_schema())
    for name, record in {"Case": schema, **schema["$defs"]}.items():
        assert record["additionalProperties"] is False, name
        for key, entry in record["properties"].items():
            assert entry.get("description"), f"{name}.{key} has no description"


def _as_an_editor_reads_it(text):
    data = YAML(typ="safe", pure=True).load(text)
    return json.loads(json.dumps(data, default=str))


@pytest.mark.parametrize("case", CASES)
def test_editor_and_record_accept_the_real_cases(case, validator):
    text = (ROOT / "cases" / f"{case}.yaml").read_text("utf-8")
    assert [e.message for e in validator.iter_errors(_as_an_editor_reads_it(text))] == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("batch: mnr-4", "bacth: mnr-4"),
        ("order: 1", "order: first"),
        ("kind: wetland", "kind: swamp"),
        ("basis: stated", "basis: guessed"),
        ("side: centre", "side: middle"),
        ("lat: 30.27", "lat: 130.27"),
        ("places: [330106]", "places: []"),
        ("type: none", "type: nowhere"),
        ("value: 21.88", "value: about 22"),
        ("  - id: xixi-paradise", "  - id: Xixi Paradise"),
        ("headlines: [district-area, visitors-total, upfront-investment]", "headlines: [district-area]"),
    ],
)
def test_editor_and_record_refuse_the_same(old, new, validator):
    text = (ROOT / "cases" / "hangzhou-xixi.yaml").read_text("utf-8")
    assert old in text
    broken = text.replace(old, new, 1)
    assert list(validator.iter_errors(_as_an_editor_reads_it(broken)))
    case, problems = case_file.read_case(broken.encode(), "x.yaml")
    assert case is None
    assert problems.problems


def test_scalars_stay_what_was_written():
    found = read(b"a: NO\nb: 00123\nc: 1:30\nd: 2024-01-01\ne: ~\nf: 1e3\n", "x").data
    assert found == {"a": "NO", "b": "00123", "c": "1:30", "d": "2024-01-01", "e": "~", "f": "1e3"}
