/* Elements found by name, under the pointer, or by a click. */
(function () {
  "use strict";
  const { labels, byId, option } = window.heatnet;
  const map = window.map_heatnet;
  // half of the largest symbol, px
  const SYMBOL = 20;
  let page = null;

  function entryOf(layoutId, kind, id) {
    if (kind === "plants") {
      const plant = page.plants.find((one) => one.group.layout.id === layoutId && one.item.id === id);
      return plant ? { group: plant.group, position: plant.position } : null;
    }
    const group = page.groups.find((one) => one.layout.id === layoutId && one.kind === kind);
    const position = group ? group.items.findIndex((item) => item.id === id) : -1;
    return position < 0 ? null : { group, position };
  }
  function* everything() {
    for (const plant of page.plants) yield { group: plant.group, position: plant.position };
    // a station before the branch that has its name
    for (const kind of ["stations", "pipes", "nodes"]) for (const group of page.groups) if (group.kind === kind) for (let position = 0; position < group.items.length; position++) yield { group, position };
  }
  const itemOf = (entry) => entry.group.items[entry.position];
  const offered = (item) => (item.name === item.id ? item.id : item.name + " [" + item.id + "]");
  const namesOf = (item) => [item.name, item.id, offered(item), item.other].map((name) => name.toLowerCase());
  function suggest(text) {
    const wanted = text.trim().toLowerCase(), found = [];
    for (const entry of everything()) {
      if (found.length >= 30) break;
      if (namesOf(itemOf(entry)).some((name) => name.includes(wanted))) found.push(option(offered(itemOf(entry)), ""));
    }
    byId("find-names").replaceChildren(...found);
  }
  function find(text) {
    const wanted = text.trim().toLowerCase();
    byId("find-note").textContent = "";
    if (!wanted) return;
    let hit = null;
    for (const entry of everything()) if (namesOf(itemOf(entry)).includes(wanted)) { hit = entry; break; }
    if (!hit) for (const entry of everything()) if (namesOf(itemOf(entry)).some((name) => name.includes(wanted))) { hit = entry; break; }
    if (!hit) { byId("find-note").textContent = labels.not_found; return; }
    if (page.state.hidden.has(hit.group.layout.id)) byId("network-switches").querySelector('input[data-key="' + CSS.escape(hit.group.layout.id) + '"]').click();
    page.showMap();
    const item = itemOf(hit), at = item.at || item.xy[Math.floor((item.xy.length - 1) / 2)], next = item.at ? null : item.xy[Math.floor((item.xy.length - 1) / 2) + 1];
    map.setView(next ? [(at[0] + next[0]) / 2, (at[1] + next[1]) / 2] : at, Math.max(map.getZoom(), 15), { animate: false });
    show(hit, true, map.getCenter());
  }
  /* Open the panel of an element; once it has its values, and its height, the element's place is not under it. */
  function show(entry, focus, place) {
    return page.panel.open(entry, focus).then(() => uncover(place));
  }
  /* Move the map so that a place is not under the panel of details: above it on a phone, left of it elsewhere. */
  function uncover(place) {
    const cover = byId("details").getBoundingClientRect(), all = map.getContainer().getBoundingClientRect(), at = map.latLngToContainerPoint(place);
    const left = cover.left - all.left, top = cover.top - all.top, bottom = cover.bottom - all.top;
    if (at.x < left - SYMBOL || at.y < top - SYMBOL || at.y > bottom + SYMBOL) return;
    map.panBy(cover.width >= all.width - 2 ? [0, at.y - top / 2] : [at.x - left / 2, 0], { animate: false });
  }
  function start(shown) {
    page = shown;
    map.on("click", (event) => { const hit = page.canvas.hit(event.latlng); if (hit) show(hit, false, itemOf(hit).at || event.latlng); else page.panel.close(); });
    let waiting = false;
    const tip = byId("tip");
    map.on("mousemove", (event) => {
      if (waiting) return;
      waiting = true;
      window.requestAnimationFrame(() => {
        waiting = false;
        const hit = page.canvas.hit(event.latlng);
        map.getContainer().style.cursor = hit ? "pointer" : "";
        tip.hidden = !hit;
        if (!hit) return;
        const value = hit.group.quantity && !hit.group.quantity.is_source ? " · " + window.heatnet.shown(hit.group.read(hit.position, page.state.hour), hit.group.quantity) : "";
        tip.textContent = itemOf(hit).name + value;
        tip.style.transform = "translate(" + (event.containerPoint.x + 14) + "px," + (event.containerPoint.y + 14) + "px)";
      });
    });
    map.on("mouseout", () => { tip.hidden = true; });
    byId("find").addEventListener("input", (event) => suggest(event.target.value));
    byId("find").addEventListener("change", (event) => find(event.target.value));
  }
  Object.assign(window.heatnet, { find: { start, entryOf, show } });
})();
