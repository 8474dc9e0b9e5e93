"""Area and perimeter on an ellipsoid to some fifty digits: what the area engine is held against.

Nothing here is shared with the engine: geodesics are solved on the auxiliary
sphere, integrals taken by Gauss–Legendre, all with 200 bits. With β the
reduced latitude, α the azimuth, σ the arc and ω the longitude on that sphere:

    dλ = √(1 − e² cos² β) dω        ds = a √(1 − e² cos² β) dσ        tan β = (1 − f) tan φ

- An inverse problem is the root in ω of λ(ω) = λ₁₂, found by secants; for given ω
  the spherical triangle is solved in closed form.
- The area between a geodesic edge and the equator is C. Karney's (2013, eqs. 58–63):
  c² (α₂ − α₁) + e² a² cos α₀ sin α₀ ∫ −½ [t(e′²) − t(k² sin² σ)] / (e′² − k² sin² σ) sin σ dσ.
  :func:`swept_m2` takes it as ∫ F dλ instead; the tests compare the two.
- Along an edge straight in longitude and latitude, ∫ F dλ is taken as it stands.

``area_samples.py`` stores what it finds for some hundred rings.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from itertools import pairwise
from typing import Any

from mpmath import MPContext

Vertices = list[tuple[float, float]]
mp = MPContext()
mp.prec = 200
BITS = 175
"""To how many bits an inverse problem is solved; the rest is for rounding."""


@dataclass(frozen=True)
class Body:
    """An oblate ellipsoid of revolution by its semi-major axis in metres and inverse flattening (0: a sphere)."""

    a_m: float
    rf: float

    @cached_property
    def f(self) -> Any:
        return 1 / mp.mpf(self.rf) if self.rf else mp.mpf(0)

    @cached_property
    def e2(self) -> Any:
        return self.f * (2 - self.f)

    @cached_property
    def b2(self) -> Any:
        return mp.mpf(self.a_m) ** 2 * (1 - self.e2)

    def strip(self, s: Any) -> Any:
        """F: area of one radian of longitude from the equator to the latitude of the sine s, m²."""
        if not self.e2:
            return self.b2 * s
        e = mp.sqrt(self.e2)
        return self.b2 / 2 * (s / (1 - self.e2 * s * s) + mp.atanh(e * s) / e)

    @cached_property
    def whole_m2(self) -> Any:
        return 4 * mp.pi * self.strip(mp.mpf(1))


CGCS2000 = Body(6378137.0, 298.257222101)
WGS84 = Body(6378137.0, 298.257223563)
BODIES = {
    "CGCS2000": CGCS2000,
    "WGS84": WGS84,
    "Krassovsky": Body(6378245.0, 298.3),
    "sphere": Body(6371007.0, 0.0),
    "flat": Body(6000000.0, 50.0),
}


@cache
def legendre(n: int) -> list[tuple[Any, Any]]:
    """Nodes and weights of Gauss–Legendre on [0, 1]."""
    found = []
    for i in range(1, n + 1):
        x, step = mp.cos(mp.pi * (i - mp.mpf(1) / 4) / (n + mp.mpf(1) / 2)), mp.mpf(1)
        while abs(step) > mp.mpf(2) ** -190:
            before, here = mp.mpf(1), x
            for k in range(2, n + 1):
                before, here = here, ((2 * k - 1) * x * here - (k - 1) * before) / k
            slope = n * (x * here - before) / (x * x - 1)
            step = here / slope
            x -= step
        found.append(((1 + x) / 2, 1 / ((1 - x * x) * slope * slope)))
    return found


def integral(function: Any, low: Any, high: Any) -> Any:
    """∫ function. Its nearest singularity lies about 3 off the real axis for an earthly ellipsoid.

    The error is (distance / quarter of the interval)^(−2 n).
    """
    width = high - low
    pieces = max(1, int(mp.ceil(abs(width) / mp.mpf("0.5"))))
    reach = max(abs(width) / pieces, mp.mpf("1e-9"))
    nodes = legendre(max(4, int(mp.ceil(30 / mp.log10(6 / reach)))))
    step = width / pieces
    return mp.fsum(
        step * weight * function(low + step * (k + node)) for k in range(pieces) for node, weight in nodes
    )


def wrapped(degrees: Any) -> Any:
    """A difference of longitude from −180° to 180°."""
    return degrees - 360 * mp.nint(degrees / 360)


class Geodesic:
    """The geodesic between two vertices in degrees (not nearly antipodal)."""

    def __init__(self, body: Body, lon1: float, lat1: float, lon2: float, lat2: float) -> None:
        self.body = body
        self.dlon = wrapped(mp.mpf(lon2) - mp.mpf(lon1)) * mp.pi / 180
        self.beta1, self.beta2 = (
            mp.atan2((1 - body.f) * mp.sinpi(mp.mpf(lat) / 180), mp.cospi(mp.mpf(lat) / 180))
            for lat in (lat1, lat2)
        )
        if lon1 == lon2 and lat1 == lat2:
            self.sigma1 = self.sigma2 = self.omega = self.sin_a0 = mp.mpf(0)
            self.cos_a0 = mp.mpf(1)
            return
        omega = self.dlon * (1 + body.e2 / 2)
        off = self._off(omega)
        following = omega + off
        while abs(following - omega) > mp.mpf(2) ** -BITS * max(abs(self.dlon), mp.mpf("1e-12")):
            before, omega, off_before = omega, following, off
            off = self._off(omega)
            following = omega + (off * (omega - before) / (off_before - off) if off != off_before else off)
        self._off(following)

    def _off(self, omega: Any) -> Any:
        """Solve the spherical triangle of ω, and say how much longitude is lacking."""
        s1, c1, s2, c2 = mp.sin(self.beta1), mp.cos(self.beta1), mp.sin(self.beta2), mp.cos(self.beta2)
        so, co = mp.sin(omega), mp.cos(omega)
        # cos β₁ sin β₂ − sin β₁ cos β₂ cos ω, without losing digits
        east, north = c2 * so, mp.sin(self.beta2 - self.beta1) + 2 * s1 * c2 * mp.sin(omega / 2) ** 2
        arc = mp.atan2(mp.hypot(east, north), s1 * s2 + c1 * c2 * co)
        a1 = mp.atan2(east, north)
        self.omega = omega
        self.sin_a0 = mp.sin(a1) * c1
        self.cos_a0 = mp.hypot(mp.cos(a1), mp.sin(a1) * s1)
        self.sigma1 = mp.atan2(s1, mp.cos(a1) * c1)
        self.sigma2 = self.sigma1 + arc
        f, k2 = self.body.f, self.k2
        # λ − ω = −f sin α₀ ∫ (2 − f) / (1 + (1 − f) √(1 + k² sin² σ)) dσ
        less = integral(
            lambda x: (2 - f) / (1 + (1 - f) * mp.sqrt(1 + k2 * mp.sin(x) ** 2)), self.sigma1, self.sigma2
        )
        return self.dlon - (omega - f * self.sin_a0 * less)

    @property
    def k2(self) -> Any:
        return self.body.e2 / (1 - self.body.e2) * self.cos_a0**2

    @property
    def length_m(self) -> Any:
        b = mp.sqrt(self.body.b2)
        return b * integral(lambda x: mp.sqrt(1 + self.k2 * mp.sin(x) ** 2), self.sigma1, self.sigma2)

    @property
    def under_m2(self) -> Any:
        """Area between the edge and the equator, positive to the north and east."""
        body = self.body
        excess = 2 * mp.atan2(
            mp.sin(self.omega / 2) * mp.sin((self.beta1 + self.beta2) / 2),
            mp.cos(self.omega / 2) * mp.cos((self.beta2 - self.beta1) / 2),
        )
        out = body.whole_m2 / (4 * mp.pi) * excess
        if not body.e2:
            return out
        ep2 = body.e2 / (1 - body.e2)

        def density(x: Any) -> Any:
            y = self.k2 * mp.sin(x) ** 2
            if ep2 - y < mp.mpf(10) ** -40:  # at a pole, where sin α₀ is 0 besides
                return mp.mpf(0)
            return (_t(ep2) - _t(y)) / (ep2 - y) * mp.sin(x)

        factor = -body.e2 * mp.mpf(body.a_m) ** 2 * self.cos_a0 * self.sin_a0 / 2
        return out + factor * integral(density, self.sigma1, self.sigma2)


def _t(x: Any) -> Any:
    """t of Karney (2013), eq. 62: x + √(1/x + 1) arsinh √x."""
    return x + mp.sqrt(1 / x + 1) * mp.asinh(mp.sqrt(x)) if x else mp.mpf(1)


def swept_m2(edge: Geodesic) -> Any:
    """The same area as ∫ F dλ along the edge, which must keep well off the poles."""
    body = edge.body

    def density(x: Any) -> Any:
        sin_beta = edge.cos_a0 * mp.sin(x)
        cos2 = 1 - sin_beta**2
        sin_phi = sin_beta / mp.sqrt(1 - body.e2 * cos2)
        return body.strip(sin_phi) * mp.sqrt(1 - body.e2 * cos2) * edge.sin_a0 / cos2

    return integral(density, edge.sigma1, edge.sigma2)


def straight(body: Body, lon1: float, lat1: float, lon2: float, lat2: float) -> tuple[Any, Any]:
    """Area in m² under an edge straight in longitude and latitude, and its length in m."""
    dlon = wrapped(mp.mpf(lon2) - mp.mpf(lon1)) * mp.pi / 180
    low, high = mp.mpf(lat1) * mp.pi / 180, mp.mpf(lat2) * mp.pi / 180
    if not dlon and low == high:
        return mp.mpf(0), mp.mpf(0)

    def length(u: Any) -> Any:
        s, c = mp.sin(low + (high - low) * u), mp.cos(low + (high - low) * u)
        w = 1 - body.e2 * s * s
        return body.a_m * mp.hypot(c * dlon, (1 - body.e2) * (high - low) / w) / mp.sqrt(w)

    if low == high:
        return dlon * body.strip(mp.sin(low)), length(mp.mpf(0))
    area = dlon / (high - low) * integral(lambda x: body.strip(mp.sin(x)), low, high)
    # the length is less smooth than the area where an edge nears a pole
    cuts = max(1, int(8 * mp.hypot(high - low, dlon)))
    parts = [integral(length, mp.mpf(k) / cuts, mp.mpf(k + 1) / cuts) for k in range(cuts)]
    return area, mp.fsum(parts)


@dataclass(frozen=True)
class Measured:
    """A ring: its area in m², never negative, and the length of its edges in m."""

    area_m2: Any
    length_m: Any


def ring(body: Body, model: str, vertices: Vertices) -> Measured:
    """A closed ring of (longitude, latitude) by edge model, also round a pole (the nearer one)."""
    areas, lengths = [], []
    turned = mp.mpf(0)
    for (lon1, lat1), (lon2, lat2) in pairwise(vertices):
        if model == "geodesic":
            edge = Geodesic(body, lon1, lat1, lon2, lat2)
            area, length = edge.under_m2, edge.length_m
        else:
            area, length = straight(body, lon1, lat1, lon2, lat2)
        turned += wrapped(mp.mpf(lon2) - mp.mpf(lon1))
        areas.append(area)
        lengths.append(length)
    total = abs(mp.fsum(areas))
    if abs(turned) > 180:
        total = body.whole_m2 / 2 - total
    return Measured(total, mp.fsum(lengths))
