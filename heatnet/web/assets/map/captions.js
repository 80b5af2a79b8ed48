/* Captions of zones, landmarks and roads: beside the symbols and none over another; a road or landmark without room has none. */
(function () {
  "use strict";
  const { base } = window.heatnet;
  const map = window.map_heatnet;
  const BESIDE_PX = 6, ROOM_PX = 2, MANY = 2000;  // a caption to the right of a point begins so far from it
  const STEPS = [0, 8, 16, 24, 32], ALONG = [0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8, 0.1, 0.9];

  const around = (at, half) => [at.x - half, at.y - half, at.x + half, at.y + half];
  const meets = (a, b) => a[0] < b[2] + ROOM_PX && b[0] < a[2] + ROOM_PX && a[1] < b[3] && b[1] < a[3];
  function alongLine(layer, at) {
    const points = layer.getLatLngs().flat(Infinity).map((place) => map.latLngToLayerPoint(place));
    const lengths = points.slice(1).map((point, i) => point.distanceTo(points[i])), whole = lengths.reduce((sum, one) => sum + one, 0);
    return ALONG.map((share) => {
      let left = share * whole, i = 0;
      while (i < lengths.length - 1 && left > lengths[i]) left -= lengths[i++];
      const part = lengths[i] > 0 ? left / lengths[i] : 0;
      return points[i].add(points[i + 1].subtract(points[i]).multiplyBy(part)).subtract(at);
    });
  }
  /* Offsets at which a caption may stand, the best first. */
  const OFFSETS = {
    zones: () => [0, -26, 26, -52, 52].map((y) => L.point(0, y)),
    landmarks: (_layer, _at, width) => [
      ...STEPS.map((x) => L.point(x, 0)), ...STEPS.map((x) => L.point(-x - width - 2 * BESIDE_PX, 0)),
      ...STEPS.flatMap((x) => [L.point(x, -14), L.point(x, 14)]),
    ],
    avenues: alongLine,
  };
  function captionsOf(name) {
    const found = [];
    base[name].eachLayer((layer) => {
      const tooltip = layer.getTooltip(), node = tooltip && tooltip.getElement();
      if (!node || !node.offsetWidth) return;
      found.push({ layer, tooltip, node, width: node.offsetWidth, height: node.offsetHeight, at: map.latLngToLayerPoint(tooltip.getLatLng()) });
    });
    return found;
  }
  function boxOf({ at, width, height, tooltip }, offset) {
    const left = at.x + offset.x + (tooltip.options.direction === "right" ? BESIDE_PX : -width / 2), top = at.y + offset.y - height / 2;
    return [left, top, left + width, top + height];
  }
  /* Stations are only kept clear where another place is free, as a road may be lined with them. */
  function arrange(page) {
    const every = ["zones", "landmarks", "avenues"].map((name) => [name, captionsOf(name)]);
    const taken = page.plants.filter((plant) => map.hasLayer(plant.marker)).map((plant) => around(map.latLngToLayerPoint(plant.item.at), (plant.widest || plant.size) / 2));
    const stations = page.groups.filter((group) => group.visible && group.kind === "stations" && group.items.length <= MANY);
    const avoided = stations.flatMap((group) => group.items.map((item) => around(map.latLngToLayerPoint(item.at), item.radius || 3.5)));
    for (const [name, captions] of every) for (const caption of captions) {
      const offsets = OFFSETS[name](caption.layer, caption.at, caption.width);
      const clearOf = (boxes) => (offset) => { const own = boxOf(caption, offset); return !boxes.some((one) => meets(one, own)); };
      const free = offsets.filter(clearOf(taken)), chosen = free.find(clearOf(avoided)) || free[0] || (name === "zones" ? offsets[0] : null);
      caption.node.style.visibility = chosen ? "" : "hidden";
      if (!chosen) continue;
      taken.push(boxOf(caption, chosen));
      caption.tooltip.options.offset = chosen;
      caption.tooltip.setLatLng(caption.tooltip.getLatLng());
    }
  }
  Object.assign(window.heatnet, { captions: { arrange } });
})();
