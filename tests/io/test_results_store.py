"""The results folder: tables and summaries written whole, read back the same, and named when they are not there."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from heatnet.errors import InputError
from heatnet.io.results_store import (
    case_networks,
    list_cases,
    read_summary,
    read_table,
    results_root,
    write_json,
    write_table,
)

HOURS = pd.date_range("2025-01-01", periods=3, freq="h", name="time")


@pytest.fixture
def results(tmp_path):
    folder = tmp_path / "results" / "teda"
    write_json({"format_version": 1, "cases": {"b": {}, "a": {}, "failed": {}}}, folder / "summary.json")
    for name in ("a/teda_east/water", "a/inputs/teda_east", "a/cabot/site", "b/inputs"):
        (folder / name).mkdir(parents=True)
    return folder


@pytest.mark.parametrize("suffix", [".parquet", ".csv"])
@pytest.mark.parametrize("time", [HOURS, pd.Index([0.0, 900.0, 1800.0], name="time")], ids=["stamps", "seconds"])
def test_a_table_comes_back(suffix, time, tmp_path):
    frame = pd.DataFrame({"北站": [1.0, np.nan, 3.0], "status": ["ok", "not_converged", "ok"]}, index=time)
    write_table(frame, tmp_path / "deep" / f"some{suffix}")
    pd.testing.assert_frame_equal(read_table(tmp_path / "deep" / f"some{suffix}"), frame, check_freq=False)
    assert [file.name for file in (tmp_path / "deep").iterdir()] == [f"some{suffix}"]


def test_the_same_table_gives_the_same_bytes(tmp_path):
    frame = pd.DataFrame({"a": [0.1, 0.2, 0.3]}, index=HOURS)
    for name in ("one.parquet", "two.parquet"):
        write_table(frame, tmp_path / name)
    assert (tmp_path / "one.parquet").read_bytes() == (tmp_path / "two.parquet").read_bytes()


def test_csv_loses_no_digits(tmp_path):
    frame = pd.DataFrame({"a": [0.1 + 0.2, 1 / 3, 1e-17]}, index=HOURS)
    write_table(frame, tmp_path / "some.csv")
    assert list(read_table(tmp_path / "some.csv")["a"]) == list(frame["a"])


def test_numbers_that_json_does_not_know_become_null(tmp_path):
    write_json(
        {"a": float("nan"), "b": [np.float64("inf"), np.int64(3)], "c": {1: np.bool_(True)}}, tmp_path / "x.json"
    )
    assert json.loads((tmp_path / "x.json").read_text()) == {"a": None, "b": [None, 3], "c": {"1": True}}


def test_cases_and_networks_in_their_order(results):
    assert list_cases(results) == ["b", "a"]
    assert case_networks(results / "a") == ["cabot", "teda_east"]


def test_a_path_to_results_or_to_a_case(results):
    assert results_root(results) == (results, None)
    assert results_root(results / "a") == (results, "a")
    assert results_root(results / "failed") == (results, "failed")


def test_a_case_misspelt(results):
    with pytest.raises(InputError, match=r"'faild' does not exist.*b, a, failed.*Did you mean 'failed'"):
        results_root(results / "faild")


def test_results_misspelt(results):
    with pytest.raises(InputError, match=r"does not exist.*Did you mean 'teda'"):
        read_summary(results.parent / "tedaa")


def test_a_folder_without_a_summary(tmp_path):
    with pytest.raises(InputError, match=r"holds no summary.json.*heatnet run"):
        read_summary(tmp_path)


@pytest.mark.parametrize("content", ["", "{", "[1]", '{"cases": {}}'], ids=["empty", "half", "list", "no version"])
def test_a_summary_that_is_none(content, tmp_path):
    (tmp_path / "summary.json").write_text(content)
    with pytest.raises(InputError, match="cannot be read"):
        read_summary(tmp_path)


def test_a_summary_of_a_later_heatnet(tmp_path):
    (tmp_path / "summary.json").write_text('{"format_version": 2}')
    with pytest.raises(InputError, match=r"version 2.*Update heatnet"):
        read_summary(tmp_path)
