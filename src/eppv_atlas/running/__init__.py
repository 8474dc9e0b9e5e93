"""Files of schemes: what a run asks for is read and handed in; what came out is written.

Each engine that takes files has a module of its own here with ``read(files)``, and one that writes
files of its own kind has ``write(ran, out, lang)``. Everything else is written as JSON, CSV or XLSX.

Floor 3½: knows files and the intake; must not know formulas or rules of schemes, pages or the
command line.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

from eppv_atlas.errors import UsageError
from eppv_atlas.schemes import ENGINES
from eppv_atlas.schemes.trial import Ran


def read(engine: str, files: Mapping[str, Path]) -> dict[str, Any]:
    """Read the files of a run.

    Parameters
    ----------
    engine
        One of ``schemes.ENGINES``.
    files
        Files by the names in ``trial.files``.

    Returns
    -------
    dict
        What the engine's ``run`` takes as `given`.

    Raises
    ------
    UsageError
        If the engine takes no files, or a file does not exist.
    DataError
        If files are refused; names every problem.
    """
    if not files:
        return {}
    module = _module(engine)
    if module is None or not hasattr(module, "read"):
        raise UsageError("this scheme takes no files; leave --with out", "此项试算不使用文件；请去掉 --with")
    made: dict[str, Any] = module.read(files)
    return made


def write(engine: str, ran: Ran, out: Path, lang: str) -> None:
    """Write what came out of a run, in the form that the suffix of `out` names.

    Parameters
    ----------
    engine
        One of ``schemes.ENGINES``.
    ran
        What came out.
    out
        ``.json``, ``.csv`` or ``.xlsx``; an engine may know more.
    lang
        Language of its texts, ``zh`` or ``en``.

    Raises
    ------
    UsageError
        If the suffix is of no form that is known.
    """
    module = _module(engine)
    if module is not None and hasattr(module, "write"):
        module.write(ran, out, lang)
        return
    from eppv_atlas.running import results

    results.write(ran, out, lang)


def _module(engine: str) -> ModuleType | None:
    assert engine in ENGINES, engine
    name = f"eppv_atlas.running.{engine}"
    return import_module(name) if find_spec(name) else None
