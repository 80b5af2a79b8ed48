"""`heatnet steam` on bundled networks and small lines: limits, tables, wrong wishes; the study of one line."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
import yaml

from heatnet.cli.steam import PAGE
from heatnet.io.bundled import bundled_path
from heatnet.io.network_folder import save_network
from heatnet.io.results_store import read_table
from heatnet.model.steam_examples import steam_line, steam_network, steam_ring
from heatnet.steam.line import line_arrival, line_capacity_kg_per_s, line_dry_flow_kg_per_s, line_to

EAST = bundled_path("networks") / "teda_east"
T_PER_H = 3.6
#: half a digit of what the terminal prints, t/h
PRINTED = 0.06
#: kinetic energy, which the heat of plants and consumers does not count, MW
KINETIC_MW = 0.02
LEAST_DRY = "Least flow of which none condenses on its way"


def saved(network, folder):
    network.consumers["min_p_bar"] = 8.0
    save_network(network, folder)
    return folder


@pytest.fixture
def line(tmp_path):
    """A line of 3 km to one user who needs 8 bar."""
    return saved(steam_line(), tmp_path / "line")


def boundary_of(folder, heat):
    folder.mkdir()
    rows = "\n".join(f"{3600 * i},{mw}" for i, mw in enumerate(heat))
    (folder / "consumer_heat_mw.csv").write_text(f"time,user\n{rows}\n")
    return folder


def figure_of_flow(folder):
    """Return the plant's flow of the one row that was written, kg/s."""
    return float(pd.read_csv(folder / "states" / "plant_mdot_kg_per_s.csv")["plant"].item())


def figure(out, words):
    """Return the number that the terminal shows behind some words."""
    return float(re.search(rf"{re.escape(words)}\s+([\d.]+)", out).group(1))


class TestBundledNetworks:
    def test_state_and_tables_of_a_bundled_network(self, heatnet, tmp_path):
        """The steam loses pressure and heat on its way, and what is printed is what is written."""
        answer = heatnet("steam", str(EAST), "--out", str(tmp_path / "out"), "--csv")
        assert answer.code == 0, answer.err
        along = pd.read_csv(tmp_path / "out" / "profile.csv")
        assert along["p_bar"].iloc[0] == pytest.approx(13.0)
        # in the pipe some of the enthalpy is speed: 8.6 m/s are 37 J/kg, or 0.017 K
        assert along["t_degc"].iloc[0] == pytest.approx(300.0, abs=0.03)
        assert along["distance_m"].is_monotonic_increasing
        # at a branch the speed falls and some pressure comes back, within a pipe never
        assert (along.groupby("pipe")["p_bar"].diff().dropna() <= 0.0).all()
        assert along["distance_m"].iloc[-1] > 6500.0
        network = pd.read_csv(tmp_path / "out" / "network.csv")
        loss = re.search(r"Heat loss +([0-9.]+) MW", answer.out)
        assert loss is not None
        assert float(loss[1]) == pytest.approx(network["heat_loss_mw"].iloc[0], abs=0.0006)

    def test_a_user_behind_valve_and_spray_water(self, heatnet, line, tmp_path):
        """It uses more than it takes; without such users there is no such table."""
        title = "Behind the users' valves"
        assert title not in heatnet("steam", str(line)).out
        network = steam_line()
        network.consumers[["p_use_bar", "t_use_degc"]] = [7.0, 180.0]
        line = saved(network, tmp_path / "reduced")
        shown = heatnet("steam", str(line)).out.split(title)[1]
        row = next(part for part in shown.splitlines() if re.search(r"\d+\.\d+ +7\.00 +180\.0", part))
        taken, sprayed, used = (float(number) for number in re.findall(r"\d+\.\d+", row)[:3])
        assert used == pytest.approx(taken + sprayed, abs=PRINTED)
        assert sprayed > 0.0

    def test_chinese(self, heatnet):
        answer = heatnet("steam", str(EAST), "--lang", "zh")
        assert answer.code == 0
        for word in ("过热度", "干度", "散热损失", "设计工况", "压力（绝对），MPa"):
            assert word in answer.out
        assert not re.search(r"\bbar\b", answer.out), "one unit of pressure"
        assert re.search(r"津滨热电厂 +1\.300", answer.out)

    def test_more_than_the_line_can_carry_names_the_largest_flow(self, heatnet, tmp_path):
        boundary = tmp_path / "boundary"
        boundary.mkdir()
        consumers = [
            f"c_steam_{place}"
            for place in ("a12_huanghai", "a11_dongting", "a10_dongting", "a10_huanghai", "a9_dongting", "a9_muning")
        ]
        pd.DataFrame([["2025-01-15T00:00", *([60.0] * 6)]], columns=["time", *consumers]).to_csv(
            boundary / "consumer_heat_mw.csv", index=False
        )
        answer = heatnet("steam", str(EAST), "--boundary", str(boundary))
        assert answer.code == 3
        found = re.search(
            r"choke above ([\d.]+) t/h; (.+) has the pressure that he needs up to ([\d.]+) t/h", answer.err
        )
        assert found
        assert float(found[1]) > float(found[3]) > 50.0
        assert "Dongting" in found[2]

    def test_of_a_bundled_network_by_name(self, heatnet):
        answer = heatnet("steam", "teda_west")
        assert answer.code == 0, answer.err
        assert "Highest velocity" in answer.out


