r"""The baseline identity: the coal that a plant burned must be the heat that its network took.

.. math::

    m_{coal} \, H \, \eta \, (1 - o) = Q_{gate} = A \, q \, t_{full} + Q_{process}

with the lower heating value :math:`H`, the boiler efficiency :math:`\eta`, the plant's own use :math:`o`, the heated
area :math:`A`, the design heat index :math:`q` (network loss included) and the full-load hours :math:`t_{full}` of the
weather. The plan prints only :math:`m_{coal}`. Every pair of :math:`H` and :math:`\eta` in its range is therefore a
possible size of the network; the table says which index or area each implies, and whether such a city exists.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from heatnet.units import GJ_PER_MWH, S_PER_H

#: coal of the plan's factor 2.069 t/t: 21.0 to 23.5 GJ/t; the middle is 5500 kcal/kg coal
LHV_RANGE_GJ_PER_T = (21.0, 23.0, 23.5)
#: boiler efficiency on the lower heating value: grate and pulverised hot-water boilers, circulating fluidised bed
HOT_WATER_EFFICIENCY_RANGE = (0.80, 0.84, 0.88)
FLUIDISED_BED_EFFICIENCY_RANGE = (0.80, 0.87, 0.88)
#: season heat per floor area of existing Tianjin building stocks, from two-step-saving dwellings to old ones, GJ/m²
SPECIFIC_HEAT_RANGE_GJ_PER_M2 = (0.22, 0.45)
#: design index of mixed areas of dwellings, old and energy-saving (CJJ 34-2010 table 3.1.2-1), W/m²
INDEX_RANGE_W_PER_M2 = (32.0, 64.0)

_GJ_PER_PJ = 1e6


@dataclass(frozen=True)
class CoalPlant:
    """A coal plant and its network, as far as the identity needs them.

    Parameters
    ----------
    network : str
        Network id.
    coal_t : float
        Coal of a year, t.
    area_m2, index_w_per_m2 : float
        Heated floor area (m²) and design heat index (W/m²) of the network as modelled.
    full_load_hours_h : float
        Space heat of the season over design heat, h, from the weather of the study.
    process_mwh : float
        Heat of the year at the gate that is not space heat, MWh.
    own_use_share : float
        Share of the boiler's heat that the plant itself uses.
    lhv_gj_per_t, efficiency_share : tuple of float
        Values to combine.
    """

    network: str
    coal_t: float
    area_m2: float
    index_w_per_m2: float
    full_load_hours_h: float
    process_mwh: float = 0.0
    own_use_share: float = 0.0
    lhv_gj_per_t: tuple[float, ...] = LHV_RANGE_GJ_PER_T
    efficiency_share: tuple[float, ...] = HOT_WATER_EFFICIENCY_RANGE


@dataclass(frozen=True)
class IdentityRow:
    """One possible reading of the coal figure; fields as in `summary.json`, GJ and PJ as a report prints them.

    `implied_*` is None where the process heat alone exceeds the gate heat: that reading is impossible.
    """

    network: str
    coal_t: float
    lhv_gj_per_t: float
    efficiency_share: float
    own_use_share: float
    gate_heat_pj: float
    process_pj: float
    space_heat_pj: float
    index_w_per_m2: float
    full_load_hours: float
    area_mm2: float
    implied_area_mm2: float | None
    implied_index_w_per_m2: float | None
    specific_gj_per_m2: float | None
    index_in_range: bool
    specific_in_range: bool


def gate_heat_gj(coal_t: float, lhv_gj_per_t: float, efficiency_share: float, own_use_share: float = 0.0) -> float:
    """Return the heat at the plant gate, GJ: coal (t) x LHV (GJ/t) x efficiency x (1 - own use)."""
    return coal_t * lhv_gj_per_t * efficiency_share * (1.0 - own_use_share)


def space_heat_gj(area_m2: float, index_w_per_m2: float, full_load_hours_h: float) -> float:
    """Return the season's space heat at the gate, GJ: area (m²) x index (W/m²) x full-load hours (h)."""
    return area_m2 * index_w_per_m2 * full_load_hours_h * S_PER_H / 1e9


def identity_table(plant: CoalPlant) -> list[IdentityRow]:
    """Return the identity for every pair of heating value and efficiency.

    Raises
    ------
    ValueError
        If coal, area, index or full-load hours are not positive.
    """
    if min(plant.coal_t, plant.area_m2, plant.index_w_per_m2, plant.full_load_hours_h) <= 0:
        raise ValueError(f"{plant.network}: coal, area, index and full-load hours must be positive")
    return [_row(plant, lhv, eta) for lhv in plant.lhv_gj_per_t for eta in plant.efficiency_share]


def _row(plant: CoalPlant, lhv_gj_per_t: float, efficiency_share: float) -> IdentityRow:
    gate = gate_heat_gj(plant.coal_t, lhv_gj_per_t, efficiency_share, plant.own_use_share)
    process = plant.process_mwh * GJ_PER_MWH
    space = gate - process
    possible = space > 0
    per_index_m2 = plant.index_w_per_m2 * plant.full_load_hours_h * S_PER_H / 1e9
    per_area = plant.area_m2 * plant.full_load_hours_h * S_PER_H / 1e9
    index = space / per_area if possible else None
    specific = space / plant.area_m2 if possible else None
    return IdentityRow(
        network=plant.network,
        coal_t=plant.coal_t,
        lhv_gj_per_t=lhv_gj_per_t,
        efficiency_share=efficiency_share,
        own_use_share=plant.own_use_share,
        gate_heat_pj=gate / _GJ_PER_PJ,
        process_pj=process / _GJ_PER_PJ,
        space_heat_pj=space / _GJ_PER_PJ,
        index_w_per_m2=plant.index_w_per_m2,
        full_load_hours=plant.full_load_hours_h,
        area_mm2=plant.area_m2 / 1e6,
        implied_area_mm2=space / per_index_m2 / 1e6 if possible else None,
        implied_index_w_per_m2=index,
        specific_gj_per_m2=specific,
        index_in_range=_within(index, INDEX_RANGE_W_PER_M2),
        specific_in_range=_within(specific, SPECIFIC_HEAT_RANGE_GJ_PER_M2),
    )


def _within(value: float | None, bounds: tuple[float, float]) -> bool:
    return value is not None and bounds[0] <= value <= bounds[1]


def identity_rows(plants: Sequence[CoalPlant]) -> list[dict[str, object]]:
    """Return the table of several plants as `baseline_identity` of `summary.json`."""
    return [asdict(row) for plant in plants for row in identity_table(plant)]


def demand_scale_interval(
    coal_t: float,
    lhv_gj_per_t: Sequence[float],
    efficiency_share: Sequence[float],
    base_gate_heat_mwh: float,
    own_use_share: float = 0.0,
) -> tuple[float, float]:
    """Return the smallest and largest demand that the coal figure allows, over the demand of the model.

    Parameters
    ----------
    coal_t : float
        Coal of a year, t.
    lhv_gj_per_t, efficiency_share : sequence of float
        Ranges; their extremes are combined.
    base_gate_heat_mwh : float
        Heat at the plant gate in the base case, MWh.

    Raises
    ------
    ValueError
        If the base case has no heat.
    """
    if base_gate_heat_mwh <= 0:
        raise ValueError("the base case has no heat at the plant gate")
    base = base_gate_heat_mwh * GJ_PER_MWH
    low = gate_heat_gj(coal_t, min(lhv_gj_per_t), min(efficiency_share), own_use_share)
    high = gate_heat_gj(coal_t, max(lhv_gj_per_t), max(efficiency_share), own_use_share)
    return low / base, high / base
