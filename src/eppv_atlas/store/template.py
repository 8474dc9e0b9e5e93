"""A new case: a commented file that passes ``check`` once it is filled in.

Floor 3, part of the store: must not know measures, maps or the command line.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from eppv_atlas import vocabulary
from eppv_atlas.errors import UsageError
from eppv_atlas.scalars import SLUG
from eppv_atlas.store import case_file, transaction
from eppv_atlas.store.rules import RESERVED
from eppv_atlas.store.shapes_file import write as write_shapes
from eppv_atlas.units import UNITS

_SETTINGS: Final = """\
format: 1
title:
  zh: 我的案例图集
  en: My atlas of cases
# 引用的文件，每份一个 id。 Documents that cases are taken from, each under an id.
documents:
  my-document:
    title: {zh: <填文件标题>, en: <填 title of the document>}
    publisher: {zh: <填发布机构>, en: <填 publisher>}
    issued: <填发布日期，如 2024-01-01 / date of issue>
    pages: "<填页数 / number of pages>"
"""


def new_case(root: Path, case_id: str) -> list[Path]:
    """Write a template for a case, and what the folder still lacks.

    Parameters
    ----------
    root
        Folder of the atlas; it is made where it is missing.
    case_id
        Id of the case, kebab-case.

    Returns
    -------
    list of Path
        Files written, the case file first.

    Raises
    ------
    UsageError
        If the id is no id, or the case exists already.
    """
    if not re.fullmatch(SLUG, case_id) or len(case_id) > 64 or case_id in RESERVED:
        raise UsageError(
            f"{case_id!r} is no id: small letters, digits and single hyphens, beginning with a letter, "
            "such as my-case",
            f"{case_id!r} 不能作 id：请用小写字母、数字与单个连字符，以字母开头，如 my-case",
        )
    with transaction.locked(root, "new"):
        contents = _contents(root, case_id)
        transaction.commit(root, contents)
    return list(contents)


def _contents(root: Path, case_id: str) -> dict[Path, bytes | None]:
    """Content of every file that a new case needs and the folder lacks, the case file first."""
    case = root / "cases" / f"{case_id}.yaml"
    if case.exists():
        raise UsageError(f"{case} exists already; choose another id", f"{case} 已存在；请另取 id")
    numbers = [
        int(found[1])
        for file in (root / "cases").glob("*.yaml")
        if (found := re.search(r"^order:\s*(\d+)\s*$", file.read_text("utf-8", "replace"), re.MULTILINE))
    ]
    document = _first_document(root)
    order = max(numbers, default=0) + 1
    contents: dict[Path, bytes | None] = {
        case: _template(shlex.quote(root.as_posix()), case_id, order, document).encode()
    }
    others = {
        root / "geodata" / f"{case_id}.geojson": write_shapes(case_id, {}, []),
        root / "atlas.yaml": _SETTINGS.encode(),
        root / "schema" / "case.schema.json": case_file.json_schema().encode(),
    }
    return contents | {path: content for path, content in others.items() if not path.exists()}


def _first_document(root: Path) -> str:
    file = root / "atlas.yaml"
    if file.is_file():
        settings, _ = case_file.read_settings(file.read_bytes(), str(file))
        if settings is not None and settings.documents:
            return next(iter(settings.documents))
    return "my-document"


def _words(table: Mapping[str, Any]) -> str:
    return " · ".join(f"{entry.id} {entry.zh}".strip() for entry in table.values())


def _listed(table: dict[str, vocabulary.Term]) -> str:
    return "\n".join(f"#     {term.id}  {term.zh} / {term.en}" for term in table.values())


def _template(root: str, case_id: str, order: int, document: str) -> str:
    fill = case_file.PLACEHOLDER
    return f"""\
# yaml-language-server: $schema=../schema/case.schema.json
# 新案例。凡以 {fill} 开头的文字都要改写；填完运行 eppv-atlas --atlas {root} check 检查。
# A new case. Rewrite every text that begins with {fill}; then run: eppv-atlas --atlas {root} check
format: 1
id: {case_id}
batch: my-batch
order: {order}
title:
  zh: {fill}案例名称>
  en: {fill} title of the case>
# 地图上的短名 / short name for the map
short:
  zh: {fill}短名>
  en: {fill} short name>
# 出处：document 是 atlas.yaml 中的文件 id / id of a document in atlas.yaml
source:
  document: {document}
  pages: {fill}页码，如 9-14 / pages>
# 所在行政区的六位代码，可多个 / six-digit administrative codes
places: ["{fill}如 330106>"]
place_name:
  zh: {fill}省市县全称>
  en: {fill} place written out>
# 路径 / path, 可用 / one of:
{_listed(vocabulary.PATHS)}
# basis: stated（文件明示，须写 page）或 inferred（编者推断，须写 note）
path:
  id: {fill}路径 / path>
  basis: inferred
  note: {{zh: {fill}理由>, en: {fill} reason>}}
# 模式 / mode, 可用 / one of:
{_listed(vocabulary.MODES)}
mode:
  id: {fill}模式 / mode>
  basis: inferred
  note: {{zh: {fill}理由>, en: {fill} reason>}}
