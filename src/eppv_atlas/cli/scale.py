"""What counting patches has in common, in zones or not: engines, kept results, what is said of the source.

Floor 4: puts the floors below together; knows no rules and no formulas.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from eppv_atlas import console
from eppv_atlas.cli.options import AreaUnit, Format
from eppv_atlas.errors import DataError, UsageError

if TYPE_CHECKING:
    from eppv_atlas.scale import Count, Dataset, Engine, Job
    from eppv_atlas.scale.areas import ByClass


class EngineName(StrEnum):
    """Who counts."""

    local = "local"
    dask = "dask"


class EdgeModel(StrEnum):
    """How edges run between their ends."""

    geodesic = "geodesic"
    lonlat = "lonlat"


SkipInvalid = Annotated[
    bool, typer.Option("--skip-invalid", help="Name and leave out patches that cannot be counted; go on.")
]
EngineOption = Annotated[
    EngineName,
    typer.Option("--engine", help="Who counts: this process, or Dask's distributed scheduler (GeoParquet)."),
]
Scheduler = Annotated[
    str | None,
    typer.Option(
        metavar="ADDRESS", help="With --engine dask: a scheduler that runs already, as tcp://HOST:PORT."
    ),
]
Workers = Annotated[
    int | None,
    typer.Option(
        min=1, max=1024, help="With --engine dask and no scheduler: worker processes; one a core if left out."
    ),
]
KeepOption = Annotated[
    Path | None,
    typer.Option(
        "--keep",
        metavar="FOLDER",
        help="Keep the results of row groups here, so that the same command resumes (GeoParquet).",
    ),
]


class Run:
    """A count as the options want it."""

    def __init__(
        self,
        engine: EngineName,
        scheduler: str | None,
        workers: int | None,
        keep: Path | None,
        *,
        skip: bool,
    ) -> None:
        if engine is EngineName.local and (scheduler is not None or workers is not None):
            raise UsageError(
                "--scheduler and --workers go with --engine dask",
                "--scheduler 与 --workers 须与 --engine dask 同用",
            )
        if scheduler is not None and workers is not None:
            raise UsageError(
                "--workers are processes of our own; those of a scheduler are started beside it",
                "--workers 为本机自启的进程；调度器的工作进程须另行启动",
            )
        self.engine, self.scheduler, self.workers, self.keep, self.skip = (
            engine,
            scheduler,
            workers,
            keep,
            skip,
        )

    def fits(self, source: Dataset) -> None:
        """Refuse what needs row groups for a file that has none.

        Raises
        ------
        UsageError
            If the source is no GeoParquet.
        """
        if not source.parquet and (self.engine is EngineName.dask or self.keep is not None):
            raise UsageError(
                f"{source.shown} is no GeoParquet, so it cannot be counted in parts: leave out --engine and --keep",
                f"{source.shown} 不是 GeoParquet，无法分块计算：请去掉 --engine 与 --keep",
            )

    def counted(self, source: Dataset, job: Job) -> Count:
        """Count, with a bar on a terminal; say what was left out and what had been kept."""
        from eppv_atlas.scale import MOST_NAMED, Engine, Keep, counted

        keep = Keep(self.keep) if self.keep is not None else None
        engine: Engine = Engine(self.engine.value, self.scheduler, self.workers)
        with console.progress() as progress:
            task = progress.add_task(console.words("patches", "图斑"), total=source.rows)
            try:
                count = counted(
                    source,
                    job,
                    engine,
                    keep,
                    skip=self.skip,
                    warn=console.print_problems,
                    advance=lambda rows: progress.advance(task, rows),
                )
            except DataError as error:
                if len(error.problems) >= MOST_NAMED:
                    console.say(f"the first {MOST_NAMED}:", f"前 {MOST_NAMED} 个：", err=True)
                raise
        if count.left:
            number, size = (sum(entry[k] for entry in count.left.values()) for k in (0, 2))
            unknown = sum(n - sized for n, sized, _ in count.left.values())
            console.say(
                f"left out {number} feature(s), about {size:,.0f} m²; of {unknown} the size cannot be said",
                f"略去 {number} 个要素，约 {size:,.0f} 平方米；其中 {unknown} 个大小不详",
                err=True,
            )
        if keep is not None:
            console.say(
                f"{count.resumed} of {len(source.units)} parts had been kept, {count.counted} were counted now",
                f"共 {len(source.units)} 个分块：{count.resumed} 个此前已保存，{count.counted} 个本次计算",
                err=True,
            )
        if count.damaged:
            console.say(
                f"{count.damaged} kept result(s) could not be trusted and were counted anew",
                f"{count.damaged} 个已保存的结果不可信，已重新计算",
                err=True,
            )
        return count

    def source_row(self, source: Dataset, job: Job, count: Count) -> dict[str, Any]:
        """What a result was counted from, for JSON."""
        return {
            "kind": "source",
            "model": job.model,
            "source": source.shown,
            "files": source.files,
            "parts": len(source.units),
            "rows": count.rows,
            "engine": self.engine.value,
            "digest": f"sha256:{source.digest}",
            "zones_digest": f"sha256:{job.zones_digest}" if job.zones_digest else None,
            "software": job.kernel,
        }

    def say_source(self, source: Dataset, job: Job, count: Count) -> None:
        """The same in a line, below a table of a layer of several files."""
        if source.partitioned:
            console.say(
                f"from {source.files} file(s), {count.rows:,} patches, engine {self.engine.value}, "
                f"digest {source.digest[:16]}; {job.kernel}",
                f"来自 {source.files} 个文件，{count.rows:,} 个图斑，引擎 {self.engine.value}，"
                f"摘要 {source.digest[:16]}；{job.kernel}",
            )


def path_of(ids: list[str] | None) -> str | None:
    """The layer that is meant instead of cases; None where cases are.

    Raises
    ------
    UsageError
        If there is a layer among several arguments.
    """
    found = [text for text in ids or () if _is_path(text)]
    if found and len(ids or ()) > 1:
        raise UsageError(
            "one layer is measured at a time; put a pattern of files in quotes",
            "一次只量算一个图层；文件通配符请加引号",
        )
    return found[0] if found else None


def _is_path(text: str) -> bool:
    """Whether this names a file, a folder or a pattern, as no id of a case does."""
    plain = not Path(text).suffix and not any(mark in text for mark in "*?[\\") and text[:1] not in {"/", "."}
    if not plain or text.endswith("/"):
        return True
    if not Path(text).is_dir():
        return False
    from eppv_atlas.cli.options import load

    return text.partition("/")[0] not in {placed.case.id for placed in load()}


def measure_layer(
    path: str,
    by: str | None,
    layer: str | None,
    model: EdgeModel,
    unit: AreaUnit,
    form: Format,
    run: Run,
) -> None:
    """Areas of a layer by class."""
    from eppv_atlas import export
    from eppv_atlas.scale import areas_job, opened
    from eppv_atlas.units import UNITS, area_text, from_m2

    source = opened(path, by, layer)
    run.fits(source)
    job = areas_job(model.value)
    count = run.counted(source, job)
    found = cast("ByClass", count.table).result()
    if form is Format.table:
        name = getattr(UNITS[unit.value], console.CHOICE.lang)
        heads = console.words(["class", "patches", f"area {name}"], ["类别", "图斑数", f"面积 {name}"])
        none, every = console.words(["(none)", "all classes"], ["（无）", "全部类别"])
        rows = [
            [none if c.label is None else c.label, str(c.patches), area_text(c.area_m2, unit.value)]
            for c in (found.classes if by else ())
        ]
        rows.append([every, str(found.total.patches), area_text(found.total.area_m2, unit.value)])
        console.table(heads, rows, numbers=(1, 2))
        console.say(f"model {job.model}, CGCS2000", f"{job.model} 模型，CGCS2000 椭球")
        run.say_source(source, job, count)
        return

    def row(kind: str, label: str | None, patches: int, area_m2: float | None) -> dict[str, Any]:
        out = {"kind": kind, "class": label, "patches": patches, "area_m2": area_m2, "model": job.model}
        if unit is not AreaUnit.m2:
            out[f"area_{unit.value}"] = None if area_m2 is None else from_m2(area_m2, unit.value)
        return out

    rows_: list[dict[str, Any]] = [
        row("class", c.label, c.patches, c.area_m2) for c in (found.classes if by else ())
    ]
    rows_.append(row("total", None, found.total.patches, found.total.area_m2))
    rows_ += [row("left-out", rule, n, m2 if sized else None) for rule, (n, sized, m2) in count.left.items()]
    if form is Format.csv:
        console.out(export.to_csv(rows_, list(rows_[0])))
        return
    if source.partitioned:
        rows_.append(dict.fromkeys(rows_[0]) | run.source_row(source, job, count))
    console.out(export.to_json(rows_))
