"""`heatnet simulate`: tables of a boundary folder by either engine or both, earlier tables replaced, wrong wishes refused."""

from __future__ import annotations

import os
import re
from io import StringIO
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from heatnet import simulate as engines
from heatnet.cli import show
from heatnet.cli.simulation_summary import _figure, row_hours
from heatnet.io.bundled import bundled_path
from heatnet.io.results_store import read_table
from heatnet.simulate.quantities import QUANTITIES
from heatnet.study import states as tables
from heatnet.web.labels import status_label

STAMPS = ("2025-01-15T07:00", "2025-01-15T08:00", "2025-01-15T09:00")
SECONDS = (0, 900, 1800)
HEAT = "time,c1,c2,c3\n{},3.0,2.0,3.5\n{},2.0,1.5,2.5\n{},1.0,0.5,1.5\n"
#: a heat pump that is to give more than all consumers take: no state in the last row
TOO_MUCH = "time,heat_pump\n0,0.5\n1,0.5\n2,300\n"
#: sums of tables against each other, from doubles as they are written
BALANCE_MW = 1e-4
SHARES = {"consumer_share_boiler", "consumer_share_heat_pump"}


@pytest.fixture
def network(draft, tmp_path):
    return draft.write(tmp_path / "tiny")


@pytest.fixture
def hours(tmp_path):
    return boundary_of(tmp_path / "hours")


def boundary_of(folder, times=STAMPS, **files):
    folder.mkdir()
    (folder / "consumer_heat_mw.csv").write_text(HEAT.format(*times))
    (folder / "boundary.yaml").write_text("plant_heat_mw: {heat_pump: 0.5}\n")
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text)
    return folder


def hopeless(tmp_path):
    """A boundary whose last row has no state."""
    return boundary_of(tmp_path / "hours", (0, 1, 2), plant_heat_mw=TOO_MUCH)


def names_in(folder):
    return {file.name for file in folder.iterdir()}


@pytest.fixture
def asked(monkeypatch):
    """What `simulate` is asked for; arguments that it does not know yet are taken off."""
    calls, real = [], engines.simulate

    def simulate(network, boundary, **words):
        calls.append(words)
        known = ("engine", "progress", "threads")
        return real(network, boundary, **{name: value for name, value in words.items() if name in known})

    monkeypatch.setattr(engines, "simulate", simulate)
    return calls


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
        assert read["consumer_heat_mw"]["c1"].to_numpy() == pytest.approx([3.0, 2.0, 1.0], rel=1e-9)
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
        extremes = f"{gauge.min(axis=None):.2f} … {gauge.max(axis=None):.2f} bar"
        assert extremes in rows["Gauge pressure, lowest to highest"]
        pumps = read["plant_pump_mw"].to_numpy().sum()
        assert f"{pumps:.3f} MWh" in rows["Pump electricity"]
        assert "17.50 MWh (63.00 GJ)" in rows["Heat to consumers"]

    def test_digits_by_size(self):
        shown = [_figure(value) for value in (406382.33, -1234.5, 189.96, 17.5, -4.114, 0.0214, 0.0)]
        assert shown == ["406,382", "-1,234", "190.0", "17.50", "-4.11", "0.021", "0.000"]

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


