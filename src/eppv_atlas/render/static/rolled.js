/* A long list of which only the part in sight exists. Knows entries as numbers; what one is, whoever asks knows. */
(function () {
  "use strict";
  const eppv = window.eppv;
  if (eppv.rolled) {
    return;
  }

  const BEYOND = 400; // px above and below what is seen

  /* config: scroller, height(entry), make(entry, place) → element */
  function rolled(holder, config) {
    const { scroller } = config;
    let entries = [];
    let tops = [0];
    let made = new Map();
    let waiting = false;

    function at(y) {
      let [low, high] = [0, entries.length];
      while (low < high) {
        const middle = (low + high) >> 1;
        [low, high] = tops[middle + 1] <= y ? [middle + 1, high] : [low, middle];
      }
      return low;
    }

    function draw() {
      waiting = false;
      const view = scroller.getBoundingClientRect();
      const from = view.top - holder.getBoundingClientRect().top;
      const first = at(Math.max(0, from - BEYOND));
      const last = Math.min(entries.length - 1, at(from + view.height + BEYOND));
      const held = new Map();
      made.forEach((node, n) => {
        if ((n >= first && n <= last) || node.contains(document.activeElement)) {
          held.set(n, node);
        } else {
          node.remove();
        }
      });
      for (let n = first; n <= last; n += 1) {
        if (!held.has(n)) {
          const node = config.make(entries[n], n);
          node.classList.add("roll");
          node.style.top = tops[n] + "px";
          node.style.height = tops[n + 1] - tops[n] + "px";
          held.set(n, node);
        }
      }
      made = new Map(Array.from(held).sort((a, b) => a[0] - b[0]));
      let next = holder.firstChild;
      made.forEach((node) => {
        if (node === next) {
          next = next.nextSibling;
        } else {
          holder.insertBefore(node, next);
        }
      });
    }

    function soon() {
      if (!waiting) {
        waiting = true;
        window.requestAnimationFrame(draw);
      }
    }

    function set(list) {
      entries = list;
      tops = new Float64Array(list.length + 1);
      for (let n = 0; n < list.length; n += 1) {
        tops[n + 1] = tops[n] + config.height(list[n]);
      }
      made.forEach((node) => node.remove());
      made = new Map();
      holder.style.height = tops[list.length] + "px";
      draw();
    }

    /* bring an entry into sight and into being; returns its element */
    function show(n) {
      const view = scroller.getBoundingClientRect();
      const offset = holder.getBoundingClientRect().top - view.top;
      const [top, bottom] = [offset + tops[n], offset + tops[n + 1]];
      if (top < 40) {
        scroller.scrollTop += top - 40;
      } else if (bottom > view.height - 10) {
        scroller.scrollTop += bottom - view.height + 10;
      }
      draw();
      return made.get(n);
    }

    scroller.addEventListener("scroll", soon, { passive: true });
    window.addEventListener("resize", soon);
    if (window.ResizeObserver) {
      const watcher = new ResizeObserver(soon);
      watcher.observe(scroller);
      Array.from(scroller.children).forEach((child) => (child === holder ? null : watcher.observe(child)));
    }
    return { each: (act) => made.forEach(act), set, show, soon };
  }

  eppv.rolled = rolled;
})();
