/* A layer of any features: popups, hover, filters, search and keyboard, drawn one by one or on a grid. */
(function () {
  "use strict";
  const eppv = window.eppv;
  if (eppv.features) {
    return;
  }

  const { both, el } = eppv;
  const LISTED = 100;
  const SEEN = 5; // px

  function features(map, id) {
    eppv.frame.ready(map);
    const meta = eppv.data(id);
    const holder = document.getElementById(id + "-blob");
    eppv.busy(1);
    eppv.store.load(meta, holder).then(
      (store) => {
        run(map, store, id);
        eppv.emit("features", store);
      },
      () => {
        const note = el("div", "nothing-drawn", both(eppv.ui.newer_browser));
        note.setAttribute("role", "alert");
        map.getContainer().appendChild(note);
        eppv.busy(-1);
      }
    );
  }

  function run(map, store, id) {
    const layer = store.meta.bulk ? eppv.grid.create(store) : shapes(map, store);
    const act = actions(map, store);
    const key = store.meta.byCase ? "zones" : id.replace(/_layer/, "").replace("_", "-"); // its name in the address
    const wanted = () => map.getZoom() >= store.meta.minZoom;
    let on = true;
    function show() {
      if (on && wanted()) {
        map.addLayer(layer);
      } else {
        map.removeLayer(layer);
      }
    }
    map.on("zoomend", show);
    if (store.meta.bulk && wanted()) {
      layer.once("load", () => eppv.busy(-1));
    } else {
      eppv.busy(-1);
    }
    show();
    const name = store.meta.name || (store.meta.byCase ? eppv.ui.case_zones : eppv.ui.features);
    if (map.eppvOverlay) {
      map.eppvOverlay(
        name,
        (yes) => {
          on = yes;
          show();
          map.fire("eppv:features");
        },
        { id: key }
      );
    }
    if (store.meta.bulk) {
      eppv.pointing.pointer(map, store, act, () => on && wanted());
    }
    eppv.pointing.stepper(map, store, act, () => on && wanted());
    filters(map, store, layer, act);
  }

  /* ---- what one feature says ---- */

  function card(store, i) {
    const known = store.meta.confidences[store.confidence[i]];
    const box = el("div", "popup");
    const head = el("h3", "", both(store.title(i)));
    head.style.borderLeftColor = store.meta.groups[store.group[i]].colour;
    box.appendChild(head);
    const mark = known ? eppv.badge(known) : el("span", "badge", both(eppv.ui.unknown_confidence));
    box.appendChild(el("p", "small", both(store.meta.groups[store.group[i]].name), " ", mark));
    const list = el("dl", "");
    store.fields.filter((field) => field.shown).forEach((field) => {
      const value = field.get(i);
      if (value === null) {
        return;
      }
      if (field.kind === "area") {
        eppv.row(list, field.label, eppv.areaLine(value));
      } else {
        eppv.row(list, field.label, field.kind === "number" ? String(value) : both(value));
      }
    });
    box.appendChild(list);
    return box;
  }

  function middle(store, i) {
    const [x, y] = eppv.store.lonlat((store.box[i * 4] + store.box[i * 4 + 2]) / 2, (store.box[i * 4 + 1] + store.box[i * 4 + 3]) / 2);
    return L.latLng(y, x);
  }

  function outline(store, i) {
    const rings = [];
    for (let ring = store.ringStart[i]; ring < store.ringStart[i + 1]; ring += 1) {
      const points = [];
      for (let p = store.pointStart[ring]; p < store.pointStart[ring + 1]; p += 1) {
        const [lon, lat] = eppv.store.lonlat(store.xs[p], store.ys[p]);
        points.push([lat, lon]);
      }
      rings.push(points);
    }
    return rings;
  }

  function actions(map, store) {
    let lit = null;
    let tip = null;
    function dark() {
      if (lit) {
        map.removeLayer(lit);
        lit = null;
      }
      if (tip) {
        map.removeLayer(tip);
        tip = null;
      }
    }
    function light(i, at) {
      dark();
      if (!store.has(i)) {
        return;
      }
      const style = { color: "#1d2733", weight: 3, fill: false, interactive: false };
      lit = (store.points ? L.circleMarker(middle(store, i), Object.assign({ radius: 8 }, style)) : L.polygon(outline(store, i), style)).addTo(map);
      tip = L.tooltip({ direction: "top", offset: [0, -6] })
        .setContent(el("span", "feature-tip", both(store.title(i))))
        .setLatLng(at || middle(store, i))
        .addTo(map);
    }
    function open(i, at) {
      L.popup({ maxWidth: 300, minWidth: 200, autoPanPadding: [12, 12] })
        .setLatLng(at || middle(store, i))
        .setContent(card(store, i))
        .openOn(map);
    }
    function reach(i) {
      if (!store.has(i)) {
        eppv.share.toast(eppv.ui.no_geometry);
        eppv.announce(eppv.ui.no_geometry);
        return;
      }
      const a = eppv.store.lonlat(store.box[i * 4], store.box[i * 4 + 3]);
      const b = eppv.store.lonlat(store.box[i * 4 + 2], store.box[i * 4 + 1]);
      const bounds = L.latLngBounds([a[1], a[0]], [b[1], b[0]]);
      const zoom = Math.max(store.meta.minZoom, Math.min(map.getBoundsZoom(bounds.pad(0.5)), 15));
      if (eppv.sheet && eppv.phone()) {
        eppv.sheet.set("peek"); // the map is what was asked for
      }
      map.setView(bounds.getCenter(), Math.max(map.getZoom(), zoom), { animate: false });
      light(i);
      open(i);
    }
    return { dark, light, open, reach };
  }

  /* ---- few features: a path each, reached one by one with the keyboard ---- */

  function shapes(map, store) {
    const group = L.featureGroup();
    const act = actions(map, store);
    store.layers = [];
    Array.from(store.order.at).filter(store.has).forEach((i) => {
      const named = eppv.looks.confidences[store.meta.confidences[store.confidence[i]]];
      const look = named || { dash: "2 3", width: 1.2, hatched: false };
      const colour = store.meta.groups[store.group[i]].colour;
      const style = {
        color: colour,
        weight: look.width,
        dashArray: look.dash || null,
        fillColor: look.hatched ? "url(#" + pattern(colour) + ")" : colour,
        fillOpacity: look.hatched ? 1 : store.meta.groups[store.group[i]].fill,
      };
      const shape = store.points
        ? L.circleMarker(middle(store, i), Object.assign({}, style, { radius: 6, fillColor: colour, fillOpacity: look.hatched ? 0.25 : 0.8 }))
        : L.polygon(outline(store, i), style);
      shape.on("click", (event) => {
        L.DomEvent.stopPropagation(event);
        act.open(i, event.latlng);
      });
      shape.on("mouseover", (event) => act.light(i, event.latlng));
      shape.on("mouseout", act.dark);
      shape.on("add", () => {
        const path = shape.getElement();
        if (path && !path.dataset.reachable) {
          path.dataset.reachable = "yes";
          eppv.named(path, store.title(i));
          eppv.pressed(path, () => act.open(i));
        }
      });
      shape.eppvWidth = look.width;
      store.layers[i] = shape;
      group.addLayer(shape);
    });
    map.on("zoomend", () => thicken(map, store));
    thicken(map, store);
    return group;
  }

  /* a shape of a few pixels is given a line that can be seen and hit */
  function thicken(map, store) {
    const pixel = eppv.store.WORLD / (256 * 2 ** map.getZoom());
    store.layers.forEach((shape, i) => {
      const size = Math.max(store.box[i * 4 + 2] - store.box[i * 4], store.box[i * 4 + 3] - store.box[i * 4 + 1]);
      const weight = !store.points && size < SEEN * pixel ? SEEN : shape.eppvWidth;
      if (shape.options.weight !== weight) {
        shape.setStyle({ weight });
      }
    });
  }

  /* a hatch of a colour, in the page once */
  function pattern(colour) {
    const id = "hatch-" + colour.slice(1);
    if (!document.getElementById(id)) {
      const { svg } = eppv;
      const cell = svg(
        "pattern",
        { id, width: 7, height: 7, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
        svg("rect", { width: 7, height: 7, fill: colour, "fill-opacity": 0.1 }),
        svg("line", { x1: 0, y1: 0, x2: 0, y2: 7, stroke: colour, "stroke-width": 1.8, "stroke-opacity": 0.5 })
      );
      document.body.appendChild(svg("svg", { class: "defs", width: 0, height: 0, "aria-hidden": "true" }, svg("defs", {}, cell)));
    }
    return id;
  }

  /* ---- filters, search, and the list beside the map ---- */

  function finder(store) {
    let joined = null;
    let begin = null;
    function ready() {
      const parts = [];
      begin = new Uint32Array(store.count + 1);
      for (let i = 0; i < store.count; i += 1) {
        const title = store.title(i);
        parts.push(eppv.search.fold(title.zh === title.en ? title.zh : title.zh + " " + title.en));
        begin[i + 1] = begin[i] + parts[i].length + 1;
      }
      joined = parts.join("\n") + "\n";
    }
    function mark(token, marks) {
      let from = joined.indexOf(token);
      let i = 0;
      while (from >= 0) {
        while (begin[i + 1] <= from) {
          i += 1;
        }
        marks[i] = 1;
        from = joined.indexOf(token, begin[i + 1]);
      }
    }
    return (query) => {
      if (!joined) {
        ready();
      }
      if (store.meta.streams.pinyin) {
        const test = eppv.search.matcher(query);
        return (i) => test(eppv.search.entry({ text: joined.slice(begin[i], begin[i + 1] - 1), pinyin: [store.pinyin(i)] }));
      }
      const tokens = eppv.search.fold(query).split(/\s+/).filter(Boolean);
      const marks = tokens.map((token) => {
        const found = new Uint8Array(store.count);
        mark(token, found);
        return found;
      });
      return (i) => marks.every((found) => found[i]);
    };
  }

  /* a value in the address: commas separate, a dash alone says that there is none */
  function code(text) {
    return text === "-" ? "%2D" : text.replace(/[%,]/g, encodeURIComponent);
  }

  function filters(map, store, layer, act) {
    function redraw() {
      if (store.layers) {
        store.layers.forEach((shape, i) => {
          if (store.visible[i]) {
            layer.addLayer(shape);
          } else {
            layer.removeLayer(shape);
          }
        });
      } else if (map.hasLayer(layer)) {
        layer.redraw();
      }
      map.fire("eppv:features");
    }
    if (store.meta.byCase) {
      const field = store.fields.find((item) => item.id === "case");
      const apply = (ids) => {
        for (let i = 0; i < store.count; i += 1) {
          store.visible[i] = !ids || ids.has(field.get(i).id) ? 1 : 0;
        }
        redraw();
      };
      eppv.on("filtered", apply);
      apply(eppv.last("filtered"));
      return;
    }
    const panel = document.querySelector(".finder");
    if (!panel || panel.dataset.taken || document.querySelector(".cards")) {
      return; // the panel is the first layer's
    }
    panel.dataset.taken = "yes";
    const list = document.querySelector(".feature-list");
    const rest = document.querySelector(".feature-rest");
    const facets = store.fields.filter((field) => field.facet);
    eppv.facets(panel, {
      count: store.count,
      unit: eppv.ui.features,
      facets: facets.map((field) => ({
        id: field.id,
        name: field.label,
        values: field.values.map((value) => ({ id: code(value.id || value.zh), name: value })).concat([{ id: "-", name: eppv.ui.not_named }]),
        codes: (i) => (field.codes[i] ? field.codes[i] - 1 : field.values.length),
      })),
      find: finder(store),
      changed: (found) => {
        const same = store.visible.every((value, i) => value === found.visible[i]);
        store.visible.set(found.visible);
        if (!same) {
          redraw();
        }
        fill(found);
      },
    });

    function fill(found) {
      list.textContent = "";
      let shown = 0;
      for (let n = 0; n < store.count && shown < LISTED; n += 1) {
        const i = store.listed[n];
        if (found.visible[i]) {
          shown += 1;
          list.appendChild(row(i));
        }
      }
      rest.hidden = found.left <= shown;
    }

    function row(i) {
      const chip = el("span", "chip");
      chip.style.background = store.meta.groups[store.group[i]].colour;
      const button = el("button", "", chip, el("span", "", both(store.title(i))));
      button.type = "button";
      button.addEventListener("click", () => act.reach(i));
      button.addEventListener("mouseenter", () => act.light(i));
      button.addEventListener("mouseleave", act.dark);
      button.addEventListener("focus", () => act.light(i));
      return el("li", "", button);
    }
  }

  eppv.features = features;
})();
