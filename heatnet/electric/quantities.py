"""The quantities that a power flow returns: dimension, unit and meaning, one row each."""

from __future__ import annotations

from heatnet.model.quantities import quantities_by_name

_ROWS = (
    ("bus_v_pu", "bus", "voltage over nominal voltage"),
    ("bus_angle_deg", "bus", "angle of the voltage"),
    ("line_p_mw", "line", "power into the line at its from_bus; positive from → to"),
    ("line_i_ka", "line", "larger current of the two ends, all circuits together"),
    ("line_loading_share", "line", "current over permitted current"),
    ("line_loss_mw", "line", "power in at one end less power out at the other"),
    ("transformer_p_mw", "transformer", "power into the transformer at its higher voltage"),
    ("transformer_loading_share", "transformer", "larger of the two currents over the rated one"),
    ("transformer_loss_mw", "transformer", "power in at one side less power out at the other"),
    ("transformer_tap", "transformer", "tap position"),
    ("grid_p_mw", "grid", "power drawn from the upper grid; negative when given to it"),
    ("grid_q_mvar", "grid", "reactive power drawn from the upper grid"),
    ("load_p_mw", "load", "power taken"),
    ("load_q_mvar", "load", "reactive power taken"),
    ("generator_p_mw", "generator", "power given"),
    ("generator_q_mvar", "generator", "reactive power given; of those that hold a voltage without a limit"),
    ("battery_p_mw", "battery", "power given; negative while charging"),
    ("power_loss_mw", "", "loss of all lines and transformers"),
    ("power_residual_mw", "", "grids + generators + batteries - loads - loss"),
)

#: name -> what it is
QUANTITIES = quantities_by_name(_ROWS)
