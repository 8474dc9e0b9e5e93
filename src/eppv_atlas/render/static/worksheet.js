/* Formulas of a trial, worked out in the page: the same trees as schemes.worksheet, the same answers.
   null is "not known": it spreads; and, or and not are Kleene's. Values in formulas are SI. */
(function () {
  "use strict";
  const eppv = window.eppv;
  if (eppv.worksheet) {
    return;
  }

  const ROWS = 400;
  const CORNERS = 8; // inputs with a range of which all combinations of ends are tried

  const real = (value) => typeof value === "number" && Number.isFinite(value);
  const kept = (value) => (real(value) ? value : null); // what overflows is not known

  /* halves away from zero, as in schemes.worksheet */
  function round(value, decimals) {
    if (!Number.isInteger(decimals) || decimals < 0 || decimals > 12) {
      return null;
    }
    const away = Math.floor(Math.abs(value) * 10 ** decimals + 0.5) / 10 ** decimals;
    return value < 0 ? -away : away;
  }

  const ORDER = { "<": (a, b) => a < b, "<=": (a, b) => a <= b, ">": (a, b) => a > b, ">=": (a, b) => a >= b };
  const ARITHMETIC = {
    "+": (a, b) => a + b,
    "-": (a, b) => a - b,
    "*": (a, b) => a * b,
    "/": (a, b) => (b === 0 ? null : a / b),
    "^": (a, b) => a ** b,
    neg: (a) => -a,
    abs: Math.abs,
    min: (...all) => all.reduce((a, b) => (b < a ? b : a)),
    max: (...all) => all.reduce((a, b) => (b > a ? b : a)),
    round: (a, decimals) => round(a, decimals === undefined ? 0 : decimals),
  };

  function known(sign, got) {
    const [a, b] = got;
    if (sign === "==" || sign === "!=") {
      return (a === b) === (sign === "==");
    }
    if (Object.hasOwn(ORDER, sign)) {
      return typeof a === typeof b && typeof a !== "boolean" ? ORDER[sign](a, b) : null;
    }
    return Object.hasOwn(ARITHMETIC, sign) && got.every(real) ? kept(ARITHMETIC[sign](...got)) : null;
  }

  function kleene(sign, got) {
    const sure = got.map((value) => (typeof value === "boolean" ? value : null));
    if (sign === "not") {
      return sure[0] === null ? null : !sure[0];
    }
    const decides = sign === "or"; // one true decides an or, one false an and
    return sure.includes(decides) ? decides : sure.includes(null) ? null : !decides;
  }

  function evaluate(tree, values) {
    if (!Array.isArray(tree)) {
      return tree;
    }
    const [sign, ...parts] = tree;
    if (sign === "text") {
      return parts[0];
    }
    if (sign === "name") {
      const found = values.get(parts[0]);
      return found === undefined ? null : found;
    }
    const of = (part) => evaluate(part, values);
    if (sign === "if") {
      const asked = of(parts[0]);
      return asked === true ? of(parts[1]) : asked === false ? of(parts[2]) : null;
    }
    const got = parts.map(of);
    if (sign === "and" || sign === "or" || sign === "not") {
      return kleene(sign, got);
    }
    return got.includes(null) ? null : known(sign, got);
  }

  function names(tree, into) {
    const found = into || new Set();
    if (Array.isArray(tree)) {
      if (tree[0] === "name") {
        found.add(tree[1]);
      } else if (tree[0] !== "text") {
        tree.slice(1).forEach((part) => names(part, found));
      }
    }
    return found;
  }

  /* ---- a whole trial ---- */

  const si = (unit) => (unit ? unit.si : 1);
  const inSi = (value, unit) => (real(value) ? value * si(unit) : value);
  const inUnit = (value, unit) => (real(value) ? kept(value / si(unit)) : value);

  function cellsOf(trial, start) {
    const values = new Map(start);
    trial.cells.forEach((cell) => values.set(cell.id, evaluate(cell.tree, values)));
    return values;
  }

  function rowsOf(progression, values) {
    const count = evaluate(progression.count, values);
    const rows = [];
    let before = null;
    for (let row = 1; real(count) && row <= Math.min(count, ROWS); row += 1) {
      const now = new Map(values).set("row", row);
      progression.cells.forEach((cell) => {
        const first = values.get("start_" + cell.id);
        now.set("before_" + cell.id, before ? before.get(cell.id) : first === undefined ? null : first);
      });
      progression.cells.forEach((cell) => now.set(cell.id, evaluate(cell.tree, now)));
      rows.push(progression.cells.map((cell) => inUnit(now.get(cell.id), cell.unit)));
      before = now;
    }
    return rows;
  }

  /* inputs that each cell rests on, by way of other cells too */
  function sources(trial) {
    const found = new Map(trial.inputs.map((one) => [one.id, new Set([one.id])]));
    trial.cells.forEach((cell) => {
      const all = new Set();
      names(cell.tree).forEach((name) => (found.get(name) || []).forEach((one) => all.add(one)));
      found.set(cell.id, all);
    });
    return found;
  }

  const isArea = (unit) => Boolean(unit) && eppv.UNITS.some((one) => one[0] === unit.id);

  /* values at the ends of what may be off: every combination, or of many both ends of all together */
  function corners(wide, start) {
    const many = wide.length > CORNERS;
    const out = [];
    for (let n = 0; wide.length && n < (many ? 2 : 2 ** wide.length); n += 1) {
      const moved = new Map(start);
      wide.forEach((one, i) => moved.set(one.id, start.get(one.id) * ((many ? n : n & (1 << i)) ? 1 + one.spread : 1 - one.spread)));
      out.push(moved);
    }
    return out;
  }

  /* what a trial gives for chosen values, by input id and in the input's unit */
  function work(trial, chosen) {
    const pick = (one) => (chosen.has(one.id) ? chosen.get(one.id) : one.value);
    const start = new Map(trial.inputs.map((one) => [one.id, inSi(pick(one), one.unit)]));
    const values = cellsOf(trial, start);
    const from = sources(trial);
    const measured = trial.inputs.filter((one) => one.confidence && isArea(one.unit) && !chosen.has(one.id));
    const wide = measured.filter((one) => one.spread !== null && real(one.value));
    const ends = [values].concat(corners(wide, start).map((moved) => cellsOf(trial, moved)));
    const lines = trial.cells.map((cell) => {
      const bases = measured.filter((one) => from.get(cell.id).has(one.id));
      const found = ends.map((end) => inUnit(end.get(cell.id), cell.unit));
      const firm = bases.some((one) => wide.includes(one)) && bases.every((one) => one.spread !== null) && found.every(real);
      return {
        cell,
        value: found[0],
        measured: bases.map((one) => one.confidence),
        low: firm ? Math.min(...found) : null,
        high: firm ? Math.max(...found) : null,
      };
    });
    const tables = trial.progressions.map((progression) => ({ progression, rows: rowsOf(progression, values) }));
    return { lines, tables, values };
  }

  /* inputs that some formula uses: only these can be tried in a page */
  function used(trial) {
    const all = new Set();
    trial.cells.forEach((cell) => names(cell.tree, all));
    trial.progressions.forEach((one) => {
      names(one.count, all);
      one.cells.forEach((cell) => names(cell.tree, all).add("start_" + cell.id));
    });
    return all;
  }

  eppv.worksheet = { evaluate, inUnit, names, used, work };
})();
