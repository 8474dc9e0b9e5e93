/* The local base map: coast, units, border, dashes, islands; provinces tinted by number of cases on demand. */
(function () {
  "use strict";
  const eppv = window.eppv;
  if (eppv.base) {
    return;
  }

  const { both, codec, el } = eppv;
  const FIXED = { interactive: false, smoothFactor: 0.6 };
  const TINTS = ["#fcfbf8", "#dbe9f4", "#a9cbe4", "#6ba3d0", "#3578b0"];

  function base(map, id) {
    eppv.frame.panes(map);
    const given = eppv.data(id);
    const scale = given.scale;
    // one canvas and no more: each holds the whole map in memory
    const ground = { renderer: L.canvas({ pane: "ground", padding: 0.1 }), pane: "ground" };
    const arcs = codec.lines(given.arcs, scale);
    function polygon(latlngs, style) {
      return L.polygon(latlngs, Object.assign({}, ground, style, FIXED));
    }
    /* a ring out of arcs, ~i being arc i backwards; each begins where the one before ends */
    function ring(numbers) {
      return numbers.reduce((all, number) => {
        const arc = number < 0 ? arcs[~number].slice().reverse() : arcs[number];
        return all.concat(arc.slice(1));
      }, []);
    }

    const land = polygon(codec.polygons(given.land, scale), { stroke: false, fillColor: "#e7e3da", fillOpacity: 1 }).addTo(map);
    const units = L.layerGroup();
    const names = L.layerGroup();
    const drawn = given.areas.map((area) => {
      const shape = polygon(area.rings.map((rings) => rings.map(ring)), { weight: 0.8, color: "#a59f92", fillColor: "#fcfbf8", fillOpacity: 1 }).addTo(units);
      if (area.at) {
        eppv.labels.add(map, area.at, el("span", "area-name", both(area.name)), { priority: area.code.startsWith("71") ? 150 : 1, pane: "names", places: area.code.startsWith("71") ? ["", "right", "se", "sw", "below"] : undefined }).addTo(names);
      }
      return { code: area.code, name: area.name, shape };
    });
    units.addTo(map);

    const frame = L.layerGroup();
    const line = Object.assign({ color: "#6f6757" }, ground);
    given.border.forEach((number) => {
      L.polyline(arcs[number], Object.assign({ weight: given.detail ? 2 : 1.6 }, line, FIXED)).addTo(frame);
    });
    codec.lines(given.dashes, scale).forEach((points) => {
      L.polyline(points, Object.assign({ weight: 2.4 }, line, FIXED)).addTo(frame);
    });
    codec.lines(given.undefined, scale).forEach((points) => {
      // drawn over the border, which is dashed in this way where the two countries have not fixed it
      L.polyline(points, Object.assign({ weight: 2.2 }, line, FIXED, { color: "#fcfbf8", dashArray: "4 5" })).addTo(frame);
    });
    [].concat(...codec.lines(given.islands, scale)).forEach((at) => {
      L.circleMarker(at, Object.assign({ radius: 1, weight: 0.8, fillColor: "#fcfbf8", fillOpacity: 1, interactive: false }, line)).addTo(frame);
    });
    given.islandNames.forEach((item) => {
      item.dots.forEach((at) => eppv.labels.spot(map, at, 5));
      eppv.labels.add(map, item.at, el("span", "area-name island-name", both(item.name)), { priority: 140, pane: "names", places: item.dots.length ? ["right", "ne", "se", "farther", "above", "below", "left"] : ["", "below", "above"], inside: true }).addTo(names);
    });
    eppv.frame.overlay(map, names, eppv.ui.administrative_area, { id: "names" });
    eppv.frame.overlay(map, frame, eppv.ui.boundary, { id: "border" });
    map.eppvDrawing = { land, drawn, frame };
    if (!given.detail) {
      // close by, the outlines of the whole country are too coarse to stand beside a zone
      map.on("zoomend", () => {
        const opacity = map.getZoom() >= 8 ? 0.3 : 1;
        if (opacity !== map.eppvOutlined) {
          map.eppvOutlined = opacity;
          drawn.forEach((area) => area.shape.setStyle({ opacity }));
          frame.eachLayer((layer) => layer.setStyle({ opacity }));
        }
      });
    }
    // tiles of another host lie under the canvas: the ground is cleared for them, the border stays
    map.on("eppv:tiles", (event) => {
      const fillOpacity = event.shown ? 0 : 1;
      land.setStyle({ fillOpacity });
      drawn.forEach((area) => area.shape.setStyle({ fillOpacity, opacity: fillOpacity * (map.eppvOutlined || 1) }));
    });
    if (given.tint) {
      tint(map, drawn);
    }
  }

  /* ---- provinces tinted by the number of cases that the filters leave ---- */

  function tint(map, drawn) {
    let counts = {};
    let on = false;
    const list = eppv.el("ul", "legend-list");
    const legend = eppv.el("div", "tint-legend", eppv.el("h3", "", both(eppv.ui.tint_legend)), list);
    legend.id = "tint-legend";
    legend.hidden = true;
    const control = L.control({ position: "bottomright" });
    control.onAdd = () => legend;
    control.addTo(map);

    function steps() {
      const most = Math.max(1, ...Object.keys(counts).map((code) => counts[code]));
      const classes = Math.min(4, most);
      const tops = [];
      for (let i = 1; i <= classes; i += 1) {
        const top = Math.ceil((most * i) / classes);
        if (top !== tops[tops.length - 1]) {
          tops.push(top);
        }
      }
      return tops;
    }

    function paint() {
      const tops = steps();
      drawn.forEach((area) => {
        const count = on ? counts[area.code] || 0 : 0;
        const rank = count ? tops.findIndex((top) => count <= top) + 1 : 0;
        area.shape.setStyle({ fillColor: TINTS[rank] });
      });
      legend.hidden = !on;
      list.textContent = "";
      [0].concat(tops).forEach((top, i) => {
        const chip = el("span", "chip tint-chip");
        chip.style.background = TINTS[i];
        const low = i > 1 ? tops[i - 2] + 1 : top;
        list.appendChild(el("li", "", chip, low === top ? String(top) : low + "–" + top));
      });
    }

    map.eppvOverlay(
      eppv.ui.tint,
      (show) => {
        on = show;
        paint();
      },
      { id: "tint", off: true }
    );
    eppv.on("counts", (found) => {
      counts = found;
      if (on) {
        paint();
      }
    });
  }

  eppv.base = base;
})();
