/* The bar of time: slider, play, date, hours that stand for the season. */
(function () {
  "use strict";
  const { data, labels, byId, element, option, filled, matrices, clock } = window.heatnet;
  const { currentCase, currentClock } = window.heatnet.values;
  const PLAY_MS = 120, STEPS = { hour: 1, "3 hours": 3, day: 24 };
  let page = null;

  const slider = () => byId("time");
  function setPassed() {
    const times = currentClock(), whole = byId("whole-year").checked;
    page.passed = whole ? Array.from({ length: times.hours }, (_none, i) => i) : times.season;
    slider().max = String(Math.max(page.passed.length - 1, 0));
    byId("whole-year-field").hidden = times.season.length === times.hours;
  }
  function nearestPassed(hour) {
    let low = 0, high = page.passed.length - 1;
    while (low < high) { const middle = (low + high) >> 1; if (page.passed[middle] < hour) low = middle + 1; else high = middle; }
    return low;
  }
  /* Show an hour of the clock; one outside the slider's range opens the range. */
  function showHour(hour) {
    if (!page.passed.length) return;
    if (page.passed[nearestPassed(hour)] !== hour && hour < currentClock().hours) { byId("whole-year").checked = true; setPassed(); }
    page.state.hour = page.passed[nearestPassed(hour)];
    page.paint();
    if (!page.capped() || (page.choices.stations && page.choices.stations.is_source)) page.drawLegend();
  }
  const step = (by) => { const at = nearestPassed(page.state.hour) + by; showHour(page.passed[Math.min(Math.max(at, 0), page.passed.length - 1)]); };
  function writeTime() {
    const times = currentClock(), one = currentCase(), outdoor = one.outdoor === null ? null : matrices.now(one.outdoor);
    const words = page.passed.length ? clock.described(times, page.state.hour, outdoor ? outdoor.at(0, page.state.hour) : null) : "";
    byId("time-text").textContent = words;
    slider().value = String(nearestPassed(page.state.hour));
    slider().setAttribute("aria-valuetext", words);
    if (times.dated && page.passed.length) {
      byId("date").value = clock.dateOf(times, page.state.hour);
      byId("clock-hour").value = clock.timeOf(times, page.state.hour).slice(11, 13);
    }
    byId("hour").value = times.labelOf.has(page.state.hour) ? String(page.state.hour) : "";
    const told = one.networks.filter((network) => network.status && !page.state.hidden.has(data.layouts[network.layout].id) && statusAt(network));
    byId("hour-status").replaceChildren(...told.map((network) => element("span", filled(labels.hour_status, { network: data.layouts[network.layout].name, status: statusAt(network) }))));
    page.state.second = times.seconds[page.state.hour];
  }
  function statusAt(network) {
    const matrix = matrices.now(network.status.matrix), row = clock.rowsOf(network, currentClock())[page.state.hour];
    const code = matrix && row >= 0 ? matrix.at(0, row) : NaN;
    return Number.isNaN(code) || code < 0 ? "" : network.status.words[code];
  }
  function play(on) {
    const button = byId("play");
    if (page.state.playing) window.clearInterval(page.state.playing);
    page.state.playing = on ? window.setInterval(() => {
      const at = nearestPassed(page.state.hour), next = at + STEPS[byId("speed").value];
      showHour(page.passed[next < page.passed.length ? next : 0]);
    }, PLAY_MS) : null;
    button.textContent = on ? "❚❚" : "▶";
    button.setAttribute("aria-label", on ? labels.pause : labels.play);
    button.setAttribute("aria-pressed", String(on));
  }
  function goToDate() {
    const times = currentClock(), wanted = Date.parse(byId("date").value + "T" + byId("clock-hour").value + ":00Z") / 1000;
    if (Number.isNaN(wanted)) return;
    let best = page.passed[0];
    for (const hour of page.passed) if (Math.abs(times.seconds[hour] - wanted) < Math.abs(times.seconds[best] - wanted)) best = hour;
    showHour(times.placeOf.has(wanted) ? times.placeOf.get(wanted) : best);
  }
  function fillHours() {
    const times = currentClock();
    const named = currentCase().clock.labels.map(([hour, label]) => option(String(hour), label + " · " + clock.timeOf(times, hour)));
    byId("hour").replaceChildren(option("", labels.notable), ...named);
    byId("hour-field").hidden = !named.length;
    byId("date-field").hidden = !times.dated || !times.hours;
    document.querySelector(".map-frame").classList.toggle("timeless", times.hours < 2);
    if (times.dated && times.hours) { byId("date").min = clock.dateOf(times, 0); byId("date").max = clock.dateOf(times, times.hours - 1); }
  }
  function start(shown) {
    page = shown;
    for (let hour = 0; hour < 24; hour++) byId("clock-hour").append(option(String(hour).padStart(2, "0"), String(hour).padStart(2, "0") + ":00"));
    slider().addEventListener("input", () => showHour(page.passed[Number(slider().value)]));
    slider().addEventListener("keydown", (event) => {
      const by = { PageUp: 24, PageDown: -24 }[event.key];
      if (by) { event.preventDefault(); step(by); }
    });
    for (const button of document.querySelectorAll("[data-step]")) button.addEventListener("click", () => step(Number(button.dataset.step)));
    byId("play").addEventListener("click", () => play(!page.state.playing));
    document.addEventListener("keydown", (event) => {
      if (event.key !== " " || /^(INPUT|SELECT|BUTTON|TEXTAREA|SUMMARY)$/.test(event.target.tagName)) return;
      event.preventDefault();
      play(!page.state.playing);
    });
    for (const id of ["date", "clock-hour"]) byId(id).addEventListener("change", goToDate);
    byId("hour").addEventListener("change", () => { if (byId("hour").value !== "") showHour(Number(byId("hour").value)); });
    byId("whole-year").addEventListener("change", () => { setPassed(); showHour(page.passed[nearestPassed(page.state.hour)]); page.drawLegend(); page.again(); });
  }
  Object.assign(window.heatnet, { time: { start, setPassed, nearestPassed, fillHours, writeTime, showHour } });
})();
