"""What siting offers to be set: weights, limits and files, each with its reason.

Floor 3, part of schemes: knows the record of a scheme; must not know files, shapes
or how units are rated.
"""

from __future__ import annotations

from typing import Final

from eppv_atlas.model import Name
from eppv_atlas.model.schemes import SitingScheme
from eppv_atlas.model.schemes.siting import Criterion, Exclusion
from eppv_atlas.schemes import grids
from eppv_atlas.schemes.figures import said
from eppv_atlas.schemes.taking import Sources
from eppv_atlas.schemes.trial import Input, Option

OWN: Final = "own"
"""Choice of the weights that the scheme itself has."""
_SEED: Final = 1.0


def inputs(scheme: SitingScheme, source: Sources) -> tuple[Input, ...]:
    """What may be set: weights, limits, how ranks are tried."""
    own = Option(OWN, Name(zh="方案默认权重", en="weights of the scheme"))
    options = (own, *(Option(one.id, one.label) for one in scheme.weightings))
    out = [Input("weighting", Name(zh="权重方案", en="Weighting"), "choice", OWN, options=options)]
    for one in scheme.criteria:
        label = said(
            zh=f"权重：{one.label.zh}（填写后取代方案）",
            en=f"Weight of {one.label.en}, in place of the weighting's",
        )
        why = said(zh=f"设定：{one.why.zh}", en=f"assumed: {one.why.en}")
        out.append(Input(f"weight-{one.id}", label, "number", None, low=0, high=1000, whence=why))
    for exclusion in scheme.exclusions:
        zh, en = exclusion.label.zh, exclusion.label.en
        why = said(zh=f"设定：{exclusion.why.zh}", en=f"assumed: {exclusion.why.en}")
        mark = exclusion.symbol or ""
        limit = said(
            zh=f"排除界限：{zh}{f'（{mark}）' if mark else ''}",
            en=f"Limit of {en}{f' ({mark})' if mark else ''}",
        )
        out.append(
            Input(f"check-{exclusion.id}", said(zh=f"核查：{zh}", en=f"Check {en}"), "flag", value=True)
        )
        out.append(Input(f"limit-{exclusion.id}", limit, "number", exclusion.above, low=0, whence=why))
    known = source.taken(scheme.known, "percent")
    out += [
        Input("known", Name(zh="单元内至少有数据的面积占比", en="Least share of a unit with data"), "number",
              known.value, "percent", low=0, high=100, whence=known.whence),
        Input("cells", Name(zh="不给候选地块时的格数", en="Number of cells where no units are given"), "number",
              float(scheme.cells), low=1, high=grids.MOST_CELLS),
        Input("swing", Name(zh="逐项增减权重的幅度", en="By how much each weight is raised and lowered"), "number", 25.0,
              "percent", low=0, high=100),
        Input("samples", Name(zh="权重抽样次数", en="Samples of weights"), "number", 300.0, low=0, high=5000),
        Input("seed", Name(zh="随机种子", en="Seed of the draw"), "number", _SEED, low=0, high=2**31),
        Input("tightness", Name(zh="抽样集中度（狄利克雷分布参数之和）", en="Tightness of the draw (sum of the Dirichlet parameters)"),
              "number", 20.0, low=1, high=10_000),
    ]  # fmt: skip
    return tuple(out)


def layers(scheme: SitingScheme) -> list[str]:
    """Names of the layers that a scheme goes by."""
    return list(
        dict.fromkeys([*(one.layer for one in scheme.criteria), *(one.layer for one in scheme.exclusions)])
    )


def asked(scheme: SitingScheme, layer: str) -> Name:
    """What a layer has to hold."""
    every: list[Criterion | Exclusion] = [*scheme.criteria, *scheme.exclusions]
    used = [one for one in every if one.layer == layer]
    forms = {
        "mean": Name(zh="栅格（GeoTIFF）", en="a raster (GeoTIFF)"),
        "share": Name(zh="面图层", en="polygons"),
        "distance": Name(zh="点、线或面图层", en="points, lines or polygons"),
        "class": Name(zh="栅格，或带 class 列的面图层", en="a raster, or polygons with a column class"),
    }
    form = forms[used[0].measure]
    labels = dict.fromkeys(one.label for one in used)
    return said(
        zh=f"{'、'.join(one.zh for one in labels)}：{form.zh}",
        en=f"{', '.join(one.en for one in labels)}: {form.en}",
    )
