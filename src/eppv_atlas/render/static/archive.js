/* Reads a PMTiles archive (version 3) by ranges, and the Mapbox Vector Tiles (version 2) in it.
   Both are open specifications: docs/tiles.md says what of them is read here. */
(function () {
  "use strict";
  const eppv = window.eppv;
  if (eppv.archive) {
    return;
  }

  const FIRST = 16384; // the head and the root directory lie in these bytes
  const KEPT = 400; // decoded tiles
  const utf8 = new TextDecoder();

  /* ---- bytes ---- */

  async function fetched(url, from, length) {
    const answer = await fetch(url, { headers: { Range: "bytes=" + from + "-" + (from + length - 1) } });
    if (answer.status !== 206) {
      if (answer.body) {
        answer.body.cancel(); // the whole file is not wanted
      }
      throw new Error(answer.ok ? "no ranges" : "status " + answer.status);
    }
    return new Uint8Array(await answer.arrayBuffer());
  }

  async function plain(bytes, compression) {
    if (compression === 1) {
      return bytes;
    }
    if (compression !== 2) {
      throw new Error("compression " + compression);
    }
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  }

  /* ---- PMTiles ---- */

  function head(bytes) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, 127);
    const long = (at) => view.getUint32(at, true) + view.getUint32(at + 4, true) * 2 ** 32;
    if (utf8.decode(bytes.subarray(0, 7)) !== "PMTiles" || bytes[7] !== 3 || bytes[99] !== 1) {
      throw new Error("no PMTiles of vector tiles");
    }
    return {
      root: [long(8), long(16)],
      leaves: long(40),
      tiles: long(56),
      directories: bytes[97],
      compression: bytes[98],
      low: bytes[100],
      high: bytes[101],
    };
  }

  function directory(raw) {
    const { next } = eppv.codec.reader(raw);
    const count = next();
    const column = () => Float64Array.from({ length: count }, next);
    const ids = column();
    for (let i = 1; i < count; i += 1) {
      ids[i] += ids[i - 1];
    }
    const runs = column();
    const lengths = column();
    const offsets = column();
    for (let i = 0; i < count; i += 1) {
      offsets[i] = offsets[i] ? offsets[i] - 1 : offsets[i - 1] + lengths[i - 1];
    }
    return { count, ids, lengths, offsets, runs };
  }

  /* number of a tile: all of the lower zooms, then along a Hilbert curve */
  function number(z, x, y) {
    let sum = (4 ** z - 1) / 3;
    let [a, b] = [x, y];
    for (let side = 2 ** (z - 1); side >= 1; side /= 2) {
      const right = a & side ? 1 : 0;
      const low = b & side ? 1 : 0;
      sum += side * side * ((3 * right) ^ low);
      if (!low) {
        if (right) {
          a = side - 1 - a;
          b = side - 1 - b;
        }
        [a, b] = [b, a];
      }
    }
    return sum;
  }

  function entry(held, id) {
    let [low, high] = [0, held.count - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      [low, high] = held.ids[middle] <= id ? [middle, high] : [low, middle - 1];
    }
    const found = held.count && held.ids[low] <= id && (!held.runs[low] || id < held.ids[low] + held.runs[low]);
    return found ? { at: held.offsets[low], leaf: !held.runs[low], length: held.lengths[low] } : null;
  }

  /* ---- Mapbox Vector Tiles ---- */

  /* fields of a message: act(field, value), where value is a number or bytes */
  function fields(raw, act) {
    const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
    let at = 0;
    function varint() {
      let value = 0;
      let worth = 1;
      let byte = 128;
      while (byte > 127) {
        byte = raw[at];
        at += 1;
        value += (byte & 127) * worth;
        worth *= 128;
      }
      return value;
    }
    while (at < raw.length) {
      const key = varint();
      const kind = key & 7;
      if (kind === 0) {
        act(key >> 3, varint());
      } else if (kind === 2) {
        const size = varint();
        act(key >> 3, raw.subarray(at, at + size));
        at += size;
      } else {
        act(key >> 3, kind === 1 ? view.getFloat64(at, true) : view.getFloat32(at, true));
        at += kind === 1 ? 8 : 4;
      }
    }
  }

  function numbers(raw) {
    const out = [];
    let value = 0;
    let shift = 0;
    raw.forEach((byte) => {
      value |= (byte & 127) << shift;
      shift += 7;
      if (byte < 128) {
        out.push(value >>> 0);
        value = 0;
        shift = 0;
      }
    });
    return out;
  }

  function scalar(raw) {
    let found = null;
    fields(raw, (field, held) => {
      if (field === 1) {
        found = utf8.decode(held);
      } else if (field === 6) {
        found = held % 2 ? -(held + 1) / 2 : held / 2;
      } else {
        found = field === 7 ? Boolean(held) : held;
      }
    });
    return found;
  }

  /* rings as runs of x, y in units of the tile */
  function rings(raw) {
    const given = numbers(raw);
    const out = [];
    let [x, y, at] = [0, 0, 0];
    while (at < given.length) {
      const order = given[at] & 7;
      let left = given[at] >> 3;
      at += 1;
      if (order === 1) {
        out.push([]);
      }
      left = order === 7 ? 0 : left; // the end of a ring has no points
      for (; left > 0; left -= 1) {
        x += (given[at] >>> 1) ^ -(given[at] & 1);
        y += (given[at + 1] >>> 1) ^ -(given[at + 1] & 1);
        at += 2;
        out[out.length - 1].push(x, y);
      }
    }
    return out;
  }

  function layer(raw) {
    const held = { name: "", extent: 4096, features: [], keys: [], values: [] };
    fields(raw, (field, found) => {
      if (field === 1) {
        held.name = utf8.decode(found);
      } else if (field === 2) {
        held.features.push(found);
      } else if (field === 3) {
        held.keys.push(utf8.decode(found));
      } else if (field === 4) {
        held.values.push(scalar(found));
      } else if (field === 5) {
        held.extent = found;
      }
    });
    held.features = held.features.map((message) => {
      const made = { kind: 0, rings: [], says: Object.create(null) };
      fields(message, (field, found) => {
        if (field === 2) {
          const tags = numbers(found);
          for (let t = 0; t < tags.length; t += 2) {
            made.says[held.keys[tags[t]]] = held.values[tags[t + 1]];
          }
        } else if (field === 3) {
          made.kind = found;
        } else if (field === 4) {
          made.rings = rings(found);
        }
      });
      return made;
    });
    return held;
  }

  function tile(raw) {
    const layers = {};
    fields(raw, (field, found) => {
      if (field === 3) {
        const made = layer(found);
        layers[made.name] = made;
      }
    });
    return layers;
  }

  /* ---- an archive: layers of a tile by name, each tile read once and kept for a while ---- */

  async function open(url) {
    const start = await fetched(url, 0, FIRST);
    const told = head(start);
    const [at, length] = told.root;
    const root = at + length <= start.length ? start.subarray(at, at + length) : await fetched(url, at, length);
    const top = directory(await plain(root, told.directories));
    const leaves = new Map();
    const kept = new Map();

    function leaf(found) {
      if (!leaves.has(found.at)) {
        leaves.set(found.at, fetched(url, told.leaves + found.at, found.length).then((bytes) => plain(bytes, told.directories)).then(directory));
      }
      return leaves.get(found.at);
    }

    /* one directory leads to the next */
    async function sought(held, id, depth) {
      const found = entry(held, id);
      return found && found.leaf ? (depth < 4 ? sought(await leaf(found), id, depth + 1) : null) : found;
    }

    async function read(z, x, y) {
      const found = await sought(top, number(z, x, y), 0);
      if (!found) {
        return {};
      }
      return tile(await plain(await fetched(url, told.tiles + found.at, found.length), told.compression));
    }

    function get(z, x, y) {
      const key = z + "/" + x + "/" + y;
      const held = kept.get(key) || read(z, x, y);
      kept.delete(key);
      kept.set(key, held);
      held.catch(() => kept.delete(key));
      if (kept.size > KEPT) {
        kept.delete(kept.keys().next().value);
      }
      return held;
    }
    return { get, high: told.high, low: told.low };
  }

  eppv.archive = { directory, entry, number, open, tile };
})();
