"""What a batch is, for the page about it and for readers of its tables: `batch.json` in its folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from heatnet.i18n import LANGUAGES, use_language
from heatnet.io.results_store import write_json
from heatnet.model.network import Network
from heatnet.study.batch_config import DRAWN, Dimension
from heatnet.study.batch_layout import DESCRIPTION_FILE
from heatnet.study.batch_targets import choices_of
from heatnet.study.config import target_zone
from heatnet.study.load import Study
from heatnet.study.sampling import point_count
from heatnet.study.weather_notes import weather_notes

FORMAT_VERSION = 1


def write_batch_description(study: Study, folder: Path) -> dict[str, Any]:
    """Write `batch.json` into the folder of a batch and return it."""
    description = batch_description(study)
    write_json(description, folder / DESCRIPTION_FILE)
    return description


def batch_description(study: Study) -> dict[str, Any]:
    """Return what a study's batch asks, how its seasons were chosen, and the names of what its tables hold.

    Parameters
    ----------
    study : Study
        With a key `batch`.
    """
    assert study.batch is not None
    config, batch = study.config, study.batch.batch
    return {
        "format_version": FORMAT_VERSION,
        "study": study.id,
        "title": config.title.both(),
        "question": config.question.both() if config.question else {},
        "geometry_note": config.geometry_note.both() if config.geometry_note else {},
        "target_share": config.target.rate_share if config.target is not None else None,
        "headline": config.rate.model_dump(exclude={"rate_share"}) | {"zone": target_zone(config)},
        "case": study.batch.case,
        "cases": {name: case.case.label.both() for name, case in study.cases.items()},
        "method": batch.method,
        "sampled": batch.method in DRAWN,
        "samples": batch.samples if batch.method in DRAWN else None,
        "seed": batch.seed,
        "indices": batch.indices,
        "variants": point_count(batch),
        "dimensions": {name: _dimension(one) for name, one in batch.dimensions.items()},
        "variant_labels": {name: row.label.both() for name, row in batch.variants.items() if row.label is not None},
        "consumers": _consumers(study.cases[study.batch.case].networks),
        "weather_notes": _weather_notes(study),
    }


def _weather_notes(study: Study) -> list[dict[str, str]]:
    """Return what was changed or left out of the weather files, by language."""
    by_language = {}
    for lang in LANGUAGES:
        with use_language(lang):
            by_language[lang] = weather_notes(study)
    return [dict(zip(by_language, texts, strict=True)) for texts in zip(*by_language.values(), strict=True)]


def _dimension(dimension: Dimension) -> dict[str, Any]:
    target = dimension.target
    return {
        "label": dimension.label.both(),
        "target": target.model_dump(exclude_defaults=True) | {"kind": target.kind},
        "how": getattr(target, "how", None),
        "names": bool(choices_of(target)),
        "each": dimension.each,
        "base": dimension.base,
        "values": list(dimension.values),
        "distribution": dimension.distribution.model_dump(exclude_none=True) if dimension.distribution else None,
    }


def _consumers(networks: dict[str, Network]) -> dict[str, dict[str, dict[str, str]]]:
    names: dict[str, dict[str, dict[str, str]]] = {}
    for network_id, network in networks.items():
        for part in (network, network.steam):
            for consumer in () if part is None else part.consumers.index:
                both = {lang: part.display_name("consumers", str(consumer), lang) for lang in ("en", "zh")}  # type: ignore[union-attr]
                names.setdefault(network_id, {})[str(consumer)] = both
    return names
