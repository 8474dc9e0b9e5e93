"""Canonical form: stable, and nothing of what the user wrote is lost."""

import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from conftest import CASES, ROOT
from eppv_atlas.model import Case
from eppv_atlas.store import tidy, yaml_text

MESSY = """\
# header

format: 1
# about the id
id: a   
title:   # beside
  en: B
  # above zh
  zh: 甲
zones:
  # first zone
  - kind: buffer
    id: z
    name: {en: "N, x", zh: 名}
    geometry:
      reason: {en: a, zh: b}
      type: none
  # second zone
  - id: y
    geometry: {reason: {zh: a, en: b}, type: none}
batch: b
# the end
"""


def test_keys_move_with_their_comments():
    out = tidy.yaml_bytes(MESSY.encode(), Case).decode()
    assert out.index("batch: b") < out.index("title:") < out.index("zones:")
    assert "# about the id\nid: a\n" in out
    assert "  # above zh\n  zh: 甲\n  en: B\n" in out
    assert '  # first zone\n  - id: z\n    name: {zh: 名, en: "N, x"}\n    kind: buffer\n' in out
    assert "  # second zone\n  - id: y\n" in out
    assert "{type: none, reason: {zh: a, en: b}}" in out
    assert out.endswith("# the end\n")
    assert tidy.yaml_bytes(out.encode(), Case).decode() == out


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_real_files_are_canonical_whatever_their_line_ends(case, newline):
    text = (ROOT / "cases" / f"{case}.yaml").read_text("utf-8")
    assert tidy.yaml_bytes(text.replace("\n", newline).encode("utf-8-sig"), Case).decode() == text


def _shuffled(text, seed):
    """Shuffle the top-level blocks of a case file, a comment above each."""
    parts = re.split(r"(?m)^(?=[a-z_]+:)", text)
    head, blocks = parts[0], [f"# note {i}\n{block}" for i, block in enumerate(parts[1:])]
    random.Random(seed).shuffle(blocks)
    return head + "\n" + "".join(blocks)


@settings(deadline=None, max_examples=12)
@given(st.integers(0, 10**6), st.sampled_from(CASES))
def test_any_order_tidies_to_the_same_data_and_keeps_every_comment(seed, case):
    text = (ROOT / "cases" / f"{case}.yaml").read_text("utf-8")
    messy = _shuffled(text, seed)
    out = tidy.yaml_bytes(messy.encode(), Case).decode()
    assert yaml_text.read(out.encode(), "").data == yaml_text.read(text.encode(), "").data
    assert sorted(re.findall(r"#.*", out)) == sorted(re.findall(r"#.*", messy))
    keys = list(YAML(typ="safe", pure=True).load(out))
    assert keys == [key for key in Case.model_fields if key in keys]
    assert tidy.yaml_bytes(out.encode(), Case).decode() == out


def test_tidy_check_changes_nothing(folder, cli):
    path = folder / "cases" / "chaka-salt-lake.yaml"
    path.write_text(
        path.read_text("utf-8").replace("batch: mnr-4\norder: 6\n", "order: 6\nbatch: mnr-4\n"), "utf-8"
    )
    messy = path.read_bytes()
    code, _, err = cli("--atlas", folder, "tidy", "--check")
    assert (code, path.read_bytes()) == (1, messy)
    assert "chaka-salt-lake.yaml" in err
    assert cli("--atlas", folder, "tidy")[0] == 0
    assert path.read_bytes() == (ROOT / "cases" / "chaka-salt-lake.yaml").read_bytes()
    assert cli("--atlas", folder, "tidy", "--check")[0] == 0


def test_a_line_separator_within_a_text_does_no_harm(folder, cli):
    """YAML takes U+2028 for the end of a line, editors do not."""
    file = folder / "cases" / "hangzhou-xixi.yaml"
    title = 'title:\n  zh: "西' + "\u2028" * 300 + '溪"'
    text = file.read_text("utf-8")
    file.write_text(text.replace(text[text.index("title:") : text.index("\n  en:")], title, 1), "utf-8")
    assert cli("--atlas", folder, "tidy")[0] == 0
    assert "\u2028" in file.read_text("utf-8")
