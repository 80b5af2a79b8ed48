"""Season statistics by hand: what is summed, what has a least and a largest value, hours without a number."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

from heatnet.study.batch_elements import statistics
from heatnet.study.batch_fingerprint import is_checked
from heatnet.study.batch_hours import split_element
from heatnet.study.batch_layout import TABLE_FILES
from heatnet.study.batch_store import Finished
from heatnet.study.batch_tables import case_row, write_tables

#: two elements over three hours, the second without a number in the last
HOURS = np.array([[1.0, -4.0], [2.0, 3.0], [6.0, np.nan]])


@pytest.mark.parametrize(
    ("quantity", "expected"),
    [
        ("heat_mw", {"heat_mwh": [9.0, -1.0], "heat_max_mw": [6.0, 3.0]}),
        ("mw", {"mwh": [9.0, -1.0], "max_mw": [6.0, 3.0]}),
        ("t_supply_degc", {"t_supply_min_degc": [1.0, -4.0], "t_supply_max_degc": [6.0, 3.0]}),
        ("dp_bar", {"dp_min_bar": [1.0, -4.0], "dp_max_bar": [6.0, 3.0]}),
        ("mdot_kg_per_s", {"mdot_max_kg_per_s": [6.0, 4.0]}),
        ("velocity_m_per_s", {"velocity_max_m_per_s": [6.0, 4.0]}),
        ("loading_share", {"loading_max_share": [6.0, 4.0]}),
        ("tap", {"tap_max": [6.0, 4.0]}),
    ],
)
def test_statistics_of_a_quantity(quantity, expected):
    found = dict(statistics(quantity, HOURS))
    assert {name: values.tolist() for name, values in found.items()} == expected


def test_an_element_without_any_number_has_no_statistic():
    for _name, values in statistics("heat_mw", np.array([[np.nan], [np.nan]])):
        assert np.isnan(values).all()


def test_one_in_fifty_is_checked_by_its_name_alone():
    names = [f"{i:04d}" for i in range(5000)]
    share = np.mean([is_checked(name, 50) for name in names])
    # binomial: sd 0.002
    assert share == pytest.approx(0.02, abs=0.008)
    assert not any(is_checked(name, 0) for name in names)
    assert all(is_checked(name, 1) for name in names[:10])
    first = next(name for name in names if is_checked(name, 50))
    assert int(hashlib.sha256(first.encode()).hexdigest(), 16) % 50 == 0


@pytest.mark.parametrize(
    ("element", "parts"),
    [
        ("east/c1", ("east", "water", "c1")),
        ("east/steam/mill", ("east", "steam", "mill")),
        ("east/electric/feeder", ("east", "electric", "feeder")),
        ("east/steam", ("east", "water", "steam")),
        ("east/a/b", ("east", "water", "a/b")),
    ],
)
def test_elements_are_named_by_network_and_carrier(element, parts):
    assert split_element(element) == parts


def test_a_row_says_which_case_how_it_ended_and_what_it_varied():
    finished = Finished("v1", "plan", "hash", "infeasible", "why", values={"gas": 1.2, "year": 3})
    assert case_row(finished) == {
        "case": "v1",
        "base": "plan",
        "status": "infeasible",
        "reason": "why",
        "in_gas": 1.2,
        "in_year": 3,
    }


def test_tables_of_a_batch_without_a_finished_case(tmp_path: Path):
    """Nothing is finished: there is a table of no cases, and none of elements or hours, even where an earlier call left one."""
    (tmp_path / TABLE_FILES["hours"]).write_bytes(b"old")
    write_tables(tmp_path, ["v1"])
    assert {file.name for file in tmp_path.iterdir()} == {TABLE_FILES["cases"], "timings.parquet"}
