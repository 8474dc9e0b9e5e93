/* A map of ours: first view, home, scale, printing. */
(function () {
  "use strict";
  const eppv = window.eppv;
  if (eppv.map) {
    return;
  }

  const { el, named, state } = eppv;

  function corners(bounds) {
    return [
      [bounds[1], bounds[0]],
      [bounds[3], bounds[2]],
    ];
  }

  function createMap(id) {
    const view = eppv.data(id);
    const holder = document.getElementById(id);
    named(holder, view.label);
    const legend = document.querySelector("details.legend");
    if (legend && window.innerWidth >= 1000 && window.innerHeight >= Number(legend.dataset.openFrom)) {
      legend.open = true; // before the map takes its size
    }
    const map = L.map(id, {
      attributionControl: false,
      zoomControl: false,
      zoomSnap: 0.25,
      zoomDelta: 1,
      minZoom: 2,
      maxZoom: 18,
      zoomAnimation: !eppv.calm,
      fadeAnimation: !eppv.calm,
      markerZoomAnimation: !eppv.calm,
    });
    map.eppvView = view;
    map.eppvHome = corners(view.bounds);
    map.fitBounds(map.eppvHome, { animate: false });
    eppv.frame.ready(map);
    zoomControl(map, view);
    L.control.scale({ imperial: false, maxWidth: 110 }).addTo(map);
    if (legend) {
      legend.addEventListener("toggle", () => map.invalidateSize({ pan: false }));
    }
    popups(map, holder);
    eppv.on("language", () => map.invalidateSize({ pan: false }));
    keepView(map);
    printing(map, holder);
    eppv.layers(map, view);
    eppv.ruler(map);
    window.addEventListener("resize", () => map.invalidateSize({ pan: false }));
    return map;
  }

  /* ---- popups: whoever opens one by key is taken into it, and brought back ---- */

  function popups(map, holder) {
    let opener = null;
    map.on("popupopen", (event) => {
      const node = event.popup.getElement();
      const close = node.querySelector(".leaflet-popup-close-button");
      holder.classList.add("has-popup");
      if (close) {
        named(close, eppv.ui.close);
      }
      if (eppv.keyed()) {
        opener = opener || document.activeElement;
        node.setAttribute("tabindex", "-1");
        node.focus({ preventScroll: true });
      }
    });
    map.on("popupclose", () => {
      const back = opener;
      holder.classList.remove("has-popup");
      opener = null;
      if (back && back.isConnected && eppv.keyed()) {
        window.setTimeout(() => (holder.classList.contains("has-popup") ? null : back.focus({ preventScroll: true })), 0);
      }
    });
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape") {
        map.closePopup();
      }
    });
  }

  /* ---- zoom and home ---- */

  function zoomControl(map, view) {
    const control = L.control({ position: "topleft" });
    control.onAdd = () => {
      const bar = el(
        "div",
        "leaflet-bar tools",
        eppv.frame.small("tool", "+", eppv.ui.zoom_in, () => map.zoomIn(1)),
        eppv.frame.small("tool", "−", eppv.ui.zoom_out, () => map.zoomOut(1)),
        eppv.frame.small("tool home", "⌂", view.detail ? eppv.ui.case_zones : eppv.ui.show_whole_country, () => goHome(map, !eppv.calm))
      );
      L.DomEvent.disableClickPropagation(bar);
      return bar;
    };
    control.addTo(map);
  }

  function goHome(map, animate) {
    map.eppvHoming = true;
    map.fitBounds(map.eppvHome, { animate });
    map.eppvAtHome = true;
    state.write("view", "");
  }

  /* ---- the view in the address ---- */

  function keepView(map) {
    map.eppvAtHome = true;
    map.on("movestart", () => {
      map.eppvAtHome = Boolean(map.eppvHoming);
    });
    map.on("moveend", () => {
      map.eppvHoming = false;
      if (!eppv.started || map.eppvAtHome || map.eppvPrinting) {
        return;
      }
      const at = map.getCenter();
      const digits = Math.max(2, Math.round(map.getZoom() / 3));
      state.write("view", [Number(map.getZoom().toFixed(2)), at.lat.toFixed(digits), at.lng.toFixed(digits)].join("/"));
    });
    const low = () => map.getContainer().classList.toggle("is-low", map.getSize().y < 360);
    low();
    map.on("resize", () => {
      low();
      if (map.eppvAtHome && !map.eppvPrinting) {
        goHome(map, false);
      }
    });
    state.define("view", (value) => {
      const match = /^(\d{1,2}(?:\.\d+)?)\/(-?\d{1,2}(?:\.\d+)?)\/(-?\d{1,3}(?:\.\d+)?)$/.exec(value);
      if (match) {
        const [zoom, lat, lon] = match.slice(1).map(Number);
        map.setView([Math.max(-85, Math.min(85, lat)), Math.max(-180, Math.min(180, lon))], Math.min(18, Math.max(2, zoom)), { animate: false });
        map.eppvAtHome = false;
      } else if (!map.eppvAtHome) {
        goHome(map, false);
      }
    });
  }

  /* ---- printing: one clean page, the map at the size of the paper ---- */

  function redraw(map) {
    map.eachLayer((layer) => {
      if (layer instanceof L.Canvas) {
        layer._reset();
        layer._redraw(); // at once: a page is printed before the next frame
      }
    });
    eppv.labels.now();
  }

  function printing(map, holder) {
    window.addEventListener("beforeprint", () => {
      map.eppvPrinting = { zoom: map.getZoom(), centre: map.getCenter(), home: map.eppvAtHome };
      holder.style.width = "700px";
      holder.style.height = map.eppvView.detail ? "420px" : document.documentElement.classList.contains("zones-shown") ? "410px" : "490px";
      map.eppvPrinting.folded = Array.from(document.querySelectorAll("details")).filter((node) => !node.open);
      map.eppvPrinting.folded.forEach((node) => (node.open = true)); // paper cannot be unfolded
      map.invalidateSize({ animate: false, pan: false });
      if (map.eppvPrinting.home) {
        map.fitBounds(map.eppvHome, { animate: false });
      }
      redraw(map);
    });
    window.addEventListener("afterprint", () => {
      const was = map.eppvPrinting;
      if (!was) {
        return;
      }
      was.folded.forEach((node) => (node.open = false));
      holder.style.width = "";
      holder.style.height = "";
      map.invalidateSize({ animate: false, pan: false });
      map.setView(was.centre, was.zoom, { animate: false });
      map.eppvAtHome = was.home;
      map.eppvPrinting = null;
    });
  }

  eppv.map = createMap;
})();
