"""The reference page of every quantity that the engines return, made from the tables that their results are built from."""

from __future__ import annotations

from collections.abc import Mapping

from heatnet.electric.quantities import QUANTITIES as ELECTRIC
from heatnet.model.quantities import Quantity
from heatnet.simulate.quantities import QUANTITIES as WATER
from heatnet.steam.quantities import QUANTITIES as STEAM

_HEADER = "| quantity | unit | one column for each | meaning |\n|---|---|---|---|"
_PARTS: tuple[tuple[str, str, Mapping[str, Quantity]], ...] = (
    ("Water", "`heatnet solve`, `heatnet simulate`, `<case>/<network>/water` of a study (`heatnet.simulate`).", WATER),
    ("Steam", "`heatnet steam`, `<case>/<network>/steam` of a study (`heatnet.steam`).", STEAM),
    ("Power", "`heatnet power` (`heatnet.electric`).", ELECTRIC),
)


def quantity_reference() -> str:
    """Return the page as Markdown."""
    parts = [
        "# Quantities\n",
        "What the tables of results hold: `<quantity>.parquet` or `.csv`, a row a time, a column an element of the kind named "
        "here; those of the whole network are columns of the table `network`. Pressures are absolute. Made from the "
        "`quantities.py` of the engines; a test holds this page against them.\n",
    ]
    for title, where, quantities in _PARTS:
        parts += [f"## {title}\n", f"{where}\n", _HEADER, *(_row(one) for one in quantities.values()), ""]
    return "\n".join(parts)


def _row(quantity: Quantity) -> str:
    of = quantity.dimension or "whole network"
    return f"| `{quantity.name}` | {quantity.attributes['unit']} | {of} | {quantity.meaning} |"
