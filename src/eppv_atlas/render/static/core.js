/* What every script of the atlas stands on: text into elements, two languages, areas in words.
   Every text from data goes in through textContent or setAttribute; nothing here makes markup. */
(function () {
  "use strict";
  if (window.eppv) {
    return;
  }

  const SVG = "http://www.w3.org/2000/svg";
  const root = document.documentElement;
  const listeners = new Map();
  const last = new Map();
  const LABELS = [["label", "aria-label"], ["hint", "title"], ["prompt", "placeholder"]];

  function data(id) {
    return JSON.parse(document.getElementById(id + "-data").textContent);
  }

  function put(node, children) {
    children.forEach((child) => {
      if (child !== null && child !== undefined && child !== "") {
        node.appendChild(typeof child === "object" ? child : document.createTextNode(String(child)));
      }
    });
    return node;
  }

  function el(tag, className, ...children) {
    const node = document.createElement(tag);
    if (className) {
      node.className = className;
    }
    return put(node, children);
  }

  /* both languages side by side; the style sheet shows the one in use */
  function both(text) {
    const pair = document.createDocumentFragment();
    ["zh", "en"].forEach((which) => {
      const part = el("span", "", text[which]);
      part.lang = which;
      pair.appendChild(part);
    });
    return pair;
  }

  function svg(tag, attributes, ...children) {
    const node = document.createElementNS(SVG, tag);
    Object.keys(attributes).forEach((name) => node.setAttribute(name, attributes[name]));
    return put(node, children);
  }

  /* ---- names that follow the language: data-label-zh and -en become aria-label, and so on ---- */

  function named(node, text, kind) {
    node.setAttribute("data-" + (kind || "label") + "-zh", text.zh);
    node.setAttribute("data-" + (kind || "label") + "-en", text.en);
    relabel(node);
    return node;
  }

  function relabel(node) {
    LABELS.forEach(([kind, attribute]) => {
      const zh = "data-" + kind + "-zh";
      if (!node.hasAttribute(zh) && node.hasAttribute(attribute) && node.hasAttribute("data-" + kind + "-en")) {
        node.setAttribute(zh, node.getAttribute(attribute)); // templates write the Chinese name as the first one
      }
      const text = node.getAttribute("data-" + kind + "-" + lang());
      if (text !== null) {
        node.setAttribute(attribute, text);
      }
    });
  }

  function relabelAll() {
    document.querySelectorAll(LABELS.map(([kind]) => "[data-" + kind + "-en]").join(",")).forEach(relabel);
  }

  function button(className, text, act) {
    const node = el("button", className);
    node.type = "button";
    put(node, [both(text)]);
    if (act) {
      node.addEventListener("click", act);
    }
    return node;
  }

  /* ---- language ---- */

  function lang() {
    return root.dataset.lang;
  }

  function say(text) {
    return text[lang()];
  }

  function setLanguage(chosen) {
    root.dataset.lang = chosen;
    root.lang = chosen === "zh" ? "zh-CN" : "en";
    const title = chosen === "zh" ? root.dataset.titleZh : root.dataset.titleEn;
    if (title !== undefined) {
      document.title = title; // a stock page has one of its own
    }
    try {
      window.localStorage.setItem("eppv-lang", chosen);
    } catch {
      eppv.storage = false; // private mode, sandbox or file without storage: links carry the choice
    }
    relabelAll();
    emit("language");
  }

  function firstLanguage() {
    let kept = root.dataset.start; // what shows the page from inside another one has chosen
    try {
      kept = kept || window.localStorage.getItem("eppv-lang");
    } catch {
      kept = "";
    }
    if (kept === "zh" || kept === "en") {
      return kept;
    }
    return /^zh/i.test(navigator.language || "zh") ? "zh" : "en";
  }

  /* ---- events between the scripts of a page ---- */

  function on(name, act) {
    listeners.set(name, (listeners.get(name) || []).concat([act]));
  }

  function emit(name, value) {
    last.set(name, value);
    (listeners.get(name) || []).forEach((act) => act(value));
  }

  /* a polite word for screen readers */
  function announce(text) {
    let node = document.getElementById("eppv-live");
    if (!node) {
      node = el("p", "unseen");
      node.id = "eppv-live";
      node.setAttribute("role", "status");
      document.body.appendChild(node);
    }
    node.textContent = say(text);
  }

  /* ---- areas and pages in words; the rules of units.area_text ---- */

  const UNITS = [
    ["km2", 1e6, { zh: "平方公里", en: "km²" }],
    ["ha", 1e4, { zh: "公顷", en: "ha" }],
    ["mu", 2000 / 3, { zh: "亩", en: "mu" }],
    ["m2", 1, { zh: "平方米", en: "m²" }],
  ];

  function number(value, decimals) {
    const parts = Math.abs(value).toFixed(decimals).split(".");
    parts[0] = parts[0].replace(/\B(?=(\d{3})+$)/g, ",");
    return (value < 0 ? "−" : "") + parts.join(".");
  }

  function areaText(areaM2, unit) {
    const value = areaM2 / UNITS.find((entry) => entry[0] === unit)[1];
    if (Math.abs(areaM2) < 0.5) {
      return "0";
    }
    const size = Math.abs(value);
    return number(value, size >= 1e5 ? 0 : size >= 1e4 ? 1 : size >= 1 ? 2 : 4);
  }

  function areaLine(areaM2, units) {
    const line = el("span", "area-line");
    UNITS.filter((entry) => (units || ["km2", "ha", "mu"]).includes(entry[0])).forEach((entry) => {
      put(line, [el("span", "one-area", areaText(areaM2, entry[0]) + " ", both(entry[2]))]);
    });
    return line;
  }

  let table = null;
  function shared() {
    table = table || data("eppv-ui");
    return table;
  }

  function pageOf(number_) {
    return el("span", "page", both(eppv.ui.page), number_, both(eppv.ui.page_after));
  }

  /* the name of a confidence, in the look that never lets a schematic shape pass for a surveyed one */
  function badge(id) {
    const found = shared().confidences[id];
    return named(el("span", "badge badge-" + id, both(found.name)), found.about, "hint");
  }

  /* how a zone is drawn: colour and fill of its family, line and hatch of its confidence */
  function zoneLook(zone) {
    return Object.assign({}, shared().families[zone.family], shared().confidences[zone.confidence]);
  }

  function row(list, name, content) {
    put(list, [el("dt", "", both(name)), el("dd", "", content)]);
  }

  /* Enter and Space on things that are no buttons by themselves */
  function pressed(node, act) {
    node.setAttribute("tabindex", "0");
    node.setAttribute("role", "button");
    node.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        act(event);
      }
    });
  }

  /* whether the reader last used a key rather than a pointer */
  let byKey = false;
  document.addEventListener("keydown", () => (byKey = true), true);
  document.addEventListener("pointerdown", () => (byKey = false), true);

  const media = (query) => Boolean(window.matchMedia) && window.matchMedia(query).matches;

  const eppv = {
    actions: {},
    announce, areaLine, areaText, badge, both, button, data, el, emit, lang, named, number, on, pageOf, pressed,
    put, relabel, row, say, setLanguage, svg, zoneLook,
    UNITS,
    keyed: () => byKey,
    media,
    last: (name) => last.get(name),
    calm: media("(prefers-reduced-motion: reduce)"),
    maps: [],
    opens: { case: new Map(), zone: new Map() },
    phone: () => media("screen and (max-width: 820px)"),
    started: false,
    storage: true,
    /* words of the page, and looks of confidences and families: one table for all scripts */
    get ui() {
      return shared().words;
    },
    get looks() {
      return shared();
    },
  };
  window.eppv = eppv;

  /* ---- buttons of the page: data-eppv names what they do ---- */

  function showMap() {
    const side = document.querySelector(".map-side");
    if (side) {
      side.scrollIntoView({ block: "nearest", behavior: eppv.calm ? "auto" : "smooth" });
    }
  }

  eppv.actions.language = () => setLanguage(lang() === "zh" ? "en" : "zh");
  ["case", "zone"].forEach((kind) => {
    eppv.actions[kind] = (target) => {
      const open = eppv.opens[kind].get(target.dataset[kind]);
      if (open) {
        open(target);
        showMap();
      }
    };
  });

  document.addEventListener("click", (event) => {
    const from = event.target;
    const target = from.closest && from.closest("button[data-eppv]");
    if (target && eppv.actions[target.dataset.eppv]) {
      eppv.actions[target.dataset.eppv](target);
    }
    const link = from.closest && from.closest("a[href]");
    if (link && (link.hasAttribute("data-back") || link.classList.contains("full-page"))) {
      return; // state.js has given it its way
    }
    const page = link && /^([a-z0-9-]+\.html)(#.*)?$/.exec(link.getAttribute("href"));
    if (page) {
      link.href = page[1] + (eppv.carried ? eppv.carried() : "");
    }
  });

  setLanguage(firstLanguage()); // before any map takes its size
  /* a mark in the browser's own timeline once everything stands on the screen */
  let loading = 0;
  function usable() {
    if (!loading && eppv.started) {
      window.requestAnimationFrame(() => window.setTimeout(() => window.performance.mark("eppv-usable"), 0));
    }
  }
  eppv.busy = (by) => {
    loading += by;
    root.classList.toggle("is-loading", loading > 0);
    usable();
  };

  document.addEventListener("DOMContentLoaded", () => {
    eppv.started = true;
    relabelAll();
    emit("start");
    usable();
  });
})();
