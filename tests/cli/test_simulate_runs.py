"""`heatnet simulate`: earlier tables replaced, runs that are stopped, wrong wishes refused."""

from __future__ import annotations

import os
import runpy
from pathlib import Path

import pytest

from heatnet import simulate as engines
from heatnet.io.results_store import read_table
from heatnet.simulate.quantities import QUANTITIES
from heatnet.study import states as tables

SMALL = runpy.run_path(str(Path(__file__).parent / "small_boundary.py"))
boundary_of, names_in = SMALL["boundary_of"], SMALL["names_in"]


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
