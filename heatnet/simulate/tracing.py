r"""Whose heat each consumer gets: the sources of a steady hour followed through supply, consumers and return.

**What belongs to a source.** Let :math:`r` be the enthalpy that water would have if no source had heated it since it last
left a consumer: it leaves every consumer as :math:`h_0`, mixes and cools on its way. Mixing and cooling are linear, so
the excess :math:`e = h - r` is the sum of what each source has given, :math:`e = \sum_s e_s`, and every part obeys the same
equations: parts mix by mass flow :math:`m`, a source adds :math:`Q_s / m` to its own, and along a pipe all of them fade by
:math:`\kappa = e^{-U L / (m c_p)}`. So a pre-heater that lifts the return from 50 to 60 before a boiler lifts it to 110 owns
1/6 of the heat that leaves the boiler, and its heat loses in the return only what it adds to the loss there.

**Reference.** :math:`h_0 = \sum_c m_c h_c / \sum_c m_c`, the mean enthalpy of what consumers give back. One common value, so
that water which one consumer leaves warmer than another is not lost from the account; a mean, so that one cold trickle does
not change everybody's shares. Where all consumers return equally warm, nothing else enters.

**Mixtures.** In terms of power :math:`A = m e`: a stream :math:`i` leaves junction :math:`u_i` with :math:`A_0`, gets
:math:`G` (of mixture :math:`\gamma`) from sources, and arrives at :math:`v_i` with :math:`A_1`: :math:`\kappa A_0` of a pipe,
:math:`m_c (h_c - h_0)` of a consumer, else :math:`A_0 + G - K` where :math:`K` is taken by a plant that cools. What takes
heat from a stream takes it in the stream's mixture (proportional sharing, Bialek 1996). With :math:`x^\pm = \max(\pm x, 0)`
and :math:`p = \min(G, A_0^-)`, the mixture :math:`\varphi_s` that a junction passes on is

.. math:: \varphi(v) = \sum_{i \to v} \frac{A_{1,i}^+}{P_v}\,
    \frac{A_{0,i}^+\,\varphi(u_i) + (G_i - p_i)\,\gamma_i}{(A_{0,i} + G_i)^+}, \qquad P_v = \sum_{i \to v} A_{1,i}^+ .

Water that a consumer (or a plant that cools) leaves below the mean carries a lack, :math:`A_1 < 0`. Whoever makes it up
downstream, warmer water that it meets or the next source, has given heat to whoever left it. With
:math:`N_v = \sum_{i \to v} A_{1,i}^-` the mixture of those who make up what arrives at :math:`v` is

.. math:: \chi(v) = \frac{\min(P_v, N_v)}{N_v}\,\varphi(v) + \frac{(N_v - P_v)^+}{N_v} \sum_{i\ \mathrm{from}\ v}
    \frac{m_i}{\sum m} \Big(\frac{p_i}{A_{0,i}^-}\,\gamma_i + \Big(1 - \frac{p_i}{A_{0,i}^-}\Big)\,\chi(v_i)\Big) .

**Shares.** A consumer takes :math:`A_0^+ - A_1^+` in the mixture :math:`\varphi(u)` of its water and
:math:`A_1^- - A_0^-` in :math:`\chi(v)`; the share of a source is its part of the two together. They exceed the heat
:math:`q` taken by what the water itself, without any source, has lost since it left a consumer: this loss of both lines
is charged to the same mixture. All weights are positive and sum to 1, and what one junction hands on the next receives:
shares lie in 0 … 1, sum to 1, and :math:`Q_s = \sum_c \varphi_{s,c}\,q_c + L_s`. :math:`L_s` is computed as this rest: the
source's part of the losses and of what plants that cool take, and of the hour's energy residual (0 in an exact solution).
A plant that cools delivers nothing and its :math:`L_s` is its negative heat, so that all :math:`L_s` together are the network's
loss. Where a stream gains an excess that no source gave (a consumer that warms its water), it counts in the mixture of all
sources of the hour.

**Solution.** Three sparse linear systems a row (:math:`e`, :math:`\varphi`, and upstream :math:`\chi`), solved junction by
junction in the order of the water. Where something comes round in a circle (warm return into a plant, circulating flow), a
junction of the circle is cut, the sweep also carries the influence of the cut ones, and a small dense system closes them.

**Limits.** Steady states only: heat stored in pipes has no source here. :math:`c_p` is that of the water entering a pipe;
its change along the pipe counts as the water's own loss. Where consumers return unequally warm, proportional sharing is a
convention.

Reference: J. Bialek, Tracing the flow of electricity, IEE Proc. Gener. Transm. Distrib. 143 (1996) 313,
doi:10.1049/ip-gtd:19960461.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from heatnet.adapters.fluid import fluid_table
from heatnet.adapters.layout import HEATER, NOWHERE, PIPE, PUMP, RETURN, VALVE, BoolArray, IntArray, Layout, layout_of
from heatnet.errors import Problems
from heatnet.i18n import _
from heatnet.model.network import Network
from heatnet.physics.arrays import FloatArray
from heatnet.simulate.season.compiled import compiled, compiled_entry

W_PER_MW = 1e6
#: flows below this share of the hour's largest are noise of the solver and carry nothing
_LEAST_FLOW_SHARE = 1e-9
#: rows are worked on in blocks of about this many numbers (junctions x sources x rows)
_NUMBERS_AT_ONCE = 1_000_000
#: a circle whose water is renewed by less than this share each time round is fed by nothing
_LEAST_RENEWED_SHARE = 1e-12
_NEEDED = {
    "node": ("node_t_supply_degc", "node_t_return_degc"),
    "pipe": ("pipe_mdot_kg_per_s", "pipe_mdot_return_kg_per_s"),
    "consumer": ("consumer_mdot_kg_per_s", "consumer_heat_mw", "consumer_t_return_degc"),
    "plant": ("plant_mdot_kg_per_s", "plant_heat_mw"),
}


def trace_sources(dataset: xr.Dataset, network: Network) -> xr.Dataset:
    """Return whose heat each consumer gets in each hour, and where each source's heat goes.

    Parameters
    ----------
    dataset : xarray.Dataset
        Steady states as `heatnet.simulate.simulate` returns them. Flows `valve_mdot_kg_per_s` and
        `pump_mdot_kg_per_s` (in the return line of a pair `valve_mdot_return_kg_per_s`) are used where present, and
        otherwise found from the mass balances of the nodes.
    network : Network
        The network simulated.

    Returns
    -------
    xarray.Dataset
        `consumer_share_<source>` (time, consumer) for every plant with connection supply or return_preheat, and for every
        in-line heater under the name of its pipe: share of the consumer's heat that came from this source, 0 where a consumer
        takes no heat. `source_delivered_mw` and `source_loss_mw` (time, source): its heat that reached consumers, and the
        rest of its heat. NaN in rows without a solution.

    Raises
    ------
    InputError
        With every variable or element of the network that the dataset lacks.
    """
    _check(dataset, network)
    circuit = _circuit(network)
    solved = np.flatnonzero([str(status).startswith("ok") for status in dataset["status"].to_numpy()])
    rows, sources = dataset.sizes["time"], len(circuit.sources)
    share = np.full((rows, len(network.consumers), sources), np.nan)
    delivered, loss = np.full((rows, sources), np.nan), np.full((rows, sources), np.nan)
    at_once = max(1, _NUMBERS_AT_ONCE // (circuit.layout.junctions * sources))
    for first in range(0, len(solved), at_once):
        block = solved[first : first + at_once]
        streams = _streams(dataset.isel(time=block), network, circuit)
        share[block] = _consumer_shares(streams, circuit)
        delivered[block] = np.einsum("tcs,tc->ts", share[block], streams.consumer_w) / W_PER_MW
        loss[block] = streams.source_w / W_PER_MW - delivered[block]
    result = xr.Dataset(
        coords={
            "time": dataset["time"],
            "consumer": network.consumers.index.astype(str).to_numpy(object),
            "source": np.array(circuit.sources, dtype=object),
        }
    )
    for s, source in enumerate(circuit.sources):
        meaning = f"share of the heat taken that came from {source}"
        result[f"consumer_share_{source}"] = ("time", "consumer"), share[:, :, s], {"unit": "1", "meaning": meaning}
    for name, values, meaning in (
        ("source_delivered_mw", delivered, "heat of a source that reached consumers"),
        ("source_loss_mw", loss, "rest of a source's heat: its part of losses and of what others cool"),
    ):
        result[name] = ("time", "source"), values, {"unit": "MW", "meaning": meaning}
    return result


def _check(dataset: xr.Dataset, network: Network) -> None:
    problems = Problems()
    if "time" not in dataset.dims or "status" not in dataset:
        problems.add("dataset, status (time)", _("is missing"))
    for dimension, names in _NEEDED.items():
        ids = getattr(network, f"{dimension}s").index
        for name in names:
            lacking = ids.difference(dataset[name].indexes[dimension]) if name in dataset else [""]
            for element in lacking:
                problems.add(", ".join(filter(None, ("dataset", name, element))), _("is missing"))
    problems.raise_if_any()


@dataclass(frozen=True, eq=False)
class _Circuit:
    """A network as streams between junctions: branches, consumers, plants between the lines, pre-heated nodes.

    Parameters
    ----------
    start, end : ndarray of int, shape (streams,)
        Junctions; a flow from start to end is positive.
    leaving : ndarray of int, shape (junctions,)
        Junction from which water leaves that has come into a junction: the second one of a pre-heated node.
    stream_of_source, plant_of_source : ndarray of int, shape (sources,)
        Where a source heats the water; its row in the plant table, -1 for in-line heaters.
    heater_w : ndarray, shape (sources,)
        Heat of in-line heaters.
    preheater : ndarray of int, shape (pre-heated nodes,)
        Row of a plant at each pre-heated node.
    """

    layout: Layout
    start: IntArray
    end: IntArray
    leaving: IntArray
    sources: list[str]
    stream_of_source: IntArray
    plant_of_source: IntArray
    heater_w: FloatArray
    preheater: IntArray

    @property
    def consumers(self) -> slice:
        """Streams through consumers."""
        return slice(len(self.layout.start), len(self.layout.start) + len(self.layout.consumer_start))

    @property
    def preheats(self) -> slice:
        """Streams through pre-heated nodes."""
        return slice(len(self.start) - len(self.layout.preheat_in), len(self.start))

    @property
    def inlets(self) -> IntArray:
        """Junctions that most circles pass: the inlets of the plants between the lines."""
        return np.asarray(self.leaving[self.layout.plant_start[self.layout.plant_start != NOWHERE]])


def _circuit(network: Network) -> _Circuit:
    layout = layout_of(network)
    of_plant = layout.preheat_of_plant
    between, preheating = np.flatnonzero(layout.plant_end != NOWHERE), np.flatnonzero(of_plant != NOWHERE)
    heaters, nodes = layout.of_kind(HEATER), range(len(layout.preheat_in))
    pipes = layout.element[heaters]
    first_plant = len(layout.start) + len(layout.consumer_start)
    stream = np.full(len(network.plants), NOWHERE)
    stream[between] = first_plant + np.arange(len(between))
    stream[preheating] = first_plant + len(between) + of_plant[preheating]
    plants = np.flatnonzero(stream != NOWHERE)
    leaving = np.arange(layout.junctions)
    leaving[layout.preheat_in] = layout.preheat_out
    heater_w = W_PER_MW * network.pipes["heat_mw"].to_numpy(dtype=float)[pipes]
    return _Circuit(
        layout=layout,
        start=np.concatenate([layout.start, layout.consumer_start, layout.plant_start[between], layout.preheat_in]),
        end=np.concatenate([layout.end, layout.consumer_end, layout.plant_end[between], layout.preheat_out]),
        leaving=leaving,
        sources=[str(name) for name in [*network.plants.index[plants], *network.pipes.index[pipes]]],
        stream_of_source=np.concatenate([stream[plants], heaters]),
        plant_of_source=np.concatenate([plants, np.full(len(heaters), NOWHERE)]),
        heater_w=np.concatenate([np.zeros(len(plants)), heater_w]),
        preheater=np.array([np.flatnonzero(of_plant == node)[0] for node in nodes], dtype=np.int64),
    )


def _values(dataset: xr.Dataset, name: str, dimension: str, ids: pd.Index) -> FloatArray:
    """Return a variable by time and element in the order of the network; 0 where it has no value."""
    return np.asarray(np.nan_to_num(dataset[name].sel({dimension: list(ids)}).transpose("time", dimension).to_numpy()))


def _flows(dataset: xr.Dataset, network: Network, circuit: _Circuit) -> FloatArray:
    """Return the flow of every stream, positive from start to end, kg/s."""
    layout, pipes, plants = circuit.layout, network.pipes.index, network.plants.index
    flows = np.zeros((dataset.sizes["time"], len(circuit.start)))
    branches = np.concatenate([layout.of_kind(PIPE), layout.of_kind(HEATER)])
    element = layout.element[branches]
    mirrored = (layout.line[branches] == RETURN) & (network.pipes["line"] == "pair").to_numpy()[element]
    own, back = (_values(dataset, f"pipe_mdot{line}_kg_per_s", "pipe", pipes) for line in ("", "_return"))
    flows[:, branches] = np.where(mirrored, back[:, element], own[:, element])
    flows[:, circuit.consumers] = _values(dataset, "consumer_mdot_kg_per_s", "consumer", network.consumers.index)
    through = _values(dataset, "plant_mdot_kg_per_s", "plant", plants)
    flows[:, circuit.consumers.stop : circuit.preheats.start] = through[:, layout.plant_end != NOWHERE]
    flows[:, circuit.preheats] = through[:, circuit.preheater]
    unknown = []
    for branch in np.flatnonzero(np.isin(layout.kind, (VALVE, PUMP)) & layout.is_open):
        kind = str(layout.kind[branch])
        row = getattr(network, f"{kind}s").iloc[layout.element[branch]]
        mirror = "_return" if row["line"] == "pair" and layout.line[branch] == RETURN else ""
        name = f"{kind}_mdot{mirror}_kg_per_s"
        if name in dataset:
            flows[:, branch] = _values(dataset, name, kind, pd.Index([row.name]))[:, 0]
        else:
            unknown.append(int(branch))
    if unknown:
        flows[:, unknown] = _closing_flows(flows, circuit, unknown)
    return flows


def _closing_flows(flows: FloatArray, circuit: _Circuit, unknown: list[int]) -> FloatArray:
    """Return the flows through fittings that close the mass balance of every junction best, kg/s."""
    last, junctions = circuit.preheats.start, circuit.layout.junctions
    to, of = (np.broadcast_to(side[:last], flows[:, :last].shape) for side in (circuit.end, circuit.start))
    gained = _sums(flows[:, :last], to, junctions) - _sums(flows[:, :last], of, junctions)
    incidence = np.zeros((junctions, len(unknown)))
    incidence[circuit.end[unknown], np.arange(len(unknown))] += 1.0
    incidence[circuit.start[unknown], np.arange(len(unknown))] -= 1.0
    return np.asarray(-gained @ np.linalg.pinv(incidence).T)


def _sums(values: FloatArray, at: IntArray, junctions: int) -> FloatArray:
    """Return sums over streams by row and junction."""
    rows = len(values)
    places = at + junctions * np.arange(rows)[:, np.newaxis]
    return np.asarray(np.bincount(places.ravel(), values.ravel(), rows * junctions).reshape(rows, junctions))


def _ratio(part: FloatArray, whole: FloatArray) -> FloatArray:
    """Return part / whole, 0 where the whole is 0."""
    return np.divide(part, whole, out=np.zeros(part.shape), where=whole > 0)


@dataclass(frozen=True, eq=False)
class _Streams:
    """The streams of some rows, each in the direction of its water.

    Parameters
    ----------
    upper, lower : ndarray of int, shape (rows, streams)
        Junction from which the water comes and to which it flows.
    mdot_kg_per_s, given_w : ndarray, shape (rows, streams)
        Flow, and heat from sources.
    before_w, after_w : ndarray, shape (rows, streams)
        Excess when the water leaves `upper` and when it arrives at `lower`.
    source_w, consumer_w : ndarray, shape (rows, sources), (rows, consumers)
        Heat given and taken.
    """

    upper: IntArray
    lower: IntArray
    mdot_kg_per_s: FloatArray
    given_w: FloatArray
    before_w: FloatArray
    after_w: FloatArray
    source_w: FloatArray
    consumer_w: FloatArray


def _streams(dataset: xr.Dataset, network: Network, circuit: _Circuit) -> _Streams:
    flows = _flows(dataset, network, circuit)
    mdot = np.abs(flows)
    mdot[mdot <= _LEAST_FLOW_SHARE * mdot.max(axis=1, keepdims=True)] = 0.0
    upper = np.where(flows < 0, circuit.end, circuit.start)
    lower = np.where(flows < 0, circuit.start, circuit.end)
    upper[:, : circuit.preheats.start] = circuit.leaving[upper[:, : circuit.preheats.start]]
    plant_w = _values(dataset, "plant_heat_mw", "plant", network.plants.index) * W_PER_MW
    at, plant = circuit.stream_of_source, circuit.plant_of_source
    source_w = np.where(plant != NOWHERE, plant_w[:, plant], circuit.heater_w * (mdot[:, at] > 0))
    given, taken = np.zeros(mdot.shape), np.zeros(mdot.shape)
    for s, stream in enumerate(at):
        given[:, stream] += np.maximum(source_w[:, s], 0.0) * (mdot[:, stream] > 0)
        taken[:, stream] += np.maximum(-source_w[:, s], 0.0) * (mdot[:, stream] > 0)
    kept, left = _kept_shares(dataset, network, circuit, upper, mdot), given - taken
    kept[:, circuit.consumers] = 0.0
    left[:, circuit.consumers] = _left_by_consumers(dataset, network, mdot[:, circuit.consumers])
    arrived = _sums(mdot, lower, circuit.layout.junctions)
    known = _ratio(_sums(left, lower, circuit.layout.junctions), arrived)[:, :, np.newaxis]
    weight = kept * _ratio(mdot, np.take_along_axis(arrived, lower, axis=1))
    excess = _solved(upper, lower, weight, known, np.zeros((len(mdot), 1)), circuit.inlets)[:, :, 0]
    before = mdot * np.take_along_axis(excess, upper, axis=1)
    consumer_w = _values(dataset, "consumer_heat_mw", "consumer", network.consumers.index) * W_PER_MW
    return _Streams(upper, lower, mdot, given, before, kept * before + left, source_w, consumer_w)


def _kept_shares(
    dataset: xr.Dataset, network: Network, circuit: _Circuit, upper: IntArray, mdot: FloatArray
) -> FloatArray:
    """Return which share of its excess each stream keeps on its way: less than 1 along pipes."""
    layout, fluid = circuit.layout, fluid_table(network.fluid)
    pipes, heaters = layout.of_kind(PIPE), layout.of_kind(HEATER)
    t_degc = np.zeros((len(mdot), layout.junctions))
    for junctions, line in ((layout.supply, "supply"), (layout.back, "return")):
        there = junctions != NOWHERE
        t_degc[:, junctions[there]] = _values(dataset, f"node_t_{line}_degc", "node", network.nodes.index)[:, there]
    t_degc[:, layout.preheat_out] = t_degc[:, layout.preheat_in]
    t_degc[:, layout.start[heaters]] = t_degc[:, layout.end[heaters]]
    cp = np.take_along_axis(fluid.heat_capacity(t_degc), upper[:, pipes], axis=1)
    loss_w_per_k = (network.pipes["u_w_per_mk"] * network.pipes["length_m"]).to_numpy(dtype=float)[
        layout.element[pipes]
    ]
    kept = np.ones(mdot.shape)
    kept[:, pipes] = np.exp(-_ratio(np.broadcast_to(loss_w_per_k, cp.shape), mdot[:, pipes] * cp))
    return kept


def _left_by_consumers(dataset: xr.Dataset, network: Network, mdot: FloatArray) -> FloatArray:
    """Return the excess with which water leaves each consumer over the mean of all, W."""
    t_degc = _values(dataset, "consumer_t_return_degc", "consumer", network.consumers.index)
    h = fluid_table(network.fluid).enthalpy(t_degc)
    mean = _ratio((mdot * h).sum(axis=1, keepdims=True), mdot.sum(axis=1, keepdims=True))
    return mdot * (h - mean)


def _consumer_shares(streams: _Streams, circuit: _Circuit) -> FloatArray:
    """Return the share of each source in what each consumer takes, shape (rows, consumers, sources)."""
    positive = np.maximum(streams.source_w, 0.0)
    mix = _ratio(positive, np.broadcast_to(positive.sum(axis=1, keepdims=True), positive.shape))
    above = _mixtures_above(streams, circuit, mix)
    below = _mixtures_below(streams, circuit, mix, above)
    at, rows = circuit.consumers, np.arange(len(mix))[:, np.newaxis]
    before, after = streams.before_w[:, at], streams.after_w[:, at]
    taken_above = np.abs(np.maximum(before, 0.0) - np.maximum(after, 0.0))
    taken_below = np.abs(np.minimum(before, 0.0) - np.minimum(after, 0.0))
    lower_part = _ratio(taken_below, taken_above + taken_below)[:, :, np.newaxis]
    anyone = mix[:, np.newaxis, :]
    had = np.where(before[:, :, np.newaxis] > 0, above[rows, streams.upper[:, at]], anyone)
    lacked = np.where(after[:, :, np.newaxis] < 0, below[rows, streams.lower[:, at]], anyone)
    share = (1.0 - lower_part) * had + lower_part * lacked
    return np.where(streams.consumer_w[:, :, np.newaxis] != 0, share, 0.0)


def _own_parts(streams: _Streams, circuit: _Circuit) -> FloatArray:
    """Return each source's part in what its stream is given, shape (rows, sources)."""
    return _ratio(np.maximum(streams.source_w, 0.0), streams.given_w[:, circuit.stream_of_source])


