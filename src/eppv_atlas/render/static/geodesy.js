/* Area and length on the ellipsoid of CGCS2000, edges being geodesics, as area/edges.py has them:
   an edge is cut into pieces of at most 10 km; a piece takes F, the area to the equator for a radian
   of longitude, as linear, mended by the bulge of the geodesic to third order (DESIGN.md derives it). */
(function () {
  "use strict";
  const eppv = window.eppv;
  if (eppv.geodesy) {
    return;
  }

  const A = 6378137;
  const FLAT = 1 / 298.257222101;
  const B = A * (1 - FLAT);
  const E2 = FLAT * (2 - FLAT);
  const E = Math.sqrt(E2);
  const RAD = Math.PI / 180;
  const PIECE_M = 10000;

  function turn(difference) {
    return difference - 360 * Math.round(difference / 360);
  }

  /* Vincenty's terms that both ways share */
  function series(cosSqAlpha) {
    const u2 = (cosSqAlpha * (A * A - B * B)) / (B * B);
    return {
      a: 1 + (u2 / 16384) * (4096 + u2 * (-768 + u2 * (320 - 175 * u2))),
      b: (u2 / 1024) * (256 + u2 * (-128 + u2 * (74 - 47 * u2))),
    };
  }

  function bend(b, sinSigma, cosSigma, cos2m) {
    return (
      b * sinSigma *
      (cos2m + (b / 4) * (cosSigma * (2 * cos2m * cos2m - 1) - (b / 6) * cos2m * (4 * sinSigma * sinSigma - 3) * (4 * cos2m * cos2m - 3)))
    );
  }

  /* distance (m) and first azimuth (rad) of the geodesic between two points [lon, lat]; null near antipodes */
  function inverse(from, to) {
    const u1 = Math.atan((1 - FLAT) * Math.tan(from[1] * RAD));
    const u2 = Math.atan((1 - FLAT) * Math.tan(to[1] * RAD));
    const apart = turn(to[0] - from[0]) * RAD;
    const [s1, c1, s2, c2] = [Math.sin(u1), Math.cos(u1), Math.sin(u2), Math.cos(u2)];
    let lambda = apart;
    for (let round = 0; round < 200; round += 1) {
      const x = c2 * Math.sin(lambda);
      const y = c1 * s2 - s1 * c2 * Math.cos(lambda);
      const sinSigma = Math.hypot(x, y);
      if (sinSigma === 0) {
        return { metres: 0, azimuth: 0 };
      }
      const cosSigma = s1 * s2 + c1 * c2 * Math.cos(lambda);
      const sigma = Math.atan2(sinSigma, cosSigma);
      const sinAlpha = (c1 * c2 * Math.sin(lambda)) / sinSigma;
      const cosSq = 1 - sinAlpha * sinAlpha;
      const cos2m = cosSq > 1e-15 ? cosSigma - (2 * s1 * s2) / cosSq : 0;
      const c = (FLAT / 16) * cosSq * (4 + FLAT * (4 - 3 * cosSq));
      const next =
        apart + (1 - c) * FLAT * sinAlpha * (sigma + c * sinSigma * (cos2m + c * cosSigma * (2 * cos2m * cos2m - 1)));
      const step = Math.abs(next - lambda);
      lambda = next;
      if (step < 1e-13) {
        const terms = series(cosSq);
        return { metres: B * terms.a * (sigma - bend(terms.b, sinSigma, cosSigma, cos2m)), azimuth: Math.atan2(x, y) };
      }
    }
    return null;
  }

  /* the point [lon, lat] so many metres along the geodesic that leaves at the azimuth */
  function direct(from, azimuth, metres) {
    const tanU = (1 - FLAT) * Math.tan(from[1] * RAD);
    const cosU = 1 / Math.sqrt(1 + tanU * tanU);
    const sinU = tanU * cosU;
    const [sinA, cosA] = [Math.sin(azimuth), Math.cos(azimuth)];
    const sigma1 = Math.atan2(tanU, cosA);
    const sinAlpha = cosU * sinA;
    const cosSq = 1 - sinAlpha * sinAlpha;
    const terms = series(cosSq);
    let sigma = metres / (B * terms.a);
    let cos2m = 0;
    for (let round = 0; round < 100; round += 1) {
      cos2m = Math.cos(2 * sigma1 + sigma);
      const next = metres / (B * terms.a) + bend(terms.b, Math.sin(sigma), Math.cos(sigma), cos2m);
      const step = Math.abs(next - sigma);
      sigma = next;
      if (step < 1e-14) {
        break;
      }
    }
    const [sinS, cosS] = [Math.sin(sigma), Math.cos(sigma)];
    const lat = Math.atan2(
      sinU * cosS + cosU * sinS * cosA,
      (1 - FLAT) * Math.hypot(sinAlpha, sinU * sinS - cosU * cosS * cosA)
    );
    const lambda = Math.atan2(sinS * sinA, cosU * cosS - sinU * sinS * cosA);
    const c = (FLAT / 16) * cosSq * (4 + FLAT * (4 - 3 * cosSq));
    const apart = lambda - (1 - c) * FLAT * sinAlpha * (sigma + c * sinS * (cos2m + c * cosS * (2 * cos2m * cos2m - 1)));
    return [from[0] + apart / RAD, lat / RAD];
  }

  /* area between the equator and a parallel for one radian of longitude */
  function strip(lat) {
    const s = Math.sin(lat * RAD);
    return ((B * B) / 2) * (s / (1 - E2 * s * s) + Math.atanh(E * s) / E);
  }

  function piece(from, to, first) {
    const apart = turn(to[0] - from[0]) * RAD;
    const middle = ((from[1] + to[1]) / 2) * RAD;
    const w = Math.sqrt(1 - E2 * Math.sin(middle) ** 2);
    const east = (A / w) * Math.cos(middle) * apart;
    const north = ((A * (1 - E2)) / w ** 3) * (to[1] - from[1]) * RAD;
    return apart * ((strip(from[1]) + strip(to[1])) / 2 - first + (Math.sin(middle) * (east * east + 3 * north * north)) / 12);
  }

  function edges(points, closed) {
    const out = [];
    for (let i = 0; i + 1 < points.length; i += 1) {
      out.push([points[i], points[i + 1]]);
    }
    if (closed && points.length > 2) {
      out.push([points[points.length - 1], points[0]]);
    }
    return out;
  }

  /* length of a line of points [lon, lat], m; with closed, of the ring */
  function length(points, closed) {
    return edges(points, closed).reduce((sum, [from, to]) => {
      const found = inverse(from, to);
      return found ? sum + found.metres : NaN;
    }, 0);
  }

  /* area of a ring of points [lon, lat] without its closing point, m² */
  function area(ring) {
    if (ring.length < 3) {
      return 0;
    }
    const first = strip(ring[0][1]);
    let sum = 0;
    let turned = 0;
    edges(ring, true).forEach(([from, to]) => {
      const found = inverse(from, to);
      if (!found) {
        sum = NaN;
        return;
      }
      const count = Math.max(1, Math.ceil(found.metres / PIECE_M));
      let before = from;
      for (let i = 1; i <= count; i += 1) {
        const at = i === count ? to : direct(from, found.azimuth, (found.metres * i) / count);
        sum += piece(before, at, first);
        turned += turn(at[0] - before[0]);
        before = at;
      }
    });
    if (Math.abs(turned) > 180) {
      // once round a pole: the cap is what is left of the hemisphere
      const north = ring.reduce((all, at) => all + at[1], 0) >= 0;
      const belt = sum + first * turned * RAD;
      return Math.abs((north ? strip(90) : strip(-90)) * turned * RAD - belt);
    }
    return Math.abs(sum);
  }

  /* whether two edges of a ring that do not share an end cross, on the screen's plane */
  function crosses(ring) {
    const side = (a, b, c) => Math.sign((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]));
    const list = edges(ring, true);
    for (let i = 0; i < list.length; i += 1) {
      for (let j = i + 2; j < list.length; j += 1) {
        if (i === 0 && j === list.length - 1) {
          continue;
        }
        const [[a, b], [c, d]] = [list[i], list[j]];
        if (side(a, b, c) !== side(a, b, d) && side(c, d, a) !== side(c, d, b)) {
          return true;
        }
      }
    }
    return false;
  }

  eppv.geodesy = { area, crosses, length };
})();
