/* Background maps from the internet, only when somebody switches one on. GCJ-02, the shifted coordinates of Chinese street
   maps, is here for tiles that are drawn in it: the tiles move, the network stays where it is. */
(function () {
  "use strict";
  const { labels, byId } = window.heatnet;
  const TIANDITU = (layer) => "https://t{s}.tianditu.gov.cn/" + layer + "_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER=" + layer +
    "&STYLE=default&TILEMATRIXSET=w&FORMAT=tiles&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}&tk={tk}";
  // both stand in WGS 84 (TianDiTu in CGCS2000, which is the same within a metre)
  const KNOWN = {
    osm: { layers: ["https://tile.openstreetmap.org/{z}/{x}/{y}.png"], maxZoom: 19, datum: "wgs84", credit: "© OpenStreetMap contributors" },
    tianditu: { layers: [TIANDITU("vec"), TIANDITU("cva")], maxZoom: 18, subdomains: "01234567", datum: "wgs84", credit: "© 天地图", key: true },
  };

  /* GCJ-02 of a WGS 84 place in degrees, by the published approximation (Krasovsky 1940 ellipsoid); outside China the same. */
  const SEMI_MAJOR_M = 6378245.0, ECCENTRICITY_2 = 0.00669342162296594323;
  function gcj02(lat, lon) {
    if (lon < 72.004 || lon > 137.8347 || lat < 0.8293 || lat > 55.8271) return [lat, lon];
    const x = lon - 105.0, y = lat - 35.0, pi = Math.PI;
    const waves = (20.0 * Math.sin(6.0 * x * pi) + 20.0 * Math.sin(2.0 * x * pi)) * 2.0 / 3.0;
    let north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * Math.sqrt(Math.abs(x)) + waves;
    north += (20.0 * Math.sin(y * pi) + 40.0 * Math.sin(y / 3.0 * pi)) * 2.0 / 3.0;
    north += (160.0 * Math.sin(y / 12.0 * pi) + 320.0 * Math.sin(y * pi / 30.0)) * 2.0 / 3.0;
    let east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * Math.sqrt(Math.abs(x)) + waves;
    east += (20.0 * Math.sin(x * pi) + 40.0 * Math.sin(x / 3.0 * pi)) * 2.0 / 3.0;
    east += (150.0 * Math.sin(x / 12.0 * pi) + 300.0 * Math.sin(x / 30.0 * pi)) * 2.0 / 3.0;
    const latitude = lat / 180.0 * pi, root = 1.0 - ECCENTRICITY_2 * Math.sin(latitude) ** 2;
    const metresNorth = SEMI_MAJOR_M * (1.0 - ECCENTRICITY_2) / (root * Math.sqrt(root)), metresEast = SEMI_MAJOR_M / Math.sqrt(root) * Math.cos(latitude);
    return [lat + north * 180.0 / (metresNorth * pi), lon + east * 180.0 / (metresEast * pi)];
  }

  /* Move tiles that stand in GCJ-02 by what the middle of the map is shifted: within a screen the shift hardly changes. */
  function keepShifted(map, layer) {
    const move = () => {
      const centre = map.getCenter(), zoom = map.getZoom(), container = layer.getContainer();
      if (!container) return;
      const by = map.project(centre, zoom).subtract(map.project(gcj02(centre.lat, centre.lng), zoom));
      container.style.left = by.x + "px";
      container.style.top = by.y + "px";
    };
    layer.on("add", move);
    map.on("moveend zoomend", move);
  }

  /* The key of TianDiTu from the address after "#", which no server sees: it leaves the address and is kept in the page alone. */
  function keyFromAddress() {
    const found = /[#&]tianditu=([\w-]+)/.exec(window.location.hash);
    if (!found) return "";
    history.replaceState(null, "", window.location.pathname + window.location.search);
    return found[1];
  }
  function start(map) {
    const choice = byId("background"), field = byId("tianditu-key"), note = byId("background-note"), credit = byId("background-credit");
    const layers = [];
    field.value = keyFromAddress();
    function show() {
      layers.splice(0).forEach((layer) => layer.remove());
      note.textContent = credit.textContent = "";
      byId("key-field").hidden = choice.value !== "tianditu";
      const chosen = KNOWN[choice.value], key = field.value.trim();
      if (!chosen) return;
      if (chosen.key && !key) { note.textContent = labels.tianditu_key; return; }
      for (const address of chosen.layers) {
        const layer = L.tileLayer(address, { pane: "tiles", maxZoom: 21, maxNativeZoom: chosen.maxZoom, subdomains: chosen.subdomains || "", tk: encodeURIComponent(key) });
        layer.on("tileerror", () => { note.textContent = labels.tiles_failed; });
        if (chosen.datum === "gcj02") keepShifted(map, layer);
        layers.push(layer.addTo(map));
      }
      credit.textContent = chosen.credit;
    }
    window.addEventListener("hashchange", () => { field.value = keyFromAddress() || field.value; show(); });
    choice.addEventListener("change", show);
    field.addEventListener("change", show);
  }
  Object.assign(window.heatnet, { background: { start, gcj02, keepShifted } });
})();