class TestDesignState:
    def test_limits_are_those_of_the_line(self, line, heatnet):
        """One line: the largest flow with 8 bar left and the least dry one are what the line's own functions say."""
        pipe = line_to(steam_line(), "mill", t_ground_degc=10.0)
        out = heatnet("steam", line).out
        most = line_capacity_kg_per_s(pipe, 13.0, 300.0, p_end_bar=8.0)
        least = line_dry_flow_kg_per_s(pipe, 13.0, 300.0)
        chokes = line_capacity_kg_per_s(pipe, 13.0, 300.0)
        assert figure(out, "Largest flow with the pressure that users need") == pytest.approx(
            most * T_PER_H, abs=PRINTED
        )
        assert figure(out, "Flow above which the steam chokes") == pytest.approx(chokes * T_PER_H, abs=PRINTED)
        assert figure(out, LEAST_DRY) == pytest.approx(least * T_PER_H, abs=PRINTED)

    def test_without_loss_steam_is_dry_at_every_flow(self, tmp_path, heatnet):
        network = saved(steam_line(u_w_per_mk=0.0), tmp_path / "tight")
        assert figure(heatnet("steam", network).out, LEAST_DRY) == 0.0

    def test_saturated_steam_condenses_at_every_flow(self, tmp_path, heatnet):
        """Traps make it dry again where it arrives; that does not count."""
        network = saved(steam_line(t_supply_degc=191.61), tmp_path / "saturated")
        answer = heatnet("steam", network)
        assert answer.code == 0, answer.err
        assert re.search(rf"{LEAST_DRY}\s+– t/h", answer.out)

    def test_the_farthest_user_that_takes_steam(self, tmp_path, heatnet):
        """A user farther out takes nothing: the table ends at the one before."""
        pipes = [
            {"from_node": a, "to_node": b, "length_m": 1000.0, "inner_diameter_mm": 300.0, "u_w_per_mk": 0.4}
            for a, b in (("works", "near"), ("near", "far"))
        ]
        users = [{"id": "u1", "node": "near", "heat_mw": 10.0}, {"id": "u2", "node": "far", "heat_mw": 0.0}]
        plants = [{"id": "plant", "node": "works", "t_supply_degc": 280.0}]
        answer = heatnet("steam", saved(steam_network(pipes, users, plants), tmp_path / "two"))
        assert "farthest user, u1" in answer.out
        assert re.search(r"^ 1,000 ", answer.out, flags=re.M)
        assert not re.search(r"^ 2,000 ", answer.out, flags=re.M)


