"""Groups of arrays that compiled functions pass by reference."""

from __future__ import annotations

from typing import Any

from heatnet.compiled_code import reference_maker
from heatnet.steam.compiled import compiled_entry
from heatnet.steam.given import Given
from heatnet.steam.hour import Raw
from heatnet.steam.plan import Plan
from heatnet.steam.work import Work

_MAKERS = {group: reference_maker(group, compiled_entry, globals(), __name__) for group in (Plan, Given, Work, Raw)}


def referenced(group: Any) -> Any:
    """Return a plan, set values, work or states as compiled code takes them."""
    return _MAKERS[type(group)](*group)
