"""What a map page holds, read back as its script reads it: by case, network, element and time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from heatnet.i18n import use_language
from heatnet.maps.data import map_data
from heatnet.maps.matrices import Matrices
from heatnet.web.matrix import decode
from heatnet.web.results_view import load_study


class MapView:
    """Data and values of the map of a results folder."""

    def __init__(self, folder: Path, lang: str = "en") -> None:
        matrices = Matrices()
        with use_language(lang):
            self.data: dict[str, Any] = map_data(load_study(folder), matrices)
        self._matrices = matrices.stored

    def times(self, case: int) -> pd.DatetimeIndex:
        """All hours of a case's clock."""
        stretches = self.data["cases"][case]["clock"]["stretches"]
        seconds = [start + i * step for start, step, count in stretches for i in range(int(count))]
        return pd.to_datetime(seconds, unit="s")

    def network(self, case: int, network: str) -> tuple[dict, dict]:
        """Entry and layout of a network."""
        for entry in self.data["cases"][case]["networks"]:
            if self.data["layouts"][entry["layout"]]["id"] == network:
                return entry, self.data["layouts"][entry["layout"]]
        raise AssertionError(network)

    def matrix(self, place: int) -> np.ndarray:
        """Values of a matrix, hours x elements."""
        return decode(self._matrices[place])

    def frame(self, case: int, network: str, kind: str, key: str) -> pd.DataFrame:
        """Values of a quantity, hours of the clock x elements; NaN where there is none."""
        entry, layout = self.network(case, network)
        times = self.times(case)
        values = self.matrix(entry[kind][key])
        whole = np.full((len(times), values.shape[1]), np.nan)
        for first, row, count in entry["rows"]:
            whole[first : first + count] = values[row : row + count]
        return pd.DataFrame(whole, times, [item["id"] for item in layout[kind]])

    def quantity(self, carrier: str, kind: str, key: str) -> dict:
        """The row of a quantity."""
        return next(row for row in self.data["quantities"][carrier][kind] if row["key"] == key)