class TestPressureByNeed:
    def test_required_pressure_of_a_line(self, line, heatnet, tmp_path):
        """At the pressure that is printed the user just has his 8 bar; nobody need give any before."""
        network = steam_line()
        network.plants["p_bar"] = float("nan")
        open_end = saved(replace(network, pressure_point=None), tmp_path / "open")
        assert heatnet("steam", open_end).code == 2
        assert "--by-need" in heatnet("steam", open_end).err
        answer = heatnet("steam", open_end, "--by-need", "--out", "states", "--csv")
        assert answer.code == 0, answer.err
        found = re.search(
            r"Least pressure at plant with which every user has his: ([\d.]+) bar absolute, for user", answer.out
        )
        assert found
        assert pd.read_csv(tmp_path / "states" / "consumer_p_margin_bar.csv")["user"].item() == pytest.approx(
            0, abs=1e-5
        )
        at = line_arrival(line_to(network, "mill", 10.0), figure_of_flow(tmp_path), float(found[1]), 300.0)
        assert at.p_bar == pytest.approx(8.0, abs=0.01)

    def test_of_several_rows_it_is_that_of_the_row_that_needs_most(self, line, heatnet, tmp_path):
        answer = heatnet("steam", line, "--by-need", "--boundary", boundary_of(tmp_path / "hours", (10.0, 30.0, 20.0)))
        assert answer.code == 0, answer.err
        assert re.search(r"for user \(second 3600\)", answer.out)

    def test_beside_a_study_it_has_no_meaning(self, heatnet):
        assert "--by-need: stands beside --study" in heatnet("steam", "--study", "jinbin_steam", "--by-need").err


class TestCheck:
    def test_check_finds_what_steam_refuses(self, heatnet, tmp_path):
        network = steam_line()
        network.plants["p_bar"] = float("nan")
        folder = saved(replace(network, pressure_point=None), tmp_path / "open")
        refused = heatnet("steam", folder)
        checked = heatnet("check", folder)
        assert refused.code == checked.code == 2
        assert "plant_p_bar, plant: is missing" in checked.err
        assert refused.err == checked.err

    def test_a_network_without_a_name_is_called_by_its_folder(self, line, heatnet, monkeypatch):
        text = (line / "network.yaml").read_text(encoding="utf-8")
        data = {key: value for key, value in yaml.safe_load(text).items() if key != "name"}
        (line / "network.yaml").write_text(yaml.safe_dump(data), encoding="utf-8")
        monkeypatch.chdir(line)
        assert "Network line (steam)" in heatnet("check", ".").out
        monkeypatch.chdir(line.parent)
        assert "Network line (steam)" in heatnet("check", "line/../line").out


