/* The map page: what is shown (case, other case, hour, quantities), and who is told when that changes. */
(function () {
  "use strict";
  const { data, labels, byId, element, option, filled, matrices, colours, clock, HeatCanvas, base, plants, background, captions, details, legend, time, find } = window.heatnet;
  const { currentCase, otherCase, currentClock, plain, reader, twinReader, placesOf, storedKey } = window.heatnet.values;
  const map = window.map_heatnet;
  const frame = document.querySelector(".map-frame");
  const layoutsOfAll = Object.values(data.layouts);
  const QUANTILE = 0.98, RANGE_HOURS = 150;
  // the buttons above the map lie on no element
  const ROOM = { paddingTopLeft: [25, 62], paddingBottomRight: [25, 25] };
  const state = { hour: 0, second: null, hidden: new Set(), layersOff: new Set(), playing: null };
  /* What the other scripts ask of the page; `passed` are the hours of the slider. */
  const page = { state, groups: [], plants: [], passed: [], canvas: null, panel: null, choices: {} };
  const carrierOf = (layout) => (data.colours[layout.carrier] ? layout.carrier : "water");  // sites are coloured as water
  // a site has neither pipes nor stations with values: nothing to choose, nothing to explain
  const hasPipes = layoutsOfAll.some((layout) => carrierOf(layout) === "water" && layout.pipes.length);

  // ---------- what is painted ----------
  const choice = (id, list) => (byId(id).value ? list.find((one) => one.key === byId(id).value) : undefined);
  function choices() {
    const found = { pipes: choice("pipe-quantity", data.quantities.water.pipes), stations: choice("station-quantity", data.quantities.water.stations) };
    for (const carrier of Object.keys(data.colours)) found[carrier] = choice(carrier + "-quantity", data.colours[carrier]);
    return hasPipes ? found : Object.assign(found, { pipes: undefined, stations: undefined });
  }
  const paintedBy = (group, all) => (group.carrier === "water" ? all[group.kind] : all[group.carrier]);
  const scaleOf = (group) => (group.carrier === "water" ? group.kind : group.carrier);
  function directionOf(group) {
    const key = data.directions[group.carrier];
    return byId("arrows").checked && group.kind === "pipes" && group.network.pipes[key] !== undefined ? { key } : null;
  }
  function neededPlaces(all) {
    const one = currentCase(), places = page.groups.flatMap((group) => placesOf(group, [paintedBy(group, all), directionOf(group)]));
    for (const plant of page.plants) if (plant.place !== undefined) places.push(plant.place);
    if (all.stations && all.stations.is_source) for (const group of page.groups) if (group.kind === "stations" && group.network.stations.heat_mw !== undefined) places.push(group.network.stations.heat_mw);
    for (const network of one.networks) if (network.status) places.push(network.status.matrix);
    if (one.outdoor !== null) places.push(one.outdoor);
    return places;
  }
  const ranges = {};
  const capped = () => byId("range").value === "all";
  function spreadOver(members, hours, magnitude) {
    const found = [];
    for (const group of members) for (const hour of hours) for (let n = 0; n < group.items.length; n++) {
      const value = group.read(n, hour);
      if (!Number.isNaN(value)) found.push(magnitude ? Math.abs(value) : value);
    }
    return found.sort((a, b) => a - b);
  }
  function rangeOf(members, quantity) {
    const differs = Boolean(otherCase()), every = capped();
    if (!differs && quantity.ends) return quantity.ends;
    if (!differs && every) return quantity.range;
    const stride = Math.max(1, Math.floor(page.passed.length / RANGE_HOURS));
    const found = spreadOver(members, every ? page.passed.filter((_hour, i) => i % stride === 0) : [state.hour], differs || quantity.magnitude);
    if (!found.length) return null;
    const high = found[every ? Math.floor(QUANTILE * (found.length - 1)) : found.length - 1] || found[found.length - 1];
    if (differs) return window.heatnet.more(high, quantity.digits).startsWith("+") ? [-high, high] : [0, 0];
    return [quantity.from_zero ? 0 : found[0], high];
  }
  function setRanges(all) {
    for (const key of ["pipes", "stations", ...Object.keys(data.colours)]) {
      const quantity = all[key], members = page.groups.filter((group) => scaleOf(group) === key && group.quantity);
      ranges[key] = quantity && !quantity.is_source ? rangeOf(members, quantity) : null;
    }
  }
  /* Readers and colours for what is chosen now; its matrices are unpacked. */
  function prepare(all) {
    page.choices = all;
    for (const group of page.groups) {
      const quantity = paintedBy(group, all), has = quantity && group.network[group.kind][quantity.key] !== undefined;
      group.quantity = has ? quantity : null;
      if (has) group.read = reader(group, quantity);
      const direction = directionOf(group);
      group.direction = direction ? plain(currentCase(), group.network, "pipes", direction) : null;
      group.flows = direction ? new Float32Array(group.items.length) : null;
      group.backwards = Boolean(quantity && quantity.key === "t_return_degc");
      const ofSource = has && quantity.is_source;
      group.sourceOf = ofSource ? new Int16Array(group.items.length) : null;
      const heat = ofSource ? plain(currentCase(), group.network, "stations", { key: "heat_mw" }) : null;
      group.heatOf = heat ? (n) => heat(n, state.hour) : null;
    }
    setRanges(all);
    setPainters();
    page.canvas.zones = byId("influence").checked && all.stations && all.stations.is_source;
    byId("influence-field").hidden = !(all.stations && all.stations.is_source);
  }
  function setPainters() {
    for (const group of page.groups) {
      const { quantity } = group;
      group.painter = !quantity ? null : quantity.is_source ? colours.sourcePainter(group.sources) : colours.painter(quantity, ranges[scaleOf(group)], Boolean(otherCase()));
      if (!group.painter) {
        group.palette = colours.painter({}, null, false).palette;
        group.paints.fill(group.carrier === "water" || !group.solved ? colours.NONE : group.carrier === "electric" && group.kind === "pipes" ? colours.LINE : colours.ABSENT);
      } else group.palette = group.painter.palette;
    }
  }
  function paint() {
    if (!capped()) { setRanges(page.choices); setPainters(); }
    for (const group of page.groups) {
      const { paints, read, painter, sourceOf, flows, direction } = group, { hour } = state;
      if (!group.visible) continue;
      if (painter) for (let n = 0; n < paints.length; n++) {
        const value = read(n, hour);
        paints[n] = painter.of(value);
        if (sourceOf) sourceOf[n] = Number.isNaN(value) ? -1 : value;
      }
      if (flows) for (let n = 0; n < flows.length; n++) {
        const value = direction(n, hour);
        flows[n] = group.backwards && group.items[n].pair ? -value : value;
      }
    }
    page.canvas.draw();
    plants.paint(page.plants, state.hour, Boolean(page.choices.stations && page.choices.stations.is_source));
    page.panel.update();
    time.writeTime();
  }
  let asked = 0;
  async function refresh() {
    const mine = ++asked, all = choices();
    frame.setAttribute("aria-busy", "true");
    await matrices.need(neededPlaces(all));
    if (mine !== asked) return;
    prepare(all);
    paint();
    drawLegend();
    captions.arrange(page);
    frame.removeAttribute("aria-busy");
    document.body.dataset.shown = String(mine);
  }
  function drawLegend() {
    const other = otherCase();
    legend.draw({
      groups: page.groups, ranges, choices: page.choices, layouts: currentCase().networks.map((network) => data.layouts[network.layout]), capped,
      difference: () => (other ? filled(labels.difference, { first: currentCase().label, second: other.label }) : ""),
      influence: () => Boolean(page.canvas.zones),
    });
    byId("electric-field").hidden = !data.colours.electric.length || !page.groups.some((group) => group.carrier === "electric" && group.visible);
  }

  // ---------- drawing a case ----------
  const placesKnown = new Map();
  function reachOf(group) {
    const count = group.items.length, step = Math.max(1, Math.floor(count / 400)), nearest = [];
    for (let n = 0; n < count; n += step) {
      let least = Infinity;
      for (let m = 0; m < count; m++) if (m !== n) least = Math.min(least, Math.hypot(group.x[n] - group.x[m], group.y[n] - group.y[m]));
      if (least < Infinity) nearest.push(least);
    }
    nearest.sort((a, b) => a - b);
    return nearest.length ? nearest[Math.floor(nearest.length / 2)] : 0;
  }
  function drawCase() {
    page.plants.forEach((plant) => plant.marker.remove());
    page.groups = [];
    page.plants = [];
    for (const network of currentCase().networks) {
      const layout = data.layouts[network.layout], carrier = carrierOf(layout);
      for (const kind of ["pipes", "nodes", "stations"]) {
        const items = layout[kind];
        if (!items.length) continue;
        page.groups.push(Object.assign({ kind, carrier, layout, network, items, solved: network.solved, sources: network.sources, paints: new Uint8Array(items.length) }, placesKnown.get(network.layout + "|" + kind)));
      }
      layout.plants.forEach((item, position) => page.plants.push(plants.made(page, network, layout, carrier, item, position)));
    }
    page.canvas.show(page.groups);
    for (const group of page.groups) {
      placesKnown.set(group.network.layout + "|" + group.kind, { starts: group.starts, x: group.x, y: group.y, reach: group.reach });
      if (group.kind === "stations" && group.reach === undefined) group.reach = reachOf(group);
    }
    applyVisibility();
  }
  function applyVisibility() {
    for (const group of page.groups) group.visible = !state.hidden.has(group.layout.id) && !state.layersOff.has(group.kind);
    for (const plant of page.plants) {
      if (state.hidden.has(plant.group.layout.id) || state.layersOff.has("plants")) plant.marker.remove(); else plant.marker.addTo(map);
    }
    for (const [name, layer] of Object.entries(base)) if (state.layersOff.has(name)) layer.remove(); else layer.addTo(map);
  }

  const KIND_NAMES = {
    water: { pipes: labels.pipe, stations: labels.station, plants: labels.plant },
    steam: { pipes: labels.pipe, stations: labels.user, plants: labels.plant, nodes: labels.node },
    electric: { pipes: labels.line, stations: labels.transformer, plants: labels.power_source, nodes: labels.bus },
  };
  /* What the panel of details asks of the page. */
  const view = {
    hour: () => state.hour, clock: currentClock, passed: () => page.passed, chooseHour: time.showHour, reader, other: otherCase,
    plain: (group, quantity) => plain(currentCase(), group.network, group.kind, quantity),
    marked: (entry) => { page.canvas.chosen = entry && entry.group.kind !== "plants" ? entry : null; page.canvas.draw(); frame.classList.toggle("reading", Boolean(entry)); },
    kindName: (entry) => KIND_NAMES[entry.group.carrier][entry.group.kind],
    // a quantity that the network does not have at all, such as the share of another network's source, is no row
    quantitiesOf: ({ group }) => data.quantities[group.carrier][group.kind].filter((one) => group.network[group.kind][storedKey(one)] !== undefined),
    /* Plants that heat a station past the network, each with its heat of the hour where the files have it. */
    directOf: ({ group, position }) => (group.items[position].direct || []).flatMap(({ plant, name, count }) => {
      const entry = find.entryOf(group.layout.id, "plants", plant), known = data.quantities[group.carrier].plants.find((one) => one.key === "schedule_mw");
      if (!entry || !known || group.network.plants.schedule_mw === undefined) return [];
      return [{ entry, quantity: { ...known, label: filled(count > 1 ? labels.direct_heat_shared : labels.direct_heat, { plant: name, count }) } }];
    }),
    matricesOf: (entry) => [...placesOf(entry.group, view.quantitiesOf(entry)), ...view.directOf(entry).flatMap((one) => placesOf(one.entry.group, [one.quantity]))],
    painted: ({ group }) => (group.quantity ? group.quantity.key : undefined),
    series: ({ group, position }, key) => {
      const quantity = data.quantities[group.carrier][group.kind].find((one) => one.key === key), first = plain(currentCase(), group.network, group.kind, quantity);
      const lists = [{ name: currentCase().label, values: page.passed.map((hour) => first(position, hour)) }];
      if (otherCase()) { const second = twinReader(group, quantity); lists.push({ name: otherCase().label, values: page.passed.map((hour) => second(position, hour)) }); }
      return lists;
    },
  };

  // ---------- controls ----------
  function switchFor(into, key, text, set) {
    const label = element("label", null, "switch"), box = element("input");
    box.type = "checkbox";
    box.checked = !set.has(key);
    box.dataset.key = key;
    box.addEventListener("change", () => { if (box.checked) set.delete(key); else set.add(key); applyVisibility(); if (document.body.dataset.shown) { paint(); drawLegend(); captions.arrange(page); } });
    label.append(box, element("span", text));
    into.append(label);
  }
  function layoutsOnce() {
    const seen = new Map();
    for (const one of data.cases) for (const network of one.networks) {
      const layout = data.layouts[network.layout];
      if (!seen.has(layout.id)) seen.set(layout.id, layout);
    }
    return [...seen.values()];
  }
  const offer = (one) => option(one.key, one.label + (one.unit ? " (" + one.unit + ")" : ""));
  function fillChoices() {
    data.cases.forEach((one, i) => byId("case").append(option(String(i), one.label)));
    byId("case").value = String(data.start);
    byId("compare-field").hidden = data.cases.length < 2;
    for (const [kind, id] of [["pipes", "pipe-quantity"], ["stations", "station-quantity"]]) {
      byId(id).append(...data.quantities.water[kind].filter((one) => one.colours && one.range !== null).map(offer));
    }
    for (const [carrier, list] of Object.entries(data.colours)) {
      byId(carrier + "-quantity").append(...list.map(offer));
      byId(carrier + "-field").hidden = !list.length;
    }
    byId("pipe-field").hidden = byId("station-field").hidden = byId("arrows-field").hidden = !hasPipes;
    byId("range-field").hidden = !hasPipes && !Object.values(data.colours).some((list) => list.length);
  }
  /* Every case but the chosen one: a case has no difference to itself. */
  function fillComparisons() {
    const chosen = byId("case").value, before = byId("compare").value;
    const others = data.cases.map((one, i) => option(String(i), one.label)).filter((one) => one.value !== chosen);
    byId("compare").replaceChildren(option("", labels.no_comparison), ...others);
    byId("compare").value = before === chosen ? "" : before;
  }
  function fillSwitches() {
    // power lines run where pipes do: they are there at a click
    for (const layout of layoutsOnce()) if (layout.carrier === "electric") state.hidden.add(layout.id);
    for (const layout of layoutsOnce()) {
      switchFor(byId("network-switches"), layout.id, layout.name, state.hidden);
      if (!layout.pipes.length || layout.carrier === "electric" || (layout.carrier === "steam" && !data.colours.steam.length)) continue;
      const button = element("button", filled(labels.fit, { name: layout.name }));
      button.type = "button";
      button.addEventListener("click", () => map.fitBounds(layout.bounds, ROOM));
      byId("fit-buttons").append(button);
    }
    const drawnAs = { pipes: labels.legend_pipes, stations: labels.legend_stations, plants: labels.legend_plants };
    const layers = Object.entries(drawnAs).filter(([kind]) => kind === "plants" || layoutsOfAll.some((layout) => layout[kind].length));
    if (layoutsOfAll.some((layout) => layout.nodes.length)) layers.push(["nodes", labels.legend_nodes]);
    for (const name of Object.keys(base)) if (data.base[name].length) layers.push([name, labels[name]]);
    for (const [key, text] of layers) switchFor(byId("layer-switches"), key, text, state.layersOff);
  }
  /* Draw the chosen case, in the same hour where it has it, else in the first one that stands for the season. */
  function chooseCase() {
    const before = state.second;
    fillComparisons();
    time.setPassed();
    time.fillHours();
    const times = currentClock(), first = currentCase().clock.labels[0];
    state.hour = times.placeOf.has(before) ? times.placeOf.get(before) : first ? first[0] : page.passed[0] || 0;
    state.hour = page.passed.length ? page.passed[time.nearestPassed(state.hour)] : 0;
    drawCase();
    return refresh().then(() => page.again());
  }
  Object.assign(page, { paint, drawLegend, capped, again: () => page.panel.again(find.entryOf) });
  window.heatnet.page = page;
  async function start() {
    fillChoices();
    fillSwitches();
    page.canvas = new HeatCanvas().addTo(map);
    page.panel = details.start(view);
    const first = layoutsOnce()[0];
    if (first) map.fitBounds(first.bounds, { ...ROOM, animate: false });
    time.start(page);
    find.start(page);
    byId("case").addEventListener("change", chooseCase);
    const again = () => refresh().then(() => page.again());
    byId("compare").addEventListener("change", again);
    for (const id of ["pipe-quantity", "station-quantity", "steam-quantity", "electric-quantity", "range", "arrows", "influence"]) byId(id).addEventListener("change", refresh);
    await chooseCase();
  }

  L.control.zoom({ position: "bottomright" }).addTo(map);
  L.control.scale({ imperial: false, position: "bottomleft" }).addTo(map);
  const near = () => { frame.classList.toggle("near", map.getZoom() >= 14); captions.arrange(page); };
  map.on("zoomend resize", near);
  const toggle = byId("panel-toggle");
  function fold(folded) {
    byId("panel").classList.toggle("folded", folded);
    toggle.setAttribute("aria-expanded", String(!folded));
    map.invalidateSize();
  }
  toggle.addEventListener("click", () => fold(!byId("panel").classList.contains("folded")));
  const narrow = window.matchMedia("(max-width: 700px)");
  // where the settings stand above the map, they would hide what was found
  page.showMap = () => { if (narrow.matches) fold(true); };
  page.showMap();
  near();
  const ready = () => { document.body.dataset.ready = "map"; };
  if (!data.cases.length) ready();
  else if (!matrices.canRead) byId("page-note").textContent = labels.old_browser;
  else { background.start(map); start().then(ready); }
})();