# 产品类别 / product category, 可用 / one of:
{_listed(vocabulary.CATEGORIES)}
category:
  id: {fill}类别 / category>
  basis: inferred
  note: {{zh: {fill}理由>, en: {fill} reason>}}
# 用自己的话写四段 / four parts in your own words
summary:
  background: {{zh: {fill}背景>, en: {fill} background>}}
  mechanism: {{zh: {fill}机制>, en: {fill} mechanism>}}
  practice: {{zh: {fill}做法>, en: {fill} practice>}}
  outcome: {{zh: {fill}成效>, en: {fill} outcome>}}
# 在全国图上代表本案例的地点或分区 / what stands for the case on the national map
anchor: main-place
# 三条最重要的数据 / the three headline facts
headlines: [first-fact, second-fact, third-fact]
# kind 可用 / one of: {_words(vocabulary.SITE_KINDS)}
sites:
  - id: main-place
    name: {{zh: {fill}地点>, en: {fill} place>}}
    kind: park
    location: {{lon: "{fill}经度>", lat: "{fill}纬度>"}}
    provenance:
      # surveyed 实测 · official 官方 · digitised 数字化 · administrative 行政界线 · schematic 示意
      confidence: schematic
      how: {{zh: {fill}位置来历>, en: {fill} how the position was found>}}
  # 更多地点：位置不明者写原因；与他处的关系可选 / more places; why one has no location; how they lie
  # - id: some-village
  #   name: {{zh: 某村, en: Some Village}}
  #   kind: village
  #   no_location: {{zh: 文件只给出村名, en: The document gives only the name}}
  #   printed: 某村                # 原文写法 / name as printed
  #   page: 3
  #   relations:                   # {_words(vocabulary.RELATIONS)}
  #     - {{type: adjacent, to: main-place, direction: east}}
# kind 可用 / one of: {_words(vocabulary.ZONE_KINDS)}
zones:
  # 图形四选一 / the geometry is one of four:
  #   geometry: {{type: drawn}}                      画在 / drawn in geodata/{case_id}.geojson
  #   geometry: {{type: places, places: [330106]}}   行政区 / administrative units
  #   geometry: {{type: disc, centre: {{lon: 120.1, lat: 30.2}}, area: stated}}   按面积生成 / made to size
  #   geometry: {{type: none, reason: {{zh: 原因, en: why}}}}                       无图形 / none
  - id: main-zone
    name: {{zh: {fill}分区>, en: {fill} zone>}}
    kind: planning-area
    stated_area: first-fact
    geometry:
      type: none
      reason: {{zh: {fill}为何没有图形>, en: {fill} why there is none>}}
# section 可用 / one of: {_words(vocabulary.SECTIONS)}
# qualifier 可用 / one of: {_words(vocabulary.QUALIFIERS)}
# unit 可用 / one of: {_words(UNITS)}
facts:
  # printed 照抄原文；value 按原文单位写数：2.3 万亩写 23000、unit: mu
  # printed: as the document has it; value in the printed unit: 2.3万亩 is 23000, unit: mu
  - id: first-fact
    label: {{zh: {fill}说明>, en: {fill} label>}}
    section: background
    page: "{fill}页码>"
    printed: {fill}原文写法，如 2.3 万亩>
    value: "{fill}数值>"
    unit: mu
    about: main-zone
  - id: second-fact
    label: {{zh: {fill}说明>, en: {fill} label>}}
    section: outcome
    page: "{fill}页码>"
    printed: {fill}原文写法>
    value: "{fill}数值>"
    unit: count
  - id: third-fact
    label: {{zh: {fill}说明>, en: {fill} label>}}
    section: outcome
    page: "{fill}页码>"
    printed: {fill}原文写法>
    value: "{fill}数值>"
    unit: count
## 以下三部分可选，去掉行首的“# ”即可使用 / three optional parts; remove the leading "# " to use them
## 成组数据 / series; kind: {_words(vocabulary.SERIES_KINDS)}
# series:
#   - id: before-and-after
#     kind: change
#     label: {{zh: 前后对比, en: Before and after}}
#     facts: [second-fact, third-fact]
## 机制 / mechanisms
##   kind: {_words(vocabulary.MECHANISM_KINDS)}
##   role: {_words(vocabulary.PARTY_ROLES)}
# mechanisms:
#   - id: first-mechanism
#     name: {{zh: 名称, en: Name}}
#     kind: compensation
#     section: practice
#     page: 3
#     about: {{zh: 如何运作, en: How it works}}
#     path: spillover-sharing
#     mode: vertical-compensation          # 须为本案例的模式之一 / one of the case's modes
#     parties:
#       - {{role: authority, name: {{zh: 县政府, en: County government}}}}
#     rules:
#       - {{text: {{zh: 规则, en: Rule}}, facts: [second-fact]}}
#     acts_on: [main-zone]
#     evidence: [second-fact]
## 数字核算 / claims; kind: {_words(vocabulary.CLAIM_KINDS)}
# claims:
#   - id: parts-add-up
#     kind: sum
#     label: {{zh: 两项之和, en: Sum of both}}
#     says: second-fact + third-fact <= 100
"""
