/* What layers ask of any map, ours or a stock one: panes, labels, a switch for each layer. */
(function () {
  "use strict";
  const eppv = window.eppv;
  if (eppv.frame) {
    return;
  }

  const PANES = [["tiles", 205], ["ground", 220], ["names", 590], ["leaders", 595]];

  /* panes that our layers draw in; a stock map has none of them yet */
  function panes(map) {
    PANES.forEach(([name, depth]) => {
      if (!map.getPane(name)) {
        const pane = map.createPane(name);
        pane.style.zIndex = depth;
        pane.style.pointerEvents = "none";
      }
    });
  }

  function ready(map) {
    panes(map);
    if (!map.eppvWatched) {
      map.eppvWatched = true;
      eppv.maps.push(map);
      eppv.labels.watch(map);
    }
  }

  function small(className, sign, name, act) {
    const node = eppv.el("button", className, sign);
    node.type = "button";
    eppv.named(eppv.named(node, name), name, "hint");
    node.addEventListener("click", act);
    return node;
  }

  /* a Leaflet layer as an overlay that can be switched off; on a stock map it is simply there */
  function overlay(map, layer, text, options) {
    if (!(options && options.off)) {
      layer.addTo(map);
    }
    if (map.eppvOverlay) {
      map.eppvOverlay(text, (show) => (show ? map.addLayer(layer) : map.removeLayer(layer)), options);
    }
  }

  eppv.frame = { overlay, panes, ready, small };
})();
