"""Pages and schemas in `docs/` say what the code says."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from heatnet.model.nomenclature import nomenclature
from heatnet.study.config import json_schema

ROOT = Path(__file__).parents[1]


def test_nomenclature_page_is_current():
    assert (ROOT / "docs" / "nomenclature.md").read_text(encoding="utf-8") == nomenclature()


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


@pytest.mark.parametrize("page", sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]), ids=lambda path: path.name)
def test_links_between_pages_lead_somewhere(page):
    targets = re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", page.read_text(encoding="utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []
