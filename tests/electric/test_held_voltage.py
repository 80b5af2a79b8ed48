"""Generators that hold a voltage: the angle between two buses in closed form, pandapower, and the balance."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from heatnet.electric import power_flow
from heatnet.electric.flows import Setpoints
from heatnet.electric.grid_model import GridModel
from heatnet.electric.held_voltage import HeldVoltageModel
from heatnet.electric.model import PowerModel, compare_with_pandapower
from heatnet.errors import InputError
from heatnet.model.boundary import Boundary
from heatnet.model.power_build import build_power_network
from tests.electric.conftest import substation, table, two_bus

HOURS = pd.date_range("2025-01-01", periods=24, freq="h", name="time")
#: mismatch of a solution is below 1e-9 MVA
NOISE_PU = 1e-9
#: pandapower warns of the age of its own example's columns
pytestmark = pytest.mark.filterwarnings("ignore:tap_dependency_table is missing:DeprecationWarning")

pandapower = pytest.importorskip("pandapower")
networks = pytest.importorskip("pandapower.networks")


def wind(**columns):
    return table({"id": "wind", "bus": "far", "kind": "wind", "capacity_mw": 40, **columns})


def frames(**columns):
    return {name: pd.DataFrame(values, index=HOURS) for name, values in columns.items()}


def test_angle_and_reactive_power_of_two_held_buses():
    """With y = g - j b between E and V: P = g (V² - V E cos δ) + b V E sin δ, Q = b (V² - V E cos δ) - g V E sin δ.

    So δ = α + arcsin((P - g V²)/(V E |y|)) with tan α = g/b; no angle exists beyond P = g V² + V E |y|.
    """
    r_ohm, x_ohm, near_kv, far_kv = 0.18, 0.27, 10.0, 10.3
    network = two_bus(
        generators=wind(v_pu=1.03), loads=table({"id": "load", "bus": "far", "p_mw": 4.0, "cos_phi": 0.9})
    )
    admittance = 1 / (r_ohm + 1j * x_ohm)
    g, b = admittance.real, -admittance.imag
    largest_mw = g * far_kv**2 + far_kv * near_kv * abs(admittance)
    net_mw = np.linspace(-60, 0.999 * largest_mw, len(HOURS))
    net_mw[-1] = 1.001 * largest_mw
    solved = power_flow(network, Boundary(HOURS, frames(generator_p_mw={"wind": net_mw + 4.0})))
    assert solved["status"].to_numpy().tolist() == ["ok"] * 23 + ["not_converged"]
    assert np.isnan(solved["generator_q_mvar"].isel(time=-1)).all()
    net_mw, solved = net_mw[:-1], solved.isel(time=slice(None, -1))
    angle = np.arctan2(g, b) + np.arcsin((net_mw - g * far_kv**2) / (far_kv * near_kv * abs(admittance)))
    reactive = b * (far_kv**2 - far_kv * near_kv * np.cos(angle)) - g * far_kv * near_kv * np.sin(angle)
    load_mvar = 4.0 * np.tan(np.arccos(0.9))
    current_ka = np.hypot(net_mw, reactive) / np.sqrt(3) / far_kv
    np.testing.assert_allclose(solved["bus_v_pu"].sel(bus="far"), 1.03, rtol=0, atol=NOISE_PU)
    np.testing.assert_allclose(solved["bus_angle_deg"].sel(bus="far"), np.rad2deg(angle), rtol=0, atol=1e-7)
    np.testing.assert_allclose(
        solved["generator_q_mvar"].sel(generator="wind"), reactive + load_mvar, rtol=1e-8, atol=1e-8
    )
    np.testing.assert_allclose(solved["line_i_ka"].sel(line="line"), current_ka, rtol=1e-8, atol=1e-9)
    np.testing.assert_allclose(solved["line_loss_mw"].sel(line="line"), 3 * current_ka**2 * r_ohm, rtol=1e-7, atol=1e-7)


@pytest.mark.parametrize("name", ["case9", "case39", "GBreducednetwork"])
def test_example_networks_of_pandapower(name):
    net = getattr(networks, name)()
    share = np.array([1.0, 0.9, 1.02])[:, None]
    given = Setpoints(
        hours=3,
        load_p_mw=share * net.load["p_mw"].to_numpy(),
        load_q_mvar=share * net.load["q_mvar"].to_numpy(),
        gen_p_mw=share * net.gen["p_mw"].to_numpy(),
    )
    flows = HeldVoltageModel(net).solve(given)
    assert flows.solved.all()
    for row in range(3):
        net.load["p_mw"], net.load["q_mvar"] = given.load_p_mw[row], given.load_q_mvar[row]
        net.gen["p_mw"] = given.gen_p_mw[row]
        pandapower.runpp(net, trafo_model="pi", calculate_voltage_angles=True, tolerance_mva=1e-9, numba=False)
        reactive = net.res_gen["q_mvar"].to_numpy()
        np.testing.assert_allclose(flows.bus_v_pu[row], net.res_bus["vm_pu"], rtol=0, atol=1e-6)
        np.testing.assert_allclose(flows.bus_angle_deg[row], net.res_bus["va_degree"], rtol=0, atol=1e-5)
        np.testing.assert_allclose(flows.line_i_ka[row], net.res_line["i_ka"], rtol=0, atol=1e-6)
        np.testing.assert_allclose(flows.line_p_from_mw[row], net.res_line["p_from_mw"], rtol=0, atol=1e-6)
        np.testing.assert_allclose(flows.grid_p_mw[row], net.res_ext_grid["p_mw"], rtol=0, atol=1e-6)
        # several at one bus share by their limits there, equally here
        ours, theirs = (
            pd.Series(q).groupby(net.gen["bus"].to_numpy()).sum() for q in (flows.gen_q_mvar[row], reactive)
        )
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-5)
        loading = net.res_trafo["loading_percent"] / 100
        np.testing.assert_allclose(flows.transformer_loading_share[row], loading, rtol=0, atol=1e-6)


def two_grids(**wind_columns):
    """Two grids of unequal voltage, a transformer of clock number 11 off its neutral tap, a ring, and a wind farm."""
    cable = {"std_type": "YJV22-26/35-3x400", "length_m": 4000}
    return build_power_network(
        "two_grids",
        {"carrier": "electric"},
        {
            "buses": table(
                {"id": "w110", "v_nom_kv": 110},
                {"id": "e35", "v_nom_kv": 35},
                {"id": "w35", "v_nom_kv": 35},
                {"id": "mid", "v_nom_kv": 35},
            ),
            "transformers": table(
                {"id": "t", "hv_bus": "w110", "lv_bus": "w35", "std_type": "SZ11-50000/110/35", "tap_pos": 5}
                | {"shift_deg": 0, "parallel": 2}
            ),
            "lines": table(
                {"id": "a", "from_bus": "w35", "to_bus": "mid", **cable},
                {"id": "b", "from_bus": "mid", "to_bus": "e35", **cable},
                {"id": "c", "from_bus": "e35", "to_bus": "w35", "parallel": 2, **cable},
            ),
            "grids": table({"id": "west", "bus": "w110", "v_pu": 1.02}, {"id": "east", "bus": "e35", "v_pu": 1.01}),
            "loads": table({"id": "town", "bus": "mid", "p_mw": 20}, {"id": "own", "bus": "e35", "p_mw": 3}),
            "generators": table(
                {"id": "wind", "bus": "mid", "kind": "wind", "capacity_mw": 30, "p_mw": 10, **wind_columns},
                {"id": "pv", "bus": "w35", "capacity_mw": 5, "p_mw": 2},
            ),
            "batteries": table({"id": "battery", "bus": "mid", "power_mw": 5, "energy_mwh": 10}),
        },
    )


def swinging_hours():
    turn = np.linspace(0, 2 * np.pi, len(HOURS))
    return Boundary(
        HOURS,
        frames(
            load_p_mw={"town": 20 + 15 * np.sin(turn)},
            generator_p_mw={"wind": 15 + 14 * np.cos(turn), "pv": 2.5 - 2.5 * np.cos(turn)},
            battery_p_mw={"battery": 5 * np.sin(3 * turn)},
            # the ratio of the grids' voltages takes three values
            grid_v_pu={
                "west": 1.02 + 0.01 * np.sin(turn),
                "east": (1.02 + 0.01 * np.sin(turn)) * ([0.99, 1.0, 1.01] * 8),
            },
        ),
    )


def test_hours_of_two_grids_agree_with_pandapower_and_balance():
    model, boundary = PowerModel(two_grids(v_pu=1.015)), swinging_hours()
    solved = model.solve(boundary)
    assert set(solved["status"].to_numpy()) == {"ok"}
    comparison = compare_with_pandapower(model, boundary, solved, range(24))
    assert comparison.hours == 24
    assert comparison.max_dv_pu < 1e-9
    assert comparison.max_dangle_deg < 1e-6
    assert comparison.max_di_ka < 1e-7
    assert comparison.max_dp_mw < 1e-6
    assert float(np.abs(solved["power_residual_mw"]).max()) < 1e-7
    assert np.ptp(solved["generator_q_mvar"].sel(generator="wind").to_numpy()) > 1.0
    free = power_flow(two_grids(), boundary)
    assert float(np.abs(free["bus_v_pu"] - solved["bus_v_pu"]).max()) > 1e-3


def test_both_engines_agree_where_nothing_is_held():
    network, boundary = two_grids(), swinging_hours()
    free = PowerModel(network)
    held = PowerModel(network)
    held._engine = HeldVoltageModel(held.net)
    first, second = free.solve(boundary), held.solve(boundary)
    assert isinstance(free._engine, GridModel)
    for name in (
        "bus_v_pu",
        "line_loading_share",
        "transformer_loading_share",
        "line_loss_mw",
        "grid_p_mw",
        "grid_q_mvar",
    ):
        np.testing.assert_allclose(first[name], second[name], rtol=0, atol=1e-7, err_msg=name)


@pytest.mark.parametrize("network", [two_grids(), two_grids(v_pu=1.015)], ids=["free", "held"])
def test_the_number_of_threads_changes_nothing(network):
    one, two = (power_flow(network, swinging_hours(), threads=threads) for threads in (1, 2))
    for name in one.data_vars:
        np.testing.assert_array_equal(one[name], two[name], err_msg=name)


def test_tap_changers_beside_held_voltages_are_refused():
    network = substation(v_set_pu=1.03)
    generators = network.generators.assign(v_pu=1.02)
    with pytest.raises(InputError, match=r"transformers t, v_set_pu: tap changers .* hold a voltage \(pv\)"):
        PowerModel(network.with_tables(generators=generators))
    assert PowerModel(network.with_tables(generators=generators.assign(capacity_mw=0.0))), (
        "what is not built holds nothing"
    )


def test_one_voltage_is_held_at_a_bus():
    with pytest.raises(InputError) as caught:
        two_bus(
            generators=table(
                {"id": "one", "bus": "far", "capacity_mw": 2, "v_pu": 1.01},
                {"id": "two", "bus": "far", "capacity_mw": 2, "v_pu": 1.02},
                {"id": "three", "bus": "near", "capacity_mw": 2, "v_pu": 1.0},
                {"id": "unbuilt", "bus": "far", "capacity_mw": 0, "v_pu": 0.9},
            )
        )
    first, second = caught.value.problems
    assert "(two), v_pu: 1.02, but 'one' holds 1.01" in str(first)
    assert "(three), v_pu: grid 'grid' holds the voltage of bus 'near'" in str(second)
    assert "Leave v_pu empty" in str(second)


def test_generators_at_one_bus_share_what_holds_its_voltage():
    pair = table(
        {"id": "one", "bus": "far", "capacity_mw": 2, "p_mw": 2, "v_pu": 1.01},
        {"id": "two", "bus": "far", "capacity_mw": 2, "p_mw": 1, "v_pu": 1.01},
    )
    both = power_flow(two_bus(generators=pair), Boundary(HOURS[:1]))
    one = power_flow(two_bus(generators=wind(v_pu=1.01, p_mw=3)), Boundary(HOURS[:1]))
    shares = both["generator_q_mvar"].to_numpy()[0]
    assert shares[0] == shares[1]
    assert shares.sum() == pytest.approx(float(one["generator_q_mvar"].sum()), abs=1e-8)


def test_what_the_engine_does_not_solve_is_named():
    net = networks.case9()
    pandapower.create_shunt(net, net.bus.index[3], q_mvar=1.0)
    pandapower.create_switch(net, net.line["from_bus"].iloc[0], net.line.index[0], et="l", closed=False)
    pandapower.create_gen(net, net.ext_grid["bus"].iloc[0], p_mw=1.0, vm_pu=1.0)
    with pytest.raises(ValueError, match="shunt, line, open at one end, gen at the bus of an ext_grid"):
        HeldVoltageModel(net)
