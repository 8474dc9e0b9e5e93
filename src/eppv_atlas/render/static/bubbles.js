/* Very many cases on one canvas: a pin where a case stands alone, else a circle with their number
   and a ring of the shares of their paths. Cells lie on the screen, so that no two circles meet. */
(function () {
  "use strict";
  const eppv = window.eppv;
  if (eppv.bubbles) {
    return;
  }

  const CELL = 72; // px
  const FINE = 40; // px, close by
  const CLOSE = 12; // zoom from which cells are fine
  const PIN = 0.62; // of the 40 px box of a pin
  const NAMED = 40; // so many pins alone have their name written
  const INK = "#1d2733";

  function short(count) {
    if (count < 10000) {
      return count.toLocaleString("en");
    }
    return eppv.lang() === "zh" ? (count / 10000).toFixed(1) + "万" : Math.round(count / 1000) + "k";
  }

  /* which cases share a cell: count, middle, extent, first of them, and how many of each path */
  function gather(store, visible, view, paths) {
    const { scale, cell, west, north, wide, high } = view;
    const cells = wide * high;
    const count = new Uint32Array(cells);
    const first = new Uint32Array(cells);
    const sumX = new Float64Array(cells);
    const sumY = new Float64Array(cells);
    const box = new Float64Array(cells * 4);
    const shares = new Uint32Array(cells * paths.length);
    const of = store.meta.runs.map((run) => paths.indexOf(run.path));
    for (let i = 0; i < store.count; i += 1) {
      if (visible[i]) {
        const x = store.xs[i];
        const y = store.ys[i];
        const column = Math.floor((x * scale) / cell) - west;
        const row = Math.floor((y * scale) / cell) - north;
        if (column >= 0 && row >= 0 && column < wide && row < high) {
          const c = row * wide + column;
          if (!count[c]) {
            first[c] = i;
            box.set([x, y, x, y], c * 4);
          }
          count[c] += 1;
          sumX[c] += x;
          sumY[c] += y;
          shares[c * paths.length + of[store.runOf[i]]] += 1;
          box[c * 4] = Math.min(box[c * 4], x);
          box[c * 4 + 1] = Math.min(box[c * 4 + 1], y);
          box[c * 4 + 2] = Math.max(box[c * 4 + 2], x);
          box[c * 4 + 3] = Math.max(box[c * 4 + 3], y);
        }
      }
    }
    const marks = [];
    for (let c = 0; c < cells; c += 1) {
      if (count[c]) {
        const radius = count[c] === 1 ? 12 : Math.min(cell / 2 - 3, 12 + 4.2 * Math.log10(count[c]));
        /* a circle is kept inside its cell, so that neighbours do not meet; a pin stands where its case is */
        const hold = (value, low) => (count[c] === 1 ? value : Math.min(Math.max(value, low + radius + 1), low + cell - radius - 1));
        marks.push({
          count: count[c],
          first: first[c],
          radius,
          x: hold((sumX[c] / count[c]) * scale, ((c % wide) + west) * cell),
          y: hold((sumY[c] / count[c]) * scale, (Math.floor(c / wide) + north) * cell),
          box: Array.from(box.subarray(c * 4, c * 4 + 4)),
          shares: Array.from(shares.subarray(c * paths.length, (c + 1) * paths.length)),
        });
      }
    }
    return marks;
  }

  function painter(store, paths) {
    const { glyphs, paths: looks } = store.meta.styles;
    const outline = paths.map((path) => new Path2D(looks[path].outline));
    const glyph = new Map(Object.keys(glyphs).map((mode) => [mode, new Path2D(glyphs[mode])]));

    function pin(pen, mark) {
      const run = store.run(mark.first);
      const p = paths.indexOf(run.path);
      pen.save();
      pen.translate(mark.x - 20 * PIN, mark.y - 20 * PIN);
      pen.scale(PIN, PIN);
      pen.fillStyle = looks[run.path].colour;
      pen.strokeStyle = "#fff";
      pen.lineWidth = 3.2;
      pen.stroke(outline[p]);
      pen.fill(outline[p]);
      pen.translate(8, 8);
      pen.lineWidth = 2.3;
      pen.lineCap = "round";
      pen.lineJoin = "round";
      pen.stroke(glyph.get(run.mode));
      pen.restore();
    }

    function ring(pen, mark, font) {
      const { x, y, radius } = mark;
      pen.beginPath();
      pen.arc(x, y, radius + 1, 0, 7);
      pen.fillStyle = "rgba(255, 255, 255, .95)";
      pen.fill();
      let from = -Math.PI / 2;
      mark.shares.forEach((share, p) => {
        if (share) {
          const to = from + (share / mark.count) * 2 * Math.PI;
          pen.beginPath();
          pen.arc(x, y, radius - 2, from, to);
          pen.lineWidth = 4.5;
          pen.strokeStyle = looks[paths[p]].colour;
          pen.stroke();
          from = to;
        }
      });
      pen.fillStyle = INK;
      pen.font = "600 " + (radius > 20 ? 12.5 : 11) + "px " + font;
      pen.textAlign = "center";
      pen.textBaseline = "middle";
      pen.fillText(short(mark.count), x, y + 0.5);
    }

    /* names of cases that stand alone, where there is room */
    function names(pen, marks, font) {
      const lone = marks.filter((mark) => mark.count === 1);
      if (lone.length > NAMED) {
        return;
      }
      const taken = marks.map((mark) => [mark.x - mark.radius, mark.y - mark.radius, mark.x + mark.radius, mark.y + mark.radius]);
      pen.font = "600 12px " + font;
      pen.textAlign = "center";
      pen.textBaseline = "top";
      pen.lineJoin = "round";
      pen.lineWidth = 3.5;
      pen.strokeStyle = "rgba(255, 255, 255, .92)";
      pen.fillStyle = INK;
      lone.forEach((mark) => {
        const text = eppv.say(store.short(mark.first));
        const half = pen.measureText(text).width / 2;
        const box = [mark.x - half, mark.y + 13, mark.x + half, mark.y + 29];
        if (!taken.some((other) => box[0] < other[2] && other[0] < box[2] && box[1] < other[3] && other[1] < box[3])) {
          taken.push(box);
          pen.strokeText(text, mark.x, mark.y + 14);
          pen.fillText(text, mark.x, mark.y + 14);
        }
      });
    }

    return (pen, marks) => {
      const font = window.getComputedStyle(document.documentElement).fontFamily;
      marks.forEach((mark) => (mark.count > 1 ? ring(pen, mark, font) : pin(pen, mark)));
      names(pen, marks, font);
    };
  }

  /* names of the base map keep clear of circles and pins */
  const shields = [];
  function shield(layer) {
    while (shields.length < layer.marks.length) {
      const n = shields.length;
      const held = {
        get isConnected() {
          return n < layer.marks.length && layer._container && layer._container.isConnected;
        },
        getBoundingClientRect() {
          const { x, y, radius } = layer.marks[n];
          const frame = layer._container.getBoundingClientRect();
          return { left: frame.left + x - radius, right: frame.left + x + radius, top: frame.top + y - radius, bottom: frame.top + y + radius };
        },
      };
      shields.push(held);
      eppv.labels.block(held);
    }
    eppv.labels.soon();
  }

  /* a layer of Leaflet; its marks are what stands on the screen now */
  function create(map, store) {
    const paths = Object.keys(store.meta.paths);
    const paint = painter(store, paths);
    const Layer = L.Renderer.extend({
      options: { pane: "markerPane", padding: 0.15 },
      marks: [],
      visible: new Uint8Array(store.count),

      _initContainer() {
        this._container = document.createElement("canvas");
        this._container.className = "bubbles";
        this._container.setAttribute("aria-hidden", "true");
      },

      _destroyContainer() {
        this._container.remove();
        delete this._container;
      },

      _updatePaths() {},

      _update() {
        if (map._animatingZoom && this._bounds) {
          return;
        }
        L.Renderer.prototype._update.call(this);
        const size = this._bounds.getSize();
        const ratio = Math.min(2, window.devicePixelRatio || 1);
        L.DomUtil.setPosition(this._container, this._bounds.min);
        this._container.width = size.x * ratio;
        this._container.height = size.y * ratio;
        this._container.style.width = size.x + "px";
        this._container.style.height = size.y + "px";
        const zoom = map.getZoom();
        const corner = this._bounds.min.add(map.getPixelOrigin()); // px of the world at this zoom
        const cell = zoom >= CLOSE ? FINE : CELL;
        const west = Math.floor(corner.x / cell);
        const north = Math.floor(corner.y / cell);
        this.scale = (256 * 2 ** zoom) / eppv.store.WORLD;
        this.marks = gather(
          store,
          this.visible,
          { scale: this.scale, cell, west, north, wide: Math.ceil(size.x / cell) + 1, high: Math.ceil(size.y / cell) + 1 },
          paths
        );
        const pen = this._container.getContext("2d");
        pen.scale(ratio, ratio);
        this.marks.forEach((mark) => {
          mark.x -= corner.x;
          mark.y -= corner.y;
        });
        paint(pen, this.marks);
        this.fire("drawn");
        shield(this);
      },

      show(visible) {
        this.visible = visible;
        if (this._map) {
          this._update();
        }
      },

      /* the mark under a place of the map */
      at(latlng) {
        const p = map.latLngToLayerPoint(latlng).subtract(this._bounds.min);
        let best = null;
        let least = Infinity;
        this.marks.forEach((mark) => {
          const far = Math.hypot(mark.x - p.x, mark.y - p.y);
          if (far < Math.min(least, mark.radius + (L.Browser.mobile ? 8 : 3))) {
            best = mark;
            least = far;
          }
        });
        return best;
      },

      /* where a mark stands */
      where(mark) {
        return map.layerPointToLatLng(L.point(mark.x, mark.y).add(this._bounds.min));
      },

      /* cases of a mark, so many at most */
      cases(mark, most) {
        const found = [];
        for (let i = mark.first; i < store.count && found.length < most; i += 1) {
          const [x, y] = [store.xs[i], store.ys[i]];
          if (this.visible[i] && x >= mark.box[0] && x <= mark.box[2] && y >= mark.box[1] && y <= mark.box[3]) {
            found.push(i);
          }
        }
        return found;
      },
    });
    return new Layer();
  }

  eppv.bubbles = { create };
})();
