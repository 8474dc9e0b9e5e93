/* The inputs of a trial: what may be set, where each value comes from, whether it was changed. */
(function () {
  "use strict";
  const eppv = window.eppv;
  if (eppv.tryForm) {
    return;
  }

  const { both, el } = eppv;
  const FEW = 4;
  const finite = (value) => typeof value === "number" && Number.isFinite(value);

  /* a value out of a text, be it from a field or from the address; undefined where it will not do */
  function read(input, text) {
    if (input.kind === "number") {
      if (text.trim() === "") {
        return null; // not known
      }
      const value = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d{1,3})?$/i.test(text.trim()) ? Number(text) : NaN;
      const within = finite(value) && (input.low === null || value >= input.low) && (input.high === null || value <= input.high);
      return within ? value : undefined;
    }
    if (input.kind === "flag") {
      return { yes: true, no: false, "": null }[text];
    }
    if (input.kind === "choice") {
      return input.options.some((option) => option.id === text) ? text : undefined;
    }
    const date = /^\d{4}-\d\d-\d\d$/.test(text) ? new Date(text + "T00:00:00Z") : null;
    return date && !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text) ? text : undefined;
  }

  function spelled(value) {
    return typeof value === "boolean" ? (value ? "yes" : "no") : value === null ? "" : String(value);
  }

  function field(type, id, attributes) {
    const node = el("input");
    node.type = type;
    node.id = id;
    Object.keys(attributes || {}).forEach((name) => {
      if (attributes[name] !== null && attributes[name] !== undefined) {
        node.setAttribute(name, attributes[name]);
      }
    });
    return node;
  }

  function bounds(input) {
    if (input.low !== null && input.high !== null) {
      return eppv.told.range(input.low, input.high, input.unit);
    }
    const [sign, end] = input.low !== null ? ["≥ ", input.low] : ["≤ ", input.high];
    return eppv.told.pair((lang) => (end === null ? "" : sign + eppv.figures(end, input.unit)[lang]));
  }

  /* controls of one input; set(value) is told of every value that will do, null where there is a fault */
  function controls(input, id, set) {
    if (input.kind === "number") {
      const box = field("number", id, { inputmode: "decimal", step: "any", min: input.low, max: input.high });
      const slide = finite(input.low) && finite(input.high) && input.high > input.low ? field("range", id + "-slide", { min: input.low, max: input.high, step: input.step || (input.high - input.low) / 200 }) : null;
      box.addEventListener("input", () => set(read(input, box.value)));
      if (slide) {
        eppv.named(slide, input.label);
        slide.addEventListener("input", () => set(Number(slide.value)));
      }
      const unit = input.unit ? el("span", "try-unit", both(input.unit)) : null;
      return {
        node: el("div", "try-control", box, unit, slide),
        main: box,
        show: (value) => {
          if (document.activeElement !== box || Number(box.value) !== value) {
            box.value = value === null ? "" : String(Number(value.toPrecision(10)));
          }
          if (slide && value !== null) {
            slide.value = String(value);
          }
        },
      };
    }
    if (input.kind === "date") {
      const box = field("date", id, {});
      box.addEventListener("input", () => set(read(input, box.value)));
      return { node: el("div", "try-control", box), main: box, show: (value) => (box.value = value || "") };
    }
    if (input.kind === "choice" && input.options.length > FEW) {
      return select(input, id, set);
    }
    const options = input.kind === "flag" ? [{ id: "yes", label: eppv.ui.yes }, { id: "no", label: eppv.ui.no }, { id: "", label: eppv.ui.not_known }] : input.options;
    const boxes = options.map((option, n) => {
      const box = field("radio", id + (n ? "-" + n : ""), { name: id });
      box.addEventListener("change", () => set(read(input, option.id)));
      return { box, option };
    });
    const node = el("div", "try-control try-radios", ...boxes.map(({ box, option }) => el("label", "", box, el("span", "", both(option.label)))));
    node.setAttribute("role", "radiogroup");
    eppv.named(node, input.label);
    return { node, main: null, show: (value) => boxes.forEach(({ box, option }) => (box.checked = option.id === spelled(value))) };
  }

  /* many options: a list, with a step back and forth */
  function select(input, id, set) {
    const list = el("select");
    list.id = id;
    const names = () => {
      const at = list.selectedIndex;
      list.textContent = "";
      input.options.forEach((option) => {
        const node = el("option", "", eppv.say(option.label));
        node.value = option.id;
        list.appendChild(node);
      });
      list.selectedIndex = at;
    };
    names();
    eppv.on("language", () => (list.isConnected ? names() : null));
    const choose = (at) => {
      list.selectedIndex = Math.max(0, Math.min(input.options.length - 1, at));
      set(input.options[list.selectedIndex].id);
    };
    list.addEventListener("change", () => choose(list.selectedIndex));
    const step = (sign, word, by) => eppv.frame.small("try-step", sign, word, () => choose(list.selectedIndex + by));
    const node = el("div", "try-control", step("‹", eppv.ui.step_back, -1), list, step("›", eppv.ui.step_on, 1));
    return { node, main: list, show: (value) => (list.selectedIndex = input.options.findIndex((option) => option.id === value)) };
  }

  /* one row: name, control, what it was, where it is from; fixed: worked out beforehand, not to be set here */
  function row(input, fixed, set) {
    const id = "try-in-" + input.id;
    const node = el("div", "try-input");
    const mark = el("span", "try-changed", both(eppv.ui.changed));
    const fault = el("p", "warn small");
    fault.id = id + "-fault";
    fault.setAttribute("role", "alert");
    const was = eppv.figures(input.value, input.unit, input.options);
    const back = eppv.button("plain try-reset", eppv.ui.reset, () => set(input.value, true));
    eppv.named(back, eppv.told.pair((lang) => eppv.ui.reset[lang] + (lang === "zh" ? "：" : ": ") + input.label[lang] + " " + was[lang]));
    const original = el("p", "small try-was", both(eppv.ui.case_value), " ", both(was), " ", back);
    const control = fixed ? { node: el("p", "try-fixed", el("strong", "", both(was))), main: null, show: () => null } : controls(input, id, (value) => {
      fault.textContent = "";
      node.classList.toggle("is-wrong", value === undefined);
      if (control.main) {
        control.main.setAttribute("aria-invalid", String(value === undefined));
      }
      if (value === undefined) {
        const limits = bounds(input);
        fault.appendChild(both(eppv.told.pair((lang) => eppv.ui.not_taken[lang] + (input.kind === "number" && limits[lang] ? (lang === "zh" ? "可用：" : " Possible: ") + limits[lang] : ""))));
      } else {
        set(value);
      }
    });
    const label = el(control.main ? "label" : "span", "try-label", both(input.label));
    if (control.main) {
      label.htmlFor = control.main.id;
      control.main.setAttribute("aria-describedby", id + "-whence " + fault.id);
    }
    const off = input.spread ? eppv.told.pair((lang) => eppv.ui.off_by[lang].replace("{n}", String(Math.round(input.spread * 100)))) : null;
    const whence = el("p", "small try-whence", input.whence ? both(input.whence) : null, " ", input.confidence ? eppv.badge(input.confidence) : null, off ? el("span", "try-off", " ", both(off)) : null);
    whence.id = id + "-whence";
    eppv.put(node, [el("div", "try-name", label, mark), control.node, fault, whence, original]);
    return {
      node,
      show: (value, changed) => {
        control.show(value);
        node.classList.remove("is-wrong");
        fault.textContent = "";
        node.classList.toggle("is-changed", changed);
        mark.hidden = !changed;
        original.hidden = !changed;
      },
    };
  }

  eppv.tryForm = { read, row, spelled };
})();
