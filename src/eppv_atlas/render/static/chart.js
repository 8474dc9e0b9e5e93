/* A small chart of columns over rows: bars of few things with names, lines of many numbers.
   One axis for all series, as they have one unit; drawn as SVG, with what it says in words. */
(function () {
  "use strict";
  const eppv = window.eppv;
  if (eppv.chart) {
    return;
  }

  const { svg } = eppv;
  const W = 480;
  const H = 230;
  const BOX = { left: 74, right: 470, top: 26, bottom: 186 };
  const LOOKS = [["#28506e", ""], ["#b34700", "7 4"], ["#1b7837", "2 3"], ["#7a2f8f", "9 3 2 3"]];

  /* round numbers from the least to the most, zero among them */
  function ticks(low, high) {
    const span = high - low || Math.abs(high) || 1;
    const rough = span / 4;
    const ten = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 2.5, 5, 10].find((n) => n * ten >= rough * 0.999) * ten;
    const out = [];
    for (let n = Math.floor(low / step + 1e-9); (n - 1) * step < high - step * 1e-9 && out.length < 12; n += 1) {
      out.push(n * step);
    }
    return out;
  }

  function words(x, y, text, extra) {
    const node = svg("text", Object.assign({ x, y }, extra));
    ["zh", "en"].forEach((lang) => node.appendChild(svg("tspan", { lang }, text[lang])));
    return node;
  }

  const same = (text) => ({ zh: text, en: text });

  /* 12,000,000 takes too much room beside an axis */
  function short(value) {
    const size = Math.abs(value);
    const plain = (n) => eppv.number(n, 3).replace(/\.?0+$/, "");
    return {
      zh: size >= 1e8 ? plain(value / 1e8) + "亿" : size >= 1e5 ? plain(value / 1e4) + "万" : plain(value),
      en: size >= 1e9 ? plain(value / 1e9) + "bn" : size >= 1e6 ? plain(value / 1e6) + "m" : size >= 1e5 ? plain(value / 1e3) + "k" : plain(value),
    };
  }

  /* given: title, x (name of the axis), labels (of rows), unit (or null), series: [{ label, values }] */
  function chart(given) {
    const all = given.series.flatMap((one) => one.values).filter((value) => value !== null);
    if (!all.length || given.labels.length < 2) {
      return null;
    }
    const marks = ticks(Math.min(0, ...all), Math.max(0, ...all));
    const [low, high] = [marks[0], marks[marks.length - 1]];
    const count = given.labels.length;
    const bars = given.named || count <= 6;
    const slot = (BOX.right - BOX.left) / count;
    const at = (i) => (bars ? BOX.left + slot * (i + 0.5) : BOX.left + ((BOX.right - BOX.left) * i) / (count - 1));
    const up = (value) => BOX.bottom - ((value - low) / (high - low)) * (BOX.bottom - BOX.top);
    const picture = svg("svg", { class: "try-chart", viewBox: "0 0 " + W + " " + H, role: "img" });
    const unit = given.unit ? { zh: given.unit.zh, en: given.unit.en } : same("");
    picture.appendChild(words(BOX.left, 14, unit, { class: "chart-unit", "text-anchor": "end", dx: -8 }));
    marks.forEach((value) => {
      picture.appendChild(svg("line", { class: value === 0 ? "chart-zero" : "chart-grid", x1: BOX.left, x2: BOX.right, y1: up(value), y2: up(value) }));
      picture.appendChild(words(BOX.left - 8, up(value) + 4, short(value), { "text-anchor": "end" }));
    });
    const longest = Math.max(...given.labels.map((label) => Math.max(label.zh.length * 11, label.en.length * 6.5))) + 8;
    const every = Math.max(1, Math.ceil((longest * count) / (BOX.right - BOX.left)));
    given.labels.forEach((label, i) => {
      if (i === count - 1 || (i % every === 0 && count - 1 - i >= every)) {
        picture.appendChild(words(at(i), BOX.bottom + 16, label, { "text-anchor": bars ? "middle" : i ? (i === count - 1 ? "end" : "middle") : "start" }));
      }
    });
    picture.appendChild(words((BOX.left + BOX.right) / 2, H - 8, given.x, { class: "chart-axis", "text-anchor": "middle" }));
    given.series.forEach((one, s) => {
      const [colour, dash] = LOOKS[s % LOOKS.length];
      if (bars) {
        const wide = Math.min(46, (slot * 0.7) / given.series.length);
        one.values.forEach((value, i) => {
          const x = at(i) + wide * (s - given.series.length / 2);
          if (value === null) {
            picture.appendChild(words(x + wide / 2, up(0) - 5, eppv.ui.not_known, { "text-anchor": "middle" }));
          } else {
            picture.appendChild(svg("rect", { x, width: Math.max(1, wide - 1), y: Math.min(up(value), up(0)), height: Math.abs(up(value) - up(0)), fill: colour, "fill-opacity": s % 2 ? 0.6 : 1, stroke: colour }));
          }
        });
        return;
      }
      const path = one.values.map((value, i) => (value === null ? "" : (i && one.values[i - 1] !== null ? "L" : "M") + at(i).toFixed(1) + " " + up(value).toFixed(1))).join("");
      picture.appendChild(svg("path", { d: path, fill: "none", stroke: colour, "stroke-width": 2.2, "stroke-dasharray": dash || "none" }));
    });
    eppv.named(picture, told(given));
    return eppv.el("figure", "try-figure", key(given, bars), picture);
  }

  function key(given, bars) {
    const list = eppv.el("ul", "chart-key");
    given.series.forEach((one, s) => {
      const [colour, dash] = LOOKS[s % LOOKS.length];
      const sign = bars
        ? svg("rect", { x: 1, y: 2, width: 20, height: 8, fill: colour, "fill-opacity": s % 2 ? 0.6 : 1, stroke: colour })
        : svg("line", { x1: 0, x2: 22, y1: 6, y2: 6, stroke: colour, "stroke-width": 2.4, "stroke-dasharray": dash || "none" });
      list.appendChild(eppv.el("li", "", svg("svg", { viewBox: "0 0 22 12", width: 22, height: 12, "aria-hidden": "true" }, sign), eppv.both(one.label)));
    });
    return list;
  }

  /* the same in words: first, last, least and most of each series */
  function told(given) {
    const say = (lang) => {
      const number = (i, one) => eppv.figures(one.values[i], given.unit)[lang];
      const parts = given.series.map((one) => {
        const have = one.values.map((value, i) => (value === null ? -1 : i)).filter((i) => i >= 0);
        if (!have.length) {
          return one.label[lang];
        }
        const most = have.reduce((a, b) => (one.values[b] > one.values[a] ? b : a));
        const least = have.reduce((a, b) => (one.values[b] < one.values[a] ? b : a));
        const point = (word, i) => word[lang] + " " + number(i, one) + " (" + given.labels[i][lang] + ")";
        const points = [point(eppv.ui.chart_first, have[0]), point(eppv.ui.chart_last, have[have.length - 1]), point(eppv.ui.chart_most, most), point(eppv.ui.chart_least, least)];
        return one.label[lang] + (lang === "zh" ? "：" : ": ") + points.join(lang === "zh" ? "，" : ", ");
      });
      return given.title[lang] + (lang === "zh" ? "。" : ". ") + parts.join(lang === "zh" ? "；" : "; ");
    };
    return { zh: say("zh"), en: say("en") };
  }

  eppv.chart = chart;
})();