class TestBothEngines:
    def test_tables_of_each_and_their_differences(self, network, heatnet, hours, tmp_path):
        answer = heatnet("simulate", network, "--boundary", hours, "--out", "states", "--engine", "both", "--csv")
        assert answer.code == 0
        out = tmp_path / "states"
        assert names_in(out) - {"pandapipes", "comparison.csv"} == names_in(out / "pandapipes")
        ours, theirs = (read_table(place / "node_t_supply_degc.csv") for place in (out, out / "pandapipes"))
        table = pd.read_csv(out / "comparison.csv").set_index("quantity")
        row = table.loc["node_t_supply_degc"]
        gap = (ours - theirs).abs()
        assert row["largest_difference"] == pytest.approx(gap.to_numpy().max(), rel=1e-6)
        assert gap.at[pd.Timestamp(row["time"]), row["element"]] == gap.to_numpy().max()
        assert set(table["kind"]) == {"temperature", "pressure", "flow", "heat", "power"}
        assert set(table["rows_compared"]) == {3}
        for text in ("Largest differences between season and pandapipes in 3 rows", "flow, of the largest"):
            assert text in answer.out
        assert "pandapipes: 0 of 3 rows not solved" in answer.out

    def test_as_parquet(self, network, heatnet, tmp_path):
        folder = boundary_of(tmp_path / "hours", SECONDS)
        assert heatnet("simulate", network, "--boundary", folder, "--out", "states", "--engine", "both").code == 0
        table = pd.read_parquet(tmp_path / "states" / "comparison.parquet")
        assert table["time"].isin([float(time) for time in SECONDS]).all()

    def test_rows_that_one_cannot_solve_are_no_difference(self, network, heatnet, hours, monkeypatch, tmp_path):
        real = engines.simulate

        def weak(*args, engine, **words):
            dataset = real(*args, engine=engine, **words)
            if engine == "pandapipes":
                for name in QUANTITIES:
                    dataset[name].values[1] = np.nan
                dataset["status"] = ("time", ["ok", "not_converged", "ok"])
            return dataset

        monkeypatch.setattr(engines, "simulate", weak)
        answer = heatnet("simulate", network, "--boundary", hours, "--out", "states", "--engine", "both")
        assert answer.code == 0
        text = " ".join(answer.out.split())
        assert "in 2 rows that both solve" in text
        assert "pandapipes: 1 of 3 rows not solved (1 × not converged)" in text
        assert "Rows with different statuses: 1, the first at 2025-01-15 08:00 (season: solved; pandapipes: not" in text
        assert list(read_table(tmp_path / "states" / "pandapipes" / "network.parquet")["status"])[1] == "not_converged"

    def test_pandapipes_alone(self, network, heatnet, hours, tmp_path):
        answer = heatnet("simulate", network, "--boundary", hours, "--out", "states", "--engine", "pandapipes")
        assert answer.code == 0
        assert "Tiny, pandapipes: 3 of 3 rows solved" in answer.out
        assert not (tmp_path / "states" / "pandapipes").exists()

    @pytest.mark.parametrize("engine", ["pandapipes", "both"])
    def test_every_feature_that_pandapipes_lacks(self, engine, draft, heatnet, hours, asked, tmp_path):
        draft.row("consumers", "c1").update(control="valve", kv_m3_per_h=50.0)
        draft.tables["pumps"] = [
            {"id": "booster", "from_node": "fork", "to_node": "north", "line": "supply", "curve": "0:3, 100:1"}
        ]
        draft.tables["valves"] = [{"id": "flap", "from_node": "fork", "to_node": "east", "line": "supply"}]
        draft.tables["valves"][0]["kind"] = "check"
        path = draft.write(tmp_path / "tiny")
        answer = heatnet("simulate", path, "--boundary", hours, "--out", "states", "--engine", engine)
        assert answer.code == 2
        for text in ("consumers, c1, control", "pumps, booster, curve", "valves, flap, kind", "pandapipes"):
            assert text in answer.err
        assert asked == []
        assert not (tmp_path / "states").exists()


