"""Variants of a batch: what is drawn, what each does to its case, and that the same file gives the same bytes."""

import pickle
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from heatnet.study.batch_config import BatchConfig
from heatnet.study.case_start import start_case, weather_of, years_of
from heatnet.study.fingerprint import fingerprint
from heatnet.study.load import load_study
from heatnet.study.sampling import point_count, points
from heatnet.study.variants import resolve, variants

GAS = {"label": "Gas", "target": {"kind": "price", "key": "gas_cny_per_mwh"}}
DEMAND = {"label": "Demand", "target": {"kind": "demand_factor"}}
SIZE = {
    "label": "Heat pump",
    "target": {"kind": "cell", "network": "tiny", "table": "plants", "rows": "heat_pump", "column": "capacity_mw"},
}
YEAR = {"label": "Year", "target": {"kind": "climate", "years": 5}}
FAILURES = {
    "label": "Failures",
    "target": {
        "kind": "failures",
        "plants": ["tiny/heat_pump", "tiny/boiler"],
        "failures_per_1000_h": 2,
        "repair_h": 40,
    },
}
PORTFOLIO = {"label": "Portfolio", "target": {"kind": "portfolio", "cases": ["gas", "project"]}}
UNIFORM = {"kind": "uniform", "low": 0.8, "high": 1.2}


def studied(draft, folder, batch):
    draft.data["batch"] = batch
    return load_study(draft.write(folder))


def test_latin_hypercube_has_one_point_in_each_stratum_of_each_dimension():
    dimensions = {
        "a": GAS | {"distribution": UNIFORM},
        "b": DEMAND | {"distribution": {"kind": "normal", "mean": 1, "sd": 0.1}},
    }
    batch = BatchConfig(method="latin_hypercube", samples=50, seed=3, dimensions=dimensions)
    drawn = points(batch)
    uniform = (np.array([point.levels["a"] for point in drawn]) - 0.8) / 0.4
    normal = stats.norm(1, 0.1).cdf([point.levels["b"] for point in drawn])
    for column in (uniform, normal):
        assert sorted(np.floor(column * 50).astype(int)) == list(range(50))
    assert [point.name for point in drawn[:2]] == ["0000", "0001"]
    assert point_count(batch) == 50


@pytest.mark.parametrize(
    ("distribution", "theirs"),
    [
        ({"kind": "triangular", "low": 1.0, "mode": 2.0, "high": 4.0}, stats.triang(1 / 3, 1.0, 3.0)),
        ({"kind": "lognormal", "median": 2.0, "sigma": 0.3}, stats.lognorm(0.3, scale=2.0)),
        ({"kind": "normal", "mean": 1.0, "sd": 0.2, "low": 0.9}, stats.truncnorm(-0.5, np.inf, 1.0, 0.2)),
    ],
)
def test_samples_follow_their_distribution(distribution, theirs):
    batch = BatchConfig(method="sobol", samples=1024, dimensions={"a": GAS | {"distribution": distribution}})
    assert stats.kstest([point.levels["a"] for point in points(batch)], theirs.cdf).statistic < 2e-3


def test_choices_come_by_weight():
    choice = {"kind": "choice", "values": [1, 2, 3], "weights": [1, 2, 1]}
    batch = BatchConfig(method="sobol", samples=1024, dimensions={"a": GAS | {"distribution": choice}})
    drawn = [point.levels["a"] for point in points(batch)]
    assert [drawn.count(value) for value in (1, 2, 3)] == [256, 512, 256]


def test_saltelli_blocks_are_a_and_b_with_one_column_changed():
    dimensions = {name: GAS | {"distribution": UNIFORM} for name in ("x", "y")}
    batch = BatchConfig(method="sobol", samples=8, indices=True, dimensions=dimensions)
    drawn = points(batch)
    assert point_count(batch) == len(drawn) == 32
    block = {name: [point.levels for point in drawn if point.block == name] for name in ("a", "b", "x", "y")}
    for row in range(8):
        assert block["x"][row] == {"x": block["b"][row]["x"], "y": block["a"][row]["y"]}
        assert block["y"][row] == {"x": block["a"][row]["x"], "y": block["b"][row]["y"]}