def _mixtures_above(streams: _Streams, circuit: _Circuit, mix: FloatArray) -> FloatArray:
    """Return the mixture of the excess that each junction passes on, shape (rows, junctions, sources)."""
    given, before, upper, lower = streams.given_w, streams.before_w, streams.upper, streams.lower
    arriving, warmed = np.maximum(streams.after_w, 0.0), np.maximum(before + given, 0.0)
    met = _sums(arriving, lower, circuit.layout.junctions)
    part = _ratio(arriving, np.take_along_axis(met, lower, axis=1))
    weight = part * _ratio(np.maximum(before, 0.0), warmed)
    joining = part * _ratio(given - np.minimum(given, np.maximum(-before, 0.0)), warmed)
    known = np.zeros((*met.shape, mix.shape[1]))
    rows, own = np.arange(len(given)), _own_parts(streams, circuit)
    for s, stream in enumerate(circuit.stream_of_source):
        known[rows, lower[:, stream], s] += joining[:, stream] * own[:, s]
    return _solved(upper, lower, weight, known, mix, circuit.inlets)


def _mixtures_below(streams: _Streams, circuit: _Circuit, mix: FloatArray, above: FloatArray) -> FloatArray:
    """Return the mixture of who makes up the lack that arrives at each junction, shape (rows, junctions, sources)."""
    upper, lower, junctions = streams.upper, streams.lower, circuit.layout.junctions
    met, lacking = (_sums(np.maximum(sign * streams.after_w, 0.0), lower, junctions) for sign in (1.0, -1.0))
    lack = np.maximum(-streams.before_w, 0.0)
    paid = np.where(lack > 0, _ratio(np.minimum(streams.given_w, lack), lack), streams.given_w > 0)
    out = _sums(streams.mdot_kg_per_s, upper, junctions)
    part = _ratio(streams.mdot_kg_per_s, np.take_along_axis(out, upper, axis=1))
    part *= np.take_along_axis(_ratio(np.maximum(lacking - met, 0.0), lacking), upper, axis=1)
    known = _ratio(np.minimum(met, lacking), lacking)[:, :, np.newaxis] * above
    rows, own = np.arange(len(paid)), _own_parts(streams, circuit)
    for s, stream in enumerate(circuit.stream_of_source):
        known[rows, upper[:, stream], s] += part[:, stream] * paid[:, stream] * own[:, s]
    weight = part * (1.0 - paid) * (streams.after_w < 0)
    return _solved(lower, upper, weight, known, mix, circuit.inlets)


