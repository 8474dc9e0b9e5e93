/* The card of a case: title, place, path → mode, three figures with page, its zones by size, links. */
(function () {
  "use strict";
  const eppv = window.eppv;
  if (eppv.cards) {
    return;
  }

  const { both, el, svg } = eppv;

  function pin(path, glyph, style) {
    return svg(
      "svg",
      { viewBox: "0 0 40 40", class: "pin path-" + path, "aria-hidden": "true" },
      svg("path", { class: "pin-outline", d: style.outline }),
      glyph ? svg("path", { class: "pin-glyph", transform: "translate(8 8)", d: glyph }) : null
    );
  }

  /* zones may lie in each other, so each has a bar of its own and none are added up */
  function bars(card) {
    if (!card.bars.length) {
      return null;
    }
    const most = Math.max(...card.bars.map((bar) => bar.area));
    const list = el("ul", "bars");
    card.bars.forEach((bar) => {
      const rough = Boolean(bar.confidence) && eppv.looks.confidences[bar.confidence].hatched;
      const width = Math.max(1.5, (bar.area / most) * 100);
      const picture = svg(
        "svg",
        { class: "size-bar family-" + bar.family, viewBox: "0 0 100 8", preserveAspectRatio: "none", "aria-hidden": "true" },
        svg("rect", { class: "bar-fill" + (rough ? " rough" : ""), width, height: 8, x: 0, y: 0 })
      );
      const source = bar.page ? eppv.pageOf(bar.page) : el("span", "page", both(eppv.ui.measured));
      const size = bar.value ? both(bar.value) : eppv.areaLine(bar.area, [bar.area >= 1e6 ? "km2" : "ha"]);
      list.appendChild(
        el(
          "li",
          "",
          el("span", "bar-name", both(bar.name), rough ? el("em", "rough-mark", both(eppv.ui.schematic_mark)) : null),
          el("span", "bar-value", size, source),
          picture
        )
      );
    });
    const box = el("div", "bars-box", el("h4", "", both(eppv.ui.zone_sizes)), list);
    if (card.moreBars) {
      box.appendChild(el("p", "small", both({ zh: eppv.ui.more_zones.zh.replace("{n}", card.moreBars), en: eppv.ui.more_zones.en.replace("{n}", card.moreBars) })));
    }
    return box;
  }

  function caseCard(card, names) {
    const box = el("div", "popup path-" + card.path);
    box.appendChild(el("h3", "", both(card.title)));
    box.appendChild(el("p", "small", both(card.place)));
    box.appendChild(el("p", "chain", el("strong", "", both(names.path)), " → ", el("strong", "", both(names.mode))));
    const facts = el("ul", "popup-facts");
    card.headlines.forEach((fact) => {
      facts.appendChild(el("li", "", el("strong", "", both(fact.value)), el("span", "", both(fact.label)), el("span", "small", eppv.pageOf(fact.page))));
    });
    box.appendChild(facts);
    const sizes = bars(card);
    if (sizes) {
      box.appendChild(sizes);
    }
    box.appendChild(el("p", "small", both(eppv.ui.position), " ", eppv.badge(card.position)));
    const open = card.page ? el("a", "open-case", both(eppv.ui.open_case), " →") : "";
    if (open) {
      open.href = card.page;
    }
    const links = el("p", "card-links", open, eppv.button("plain", eppv.ui.copy_link, () => eppv.share.link()));
    box.appendChild(links);
    return box;
  }

  eppv.cards = { caseCard, pin };
})();
