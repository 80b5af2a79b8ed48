/* One canvas for all pipes, lines, nodes and stations: what has one colour and width is drawn as one path, so that an hour of
   20,000 pipes is a few hundred strokes. A group is {kind, carrier, visible, items, paints, palette, flows, ...}. */
(function () {
  "use strict";
  const { colours } = window.heatnet;
  const EDGE = "#4b5157", INK = "#1f2933", CHOSEN = "#d1007c";
  const STEAM_DASH = [11, 7], UNSOLVED_DASH = [7, 5], OPEN_DASH = [5, 5];
  const ARROW_EVERY_PX = 150, ARROW_LEAST_PX = 26, MANY = 1500;

  /* Places at zoom 0, once: the rest is a factor and an offset. */
  function placed(map, group) {
    const line = group.kind === "pipes";
    const starts = new Int32Array(group.items.length + 1);
    group.items.forEach((item, i) => { starts[i + 1] = starts[i] + (line ? item.xy.length : 1); });
    const x = new Float64Array(starts[group.items.length]), y = new Float64Array(x.length);
    group.items.forEach((item, i) => (line ? item.xy : [item.at]).forEach((at, j) => {
      const point = map.project(at, 0);
      x[starts[i] + j] = point.x;
      y[starts[i] + j] = point.y;
    }));
    return Object.assign(group, { starts, x, y });
  }

  const HeatCanvas = L.Renderer.extend({
    options: { pane: "network", padding: 0.15 },
    initialize(options) {
      L.Renderer.prototype.initialize.call(this, options);
      this.groups = [];
      this.chosen = null;
      this.zones = null;
    },
    _initContainer() {
      this._container = L.DomUtil.create("canvas", "heat-canvas");
      this._context = this._container.getContext("2d");
    },
    _destroyContainer() { L.DomUtil.remove(this._container); },
    _update() {
      if (this._map._animatingZoom && this._bounds) return;
      L.Renderer.prototype._update.call(this);
      const size = this._bounds.getSize(), ratio = window.devicePixelRatio || 1, canvas = this._container;
      L.DomUtil.setPosition(canvas, this._bounds.min);
      canvas.width = Math.round(ratio * size.x);
      canvas.height = Math.round(ratio * size.y);
      canvas.style.width = size.x + "px";
      canvas.style.height = size.y + "px";
      this.draw();
    },
    _updatePaths() {},

    show(groups) {
      this.groups = groups.map((group) => (group.starts ? group : placed(this._map, group)));
    },
    draw() {
      if (!this._context || !this._bounds) return;
      const context = this._context, ratio = window.devicePixelRatio || 1;
      const factor = Math.pow(2, this._map.getZoom()), origin = this._map.getPixelOrigin();
      this._frame = { factor, ox: origin.x + this._bounds.min.x, oy: origin.y + this._bounds.min.y, size: this._bounds.getSize() };
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      context.clearRect(0, 0, this._frame.size.x, this._frame.size.y);
      const shown = this.groups.filter((group) => group.visible);
      const lines = shown.filter((group) => group.kind === "pipes"), points = shown.filter((group) => group.kind !== "pipes");
      if (this.zones) this._drawZones(points);
      for (const carrier of ["water", "electric", "steam"]) for (const group of lines) if (group.carrier === carrier) this._drawLines(group);
      for (const group of lines) if (group.flows) this._drawArrows(group);
      for (const group of points) this._drawPoints(group);
      if (this.chosen && this.chosen.group.visible) this._drawChosen(this.chosen);
    },

    _px(group, i) { return group.x[i] * this._frame.factor - this._frame.ox; },
    _py(group, i) { return group.y[i] * this._frame.factor - this._frame.oy; },
    _trace(group, position) {
      const context = this._context, { factor, ox, oy } = this._frame;
      for (let i = group.starts[position], stop = group.starts[position + 1], first = i; i < stop; i++) {
        const x = group.x[i] * factor - ox, y = group.y[i] * factor - oy;
        if (i === first) context.moveTo(x, y); else context.lineTo(x, y);
      }
    },
    _inView(group, margin) {
      const { size } = this._frame, found = [];
      for (let n = 0; n < group.items.length; n++) {
        let left = Infinity, right = -Infinity, top = Infinity, bottom = -Infinity;
        for (let i = group.starts[n]; i < group.starts[n + 1]; i++) {
          const x = this._px(group, i), y = this._py(group, i);
          if (x < left) left = x;
          if (x > right) right = x;
          if (y < top) top = y;
          if (y > bottom) bottom = y;
        }
        if (right >= -margin && left <= size.x + margin && bottom >= -margin && top <= size.y + margin) found.push(n);
      }
      return found;
    },
    _strokes(group, positions, keyOf, styleOf) {
      const buckets = new Map();
      for (const n of positions) {
        const key = keyOf(n);
        if (!buckets.has(key)) buckets.set(key, []);
        buckets.get(key).push(n);
      }
      const context = this._context;
      for (const [key, members] of buckets) {
        styleOf(key, members[0]);
        context.beginPath();
        for (const n of members) this._trace(group, n);
        context.stroke();
      }
    },
    _drawLines(group) {
      const context = this._context, seen = this._inView(group, 10), width = (n) => group.items[n].width;
      const steam = group.carrier === "steam", electric = group.carrier === "electric";
      context.lineJoin = "round";
      context.lineCap = steam || group.items.length > MANY ? "butt" : "round";
      const classOf = (n) => Math.round(2 * width(n));
      const openOf = (n) => (electric && group.items[n].open ? 1 : 0);
      if (steam && !group.solved) {
        context.setLineDash(UNSOLVED_DASH);
        this._strokes(group, seen, () => 0, () => { context.lineWidth = 2.5; context.strokeStyle = colours.STEAM; });
        context.setLineDash([]);
        return;
      }
      context.setLineDash(steam ? STEAM_DASH : []);
      // a dark edge keeps the light end of the scale readable on the light ground; power lines have a light one, unlike pipes
      const edge = steam ? [4, colours.STEAM] : electric ? [2.6, "#ffffff"] : [1.8, EDGE];
      this._strokes(group, seen, classOf, (key) => { context.lineWidth = key / 2 + edge[0]; context.strokeStyle = edge[1]; });
      this._strokes(group, seen, (n) => (group.paints[n] * 64 + classOf(n)) * 2 + openOf(n), (_key, n) => {
        context.lineWidth = classOf(n) / 2 + (steam ? 0.5 : 0);
        context.strokeStyle = group.palette[group.paints[n]];
        if (electric) context.setLineDash(openOf(n) ? OPEN_DASH : []);
      });
      context.setLineDash([]);
    },
    _drawArrows(group) {
      const context = this._context, { flows } = group;
      context.beginPath();
      for (const n of this._inView(group, 0)) {
        if (!(Math.abs(flows[n]) > 0)) continue;
        const first = group.starts[n], stop = group.starts[n + 1];
        let length = 0;
        for (let i = first + 1; i < stop; i++) length += Math.hypot(this._px(group, i) - this._px(group, i - 1), this._py(group, i) - this._py(group, i - 1));
        if (length < ARROW_LEAST_PX) continue;
        const count = Math.max(1, Math.floor(length / ARROW_EVERY_PX)), size = 2.6 + 0.75 * group.items[n].width, sign = Math.sign(flows[n]);
        let passed = 0, next = length / (2 * count);
        for (let i = first + 1; i < stop; i++) {
          const ax = this._px(group, i - 1), ay = this._py(group, i - 1), dx = this._px(group, i) - ax, dy = this._py(group, i) - ay;
          const piece = Math.hypot(dx, dy);
          for (; piece > 0 && next <= passed + piece; next += length / count) {
            const share = (next - passed) / piece, ux = (sign * dx) / piece, uy = (sign * dy) / piece;
            const x = ax + share * dx, y = ay + share * dy;
            context.moveTo(x + size * ux, y + size * uy);
            context.lineTo(x - size * ux - 0.8 * size * uy, y - size * uy + 0.8 * size * ux);
            context.lineTo(x - 0.4 * size * ux, y - 0.4 * size * uy);
            context.lineTo(x - size * ux + 0.8 * size * uy, y - size * uy - 0.8 * size * ux);
            context.closePath();
          }
          passed += piece;
        }
      }
      context.fillStyle = "#ffffff";
      context.strokeStyle = INK;
      context.lineWidth = 1;
      context.fill();
      context.stroke();
    },
    _drawPoints(group) {
      const context = this._context, seen = this._inView(group, 25), own = group.carrier !== "water";
      const ring = group.carrier === "steam" && group.solved ? [colours.STEAM, 3] : group.carrier === "electric" ? [colours.POWER, 2.5] : [INK, 1];
      const buckets = new Map();
      for (const n of seen) {
        if (!buckets.has(group.paints[n])) buckets.set(group.paints[n], []);
        buckets.get(group.paints[n]).push(n);
      }
      context.strokeStyle = ring[0];
      context.lineWidth = group.kind === "nodes" ? 1.5 : own ? ring[1] : 1;
      for (const [paint, members] of buckets) {
        context.beginPath();
        for (const n of members) {
          const x = this._px(group, n), y = this._py(group, n), radius = group.items[n].radius || 3.5;
          context.moveTo(x + radius, y);
          context.arc(x, y, radius, 0, 2 * Math.PI);
        }
        context.fillStyle = group.palette[paint];
        context.fill();
        context.stroke();
      }
    },
    /* All stations of a source in one path, so that overlapping circles do not darken each other. */
    _drawZones(points) {
      const context = this._context;
      for (const group of points) {
        if (!group.sourceOf) continue;
        const radius = Math.min(Math.max(group.reach * this._frame.factor, 8), 400);
        group.sources.forEach((source, s) => {
          context.beginPath();
          group.items.forEach((_item, n) => {
            if (group.sourceOf[n] !== s) return;
            const x = this._px(group, n), y = this._py(group, n);
            context.moveTo(x + radius, y);
            context.arc(x, y, radius, 0, 2 * Math.PI);
          });
          context.globalAlpha = 0.22;
          context.fillStyle = source.colour;
          context.fill();
          context.globalAlpha = 1;
        });
      }
    },
    _drawChosen({ group, position }) {
      const context = this._context;
      context.strokeStyle = CHOSEN;
      context.beginPath();
      if (group.kind === "pipes") {
        context.lineWidth = 2;
        context.lineCap = "round";
        context.globalAlpha = 0.45;
        context.lineWidth = group.items[position].width + 9;
        this._trace(group, position);
        context.stroke();
        context.globalAlpha = 1;
      } else {
        context.lineWidth = 3;
        context.arc(this._px(group, group.starts[position]), this._py(group, group.starts[position]), (group.items[position].radius || 3.5) + 4, 0, 2 * Math.PI);
        context.stroke();
      }
    },

    /* What lies at a place of the map, the uppermost first; null where there is nothing. */
    hit(latlng) {
      if (!this._frame) return null;
      const at = this._map.latLngToLayerPoint(latlng).subtract(this._bounds.min);
      const shown = this.groups.filter((group) => group.visible);
      for (const group of shown.filter((one) => one.kind !== "pipes").reverse()) {
        for (let n = group.items.length - 1; n >= 0; n--) {
          if (Math.hypot(this._px(group, n) - at.x, this._py(group, n) - at.y) <= (group.items[n].radius || 3.5) + 4) return { group, position: n };
        }
      }
      let best = null, nearest = Infinity;
      for (const group of shown.filter((one) => one.kind === "pipes").reverse()) {
        group.items.forEach((item, n) => {
          const reach = item.width / 2 + 6;
          for (let i = group.starts[n] + 1; i < group.starts[n + 1]; i++) {
            const far = distance(at.x, at.y, this._px(group, i - 1), this._py(group, i - 1), this._px(group, i), this._py(group, i));
            if (far <= reach && far < nearest - 0.01) { nearest = far; best = { group, position: n }; }
          }
        });
      }
      return best;
    },
  });
  function distance(x, y, ax, ay, bx, by) {
    const dx = bx - ax, dy = by - ay, square = dx * dx + dy * dy;
    const share = square > 0 ? Math.min(Math.max(((x - ax) * dx + (y - ay) * dy) / square, 0), 1) : 0;
    return Math.hypot(x - ax - share * dx, y - ay - share * dy);
  }
  Object.assign(window.heatnet, { HeatCanvas });
})();