def _solved(
    origin: IntArray, target: IntArray, weight: FloatArray, known: FloatArray, mix: FloatArray, inlets: IntArray
) -> FloatArray:
    """Return x with x[target] = known + sum of weight · x[origin] in each row, shape (rows, junctions, sources).

    What a junction's weights and known parts lack to 1 comes from `mix`.
    """
    # compiled once, for one layout in memory
    edges = np.ascontiguousarray(origin), np.ascontiguousarray(target), np.ascontiguousarray(weight)
    return _solve_rows(*edges, np.ascontiguousarray(known), np.ascontiguousarray(mix), inlets)


@compiled_entry
def _solve_rows(
    origin: IntArray, target: IntArray, weight: FloatArray, known: FloatArray, mix: FloatArray, inlets: IntArray
) -> FloatArray:
    rows, junctions, sources = known.shape
    solved = np.empty((rows, junctions, sources))
    for row in range(rows):
        first, leaving = _grouped(origin[row], weight[row], junctions)
        order, cut, cuts = _order(origin[row], target[row], weight[row], first, leaving, inlets)
        # columns: sources, then the influence of the junctions that are cut
        columns = sources + cuts
        x = np.zeros((junctions, columns))
        missing = np.ones(junctions)
        for edge in range(weight.shape[1]):
            missing[target[row, edge]] -= weight[row, edge]
        for node in range(junctions):
            for s in range(sources):
                missing[node] -= known[row, node, s]
            for s in range(sources):
                x[node, s] = known[row, node, s] + max(missing[node], 0.0) * mix[row, s]
        for node in order:
            for k in range(first[node], first[node + 1]):
                there, part = target[row, leaving[k]], weight[row, leaving[k]]
                if cut[node] >= 0:
                    x[there, sources + cut[node]] += part
                else:
                    for column in range(columns):
                        x[there, column] += part * x[node, column]
        closed = _closed(x, cut, cuts, sources)
        for node in range(junctions):
            for s in range(sources):
                solved[row, node, s] = x[node, s]
                for j in range(cuts):
                    solved[row, node, s] += x[node, sources + j] * closed[j, s]
    return solved


