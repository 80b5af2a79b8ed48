"""Names and hours that a user gives: taken where the results know them, refused with what they know where not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NoReturn

from heatnet.i18n import _

if TYPE_CHECKING:
    import pandas as pd

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
