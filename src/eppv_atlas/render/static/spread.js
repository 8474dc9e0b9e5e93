/* Markers that would hide each other, pushed apart on the screen. */
(function () {
  "use strict";
  const eppv = window.eppv;
  if (eppv.spread) {
    return;
  }

  /* points on the screen, moved until none is nearer to another than the gap */
  function spread(points, gap, fixed) {
    const out = points.map((p) => ({ x: p.x, y: p.y }));
    for (let round = 0; round < 80; round += 1) {
      let moved = false;
      for (let i = 0; i < out.length; i += 1) {
        for (let j = i + 1; j < out.length; j += 1) {
          let dx = out[j].x - out[i].x;
          let dy = out[j].y - out[i].y;
          let far = Math.hypot(dx, dy);
          if (far < gap) {
            if (far < 0.01) {
              dx = 1;
              dy = j - i;
              far = Math.hypot(dx, dy);
            }
            const push = (gap - Math.min(far, gap)) / 2 + 0.1;
            out[i].x -= (dx / far) * push;
            out[i].y -= (dy / far) * push;
            out[j].x += (dx / far) * push;
            out[j].y += (dy / far) * push;
            moved = true;
          }
        }
      }
      (fixed || []).forEach((at) => {
        out.forEach((p) => {
          const far = Math.hypot(p.x - at.x, p.y - at.y);
          if (far < gap * 0.75) {
            const push = (gap * 0.75 - far + 0.1) / (far || 1);
            p.x += (p.x - at.x) * push || 1;
            p.y += (p.y - at.y) * push;
            moved = true;
          }
        });
      });
      if (!moved) {
        break;
      }
    }
    return out;
  }

  eppv.spread = spread;
})();