@compiled
def _grouped(key: IntArray, weight: FloatArray, junctions: int) -> tuple[IntArray, IntArray]:
    """Return the edges with a weight grouped by junction: where each group begins, and the edges."""
    first = np.zeros(junctions + 1, dtype=np.int64)
    for edge in range(len(key)):
        if weight[edge] > 0.0:
            first[key[edge] + 1] += 1
    for node in range(junctions):
        first[node + 1] += first[node]
    place, edges = first.copy(), np.empty(first[junctions], dtype=np.int64)
    for edge in range(len(key)):
        if weight[edge] > 0.0:
            edges[place[key[edge]]] = edge
            place[key[edge]] += 1
    return first, edges


@compiled
def _order(
    origin: IntArray, target: IntArray, weight: FloatArray, first: IntArray, leaving: IntArray, inlets: IntArray
) -> tuple[IntArray, IntArray, int]:
    """Return junctions in an order in which each follows its origins, the number of each cut one (-1), and their count."""
    junctions = len(first) - 1
    into, coming = _grouped(target, weight, junctions)
    order, cut = np.empty(junctions, dtype=np.int64), np.full(junctions, -1)
    waiting, listed = np.empty(junctions, dtype=np.int64), np.zeros(junctions, dtype=np.bool_)
    count, head, cuts, preferred = 0, 0, 0, 0
    for node in range(junctions):
        waiting[node] = into[node + 1] - into[node]
        if waiting[node] == 0:
            order[count], listed[node] = node, True
            count += 1
    while head < junctions:
        if head == count:
            while preferred < len(inlets) and listed[inlets[preferred]]:
                preferred += 1
            node = inlets[preferred] if preferred < len(inlets) else _in_circle(origin, into, coming, listed)
            cut[node], order[count], listed[node] = cuts, node, True
            cuts, count = cuts + 1, count + 1
        for k in range(first[order[head]], first[order[head] + 1]):
            there = target[leaving[k]]
            waiting[there] -= 1
            if waiting[there] == 0 and not listed[there]:
                order[count], listed[there] = there, True
                count += 1
        head += 1
    return order, cut, cuts


