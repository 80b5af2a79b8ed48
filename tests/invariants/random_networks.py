"""Small random networks for invariants: a tree and up to three more pipes, one to three plants, loads from nothing to 120 %.

A case is plain rows, so that a test can write the same network in another way: other names and order, pairs as two pipes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import xarray
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from heatnet.model.boundary import Boundary
from heatnet.model.build import build_network
from heatnet.model.examples import CONSTANT_WATER
from heatnet.model.network import Network
from heatnet.simulate import is_solved, simulate
from heatnet.simulate.quantities import QUANTITIES

SUPPLY_DEGC, GROUND_DEGC = 110.0, 8.0
INNER_MM = (80.0, 100.0, 125.0, 150.0, 207.0, 259.0, 309.0)
LOADS = (1.2, 1.0, 0.6, 0.3, 0.1, 0.03, 0.01, 0.003, 0.0)
#: heats are iterated to 1e-8, flows of circuits to 1e-7 of all flow (theory_season.md, step 6)
HEAT_SHARE, FLOW_SHARE = 1e-7, 1e-7
#: temperature and pressure that such flows leave open: in water that hardly moves temperature is steep in the flow
T_ABS_K, P_ABS_BAR = 1e-3, 1e-6
#: heat of 1 kg/s and 1 K, MW
MW_PER_FLOW_K = 4.2e-3


@dataclass(frozen=True)
class Case:
    """One network and its hours, as rows of tables; values of a boundary by variable and element, one a row."""

    nodes: list[dict[str, Any]]
    pipes: list[dict[str, Any]]
    consumers: list[dict[str, Any]]
    plants: list[dict[str, Any]]
    values: dict[str, dict[str, list[float]]]
    rows: int
    fluid: Any = "if97"

    def network(self) -> Network:
        """Return the typed network."""
        return build_network(
            "random",
            {
                "design": {"t_supply_degc": SUPPLY_DEGC, "t_return_degc": 50.0, "t_outdoor_degc": -7.0},
                "regulation": "variable",
                "pressure_point": {"node": self.plants[0]["node"], "line": "return", "p_bar": 4.0},
                "t_ground_degc": GROUND_DEGC,
                "fluid": self.fluid if isinstance(self.fluid, str) else dict(self.fluid),
                "pipe_defaults": {"roughness_mm": 0.5},
            },
            {name: pd.DataFrame(getattr(self, name)) for name in ("nodes", "pipes", "consumers", "plants")},
        )

    def boundary(self) -> Boundary:
        """Return the hours."""
        time = pd.Index(np.arange(self.rows, dtype=float), name="time")
        return Boundary(time, {name: pd.DataFrame(columns, time) for name, columns in self.values.items() if columns})

    def solved(self) -> xarray.Dataset:
        """Return the season engine's states."""
        return simulate(self.network(), self.boundary(), engine="season")

    def with_pipes(self, **columns: Any) -> Case:
        """Return the case with columns of its pipes replaced; a function of the row, or a value."""
        pipes = [
            row | {name: new(row) if callable(new) else new for name, new in columns.items()} for row in self.pipes
        ]
        return replace(self, pipes=pipes)


def _pipe(draw: Any, name: str, a: int, b: int, line: str, least_u: float = 0.0) -> dict[str, Any]:
    ends = (a, b) if draw(st.booleans()) else (b, a)
    return {
        "id": name,
        "from_node": f"n{ends[0]}",
        "to_node": f"n{ends[1]}",
        "line": line,
        "length_m": float(draw(st.integers(20, 1500))),
        "inner_diameter_mm": draw(st.sampled_from(INNER_MM)),
        "u_w_per_mk": max(draw(st.integers(0, 20)) / 20, least_u),
        "zeta": float(draw(st.integers(0, 10))),
    }


def _pipes(draw: Any, count: int, loops: int, mirrored: bool, least_u: float) -> list[dict[str, Any]]:
    pipes = []
    for i in range(1, count):
        parent = draw(st.integers(0, i - 1))
        if mirrored or draw(st.booleans()):
            pipes.append(_pipe(draw, f"p{i}", parent, i, "pair", least_u))
        else:
            pipes += [_pipe(draw, f"p{i}_{line}", parent, i, line, least_u) for line in ("supply", "return")]
    for k in range(draw(st.integers(0, loops)) if count > 2 else 0):
        a = draw(st.integers(0, count - 1))
        b = draw(st.integers(0, count - 2))
        line = "pair" if mirrored else draw(st.sampled_from(["pair", "supply", "return"]))
        pipes.append(_pipe(draw, f"loop{k}", a, b + (b >= a), line, least_u))
    return pipes