class TestRowsWithoutAState:
    def test_some_are_said_and_stay_empty(self, network, heatnet, tmp_path):
        answer = heatnet("simulate", network, "--boundary", hopeless(tmp_path), "--out", "states")
        assert answer.code == 0
        text = " ".join(answer.out.split())
        assert "2 of 3 rows solved" in text
        assert "Warning: rows without a solution, empty in the tables: 1, the first at second 2" in text
        state = read_table(tmp_path / "states" / "network.parquet")
        assert list(state["status"])[:2] == ["ok", "ok"]
        assert f"2 × solved; 1 × {status_label(state['status'].iloc[2])}" in text
        assert state["heat_loss_mw"].isna().tolist() == [False, False, True]

    def test_none_at_all_is_exit_code_3_with_tables(self, network, heatnet, tmp_path):
        """Every consumer keeps its column: who reads a table finds it, empty."""
        folder = hopeless(tmp_path)
        (folder / "plant_heat_mw.csv").write_text(TOO_MUCH.replace("0.5", "300"))
        answer = heatnet("simulate", network, "--boundary", folder, "--out", "states")
        assert answer.code == 3
        assert "0 of 3 rows solved" in answer.out
        state = read_table(tmp_path / "states" / "network.parquet")
        assert f"No state could be solved: {status_label(state['status'].iloc[0])}" in answer.err
        assert not state["status"].str.startswith("ok").any()
        heat = read_table(tmp_path / "states" / "consumer_heat_mw.parquet")
        assert list(heat.columns) == ["c1", "c2", "c3"]
        assert heat.isna().all(axis=None)


class TestSecondRun:
    def test_nothing_of_the_first_survives(self, network, draft, heatnet, hours, tmp_path):
        """First both engines and shares as CSV, then one engine, one plant, Parquet: only the second run's tables."""
        out = tmp_path / "states"
        words = ("--boundary", hours, "--out", out)
        assert heatnet("simulate", network, *words, "--engine", "both", "--csv").code == 0
        assert "consumer_share_boiler.csv" in names_in(out)
        (out / "pandapipes" / "notes.txt").write_text("mine")
        draft.tables["plants"] = [draft.row("plants", "boiler")]
        (hours / "boundary.yaml").unlink()
        assert heatnet("simulate", draft.write(tmp_path / "single"), *words).code == 0
        by_element = {name for name, quantity in QUANTITIES.items() if quantity.dimension}
        assert names_in(out) == {f"{name}.parquet" for name in by_element | {"network"}} | {"pandapipes"}
        assert names_in(out / "pandapipes") == {"notes.txt"}

    def test_the_folder_of_the_other_engine_goes(self, network, heatnet, hours, tmp_path):
        words = ("simulate", network, "--boundary", hours, "--out", "states")
        assert heatnet(*words, "--engine", "both").code == 0
        assert heatnet(*words, "--engine", "pandapipes").code == 0
        assert [item for item in (tmp_path / "states").iterdir() if item.is_dir()] == []

    def test_a_failed_second_run_leaves_the_first(self, network, heatnet, hours, tmp_path):
        words = ("simulate", network, "--boundary", hours, "--out", "states")
        assert heatnet(*words).code == 0
        before = {file.name: file.read_bytes() for file in (tmp_path / "states").iterdir()}
        (hours / "consumer_heat_mw.csv").write_text("time,c9\n0,1\n")
        assert heatnet(*words).code == 2
        assert {file.name: file.read_bytes() for file in (tmp_path / "states").iterdir()} == before

    def test_interrupted_while_it_solves(self, network, heatnet, hours, tmp_path, monkeypatch):
        def interrupted(*_args, **_words):
            raise KeyboardInterrupt

        monkeypatch.setattr(engines, "simulate", interrupted)
        answer = heatnet("simulate", network, "--boundary", hours, "--out", "states")
        assert answer.code == 130
        assert "Interrupted." in answer.err
        assert not (tmp_path / "states").exists()

    def test_a_full_disk_leaves_the_first_run(self, network, heatnet, hours, tmp_path, monkeypatch):
        words = ("simulate", network, "--boundary", hours, "--out", "states")
        assert heatnet(*words).code == 0
        before = {file.name: file.read_bytes() for file in (tmp_path / "states").iterdir()}
        written = []

        def full(frame, folder, name, suffix):
            written.append(name)
            if len(written) > 5:
                raise OSError(28, "No space left on device", str(folder))
            real(frame, folder, name, suffix)

        real = tables._write
        monkeypatch.setattr(tables, "_write", full)
        answer = heatnet(*words, "--csv")
        assert answer.code == 2
        assert "No space left" in answer.err
        assert {file.name: file.read_bytes() for file in (tmp_path / "states").iterdir()} == before

    @pytest.mark.parametrize("after", [0, 1, 7])
    def test_stopped_while_it_replaces(self, after, network, heatnet, hours, tmp_path, monkeypatch):
        """A folder without a table `network` is not complete; the next run puts it right."""
        out, moved, real = tmp_path / "states", [], os.replace
        words = ("simulate", network, "--boundary", hours, "--out", "states")
        assert heatnet(*words, "--csv", "--engine", "both").code == 0

        def stopped(source, target):
            if tables._PART in str(target) or len(moved) < after:
                moved.append(target) if tables._PART not in str(target) else None
                return real(source, target)
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr("os.replace", stopped)
            assert heatnet(*words, "--engine", "both").code == 130
        complete = [place for place in (out, out / "pandapipes") if list(place.glob("network.*"))]
        # what is replaced first is that of the other engine; ours is whole until then
        assert complete == [out]
        assert read_table(out / "network.csv")["status"].tolist() == ["ok"] * 3
        assert heatnet(*words).code == 0
        assert {file.suffix for file in out.iterdir()} == {".parquet"}