def test_grid_list_and_one_at_a_time():
    dimensions = {"g": GAS | {"values": [0.8, 1.2], "base": 1}, "d": DEMAND | {"values": [1.1]}}
    grid = points(BatchConfig(method="grid", dimensions=dimensions))
    assert [tuple(point.levels.values()) for point in grid] == [(0.8, 1.1), (1.2, 1.1)]
    single = points(BatchConfig(method="one_at_a_time", dimensions=dimensions))
    assert {point.name: point.levels for point in single} == {
        "base": {"g": 1, "d": None},
        "g-0.8": {"g": 0.8, "d": None},
        "g-1.2": {"g": 1.2, "d": None},
        "d-1.1": {"g": 1, "d": 1.1},
    }
    rows = {"cheap_gas": {"label": "Cheap gas", "values": {"g": 0.5}}}
    named = points(BatchConfig(method="list", dimensions=dimensions, variants=rows))
    assert [(point.name, point.levels) for point in named] == [("cheap_gas", {"g": 0.5, "d": None})]


def test_one_at_a_time_takes_quantiles_where_no_values_are_given():
    dimensions = {"g": GAS | {"distribution": UNIFORM, "base": 1}}
    single = points(BatchConfig(method="one_at_a_time", dimensions=dimensions))
    assert [point.levels["g"] for point in single] == pytest.approx([1.0, 0.84, 1.16])


def test_every_scenario_with_each_portfolio_and_year():
    dimensions = {
        "gas": GAS | {"distribution": UNIFORM},
        "portfolio": PORTFOLIO | {"each": True},
        "year": YEAR | {"values": [1, 2], "each": True},
    }
    drawn = points(BatchConfig(method="latin_hypercube", samples=3, dimensions=dimensions))
    assert [point.name for point in drawn[:4]] == [
        "0000-gas-year1",
        "0000-gas-year2",
        "0000-project-year1",
        "0000-project-year2",
    ]
    by_scenario = {
        point.scenario: {other.levels["gas"] for other in drawn if other.scenario == point.scenario} for point in drawn
    }
    assert [len(values) for values in by_scenario.values()] == [1, 1, 1]


def test_names_of_any_script_and_with_dots_are_folders_of_their_own():
    path = {name: {"gas_cny_per_mwh": 0.8} for name in ("低价", "高价", "v1.5", "v1.6", "a/b")}
    dimensions = {
        "p": {"label": "p", "target": {"kind": "price_path", "path": path}},
        "w": {"label": "w", "target": {"kind": "weather", "epw": ["年/暖冬.epw", "年/2.5K.epw"]}},
    }
    single = points(BatchConfig(method="one_at_a_time", dimensions=dimensions))
    assert [point.name for point in single[1:]] == [
        "p-低价",
        "p-高价",
        "p-v1.5",
        "p-v1.6",
        "p-a_b",
        "w-暖冬",
        "w-2.5K",
    ]
    crossed = {"gas": GAS | {"distribution": UNIFORM}, "w": dimensions["w"] | {"each": True}}
    drawn = points(BatchConfig(method="latin_hypercube", samples=1, dimensions=crossed))
    assert [point.name for point in drawn] == ["0000-暖冬", "0000-2.5K"]


def everything() -> dict:
    return {
        "method": "latin_hypercube",
        "samples": 6,
        "dimensions": {
            "gas": GAS | {"distribution": UNIFORM},
            "demand": DEMAND | {"distribution": UNIFORM},
            "size": SIZE | {"distribution": UNIFORM},
            "year": YEAR,
            "failures": FAILURES,
            "retrofit": {
                "label": "Retrofit",
                "target": {"kind": "retrofit", "saving_share": 0.5},
                "distribution": {"kind": "uniform", "low": 0.1, "high": 0.2},
            },
            "insulation": {"label": "Pipes", "target": {"kind": "pipe_insulation"}, "distribution": UNIFORM},
            "cold": {
                "label": "Return",
                "target": {"kind": "return_temperature"},
                "distribution": {"kind": "choice", "values": [5]},
            },
            "portfolio": PORTFOLIO | {"each": True},
        },
    }


def test_the_same_file_gives_the_same_variants_and_the_same_inputs(study_draft, tmp_path):
    first, again = (studied(study_draft, tmp_path / name, everything()) for name in ("a", "b"))
    one, other = variants(first), variants(again)
    assert pickle.dumps(one) == pickle.dumps(other)
    assert len({variant.name for variant in one}) == len(one) == 12
    for variant in one[:2]:
        assert fingerprint(*resolve(first, variant)) == fingerprint(*resolve(again, variant))
    assert fingerprint(*resolve(first, one[0])) != fingerprint(*resolve(first, one[2]))