class TestTables:
    @pytest.mark.parametrize("suffix", [".parquet", ".csv"])
    def test_along_a_boundary(self, suffix, line, heatnet, tmp_path):
        """Statuses and a balance that closes from the files alone; the profile is that of largest and smallest flow."""
        hours = boundary_of(tmp_path / "hours", (30.0, 10.0, 20.0, 500.0))
        words = ["--csv"] if suffix == ".csv" else []
        answer = heatnet("steam", line, "--boundary", hours, "--out", "states", *words)
        assert answer.code == 0, answer.err
        folder = tmp_path / "states"
        assert all(file.suffix in (suffix, ".html") for file in folder.iterdir())
        network = read_table(folder / f"network{suffix}")
        assert list(network["status"]) == ["ok", "ok", "ok", "choked"]
        given, taken = (read_table(folder / f"{name}_heat_mw{suffix}").sum(axis=1) for name in ("plant", "consumer"))
        assert (given - taken - network["heat_loss_mw"]).iloc[:3].abs().max() < KINETIC_MW
        along = pd.read_csv(folder / "profile.csv") if suffix == ".csv" else pd.read_parquet(folder / "profile.parquet")
        assert list(along["time"].unique()) == [0, 3600]
        first = along[along["time"] == 0]
        arrived = read_table(folder / f"consumer_p_bar{suffix}").iloc[0, 0]
        assert first["p_bar"].iloc[0] == pytest.approx(13.0)
        assert first["p_bar"].iloc[-1] == pytest.approx(arrived, rel=1e-6)
        assert "1 × the flows asked for use up the pressure" in answer.out

    def test_totals_of_many_rows_are_sums_of_the_files(self, heatnet, tmp_path):
        """Saturated steam, two hours that are solved and one that is not: t = kg/s · 3.6 · h, MWh = MW · h; both hours wet."""
        network = steam_line(t_supply_degc=191.61)
        network.consumers["p_use_bar"] = 7.0
        wet = saved(network, tmp_path / "wet")
        hours = boundary_of(tmp_path / "hours", (30.0, 500.0, 10.0))
        answer = heatnet("steam", wet, "--boundary", hours, "--out", "states", "--csv")
        assert answer.code == 0, answer.err

        def total(name, factor=1.0):
            return (
                factor * pd.read_csv(tmp_path / "states" / f"{name}.csv").drop(columns="time").to_numpy()[[0, 2]].sum()
            )

        steam, heat = total("plant_mdot_kg_per_s", 3.6), total("plant_heat_mw")
        taken = total("consumer_heat_mw")
        for words, value in (
            ("Steam from the plants", steam),
            ("Steam to the users", total("consumer_mdot_kg_per_s", 3.6)),
            ("Condensate drained on the way", total("pipe_condensate_kg_per_s", 3.6)),
            ("Heat from the plants", heat),
            ("Heat to the users", taken),
            ("Heat lost on the way", heat - taken),
            ("of it through the insulation", total("pipe_loss_mw")),
            ("In which steam condenses on its way", 2.0),
        ):
            found = re.search(rf"{words} +(?:t|MWh|h) +([\d,.]+)", answer.out)
            assert found, words
            assert float(found[1].replace(",", "")) == pytest.approx(value, abs=0.051), words
        assert "All solved rows, 2 h" in answer.out
        margin = pd.read_csv(tmp_path / "states" / "consumer_p_margin_bar.csv")["user"].min()
        assert re.search(rf"Least pressure above a user's need +bar +{margin:.2f} +user, second 0", answer.out)
        page = (tmp_path / "states" / PAGE).read_text(encoding="utf-8")
        for words in ("Totals", "Steam to the users", "Behind the users"):
            assert words in page

    def test_rows_of_unequal_steps_have_means(self, line, heatnet, tmp_path):
        hours = tmp_path / "hours"
        hours.mkdir()
        (hours / "consumer_heat_mw.csv").write_text("time,user\n0,30\n3600,20\n9000,10\n")
        answer = heatnet("steam", line, "--boundary", hours)
        assert "Mean of the 3 solved rows" in answer.out
        assert re.search(r"Heat to the users +MW +20\.0", answer.out)

    def test_a_second_run_replaces_the_first(self, line, heatnet, tmp_path):
        assert heatnet("steam", line, "--out", "states", "--csv").code == 0
        assert heatnet("steam", line, "--out", "states").code == 0
        assert {file.suffix for file in (tmp_path / "states").iterdir()} == {".parquet", ".html"}

    def test_too_much_asked_leaves_no_page_of_an_earlier_run(self, line, heatnet, tmp_path):
        assert heatnet("steam", line, "--out", "states").code == 0
        hours = boundary_of(tmp_path / "hours", (500.0,))
        answer = heatnet("steam", line, "--boundary", hours, "--out", "states")
        assert answer.code == 3
        pipe = line_to(steam_line(), "mill", t_ground_degc=10.0)
        flows = [line_capacity_kg_per_s(pipe, 13.0, 300.0, p_end_bar=p) * T_PER_H for p in (0.0, 8.0)]
        told = re.search(
            r"choke above ([\d.]+) t/h; user has the pressure that he needs up to ([\d.]+) t/h", answer.err
        )
        assert told
        assert [float(one) for one in told.groups()] == pytest.approx(flows, abs=PRINTED)
        assert list(read_table(tmp_path / "states" / "network.parquet")["status"]) == ["choked"]
        assert not (tmp_path / "states" / PAGE).exists()
        assert not (tmp_path / "states" / "profile.parquet").exists()

    def test_some_user_lacks_pressure(self, line, heatnet, tmp_path):
        """That is a state: it is shown with its time, and with a negative margin."""
        answer = heatnet("steam", line, "--boundary", boundary_of(tmp_path / "hours", (66.0,)))
        assert answer.code == 0, answer.err
        assert "second 0: solved, some user lacks pressure" in answer.out
        assert re.search(r"Pressure above the need, worst user\s+-\d", answer.out)


