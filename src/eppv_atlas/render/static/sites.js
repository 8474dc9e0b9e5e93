/* Places of a case as dots with names. */
(function () {
  "use strict";
  const eppv = window.eppv;
  if (eppv.sites) {
    return;
  }

  const { both, el, row } = eppv;

  function sitePopup(item) {
    const box = el(
      "div",
      "popup",
      el("h3", "", both(item.name)),
      el("p", "small", both(item.kind), " ", eppv.badge(item.confidence), " ", item.page ? eppv.pageOf(item.page) : null)
    );
    const list = el("dl", "");
    if (item.relations.length) {
      row(list, eppv.ui.position, el("span", "", ...item.relations.map((text) => el("span", "relation", both(text)))));
    }
    row(list, eppv.ui.how, both(item.how));
    box.appendChild(list);
    return box;
  }

  function sites(map, id) {
    eppv.frame.ready(map);
    const given = eppv.data(id);
    const group = L.layerGroup();
    given.sites.forEach((item) => {
      const rough = eppv.looks.confidences[item.confidence].hatched;
      const dot = L.circleMarker([item.at[1], item.at[0]], {
        radius: item.id === given.anchor ? 7 : 5,
        color: "#1d2733",
        weight: 2,
        dashArray: rough ? "3 3" : null,
        fillColor: "#fff",
        fillOpacity: 1,
        pane: "markerPane",
      });
      function open() {
        L.popup({ maxWidth: 280 }).setLatLng(dot.getLatLng()).setContent(sitePopup(item)).openOn(map);
      }
      dot.on("click", (event) => {
        L.DomEvent.stopPropagation(event);
        open();
      });
      dot.on("add", () => {
        const path = dot.getElement();
        eppv.labels.block(path);
        eppv.named(path, item.name);
        eppv.pressed(path, open);
      });
      dot.addTo(group);
      const name = el("span", "site-name", both(item.name));
      if (rough) {
        name.appendChild(el("em", "", both(eppv.ui.schematic_mark)));
      }
      // a name cut by the frame is no name
      eppv.labels.add(map, item.at, name, { priority: 40, pane: "names", places: ["right", "left", "below", "above"], inside: true }).addTo(group);
      eppv.opens.zone.set(item.id, () => {
        map.setView([item.at[1], item.at[0]], Math.max(map.getZoom(), 11), { animate: false });
        open();
      });
    });
    map.eppvSites = given.sites;
    eppv.frame.overlay(map, group, eppv.ui.sites, { id: "sites" });
  }

  eppv.sites = sites;
})();