def test_what_a_variant_does_to_its_case(study_draft, tmp_path):
    study = studied(study_draft, tmp_path, everything())
    variant = next(one for one in variants(study) if one.case == "project")
    values = variant.values
    resolved, case = resolve(study, variant)
    standing, network = study.cases["project"].networks["tiny"], case.networks["tiny"]
    assert resolved.prices.gas_cny_per_mwh.value == pytest.approx(values["gas"] * study.prices.gas_cny_per_mwh.value)
    assert resolved.prices.coal_cny_per_mwh == study.prices.coal_cny_per_mwh
    assert case.demand_factor == {"tiny": values["demand"]}
    heat_pump = [one.plants.at["heat_pump", "capacity_mw"] for one in (standing, network)]
    assert heat_pump[1] == pytest.approx(values["size"] * heat_pump[0])
    assert case.weather.seed == values["year"]
    saved = network.consumers["design_heat_mw"] / standing.consumers["design_heat_mw"]
    assert saved.to_numpy() == pytest.approx(1 - 0.5 * values["retrofit"])
    loss = network.pipes["u_w_per_mk"] / standing.pipes["u_w_per_mk"]
    assert loss.to_numpy() == pytest.approx(values["insulation"])
    assert network.design.t_return_degc == standing.design.t_return_degc - 5
    out = {plant: sum(end - start for start, end in spans) for plant, spans in case.outages.items()}
    assert values["failures"] == sum(out.values())
    assert values["failures.tiny/boiler"] == out.get("tiny/boiler", 0)


def test_steam_users_are_not_renovated(study_draft, tmp_path):
    study = studied(study_draft, tmp_path, everything())
    _study, case = resolve(study, variants(study)[0])
    steam, standing = case.networks["tiny"].steam, study.cases["gas"].networks["tiny"].steam
    assert steam.consumers["heat_mw"].equals(standing.consumers["heat_mw"])


def test_demand_factor_and_outages_reach_loads_and_plants_by_the_hour(study_draft, tmp_path):
    study = load_study(study_draft.write(tmp_path))
    plain = study.cases["project"]
    case = replace(plain, demand_factor={"tiny": 1.25}, outages={"tiny/heat_pump": ((24, 72),)})
    weather = weather_of(study, plain.weather)
    before, after = (years_of(study, one, weather, {})["tiny"] for one in (plain, case))
    assert after.space_mw.to_numpy() == pytest.approx(1.25 * before.space_mw.to_numpy())
    assert after.process_mw.to_numpy() == pytest.approx(1.25 * before.process_mw.to_numpy())
    units = {
        unit.id: unit
        for unit in start_case(study, case).problem({"tiny": start_case(study, case).probes["tiny"]}).units
    }
    heat_pump, boiler = units["tiny/heat_pump"].available_mw, units["tiny/boiler"].available_mw
    assert (heat_pump[24:72] == 0).all()
    assert heat_pump[23] > 0
    assert heat_pump[72] > 0
    assert (boiler > 0).all()
    assert units["tiny/heat_pump"].bounds["outage"][24] == 0
    assert fingerprint(study, case) != fingerprint(study, replace(case, outages={"tiny/heat_pump": ((24, 71),)}))
    assert fingerprint(study, plain) != fingerprint(study, replace(plain, demand_factor={"tiny": 1.25}))


def test_neutral_values_change_nothing(study_draft, tmp_path):
    dimensions = {
        "gas": GAS | {"values": [1]},
        "demand": DEMAND | {"values": [1]},
        "size": SIZE | {"values": [1]},
        "failures": FAILURES | {"values": [0]},
    }
    study = studied(study_draft, tmp_path, {"method": "grid", "dimensions": dimensions})
    (variant,) = variants(study)
    resolved, case = resolve(study, variant)
    assert fingerprint(resolved, case) == fingerprint(study, study.cases["project"])


def test_an_outage_on_a_day_wraps_around_the_year(study_draft, tmp_path):
    target = {"kind": "outage", "plants": "tiny/boiler", "start": "12-31", "start_hour": 12}
    dimensions = {"o": {"label": "o", "target": target, "values": [6, 24]}}
    study = studied(study_draft, tmp_path, {"method": "grid", "dimensions": dimensions})
    assert [variant.outages["tiny/boiler"] for variant in variants(study)] == [((8748, 8754),), ((0, 12), (8748, 8760))]