class TestWishes:
    def test_only_what_is_asked_for_reaches_the_engine(self, network, heatnet, hours, asked):
        words = ("simulate", network, "--boundary", hours, "--out", "states")
        assert heatnet(*words, "--threads", "2").code == 0
        assert {name for name in asked[0] if name != "progress"} == {"engine", "threads"}
        assert (asked[0]["engine"], asked[0]["threads"]) == ("season", 2)
        assert heatnet(*words, "--transient").code == 0
        assert (asked[1]["transient"], asked[1]["step_s"]) == (True, 900.0)
        assert "station_returns" not in asked[1]
        assert heatnet(*words, "--transient", "--step-s", "60", "--station-returns").code == 0
        assert (asked[2]["step_s"], asked[2]["station_returns"]) == (60.0, True)

    def test_a_transient_run_has_no_shares_and_tells_the_stored_heat(self, network, heatnet, hours, asked, tmp_path):
        """Shares follow steady states only; instants an hour apart span two hours: (8.5 + 6)/2 + (6 + 3)/2 = 11.75."""
        answer = heatnet("simulate", network, "--boundary", hours, "--out", "states", "--transient")
        assert answer.code == 0
        assert [name for name in names_in(tmp_path / "states") if name.startswith("consumer_share")] == []
        for text in ("Sums over 2 h", "11.75 MWh", "Change of stored heat"):
            assert text in answer.out

    @pytest.mark.parametrize(
        ("words", "place"),
        [
            (["--transient", "--engine", "pandapipes"], "'pandapipes' stands beside --transient"),
            (["--transient", "--engine", "both"], "'both' stands beside --transient"),
            (["--step-s", "60"], "stands without --transient"),
            (["--transient", "--step-s", "0"], "--step-s: value 0.0"),
            (["--transient", "--step-s", "3601"], "Allowed: 1 to 3600"),
            (["--transient", "--step-s", "nan"], "--step-s"),
            (["--threads", "0"], "--threads"),
            (["--engine", "sesaon"], "--engine"),
            (["--boundary", "nowhere"], "nowhere"),
            (["--boundary", "tiny"], "nodes.csv"),
            (["--out", "taken"], "'taken' is a file"),
            (["--out", "taken/states"], "'taken' is a file"),
            (["--out", "tiny"], "is a folder of the input"),
            (["--out", "hours"], "is a folder of the input"),
            (["--out", "others"], "no simulation wrote: consumer_heat_mw.csv"),
        ],
        ids=lambda value: "_".join(value) if isinstance(value, list) else "",
    )
    def test_that_cannot_be(self, words, place, network, heatnet, hours, tmp_path):
        """Nothing is written, and no folder of somebody's input is touched."""
        (tmp_path / "taken").touch()
        others = boundary_of(tmp_path / "others")
        before = {file: file.read_bytes() for file in [*hours.iterdir(), *others.iterdir(), *network.iterdir()]}
        defaults = {"--boundary": "hours", "--out": "states"}
        rest = [word for name, value in defaults.items() if name not in words for word in (name, value)]
        answer = heatnet("simulate", network, *words, *rest)
        assert answer.code == 2
        assert place in " ".join(answer.err.split())
        assert "Traceback" not in answer.err
        assert not (tmp_path / "states").exists()
        assert {file: file.read_bytes() for file in before} == before

    def test_all_wrong_options_at_once(self, network, heatnet, hours, tmp_path):
        (tmp_path / "taken").touch()
        words = ("--engine", "both", "--transient", "--step-s", "0", "--out", "taken")
        answer = heatnet("simulate", network, "--boundary", hours, *words)
        assert answer.code == 2
        assert "3 problems" in answer.err

    def test_a_boundary_beside_the_tables_of_the_other_engine(self, network, heatnet, tmp_path):
        """A boundary named like the folder of the other engine's tables is not written over."""
        (tmp_path / "work").mkdir()
        folder = boundary_of(tmp_path / "work" / "pandapipes")
        words = ("simulate", network, "--boundary", folder, "--out", "work")
        assert heatnet(*words, "--engine", "both").code == 2
        assert heatnet(*words).code == 0
        assert names_in(folder) == {"consumer_heat_mw.csv", "boundary.yaml"}

    def test_unknown_variables_and_elements(self, network, heatnet, hours, tmp_path):
        (hours / "consumer_heat_mwh.csv").write_text("time,c1\n2025-01-15T07:00,3\n")
        (hours / "boundary.yaml").write_text("plant_heat_mw: {heat_pmp: 0.5}\n")
        answer = heatnet("simulate", network, "--boundary", hours, "--out", "states")
        assert answer.code == 2
        for text in ("consumer_heat_mwh.csv", "unknown variable", "heat_pmp", "'heat_pump'"):
            assert text in answer.err
        assert not (tmp_path / "states").exists()

    def test_a_steam_network(self, study_draft, heatnet, tmp_path, hours):
        path = study_draft.network.steam.write(tmp_path / "steam_net")
        answer = heatnet("simulate", path, "--boundary", hours, "--out", "states")
        assert answer.code == 2
        assert "steam" in answer.err
        assert not (tmp_path / "states").exists()

    def test_help_has_an_example(self, heatnet):
        answer = heatnet("simulate", "--help")
        assert answer.code == 0
        assert "heatnet simulate networks" in " ".join(answer.out.split())
        assert "simulate" in heatnet("--help").out


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


