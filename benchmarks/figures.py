"""Figures and reports: seconds, sizes and the smallest type, in one run.

    python benchmarks/figures.py [--reports]

Times are after imports, on the atlas of this folder; each figure is drawn as
users get it, 16 cm wide at 300 dpi.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cartopy.crs
import frykit.plot
import matplotlib.figure

import eppv_atlas as ea

assert cartopy.crs
assert frykit.plot
assert matplotlib.figure  # imported before the clock starts


def timed(call: Callable[[], Any]) -> tuple[Any, float]:
    """Result of a call and its seconds."""
    start = time.perf_counter()
    found = call()
    return found, time.perf_counter() - start


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reports", action="store_true", help="the whole report in every format, too")
    chosen = parser.parse_args()
    atlas = ea.load()
    print("| figure | PNG s | SVG s | PDF s | PNG kB | SVG kB | PDF kB | smallest type, pt |")
    print("|---|---|---|---|---|---|---|---|")
    for thing in (atlas, *atlas):
        figure = ea.figure(thing)
        made = {
            form: timed(lambda form=form, figure=figure: figure.image(form)) for form in ("png", "svg", "pdf")
        }
        sizes = re.findall(r"font-size: ([\d.]+)px", made["svg"][0].decode())
        seconds = " | ".join(f"{made[form][1]:.2f}" for form in made)
        weights = " | ".join(f"{len(made[form][0]) / 1000:.0f}" for form in made)
        print(f"| {figure.name} | {seconds} | {weights} | {min(map(float, sizes)):g} |")
    if chosen.reports:
        print("\n| report of eleven cases | seconds, whole process | MB |")
        print("|---|---|---|")
        with tempfile.TemporaryDirectory() as folder:
            for form in ("docx", "html", "pdf", "pptx", "md"):
                path = Path(folder) / f"report.{form}"
                command = [
                    str(Path(sys.executable).with_name("eppv-atlas")),
                    "--lang",
                    "zh",
                    "report",
                    "--to",
                    form,
                    "--out",
                    str(path),
                ]
                _, seconds = timed(
                    lambda command=command: subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - our own command
                )
                print(f"| {form} | {seconds:.1f} | {path.stat().st_size / 1e6:.1f} |")


if __name__ == "__main__":
    main()
