"""The study of one steam line: its file is checked as a whole, its numbers are those of the engine and of closed forms."""

from __future__ import annotations

import re
import shutil

import pytest
import yaml

from heatnet.errors import InputError
from heatnet.io.bundled import bundled_path
from heatnet.io.network_folder import load_network
from heatnet.physics import steam
from heatnet.physics.friction import specific_friction_pa_per_m
from heatnet.plants.steam_state import power_lost_per_heat
from heatnet.study.steam_line import load_steam_line
from heatnet.study.steam_line_run import (
    arrival,
    heat_per_t_gj,
    incompressible_drop_bar,
    line_of,
    states_along,
    summary_of,
)

STUDY = bundled_path("studies") / "jinbin_steam"
#: a number as the README rounds it
ROUNDED = 0.5
T_PER_H = 3.6


@pytest.fixture(scope="module")
def study():
    return load_steam_line(STUDY)


@pytest.fixture(scope="module")
def summary(study):
    return summary_of(study)


@pytest.fixture
def draft(tmp_path):
    """Write a changed copy of the study and return its folder."""

    def write(change):
        shutil.copytree(STUDY.parent, tmp_path / "studies")
        file = tmp_path / "studies" / "jinbin_steam" / "line.yaml"
        data = yaml.safe_load(file.read_text(encoding="utf-8"))
        change(data)
        file.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
        return file.parent

    return write


class TestFile:
    def test_every_figure_of_the_bundled_study_has_a_source(self, summary):
        marks = re.compile(r"^(plan|standard|typical|illustrative|computed)\b")
        assert [row["item"] for row in summary["assumptions"] if not marks.match(row["source"])] == []

    def test_all_problems_at_once(self, draft):
        def spoil(data):
            data["lenght_m"] = 1
            data["line"]["p_bar"] = -13
            data["year"]["season_t_per_h"] = 40
            data["pipes"][430] = data["pipes"].pop(450)
            data["prices"] = "nowhere.yaml"

        with pytest.raises(InputError) as caught:
            load_steam_line(draft(spoil))
        text = str(caught.value)
        for words in ("lenght_m", "line.p_bar", "year", "430", "nowhere.yaml"):
            assert words in text
        assert len(caught.value.problems) == 5

    @pytest.mark.parametrize(
        ("change", "told"),
        [
            (lambda data: data.update(chosen_dn=650), "chosen_dn"),
            (lambda data: data["users"]["heating"].update(instead="water_boilr"), "Did you mean 'water_boiler'"),
            (lambda data: data["users"]["heating"].update(p_bar=14), "users.heating.p_bar"),
            (lambda data: data.update(format_version=99), "99"),
        ],
    )
    def test_names_and_limits(self, change, told, draft):
        with pytest.raises(InputError, match=told):
            load_steam_line(draft(change))

    def test_own_keys_are_left_alone(self, draft):
        assert load_steam_line(draft(lambda data: data.update(x_note="mine"))).config.chosen_dn == 600


class TestLine:
    def test_at_constant_density_it_is_darcys_drop(self, study):
        """λ L/D ρ w²/2 of the inlet, by the friction of water pipes, plus ζ ρ w²/2."""
        line, mdot = line_of(study.config, 600, local_loss_share=0.0), 100 / T_PER_H
        h = steam.enthalpy_j_per_kg(13.0, 300.0)
        density = 1.0 / float(steam.volume_m3_per_kg(13.0, h))
        friction = specific_friction_pa_per_m(mdot, 612.0, 0.2, density, float(steam.viscosity_pa_s(13.0, h)))
        drop = float(friction) * 6500.0 / 1e5
        assert incompressible_drop_bar(line, mdot, 13.0, 300.0) == pytest.approx(drop, rel=1e-9)

    def test_a_small_flow_expands_little(self, study):
        """Where the drop is small beside the pressure, expansion adds about half the drop's share, and cooling takes some."""
        line = line_of(study.config, 700)
        one = arrival(study.config, line, 20.0)
        constant = incompressible_drop_bar(line, 20.0 / T_PER_H, 13.0, 300.0)
        assert 0.75 * constant < one["dp_bar"] < constant

    def test_the_hand_estimate_is_the_one_at_constant_density(self, summary):
        """The printed range of each diameter holds the drop at the inlet's density, as expanding steam does not."""
        for dn in ("450", "500", "600"):
            hand = summary["pipes"][dn]["hand"]
            low, high = hand["printed_dp_bar"]
            assert low < hand["constant_density_dp_bar"] < high
        assert summary["pipes"]["500"]["hand"]["same_local_losses_dp_bar"] > 5.3
        assert summary["pipes"]["450"]["hand"]["same_local_losses_dp_bar"] is None

    def test_states_along_end_as_the_line_does(self, study, summary):
        along = states_along(study.config, 600, 50.0)
        one = summary["pipes"]["600"]["flows"]["50"]
        assert along["distance_m"].iloc[-1] == 6500.0
        assert along["p_bar"].iloc[-1] == pytest.approx(one["p_bar"], rel=1e-9)
        assert along["t_degc"].iloc[-1] == pytest.approx(one["t_degc"], rel=1e-9)
        assert (along["p_bar"].diff().dropna() < 0).all()

    def test_states_along_stop_where_the_flow_chokes(self, study):
        along = states_along(study.config, 450, 100.0)
        assert 4000.0 < along["distance_m"].iloc[-1] < 6500.0


