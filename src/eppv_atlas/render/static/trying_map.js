/* What a trial draws on the map: layers of shapes with a legend line and how far to trust each. */
(function () {
  "use strict";
  const eppv = window.eppv;
  if (eppv.tryMap) {
    return;
  }

  const { both, el, svg } = eppv;
  const RAMP = ["#f3e9b8", "#b9cf7a", "#5fae7d", "#2b7f8c", "#2a4b7c"]; // light is low, dark is high
  const PLAIN = ["#7a2f8f", "#b34700", "#0b62a4", "#1b7837"]; // layers without values, in their order
  const PATHS = 800; // beyond that shapes are drawn on a canvas

  const INK = "#26323d";
  const isGraded = (feature) => feature.properties.value !== null;
  const isPoint = (feature) => feature.geometry.type.endsWith("Point");

  /* how a shape looks; hatched where it is schematic, unless a colour has something to say */
  function lookOf(layer, nth, feature) {
    const look = eppv.looks.confidences[layer.confidence];
    const colour = PLAIN[nth % PLAIN.length];
    const line = { weight: look.width, dash: look.dash };
    if (isGraded(feature)) {
      const shade = RAMP[Math.max(0, Math.min(RAMP.length - 1, Math.floor(feature.properties.value * RAMP.length)))];
      return Object.assign(line, { colour: INK, fill: shade, opacity: 0.72 });
    }
    return look.hatched && !isPoint(feature) ? Object.assign(line, { colour, fill: "url(#" + hatch(colour) + ")", opacity: 1 }) : Object.assign(line, { colour, fill: colour, opacity: 0.22 });
  }

  function hatch(colour) {
    const id = "try-hatch-" + colour.slice(1);
    if (!document.getElementById(id)) {
      const cell = svg("pattern", { id, width: 7, height: 7, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
        svg("rect", { width: 7, height: 7, fill: colour, "fill-opacity": 0.1 }),
        svg("line", { x1: 0, y1: 0, x2: 0, y2: 7, stroke: colour, "stroke-width": 1.8, "stroke-opacity": 0.5 }));
      document.body.appendChild(svg("svg", { class: "defs", width: 0, height: 0, "aria-hidden": "true" }, svg("defs", {}, cell)));
    }
    return id;
  }

  function tryMap(map) {
    const pane = map.createPane("trying");
    pane.style.zIndex = 450;
    const group = L.layerGroup().addTo(map);
    const paths = L.svg({ pane: "trying" });
    const told = map.getContainer().appendChild(el("div", "try-told")); // on the map itself: a picture of it may stand alone
    let canvas = null;
    let home = null;

    function popup(layer, feature) {
      const box = el("div", "popup");
      box.appendChild(el("h3", "", both(feature.properties.label)));
      box.appendChild(el("p", "small", both(layer.label), " ", eppv.badge(layer.confidence)));
      const list = el("dl", "");
      layer.columns.forEach((column) => {
        const about = feature.properties.about;
        if (Object.hasOwn(about, column.id)) {
          eppv.row(list, column.label, both(eppv.figures(about[column.id], column.unit)));
        }
      });
      box.appendChild(list);
      return box;
    }

    function drawn(layer, nth) {
      const many = layer.geojson.features.length > PATHS;
      canvas = canvas || (many ? L.canvas({ pane: "trying" }) : null);
      const style = (feature) => {
        const look = lookOf(layer, nth, feature);
        const plain = many && look.opacity === 1; // a canvas has no hatching
        return { color: look.colour, weight: look.weight, dashArray: look.dash || null, fillColor: plain ? look.colour : look.fill, fillOpacity: plain ? 0.15 : look.opacity };
      };
      return L.geoJSON(layer.geojson, {
        pane: "trying",
        renderer: many ? canvas : paths,
        style,
        pointToLayer: (feature, where) => L.circleMarker(where, Object.assign(style(feature), { pane: "trying", renderer: many ? canvas : paths, radius: 7 })),
        onEachFeature: (feature, shape) => {
          const open = (at) => L.popup({ maxWidth: 300, minWidth: 200, autoPanPadding: [12, 12] }).setLatLng(at).setContent(popup(layer, feature)).openOn(map);
          shape.on("click", (event) => {
            L.DomEvent.stopPropagation(event);
            open(event.latlng);
          });
          shape.on("add", () => {
            const path = !many && shape.getElement && shape.getElement();
            if (path && !path.dataset.reachable) {
              path.dataset.reachable = "yes";
              eppv.named(path, feature.properties.label);
              eppv.pressed(path, () => open(shape.getBounds ? shape.getBounds().getCenter() : shape.getLatLng()));
            }
          });
        },
      });
    }

    /* the look of a layer, as it is on the map */
    function swatch(layer, nth) {
      const all = layer.geojson.features;
      const values = all.some(isGraded);
      const wide = values ? 80 : 30;
      const box = svg("svg", { class: "try-swatch", viewBox: "0 0 " + wide + " 18", width: wide, height: 18, "aria-hidden": "true" });
      const one = lookOf(layer, nth, all.find((feature) => isGraded(feature) === values) || { properties: { value: null }, geometry: { type: "" } });
      const line = { fill: "none", stroke: one.colour, "stroke-width": one.weight, "stroke-dasharray": one.dash || "none" };
      if (all.length && all.every(isPoint)) {
        const fills = values ? RAMP : [one.fill];
        fills.forEach((fill, i) => box.appendChild(svg("circle", Object.assign({}, line, { cx: (wide * (i + 0.5)) / fills.length, cy: 9, r: 6, fill, "fill-opacity": one.opacity }))));
      } else {
        const fills = values ? RAMP : [one.fill];
        const part = (wide - 4) / fills.length;
        fills.forEach((fill, i) => box.appendChild(svg("rect", { x: 2 + i * part, y: 2, width: part, height: 14, fill, "fill-opacity": one.opacity })));
        box.appendChild(svg("rect", Object.assign({ x: 2, y: 2, width: wide - 4, height: 14 }, line)));
      }
      return el("span", "try-look", values ? el("span", "small", both(eppv.ui.low)) : null, box, values ? el("span", "small", both(eppv.ui.high)) : null);
    }

    function goHome() {
      map.eppvHoming = true;
      map.fitBounds(map.eppvHome, { animate: false });
      map.eppvAtHome = true;
    }

    /* draw these layers in place of those before; hidden: ids that the reader switched off */
    function show(layers, hidden) {
      map.closePopup();
      clear();
      const all = L.latLngBounds([]);
      layers.forEach((layer, nth) => {
        const shapes = drawn(layer, nth);
        all.extend(shapes.getBounds());
        if (!hidden.has(layer.id)) {
          group.addLayer(shapes);
          told.appendChild(el("p", "", both(layer.label), " ", eppv.badge(layer.confidence)));
        }
      });
      map.getContainer().classList.toggle("is-trying", group.getLayers().length > 0);
      if (all.isValid() && !home) {
        home = map.eppvHome;
        map.eppvHome = [all.pad(0.12).getSouthWest(), all.pad(0.12).getNorthEast()];
        if (map.eppvAtHome) {
          goHome();
        }
      } else if (!all.isValid()) {
        leave();
      }
    }

    function clear() {
      group.clearLayers();
      told.replaceChildren();
    }

    function leave() {
      clear();
      map.getContainer().classList.remove("is-trying");
      if (home) {
        map.closePopup();
        map.eppvHome = home;
        home = null;
        if (map.eppvAtHome) {
          goHome();
        }
      }
    }

    return { leave, show, swatch };
  }

  /* outlines travel packed, see trials.py */
  function unpacked(given) {
    given.trials.forEach((trial) => Object.values(trial.frames).forEach((frame) => frame.layers.forEach((layer) => layer.geojson.features.forEach((feature) => {
      if (feature.packed) {
        feature.geometry = eppv.codec.geometry(feature.packed, given.scale);
      }
    }))));
    return given;
  }

  eppv.tryMap = tryMap;
  tryMap.unpacked = unpacked;
})();
