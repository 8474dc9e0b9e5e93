/* What is shown, in the address: #lang=zh&path=empowerment&case=… so that a link brings it back.
   Values come from outside: each key is checked by whoever defined it before it is used. */
(function () {
  "use strict";
  const eppv = window.eppv;
  if (eppv.state) {
    return;
  }

  const ORDER = "lang q path mode category province batch ecosystem confidence case zone view base layers unit year try set from embed".split(" ");
  const defined = new Map();
  let kept = new Map();
  let given = new Map(); // what the address held, also for keys that are defined later
  let written = null;

  function decode(raw) {
    try {
      return decodeURIComponent(raw.replace(/\+/g, " "));
    } catch {
      return "";
    }
  }

  function parse() {
    const raw = window.location.hash.slice(1);
    const found = new Map();
    if (raw.includes("=")) {
      raw.split("&").forEach((pair) => {
        const cut = pair.indexOf("=");
        const key = cut > 0 ? decode(pair.slice(0, cut)) : "";
        if (/^[a-z][a-z0-9_-]*$/i.test(key)) {
          found.set(key, decode(pair.slice(cut + 1)).slice(0, 2000));
        }
      });
    }
    return found;
  }

  function code(raw) {
    return encodeURIComponent(raw).replace(/%(?:2C|2F|3A)/g, decodeURIComponent);
  }

  function spell(values) {
    const keys = Array.from(values.keys());
    keys.sort((a, b) => (ORDER.indexOf(a) + 1 || 99) - (ORDER.indexOf(b) + 1 || 99) || (a < b ? -1 : 1));
    return keys.map((key) => key + "=" + code(values.get(key))).join("&");
  }

  function put() {
    const hash = spell(kept);
    if (hash === written || (!hash && !parse().size)) {
      return;
    }
    written = hash;
    if (window.location.protocol === "about:") {
      return; // shown from inside another page: an address of its own would be that page's
    }
    const target = hash ? "#" + hash : "#";
    try {
      window.history.replaceState(null, "", target);
    } catch {
      window.location.replace(target); // a sandboxed frame may not use its history
    }
  }

  function read(key) {
    return kept.has(key) ? kept.get(key) : "";
  }

  function write(key, value) {
    if (read(key) === (value || "")) {
      return;
    }
    if (value) {
      kept.set(key, String(value));
    } else {
      kept.delete(key);
    }
    if (eppv.started) {
      put();
    }
  }

  /* a key of the address: apply(value) is called at the start and whenever somebody changes the address */
  function define(key, act) {
    defined.set(key, act);
    if (eppv.started) {
      if (given.get(key)) {
        kept.set(key, given.get(key));
        put();
      }
      act(read(key));
    }
  }

  function apply() {
    given = parse();
    kept = new Map();
    defined.forEach((_, key) => {
      if (given.get(key)) {
        kept.set(key, given.get(key));
      }
    });
    written = spell(kept);
    ["lang", "embed", "unit", "base", "layers", "view", ...ORDER].filter((key, i, all) => all.indexOf(key) === i).forEach((key) => {
      if (defined.has(key)) {
        defined.get(key)(given.get(key) || "");
      }
    });
    defined.forEach((act, key) => {
      if (!ORDER.includes(key)) {
        act(given.get(key) || "");
      }
    });
    emitChange();
  }

  function emitChange() {
    eppv.emit("state");
    put();
  }

  /* this page's address with its state; a page on a disk is named by its file alone */
  function address(extra) {
    const values = new Map(kept);
    values.set("lang", eppv.lang());
    Object.keys(extra || {}).forEach((key) => (extra[key] ? values.set(key, extra[key]) : values.delete(key)));
    const here = window.location;
    const hash = spell(values);
    if (/^https?:$/.test(here.protocol)) {
      return here.origin + here.pathname + here.search + "#" + hash;
    }
    const file = decode(here.pathname.split("/").pop() || "index.html");
    return encodeURIComponent(file) + "#" + hash;
  }

  /* what a link to another page of the atlas carries: the filters to come back to, the language if it is kept nowhere */
  const PASSING = new Set("lang case zone view unit year try set embed from".split(" "));
  eppv.carried = () => {
    const values = new Map();
    const filters = new Map(Array.from(kept).filter(([key]) => !PASSING.has(key)));
    if (filters.size || kept.get("from")) {
      values.set("from", kept.get("from") || spell(filters));
    }
    if (!eppv.storage) {
      values.set("lang", eppv.lang());
    }
    const hash = spell(values);
    return hash ? "#" + hash : "";
  };
  define("from", (value) => {
    document.querySelectorAll("a[data-back]").forEach((link) => {
      link.href = "index.html" + (/^[a-z]+=[^#]*$/.test(value) ? "#" + value : "");
    });
  });

  eppv.state = { address, define, read, write };

  define("lang", (value) => {
    if ((value === "zh" || value === "en") && value !== eppv.lang()) {
      eppv.setLanguage(value);
    }
  });
  eppv.on("language", () => write("lang", eppv.lang()));
  eppv.on("start", apply);
  window.addEventListener("hashchange", () => {
    const raw = window.location.hash.slice(1);
    if (raw !== written && (raw === "" || raw.includes("="))) {
      apply();
    }
  });
})();
