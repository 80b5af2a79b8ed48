"""The season's flows: what comes into a balance or a station goes out of it, and the totals are those of the schedules."""

from collections import defaultdict
from pathlib import Path

import pandas as pd
import pytest

from heatnet.report.context import Context
from heatnet.report.sankey import LEAST_MWH, sankey_block, season_flows, season_of
from heatnet.web.results_view import load_study


@pytest.fixture(scope="module")
def context(results: Path) -> Context:
    return Context(load_study(results))


def test_every_balance_closes(context: Context) -> None:
    flows = season_flows(context, context.study.cases["project"])
    into, out = defaultdict(float), defaultdict(float)
    for start, end, mwh in flows.links:
        out[start] += mwh
        into[end] += mwh
    middle = set(into) & set(out)
    assert {"east/water", "west/water", "east/steam", "works/site"} <= middle
    for node in middle:
        # flows too small to draw are left out, at most a few a node
        assert into[node] == pytest.approx(out[node], rel=1e-9, abs=5 * LEAST_MWH), node


def test_sources_give_what_the_schedule_says_in_the_hours_of_the_season(context: Context) -> None:
    case = context.study.cases["project"]
    season = season_of(case)
    demand = case.networks["west"].balance_mw["water"]["demand_mw"]
    assert len(season) == int((demand > 0).sum()) < 8760
    flows = season_flows(context, case)
    given = sum(mwh for start, _end, mwh in flows.links if start == "west/water/plant2")
    assert given == pytest.approx(
        float(case.networks["west"].schedule_mw["water"]["plant2"].loc[season].sum()), rel=1e-9
    )


def test_a_study_without_heating_networks_takes_the_whole_year(context: Context) -> None:
    case = context.study.cases["project"]
    works = type(case)(case.id, case.summary, None, {"works": case.networks["works"]})
    assert len(season_of(works)) == 8760
    assert isinstance(season_of(type(case)("none", {}, None, {})), pd.Index)


def test_the_page_s_block_names_every_node_once(context: Context) -> None:
    block = sankey_block(context, context.study.cases["project"])
    ids = [node["id"] for node in block["nodes"]]
    assert len(ids) == len(set(ids))
    assert {end for link in block["links"] for end in link[:2]} == set(ids)
    assert {"Plant 4", "Sewage heat pump", "dwellings", "Loss of the pipes"} <= {
        node["name"] for node in block["nodes"]
    }
