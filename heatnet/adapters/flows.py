"""What one solve of an hour is given, and what it returns."""

from __future__ import annotations

from dataclasses import dataclass

from heatnet.adapters.layout import BoolArray
from heatnet.physics.arrays import FloatArray


class NotConvergedError(Exception):
    """The solver found no solution of an hour."""


@dataclass(frozen=True, eq=False)
class Flows:
    """What is given to one solve.

    Parameters
    ----------
    consumer_mdot_kg_per_s, consumer_t_out_degc : ndarray, shape (consumers,)
        Flow through each consumer and temperature at which it leaves.
    consumer_heat_w : ndarray, shape (consumers,)
        Where finite, the solver finds the flow from this heat (mean of the end heat capacities times temperature drop), W.
    plant_mdot_kg_per_s, plant_t_supply_degc : ndarray, shape (plants,)
        Flow of plants that do not hold the pressure; supply temperature of all between the lines.
    heater_w, preheat_w : ndarray, shape (heater branches,), (pre-heated nodes,)
        Heat given to the water, as mean of the end heat capacities times temperature rise, W.
    t_ground_degc : ndarray, shape (pipes,)
        Ground temperature at each pipe.
    start_out, end_out : ndarray of bool, shape (branches,)
        Whether a branch end at a pre-heated node sits behind the heater.
    split : ndarray of bool, shape (pre-heated nodes,)
        Whether the two junctions of a pre-heated node are apart.
    """

    consumer_mdot_kg_per_s: FloatArray
    consumer_t_out_degc: FloatArray
    consumer_heat_w: FloatArray
    plant_mdot_kg_per_s: FloatArray
    plant_t_supply_degc: FloatArray
    heater_w: FloatArray
    preheat_w: FloatArray
    t_ground_degc: FloatArray
    start_out: BoolArray
    end_out: BoolArray
    split: BoolArray


@dataclass(frozen=True, eq=False)
class State:
    """One solved hour in the numbering of `Layout`; resting parts have zero flow and NaN temperature and pressure.

    Parameters
    ----------
    t_degc, p_bar : ndarray, shape (junctions,)
        Temperature, and absolute pressure up to a constant on each line.
    mdot_kg_per_s, t_start_degc, t_end_degc, dp_bar, velocity_m_per_s : ndarray, shape (branches,)
        Flow start → end; water temperature at both ends of the branch itself, before it mixes; pressure lost to friction
        and local losses, positive along start → end; velocity of pipes.
    consumer_mdot_kg_per_s : ndarray, shape (consumers,)
    plant_mdot_kg_per_s : ndarray, shape (plants,)
    preheat_mdot_kg_per_s : ndarray, shape (pre-heated nodes,)
        Flow through split nodes, NaN elsewhere.
    """

    t_degc: FloatArray
    p_bar: FloatArray
    mdot_kg_per_s: FloatArray
    t_start_degc: FloatArray
    t_end_degc: FloatArray
    dp_bar: FloatArray
    velocity_m_per_s: FloatArray
    consumer_mdot_kg_per_s: FloatArray
    plant_mdot_kg_per_s: FloatArray
    preheat_mdot_kg_per_s: FloatArray
