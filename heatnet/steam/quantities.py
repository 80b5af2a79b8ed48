"""The quantities that a steam simulation returns: dimension, unit and meaning, one row each."""

from __future__ import annotations

from heatnet.model.quantities import quantities_by_name

_ROWS = (
    ("node_p_bar", "node", "absolute pressure"),
    ("node_t_degc", "node", "steam temperature, of steam at rest; that of ground or air where no steam comes"),
    ("node_superheat_k", "node", "temperature above saturation; 0 for wet steam"),
    ("node_dryness_share", "node", "mass of vapour over mass of steam, behind the traps of the pipes that arrive"),
    ("pipe_mdot_kg_per_s", "pipe", "flow at the from_node; positive from → to"),
    ("pipe_mdot_end_kg_per_s", "pipe", "flow at the to_node, behind its trap; positive from → to"),
    ("pipe_velocity_m_per_s", "pipe", "largest velocity along the pipe"),
    ("pipe_velocity_in_m_per_s", "pipe", "velocity where the steam enters"),
    ("pipe_velocity_out_m_per_s", "pipe", "velocity where the steam leaves"),
    ("pipe_mach_share", "pipe", "largest velocity over the speed of sound"),
    ("pipe_dp_bar", "pipe", "pressure at the from_node less that at the to_node"),
    ("pipe_loss_mw", "pipe", "heat given to the ground or the air"),
    ("pipe_condensate_kg_per_s", "pipe", "condensate that the pipe's traps drain"),
    ("pipe_condensate_mw", "pipe", "enthalpy of that condensate, above water at 0 °C"),
    ("pipe_dryness_share", "pipe", "least dryness along the pipe, before a trap"),
    (
        "pipe_condensation_m",
        "pipe",
        "distance from where the steam enters to where it first condenses; empty where not",
    ),
    ("consumer_heat_mw", "consumer", "heat taken, steam less condensate as it leaves"),
    ("consumer_mdot_kg_per_s", "consumer", "steam taken"),
    ("consumer_p_bar", "consumer", "pressure at which the steam arrives"),
    ("consumer_p_margin_bar", "consumer", "that pressure less min_p_bar; empty without one"),
    ("consumer_t_supply_degc", "consumer", "temperature at which the steam arrives"),
    ("consumer_superheat_k", "consumer", "superheat at which the steam arrives"),
    ("consumer_dryness_share", "consumer", "dryness at which the steam arrives"),
    ("consumer_shortfall_mw", "consumer", "heat asked for and not taken"),
    ("consumer_p_use_bar", "consumer", "pressure behind the user's valve (p_use_bar); as it arrives without one"),
    ("consumer_t_use_degc", "consumer", "temperature behind valve and spray water (t_use_degc)"),
    ("consumer_mdot_use_kg_per_s", "consumer", "steam used: steam taken and the user's own condensate sprayed into it"),
    ("plant_heat_mw", "plant", "heat given, steam less feed water"),
    ("plant_mdot_kg_per_s", "plant", "steam given"),
    ("plant_p_bar", "plant", "pressure at the plant"),
    ("plant_t_supply_degc", "plant", "temperature of the steam given"),
    ("heat_loss_mw", "", "heat given to ground and air by all pipes"),
    ("condensate_kg_per_s", "", "condensate drained by all traps"),
    ("condensate_mw", "", "enthalpy of that condensate, above water at 0 °C"),
    (
        "largest_mdot_kg_per_s",
        "",
        "steam that the plants' pressure can drive if all demands shrink alike; where they are too much, else empty",
    ),
    ("mass_residual_kg_per_s", "", "largest mass imbalance of a node"),
    ("energy_residual_mw", "", "plants less consumers less losses less condensate, by enthalpy and height"),
)

QUANTITIES = quantities_by_name(_ROWS)
