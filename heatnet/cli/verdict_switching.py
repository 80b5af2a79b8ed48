"""What the verdict says of plants that are switched on and off: starts, hours at least load, the proven gap."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from heatnet.i18n import _

Entry = dict[str, Any]


def switching_sentences(entry: Entry) -> Iterator[str]:
    """Yield the sentences of one case of a summary; none where nothing is on or off."""
    account = entry.get("unit_commitment")
    if not account:
        return
    units = account["units"].values()
    sentence = _(
        "Plants on and off: {starts:,} starts, {hours:,} boiler hours, {least:,} hours at least load; "
        "at most {gap:.2f} % above the cheapest schedule."
    )
    yield sentence.format(
        starts=sum(one["starts"] for one in units),
        hours=sum(one["boiler_hours"] for one in units),
        least=sum(one["hours_least_load"] for one in units),
        gap=100 * max(account["gap_share"], 0.0),
    )
    if not account["gap_reached"]:
        yield _("The search for a schedule ended before the gap that was asked for.")
