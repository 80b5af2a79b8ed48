"""A study's batch with what its variants are made of: raw networks and price files."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from heatnet.io.network_folder import RawNetwork, checked_network
from heatnet.model.network import Network
from heatnet.study.batch_config import BatchConfig
from heatnet.study.batch_targets import PriceFileTarget, WeatherTarget
from heatnet.study.config import PriceSet, StudyConfig

#: networks with overrides that are kept
_MOST_KEPT = 32


@dataclass(frozen=True, eq=False)
class BatchInput:
    """A study's batch with the raw networks that its variants change.

    Parameters
    ----------
    config : StudyConfig
    batch : BatchConfig
    raws : dict of str to RawNetwork
    price_files : dict of str to PriceSet
        Price sets by the file names that dimensions give.
    """

    config: StudyConfig
    batch: BatchConfig
    raws: dict[str, RawNetwork]
    price_files: dict[str, PriceSet]
    _checked: OrderedDict[str, Network] = field(default_factory=OrderedDict)

    @property
    def case(self) -> str:
        """Case that variants start from."""
        return self.batch.case or self.config.plan_case or self.config.base_case

    def network(self, name: str, patch: Mapping[str, Any], place: str) -> Network:
        """Return a network with overrides; the last ones are kept, as variants share them.

        Raises
        ------
        InputError
            With every problem of the overrides.
        """
        key = f"{name} {patch!r}"
        if key not in self._checked:
            self._checked[key] = checked_network(self.raws[name], patch, f"{place}, {name}")
            if len(self._checked) > _MOST_KEPT:
                self._checked.popitem(last=False)
        self._checked.move_to_end(key)
        return self._checked[key]

    def __getstate__(self) -> dict[str, Any]:
        """Leave the kept networks behind on the way to another process."""
        return self.__dict__ | {"_checked": OrderedDict()}


def price_file_names(batch: BatchConfig) -> list[str]:
    """Return the price files that dimensions name, each once."""
    targets = [one.target for one in batch.dimensions.values()]
    return list(dict.fromkeys(file for one in targets if isinstance(one, PriceFileTarget) for file in one.files))


def weather_files(batch: BatchConfig) -> dict[str, tuple[str, ...]]:
    """Return the EPW files of each dimension that has some."""
    targets = {name: one.target for name, one in batch.dimensions.items()}
    return {name: one.epw for name, one in targets.items() if isinstance(one, WeatherTarget)}
