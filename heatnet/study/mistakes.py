"""A study file with mistakes: what is left of it without them, so that the checks behind it need not wait."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError

from heatnet.study.config import StudyConfig

#: keys that no check of another key looks at: without them, the others are what they were
_ALONE = frozenset(
    (
        "batch",
        "electric_heat",
        "geometry_note",
        "keep",
        "portfolio",
        "question",
        "setpoints",
        "simulation",
        "unit_commitment",
    )
)


def config_without_mistakes(data: dict[str, Any]) -> StudyConfig | None:
    """Return a study without its unknown keys and without the keys with mistakes, where these stand alone.

    Parameters
    ----------
    data : dict
        Content of the file, not changed.

    Returns
    -------
    StudyConfig or None
        None where a mistake is in a key that others hang on (cases, networks, prices, …): what they say would be no mistake
        of theirs.
    """
    own = copy.deepcopy({key: value for key, value in data.items() if not str(key).startswith("x_")})
    for mend in (_without_unknown, _without_alone):
        try:
            return StudyConfig(**own)
        except ValidationError as error:
            if not mend(own, [(finding["type"], finding["loc"]) for finding in error.errors()]):
                return None
    try:
        return StudyConfig(**own)
    except ValidationError:
        return None


def _without_unknown(data: dict[str, Any], findings: Sequence[tuple[str, Sequence[int | str]]]) -> bool:
    """Take unknown keys out."""
    for kind, place in findings:
        if kind == "extra_forbidden":
            _remove(data, place)
    return True


def _without_alone(data: dict[str, Any], findings: Sequence[tuple[str, Sequence[int | str]]]) -> bool:
    """Take keys with mistakes out; return whether all of them stand alone."""
    keys = {place[0] if place else "" for _kind, place in findings}
    if not keys <= _ALONE:
        return False
    for key in keys:
        data.pop(str(key), None)
    return True


def _remove(data: Any, place: Sequence[int | str]) -> None:
    """Remove the key at a place; what pydantic puts into the place beside the file's keys is passed over."""
    for part in place[:-1]:
        known = part in data if isinstance(data, dict) else isinstance(data, list) and isinstance(part, int)
        if known:
            data = data[part]
    if isinstance(data, dict):
        data.pop(place[-1], None)
