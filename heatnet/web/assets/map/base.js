/* Panes of the map, and the layers that lie below the networks: zones, avenues, landmarks. */
(function () {
  "use strict";
  const { data, element } = window.heatnet;
  for (const [pane, level] of [["tiles", 150], ["base", 250], ["labels", 405], ["network", 420], ["plants", 600]]) window.map_heatnet.createPane(pane).style.zIndex = level;
  const STYLES = {
    zones: { color: "#c3ccb9", weight: 1.2, fillColor: "#e9ede2", fillOpacity: 0.75 },
    avenues: { color: "#d5d9dc", weight: 2 },
    landmarks: { color: "#8f9aa3", weight: 1, fillColor: "#ffffff", fillOpacity: 1, radius: 3 },
  };
  const LABEL_CLASS = { zones: "zone-label", avenues: "avenue-label", landmarks: "landmark-label" };
  const base = {};
  for (const name of Object.keys(STYLES)) {
    base[name] = L.geoJSON(data.base[name], {
      pane: "base", interactive: false, style: STYLES[name],
      pointToLayer: (_feature, at) => L.circleMarker(at, Object.assign({ pane: "base", interactive: false }, STYLES[name])),
      onEachFeature: (feature, layer) => {
        if (!feature.properties.name) return;
        const point = feature.geometry.type === "Point";
        layer.bindTooltip(element("span", feature.properties.name), {
          permanent: true, direction: point ? "right" : "center", className: "base-label " + LABEL_CLASS[name], pane: "labels", interactive: false,
        });
      },
    });
  }
  Object.assign(window.heatnet, { base });
})();
