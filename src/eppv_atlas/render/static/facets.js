/* Filters with counts that follow each other, and the state of them in the address.
   Knows items as numbers with codes; what an item is, whoever asks knows. */
(function () {
  "use strict";
  const eppv = window.eppv;
  if (eppv.facets) {
    return;
  }

  const { both, el, state } = eppv;

  /* how many items each value of each facet would leave, and which items are left.
     An item that only one facet refuses still counts for the values of that facet. */
  function tally(count, list, chosen, passes) {
    const counts = list.map((facet) => facet.values.map(() => 0));
    const visible = new Uint8Array(count);
    let left = 0;
    for (let i = 0; i < count; i += 1) {
      if (passes && !passes(i)) {
        continue;
      }
      let refused = -1;
      let refusals = 0;
      for (let f = 0; f < list.length && refusals < 2; f += 1) {
        if (chosen[f].size && !held(list[f], i, chosen[f])) {
          refused = f;
          refusals += 1;
        }
      }
      if (refusals === 0) {
        visible[i] = 1;
        left += 1;
        list.forEach((facet, f) => add(facet, i, counts[f]));
      } else if (refusals === 1) {
        add(list[refused], i, counts[refused]);
      }
    }
    return { counts, visible, left };
  }

  function held(facet, item, values) {
    const codes = facet.codes(item);
    return typeof codes === "number" ? values.has(codes) : codes.some((code) => values.has(code));
  }

  function add(facet, item, counts) {
    const codes = facet.codes(item);
    if (typeof codes === "number") {
      counts[codes] += 1;
    } else {
      codes.forEach((code) => {
        counts[code] += 1;
      });
    }
  }

  /* The panel. config: count, facets [{id, name, values: [{id, name}], codes(i)}],
     find(query) → test of an item, changed({visible, left, counts}); tally, where another one is quicker. */
  function facets(holder, config) {
    const chosen = config.facets.map(() => new Set());
    const box = holder.querySelector("input[type=search]");
    const chips = holder.querySelector(".chips");
    const status = holder.querySelector(".result-count");
    const unit = config.unit || eppv.ui.results;
    const groups = config.facets.map((facet, f) => group(facet, f));
    let waiting = 0;

    function group(facet, f) {
      const id = "facet-" + facet.id;
      const picked = el("span", "picked");
      const opener = el("button", "facet-tab", both(facet.name), picked);
      opener.type = "button";
      opener.setAttribute("aria-expanded", "false");
      opener.setAttribute("aria-controls", id);
      const list = el("div", "facet");
      list.id = id;
      list.hidden = true;
      list.setAttribute("role", "group");
      eppv.named(list, facet.name);
      const rows = facet.values.map((value, v) => {
        const input = el("input");
        input.type = "checkbox";
        input.value = value.id;
        input.addEventListener("change", () => {
          if (input.checked) {
            chosen[f].add(v);
          } else {
            chosen[f].delete(v);
          }
          write(f);
          run();
        });
        const number = el("span", "count");
        const node = el("label", "facet-value", input, el("span", "facet-name", both(value.name)), number);
        list.appendChild(node);
        return { input, number, node };
      });
      opener.addEventListener("click", () => open(f, list.hidden));
      holder.querySelector(".facet-tabs").appendChild(opener);
      holder.querySelector(".facet-lists").appendChild(list);
      return { list, opener, picked, rows };
    }

    function open(which, show) {
      groups.forEach((item, f) => {
        const on = f === which && show;
        item.list.hidden = !on;
        item.opener.setAttribute("aria-expanded", String(on));
      });
    }

    function write(f) {
      const facet = config.facets[f];
      state.write(facet.id, Array.from(chosen[f]).sort((a, b) => a - b).map((v) => facet.values[v].id).join(","));
    }

    function clear() {
      chosen.forEach((values, f) => {
        values.clear();
        write(f);
      });
      box.value = "";
      state.write("q", "");
      run();
      box.focus();
    }

    function chip(name, act) {
      const node = el("button", "chip-button", both(name), el("span", "cross", "×"));
      node.type = "button";
      eppv.named(node, { zh: eppv.ui.remove_filter.zh + name.zh, en: eppv.ui.remove_filter.en + name.en });
      node.addEventListener("click", act);
      return node;
    }

    function draw(found) {
      const query = box.value.trim();
      chips.textContent = "";
      groups.forEach((item, f) => {
        item.picked.textContent = chosen[f].size ? String(chosen[f].size) : "";
        item.rows.forEach((row, v) => {
          const count = found.counts[f][v];
          row.number.textContent = count.toLocaleString("en");
          row.input.checked = chosen[f].has(v);
          row.input.disabled = !count && !row.input.checked;
          row.node.classList.toggle("none-left", !count);
        });
        Array.from(chosen[f]).sort((a, b) => a - b).forEach((v) => {
          chips.appendChild(
            chip(config.facets[f].values[v].name, () => {
              chosen[f].delete(v);
              write(f);
              run();
            })
          );
        });
      });
      if (chips.firstChild || query) {
        const all = eppv.button("clear-all", eppv.ui.clear_filters, clear);
        chips.appendChild(all);
      }
      const text = {
        zh: found.left.toLocaleString("en") + " / " + config.count.toLocaleString("en") + " " + unit.zh,
        en: found.left.toLocaleString("en") + " of " + config.count.toLocaleString("en") + " " + unit.en,
      };
      status.textContent = "";
      status.appendChild(both(text));
      const empty = holder.querySelector(".empty");
      if (empty) {
        empty.hidden = found.left > 0;
      }
    }

    function run() {
      const query = box.value.trim();
      const found = (config.tally || tally)(config.count, config.facets, chosen, query ? config.find(query) : null);
      draw(found);
      config.changed(found, chosen);
    }

    function soon() {
      window.clearTimeout(waiting);
      waiting = window.setTimeout(() => {
        state.write("q", box.value.trim());
        run();
      }, config.count > 5000 && !config.tally ? 120 : 0);
    }

    config.facets.forEach((facet, f) => {
      state.define(facet.id, (value) => {
        chosen[f].clear();
        value.split(",").filter(Boolean).forEach((id) => {
          const v = facet.values.findIndex((known) => known.id === id);
          if (v >= 0) {
            chosen[f].add(v);
          }
        });
        write(f); // what no value bears is not carried on into links
      });
    });
    state.define("q", (value) => {
      box.value = value.slice(0, 200);
    });
    box.addEventListener("input", soon);
    eppv.on("state", run);
    eppv.actions.clear = clear;
    holder.hidden = false;
    run();
    return { clear, run };
  }

  eppv.facets = facets;
  eppv.tally = tally;
})();
