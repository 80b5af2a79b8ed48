/* What is known of one element: its values in the hour, its course over the season, its data. */
(function () {
  "use strict";
  const { labels, byId, element, option, drawn, filled, number, more, shown, matrices, clock } = window.heatnet;
  const WIDTH = 320, HEIGHT = 120, LEFT = 44, BOTTOM = 18, TOP = 6, RIGHT = 6;
  // width of a pause on the chart, px; what is a pause, s; hours a pause at least, else they are scattered
  const GAP = 10, PAUSE_S = 86400, SCATTERED = 8;
  const FIRST = "#1d4e79", SECOND = "#b35806", CURSOR = "#d1007c";

  function tableOf(rows) {
    const table = element("table");
    for (const [label, value] of rows) {
      const row = table.insertRow(), head = element("th", label);
      head.scope = "row";
      row.append(head, element("td", value));
    }
    return table;
  }

  /* A line of many hours: of all that fall on one pixel the least and the largest; broken before the hours of `starts`. */
  function pathOf(values, x, y, starts) {
    let text = "", column = -1, low = NaN, high = NaN, broken = true;
    const flush = () => {
      if (Number.isNaN(low)) return;
      text += (broken ? "M" : "L") + column + " " + y(low).toFixed(1);
      if (high !== low) text += "L" + column + " " + y(high).toFixed(1);
      broken = false;
      low = high = NaN;
    };
    values.forEach((value, i) => {
      const at = Math.round(x(i));
      if (at !== column) { flush(); column = at; }
      if (starts.has(i)) { flush(); broken = true; }
      if (Number.isNaN(value)) { flush(); broken = true; return; }
      low = Number.isNaN(low) ? value : Math.min(low, value);
      high = Number.isNaN(high) ? value : Math.max(high, value);
    });
    flush();
    return text;
  }
  /* Places in a list of hours before which more than a day is missing; none where the hours are scattered as a whole. */
  function pausesOf(times, passed) {
    const found = [];
    if (times.dated) for (let i = 1; i < passed.length; i++) if (times.seconds[passed[i]] - times.seconds[passed[i - 1]] > PAUSE_S) found.push(i);
    return found.length * SCATTERED > passed.length ? [] : found;
  }
  function spreadOf(lists) {
    let low = Infinity, high = -Infinity;
    for (const values of lists) for (const value of values) if (!Number.isNaN(value)) { low = Math.min(low, value); high = Math.max(high, value); }
    return low <= high ? [low, high] : null;
  }
  /* Lines at the first hour of each month, named where there is room: after a pause always. */
  function months(times, passed, x, starts, tall) {
    const lines = [], names = [];
    let month = "";
    passed.forEach((hour, i) => {
      const here = clock.dateOf(times, hour).slice(0, 7);
      if (here === month) return;
      month = here;
      lines.push(drawn("line", { x1: x(i), x2: x(i), y1: TOP, y2: TOP + tall, stroke: "#e8ecef" }));
      const tight = names.length && x(i) - names[names.length - 1].at <= 38;
      if (tight && starts.has(i)) names.pop();
      if ((!tight || starts.has(i)) && x(i) < WIDTH - 34) names.push({ at: x(i), text: drawn("text", { x: x(i) + 2, y: HEIGHT - 5 }, here) });
    });
    return [...lines, ...names.map((name) => name.text)];
  }
  function chart(into, view, quantity, series, chooseHour) {
    const passed = view.passed(), times = view.clock(), pauses = pausesOf(times, passed), starts = new Set(pauses), spread = spreadOf(series.map((one) => one.values));
    into.replaceChildren();
    if (!spread) { into.append(element("p", labels.no_value, "small")); return null; }
    const [low, high] = spread, span = high - low || 1, wide = WIDTH - LEFT - RIGHT, tall = HEIGHT - TOP - BOTTOM;
    const running = wide - GAP * pauses.length;
    const x = (i) => LEFT + (passed.length > 1 ? (i / (passed.length - 1)) * running + GAP * pauses.filter((start) => start <= i).length : wide / 2);
    const y = (value) => TOP + tall - ((value - low) / span) * tall;
    const words = filled(labels.chart_summary, { label: quantity.label, low: shown(low, quantity), high: shown(high, quantity) });
    const svg = drawn("svg", { viewBox: "0 0 " + WIDTH + " " + HEIGHT, role: "img", "aria-label": words, class: "chart" });
    for (const value of high > low ? [low, high] : [low]) {
      svg.append(drawn("line", { x1: LEFT, x2: WIDTH - RIGHT, y1: y(value), y2: y(value), stroke: "#dde2e6" }));
      svg.append(drawn("text", { x: LEFT - 4, y: y(value) + (value === high ? 8 : 0), "text-anchor": "end" }, number(value, quantity.digits)));
    }
    for (const i of pauses) svg.append(drawn("rect", { x: x(i - 1), y: TOP, width: x(i) - x(i - 1), height: tall, class: "pause" }));
    if (times.dated) svg.append(...months(times, passed, x, starts, tall));
    series.forEach((one, i) => svg.append(drawn("path", { d: pathOf(one.values, x, y, starts), fill: "none", stroke: i ? SECOND : FIRST, "stroke-width": 1.1 })));
    const cursor = drawn("line", { y1: TOP, y2: TOP + tall, stroke: CURSOR, "stroke-width": 1.5 });
    svg.append(cursor);
    svg.addEventListener("click", (event) => {
      const box = svg.getBoundingClientRect(), at = ((event.clientX - box.left) / box.width) * WIDTH;
      let nearest = 0;
      passed.forEach((_hour, i) => { if (Math.abs(x(i) - at) < Math.abs(x(nearest) - at)) nearest = i; });
      chooseHour(passed[nearest]);
    });
    into.append(svg);
    if (series.length > 1) {
      const key = element("p", null, "small");
      series.forEach((one, i) => { const name = element("span", one.name, "series"); name.style.color = i ? SECOND : FIRST; key.append(name); });
      into.append(key);
    }
    return (hour) => { const i = passed.indexOf(hour); cursor.setAttribute("visibility", i < 0 ? "hidden" : "visible"); if (i >= 0) { cursor.setAttribute("x1", x(i)); cursor.setAttribute("x2", x(i)); } };
  }

  /* The panel. `view` gives quantities, readers, hours and names of what is shown; see page.js. */
  function start(view) {
    const panel = byId("details");
    let chosen = null, moveCursor = null, cells = [], wanted = {}, opened = null;

    function close() {
      if (!chosen) return;
      chosen = null;
      panel.hidden = true;
      view.marked(null);
      if (opened && opened.isConnected) (opened.getClientRects().length ? opened : byId("panel-toggle")).focus();
    }
    async function open(entry, focus) {
      chosen = entry;
      view.marked(entry);
      const item = entry.group.items[entry.position];
      panel.hidden = false;
      panel.replaceChildren();
      const head = element("div", null, "details-head"), title = element("h2", item.name), button = element("button", "×", "details-close");
      title.id = "details-title";
      button.type = "button";
      button.setAttribute("aria-label", labels.close);
      button.addEventListener("click", close);
      head.append(title, button);
      panel.append(head, element("p", [view.kindName(entry), item.other, item.id].filter(Boolean).join(" · "), "other"));
      const body = element("div", null, "details-body popup");
      panel.append(body);
      if (focus) { opened = document.activeElement; button.focus(); }
      const known = view.quantitiesOf(entry);
      if (!known.length) {
        body.append(element("p", entry.group.solved ? labels.no_value : labels.not_simulated, "small"), ...staticPart(entry, item));
        return;
      }
      body.append(element("p", labels.loading, "small"));
      await matrices.need(view.matricesOf(entry));
      if (chosen !== entry) return;
      const other = view.other(), heading = other ? filled(labels.this_hour_less, { other: other.label }) : labels.this_hour;
      body.replaceChildren(...chartPart(entry, known), element("h3", heading), hourPart(known, entry), ...staticPart(entry, item));
      update();
      panel.dataset.ready = item.id;
    }
    function chartPart(entry, known) {
      const plain = known.filter((quantity) => !quantity.is_source), place = element("div"), label = element("label", labels.chart), select = element("select");
      select.id = "chart-quantity";
      label.htmlFor = select.id;
      select.append(...plain.map((quantity) => option(quantity.key, quantity.label + (quantity.unit ? " (" + quantity.unit + ")" : ""))));
      const first = plain.find((quantity) => quantity.key === wanted[entry.group.kind]) || plain.find((quantity) => quantity.key === view.painted(entry)) || plain[0];
      select.value = first.key;
      const draw = () => { moveCursor = chart(place, view, plain.find((one) => one.key === select.value), view.series(entry, select.value), view.chooseHour); };
      select.addEventListener("change", () => { wanted[entry.group.kind] = select.value; draw(); update(); });
      draw();
      const field = element("div", null, "field");
      field.append(label, select);
      return [field, place];
    }
    function hourPart(known, entry) {
      const cellOf = ({ group, position }, quantity) => ({ quantity, position, cell: element("td"), read: view.plain(group, quantity), less: view.other() ? view.reader(group, quantity) : null });
      cells = known.map((quantity) => cellOf(entry, quantity));
      // beside the heat that it takes from the pipes
      const taken = known.findIndex((quantity) => quantity.key === "heat_mw");
      cells.splice(taken < 0 ? cells.length : taken + 1, 0, ...view.directOf(entry).map((direct) => cellOf(direct.entry, direct.quantity)));
      const table = element("table", null, "hour-values");
      for (const one of cells) {
        const row = table.insertRow(), head = element("th", one.quantity.label);
        head.scope = "row";
        one.row = row;
        row.append(head, one.cell);
      }
      return table;
    }
    function staticPart(entry, item) {
      const rows = item.rows.slice();
      if (entry.group.kind === "plants" && entry.group.carrier !== "electric") {
        const heat = entry.group.network.delivered_mwh[entry.position];
        rows.push([labels.delivered, shown(heat, { digits: 0, unit: "MWh" })]);
      }
      return [element("h3", labels.static), tableOf(rows)];
    }
    /* The values and the cursor of another hour. */
    function update() {
      if (!chosen || panel.hidden) return;
      const hour = view.hour();
      for (const { quantity, position, cell, read, less, row } of cells) {
        const value = read(position, hour), difference = less && !quantity.is_source ? less(position, hour) : NaN;
        row.hidden = Boolean(quantity.some) && Number.isNaN(value);
        const source = quantity.is_source && !Number.isNaN(value) ? chosen.group.sources[Math.round(value)] : null;
        cell.textContent = quantity.is_source ? (source ? source.name : "–") : shown(value, quantity);
        if (!Number.isNaN(difference)) cell.textContent += " (" + more(difference, quantity.digits) + ")";
      }
      if (moveCursor) moveCursor(hour);
    }
    panel.addEventListener("keydown", (event) => { if (event.key === "Escape") { event.stopPropagation(); close(); } });
    return {
      open, close, update,
      /* The same element in another case, or nothing where it is not there. */
      again(find) {
        if (!chosen) return;
        const { group, position } = chosen, next = find(group.layout.id, group.kind, group.items[position].id);
        if (next) { cells = []; open(next, false); } else close();
      },
    };
  }
  Object.assign(window.heatnet, { details: { start } });
})();
