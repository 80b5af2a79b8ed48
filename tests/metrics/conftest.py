"""The toy system of this folder, as a fixture, since test folders are no packages."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

_NAME = "metrics_toy_system"


def _load() -> ModuleType:
    if _NAME not in sys.modules:
        spec = importlib.util.spec_from_file_location(_NAME, Path(__file__).with_name("toy_system.py"))
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[_NAME] = module
        spec.loader.exec_module(module)
    return sys.modules[_NAME]


@pytest.fixture(scope="session")
def toy() -> ModuleType:
    return _load()
