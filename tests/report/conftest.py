import runpy
from pathlib import Path

import pytest

TINY = runpy.run_path(str(Path(__file__).parents[1] / "web" / "tiny_results.py"))


@pytest.fixture(scope="session")
def tiny() -> dict:
    """Names of the module that writes small results folders."""
    return TINY


@pytest.fixture(scope="session")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small results folder."""
    return TINY["write_tiny_results"](tmp_path_factory.mktemp("results") / "tiny")


@pytest.fixture(scope="session")
def hostile_results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with a script as the name of a network and a formula as the name of a case."""
    folder = tmp_path_factory.mktemp("hostile") / "tiny"
    return TINY["write_tiny_results"](folder, east_name=TINY["HOSTILE"], case_label=TINY["FORMULA"])
