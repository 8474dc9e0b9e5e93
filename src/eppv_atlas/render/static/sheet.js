/* On a phone the list is a sheet from below; a case opens in it instead of in a popup. */
(function () {
  "use strict";
  const eppv = window.eppv;
  if (eppv.sheet) {
    return;
  }

  const { el, named } = eppv;
  const STATES = ["peek", "half", "full"];
  let panel = null;
  let handle = null;
  let card = null;
  let left = null;
  let opener = null;

  function set(state) {
    panel.dataset.sheet = state;
    handle.setAttribute("aria-expanded", String(state !== "peek"));
    panel.style.transform = "";
    if (state === "peek") {
      panel.scrollTop = 0;
    }
  }

  /* the handle: a button that opens and closes, and that can be pulled */
  function pull() {
    let from = 0;
    let moved = 0;
    handle.addEventListener("pointerdown", (event) => {
      from = event.clientY;
      moved = 0;
      handle.setPointerCapture(event.pointerId);
    });
    handle.addEventListener("pointermove", (event) => {
      if (handle.hasPointerCapture(event.pointerId)) {
        moved = event.clientY - from;
        panel.style.transform = "translateY(" + Math.max(-40, moved) + "px)";
      }
    });
    handle.addEventListener("pointerup", () => {
      panel.style.transform = "";
      const at = STATES.indexOf(panel.dataset.sheet);
      if (Math.abs(moved) > 30) {
        set(STATES[Math.max(0, Math.min(2, at + (moved < 0 ? 1 : -1)))]);
      }
    });
    handle.addEventListener("pointercancel", () => {
      panel.style.transform = "";
    });
    handle.addEventListener("click", () => {
      if (Math.abs(moved) <= 30) {
        set(panel.dataset.sheet === "peek" ? "half" : "peek");
      }
      moved = 0;
    });
  }

  function start() {
    if (panel) {
      return;
    }
    panel = document.querySelector(".panel.sheet");
    if (!panel) {
      return;
    }
    handle = el("button", "sheet-handle", el("span", "grip"));
    handle.type = "button";
    named(handle, eppv.ui.sheet);
    panel.insertBefore(handle, panel.firstChild);
    card = el("section", "sheet-card");
    card.hidden = true;
    panel.insertBefore(card, handle.nextSibling);
    pull();
    set("peek");
    panel.addEventListener("focusin", (event) => {
      if (eppv.phone() && panel.dataset.sheet === "peek" && event.target !== handle && event.target.type !== "search") {
        set("half");
      }
    });
    const box = panel.querySelector("input[type=search]");
    if (box) {
      box.addEventListener("focus", () => {
        if (eppv.phone()) {
          set("full");
        }
      });
    }
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !card.hidden) {
        hide();
      }
    });
  }

  /* put a card into the sheet; false where there is no sheet, so that a popup is opened */
  function show(node, closed) {
    start();
    if (!panel || !eppv.phone() || document.documentElement.classList.contains("is-embedded")) {
      return false;
    }
    const before = left;
    opener = eppv.keyed() ? document.activeElement : null;
    left = closed;
    if (before && before !== closed) {
      before();
    }
    card.textContent = "";
    card.appendChild(eppv.button("plain back-to-list", eppv.ui.back_to_list, hide));
    card.appendChild(node);
    card.hidden = false;
    panel.classList.add("has-card");
    set("half");
    panel.scrollTop = 0;
    if (opener) {
      card.firstChild.focus();
    }
    return true;
  }

  function hide() {
    if (!panel || card.hidden) {
      return;
    }
    card.hidden = true;
    card.textContent = "";
    panel.classList.remove("has-card");
    const act = left;
    left = null;
    if (act) {
      act();
    }
    if (opener && opener.isConnected) {
      opener.focus();
    }
  }

  eppv.sheet = { hide, set, show, start };
  document.addEventListener("DOMContentLoaded", start);
})();
