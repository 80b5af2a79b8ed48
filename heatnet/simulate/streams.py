"""Steady states as streams between junctions, each in the direction of its water: flows, heat from sources, excess.

The excess over water that no source has heated is that of `heatnet.simulate.tracing`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from heatnet.adapters.fluid import fluid_table
from heatnet.adapters.layout import HEATER, NOWHERE, PIPE, PUMP, RETURN, VALVE, IntArray, Layout, layout_of
from heatnet.model.network import Network
from heatnet.physics.arrays import FloatArray
from heatnet.simulate.controls import W_PER_MW
from heatnet.simulate.mixtures import solved_rows

#: flows below this share of the hour's largest are noise of the solver and carry nothing
_LEAST_FLOW_SHARE = 1e-9


@dataclass(frozen=True, eq=False)
class Circuit:
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


def circuit_of(network: Network) -> Circuit:
    """Return the streams of a network: its branches, consumers, plants between the lines, pre-heated nodes, in this order."""
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
    return Circuit(
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


def _flows(dataset: xr.Dataset, network: Network, circuit: Circuit) -> FloatArray:
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


def _closing_flows(flows: FloatArray, circuit: Circuit, unknown: list[int]) -> FloatArray:
    """Return the flows through fittings that close the mass balance of every junction best, kg/s."""
    last, junctions = circuit.preheats.start, circuit.layout.junctions
    to, of = (np.broadcast_to(side[:last], flows[:, :last].shape) for side in (circuit.end, circuit.start))
    gained = sums_at(flows[:, :last], to, junctions) - sums_at(flows[:, :last], of, junctions)
    incidence = np.zeros((junctions, len(unknown)))
    incidence[circuit.end[unknown], np.arange(len(unknown))] += 1.0
    incidence[circuit.start[unknown], np.arange(len(unknown))] -= 1.0
    return np.asarray(-gained @ np.linalg.pinv(incidence).T)


def sums_at(values: FloatArray, at: IntArray, junctions: int) -> FloatArray:
    """Return sums over streams by row and junction."""
    rows = len(values)
    places = at + junctions * np.arange(rows)[:, np.newaxis]
    return np.asarray(np.bincount(places.ravel(), values.ravel(), rows * junctions).reshape(rows, junctions))


def ratio(part: FloatArray, whole: FloatArray) -> FloatArray:
    """Return part / whole, 0 where the whole is 0."""
    return np.divide(part, whole, out=np.zeros(part.shape), where=whole > 0)


@dataclass(frozen=True, eq=False)
class Streams:
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


def streams_of(dataset: xr.Dataset, network: Network, circuit: Circuit) -> Streams:
    """Return the streams of solved rows.

    Parameters
    ----------
    dataset : xarray.Dataset
        Steady states, as `heatnet.simulate.tracing.trace_sources` takes them.
    network : Network
    circuit : Circuit
        That of the network.
    """
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
    arrived = sums_at(mdot, lower, circuit.layout.junctions)
    known = ratio(sums_at(left, lower, circuit.layout.junctions), arrived)[:, :, np.newaxis]
    weight = kept * ratio(mdot, np.take_along_axis(arrived, lower, axis=1))
    excess = solved_rows(upper, lower, weight, known, np.zeros((len(mdot), 1)), circuit.inlets)[:, :, 0]
    before = mdot * np.take_along_axis(excess, upper, axis=1)
    consumer_w = _values(dataset, "consumer_heat_mw", "consumer", network.consumers.index) * W_PER_MW
    return Streams(upper, lower, mdot, given, before, kept * before + left, source_w, consumer_w)


def _kept_shares(
    dataset: xr.Dataset, network: Network, circuit: Circuit, upper: IntArray, mdot: FloatArray
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
    kept[:, pipes] = np.exp(-ratio(np.broadcast_to(loss_w_per_k, cp.shape), mdot[:, pipes] * cp))
    return kept


def _left_by_consumers(dataset: xr.Dataset, network: Network, mdot: FloatArray) -> FloatArray:
    """Return the excess with which water leaves each consumer over the mean of all, W."""
    t_degc = _values(dataset, "consumer_t_return_degc", "consumer", network.consumers.index)
    h = fluid_table(network.fluid).enthalpy(t_degc)
    mean = ratio((mdot * h).sum(axis=1, keepdims=True), mdot.sum(axis=1, keepdims=True))
    return mdot * (h - mean)
