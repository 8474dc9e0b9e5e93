/* Which feature of a store is meant: by the pointer, or with the keyboard from one to the next. */
(function () {
  "use strict";
  const eppv = window.eppv;
  if (eppv.pointing) {
    return;
  }

  /* ---- many features: the smallest one under the pointer ---- */

  function hit(map, store, at) {
    const [x, y] = eppv.store.world(at.wrap().lng, at.lat);
    const pixel = eppv.store.WORLD / (256 * 2 ** map.getZoom());
    const slack = (store.points ? 8 : 2) * pixel;
    let best = -1;
    let least = Infinity;
    store.search(x - slack, y - slack, x + slack, y + slack, (i) => {
      if (!store.visible[i]) {
        return;
      }
      const wide = store.box[i * 4 + 2] - store.box[i * 4];
      const high = store.box[i * 4 + 3] - store.box[i * 4 + 1];
      const size = store.points ? Math.hypot(store.box[i * 4] - x, store.box[i * 4 + 1] - y) : wide * high;
      const dot = Math.max(wide, high) < 2 * pixel; // as the grid draws it
      const better = size < least || (size === least && store.order.rank[i] > store.order.rank[best]);
      if (better && (store.points || dot || store.inside(i, x, y))) {
        best = i;
        least = size;
      }
    });
    return best;
  }

  function pointer(map, store, act, drawn) {
    let over = -1;
    map.on("mousemove", (event) => {
      if (map.getContainer().classList.contains("is-measuring") || !drawn()) {
        return;
      }
      const i = hit(map, store, event.latlng);
      if (i !== over) {
        over = i;
        if (i < 0) {
          act.dark();
        } else {
          act.light(i, event.latlng);
        }
        map.getContainer().classList.toggle("is-over", i >= 0);
      }
    });
    map.on("mouseout", () => {
      over = -1;
      act.dark();
    });
    map.on("click", (event) => {
      const i = map.getContainer().classList.contains("is-measuring") || !drawn() ? -1 : hit(map, store, event.latlng);
      if (i >= 0) {
        act.open(i, event.latlng);
      }
    });
  }

  /* ---- with the keyboard from feature to feature, from the middle of the map outwards ---- */

  function stepper(map, store, act, drawn) {
    let near = [];
    let at = -1;
    function gather() {
      const view = map.getBounds();
      const [west, north] = eppv.store.world(view.getWest(), view.getNorth());
      const [east, south] = eppv.store.world(view.getEast(), view.getSouth());
      const [cx, cy] = [(west + east) / 2, (north + south) / 2];
      near = [];
      if (!drawn()) {
        return;
      }
      store.search(west, north, east, south, (i) => {
        if (store.visible[i]) {
          near.push([Math.hypot((store.box[i * 4] + store.box[i * 4 + 2]) / 2 - cx, (store.box[i * 4 + 1] + store.box[i * 4 + 3]) / 2 - cy), i]);
        }
      });
      near.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
      at = -1;
    }
    const button = eppv.frame.small("tool step", "⇥", eppv.ui.features_in_view, () => {
      if (at >= 0) {
        act.open(near[at][1]);
      } else {
        step(1);
      }
    });
    function step(by) {
      if (!near.length) {
        gather();
      }
      if (near.length) {
        at = (at + by + near.length) % near.length;
        const i = near[at][1];
        act.light(i);
        eppv.announce(store.title(i));
      }
    }
    map.on("moveend eppv:features", () => {
      near = [];
      at = -1;
    });
    button.addEventListener("keydown", (event) => {
      const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (by) {
        event.preventDefault();
        step(by);
      }
    });
    button.addEventListener("blur", act.dark);
    const control = L.control({ position: "topleft" });
    control.onAdd = () => {
      const bar = eppv.el("div", "leaflet-bar tools", button);
      L.DomEvent.disableClickPropagation(bar);
      return bar;
    };
    control.addTo(map);
  }

  eppv.pointing = { pointer, stepper };
})();
