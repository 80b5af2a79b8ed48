"""Questions to a batch: answers from its tables, in a second over a thousand cases, reading alone, errors in words."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest

from heatnet.errors import InputError
from heatnet.study.batch_query import query

CASES, ELEMENTS, STATISTICS = 1000, 100, 15


@pytest.fixture(scope="module")
def batch(tmp_path_factory):
    """A thousand cases of 1500 season statistics each: numbers drawn, rate = gas price / 10."""
    folder = tmp_path_factory.mktemp("results") / "study" / "batch"
    folder.mkdir(parents=True)
    names = [f"{i:04d}" for i in range(CASES)]
    gas = np.linspace(0.5, 1.5, CASES)
    cases = pd.DataFrame({"case": names, "status": "ok", "in_gas": gas, "rate_share": gas / 10})
    cases.loc[:2, "status"] = "infeasible"
    cases.to_parquet(folder / "cases.parquet")
    size = ELEMENTS * STATISTICS
    rng = np.random.default_rng(1)
    elements = pd.DataFrame(
        {
            "case": pd.Categorical(np.repeat(names, size)),
            "element": pd.Categorical(np.tile(np.repeat([f"c{i}" for i in range(ELEMENTS)], STATISTICS), CASES)),
            "statistic": pd.Categorical(np.tile([f"s{i}_mwh" for i in range(STATISTICS)], CASES * ELEMENTS)),
            "value": rng.uniform(0, 1, CASES * size),
        }
    )
    elements.to_parquet(folder / "elements.parquet")
    return folder


def test_a_question_over_a_thousand_cases_answers_in_a_second(batch):
    """Worst season of each consumer over 1.5 million rows, of the cases that reach 10 %; processor time, as others work here."""
    sql = (
        "select element, max(value) as worst, count(distinct case_.case) as seasons from elements "
        "join cases case_ on case_.case = elements.case where statistic = 's3_mwh' and rate_share >= 0.1 "
        "group by element order by worst desc"
    )
    query(batch, "select 1")
    start = time.process_time()
    answer = query(batch, sql)
    assert time.process_time() - start < 1.0
    assert answer.columns == ("element", "worst", "seasons")
    assert len(answer.rows) == ELEMENTS
    assert {row[2] for row in answer.rows} == {CASES // 2}


def test_the_answer_is_that_of_pandas(batch):
    cases = pd.read_parquet(batch / "cases.parquet")
    [(mean, count)] = query(batch, "select avg(rate_share), count(*) from cases where status = 'ok'").rows
    good = cases[cases["status"] == "ok"]
    assert mean == pytest.approx(good["rate_share"].mean())
    assert count == len(good)


def test_results_of_the_study_mean_its_batch(batch):
    assert query(batch.parent, "select count(*) from cases").rows == [(CASES,)]


@pytest.mark.parametrize(
    ("sql", "word"),
    [
        ("select rate from cases", "rate_share"),
        ("select * from case_table", "case_table"),
        ("selec 1", "selec"),
        ("drop view cases", "is not one SELECT"),
        ("copy cases to '/tmp/heatnet_stolen.csv'", "is not one SELECT"),
        ("select 1; select 2", "is not one SELECT"),
        ("", "is not one SELECT"),
        ("select * from read_csv('/etc/passwd')", "disabled"),
        ("select * from '/etc/passwd'", "does not exist"),
    ],
)
def test_what_is_no_question_is_told_in_words(batch, sql, word):
    with pytest.raises(InputError) as error:
        query(batch, sql)
    assert word in str(error.value)


def test_no_batch_is_told(tmp_path):
    with pytest.raises(InputError, match="holds no tables of a batch"):
        query(tmp_path, "select 1")
    with pytest.raises(InputError, match="does not exist"):
        query(tmp_path / "nowhere", "select 1")
