"""From library errors and raw cells to problems in words."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from heatnet.errors import Problem, Problems, nearest
from heatnet.i18n import _
from heatnet.model.schema import Column

#: what pydantic says of a missing key; any other text is a field's own word for what belongs there
_PYDANTIC_MISSING = "Field required"
_QUOTE = "'"
_TRUE = {"true", "yes", "1", "1.0"}
_FALSE = {"false", "no", "0", "0.0", ""}


def problems_of_validation(error: ValidationError, place: str, model: type[BaseModel]) -> list[Problem]:
    """Return one problem for each finding of pydantic, with the nearest valid key for unknown ones."""
    findings = _without_other_readings(error.errors(), model)
    return list(dict.fromkeys(_problem_of_finding(finding, path, place, model) for finding, path in findings))


def _without_other_readings(findings: Sequence[Any], model: type[BaseModel]) -> list[tuple[dict[str, Any], list[str]]]:
    """Return findings with their paths; of a value with several readings only those of the reading that was meant.

    A key that takes a word or a group of keys is reported by pydantic once for each reading, with the reading's name in
    the path. A group was meant where a group stands, a list where a list, a word or number otherwise. Of groups that say
    themselves which they are (by `kind`), pydantic puts that word into the path, where the file has no such key.
    """
    kept: list[tuple[dict[str, Any], list[str]]] = []
    for finding in findings:
        path = _without_kinds([str(part) for part in finding["loc"]], model)
        tag = next((i for i, part in enumerate(path) if i and _is_reading(part, path[:i], model)), None)
        if tag is None:
            kept.append((finding, path))
            continue
        if tag < len(path) - 1 or _is_meant(path[tag], finding.get("input")):
            kept.append((finding, path[:tag] + path[tag + 1 :]))
    # a list whose entries are wrong is also reported as too short: only the entries are the user's to mend
    inner = {tuple(path[:depth]) for _finding, path in kept for depth in range(len(path))}
    return [(finding, path) for finding, path in kept if finding["type"] != "too_short" or tuple(path) not in inner]


def _without_kinds(path: list[str], model: type[BaseModel]) -> list[str]:
    """Return a path without the words by which groups say which they are."""
    return [part for i, part in enumerate(path) if not _of_kind(part, _models_at(model, path[:i]))]


def _is_meant(reading: str, value: Any) -> bool:
    if reading[:1].isupper():
        return isinstance(value, Mapping)
    if reading.startswith("tuple["):
        return isinstance(value, Sequence) and not isinstance(value, str)
    return not isinstance(value, Mapping | list | tuple)


def _is_reading(part: str, path: Sequence[str], model: type[BaseModel]) -> bool:
    """Return whether a part of a finding's path names a type, not a key."""
    if part.startswith(("literal[", "tuple[", "function-")) or part in ("float", "str", "int"):
        return True
    return part == _model_at(model, path).__name__


def _problem_of_finding(finding: dict[str, Any], path: list[str], place: str, model: type[BaseModel]) -> Problem:
    where = f"{place}, {_('key')} {'.'.join(path)}" if path else place
    if finding["type"] == "extra_forbidden":
        return unknown_key(place, path, _known_keys(model, [str(part) for part in finding["loc"][:-1]]))
    if finding["type"] == "missing":
        own = str(finding["msg"])
        return Problem(where, _("is missing"), "" if own == _PYDANTIC_MISSING else own, _("Add it."))
    if finding["type"] == "union_tag_not_found":
        return Problem(f"{where}.{finding['ctx']['discriminator'].strip(_QUOTE)}", _("is missing"), "", _("Add it."))
    if finding["type"] == "union_tag_invalid":
        return _unknown_kind(finding, where)
    value = finding.get("input")
    if isinstance(value, Mapping | Sequence) and not isinstance(value, str):
        return Problem(where, _allowed(finding))
    return Problem(where, _("value {value!r}").format(value=value), _allowed(finding), _hint(finding, path))


def _unknown_kind(finding: dict[str, Any], where: str) -> Problem:
    """Return the problem of a group that says it is of a kind that there is not."""
    found = finding["ctx"]
    known = re.findall(r"'([^']+)'", found["expected_tags"])
    allowed = _("Allowed: {names}").format(names=", ".join(known))
    key = f"{where}.{found['discriminator'].strip(_QUOTE)}"
    return Problem(key, _("value {value!r}").format(value=found["tag"]), allowed, did_you_mean(found["tag"], known))


