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

**Solution.** Three sparse linear systems a row (:math:`e`, :math:`\varphi`, and upstream :math:`\chi`), solved by
`heatnet.simulate.mixtures`.

**Limits.** Steady states only: heat stored in pipes has no source here. :math:`c_p` is that of the water entering a pipe;
its change along the pipe counts as the water's own loss. Where consumers return unequally warm, proportional sharing is a
convention.

Reference: J. Bialek, Tracing the flow of electricity, IEE Proc. Gener. Transm. Distrib. 143 (1996) 313,
doi:10.1049/ip-gtd:19960461.
"""

from __future__ import annotations

import numpy as np
import xarray as xr

from heatnet.errors import Problems
from heatnet.i18n import _
from heatnet.model.network import Network
from heatnet.physics.arrays import FloatArray
from heatnet.simulate.controls import W_PER_MW
from heatnet.simulate.mixtures import solved_rows
from heatnet.simulate.streams import Circuit, Streams, circuit_of, ratio, streams_of, sums_at

#: rows are worked on in blocks of about this many numbers (junctions x sources x rows)
_NUMBERS_AT_ONCE = 1_000_000
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
    circuit = circuit_of(network)
    solved = np.flatnonzero([str(status).startswith("ok") for status in dataset["status"].to_numpy()])
    rows, sources = dataset.sizes["time"], len(circuit.sources)
    share = np.full((rows, len(network.consumers), sources), np.nan)
    delivered, loss = np.full((rows, sources), np.nan), np.full((rows, sources), np.nan)
    at_once = max(1, _NUMBERS_AT_ONCE // (circuit.layout.junctions * sources))
    for first in range(0, len(solved), at_once):
        block = solved[first : first + at_once]
        streams = streams_of(dataset.isel(time=block), network, circuit)
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


def _consumer_shares(streams: Streams, circuit: Circuit) -> FloatArray:
    """Return the share of each source in what each consumer takes, shape (rows, consumers, sources)."""
    positive = np.maximum(streams.source_w, 0.0)
    mix = ratio(positive, np.broadcast_to(positive.sum(axis=1, keepdims=True), positive.shape))
    above = _mixtures_above(streams, circuit, mix)
    below = _mixtures_below(streams, circuit, mix, above)
    at, rows = circuit.consumers, np.arange(len(mix))[:, np.newaxis]
    before, after = streams.before_w[:, at], streams.after_w[:, at]
    taken_above = np.abs(np.maximum(before, 0.0) - np.maximum(after, 0.0))
    taken_below = np.abs(np.minimum(before, 0.0) - np.minimum(after, 0.0))
    lower_part = ratio(taken_below, taken_above + taken_below)[:, :, np.newaxis]
    anyone = mix[:, np.newaxis, :]
    had = np.where(before[:, :, np.newaxis] > 0, above[rows, streams.upper[:, at]], anyone)
    lacked = np.where(after[:, :, np.newaxis] < 0, below[rows, streams.lower[:, at]], anyone)
    share = (1.0 - lower_part) * had + lower_part * lacked
    return np.where(streams.consumer_w[:, :, np.newaxis] != 0, share, 0.0)


def _own_parts(streams: Streams, circuit: Circuit) -> FloatArray:
    """Return each source's part in what its stream is given, shape (rows, sources)."""
    return ratio(np.maximum(streams.source_w, 0.0), streams.given_w[:, circuit.stream_of_source])


def _mixtures_above(streams: Streams, circuit: Circuit, mix: FloatArray) -> FloatArray:
    """Return the mixture of the excess that each junction passes on, shape (rows, junctions, sources)."""
    given, before, upper, lower = streams.given_w, streams.before_w, streams.upper, streams.lower
    arriving, warmed = np.maximum(streams.after_w, 0.0), np.maximum(before + given, 0.0)
    met = sums_at(arriving, lower, circuit.layout.junctions)
    part = ratio(arriving, np.take_along_axis(met, lower, axis=1))
    weight = part * ratio(np.maximum(before, 0.0), warmed)
    joining = part * ratio(given - np.minimum(given, np.maximum(-before, 0.0)), warmed)
    known = np.zeros((*met.shape, mix.shape[1]))
    rows, own = np.arange(len(given)), _own_parts(streams, circuit)
    for s, stream in enumerate(circuit.stream_of_source):
        known[rows, lower[:, stream], s] += joining[:, stream] * own[:, s]
    return solved_rows(upper, lower, weight, known, mix, circuit.inlets)


def _mixtures_below(streams: Streams, circuit: Circuit, mix: FloatArray, above: FloatArray) -> FloatArray:
    """Return the mixture of who makes up the lack that arrives at each junction, shape (rows, junctions, sources)."""
    upper, lower, junctions = streams.upper, streams.lower, circuit.layout.junctions
    met, lacking = (sums_at(np.maximum(sign * streams.after_w, 0.0), lower, junctions) for sign in (1.0, -1.0))
    lack = np.maximum(-streams.before_w, 0.0)
    paid = np.where(lack > 0, ratio(np.minimum(streams.given_w, lack), lack), streams.given_w > 0)
    out = sums_at(streams.mdot_kg_per_s, upper, junctions)
    part = ratio(streams.mdot_kg_per_s, np.take_along_axis(out, upper, axis=1))
    part *= np.take_along_axis(ratio(np.maximum(lacking - met, 0.0), lacking), upper, axis=1)
    known = ratio(np.minimum(met, lacking), lacking)[:, :, np.newaxis] * above
    rows, own = np.arange(len(paid)), _own_parts(streams, circuit)
    for s, stream in enumerate(circuit.stream_of_source):
        known[rows, upper[:, stream], s] += part[:, stream] * paid[:, stream] * own[:, s]
    weight = part * (1.0 - paid) * (streams.after_w < 0)
    return solved_rows(lower, upper, weight, known, mix, circuit.inlets)
