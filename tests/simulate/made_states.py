"""States made by hand for the tracing of sources: flows chosen, temperatures from one dense linear system."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import xarray as xr

from heatnet.model.build import build_network
from heatnet.model.examples import CONSTANT_WATER
from heatnet.simulate.tracing import trace_sources

CP = CONSTANT_WATER["heat_capacity_j_per_kgk"]
GROUND_DEGC = 8.0


@dataclass(frozen=True)
class State:
    """A state to be made: pipes with flows on both lines, consumers and plants by flow, plants by temperature or heat."""

    nodes: list[str]
    #: id, from, to, u · length W/K, flow on the supply line, flow on the return line
    pipes: list[tuple[str, str, str, float, float, float]]
    #: id, node, flow, return temperature
    consumers: list[tuple[str, str, float, float]]
    #: id, node, flow, supply temperature (None: by heat), heat in MW
    plants: list[tuple[str, str, float, float | None, float]]
    #: id, node, heat in MW
    preheaters: list[tuple[str, str, float]] = field(default_factory=list)
    #: heat of in-line heaters by pipe, MW
    heaters: dict[str, float] = field(default_factory=dict)

    def network(self):
        pipes = pd.DataFrame(self.pipes, columns=["id", "from_node", "to_node", "loss_w_per_k", "supply", "back"])
        plants = [
            {"id": name, "node": node, "kind": "source", "role": "flow" if i else "pressure", "mdot_kg_per_s": flow}
            for i, (name, node, flow, _t, _q) in enumerate(self.plants)
        ] + [
            {"id": name, "node": node, "kind": "source", "role": "heat", "connection": "return_preheat", "heat_mw": q}
            for name, node, q in self.preheaters
        ]
        return build_network(
            "made",
            {
                "design": {"t_supply_degc": 110.0, "t_return_degc": 50.0, "t_outdoor_degc": -7.0},
                "pressure_point": {"node": self.plants[0][1], "line": "return", "p_bar": 4.0},
                "t_ground_degc": GROUND_DEGC,
                "fluid": dict(CONSTANT_WATER),
            },
            {
                "nodes": pd.DataFrame({"id": self.nodes}),
                "pipes": pd.DataFrame(
                    {
                        "id": pipes["id"],
                        "from_node": pipes["from_node"],
                        "to_node": pipes["to_node"],
                        "length_m": 1000.0,
                        "inner_diameter_mm": 200.0,
                        "u_w_per_mk": pipes["loss_w_per_k"] / 1000.0,
                        "heat_mw": pipes["id"].map(self.heaters).fillna(0.0),
                    }
                ),
                "consumers": pd.DataFrame(
                    [{"id": name, "node": node, "design_heat_mw": 1.0} for name, node, _m, _t in self.consumers]
                ),
                "plants": pd.DataFrame(plants),
            },
        )

    def streams(self):
        """(from, to, flow, share of the excess over ground that is kept, heat W, temperature at which it arrives or None)."""
        for name, a, b, loss, *flows in self.pipes:
            for line, m in zip("sr", flows, strict=True):
                heat = 1e6 * self.heaters.get(name, 0.0) if line == "s" else 0.0
                if m:
                    here, there = (a, b) if m > 0 else (b, a)
                    kept = np.exp(-loss / (abs(m) * CP))
                    # the heater stands behind the pipe: against the flow its heat fades as well
                    given = heat if m > 0 else heat * kept
                    yield ("out" if line == "r" else "s", here), (line, there), abs(m), kept, given, None
        for _name, node, m, t in self.consumers:
            yield ("s", node), ("r", node), m, 0.0, 0.0, t
        for _name, node, m, t, q in self.plants:
            yield ("out", node), ("s", node), m, 1.0, 1e6 * q, t

    def solved(self) -> dict[tuple[str, str], float]:
        """Temperatures: supply ("s"), return as it arrives ("r") and as it leaves ("out") of each node."""
        places = {
            (line, node): i for i, (line, node) in enumerate((a, n) for a in ("s", "r", "out") for n in self.nodes)
        }
        matrix, right = np.eye(len(places)), np.full(len(places), GROUND_DEGC)
        inflow = dict.fromkeys(places, 0.0)
        for _a, b, m, *_rest in self.streams():
            inflow[b] += m
        for node in self.nodes:
            i = places["out", node]
            heat = sum(1e6 * q for _name, at, q in self.preheaters if at == node)
            matrix[i, places["r", node]] = -1.0
            right[i] = heat / (inflow["r", node] * CP) if inflow["r", node] else 0.0
        for place, m in inflow.items():
            if m and place[0] != "out":
                right[places[place]] = 0.0
        for a, b, m, kept, heat, t in self.streams():
            if not m:
                continue
            part = m / inflow[b]
            if t is None:
                matrix[places[b], places[a]] -= part * kept
                right[places[b]] += part * ((1.0 - kept) * GROUND_DEGC + heat / (m * CP))
            else:
                right[places[b]] += part * t
        return dict(zip(places, np.linalg.solve(matrix, right), strict=True))

    def dataset(self) -> xr.Dataset:
        t, inflow = self.solved(), dict.fromkeys(self.nodes, 0.0)
        for _a, (line, node), m, *_rest in self.streams():
            inflow[node] += m if line == "r" else 0.0
        values: dict[str, tuple[str, list[float]]] = {}

        def lost(a: str, b: str, loss: float, m: float, line: str, heat: float) -> float:
            here = t[line, a if m > 0 else b] if m else GROUND_DEGC
            before = here + (heat * 1e6 / (-m * CP) if m < 0 else 0.0)
            return abs(m) * CP * (before - GROUND_DEGC) * (1.0 - np.exp(-loss / (abs(m) * CP))) / 1e6 if m else 0.0

        heat = [self.heaters.get(pipe[0], 0.0) for pipe in self.pipes]
        values["node_t_supply_degc"] = "node", [t["s", n] for n in self.nodes]
        values["node_t_return_degc"] = "node", [t["out", n] for n in self.nodes]
        values["pipe_mdot_kg_per_s"] = "pipe", [pipe[4] for pipe in self.pipes]
        values["pipe_mdot_return_kg_per_s"] = "pipe", [pipe[5] for pipe in self.pipes]
        values["pipe_loss_supply_mw"] = "pipe", [lost(*p[1:5], "s", q) for p, q in zip(self.pipes, heat, strict=True)]
        values["pipe_loss_return_mw"] = "pipe", [lost(*p[1:4], p[5], "out", 0.0) for p in self.pipes]
        values["consumer_mdot_kg_per_s"] = "consumer", [m for _i, _n, m, _t in self.consumers]
        values["consumer_t_return_degc"] = "consumer", [back for _i, _n, _m, back in self.consumers]
        values["consumer_heat_mw"] = "consumer", [m * CP * (t["s", n] - b) / 1e6 for _i, n, m, b in self.consumers]
        given = [m * CP * (s - t["out", n]) / 1e6 if s is not None else q for _i, n, m, s, q in self.plants]
        values["plant_heat_mw"] = "plant", given + [q for _i, _n, q in self.preheaters]
        values["plant_mdot_kg_per_s"] = (
            "plant",
            [m for _i, _n, m, _t, _q in self.plants] + [inflow[n] for _i, n, _q in self.preheaters],
        )
        names = {
            "node": self.nodes,
            "pipe": [pipe[0] for pipe in self.pipes],
            "consumer": [consumer[0] for consumer in self.consumers],
            "plant": [plant[0] for plant in [*self.plants, *self.preheaters]],
        }
        dataset = xr.Dataset({key: (("time", dim), [row]) for key, (dim, row) in values.items()})
        dataset = dataset.assign_coords(time=[0.0], **{dim: np.array(ids, dtype=object) for dim, ids in names.items()})
        dataset["status"] = ("time",), np.array(["ok"], dtype=object)
        return dataset

    def traced(self) -> xr.Dataset:
        return trace_sources(self.dataset(), self.network()).isel(time=0)


def shares(traced: xr.Dataset, consumer: str) -> dict[str, float]:
    """Return the share of each source in one consumer's heat."""
    return {s: traced[f"consumer_share_{s}"].sel(consumer=consumer).item() for s in traced["source"].values.tolist()}


def all_shares(traced: xr.Dataset) -> xr.DataArray:
    return xr.concat([traced[f"consumer_share_{s}"] for s in traced["source"].values], "source").assign_coords(
        source=traced["source"]
    )


def losses_mw(dataset: xr.Dataset) -> xr.DataArray:
    return dataset["pipe_loss_supply_mw"].sum("pipe") + dataset["pipe_loss_return_mw"].sum("pipe")