@compiled
def _in_circle(origin: IntArray, into: IntArray, coming: IntArray, listed: BoolArray) -> int:
    """Return a junction on a circle: from one not yet listed go back to origins not yet listed until one repeats."""
    seen = np.zeros(len(listed), dtype=np.bool_)
    node = 0
    while listed[node]:
        node += 1
    while not seen[node]:
        seen[node] = True
        for k in range(into[node], into[node + 1]):
            if not listed[origin[coming[k]]]:
                node = origin[coming[k]]
                break
    return node


@compiled
def _closed(x: FloatArray, cut: IntArray, cuts: int, sources: int) -> FloatArray:
    """Return the values of the cut junctions from their rows of sources and of each other's influence."""
    a = np.zeros((cuts, cuts + sources))
    for node in range(len(cut)):
        if cut[node] >= 0:
            for j in range(cuts):
                a[cut[node], j] = -x[node, sources + j]
            for s in range(sources):
                a[cut[node], cuts + s] = x[node, s]
    for k in range(cuts):
        a[k, k] += 1.0
    # no pivoting: rows of the matrix sum to 0 or more and only its diagonal is positive
    for k in range(cuts):
        pivot = a[k, k] if a[k, k] > _LEAST_RENEWED_SHARE else np.inf
        for column in range(cuts + sources):
            a[k, column] /= pivot
        for i in range(cuts):
            factor = a[i, k]
            if i != k and factor != 0.0:
                for column in range(k, cuts + sources):
                    a[i, column] -= factor * a[k, column]
    return a[:, cuts:].copy()
