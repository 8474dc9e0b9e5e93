/* Many features in typed arrays: geometry as whole numbers, columns, and an index of boxes.
   Positions are whole steps of the world square of Web Mercator, 2³⁰ a side (4 cm): for drawing only. */
(function () {
  "use strict";
  const eppv = window.eppv;
  if (eppv.store) {
    return;
  }

  const WORLD = 2 ** 30;
  const NODE = 16;
  const utf8 = new TextDecoder();

  function inflate(bytes) {
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    return new Response(stream).arrayBuffer().then((buffer) => new Uint8Array(buffer));
  }

  /* every varint of a run */
  function varints(raw, count) {
    const out = new Uint32Array(count);
    let at = 0;
    for (let i = 0; i < count; i += 1) {
      let value = 0;
      let shift = 0;
      let byte = 128;
      while (byte > 127) {
        byte = raw[at];
        at += 1;
        value |= (byte & 127) << shift;
        shift += 7;
      }
      out[i] = value >>> 0;
    }
    return out;
  }

  /* the same for numbers that may pass 2³² */
  function longs(raw, count) {
    const from = eppv.codec.reader(raw);
    const out = new Float64Array(count);
    for (let i = 0; i < count; i += 1) {
      out[i] = from.next();
    }
    return out;
  }

  /* where each run begins, from how long each is */
  function starts(lengths) {
    const out = new Uint32Array(lengths.length + 1);
    for (let i = 0; i < lengths.length; i += 1) {
      out[i + 1] = out[i] + lengths[i];
    }
    return out;
  }

  /* latitude in steps → northing from the top of the world square; a table, straight in between: off by 2 cm at most */
  function northings(scale) {
    const every = scale / 100;
    const top = Math.round(85.06 * 100);
    const table = new Float64Array(2 * top + 2);
    for (let i = 0; i < table.length; i += 1) {
      const sin = Math.sin((((i - top) / 100) * Math.PI) / 180);
      table[i] = WORLD * (0.5 - Math.log((1 + sin) / (1 - sin)) / (4 * Math.PI));
    }
    return (lat) => {
      const at = Math.max(0, Math.min(2 * top, lat / every + top));
      const whole = Math.floor(at);
      return table[whole] + (table[whole + 1] - table[whole]) * (at - whole);
    };
  }

  function coordinates(raw, total, scale) {
    const xs = new Int32Array(total);
    const ys = new Int32Array(total);
    const north = northings(scale);
    const east = WORLD / (360 * scale);
    let at = 0;
    let x = 180 * scale;
    let y = 0;
    for (let i = 0; i < total; i += 1) {
      for (let axis = 0; axis < 2; axis += 1) {
        let byte = raw[at];
        at += 1;
        let value = byte & 127;
        let shift = 7;
        while (byte > 127) {
          byte = raw[at];
          at += 1;
          value |= (byte & 127) << shift;
          shift += 7;
        }
        const step = (value >>> 1) ^ -(value & 1);
        if (axis) {
          y += step;
        } else {
          x += step;
        }
      }
      xs[i] = x * east;
      ys[i] = north(y);
    }
    return { xs, ys };
  }

  function boxes(store) {
    const out = new Int32Array(store.count * 4);
    for (let i = 0; i < store.count; i += 1) {
      const from = store.pointStart[store.ringStart[i]];
      const to = store.pointStart[store.ringStart[i + 1]];
      let [west, north, east, south] = [WORLD, WORLD, -1, -1];
      for (let p = from; p < to; p += 1) {
        const [x, y] = [store.xs[p], store.ys[p]];
        west = x < west ? x : west;
        east = x > east ? x : east;
        north = y < north ? y : north;
        south = y > south ? y : south;
      }
      out.set([west, north, east, south], i * 4);
    }
    return out;
  }

  /* a tree of boxes over features that already lie along a curve: nothing to sort */
  function index(box, count) {
    const levels = [];
    let below = box;
    let size = count;
    while (size > NODE) {
      const next = Math.ceil(size / NODE);
      const level = new Int32Array(next * 4);
      for (let n = 0; n < next; n += 1) {
        let [west, north, east, south] = [WORLD, WORLD, -1, -1];
        for (let c = n * NODE; c < Math.min(size, (n + 1) * NODE); c += 1) {
          west = Math.min(west, below[c * 4]);
          north = Math.min(north, below[c * 4 + 1]);
          east = Math.max(east, below[c * 4 + 2]);
          south = Math.max(south, below[c * 4 + 3]);
        }
        level.set([west, north, east, south], n * 4);
      }
      levels.push(level);
      below = level;
      size = next;
    }

    function visit(depth, from, to, west, north, east, south, act) {
      const level = depth < 0 ? box : levels[depth];
      const held = level.length / 4;
      for (let n = from; n < Math.min(to, held); n += 1) {
        if (level[n * 4] <= east && level[n * 4 + 2] >= west && level[n * 4 + 1] <= south && level[n * 4 + 3] >= north) {
          if (depth < 0) {
            act(n);
          } else {
            visit(depth - 1, n * NODE, (n + 1) * NODE, west, north, east, south, act);
          }
        }
      }
    }
    return (west, north, east, south, act) => visit(levels.length - 1, 0, Infinity, west, north, east, south, act);
  }

  /* order of drawing: large boxes first, so that small shapes lie on top */
  function ranks(box, count) {
    const keys = new Float64Array(count);
    const wide = 2 ** Math.ceil(Math.log2(Math.max(2, count)));
    for (let i = 0; i < count; i += 1) {
      const size = Math.max(box[i * 4 + 2] - box[i * 4], box[i * 4 + 3] - box[i * 4 + 1], 0);
      keys[i] = (WORLD - Math.min(size, WORLD)) * wide + i;
    }
    keys.sort();
    const rank = new Uint32Array(count);
    const at = new Uint32Array(count);
    for (let r = 0; r < count; r += 1) {
      at[r] = keys[r] % wide;
      rank[at[r]] = r;
    }
    return { at, rank };
  }

  /* by winding, as the fill goes: overlapping parts of one feature are inside it */
  function inside(store, i, x, y) {
    let turns = 0;
    for (let ring = store.ringStart[i]; ring < store.ringStart[i + 1]; ring += 1) {
      const from = store.pointStart[ring];
      const to = store.pointStart[ring + 1];
      for (let a = from, b = to - 1; a < to; b = a, a += 1) {
        const ya = store.ys[a];
        const yb = store.ys[b];
        if (ya > y !== yb > y && x < ((store.xs[b] - store.xs[a]) * (y - ya)) / (yb - ya) + store.xs[a]) {
          turns += ya > yb ? 1 : -1;
        }
      }
    }
    return turns !== 0;
  }

  function column(field, take, count) {
    if (field.kind === "text") {
      const zh = texts(take, field.stream, count);
      const en = field.both ? texts(take, field.stream + "-en", count) : zh;
      return (i) => (zh(i) ? { zh: zh(i), en: en(i) } : null);
    }
    if (field.kind === "code") {
      const codes = varints(take(field.stream), count);
      field.codes = codes;
      return (i) => (codes[i] ? field.values[codes[i] - 1] : null);
    }
    if (field.kind === "area") {
      const cents = longs(take(field.stream), count);
      return (i) => (cents[i] ? (cents[i] - 1) / 100 : null);
    }
    const raw = take(field.stream);
    const numbers = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
    return (i) => {
      const value = numbers.getFloat64(i * 8, true);
      return Number.isNaN(value) ? null : value;
    };
  }

  /* texts are read out of the bytes one by one, when they are wanted */
  function texts(take, name, count) {
    const raw = take(name);
    const begin = starts(varints(take(name + "-lengths"), count));
    return (i) => utf8.decode(raw.subarray(begin[i], begin[i + 1]));
  }

  function open(meta, raw) {
    const take = (name) => raw.subarray(meta.streams[name][0], meta.streams[name][0] + meta.streams[name][1]);
    const count = meta.count;
    const ringStart = starts(varints(take("rings"), count));
    const pointStart = starts(varints(take("points"), ringStart[count]));
    const store = { count, meta, pointStart, ringStart, points: meta.points };
    Object.assign(store, coordinates(take("steps"), pointStart[pointStart.length - 1], meta.scale));
    store.box = boxes(store);
    store.search = index(store.box, count);
    store.order = ranks(store.box, count);
    store.group = varints(take("group"), count);
    store.confidence = varints(take("confidence"), count);
    const zh = texts(take, "title-zh", count);
    const en = meta.streams["title-en"] ? texts(take, "title-en", count) : zh;
    store.title = (i) => ({ zh: zh(i), en: en(i) });
    store.pinyin = meta.streams.pinyin ? texts(take, "pinyin", count) : () => "";
    store.visible = new Uint8Array(count).fill(1);
    /* the order of lists: as the data came, where that is told */
    const place = meta.streams.place ? varints(take("place"), count) : null;
    store.listed = Uint32Array.from(store.visible, (_, i) => i);
    if (place) {
      store.listed.sort((a, b) => place[a] - place[b]);
    }
    store.fields = meta.fields.map((field) => Object.assign(field, { get: column(field, take, count) }));
    store.has = (i) => ringStart[i + 1] > ringStart[i]; // whether it has a shape
    store.inside = (i, x, y) => inside(store, i, x, y);
    return store;
  }

  /* the store of a layer; the text of the page is let go once it is read */
  function load(meta, holder) {
    const bytes = eppv.codec.bytes(holder.textContent);
    holder.textContent = "";
    if (!meta.deflated) {
      return Promise.resolve(open(meta, bytes));
    }
    if (!window.DecompressionStream || !Blob.prototype.stream) {
      return Promise.reject(new Error("old browser"));
    }
    return inflate(bytes).then((raw) => open(meta, raw));
  }

  /* between the world square and degrees */
  function lonlat(x, y) {
    return [(x / WORLD) * 360 - 180, (Math.atan(Math.sinh(Math.PI * (1 - (2 * y) / WORLD))) * 180) / Math.PI];
  }

  function world(lon, lat) {
    const sin = Math.sin((Math.max(-85.05, Math.min(85.05, lat)) * Math.PI) / 180);
    return [((lon + 180) / 360) * WORLD, WORLD * (0.5 - Math.log((1 + sin) / (1 - sin)) / (4 * Math.PI))];
  }

  eppv.store = { WORLD, coordinates, inflate, load, lonlat, ranks, starts, varints, world };
})();
