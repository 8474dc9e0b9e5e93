/* Files of a case, made in the page from what the page holds: GeoJSON of its zones, CSV of areas and facts. */
(function () {
  "use strict";
  const eppv = window.eppv;
  if (eppv.downloads) {
    return;
  }

  function properties(zone, story) {
    const row = story.zones.find((item) => item.id === zone.id);
    return {
      id: zone.id,
      case: story.id,
      name_zh: zone.name.zh,
      name_en: zone.name.en,
      kind: row.kind,
      confidence: zone.confidence,
      how_zh: zone.how.zh,
      how_en: zone.how.en,
      area_m2: zone.measured,
      stated_m2: row.stated_m2,
      stated_printed: row.stated_printed,
      stated_page: row.stated_page,
      difference_pct: row.difference_pct,
      made_from_stated: zone.madeFromStated,
      source: story.source.zh,
    };
  }

  function geojson(zones, story) {
    const features = zones.cases[0].zones.map((zone) => ({
      type: "Feature",
      id: zone.id,
      properties: properties(zone, story),
      geometry: eppv.codec.geometry(zone.shape, zones.scale, zone.cells),
    }));
    return JSON.stringify({ type: "FeatureCollection", features }, null, 1) + "\n";
  }

  /* text that a spreadsheet would take for a formula is kept as text */
  function cell(value) {
    if (value === null || value === undefined) {
      return "";
    }
    if (typeof value === "number") {
      return String(value);
    }
    const text = /^[=+\-@\t\r]/.test(String(value)) ? "'" + value : String(value);
    return /[",\r\n]/.test(text) ? '"' + text.replace(/"/g, '""') + '"' : text;
  }

  /* with a byte-order mark, so that WPS and Excel read the Chinese */
  function csv(rows) {
    const names = rows.length ? Object.keys(rows[0]) : [];
    const lines = [names].concat(rows.map((row) => names.map((name) => row[name])));
    return "\ufeff" + lines.map((line) => line.map(cell).join(",")).join("\r\n") + "\r\n";
  }

  eppv.downloads = { csv, geojson };
})();
