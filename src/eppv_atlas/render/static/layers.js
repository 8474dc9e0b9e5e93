/* What lies under and over the map: the local base, tiles of other hosts on demand, overlays. */
(function () {
  "use strict";
  const eppv = window.eppv;
  if (eppv.layers) {
    return;
  }

  const { el, both, named, state } = eppv;
  const KEY = /^[0-9a-f]{32}$/i;

  /* Web-Mercator sets of Tianditu; the picture, then the names on it */
  function tianditu(names) {
    return names.map((layer) => ({
      url:
        "https://t{s}.tianditu.gov.cn/" + layer + "_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER=" + layer +
        "&STYLE=default&TILEMATRIXSET=w&FORMAT=tiles&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}&tk={key}",
      options: { subdomains: "01234567", maxZoom: 18 },
    }));
  }

  const BASES = {
    local: null,
    "tianditu-vec": { key: true, tiles: tianditu(["vec", "cva"]), name: "tianditu_vec", credit: "© 天地图 tianditu.gov.cn" },
    "tianditu-img": { key: true, tiles: tianditu(["img", "cia"]), name: "tianditu_img", credit: "© 天地图 tianditu.gov.cn" },
    osm: {
      tiles: [{ url: "https://tile.openstreetmap.org/{z}/{x}/{y}.png", options: { maxZoom: 18 } }],
      name: "osm",
      note: () => eppv.ui.osm_note,
      credit: "© OpenStreetMap contributors",
    },
  };

  /* the key of this visit: typed by the reader, or given by the server; never in the address or a file */
  let key = "";

  function firstKey() {
    const served = document.getElementById("eppv-serve-data");
    const given = served ? String(JSON.parse(served.textContent).tianditu || "") : "";
    if (KEY.test(given)) {
      return given;
    }
    if (window.location.protocol === "file:") {
      return ""; // pages of one disk share their storage: nothing is kept there
    }
    try {
      const kept = window.sessionStorage.getItem("eppv-tianditu") || "";
      return KEY.test(kept) ? kept : "";
    } catch {
      return "";
    }
  }

  function keepKey(value) {
    key = value;
    if (window.location.protocol === "file:") {
      return;
    }
    try {
      window.sessionStorage.setItem("eppv-tianditu", value);
    } catch {
      /* kept for this page alone */
    }
  }

  function layers(map, view) {
    const offered = view.tiles || [];
    const overlays = [];
    const radios = {};
    let shown = null;
    let chosen = "local";

    const panel = el("div", "layers-panel");
    panel.id = "eppv-layers";
    panel.hidden = true;
    const opener = eppv.frame.small("tool layers-toggle", "", eppv.ui.layers, () => toggle(panel.hidden));
    opener.appendChild(
      eppv.svg("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" }, eppv.svg("path", { d: "M12 3l9 5-9 5-9-5zM3 12l9 5 9-5M3 16l9 5 9-5" }))
    );
    opener.setAttribute("aria-expanded", "false");
    opener.setAttribute("aria-controls", panel.id);
    const note = el("p", "small layers-note");
    note.setAttribute("role", "status");
    const form = el("div", "key-form"); // no form: a sandboxed frame may not send one
    const credit = el("div", "tile-credit");
    credit.hidden = true;

    function toggle(open) {
      panel.hidden = !open;
      opener.setAttribute("aria-expanded", String(open));
    }

    function say(text) {
      note.textContent = "";
      if (text) {
        note.appendChild(both(text));
      }
    }

    function remove() {
      if (shown) {
        map.removeLayer(shown);
        shown = null;
      }
    }

    function choose(name) {
      const base = BASES[name];
      key = key || firstKey();
      chosen = name;
      remove();
      radios[name].checked = true;
      form.hidden = !(base && base.key);
      credit.hidden = !base;
      credit.textContent = base ? base.credit : "";
      map.fire("eppv:tiles", { shown: Boolean(base) && (!base.key || Boolean(key)) });
      map.getContainer().classList.toggle("has-names", Boolean(base && base.key && key));
      state.write("base", name === "local" ? "" : name);
      if (!base) {
        say(null);
        return;
      }
      if (base.key && !key) {
        say(eppv.ui.key_needed);
        return;
      }
      say(base.note ? base.note() : eppv.ui.needs_network);
      let failed = 0;
      let loaded = 0;
      shown = L.layerGroup(
        base.tiles.map((tile) =>
          L.tileLayer(tile.url, Object.assign({ pane: "tiles", key }, tile.options))
            .on("tileload", () => {
              loaded += 1;
            })
            .on("tileerror", () => {
              failed += 1;
              if (!loaded && failed === 4) {
                say(eppv.ui.tiles_failed);
                map.getContainer().classList.remove("has-names");
                map.fire("eppv:tiles", { shown: false });
                toggle(true);
              }
            })
        )
      ).addTo(map);
    }

    function radio(name, text, hint) {
      const input = el("input");
      input.type = "radio";
      input.name = "eppv-base";
      input.value = name;
      input.addEventListener("change", () => choose(name));
      radios[name] = input;
      return el("label", "", input, el("span", "", both(text), hint ? el("span", "small", " ", both(hint)) : null));
    }

    function keyForm() {
      const input = el("input");
      input.type = "password";
      input.autocomplete = "off";
      input.spellcheck = false;
      input.maxLength = 32;
      named(named(input, eppv.ui.key), eppv.ui.key, "prompt");
      const use = () => {
        if (KEY.test(input.value.trim())) {
          keepKey(input.value.trim());
          input.value = "";
          choose(chosen);
        } else {
          say(eppv.ui.key_wrong);
        }
      };
      input.addEventListener("keydown", (event) => {
        if (event.key === "Enter") {
          use();
        }
      });
      form.appendChild(input);
      form.appendChild(eppv.button("", eppv.ui.use_key, use));
      form.hidden = true;
    }

    /* a checkbox of the panel; a named one stands in the address */
    function overlay(text, act, options) {
      const input = el("input");
      input.type = "checkbox";
      input.checked = !(options && options.off);
      input.addEventListener("change", () => {
        act(input.checked);
        eppv.labels.soon();
        if (options && options.id) {
          writeOverlays();
        }
      });
      const item = { id: options && options.id, input, act, first: input.checked };
      overlays.push(item);
      if (item.id && eppv.started && state.read("layers").split(",").includes(item.id)) {
        input.checked = !item.first; // a layer that came later than the address was read
        window.setTimeout(() => act(input.checked), 0);
      }
      boxes.appendChild(el("label", "", input, el("span", "", both(text))));
      return input;
    }

    function writeOverlays() {
      const changed = overlays.filter((item) => item.id && item.input.checked !== item.first).map((item) => item.id);
      state.write("layers", changed.join(","));
    }

    state.define("layers", (value) => {
      const changed = value.split(",");
      overlays.filter((item) => item.id).forEach((item) => {
        const want = changed.includes(item.id) ? !item.first : item.first;
        if (item.input.checked !== want) {
          item.input.checked = want;
          item.act(want);
        }
      });
    });

    const boxes = el("fieldset", "", el("legend", "", both(eppv.ui.overlays)));
    const bases = el("fieldset", "", el("legend", "", both(eppv.ui.base_map)), radio("local", eppv.ui.local_base, eppv.ui.works_offline));
    if (offered.includes("tianditu")) {
      bases.appendChild(radio("tianditu-vec", eppv.ui.tianditu_vec, eppv.ui.online));
      bases.appendChild(radio("tianditu-img", eppv.ui.tianditu_img, eppv.ui.online));
    }
    if (offered.includes("osm")) {
      bases.appendChild(radio("osm", eppv.ui.osm, eppv.ui.online));
    }
    radios.local.checked = true;
    keyForm();
    panel.appendChild(bases);
    panel.appendChild(form);
    panel.appendChild(note);
    panel.appendChild(boxes);
    panel.addEventListener("keydown", (event) => {
      if (event.key === "Escape") {
        toggle(false);
        opener.focus();
      }
    });
    const control = L.control({ position: "topright" });
    control.onAdd = () => {
      const holder = el("div", "leaflet-bar layers-control", opener, panel);
      L.DomEvent.disableClickPropagation(holder);
      L.DomEvent.disableScrollPropagation(holder);
      return holder;
    };
    control.addTo(map);
    map.getContainer().appendChild(credit);
    map.on("click", () => toggle(false));
    state.define("base", (value) => {
      const name = radios[value] ? value : "local";
      if (name !== chosen) {
        choose(name);
      }
    });
    map.eppvOverlay = overlay;
  }

  eppv.layers = layers;
})();
