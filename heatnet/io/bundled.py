"""Where the bundled example networks, layers and studies lie: the checkout or the installed wheel."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parents[1]
PARTS = ("networks", "gis", "studies")


def bundled_path(part: str) -> Path:
    """Return the folder of a bundled part, "networks", "gis" or "studies".

    Raises
    ------
    ValueError
        If there is no such part.
    """
    if part not in PARTS:
        raise ValueError(f"no bundled part {part!r}")
    installed = _PACKAGE / "bundled" / part
    return installed if installed.is_dir() else _PACKAGE.parent / part
