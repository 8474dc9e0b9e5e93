/* What came out of a trial: values large, steps with formulas and numbers, tables, charts. */
(function () {
  "use strict";
  const eppv = window.eppv;
  if (eppv.tryResults) {
    return;
  }

  const { both, el } = eppv;

  function fold(open, id, title, ...content) {
    const node = el("details", "fold", el("summary", "", both(title)), el("div", "fold-body", ...content));
    node.open = open.has(id);
    node.addEventListener("toggle", () => (node.open ? open.add(id) : open.delete(id)));
    return node;
  }

  /* confidences are listed from the best to the worst */
  function weakest(measured) {
    return Object.keys(eppv.looks.confidences).reverse().find((name) => measured.includes(name));
  }

  function result(line, options) {
    const box = el("div", "try-result");
    box.appendChild(el("dt", "", both(line.label)));
    const value = line.role === "test" ? eppv.told.answer(line.value) : el("strong", line.value === null ? "open" : "", both(eppv.told.large(line.value, line.unit, options)));
    const said = el("dd", "", value);
    const weak = weakest(line.measured || []);
    if (line.low !== null && line.high !== null) {
      said.appendChild(el("span", "small try-range", both(eppv.ui.range), " ", both(eppv.told.range(line.low, line.high, line.unit))));
    }
    if (weak && line.value !== null) {
      const loose = line.low === null && typeof line.value === "number";
      said.appendChild(el("span", "small", both(eppv.ui.measured_on), " ", eppv.badge(weak), loose ? both(eppv.ui.no_range) : null));
    }
    box.appendChild(said);
    return box;
  }

  function steps(lines, options) {
    const list = el("ol", "try-steps");
    lines.forEach((line) => {
      const value = line.role === "test" ? eppv.told.answer(line.value) : el("strong", "", both(eppv.figures(line.value, line.unit, line.options || options)));
      const item = el("li", "", el("p", "", both(line.label), " ", value));
      if (line.formula && line.formula.zh) {
        item.appendChild(el("p", "arithmetic", both(line.formula)));
        if (line.numbers && line.numbers.zh && line.numbers.zh !== line.formula.zh) {
          item.appendChild(el("p", "arithmetic", "= ", both(line.numbers)));
        }
      }
      list.appendChild(item);
    });
    return list;
  }

  function table(of) {
    const head = el("tr", "", ...of.columns.map((column) => {
      const numeric = of.rows.some((cells) => typeof cells[of.columns.indexOf(column)] === "number");
      const cell = el("th", numeric ? "num" : "", both(column.label), column.unit && (column.unit.zh || column.unit.en) ? el("span", "small", " ", both(column.unit)) : null);
      cell.scope = "col";
      return cell;
    }));
    const rows = of.rows.map((cells) => el("tr", "", ...cells.map((value, n) => {
      const numeric = typeof value === "number";
      return el("td", numeric ? "num" : "", both(eppv.figures(value, numeric && of.columns[n].unit ? Object.assign({}, of.columns[n].unit, { zh: "", en: "" }) : null)));
    })));
    const box = el("div", "scroll", el("table", "", el("thead", "", head), el("tbody", "", ...rows)));
    box.setAttribute("tabindex", "0");
    box.setAttribute("role", "region");
    eppv.named(box, of.label);
    return box;
  }

  /* columns of a table drawn over its first one; what has another unit gets a chart of its own */
  function charts(of, ids) {
    const shown = ids.map((id) => of.columns.findIndex((column) => column.id === id)).filter((n) => n > 0);
    const units = Array.from(new Set(shown.map((n) => (of.columns[n].unit ? of.columns[n].unit.id : ""))));
    const labels = of.rows.map((cells) => (typeof cells[0] === "number" && !of.columns[0].unit ? eppv.told.pair(() => String(cells[0])) : eppv.figures(cells[0], null)));
    return units.map((unit) => {
      const here = shown.filter((n) => (of.columns[n].unit ? of.columns[n].unit.id : "") === unit);
      return eppv.chart({
        title: of.label,
        x: of.columns[0].label,
        labels,
        named: of.rows.some((cells) => typeof cells[0] !== "number"),
        unit: of.columns[here[0]].unit,
        series: here.map((n) => ({ label: of.columns[n].label, values: of.rows.map((cells) => (typeof cells[n] === "number" ? cells[n] : null)) })),
      });
    });
  }

  function progressionTable({ progression, rows }) {
    const columns = [{ id: "row", label: eppv.ui.row_number, unit: null }].concat(progression.cells.filter((cell) => cell.tree[0] !== "name" || cell.tree[1] !== "row"));
    const kept = progression.cells.map((cell, n) => (columns.includes(cell) ? n : -1)).filter((n) => n >= 0);
    const same = progression.cells.find((cell) => !columns.includes(cell));
    columns[0] = same ? Object.assign({}, same, { id: "row" }) : columns[0];
    return { id: progression.id, label: progression.label, columns, rows: rows.map((cells, n) => [n + 1].concat(kept.map((k) => cells[k]))) };
  }

  eppv.tryResults = { charts, fold, progressionTable, result, steps, table };
})();
