"""A sample of the hours of chosen setpoints, solved once more by pandapipes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from heatnet.couple.reference import reference_check, reference_hours
from heatnet.design.setpoint_states import THROTTLES, rows_boundary
from heatnet.design.setpoint_trial import SetpointCase, Trial
from heatnet.model.boundary import Boundary

#: what the stations did, as given to an engine that has no exchanger model of them
_STATIONS = ("consumer_heat_mw", "consumer_t_return_degc")


def setpoint_check(case: SetpointCase, trial: Trial, count: int) -> dict[str, Any]:
    """Return how far pandapipes lies from a trial's simulation.

    pandapipes gets the heat that each station took and its return temperature, as it has no exchanger model: flows, pressures,
    losses and all temperatures of the pipes are its own. Statuses of undersupply differ, since nobody asks for more than he takes
    there.

    Parameters
    ----------
    case : SetpointCase
    trial : Trial
    count : int
        Hours drawn at random, besides those of most and least heat and of most reversed flows.

    Returns
    -------
    dict
        See `heatnet.couple.reference.reference_check`. Hours in which plants were throttled are left out.
    """
    network = case.network_with(trial.head_bar)
    every = np.arange(len(case.hours))
    boundary = rows_boundary(network, case.asked(trial.result), every, trial.t_supply_degc, THROTTLES[0])
    values = dict(boundary.values)
    names = [str(name) for name in trial.states["consumer"].to_numpy()]
    for name in _STATIONS:
        taken = trial.states[name].transpose("time", "consumer").to_numpy()
        values[name] = pd.DataFrame(taken, boundary.time, names)
    given = values["plant_heat_mw"]
    simulated = trial.states["plant_heat_mw"].sel(plant=list(given.columns)).transpose("time", "plant").to_numpy()
    whole = np.isclose(simulated, given.to_numpy(), rtol=1e-6, atol=1e-6).all(axis=1)
    rows = [int(row) for row in np.flatnonzero(whole & trial.rows.solved)]
    states = trial.states.isel(time=rows)
    asked = Boundary(boundary.time, values).rows(rows)
    return reference_check(network, asked, states, reference_hours(asked, states, count))
