/* Colours of values: 64 steps of the scale, of the scale around zero for differences, and of what has no value. */
(function () {
  "use strict";
  const { data } = window.heatnet;
  const STEPS = 64;
  const NO_VALUE = "#b9bfc4", WHITE = "#ffffff", POWER = "#0077bb", STEAM = "#cc6677";

  function stepsOf(stops) {
    const parts = stops.map((hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16)));
    return Array.from({ length: STEPS }, (_none, i) => {
      const at = (i / (STEPS - 1)) * (parts.length - 1), low = Math.min(Math.floor(at), parts.length - 2);
      return "rgb(" + parts[low].map((part, j) => Math.round(part + (parts[low + 1][j] - part) * (at - low))).join(",") + ")";
    });
  }
  const scale = stepsOf(data.scale), difference = stepsOf(data.difference);
  // behind the steps: no value, a kind that has no such quantity, a power line of that kind, above the end of the scale
  const NONE = STEPS, ABSENT = STEPS + 1, LINE = STEPS + 2, BEYOND = STEPS + 3;

  /* What paints values: `palette` of colours, `of(value)` its position. */
  function painter(quantity, range, isDifference) {
    const palette = (isDifference ? difference : scale).concat([NO_VALUE, WHITE, POWER, quantity.beyond || NO_VALUE]);
    if (!range) return { palette, of: () => NONE };
    const [low, high] = range, width = high - low;
    const magnitude = quantity.magnitude && !isDifference, beyond = quantity.beyond && !isDifference;
    const of = (value) => {
      if (Number.isNaN(value)) return NONE;
      if (magnitude) value = Math.abs(value);
      if (beyond && value > high) return BEYOND;
      const share = isDifference && width === 0 ? 0.5 : width > 0 ? Math.min(Math.max((value - low) / width, 0), 1) : quantity.ends && value >= high ? 1 : 0;
      return Math.round((beyond ? 1 - share : share) * (STEPS - 1));
    };
    return { palette, of };
  }
  /* Sources of heat by their place in the network's list. */
  function sourcePainter(sources) {
    const palette = sources.map((source) => source.colour);
    while (palette.length < STEPS) palette.push(NO_VALUE);
    palette.length = STEPS;
    return { palette: palette.concat([NO_VALUE, WHITE, POWER, NO_VALUE]), of: (value) => (Number.isNaN(value) ? NONE : Math.round(value)) };
  }
  Object.assign(window.heatnet, { colours: { painter, sourcePainter, NONE, ABSENT, LINE, NO_VALUE, WHITE, POWER, STEAM } });
})();
