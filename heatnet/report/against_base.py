"""The cases against the study's base case: differences where season and weather are the same, and why there are none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from heatnet.i18n import _, pick
from heatnet.io.yaml_file import read_yaml
from heatnet.report.context import Context
from heatnet.web.results_view import CaseResults

#: keys of `case.yaml` that make a year another one: costs and CO2 of two such years are no saving
_CONDITIONS = ("season", "weather")


def less_base(
    context: Context, case: CaseResults, path: Sequence[str], *, saved: bool = False, per: float = 1.0
) -> float | None:
    """Return a figure of a case less that of the base case.

    Parameters
    ----------
    context : Context
    case : CaseResults
    path : sequence of str
        Keys in the case's entry of the summary.
    saved : bool
        Base case less case instead.
    per : float
        Unit of the answer in that of the figure.

    Returns
    -------
    float or None
        None of the base case itself, in another season or weather, and where one of them lacks the figure.
    """
    base = context.base_case
    if base is None or case.id == base.id or _in_another_year(context, case):
        return None
    value, other = _dig(case.summary, path), _dig(base.summary, path)
    if value is None or other is None:
        return None
    return (other - value if saved else value - other) / per


def base_note(context: Context) -> str:
    """Return which case the others are held against, and which of them cannot be."""
    base = context.base_case
    if base is None:
        return _("The base case “{case}” has no results here: there is nothing to take a difference to.").format(
            case=_label_of_base(context)
        )
    sentences = [_("Base case: {case}.").format(case=context.label(base))]
    others = [context.label(case) for case in context.ok_cases if _in_another_year(context, case)]
    if others:
        sentences.append(
            _("No difference, as season or weather is not that of the base case: {cases}.").format(
                cases=_("; ").join(others)
            )
        )
    return " ".join(sentences)


def _in_another_year(context: Context, case: CaseResults) -> bool:
    base = context.base_case
    return base is not None and _conditions(context, case) != _conditions(context, base)


def _conditions(context: Context, case: CaseResults) -> dict[str, Any]:
    file = context.study.folder / case.id / "case.yaml"
    content = read_yaml(file) if file.is_file() else {}
    return {key: content.get(key) for key in _CONDITIONS} if isinstance(content, Mapping) else {}


def _label_of_base(context: Context) -> str:
    """Return the base case's name: from its entry, from the study file where it did not run, else its id."""
    entry = context.summary["cases"].get(context.base_name)
    if entry is None:
        cases = context.study_file.get("cases")
        entry = cases.get(context.base_name) if isinstance(cases, Mapping) else None
    label = entry.get("label") if isinstance(entry, Mapping) else None
    return (pick(dict(label)) if isinstance(label, Mapping) else "") or context.base_name


def _dig(summary: Mapping[str, Any], path: Sequence[str]) -> float | None:
    found: Any = summary
    for key in path:
        found = found.get(key) if isinstance(found, Mapping) else None
    return None if found is None else float(found)
