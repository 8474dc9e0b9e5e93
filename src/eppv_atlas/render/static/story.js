/* The page of one case: units, years, downloads. */
(function () {
  "use strict";
  const eppv = window.eppv;
  if (eppv.story) {
    return;
  }

  const { both, el, state } = eppv;

  function units() {
    const table = document.querySelector("[data-unit]:not(button)");
    if (!table) {
      return;
    }
    const buttons = Array.from(table.querySelectorAll("button[data-unit]"));
    function choose(unit) {
      table.dataset.unit = unit;
      buttons.forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.unit === unit)));
    }
    eppv.actions.unit = (target) => {
      choose(target.dataset.unit);
      state.write("unit", target.dataset.unit === "km2" ? "" : target.dataset.unit);
    };
    state.define("unit", (value) => choose(buttons.some((button) => button.dataset.unit === value) ? value : "km2"));
  }

  /* ---- years ---- */

  function years(map, given) {
    const box = document.getElementById("years");
    if (!box) {
      return;
    }
    const slider = box.querySelector("input");
    const shown = box.querySelector("output");
    const list = box.querySelector(".year-facts");
    const all = given.years;

    function covers(item, year) {
      return item.from <= year && year <= item.to;
    }

    function show(index) {
      const year = index < 0 ? null : all[index];
      slider.value = String(index + 1);
      shown.textContent = "";
      shown.appendChild(year === null ? both(eppv.ui.all_years) : document.createTextNode(String(year)));
      slider.setAttribute("aria-valuetext", year === null ? eppv.say(eppv.ui.all_years) : String(year));
      list.textContent = "";
      document.querySelectorAll("tr[data-fact]").forEach((row) => {
        const dated = given.dated.find((item) => item.fact === row.dataset.fact);
        row.classList.toggle("of-year", year !== null && Boolean(dated) && covers(dated, year));
        row.classList.toggle("off-year", year !== null && !(dated && covers(dated, year)));
      });
      if (year !== null) {
        given.dated.filter((item) => covers(item, year)).forEach((item) => {
          list.appendChild(el("li", "", el("strong", "", both(item.value)), " ", both(item.label), item.period === String(year) ? null : el("span", "small", " (" + item.period + ") "), " ", eppv.pageOf(item.page)));
        });
      }
      (map.eppvZones || []).forEach((drawn) => {
        const dates = given.dated.filter((item) => item.zone === drawn.eppv.zone.id);
        const known = dates.length > 0 && year !== null;
        const now = known && dates.some((item) => covers(item, year));
        const later = known && dates.every((item) => item.from > year);
        const node = drawn.eppv.text;
        node.classList.toggle("of-year", now);
        node.classList.toggle("not-yet", later);
        const look = eppv.zoneLook(drawn.eppv.zone);
        const full = look.hatched ? 1 : look.fill;
        drawn.eppv.shape.eppvWeight = look.width + (now ? 1.6 : 0);
        drawn.eppv.shape.setStyle({
          opacity: later ? 0.3 : 1,
          fillOpacity: later ? full * 0.25 : full,
          weight: drawn.eppv.shape.eppvWeight,
        });
      });
      map.invalidateSize({ pan: false });
      state.write("year", year === null ? "" : String(year));
    }

    eppv.on("language", () => {
      const year = all[Number(slider.value) - 1];
      slider.setAttribute("aria-valuetext", year === undefined ? eppv.say(eppv.ui.all_years) : String(year));
    });
    slider.addEventListener("input", () => show(Number(slider.value) - 1));
    state.define("year", (value) => show(all.indexOf(Number(value))));
    box.hidden = false;
  }

  /* ---- files ---- */

  function files(map, given) {
    const zones = () => eppv.data("zones_layer");
    const info = () => ({ title: given.title, source: given.source, note: given.note, review: given.review });
    eppv.actions["download-geojson"] = () => eppv.share.save(given.id + ".geojson", "application/geo+json", eppv.downloads.geojson(zones(), given));
    eppv.actions["download-areas"] = () => eppv.share.save(given.id + "-areas.csv", "text/csv", eppv.downloads.csv(given.zones));
    eppv.actions["download-facts"] = () => eppv.share.save(given.id + "-facts.csv", "text/csv", eppv.downloads.csv(given.facts));
    eppv.actions["download-svg"] = () => eppv.share.save(given.id + ".svg", "image/svg+xml", eppv.figure.draw(map, info()).text);
    eppv.actions["download-png"] = () =>
      eppv.figure.png(eppv.figure.draw(map, info()), 2).then(
        (blob) => eppv.share.save(given.id + ".png", "image/png", blob),
        () => eppv.share.toast(eppv.ui.no_picture)
      );
  }

  function story(map, id) {
    const given = eppv.data(id);
    units();
    years(map, given);
    files(map, given);
    return map;
  }

  eppv.story = story;
})();
