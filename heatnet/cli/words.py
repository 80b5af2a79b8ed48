"""Words for rows and small numbers, in the current language."""

from __future__ import annotations

import math

from heatnet.i18n import _

#: smaller numbers are told as smaller than this
_NOTHING = 1e-9


def rows_text(count: int) -> str:
    """Return a number of rows, singular or plural."""
    return _("1 row") if count == 1 else _("{count} rows").format(count=f"{count:,}")


def small_text(value: float, unit: str) -> str:
    """Return a small number as people write it, two digits that count; below a billionth it is nothing.

    Parameters
    ----------
    value : float
        Magnitude.
    unit : str
        Its unit; ``1`` is a share, which is told in per cent.
    """
    shown, unit = (100.0 * value, "%") if unit == "1" else (value, unit)
    if shown == 0.0:
        return f"0 {unit}"
    if shown < _NOTHING:
        return f"< {_NOTHING:.9f} {unit}"
    digits = max(0, 1 - math.floor(math.log10(shown)))
    return f"{shown:.{digits}f} {unit}"


def three_digits(value: float) -> str:
    """Return a number with three digits that count, all before the point; nothing is 0."""
    size = abs(value)
    if size < _NOTHING:
        return "0"
    digits = max(0, 2 - math.floor(math.log10(float(f"{size:.2e}"))))
    return f"{value:,.{digits}f}"