class TestAccounts:
    def test_heating_days_close_the_year(self, summary):
        """50 t/h all year and 50 t/h more for d days are 560,000 t."""
        days = summary["calendar"]["heating_days"]
        assert 50 * 8760 + 50 * 24 * days == pytest.approx(560_000)
        assert summary["calendar"]["operating_hours_with_season_days"] * 50 + 50 * 24 * 121 == pytest.approx(560_000)

    def test_loss_of_the_year_is_what_the_steam_lacks(self, study, summary):
        """Enthalpy at the plant less enthalpy at the end, tonne by tonne; 2 % for what is kinetic and drained."""
        flows = summary["pipes"]["600"]["flows"]
        h_in = float(steam.enthalpy_j_per_kg(13.0, 300.0))
        hours = {"100": 24 * summary["calendar"]["heating_days"]}
        hours["50"] = 8760 - hours["100"]
        lost = sum(
            float(flow)
            * hours[flow]
            * (h_in - float(steam.enthalpy_j_per_kg(flows[flow]["p_bar"], flows[flow]["t_degc"])))
            for flow in hours
        )
        assert summary["year"]["loss_gj"] == pytest.approx(lost / 1e6, rel=0.02)

    def test_share_is_of_the_heat_at_the_plant(self, study, summary):
        heat = 560_000 * heat_per_t_gj(study.config)
        assert summary["year"]["loss_share"] == pytest.approx(summary["year"]["loss_gj"] / heat)

    def test_worse_insulation_never_costs_less(self, summary):
        for key, sign in (("loss_gj", 1), ("cny_at_power_plant", 1), ("superheat_at_least_flow_k", -1)):
            values = [sign * row[key] for row in summary["insulation"]]
            assert values == sorted(values)

    def test_co2_of_a_gj(self, summary):
        """z of 13 bar and 300 °C, 0.286, at 0.7041 t/MWh over what arrives; gas 0.05554 t/GJ over 0.94, and 0.4 % electricity."""
        one = summary["users"]["heating"]["co2"]["average"]
        assert one["line_t_co2_per_gj"] == pytest.approx(
            0.2862 * 0.7041 / 3.6 / (1 - summary["year"]["loss_share"]), rel=1e-4
        )
        assert one["boiler_t_co2_per_gj"] == pytest.approx(0.05554 / 0.94 + 0.004 * 0.7041 / 3.6, rel=1e-4)

    def test_power_lost_is_that_of_a_chp_plant_with_the_same_steam(self, study, summary):
        """One function for both: z q is the power of a tonne, whatever study asks."""
        network = load_network(bundled_path("networks") / "teda_east").steam
        jinbin = network.plants.loc["jinbin"]
        (told,) = (row for row in summary["assumptions"] if row["item"] == "z_share")
        assert told["value"] == study.config.power_lost.value == power_lost_per_heat(jinbin, network)
        assert told["source"].startswith("computed")

    def test_a_stated_power_lost_counts(self, draft):
        stated = load_steam_line(draft(lambda data: data.update(z_share=0.27)))
        (told,) = (row for row in summary_of(stated)["assumptions"] if row["item"] == "z_share")
        assert told["value"] == 0.27

    def test_users_of_more_pressure_get_less(self, summary):
        for pipe in summary["pipes"].values():
            largest = pipe["largest_t_per_h"]
            assert largest["process_high"] < largest["process_low"] < largest["heating"] < largest["choking"]


