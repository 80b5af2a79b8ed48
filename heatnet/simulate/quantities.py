"""The quantities that a simulation returns: dimension, unit and meaning, one row each."""

from __future__ import annotations

from heatnet.model.quantities import quantities_by_name

_ROWS = (
    ("node_t_supply_degc", "node", "water temperature on the supply line; ground temperature where it stands still"),
    ("node_t_return_degc", "node", "water temperature on the return line, leaving the node"),
    ("node_p_supply_bar", "node", "absolute pressure on the supply line"),
    ("node_p_return_bar", "node", "absolute pressure on the return line"),
    ("pipe_mdot_kg_per_s", "pipe", "flow in the supply line, or in the pipe itself; positive from → to"),
    ("pipe_mdot_return_kg_per_s", "pipe", "flow in the return line of a pair; positive from → to"),
    ("pipe_velocity_m_per_s", "pipe", "magnitude of the mean velocity, the larger of a pair's two lines"),
    ("pipe_dp_supply_bar", "pipe", "friction and local loss in the supply line; positive for a flow from → to"),
    ("pipe_dp_return_bar", "pipe", "friction and local loss in the return line; positive for a flow from → to"),
    ("pipe_loss_supply_mw", "pipe", "heat that the supply line gives to the ground"),
    ("pipe_loss_return_mw", "pipe", "heat that the return line gives to the ground"),
    ("consumer_heat_mw", "consumer", "heat taken"),
    ("consumer_mdot_kg_per_s", "consumer", "primary flow"),
    ("consumer_t_supply_degc", "consumer", "temperature at which the supply arrives"),
    ("consumer_t_return_degc", "consumer", "temperature at which the water leaves"),
    ("consumer_dp_bar", "consumer", "available pressure difference"),
    ("consumer_shortfall_mw", "consumer", "heat asked for and not taken"),
    (
        "consumer_imbalance_share",
        "consumer",
        "flow over the flow that its heat asks for (hydraulic imbalance), by valve",
    ),
    ("plant_heat_mw", "plant", "heat given to the primary water"),
    ("plant_mdot_kg_per_s", "plant", "flow through the plant; of a return pre-heater, the return flow past its node"),
    ("plant_t_supply_degc", "plant", "temperature at which water leaves the plant, or the pre-heated node"),
    ("plant_t_return_degc", "plant", "temperature at which water arrives"),
    ("plant_pump_mw", "plant", "electricity of the circulation pump"),
    ("valve_mdot_kg_per_s", "valve", "flow through a valve (of a pair: in the supply); positive from → to"),
    ("pump_mdot_kg_per_s", "pump", "flow through a pump in the line; positive from → to"),
    ("pump_head_bar", "pump", "pressure behind the pump less that before it"),
    ("pump_mw", "pump", "electricity of the pump"),
    ("heat_loss_mw", "", "heat given to the ground by all pipes"),
    ("stored_heat_mwh", "", "heat of water and pipe walls above 0 °C"),
    ("mass_residual_kg_per_s", "", "largest mass imbalance of a node"),
    ("energy_residual_mw", "", "plants and in-line heaters less consumers less losses"),
)

QUANTITIES = quantities_by_name(_ROWS)
