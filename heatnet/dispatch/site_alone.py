"""A power site whose heat plants stand still: what the heat system is held against where batteries run anyway."""

from __future__ import annotations

from heatnet.dispatch.labelled_arrays import solution
from heatnet.dispatch.linear_model import LinearModel
from heatnet.dispatch.programme import TIE_BREAK_CNY_PER_MWH, solve_model
from heatnet.dispatch.quiet import quiet_solver
from heatnet.dispatch.sites import add_sites
from heatnet.model.power_site import PowerSite
from heatnet.model.supply import DispatchProblem, DispatchStatus, FloatArray


def site_alone(problem: DispatchProblem, site: PowerSite) -> tuple[FloatArray, FloatArray] | None:
    """Return the cheapest import and export of a site whose heat plants draw nothing, batteries included, (T,), MW.

    Parameters
    ----------
    problem : DispatchProblem
        Hours, tariff, CO2 price.
    site : PowerSite

    Returns
    -------
    pair of ndarray or None
        None where there is no schedule: import is limited below the base load.
    """
    with quiet_solver():
        model = LinearModel()
        model.add_objective(add_sites(model, problem, (site,), (), None, TIE_BREAK_CNY_PER_MWH))
        if solve_model(model) != DispatchStatus.OPTIMAL:
            return None
        return solution(model, "site_import")[0], solution(model, "site_export")[0]
