"""Ellipsoids, and the area between the equator and a parallel as a function of latitude.

With e the first eccentricity and b the minor semi-axis, the area of a strip of
one radian of longitude between the equator and latitude φ is

    F(φ) = ∫ M N cos φ dφ = b²/2 · [ sin φ / (1 − e² sin² φ) + artanh(e sin φ) / e ].

Small rings take F relative to their own first vertex, as a power series, so
that nothing is lost to the difference of two large numbers.

Floor 2, part of area: knows no shapes, no cases and no files.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS, Geod
from pyproj.exceptions import CRSError

from eppv_atlas.errors import AreaError

Floats = NDArray[np.float64]
ORDER: Final = 6
"""Powers of the latitude difference that the series of F goes to."""
TERMS: Final = 4
"""Terms of the series of the correction for geodesic edges."""


@dataclass(frozen=True)
class Ellipsoid:
    """An ellipsoid of revolution.

    Attributes
    ----------
    name
        How it is called.
    a
        Semi-major axis in metres.
    rf
        Inverse flattening; infinite for a sphere.
    """

    name: str
    a: float
    rf: float

    def __post_init__(self) -> None:
        """Refuse what is no oblate ellipsoid."""
        if not (self.a > 0 and np.isfinite(self.a) and self.rf > 1):
            raise AreaError(
                f"an ellipsoid with a = {self.a:g} m and 1/f = {self.rf:g} cannot be measured on",
                f"不能在 a = {self.a:g} 米、1/f = {self.rf:g} 的椭球上量算",
            )

    @cached_property
    def e2(self) -> float:
        """First eccentricity squared, f (2 − f)."""
        flattening = 0.0 if np.isinf(self.rf) else 1.0 / self.rf
        return flattening * (2.0 - flattening)

    @cached_property
    def b2(self) -> float:
        """Minor semi-axis squared, m²."""
        return self.a**2 * (1.0 - self.e2)

    @cached_property
    def geod(self) -> Geod:
        """The same for geodesic problems."""
        return Geod(a=self.a, rf=self.rf) if np.isfinite(self.rf) else Geod(a=self.a, b=self.a)

    def strip(self, sin_phi: Any) -> Any:
        """F: area of one radian of longitude from the equator to a parallel, m²."""
        s = np.asarray(sin_phi, dtype=np.float64)
        if self.e2 < 1e-12:
            return self.b2 * s
        e = np.sqrt(self.e2)
        return self.b2 / 2 * (s / (1.0 - self.e2 * s * s) + np.arctanh(e * s) / e)

    def strip_from(self, sin_phi: Any, sin_base: Any, rise: Any) -> Any:
        """F(φ) − F(φ₀) without the loss of a difference, m².

        Parameters
        ----------
        sin_phi, sin_base
            Sines of φ and φ₀.
        rise
            sin φ − sin φ₀, reckoned as a product: 2 sin((φ − φ₀)/2) cos((φ + φ₀)/2).
        """
        s, base = np.asarray(sin_phi, dtype=np.float64), np.asarray(sin_base, dtype=np.float64)
        e2 = self.e2
        plain = rise * (1.0 + e2 * s * base) / ((1.0 - e2 * s * s) * (1.0 - e2 * base * base))
        if e2 < 1e-12:
            return self.b2 * rise
        e = np.sqrt(e2)
        return self.b2 / 2 * (plain + np.arctanh(e * rise / (1.0 - e2 * s * base)) / e)

    @cached_property
    def whole_m2(self) -> float:
        """Area of the whole ellipsoid, m²."""
        return float(4.0 * np.pi * self.strip(1.0))

    def series(self, phi0: Floats) -> tuple[Floats, Floats, Floats]:
        """Power series about given latitudes.

        Parameters
        ----------
        phi0
            Latitudes in radians, shape (n,).

        Returns
        -------
        ndarray of float64, shape (ORDER, n)
            F(φ₀ + t) − F(φ₀) = Σ F[k] tᵏ⁺¹, m².
        ndarray of float64, shape (TERMS, n)
            Coefficients in t of sin φ · (N cos φ)² / 12, m².
        ndarray of float64, shape (TERMS, n)
            Coefficients in t of sin φ · M² / 4, m².
        """
        s = _sine(phi0, 0)
        c = _sine(phi0, 1)
        one = np.zeros_like(s)
        one[0] = 1.0
        w = one - self.e2 * _times(s, s)  # 1 − e² sin² φ
        inverse = _reciprocal(w)
        density = self.b2 * _times(c, _times(inverse, inverse))  # M N cos φ
        strip = density / np.arange(1.0, ORDER + 1)[:, None]
        across = self.a**2 / 12 * _times(_times(s, _times(c, c)), inverse)
        along = _times(s, _times(inverse, _times(inverse, inverse)))
        along *= (self.a * (1.0 - self.e2)) ** 2 / 4
        return strip, across[:TERMS], along[:TERMS]


def _sine(phi0: Floats, shift: int) -> Floats:
    """Coefficients of sin(φ₀ + t), or of its derivative, up to t^(ORDER − 1)."""
    s, c = np.sin(phi0), np.cos(phi0)
    cycle = (s, c, -s, -c)
    out = np.empty((ORDER, len(phi0)))
    factorial = 1.0
    for k in range(ORDER):
        factorial *= max(k, 1)
        out[k] = cycle[(k + shift) % 4] / factorial
    return out


def _times(x: Floats, y: Floats) -> Floats:
    """Product of two truncated power series."""
    out = np.zeros_like(x)
    for k in range(ORDER):
        for i in range(k + 1):  # in one order, however many rings there are
            out[k] += x[i] * y[k - i]
    return out


def _reciprocal(x: Floats) -> Floats:
    """Reciprocal of a truncated power series."""
    out = np.zeros_like(x)
    out[0] = 1.0 / x[0]
    for k in range(1, ORDER):
        for i in range(1, k + 1):
            out[k] += x[i] * out[k - i]
        out[k] *= -out[0]
    return out


CGCS2000: Final = Ellipsoid("CGCS2000", 6378137.0, 298.257222101)
"""The ellipsoid of China Geodetic Coordinate System 2000 (equal to GRS 80)."""
ELLIPSOIDS: Final = {
    item.name: item
    for item in (
        CGCS2000,
        Ellipsoid("WGS84", 6378137.0, 298.257223563),
        Ellipsoid("GRS80", 6378137.0, 298.257222101),
        Ellipsoid("Xian80", 6378140.0, 298.257),
        Ellipsoid("Krassovsky", 6378245.0, 298.3),
    )
}


def ellipsoid(given: str | Ellipsoid | Geod) -> Ellipsoid:
    """An ellipsoid by name, by the CRS that stands on it, or as it is.

    Raises
    ------
    AreaError
        If there is none of that name.
    """
    if isinstance(given, Ellipsoid):
        return given
    if isinstance(given, Geod):
        return Ellipsoid(given.initstring, given.a, np.inf if given.f == 0 else 1.0 / given.f)
    if given in ELLIPSOIDS:
        return ELLIPSOIDS[given]
    try:
        found = CRS.from_user_input(given).ellipsoid
    except CRSError:
        found = None
    if found is None:
        raise AreaError(
            f"there is no ellipsoid {given!r}; known: {', '.join(ELLIPSOIDS)}, or a CRS such as EPSG:4490",
            f"没有椭球 {given!r}；可用：{'、'.join(ELLIPSOIDS)}，或坐标系代码如 EPSG:4490",
        )
    inverse = found.inverse_flattening
    return Ellipsoid(found.name, found.semi_major_metre, inverse or np.inf)
