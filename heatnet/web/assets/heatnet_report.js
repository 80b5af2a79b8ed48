/* The report page: draws the charts from one JSON (element "heatnet-data"), and opens what is folded when printing.
   Names reach the page as text only; ECharts tooltips are given nodes, not HTML. */
(function () {
  "use strict";
  const data = JSON.parse(document.getElementById("heatnet-data").textContent);
  const FONT = { fontFamily: getComputedStyle(document.querySelector("h1")).fontFamily, fontSize: 11, color: "#3b4650" };
  const charts = [];

  function tooltip(unit, digits) {
    return function (points) {
      const box = document.createElement("div");
      const head = document.createElement("strong");
      head.textContent = points[0].axisValueLabel;
      box.append(head);
      for (const point of points.slice().reverse()) {
        if (!point.value) continue;
        const line = document.createElement("div");
        line.textContent = point.seriesName + "  " + point.value.toFixed(digits) + " " + unit;
        line.style.borderLeft = "8px solid " + point.color;
        line.style.paddingLeft = "6px";
        box.append(line);
      }
      return box;
    };
  }

  // hatchings that tell plants of one kind apart, as ECharts draws them and as the key shows them
  const HATCH = [
    null,
    { symbol: "rect", symbolSize: 1, color: "rgba(20, 28, 36, .4)", dashArrayX: [1, 0], dashArrayY: [1.4, 4.6], rotation: Math.PI / 4 },
    { symbol: "rect", symbolSize: 1, color: "rgba(20, 28, 36, .4)", dashArrayX: [1, 0], dashArrayY: [1.4, 4.6], rotation: -Math.PI / 4 },
    { symbol: "circle", symbolSize: 0.7, color: "rgba(20, 28, 36, .5)", dashArrayX: [[5, 5], [0, 5, 5, 0]], dashArrayY: [5, 0] },
  ];
  const HATCH_CSS = [
    "",
    "repeating-linear-gradient(135deg, transparent 0 3px, rgba(20, 28, 36, .4) 3px 4.2px)",
    "repeating-linear-gradient(45deg, transparent 0 3px, rgba(20, 28, 36, .4) 3px 4.2px)",
    "radial-gradient(rgba(20, 28, 36, .5) 28%, transparent 30%) 0 0 / 4px 4px",
  ];

  function area(series, key, step) {
    return series.map((one) => ({
      name: one.name, type: "line", stack: "heat", step: step, symbol: "none", data: one[key],
      lineStyle: { width: 0 }, areaStyle: { opacity: 1 }, itemStyle: { color: one.colour, decal: HATCH[one.hatch] || undefined }, emphasis: { disabled: true },
    }));
  }

  function option(categories, series, axisName, unit, digits, interval, months) {
    return {
      animation: false, textStyle: FONT, aria: { enabled: true },
      grid: { left: 44, right: 12, top: 12, bottom: axisName ? 40 : 24 },
      tooltip: { trigger: "axis", confine: true, textStyle: { fontSize: 11 }, formatter: tooltip(unit, digits) },
      xAxis: {
        type: "category", boundaryGap: false, data: categories, name: axisName, nameLocation: "middle", nameGap: 26,
        axisTick: { interval: interval }, axisLabel: { interval: interval, color: FONT.color, formatter: months ? (text) => String(Number(text.slice(0, 2))) : undefined },
      },
      yAxis: { type: "value", axisLabel: { color: FONT.color }, splitLine: { lineStyle: { color: "#e4e8eb" } } },
      series: series,
    };
  }

  function draw(id, what) {
    const place = document.getElementById(id);
    if (!place) return;
    const chart = echarts.init(place, null, { renderer: "svg" });
    chart.setOption(what);
    charts.push(chart);
  }

  function key(block) {
    const list = document.getElementById("key-" + block.id);
    for (const one of block.series) {
      const item = document.createElement("li");
      const patch = document.createElement("span");
      patch.style.background = [HATCH_CSS[one.hatch], one.colour].filter(Boolean).join(", ");
      item.append(patch, document.createTextNode(one.name));
      list.append(item);
    }
  }

  function hourStep(hours) {
    return [100, 250, 500, 1000, 2000].find((one) => hours[hours.length - 1] / one <= 9) || 2000;
  }

  for (const block of data.charts) {
    const monthStart = (index, text) => text.endsWith("-01") || text.endsWith("-1");
    const step = hourStep(block.hours);
    const roundHour = (index, text) => Number(text) % step === 0;
    draw("daily-" + block.id, option(block.days, area(block.series, "daily_gwh", "middle"), "", "GWh", 2, monthStart, true));
    draw("duration-" + block.id, option(block.hours, area(block.series, "duration_mw", false), block.labels.hours, "MW", 1, roundHour, false));
    key(block);
  }
  // from sources on the left through balances to users and losses on the right; ids are keys, names are texts. Names of sources
  // and users stand beside the flows, the others on a pale ground
  function sankey(block) {
    const fed = new Set(block.links.map((link) => link[1]));
    const feeds = new Set(block.links.map((link) => link[0]));
    const HALO = { textBorderColor: "rgba(255, 255, 255, .85)", textBorderWidth: 3 };
    // over flows, and broken before the next column of nodes
    const MIDDLE = { ...HALO, width: 104, overflow: "break", lineHeight: 12 };
    const name = new Map(block.nodes.map((node) => [node.id, node.name]));
    const gwh = (value) => value.toFixed(value < 10 ? 2 : 1) + "\u00a0GWh";
    const total = (id) => Math.max(...[0, 1].map((end) => block.links.filter((link) => link[end] === id).reduce((sum, link) => sum + link[2], 0)));
    const label = (id) => name.get(id) + "  " + gwh(total(id));
    const length = (words) => [...words].reduce((sum, letter) => sum + (letter > "\u2e80" ? 10.5 : 5.3), 0);
    const beside = Math.min(260, 12 + Math.max(0, ...block.nodes.filter((node) => !fed.has(node.id)).map((node) => length(label(node.id)))));
    const text = (words) => { const box = document.createElement("div"); box.textContent = words; return box; };
    return {
      animation: false, textStyle: FONT, aria: { enabled: true },
      tooltip: {
        confine: true, textStyle: { fontSize: 11 },
        formatter: (one) => text(one.dataType === "edge" ? name.get(one.data.source) + " → " + name.get(one.data.target) + "  " + gwh(one.data.value) : label(one.name)),
      },
      series: [{
        type: "sankey", left: beside, right: 195, top: 8, bottom: 8, nodeWidth: 12, nodeGap: 13, draggable: false, emphasis: { focus: "adjacency" },
        data: block.nodes.map((node) => ({
          name: node.id, itemStyle: { color: node.colour, borderWidth: 0 },
          label: !fed.has(node.id) ? { position: "left", width: beside - 8, overflow: "truncate" } : feeds.has(node.id) ? MIDDLE : HALO,
        })),
        links: block.links.map(([source, target, value]) => ({ source: source, target: target, value: value })),
        lineStyle: { color: "source", opacity: 0.32, curveness: 0.5 },
        label: { fontSize: 10.5, color: "#1f2933", formatter: (one) => label(one.name) },
      }],
    };
  }

  // cases over each other: one line a case
  for (const block of data.curves || []) {
    // the first one broader, so that it is seen below others that are equal
    const lines = block.series.map((one, at) => ({
      name: one.name, type: "line", step: "end", symbol: "none", data: one.mw, lineStyle: { width: at === 0 ? 3.5 : 1.5, color: one.colour },
      itemStyle: { color: one.colour }, emphasis: { disabled: true },
    }));
    draw("curve-" + block.id, option(block.hours, lines, block.axis, "MW", 1, (index, text) => Number(text) % hourStep(block.hours) === 0, false));
  }

  for (const block of data.sankeys || []) draw("sankey-" + block.id, sankey(block));

  const refit = () => charts.forEach((chart) => { chart.resize(); scalable(chart); });
  // paper is narrower than the screen: with a view box the drawing shrinks as a whole
  function scalable(chart) {
    const svg = chart.getDom().querySelector("svg");
    if (svg) svg.setAttribute("viewBox", "0 0 " + chart.getWidth() + " " + chart.getHeight());
  }
  charts.forEach(scalable);
  window.addEventListener("resize", refit);
  // a chart in a folded part has no size until it is opened
  for (const one of document.querySelectorAll("details")) one.addEventListener("toggle", refit);

  // a folded part is part of the report: open it on paper, fold it again afterwards
  let opened = [];
  window.addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details:not([open])")];
    for (const one of opened) one.open = true;
    refit();
  });
  window.addEventListener("afterprint", () => { for (const one of opened) one.open = false; refit(); });
  document.body.dataset.ready = "report";
})();
