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
    quantity_of,
    read_labelled_hours,
    read_summary,
    read_table,
    results_root,
    table_file,
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


def test_single_precision_takes_less_space_and_is_read_as_double(tmp_path):
    numbers = 60.0 + np.random.default_rng(1).random((3000, 20))
    frame = pd.DataFrame(numbers, index=pd.date_range("2025-01-01", periods=3000, freq="h", name="time"))
    frame.columns = frame.columns.astype(str)
    for name, table in (("double", frame), ("single", frame.astype(np.float32))):
        write_table(table, tmp_path / f"{name}.parquet")
    found = read_table(tmp_path / "single.parquet")
    assert set(found.dtypes) == {np.dtype(float)}
    assert (found.to_numpy() == numbers.astype(np.float32)).all()
    assert (tmp_path / "single.parquet").stat().st_size < 0.5 * (tmp_path / "double.parquet").stat().st_size


def test_single_precision_beside_texts(tmp_path):
    frame = pd.DataFrame({"a": np.array([0.1, 0.2, 0.3], dtype=np.float32), "status": ["ok", "no", "ok"]}, index=HOURS)
    write_table(frame, tmp_path / "some.parquet")
    found = read_table(tmp_path / "some.parquet")
    assert list(found["status"]) == ["ok", "no", "ok"]
    assert (found["a"] == frame["a"].astype(float)).all()


def test_rows_by_time_in_the_order_asked(tmp_path):
    write_table(pd.DataFrame({"a": [1.0, 2.0, 3.0]}, index=HOURS), tmp_path / "some.parquet")
    elsewhere = pd.Timestamp("2026-01-01")
    found = read_table(tmp_path / "some.parquet", pd.DatetimeIndex([HOURS[2], elsewhere, HOURS[0]]))
    assert list(found["a"]) == [3.0, 1.0]
    assert list(found.index) == [HOURS[2], HOURS[0]]


def test_labelled_hours_begin_with_the_highest_load(tmp_path):
    assert not len(read_labelled_hours(tmp_path))
    write_table(pd.DataFrame({"label": ["p00", "", "design"]}, index=HOURS), tmp_path / "network.parquet")
    assert list(read_labelled_hours(tmp_path)["label"]) == ["design", "p00"]


@pytest.mark.parametrize("quantity", ["consumer_share_热源一厂", "consumer_share_a/b: 50%?", "node_t_supply_degc"])
def test_a_quantity_named_after_an_element_has_one_file(quantity, tmp_path):
    file = table_file(tmp_path, quantity)
    write_table(pd.DataFrame({"a": [1.0, 2.0, 3.0]}, index=HOURS), file)
    (found,) = tmp_path.iterdir()
    assert quantity_of(found) == quantity
    assert not set(found.name) & set('<>:"/\\|?*')


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
