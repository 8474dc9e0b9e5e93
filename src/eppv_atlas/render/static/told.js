/* Values of a trial in words, in both languages: numbers with units, answers, formulas with numbers in them. */
(function () {
  "use strict";
  const eppv = window.eppv;
  if (eppv.told) {
    return;
  }

  const { both, el } = eppv;
  const MONEY = new Set(["CNY", "fen", "AUD", "USD"]);
  const SHARES = new Set(["percent", "permille"]);
  const pair = (say) => ({ zh: say("zh"), en: say("en") });

  /* a number as schemes.figures writes it: cents for money that is not whole, else some decimals, or digits where it is small */
  function digits(value, unit) {
    return written(value, unit).replace(/^−(?=[0.,]*$)/, ""); // less than nothing by less than is shown
  }

  function written(value, unit) {
    if (unit && MONEY.has(unit.id)) {
      return eppv.number(value, 2).replace(/\.00$/, "");
    }
    const size = Math.abs(value);
    const share = Boolean(unit) && SHARES.has(unit.id);
    const text = size < 1 ? eppv.number(Number(value.toPrecision(share ? 4 : 6)), 10) : eppv.number(value, share ? 4 : size < 1e3 ? 6 : 2);
    return text.replace(/\.?0+$/, "");
  }

  /* the same where it stands large: two decimals do */
  function large(value, unit, options) {
    const long = typeof value === "number" && Math.abs(value) >= 1;
    return figures(long ? Number(value.toFixed(2)) : value, unit, options);
  }

  function withUnit(text, unit) {
    return pair((lang) => (unit && unit[lang] ? text + (/^[%‰]/.test(unit[lang]) ? "" : " ") + unit[lang] : text));
  }

  /* any value as text */
  function figures(value, unit, options) {
    if (value === null || value === undefined) {
      return eppv.ui.not_known;
    }
    if (typeof value === "number") {
      return withUnit(digits(value, unit), unit);
    }
    if (typeof value === "boolean") {
      return value ? eppv.ui.yes : eppv.ui.no;
    }
    if (typeof value === "object") {
      return value;
    }
    const option = (options || []).find((one) => one.id === value);
    return option ? option.label : { zh: value, en: value };
  }

  /* low to high, in one unit */
  function range(low, high, unit) {
    return withUnit(digits(low, unit) + " – " + digits(high, unit), unit);
  }

  /* the answer of a test: a sign, a word, a look; never the look alone */
  function answer(value) {
    const kind = value === true ? "yes" : value === false ? "no" : "open";
    const word = { yes: eppv.ui.yes, no: eppv.ui.no, open: eppv.ui.not_auditable }[kind];
    const sign = el("span", "", { yes: "✓ ", no: "✗ ", open: "? " }[kind]);
    sign.setAttribute("aria-hidden", "true");
    return el("strong", "answer answer-" + kind, sign, both(word));
  }

  /* ---- formulas; how strongly a sign binds decides on parentheses, as in schemes.formulas ---- */

  const SHOWN = { "*": "×", "/": "÷", "-": "−", "==": "=", "!=": "≠", "<=": "≤", ">=": "≥" };
  const SAID = { zh: { and: "且", or: "或", not: "非" }, en: {} };
  const BINDS = { or: 0, and: 1, not: 1.5, "==": 2, "!=": 2, "<": 2, "<=": 2, ">": 2, ">=": 2, "+": 3, "-": 3, "*": 4, "/": 4, neg: 5, "^": 6 };

  function write(tree, label, lang) {
    if (!Array.isArray(tree)) {
      return [figures(tree, null)[lang], 9];
    }
    const [sign, ...parts] = tree;
    if (sign === "name") {
      const text = label(parts[0])[lang];
      return [text, text.startsWith("−") ? 4.5 : 9];
    }
    if (sign === "text") {
      return [label(parts[0], true)[lang], 9];
    }
    const got = parts.map((part) => write(part, label, lang));
    const plain = got.map((one) => one[0]);
    if (sign === "if") {
      return ["(" + (lang === "zh" ? "若 " + plain[0] + " 则 " + plain[1] + "，否则 " + plain[2] : "if " + plain[0] + " then " + plain[1] + ", else " + plain[2]) + ")", 9];
    }
    if (sign === "abs") {
      return ["|" + plain[0] + "|", 9];
    }
    if (!Object.hasOwn(BINDS, sign)) {
      return [sign + "(" + plain.join(", ") + ")", 9];
    }
    const binds = BINDS[sign];
    const held = (one, least) => (one[1] >= least ? one[0] : "(" + one[0] + ")");
    const word = SAID[lang][sign] || SHOWN[sign] || sign;
    if (sign === "neg" || sign === "not") {
      return [(sign === "neg" ? "−" : word + " ") + held(got[0], binds), binds];
    }
    const after = ["and", "or", "+", "*"].includes(sign) ? binds : binds + 0.1;
    const before = sign === "^" || binds === 2 ? binds + 0.1 : binds;
    return [held(got[0], before) + " " + word + " " + held(got[1], after), binds];
  }

  /* a formula in both languages, with what label(name) gives in place of its names, label(text, true) of its texts */
  function formula(tree, label) {
    return pair((lang) => write(tree, label, lang)[0]);
  }

  eppv.figures = figures;
  eppv.told = { answer, formula, large, pair, range };
})();
