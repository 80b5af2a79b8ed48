"""Names and hours that a user gives: taken where the results know them, refused with what they know where not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NoReturn

from heatnet.i18n import _

if TYPE_CHECKING:
    import pandas as pd

    from heatnet.report.context import Context
    from heatnet.web.results_view import CaseResults

#: names that a message lists
_MOST_NAMES = 12


def refuse(where: str, found: str, allowed: str, remedy: str = "") -> NoReturn:
    """Raise one `InputError`."""
    from heatnet.errors import InputError, Problem

    raise InputError([Problem(where, found, allowed, remedy)])


def choose(where: str, asked: str, known: Sequence[str]) -> str:
    """Return what was asked for, refused with the known names where it is none of them."""
    from heatnet.model.validation import did_you_mean

    if asked not in known:
        shown = known if len(known) <= _MOST_NAMES else [*known[:_MOST_NAMES], "…"]
        allowed = _("Allowed: {names}").format(names=", ".join(shown))
        refuse(where, _("'{name}' does not exist").format(name=asked), allowed, did_you_mean(asked, known))
    return asked


def hour_asked(asked: str, hours: pd.DataFrame) -> pd.Timestamp:
    """Return the hour of a label of the hours that a network shows, or what was given as a time."""
    import pandas as pd

    labelled = hours.index[hours["label"] == asked]
    if len(labelled):
        return labelled[0]
    try:
        return pd.Timestamp(asked)
    except ValueError:
        labels = ", ".join(hours["label"])
        allowed = _("2025-01-16 05:00, or {labels}").format(labels=labels) if labels else "2025-01-16 05:00"
        refuse("--hour", _("'{name}' is no time").format(name=asked), allowed)


def solved_cases(context: Context) -> dict[str, CaseResults]:
    """Return the cases that have results by their name; refuse a study without one."""
    known = {case.id: case for case in context.ok_cases}
    if not known:
        refuse(str(context.study.folder), _("no case has results"), _("A case that ran to its end"))
    return known


def refuse_unsolved(case: CaseResults, time: pd.Timestamp) -> NoReturn:
    """Refuse an hour whose pipes or lines were not solved."""
    found = _("{time} has no solution in case {case}").format(time=time, case=case.id)
    refuse("--hour", found, _("An hour of the season that was solved"))
