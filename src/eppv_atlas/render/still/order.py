"""How a figure is wanted.

Floor 3, part of render: records only.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Order:
    """How a figure is wanted.

    Attributes
    ----------
    form
        ``png``, ``svg`` or ``pdf``.
    lang
        ``zh`` or ``en``.
    unit
        Unit of areas: ``km2``, ``ha``, ``mu``, ``m2``.
    width_cm, dpi
        How wide it is, and how finely a PNG is drawn.
    address
        Where the live map is published; drawn as a QR code. Empty where it is not.
    titled
        Whether the title stands above the map; where a caption says it, it need not.
    """

    form: str = "png"
    lang: str = "zh"
    unit: str = "km2"
    width_cm: float = 16.0
    dpi: int = 300
    address: str = ""
    titled: bool = True

    @property
    def drawn_dpi(self) -> int:
        """Dots an inch while drawing; of no matter to lines and letters."""
        return self.dpi if self.form == "png" else 300
