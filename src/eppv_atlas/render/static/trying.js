/* A scheme of the case, tried in the page: inputs, results, how they come about; its state stands in the address. */
(function () {
  "use strict";
  const eppv = window.eppv;
  if (eppv.trying) {
    return;
  }

  const { both, el, put, state } = eppv;
  const { charts, fold, progressionTable, result, steps, table } = eppv.tryResults;
  const PLAIN = /^[\w ./=:+-]*$/; // what a shell takes as it stands
  const WAIT = 700; // ms without a change before results are read out

  function trying(map, id) {
    const given = eppv.tryMap.unpacked(eppv.data(id));
    const trials = new Map(given.trials.map((trial) => [trial.mechanism, trial]));
    const panel = document.getElementById("trying");
    const article = document.querySelector("article.panel");
    const draws = eppv.tryMap(map);
    const root = document.documentElement;
    let now = null; // the trial that is open
    let chosen = new Map(); // what the reader set, by input id
    let rows = new Map();
    let out = null;
    let opener = null;
    let scrolled = 0;
    let timer = 0;
    const open = new Set(); // folds that are open
    const hidden = new Set(); // layers that are switched off
    let drawn = null;

    function value(input) {
      return chosen.has(input.id) ? chosen.get(input.id) : input.value;
    }

    function set(input, to) {
      if (to === input.value) {
        chosen.delete(input.id);
      } else {
        chosen.set(input.id, to);
      }
      refresh(true);
    }

    function optionsOf(name) {
      return (now.inputs.concat(now.cells).find((one) => one.id === name) || {}).options || [];
    }

    /* lines of formulas and of the frame, in one form */
    function worked() {
      const found = eppv.worksheet.work(now, chosen);
      const units = new Map(now.inputs.concat(now.cells).map((one) => [one.id, one.unit]));
      const options = now.inputs.concat(now.cells).flatMap((one) => one.options || []);
      const quoted = (text) => (options.find((one) => one.id === text) || { label: { zh: "“" + text + "”", en: "“" + text + "”" } }).label;
      const label = (name, isText) => isText ? quoted(name) : eppv.figures(eppv.worksheet.inUnit(found.values.get(name), units.get(name)), units.get(name), optionsOf(name));
      const lines = found.lines.map((line) => Object.assign({}, line.cell, line, { formula: line.cell.text, numbers: eppv.told.formula(line.cell.tree, label) }));
      const by = now.inputs.find((one) => one.id === now.framesBy);
      const picked = by ? value(by) : Object.keys(now.frames)[0];
      const frame = Object.hasOwn(now.frames, picked) ? now.frames[picked] : null;
      const tables = found.tables.map((one) => ({ table: progressionTable(one), chart: one.progression.chart }));
      (frame ? frame.tables : []).forEach((one) => tables.push({ table: one, chart: frame.charts[one.id] || [] }));
      return { lines: lines.concat(frame ? frame.lines : []), tables, frame };
    }

    function command() {
      const parts = ["eppv-atlas scheme run " + now.case + "/" + now.mechanism];
      chosen.forEach((to, name) => parts.push("--set " + name + "=" + eppv.tryForm.spelled(to)));
      return parts.every((part) => PLAIN.test(part)) ? parts : [];
    }

    function refresh(byReader) {
      rows.forEach((one, input) => one.show(value(input), chosen.has(input.id)));
      out.reset.disabled = !chosen.size;
      const found = worked();
      out.head.textContent = "";
      const first = ["result", "test"].flatMap((role) => found.lines.filter((line) => line.role === role));
      const lists = ["result", "test"].map((role) => first.filter((line) => line.role === role)).filter((some) => some.length);
      out.head.classList.toggle("is-brief", first.length < 3);
      put(out.head, lists.map((some) => el("dl", "try-lines" + (some.length > 1 ? " many" : "") + (some[0].role === "test" ? " try-tests" : ""), ...some.map((line) => result(line, optionsOf(line.id))))));
      if (!first.length) {
        out.head.appendChild(el("p", "", both(now.framesBy && !found.frame ? eppv.ui.no_frame : eppv.ui.no_result)));
      }
      out.rest.textContent = "";
      if (found.frame && found.frame.layers.length) {
        out.rest.appendChild(legend(found.frame.layers));
      }
      found.tables.forEach(({ table: of, chart }) => {
        if (of.rows.length) {
          const drawings = charts(of, chart).filter(Boolean);
          put(out.rest, [el("h3", "", both(of.label)), ...drawings]);
          out.rest.appendChild(drawings.length || of.rows.length > 12 ? fold(open, "table-" + of.id, eppv.ui.as_table, table(of)) : table(of));
        }
      });
      const explained = found.lines.filter((line) => line.role === "step" || (line.formula && line.formula.zh));
      if (explained.length) {
        out.rest.appendChild(fold(open, "steps", eppv.ui.how_worked, steps(explained, null)));
      }
      const notes = now.notes.concat(found.frame ? found.frame.notes : []);
      if (notes.length) {
        put(out.rest, [el("h3", "", both(eppv.ui.notes)), el("ul", "try-notes", ...notes.map((note) => el("li", "", both(note))))]);
      }
      const layers = found.frame ? found.frame.layers : [];
      if (drawn !== layers) {
        drawn = layers;
        draws.show(layers, hidden);
      }
      onCommandLine();
      window.clearTimeout(timer);
      if (byReader) {
        state.write("set", Array.from(chosen, ([name, to]) => encodeURIComponent(name) + ":" + encodeURIComponent(eppv.tryForm.spelled(to))).join(","));
        timer = window.setTimeout(() => tell(first), WAIT);
      }
    }

    function tell(lines) {
      const word = (line, lang) => (line.role === "test" && line.value === null ? eppv.ui.not_auditable[lang] : eppv.figures(line.value, line.unit, optionsOf(line.id))[lang]);
      eppv.announce(eppv.told.pair((lang) => lines.slice(0, 4).map((line) => line.label[lang] + (lang === "zh" ? "：" : ": ") + word(line, lang)).join(lang === "zh" ? "；" : "; ")));
    }

    function onCommandLine() {
      const parts = command();
      if (parts.length) {
        const code = el("code", "", ...parts.map((part) => el("span", "", part)));
        put(out.rest, [el("h3", "", both(eppv.ui.on_command_line)), el("p", "try-command", code)]);
        Object.keys(now.files).forEach((name) => put(out.rest, [el("p", "small", el("code", "", "--with " + name + "=…"), " ", both(now.files[name]))]));
        out.rest.appendChild(el("p", "try-copy", eppv.share.copier(() => parts.join(" "), eppv.ui.copy_text)));
      }
    }

    function legend(layers) {
      const list = el("ul", "try-legend");
      layers.forEach((layer, at) => {
        const box = el("input");
        box.type = "checkbox";
        box.checked = !hidden.has(layer.id);
        box.addEventListener("change", () => {
          hidden[box.checked ? "delete" : "add"](layer.id);
          draws.show(layers, hidden);
        });
        list.appendChild(el("li", "", el("label", "", box, draws.swatch(layer, at), el("span", "", both(layer.label)), eppv.badge(layer.confidence))));
      });
      return el("section", "try-on-map", el("h3", "", both(eppv.ui.on_map)), list, layers.some((layer) => layer.confidence === "schematic") ? el("p", "small", both(eppv.ui.schematic_layer)) : null);
    }

    function build(trial) {
      const live = eppv.worksheet.used(trial);
      rows = new Map();
      out = { head: el("div", "try-answers"), rest: el("div", "try-rest") };
      panel.textContent = "";
      const back = eppv.button("plain try-back", eppv.ui.try_back, () => close(true));
      const title = el("h2", "", both(trial.title));
      title.setAttribute("tabindex", "-1");
      const grow = eppv.frame.small("sheet-handle", el("span", "grip"), eppv.ui.try_grow, () => tall(!panel.classList.contains("is-tall")));
      const all = eppv.button("try-reset-all", eppv.ui.reset_all, () => {
        chosen.clear();
        refresh(true);
      });
      put(panel, [grow, el("div", "try-bar", back, eppv.button("plain", eppv.ui.copy_link, eppv.share.link)), el("p", "try-kicker small", both(eppv.ui.try_it)), title, el("p", "try-about", both(trial.about))]);
      out.reset = all;
      const inputs = el("section", "try-inputs", el("div", "try-inputs-head", el("h3", "", both(eppv.ui.inputs)), all));
      const steer = trial.inputs.filter((input) => input.id === trial.framesBy);
      const rest = trial.inputs.filter((input) => input.id !== trial.framesBy);
      const loose = rest.filter((input) => live.has(input.id));
      const fixed = rest.filter((input) => !live.has(input.id));
      const add = (input, where, still) => {
        rows.set(input, eppv.tryForm.row(input, still, (to) => set(input, to)));
        where.appendChild(rows.get(input).node);
      };
      const steering = el("div", "try-steer");
      steer.forEach((input) => add(input, steering, false));
      loose.forEach((input) => add(input, inputs, false));
      if (fixed.length) {
        const body = el("div", "");
        fixed.forEach((input) => add(input, body, true));
        inputs.appendChild(fold(open, "fixed", eppv.ui.given_values, el("p", "small", both(eppv.ui.fixed_here)), body));
      }
      all.hidden = !loose.length;
      put(panel, [steering, out.head, rest.length ? inputs : null, out.rest]);
      return title;
    }

    function tall(yes) {
      panel.classList.toggle("is-tall", yes);
      panel.querySelector(".sheet-handle").setAttribute("aria-expanded", String(yes));
    }

    function start(trial) {
      if (!now) {
        scrolled = article.scrollTop;
      }
      now = trial;
      chosen = new Map();
      open.clear();
      hidden.clear();
      drawn = null;
      const title = build(trial);
      panel.hidden = false;
      root.classList.add("is-open-trial");
      panel.scrollTop = 0;
      tall(!trial.framesBy);
      refresh(false);
      if (eppv.phone()) {
        window.scrollTo(0, 0);
      }
      return title;
    }

    function close(byReader) {
      if (!now) {
        return;
      }
      now = null;
      window.clearTimeout(timer);
      panel.hidden = true;
      panel.textContent = "";
      root.classList.remove("is-open-trial");
      draws.leave();
      article.scrollTop = scrolled;
      state.write("try", "");
      state.write("set", "");
      if (byReader && opener && opener.isConnected) {
        opener.focus({ preventScroll: !eppv.phone() });
      }
      opener = null;
    }

    eppv.actions.try = (target) => {
      const trial = trials.get(target.dataset.try);
      if (trial) {
        const title = start(trial);
        opener = target;
        state.write("set", "");
        state.write("try", trial.mechanism);
        title.focus({ preventScroll: true });
      }
    };
    panel.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !event.defaultPrevented) {
        close(true);
      }
    });

    state.define("try", (name) => {
      const trial = trials.get(name);
      if (trial && !root.classList.contains("is-embedded")) {
        start(trial);
      } else {
        close(false);
        state.write("try", "");
      }
    });
    state.define("set", (text) => {
      if (now && text) {
        const live = eppv.worksheet.used(now);
        text.split(",").slice(0, 200).forEach((part) => {
          const [name, raw] = part.split(":").map((piece) => {
            try {
              return decodeURIComponent(piece);
            } catch {
              return "";
            }
          });
          const input = now.inputs.find((one) => one.id === name && (live.has(name) || name === now.framesBy));
          const to = input && raw !== undefined ? eppv.tryForm.read(input, raw) : undefined;
          if (to !== undefined && to !== input.value) {
            chosen.set(name, to);
          }
        });
      }
      if (now) {
        refresh(true);
        window.clearTimeout(timer);
      } else {
        state.write("set", "");
      }
    });
    return map;
  }

  eppv.trying = trying;
})();
