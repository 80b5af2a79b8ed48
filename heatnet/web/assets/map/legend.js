/* What colours, widths and symbols mean, with units. */
(function () {
  "use strict";
  const { data, labels, byId, element, filled, number, shown, symbol, colours } = window.heatnet;

  function row(picture, words) {
    const made = element("div", null, "legend-row");
    made.append(picture, element("span", words));
    return made;
  }
  function lineRow(colour, width, stroke, words) {
    const dash = element("span");
    dash.style.cssText = "flex:none;width:26px;border-top:" + width + "px " + stroke + " " + colour;
    return row(dash, words);
  }
  /* One scale: heading, bar with its ends, notes. */
  function scale(into, heading, quantity, range, state, notes) {
    into.append(element("h2", heading + ": " + quantity.label + (quantity.unit ? " (" + quantity.unit + ")" : "")));
    if (state.difference) into.append(element("p", state.difference, "small"));
    if (!range) { into.append(element("p", labels.no_value, "small")); return; }
    if (state.difference && range[0] === range[1]) { into.append(lineRow(data.difference[data.difference.length >> 1], 3, "solid", labels.no_difference)); return; }
    const stops = state.difference ? data.difference : quantity.beyond ? data.scale.slice().reverse() : data.scale;
    const bar = element("div", null, "scale-bar"), ends = element("div", null, "scale-ends");
    bar.style.background = "linear-gradient(to right," + stops.join(",") + ")";
    const fixed = quantity.ends && !state.difference, capped = state.capped && !fixed, digits = quantity.digits;
    ends.append(
      element("span", ((fixed && range[0] > 0) || (capped && (state.difference || !quantity.from_zero)) ? "≤ " : "") + number(range[0], digits)),
      element("span", number((range[0] + range[1]) / 2, digits)),
      element("span", (capped ? "≥ " : "") + number(range[1], digits)),
    );
    into.append(bar, ends);
    if (quantity.beyond && !state.difference) into.append(lineRow(quantity.beyond, 3, "solid", filled(labels.power_beyond, { end: shown(range[1], { digits: 0, unit: quantity.unit }) })));
    for (const note of notes) into.append(element("p", note, "small"));
  }
  /* Sources with the stations that each leads, and the heat that these take. */
  function sources(into, heading, quantity, groups, influence) {
    into.append(element("h2", heading + ": " + quantity.label));
    for (const group of groups) {
      group.sources.forEach((source, s) => {
        const own = group.sourceOf ? [...group.sourceOf].reduce((count, one) => count + (one === s ? 1 : 0), 0) : 0;
        const heat = group.heatOf ? group.items.reduce((sum, _item, n) => sum + (group.sourceOf[n] === s ? group.heatOf(n) || 0 : 0), 0) : 0;
        into.append(row(symbol(source.symbol, source.colour, 16, false), filled(labels.source_row, { name: source.name, count: own, heat: number(heat, 1) })));
      });
    }
    if (influence) into.append(element("p", labels.influence_note, "small"));
  }
  function powerRows(into, groups) {
    const lines = groups.filter((group) => group.kind === "pipes").flatMap((group) => group.items);
    const widths = new Map(lines.map((line) => [line.v_nom_kv, line.width]));
    into.append(row(symbol("circle", colours.POWER, 14, true), labels.power_transformer));
    for (const [kv, width] of [...widths].sort((a, b) => b[0] - a[0])) into.append(lineRow(colours.POWER, width, "solid", filled(labels.power_width, { kv })));
    if (lines.some((line) => line.open)) into.append(lineRow(colours.POWER, 2, "dashed", labels.power_open));
  }
  function plantRows(into, layouts, bySource) {
    into.append(element("h2", labels.legend_plants));
    const seen = new Set();
    for (const layout of layouts) {
      for (const plant of layout.plants) {
        if (seen.has(plant.kind)) continue;
        seen.add(plant.kind);
        into.append(row(symbol(plant.symbol, bySource ? data.other_plant : plant.colour, 16, false), data.kinds[plant.kind]));
      }
    }
    if (bySource) into.append(element("p", labels.other_plants, "small"));
    into.append(row(symbol("circle", "#777777", 14, true), labels.not_running), element("p", labels.size_plants, "small"));
    into.append(row(symbol("circle", colours.NO_VALUE, 14, false), labels.no_value));
  }

  /* `view` is what page.js shows: choices by carrier, groups, ranges. */
  function draw(view) {
    const legend = byId("legend");
    legend.replaceChildren();
    const state = { difference: view.difference(), capped: view.capped() };
    const of = (carrier) => view.groups.filter((group) => group.carrier === carrier);
    const { pipes, stations } = view.choices;
    if (pipes) scale(legend, labels.legend_pipes, pipes, view.ranges.pipes, state, [labels.width_pipes]);
    if (stations && stations.is_source) {
      sources(legend, labels.legend_stations, stations, of("water").filter((group) => group.kind === "stations" && group.sources.length), view.influence());
    } else if (stations) scale(legend, labels.legend_stations, stations, view.ranges.stations, state, [labels.size_stations]);
    const steam = of("steam"), electric = of("electric").filter((group) => group.visible);
    if (view.choices.steam && steam.some((group) => group.solved)) {
      scale(legend, labels.legend_steam, view.choices.steam, view.ranges.steam, state, []);
      legend.append(lineRow(colours.STEAM, 3, "dashed", labels.steam_pipe), row(symbol("circle", colours.STEAM, 14, true), labels.steam_user));
    }
    if (view.choices.electric && electric.length) {
      scale(legend, labels.legend_power, view.choices.electric, view.ranges.electric, state, []);
      powerRows(legend, electric);
    }
    plantRows(legend, view.layouts, Boolean(stations && stations.is_source));
    if (steam.some((group) => !group.solved && group.kind === "pipes")) legend.append(lineRow(colours.STEAM, 3, "dashed", labels.steam));
  }
  Object.assign(window.heatnet, { legend: { draw } });
})();
