"""`heatnet simulate`: tables of a boundary folder, and what is printed of them."""

from __future__ import annotations

import re
import runpy
from io import StringIO
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from heatnet import simulate as engines
from heatnet.cli import show
from heatnet.io.bundled import bundled_path
from heatnet.io.results_store import read_table
from heatnet.physics.water import saturation_pressure_bar
from heatnet.simulate.quantities import QUANTITIES
from heatnet.simulate.season.rounds import HEAT_TOLERANCE

SMALL = runpy.run_path(str(Path(__file__).parent / "small_boundary.py"))
boundary_of, names_in = SMALL["boundary_of"], SMALL["names_in"]
STAMPS, SECONDS = SMALL["STAMPS"], SMALL["SECONDS"]
#: sums of tables against each other, from doubles as they are written
BALANCE_MW = 1e-4
SHARES = {"consumer_share_boiler", "consumer_share_heat_pump"}


class TestTables:
    @pytest.mark.parametrize("times", [STAMPS, SECONDS], ids=["stamps", "seconds"])
    @pytest.mark.parametrize("suffix", [".parquet", ".csv"])
    def test_of_every_quantity(self, times, suffix, network, heatnet, tmp_path):
        """Rows at the times as given, a table a quantity, balances that close from the files alone."""
        folder = boundary_of(tmp_path / "hours", times)
        flags = ["--csv"] if suffix == ".csv" else []
        answer = heatnet("simulate", network, "--boundary", folder, "--out", "deep/states", *flags)
        assert answer.code == 0
        out = tmp_path / "deep" / "states"
        by_element = {name for name, quantity in QUANTITIES.items() if quantity.dimension}
        assert names_in(out) == {f"{name}{suffix}" for name in by_element | SHARES | {"network"}}
        read = {name: read_table(out / f"{name}{suffix}") for name in by_element | SHARES | {"network"}}
        expected = [pd.Timestamp(time) if isinstance(time, str) else float(time) for time in times]
        assert all(list(table.index) == expected and table.index.name == "time" for table in read.values())
        assert list(read["network"].columns) == [
            "heat_loss_mw",
            "stored_heat_mwh",
            "mass_residual_kg_per_s",
            "energy_residual_mw",
            "status",
        ]
        assert set(read["network"]["status"]) == {"ok"}
        assert read["consumer_heat_mw"]["c1"].to_numpy() == pytest.approx([3.0, 2.0, 1.0], rel=HEAT_TOLERANCE)
        gap = read["plant_heat_mw"].sum(axis=1) - read["consumer_heat_mw"].sum(axis=1) - read["network"]["heat_loss_mw"]
        assert gap.abs().max() < BALANCE_MW
        whole = sum(read[name] for name in SHARES)
        np.testing.assert_allclose(whole, 1.0, rtol=1e-9)

    def test_of_a_bundled_network(self, heatnet, tmp_path):
        """Cold mornings of TEDA East by their outdoor temperature: less outside, more heat."""
        (tmp_path / "hours").mkdir()
        rows = "\n".join(f"{time},{t}" for time, t in zip(STAMPS, (-7, -3, 2), strict=True))
        (tmp_path / "hours" / "t_outdoor_degc.csv").write_text(f"time,all\n{rows}\n")
        answer = heatnet("simulate", bundled_path("networks") / "teda_east", "--boundary", "hours", "--out", "states")
        assert answer.code == 0
        heat = read_table(tmp_path / "states" / "consumer_heat_mw.parquet").sum(axis=1)
        assert (heat.diff().dropna() < 0).all()
        assert "3 of 3 rows solved" in answer.out

    def test_with_one_source_have_no_shares(self, draft, heatnet, hours, tmp_path):
        draft.tables["plants"] = [draft.row("plants", "boiler")]
        (hours / "boundary.yaml").unlink()
        answer = heatnet("simulate", draft.write(tmp_path / "tiny"), "--boundary", hours, "--out", "states")
        assert answer.code == 0
        assert [name for name in names_in(tmp_path / "states") if name.startswith("consumer_share")] == []

    def test_in_a_folder_that_holds_something_else(self, network, heatnet, hours, tmp_path):
        (tmp_path / "states").mkdir()
        (tmp_path / "states" / "notes.csv").write_text("mine\n")
        assert heatnet("simulate", network, "--boundary", hours, "--out", "states").code == 0
        assert (tmp_path / "states" / "notes.csv").read_text() == "mine\n"

    def test_threads_change_no_number(self, network, heatnet, hours, tmp_path):
        for threads in (1, 2):
            words = ("--threads", threads, "--out", f"states{threads}")
            assert heatnet("simulate", network, "--boundary", hours, *words).code == 0
        for file in (tmp_path / "states1").iterdir():
            assert file.read_bytes() == (tmp_path / "states2" / file.name).read_bytes()


