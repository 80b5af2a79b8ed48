"""What searches of a study found, kept in its results folder: a search that is broken off goes on where it was."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from heatnet.design import Memory
from heatnet.io.results_store import write_json

#: folder in a search's results; each file is named by a hash of everything that its findings depend on
KEPT = "searched"


def kept_memory(file: Path) -> Memory:
    """Return the findings of a file, none where it is missing or broken; each new one is written at once, all or nothing."""
    return Memory(_known(file), lambda known: write_json(known, file))


def _known(file: Path) -> dict[str, Any]:
    try:
        known = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}