def _consumers(draw: Any, count: int) -> list[dict[str, Any]]:
    consumers = []
    for i in sorted(draw(st.sets(st.integers(1, count - 1), min_size=1))):
        row = {"id": f"c{i}", "node": f"n{i}", "design_heat_mw": draw(st.integers(1, 40)) / 10}
        row["t_return_degc"] = float(draw(st.integers(35, 60)))
        row["min_mdot_kg_per_s"] = draw(st.sampled_from([0.0, 0.0, 0.0, 0.5]))
        row["min_dp_bar"] = draw(st.integers(2, 15)) / 10
        consumers.append(row)
    return consumers


@st.composite
def cases(
    draw: Any,
    loops: int = 3,
    more_plants: int = 2,
    mirrored: bool = False,
    flat: bool = False,
    fluid: Any = "if97",
    least_u: float = 0.0,
) -> Case:
    """Draw a case.

    Parameters
    ----------
    loops, more_plants : int
        Most extra pipes, and plants beside the one that holds the pressure.
    mirrored : bool
        Whether every pipe is a pair; else some are two pipes of their own sizes, and extra ones stand on one line alone.
    flat : bool
        Whether all nodes lie at one height.
    fluid
        See `network.yaml`.
    least_u : float
        Smallest loss of a pipe, W/(m K).
    """
    count = draw(st.integers(2, 8))
    heights = [0.0 if flat else float(draw(st.integers(-20, 40))) for _ in range(count)]
    consumers = _consumers(draw, count)
    shares = draw(st.lists(st.sampled_from(LOADS), min_size=1, max_size=4))
    # a bit a consumer: shut in this hour
    shut = [draw(st.one_of(st.just(0), st.integers(0, 2 ** len(consumers) - 1))) for _ in shares]
    heat = {
        row["id"]: [
            0.0 if mask >> k & 1 else row["design_heat_mw"] * share for share, mask in zip(shares, shut, strict=True)
        ]
        for k, row in enumerate(consumers)
    }
    total = np.sum(list(heat.values()), axis=0)
    plants = [{"id": "holder", "node": "n0", "kind": "source", "role": "pressure", "t_supply_degc": SUPPLY_DEGC}]
    given: dict[str, dict[str, list[float]]] = {"plant_heat_mw": {}, "plant_mdot_kg_per_s": {}}
    for k in range(draw(st.integers(0, more_plants))):
        role = draw(st.sampled_from(["heat", "flow"]))
        row = {"id": f"{role}{k}", "node": f"n{draw(st.integers(0, count - 1))}", "kind": "source", "role": role}
        plants.append(row | {"t_supply_degc": float(draw(st.integers(85, 120)))})
        own = total * draw(st.integers(1, 45)) / 100
        # kg/s for a cooling of 60 K
        per_mw = 1.0 if role == "heat" else 1e6 / (4200.0 * 60.0)
        given["plant_heat_mw" if role == "heat" else "plant_mdot_kg_per_s"][row["id"]] = (own * per_mw).tolist()
    return Case(
        nodes=[{"id": f"n{i}", "elevation_m": height} for i, height in enumerate(heights)],
        pipes=_pipes(draw, count, loops, mirrored, least_u),
        consumers=consumers,
        plants=plants,
        values={"consumer_heat_mw": heat, **given},
        rows=len(shares),
        fluid=fluid,
    )


def without_buoyancy(mirrored: bool = False, loops: int = 3, more_plants: int = 2) -> st.SearchStrategy[Case]:
    """Return a strategy of cases whose rings no difference of density drives: each has one state.

    Water of constant density at any height, IF97 water at one height, or IF97 water without rings.
    """
    shared = {"mirrored": mirrored, "more_plants": more_plants}
    return st.one_of(
        cases(fluid=CONSTANT_WATER, loops=loops, **shared),
        cases(flat=True, loops=loops, **shared),
        cases(loops=0, **shared),
    )


def few(examples: int) -> settings:
    """Return settings that draw the same examples in every run."""
    return settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
    )


def solved_rows(dataset: xarray.Dataset) -> np.ndarray:
    """Return which hours carry numbers."""
    return np.array([is_solved(str(status)) for status in dataset["status"].values])


def assert_same(one: xarray.Dataset, other: xarray.Dataset, skip: tuple[str, ...] = ()) -> None:
    """Assert that two datasets have the same states, but for what the tolerances of flow and heat leave open."""
    assert one["status"].values.tolist() == other["status"].values.tolist()
    rows = solved_rows(one)
    total = one["consumer_mdot_kg_per_s"].sum("consumer").values[rows, None]
    left_open = {"degc": T_ABS_K, "bar": P_ABS_BAR, "s": FLOW_SHARE * total, "mw": MW_PER_FLOW_K * T_ABS_K * total}
    for name, quantity in QUANTITIES.items():
        if not quantity.dimension or name in skip:
            continue
        a, b = one[name].values[rows], other[name].values[rows]
        assert (np.isnan(a) == np.isnan(b)).all(), name
        gap = np.nan_to_num(np.abs(a - b) - 1e-6 * np.abs(a))
        assert (gap <= left_open.get(name.rsplit("_", 1)[-1], 0.0) + 1e-9).all(), name