class TestWhatIsPrinted:
    def test_sums_residuals_and_where_the_tables_lie(self, network, heatnet, hours, tmp_path):
        """Three rows of an hour each: 8.5 + 6 + 3 MWh to the consumers."""
        answer = heatnet("simulate", network, "--boundary", hours, "--out", "states")
        for text in ("Tiny, season: 3 of 3 rows solved", "3 × solved", "Sums over 3 h", "17.50 MWh", "none"):
            assert text in answer.out
        for text in ("Heat from sources", "Heat loss", "Pump electricity", "Residual of the heat balance", "states"):
            assert text in answer.out
        assert answer.err == ""

    def test_what_the_network_must_be_built_for(self, network, heatnet, hours, tmp_path):
        """Extremes with place and time, each as the tables have it."""
        answer = heatnet("simulate", network, "--boundary", hours, "--out", "states")
        read = {file.stem: read_table(file) for file in (tmp_path / "states").iterdir()}
        rows = {line[:39].strip(): line[39:] for line in answer.out.splitlines()}
        given, dp = read["plant_heat_mw"].sum(axis=1), read["consumer_dp_bar"]
        assert f"{given.max():.2f} MW" in rows["Highest load on the sources"]
        assert str(given.idxmax())[:16] in rows["Highest load on the sources"]
        fastest = read["pipe_velocity_m_per_s"].stack()
        assert f"{fastest.max():.2f} m/s" in rows["Highest velocity"]
        assert fastest.idxmax()[1] in rows["Highest velocity"]
        coldest = read["consumer_t_supply_degc"].stack()
        assert f"{coldest.min():.1f} °C" in rows["Supply temperature, coldest consumer"]
        assert coldest.idxmin()[1] in rows["Supply temperature, coldest consumer"]
        worst = rows["Available pressure, worst consumer"]
        assert any(
            f"{row[name]:.2f} bar" in worst and name in worst for _time, row in dp.iterrows() for name in row.index
        )
        gauge = pd.concat([read["node_p_supply_bar"], read["node_p_return_bar"]]) - 1.01325
        for word in ("min", "max"):
            line = rows[{"min": "Gauge pressure, lowest", "max": "Gauge pressure, highest"}[word]]
            places = gauge.stack()
            time, node = getattr(places, f"idx{word}")()
            assert f"{getattr(places, word)():.2f} bar" in line
            assert node in line
            assert str(time)[:16] in line
        pumps = read["plant_pump_mw"].to_numpy().sum()
        assert f"{pumps:.3f} MWh" in rows["Pump electricity"]
        assert "17.50 MWh (63.00 GJ)" in rows["Heat to consumers"]

    def test_means_where_steps_are_not_known(self, network, heatnet, tmp_path):
        """Rows that stand for no equal steps have no sum: 17.5 MW over three rows are 5.83 MW."""
        folder = boundary_of(tmp_path / "hours", (0, 900, 5000))
        answer = heatnet("simulate", network, "--boundary", folder, "--out", "states")
        assert "Means of 3 rows" in answer.out
        assert "5.83 MW" in answer.out
        assert "MWh" not in answer.out

    def test_in_line_heaters_are_sources(self, draft, heatnet, hours, tmp_path):
        """1 MW in a pipe for three hours: sources = consumers + losses in what is printed."""
        draft.row("pipes", "p1")["heat_mw"] = 1.0
        answer = heatnet("simulate", draft.write(tmp_path / "tiny"), "--boundary", hours, "--out", "states", "--csv")
        assert answer.code == 0
        state = read_table(tmp_path / "states" / "network.csv")
        given = 17.5 + state["heat_loss_mw"].sum()
        assert f"{given:.2f} MWh" in answer.out
        assert "consumer_share_p1.csv" in names_in(tmp_path / "states")

    def test_the_worst_shortfall(self, network, heatnet, hours, tmp_path, monkeypatch):
        real = engines.simulate

        def short(*args, **words):
            dataset = real(*args, **words)
            dataset["consumer_shortfall_mw"].values[1, 2] = 0.25
            dataset["consumer_shortfall_mw"].values[0, 0] = 0.1
            dataset["status"] = ("time", ["ok_undersupplied", "ok_undersupplied", "ok"])
            return dataset

        monkeypatch.setattr(engines, "simulate", short)
        answer = heatnet("simulate", network, "--boundary", hours, "--out", "states")
        assert answer.code == 0
        line = next(line for line in answer.out.splitlines() if "Worst shortfall" in line)
        for text in ("0.250 MW", "c3", "2025-01-15 08:00"):
            assert text in line
        assert "2 × solved, some station undersupplied" in answer.out

    def test_warnings_with_place_time_and_number_of_rows(self, draft, heatnet, hours, tmp_path):
        """A pressure point too low for 110 °C, and a boiler for 6 MW that gives more in the first hour alone."""
        draft.meta["pressure_point"]["p_bar"] = 1.0
        draft.row("plants", "boiler")["capacity_mw"] = 6.0
        draft.row("plants", "boiler")["head_bar"] = 0.6
        answer = heatnet("simulate", draft.write(tmp_path / "tiny"), "--boundary", hours, "--out", "states")
        warnings = [line for line in answer.out.splitlines() if line.startswith("Warning")]
        (boiling,) = (line for line in warnings if "the water boils" in line)
        p_bar, hot = (
            read_table(tmp_path / "states" / f"node_{name}.parquet") for name in ("p_supply_bar", "t_supply_degc")
        )
        lack = saturation_pressure_bar(hot) - p_bar
        time, node = lack.stack().idxmax()
        rows = int((lack > 0).any(axis=1).sum())
        for text in (
            f"{node}, supply line",
            f"{rows} rows, worst at {str(time)[:16]}",
            f"{p_bar.loc[time, node]:.2f} bar",
        ):
            assert text in boiling
        read = read_table(tmp_path / "states" / "plant_heat_mw.parquet")["boiler"]
        (above,) = (line for line in warnings if "above its capacity of 6.00 MW" in line)
        for text in (
            f"up to {read.max():.2f} MW",
            f"{read.max() - 6.0:.2f} MW above",
            "1 row, worst at 2025-01-15 07:00",
        ):
            assert text in above

    def test_one_row_and_a_constant(self, network, heatnet, tmp_path):
        (tmp_path / "hours").mkdir()
        (tmp_path / "hours" / "boundary.yaml").write_text("consumer_heat_mw: 1\nplant_heat_mw: {heat_pump: 0.5}\n")
        answer = heatnet("simulate", network, "--boundary", "hours", "--out", "states")
        assert "1 of 1 row solved" in answer.out
        assert "constant" in answer.out
        assert "second" not in answer.out
        answer = heatnet("simulate", network, "--boundary", "hours", "--out", "states", "--lang", "zh")
        assert "恒定" in answer.out

    def test_in_chinese(self, network, heatnet, hours):
        answer = heatnet("simulate", network, "--boundary", hours, "--out", "states", "--lang", "zh")
        assert answer.code == 0
        assert "小网" in answer.out
        assert "已求解" in answer.out

    def test_names_with_brackets(self, draft, heatnet, hours, tmp_path):
        draft.meta["name"]["en"] = "Tiny [/bold] [red]net"
        words = ("--boundary", hours, "--out", "[red]out", "--engine", "both")
        answer = heatnet("simulate", draft.write(tmp_path / "tiny"), *words)
        assert answer.code == 0
        assert "Tiny [/bold] [red]net" in answer.out
        assert "[red]out" in answer.out

    def test_a_bar_on_a_terminal_only(self, network, heatnet, hours, monkeypatch):
        screen = Console(file=StringIO(), force_terminal=True, width=120)
        plain = show.console()
        monkeypatch.setattr(show, "console", lambda stderr=False: screen if stderr else plain)
        answer = heatnet("simulate", network, "--boundary", hours, "--out", "states", "--engine", "pandapipes")
        assert answer.code == 0
        shown = screen.file.getvalue()
        for text in ("Solving Tiny, pandapipes", "3/3", "time left"):
            assert text in shown


def test_the_python_example_of_the_docs(network, hours, monkeypatch, tmp_path, capsys):
    page = (Path(__file__).parents[2] / "docs" / "files.md").read_text(encoding="utf-8")
    examples = re.findall(r"```python\n(.*?)```", page, flags=re.S)
    example = next(text for text in examples if "heatnet.simulate import" in text)
    network.parent.joinpath("networks").mkdir()
    network.rename(tmp_path / "networks" / "teda_east")
    hours.rename(tmp_path / "myhours")
    monkeypatch.chdir(tmp_path)
    exec(compile(example, "docs/files.md", "exec"), {})
    assert "ok    3" in capsys.readouterr().out
