"""The batch engine against pandapower: its example networks, and hours of ours."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest

from heatnet.electric.grid_model import GridModel, Setpoints, refusals
from heatnet.electric.model import PowerModel, compare_with_pandapower
from heatnet.model.boundary import Boundary
from tests.electric.conftest import substation

#: pandapower warns of the age of its own example's columns
pytestmark = pytest.mark.filterwarnings("ignore:tap_dependency_table is missing:DeprecationWarning")

pandapower = pytest.importorskip("pandapower")
networks = pytest.importorskip("pandapower.networks")


def example(name):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return {
            "oberrhein": lambda: networks.mv_oberrhein(),
            "cigre_mv": lambda: networks.create_cigre_network_mv(with_der="all"),
        }[name]()


@pytest.mark.parametrize("name", ["oberrhein", "cigre_mv"])
def test_example_networks_of_pandapower(name):
    net = example(name)
    load_share = np.array([1.0, 0.1, 1.3])
    scaling = net.load["scaling"].to_numpy()
    flows = GridModel(net).solve(
        Setpoints(
            hours=3,
            load_p_mw=load_share[:, None] * scaling * net.load["p_mw"].to_numpy(),
            load_q_mvar=load_share[:, None] * scaling * net.load["q_mvar"].to_numpy(),
        )
    )
    assert flows.solved.all()
    loads = net.load[["p_mw", "q_mvar"]].copy()
    for row, share in enumerate(load_share):
        net.load[["p_mw", "q_mvar"]] = loads * share
        pandapower.runpp(net, trafo_model="pi", calculate_voltage_angles=True, tolerance_mva=1e-9, numba=False)
        np.testing.assert_allclose(flows.bus_v_pu[row], net.res_bus["vm_pu"], rtol=0, atol=1e-6)
        np.testing.assert_allclose(flows.bus_angle_deg[row], net.res_bus["va_degree"], rtol=0, atol=1e-5)
        np.testing.assert_allclose(flows.line_i_ka[row], net.res_line["i_ka"], rtol=0, atol=1e-6)
        np.testing.assert_allclose(flows.line_p_from_mw[row], net.res_line["p_from_mw"], rtol=0, atol=1e-6)
        loading = net.res_trafo["loading_percent"] / 100
        np.testing.assert_allclose(flows.transformer_loading_share[row], loading, rtol=0, atol=1e-6)
        np.testing.assert_allclose(flows.grid_p_mw[row], net.res_ext_grid["p_mw"], rtol=0, atol=1e-6)


def test_what_the_engines_do_not_share_is_named():
    net = example("cigre_mv")
    pandapower.create_shunt(net, net.bus.index[3], q_mvar=1.0)
    net.load.loc[net.load.index[0], "const_z_p_percent"] = 20.0
    assert refusals(net) == ["shunt", "load.const_z / const_i"]
    with pytest.raises(ValueError, match="shunt"):
        GridModel(net)


def test_sampled_hours_of_a_substation_with_tap_changers():
    time = pd.date_range("2025-01-01", periods=12, freq="h", name="time")
    values = {"load_p_mw": pd.DataFrame({"town": np.linspace(0, 90, 12)}, index=time)}
    boundary = Boundary(time, values)
    model = PowerModel(substation(v_set_pu=1.02))
    solved = model.solve(boundary)
    comparison = compare_with_pandapower(model, boundary, solved, range(12))
    assert comparison.hours == 12
    assert comparison.max_dv_pu < 1e-9
    assert comparison.max_dp_mw < 1e-6
    moved = solved.assign(transformer_tap=solved["transformer_tap"] + 1)
    assert compare_with_pandapower(model, boundary, moved, range(12)).max_dv_pu > 1e-3
