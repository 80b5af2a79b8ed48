/* The map page: what is shown (case, other case, hour, quantities), and who is told when that changes. */
(function () {
  "use strict";
  const { data, labels, byId, element, option, filled, symbol, matrices, colours, clock, HeatCanvas, background, details, legend } = window.heatnet;
  const map = window.map_heatnet;
  const frame = document.querySelector(".map-frame");
  const layoutsOfAll = Object.values(data.layouts);
  const QUANTILE = 0.98, DIFFERENCE_HOURS = 150, PLAY_MS = 120;
  const STEPS = { hour: 1, "3 hours": 3, day: 24 };
  const state = { hour: 0, second: null, hidden: new Set(), layersOff: new Set(), playing: null };
  const carrierOf = (layout) => (data.colours[layout.carrier] ? layout.carrier : "water");  // sites are coloured as water
  // a site has neither pipes nor stations with values: nothing to choose, nothing to explain
  const hasPipes = layoutsOfAll.some((layout) => carrierOf(layout) === "water" && layout.pipes.length);
  const currentCase = () => data.cases[Number(byId("case").value)];
  const otherCase = () => (byId("compare").value === "" ? null : data.cases[Number(byId("compare").value)]);
  const currentClock = () => clock.clockOf(currentCase());
  let groups = [], plants = [], passed = [], canvas = null, panel = null;

  // ---------- values ----------
  const ownOf = (kind, carrier, key) => data.quantities[carrier][kind].find((one) => one.key === key);
  const storedKey = (quantity) => (quantity.product ? quantity.product[0] : quantity.key);
  function plain(one, network, kind, quantity) {
    if (quantity.product) {
      const [key, field, factor] = quantity.product, base = plain(one, network, kind, { key }), items = data.layouts[network.layout][kind];
      return (position, hour) => base(position, hour) * items[position][field] * factor;
    }
    const place = network[kind][quantity.key], matrix = place === undefined ? null : matrices.now(place);
    if (!matrix) return () => NaN;
    const rows = clock.rowsOf(network, clock.clockOf(one));
    return (position, hour) => (rows[hour] < 0 ? NaN : matrix.at(position, rows[hour]));
  }
  /* The same network in the other case, and where each element stands there; null where it is not. */
  function twinOf(group) {
    const other = otherCase();
    if (!other) return null;
    if (group.twin && group.twin.other === other) return group.twin;
    const network = other.networks.find((one) => data.layouts[one.layout].id === group.layout.id);
    if (!network) return null;
    const places = new Map(data.layouts[network.layout][group.kind].map((item, i) => [item.id, i]));
    const positions = Int32Array.from(group.items, (item) => (places.has(item.id) ? places.get(item.id) : -1));
    const here = currentClock(), there = clock.clockOf(other);
    const hours = Int32Array.from(here.seconds, (second) => (there.placeOf.has(second) ? there.placeOf.get(second) : -1));
    group.twin = { other, network, positions, hours };
    return group.twin;
  }
  const twinReader = (group, quantity) => {
    const twin = twinOf(group);
    if (!twin) return () => NaN;
    const second = plain(twin.other, twin.network, group.kind, quantity);
    return (position, hour) => (twin.positions[position] < 0 || twin.hours[hour] < 0 ? NaN : second(twin.positions[position], twin.hours[hour]));
  };
  /* Value of an element of a group in an hour, or what it is above that of the other case. */
  function reader(group, quantity) {
    const first = plain(currentCase(), group.network, group.kind, quantity);
    if (!otherCase() || quantity.is_source) return first;
    const second = twinReader(group, quantity);
    return (position, hour) => first(position, hour) - second(position, hour);
  }
  function placesOf(group, quantities) {
    const keys = quantities.filter(Boolean).map(storedKey), networks = [group.network];
    const twin = twinOf(group);
    if (twin) networks.push(twin.network);
    return networks.flatMap((network) => keys.map((key) => network[group.kind][key])).filter((place) => place !== undefined);
  }

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
    const one = currentCase(), places = groups.flatMap((group) => placesOf(group, [paintedBy(group, all), directionOf(group)]));
    for (const plant of plants) if (plant.place !== undefined) places.push(plant.place);
    if (all.stations && all.stations.is_source) for (const group of groups) if (group.kind === "stations" && group.network.stations.heat_mw !== undefined) places.push(group.network.stations.heat_mw);
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
    const stride = Math.max(1, Math.floor(passed.length / DIFFERENCE_HOURS));
    const found = spreadOver(members, every ? passed.filter((_hour, i) => i % stride === 0) : [state.hour], differs || quantity.magnitude);
    if (!found.length) return null;
    const high = found[every ? Math.floor(QUANTILE * (found.length - 1)) : found.length - 1] || found[found.length - 1];
    if (differs) return [-(high || 1), high || 1];
    return [quantity.from_zero ? 0 : found[0], high];
  }
  function setRanges(all) {
    for (const key of ["pipes", "stations", ...Object.keys(data.colours)]) {
      const quantity = all[key], members = groups.filter((group) => scaleOf(group) === key && group.quantity);
      ranges[key] = quantity && !quantity.is_source ? rangeOf(members, quantity) : null;
    }
  }
  let shownChoices = {};
  /* Readers and colours for what is chosen now; its matrices are unpacked. */
  function prepare(all) {
    shownChoices = all;
    for (const group of groups) {
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
    canvas.zones = byId("influence").checked && all.stations && all.stations.is_source;
    byId("influence-field").hidden = !(all.stations && all.stations.is_source);
  }
  function setPainters() {
    for (const group of groups) {
      const { quantity } = group;
      group.painter = !quantity ? null : quantity.is_source ? colours.sourcePainter(group.sources) : colours.painter(quantity, ranges[scaleOf(group)], Boolean(otherCase()));
      if (!group.painter) {
        group.palette = colours.painter({}, null, false).palette;
        group.paints.fill(group.carrier === "water" || !group.solved ? colours.NONE : group.carrier === "electric" && group.kind === "pipes" ? colours.LINE : colours.ABSENT);
      } else group.palette = group.painter.palette;
    }
  }
  function paint() {
    if (!capped()) { setRanges(shownChoices); setPainters(); }
    for (const group of groups) {
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
    canvas.draw();
    paintPlants();
    panel.update();
    writeTime();
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
    frame.removeAttribute("aria-busy");
    document.body.dataset.shown = String(mine);
  }
  function drawLegend() {
    const other = otherCase();
    legend.draw({
      groups, ranges, choices: shownChoices, layouts: currentCase().networks.map((network) => data.layouts[network.layout]), capped,
      difference: () => (other ? filled(labels.difference, { first: currentCase().label, second: other.label }) : ""),
      influence: () => Boolean(canvas.zones),
    });
    byId("electric-field").hidden = !data.colours.electric.length || !groups.some((group) => group.carrier === "electric" && group.visible);
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
    plants.forEach((plant) => plant.marker.remove());
    groups = [];
    plants = [];
    for (const network of currentCase().networks) {
      const layout = data.layouts[network.layout], carrier = carrierOf(layout);
      for (const kind of ["pipes", "nodes", "stations"]) {
        const items = layout[kind];
        if (!items.length) continue;
        groups.push(Object.assign({ kind, carrier, layout, network, items, solved: network.solved, sources: network.sources, paints: new Uint8Array(items.length) }, placesKnown.get(network.layout + "|" + kind)));
      }
      layout.plants.forEach((item, position) => plants.push(plantOf(network, layout, carrier, item, position)));
    }
    canvas.show(groups);
    for (const group of groups) {
      placesKnown.set(group.network.layout + "|" + group.kind, { starts: group.starts, x: group.x, y: group.y, reach: group.reach });
      if (group.kind === "stations" && group.reach === undefined) group.reach = reachOf(group);
    }
    applyVisibility();
  }
  function plantOf(network, layout, carrier, item, position) {
    const values = network.plants, key = ["schedule_mw", "heat_mw"].find((one) => values[one] !== undefined);
    const icon = L.divIcon({ className: "plant-icon", html: element("span"), iconSize: [40, 40] });
    const marker = L.marker(item.at, { icon, keyboard: true, alt: item.name, pane: "plants" });
    const group = { kind: "plants", carrier, layout, network, items: layout.plants, solved: network.solved, sources: [], visible: true };
    const plant = { group, position, item, marker, place: carrier === "electric" ? undefined : values[key], key, size: -1 };
    marker.on("add", () => {
      const node = marker.getElement();
      node.setAttribute("aria-label", item.name);
      node.title = item.name;
      node.addEventListener("keydown", (event) => { if (event.key === "Enter") panel.open({ group, position }, true); });
      plant.size = -1;
    });
    marker.on("click", () => panel.open({ group, position }, false));
    return plant;
  }
  function largestOf(place) {
    const matrix = matrices.now(place);
    if (matrix.largest === undefined) matrix.largest = matrix.scale * matrix.q.reduce((most, one) => Math.max(most, one), 0);
    return matrix.largest;
  }
  function paintPlants() {
    const one = currentCase(), places = plants.filter((plant) => plant.place !== undefined).map((plant) => plant.place);
    const most = Math.max(0, ...places.map(largestOf));
    for (const plant of plants) {
      const node = plant.marker.getElement();
      if (!node) continue;
      const heat = plant.place === undefined ? NaN : plain(one, plant.group.network, "plants", { key: plant.key })(plant.position, state.hour);
      const fixed = plant.group.carrier === "electric", hollow = !fixed && !(heat > 0);
      const size = fixed ? 15 : heat > 0 && most > 0 ? Math.round(14 + 26 * Math.sqrt(heat / most)) : 13;
      if (plant.size === size && plant.hollow === hollow) continue;
      plant.size = size;
      plant.hollow = hollow;
      node.replaceChildren(symbol(plant.item.symbol, plant.item.colour, size, hollow));
    }
  }
  function applyVisibility() {
    for (const group of groups) group.visible = !state.hidden.has(group.layout.id) && !state.layersOff.has(group.kind);
    for (const plant of plants) {
      if (state.hidden.has(plant.group.layout.id) || state.layersOff.has("plants")) plant.marker.remove(); else plant.marker.addTo(map);
    }
    for (const [name, layer] of Object.entries(base)) if (state.layersOff.has(name)) layer.remove(); else layer.addTo(map);
  }

  // ---------- base layers ----------
  for (const [pane, level] of [["tiles", 150], ["base", 250], ["labels", 405], ["network", 420], ["plants", 600]]) map.createPane(pane).style.zIndex = level;
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

  // ---------- time ----------
  const slider = () => byId("time");
  function setPassed() {
    const times = currentClock(), whole = byId("whole-year").checked;
    passed = whole ? Array.from({ length: times.hours }, (_none, i) => i) : times.season;
    slider().max = String(Math.max(passed.length - 1, 0));
    byId("whole-year-field").hidden = times.season.length === times.hours;
  }
  function nearestPassed(hour) {
    let low = 0, high = passed.length - 1;
    while (low < high) { const middle = (low + high) >> 1; if (passed[middle] < hour) low = middle + 1; else high = middle; }
    return low;
  }
  /* Show an hour of the clock; one outside the slider's range opens the range. */
  function showHour(hour) {
    if (!passed.length) return;
    if (passed[nearestPassed(hour)] !== hour && hour < currentClock().hours) { byId("whole-year").checked = true; setPassed(); }
    state.hour = passed[nearestPassed(hour)];
    paint();
    if (!capped() || (shownChoices.stations && shownChoices.stations.is_source)) drawLegend();
  }
  const step = (by) => { const at = nearestPassed(state.hour) + by; showHour(passed[Math.min(Math.max(at, 0), passed.length - 1)]); };
  function writeTime() {
    const times = currentClock(), one = currentCase(), outdoor = one.outdoor === null ? null : matrices.now(one.outdoor);
    const words = passed.length ? clock.described(times, state.hour, outdoor ? outdoor.at(0, state.hour) : null) : "";
    byId("time-text").textContent = words;
    slider().value = String(nearestPassed(state.hour));
    slider().setAttribute("aria-valuetext", words);
    if (times.dated && passed.length) {
      byId("date").value = clock.dateOf(times, state.hour);
      byId("clock-hour").value = clock.timeOf(times, state.hour).slice(11, 13);
    }
    byId("hour").value = times.labelOf.has(state.hour) ? String(state.hour) : "";
    const told = one.networks.filter((network) => network.status && !state.hidden.has(data.layouts[network.layout].id) && statusAt(network));
    byId("hour-status").replaceChildren(...told.map((network) => element("span", filled(labels.hour_status, { network: data.layouts[network.layout].name, status: statusAt(network) }))));
    state.second = times.seconds[state.hour];
  }
  function statusAt(network) {
    const matrix = matrices.now(network.status.matrix), row = clock.rowsOf(network, currentClock())[state.hour];
    const code = matrix && row >= 0 ? matrix.at(0, row) : NaN;
    return Number.isNaN(code) || code < 0 ? "" : network.status.words[code];
  }
  function play(on) {
    const button = byId("play");
    if (state.playing) window.clearInterval(state.playing);
    state.playing = on ? window.setInterval(() => {
      const at = nearestPassed(state.hour), next = at + STEPS[byId("speed").value];
      showHour(passed[next < passed.length ? next : 0]);
    }, PLAY_MS) : null;
    button.textContent = on ? "❚❚" : "▶";
    button.setAttribute("aria-label", on ? labels.pause : labels.play);
    button.setAttribute("aria-pressed", String(on));
  }
  function goToDate() {
    const times = currentClock(), wanted = Date.parse(byId("date").value + "T" + byId("clock-hour").value + ":00Z") / 1000;
    if (Number.isNaN(wanted)) return;
    let best = passed[0];
    for (const hour of passed) if (Math.abs(times.seconds[hour] - wanted) < Math.abs(times.seconds[best] - wanted)) best = hour;
    showHour(times.placeOf.has(wanted) ? times.placeOf.get(wanted) : best);
  }
  function fillHours() {
    const times = currentClock();
    const named = currentCase().clock.labels.map(([hour, label]) => option(String(hour), label + " · " + clock.timeOf(times, hour)));
    byId("hour").replaceChildren(option("", labels.notable), ...named);
    byId("hour-field").hidden = !named.length;
    byId("date-field").hidden = !times.dated || !times.hours;
    frame.classList.toggle("timeless", times.hours < 2);
    if (times.dated && times.hours) { byId("date").min = clock.dateOf(times, 0); byId("date").max = clock.dateOf(times, times.hours - 1); }
  }
  function startTime() {
    for (let hour = 0; hour < 24; hour++) byId("clock-hour").append(option(String(hour).padStart(2, "0"), String(hour).padStart(2, "0") + ":00"));
    slider().addEventListener("input", () => showHour(passed[Number(slider().value)]));
    slider().addEventListener("keydown", (event) => {
      const by = { PageUp: 24, PageDown: -24 }[event.key];
      if (by) { event.preventDefault(); step(by); }
    });
    for (const button of document.querySelectorAll("[data-step]")) button.addEventListener("click", () => step(Number(button.dataset.step)));
    byId("play").addEventListener("click", () => play(!state.playing));
    document.addEventListener("keydown", (event) => {
      if (event.key !== " " || /^(INPUT|SELECT|BUTTON|TEXTAREA|SUMMARY)$/.test(event.target.tagName)) return;
      event.preventDefault();
      play(!state.playing);
    });
    for (const id of ["date", "clock-hour"]) byId(id).addEventListener("change", goToDate);
    byId("hour").addEventListener("change", () => { if (byId("hour").value !== "") showHour(Number(byId("hour").value)); });
    byId("whole-year").addEventListener("change", () => { setPassed(); showHour(passed[nearestPassed(state.hour)]); drawLegend(); panel.again(entryOf); });
  }

  // ---------- finding and choosing ----------
  function entryOf(layoutId, kind, id) {
    if (kind === "plants") {
      const plant = plants.find((one) => one.group.layout.id === layoutId && one.item.id === id);
      return plant ? { group: plant.group, position: plant.position } : null;
    }
    const group = groups.find((one) => one.layout.id === layoutId && one.kind === kind);
    const position = group ? group.items.findIndex((item) => item.id === id) : -1;
    return position < 0 ? null : { group, position };
  }
  function* everything() {
    for (const plant of plants) yield { group: plant.group, position: plant.position };
    for (const group of groups) for (let position = 0; position < group.items.length; position++) yield { group, position };
  }
  const itemOf = (entry) => entry.group.items[entry.position];
  const offered = (item) => (item.name === item.id ? item.id : item.name + " [" + item.id + "]");
  const namesOf = (item) => [item.name, item.id, offered(item), item.other].map((name) => name.toLowerCase());
  function suggest(text) {
    const wanted = text.trim().toLowerCase(), found = [];
    for (const entry of everything()) {
      if (found.length >= 30) break;
      if (namesOf(itemOf(entry)).some((name) => name.includes(wanted))) found.push(option(offered(itemOf(entry)), ""));
    }
    byId("find-names").replaceChildren(...found);
  }
  function find(text) {
    const wanted = text.trim().toLowerCase();
    byId("find-note").textContent = "";
    if (!wanted) return;
    let hit = null;
    for (const entry of everything()) if (namesOf(itemOf(entry)).includes(wanted)) { hit = entry; break; }
    if (!hit) for (const entry of everything()) if (namesOf(itemOf(entry)).some((name) => name.includes(wanted))) { hit = entry; break; }
    if (!hit) { byId("find-note").textContent = labels.not_found; return; }
    if (state.hidden.has(hit.group.layout.id)) byId("network-switches").querySelector('input[data-key="' + CSS.escape(hit.group.layout.id) + '"]').click();
    const item = itemOf(hit), at = item.at || item.xy[Math.floor((item.xy.length - 1) / 2)], next = item.at ? null : item.xy[Math.floor((item.xy.length - 1) / 2) + 1];
    map.setView(next ? [(at[0] + next[0]) / 2, (at[1] + next[1]) / 2] : at, Math.max(map.getZoom(), 15), { animate: false });
    panel.open(hit, true);
    uncover(map.getCenter());
  }
  /* Move the map so that a place is not under the panel of details: above it on a phone, left of it elsewhere. */
  function uncover(place) {
    const cover = byId("details").getBoundingClientRect(), all = frame.getBoundingClientRect(), at = map.latLngToContainerPoint(place);
    if (at.x < cover.left - all.left || at.y < cover.top - all.top) return;
    map.panBy(cover.width >= all.width - 2 ? [0, at.y - (cover.top - all.top) / 2] : [at.x - (cover.left - all.left) / 2, 0], { animate: false });
  }
  function startChoosing() {
    map.on("click", (event) => { const hit = canvas.hit(event.latlng); if (hit) panel.open(hit, false); else panel.close(); });
    let waiting = false;
    const tip = byId("tip");
    map.on("mousemove", (event) => {
      if (waiting) return;
      waiting = true;
      window.requestAnimationFrame(() => {
        waiting = false;
        const hit = canvas.hit(event.latlng);
        map.getContainer().style.cursor = hit ? "pointer" : "";
        tip.hidden = !hit;
        if (!hit) return;
        const value = hit.group.quantity && !hit.group.quantity.is_source ? " · " + window.heatnet.shown(hit.group.read(hit.position, state.hour), hit.group.quantity) : "";
        tip.textContent = itemOf(hit).name + value;
        tip.style.transform = "translate(" + (event.containerPoint.x + 14) + "px," + (event.containerPoint.y + 14) + "px)";
      });
    });
    map.on("mouseout", () => { tip.hidden = true; });
    byId("find").addEventListener("input", (event) => suggest(event.target.value));
    byId("find").addEventListener("change", (event) => find(event.target.value));
  }
  const KIND_NAMES = {
    water: { pipes: labels.pipe, stations: labels.station, plants: labels.plant },
    steam: { pipes: labels.pipe, stations: labels.user, plants: labels.plant, nodes: labels.node },
    electric: { pipes: labels.line, stations: labels.transformer, plants: labels.power_source, nodes: labels.bus },
  };
  /* What the panel of details asks of the page. */
  const view = {
    hour: () => state.hour, clock: currentClock, passed: () => passed, chooseHour: showHour, reader, other: otherCase,
    plain: (group, quantity) => plain(currentCase(), group.network, group.kind, quantity),
    marked: (entry) => { canvas.chosen = entry && entry.group.kind !== "plants" ? entry : null; canvas.draw(); frame.classList.toggle("reading", Boolean(entry)); },
    kindName: (entry) => KIND_NAMES[entry.group.carrier][entry.group.kind],
    // a quantity that the network does not have at all, such as the share of another network's source, is no row
    quantitiesOf: ({ group }) => data.quantities[group.carrier][group.kind].filter((one) => group.network[group.kind][storedKey(one)] !== undefined),
    matricesOf: (entry) => placesOf(entry.group, view.quantitiesOf(entry)),
    painted: ({ group }) => (group.quantity ? group.quantity.key : undefined),
    series: ({ group, position }, key) => {
      const quantity = ownOf(group.kind, group.carrier, key), first = plain(currentCase(), group.network, group.kind, quantity);
      const lists = [{ name: currentCase().label, values: passed.map((hour) => first(position, hour)) }];
      if (otherCase()) { const second = twinReader(group, quantity); lists.push({ name: otherCase().label, values: passed.map((hour) => second(position, hour)) }); }
      return lists;
    },
  };

  // ---------- controls ----------
  function switchFor(into, key, text, set) {
    const label = element("label", null, "switch"), box = element("input");
    box.type = "checkbox";
    box.checked = !set.has(key);
    box.dataset.key = key;
    box.addEventListener("change", () => { if (box.checked) set.delete(key); else set.add(key); applyVisibility(); paint(); drawLegend(); });
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
    byId("compare").append(option("", labels.no_comparison), ...data.cases.map((one, i) => option(String(i), one.label)));
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
  function fillSwitches() {
    // power lines run where pipes do: they are there at a click
    for (const layout of layoutsOnce()) if (layout.carrier === "electric") state.hidden.add(layout.id);
    for (const layout of layoutsOnce()) {
      switchFor(byId("network-switches"), layout.id, layout.name, state.hidden);
      if (!layout.pipes.length || layout.carrier === "electric" || (layout.carrier === "steam" && !data.colours.steam.length)) continue;
      const button = element("button", filled(labels.fit, { name: layout.name }));
      button.type = "button";
      button.addEventListener("click", () => map.fitBounds(layout.bounds, { padding: [25, 25] }));
      byId("fit-buttons").append(button);
    }
    const drawnAs = { pipes: labels.legend_pipes, stations: labels.legend_stations, plants: labels.legend_plants };
    const layers = Object.entries(drawnAs).filter(([kind]) => kind === "plants" || layoutsOfAll.some((layout) => layout[kind].length));
    if (layoutsOfAll.some((layout) => layout.nodes.length)) layers.push(["nodes", labels.legend_nodes]);
    for (const name of Object.keys(STYLES)) if (data.base[name].length) layers.push([name, labels[name]]);
    for (const [key, text] of layers) switchFor(byId("layer-switches"), key, text, state.layersOff);
  }
  /* Draw the chosen case, in the same hour where it has it, else in the first one that stands for the season. */
  function chooseCase() {
    const before = state.second;
    setPassed();
    fillHours();
    const times = currentClock(), first = currentCase().clock.labels[0];
    state.hour = times.placeOf.has(before) ? times.placeOf.get(before) : first ? first[0] : passed[0] || 0;
    state.hour = passed.length ? passed[nearestPassed(state.hour)] : 0;
    drawCase();
    return refresh().then(() => panel.again(entryOf));
  }
  async function start() {
    fillChoices();
    fillSwitches();
    canvas = new HeatCanvas().addTo(map);
    panel = details.start(view);
    const first = layoutsOnce()[0];
    if (first) map.fitBounds(first.bounds, { padding: [25, 25], animate: false });
    startTime();
    startChoosing();
    byId("case").addEventListener("change", chooseCase);
    const again = () => refresh().then(() => panel.again(entryOf));
    byId("compare").addEventListener("change", again);
    for (const id of ["pipe-quantity", "station-quantity", "steam-quantity", "electric-quantity", "range", "arrows", "influence"]) byId(id).addEventListener("change", refresh);
    await chooseCase();
    Object.assign(window.heatnet, { page: { showHour, state, currentClock, passed: () => passed, groups: () => groups, canvas } });
  }

  L.control.zoom({ position: "bottomright" }).addTo(map);
  L.control.scale({ imperial: false, position: "bottomleft" }).addTo(map);
  const near = () => frame.classList.toggle("near", map.getZoom() >= 14);
  map.on("zoomend", near);
  const toggle = byId("panel-toggle");
  function fold(folded) {
    byId("panel").classList.toggle("folded", folded);
    toggle.setAttribute("aria-expanded", String(!folded));
    map.invalidateSize();
  }
  toggle.addEventListener("click", () => fold(!byId("panel").classList.contains("folded")));
  if (window.matchMedia("(max-width: 700px)").matches) fold(true);
  near();
  const ready = () => { document.body.dataset.ready = "map"; };
  if (!data.cases.length) ready();
  else if (!matrices.canRead) byId("page-note").textContent = labels.old_browser;
  else { background.start(map); start().then(ready); }
})();