def test_a_warmer_year_of_whatever_weather(study_draft, tmp_path):
    warmer = {"label": "Warmer", "target": {"kind": "warmer"}, "values": [0, -2]}
    study = studied(
        study_draft, tmp_path, {"method": "grid", "dimensions": {"warm": warmer, "year": YEAR | {"values": [3]}}}
    )
    as_it_is, colder = (resolve(study, variant)[1].weather for variant in variants(study))
    assert (as_it_is.seed, as_it_is.warmer_k, colder.seed, colder.warmer_k) == (3, 0.0, 3, -2.0)
    difference = weather_of(study, colder).t_outdoor_degc - weather_of(study, as_it_is).t_outdoor_degc
    assert difference == pytest.approx(-2.0)


def test_prices_by_path_and_by_file(study_draft, tmp_path):
    other = study_draft.prices | {"gas_cny_per_mwh": 333}
    path = {"dear": {"gas_cny_per_mwh": 1.5, "power": 1.1}, "as_now": {}}
    dimensions = {
        "path": {"label": "Path", "target": {"kind": "price_path", "path": path}, "values": ["dear"]},
        "file": {"label": "File", "target": {"kind": "price_file", "files": "other.yaml"}},
    }
    study_draft.data["batch"] = {"method": "one_at_a_time", "dimensions": dimensions}
    folder = study_draft.write(tmp_path)
    import yaml

    (folder.parent / "prices" / "other.yaml").write_text(yaml.safe_dump(other), encoding="utf-8")
    study = load_study(folder)
    base, by_path, by_file = variants(study)
    assert base.prices == {}
    assert by_path.prices["gas_cny_per_mwh"] == 450
    assert by_path.prices["power.peak_cny_per_mwh"] == pytest.approx(990)
    assert by_file.prices == {"gas_cny_per_mwh": 333}
    assert resolve(study, by_file)[0].prices.gas_cny_per_mwh.value == 333


def test_the_baseline_has_what_changes_consumers_pipes_and_temperatures_and_no_change_of_plants(study_draft, tmp_path):
    study_draft.data["cases"]["gas"]["networks"]["tiny"]["consumers"] = {"c1": {"index_w_per_m2": 60}}
    study = studied(study_draft, tmp_path, everything())
    variant = variants(study)[0]
    values = variant.values
    baseline, standing = resolve(study, variant)[1].baseline_networks["tiny"], study.cases["gas"].networks["tiny"]
    assert baseline.plants.equals(standing.plants)
    saved = baseline.consumers["design_heat_mw"] / standing.consumers["design_heat_mw"]
    assert saved.to_numpy() == pytest.approx(1 - 0.5 * values["retrofit"])
    loss = baseline.pipes["u_w_per_mk"] / standing.pipes["u_w_per_mk"]
    assert loss.to_numpy() == pytest.approx(values["insulation"])
    assert baseline.design.t_return_degc == standing.design.t_return_degc - 5


def test_causes_of_failure_of_one_plant_are_independent(study_draft, tmp_path):
    dimensions = {name: FAILURES | {"values": [7]} for name in ("wear", "frost")}
    study = studied(study_draft, tmp_path, {"method": "grid", "dimensions": dimensions})
    (variant,) = variants(study)
    assert variant.values["wear.tiny/boiler"] != variant.values["frost.tiny/boiler"]
    again = variants(
        studied(study_draft, tmp_path / "one", {"method": "grid", "dimensions": {"wear": dimensions["wear"]}})
    )
    assert again[0].values["wear"] == variant.values["wear"]


def test_a_price_file_takes_the_place_of_every_figure_before_it(study_draft, tmp_path):
    import yaml

    target = {"kind": "price_file", "files": "same_gas.yaml"}
    study_draft.data["batch"] = {
        "method": "grid",
        "dimensions": {"gas": GAS | {"values": [2]}, "file": {"label": "File", "target": target}},
    }
    folder = study_draft.write(tmp_path)
    other = study_draft.prices | {"coal_cny_per_mwh": 999}
    (folder.parent / "prices" / "same_gas.yaml").write_text(yaml.safe_dump(other), encoding="utf-8")
    study = load_study(folder)
    prices = resolve(study, variants(study)[0])[0].prices
    assert (prices.gas_cny_per_mwh.value, prices.coal_cny_per_mwh.value) == (300, 999)


def test_a_study_without_a_batch_has_no_variants(study_draft, tmp_path):
    assert variants(load_study(study_draft.write(tmp_path))) == ()
