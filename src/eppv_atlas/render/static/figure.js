/* The map as it stands on the screen, as an SVG or PNG file with legend, scale, source and confidence. */
(function () {
  "use strict";
  const eppv = window.eppv;
  if (eppv.figure) {
    return;
  }

  const { svg } = eppv;
  const FONT = '"Noto Sans SC","Noto Sans CJK SC","Source Han Sans SC","PingFang SC","Microsoft YaHei",sans-serif';
  const MARGIN = 16;

  function path(map, latlngs, closed) {
    const parts = Array.isArray(latlngs[0]) ? latlngs.map((inner) => path(map, inner, closed)) : null;
    if (parts) {
      return parts.join("");
    }
    const points = latlngs.map((at) => {
      const p = map.latLngToContainerPoint(at);
      return p.x.toFixed(1) + " " + p.y.toFixed(1);
    });
    return points.length ? "M" + points.join("L") + (closed ? "Z" : "") : "";
  }

  function words(x, y, size, text, more) {
    return svg("text", Object.assign({ x, y, "font-size": size, fill: "#1d2733" }, more), text);
  }

  function hatch(family, colour) {
    return svg(
      "pattern",
      { id: "h-" + family, width: 7, height: 7, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
      svg("rect", { width: 7, height: 7, fill: colour, "fill-opacity": 0.1 }),
      svg("line", { x1: 0, y1: 0, x2: 0, y2: 7, stroke: colour, "stroke-width": 1.8, "stroke-opacity": 0.5 })
    );
  }

  function look(zone) {
    const style = eppv.zoneLook(zone);
    return {
      fill: style.hatched ? "url(#h-" + zone.family + ")" : style.colour,
      "fill-opacity": style.hatched ? 1 : style.fill,
      stroke: style.colour,
      "stroke-width": style.width,
      "stroke-dasharray": style.dash || "none",
    };
  }

  function lines(layer) {
    return layer.getLayers ? layer.getLayers().reduce((all, inner) => all.concat(lines(inner)), []) : [layer];
  }

  function ground(map) {
    const held = map.eppvDrawing;
    const group = svg("g", {});
    group.appendChild(svg("path", { d: path(map, held.land.getLatLngs(), true), fill: "#e7e3da" }));
    held.drawn.forEach((area) => {
      group.appendChild(svg("path", { d: path(map, area.shape.getLatLngs(), true), fill: area.shape.options.fillColor, stroke: "#a59f92", "stroke-width": 0.8 }));
    });
    lines(held.frame).forEach((layer) => {
      if (layer.getLatLngs) {
        const style = { fill: "none", stroke: layer.options.color, "stroke-width": layer.options.weight, "stroke-dasharray": layer.options.dashArray || "none" };
        group.appendChild(svg("path", Object.assign({ d: path(map, layer.getLatLngs(), layer instanceof L.Polygon) }, style)));
      }
    });
    return group;
  }

  function shapes(map) {
    const group = svg("g", {});
    (map.eppvZones || []).forEach((drawn) => {
      if (map.hasLayer(drawn)) {
        lines(drawn.eppv.shape).forEach((layer) => {
          group.appendChild(svg("path", Object.assign({ d: path(map, layer.getLatLngs(), true), "fill-rule": "evenodd" }, look(drawn.eppv.zone))));
        });
      }
    });
    return group;
  }

  function dots(map) {
    const group = svg("g", {});
    (map.eppvSites || []).forEach((site) => {
      const p = map.latLngToContainerPoint([site.at[1], site.at[0]]);
      group.appendChild(svg("circle", { cx: p.x, cy: p.y, r: 4, fill: "#fff", stroke: "#1d2733", "stroke-width": 1.6, "stroke-dasharray": eppv.looks.confidences[site.confidence].hatched ? "3 3" : "none" }));
    });
    return group;
  }

  /* the names as they found room on the screen */
  function names(map) {
    const frame = map.getContainer().getBoundingClientRect();
    const group = svg("g", { "paint-order": "stroke", stroke: "#fff", "stroke-width": 3, "stroke-linejoin": "round" });
    map.getPane("names").querySelectorAll(".area-name, .zone-name-label, .site-name").forEach((node) => {
      const box = node.getBoundingClientRect();
      if (node.classList.contains("crowded") || !box.width || box.left < frame.left || box.right > frame.right || box.top < frame.top || box.bottom > frame.bottom) {
        return;
      }
      const part = node.querySelector('[lang="' + eppv.lang() + '"]');
      const mark = node.querySelector("em");
      const text = part.textContent + (mark ? (eppv.lang() === "zh" ? "（" : " (") + eppv.say(eppv.ui.schematic_mark) + (eppv.lang() === "zh" ? "）" : ")") : "");
      const quiet = node.classList.contains("area-name");
      group.appendChild(words((box.left + box.right) / 2 - frame.left, (box.top + box.bottom) / 2 - frame.top + 4, quiet ? 11 : 12.5, text, { "text-anchor": "middle", "font-weight": quiet ? 400 : 600, fill: quiet ? "#6a6455" : "#16202b" }));
    });
    return group;
  }

  function scaleBar(map, width, height) {
    const y = height - 18;
    const a = map.containerPointToLatLng([width - 160, y]);
    const b = map.containerPointToLatLng([width - 20, y]);
    const metres = eppv.geodesy.length([[a.lng, a.lat], [b.lng, b.lat]], false);
    const power = 10 ** Math.floor(Math.log10(metres));
    const round = [5, 2, 1].map((step) => step * power).find((step) => step <= metres);
    const size = (140 * round) / metres;
    const text = round >= 1000 ? round / 1000 + " km" : round + " m";
    return svg(
      "g",
      {},
      svg("path", { d: "M" + (width - 20 - size) + " " + (y - 5) + "v5h" + size + "v-5", fill: "none", stroke: "#1d2733", "stroke-width": 1.6 }),
      words(width - 20 - size / 2, y - 6, 11, text, { "text-anchor": "middle" })
    );
  }

  function legend(map, top, width) {
    const group = svg("g", {});
    const seen = new Map();
    (map.eppvZones || []).filter((drawn) => map.hasLayer(drawn)).forEach((drawn) => {
      const zone = drawn.eppv.zone;
      seen.set(zone.family + "|" + zone.confidence, zone);
    });
    let x = MARGIN;
    let y = top;
    seen.forEach((zone) => {
      const text = eppv.say(eppv.looks.families[zone.family].name) + " · " + eppv.say(eppv.looks.confidences[zone.confidence].name);
      const wide = 46 + Array.from(text).reduce((sum, char) => sum + (char > "\u2e80" ? 13 : 7.2), 0);
      if (x + wide > width - MARGIN) {
        x = MARGIN;
        y += 22;
      }
      group.appendChild(svg("rect", Object.assign({ x, y: y - 11, width: 26, height: 14 }, look(zone))));
      group.appendChild(words(x + 33, y, 12.5, text));
      x += wide;
    });
    return { group, bottom: seen.size ? y + 12 : top - 12 };
  }

  /* fold a line of text at a width; Chinese breaks anywhere, English at spaces */
  function fold(text, size, width) {
    const out = [""];
    let used = 0;
    (text.match(/[\u2e80-\uffef]|[^\s\u2e80-\uffef]+\s*|\s+/g) || []).forEach((word) => {
      const wide = Array.from(word).reduce((sum, char) => sum + (char > "\u2e80" ? size : size * 0.56), 0);
      if (used + wide > width && out[out.length - 1]) {
        out.push("");
        used = 0;
      }
      out[out.length - 1] += word;
      used += wide;
    });
    return out;
  }

  function draw(map, info) {
    const size = map.getSize();
    const top = 52;
    const key = legend(map, top + size.y + 26, size.x);
    const notes = [info.note, info.source, info.review].filter(Boolean).reduce((all, text) => all.concat(fold(eppv.say(text), 11, size.x - 2 * MARGIN)), []);
    const height = key.bottom + notes.length * 16 + 10;
    const clip = svg("clipPath", { id: "frame" }, svg("rect", { width: size.x, height: size.y }));
    const families = new Set((map.eppvZones || []).map((drawn) => drawn.eppv.zone.family));
    const picture = svg(
      "svg",
      { xmlns: "http://www.w3.org/2000/svg", viewBox: "0 0 " + size.x + " " + height, width: size.x, height, "font-family": FONT, role: "img" },
      svg("title", {}, eppv.say(info.title)),
      svg("defs", {}, clip, ...Array.from(families).map((family) => hatch(family, eppv.looks.families[family].colour))),
      svg("rect", { width: size.x, height, fill: "#fff" }),
      words(MARGIN, 33, 19, eppv.say(info.title), { "font-weight": 700 }),
      svg(
        "g",
        { transform: "translate(0 " + top + ")", "clip-path": "url(#frame)" },
        svg("rect", { width: size.x, height: size.y, fill: "#d9e5ec" }),
        ground(map),
        shapes(map),
        names(map),
        dots(map),
        scaleBar(map, size.x, size.y)
      ),
      key.group
    );
    notes.forEach((text, i) => picture.appendChild(words(MARGIN, key.bottom + 12 + i * 16, 11, text, { fill: "#46505c" })));
    return { text: new XMLSerializer().serializeToString(picture), width: size.x, height };
  }

  function png(made, scale) {
    return new Promise((resolve, reject) => {
      const image = new Image();
      image.onload = () => {
        const canvas = document.createElement("canvas");
        canvas.width = Math.round(made.width * scale);
        canvas.height = Math.round(made.height * scale);
        canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
        canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("no picture"))), "image/png");
      };
      image.onerror = () => reject(new Error("no picture"));
      image.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(made.text);
    });
  }

  eppv.figure = { draw, png };
})();
