/* Symbols of the plants, which the keyboard reaches: their area is the heat of the hour. */
(function () {
  "use strict";
  const { data, element, symbol, matrices } = window.heatnet;
  const { currentCase, plain } = window.heatnet.values;
  function made(page, network, layout, carrier, item, position) {
    const values = network.plants, key = ["schedule_mw", "heat_mw"].find((one) => values[one] !== undefined);
    const icon = L.divIcon({ className: "plant-icon", html: element("span"), iconSize: [40, 40] });
    const marker = L.marker(item.at, { icon, keyboard: true, alt: item.name, pane: "plants" });
    const group = { kind: "plants", carrier, layout, network, items: layout.plants, solved: network.solved, sources: [], visible: true };
    const plant = { group, position, item, marker, place: carrier === "electric" ? undefined : values[key], key, size: -1 };
    const open = (focus) => window.heatnet.find.show({ group, position }, focus, item.at);
    marker.on("add", () => {
      const node = marker.getElement();
      node.setAttribute("aria-label", item.name);
      node.title = item.name;
      node.addEventListener("keydown", (event) => { if (event.key === "Enter") open(true); });
      plant.size = -1;
    });
    marker.on("click", () => open(false));
    return plant;
  }
  function largestOf(place) {
    const matrix = matrices.now(place);
    if (matrix.largest === undefined) matrix.largest = matrix.scale * matrix.q.reduce((most, one) => Math.max(most, one), 0);
    return matrix.largest;
  }
  const sizeOf = (heat, most) => (heat > 0 && most > 0 ? Math.round(14 + 26 * Math.sqrt(heat / most)) : 13);
  /* Size of a plant's symbol in the hour in which it gives most. */
  function widestOf(plant, most) {
    const matrix = matrices.now(plant.place), first = plant.position * matrix.hours;
    return sizeOf(matrix.scale * matrix.q.subarray(first, first + matrix.hours).reduce((largest, one) => Math.max(largest, one), 0), most);
  }
  /* Colour of a plant's kind; where stations show their source, that of the source. */
  function colourOf(plant, bySource) {
    if (!bySource) return plant.item.colour;
    const source = plant.group.network.sources.find((one) => one.id === plant.item.id);
    return source ? source.colour : data.other_plant;
  }
  /* Sizes by the heat of the hour; hollow where there is none. */
  function paint(plants, hour, bySource) {
    const one = currentCase(), places = plants.filter((plant) => plant.place !== undefined).map((plant) => plant.place);
    const most = Math.max(0, ...places.map(largestOf));
    for (const plant of plants) {
      const node = plant.marker.getElement();
      if (!node) continue;
      const heat = plant.place === undefined ? NaN : plain(one, plant.group.network, "plants", { key: plant.key })(plant.position, hour);
      const fixed = plant.group.carrier === "electric", hollow = !fixed && !(heat > 0);
      const size = fixed ? 15 : sizeOf(heat, most), colour = colourOf(plant, bySource);
      if (plant.widest === undefined) plant.widest = plant.place === undefined ? size : widestOf(plant, most);
      if (plant.size === size && plant.hollow === hollow && plant.colour === colour) continue;
      plant.size = size;
      plant.colour = colour;
      plant.hollow = hollow;
      node.replaceChildren(symbol(plant.item.symbol, colour, size, hollow));
    }
  }
  Object.assign(window.heatnet, { plants: { made, paint } });
})();
