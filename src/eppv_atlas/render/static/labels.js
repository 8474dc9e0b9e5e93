/* Names on the map that never lie on each other. */
(function () {
  "use strict";
  const eppv = window.eppv;
  if (eppv.labels) {
    return;
  }

  const all = [];
  const blocks = new Set();
  const spots = []; // small things on the ground that no name may hide
  const frames = [];
  let waiting = false;

  function overlaps(a, b) {
    return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
  }

  /* boxes by cells of 64 px, so that a crowded map is still quick */
  function board() {
    const cells = new Map();
    function around(box, act) {
      for (let x = Math.floor(box.left / 64); x <= Math.floor(box.right / 64); x += 1) {
        for (let y = Math.floor(box.top / 64); y <= Math.floor(box.bottom / 64); y += 1) {
          if (act(x + ":" + y)) {
            return true;
          }
        }
      }
      return false;
    }
    return {
      add(box) {
        around(box, (key) => {
          cells.set(key, (cells.get(key) || []).concat([box]));
          return false;
        });
      },
      free(box) {
        return !around(box, (key) => (cells.get(key) || []).some((other) => overlaps(box, other)));
      },
    };
  }

  function outside(box, frame) {
    return box.right < frame.left || box.left > frame.right || box.bottom < frame.top || box.top > frame.bottom;
  }

  /* a plate no wider than its words, which the browser leaves as wide as the widest line it could have */
  function fit(node) {
    if (node.dataset.fitted === eppv.lang()) {
      return;
    }
    node.dataset.fitted = eppv.lang();
    node.style.width = "";
    const range = document.createRange();
    range.selectNodeContents(node);
    const boxes = Array.from(range.getClientRects());
    if (boxes.length) {
      const wide = Math.max(...boxes.map((box) => box.right)) - Math.min(...boxes.map((box) => box.left));
      node.style.width = Math.ceil(wide) + 15 + "px";
    }
  }

  function settle(label, frame, taken) {
    return (label.places || [""]).some((place) => {
      if (label.places) {
        label.node.dataset.place = place;
      }
      const box = label.node.getBoundingClientRect();
      const cut =
        label.inside && frame && (box.left < frame.left || box.right > frame.right || box.top < frame.top || box.bottom > frame.bottom);
      if (cut || !taken.free(box)) {
        return false;
      }
      taken.add(box);
      return true;
    });
  }

  function declutter() {
    const holder = frames.length ? frames[0].getContainer() : null;
    const frame = holder ? holder.getBoundingClientRect() : null;
    const taken = board();
    if (holder) {
      holder.querySelectorAll(".leaflet-bar, .locator").forEach((node) => taken.add(node.getBoundingClientRect()));
      spots.forEach((spot) => {
        const p = spot.map.latLngToContainerPoint([spot.at[1], spot.at[0]]);
        const [x, y] = [frame.left + p.x, frame.top + p.y];
        taken.add({ left: x - spot.size, right: x + spot.size, top: y - spot.size, bottom: y + spot.size });
      });
    }
    blocks.forEach((node) => {
      if (node.isConnected) {
        taken.add(node.getBoundingClientRect());
      }
    });
    all
      .filter((label) => label.node.isConnected)
      .sort((a, b) => b.priority - a.priority)
      .forEach((label) => {
        label.node.classList.remove("crowded");
        if (label.fit) {
          fit(label.node);
        }
        if (frame && outside(label.node.getBoundingClientRect(), frame)) {
          return;
        }
        label.node.classList.toggle("crowded", !settle(label, frame, taken));
      });
  }

  function soon() {
    if (!waiting) {
      waiting = true;
      window.requestAnimationFrame(() => {
        waiting = false;
        declutter();
      });
    }
  }

  /* a name at a point; places: class suffixes that are tried in order */
  function add(map, at, node, options) {
    all.push({ node, priority: options.priority, places: options.places, inside: options.inside, fit: options.fit });
    return L.marker([at[1], at[0]], {
      icon: L.divIcon({ className: "label-anchor", html: node, iconSize: [0, 0] }),
      interactive: false,
      keyboard: false,
      pane: map.getPane(options.pane) ? options.pane : "markerPane",
    });
  }

  function watch(map) {
    frames.push(map);
    map.on("zoomend moveend layeradd layerremove", soon);
    eppv.on("language", soon);
  }

  eppv.labels = {
    add,
    block: (node) => blocks.add(node),
    spots: () => spots.map((spot) => spot.at),
    spot: (map, at, size) => spots.push({ map, at, size }),
    now: declutter,
    push: (label) => all.push(label),
    soon,
    watch,
  };
})();
