/* The map page. Reads one JSON (element "heatnet-data") and draws it on the Leaflet map "map_heatnet".
   Names come from files of others: they reach the page through textContent only, never as HTML. */
(function () {
  "use strict";
  const data = JSON.parse(document.getElementById("heatnet-data").textContent);
  const labels = data.labels;
  const map = window.map_heatnet;
  const frame = document.querySelector(".map-frame");
  const NO_VALUE = "#b9bfc4";
  const STEAM = "#cc6677", STEAM_DASH = "11 7", POWER = "#0077bb", OPEN_DASH = "5 5";
  const layouts = Object.values(data.layouts);
  // a site has neither pipes nor stations with values: nothing to choose, nothing to explain
  const hasPipes = layouts.some((layout) => !data.colours[layout.carrier] && layout.pipes.length);
  const byId = (id) => document.getElementById(id);

  // ---------- small helpers ----------
  function element(tag, text, className) {
    const made = document.createElement(tag);
    if (text !== undefined && text !== null) made.textContent = text;
    if (className) made.className = className;
    return made;
  }
  function option(value, text) {
    const made = element("option", text);
    made.value = value;
    return made;
  }
  function shown(value, quantity) {
    if (value === null || value === undefined) return "–";
    const number = value.toLocaleString("en", { minimumFractionDigits: quantity.digits, maximumFractionDigits: quantity.digits });
    return quantity.unit ? number + " " + quantity.unit : number;
  }
  function escaped(text) {  // Leaflet's tooltips and icons take HTML; hand them nodes or escaped text
    return element("span", text);
  }

  // ---------- colour scale ----------
  const stops = data.scale.map((hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16)));
  function colourAt(share) {
    const at = Math.min(Math.max(share, 0), 1) * (stops.length - 1);
    const low = Math.min(Math.floor(at), stops.length - 2);
    const mixed = stops[low].map((part, i) => Math.round(part + (stops[low + 1][i] - part) * (at - low)));
    return "rgb(" + mixed.join(",") + ")";
  }
  const carrierOf = (layout) => data.colours[layout.carrier] ? layout.carrier : "water";  // sites are coloured as water
  function rangeOf(carrier, kinds, quantity) {
    if (byId("range").value === "all") return quantity.range;
    let values = [];
    for (const network of currentCase().networks) {
      if (carrierOf(data.layouts[network.layout]) !== carrier) continue;
      for (const kind of kinds) {
        const block = network[kind][quantity.key];
        if (block) for (const row of block) if (row[state.hour] !== null && row[state.hour] !== undefined) values.push(row[state.hour]);
      }
    }
    if (!values.length) return null;
    if (quantity.magnitude) values = values.map(Math.abs);
    const found = [quantity.from_zero ? 0 : Math.min(...values), Math.max(...values)];
    return quantity.ends || found;
  }
  function colourOf(value, range, quantity) {
    if (value === null || value === undefined || !range) return NO_VALUE;
    if (quantity.magnitude) value = Math.abs(value);
    if (quantity.beyond && value > range[1]) return quantity.beyond;
    const share = range[1] > range[0] ? (value - range[0]) / (range[1] - range[0]) : 0.0;
    return colourAt(quantity.beyond ? 1 - share : share);
  }

  // ---------- plant symbols ----------
  const SHAPES = {
    circle: "M12 2a10 10 0 1 0 .01 0z", square: "M3 3h18v18H3z", triangle: "M12 2 23 21H1z", down_triangle: "M1 3h22L12 22z",
    diamond: "M12 1 23 12 12 23 1 12z", hexagon: "M6 2h12l6 10-6 10H6L0 12z", pentagon: "M12 1 23.5 9.4 19 23H5L.5 9.4z",
    cross: "M8 2h8v6h6v8h-6v6H8v-6H2V8h6z", star: "M12 0l3 8.5 9 .2-7.2 5.5 2.6 8.8L12 18l-7.4 5 2.6-8.8L0 8.7l9-.2z",
  };
  function symbol(shape, colour, size, hollow) {
    const space = "http://www.w3.org/2000/svg";
    const svg = document.createElementNS(space, "svg");
    for (const [key, value] of Object.entries({ width: size, height: size, viewBox: "-1 -1 26 26", "aria-hidden": "true" })) svg.setAttribute(key, value);
    const path = document.createElementNS(space, "path");
    path.setAttribute("d", SHAPES[shape] || SHAPES.circle);
    path.setAttribute("fill", hollow ? "#ffffff" : colour);
    path.setAttribute("stroke", hollow ? colour : "#ffffff");
    path.setAttribute("stroke-width", hollow ? "2" : "1.6");
    svg.appendChild(path);
    return svg;
  }

  // ---------- state ----------
  const state = { hour: 0, hidden: new Set(), layersOff: new Set() };
  const drawn = [];  // one entry a drawn element: {kind, layer, network, position}
  const groups = {};
  const currentCase = () => data.cases[Number(byId("case").value)];
  const quantityOf = (kind, key) => data.quantities.water[kind].find((one) => one.key === key);
  const ownQuantity = (carrier) => data.colours[carrier].find((one) => one.key === byId(carrier + "-quantity").value);
  const valueAt = (network, kind, key, position) => {
    const block = network[kind][key];
    return block ? block[position][state.hour] : null;
  };

  // ---------- base layers ----------
  for (const [pane, level] of [["base", 250], ["labels", 405], ["casing", 410], ["pipes", 420], ["electric", 423], ["steam", 425], ["stations", 430]]) map.createPane(pane).style.zIndex = level;
  const STYLES = {
    zones: { color: "#c3ccb9", weight: 1.2, fillColor: "#e9ede2", fillOpacity: 0.75 },
    avenues: { color: "#d5d9dc", weight: 2 },
    landmarks: { color: "#8f9aa3", weight: 1, fillColor: "#ffffff", fillOpacity: 1, radius: 3 },
  };
  const LABEL_CLASS = { zones: "zone-label", avenues: "avenue-label", landmarks: "landmark-label" };
  function addBase(name) {
    groups[name] = L.geoJSON(data.base[name], {
      pane: "base", interactive: false, style: STYLES[name],
      pointToLayer: (feature, at) => L.circleMarker(at, Object.assign({ pane: "base", interactive: false }, STYLES[name])),
      onEachFeature: (feature, layer) => {
        if (!feature.properties.name) return;
        const point = feature.geometry.type === "Point";
        layer.bindTooltip(escaped(feature.properties.name), {
          permanent: true, direction: point ? "right" : "center", className: "base-label " + LABEL_CLASS[name], pane: "labels", interactive: false,
        });
      },
    }).addTo(map);
  }

  // ---------- popups ----------
  function tableOf(rows) {
    const table = element("table");
    for (const [label, value] of rows) {
      const row = table.insertRow();
      const head = element("th", label);
      head.scope = "row";
      row.append(head, element("td", value));
    }
    return table;
  }
  const KIND_NAMES = {
    water: { pipes: labels.pipe, stations: labels.station, plants: labels.plant },
    steam: { pipes: labels.pipe, stations: labels.user, plants: labels.plant, nodes: labels.node },
    electric: { pipes: labels.line, stations: labels.transformer, plants: labels.power_source, nodes: labels.bus },
  };
  function popupOf(entry) {
    const item = entry.item;
    const box = element("div", null, "popup");
    box.append(element("h3", item.name));
    const carrier = carrierOf(entry.layout);
    const second = [KIND_NAMES[carrier][entry.kind], item.other, item.id].filter(Boolean).join(" · ");
    box.append(element("p", second, "other"));
    const scroll = element("div", null, "popup-scroll");
    const rows = item.rows.slice();
    if (entry.kind === "plants" && carrier !== "electric") {
      const heat = entry.network.plants.delivered_mwh[entry.position];
      rows.push([labels.delivered, shown(heat, { digits: 0, unit: "MWh" })]);
    }
    scroll.append(tableOf(rows));
    // a quantity that the network does not have at all, such as the share of another network's source, is no row
    const known = data.quantities[carrier][entry.kind].filter((quantity) => entry.network[entry.kind][quantity.key]);
    const missing = (value) => value === null || value === undefined;
    const hourly = known.map((quantity) => [quantity, valueAt(entry.network, entry.kind, quantity.key, entry.position)])
      .filter(([quantity, value]) => !(quantity.some && missing(value)));
    scroll.append(element("h4", labels.this_hour));
    if (hourly.some(([, value]) => !missing(value))) {
      scroll.append(tableOf(hourly.map(([quantity, value]) => [quantity.label, shown(value, quantity)])));
    } else {
      scroll.append(element("p", carrier !== "water" && entry.network.solved ? labels.no_value : labels.not_simulated, "small"));
    }
    box.append(scroll);
    return box;
  }

  // ---------- drawing ----------
  function groupOf(layout, kind) {
    const key = layout.id + "|" + kind;
    if (!groups[key]) groups[key] = L.layerGroup();
    return groups[key];
  }
  function keep(kind, item, network, layout, position, layer) {
    const entry = { kind, item, network, layout, position, layer };
    layer.bindPopup(() => popupOf(entry), { maxWidth: Math.min(360, frame.clientWidth - 60) });
    layer.addTo(groupOf(layout, kind));
    drawn.push(entry);
    return entry;
  }
  function plantSize(heat, most) {
    return heat > 0 && most > 0 ? Math.round(14 + 26 * Math.sqrt(heat / most)) : 13;
  }
  function drawCase() {
    for (const key of Object.keys(groups)) if (key.includes("|")) { groups[key].remove(); delete groups[key]; }
    drawn.length = 0;
    const networks = currentCase().networks;
    const most = Math.max(0, ...networks.flatMap((network) => network.plants.delivered_mwh.map((heat) => heat || 0)));
    for (const network of networks) {
      const layout = data.layouts[network.layout];
      const steam = layout.carrier === "steam", electric = layout.carrier === "electric";
      layout.pipes.forEach((item, position) => {
        const style = { pane: "pipes", weight: item.width, color: NO_VALUE, lineCap: "round" };
        const edge = { pane: "casing", weight: item.width + 1.8, color: "#4b5157", interactive: false };
        if (steam && network.solved) {
          // dashes with an edge of their own: a water pipe in the same street shows between them
          Object.assign(edge, { pane: "steam", weight: item.width + 4, color: STEAM, dashArray: STEAM_DASH, lineCap: "butt" });
          Object.assign(style, { pane: "steam", weight: item.width + 0.5, dashArray: STEAM_DASH, lineCap: "butt" });
        } else if (electric) {
          // a light edge, so that power lines do not look like pipes
          Object.assign(edge, { pane: "electric", weight: item.width + 2.6, color: "#ffffff" });
          Object.assign(style, { pane: "electric", weight: item.width }, item.open ? { dashArray: OPEN_DASH, lineCap: "butt" } : {});
        } else if (steam) Object.assign(style, { color: STEAM, weight: 2.5, dashArray: "7 5" });
        // a dark edge keeps the light end of the scale readable on the light ground
        if (!steam || network.solved) L.polyline(item.xy, edge).addTo(groupOf(layout, "pipes"));
        keep("pipes", item, network, layout, position, L.polyline(item.xy, style));
      });
      const ring = steam && network.solved ? { color: STEAM, weight: 3 } : electric ? { color: POWER, weight: 2.5 } : { color: "#1f2933", weight: 1 };
      layout.nodes.forEach((item, position) => {
        keep("nodes", item, network, layout, position,
          L.circleMarker(item.at, Object.assign({ pane: "stations", radius: 3.5, fillOpacity: 1, fillColor: NO_VALUE }, ring, { weight: 1.5 })));
      });
      layout.stations.forEach((item, position) => {
        keep("stations", item, network, layout, position,
          L.circleMarker(item.at, Object.assign({ pane: "stations", radius: item.radius, fillOpacity: 0.95, fillColor: NO_VALUE }, ring)));
      });
      layout.plants.forEach((item, position) => {
        const heat = network.plants.delivered_mwh[position];
        const size = plantSize(heat, most);
        const icon = L.divIcon({ className: "plant-icon", html: symbol(item.symbol, item.colour, size, !(heat > 0) && !electric), iconSize: [size, size] });
        const marker = L.marker(item.at, { icon, keyboard: true, alt: item.name });
        marker.on("add", () => { const node = marker.getElement(); node.setAttribute("aria-label", item.name); node.title = item.name; });
        keep("plants", item, network, layout, position, marker);
      });
    }
    fillFind();
    applyVisibility();
    colour();
  }
  function colour() {
    const pipe = quantityOf("pipes", byId("pipe-quantity").value);
    const station = quantityOf("stations", byId("station-quantity").value);
    const own = Object.fromEntries(Object.keys(data.colours).map((carrier) => [carrier, ownQuantity(carrier)]));
    const ranges = { pipes: rangeOf("water", ["pipes"], pipe), stations: rangeOf("water", ["stations"], station) };
    for (const [carrier, quantity] of Object.entries(own)) if (quantity) ranges[carrier] = rangeOf(carrier, ["pipes", "nodes", "stations"], quantity);
    for (const entry of drawn) {
      const carrier = carrierOf(entry.layout), further = carrier !== "water";
      if (entry.kind === "plants" || (further && !entry.network.solved)) continue;
      const quantity = further ? own[carrier] : entry.kind === "pipes" ? pipe : station;
      // what has no such quantity at all, such as the velocity at a user, is white; grey would say that a value is missing
      const paint = entry.network[entry.kind][quantity.key]
        ? colourOf(valueAt(entry.network, entry.kind, quantity.key, entry.position), further ? ranges[carrier] : ranges[entry.kind], quantity)
        : carrier === "electric" && entry.kind === "pipes" ? POWER : further ? "#ffffff" : NO_VALUE;
      entry.layer.setStyle(entry.kind === "pipes" ? { color: paint } : { fillColor: paint });
    }
    drawLegend(pipe, station, own, ranges);
  }
  function applyVisibility() {
    for (const [key, group] of Object.entries(groups)) {
      const [network, kind] = key.split("|");
      const off = kind === undefined ? state.layersOff.has(key) : state.hidden.has(network) || state.layersOff.has(kind);
      if (off) group.remove(); else group.addTo(map);
    }
  }

  // ---------- legend ----------
  function scaleLegend(into, heading, quantity, range, notes) {
    into.append(element("h2", heading + ": " + quantity.label + (quantity.unit ? " (" + quantity.unit + ")" : "")));
    if (!range) { into.append(element("p", labels.no_value, "small")); return; }
    const bar = element("div", null, "scale-bar");
    bar.style.background = "linear-gradient(to right," + (quantity.beyond ? data.scale.slice().reverse() : data.scale).join(",") + ")";
    const ends = element("div", null, "scale-ends");
    const number = (value) => value.toLocaleString("en", { maximumFractionDigits: quantity.digits, minimumFractionDigits: quantity.digits });
    const capped = byId("range").value === "all" && !quantity.ends;
    ends.append(element("span", (quantity.ends ? "≤ " : "") + number(range[0])), element("span", number((range[0] + range[1]) / 2)), element("span", (capped ? "≥ " : "") + number(range[1])));
    into.append(bar, ends);
    if (quantity.beyond) into.append(lineRow(quantity.beyond, 3, "solid", labels.power_beyond.replace("{end}", shown(range[1], { digits: 0, unit: quantity.unit }))));
    for (const note of notes) into.append(element("p", note, "small"));
  }
  function lineRow(colour, width, stroke, words) {
    const line = element("div", null, "legend-row");
    const dash = element("span");
    dash.style.cssText = "flex:none;width:26px;border-top:" + width + "px " + stroke + " " + colour;
    line.append(dash, element("span", words));
    return line;
  }
  const dashRow = (colour, words) => lineRow(colour, 3, "dashed", words);
  function powerLegend(into, networks) {
    const lines = networks.flatMap((network) => data.layouts[network.layout].pipes);
    const widths = new Map(lines.map((line) => [line.v_nom_kv, line.width]));
    for (const [kv, width] of [...widths].sort((a, b) => b[0] - a[0])) into.append(lineRow(POWER, width, "solid", labels.power_width.replace("{kv}", kv)));
    if (lines.some((line) => line.open)) into.append(lineRow(POWER, 2, "dashed", labels.power_open));
  }
  function drawLegend(pipe, station, own, ranges) {
    const legend = byId("legend");
    legend.replaceChildren();
    if (hasPipes) {
      scaleLegend(legend, labels.legend_pipes, pipe, ranges.pipes, [labels.width_pipes]);
      scaleLegend(legend, labels.legend_stations, station, ranges.stations, [labels.size_stations]);
    }
    const networksOf = (carrier) => currentCase().networks.filter((network) => carrierOf(data.layouts[network.layout]) === carrier);
    const steamNetworks = networksOf("steam");
    if (own.steam && steamNetworks.some((network) => network.solved)) {
      scaleLegend(legend, labels.legend_steam, own.steam, ranges.steam, []);
      legend.append(dashRow(STEAM, labels.steam_pipe));
      const user = element("div", null, "legend-row");
      user.append(symbol("circle", STEAM, 14, true), element("span", labels.steam_user));
      legend.append(user);
    }
    const powerNetworks = networksOf("electric").filter((network) => !state.hidden.has(data.layouts[network.layout].id));
    byId("electric-field").hidden = !own.electric || !powerNetworks.length;
    if (own.electric && powerNetworks.length) {
      scaleLegend(legend, labels.legend_power, own.electric, ranges.electric, []);
      const transformer = element("div", null, "legend-row");
      transformer.append(symbol("circle", POWER, 14, true), element("span", labels.power_transformer));
      legend.append(transformer);
      powerLegend(legend, powerNetworks);
    }
    legend.append(element("h2", labels.legend_plants));
    const seen = new Set();
    for (const network of currentCase().networks) {
      for (const plant of data.layouts[network.layout].plants) {
        if (seen.has(plant.kind)) continue;
        seen.add(plant.kind);
        const row = element("div", null, "legend-row");
        row.append(symbol(plant.symbol, plant.colour, 16, false), element("span", data.kinds[plant.kind]));
        legend.append(row);
      }
    }
    const idle = element("div", null, "legend-row");
    idle.append(symbol("circle", "#777777", 14, true), element("span", labels.not_running));
    legend.append(idle, element("p", labels.size_plants, "small"));
    const none = element("div", null, "legend-row");
    none.append(symbol("circle", NO_VALUE, 14, false), element("span", labels.no_value));
    legend.append(none);
    if (steamNetworks.some((network) => !network.solved)) legend.append(dashRow(STEAM, labels.steam));
  }

  // ---------- controls ----------
  function switchFor(into, key, text, set) {
    const label = element("label", null, "switch");
    const box = element("input");
    box.type = "checkbox";
    box.checked = !set.has(key);
    box.addEventListener("change", () => { if (box.checked) set.delete(key); else set.add(key); applyVisibility(); colour(); });
    label.append(box, element("span", text));
    into.append(label);
  }
  function fillHours() {
    const select = byId("hour");
    const chosen = Math.min(state.hour, currentCase().hours.length - 1);
    select.replaceChildren(...currentCase().hours.map((hour, i) => {
      const outdoor = hour.t_outdoor === null ? "" : labels.outdoor.replace("{t}", hour.t_outdoor.toFixed(1));
      return option(String(i), [hour.label, outdoor, hour.time].filter(Boolean).join(" · "));
    }));
    state.hour = Math.max(chosen, 0);
    select.value = String(state.hour);
  }
  function fillFind() {
    byId("find-names").replaceChildren(...drawn.map((entry) => option(entry.item.name === entry.item.id ? entry.item.id : entry.item.name + " [" + entry.item.id + "]", "")));
  }
  function find(text) {
    const wanted = text.trim().toLowerCase();
    byId("find-note").textContent = "";
    if (!wanted) return;
    const names = (entry) => [entry.item.name, entry.item.id, entry.item.name + " [" + entry.item.id + "]", entry.item.other].map((name) => name.toLowerCase());
    const hit = drawn.find((entry) => names(entry).includes(wanted)) || drawn.find((entry) => names(entry).some((name) => name.includes(wanted)));
    if (!hit) { byId("find-note").textContent = labels.not_found; return; }
    const at = hit.kind === "pipes" ? hit.layer.getCenter() : hit.layer.getLatLng();
    map.setView(at, Math.max(map.getZoom(), 15), { animate: false });
    hit.layer.openPopup(at);
  }
  function layoutsOnce() {
    const seen = new Map();
    for (const one of data.cases) for (const network of one.networks) {
      const layout = data.layouts[network.layout];
      if (!seen.has(layout.id)) seen.set(layout.id, layout);
    }
    return [...seen.values()];
  }

  const choice = (one) => option(one.key, one.label + (one.unit ? " (" + one.unit + ")" : ""));
  function start() {
    data.cases.forEach((one, i) => byId("case").append(option(String(i), one.label)));
    byId("case").value = String(data.start);
    for (const [kind, id] of [["pipes", "pipe-quantity"], ["stations", "station-quantity"]]) {
      byId(id).append(...data.quantities.water[kind].filter((one) => one.colours).map(choice));
    }
    for (const [carrier, colours] of Object.entries(data.colours)) {
      byId(carrier + "-quantity").append(...colours.map(choice));
      byId(carrier + "-field").hidden = !colours.length;
    }
    // power lines run where pipes do: they are there at a click
    for (const layout of layoutsOnce()) if (layout.carrier === "electric") state.hidden.add(layout.id);
    for (const layout of layoutsOnce()) {
      switchFor(byId("network-switches"), layout.id, layout.name, state.hidden);
      if (!layout.pipes.length || layout.carrier === "electric" || (layout.carrier === "steam" && !data.colours.steam.length)) continue;
      const button = element("button", labels.fit.replace("{name}", layout.name));
      button.type = "button";
      button.addEventListener("click", () => map.fitBounds(layout.bounds, { padding: [25, 25] }));
      byId("fit-buttons").append(button);
    }
    byId("pipe-field").hidden = byId("station-field").hidden = !hasPipes;
    byId("range-field").hidden = !hasPipes && !Object.values(data.colours).some((colours) => colours.length);
    byId("hour-field").hidden = !data.cases.some((one) => one.hours.length);
    const drawnAs = { pipes: labels.legend_pipes, stations: labels.legend_stations, plants: labels.legend_plants };
    const layers = Object.entries(drawnAs).filter(([kind]) => kind === "plants" || layouts.some((layout) => layout[kind].length));
    if (layouts.some((layout) => layout.nodes.length)) layers.push(["nodes", labels.legend_nodes]);
    for (const name of ["zones", "avenues", "landmarks"]) if (data.base[name].length) layers.push([name, labels[name]]);
    for (const [key, text] of layers) switchFor(byId("layer-switches"), key, text, state.layersOff);
    byId("case").addEventListener("change", () => { map.closePopup(); fillHours(); drawCase(); });
    byId("hour").addEventListener("change", () => { state.hour = Number(byId("hour").value); map.closePopup(); colour(); });
    for (const id of ["pipe-quantity", "station-quantity", "steam-quantity", "electric-quantity", "range"]) byId(id).addEventListener("change", colour);
    byId("find").addEventListener("change", (event) => find(event.target.value));
    fillHours();
    drawCase();
    const first = layoutsOnce()[0];
    if (first) map.fitBounds(first.bounds, { padding: [25, 25], animate: false });
  }

  for (const name of ["zones", "avenues", "landmarks"]) addBase(name);
  L.control.zoom({ position: "bottomright" }).addTo(map);
  L.control.scale({ imperial: false, position: "bottomleft" }).addTo(map);
  const near = () => frame.classList.toggle("near", map.getZoom() >= 14);
  map.on("zoomend", near);
  map.on("popupopen", () => frame.classList.add("reading"));
  map.on("popupclose", () => frame.classList.remove("reading"));
  const toggle = byId("panel-toggle");
  function fold(folded) {
    byId("panel").classList.toggle("folded", folded);
    toggle.setAttribute("aria-expanded", String(!folded));
    map.invalidateSize();
  }
  toggle.addEventListener("click", () => fold(!byId("panel").classList.contains("folded")));
  if (window.matchMedia("(max-width: 700px)").matches) fold(true);
  if (data.cases.length) start();
  near();
  document.body.dataset.ready = "map";
})();
