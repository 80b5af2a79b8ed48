"""Temperatures: one pass through the junctions in the order in which the water reaches them.

Water that meets in a junction mixes by enthalpy; along a pipe :math:`T_{out} = T_g + (T_{in} - T_g)\\,e^{-UL/(m c_p)}` with
the mean of the end heat capacities. The order is that of most lanes. Where the water of some lane runs the other way, or in
a circle, a junction takes what comes from later places as the last pass left it; passes are repeated until that no longer
changes (`late_change`).
"""

from __future__ import annotations

from heatnet.adapters.layout import IntArray
from heatnet.physics.arrays import FloatArray
from heatnet.simulate.season.compiled import compiled, kernel, small
from heatnet.simulate.season.fluid import enthalpy_at, place, temperature_of, value_at
from heatnet.simulate.season.friction import LEAST_FLOW
from heatnet.simulate.season.plan import Graph
from heatnet.simulate.season.work import Order


@small
def kept_share(decay: float) -> float:
    """Return exp(-decay), decay from 0 to 40: six terms of the series for 1/256 of it, squared eight times."""
    y = min(decay, 40.0) * (1.0 / 256.0)
    s = 1.0 - y * (
        1.0 - y * 0.5 * (1.0 - y * (1.0 / 3.0) * (1.0 - y * 0.25 * (1.0 - y * 0.2 * (1.0 - y * (1.0 / 6.0)))))
    )
    s = s * s
    s = s * s
    s = s * s
    s = s * s
    s = s * s
    s = s * s
    s = s * s
    return s * s


@kernel
def _ways(
    branches: int, m: FloatArray, weight: FloatArray, ahead: FloatArray, back: FloatArray, net: FloatArray
) -> None:
    """Set the largest flow of any lane ahead and back, and the sum of all by weight, of every branch."""
    lanes = m.shape[1]
    for branch in range(branches):
        most, least, total = 0.0, 0.0, 0.0
        for lane in range(lanes):
            most = max(most, m[branch, lane])
            least = min(least, m[branch, lane])
        for lane in range(lanes):
            total += m[branch, lane] * weight[lane]
        ahead[branch], back[branch], net[branch] = most, least, total


@compiled
def directions_changed(branches: int, m: FloatArray, weight: FloatArray, o: Order, flat: FloatArray) -> bool:
    """Set which ways the water of any lane runs, and that of most (by flow times `weight`); return whether one changed.

    `flat` is working space for three numbers a branch.
    """
    ahead, back, net = flat[:branches], flat[branches : 2 * branches], flat[2 * branches : 3 * branches]
    _ways(branches, m, weight, ahead, back, net)
    changed = False
    for branch in range(branches):
        forward, backward = ahead[branch] > LEAST_FLOW, back[branch] < -LEAST_FLOW
        way = 0
        if forward or backward:
            way = 1 if net[branch] > 0.0 or (net[branch] == 0.0 and forward) else -1
        if forward != o.forward[branch] or backward != o.backward[branch] or way != o.major[branch]:
            o.forward[branch], o.backward[branch], o.major[branch] = forward, backward, way
            changed = True
    return changed


@compiled
def find_order(graph: Graph, o: Order) -> None:
    """List the junctions downstream, supply line first, and the streams into each."""
    count = len(graph.elevation_m)
    o.waiting[:] = 0
    o.place[:] = -1
    for branch in range(len(graph.start)):
        if o.major[branch] != 0:
            o.waiting[graph.end[branch] if o.major[branch] > 0 else graph.start[branch]] += 1
    listed, head = 0, 0
    for line in range(2):
        first, members = listed, 0
        for node in range(count):
            if graph.is_supply[node] == (line == 0):
                members += 1
                if o.waiting[node] == 0:
                    o.order[listed], o.place[node] = node, listed
                    listed += 1
        search = 0
        while head < first + members:
            if head == listed:
                # water runs in a circle: begin it somewhere
                while o.place[search] >= 0 or graph.is_supply[search] != (line == 0):
                    search += 1
                o.order[listed], o.place[search] = search, listed
                listed += 1
            node = o.order[head]
            head += 1
            for k in range(graph.adj_ptr[node], graph.adj_ptr[node + 1]):
                branch = graph.adj_branch[k]
                way = o.major[branch]
                if (way > 0 and graph.start[branch] == node) or (way < 0 and graph.end[branch] == node):
                    there = graph.end[branch] if way > 0 else graph.start[branch]
                    o.waiting[there] -= 1
                    if o.waiting[there] == 0 and o.place[there] < 0:
                        o.order[listed], o.place[there] = there, listed
                        listed += 1
        o.counts[line] = listed
    _list_streams(graph, o)