class TestWrongWishes:
    @pytest.mark.parametrize(
        ("words", "told"),
        [
            ((), "NETWORK: is missing"),
            (("line", "--study", "jinbin_steam"), "NETWORK: stands beside --study"),
            (("--study", "jinbin_steam", "--csv"), "--csv: stands beside --study"),
            (("line", "--out", "line"), "is a folder of the input"),
            (("line", "--boundary", "line"), "holds no boundary"),
            (("--study", "jinbin_stream"), "Did you mean 'studies/jinbin_steam'?"),
        ],
    )
    def test_one_message(self, words, told, line, heatnet):
        answer = heatnet("steam", *words)
        assert answer.code == 2
        assert told in " ".join(answer.err.split())
        assert answer.out == ""

    def test_steam_below_saturation(self, tmp_path, heatnet):
        answer = heatnet("steam", saved(steam_line(t_supply_degc=150.0), tmp_path / "cold"))
        assert answer.code == 2
        assert "is below saturation" in answer.err

        assert "150.0 °C, 13 bar is below saturation" in answer.err, "one state has no time"

    def test_a_plant_pressure_in_megapascals(self, tmp_path, heatnet):
        """1.3 at a plant whose user needs 8 bar; 3.3 bar is low, and no other unit."""
        refused = heatnet("steam", saved(steam_line(p_bar=1.3), tmp_path / "mega"))
        assert refused.code == 2
        assert "looks like MPa" in refused.err
        assert "looks like MPa" not in heatnet("steam", saved(steam_line(p_bar=3.3), tmp_path / "low")).err

    def test_plants_that_give_too_much_are_told_with_numbers(self, tmp_path, heatnet):
        network = steam_ring(helper_mw=40.0)
        answer = heatnet("steam", saved(network, tmp_path / "ring"))
        assert answer.code == 3
        assert "(about 40.0 MW given, 25.0 MW taken)" in answer.err

    def test_who_stops_reading_ends_it_quietly(self, line):
        """A pipe that is closed at once, as `| head` would: no defect, not a word."""
        code = "from heatnet.cli.main import run; run(['check', 'line'])"
        command, environment = (
            [sys.executable, "-c", code],
            {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        )
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        with subprocess.Popen(command, cwd=line.parent, env=environment, **pipes) as process:
            process.stdout.close()
            assert process.stderr.read() == b""
            assert process.wait(60) == 0

    @pytest.mark.parametrize(
        ("words", "text"),
        [
            (("steam", str(EAST), "--csv"), "--csv"),
            (("steam", str(EAST.parent / "cabot")), "steam"),
            (("steam", "nowhere"), "nowhere"),
        ],
    )
    def test_bad_input_is_named(self, heatnet, words, text):
        answer = heatnet(*words)
        assert answer.code == 2
        assert text in answer.err


class TestLineStudy:
    def test_is_run(self, heatnet, tmp_path):
        answer = heatnet("steam", "--study", "jinbin_steam")
        assert answer.code == 0, answer.err
        folder = tmp_path / "results" / "jinbin_steam"
        assert {file.name for file in folder.iterdir()} == {"summary.json", "summary.csv", "report.html", "line.yaml"}
        summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
        flat = pd.read_csv(folder / "summary.csv").set_index("item")["value"]
        assert float(flat["year.loss_gj"]) == pytest.approx(summary["year"]["loss_gj"])
        assert "agree with 101.7 heating days" in answer.out
        assert not re.search(r'(?:src|href)="https?:', (folder / "report.html").read_text(encoding="utf-8"))

    def test_the_same_input_gives_the_same_bytes(self, heatnet, tmp_path):
        for out in ("one", "two"):
            assert heatnet("steam", "--study", "jinbin_steam", "--out", out).code == 0
        for file in (tmp_path / "one").iterdir():
            assert file.read_bytes() == (tmp_path / "two" / file.name).read_bytes()

    def test_init_brings_it_and_check_knows_it(self, heatnet):
        assert heatnet("init", "mine").code == 0
        answer = heatnet("check", "mine/studies/jinbin_steam")
        assert answer.code == 0, answer.err
        assert "No problems found." in answer.out
        refused = heatnet("run", "mine/studies/jinbin_steam")
        assert refused.code == 2
        assert "heatnet steam --study" in refused.err

    def test_results_do_not_go_into_the_study(self, heatnet, tmp_path):
        shutil.copytree(bundled_path("studies"), tmp_path / "studies")
        answer = heatnet("steam", "--study", "studies/jinbin_steam", "--out", "studies/jinbin_steam")
        assert answer.code == 2
        assert not (tmp_path / "studies" / "jinbin_steam" / "summary.json").exists()
