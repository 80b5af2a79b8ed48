"""Checks of what stands at the ends of a steam network: users' pressure levels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from heatnet.errors import Problems
from heatnet.i18n import _
from heatnet.model.network import Network

if TYPE_CHECKING:
    from heatnet.model.typed_tables import RawTable


def check_steam_users(network: Network, raw: Mapping[str, RawTable], problems: Problems) -> None:
    """Note pressures that would rise behind a user's valve."""
    for i, (consumer, row) in enumerate(network.consumers.iterrows()):
        if row["p_use_bar"] > row["min_p_bar"]:
            problems.add(
                f"{raw['consumers'].place}, {raw['consumers'].row(i)} ({consumer}), p_use_bar",
                _("value {value:g} bar").format(value=row["p_use_bar"]),
                _("At most {name}, {value:g} bar: a valve does not lift the pressure").format(
                    name="min_p_bar", value=row["min_p_bar"]
                ),
                _("Lower it, or raise {name}.").format(name="min_p_bar"),
            )
