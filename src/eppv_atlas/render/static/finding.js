/* Finding among many: the rules of search.js over whole columns at once, with a mark for each row. */
(function () {
  "use strict";
  const eppv = window.eppv;
  if (eppv.finding) {
    return;
  }

  const { fold } = eppv.search;
  const SHORT = 3; // a short Latin word has to be a whole one, short pinyin has to begin a name
  const KEPT = 12; // words whose marks are kept
  const LONGEST = 30; // letters of pinyin in one go
  const ODD = /[\u0080-\u3000\u3040-\u4dff\ua000-\uffff]/; // there is more to fold than case
  const WORD = /[^\s\u3000-\u9fff\uff00-\uffef,;:()“”"]/;
  const SAME = "\u0001"; // stands for the case's own name
  const LETTERS = Uint8Array.from({ length: 65536 }, (_, code) => (code > 31 && WORD.test(String.fromCharCode(code)) ? 1 : 0));

  /* a table folded; its lines stay lines */
  function folded(table) {
    const text = ODD.test(table.text) ? fold(table.text) : table.text.toLowerCase();
    const begin = text.length === table.text.length ? table.begin : eppv.columns.lines(text, table.count);
    return { begin, count: table.count, text };
  }

  function whole(text, from, size) {
    return !LETTERS[text.charCodeAt(from - 1) || 32] && !LETTERS[text.charCodeAt(from + size) || 32];
  }

  /* lines that hold a token */
  function scan(column, token, marks) {
    const { begin, text } = column;
    const strict = /^[a-z0-9]+$/.test(token) && token.length <= SHORT;
    let from = text.indexOf(token);
    let i = 0;
    let any = false;
    while (from >= 0) {
      while (begin[i + 1] <= from) {
        i += 1;
      }
      if (!strict || whole(text, from, token.length)) {
        marks[i] = 1;
        any = true;
        from = text.indexOf(token, begin[i + 1]);
      } else {
        from = text.indexOf(token, from + 1);
      }
    }
    return any;
  }

  function scanned(column, token) {
    const marks = new Uint8Array(column.count);
    return scan(column, token, marks) ? marks : null;
  }

  /* names in pinyin as numbers of syllables: one list for all tables */
  function syllables() {
    const known = new Map();
    function read(table) {
      const begin = new Uint32Array(table.count + 1);
      const codes = [];
      for (let i = 0; i < table.count; i += 1) {
        const line = table.line(i);
        if (line) {
          line.split(" ").forEach((word) => {
            let code = known.get(word);
            if (code === undefined) {
              code = known.size;
              known.set(word, code);
            }
            codes.push(code);
          });
        }
        begin[i + 1] = codes.length;
      }
      return { begin, codes: Uint16Array.from(codes), count: table.count };
    }
    return { known, read };
  }

  /* where a query may stand after each syllable, as bits: whole, by its initial, or cut short at the end */
  function steps(query, known) {
    const size = query.length;
    const out = new Uint32Array(known.size * size);
    known.forEach((code, syllable) => {
      for (let p = 0; p < size; p += 1) {
        for (let k = 1; k <= Math.min(syllable.length, size - p) && syllable[k - 1] === query[p + k - 1]; k += 1) {
          const initial = k === 1 || (k === 2 && /^[zcs]h/.test(syllable));
          if (k === syllable.length || initial || p + k === size) {
            out[code * size + p] |= 1 << (p + k);
          }
        }
      }
    });
    return out;
  }

  function spelled(names, query, table) {
    const size = query.length;
    const done = 1 << size;
    const marks = new Uint8Array(names.count);
    let any = false;
    for (let i = 0; i < names.count; i += 1) {
      const to = names.begin[i + 1];
      let state = 1;
      for (let s = names.begin[i]; s < to; s += 1) {
        const from = names.codes[s] * size;
        let next = 0;
        for (let p = 0, left = state; left; p += 1, left >>>= 1) {
          if (left & 1) {
            next |= table[from + p];
          }
        }
        if (next & done) {
          marks[i] = 1;
          any = true;
          break;
        }
        state = size > SHORT ? next | 1 : next;
        if (!state) {
          break;
        }
      }
    }
    return any ? marks : null;
  }

  /* what is to be done with marks, where there are any */
  function some(marks, act) {
    if (marks) {
      act(marks);
    }
  }

  function join(into, marks, how) {
    for (let i = 0; i < into.length; i += 1) {
      into[i] = how(into[i], marks[i]);
    }
    return into;
  }

  function finder(store) {
    const { count, nameStart, placeOf, text } = store;
    const ready = {};
    const once = (key, make) => {
      ready[key] = ready[key] || make();
      return ready[key];
    };
    const column = (name) => once(name, () => folded(text[name]()));
    const sounds = syllables();
    const spelling = (name) => once(name, () => sounds.read(text[name]()));
    /* words of what cases are filed under: path, modes, category by text, all of them by pinyin */
    const terms = store.facets.map((facet) => {
      const words = facet.values.map((value) => fold(value.name.zh + "\t" + value.name.en));
      const joined = words.join("\n") + "\n";
      const spoken = facet.values.map((value) => value.pinyin);
      return {
        facet,
        words: { begin: eppv.columns.lines(joined, words.length), count: words.length, text: joined },
        sounds: sounds.read({ count: spoken.length, line: (i) => spoken[i] }),
        told: ["path", "mode", "category"].includes(facet.id),
      };
    });

    function filed(facet, values, marks) {
      for (let i = 0; i < count; i += 1) {
        const to = facet.start ? facet.start[i + 1] : i + 1;
        for (let n = facet.start ? facet.start[i] : i; n < to; n += 1) {
          if (values[facet.codes[n]]) {
            marks[i] = 1;
          }
        }
      }
    }

    function placed(values, marks) {
      for (let i = 0; i < count; i += 1) {
        marks[i] |= values[placeOf[i]];
      }
    }

    /* rows of which some name has a mark; where only is given, no others */
    function named(values, marks, only) {
      const nameOf = store.nameOf();
      for (let i = 0; i < count; i += 1) {
        if (!marks[i] && (!only || only[i])) {
          for (let n = nameStart[i]; n < nameStart[i + 1]; n += 1) {
            if (values[nameOf[n]]) {
              marks[i] = 1;
              break;
            }
          }
        }
      }
    }

    /* a token that begins in the case's own name and ends behind it, or the other way round */
    function across(token, marks) {
      for (let k = 1; k < token.length; k += 1) {
        const [head, tail] = [token.slice(0, k), token.slice(k)];
        const after = scanned(column("name"), SAME + tail);
        const before = scanned(column("name"), head + SAME);
        some(after, (values) => named(values, marks, ends(head)));
        some(before, (values) => named(values, marks, begins(tail)));
      }
    }

    function ends(head) {
      const found = scanned(column("short"), head + "\t") || new Uint8Array(count);
      scan(column("short"), head + "\n", found);
      return found;
    }

    function begins(tail) {
      const { begin, text: all } = column("short");
      const found = new Uint8Array(count);
      for (let i = 0; i < count; i += 1) {
        found[i] = all.startsWith(tail, begin[i]) || all.slice(begin[i], begin[i + 1]).includes("\t" + tail) ? 1 : 0;
      }
      return found;
    }

    function held(token) {
      const marks = new Uint8Array(count);
      ["short", "title", "id"].forEach((name) => scan(column(name), token, marks));
      some(scanned(column("place"), token), (values) => placed(values, marks));
      some(scanned(column("name"), token), (values) => named(values, marks));
      if (token.length > 1 && /[^a-z0-9]/.test(token)) {
        across(token, marks);
      }
      terms.filter((term) => term.told).forEach((term) => some(scanned(term.words, token), (values) => filed(term.facet, values, marks)));
      return marks;
    }

    function sounding(query, marks) {
      const short = query.slice(0, LONGEST);
      const own = spelling("pinyin");
      const there = spelling("place-pinyin");
      const table = steps(short, sounds.known);
      some(spelled(own, short, table), (values) => join(marks, values, (a, b) => a | b));
      some(spelled(there, short, table), (values) => placed(values, marks));
      terms.forEach((term) => some(spelled(term.sounds, short, table), (values) => filed(term.facet, values, marks)));
    }

    /* what a reader waits for at the first key is made ready before it, a piece at a time */
    const pieces = ["short", "place", "title", "name", "id"].map((name) => () => column(name));
    pieces.push(() => spelling("pinyin"), () => spelling("place-pinyin"), () => store.nameOf());
    function prepare() {
      const piece = pieces.shift();
      if (piece) {
        piece();
        (window.requestIdleCallback || window.setTimeout)(prepare);
      }
    }

    /* whoever types a second word need not wait for the first again */
    const kept = new Map();
    function marked(word, sound) {
      const marks = kept.get(word) || held(fold(word));
      if (!kept.has(word) && /^[a-z]{4,}$/.test(sound)) {
        sounding(sound, marks);
      }
      kept.delete(word);
      kept.set(word, marks);
      if (kept.size > KEPT) {
        kept.delete(kept.keys().next().value);
      }
      return marks;
    }

    function find(query) {
      const words = query.normalize("NFC").split(/[\s,，、;；]+/).filter(Boolean);
      const spellings = words.map((word) => fold(word.replace(/[üÜ]/g, "v")).replace(/'/g, ""));
      const joined = spellings.join("");
      let all = null;
      words.forEach((word, n) => {
        const marks = marked(word, spellings[n]);
        all = all ? join(all, marks, (a, b) => a & b) : marks.slice();
      });
      if (joined.length > 1 && spellings.every((word) => /^[a-z]+$/.test(word))) {
        sounding(joined, all);
      }
      return all || new Uint8Array(count).fill(1);
    }
    return { find, prepare };
  }

  /* what the filters leave, as facets.js counts it, a column at a time */
  function tally(count, facets, chosen, passes) {
    const refusals = new Uint8Array(count);
    const refused = new Uint8Array(count);
    facets.forEach((facet, f) => {
      if (!chosen[f].size) {
        return;
      }
      const { codes, start } = facet;
      const want = Uint8Array.from(facet.values, (_, v) => (chosen[f].has(v) ? 1 : 0));
      for (let i = 0; i < count; i += 1) {
        let fits = 0;
        const to = start ? start[i + 1] : i + 1;
        for (let n = start ? start[i] : i; n < to; n += 1) {
          fits |= want[codes[n]];
        }
        if (!fits) {
          refusals[i] += 1;
          refused[i] = f;
        }
      }
    });
    const visible = new Uint8Array(count);
    let left = 0;
    for (let i = 0; i < count; i += 1) {
      if (passes && !passes[i]) {
        refusals[i] = 9;
      } else if (!refusals[i]) {
        visible[i] = 1;
        left += 1;
      }
    }
    const counts = facets.map((facet, f) => {
      const out = new Uint32Array(facet.values.length);
      const { codes, start } = facet;
      for (let i = 0; i < count; i += 1) {
        if (!refusals[i] || (refusals[i] === 1 && refused[i] === f)) {
          const to = start ? start[i + 1] : i + 1;
          for (let n = start ? start[i] : i; n < to; n += 1) {
            out[codes[n]] += 1;
          }
        }
      }
      return out;
    });
    return { counts, left, visible };
  }

  eppv.finding = { finder, tally };
})();
