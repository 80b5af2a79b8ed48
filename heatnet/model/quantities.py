"""A result variable: dimension, unit and meaning; the engines list theirs in tables of these."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from heatnet.units import unit_of


@dataclass(frozen=True)
class Quantity:
    """One result variable.

    Parameters
    ----------
    name : str
        Ends in the suffix of its unit.
    dimension : {"node", "pipe", "consumer", "plant", "valve", "pump", ""}
        Element dimension beside time; empty for the whole network.
    meaning : str
        One line for the reference pages.
    """

    name: str
    dimension: str
    meaning: str

    @property
    def attributes(self) -> dict[str, str]:
        """Unit and meaning, as datasets carry them."""
        return {"unit": unit_of(self.name), "meaning": self.meaning}


def quantities_by_name(rows: Iterable[tuple[str, str, str]]) -> Mapping[str, Quantity]:
    """Return the quantities of rows of name, dimension and meaning, in their order."""
    return MappingProxyType({name: Quantity(name, dimension, meaning) for name, dimension, meaning in rows})
