/* What all scripts of the map page share: the data, words, and small helpers. Names come from files of others: they reach
   the page through textContent only, never as HTML. */
window.heatnet = (function () {
  "use strict";
  const data = JSON.parse(document.getElementById("heatnet-data").textContent);
  const byId = (id) => document.getElementById(id);

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
  const SVG = "http://www.w3.org/2000/svg";
  function drawn(tag, attributes, text) {
    const made = document.createElementNS(SVG, tag);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    if (text !== undefined) made.textContent = text;
    return made;
  }
  /* Words with names in them: {name} is replaced by what stands for it, once, so that a name in braces stays a name. */
  function filled(words, values) {
    return words.replace(/\{(\w+)\}/g, (whole, key) => (key in values ? String(values[key]) : whole));
  }
  function number(value, digits) {
    return value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits, signDisplay: "negative" });
  }
  /* A difference, with a plus where it prints as more than nothing. */
  function more(value, digits) {
    const text = number(value, digits);
    return value > 0 && /[1-9]/.test(text) ? "+" + text : text;
  }
  function shown(value, quantity) {
    if (value === null || value === undefined || Number.isNaN(value)) return "–";
    const text = number(value, quantity.digits);
    return quantity.unit ? text + " " + quantity.unit : text;
  }
  const SHAPES = {
    circle: "M12 2a10 10 0 1 0 .01 0z", square: "M3 3h18v18H3z", triangle: "M12 2 23 21H1z", down_triangle: "M1 3h22L12 22z",
    diamond: "M12 1 23 12 12 23 1 12z", hexagon: "M6 2h12l6 10-6 10H6L0 12z", pentagon: "M12 1 23.5 9.4 19 23H5L.5 9.4z",
    cross: "M8 2h8v6h6v8h-6v6H8v-6H2V8h6z", star: "M12 0l3 8.5 9 .2-7.2 5.5 2.6 8.8L12 18l-7.4 5 2.6-8.8L0 8.7l9-.2z",
  };
  function symbol(shape, colour, size, hollow) {
    const svg = drawn("svg", { width: size, height: size, viewBox: "-1 -1 26 26", "aria-hidden": "true" });
    svg.append(drawn("path", {
      d: SHAPES[shape] || SHAPES.circle, fill: hollow ? "#ffffff" : colour, stroke: hollow ? colour : "#ffffff",
      "stroke-width": hollow ? "2" : "1.6",
    }));
    return svg;
  }
  return { data, labels: data.labels, byId, element, option, drawn, filled, number, more, shown, symbol };
})();
