/* Draws a store on tiles of canvas: shapes as paths, shapes smaller than a pixel or two as dots. */
(function () {
  "use strict";
  const eppv = window.eppv;
  if (eppv.grid) {
    return;
  }

  const TILE = 256;
  const DOT = 2; // px: smaller shapes are dots
  const HATCH = 8;

  function hatch(colour) {
    const cell = document.createElement("canvas");
    cell.width = HATCH;
    cell.height = HATCH;
    const pen = cell.getContext("2d");
    pen.globalAlpha = 0.1;
    pen.fillStyle = colour;
    pen.fillRect(0, 0, HATCH, HATCH);
    pen.globalAlpha = 0.55;
    pen.strokeStyle = colour;
    pen.lineWidth = 1.6;
    pen.beginPath();
    [-HATCH, 0, HATCH].forEach((x) => {
      pen.moveTo(x - 1, HATCH + 1);
      pen.lineTo(x + HATCH + 1, -1);
    });
    pen.stroke();
    return cell;
  }

  /* looks by group and confidence, made once */
  function palette(store) {
    const made = new Map();
    return (i) => {
      const key = store.group[i] * 64 + store.confidence[i];
      if (!made.has(key)) {
        const group = store.meta.groups[store.group[i]];
        const known = eppv.looks.confidences[store.meta.confidences[store.confidence[i]]];
        const look = known || { dash: "2 3", width: 1.2, hatched: false };
        made.set(key, {
          key,
          colour: group.colour,
          fill: group.fill,
          dash: look.dash ? look.dash.split(" ").map(Number) : [],
          width: look.width,
          hatch: look.hatched ? hatch(group.colour) : null,
        });
      }
      return made.get(key);
    };
  }

  /* one ring, leaving out points that fall on the one before */
  function trace(pen, store, ring, west, north, scale) {
    const from = store.pointStart[ring];
    const to = store.pointStart[ring + 1];
    let lastX = (store.xs[from] - west) * scale;
    let lastY = (store.ys[from] - north) * scale;
    pen.moveTo(lastX, lastY);
    for (let p = from + 1; p < to; p += 1) {
      const x = (store.xs[p] - west) * scale;
      const y = (store.ys[p] - north) * scale;
      const far = Math.abs(x - lastX) + Math.abs(y - lastY);
      if (far > 0.8 || p === to - 1) {
        pen.lineTo(x, y);
        lastX = x;
        lastY = y;
      }
    }
    pen.closePath();
  }

  function painter(store) {
    const look = palette(store);
    const dab = store.count > 20000 ? 1.4 : 3; // px: dots of a crowd are fine, those of a few can be seen
    const box = store.box;
    return function paint(canvas, coords, zoom, ratio) {
      const pen = canvas.getContext("2d");
      const side = eppv.store.WORLD / 2 ** zoom;
      const west = coords.x * side;
      const north = coords.y * side;
      const scale = TILE / side;
      const edge = (store.points ? 8 : 3) / scale;
      const found = [];
      store.search(west - edge, north - edge, west + side + edge, north + side + edge, (i) => {
        if (store.visible[i]) {
          found.push(store.order.rank[i]);
        }
      });
      const ranks = Uint32Array.from(found).sort();
      pen.scale(ratio, ratio);
      const taken = new Uint8Array(TILE * TILE);
      let brush = null;
      ranks.forEach((rank) => {
        const i = store.order.at[rank];
        const wide = (box[i * 4 + 2] - box[i * 4]) * scale;
        const high = (box[i * 4 + 3] - box[i * 4 + 1]) * scale;
        const style = look(i);
        if (store.points) {
          point(pen, style, (box[i * 4] - west) * scale, (box[i * 4 + 1] - north) * scale);
          return;
        }
        if (wide < DOT && high < DOT) {
          const x = Math.floor((box[i * 4] - west) * scale);
          const y = Math.floor((box[i * 4 + 1] - north) * scale);
          const cell = y * TILE + x;
          if (x >= 0 && y >= 0 && x < TILE && y < TILE && !taken[cell]) {
            taken[cell] = 1;
            if (brush !== style.colour) {
              brush = style.colour;
              pen.fillStyle = brush;
            }
            pen.globalAlpha = 0.8;
            pen.fillRect(x, y, dab, dab);
          }
          return;
        }
        brush = null;
        shape(pen, store, i, style, { west, north, scale, size: Math.max(wide, high) });
      });
    };
  }

  function point(pen, style, x, y) {
    pen.beginPath();
    pen.arc(x, y, 4, 0, 7);
    pen.globalAlpha = 0.85;
    pen.fillStyle = style.colour;
    pen.fill();
    pen.globalAlpha = 1;
    pen.lineWidth = 1;
    pen.strokeStyle = "#fff";
    pen.stroke();
  }

  function shape(pen, store, i, style, at) {
    pen.beginPath();
    for (let ring = store.ringStart[i]; ring < store.ringStart[i + 1]; ring += 1) {
      trace(pen, store, ring, at.west, at.north, at.scale);
    }
    if (style.hatch && at.size > 12) {
      pen.globalAlpha = 1;
      style.pattern = style.pattern || pen.createPattern(style.hatch, "repeat");
      pen.fillStyle = style.pattern;
    } else {
      pen.globalAlpha = Math.max(style.fill, at.size < 12 ? 0.45 : 0);
      pen.fillStyle = style.colour;
    }
    pen.fill("nonzero");
    pen.globalAlpha = 1;
    pen.strokeStyle = style.colour;
    pen.lineWidth = at.size < 12 ? 0.7 : style.width;
    pen.setLineDash(at.size < 24 ? [] : style.dash);
    pen.stroke();
  }

  /* a Leaflet layer that draws the store */
  const Grid = {
    hatch,
    create(store) {
      const paint = painter(store);
      const ratio = Math.min(2, window.devicePixelRatio || 1);
      const Layer = L.GridLayer.extend({
        createTile(coords) {
          const tile = L.DomUtil.create("canvas", "leaflet-tile");
          tile.width = TILE * ratio;
          tile.height = TILE * ratio;
          tile.setAttribute("role", "presentation");
          paint(tile, coords, coords.z, ratio);
          return tile;
        },
      });
      return new Layer({ pane: "overlayPane", updateWhenZooming: false, keepBuffer: 1, tileSize: TILE });
    },
  };

  eppv.grid = Grid;
})();