class TestReadme:
    """What the README quotes is what the study gives."""

    @pytest.fixture
    def text(self):
        return " ".join((STUDY / "README.md").read_text(encoding="utf-8").split())

    def quoted(self, text, pattern):
        found = re.search(pattern, text)
        assert found, pattern
        return tuple(float(one.replace(",", "")) for one in found.groups())

    @pytest.mark.parametrize("dn", ["500", "600", "700"])
    def test_drops_and_arrival(self, dn, text, summary):
        pipe = summary["pipes"][dn]
        one = pipe["flows"]["100"]
        row = rf"\| DN{dn} \|[^|]*\| ([\d.]+) bar \| ([\d.]+) bar \| ([\d.]+) bar, (\d+) °C \| (\d+) m/s"
        values = (pipe["hand"]["same_local_losses_dp_bar"], one["dp_bar"], one["p_bar"])
        quoted = self.quoted(text, row)
        assert quoted[:3] == pytest.approx(values, abs=0.01 * ROUNDED + 1e-9)
        assert quoted[3:] == pytest.approx((one["t_degc"], one["velocity_m_per_s"]), abs=ROUNDED)

    def test_what_chokes(self, text, summary):
        for dn in ("400", "450"):
            assert summary["pipes"][dn]["flows"]["100"]["status"] == "choked"
            assert re.search(rf"\| DN{dn} \|[^|]*\| chokes \| chokes \|", text)

    def test_largest_flows(self, text, summary):
        at = {dn: summary["pipes"][dn]["largest_t_per_h"] for dn in ("450", "500", "600")}
        quoted = self.quoted(text, r"up to (\d+) and (\d+) t/h for them. DN500 carries (\d+) and (\d+) t/h")
        values = [at[dn][user] for dn in ("600", "500") for user in ("process_high", "process_low")]
        assert quoted == pytest.approx(values, abs=ROUNDED)
        assert self.quoted(text, r"(\d+) t/h are the most it passes") == pytest.approx(
            (at["450"]["choking"],), abs=ROUNDED
        )
        assert self.quoted(text, r"DN500 suffices, up to (\d+) t/h") == pytest.approx(
            (at["500"]["heating"],), abs=ROUNDED
        )

    def test_superheat_and_dry_flow(self, text, summary):
        pipe = summary["pipes"]["600"]
        quoted = self.quoted(text, r"with (\d+) K of superheat at 100 t/h, (\d+) K at 50 t/h and (\d+) K at 20 t/h")
        assert quoted == pytest.approx(
            [pipe["flows"][flow]["superheat_k"] for flow in ("100", "50", "20")], abs=ROUNDED
        )
        assert self.quoted(text, r"Below ([\d.]+) t/h it begins") == pytest.approx(
            (pipe["least_dry_t_per_h"],), abs=0.05
        )

    def test_year(self, text, summary):
        quoted = self.quoted(text, r"([\d,]+) GJ a year, ([\d.]+) % of the ([\d.]+) PJ")
        year = summary["year"]
        assert quoted[0] == pytest.approx(year["loss_gj"], abs=ROUNDED)
        assert quoted[1] == pytest.approx(100 * year["loss_share"], abs=0.05)
        assert quoted[2] == pytest.approx(year["heat_gj"] / 1e6, abs=0.0005)

    def test_insulation(self, text, summary):
        by_factor = {row["u_factor"]: row for row in summary["insulation"]}
        saved, plant, gas = self.quoted(
            text, r"saves ([\d,]+) GJ a year: ([\d.]+) million CNY .*?, ([\d.]+) million where"
        )
        as_it_is, half = by_factor[1.0], by_factor[0.5]
        assert saved == pytest.approx(as_it_is["loss_gj"] - half["loss_gj"], abs=1.0)
        assert plant == pytest.approx((as_it_is["cny_at_power_plant"] - half["cny_at_power_plant"]) / 1e6, abs=0.005)
        assert gas == pytest.approx((as_it_is["cny_by_gas"] - half["cny_by_gas"]) / 1e6, abs=0.005)

    def test_power_lost(self, text, summary, study):
        quoted = self.quoted(text, r"z = ([\d.]+) of its heat.*costs ([\d.]+) t CO2 .* and ([\d.]+) t by the marginal")
        co2 = summary["users"]["process_low"]["co2"]
        line = [co2[key]["line_t_co2_per_gj"] for key in ("average", "marginal")]
        assert quoted == pytest.approx([study.config.power_lost.value, *line], abs=0.001 * ROUNDED)

    def test_co2(self, text, summary):
        steam_boiler, water_boiler = (summary["users"][name]["co2"] for name in ("process_low", "heating"))
        quoted = self.quoted(text, r"the line saves (\d+) or (\d+) %\..*the line saves (\d+) % .* adds (\d+) %")
        values = [
            100 * one[key]["saved_share"] for one in (steam_boiler, water_boiler) for key in ("average", "marginal")
        ]
        values[-1] *= -1
        assert quoted == pytest.approx(values, abs=ROUNDED)
