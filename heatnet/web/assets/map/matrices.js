/* Hourly values: unpacked when they are first shown, and forgotten again when many others were shown since.
   The bytes are explained in heatnet/web/matrix.py, whose whole numbers come back here exactly. */
(function () {
  "use strict";
  const { data, byId } = window.heatnet;
  const NO_DATA = -32768, LARGEST = 16383;
  const MOST_BYTES = 400e6;
  const ready = new Map();  // by number, least recently used first
  const waiting = new Map();
  let held = 0;

  function bytesOf(text) {
    const raw = atob(text), bytes = new Uint8Array(raw.length);
    for (let i = 0; i < raw.length; i++) bytes[i] = raw.charCodeAt(i);
    return bytes;
  }
  async function inflated(bytes) {
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  }

  /* Differences without a number at `known`; otherwise folded to 2r or -2r-1. */
  function differences(raw, start, about) {
    const size = about.hours * about.elements, rest = new Int32Array(size), none = about.wide ? 65535 : 255;
    for (let i = 0; i < size; i++) {
      const folded = about.wide ? raw[start + i] | (raw[start + size + i] << 8) : raw[start + i];
      rest[i] = folded === none ? NO_DATA * 4 : folded & 1 ? -((folded + 1) >> 1) : folded >> 1;
    }
    return rest;
  }
  function summedUp(rest, about) {
    const q = new Int16Array(rest.length);
    for (let n = 0, i = 0; n < about.elements; n++) {
      let last = 0;
      for (let t = 0; t < about.hours; t++, i++) {
        if (rest[i] === NO_DATA * 4) q[i] = NO_DATA;
        else q[i] = last += rest[i];
      }
    }
    return q;
  }
  function words(raw, start, count) {
    const found = new Int16Array(count);
    for (let i = 0; i < count; i++) found[i] = raw[start + 2 * i] | (raw[start + 2 * i + 1] << 8);
    return found;
  }
  function composed(raw, about) {
    const { hours, elements, shifts } = about, rank = shifts.length;
    const overTime = words(raw, 0, rank * hours), overElements = words(raw, 2 * rank * hours, rank * elements);
    // an Int16Array wraps around as the differences did
    for (let k = 0; k < rank; k++) for (let t = 1, i = k * hours + 1; t < hours; t++, i++) overTime[i] += overTime[i - 1];
    const rest = differences(raw, 2 * rank * (hours + elements), about);
    const q = new Int16Array(rest.length), sum = new Float64Array(hours);
    for (let n = 0, i = 0; n < elements; n++) {
      sum.fill(0);
      for (let k = 0; k < rank; k++) {
        const weight = overElements[k * elements + n] * Math.pow(2, -shifts[k]), from = k * hours;
        for (let t = 0; t < hours; t++) sum[t] += weight * overTime[from + t];
      }
      for (let t = 0; t < hours; t++, i++) {
        q[i] = rest[i] === NO_DATA * 4 ? NO_DATA : Math.min(Math.max(Math.floor(sum[t] + 0.5), -LARGEST), LARGEST) + rest[i];
      }
    }
    return q;
  }

  async function unpacked(place) {
    const about = data.matrices[place];
    const raw = await inflated(bytesOf(byId("matrix-" + place).textContent));
    const q = about.shifts.length ? composed(raw, about) : summedUp(differences(raw, 0, about), about);
    const { hours, scale } = about;
    const at = (position, row) => {
      const whole = q[position * hours + row];
      return whole === NO_DATA ? NaN : whole * scale;
    };
    return { q, hours, scale, at, bytes: q.byteLength };
  }
  function keep(place, matrix) {
    ready.set(place, matrix);
    held += matrix.bytes;
    for (const [oldest, one] of ready) {
      if (held <= MOST_BYTES || oldest === place) break;
      ready.delete(oldest);
      held -= one.bytes;
    }
    return matrix;
  }

  /* A matrix that is unpacked, or null. */
  function now(place) {
    const found = ready.get(place);
    if (!found) return null;
    ready.delete(place);
    ready.set(place, found);
    return found;
  }
  /* A promise of matrices. */
  function need(places) {
    return Promise.all([...new Set(places)].map((place) => {
      const found = now(place);
      if (found) return found;
      if (!waiting.has(place)) waiting.set(place, unpacked(place).then((one) => keep(place, one)).finally(() => waiting.delete(place)));
      return waiting.get(place);
    }));
  }
  Object.assign(window.heatnet, { matrices: { now, need, canRead: typeof DecompressionStream === "function" } });
})();
