/* Cases on the national map: a marker each, clusters by path when crowded, in step with the list. */
(function () {
  "use strict";
  const eppv = window.eppv;
  if (eppv.cases) {
    return;
  }

  const { both, el, named, state } = eppv;
  const CROWD = 40; // so many markers can be pushed apart; more are clustered
  const GAP = 35; // px between markers
  const SMALL = 330; // px: on a lower map markers are drawn smaller

  function cases(map, id) {
    eppv.frame.ready(map);
    const given = eppv.data(id);
    const crowded = given.cases.length > CROWD && Boolean(L.markerClusterGroup);
    const items = given.cases.map((card) => marker(card));
    const byId = new Map(items.map((item) => [item.card.id, item]));
    const groups = {};
    const all = L.layerGroup();
    const lines = L.layerGroup().addTo(all);
    let opened = null;

    function face(path, glyph) {
      return el("span", "case-face", eppv.cards.pin(path, glyph, given.styles.paths[path]));
    }

    function marker(card) {
      const name = el("span", "case-name", both(card.short));
      const node = face(card.path, given.styles.glyphs[card.mode]);
      node.appendChild(name);
      const holder = el("span", "case-marker", node);
      const made = L.marker([card.at[1], card.at[0]], {
        icon: L.divIcon({ className: "case-anchor", html: holder, iconSize: [0, 0] }),
        keyboard: true,
        riseOnHover: true,
      });
      const item = { card, marker: made, face: node, holder, name };
      made.eppvFace = node;
      made.on("click", () => open(item));
      made.on("keypress", (event) => {
        if (event.originalEvent.key === "Enter" || event.originalEvent.key === " ") {
          open(item);
        }
      });
      made.on("mouseover", () => light(item, true));
      made.on("mouseout", () => light(item, false));
      made.on("add", () => {
        const anchor = made.getElement();
        anchor.setAttribute("role", "button");
        named(anchor, card.short);
        anchor.dataset.case = card.id;
        anchor.addEventListener("focus", () => light(item, true));
        anchor.addEventListener("blur", () => light(item, false));
      });
      eppv.labels.push({ node: name, priority: 100, inside: true, places: ["below", "right", "left", "above"] });
      eppv.labels.block(node.firstChild);
      return item;
    }

    function light(item, on) {
      item.holder.classList.toggle("is-hot", on);
      const row = document.querySelector('.cards li[data-case="' + item.card.id + '"]');
      if (row) {
        row.classList.toggle("is-hot", on);
      }
    }

    /* ---- one case opened ---- */

    function open(item) {
      const box = eppv.cards.caseCard(item.card, { path: given.paths[item.card.path], mode: given.modes[item.card.mode] });
      if (opened && opened !== item) {
        light(opened, false);
      }
      opened = item;
      state.write("case", item.card.id);
      if (eppv.sheet && eppv.sheet.show(box, () => closed(item))) {
        light(item, true);
        return;
      }
      if (eppv.dock(map, box, { name: item.card.title, beside: item.marker.getLatLng(), closed: () => closed(item) })) {
        light(item, true);
        return;
      }
      const offset = item.marker.eppvOffset || [0, 0];
      L.popup({ maxWidth: 360, minWidth: 280, maxHeight: Math.max(180, Math.min(490, map.getSize().y - 90)), offset, autoPanPadding: [12, 12] })
        .on("remove", () => closed(item))
        .setLatLng(item.marker.getLatLng())
        .setContent(box)
        .openOn(map);
    }

    function closed(item) {
      if (opened === item) {
        opened = null;
        light(item, false);
        state.write("case", "");
      }
    }

    function reach(item) {
      if (!map.getBounds().pad(-0.1).contains(item.marker.getLatLng())) {
        map.setView(item.marker.getLatLng(), Math.max(map.getZoom(), 5), { animate: false });
      }
      place();
      open(item);
    }

    /* ---- groups, clusters, spreading ---- */

    function cluster(path) {
      return L.markerClusterGroup({
        maxClusterRadius: 44,
        showCoverageOnHover: false,
        animate: !eppv.calm,
        zoomToBoundsOnClick: true,
        spiderfyOnMaxZoom: true,
        iconCreateFunction: (found) => {
          const node = face(path, "");
          node.appendChild(el("span", "cluster-count", String(found.getChildCount())));
          found.eppvFace = node;
          return L.divIcon({ className: "case-anchor case-cluster", html: el("span", "case-marker", node), iconSize: [0, 0] });
        },
      });
    }

    const paths = Object.keys(given.paths);
    paths.forEach((path) => {
      groups[path] = (crowded ? cluster(path) : L.layerGroup()).addTo(all);
    });

    function nameClusters() {
      map.eachLayer((layer) => {
        if (layer.getChildCount && layer.getElement && layer.getElement()) {
          const one = layer.getAllChildMarkers()[0];
          const name = given.paths[items.find((item) => item.marker === one).card.path];
          const count = layer.getChildCount();
          const node = layer.getElement();
          node.setAttribute("role", "button");
          if (!node.dataset.reachable) {
            node.dataset.reachable = "yes";
            eppv.pressed(node, () => layer.zoomToBounds({ padding: [20, 20] }));
          }
          named(node, { zh: name.zh + "：" + count + " 个案例，放大查看", en: name.en + ": " + count + " cases, zoom in" });
        }
      });
    }

    function place() {
      const shown = [];
      map.eachLayer((layer) => {
        if (layer.eppvFace && layer.getElement && layer.getElement() && map.getBounds().pad(0.2).contains(layer.getLatLng())) {
          shown.push(layer);
        }
      });
      if (shown.length > 250) {
        return;
      }
      shown.sort((a, b) => a.getLatLng().lat - b.getLatLng().lat || a.getLatLng().lng - b.getLatLng().lng);
      const points = shown.map((layer) => map.latLngToLayerPoint(layer.getLatLng()));
      lines.clearLayers();
      const lone = eppv.labels.spots().map((at) => map.latLngToLayerPoint([at[1], at[0]])); // islands that stay in sight
      const scale = map.getSize().y < SMALL ? 0.65 : 1;
      eppv.spread(points, GAP * scale, lone).forEach((at, index) => {
        const layer = shown[index];
        const dx = Math.round(at.x - points[index].x);
        const dy = Math.round(at.y - points[index].y);
        layer.eppvFace.style.transform = "translate(" + dx + "px," + dy + "px) scale(" + scale + ")";
        layer.eppvOffset = [dx, dy - 10];
        if (Math.abs(dx) + Math.abs(dy) > 3) {
          const ends = [layer.getLatLng(), map.layerPointToLatLng(points[index].add([dx, dy]))];
          L.polyline(ends, { pane: "leaders", interactive: false, color: "#1d2733", weight: 1.4 }).addTo(lines);
        }
      });
      if (crowded) {
        nameClusters();
      }
    }

    let placing = false;
    function placeSoon() {
      if (!placing) {
        placing = true;
        window.requestAnimationFrame(() => {
          placing = false;
          place();
          eppv.labels.soon();
        });
      }
    }

    /* ---- the list beside the map ---- */

    const panel = document.querySelector(".finder");
    const rows = new Map();
    document.querySelectorAll(".cards li[data-case]").forEach((row) => {
      const item = byId.get(row.dataset.case);
      rows.set(row.dataset.case, row);
      ["mouseenter", "focusin"].forEach((name) => row.addEventListener(name, () => light(item, true)));
      ["mouseleave", "focusout"].forEach((name) => row.addEventListener(name, () => light(item, item === opened && eppv.phone())));
    });

    /* a case listed under its leading mode, found by another one that it follows as well */
    function also(row, item, chosen) {
      const old = row.querySelector(".also");
      if (old) {
        old.remove();
      }
      const f = given.facets.findIndex((facet) => facet.id === "mode");
      const picked = chosen && f >= 0 ? item.card.codes[f].filter((code) => chosen[f].has(code)) : [];
      if (picked.length && !picked.some((code) => given.facets[f].values[code].id === item.card.mode)) {
        const name = given.facets[f].values[picked[0]].name;
        row.querySelector("strong").appendChild(el("span", "also", both({ zh: eppv.ui.further_modes.zh + "：" + name.zh, en: eppv.ui.further_modes.en + ": " + name.en })));
      }
    }

    function show(found, chosen) {
      const ids = new Set(items.filter((_, i) => found.visible[i]).map((item) => item.card.id));
      paths.forEach((path) => {
        const group = groups[path];
        const want = items.filter((item) => item.card.path === path && ids.has(item.card.id)).map((item) => item.marker);
        if (crowded) {
          group.clearLayers();
          group.addLayers(want);
        } else {
          items.filter((item) => item.card.path === path).forEach((item) => {
            if (ids.has(item.card.id)) {
              group.addLayer(item.marker);
            } else {
              group.removeLayer(item.marker);
            }
          });
        }
      });
      if (opened && !ids.has(opened.card.id)) {
        map.closePopup();
        if (eppv.sheet) {
          eppv.sheet.hide();
        }
        eppv.undock();
      }
      document.documentElement.classList.toggle("long-list", ids.size > 14); // does not fit on a printed page
      rows.forEach((row, caseId) => {
        row.hidden = !ids.has(caseId);
        also(row, byId.get(caseId), chosen);
      });
      document.querySelectorAll(".results [data-group]").forEach((group) => {
        const left = Array.from(group.querySelectorAll("li[data-case]")).filter((row) => !row.hidden).length;
        group.hidden = !left;
        const count = group.querySelector(":scope > h3 .count");
        if (count) {
          count.textContent = String(left);
        }
      });
      const perUnit = {};
      items.forEach((item) => {
        if (ids.has(item.card.id)) {
          item.card.provinces.forEach((code) => {
            perUnit[code] = (perUnit[code] || 0) + 1;
          });
        }
      });
      eppv.emit("counts", perUnit);
      eppv.emit("filtered", ids.size === items.length ? null : ids);
      placeSoon();
    }

    eppv.frame.overlay(map, all, eppv.ui.cases, { id: "cases" });
    items.forEach((item) => eppv.opens.case.set(item.card.id, () => reach(item)));
    given.cases.filter((card) => card.abroad).slice(0, 1).forEach((card) => abroad(map, card));
    if (panel) {
      const spelled = (card) =>
        [].concat(...card.codes.map((codes, f) => codes.map((code) => given.facets[f].values[code].pinyin))).filter(Boolean);
      const words = given.cases.map((card) =>
        eppv.search.entry({ text: card.words.text, pinyin: card.words.pinyin.concat(spelled(card)) })
      );
      eppv.facets(panel, {
        count: items.length,
        facets: given.facets.map((facet, f) => ({ ...facet, codes: (i) => given.cases[i].codes[f] })),
        find: (query) => {
          const test = eppv.search.matcher(query);
          return (i) => test(words[i]);
        },
        changed: show,
      });
    } else {
      show({ visible: items.map(() => 1) });
    }
    state.define("case", (value) => {
      const item = byId.get(value);
      if (!item) {
        map.closePopup();
        if (eppv.sheet) {
          eppv.sheet.hide();
        }
        eppv.undock();
        state.write("case", ""); // a case that is not here is not carried on into links
        return;
      }
      if (item === opened) {
        return;
      }
      if (state.read("view")) {
        place();
        open(item);
      } else {
        reach(item);
      }
    });
    map.on("zoomend moveend animationend", placeSoon);
    eppv.on("language", placeSoon);
    place();
    eppv.labels.soon();
  }

  function abroad(map, card) {
    const control = L.control({ position: "bottomleft" });
    control.onAdd = () => {
      const button = el("button", "abroad", both(eppv.ui.overseas), " ", both(card.short), " ↘");
      button.type = "button";
      L.DomEvent.disableClickPropagation(button);
      button.addEventListener("click", () => eppv.opens.case.get(card.id)());
      return el("div", "leaflet-bar", button);
    };
    control.addTo(map);
  }

  eppv.cases = cases;
})();