class TestRowHours:
    def test_equal_steps(self):
        stamps = pd.date_range("2025-01-15", periods=3, freq="2h")
        solved = np.array([True, False, True])
        np.testing.assert_allclose(row_hours(stamps, solved, False), [2.0, 0.0, 2.0])
        np.testing.assert_allclose(row_hours(pd.Index([0.0, 900.0]), solved[:1].repeat(2), False), [0.25, 0.25])

    def test_instants_are_joined_by_straight_lines(self):
        """Power 0, 6, 6 MW at 0, 1 and 3 h: 3 + 12 MWh."""
        hours = row_hours(pd.Index([0.0, 3600.0, 10800.0]), np.ones(3, dtype=bool), True)
        assert hours @ np.array([0.0, 6.0, 6.0]) == pytest.approx(15.0)

    def test_nothing_across_an_instant_that_is_not_solved(self):
        solved = np.array([True, True, False, True])
        np.testing.assert_allclose(row_hours(pd.Index([0.0, 3600.0, 7200.0, 9000.0]), solved, True), [0.5, 0.5, 0, 0])

    @pytest.mark.parametrize("time", [[0.0], [0.0, 900.0, 5000.0]], ids=["one row", "unequal"])
    def test_unknown(self, time):
        assert row_hours(pd.Index(time), np.ones(len(time), dtype=bool), False) is None
