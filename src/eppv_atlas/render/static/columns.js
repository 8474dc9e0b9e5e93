/* The cases of a large atlas in columns, as crowd.py packs them. A row is a case, in the order of the list.
   Tables of texts are read when they are first wanted: one string each, its lines found by where they begin. */
(function () {
  "use strict";
  const eppv = window.eppv;
  if (eppv.columns) {
    return;
  }

  const { starts, varints } = eppv.store;
  const SAME = "\u0001"; // stands for the case's own name in a name, for the number in a figure
  const GROUPED = "\u0002"; // stands for the number with its thousands apart

  function lazy(make) {
    let made = null;
    return () => {
      made = made || make();
      return made;
    };
  }

  /* where each line of a text begins, and where one after the last would */
  function lines(text, count) {
    const begin = new Uint32Array(count + 1);
    let at = 0;
    for (let i = 1; i <= count; i += 1) {
      at = text.indexOf("\n", at) + 1;
      begin[i] = at;
    }
    return begin;
  }

  function table(bytes) {
    const text = new TextDecoder().decode(bytes) + "\n";
    let count = 1;
    for (let i = 0; i < bytes.length; i += 1) {
      count += bytes[i] === 10 ? 1 : 0;
    }
    const begin = lines(text, count);
    const line = (i) => text.slice(begin[i], begin[i + 1] - 1);
    function pair(i) {
      const [zh, en] = line(i).split("\t");
      return { zh, en: en === undefined ? zh : en };
    }
    return { begin, count, line, pair, text };
  }

  /* whole numbers that were written as steps */
  function stepped(raw, count) {
    const steps = varints(raw, count);
    const out = new Uint32Array(count);
    let value = 0;
    for (let i = 0; i < count; i += 1) {
      value += (steps[i] >>> 1) ^ -(steps[i] & 1);
      out[i] = value;
    }
    return out;
  }

  function facet(take, meta, f, count) {
    const counts = meta.many ? varints(take("facet-" + f + "-counts"), count) : null;
    const start = counts ? starts(counts) : null;
    const codes = varints(take("facet-" + f), start ? start[count] : count);
    return {
      ...meta,
      codes,
      start,
      has: (i, code) => (start ? codes.subarray(start[i], start[i + 1]).includes(code) : codes[i] === code),
      first: (i) => (start ? codes[start[i]] : codes[i]),
    };
  }

  function open(meta, raw) {
    const { count } = meta;
    const take = (stream) => raw.subarray(meta.streams[stream][0], meta.streams[stream][0] + meta.streams[stream][1]);
    const text = {};
    ["id", "short", "title", "place", "name", "label", "value", "number", "pinyin", "place-pinyin"].forEach((key) => {
      text[key] = lazy(() => table(take(key)));
    });
    const placeOf = stepped(take("place-codes"), count);
    const nameStart = starts(varints(take("names"), count));
    const nameOf = lazy(() => stepped(take("name-codes"), nameStart[count]));
    const figureStart = starts(varints(take("headlines"), count));
    const barStart = starts(varints(take("bars"), count));
    const figures = figureStart[count];
    const barCount = barStart[count];
    const labelOf = lazy(() => stepped(take("label-codes"), figures));
    const formOf = lazy(() => stepped(take("value-codes"), figures + barCount));
    const column = {};
    [
      ["page", figures],
      ["more-bars", count],
      ["position", count],
      ["bar-name", barCount],
      ["bar-family", barCount],
      ["bar-area", barCount],
      ["bar-confidence", barCount],
      ["bar-page", barCount],
    ].forEach(([key, size]) => {
      column[key] = lazy(() => (key === "bar-area" ? longs(take(key), size) : varints(take(key), size)));
    });
    const linked = meta.streams.linked ? varints(take("linked"), count) : null;

    function longs(bytes, size) {
      const from = eppv.codec.reader(bytes);
      return Float64Array.from({ length: size }, () => from.next());
    }

    function told(n) {
      const form = text.value().pair(formOf()[n]);
      const number = text.number().line(n);
      const whole = number.split(".");
      whole[0] = whole[0].replace(/\B(?=(\d{3})+$)/g, ",");
      const put = (words) => words.replace(SAME, number).replace(GROUPED, whole.join("."));
      return { zh: put(form.zh), en: put(form.en) };
    }

    /* name n of a case */
    function name(i, n) {
      const short = text.short().pair(i);
      const form = text.name().pair(nameOf()[nameStart[i] + n]);
      return { zh: form.zh.replace(SAME, () => short.zh), en: form.en.replace(SAME, () => short.en) };
    }

    function bar(i, b) {
      const page = column["bar-page"]()[b];
      const held = {
        name: name(i, column["bar-name"]()[b]),
        family: meta.families[column["bar-family"]()[b]],
        area: column["bar-area"]()[b],
        confidence: [""].concat(meta.confidences)[column["bar-confidence"]()[b]],
      };
      return page ? { ...held, value: told(figures + b), page } : held;
    }

    function range(from, to, make) {
      return Array.from({ length: to - from }, (_, k) => make(from + k));
    }

    const store = {
      count,
      meta,
      nameOf,
      nameStart,
      placeOf,
      text,
      facets: meta.facets.map((item, f) => facet(take, item, f, count)),
      short: (i) => text.short().pair(i),
      place: (i) => text.place().pair(placeOf[i]),
      id: (i) => text.id().line(i),
      page: (i) => ((linked ? linked[i] : true) ? text.id().line(i) + ".html" : ""),
      /* all that a card shows */
      card: (i) => ({
        id: store.id(i),
        short: store.short(i),
        title: text.title().pair(i),
        place: store.place(i),
        path: store.run(i).path,
        mode: store.run(i).mode,
        page: store.page(i),
        position: meta.confidences[column.position()[i]],
        headlines: range(figureStart[i], figureStart[i + 1], (n) => ({
          label: text.label().pair(labelOf()[n]),
          value: told(n),
          page: column.page()[n],
        })),
        bars: range(barStart[i], barStart[i + 1], (b) => bar(i, b)),
        moreBars: column["more-bars"]()[i],
      }),
      /* stretch of one path and mode that a row lies in */
      run: (i) => meta.runs[store.runOf[i]],
      runOf: new Uint16Array(count),
      row: (id) => {
        const ids = text.id();
        const at = id ? ("\n" + ids.text).indexOf("\n" + id + "\n") : -1;
        return at < 0 ? -1 : ids.begin.indexOf(at);
      },
    };
    meta.runs.forEach((run, r) => store.runOf.fill(r, run.from));
    Object.assign(store, eppv.store.coordinates(take("steps"), count, meta.scale));
    return store;
  }

  function load(meta, holder) {
    const bytes = eppv.codec.bytes(holder.textContent);
    holder.textContent = "";
    if (!window.DecompressionStream || !Blob.prototype.stream) {
      return Promise.reject(new Error("old browser"));
    }
    return eppv.store.inflate(bytes).then((raw) => open(meta, raw));
  }

  eppv.columns = { lines, load };
})();
