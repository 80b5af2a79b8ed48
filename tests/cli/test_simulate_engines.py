"""`heatnet simulate`: both engines and their differences, rows that have no state."""

from __future__ import annotations

import runpy
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from heatnet import simulate as engines
from heatnet.io.results_store import read_table
from heatnet.simulate.quantities import QUANTITIES
from heatnet.web.labels import status_label

SMALL = runpy.run_path(str(Path(__file__).parent / "small_boundary.py"))
boundary_of, names_in, SECONDS = SMALL["boundary_of"], SMALL["names_in"], SMALL["SECONDS"]
#: a heat pump that is to give more than all consumers take: no state in the last row
TOO_MUCH = "time,heat_pump\n0,0.5\n1,0.5\n2,29\n"


def hopeless(tmp_path):
    """A boundary whose last row has no state."""
    return boundary_of(tmp_path / "hours", (0, 1, 2), plant_heat_mw=TOO_MUCH)


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
        for text in ("Largest differences between season and pandapipes, both solve 3 rows", "flow, of the largest"):
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
        assert "both solve 2 rows" in text
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
        (folder / "plant_heat_mw.csv").write_text(TOO_MUCH.replace("0.5", "29"))
        answer = heatnet("simulate", network, "--boundary", folder, "--out", "states")
        assert answer.code == 3
        assert "0 of 3 rows solved" in answer.out
        state = read_table(tmp_path / "states" / "network.parquet")
        assert f"No state could be solved: {status_label(state['status'].iloc[0])}" in answer.err
        assert not state["status"].str.startswith("ok").any()
        heat = read_table(tmp_path / "states" / "consumer_heat_mw.parquet")
        assert list(heat.columns) == ["c1", "c2", "c3"]
        assert heat.isna().all(axis=None)
