/* Values of elements: of the chosen case, and what they are above those of another case. */
(function () {
  "use strict";
  const { data, byId, matrices, clock } = window.heatnet;
  const currentCase = () => data.cases[Number(byId("case").value)];
  const otherCase = () => (byId("compare").value === "" ? null : data.cases[Number(byId("compare").value)]);
  const currentClock = () => clock.clockOf(currentCase());
  const storedKey = (quantity) => (quantity.product ? quantity.product[0] : quantity.key);
  function plain(one, network, kind, quantity) {
    if (quantity.product) {
      const [key, field, factor] = quantity.product, base = plain(one, network, kind, { key }), items = data.layouts[network.layout][kind];
      return (position, hour) => base(position, hour) * items[position][field] * factor;
    }
    const place = network[kind][quantity.key], matrix = place === undefined ? null : matrices.now(place);
    if (!matrix) return () => NaN;
    const rows = clock.rowsOf(network, clock.clockOf(one));
    return (position, hour) => (rows[hour] < 0 ? NaN : matrix.at(position, rows[hour]));
  }
  /* The same network in the other case, and where each element stands there; null where it is not. */
  function twinOf(group) {
    const other = otherCase();
    if (!other) return null;
    if (group.twin && group.twin.other === other) return group.twin;
    const network = other.networks.find((one) => data.layouts[one.layout].id === group.layout.id);
    if (!network) return null;
    const places = new Map(data.layouts[network.layout][group.kind].map((item, i) => [item.id, i]));
    const positions = Int32Array.from(group.items, (item) => (places.has(item.id) ? places.get(item.id) : -1));
    const here = currentClock(), there = clock.clockOf(other);
    const hours = Int32Array.from(here.seconds, (second) => (there.placeOf.has(second) ? there.placeOf.get(second) : -1));
    group.twin = { other, network, positions, hours };
    return group.twin;
  }
  const twinReader = (group, quantity) => {
    const twin = twinOf(group);
    if (!twin) return () => NaN;
    const second = plain(twin.other, twin.network, group.kind, quantity);
    return (position, hour) => (twin.positions[position] < 0 || twin.hours[hour] < 0 ? NaN : second(twin.positions[position], twin.hours[hour]));
  };
  /* Value of an element of a group in an hour, or what it is above that of the other case. */
  function reader(group, quantity) {
    const first = plain(currentCase(), group.network, group.kind, quantity);
    if (!otherCase() || quantity.is_source) return first;
    const second = twinReader(group, quantity);
    return (position, hour) => first(position, hour) - second(position, hour);
  }
  function placesOf(group, quantities) {
    const keys = quantities.filter(Boolean).map(storedKey), networks = [group.network];
    const twin = twinOf(group);
    if (twin) networks.push(twin.network);
    return networks.flatMap((network) => keys.map((key) => network[group.kind][key])).filter((place) => place !== undefined);
  }
  Object.assign(window.heatnet, { values: { currentCase, otherCase, currentClock, storedKey, plain, reader, twinReader, placesOf } });
})();
