/* Names on the map that never lie on each other. */
(function () {
  "use strict";
  const eppv = window.eppv;
  if (eppv.labels) {
    return;
  }

  const all = [];
  const blocks = new Set();
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

  function settle(label, frame, taken) {
    return (label.places || [""]).some((place) => {
      if (label.places) {
        label.node.dataset.place = place;
      }
      const box = label.node.getBoundingClientRect();
      const cut = label.inside && frame && (box.left < frame.left || box.right > frame.right);
      if (cut || !taken.free(box)) {
        return false;
      }
      taken.add(box);
      return true;
    });
  }

  function declutter() {
    const frame = frames.length ? frames[0].getContainer().getBoundingClientRect() : null;
    const taken = board();
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
    all.push({ node, priority: options.priority, places: options.places, inside: options.inside });
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
    now: declutter,
    push: (label) => all.push(label),
    soon,
    watch,
  };
})();
