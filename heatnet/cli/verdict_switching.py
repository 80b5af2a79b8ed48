"""What the verdict says of plants that are switched on and off, case by case: starts, hours at least load, the proven gap."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from heatnet.i18n import _

Entry = dict[str, Any]
Block = tuple[str, tuple[str, ...], list[list[str]]]


def switching_blocks(cases: Mapping[str, Entry]) -> Iterator[Block]:
    """Yield the table of all cases with plants on and off as title, columns and rows; none where no case has any.

    Parameters
    ----------
    cases : mapping of str to dict
        Entries of a summary, of cases with a result.
    """
    accounts = {name: entry["unit_commitment"] for name, entry in cases.items() if entry.get("unit_commitment")}
    if not accounts:
        return
    columns = (
        _("Case"),
        _("Starts"),
        _("Hours on, all boilers"),
        _("Hours at least load"),
        _("Above the cheapest schedule, at most"),
    )
    yield _("Plants on and off"), columns, [[name, *_cells(account)] for name, account in accounts.items()]


def _cells(account: Entry) -> Iterator[str]:
    for key in ("starts", "boiler_hours", "hours_least_load"):
        yield f"{sum(one[key] for one in account['units'].values()):,}"
    yield f"{100 * max(account['gap_share'], 0.0):.2f} %"


def switching_sentences(cases: Mapping[str, Entry]) -> Iterator[str]:
    """Yield a sentence for each case whose search for a schedule ended early."""
    for name, entry in cases.items():
        account = entry.get("unit_commitment")
        if account and not account["gap_reached"]:
            sentence = _("The search for a schedule ended before the gap that was asked for.")
            yield _("{label}: {place}").format(label=name, place=sentence)
