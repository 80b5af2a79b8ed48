"""What a simulation is given: the boundary first, then the weather with the network's regulation, then constants."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from heatnet.errors import InputError
from heatnet.model.boundary import Boundary
from heatnet.model.examples import CONSTANT_WATER, preheat_loop, tree, two_pipe, two_source_loop
from heatnet.model.regulation import consumer_returns_degc, regulated_degc
from heatnet.physics.exchanger import StationDesign
from heatnet.physics.station_table import station_table
from heatnet.simulate.inputs import inputs_of

TIME = pd.Index([0.0, 3600.0, 7200.0], name="time")
#: load shares (18 - T)/25: 1, 0.6 and 0.2
OUTDOOR = np.array([-7.0, 3.0, 13.0])
SHARE = np.array([1.0, 0.6, 0.2])
DT_DEGC_BY_LAW = {"quality": 60.0 * SHARE, "staged": 60.0 * np.array([1.0, 1.0, 1 / 3])}


def boundary_of(**values):
    return Boundary(TIME, {name: pd.DataFrame(table, index=TIME) for name, table in values.items()})


def outdoor(**values):
    return boundary_of(t_outdoor_degc={"all": OUTDOOR}, **values)


def regulated(network, regulation):
    return replace(network, regulation=regulation)


def with_consumers(network, **columns):
    return network.with_tables(consumers=network.consumers.assign(**columns))


def with_plants(network, **columns):
    return network.with_tables(plants=network.plants.assign(**columns))


class TestWeather:
    @pytest.mark.parametrize("regulation", ["quality", "staged"])
    def test_temperatures_follow_the_regulation(self, regulation):
        inputs = inputs_of(regulated(tree(), regulation), outdoor())
        drop = inputs.plant_t_supply_degc[:, 0] - inputs.consumer_t_return_degc[:, 0]
        np.testing.assert_allclose(drop, DT_DEGC_BY_LAW[regulation], atol=1e-9)
        assert inputs.plant_t_supply_degc[0, 0] == pytest.approx(110.0)
        assert (inputs.consumer_t_return_degc == inputs.consumer_t_return_degc[:, :1]).all()

    def test_variable_flow_holds_the_supply(self):
        inputs = inputs_of(regulated(tree(), "variable"), outdoor())
        assert (inputs.plant_t_supply_degc == 110.0).all()
        assert (np.diff(inputs.consumer_t_return_degc[:, 0]) < 0).all()

    def test_heat_follows_the_weather(self):
        inputs = inputs_of(tree(), outdoor())
        design = tree().consumers["design_heat_mw"].to_numpy()
        np.testing.assert_allclose(inputs.consumer_heat_mw, SHARE[:, np.newaxis] * design, rtol=1e-12)

    def test_heat_by_area_and_index_is_without_the_loss_that_indices_contain(self):
        design = tree().consumers["design_heat_mw"].to_numpy()
        by_index = with_consumers(tree(), area_m2=design * 1e6 / 50.0, index_w_per_m2=50.0)
        inputs = inputs_of(by_index, outdoor())
        np.testing.assert_allclose(inputs.consumer_heat_mw, 0.95 * SHARE[:, np.newaxis] * design, rtol=1e-12)

    @pytest.mark.parametrize("regulation", ["quality", "staged", "variable", None])
    @pytest.mark.parametrize("heating_curve", [(), ((0.0, 70.0, 20.0), (1.0, 105.0, 50.0))])
    def test_it_is_the_state_of_the_solve_command(self, regulation, heating_curve):
        from heatnet.couple.state import state_at_outdoor

        network = regulated(replace(two_source_loop(), heating_curve=heating_curve), regulation)
        design = network.consumers["design_heat_mw"].to_numpy()
        own = [60.0, np.nan, 40.0, np.nan]
        network = with_consumers(network, area_m2=design * 1e6 / 50.0, index_w_per_m2=50.0, t_return_degc=own)
        inputs = inputs_of(network, outdoor())
        for row, t_degc in enumerate(OUTDOOR):
            state = state_at_outdoor(network, t_degc)
            for name in ("consumer_heat_mw", "consumer_t_return_degc", "plant_t_supply_degc"):
                np.testing.assert_allclose(getattr(inputs, name)[row], state.values[name].to_numpy()[0], rtol=1e-9)

    def test_without_outdoor_temperature_design_values_hold(self):
        inputs = inputs_of(regulated(tree(), "quality"), boundary_of())
        assert (inputs.plant_t_supply_degc == 110.0).all()
        assert (inputs.consumer_t_return_degc == 50.0).all()
        assert (inputs.consumer_heat_mw == tree().consumers["design_heat_mw"].to_numpy()).all()

    def test_without_the_key_regulation_is_by_quality(self):
        inputs, quality = (inputs_of(regulated(tree(), law), outdoor()) for law in (None, "quality"))
        for name in ("consumer_heat_mw", "consumer_t_return_degc", "plant_t_supply_degc"):
            np.testing.assert_array_equal(getattr(inputs, name), getattr(quality, name))
        drop = inputs.plant_t_supply_degc[:, 0] - inputs.consumer_t_return_degc[:, 0]
        np.testing.assert_allclose(drop, 60.0 * SHARE, atol=1e-9)

    def test_what_the_boundary_gives_goes_first(self):
        given = outdoor(
            plant_t_supply_degc={"plant": [90.0, 91.0, 92.0]},
            consumer_t_return_degc={"consumer_north": [40.0, 41.0, 42.0]},
            consumer_heat_mw={"consumer_north": [1.0, 1.1, 1.2]},
        )
        inputs = inputs_of(regulated(tree(), "quality"), given)
        free = inputs_of(regulated(tree(), "quality"), outdoor())
        assert inputs.plant_t_supply_degc[:, 0].tolist() == [90.0, 91.0, 92.0]
        assert inputs.consumer_t_return_degc[:, 0].tolist() == [40.0, 41.0, 42.0]
        assert inputs.consumer_heat_mw[:, 0].tolist() == [1.0, 1.1, 1.2]
        np.testing.assert_array_equal(inputs.consumer_t_return_degc[:, 1:], free.consumer_t_return_degc[:, 1:])
        np.testing.assert_array_equal(inputs.consumer_heat_mw[:, 1:], free.consumer_heat_mw[:, 1:])

    def test_a_heat_of_the_table_stays(self):
        inputs = inputs_of(with_consumers(tree(), heat_mw=[3.0, np.nan, np.nan, np.nan]), outdoor())
        assert inputs.consumer_heat_mw[:, 0].tolist() == [3.0, 3.0, 3.0]
        assert inputs.consumer_heat_mw[:, 1].tolist() == pytest.approx((2.0 * SHARE).tolist())

    def test_process_steam_does_not_follow_the_weather(self):
        network = with_consumers(regulated(tree(), "quality"), kind=["process_steam", "mixed", "mixed", "mixed"])
        inputs = inputs_of(network, outdoor())
        assert inputs.consumer_heat_mw[:, 0].tolist() == [4.0, 4.0, 4.0]
        assert inputs.consumer_t_return_degc[:, 0].tolist() == [50.0, 50.0, 50.0]
        assert inputs.consumer_t_return_degc[2, 1] < 50.0

    def test_own_design_temperatures_keep_their_distance(self):
        network = regulated(two_source_loop(), "quality")
        network = with_consumers(network, t_return_degc=[60.0, np.nan, np.nan, np.nan])
        inputs = inputs_of(network, outdoor())
        supply, back = regulated_degc(network, SHARE)
        np.testing.assert_allclose(inputs.plant_t_supply_degc.T, [supply, supply - 15.0 * SHARE], rtol=1e-12)
        np.testing.assert_allclose(inputs.consumer_t_return_degc[:, 0], back + 10.0 * SHARE, rtol=1e-12)
        expected = consumer_returns_degc(network, SHARE, back).to_numpy()
        np.testing.assert_array_equal(inputs.consumer_t_return_degc, expected)

    def test_a_row_without_outdoor_temperature_is_the_design_point(self):
        given = boundary_of(t_outdoor_degc={"all": [np.nan, 3.0, 13.0]})
        inputs = inputs_of(regulated(tree(), "quality"), given)
        assert (inputs.plant_t_supply_degc[0, 0], inputs.consumer_t_return_degc[0, 0]) == (110.0, 50.0)
        assert inputs.plant_t_supply_degc[1, 0] < 110.0

    def test_a_pre_heater_needs_no_supply(self):
        inputs = inputs_of(regulated(preheat_loop(), "quality"), outdoor())
        assert np.isfinite(inputs.plant_t_supply_degc).all()


class TestValve:
    def network(self, **columns):
        return with_consumers(two_pipe(fluid=CONSTANT_WATER), control="valve", **columns)

    def test_flow_coefficient_is_that_of_the_opening(self):
        assert inputs_of(self.network(kv_m3_per_h=80.0), boundary_of()).kv_m3_per_h.tolist() == [80.0]
        inputs = inputs_of(self.network(kv_m3_per_h=80.0, opening=0.25), boundary_of())
        assert inputs.kv_m3_per_h.tolist() == [20.0]
        assert inputs.by_valve.tolist() == [True]
        assert not inputs.by_flow.any()
        assert not inputs.by_dt.any()

    def test_heat_may_be_unknown(self):
        network = self.network(kv_m3_per_h=80.0, design_heat_mw=np.nan)
        inputs = inputs_of(network, boundary_of())
        assert np.isnan(inputs.design_heat_mw).all()
        assert np.isnan(inputs.consumer_mdot_design_kg_per_s).all()
        assert (inputs.consumer_t_return_degc == 50.0).all()

    def test_without_kv_it_is_named(self):
        with pytest.raises(InputError, match=r"consumers, consumer_station, kv_m3_per_h: is missing.*fully open valve"):
            inputs_of(self.network(), boundary_of())

    def test_others_have_no_valve(self):
        inputs = inputs_of(two_pipe(), boundary_of())
        assert not inputs.by_valve.any()
        assert np.isnan(inputs.kv_m3_per_h).all()


def test_design_flow_is_heat_over_enthalpy_difference():
    cp = CONSTANT_WATER["heat_capacity_j_per_kgk"]
    inputs = inputs_of(two_pipe(fluid=CONSTANT_WATER), boundary_of())
    assert inputs.consumer_mdot_design_kg_per_s.tolist() == pytest.approx([10e6 / (cp * 60)], rel=1e-12)
    own = with_consumers(two_pipe(fluid=CONSTANT_WATER), t_return_degc=30.0)
    inputs = inputs_of(own, boundary_of())
    assert inputs.consumer_mdot_design_kg_per_s.tolist() == pytest.approx([10e6 / (cp * 80)], rel=1e-12)
    assert inputs.design_heat_mw.tolist() == [10.0]
    hot = with_consumers(two_pipe(fluid=CONSTANT_WATER), t_return_degc=110.0)
    assert np.isnan(inputs_of(hot, boundary_of()).consumer_mdot_design_kg_per_s).all()


SECONDARY = {
    "t_secondary_supply_degc": [75.0, 75.0, 50.0, np.nan],
    "t_secondary_return_degc": [45.0, 45.0, 40.0, 45.0],
    "t_return_degc": [np.nan, 50.0, 45.0, np.nan],
}


class TestStations:
    def test_none_unless_wanted(self):
        inputs = inputs_of(with_consumers(tree(), **SECONDARY), boundary_of())
        assert inputs.station_of_consumer.tolist() == [-1] * 4
        assert inputs.station_t_return_degc.shape[0] == inputs.station_share_max.shape[0] == 0

    def test_one_class_for_each_design_point(self):
        inputs = inputs_of(with_consumers(tree(), **SECONDARY), boundary_of(), station_returns=True)
        assert inputs.station_of_consumer.tolist() == [0, 0, 1, -1]
        for position, design in enumerate(
            (StationDesign(110.0, 50.0, 75.0, 45.0), StationDesign(110.0, 45.0, 50.0, 40.0))
        ):
            table = station_table(design, 110.0)
            np.testing.assert_array_equal(inputs.station_t_return_degc[position], table.t_return_degc)
            np.testing.assert_array_equal(inputs.station_share_max[position], table.share_max)
        grid = inputs.station_t_start_degc + inputs.station_t_step_k * np.arange(inputs.station_share_max.shape[1])
        assert np.interp(110.0, grid, inputs.station_share_max[0]) == pytest.approx(1.0, abs=1e-4)
        assert inputs.station_share_step * (inputs.station_t_return_degc.shape[2] - 1) == pytest.approx(1.2)
        assert np.isfinite(inputs.consumer_t_return_degc).all()

    def test_the_tables_reach_the_hottest_supply(self):
        given = boundary_of(plant_t_supply_degc={"plant": [100.0, 128.0, 90.0]})
        inputs = inputs_of(with_consumers(tree(), **SECONDARY), given, station_returns=True)
        last = inputs.station_t_start_degc + inputs.station_t_step_k * (inputs.station_share_max.shape[1] - 1)
        assert last >= 128.0

    def test_a_given_return_a_given_flow_and_other_controls_have_none(self):
        given = boundary_of(
            consumer_t_return_degc={"consumer_north": [40.0, 41.0, 42.0]},
            consumer_mdot_kg_per_s={"consumer_east": [4.0, 4.0, 4.0]},
        )
        network = with_consumers(
            tree(), **SECONDARY, control=["heat_return", "heat_return", "heat_dt", "heat_return"], dt_k=40.0
        )
        inputs = inputs_of(network, given, station_returns=True)
        assert inputs.station_of_consumer.tolist() == [-1] * 4

    def test_a_consumer_without_design_heat_has_none(self):
        network = with_consumers(tree(), **SECONDARY, design_heat_mw=[0.0, 2.0, 2.5, 5.0])
        inputs = inputs_of(network, boundary_of(), station_returns=True)
        assert inputs.station_of_consumer.tolist() == [-1, 0, 1, -1]

    def test_an_impossible_station_is_named(self):
        network = with_consumers(two_pipe(), t_secondary_supply_degc=75.0, t_secondary_return_degc=55.0)
        inputs_of(network, boundary_of())
        with pytest.raises(InputError, match=r"consumer_station.*no exchanger brings 110/50 °C to 75/55 °C.*Correct"):
            inputs_of(network, boundary_of(), station_returns=True)


class TestMemory:
    HOURS = pd.Index(np.arange(2904) * 3600.0, name="time")

    def test_what_is_constant_is_not_copied(self):
        network = two_source_loop()
        inputs = inputs_of(network, Boundary(self.HOURS))
        for name in ("consumer_heat_mw", "consumer_t_return_degc", "consumer_dt_k", "plant_t_supply_degc"):
            assert getattr(inputs, name).strides[0] == 0, name
        assert inputs.t_ground_degc.strides[1] == 0
        assert inputs.t_ground_degc.shape == (2904, len(network.pipes))

    def test_ground_for_all_pipes_is_one_column(self):
        frame = pd.DataFrame({"all": np.linspace(2.0, 9.0, 2904)}, index=self.HOURS)
        ground = inputs_of(tree(), Boundary(self.HOURS, {"t_ground_degc": frame})).t_ground_degc
        assert ground.strides[1] == 0
        np.testing.assert_array_equal(ground[:, 3], frame["all"].to_numpy())

    def test_what_the_boundary_gives_whole_is_not_copied_and_not_writable(self):
        network = tree()
        frame = pd.DataFrame(np.ones((2904, 4)), index=self.HOURS, columns=network.consumers.index)
        heat = inputs_of(network, Boundary(self.HOURS, {"consumer_heat_mw": frame})).consumer_heat_mw
        assert np.shares_memory(heat, frame.to_numpy())
        assert not heat.flags.writeable
        assert frame.to_numpy().flags.writeable

    def test_a_season_of_many_pipes_takes_little_memory(self):
        """5.8 million values of ground temperature would take 46 MB."""
        network = tree()
        many = pd.concat([network.pipes] * 400)
        many.index = pd.Index([f"p{i}" for i in range(len(many))], name="id")
        tracemalloc.start()
        try:
            inputs_of(network.with_tables(pipes=many), Boundary(self.HOURS))
            assert tracemalloc.get_traced_memory()[1] < 5e6
        finally:
            tracemalloc.stop()


class TestGround:
    def test_pipe_before_network_before_month(self):
        network = tree(t_ground_degc=8.0)
        first, second = network.pipes.index[:2]
        given = boundary_of(t_ground_degc={"all": [5.0, np.nan, 6.0], first: [1.0, 2.0, np.nan]})
        ground = inputs_of(network, given).t_ground_degc
        assert ground[:, network.pipes.index.get_loc(first)].tolist() == [1.0, 2.0, 6.0]
        assert ground[:, network.pipes.index.get_loc(second)].tolist() == [5.0, 8.0, 6.0]


def test_plants_that_are_not_built_give_nothing():
    network = with_plants(two_source_loop(), capacity_mw=[np.nan, 0.0])
    assert inputs_of(network, boundary_of()).plant_heat_mw[:, 1].tolist() == [0.0, 0.0, 0.0]


def test_a_pressure_of_steam_plants_is_refused():
    with pytest.raises(InputError, match="plant_p_bar"):
        inputs_of(tree(), boundary_of(plant_p_bar={"plant": [13.0, 13.0, 13.0]}))
