"""What other catalogues and tools need to find and read an atlas: a data package, a catalogue, metadata in pages.

Floor 3: receives ledgers, never computes measures; must not know files, how
pages are drawn, or the command line.
"""

from eppv_atlas.interchange import catalogue, datapackage, dataset

__all__ = ["catalogue", "datapackage", "dataset"]
