"""Every rule of the block `batch`, each with its own broken example; all of them found before anything runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from heatnet.errors import InputError
from heatnet.study.load import load_study

UNIFORM = {"kind": "uniform", "low": 0.8, "high": 1.2}
GAS = {"label": "Gas", "target": {"kind": "price", "key": "gas_cny_per_mwh"}, "distribution": UNIFORM}
RIGHT: dict[str, Any] = {"method": "latin_hypercube", "samples": 4, "dimensions": {"gas": GAS}}
CELL = {"kind": "cell", "network": "tiny", "table": "plants", "rows": "heat_pump", "column": "capacity_mw"}
PORTFOLIO = {"label": "p", "target": {"kind": "portfolio", "cases": ["gas", "project"]}}
FAILURES = {"kind": "failures", "plants": "tiny/heat_pump", "mtbf_h": 500, "repair_h": 20}


@dataclass(frozen=True)
class Rule:
    """One rule: how the block is broken, where the message points, what it must say."""

    name: str
    batch: dict[str, Any]
    place: str
    words: tuple[str, ...]


def batch(**values: Any) -> dict[str, Any]:
    return RIGHT | values


def one(**dimension: Any) -> dict[str, Any]:
    return batch(dimensions={"x": GAS | dimension})


def target(kind: str, **values: Any) -> dict[str, Any]:
    return one(target={"kind": kind, **values})


def drawn(**distribution: Any) -> dict[str, Any]:
    return one(distribution=distribution)


RULES = (
    Rule("method misspelt", batch(method="latin"), "batch.method", ("'latin_hypercube'",)),
    Rule("key misspelt", batch(sample=3), "batch.sample", ("unknown key", "'samples'")),
    Rule("no dimensions", batch(dimensions={}), "batch.dimensions", ("At least 1",)),
    Rule("no samples", batch(samples=0), "batch.samples", ("1 or more",)),
    Rule("Sobol' of seven", batch(method="sobol", samples=7), "batch.samples", ("7", "power of 2", "8")),
    Rule("indices of a hypercube", batch(indices=True), "batch.indices", ("sobol",)),
    Rule("case that is none", batch(case="projct"), "batch.case", ("'project'",)),
    Rule("variants without a list", batch(variants={"a": {}}), "batch.variants", ("no use",)),
    Rule("a list without variants", batch(method="list"), "batch.variants", ("is missing",)),
    Rule("a list of a strange dimension", batch(method="list", variants={"a": {"values": {"gaz": 1}}}),
        "batch.variants.a.values.gaz", ("'gas'",)),
    Rule("a list with a word", batch(method="list", variants={"a": {"values": {"gas": "much"}}}),
        "batch.variants.a.values.gas", ("number",)),
    Rule("a dimension named as a column", batch(dimensions={"case": GAS}), "dimensions.case", ("is taken",)),
    Rule("kind misspelt", target("pric", key="x"), "dimensions.x.target", ("'price'",)),
    Rule("price misspelt", target("price", key="gas_cny_per_mw"), "x.target.key", ("'gas_cny_per_mwh'",)),
    Rule("path of a strange price", one(target={"kind": "price_path", "path": {"a": {"gaz": 1}}}, distribution=None),
        "x.target.path.a", ("'gaz' does not exist",)),
    Rule("path below nothing", one(target={"kind": "price_path", "path": {"a": {"power": -1}}}, distribution=None),
        "x.target.path.a.power", ("-1", "0 or more")),
    Rule("price file that is none", one(target={"kind": "price_file", "files": "tinny.yaml"}, distribution=None),
        "key prices", ("'tinny.yaml' does not exist", "'tiny.yaml'")),
    Rule("weather file that is none", one(target={"kind": "weather", "epw": "no.epw"}, distribution=None),
        "batch.dimensions.x.target.epw.0", ("'no.epw' does not exist",)),
    Rule("numbers drawn for names", one(target={"kind": "climate"}), "x.distribution", ("names",)),
    Rule("a year that is not drawn", one(target={"kind": "climate", "years": 3}, distribution=None, values=[4]),
        "x.values", ("4", "Allowed: 1, 2, 3")),
    Rule("season that is none", one(target={"kind": "season", "seasons": ["winter"]}, distribution=None),
        "x.target.seasons", ("'winter'", "statutory")),
    Rule("demand of a strange network", target("demand_factor", networks="tinny"), "x.target.networks", ("'tiny'",)),
    Rule("demand below nothing", batch(dimensions={"x": GAS | {"target": {"kind": "demand_factor"},
        "distribution": {"kind": "uniform", "low": -2, "high": -1}}}), "dimensions.x", ("Allowed: 0", "low and high")),
    Rule("cell of a strange network", target(**CELL | {"network": "tinny"}), "x.target.network", ("'tiny'",)),
    Rule("cell of a strange table", target(**CELL | {"table": "plant"}), "x.target.table", ("'plants'",)),
    Rule("cell of a strange column", target(**CELL | {"column": "capacity"}), "x.target.column", ("'capacity_mw'",)),
    Rule("cell of a strange row", target(**CELL | {"rows": "heat_pmp"}), "x.target.rows", ("'heat_pump'",)),
    Rule("factor on a word", target(**CELL | {"column": "node"}), "x.target.column", ("does not hold numbers",)),
    Rule("factor on nothing", target(**CELL | {"column": "head_bar"}), "x.target.column", ("nothing stands there",)),
    Rule("cell beyond its column", one(target=CELL | {"how": "value"}, distribution={**UNIFORM, "low": -9, "high": -3}),
        "heat_pump", ("negative",)),
    Rule("failures of a strange plant", target(**FAILURES | {"plants": "tiny/heat_pmp"}), "x.target.plants", ("heat_pump",)),
    Rule("two rates of failure", target(**FAILURES | {"failures_per_1000_h": 1}), "x.target", ("Either",)),
    Rule("portfolio without cases", one(target={"kind": "portfolio"}, distribution=None), "batch.dimensions.x.target.cases",
        ("is missing", "names of cases, such as [plan_2025]")),
    Rule("portfolio of names", one(target={"kind": "portfolio", "names": ["project"]}, distribution=None),
        "batch.dimensions.x.target.names", ("unknown key", "cases")),
    Rule("portfolio without a case", one(target={"kind": "portfolio", "cases": []}, distribution=None),
        "batch.dimensions.x.target.cases", ("At least 1",)),
    Rule("target without a kind", one(target={"key": "gas_cny_per_mwh"}), "batch.dimensions.x.target.kind", ("is missing",)),
    Rule("key of another kind", target("outage", plants="tiny/boiler", start="01-01", start_hors=3),
        "batch.dimensions.x.target.start_hors", ("'start_hour'",)),
    Rule("how misspelt", target("price", key="gas_cny_per_mwh", how="factr"), "batch.dimensions.x.target.how", ("'factor'",)),
    Rule("key of a distribution", drawn(kind="normal", mean=1, sd=1, hgh=2), "batch.dimensions.x.distribution.hgh", ("'high'",)),
    Rule("portfolio that is none", one(target={"kind": "portfolio", "cases": ["projct"]}, distribution=None),
        "x.target.cases", ("'project'",)),
    Rule("renovated twice over", batch(dimensions={"x": GAS | {"target": {"kind": "retrofit"},
        "distribution": {"kind": "uniform", "low": 1.1, "high": 1.2}}}), "dimensions.x", ("Allowed: 0 to 1",)),
    Rule("saving in per cent", target("retrofit", saving_share=30), "saving_share", ("30", "at most 1")),
    Rule("no distribution", one(distribution=None), "dimensions.x", ("has no values", "distribution")),
    Rule("no values of a grid", one() | {"method": "grid"}, "dimensions.x", ("has no values", "values")),
    Rule("upside down", drawn(kind="uniform", low=2, high=1), "x.distribution", ("low < high",)),
    Rule("mode outside", drawn(kind="triangular", low=1, mode=3, high=2), "x.distribution", ("low <= mode <= high",)),
    Rule("weights for nobody", drawn(kind="choice", values=[1, 2], weights=[1]), "x.distribution", ("As many",)),
    Rule("price below nothing", drawn(kind="uniform", low=-2, high=-1), "dimensions.x", ("gas_cny_per_mwh becomes",)),
    Rule("two of one name", one(each=True, values=[1.0000001, 1.0000002]) | {"method": "grid"},
        "key batch", ("two variants are called",)),
    Rule("a sample that draws nothing", one(each=True, values=[1, 2]), "batch.method", ("nothing to draw", "grid")),
    Rule("indices of nothing", one(each=True, values=[1, 2]) | {"method": "sobol", "indices": True},
        "batch.method", ("nothing to draw",)),
    Rule("a dimension named as half of the sample", batch(method="sobol", indices=True, dimensions={"b": GAS}),
        "dimensions.b", ("is taken", "another name")),
    Rule("two choices of a case", batch(method="grid", dimensions={"p": PORTFOLIO, "q": PORTFOLIO}), "dimensions.q.target",
        ("'p' chooses the case already", "one dimension")),
    Rule("weights of a grid", one(values=[1, 2], distribution={"kind": "choice", "values": [1, 2], "weights": [1, 9]})
        | {"method": "grid"}, "x.distribution.weights", ("every value is run once",)),
    Rule("weights of a value that every season is run with", batch(dimensions={"gas": GAS, "x": {"label": "x", "each": True,
        "target": {"kind": "climate", "years": 2}, "distribution": {"kind": "choice", "values": [1, 2], "weights": [1, 9]}}}),
        "x.distribution.weights", ("every value is run once",)),
    Rule("a value twice", one(values=[1, 1.2, 1.0]) | {"method": "grid"}, "x.values", ("1.0", "twice")),
    Rule("a file twice", one(target={"kind": "price_file", "files": ["tiny.yaml", "tiny.yaml"]}, distribution=None),
        "x.target", ("tiny.yaml", "twice")),
    Rule("values beside a distribution", one(values=[0.5, 2]), "x.values", ("samples are drawn from the distribution",)),
    Rule("half a draw", one(target=FAILURES, distribution=None, values=[1, 1.5]) | {"method": "grid"}, "dimensions.x",
        ("1.5", "without decimals")),
    Rule("a distribution of draws", target(**FAILURES), "x.distribution", ("whole numbers", "Leave it out")),
    Rule("missing heat for nothing", one(target={"kind": "price", "key": "unmet_cny_per_mwh"}, distribution=None, values=[0])
        | {"method": "grid"}, "dimensions.x", ("unmet_cny_per_mwh becomes 0", "more than 0")),
    Rule("gas without heat", one(target={"kind": "price", "key": "gas_lhv_mwh_per_m3"}, distribution=None, values=[0])
        | {"method": "grid"}, "dimensions.x", ("gas_lhv_mwh_per_m3 becomes 0", "more than 0")),
    Rule("too many", batch(method="grid", dimensions={f"d{i}": GAS | {"values": list(range(1, 101))} for i in range(4)}),
        "key batch", ("100000000", "1000000")),
)  # fmt: skip


def problems_of(folder: Any) -> list[Any]:
    with pytest.raises(InputError) as caught:
        load_study(folder)
    return list(caught.value.problems)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_broken_rule_is_named_with_place_value_and_remedy(rule, study_draft, tmp_path):
    study_draft.data["batch"] = rule.batch
    found = problems_of(study_draft.write(tmp_path))
    matching = [one for one in found if rule.place in one.where and all(word in str(one) for word in rule.words)]
    assert matching, [str(one) for one in found]


def test_all_problems_come_in_one_message(study_draft, tmp_path):
    study_draft.data["batch"] = batch(
        case="projct",
        dimensions={
            "a": GAS | {"target": {"kind": "price", "key": "gaz"}},
            "b": GAS | {"target": FAILURES | {"plants": "tiny/pump"}},
            "c": {"label": "c", "target": {"kind": "demand_factor"}},
        },
    )
    where = " ".join(one.where for one in problems_of(study_draft.write(tmp_path)))
    assert all(word in where for word in ("batch.case", "a.target.key", "b.target.plants", "dimensions.c"))


def test_a_mistake_in_one_place_hides_none_in_another(study_draft, tmp_path):
    """Unknown keys and groups without a key in the block; names in its other dimensions, in a case and in the target."""
    study_draft.data["batch"] = batch(
        sample=3,
        dimensions={
            "a": GAS | {"target": {"kind": "price", "key": "gaz"}},
            "b": GAS | {"target": FAILURES | {"plants": "tiny/pump"}},
            "c": GAS | {"target": {"kind": "portfolio", "names": ["project"]}},
            "d": GAS | {"target": {"kind": "portfolio", "cases": ["projct"]}, "distribution": None},
            "e": GAS | {"target": {"kind": "demand_factor", "networks": "tiny"}},
        },
    )
    study_draft.data["plan_case"] = "projct"
    study_draft.data["target"]["zone"] = "all_of"
    study_draft.data["cases"]["project"]["networks"] = {"tiny": {"plants": {"boiler": {"start_cost": 3}}}}
    found = problems_of(study_draft.write(tmp_path))
    where = sorted(one.where.split("key ")[-1] for one in found)
    assert [one for one in where if "batch" in one] == [
        "batch.dimensions.a.target.key",
        "batch.dimensions.b.target.plants",
        "batch.dimensions.c.target.cases",
        "batch.dimensions.c.target.names",
        "batch.dimensions.d.target.cases",
        "batch.sample",
    ]
    assert {"plan_case", "target.zone"} <= set(where)
    assert any("start_cost_cny_per_mw" in one.remedy for one in found)


def test_what_hangs_on_a_mistake_is_not_said_to_be_one(study_draft, tmp_path):
    """A case with a wrong season is a case all the same: that it does not exist would be no help."""
    study_draft.data["cases"]["project"]["season"] = "winter"
    study_draft.data["batch"] = one(target={"kind": "portfolio", "cases": ["project"]}, distribution=None)
    assert [one.where.split("key ")[-1] for one in problems_of(study_draft.write(tmp_path))] == ["cases.project.season"]


def test_the_unbroken_block(study_draft, tmp_path):
    study_draft.data["batch"] = RIGHT
    study = load_study(study_draft.write(tmp_path))
    assert study.batch is not None
    assert study.batch.case == "project"