@compiled
def _list_streams(graph: Graph, o: Order) -> None:
    streams, late = 0, 0
    for at in range(o.counts[1]):
        node = o.order[at]
        o.in_ptr[at] = streams
        for k in range(graph.adj_ptr[node], graph.adj_ptr[node + 1]):
            branch = graph.adj_branch[k]
            ends_here = graph.end[branch] == node
            if (ends_here and o.forward[branch]) or (not ends_here and o.backward[branch]):
                up = graph.start[branch] if ends_here else graph.end[branch]
                o.in_branch[streams], o.in_up[streams] = branch, up
                o.in_sign[streams] = 1.0 if ends_here else -1.0
                if o.place[up] > at:
                    o.late[late] = streams
                    late += 1
                streams += 1
    o.in_ptr[o.counts[1]] = streams
    o.counts[2] = late


@compiled
def remember_late(o: Order, t: FloatArray) -> None:
    """Keep the temperatures that this pass will take from later places."""
    for k in range(o.counts[2]):
        up = o.in_up[o.late[k]]
        for lane in range(t.shape[1]):
            o.late_t[k, lane] = t[up, lane]


@compiled
def late_change(o: Order, m: FloatArray, t: FloatArray, largest: FloatArray) -> None:
    """Set how far, in K, those temperatures have moved since, where their water flows."""
    largest[:] = 0.0
    for k in range(o.counts[2]):
        stream = o.late[k]
        for lane in range(t.shape[1]):
            if m[o.in_branch[stream], lane] * o.in_sign[stream] > LEAST_FLOW:
                largest[lane] = max(largest[lane], abs(t[o.in_up[stream], lane] - o.late_t[k, lane]))


@kernel
def mix_given(
    places: int,
    order: IntArray,
    in_ptr: IntArray,
    in_branch: IntArray,
    in_up: IntArray,
    in_sign: FloatArray,
    m: FloatArray,
    ext_m: FloatArray,
    ext_mt: FloatArray,
    t_given: FloatArray,
    sum_m: FloatArray,
    sum_mt: FloatArray,
) -> None:
    """Carry the plants' temperatures through the first `places` of the order as if nothing were lost."""
    lanes = m.shape[1]
    for at in range(places):
        node = order[at]
        for lane in range(lanes):
            sum_m[lane] = ext_m[node, lane]
            sum_mt[lane] = ext_mt[node, lane]
        for k in range(in_ptr[at], in_ptr[at + 1]):
            branch, up, sign = in_branch[k], in_up[k], in_sign[k]
            for lane in range(lanes):
                flow = max(sign * m[branch, lane], 0.0)
                sum_m[lane] += flow
                sum_mt[lane] += flow * t_given[up, lane]
        for lane in range(lanes):
            mixed = sum_mt[lane] / max(sum_m[lane], LEAST_FLOW)
            t_given[node, lane] = mixed if sum_m[lane] > LEAST_FLOW else t_given[node, lane]