def _hint(finding: dict[str, Any], path: list[str]) -> str:
    """Return the nearest valid word, or what the wrong unit probably was."""
    value = finding.get("input")
    if finding["type"] == "literal_error":
        return did_you_mean(value, re.findall(r"'([^']+)'", finding["ctx"]["expected"]))
    if isinstance(value, int | float) and not isinstance(value, bool) and path:
        return _unit_hint(path[-1], float(value))
    return ""


def _allowed(finding: dict[str, Any]) -> str:
    """Return what pydantic would allow, in words of ours where it is a usual finding."""
    limits = finding.get("ctx", {})
    words = {
        "greater_than_equal": lambda: _("{limit} or more").format(limit=limits["ge"]),
        "less_than_equal": lambda: _("at most {limit}").format(limit=limits["le"]),
        "greater_than": lambda: _("more than {limit}").format(limit=limits["gt"]),
        "literal_error": lambda: _("Allowed: {names}").format(names=limits["expected"].replace(" or ", ", ")),
        "float_parsing": lambda: _("A number is needed"),
        "float_type": lambda: _("A number is needed"),
        "finite_number": lambda: _("A number is needed"),
        "int_parsing": lambda: _("A whole number is needed"),
        "bool_parsing": lambda: _("Allowed: {names}").format(names="true, false"),
        "bool_type": lambda: _("Allowed: {names}").format(names="true, false"),
        "int_type": lambda: _("A whole number is needed"),
        "int_from_float": lambda: _("A whole number is needed"),
        "string_type": lambda: _("A text is needed"),
        "model_type": lambda: _("Keys and their values"),
        "dict_type": lambda: _("Keys and their values"),
        "tuple_type": lambda: _("A list is needed"),
        "too_short": lambda: _("At least {count} entries").format(count=limits["min_length"]),
        "string_pattern_mismatch": lambda: _("A text of the form {pattern}").format(pattern=limits["pattern"]),
    }
    kind = str(finding["type"])
    return words[kind]() if kind in words else str(finding["msg"]).removeprefix("Value error, ")


def newer_version(place: str, found: int, known: int) -> Problem:
    """Return the problem of a file that a later heatnet wrote."""
    return Problem(
        f"{place}, format_version",
        _("version {found}").format(found=found),
        _("This heatnet reads up to version {known}").format(known=known),
        _("Update heatnet."),
    )


def unknown_key(place: str, path: Sequence[str], known: Sequence[str]) -> Problem:
    """Return the problem of a key that nobody knows, with the nearest valid name."""
    remedy = did_you_mean(path[-1], known) or _("Known: {names}. Begin your own keys with x_.").format(
        names=", ".join(known)
    )
    return Problem(f"{place}, {_('key')} {'.'.join(path)}", _("unknown key"), "", remedy)


def _known_keys(model: type[BaseModel], path: Sequence[str]) -> list[str]:
    return list(_model_at(model, path).model_fields)


def _model_at(model: type[BaseModel], path: Sequence[str]) -> type[BaseModel]:
    """Return the group of keys that stands at a path; names of cases, zones and list positions are passed over."""
    return _models_at(model, path)[0]


def _models_at(model: type[BaseModel], path: Sequence[str]) -> list[type[BaseModel]]:
    """Return the groups of keys that may stand at a path, one where the path says which."""
    models = [model]
    for part in path:
        of_kind = _of_kind(part, models)
        field = models[0].model_fields.get(part)
        if of_kind is not None:
            models = [of_kind]
        elif field is not None:
            models = _models_in(field.annotation) or models
    return models


def _of_kind(part: str, models: Sequence[type[BaseModel]]) -> type[BaseModel] | None:
    """Return the one of several groups whose `kind` is the word that stands in a path; None where none is."""
    if len(models) < 2:
        return None
    kinds = ((one, one.model_fields.get("kind")) for one in models)
    return next((one for one, kind in kinds if kind is not None and part in get_args(kind.annotation)), None)


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in getattr(annotation, "__args__", ()) for model in _models_in(part)]


