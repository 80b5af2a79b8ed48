/* The pressure diagram of the report: one network a block, drawn along the shortest open way between two chosen places,
   for the chosen cases and hours over each other. Heads come ready from the page's JSON; names are set as text only. */
(function () {
  "use strict";
  const data = JSON.parse(document.getElementById("heatnet-data").textContent);
  const W = data.pressure_words;
  const COLOURS = ["#4477aa", "#ee6677", "#228833", "#aa3377", "#ccbb44", "#66ccee", "#555555", "#994f00"];
  const FONT = { fontFamily: getComputedStyle(document.querySelector("h1")).fontFamily, fontSize: 11, color: "#3b4650" };
  const charts = [];

  // shortest way by repeated relaxation over a queue: networks have few more pipes than nodes
  function way(block, start, end) {
    const next = block.ground.map(() => []);
    for (const [a, b, metres] of block.edges) { next[a].push([b, metres]); next[b].push([a, metres]); }
    const far = block.ground.map(() => Infinity), came = block.ground.map(() => -1);
    far[start] = 0;
    const queue = [start];
    for (let at = 0; at < queue.length; at++) {
      const node = queue[at];
      for (const [other, metres] of next[node]) {
        if (far[node] + metres < far[other] - 1e-9) { far[other] = far[node] + metres; came[other] = node; queue.push(other); }
      }
    }
    if (start === end || !Number.isFinite(far[end])) return null;
    const nodes = [];
    for (let node = end; node !== -1; node = came[node]) nodes.unshift(node);
    return { nodes: nodes, far: nodes.map((node) => far[node]) };
  }

  const number = (value, digits) => value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits }).replace("-", "−");
  const known = (value) => value !== null && value !== undefined;
  const points = (path, values) => path.nodes.map((node, at) => [path.far[at], known(values[node]) ? values[node] : "-", node]);

  function line(name, values, path, style) {
    return {
      name: name, type: "line", data: points(path, values), symbol: "none", emphasis: { disabled: true }, z: style.z || 3,
      lineStyle: { color: style.colour, width: style.width || 1.2, type: style.type || "solid" }, itemStyle: { color: style.colour },
      areaStyle: style.area ? { color: style.colour, opacity: 0.25, origin: "start" } : undefined, silent: Boolean(style.silent),
    };
  }

  // several: supply and return of one case and hour share a name, and thereby one entry in the key
  function curves(block, chosen, path) {
    const several = chosen.length > 1;
    return chosen.flatMap((one, at) => {
      const colour = COLOURS[at % COLOURS.length];
      const name = (word) => (several ? one.name : word);
      return [
        { id: "supply " + at, ...line(name(W.supply), one.hour.supply, path, { colour: several ? colour : "#a63d40", width: 2, z: 5 }) },
        { id: "return " + at, ...line(name(W.return), one.hour.return, path, { colour: several ? colour : "#1d4e79", width: 2, type: [6, 3], z: 5 }) },
      ];
    });
  }

  // in words: a line of several says which of the two it is
  function lineName(one) {
    const which = /^(supply|return) /.exec(one.seriesId || "");
    return which && one.seriesName !== W[which[1]] ? one.seriesName + ": " + W[which[1]] : one.seriesName;
  }

  // ground and limits are those of the first case and hour that is chosen
  function limits(block, first, path) {
    const above = (metres) => block.ground.map((ground) => ground + metres);
    const series = [
      line(W.ground, block.ground, path, { colour: "#8d8577", area: true, z: 1 }),
      line(W.rest, first.rest, path, { colour: "#3f7d4e", type: [8, 3, 2, 3] }),
      line(W.boiling, first.boiling, path, { colour: "#b5741a", type: [2, 3] }),
      line(W.nominal, above(block.nominal), path, { colour: "#777777", type: [1, 3], width: 1 }),
      line(W.return_least, above(block.return_least), path, { colour: "#999999", type: [4, 4], width: 1 }),
    ];
    const marks = [];
    const at = block.point ? path.nodes.indexOf(block.point[0]) : -1;
    if (at >= 0) marks.push([W.point, [path.far[at], block.point[1], block.point[0]], "circle", "#3f7d4e", 10]);
    const start = path.nodes[0];
    if (block.plants.has(start) && known(first.suction[start])) marks.push([W.suction, [0, first.suction[start], start], "triangle", "#1f2933", 9]);
    for (const [name, value, symbol, colour, size] of marks) {
      series.push({ name: name, type: "scatter", data: [value], symbol: symbol, symbolSize: size, itemStyle: { color: colour }, z: 8 });
    }
    if (block.highest !== null) {
      const ground = block.ground[block.highest];
      series[0].markLine = {
        silent: true, symbol: "none", data: [{ yAxis: ground }], lineStyle: { color: "#8d8577", type: "dashed", width: 1 },
        label: { formatter: () => W.highest.replace("{ground}", number(ground, 1)).replace("{name}", () => block.names[block.highest]), position: "insideMiddleBottom", fontSize: 10, color: "#5b6770" },
      };
    }
    return series;
  }

  function tooltip(block) {
    return function (found) {
      const box = document.createElement("div"), head = document.createElement("strong");
      const node = found[0].data[2];
      head.textContent = block.names[node] + ", " + number(found[0].data[0], 0) + " m";
      box.append(head);
      for (const one of found) {
        if (one.data[2] !== node || typeof one.data[1] !== "number") continue;
        const row = document.createElement("div");
        const gauge = (one.data[1] - block.ground[node]) * W.per_m;
        row.textContent = lineName(one) + "  " + number(one.data[1], 1) + " m" + (one.seriesName === W.ground ? "" : ", " + number(gauge, W.digits) + " " + W.unit_gauge);
        row.style.borderLeft = "8px solid " + one.color;
        row.style.paddingLeft = "6px";
        box.append(row);
      }
      return box;
    };
  }

  function option(block, chosen, path, width) {
    const lines = chosen.flatMap((one) => [one.hour.return, one.hour.boiling]).concat([block.ground]);
    const low = Math.min(...lines.flatMap((values) => path.nodes.map((node) => values[node]).filter(known)));
    const series = limits(block, chosen[0].hour, path).concat(curves(block, chosen, path));
    const entries = [...new Map(series.map((one) => [one.name, { name: one.name, itemStyle: { opacity: one.type === "line" ? 0 : 1 } }])).values()];
    const letters = entries.reduce((sum, one) => sum + 46 + 7 * [...one.name].reduce((wide, letter) => wide + (letter > "\u2e80" ? 1.6 : 1), 0), 0);
    const rows = Math.ceil(letters / Math.max(width - 40, 200)) + 1;
    return {
      animation: false, textStyle: FONT, aria: { enabled: true },
      grid: { left: 52, right: 18, top: 30, bottom: 46 + 18 * rows },
      legend: { bottom: 0, itemWidth: 28, textStyle: FONT, data: entries },
      tooltip: { trigger: "axis", confine: true, textStyle: { fontSize: 11 }, formatter: tooltip(block), axisPointer: { snap: true } },
      xAxis: { type: "value", min: 0, max: path.far[path.far.length - 1], name: W.distance, nameLocation: "middle", nameGap: 24, splitLine: { show: false }, axisLabel: { color: FONT.color, showMaxLabel: false }, axisLine: { onZero: false } },
      yAxis: { type: "value", min: Math.floor((low - 6) / 10) * 10, name: W.head, nameTextStyle: { align: "left" }, axisLabel: { color: FONT.color }, splitLine: { lineStyle: { color: "#e4e8eb" } } },
      series: series,
    };
  }

  // the least of a list of numbers with its node; null where there is none
  function least(path, value) {
    let best = null;
    for (const node of path.nodes) {
      const found = value(node);
      if (found !== null && Number.isFinite(found) && (best === null || found < best[0])) best = [found, node];
    }
    return best;
  }

  function figures(block, hour, path) {
    const difference = (a, b) => (known(a) && known(b) ? a - b : null);
    const start = path.nodes[0], end = path.nodes[path.nodes.length - 1], S = W.summary;
    const gauge = (node, value) => (known(value) ? value - block.ground[node] : null);
    const rows = [[S.pump, difference(hour.supply[start], hour.return[start])], [S.end, difference(hour.supply[end], hour.return[end])]];
    const boils = least(path, (node) => difference(hour.supply[node], hour.boiling[node]));
    const highest = least(path, (node) => { const found = gauge(node, hour.supply[node]); return found === null ? null : -found; });
    const lowest = least(path, (node) => gauge(node, hour.return[node]));
    if (boils) rows.push([S.boils, boils[0], boils[1]]);
    if (highest) rows.push([S.highest_p, -highest[0], highest[1]]);
    if (lowest) rows.push([S.lowest, lowest[0], lowest[1]]);
    if (block.plants.has(start)) rows.push([S.suction, difference(hour.return[start], hour.suction[start])]);
    if (block.highest !== null) rows.push([S.static, gauge(block.highest, hour.rest[block.highest]), block.highest]);
    return rows.filter((row) => row[1] !== null);
  }

  function told(block, chosen, path, list) {
    list.replaceChildren();
    for (const one of chosen) {
      const item = document.createElement("li"), head = document.createElement("strong");
      head.textContent = one.name;
      item.append(head);
      for (const [word, metres, node] of figures(block, one.hour, path)) {
        const row = document.createElement("span");
        row.textContent = word + ": " + number(metres, 1) + " m (" + number(metres * W.per_m, W.digits) + " " + W.unit + ")" + (node === undefined ? "" : ", " + block.names[node]);
        item.append(row);
      }
      list.append(item);
    }
  }

  function boxes(place, entries, ticked, changed) {
    for (const [value, label] of entries) {
      const holder = document.createElement("label"), box = document.createElement("input");
      box.type = "checkbox"; box.value = value; box.checked = value === ticked;
      box.addEventListener("change", changed);
      holder.append(box, document.createTextNode(label));
      place.append(holder);
    }
  }

  function ends(select, block, chosen, changed) {
    for (const [id, name] of block.places) {
      const item = document.createElement("option");
      item.value = id; item.textContent = name;
      item.selected = id === chosen;
      select.append(item);
    }
    select.addEventListener("change", changed);
  }

  function start(block, place) {
    const find = (name) => place.querySelector("." + name);
    const chart = echarts.init(find("pressure-chart"), null, { renderer: "svg" });
    charts.push(chart);
    block.plants = new Set(block.between);
    const node = new Map(block.places.map(([id, _name, at]) => [id, at]));
    const shown = block.cases.find((one) => one.id === block.shown) || block.cases[0];
    const ticked = (name) => new Set([...find(name).querySelectorAll("input:checked")].map((box) => box.value));

    function draw() {
      const path = way(block, node.get(find("from").value), node.get(find("to").value));
      const cases = ticked("of-cases"), times = ticked("of-hours");
      const both = cases.size > 1 || times.size > 1;
      const chosen = block.cases.filter((one) => cases.has(one.id)).flatMap((one) =>
        one.hours.filter((hour) => times.has(hour.time)).map((hour) => ({ name: both && cases.size === 1 ? hour.time : both && times.size === 1 ? one.label : one.label + ", " + hour.time, hour: hour })));
      // what is ticked and not there: seasons of different length show different hours
      const lacking = block.cases.filter((one) => cases.has(one.id)).flatMap((one) =>
        [...times].filter((time) => !one.hours.some((hour) => hour.time === time)).map((time) => one.label + ", " + time));
      find("lacking").textContent = lacking.length ? W.lacking.replace("{hours}", () => lacking.join("; ")) : "";
      find("trouble").textContent = path ? "" : find("from").value === find("to").value ? W.same_place : W.no_way;
      find("caption").textContent = find("from").selectedOptions[0].textContent + " – " + find("to").selectedOptions[0].textContent + (chosen.length ? ": " + (chosen.length === 1 ? chosen[0].name : [...cases].map((id) => block.cases.find((one) => one.id === id).label).join(", ") + "; " + [...times].join(", ")) : "");
      if (!path || !chosen.length) { chart.clear(); find("figures").replaceChildren(); return; }
      chart.setOption(option(block, chosen, path, chart.getWidth()), true);
      told(block, chosen, path, find("figures"));
      scalable(chart);
    }

    ends(find("from"), block, block.ends[0], draw);
    ends(find("to"), block, block.ends[1], draw);
    boxes(find("of-cases"), block.cases.map((one) => [one.id, one.label]), shown.id, draw);
    boxes(find("of-hours"), block.times, shown.hours.length ? shown.hours[0].time : "", draw);
    draw();
  }

  // paper is narrower than the screen: with a view box the drawing shrinks as a whole
  function scalable(chart) {
    const svg = chart.getDom().querySelector("svg");
    if (svg) svg.setAttribute("viewBox", "0 0 " + chart.getWidth() + " " + chart.getHeight());
  }

  const refit = () => charts.forEach((chart) => { chart.resize(); scalable(chart); });
  (data.pressure || []).forEach((block, at) => start(block, document.getElementById("pressure-" + at)));
  window.addEventListener("resize", refit);
  window.addEventListener("beforeprint", refit);
  window.addEventListener("afterprint", refit);
  document.body.dataset.pressure = String(charts.length);
})();