@kernel
def sweep_line(
    first: int,
    last: int,
    order: IntArray,
    in_ptr: IntArray,
    in_branch: IntArray,
    in_up: IntArray,
    in_sign: FloatArray,
    streams: IntArray,
    preheat_of: IntArray,
    loss_w_per_k: FloatArray,
    heater_w: FloatArray,
    m: FloatArray,
    ground: FloatArray,
    t_rest: FloatArray,
    preheat_w: FloatArray,
    ext_m: FloatArray,
    ext_mh: FloatArray,
    ext_mt: FloatArray,
    c_h: FloatArray,
    c_cp: FloatArray,
    middle: float,
    per_k: float,
    t: FloatArray,
    cp: FloatArray,
    t_in: FloatArray,
    t_out: FloatArray,
    cp_out: FloatArray,
    flow: FloatArray,
    outlet: FloatArray,
    sum_m: FloatArray,
    sum_mh: FloatArray,
    sum_mt: FloatArray,
) -> None:
    """Carry temperatures through places `first` to `last` of the order.

    `ext_*` hold flow, flow times enthalpy and flow times temperature of what consumers and plants send into a junction.
    """
    lanes = m.shape[1]
    for at in range(first, last):
        node = order[at]
        begin, finish, others, heated = in_ptr[at], in_ptr[at + 1], streams[node], preheat_of[node]
        alone = finish - begin == 1 and others == 0 and heated < 0
        if not alone:
            for lane in range(lanes):
                sum_m[lane] = ext_m[node, lane]
                sum_mh[lane] = ext_mh[node, lane]
                sum_mt[lane] = ext_mt[node, lane]
        for k in range(begin, finish):
            branch, up, sign = in_branch[k], in_up[k], in_sign[k]
            loss = loss_w_per_k[branch]
            for lane in range(lanes):
                flow[lane] = max(sign * m[branch, lane], 0.0)
                decay = loss / (max(flow[lane], 1e-12) * 0.5 * (cp[up, lane] + cp_out[branch, lane]))
                cooled = ground[branch, lane] + (t[up, lane] - ground[branch, lane]) * kept_share(decay)
                outlet[lane] = cooled if flow[lane] > 0.0 else t_out[branch, lane]
            if heater_w[branch] != 0.0:
                for lane in range(lanes):
                    if flow[lane] > 0.0:
                        h = enthalpy_at(c_h, place(t[up, lane], middle, per_k)) + heater_w[branch] / flow[lane]
                        outlet[lane] = temperature_of(h, outlet[lane], c_h, c_cp, middle, per_k)
            for lane in range(lanes):
                t_out[branch, lane] = outlet[lane]
                cp_out[branch, lane] = value_at(c_cp, place(outlet[lane], middle, per_k))
            if alone:
                for lane in range(lanes):
                    t[node, lane] = outlet[lane] if flow[lane] > LEAST_FLOW else t_rest[lane]
                    cp[node, lane] = cp_out[branch, lane]
            else:
                for lane in range(lanes):
                    sum_m[lane] += flow[lane]
                    sum_mh[lane] += flow[lane] * enthalpy_at(c_h, place(outlet[lane], middle, per_k))
                    sum_mt[lane] += flow[lane] * outlet[lane]
        if alone:
            continue
        if begin == finish and others <= 1 and heated < 0:
            for lane in range(lanes):
                whole = max(sum_m[lane], LEAST_FLOW)
                outlet[lane] = sum_mt[lane] / whole if sum_m[lane] > LEAST_FLOW else t_rest[lane]
        else:
            for lane in range(lanes):
                whole = max(sum_m[lane], LEAST_FLOW)
                mixed = temperature_of(sum_mh[lane] / whole, sum_mt[lane] / whole, c_h, c_cp, middle, per_k)
                outlet[lane] = mixed if sum_m[lane] > LEAST_FLOW else t_rest[lane]
        if heated >= 0:
            for lane in range(lanes):
                t_in[heated, lane] = outlet[lane]
                if preheat_w[heated, lane] != 0.0 and sum_m[lane] > LEAST_FLOW:
                    h = (sum_mh[lane] + preheat_w[heated, lane]) / sum_m[lane]
                    # from far away: twice
                    outlet[lane] = temperature_of(h, outlet[lane], c_h, c_cp, middle, per_k)
                    outlet[lane] = temperature_of(h, outlet[lane], c_h, c_cp, middle, per_k)
        for lane in range(lanes):
            t[node, lane] = outlet[lane]
            cp[node, lane] = value_at(c_cp, place(outlet[lane], middle, per_k))
