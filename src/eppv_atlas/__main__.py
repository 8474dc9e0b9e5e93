"""The front door: ``eppv-atlas``, and ``python -m eppv_atlas``.

Floor 4: knows the command line only.
"""

from __future__ import annotations

import sys

from eppv_atlas import early


def main() -> None:
    """Run the command line; a look at a large atlas begins while it is still imported."""
    early.begin(sys.argv[1:])
    from eppv_atlas.cli import run

    run()


if __name__ == "__main__":
    main()
