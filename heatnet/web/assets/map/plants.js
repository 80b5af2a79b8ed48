/* Symbols of the plants, which the keyboard reaches: their area is the heat of the hour. */
(function () {
  "use strict";
  const { element, symbol, matrices } = window.heatnet;
  const { currentCase, plain } = window.heatnet.values;
  function made(page, network, layout, carrier, item, position) {
    const values = network.plants, key = ["schedule_mw", "heat_mw"].find((one) => values[one] !== undefined);
    const icon = L.divIcon({ className: "plant-icon", html: element("span"), iconSize: [40, 40] });
    const marker = L.marker(item.at, { icon, keyboard: true, alt: item.name, pane: "plants" });
    const group = { kind: "plants", carrier, layout, network, items: layout.plants, solved: network.solved, sources: [], visible: true };
    const plant = { group, position, item, marker, place: carrier === "electric" ? undefined : values[key], key, size: -1 };
    marker.on("add", () => {
      const node = marker.getElement();
      node.setAttribute("aria-label", item.name);
      node.title = item.name;
      node.addEventListener("keydown", (event) => { if (event.key === "Enter") page.panel.open({ group, position }, true); });
      plant.size = -1;
    });
    marker.on("click", () => page.panel.open({ group, position }, false));
    return plant;
  }
  function largestOf(place) {
    const matrix = matrices.now(place);
    if (matrix.largest === undefined) matrix.largest = matrix.scale * matrix.q.reduce((most, one) => Math.max(most, one), 0);
    return matrix.largest;
  }
  /* Sizes by the heat of the hour; hollow where there is none. */
  function paint(plants, hour) {
    const one = currentCase(), places = plants.filter((plant) => plant.place !== undefined).map((plant) => plant.place);
    const most = Math.max(0, ...places.map(largestOf));
    for (const plant of plants) {
      const node = plant.marker.getElement();
      if (!node) continue;
      const heat = plant.place === undefined ? NaN : plain(one, plant.group.network, "plants", { key: plant.key })(plant.position, hour);
      const fixed = plant.group.carrier === "electric", hollow = !fixed && !(heat > 0);
      const size = fixed ? 15 : heat > 0 && most > 0 ? Math.round(14 + 26 * Math.sqrt(heat / most)) : 13;
      if (plant.size === size && plant.hollow === hollow) continue;
      plant.size = size;
      plant.hollow = hollow;
      node.replaceChildren(symbol(plant.item.symbol, plant.item.colour, size, hollow));
    }
  }
  Object.assign(window.heatnet, { plants: { made, paint } });
})();
