"""Patches by the hundred million: the same count, divided into units of row groups.

- ``dataset`` finds the files of a layer, checks them all, and divides them into units;
- ``work`` counts one unit, here or in another process;
- ``areas`` adds up areas by class, where there are no zones;
- ``kept`` keeps the results of units, so that a run can be resumed;
- ``engines`` has units counted: in this process, or by Dask's distributed scheduler;
- ``counting`` puts the results together, in the order of the files.

Floor 3½: knows files, patches and tallies; must not know cases or the command line.
"""

from eppv_atlas.scale.counting import MOST_NAMED, Count, Left, counted, problem
from eppv_atlas.scale.dataset import Dataset, opened
from eppv_atlas.scale.engines import Engine
from eppv_atlas.scale.kept import Keep
from eppv_atlas.scale.work import MODELS, Job, areas_job, tally_job

__all__ = [
    "MODELS",
    "MOST_NAMED",
    "Count",
    "Dataset",
    "Engine",
    "Job",
    "Keep",
    "Left",
    "areas_job",
    "counted",
    "opened",
    "problem",
    "tally_job",
]
