"""How much is taken in at most; a refusal names its limit.

Floor 3, part of intake: numbers only.
"""

from __future__ import annotations

from typing import Final

FILE_BYTES: Final = 512 * 2**20
"""Size of a file, or of all files of a shapefile together."""
UNPACKED_BYTES: Final = 1024 * 2**20
"""Size of an archive once it is unpacked."""
PACKED_FILES: Final = 2000
"""Files in an archive."""
RATIO: Final = 200
"""How many times larger than packed the content of an archive may be, beyond its first 10 MB."""
FEATURES: Final = 100_000
"""Features of a layer, or rows of a table."""
VERTICES: Final = 2_000_000
"""Vertices of a layer."""
ZONE_VERTICES: Final = 20_000
"""Vertices of one zone: a ring solved for round as many takes half a minute."""
VALUE: Final = 100_000
"""Letters of one attribute."""
COLUMNS: Final = 500
"""Columns of a layer."""
MEMORY_BYTES: Final = 3 * 2**30
"""Address space of the process that reads."""
SECONDS: Final = 8
"""Time of the processor that reading may take, for a small file."""
BYTES_PER_SECOND: Final = 5 * 2**20
"""What a larger file is given a second more for."""
