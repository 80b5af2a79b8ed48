"""Named groups of arrays that compiled functions pass by reference.

A NamedTuple of arrays is taken apart into all its arrays at every call, which takes minutes to compile for whole networks.
Here every group of `plan`, `work` and `output` gets a numba structure of the same fields; compiled code reads the same names.
"""

from __future__ import annotations

from typing import Any

from numba import types
from numba.experimental import structref

from heatnet.simulate.season.compiled import compiled_entry
from heatnet.simulate.season.fluid import Fluid
from heatnet.simulate.season.output import Out
from heatnet.simulate.season.plan import Branches, Core, Given, Graph, Lines, Plan, Users
from heatnet.simulate.season.work import Inlet, Mix, Order, Scratch, State, Work


def _fields_without_literals(_self: Any, fields: Any) -> Any:
    return tuple((name, types.unliteral(kind)) for name, kind in fields)


def _maker(proxy: Any) -> Any:
    @compiled_entry
    def make(*fields):  # type: ignore[no-untyped-def]
        return proxy(*fields)

    return make


def _structure(group: Any) -> Any:
    """Define the structure of a group under names by which saved compiled code finds it again."""
    names = (f"{group.__name__}Structure", f"{group.__name__}Reference")
    kind = type(names[0], (types.StructRef,), {"preprocess_fields": _fields_without_literals, "__module__": __name__})
    proxy = type(names[1], (structref.StructRefProxy,), {"__module__": __name__})
    globals()[names[0]], globals()[names[1]] = kind, proxy
    structref.register(kind)
    structref.define_boxing(kind, proxy)
    structref.define_constructor(proxy, kind, list(group._fields))
    return _maker(proxy)


_GROUPS = (Graph, Branches, Core, Users, Lines, Fluid, Plan, Given, Inlet, State, Order, Scratch, Mix, Work, Out)
_MAKERS = {group: _structure(group) for group in _GROUPS}


def referenced(group: Any) -> Any:
    """Return a group, with the groups in it, as compiled code takes it."""
    maker = _MAKERS.get(type(group))
    return group if maker is None else maker(*(referenced(value) for value in group))
