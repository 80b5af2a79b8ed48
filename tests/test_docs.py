"""Pages and schemas in `docs/` say what the code says."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from heatnet.electric.quantities import QUANTITIES as ELECTRIC
from heatnet.model.nomenclature import nomenclature
from heatnet.simulate.quantities import QUANTITIES as WATER
from heatnet.steam.quantities import QUANTITIES as STEAM
from heatnet.study import batch_targets
from heatnet.study.config import json_schema
from heatnet.study.quantity_reference import quantity_reference
from heatnet.units import unit_of

ROOT = Path(__file__).parents[1]


def test_nomenclature_page_is_current():
    assert (ROOT / "docs" / "nomenclature.md").read_text(encoding="utf-8") == nomenclature()


def test_quantities_page_is_current():
    assert (ROOT / "docs" / "quantities.md").read_text(encoding="utf-8") == quantity_reference()


def test_quantities_page_has_what_each_engine_returns():
    """Names and units from the engines' own tables of water, steam and power, not from the page's maker."""
    rows = re.findall(
        r"^\| `(\w+)` \| (\S*) \|", (ROOT / "docs" / "quantities.md").read_text(encoding="utf-8"), flags=re.M
    )
    expected = [(one.name, unit_of(one.name)) for table in (WATER, STEAM, ELECTRIC) for one in table.values()]
    assert rows == expected


def test_study_schema_is_current():
    assert json.loads((ROOT / "docs" / "study.schema.json").read_text(encoding="utf-8")) == json_schema()


def test_bundled_studies_follow_the_schema():
    import jsonschema
    import yaml

    for file in sorted((ROOT / "studies").glob("*/study.yaml")):
        jsonschema.validate(yaml.safe_load(file.read_text(encoding="utf-8")), json_schema())


def test_a_misspelt_key_breaks_the_schema():
    import jsonschema
    import yaml

    data = yaml.safe_load((ROOT / "studies" / "teda_2025" / "study.yaml").read_text(encoding="utf-8"))
    data["sesaon"] = data.pop("season")
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(data, json_schema())


@pytest.mark.parametrize(
    "page", sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]), ids=lambda path: path.name
)
def test_links_between_pages_lead_somewhere(page):
    targets = re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", page.read_text(encoding="utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []


def example_of_readme(readme: Path, folder: Path) -> Path:
    """Write the smallest network of a README into a folder: its yaml block and its tables, two side by side."""
    blocks = re.findall(r"```(?:yaml)?\n(.*?)```", readme.read_text(encoding="utf-8"), flags=re.S)
    meta = next(block for block in blocks if block.startswith("# network.yaml"))
    tables = next(block for block in blocks if block.startswith("nodes.csv"))
    (folder / "network.yaml").write_text(meta, encoding="utf-8")
    open_files: list[str] = []
    for line in tables.splitlines():
        parts = [part for part in re.split(r"\s{2,}", line.strip()) if part]
        names = [part for part in parts if part.endswith(".csv")]
        if names:
            open_files = names
            parts = [part for part in parts if not part.endswith(".csv")]
        for name, part in zip(open_files, parts, strict=False):
            with (folder / name).open("a", encoding="utf-8") as stream:
                stream.write(part + "\n")
    return folder


@pytest.mark.parametrize("name", ["README.md", "README.zh.md"])
def test_smallest_network_of_the_readme_solves(name, tmp_path):
    from heatnet.couple.state import state_at_outdoor
    from heatnet.io.network_folder import load_network
    from heatnet.simulate import simulate

    network = load_network(example_of_readme(ROOT / name, tmp_path))
    state = simulate(network, state_at_outdoor(network, -7.0)).isel(time=0)
    assert str(state["status"].to_numpy()) == "ok"
    assert float(state["consumer_heat_mw"].sum()) == pytest.approx(3.2, rel=1e-9)


def test_keys_of_what_a_batch_varies_stand_beside_each_target():
    """The table of targets in docs/theory_batches.md names every kind and all its keys."""
    targets = {
        name.removesuffix("Target"): one
        for name, one in vars(batch_targets).items()
        if name.endswith("Target") and hasattr(one, "model_fields") and one is not batch_targets.Strict
    }
    page = (ROOT / "docs" / "theory_batches.md").read_text(encoding="utf-8")
    rows = {
        kind: set(re.findall(r"`(\w+)`", keys)) for kind, keys in re.findall(r"^\| `(\w+)` \| ([^|]*) \|", page, re.M)
    }
    assert len(targets) == 15
    for one in targets.values():
        kind = one.model_fields["kind"].annotation.__args__[0]
        assert rows[kind] == set(one.model_fields) - {"kind"}, kind
