/* Zones of cases: a shape each, hatched and dashed where it is schematic, with a popup and a name. */
(function () {
  "use strict";
  const eppv = window.eppv;
  if (eppv.zones) {
    return;
  }

  const { both, el, row } = eppv;

  function stated(zone) {
    if (!zone.told) {
      return el("span", "none", both(eppv.ui.not_stated));
    }
    const box = el("span", "", el("strong", "", both(zone.told.value)), " ", eppv.pageOf(zone.told.page));
    if (zone.stated !== null) {
      box.appendChild(el("span", "small", both(eppv.ui.converted), " ", eppv.areaLine(zone.stated)));
    }
    return box;
  }

  function zonePopup(zone, short, page) {
    const box = el("div", "popup family-" + zone.family);
    box.appendChild(el("h3", "", both(zone.name)));
    box.appendChild(el("p", "small", both(zone.kind), " · ", both(short), " ", eppv.badge(zone.confidence)));
    const list = el("dl", "");
    row(list, eppv.ui.stated, stated(zone));
    const note = zone.unit ? el("span", "small made", both(eppv.ui.unit_note)) : null;
    row(list, eppv.ui.measured, el("span", "", eppv.areaLine(zone.measured), note));
    if (zone.madeFromStated) {
      row(list, eppv.ui.difference, el("span", "made", both(eppv.ui.made_from_stated)));
    } else if (zone.difference) {
      row(list, eppv.ui.difference, zone.difference);
    }
    row(list, eppv.ui.how, both(zone.how));
    box.appendChild(list);
    if (page) {
      const link = el("a", "open-case", both(eppv.ui.open_case), " →");
      link.href = page;
      box.appendChild(link);
    }
    return box;
  }

  function zoneStyle(zone) {
    const look = eppv.zoneLook(zone);
    return {
      color: look.colour,
      weight: look.width,
      dashArray: look.dash || null,
      fillColor: look.hatched ? "url(#hatch-" + zone.family + ")" : look.colour,
      fillOpacity: look.hatched ? 1 : look.fill,
    };
  }

  function outline(zone, scale) {
    const style = zoneStyle(zone);
    if (!zone.cells) {
      return L.polygon(eppv.codec.polygons(zone.shape, scale), style);
    }
    return L.featureGroup(eppv.codec.polygons(zone.shape, scale).map((rings) => L.polygon(rings, style)));
  }

  function drawZone(map, zone, item, given) {
    const group = L.layerGroup();
    const shape = outline(zone, given.scale);
    const popup = L.popup({ maxWidth: 300, minWidth: 220, autoPanPadding: [12, 12] });
    function open(at) {
      popup.setContent(zonePopup(zone, item.short, given.detail ? "" : item.page));
      popup.setLatLng(at).openOn(map);
      if (given.detail) {
        eppv.state.write("zone", zone.id);
      }
    }
    popup.on("remove", () => {
      if (eppv.state.read("zone") === zone.id) {
        eppv.state.write("zone", "");
      }
    });
    shape.on("click", (event) => {
      L.DomEvent.stopPropagation(event);
      open(event.latlng);
    });
    const look = eppv.zoneLook(zone);
    shape.eppvWeight = look.width;
    shape.on("mouseover", () => shape.setStyle({ weight: shape.eppvWeight + 1.6 }));
    shape.on("mouseout", () => shape.setStyle({ weight: shape.eppvWeight }));
    group.addLayer(shape);
    group.on("add", () => {
      if (zone.cells) {
        return; // a grid is reached by its table row, not cell by cell
      }
      const path = shape.getElement();
      if (path && !path.dataset.reachable) {
        path.dataset.reachable = "yes";
        path.dataset.zone = zone.id;
        eppv.named(path, zone.name);
        eppv.pressed(path, () => open([zone.at[1], zone.at[0]]));
      }
    });
    const text = el("span", "zone-name-label family-" + zone.family, both(zone.name));
    if (look.hatched) {
      text.appendChild(el("em", "", both(eppv.ui.schematic_mark)));
    }
    text.classList.add(zone.atTop ? "at-top" : "at-centre");
    const places = eppv.phone() ? undefined : ["there", "lower", "upper"];
    group.addLayer(eppv.labels.add(map, zone.at, text, { priority: 50 + zone.rank, pane: "names", places, fit: true }));
    if (given.detail) {
      eppv.opens.zone.set(zone.id, () => {
        map.fitBounds(shape.getBounds(), { maxZoom: 13, padding: [40, 40], animate: false });
        open([zone.at[1], zone.at[0]]);
      });
    }
    group.eppv = { zone, shape, text, cases: item.case };
    return group;
  }

  function zones(map, id) {
    eppv.frame.ready(map);
    const given = eppv.data(id);
    const all = L.layerGroup();
    const drawn = [];
    let visible = null; // ids of the cases that the filters leave; null for all
    given.cases.forEach((item) => {
      item.zones.forEach((zone, index) => {
        zone.rank = index;
        drawn.push(drawZone(map, zone, item, given));
      });
    });
    /* a zone that is large on the screen is drawn at once */
    function large(group) {
      const bounds = group.eppv.shape.getBounds();
      const a = map.latLngToContainerPoint(bounds.getNorthWest());
      const b = map.latLngToContainerPoint(bounds.getSouthEast());
      return Math.max(b.x - a.x, b.y - a.y) >= 60 && map.getBounds().intersects(bounds);
    }
    function show() {
      const near = map.getZoom() >= given.fromZoom;
      document.documentElement.classList.toggle("zones-shown", near);
      drawn.forEach((group) => {
        const want = (near || large(group)) && (!visible || visible.has(group.eppv.cases));
        if (want && !all.hasLayer(group)) {
          all.addLayer(group);
        } else if (!want && all.hasLayer(group)) {
          all.removeLayer(group);
        }
      });
    }
    map.on("zoomend moveend", show);
    show();
    eppv.on("filtered", (ids) => {
      visible = ids;
      show();
    });
    map.eppvZones = drawn;
    eppv.frame.overlay(map, all, eppv.ui.case_zones, { id: "zones" });
    if (given.detail) {
      eppv.state.define("zone", (value) => {
        if (eppv.opens.zone.has(value)) {
          eppv.opens.zone.get(value)();
        } else {
          map.closePopup();
          eppv.state.write("zone", "");
        }
      });
    }
  }

  zones.popup = zonePopup;
  eppv.zones = zones;
})();
