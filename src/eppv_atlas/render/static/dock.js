/* A card that stands beside what it speaks of, where there is room: the map stays where it is. */
(function () {
  "use strict";
  const eppv = window.eppv;
  if (eppv.dock) {
    return;
  }

  const ROOM = [640, 420]; // px: on a smaller map a card is a popup
  let held = null; // the card, what is told when it closes, what had the focus before it

  function undock() {
    if (held) {
      const { node, back, closed } = held;
      held = null;
      node.remove();
      closed();
      if (back && back.isConnected) {
        back.focus({ preventScroll: true });
      }
    }
  }

  /* options: name for screen readers, beside (a place), closed() */
  function dock(map, content, options) {
    const size = map.getSize();
    undock();
    if (size.x < ROOM[0] || size.y < ROOM[1] || eppv.phone()) {
      return false;
    }
    map.closePopup();
    const node = eppv.el("section", "case-card", eppv.frame.small("card-close", "×", eppv.ui.close, undock), content);
    eppv.named(node, options.name);
    node.setAttribute("tabindex", "-1");
    node.style.maxHeight = size.y - 24 + "px";
    node.classList.toggle("at-left", map.latLngToContainerPoint(options.beside).x > size.x / 2);
    L.DomEvent.disableClickPropagation(node);
    L.DomEvent.disableScrollPropagation(node);
    held = { node, closed: options.closed, back: eppv.keyed() ? document.activeElement : null };
    map.getContainer().appendChild(node);
    if (held.back) {
      node.focus({ preventScroll: true });
    }
    return true;
  }

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      undock();
    }
  });

  eppv.dock = dock;
  eppv.undock = undock;
})();
