"""Named groups of arrays that compiled functions pass by reference.

A NamedTuple of arrays is taken apart into all its arrays at every call, which takes minutes to compile for whole networks.
Here every group of `plan`, `work` and `output` gets a numba structure of the same fields; compiled code reads the same names.
"""

from __future__ import annotations

from typing import Any

from heatnet.compiled_code import reference_maker
from heatnet.simulate.season.compiled import compiled_entry
from heatnet.simulate.season.fluid import Fluid
from heatnet.simulate.season.output import Out
from heatnet.simulate.season.plan import Branches, Core, Given, Graph, Lines, Plan, Users
from heatnet.simulate.season.work import Inlet, Mix, Order, Scratch, State, Work

_GROUPS = (Graph, Branches, Core, Users, Lines, Fluid, Plan, Given, Inlet, State, Order, Scratch, Mix, Work, Out)
_MAKERS = {group: reference_maker(group, compiled_entry, globals(), __name__) for group in _GROUPS}


def referenced(group: Any) -> Any:
    """Return a group, with the groups in it, as compiled code takes it."""
    maker = _MAKERS.get(type(group))
    return group if maker is None else maker(*(referenced(value) for value in group))
