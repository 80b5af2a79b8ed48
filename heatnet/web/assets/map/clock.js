/* The hours of the chosen case: which of them the slider passes, how they are written, and where another case has them. */
(function () {
  "use strict";
  const { labels, filled, number } = window.heatnet;
  const clocks = new Map();

  function clockOf(one) {
    if (!clocks.has(one)) clocks.set(one, made(one.clock));
    return clocks.get(one);
  }
  function made(clock) {
    const seconds = new Float64Array(clock.hours);
    let at = 0;
    for (const [start, step, count] of clock.stretches) for (let i = 0; i < count; i++) seconds[at++] = start + i * step;
    const season = [];
    for (const [first, , count] of clock.season) for (let i = 0; i < count; i++) season.push(first + i);
    const placeOf = new Map();
    seconds.forEach((second, i) => placeOf.set(second, i));
    const labelOf = new Map(clock.labels);
    return { hours: clock.hours, dated: clock.dated, seconds, season, placeOf, labelOf };
  }
  const two = (value) => String(value).padStart(2, "0");
  function dateOf(clock, hour) {
    const time = new Date(clock.seconds[hour] * 1000);
    return time.getUTCFullYear() + "-" + two(time.getUTCMonth() + 1) + "-" + two(time.getUTCDate());
  }
  function timeOf(clock, hour) {
    if (!clock.dated) return clock.seconds[hour] + " s";
    const time = new Date(clock.seconds[hour] * 1000);
    return dateOf(clock, hour) + " " + two(time.getUTCHours()) + ":" + two(time.getUTCMinutes());
  }
  /* Time, outdoor temperature and what the hour stands for. */
  function described(clock, hour, outdoor) {
    const parts = [timeOf(clock, hour)];
    if (outdoor !== null && !Number.isNaN(outdoor)) parts.push(filled(labels.outdoor, { t: number(outdoor, 1) }));
    if (clock.labelOf.get(hour)) parts.push(clock.labelOf.get(hour));
    return parts.join(" · ");
  }
  /* Row of a network's matrices by hour of the clock; -1 where it has none. */
  const rowsOf = (() => {
    const known = new Map();
    return (network, clock) => {
      if (!known.has(network)) {
        const rows = new Int32Array(clock.hours).fill(-1);
        for (const [first, row, count] of network.rows) for (let i = 0; i < count; i++) rows[first + i] = row + i;
        known.set(network, rows);
      }
      return known.get(network);
    };
  })();
  Object.assign(window.heatnet, { clock: { clockOf, dateOf, timeOf, described, rowsOf } });
})();
