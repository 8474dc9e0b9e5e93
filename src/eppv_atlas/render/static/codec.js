/* Reads what packing.py wrote: base64 text, varints, steps from point to point. */
(function () {
  "use strict";
  const eppv = window.eppv;
  if (eppv.codec) {
    return;
  }

  function bytes(text) {
    if (Uint8Array.fromBase64) {
      return Uint8Array.fromBase64(text);
    }
    const raw = window.atob(text);
    const out = new Uint8Array(raw.length);
    for (let i = 0; i < raw.length; i += 1) {
      out[i] = raw.charCodeAt(i);
    }
    return out;
  }

  function reader(raw) {
    let at = 0;
    function next() {
      let value = 0;
      let worth = 1;
      for (;;) {
        const byte = raw[at];
        at += 1;
        value += (byte & 127) * worth; // not by shifts: numbers may pass 2³¹
        if (byte < 128) {
          return value;
        }
        worth *= 128;
      }
    }
    function step() {
      const value = next();
      return value % 2 ? -(value + 1) / 2 : value / 2;
    }
    return { next, step };
  }

  function points(from, scale) {
    const out = [];
    let x = 0;
    let y = 0;
    for (let left = from.next(); left > 0; left -= 1) {
      x += from.step();
      y += from.step();
      out.push([y / scale, x / scale]);
    }
    return out;
  }

  function lines(text, scale) {
    const from = reader(bytes(text));
    const out = [];
    for (let left = from.next(); left > 0; left -= 1) {
      out.push(points(from, scale));
    }
    return out;
  }

  /* polygons as Leaflet wants them: [[ring, hole, …], …] of [lat, lon] */
  function polygons(text, scale) {
    const from = reader(bytes(text));
    const out = [];
    for (let left = from.next(); left > 0; left -= 1) {
      const rings = [];
      for (let more = from.next(); more > 0; more -= 1) {
        rings.push(points(from, scale));
      }
      out.push(rings);
    }
    return out;
  }

  /* the same as GeoJSON geometry, every ring closed */
  function geometry(shape, scale, cells) {
    const digits = Math.round(Math.log10(scale));
    const parts = polygons(shape, scale).map((rings) =>
      rings.map((ring, n) => {
        const closed = ring.concat([ring[0]]).map((at) => [Number(at[1].toFixed(digits)), Number(at[0].toFixed(digits))]);
        const area = closed.reduce((sum, at, i) => (i ? sum + (at[0] - closed[i - 1][0]) * (at[1] + closed[i - 1][1] - 2 * closed[0][1]) : 0), 0);
        return area > 0 === (n === 0) ? closed.reverse() : closed; // RFC 7946: outer rings anticlockwise, holes clockwise
      })
    );
    if (cells) {
      // cells of a grid touch each other, which parts of one polygon may not
      return { type: "GeometryCollection", geometries: parts.map((rings) => ({ type: "Polygon", coordinates: rings })) };
    }
    return parts.length === 1 ? { type: "Polygon", coordinates: parts[0] } : { type: "MultiPolygon", coordinates: parts };
  }

  eppv.codec = { bytes, geometry, lines, polygons, reader };
})();
