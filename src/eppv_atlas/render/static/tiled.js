/* Zones out of tiles beside the page: drawn on canvas, in step with the filters, with the popups of zones. */
(function () {
  "use strict";
  const eppv = window.eppv;
  if (eppv.tiled) {
    return;
  }

  const { both, el } = eppv;
  const TILE = 256;
  const SEEN = 3; // px: smaller zones are dots
  const PLAIN = 12; // px: smaller zones have no hatch

  /* looks by family and confidence, made once; what is not known looks schematic */
  const looks = new Map();
  function look(family, confidence) {
    const key = family + " " + confidence;
    if (!looks.has(key)) {
      const colours = eppv.looks.families[family] || eppv.looks.families.extent;
      const known = eppv.looks.confidences[confidence] || eppv.looks.confidences.schematic;
      looks.set(key, {
        colour: colours.colour,
        dash: known.dash ? known.dash.split(" ").map(Number) : [],
        fill: colours.fill,
        hatch: known.hatched ? eppv.grid.hatch(colours.colour) : null,
        width: known.width,
      });
    }
    return looks.get(key);
  }

  /* zones of a tile, ready to be drawn: large ones first, so that small ones lie on top */
  function ready(layers, rowOf) {
    const layer = layers.zones;
    if (!layer) {
      return { extent: 4096, zones: [] };
    }
    if (!layer.zones) {
      layer.zones = layer.features
        .filter((feature) => feature.kind === 3)
        .map((feature) => {
          let [west, north, east, south] = [Infinity, Infinity, -Infinity, -Infinity];
          feature.rings.forEach((ring) => {
            for (let i = 0; i < ring.length; i += 2) {
              west = Math.min(west, ring[i]);
              east = Math.max(east, ring[i]);
              north = Math.min(north, ring[i + 1]);
              south = Math.max(south, ring[i + 1]);
            }
          });
          return { ...feature, row: rowOf.get(feature.says.case), box: [west, north, east, south], size: Math.max(east - west, south - north) };
        })
        .filter((zone) => zone.row !== undefined)
        .sort((a, b) => (b.says.measured || 0) - (a.says.measured || 0) || b.size - a.size);
    }
    return { extent: layer.extent, zones: layer.zones };
  }

  function draw(pen, zone, at) {
    const style = look(zone.says.family, zone.says.confidence);
    const size = zone.size * at.scale;
    const [west, north, east, south] = zone.box.map((v, n) => (v - (n % 2 ? at.y : at.x)) * at.scale);
    if (east < -4 || south < -4 || west > TILE + 4 || north > TILE + 4) {
      return;
    }
    if (size < SEEN) {
      pen.globalAlpha = 0.8;
      pen.fillStyle = style.colour;
      pen.fillRect(Math.round(west), Math.round(north), SEEN, SEEN);
      return;
    }
    pen.beginPath();
    zone.rings.forEach((ring) => {
      pen.moveTo((ring[0] - at.x) * at.scale, (ring[1] - at.y) * at.scale);
      for (let i = 2; i < ring.length; i += 2) {
        pen.lineTo((ring[i] - at.x) * at.scale, (ring[i + 1] - at.y) * at.scale);
      }
      pen.closePath();
    });
    if (style.hatch && size > PLAIN) {
      style.pattern = style.pattern || pen.createPattern(style.hatch, "repeat");
      pen.globalAlpha = 1;
      pen.fillStyle = style.pattern;
    } else {
      pen.globalAlpha = Math.max(style.fill, size < PLAIN ? 0.45 : 0);
      pen.fillStyle = style.colour;
    }
    pen.fill("nonzero");
    pen.globalAlpha = 1;
    pen.strokeStyle = style.colour;
    pen.lineWidth = size < PLAIN ? 0.7 : style.width;
    pen.setLineDash(size < 24 ? [] : style.dash);
    pen.stroke();
  }

  /* the tile of the archive that holds a tile of the map, and where in it */
  function source(archive, coords, extent) {
    const z = Math.min(coords.z, archive.high);
    const parts = 2 ** (coords.z - z);
    const [x, y] = [Math.floor(coords.x / parts), Math.floor(coords.y / parts)];
    return { z, x, y, at: { scale: (TILE * parts) / extent, x: ((coords.x % parts) * extent) / parts, y: ((coords.y % parts) * extent) / parts } };
  }

  function inside(rings, x, y) {
    let turns = 0;
    rings.forEach((ring) => {
      for (let a = 0, b = ring.length - 2; a < ring.length; b = a, a += 2) {
        if (ring[a + 1] > y !== ring[b + 1] > y && x < ((ring[b] - ring[a]) * (y - ring[a + 1])) / (ring[b + 1] - ring[a + 1]) + ring[a]) {
          turns += ring[a + 1] > ring[b + 1] ? 1 : -1;
        }
      }
    });
    return turns !== 0;
  }

  function drawn(archive, state) {
    const ratio = Math.min(2, window.devicePixelRatio || 1);
    const Layer = L.GridLayer.extend({
      createTile(coords, done) {
        const tile = L.DomUtil.create("canvas", "leaflet-tile");
        tile.width = TILE * ratio;
        tile.height = TILE * ratio;
        tile.setAttribute("role", "presentation");
        const rough = source(archive, coords, 4096);
        archive.get(rough.z, rough.x, rough.y).then(
          (layers) => {
            const { extent, zones } = ready(layers, state.rowOf);
            const { at } = source(archive, coords, extent);
            const pen = tile.getContext("2d");
            pen.scale(ratio, ratio);
            zones.forEach((zone) => {
              if (!state.visible || state.visible[zone.row]) {
                draw(pen, zone, at);
              }
            });
            done(null, tile);
          },
          (error) => {
            state.failed(error);
            done(error, tile);
          }
        );
        return tile;
      },
    });
    return new Layer({ pane: "overlayPane", updateWhenZooming: false, keepBuffer: 1, tileSize: TILE, noWrap: true });
  }

  /* the smallest zone under a place */
  async function hit(map, archive, state, at) {
    const z = Math.min(Math.round(map.getZoom()), archive.high);
    const p = map.project(at.wrap(), z);
    const [x, y] = [Math.floor(p.x / TILE), Math.floor(p.y / TILE)];
    const { extent, zones } = ready(await archive.get(z, x, y), state.rowOf);
    const slack = (SEEN / TILE / 2 ** Math.max(0, map.getZoom() - z)) * extent;
    const [u, v] = [(p.x / TILE - x) * extent, (p.y / TILE - y) * extent];
    let best = null;
    zones.forEach((zone) => {
      const [west, north, east, south] = zone.box;
      const near = u >= west - slack && u <= east + slack && v >= north - slack && v <= south + slack;
      if (near && (!state.visible || state.visible[zone.row]) && (zone.size < 2 * slack || inside(zone.rings, u, v))) {
        if (!best || (zone.says.measured || 0) <= (best.says.measured || 0)) {
          best = zone;
        }
      }
    });
    return best;
  }

  /* what a zone says, as zones.js wants it */
  function told(says) {
    const pair = (name) => ({ zh: says[name + "_zh"] || "", en: says[name + "_en"] || says[name + "_zh"] || "" });
    return {
      id: says.zone,
      name: pair("name"),
      kind: pair("kind"),
      family: says.family in eppv.looks.families ? says.family : "extent",
      confidence: says.confidence in eppv.looks.confidences ? says.confidence : "schematic",
      how: pair("how"),
      stated: says.stated === undefined ? null : says.stated,
      told: says.page ? { value: pair("told"), page: says.page } : null,
      measured: says.measured || 0,
      difference: says.difference || null,
      madeFromStated: Boolean(says.made),
      unit: Boolean(says.unit),
    };
  }

  function note(text) {
    const node = document.querySelector(".serve-note");
    node.textContent = "";
    node.appendChild(both(text));
    node.hidden = false;
    eppv.maps.forEach((map) => map.invalidateSize({ pan: false }));
  }

  async function tiled(map, store, given) {
    if (window.location.protocol === "file:") {
      note(eppv.ui.serve_note);
      return;
    }
    const ids = store.text.id();
    const state = {
      failed: () => note(eppv.ui.tiles_broken),
      rowOf: new Map(Array.from({ length: store.count }, (_, i) => [ids.line(i), i])),
      visible: null,
    };
    let archive = null;
    try {
      archive = await eppv.archive.open(given.file);
    } catch (error) {
      note(error.message === "no ranges" ? eppv.ui.no_ranges : eppv.ui.tiles_broken);
      return;
    }
    const grid = drawn(archive, state);
    const wanted = () => map.getZoom() >= given.from;
    let on = true;
    function show() {
      const shown = on && wanted();
      document.documentElement.classList.toggle("zones-shown", shown);
      if (shown) {
        map.addLayer(grid);
      } else {
        map.removeLayer(grid);
      }
    }
    map.on("zoomend", show);
    map.eppvOverlay(
      eppv.ui.case_zones,
      (yes) => {
        on = yes;
        show();
      },
      { id: "zones" }
    );
    show();
    eppv.on("filtered-rows", (visible) => {
      state.visible = visible;
      if (map.hasLayer(grid)) {
        grid.redraw();
      }
    });
    state.visible = eppv.last("filtered-rows") || null;
    map.on("click", async (event) => {
      const busy = map.getContainer().classList.contains("is-measuring") || !map.hasLayer(grid);
      if (busy || eppv.marked === event.originalEvent) {
        return;
      }
      const zone = await hit(map, archive, state, event.latlng);
      if (zone) {
        const content = eppv.zones.popup(told(zone.says), store.short(zone.row), store.page(zone.row));
        L.popup({ maxWidth: 300, minWidth: 220, autoPanPadding: [12, 12] }).setLatLng(event.latlng).setContent(content).openOn(map);
      }
    });
    hover(map, archive, state, grid);
    eppv.emit("tiled", archive);
  }

  /* the name of the zone under the pointer, and whether it is schematic */
  function hover(map, archive, state, grid) {
    const tip = L.tooltip({ direction: "top", offset: [0, -6], className: "crowd-tip" });
    let over = "";
    let asked = 0;
    map.on("mousemove", async (event) => {
      if (!map.hasLayer(grid) || map.getContainer().classList.contains("is-measuring")) {
        return;
      }
      asked += 1;
      const mine = asked;
      const zone = await hit(map, archive, state, event.latlng);
      const key = zone ? zone.says.case + " " + zone.says.zone : "";
      if (mine !== asked || key === over) {
        return;
      }
      over = key;
      map.removeLayer(tip);
      if (zone) {
        const says = told(zone.says);
        const rough = eppv.looks.confidences[says.confidence].hatched;
        tip.setLatLng(event.latlng).setContent(el("span", "feature-tip", both(says.name), rough ? el("em", "rough-mark", both(eppv.ui.schematic_mark)) : null)).addTo(map);
      }
    });
    map.on("mouseout movestart", () => {
      over = "";
      asked += 1;
      map.removeLayer(tip);
    });
  }

  eppv.tiled = tiled;
})();
