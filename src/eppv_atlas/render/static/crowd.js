/* The cases of a large atlas: circles and pins on the map, a list that rolls, filters and search, all in step. */
(function () {
  "use strict";
  const eppv = window.eppv;
  if (eppv.crowd) {
    return;
  }

  const { both, el, named, state } = eppv;
  const LISTED = 30; // cases of one place that are named
  const DEEPEST = 15; // zoom to which a circle leads
  const NEAR = 30; // px at that zoom: what is nearer to each other is at one place

  function crowd(map, id) {
    eppv.frame.ready(map);
    const meta = eppv.data(id);
    eppv.busy(1);
    eppv.columns.load(meta, document.getElementById(id + "-blob")).then(
      (store) => {
        put(map, store);
        eppv.emit("crowd", store);
        eppv.busy(-1);
      },
      () => {
        const note = el("div", "nothing-drawn", both(eppv.ui.newer_browser));
        note.setAttribute("role", "alert");
        map.getContainer().appendChild(note);
        eppv.busy(-1);
      }
    );
  }

  function put(map, store) {
    const { meta } = store;
    const layer = eppv.bubbles.create(map, store);
    const light = lamp(map, store);
    const cards = opener(map, store, layer, light);
    eppv.frame.overlay(map, layer, eppv.ui.cases, { id: "cases" });
    pointer(map, store, layer, cards);
    stepper(map, store, layer, cards);
    if (meta.abroad !== null) {
      abroad(map, store, cards);
    }
    const list = rows(store, cards, light);
    const finder = eppv.finding.finder(store);
    const province = store.facets.find((facet) => facet.id === "province");
    const whole = province.values.map(() => 0);
    function changed(found, chosen) {
      store.visible = found.visible;
      layer.show(found.visible);
      list.fill(found, chosen);
      cards.drop();
      const perUnit = {};
      const counts = tallied(province, found.visible, whole.slice());
      province.values.forEach((value, v) => (perUnit[value.id] = counts[v]));
      eppv.emit("counts", perUnit);
      eppv.emit("filtered-rows", found.left === store.count ? null : found.visible);
    }
    eppv.facets(document.querySelector(".finder"), {
      count: store.count,
      facets: store.facets,
      tally: eppv.finding.tally,
      find: finder.find,
      changed,
    });
    document.documentElement.classList.add("long-list"); // does not fit on a printed page
    state.define("case", cards.wanted);
    if (meta.tiles) {
      eppv.tiled(map, store, meta.tiles);
    }
    eppv.on("language", () => layer.show(store.visible));
    window.setTimeout(finder.prepare, 300);
  }

  function tallied(facet, visible, counts) {
    const { codes, start } = facet;
    for (let i = 0; i < visible.length; i += 1) {
      const to = start ? start[i + 1] : i + 1;
      for (let n = start ? start[i] : i; visible[i] && n < to; n += 1) {
        counts[codes[n]] += 1;
      }
    }
    return counts;
  }

  function latlng(store, i) {
    const [lon, lat] = eppv.store.lonlat(store.xs[i], store.ys[i]);
    return L.latLng(lat, lon);
  }

  /* a ring round the place of a case */
  function lamp(map, store) {
    let ring = null;
    return (i) => {
      if (ring) {
        map.removeLayer(ring);
        ring = null;
      }
      if (i >= 0) {
        ring = L.circleMarker(latlng(store, i), { radius: 17, color: "#e08a00", weight: 4, fill: false, interactive: false }).addTo(map);
      }
    };
  }

  /* ---- one case opened ---- */

  function opener(map, store, layer, light) {
    const { meta } = store;
    let opened = -1;

    function closed(i) {
      if (opened === i) {
        opened = -1;
        light(-1);
        state.write("case", "");
      }
    }

    function shut() {
      map.closePopup();
      eppv.sheet.hide();
      eppv.undock();
    }

    function open(i) {
      const card = store.card(i);
      const box = eppv.cards.caseCard(card, { path: meta.paths[card.path], mode: meta.modes[card.mode] });
      const at = latlng(store, i);
      opened = i;
      state.write("case", card.id);
      light(i);
      const done = () => closed(i);
      if (eppv.sheet.show(box, done) || eppv.dock(map, box, { name: card.title, beside: at, closed: done })) {
        light(i);
        return;
      }
      popup(map, at, box).on("remove", done).openOn(map);
      light(i);
    }

    function reach(i) {
      const at = latlng(store, i);
      if (!map.getBounds().pad(-0.1).contains(at)) {
        map.setView(at, Math.max(map.getZoom(), 8), { animate: false });
      }
      open(i);
    }

    /* a circle: nearer, or where that shows no more, a list of what stands there */
    function enter(mark) {
      if (mark.count === 1) {
        open(mark.first);
        return;
      }
      const [w, s] = eppv.store.lonlat(mark.box[0], mark.box[3]);
      const [e, n] = eppv.store.lonlat(mark.box[2], mark.box[1]);
      const bounds = L.latLngBounds([s, w], [n, e]);
      const zoom = Math.min(DEEPEST, map.getBoundsZoom(bounds.pad(0.15)));
      const wide = Math.max(mark.box[2] - mark.box[0], mark.box[3] - mark.box[1]) * ((256 * 2 ** DEEPEST) / eppv.store.WORLD);
      if (wide > NEAR && zoom > map.getZoom() + 0.4) {
        map.setView(bounds.getCenter(), zoom, { animate: !eppv.calm });
        return;
      }
      const found = layer.cases(mark, LISTED);
      const list = el("ul", "here-list");
      found.forEach((i) => {
        const button = el("button", "plain", both(store.short(i)));
        button.type = "button";
        button.addEventListener("click", () => open(i));
        list.appendChild(el("li", "", button));
      });
      const head = el("h3", "", mark.count.toLocaleString("en") + " ", both(eppv.ui.near_each_other));
      popup(map, layer.where(mark), el("div", "popup", head, list)).openOn(map);
    }

    return {
      enter,
      open,
      reach,
      is: (i) => i === opened,
      /* the filters have taken away what is open */
      drop: () => {
        if (opened >= 0 && !store.visible[opened]) {
          shut();
        }
      },
      wanted: (value) => {
        const i = store.row(value);
        if (i < 0) {
          shut();
          state.write("case", ""); // a case that is not here is not carried on into links
        } else if (i !== opened) {
          (state.read("view") ? open : reach)(i);
        }
      },
    };
  }

  function popup(map, at, content) {
    const high = Math.max(180, Math.min(490, map.getSize().y - 90));
    return L.popup({ maxWidth: 360, minWidth: 240, maxHeight: high, offset: [0, -8], autoPanPadding: [12, 12] }).setLatLng(at).setContent(content);
  }

  /* ---- pointer and keyboard on the map ---- */

  function words(store, mark) {
    if (mark.count === 1) {
      return store.short(mark.first);
    }
    const count = mark.count.toLocaleString("en");
    return { zh: count + " 个案例，放大查看", en: count + " cases, zoom in" };
  }

  function pointer(map, store, layer, cards) {
    const tip = L.tooltip({ direction: "top", className: "crowd-tip" });
    const busy = () => map.getContainer().classList.contains("is-measuring") || !map.hasLayer(layer);
    let over = null;
    function leave() {
      over = null;
      map.removeLayer(tip);
      map.getContainer().classList.remove("is-over");
    }
    map.on("mousemove", (event) => {
      const mark = busy() ? null : layer.at(event.latlng);
      if (mark === over) {
        return;
      }
      leave();
      if (mark) {
        over = mark;
        map.getContainer().classList.add("is-over");
        tip.options.offset = L.point(0, -mark.radius);
        tip.setLatLng(layer.where(mark)).setContent(el("span", "feature-tip", both(words(store, mark)))).addTo(map);
      }
    });
    map.on("mouseout movestart", leave);
    map.on("click", (event) => {
      const mark = busy() ? null : layer.at(event.latlng);
      if (mark) {
        leave();
        eppv.marked = event.originalEvent; // what lies under a mark is not meant
        cards.enter(mark);
      }
    });
  }

  /* from mark to mark with the arrow keys: what stands on the screen, as features of their own */
  function stepper(map, store, layer, cards) {
    const world = (mark, axis) => (axis ? (mark.y + layer._bounds.min.y + map.getPixelOrigin().y) / layer.scale : (mark.x + layer._bounds.min.x + map.getPixelOrigin().x) / layer.scale);
    const marks = { box: [], visible: [], title: (n) => words(store, layer.marks[n]) };
    marks.search = (west, north, east, south, act) => {
      layer.marks.forEach((mark, n) => {
        const [x, y] = [world(mark, 0), world(mark, 1)];
        marks.box.splice(n * 4, 4, x, y, x, y);
        marks.visible[n] = 1;
        if (x >= west && x <= east && y >= north && y <= south) {
          act(n);
        }
      });
    };
    let ring = null;
    function dark() {
      if (ring) {
        map.removeLayer(ring);
        ring = null;
      }
    }
    function light(n) {
      dark();
      const mark = layer.marks[n];
      ring = L.circleMarker(layer.where(mark), { radius: mark.radius + 5, color: "#e08a00", weight: 4, fill: false, interactive: false }).addTo(map);
    }
    layer.on("drawn", () => map.fire("eppv:features"));
    eppv.pointing.stepper(map, marks, { dark, light, open: (n) => cards.enter(layer.marks[n]) }, () => map.hasLayer(layer));
  }

  function abroad(map, store, cards) {
    const control = L.control({ position: "bottomleft" });
    control.onAdd = () => {
      const button = el("button", "abroad", both(eppv.ui.overseas), " ", both(store.short(store.meta.abroad)), " ↘");
      button.type = "button";
      L.DomEvent.disableClickPropagation(button);
      button.addEventListener("click", () => cards.reach(store.meta.abroad));
      return el("div", "leaflet-bar", button);
    };
    control.addTo(map);
  }

  /* ---- the list: headings of paths and modes, and cases; a heading is a negative number ---- */

  function rows(store, cards, light) {
    const { meta } = store;
    const holder = document.querySelector(".results");
    const scroller = document.querySelector(".panel");
    const tall = eppv.phone() ? 62 : 56;
    const modes = store.facets.findIndex((facet) => facet.id === "mode");
    let counts = {};
    let picked = [];
    let entries = [];

    function heading(entry) {
      const r = (-entry - 1) >> 1;
      const run = meta.runs[r];
      if ((-entry - 1) & 1) {
        const node = el("div", "roll-path path-" + run.path, el("h3", "", both(meta.paths[run.path]), " ", el("span", "count", counts[run.path].toLocaleString("en"))));
        return node;
      }
      return el("div", "roll-mode", el("h4", "", both(meta.modes[run.mode]), " ", el("span", "count", counts["run-" + r].toLocaleString("en"))));
    }

    /* a case listed under its leading mode, found by another one that it follows as well */
    function also(i) {
      const facet = store.facets[modes];
      const other = picked.length && !picked.includes(facet.first(i)) ? picked.find((code) => facet.has(i, code)) : undefined;
      if (other === undefined) {
        return "";
      }
      const { name } = facet.values[other];
      return el("span", "also", both({ zh: eppv.ui.further_modes.zh + "：" + name.zh, en: eppv.ui.further_modes.en + ": " + name.en }));
    }

    function make(entry, n) {
      if (entry < 0) {
        const head = heading(entry);
        head.setAttribute("role", "listitem");
        return head;
      }
      const i = entry;
      const run = store.run(i);
      const short = store.short(i);
      const page = store.page(i);
      const text = el("span", "card-text", el("strong", "", both(short), also(i)), el("span", "small", both(store.place(i))));
      const button = el("button", "card", eppv.cards.pin(run.path, meta.styles.glyphs[run.mode], meta.styles.paths[run.path]), text);
      button.type = "button";
      button.dataset.row = i;
      button.dataset.case = store.id(i);
      button.addEventListener("click", () => cards.reach(i));
      const node = el("div", "roll-case", button);
      node.setAttribute("role", "listitem");
      node.dataset.entry = n;
      if (page) {
        const link = el("a", "card-link", "→");
        link.href = page;
        named(link, { zh: eppv.ui.open_case.zh + "：" + short.zh, en: eppv.ui.open_case.en + ": " + short.en });
        node.appendChild(link);
      }
      ["mouseenter", "focusin"].forEach((event) => node.addEventListener(event, () => light(i)));
      ["mouseleave", "focusout"].forEach((event) => node.addEventListener(event, () => (cards.is(i) ? null : light(-1))));
      return node;
    }

    const height = (entry) => (entry >= 0 ? tall : (-entry - 1) & 1 ? 44 : 31);
    const list = eppv.rolled(holder, { scroller, height, make });

    holder.addEventListener("keydown", (event) => {
      const by = { ArrowDown: 1, ArrowUp: -1, Home: -Infinity, End: Infinity }[event.key];
      const from = event.target.closest("[data-entry]");
      if (!by || !from) {
        return;
      }
      event.preventDefault();
      const last = entries.length - 1;
      let n = Math.max(0, Math.min(last, Number(from.dataset.entry) + by));
      while (entries[n] < 0 && n > 0 && n < last) {
        n += by > 0 ? 1 : -1;
      }
      n = entries[n] < 0 ? entries.findIndex((entry) => entry >= 0) : n;
      list.show(n).querySelector("button").focus({ preventScroll: true });
    });

    function fill(found, chosen) {
      const { runs } = meta;
      picked = modes >= 0 ? Array.from(chosen[modes]) : [];
      entries = [];
      counts = {};
      let before = "";
      runs.forEach((run, r) => {
        const to = r + 1 < runs.length ? runs[r + 1].from : store.count;
        const start = entries.length;
        for (let i = run.from; i < to; i += 1) {
          if (found.visible[i]) {
            if (entries.length === start) {
              if (before !== run.path) {
                entries.push(-(2 * r + 2));
                counts[run.path] = 0;
                before = run.path;
              }
              entries.push(-(2 * r + 1));
              counts["run-" + r] = 0;
            }
            entries.push(i);
            counts["run-" + r] += 1;
          }
        }
        counts[run.path] += counts["run-" + r] || 0;
      });
      list.set(entries);
    }
    return { fill };
  }

  eppv.crowd = crowd;
})();
