"""What loads, generators, batteries and grids do in each row of a boundary, as arrays in the order of the tables."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from heatnet.model.boundary import Boundary
from heatnet.model.power_network import PowerNetwork, tan_phi
from heatnet.physics.arrays import FloatArray


@dataclass(frozen=True, eq=False)
class PowerSetpoints:
    """Powers (T, elements) in the order of the tables, MW and Mvar: taken by loads, given by generators and batteries."""

    load_p_mw: FloatArray
    load_q_mvar: FloatArray
    generator_p_mw: FloatArray
    generator_q_mvar: FloatArray
    battery_p_mw: FloatArray
    grid_v_pu: FloatArray

    @property
    def hours(self) -> int:
        """Number of rows."""
        return len(self.load_p_mw)

    def rows(self, chosen: slice | NDArray[np.intp]) -> PowerSetpoints:
        """Return some rows only."""
        return PowerSetpoints(**{name: getattr(self, name)[chosen] for name in self.__dataclass_fields__})


def setpoints_of(network: PowerNetwork, boundary: Boundary) -> PowerSetpoints:
    """Return what the elements do: as the boundary says, else as the tables say, else nothing.

    Reactive power of a load is its active power times tan(arccos `cos_phi`), unless the boundary gives it; generators
    take theirs from the network.
    """

    def values(variable: str, table: str, own: FloatArray) -> FloatArray:
        frame: pd.DataFrame = getattr(network, table)
        filled = np.tile(np.nan_to_num(own), (len(boundary.time), 1))
        given = boundary.values.get(variable)
        if given is not None and len(given.columns):
            filled[:, frame.index.get_indexer(given.columns)] = given.to_numpy(float)
        return filled

    load_p = values("load_p_mw", "loads", network.loads["p_mw"].to_numpy(float))
    load_q = load_p * tan_phi(network.loads)
    given_q = boundary.values.get("load_q_mvar")
    if given_q is not None:
        load_q[:, network.loads.index.get_indexer(given_q.columns)] = given_q.to_numpy(float)
    generator_p = values("generator_p_mw", "generators", network.generators["p_mw"].to_numpy(float))
    return PowerSetpoints(
        load_p_mw=load_p,
        load_q_mvar=load_q,
        generator_p_mw=generator_p,
        generator_q_mvar=-generator_p * tan_phi(network.generators),
        battery_p_mw=values("battery_p_mw", "batteries", network.batteries["p_mw"].to_numpy(float)),
        grid_v_pu=values("grid_v_pu", "grids", network.grids["v_pu"].to_numpy(float)),
    )
