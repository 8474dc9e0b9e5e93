/* Drawing of EPPV Atlas pages. Every text from data goes in through textContent. */
(function () {
  "use strict";
  if (window.eppv) {
    return;
  }

  const SVG = "http://www.w3.org/2000/svg";
  const root = document.documentElement;
  const calm = window.matchMedia && window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const registry = { cases: new Map(), zones: new Map(), labels: [], blocks: [], maps: [] };

  function data(id) {
    return JSON.parse(document.getElementById(id + "-data").textContent);
  }

  function el(tag, className) {
    const node = document.createElement(tag);
    if (className) {
      node.className = className;
    }
    for (let i = 2; i < arguments.length; i += 1) {
      const child = arguments[i];
      if (child !== null && child !== undefined && child !== "") {
        node.appendChild(typeof child === "object" ? child : document.createTextNode(String(child)));
      }
    }
    return node;
  }

  function both(text) {
    const zh = el("span", "", text.zh);
    const en = el("span", "", text.en);
    zh.lang = "zh";
    en.lang = "en";
    const pair = document.createDocumentFragment();
    pair.appendChild(zh);
    pair.appendChild(en);
    return pair;
  }

  function plain(text) {
    return text.zh === text.en ? text.zh : text.zh + " " + text.en;
  }

  function svg(tag, attributes) {
    const node = document.createElementNS(SVG, tag);
    Object.keys(attributes).forEach(function (name) {
      node.setAttribute(name, attributes[name]);
    });
    for (let i = 2; i < arguments.length; i += 1) {
      node.appendChild(arguments[i]);
    }
    return node;
  }

  function pageOf(ui, number) {
    return el("span", "page", both(ui.page), number, both(ui.page_after));
  }

  /* ---- language ---- */

  function setLanguage(lang) {
    root.dataset.lang = lang;
    root.lang = lang === "zh" ? "zh-CN" : "en";
    const names = (root.dataset.titles || document.title).split(" · ");
    root.dataset.titles = names.join(" · ");
    document.title = lang === "zh" ? names[0] : names[names.length - 1];
    try {
      window.localStorage.setItem("eppv-lang", lang);
    } catch (error) {
      /* private mode or file without storage: the choice lasts for this page */
    }
    registry.maps.forEach(function (map) {
      map.invalidateSize({ pan: false });
      map.fire("eppv:language");
    });
  }

  function firstLanguage() {
    let kept = null;
    try {
      kept = window.localStorage.getItem("eppv-lang");
    } catch (error) {
      kept = null;
    }
    if (kept === "zh" || kept === "en") {
      return kept;
    }
    return /^zh/i.test(navigator.language || "zh") ? "zh" : "en";
  }

  /* ---- labels that never lie on each other ---- */

  function overlaps(a, b) {
    return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
  }

  function declutter() {
    const frame = registry.maps.length && registry.maps[0].getContainer().getBoundingClientRect();
    const taken = registry.blocks
      .map(function (node) {
        return node.isConnected ? node.getBoundingClientRect() : null;
      })
      .filter(Boolean);
    registry.labels
      .slice()
      .sort(function (a, b) {
        return b.priority - a.priority;
      })
      .forEach(function (label) {
        label.node.classList.remove("crowded");
        if (!label.node.isConnected) {
          return;
        }
        const places = label.places || [""];
        const kept = places.find(function (place) {
          if (label.places) {
            label.node.dataset.place = place;
          }
          const box = label.node.getBoundingClientRect();
          const cut = label.inside && frame && (box.left < frame.left || box.right > frame.right);
          const free = !cut && !taken.some(function (other) {
            return overlaps(box, other);
          });
          if (free) {
            taken.push(box);
          }
          return free;
        });
        if (kept === undefined) {
          label.node.classList.add("crowded");
        }
      });
  }

  let waiting = false;
  function declutterSoon() {
    if (!waiting) {
      waiting = true;
      window.requestAnimationFrame(function () {
        waiting = false;
        declutter();
      });
    }
  }

  function label(map, at, node, priority, pane, places) {
    const marker = L.marker([at[1], at[0]], {
      icon: L.divIcon({ className: "label-anchor", html: node, iconSize: [0, 0] }),
      interactive: false,
      keyboard: false,
      pane: pane,
    });
    registry.labels.push({ node: node, priority: priority, places: places });
    return marker;
  }

  /* ---- map ---- */

  function createMap(id) {
    const view = data(id);
    const holder = document.getElementById(id);
    holder.setAttribute("aria-label", plain(view.label));
    const legend = document.querySelector("details.legend");
    if (legend && window.innerWidth >= 1000 && window.innerHeight >= Number(legend.dataset.openFrom)) {
      legend.open = true; // before the map takes its size
    }
    const map = L.map(id, {
      attributionControl: false,
      zoomSnap: 0.25,
      zoomDelta: 1,
      minZoom: 2,
      maxZoom: 15,
      zoomAnimation: !calm,
      fadeAnimation: !calm,
      markerZoomAnimation: !calm,
    });
    const bounds = [
      [view.bounds[1], view.bounds[0]],
      [view.bounds[3], view.bounds[2]],
    ];
    map.eppvHome = bounds;
    map.fitBounds(bounds, { animate: false });
    L.control.scale({ imperial: false, maxWidth: 110 }).addTo(map);
    ["land", "areas", "names", "borders"].forEach(function (name, index) {
      const pane = map.createPane(name);
      pane.style.zIndex = 210 + index * 10;
      pane.style.pointerEvents = "none";
    });
    map.getPane("names").style.zIndex = 590;
    const leaders = map.createPane("leaders");
    leaders.style.zIndex = 595;
    leaders.style.pointerEvents = "none";
    map.on("zoomend moveend eppv:language layeradd layerremove", declutterSoon);
    if (legend) {
      legend.addEventListener("toggle", function () {
        map.invalidateSize({ pan: false });
      });
    }
    map.on("popupopen popupclose", function (event) {
      holder.classList.toggle("has-popup", event.type === "popupopen");
    });
    registry.maps.push(map);
    return map;
  }

  function decode(polygons, scale) {
    return polygons.map(function (rings) {
      return rings.map(function (steps) {
        return decodeLine(steps, scale);
      });
    });
  }

  function decodeLine(steps, scale) {
    const points = [];
    let x = 0;
    let y = 0;
    for (let i = 0; i < steps.length; i += 2) {
      x += steps[i];
      y += steps[i + 1];
      points.push([y / scale, x / scale]);
    }
    return points;
  }

  function home(map, ui, detail) {
    const control = L.control({ position: "topleft" });
    control.onAdd = function () {
      const button = el("button", "home", "⌂");
      button.type = "button";
      const name = detail ? ui.case_zones : ui.show_whole_country;
      button.title = plain(name);
      button.setAttribute("aria-label", plain(name));
      L.DomEvent.disableClickPropagation(button);
      button.addEventListener("click", function () {
        map.fitBounds(map.eppvHome, { animate: !calm });
      });
      return el("div", "leaflet-bar", button);
    };
    control.addTo(map);
  }

  function overlayName(text) {
    const holder = el("span", "", both(text));
    return holder.innerHTML;
  }

  function overlays(map) {
    if (!map.eppvLayers) {
      map.eppvLayers = L.control.layers(null, null, { collapsed: true, position: "topright" }).addTo(map);
    }
    return map.eppvLayers;
  }

  /* ---- base map ---- */

  function base(map, id) {
    const given = data(id);
    const scale = given.scale;
    const canvas = function (pane) {
      return L.canvas({ pane: pane, padding: 0.3 });
    };
    const land = canvas("land");
    const areas = canvas("areas");
    const borders = canvas("borders");
    const fixed = { interactive: false, smoothFactor: 0.6 };
    L.polygon(decode(given.land, scale), Object.assign({ renderer: land, pane: "land", stroke: false, fillColor: "#e7e3da", fillOpacity: 1 }, fixed)).addTo(map);
    const units = L.layerGroup();
    const names = L.layerGroup();
    given.areas.forEach(function (area) {
      L.polygon(decode(area.rings, scale), Object.assign({ renderer: areas, pane: "areas", weight: 0.8, color: "#a59f92", fillColor: "#fcfbf8", fillOpacity: 1 }, fixed)).addTo(units);
      if (area.at) {
        label(map, area.at, el("span", "area-name", both(area.name)), 1, "names").addTo(names);
      }
    });
    units.addTo(map);
    names.addTo(map);
    const frame = L.layerGroup();
    L.polygon(decode(given.border, scale), Object.assign({ renderer: borders, pane: "borders", weight: given.detail ? 2 : 1.6, color: "#6f6757", fill: false }, fixed)).addTo(frame);
    given.dashes.forEach(function (steps) {
      L.polyline(decodeLine(steps, scale), Object.assign({ renderer: borders, pane: "borders", weight: 2.4, color: "#6f6757" }, fixed)).addTo(frame);
    });
    given.islands.forEach(function (at) {
      L.circleMarker([at[1], at[0]], { renderer: borders, pane: "borders", radius: 1, weight: 0.8, color: "#6f6757", fillColor: "#fcfbf8", fillOpacity: 1, interactive: false }).addTo(frame);
    });
    frame.addTo(map);
    const control = overlays(map);
    control.addOverlay(names, overlayName(given.ui.administrative_area));
    control.addOverlay(frame, overlayName(given.ui.boundary));
    home(map, given.ui, given.detail);
  }

  /* ---- zones ---- */

  function areaLine(values) {
    const units = [
      ["km2", { zh: "平方公里", en: "km²" }],
      ["ha", { zh: "公顷", en: "ha" }],
      ["mu", { zh: "亩", en: "mu" }],
    ];
    const list = el("span", "area-line");
    units.forEach(function (unit) {
      list.appendChild(el("span", "one-area", values[unit[0]] + " ", both(unit[1])));
    });
    return list;
  }

  function row(list, name, content) {
    list.appendChild(el("dt", "", both(name)));
    list.appendChild(el("dd", "", content));
  }

  function zonePopup(zone, short, ui) {
    const box = el("div", "popup family-" + zone.family);
    box.appendChild(el("h3", "", both(zone.name)));
    const badge = el("span", "badge badge-" + zone.confidence.id, both(zone.confidence.name));
    box.appendChild(el("p", "small", both(zone.kind), " · ", both(short), " ", badge));
    const list = el("dl", "");
    if (zone.stated) {
      row(list, ui.stated, el("span", "", areaLine(zone.stated), pageOf(ui, zone.statedFact.page)));
    } else if (zone.share) {
      row(list, ui.stated, el("span", "", both(zone.share.value), " ", pageOf(ui, zone.share.page)));
    } else {
      row(list, ui.stated, el("span", "none", both(ui.not_stated)));
    }
    row(list, ui.measured, areaLine(zone.measured));
    if (zone.madeFromStated) {
      row(list, ui.difference, el("span", "made", both(ui.made_from_stated)));
    } else if (zone.difference) {
      row(list, ui.difference, zone.difference);
    }
    row(list, ui.how, both(zone.how));
    box.appendChild(list);
    return box;
  }

  function zoneStyle(zone) {
    return {
      color: zone.colour,
      weight: zone.width,
      dashArray: zone.dash || null,
      fillColor: zone.hatched ? "url(#hatch-" + zone.family + ")" : zone.colour,
      fillOpacity: zone.hatched ? 1 : zone.family === "extent" ? 0.06 : 0.22,
    };
  }

  function drawZone(map, zone, short, ui) {
    const group = L.layerGroup();
    const shape = L.geoJSON(zone.geometry, {
      style: zoneStyle(zone),
      pane: "overlayPane",
    });
    const popup = L.popup({ maxWidth: 300, minWidth: 220, autoPanPadding: [12, 12] });
    function open(at) {
      popup.setContent(zonePopup(zone, short, ui));
      popup.setLatLng(at).openOn(map);
    }
    shape.on("click", function (event) {
      L.DomEvent.stopPropagation(event);
      open(event.latlng);
    });
    shape.on("mouseover", function () {
      shape.setStyle({ weight: zone.width + 1.6 });
    });
    shape.on("mouseout", function () {
      shape.setStyle({ weight: zone.width });
    });
    group.addLayer(shape);
    group.on("add", function () {
      shape.eachLayer(function reach(part) {
        if (part.eachLayer) {
          part.eachLayer(reach);
          return;
        }
        const path = part.getElement && part.getElement();
        if (path && !path.dataset.reachable) {
          path.dataset.reachable = "yes";
          if (!zone.cells) {
            path.setAttribute("tabindex", "0");
            path.setAttribute("role", "button");
            path.setAttribute("aria-label", plain(zone.name));
            path.addEventListener("keydown", function (event) {
              if (event.key === "Enter" || event.key === " ") {
                event.preventDefault();
                open([zone.at[1], zone.at[0]]);
              }
            });
          }
        }
      });
    });
    const text = el("span", "zone-name-label family-" + zone.family, both(zone.name));
    if (zone.hatched) {
      text.appendChild(el("em", "", both(ui.schematic_mark)));
    }
    const tag = label(map, zone.at, text, 50 + zone.rank, "names", window.innerWidth > 820 ? ["there", "lower", "upper"] : undefined);
    text.classList.add(zone.atTop ? "at-top" : "at-centre");
    group.addLayer(tag);
    registry.zones.set(zone.id, function () {
      map.fitBounds(shape.getBounds(), { maxZoom: 13, padding: [40, 40], animate: false });
      open([zone.at[1], zone.at[0]]);
    });
    return group;
  }

  function zones(map, id) {
    const given = data(id);
    const all = L.layerGroup();
    const groups = given.cases.map(function (item) {
      const group = L.layerGroup();
      item.zones.forEach(function (zone, index) {
        zone.rank = index;
        group.addLayer(drawZone(map, zone, item.short, given.ui));
      });
      return group;
    });
    function show() {
      const near = map.getZoom() >= given.fromZoom;
      groups.forEach(function (group) {
        if (near && !all.hasLayer(group)) {
          all.addLayer(group);
        } else if (!near && all.hasLayer(group)) {
          all.removeLayer(group);
        }
      });
    }
    map.on("zoomend", show);
    all.addTo(map);
    show();
    overlays(map).addOverlay(all, overlayName(given.ui.case_zones));
  }

  /* ---- sites and cases ---- */

  function sites(map, id) {
    const given = data(id);
    const group = L.layerGroup();
    given.sites.forEach(function (item) {
      const rough = item.confidence.hatched;
      const dot = L.circleMarker([item.at[1], item.at[0]], {
        radius: item.id === given.anchor ? 7 : 5,
        color: "#1d2733",
        weight: 2,
        dashArray: rough ? "3 3" : null,
        fillColor: "#fff",
        fillOpacity: 1,
        pane: "markerPane",
      });
      function open() {
        const badge = el("span", "badge badge-" + item.confidence.id, both(item.confidence.name));
        const box = el("div", "popup", el("h3", "", both(item.name)), el("p", "small", both(item.kind), " ", badge, " ", item.page ? pageOf(given.ui, item.page) : null));
        const list = el("dl", "");
        if (item.relations.length) {
          const lies = el("span", "");
          item.relations.forEach(function (relation) {
            lies.appendChild(el("span", "relation", both(relation)));
          });
          row(list, given.ui.position, lies);
        }
        row(list, given.ui.how, both(item.how));
        box.appendChild(list);
        L.popup({ maxWidth: 280 }).setLatLng(dot.getLatLng()).setContent(box).openOn(map);
      }
      dot.on("click", function (event) {
        L.DomEvent.stopPropagation(event);
        open();
      });
      dot.on("add", function () {
        const path = dot.getElement();
        registry.blocks.push(path);
        path.setAttribute("tabindex", "0");
        path.setAttribute("role", "button");
        path.setAttribute("aria-label", plain(item.name));
        path.addEventListener("keydown", function (event) {
          if (event.key === "Enter" || event.key === " ") {
            event.preventDefault();
            open();
          }
        });
      });
      dot.addTo(group);
      const name = el("span", "site-name", both(item.name));
      if (rough) {
        name.appendChild(el("em", "", both(given.ui.schematic_mark)));
      }
      label(map, item.at, name, 40, "names", ["right", "left", "below", "above"]).addTo(group);
      registry.labels[registry.labels.length - 1].inside = true; // a name cut by the frame is no name
      registry.zones.set(item.id, function () {
        map.setView([item.at[1], item.at[0]], Math.max(map.getZoom(), 11), { animate: false });
        open();
      });
    });
    group.addTo(map);
    overlays(map).addOverlay(group, overlayName(given.ui.sites));
  }

  function pin(card, styles) {
    const look = styles.paths[card.path.id];
    return svg(
      "svg",
      { viewBox: "0 0 40 40", class: "pin path-" + card.path.id, "aria-hidden": "true" },
      svg("path", { class: "pin-outline", d: look.outline }),
      svg("path", { class: "pin-glyph", transform: "translate(8 8)", d: styles.glyphs[card.mode.id] })
    );
  }

  function casePopup(card, ui) {
    const box = el("div", "popup path-" + card.path.id);
    box.appendChild(el("h3", "", both(card.title)));
    box.appendChild(el("p", "small", both(card.place)));
    box.appendChild(el("p", "chain", el("strong", "", both(card.path.name)), " → ", el("strong", "", both(card.mode.name))));
    const list = el("ul", "popup-facts");
    card.headlines.forEach(function (fact) {
      list.appendChild(el("li", "", el("strong", "", both(fact.value)), el("span", "", both(fact.label)), el("span", "small", pageOf(ui, fact.page))));
    });
    box.appendChild(list);
    const badge = el("span", "badge badge-" + card.position.id, both(card.position.name));
    box.appendChild(el("p", "small", both(ui.position), " ", badge));
    const link = el("a", "open-case", both(ui.open_case), " →");
    link.href = card.page;
    box.appendChild(link);
    return box;
  }

  /* push markers apart on the screen; a thin line leads back to the true point */
  function spread(points, gap) {
    const out = points.map(function (p) {
      return { x: p.x, y: p.y };
    });
    for (let round = 0; round < 80; round += 1) {
      let moved = false;
      for (let i = 0; i < out.length; i += 1) {
        for (let j = i + 1; j < out.length; j += 1) {
          let dx = out[j].x - out[i].x;
          let dy = out[j].y - out[i].y;
          let far = Math.sqrt(dx * dx + dy * dy);
          if (far < gap) {
            if (far < 0.01) {
              dx = 1;
              dy = j - i;
              far = Math.sqrt(dx * dx + dy * dy);
            }
            const push = (gap - Math.min(far, gap)) / 2 + 0.1;
            out[i].x -= (dx / far) * push;
            out[i].y -= (dy / far) * push;
            out[j].x += (dx / far) * push;
            out[j].y += (dy / far) * push;
            moved = true;
          }
        }
      }
      if (!moved) {
        break;
      }
    }
    return out;
  }

  function cases(map, id) {
    const given = data(id);
    const group = L.layerGroup();
    const items = given.cases.map(function (card) {
      const name = el("span", "case-name", both(card.short));
      const face = el("span", "case-face", pin(card, given.styles), name);
      const node = el("span", "case-marker", face);
      const marker = L.marker([card.at[1], card.at[0]], {
        icon: L.divIcon({ className: "case-anchor", html: node, iconSize: [0, 0] }),
        keyboard: true,
        alt: plain(card.short),
        riseOnHover: true,
      });
      function open() {
        L.popup({ maxWidth: 300, minWidth: 230, offset: marker.eppvOffset || [0, 0], autoPanPadding: [12, 12] })
          .setLatLng(marker.getLatLng())
          .setContent(casePopup(card, given.ui))
          .openOn(map);
      }
      marker.on("click", open);
      marker.on("keypress", function (event) {
        if (event.originalEvent.key === "Enter" || event.originalEvent.key === " ") {
          open();
        }
      });
      marker.on("add", function () {
        const holder = marker.getElement();
        holder.setAttribute("role", "button");
        holder.setAttribute("aria-label", plain(card.short));
        holder.dataset.case = card.id;
      });
      marker.addTo(group);
      registry.labels.push({ node: name, priority: 100, inside: true, places: ["below", "right", "left", "above"] });
      registry.blocks.push(face.firstChild);
      registry.cases.set(card.id, function () {
        if (!map.getBounds().pad(-0.1).contains(marker.getLatLng())) {
          map.setView(marker.getLatLng(), Math.max(map.getZoom(), 5), { animate: false });
        }
        place();
        open();
      });
      const line = L.polyline([], { pane: "leaders", interactive: false, color: "#1d2733", weight: 1.4 }).addTo(group);
      return { marker: marker, line: line, face: face };
    });
    function place() {
      const points = items.map(function (item) {
        return map.latLngToLayerPoint(item.marker.getLatLng());
      });
      spread(points, 35).forEach(function (at, index) {
        const dx = Math.round(at.x - points[index].x);
        const dy = Math.round(at.y - points[index].y);
        const item = items[index];
        item.face.style.transform = "translate(" + dx + "px," + dy + "px)";
        const moved = Math.abs(dx) + Math.abs(dy) > 3;
        const shifted = map.layerPointToLatLng(points[index].add([dx, dy]));
        item.line.setLatLngs(moved ? [item.marker.getLatLng(), shifted] : []);
        item.marker.eppvOffset = [dx, dy - 10];
      });
    }
    given.cases.forEach(function (card) {
      if (!card.abroad) {
        return;
      }
      const control = L.control({ position: "bottomleft" });
      control.onAdd = function () {
        const button = el("button", "abroad", both(given.ui.overseas), " ", both(card.short), " ↘");
        button.type = "button";
        L.DomEvent.disableClickPropagation(button);
        button.addEventListener("click", registry.cases.get(card.id));
        return el("div", "leaflet-bar", button);
      };
      control.addTo(map);
    });
    group.addTo(map);
    map.on("zoomend eppv:language", place);
    place();
    overlays(map).addOverlay(group, overlayName(given.ui.cases));
    declutterSoon();
  }

  /* ---- controls outside the map ---- */

  function act(target) {
    const kind = target.dataset.eppv;
    if (kind === "language") {
      setLanguage(root.dataset.lang === "zh" ? "en" : "zh");
    } else if (kind === "case" && registry.cases.has(target.dataset.case)) {
      registry.cases.get(target.dataset.case)();
      document.querySelector(".map-side").scrollIntoView({ block: "nearest", behavior: calm ? "auto" : "smooth" });
    } else if (kind === "zone" && registry.zones.has(target.dataset.zone)) {
      registry.zones.get(target.dataset.zone)();
      document.querySelector(".map-side").scrollIntoView({ block: "nearest", behavior: calm ? "auto" : "smooth" });
    } else if (kind === "unit") {
      target.closest("[data-unit]:not(button)").dataset.unit = target.dataset.unit;
      target.parentNode.querySelectorAll("button").forEach(function (button) {
        button.setAttribute("aria-pressed", String(button === target));
      });
    }
  }

  document.addEventListener("click", function (event) {
    const target = event.target.closest && event.target.closest("button[data-eppv]");
    if (target) {
      act(target);
    }
  });

  setLanguage(firstLanguage()); // before any map takes its size
  document.addEventListener("DOMContentLoaded", declutterSoon);

  window.eppv = { map: createMap, base: base, zones: zones, cases: cases, sites: sites };
})();