def did_you_mean(name: object, choices: Sequence[str], form: str = "{name}") -> str:
    """Return a remedy that names the nearest valid choice, empty where none is near."""
    guess = nearest(str(name), choices)
    return _("Did you mean '{name}'?").format(name=form.format(name=guess)) if guess else ""


def place_of_cell(place: str, row: str, element: object, column: str) -> str:
    """Return file, row, id and column as text."""
    return f"{place}, {row} ({element}), {column}"


def is_blank(raw: Any) -> bool:
    """Return whether a raw cell holds nothing to type."""
    return raw is None or (isinstance(raw, float) and math.isnan(raw)) or (isinstance(raw, str) and not raw.strip())


def typed_cell(raw: Any, column: Column, where: str, problems: Problems) -> Any:
    """Return a raw cell as its column's type; notes a problem and returns None where that fails."""
    if is_blank(raw):
        return None
    if column.type == "text":
        return _typed_text(raw, column, where, problems)
    if column.type == "flag":
        return _typed_flag(raw, where, problems)
    if column.type == "profile":
        return _typed_profile(raw, column, where, problems)
    return _typed_number(raw, column, where, problems)


def _typed_text(raw: Any, column: Column, where: str, problems: Problems) -> str | None:
    text = str(int(raw)) if isinstance(raw, float) and raw.is_integer() else str(raw).strip()
    if column.choices and text not in column.choices:
        remedy = did_you_mean(text, column.choices)
        problems.add(
            where,
            _("value {value!r}").format(value=text),
            _("Allowed: {names}").format(names=", ".join(column.choices)),
            remedy,
        )
        return None
    return text


def _typed_flag(raw: Any, where: str, problems: Problems) -> bool | None:
    text = str(raw).strip().lower()
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    problems.add(where, _("value {value!r}").format(value=raw), _("Allowed: {names}").format(names="true, false"))
    return None


def _typed_number(raw: Any, column: Column, where: str, problems: Problems) -> float | None:
    try:
        number = float("nan" if isinstance(raw, bool) else raw)
    except (TypeError, ValueError):
        number = float("nan")
    if math.isnan(number):
        problems.add(
            where,
            _("value {value!r}").format(value=raw),
            _("A number is needed"),
            _("Use a decimal point and no unit."),
        )
        return None
    if not column.low <= number <= column.high:
        allowed = _("Allowed: {low:g} to {high:g}").format(low=column.low, high=column.high)
        problems.add(where, _("value {value!r}").format(value=number), allowed, _unit_hint(column.name, number))
        return None
    return number


def _typed_profile(raw: Any, column: Column, where: str, problems: Problems) -> str | None:
    parts = str(raw).replace(",", " ").replace(";", " ").split()
    if len(parts) not in (1, 12):
        problems.add(where, _("{count} numbers").format(count=len(parts)), _("One number or twelve monthly ones"))
        return None
    before = len(problems)
    for part in parts:
        _typed_number(part, column, where, problems)
    return None if len(problems) > before else " ".join(parts)


def _unit_hint(name: str, number: float) -> str:
    """Return what the wrong unit probably was."""
    if number < 0 and not name.endswith("_degc"):
        return _("It cannot be negative.")
    if name == "length_m" and number < 0.1:
        return _("This looks like a length in degrees or kilometres; the column is in metres.")
    if name in ("inner_diameter_mm", "dn") and 0 < number < 5:
        return _("This looks like metres; the column is in millimetres.")
    if name.endswith("_degc") and number > 200:
        return _("This looks like kelvin; the column is in °C.")
    if name.endswith("_bar") and number > 1e5:
        return _("This looks like Pa; pressures are in bar, absolute.")
    if name.endswith("_bar") and number >= 100:
        return _("This looks like kPa; pressures are in bar, absolute.")
    if name.endswith("_mw") and number > 1000:
        return _("This looks like kW; the column is in MW.")
    if name.endswith("_share") and 1 < number <= 100:
        return _("This looks like per cent; the column is a share from 0 to 1.")
    return ""


def names_in(values: Iterable[object], most: int = 5) -> str:
    """Return a short list of names as text."""
    names = [str(value) for value in values]
    more = len(names) - most
    return ", ".join(names[:most]) + (_(" and {count} more").format(count=more) if more > 0 else "")
