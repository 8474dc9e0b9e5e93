/* Draw to measure: a polygon or a line of the reader's, on the ellipsoid. */
(function () {
  "use strict";
  const eppv = window.eppv;
  if (eppv.ruler) {
    return;
  }

  const { both, el, geodesy } = eppv;
  const LINE = { color: "#b3261e", weight: 3, interactive: false };
  const ICONS = {
    polygon: "M5 19L3 8l9-5 9 7-4 10z",
    line: "M3 19l6-9 5 5 7-11",
  };

  function ruler(map) {
    const bar = el("div", "measure-bar");
    bar.hidden = true;
    bar.setAttribute("role", "group");
    eppv.named(bar, eppv.ui.measure);
    const cross = el("div", "crosshair");
    cross.setAttribute("aria-hidden", "true");
    cross.hidden = true;
    const drawing = L.layerGroup().addTo(map);
    let kind = ""; // what is being drawn; "" once it is finished
    let drawn = ""; // what was drawn last
    let points = [];
    let pointer = null;
    const coarse = eppv.media("(hover: none)"); // a finger: no pointer to follow, no double click

    function tool(which, name) {
      const button = eppv.frame.small("tool measure-" + which, "", name, () => (kind === which ? cancel() : begin(which)));
      button.appendChild(eppv.svg("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" }, eppv.svg("path", { d: ICONS[which] })));
      return button;
    }

    const buttons = { polygon: tool("polygon", eppv.ui.measure_area), line: tool("line", eppv.ui.measure_length) };
    const group = el("div", "leaflet-bar tools", buttons.polygon, buttons.line);
    L.DomEvent.disableClickPropagation(group);
    const control = L.control({ position: "topleft" });
    control.onAdd = () => group;
    control.addTo(map);
    L.DomEvent.disableClickPropagation(bar);
    L.DomEvent.disableScrollPropagation(bar);
    map.getContainer().appendChild(cross);
    map.getContainer().appendChild(bar);

    function begin(which) {
      cancel();
      kind = which;
      drawn = which;
      points = [];
      map.closePopup();
      map.doubleClickZoom.disable();
      map.getContainer().classList.add("is-measuring");
      buttons[which].setAttribute("aria-pressed", "true");
      cross.hidden = false;
      bar.hidden = false;
      map.getContainer().focus({ preventScroll: true });
      draw();
    }

    function stop() {
      kind = "";
      pointer = null;
      map.doubleClickZoom.enable();
      map.getContainer().classList.remove("is-measuring");
      buttons.polygon.removeAttribute("aria-pressed");
      buttons.line.removeAttribute("aria-pressed");
      cross.hidden = true;
    }

    function cancel() {
      stop();
      points = [];
      drawing.clearLayers();
      bar.hidden = true;
    }

    function add(at) {
      const last = points[points.length - 1];
      const near = last && map.latLngToContainerPoint([last[1], last[0]]).distanceTo(map.latLngToContainerPoint(at)) < 4;
      if (!near) {
        points.push([Number(at.lng.toFixed(7)), Number(at.lat.toFixed(7))]);
      }
      draw();
    }

    function enough() {
      return points.length >= (kind === "polygon" ? 3 : 2);
    }

    function values(which) {
      if (which === "line") {
        return { length_m: geodesy.length(points, false) };
      }
      return { area_m2: geodesy.area(points), perimeter_m: geodesy.length(points, true) };
    }

    function lengthText(metres) {
      if (Number.isNaN(metres)) {
        return eppv.say(eppv.ui.too_long);
      }
      const zh = eppv.lang() === "zh";
      return metres >= 1000 ? eppv.number(metres / 1000, 3) + (zh ? " 公里" : " km") : eppv.number(metres, 2) + (zh ? " 米" : " m");
    }

    function draw() {
      sketch();
      if (kind) {
        working();
      }
    }

    function sketch() {
      drawing.clearLayers();
      const line = points.map((at) => [at[1], at[0]]);
      if (drawn === "polygon" && line.length > 2) {
        L.polygon(line, Object.assign({ fillColor: "#b3261e", fillOpacity: 0.12 }, LINE)).addTo(drawing);
      } else if (line.length > 1) {
        L.polyline(line, LINE).addTo(drawing);
      }
      if (pointer && kind && line.length) {
        // where the next edge would go: thin and dashed, as it is in no figure yet
        const ends = [line[line.length - 1], [pointer[1], pointer[0]]];
        L.polyline(ends, Object.assign({}, LINE, { weight: 1.5, dashArray: "4 5" })).addTo(drawing);
      }
      points.forEach((at) => {
        L.circleMarker([at[1], at[0]], { radius: 4, color: "#b3261e", weight: 2, fillColor: "#fff", fillOpacity: 1, interactive: false }).addTo(drawing);
      });
    }

    function working() {
      bar.textContent = "";
      bar.appendChild(el("p", "small", both(coarse ? eppv.ui.measure_touch : eppv.ui.measure_hint)));
      if (enough()) {
        bar.appendChild(summary(kind));
      }
      const row = el("div", "measure-buttons");
      row.appendChild(eppv.button("", eppv.ui.add_here, () => add(map.getCenter())));
      const undo = eppv.button("", eppv.ui.undo, back);
      undo.disabled = !points.length;
      const done = eppv.button("primary", eppv.ui.finish, finish);
      done.disabled = !enough();
      row.appendChild(undo);
      row.appendChild(done);
      row.appendChild(eppv.button("", eppv.ui.cancel, cancel));
      bar.appendChild(row);
    }

    function summary(which) {
      const found = values(which);
      const list = el("dl", "measure-values");
      if (which === "polygon") {
        const size = Number.isNaN(found.area_m2) ? both(eppv.ui.too_long) : eppv.areaLine(found.area_m2, ["m2", "ha", "km2", "mu"]);
        eppv.row(list, eppv.ui.area, size);
        eppv.row(list, eppv.ui.perimeter, lengthText(found.perimeter_m));
      } else {
        eppv.row(list, eppv.ui.length, lengthText(found.length_m));
      }
      return list;
    }

    function geojson(which) {
      const found = values(which);
      const properties = { name: "measure", how: eppv.ui.drawn_how.zh + " " + eppv.ui.drawn_how.en, ellipsoid: "CGCS2000", edges: "geodesic" };
      Object.assign(properties, found);
      if (which === "polygon") {
        eppv.UNITS.forEach(([unit, worth]) => {
          properties["area_" + unit] = found.area_m2 / worth;
        });
      }
      // RFC 7946: longitudes within 180°, a ring closed and anticlockwise
      const shift = 360 * Math.round(points.reduce((sum, at) => sum + at[0], 0) / points.length / 360);
      const inRange = points.map((at) => [Number((at[0] - shift).toFixed(7)), at[1]]);
      let ring = inRange.concat([inRange[0]]);
      const turn = ring.reduce((sum, at, i) => (i ? sum + (at[0] - ring[i - 1][0]) * (at[1] + ring[i - 1][1]) : 0), 0);
      ring = turn > 0 ? ring.reverse() : ring;
      const geometry = which === "polygon" ? { type: "Polygon", coordinates: [ring] } : { type: "LineString", coordinates: inRange };
      return JSON.stringify({ type: "FeatureCollection", features: [{ type: "Feature", properties, geometry }] }, null, 1) + "\n";
    }

    function finish() {
      if (!enough()) {
        return;
      }
      const which = kind;
      stop();
      draw();
      bar.textContent = "";
      bar.appendChild(summary(which));
      if (which === "polygon" && geodesy.crosses(points)) {
        bar.appendChild(el("p", "warn", both(eppv.ui.crosses_itself)));
      }
      bar.appendChild(el("p", "small", both(eppv.ui.drawn_how)));
      const row = el("div", "measure-buttons");
      row.appendChild(eppv.button("primary", eppv.ui.download_geojson, () => eppv.share.save("measure.geojson", "application/geo+json", geojson(which))));
      row.appendChild(eppv.button("", eppv.ui.again, () => begin(which)));
      row.appendChild(eppv.button("", eppv.ui.close, cancel));
      bar.appendChild(row);
      row.firstChild.focus();
      const found = values(which);
      const size = which === "polygon" ? eppv.areaText(found.area_m2, "ha") : lengthText(found.length_m);
      eppv.announce({ zh: size + (which === "polygon" ? " 公顷" : ""), en: size + (which === "polygon" ? " ha" : "") });
    }

    function back() {
      points.pop();
      draw();
    }

    map.on("mouseout", () => {
      pointer = null;
      if (kind) {
        sketch();
      }
    });
    map.on("click", (event) => {
      if (kind) {
        add(event.latlng);
      }
    });
    map.on("dblclick", () => kind && finish());
    map.on("mousemove", (event) => {
      const over = event.originalEvent && event.originalEvent.target;
      if (kind && points.length && !coarse && !(over && bar.contains(over))) {
        pointer = [event.latlng.lng, event.latlng.lat];
        sketch();
      }
    });
    map.getContainer().addEventListener(
      "keydown",
      (event) => {
        if (!kind || (event.target !== map.getContainer() && event.key !== "Escape")) {
          return;
        }
        const act = { " ": () => add(map.getCenter()), Enter: finish, Backspace: back, Escape: cancel }[event.key];
        if (act) {
          event.preventDefault();
          event.stopPropagation();
          act();
        }
      },
      true
    );
  }

  eppv.ruler = ruler;
})();
